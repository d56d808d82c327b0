//! Percentages: the number before the sign or word, in per cent.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::number;
use crate::patterns::{Class, Language, Part, Slot};
use crate::scan::Match;

/// The percentage of a part of a match.
pub fn read(found: &Match<'_>, text: &str, part: Part, language: &Language) -> Option<Decimal> {
    let unit = match found.slot(text, part, Slot::Word(Class::Percent)) {
        Some(word) => Decimal::from_str(language.words.value(Class::Percent, word)?).ok()?,
        None => Decimal::ONE,
    };
    number::read(found, text, part, number::Of::Percent, language)?.checked_mul(unit).map(|value| value.normalize())
}
