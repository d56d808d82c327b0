//! Values: what a match means. One kind a file; every function is pure.

mod amount;
mod date;
mod number;
mod participants;
mod percentage;
mod period;
mod words;

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use crate::patterns::{Group, Kind, Language, Part};
use crate::scan::Match;

pub use date::DateValue;
pub use period::PeriodValue;

/// A value as the record gives it, apart from its role.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Date(DateValue),
    Period(PeriodValue),
    /// In major units; the currency in ISO 4217, where the page names one.
    Amount {
        value: Decimal,
        currency: Option<String>,
    },
    /// In per cent.
    Percentage(Decimal),
    Participants {
        value: u64,
        group: Group,
    },
}

impl Value {
    pub fn kind(&self) -> Kind {
        match self {
            Value::Date(_) => Kind::Date,
            Value::Period(_) => Kind::Period,
            Value::Amount { .. } => Kind::Amount,
            Value::Percentage(_) => Kind::Percentage,
            Value::Participants { .. } => Kind::Participants,
        }
    }
}

/// The form examples in pattern files are keyed by: `2024-01-01`, `2021/2027`, `1250000 EUR`, `82.52`, `1292 staff`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Date(date) => date.fmt(f),
            Value::Period(period) => period.fmt(f),
            Value::Amount { value, currency: Some(currency) } => write!(f, "{value} {currency}"),
            Value::Amount { value, currency: None } | Value::Percentage(value) => value.fmt(f),
            Value::Participants { value, group } => write!(f, "{value} {group}"),
        }
    }
}

/// A value and the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub value: Value,
    /// Bytes of the normalised text.
    pub span: Range<usize>,
    /// Read month first, as day first is no date.
    pub month_first: bool,
}

/// Reads a match: one value, or two where it is a range. `None` where it means nothing.
pub fn read(found: &Match<'_>, text: &str, language: &Language) -> Option<Vec<Reading>> {
    let kind = found.rule.kind?;
    if kind == Kind::Period {
        let value = Value::Period(period::read(found, text)?);
        return Some(vec![Reading { value, span: found.hull(), month_first: false }]);
    }
    let parts: &[Part] = if found.is_range() { &[Part::Start, Part::End] } else { &[Part::Only] };
    let mut readings = Vec::with_capacity(parts.len());
    for &part in parts {
        let value = match kind {
            Kind::Date => Value::Date(date::read(found, text, part, language)?),
            Kind::Amount => amount::read(found, text, part, language)?,
            Kind::Percentage => Value::Percentage(percentage::read(found, text, part, language)?),
            _ => participants::read(found, text, part, language)?,
        };
        let mut span = found.hull_of(part);
        if matches!(&value, Value::Amount { value, .. } if value.is_sign_negative()) {
            // The minus is one character right before the number.
            span.start -= 1;
        }
        readings.push(Reading { value, span, month_first: found.rule.month_first });
    }
    if let [Reading { value: Value::Date(start), .. }, Reading { value: Value::Date(end), .. }] =
        readings.as_mut_slice()
    {
        date::share_year(found, start, end)?;
    }
    Some(readings)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn values_print_as_examples_write_them() {
        let amount =
            Value::Amount { value: Decimal::from_str("6200901.17").expect("a number"), currency: Some("EUR".into()) };
        assert_eq!(amount.to_string(), "6200901.17 EUR");
        assert_eq!(Value::Participants { value: 1292, group: Group::Staff }.to_string(), "1292 staff");
    }
}
