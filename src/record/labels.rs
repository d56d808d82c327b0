//! Labels on a page and the stretch of text each speaks of.

use std::ops::Range;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::normalize::{self, Reading, Value};
use crate::patterns::{Class, Field, Group, Kind, Label, Language, Print, Rule, Topic};
use crate::scan::{Marks, Match, scan_at};

/// A label and the text it speaks of.
#[derive(Debug)]
pub struct Zone<'l> {
    pub label: &'l Label,
    /// The label itself.
    pub at: Range<usize>,
    /// What stands in brackets between the label and its separator: "(EUR)", "[m€]".
    pub unit: Option<Range<usize>>,
    /// What follows: the rest of the line, or the next line where the rest is empty, as far as the next label.
    pub value: Range<usize>,
    /// Whether a colon, a column or a line break parts label and value; without one it is a word like others.
    pub parted: bool,
}

/// A value this far behind its label is no longer what the label speaks of.
const REACH: usize = 400;

/// Every label of a passage, in text order. `text` is the page's.
pub fn zones<'l>(text: &str, marks: &Marks<'_, 'l>) -> Vec<Zone<'l>> {
    let text = text.get(..marks.span.end).unwrap_or(text);
    let mut zones: Vec<Zone<'l>> = Vec::new();
    for (at, hits) in marks.find(Topic::Label, &marks.span) {
        let Some(label) = marks.labels(hits).next() else { continue };
        if label.field.is_none() {
            // Kohesio's headings and header are whole lines that no value follows.
            if alone(text, &at) {
                let end = at.end..at.end;
                zones.push(Zone { label, at, unit: None, value: end, parted: true });
            }
            continue;
        }
        let inside = zones.last().is_some_and(|before| before.parted && at.start < before.value.end);
        // Words of a value are no label of their own: "Beneficiario: Comune di …".
        if let Some(zone) = zone(text, label, at)
            && (zone.parted || !inside)
        {
            zones.push(zone);
        }
    }
    for i in 1..zones.len() {
        let Some((before, after)) = zones.split_at_mut_checked(i) else { break };
        if let (Some(before), Some(after)) = (before.last_mut(), after.first())
            && before.value.end > after.at.start
        {
            before.value.end = after.at.start.max(before.value.start);
        }
    }
    zones
}

/// Where a print of Kohesio's stands in a window of the page, in any language.
pub fn prints_at(passages: &[Marks<'_, '_>], window: Range<usize>, print: Print) -> impl Iterator<Item = Range<usize>> {
    passages.iter().flat_map(move |marks| {
        let prints = move |label: &Label| label.prints.contains_key(&print);
        let found = marks.find(Topic::Label, &window);
        found.filter(move |(_, hits)| marks.labels(hits).any(prints)).map(|(at, _)| at)
    })
}

/// The stretch a label speaks of; `None` where the words stand in a sentence and label nothing.
fn zone<'l>(text: &str, label: &'l Label, at: Range<usize>) -> Option<Zone<'l>> {
    let opens_line = opens(text, at.start);
    let limit = text.floor_char_boundary((at.end + REACH).min(text.len()));
    let rest = text.get(at.end..limit)?;
    let mut cursor = at.end + spaces(rest);
    let mut unit = None;
    if let Some((open, close)) =
        [('(', ')'), ('[', ']')].into_iter().find(|(open, _)| text.get(cursor..).is_some_and(|t| t.starts_with(*open)))
    {
        let inside = text.get(cursor + open.len_utf8()..limit)?;
        let line = inside.lines().next().unwrap_or_default();
        if let Some(length) = line.find(close).filter(|&length| length <= 60) {
            let from = cursor + open.len_utf8();
            unit = Some(from..from + length);
            cursor = from + length + close.len_utf8();
            cursor += spaces(text.get(cursor..limit)?);
        }
    }
    let rest = text.get(cursor..limit)?;
    let separator = rest.chars().next().filter(|c| matches!(c, ':' | '|' | '=' | '\n' | '\t'));
    let dashed = rest.starts_with("- ") && opens_line;
    let tabbed = text.get(at.end..cursor).is_some_and(|gap| gap.contains('\t'));
    let parted = match separator {
        // Inside a line a label has a capital and does not go on a sentence: "… . Durata: 24 mesi", no "del progetto: …".
        Some(':') => opens_line || interrupts(text, at.start),
        Some(_) => opens_line,
        None => dashed || (tabbed && opens_line),
    };
    if parted && separator != Some('\n') {
        cursor += usize::from(separator.is_some() || dashed);
    }
    if !parted && (!opens_line || separator.is_some() || rest.is_empty()) {
        return None;
    }
    let value = value(text, cursor, limit);
    Some(Zone { label, at, unit, value, parted })
}

/// The rest of the line; where nothing stands there, the next line that holds something, one blank line away at most.
fn value(text: &str, from: usize, limit: usize) -> Range<usize> {
    let mut start = from;
    for line in text.get(from..limit).unwrap_or_default().split('\n').take(3) {
        let content = line.trim_start_matches(AROUND);
        if !content.is_empty() {
            let inner = start + line.len() - content.len();
            return inner..inner + content.trim_end_matches(AROUND).len();
        }
        start += line.len() + 1;
    }
    from..from
}

