//! Cells: values as databases and typed files take them.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;

use super::{Column, Table, Type};
use crate::normalize::DateValue;

/// Digits of an amount or a rate in all.
const DIGITS: u32 = 18;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'r> {
    Null,
    Text(Cow<'r, str>),
    Integer(i64),
    /// An amount or a rate with the digits of its column behind the point, or any number as it is.
    Number(Decimal),
    Share(f64),
    Date(Date),
    Moment(DateTime),
    /// JSON as text.
    Json(String),
}

/// A value that a table cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    place: String,
    expected: String,
    found: String,
}

impl Misfit {
    pub(super) fn new(expected: &str, found: &str) -> Self {
        // A text that is cut short is found again all the same.
        let found = found.chars().take(60).collect();
        Misfit { place: String::new(), expected: expected.to_owned(), found }
    }

    pub(super) fn at(self, table: &Table, column: &Column, position: usize) -> Self {
        let place =
            if table.is_projects() { column.json.to_owned() } else { format!("{table}[{position}].{}", column.json) };
        Misfit { place, ..self }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {:?}", self.place, self.expected, self.found)
    }
}

impl std::error::Error for Misfit {}

/// How exactly a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Year,
    Month,
    Day,
    Minute,
}

impl Precision {
    pub const ALL: [Precision; 4] = [Precision::Year, Precision::Month, Precision::Day, Precision::Minute];

    /// The name it has in tables.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Year => "year",
            Precision::Month => "month",
            Precision::Day => "day",
            Precision::Minute => "minute",
        }
    }

    pub(super) fn of(date: &DateValue) -> Precision {
        match date {
            DateValue { time: Some(_), .. } => Precision::Minute,
            DateValue { day: Some(_), .. } => Precision::Day,
            DateValue { month: Some(_), .. } => Precision::Month,
            _ => Precision::Year,
        }
    }
}

impl<'r> Cell<'r> {
    /// Text; U+0000 is none, as PostgreSQL has no such character and SQLite's programs end a text there.
    pub(super) fn text(text: &'r str) -> Result<Self, Misfit> {
        if text.contains('\0') {
            return Err(Misfit::new("text without U+0000", text));
        }
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    pub(super) fn name(name: &'static str) -> Self {
        Cell::Text(Cow::Borrowed(name))
    }

    pub(super) fn integer(number: impl TryInto<i64> + Copy + fmt::Display) -> Result<Self, Misfit> {
        let whole = number.try_into();
        whole.map(Cell::Integer).map_err(|_| Misfit::new("a whole number below 2^63", &number.to_string()))
    }

    pub(super) fn share(share: f64) -> Result<Self, Misfit> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Misfit::new("a share between 0 and 1", &share.to_string()));
        }
        Ok(Cell::Share(share))
    }

    /// A number of 18 digits, `scale` of them behind the point; more of them are rounded, half away from nought, as SQL
    /// does it.
    pub(super) fn fixed(number: Decimal, scale: u32) -> Result<Self, Misfit> {
        let rounded = rounded(number, scale);
        if rounded.abs() >= Decimal::from(10_u64.pow(DIGITS - scale)) {
            return Err(Misfit::new(&format!("a number below 10^{}", DIGITS - scale), &number.to_string()));
        }
        Ok(Cell::Number(rounded))
    }

    pub(super) fn moment(text: &str) -> Result<Self, Misfit> {
        let (date, day) = date(text)?;
        let (hour, minute) = date.time.unwrap_or_default();
        let time = jiff::civil::Time::new(hour, minute, 0, 0);
        time.map(|time| Cell::Moment(day.to_datetime(time))).map_err(|_| Misfit::new("a time of day", text))
    }

    pub(super) fn json(value: &impl Serialize) -> Result<Self, Misfit> {
        let text =
            serde_json::to_string(value).map_err(|error| Misfit::new("what JSON can hold", &error.to_string()))?;
        // JSON writes U+0000 as an escape, which PostgreSQL refuses all the same.
        if text.contains("\\u0000") {
            return Err(Misfit::new("text without U+0000", &text));
        }
        Ok(Cell::Json(text))
    }

    /// What stands in a column that must hold something where there is nothing that it can hold.
    pub(super) fn nothing(holds: Type) -> Self {
        match holds {
            Type::Text => Cell::Text("".into()),
            Type::Integer => Cell::Integer(0),
            Type::Amount | Type::Rate | Type::Number => Cell::Number(Decimal::ZERO),
            Type::Share => Cell::Share(0.0),
            Type::Date => Cell::Date(Date::ZERO),
            Type::Moment => Cell::Moment(DateTime::ZERO),
            Type::Json => Cell::Json("null".to_owned()),
        }
    }

    /// The value of an optional field.
    pub(super) fn or_null<T>(
        value: Option<T>,
        cell: impl FnOnce(T) -> Result<Cell<'r>, Misfit>,
    ) -> Result<Self, Misfit> {
        value.map_or(Ok(Cell::Null), cell)
    }
}

impl Cell<'_> {
    /// Adds the cell to the bytes of a digest; no two cells have the same there.
    pub(super) fn digest(&self, bytes: &mut Vec<u8>) {
        let mut long = |kind: u8, text: &str| {
            bytes.push(kind);
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        };
        match self {
            Cell::Null => bytes.push(0),
            Cell::Text(text) => long(1, text),
            Cell::Json(text) => long(2, text),
            Cell::Integer(number) => {
                bytes.push(3);
                bytes.extend(number.to_le_bytes());
            }
            Cell::Number(number) => {
                bytes.push(4);
                // 1.50 and 1.5 are one number.
                bytes.extend(number.normalize().serialize());
            }
            Cell::Share(share) => {
                bytes.push(5);
                bytes.extend(share.to_le_bytes());
            }
            Cell::Date(date) => long(6, &date.to_string()),
            Cell::Moment(moment) => long(7, &moment.to_string()),
        }
    }
}

/// A number with so many digits behind the point; one in the middle is rounded away from nought.
pub fn rounded(number: Decimal, scale: u32) -> Decimal {
    number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero)
}

/// A date as records write it, and its first day.
pub(super) fn date(text: &str) -> Result<(DateValue, Date), Misfit> {
    let date = text.parse::<DateValue>().ok();
    date.and_then(|date| Some((date, date.first()?))).ok_or_else(|| Misfit::new("a date of ISO 8601", text))
}
