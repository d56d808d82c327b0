//! Amounts of money: exact decimals in major units, and the currency where the page names one.

use super::{Value, number};
use crate::patterns::{Class, Filled, Language, Part, Slot};
use crate::scan::Match;

/// The amount of a part of a match.
pub fn read(found: &Match<'_>, text: &str, part: Part, language: &Language) -> Option<Value> {
    let currency = match found.word(&language.words, part, Class::Currency) {
        Some(value) => Some(value?.to_owned()),
        None => None,
    };
    let sign =
        |filled: Option<&Filled>| filled.filter(|f| f.slot == Slot::Word(Class::Currency)).map(|f| f.span.clone());
    if sign(found.slots.first()).is_some_and(|sign| belongs_to_the_left(text, sign.start, language))
        || sign(found.slots.last()).is_some_and(|sign| belongs_to_the_right(text, found, sign.end))
    {
        return None;
    }
    let value = number::read(found, text, part, number::Of::Money, language)?;
    let negative = !value.is_zero() && text.get(..found.hull_of(part).start).is_some_and(is_minus);
    Some(Value::Amount { value: if negative { -value } else { value }, currency })
}

/// "100 € 2 000 €": the first sign closes the first amount and opens none.
fn belongs_to_the_left(text: &str, sign: usize, language: &Language) -> bool {
    let Some(before) = text.get(..sign) else { return false };
    let before = before.trim_end_matches([' ', '\t']);
    if before.ends_with(|c: char| c.is_ascii_digit()) {
        let start = before.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        let spaced = text.get(before.len()..sign).is_some_and(|gap| !gap.is_empty());
        let whole = !before.get(..start).is_some_and(|b| b.ends_with(['.', ',', '\'']));
        // "2017 € 120.000,00": a year opens the line and the amount follows.
        return !(spaced && whole && is_year(before.get(start..).unwrap_or_default()));
    }
    let scale = before.rsplit([' ', '\t', '\n']).next().unwrap_or_default();
    let figure = before.strip_suffix(scale).unwrap_or_default().trim_end_matches([' ', '\t']);
    figure.ends_with(|c: char| c.is_ascii_digit()) && language.words.value(Class::Scale, scale).is_some()
}

/// "2017 € 120.000,00": a year before a sign that an amount follows.
fn belongs_to_the_right(text: &str, found: &Match<'_>, sign: usize) -> bool {
    let after = text.get(sign..).unwrap_or_default();
    if !after.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let written = text.get(found.hull()).unwrap_or_default();
    // Behind a year of four figures.
    written.split_once(' ').is_some_and(|(figures, _)| is_year(figures) && figures.bytes().all(|b| b.is_ascii_digit()))
}

fn is_year(figures: &str) -> bool {
    figures.len() == 4 && (figures.starts_with("19") || figures.starts_with("20"))
}

/// A dash glued to the number, with space before it: a minus. A dash glued to a word parts it from the number.
fn is_minus(before: &str) -> bool {
    let mut back = before.chars().rev();
    back.next() == Some('-') && back.next().is_some_and(|c| matches!(c, ' ' | ':' | '(' | '\t'))
}
