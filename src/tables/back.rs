//! Rows back to a record, for comparing what a database holds with what a file says.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::{
    AMOUNT_SCALE, Cell, DOCUMENTS, MENTIONS, Misfit, PROJECTS, Precision, RATE_SCALE, TABLES, Table, WARNINGS,
};
use crate::normalize::DateValue;
use crate::record::{Number, Record, SCHEMA};

/// The record whose rows these are: for each table, in the order of [`TABLES`], its rows' cells one behind the other.
///
/// # Errors
/// When they are the rows of no record.
pub fn record(cells: &[Vec<Cell<'_>>; TABLES.len()]) -> Result<Record, Misfit> {
    let [projects, mentions, warnings, documents] = cells;
    let row = Row { table: &PROJECTS, cells: projects };
    let mut record = Map::new();
    record.insert("schema".to_owned(), SCHEMA.into());
    for column in PROJECTS.columns {
        let (key, plain) = (column.json, || row.json(column.name));
        let value = match column.name {
            "digest" => continue,
            "text" if row.is_null("text") => continue,
            "language" => json!({ "code": row.json("language"), "confidence": row.json("language_confidence") }),
            "start_date" | "end_date" | "published" => row.date(column.name),
            "total_budget" | "eu_contribution" if row.is_null(column.name) => Json::Null,
            "total_budget" | "eu_contribution" => {
                json!({ "amount": plain(), "currency": row.json(&format!("{key}_currency")) })
            }
            "version" => json!({ "version": row.json("version"), "patterns": row.json("patterns") }),
            _ if column.name == key => plain(),
            // It completes what another column holds.
            _ => continue,
        };
        record.insert(key.to_owned(), value);
    }
    for (key, table, cells) in
        [("mentions", &MENTIONS, mentions), ("warnings", &WARNINGS, warnings), ("documents", &DOCUMENTS, documents)]
    {
        let rows = cells.chunks(table.columns.len()).map(|cells| object(&Row { table, cells }));
        record.insert(key.to_owned(), rows.collect());
    }
    serde_json::from_value(Json::Object(record))
        .map_err(|error| Misfit::new("the rows of a record", &error.to_string()))
}

/// Rounds amounts and rates to the digits that tables keep, as a record's rows have them; what tables cannot hold stays.
pub fn round(record: &mut Record) {
    let round = |number: &mut Number, scale| {
        if let Ok(Cell::Number(rounded)) = Cell::fixed(number.0, scale) {
            number.0 = rounded;
        }
    };
    let sums = record.total_budget.iter_mut().chain(&mut record.eu_contribution);
    sums.for_each(|money| round(&mut money.amount, AMOUNT_SCALE));
    record.cofinancing_rate.iter_mut().for_each(|rate| round(rate, RATE_SCALE));
}

/// An object of an array of the record.
fn object(row: &Row<'_, '_>) -> Json {
    let mut object = Map::new();
    for column in row.table.columns.iter().filter(|column| !column.json.is_empty()) {
        let value = match column.name {
            "value_date" | "value_number" => continue,
            // Which keys of a value a mention has, its kind says.
            "currency" if row.text("kind") != Some("amount") => continue,
            "people" if row.is_null("people") => continue,
            "value" if !row.is_null("value_number") => {
                row.text("value").and_then(|digits| digits.parse().ok()).map_or(Json::Null, Json::Number)
            }
            name => row.json(name),
        };
        object.insert(column.json.to_owned(), value);
    }
    Json::Object(object)
}

/// A row and what its cells are called.
struct Row<'t, 'c> {
    table: &'t Table,
    cells: &'t [Cell<'c>],
}

impl Row<'_, '_> {
    fn cell(&self, name: &str) -> &Cell<'_> {
        self.table.place(name).and_then(|place| self.cells.get(place)).unwrap_or(&Cell::Null)
    }

    fn is_null(&self, name: &str) -> bool {
        *self.cell(name) == Cell::Null
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.cell(name) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    fn json(&self, name: &str) -> Json {
        match self.cell(name) {
            Cell::Null => Json::Null,
            Cell::Text(text) => (&**text).into(),
            Cell::Integer(number) => (*number).into(),
            Cell::Number(number) => digits(*number),
            Cell::Share(share) => (*share).into(),
            Cell::Date(date) => date.to_string().into(),
            Cell::Moment(moment) => moment.to_string().into(),
            Cell::Json(text) => serde_json::from_str(text).unwrap_or(Json::Null),
        }
    }

    /// A date at the precision that the column beside it tells.
    fn date(&self, name: &str) -> Json {
        let (date, time) = match self.cell(name) {
            Cell::Date(date) => (*date, None),
            Cell::Moment(moment) => (moment.date(), Some((moment.hour(), moment.minute()))),
            _ => return Json::Null,
        };
        let precision = self.text(&format!("{name}_precision"));
        let precision = Precision::ALL.into_iter().find(|it| Some(it.name()) == precision).unwrap_or(Precision::Day);
        let at_least = |least: Precision| precision as u8 >= least as u8;
        let value = DateValue {
            year: date.year(),
            month: at_least(Precision::Month).then_some(date.month()),
            day: at_least(Precision::Day).then_some(date.day()),
            time: time.filter(|_| at_least(Precision::Minute)),
        };
        value.to_string().into()
    }
}

/// A number without noughts that a column's fixed digits have added.
fn digits(number: Decimal) -> Json {
    number.normalize().to_string().parse().map_or(Json::Null, Json::Number)
}
