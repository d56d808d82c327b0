//! Rows of tables as text, and what their columns state. A row reads like a page whose labels are known beforehand:
//! `heading: value`, a line a cell; descriptions stand as paragraphs of their own.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;

use rust_decimal::Decimal;

use super::shown::Shown;
use crate::digest::sha256;
use crate::language::{Detected, Detector, Passage};
use crate::normalize::{Reading, Value};
use crate::parallel::locked;
use crate::patterns::{Column, Field, Heading, Headings, UND};
use crate::record::{Label, Zone};
use crate::source::{Cell, Row};
use crate::text::{Text, fold, html};

/// What the columns of tables hold, by their headings: as the user says, else as the patterns know.
pub struct Columns<'p> {
    said: &'p [(String, Column)],
    headings: &'p Headings,
    seen: &'p Seen,
}

/// Headings seen before; a table has the same in every row.
#[derive(Default)]
pub struct Seen(Mutex<HashMap<Box<str>, Option<Heading>>>);

/// More headings than tables have; rows of JSON may have any.
const SEEN: usize = 4096;

impl<'p> Columns<'p> {
    pub fn new(said: &'p [(String, Column)], headings: &'p Headings, seen: &'p Seen) -> Self {
        Columns { said, headings, seen }
    }

    fn understand(&self, heading: &str) -> Option<Heading> {
        let mut seen = locked(&self.seen.0);
        if let Some(known) = seen.get(heading) {
            return *known;
        }
        let known = self.headings.understand(heading);
        let said = self.said.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(heading.trim()));
        let unit = known.unwrap_or(Heading { column: Column::Other, currency: None, scale: 1 });
        let found = said.map(|(_, column)| Heading { column: *column, ..unit }).or(known);
        if seen.len() < SEEN {
            seen.insert(heading.into(), found);
        }
        found
    }
}

/// What a column's heading stands behind where it is the evidence for a value.
const COLUMN: &str = "column/";

/// A cell in the normalised text of its row.
#[derive(Debug, Clone)]
pub struct Placed {
    heading: Option<Heading>,
    /// What the column states, where it states something.
    label: Label,
    at: Range<usize>,
    value: Range<usize>,
    /// ISO 4217 of an amount that names none itself.
    currency: Option<String>,
}

impl Placed {
    /// The heading as the table has it, and what it is understood as.
    pub fn heading(&self) -> (&str, Option<Heading>) {
        (self.label.id.strip_prefix(COLUMN).unwrap_or_default(), self.heading)
    }

    fn column(&self) -> Option<Column> {
        self.heading.map(|heading| heading.column)
    }

    /// Whether it is read as pages are, and not as a value behind a label.
    fn is_prose(&self) -> bool {
        self.column() == Some(Column::Summary)
    }

    fn whole(&self) -> Range<usize> {
        self.at.start..self.value.end
    }
}

/// A row as text.
pub fn show(row: &Row, columns: &Columns<'_>, limits: &html::Limits) -> Result<Shown<'static>, html::TooMuch> {
    let mut text = String::new();
    let mut placed: Vec<Placed> = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        let heading = columns.understand(&cell.heading);
        let value = visible(cell, limits)?;
        let name = cell.heading.split_whitespace().collect::<Vec<_>>().join(" ");
        let at = if heading.is_some_and(|heading| heading.column == Column::Summary) {
            text.push('\n');
            text.len()..text.len()
        } else {
            let start = text.len();
            text.push_str(&name);
            text.push_str(": ");
            start..start + name.len()
        };
        let start = text.len();
        text.push_str(value.trim());
        let value = start..text.len();
        text.push('\n');
        let field = heading.and_then(|heading| heading.column.field());
        let label = Label { field, id: format!("{COLUMN}{name}"), ..Label::default() };
        let currency = heading.and_then(|heading| heading.currency).map(str::to_owned);
        placed.push(Placed { heading, label, at, value, currency });
    }
    settle(&text, &mut placed);
    let bytes = text.len() as u64;
    let sha256 = sha256([text.as_bytes()]);
    let text = Text::new(text);
    for cell in &mut placed {
        (cell.at, cell.value) = (text.normal_range(&cell.at), text.normal_range(&cell.value));
    }
    Ok(Shown {
        encoding: "UTF-8",
        replaced: 0,
        repaired: 0,
        media_type: "text/plain",
        bytes,
        sha256,
        text,
        head: None,
        columns: placed,
    })
}

