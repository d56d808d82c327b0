//! A record as rows of tables. One list of columns gives every database its tables, every flat file its columns and
//! every loader its rows; a test holds it against the JSON Schema of the record.

mod back;
mod cell;
mod columns;
mod duckdb;
mod flat;
mod package;
mod sql;

use std::fmt;

pub use back::{record, round};
pub use cell::{Cell, Misfit, Precision, rounded};
pub use columns::{DOCUMENTS, MENTIONS, PROJECTS, TABLES, WARNINGS};
pub use duckdb::duckdb;
pub use flat::{flat, flat_row};
pub use package::package;
pub use sql::{Dialect, VERSION, ddl, views};

use crate::digest::sha256;
pub use crate::record::{AMOUNT_SCALE, RATE_SCALE};
use crate::record::{Document, Mention, Money, Record, Warning};

/// What a column holds, in every database and file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    /// A whole number of 64 bits with a sign.
    Integer,
    /// Money in major units: 18 digits, two of them behind the point.
    Amount,
    /// A percentage: 18 digits, six of them behind the point.
    Rate,
    /// Any decimal number.
    Number,
    /// A share between 0 and 1.
    Share,
    /// A day; where the value is a month or a year, the first one in it.
    Date,
    /// A minute of a day, in no time zone, as pages name none.
    Moment,
    /// An array or object of JSON.
    Json,
}

/// What the text of a column must be.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    Any,
    /// One of these names.
    In(fn() -> Vec<&'static str>),
    /// Every character of a set, as in `[A-Z][A-Z]`; one of several such shapes.
    Shape(&'static [&'static str]),
    /// So many lower-case hexadecimal digits.
    Hexadecimal(usize),
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub holds: Type,
    pub nullable: bool,
    pub check: Check,
    /// The key of the JSON record (or of the object of its array) that the column holds or completes; empty where it
    /// comes from none.
    pub json: &'static str,
    /// What it means, for people.
    pub about: &'static str,
    read: Read,
}

/// Where a cell comes from.
#[derive(Debug, Clone, Copy)]
enum Read {
    Project(for<'r> fn(&'r Record) -> Result<Cell<'r>, Misfit>),
    Words(fn(&Record) -> Option<&String>),
    Day(fn(&Record) -> Option<&String>),
    Precision(fn(&Record) -> Option<&String>),
    Amount(fn(&Record) -> Option<&Money>),
    Currency(fn(&Record) -> Option<&Money>),
    Mention(for<'r> fn(&'r Mention) -> Result<Cell<'r>, Misfit>),
    Warning(for<'r> fn(&'r Warning) -> Result<Cell<'r>, Misfit>),
    Document(for<'r> fn(&'r Document) -> Result<Cell<'r>, Misfit>),
    /// The id of the record a row belongs to.
    Id,
    /// The row's place in its array of the record, from nought.
    Position,
    /// Of all other cells of the record.
    Digest,
}

/// A table: a row a record, or a row for each object in an array of the record.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub about: &'static str,
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    pub columns: &'static [Column],
}

impl Table {
    /// Whether it has a row a record.
    pub fn is_projects(&self) -> bool {
        self.name == PROJECTS.name
    }

    /// The place of a column in its rows.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// The rows of a record in every table.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<'r> {
    /// The record's id.
    pub id: &'r str,
    /// Of all cells, in hexadecimal.
    pub digest: String,
    /// For each table, in the order of [`TABLES`], the cells of its rows, one row behind the other.
    pub cells: [Vec<Cell<'r>>; TABLES.len()],
}

impl<'r> Rows<'r> {
    /// The rows of a record.
    ///
    /// # Errors
    /// When a value is none that the tables can hold.
    pub fn of(record: &'r Record) -> Result<Self, Misfit> {
        Self::with(record, |_, misfit| Err(misfit))
    }

    /// The rows of a record for a file that takes every record: a value that the tables cannot hold is left out, and
    /// what it is stands in the list.
    pub fn lenient(record: &'r Record) -> (Self, Vec<Misfit>) {
        let mut left_out = Vec::new();
        let rows = Self::with(record, |column, misfit| {
            left_out.push(misfit);
            Ok(if column.nullable { Cell::Null } else { Cell::nothing(column.holds) })
        });
        let nothing = |_| Rows { id: &record.id, digest: String::new(), cells: [const { Vec::new() }; TABLES.len()] };
        (rows.unwrap_or_else(nothing), left_out)
    }