/// What stands around a value and is no part of it.
const AROUND: [char; 5] = [' ', '\t', ':', '|', '='];

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Whether `at` is the first word of its line, bullets and columns aside, or follows a heading without a space.
fn opens(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    if before.ends_with(char::is_lowercase) {
        return true;
    }
    // In "Home | Programme | Contact" the words between bars are links; only a line's first cell is a label.
    let before = before.trim_end_matches([' ', '*', '•', '§', '-', '"', '>', '·', '#', '«']);
    let before = before.strip_suffix('|').unwrap_or(before);
    before.is_empty() || before.ends_with(['\n', '\t', ';'])
}

/// Whether words inside a line begin with a capital behind something that is no word.
fn interrupts(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
    let capital = text.get(at..).is_some_and(|t| t.starts_with(char::is_uppercase));
    capital && !before.ends_with(|c: char| c.is_alphanumeric() || c == ',' || c == '\'')
}

/// Whether nothing else stands on the line.
fn alone(text: &str, at: &Range<usize>) -> bool {
    let before = text.get(..at.start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let after = text.get(at.end..).unwrap_or_default();
    let glued = after.starts_with(char::is_uppercase);
    let after = after.trim_start_matches([' ', '\t', ':']);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n') || glued)
}

/// The kind of value a field holds.
pub fn kind(field: Field) -> Option<Kind> {
    Some(match field {
        Field::StartDate
        | Field::EndDate
        | Field::Dates
        | Field::Published
        | Field::Deadline
        | Field::Event
        | Field::OtherDate => Kind::Date,
        Field::ProgrammingPeriod => Kind::Period,
        Field::TotalBudget | Field::EuContribution | Field::NationalContribution | Field::Grant | Field::Cost => {
            Kind::Amount
        }
        Field::CofinancingRate => Kind::Percentage,
        Field::Participants => Kind::Participants,
        _ => return None,
    })
}

/// Bare numbers behind labels that say what they are: "Costo totale (EUR): 209.364,52", "Partecipanti: 120".
/// `taken` tells whether something was read at a place already.
pub fn bare_values<'l>(
    text: &str,
    marks: &Marks<'_, 'l>,
    zones: &[Zone<'_>],
    taken: impl Fn(&Range<usize>) -> bool,
) -> Vec<(&'l Rule, Reading)> {
    let language = marks.language;
    let mut all = Vec::new();
    for zone in zones.iter().filter(|zone| zone.parted) {
        let Some(wanted) = zone.label.field.and_then(kind) else { continue };
        let inner = text.get(zone.value.clone()).unwrap_or_default();
        let Some(offset) = inner.find(|c: char| c.is_ascii_digit()) else { continue };
        let at = zone.value.start + offset;
        if offset > 0 && !marks.is_filler(&(zone.value.start..at)) {
            continue;
        }
        let read = |found: &Match<'l>| {
            let fits = found.rule.kind == Some(wanted) && found.span.end + marks.span.start <= zone.value.end;
            normalize::read(found, marks.text, language).filter(|_| fits).and_then(|all| all.into_iter().next())
        };
        if let Some((found, mut reading)) = scan_at(marks, at - marks.span.start, read) {
            reading.span = reading.span.start + marks.span.start..reading.span.end + marks.span.start;
            if taken(&reading.span) {
                continue;
            }
            if let Value::Participants { group, .. } = &mut reading.value
                && let Some(of) = group_in(text.get(zone.at.clone()).unwrap_or_default(), language)
            {
                *group = of;
            }
            if let Some(unit) = zone.unit.clone().and_then(|unit| text.get(unit)) {
                apply_unit(&mut reading.value, unit, language);
            }
            all.push((found.rule, reading));
        }
    }
    all
}

/// Whom a label counts: "Number of learners".
fn group_in(label: &str, language: &Language) -> Option<Group> {
    label.split_whitespace().find_map(|word| language.words.value(Class::People, word)).and_then(Group::from_name)
}

/// What a label's unit says of the number behind it: "(EUR)", "(mln €)", "(in migliaia di euro)".
fn apply_unit(value: &mut Value, unit: &str, language: &Language) {
    let Value::Amount { value, currency } = value else { return };
    let words = unit.split([' ', '\t', '/', '.', ',']).filter(|word| !word.is_empty());
    for word in words {
        // "M€" is a scale and a sign in one.
        let glued = word.char_indices().nth(1).map(|(at, _)| word.split_at(at));
        let whole = language.words.value(Class::Currency, word);
        let tail = glued.and_then(|(_, sign)| language.words.value(Class::Currency, sign));
        if let Some(code) = whole.or(tail) {
            *currency = Some(code.to_owned());
        }
        let scale = language.words.value(Class::Scale, word);
        let head = glued.filter(|_| tail.is_some()).and_then(|(scale, _)| language.words.value(Class::Scale, scale));
        if let Some(scaled) = scale.or(head).and_then(|s| Decimal::from_str(s).ok()).and_then(|s| value.checked_mul(s))
        {
            *value = scaled.normalize();
        }
    }
}
