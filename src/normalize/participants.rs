//! Counts of people: a whole number and whom it counts.

use rust_decimal::prelude::ToPrimitive;

use super::{Value, number};
use crate::patterns::{Class, Group, Language, Part, Slot};
use crate::scan::Match;

/// The count of a part of a match. "Una persona" is somebody, not a count of one.
pub fn read(found: &Match<'_>, text: &str, part: Part, language: &Language) -> Option<Value> {
    let count = number::read(found, text, part, number::Of::People, language)?;
    let value = count.is_integer().then(|| count.to_u64()).flatten()?;
    let spelled = found.slot(text, part, Slot::Number).is_some_and(|n| !n.starts_with(|c: char| c.is_ascii_digit()));
    if value == 1 && spelled {
        return None;
    }
    Some(Value::Participants { value, group: group(found, language) })
}

/// The noun's group; where the noun only says people, that of the words beside it ("unemployed people").
fn group(found: &Match<'_>, language: &Language) -> Group {
    let groups = |class| found.words(&language.words, class).filter_map(Group::from_name);
    let mut all = groups(Class::People).chain(groups(Class::Modifier));
    let first = all.next();
    let special = first.into_iter().chain(all).find(|&group| group != Group::People);
    special.or(found.rule.group).or(first).unwrap_or(Group::People)
}
