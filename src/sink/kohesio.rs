//! The columns of Kohesio: the headings and formats of what managing authorities hand in, held against the rules of
//! Kohesio's own validator, and behind them those of its exports for what the validator has no column for.
//!
//! A value that the rules refuse is left out, and said to be.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::normalize::DateValue;
use crate::record::{IdSource, Money, Record};
use crate::tables::{AMOUNT_SCALE, rounded};

/// All of the validator's, in its order; the last three are of the exports.
pub const HEADINGS: &[&str] = &[
    "Operation_Unique_Identifier",
    "CountryID",
    "Operation_Name_Programme_Language",
    "Operation_Name_English",
    "Country",
    "Location_Indicator_Postcode",
    "Operation_Start_Date",
    "Operation_Expected_End_Date",
    "Operation_End_Date",
    "CoFinancing_Rate",
    "Total_Eligible_Expenditure_amount",
    "Total_Eligible_Expenditure_Currency",
    "Total_Eligible_Expenditure_Exchange_Rate",
    "Location_Indicator_NUTS_code",
    "Beneficiary_Name",
    "Location_Indicator_latitude_longitude",
    "Category_Of_Intervention",
    "Fund_Code",
    "Programme_Code",
    "Operation_Summary_English",
    "Operation_Summary_Programme_Language",
    "Programming_Period",
    "Programme_Name",
    "Program_Priority_Axis_Code",
    "Program_Priority_Axis_Name",
    "Program_Specific_Objective_Code",
    "Program_Specific_Objective_Name",
    "Program_Thematic_Objective_Code",
    "Program_Thematic_Objective_Name",
    "Fund_Name",
    "Date_Of_Last_Update",
    "Beneficiary_Unique_Identifier",
    "Social_Media_Links",
    "Project_EU_Budget",
    "Managing_Authority",
    "regionText",
];

const FUNDS: [&str; 8] = ["CF", "EAFRD", "EMFF", "ENI", "ERDF", "ESF", "YEI", "IPA II"];
const PERIODS: [&str; 2] = ["2014-2020", "2021-2027"];

/// Funds as people know them; a code behind the name, as on Kohesio's pages.
const FUND_NAMES: [(&str, &str); 11] = [
    ("CF", "Cohesion Fund"),
    ("EAFRD", "European Agricultural Fund for Rural Development"),
    ("EMFAF", "European Maritime, Fisheries and Aquaculture Fund"),
    ("EMFF", "European Maritime and Fisheries Fund"),
    ("ENI", "European Neighbourhood Instrument"),
    ("ERDF", "European Regional Development Fund"),
    ("ESF", "European Social Fund"),
    ("ESF+", "European Social Fund Plus"),
    ("IPA", "Instrument for Pre-accession Assistance"),
    ("JTF", "Just Transition Fund"),
    ("YEI", "Youth Employment Initiative"),
];