    fn with(
        record: &'r Record,
        mut misfits: impl FnMut(&Column, Misfit) -> Result<Cell<'r>, Misfit>,
    ) -> Result<Self, Misfit> {
        let mut digested = Vec::new();
        let mut cells = [const { Vec::new() }; TABLES.len()];
        for (table, cells) in TABLES.iter().zip(&mut cells) {
            let rows = match table.name {
                "mentions" => record.mentions.len(),
                "warnings" => record.warnings.len(),
                "documents" => record.documents.len(),
                _ => 1,
            };
            cells.reserve_exact(rows * table.columns.len());
            for position in 0..rows {
                for column in table.columns {
                    let cell = column.cell(record, position).and_then(|cell| column.fits(cell));
                    let cell = cell.or_else(|misfit| misfits(column, misfit.at(table, column, position)))?;
                    cell.digest(&mut digested);
                    cells.push(cell);
                }
            }
        }
        let mut digest = sha256([digested.as_slice()]);
        digest.truncate(DIGEST_DIGITS);
        let [projects, ..] = &mut cells;
        if let Some(cell) = PROJECTS.place("digest").and_then(|place| projects.get_mut(place)) {
            *cell = Cell::Text(digest.clone().into());
        }
        Ok(Rows { id: &record.id, digest, cells })
    }
}

/// Enough that no two of millions are the same.
const DIGEST_DIGITS: usize = 32;

impl Column {
    fn cell<'r>(&self, record: &'r Record, position: usize) -> Result<Cell<'r>, Misfit> {
        match self.read {
            Read::Project(read) => read(record),
            Read::Words(read) => Cell::or_null(read(record), |text| Cell::text(text)),
            Read::Day(read) => Cell::or_null(read(record), |text| Ok(Cell::Date(cell::date(text)?.1))),
            Read::Precision(read) => {
                Cell::or_null(read(record), |text| Ok(Cell::name(Precision::of(&cell::date(text)?.0).name())))
            }
            Read::Amount(read) => Cell::or_null(read(record), |money| Cell::fixed(money.amount.0, AMOUNT_SCALE)),
            Read::Currency(read) => {
                Cell::or_null(read(record).and_then(|money| money.currency.as_ref()), |text| Cell::text(text))
            }
            Read::Mention(read) => Cell::or_null(record.mentions.get(position), read),
            Read::Warning(read) => Cell::or_null(record.warnings.get(position), read),
            Read::Document(read) => Cell::or_null(record.documents.get(position), read),
            Read::Id => Cell::text(&record.id),
            Read::Position => Cell::integer(position),
            // It is known when all others are.
            Read::Digest => Ok(Cell::Text("".into())),
        }
    }

    /// The cell, where it is what the column must hold.
    fn fits<'r>(&self, cell: Cell<'r>) -> Result<Cell<'r>, Misfit> {
        let Cell::Text(text) = &cell else {
            return if self.nullable || cell != Cell::Null { Ok(cell) } else { Err(Misfit::new("a value", "none")) };
        };
        match self.check {
            Check::Shape(shapes) if !shapes.iter().any(|shape| has_shape(text, shape)) => {
                Err(Misfit::new(&shapes.join(" or "), text))
            }
            Check::Hexadecimal(digits)
                if !matches!(self.read, Read::Digest) && (text.len() != digits || !text.bytes().all(is_digit)) =>
            {
                Err(Misfit::new(&format!("{digits} hexadecimal digits"), text))
            }
            // Names were checked when they were read.
            _ => Ok(cell),
        }
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// Whether a text has a shape: a set in brackets or a plain character for each of its characters.
fn has_shape(text: &str, shape: &str) -> bool {
    let (mut text, mut rest) = (text.chars(), shape);
    loop {
        let Some(first) = rest.chars().next() else { return text.next().is_none() };
        let Some(found) = text.next() else { return false };
        let fits = if let Some((set, behind)) = rest.strip_prefix('[').and_then(|set| set.split_once(']')) {
            rest = behind;
            let bounds = set.split_once('-').and_then(|(low, high)| Some((low.chars().next()?, high.chars().next()?)));
            bounds.is_some_and(|(low, high)| (low..=high).contains(&found))
        } else {
            rest = rest.strip_prefix(first).unwrap_or_default();
            found == first
        };
        if !fits {
            return false;
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use rust_decimal::Decimal;

    use super::{has_shape, rounded};

    #[test]
    fn what_lies_in_the_middle_is_rounded_away_from_nought() {
        let number = |digits: &str| Decimal::from_str(digits).expect("a number");
        for (given, expected) in [("0.125", "0.13"), ("-0.125", "-0.13"), ("0.135", "0.14"), ("2.5049", "2.50")] {
            assert_eq!(rounded(number(given), 2), number(expected), "{given}");
        }
    }

    #[test]
    fn shapes_take_each_character_of_a_set() {
        for (text, shape, fits) in [
            ("AT", "[A-Z][A-Z]", true),
            ("A", "[A-Z][A-Z]", false),
            ("ATX", "[A-Z][A-Z]", false),
            ("at", "[A-Z][A-Z]", false),
            ("2021-2027", "[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]", true),
            ("2021/2027", "[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]", false),
            ("und", "und", true),
            ("", "und", false),
        ] {
            assert_eq!(has_shape(text, shape), fits, "{text} {shape}");
        }
    }
}
