//! Percentages: the number before the sign or word, in per cent.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::number;
use crate::patterns::{Class, Language, Part};
use crate::scan::Match;

/// The percentage of a part of a match.
pub fn read(found: &Match<'_>, text: &str, part: Part, language: &Language) -> Option<Decimal> {
    let unit = match found.word(&language.words, part, Class::Percent) {
        Some(value) => Decimal::from_str(value?).ok()?,
        None => Decimal::ONE,
    };
    number::read(found, text, part, number::Of::Percent, language)?.checked_mul(unit).map(|value| value.normalize())
}