/// What columns say of one another.
fn settle(text: &str, cells: &mut [Placed]) {
    let has = |column, cells: &[Placed]| cells.iter().any(|cell| cell.column() == Some(column));
    // A column of its own names the currency of the amounts beside it.
    let code = |cell: &&Placed| {
        let code = text.get(cell.value.clone()).unwrap_or_default();
        (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then(|| code.to_owned())
    };
    let currency = cells.iter().find(|cell| cell.column() == Some(Column::Currency)).as_ref().and_then(code);
    // Of two ends the one that came about counts, of two countries the code, of two titles the English one.
    let titled = has(Column::Title, cells);
    let ended = has(Column::EndDate, cells);
    let coded = has(Column::CountryCode, cells);
    for cell in cells {
        match cell.column() {
            Some(Column::TotalBudget | Column::EuContribution) => {
                cell.currency = cell.currency.take().or_else(|| currency.clone());
            }
            Some(Column::TitleLocal) if !titled => cell.label.field = Some(Field::Title),
            Some(Column::ExpectedEndDate) if ended => cell.label.field = None,
            Some(Column::Country) if coded => cell.label.field = None,
            _ => {}
        }
    }
}

/// A cell as a reader sees it: descriptions often carry markup.
fn visible<'c>(cell: &'c Cell, limits: &html::Limits) -> Result<Cow<'c, str>, html::TooMuch> {
    if html::is_html(&cell.text) {
        return Ok(Cow::Owned(html::read(&cell.text, limits)?.text));
    }
    Ok(Cow::Borrowed(&cell.text))
}

/// The labels of a passage: those of columns, and those that were found outside of columns that state something.
pub fn with<'l>(zones: Vec<Zone<'l>>, cells: &'l [Placed], passage: &Range<usize>) -> Vec<Zone<'l>> {
    if cells.is_empty() {
        return zones;
    }
    let stated = |cell: &&Placed| cell.heading.is_some() && !cell.is_prose();
    let taken = |zone: &Zone<'_>| {
        let next = cells.partition_point(|cell| cell.whole().end <= zone.at.start);
        cells.get(next).filter(stated).is_some_and(|cell| cell.at.start <= zone.at.start)
    };
    let mut all: Vec<Zone<'l>> = zones.into_iter().filter(|zone| !taken(zone)).collect();
    let here = cells.iter().filter(stated).filter(|cell| passage.contains(&cell.at.start));
    all.extend(here.filter(|cell| cell.label.field.is_some()).map(|cell| Zone {
        label: &cell.label,
        at: cell.at.clone(),
        unit: None,
        value: cell.value.clone(),
        parted: true,
    }));
    all.sort_by_key(|zone| zone.at.start);
    all
}

/// Gives amounts in cells the unit that the column says and the cell does not.
pub fn measure<'r>(readings: impl Iterator<Item = &'r mut Reading>, text: &str, cells: &[Placed]) {
    for reading in readings {
        let Value::Amount { value, currency } = &mut reading.value else { continue };
        let next = cells.partition_point(|cell| cell.value.end <= reading.span.start);
        let Some(cell) = cells.get(next).filter(|cell| !cell.is_prose() && cell.value.start <= reading.span.start)
        else {
            continue;
        };
        if currency.is_none() {
            currency.clone_from(&cell.currency);
        }
        // A cell with words of its own ("1,2 Mio. €") has said how large it is.
        let bare = text.get(cell.value.clone()).is_some_and(|text| !text.contains(char::is_alphabetic));
        let scale = cell.heading.map_or(1, |heading| heading.scale);
        if let Some(scaled) = value.checked_mul(Decimal::from(scale)).filter(|_| bare && scale > 1) {
            *value = scaled.normalize();
        }
    }
}

/// The languages of a row: told from what people wrote in it, as headings are often in another; each description by
/// itself, as exports hold one in English beside one in the country's language.
pub fn detect(detector: &Detector, text: &Text<'_>, cells: &[Placed]) -> Detected {
    let written: Vec<&Placed> = cells
        .iter()
        .filter(|cell| matches!(cell.column(), Some(Column::Summary | Column::Title | Column::TitleLocal)))
        .collect();
    let of = |range: &Range<usize>| {
        let part = text.normal().get(range.clone()).unwrap_or_default();
        detector.detect_folded(part, &fold(part))
    };
    let told: Vec<(&Placed, Detected)> = written.into_iter().map(|cell| (cell, of(&cell.value))).collect();
    let longest = told.iter().filter(|(_, d)| d.code != UND).max_by_key(|(cell, _)| cell.value.len());
    let Some((_, main)) = longest else { return of(&(0..text.normal().len())) };
    let mut passages: Vec<Passage> = Vec::new();
    let mut at = 0;
    let mut push = |span: Range<usize>, code: &str| {
        if !span.is_empty() {
            passages.push(Passage { span, code: code.to_owned() });
        }
    };
    for (cell, detected) in told.iter().filter(|(cell, detected)| cell.is_prose() && detected.code != UND) {
        push(at..cell.value.start, &main.code);
        for passage in &detected.passages {
            push(cell.value.start + passage.span.start..cell.value.start + passage.span.end, &passage.code);
        }
        at = cell.value.end;
    }
    push(at..text.normal().len(), &main.code);
    Detected { code: main.code.clone(), confidence: main.confidence, passages }
}
