//! What the heading of a table's column says: which fact its cells hold, and in which unit.
//!
//! The wordings are data (`patterns/columns.toml`).

mod wording;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::schema::Field;
use crate::names;
use wording::{Unit, expand, halves, is_close, is_harmless, tokens, unit};

names! {
    /// What a column of a table holds.
    Column {
        Id = "id",
        Url = "url",
        Title = "title",
        /// The title in the programme's own language, where the table has an English one too.
        TitleLocal = "title_local",
        /// Text about the project, read as a page's text is.
        Summary = "summary",
        StartDate = "start_date",
        EndDate = "end_date",
        ExpectedEndDate = "expected_end_date",
        /// When the list or the row was last changed: no fact of the project.
        Updated = "updated",
        TotalBudget = "total_budget",
        EuContribution = "eu_contribution",
        /// ISO 4217 of the total.
        Currency = "currency",
        CofinancingRate = "cofinancing_rate",
        Fund = "fund",
        FundName = "fund_name",
        Programme = "programme",
        ProgrammeCode = "programme_code",
        ManagingAuthority = "managing_authority",
        Beneficiary = "beneficiary",
        Country = "country",
        CountryCode = "country_code",
        Region = "region",
        ProgrammingPeriod = "programming_period",
        Participants = "participants",
        Language = "language",
        /// Known, and no fact of the record.
        Other = "other",
    }
}

impl Column {
    /// The field its cells state, as a label before them would.
    pub fn field(self) -> Option<Field> {
        Some(match self {
            Column::Title => Field::Title,
            Column::StartDate => Field::StartDate,
            Column::EndDate | Column::ExpectedEndDate => Field::EndDate,
            Column::TotalBudget => Field::TotalBudget,
            Column::EuContribution => Field::EuContribution,
            Column::CofinancingRate => Field::CofinancingRate,
            Column::Fund | Column::FundName => Field::Fund,
            Column::Programme => Field::Programme,
            Column::ManagingAuthority => Field::ManagingAuthority,
            Column::Beneficiary => Field::Beneficiary,
            Column::Country | Column::CountryCode => Field::Country,
            Column::Region => Field::Region,
            Column::ProgrammingPeriod => Field::ProgrammingPeriod,
            Column::Participants => Field::Participants,
            Column::Updated => Field::OtherDate,
            Column::TitleLocal
            | Column::Currency
            | Column::Id
            | Column::Url
            | Column::Summary
            | Column::ProgrammeCode
            | Column::Language
            | Column::Other => return None,
        })
    }
}

/// A heading that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading {
    pub column: Column,
    /// ISO 4217, where the heading names one: `Total cost (EUR)`.
    pub currency: Option<&'static str>,
    /// What a number below it is multiplied by: 1000 for `tis. Kč`.
    pub scale: u32,
}

impl Headings {
    /// The column a heading names and the unit of its cells. Of a double heading, in two languages, either half suffices;
    /// two halves that name different columns name none.
    pub fn understand(&self, heading: &str) -> Option<Heading> {
        let (words, mut unit) = unit_of(heading);
        let mut column = self.column(&words);
        let whole = column.is_some();
        for half in halves(heading) {
            let (words, said) = unit_of(&half);
            unit.currency = unit.currency.or(said.currency);
            unit.scale = unit.scale.max(said.scale);
            unit.percent |= said.percent;
            if whole {
                continue;
            }
            match (self.column(&words), column) {
                (Some(found), None) => column = Some(found),
                (Some(found), Some(before)) if found != before => return None,
                // "Start/slutt" is not a start, whatever the second word means.
                (None, _) if is_close(heading) && !is_harmless(&half) => return None,
                _ => {}
            }
        }
        let column = match column? {
            // A share of the Union in per cent is the rate.
            Column::EuContribution if unit.percent => Column::CofinancingRate,
            Column::TotalBudget if unit.percent => return None,
            column => column,
        };
        Some(Heading { column, currency: unit.currency, scale: unit.scale })
    }
}

fn unit_of(heading: &str) -> (Vec<String>, Unit) {
    unit(tokens(heading))
}

/// Column → language → wordings.
type Data = BTreeMap<Name, BTreeMap<String, Vec<String>>>;

/// A table of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(untagged)]
enum Name {
    Words(Words),
    Column(Column),
}

/// Words that may stand beside a wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Words {
    Filler,
    About,
}

/// All wordings, ready to be looked up. Keys are words joined by blanks.
#[derive(Debug, Default)]
pub struct Headings {
    exact: HashMap<String, Column>,
    /// Without filler; a key of two columns is in none.
    bare: HashMap<String, Column>,
    filler: HashSet<String>,
    about: HashSet<String>,
}

impl Headings {
    /// Reads the data.
    pub fn read(file: &str) -> Result<Headings, toml::de::Error> {
        let data: Data = toml::from_str(file)?;
        let mut known = Headings::default();
        for (name, languages) in &data {
            let Name::Words(words) = name else { continue };
            let set = if *words == Words::Filler { &mut known.filler } else { &mut known.about };
            set.extend(languages.values().flatten().flat_map(|word| tokens(word)));
        }
        let mut doubtful = HashSet::new();
        for (column, wording) in wordings(&data) {
            let words = unit(tokens(&wording)).0;
            known.exact.entry(words.join(" ")).or_insert(column);
            // What ends in a small word is met as it stands only: "Laufzeit von" says more than "Laufzeit".
            if words.last().is_some_and(|word| known.filler.contains(word)) {
                continue;
            }
            let bare = known.without_filler(&words).join(" ");
            if *known.bare.entry(bare.clone()).or_insert(column) != column {
                doubtful.insert(bare);
            }
        }
        known.bare.retain(|words, _| !words.is_empty() && !doubtful.contains(words));
        Ok(known)
    }

    /// The words themselves, then without small words, then without words for the project.
    fn column(&self, words: &[String]) -> Option<Column> {
        let exact = self.exact.get(&words.join(" "));
        let bare = || self.without_filler(words);
        let near = || self.bare.get(&bare().join(" "));
        let far = || {
            let mut words = bare();
            let length = words.len();
            words.retain(|word| !self.about.contains(word));
            // A title is named by the very word for the project, so it must be met as it stands.
            let column = self.bare.get(&words.join(" ")).filter(|_| words.len() < length);
            let own = [Column::Title, Column::Id, Column::Url, Column::Language, Column::Country, Column::Programme];
            column.filter(|column| !own.contains(column))
        };
        exact.or_else(near).or_else(far).copied()
    }

    fn without_filler(&self, words: &[String]) -> Vec<String> {
        words.iter().filter(|word| !self.filler.contains(*word)).cloned().collect()
    }
}

/// Every wording with its column, its choices written out.
fn wordings(data: &Data) -> Vec<(Column, String)> {
    let mut all = Vec::new();
    for (name, languages) in data {
        let Name::Column(column) = name else { continue };
        for wording in languages.values().flatten() {
            all.extend(expand(wording).into_iter().map(|wording| (*column, wording)));
        }
    }
    all
}