/// The countries whose projects Kohesio has, as it names them.
const COUNTRIES: [(&str, &str); 28] = [
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BG", "Bulgaria"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DE", "Germany"),
    ("DK", "Denmark"),
    ("EE", "Estonia"),
    ("ES", "Spain"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("GR", "Greece"),
    ("HR", "Croatia"),
    ("HU", "Hungary"),
    ("IE", "Ireland"),
    ("IT", "Italy"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("LV", "Latvia"),
    ("MT", "Malta"),
    ("NL", "Netherlands"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SE", "Sweden"),
    ("SI", "Slovenia"),
    ("SK", "Slovakia"),
];

const NO_DAY: &str = "dates left out, as no day of theirs is known";
const ORDER: &str = "pairs of dates left out, as the start is after the end";
const RANGE: &str = "numbers left out, as an amount is below 0 or a rate is not from 0 to 100";
const CURRENCY: &str = "amounts left out, as they are not known to be in euros and no exchange rate is known";
const FUND: &str = "funds in Fund_Name only, as Fund_Code has none such";
const PERIOD: &str = "programming periods left out, as Kohesio has 2014-2020 and 2021-2027 only";

/// A row on its way, and what is left out of it.
struct Out<'r> {
    record: &'r Record,
    left_out: Vec<(&'static str, String)>,
}

/// What stands below a heading.
type Value<'r> = (&'static str, Option<Cow<'r, str>>);

/// The values of a record below [`HEADINGS`], and what was left out: why, and what it was.
pub fn row(record: &Record) -> (Vec<Cow<'_, str>>, Vec<(&'static str, String)>) {
    let mut out = Out { record, left_out: Vec::new() };
    let values = out.values();
    let of = |heading: &&str| values.iter().find(|(name, _)| name == heading).and_then(|(_, value)| value.clone());
    (HEADINGS.iter().map(|heading| of(heading).unwrap_or_default()).collect(), out.left_out)
}

impl<'r> Out<'r> {
    fn values(&mut self) -> Vec<Value<'r>> {
        let record = self.record;
        let text = |text: &'r Option<String>| text.as_deref().map(Cow::Borrowed);
        let (start, end) = self.dates();
        let total = self.euros("total_budget", record.total_budget.as_ref());
        let union = self.euros("eu_contribution", record.eu_contribution.as_ref());
        // It names the currency of both.
        let currency = total.is_some() || union.is_some();
        let country = record.country.as_deref();
        let name = |code| COUNTRIES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| *name);
        vec![
            ("Operation_Unique_Identifier", Some(identifier(record))),
            ("CountryID", country.map(|code| if code == "GR" { "EL" } else { code }.into())),
            ("Country", country.map(|code| name(code).into())),
            ("Operation_Name_Programme_Language", text(&record.title)),
            ("Operation_Name_English", text(&record.title).filter(|_| record.language.code == "en")),
            ("Operation_Start_Date", start.map(Into::into)),
            ("Operation_End_Date", end.map(Into::into)),
            ("CoFinancing_Rate", self.rate().map(Into::into)),
            ("Total_Eligible_Expenditure_amount", total.map(Into::into)),
            ("Total_Eligible_Expenditure_Currency", currency.then_some("EUR".into())),
            ("Beneficiary_Name", text(&record.beneficiary)),
            ("Fund_Code", self.one_of(record.fund.as_deref(), &FUNDS, FUND)),
            ("Fund_Name", record.fund.as_deref().map(fund_name)),
            ("Programming_Period", self.one_of(record.programming_period.as_deref(), &PERIODS, PERIOD)),
            ("Programme_Name", text(&record.programme)),
            ("Project_EU_Budget", union.map(Into::into)),
            ("Managing_Authority", text(&record.managing_authority)),
            ("regionText", text(&record.region)),
        ]
    }

    fn leave_out(&mut self, why: &'static str, what: &str) {
        self.left_out.push((why, format!("{}: {what}", self.record.id)));
    }

    /// Both dates, DD/MM/YYYY.
    fn dates(&mut self) -> (Option<String>, Option<String>) {
        let start = self.date("start_date", self.record.start_date.as_ref());
        let end = self.date("end_date", self.record.end_date.as_ref());
        if let (Some(first), Some(last)) = (start, end)
            && first > last
        {
            // Which of them is wrong, nobody knows.
            self.leave_out(ORDER, &format!("{first} and {last}"));
            return (None, None);
        }
        let shown = |date: jiff::civil::Date| format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year());
        (start.map(shown), end.map(shown))
    }

    fn date(&mut self, field: &str, text: Option<&String>) -> Option<jiff::civil::Date> {
        let text = text?;
        let date = text.parse::<DateValue>().ok().filter(|date| date.day.is_some());
        let day = date.and_then(|date| date.first());
        if day.is_none() {
            self.leave_out(NO_DAY, &format!("{field} {text}"));
        }
        day
    }

    /// An amount, as the file has one currency for all of them and no exchange rate.
    fn euros(&mut self, field: &str, money: Option<&Money>) -> Option<String> {
        let Money { amount, currency } = money?;
        let amount = rounded(amount.0, AMOUNT_SCALE).normalize();
        let why = match currency.as_deref() {
            Some("EUR") if amount >= Decimal::ZERO => return Some(amount.to_string()),
            Some("EUR") => RANGE,
            _ => CURRENCY,
        };
        self.leave_out(why, &format!("{field} {amount} {}", currency.as_deref().unwrap_or("of no currency")));
        None
    }

    fn rate(&mut self) -> Option<String> {
        let rate = self.record.cofinancing_rate.as_ref()?.0.normalize();
        if (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&rate) {
            return Some(rate.to_string());
        }
        self.leave_out(RANGE, &format!("cofinancing_rate {rate}"));
        None
    }

    fn one_of(&mut self, value: Option<&'r str>, known: &[&str], why: &'static str) -> Option<Cow<'r, str>> {
        let value = value?;
        if known.contains(&value) {
            return Some(value.into());
        }
        self.leave_out(why, value);
        None
    }
}

fn fund_name(code: &str) -> Cow<'_, str> {
    let known = FUND_NAMES.iter().find(|(known, _)| *known == code);
    known.map_or(Cow::Borrowed(code), |(_, name)| format!("{name} ({code})").into())
}

/// Kohesio's own items by their address, others as they are.
fn identifier(record: &Record) -> Cow<'_, str> {
    match record.id_source {
        IdSource::Kohesio => format!("https://linkedopendata.eu/entity/{}", record.id).into(),
        IdSource::Input | IdSource::Path => record.id.as_str().into(),
    }
}
