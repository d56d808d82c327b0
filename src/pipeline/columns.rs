//! Rows of tables as text, and what their columns state. A row reads like a page whose labels are known beforehand:
//! `heading: value`, a line a cell; descriptions stand as paragraphs of their own.

use std::borrow::Cow;
use std::ops::Range;

use super::shown::Shown;
use crate::digest::sha256;
use crate::language::{Detected, Detector, Passage};
use crate::patterns::UND;
use crate::record::{Column, Columns, Label, Zone};
use crate::source::{Cell, Row};
use crate::text::{Text, fold, html};

/// A cell in the text of its row.
#[derive(Debug, Clone)]
pub struct Placed {
    pub column: Option<Column>,
    /// What the column states, where it states something.
    label: Label,
    at: Range<usize>,
    /// Where the heading, or another column, names the unit of the value.
    unit: Option<Range<usize>>,
    value: Range<usize>,
}

impl Placed {
    /// Whether it is read as pages are, and not as a value behind a label.
    fn is_prose(&self) -> bool {
        self.column == Some(Column::Summary)
    }

    fn whole(&self) -> Range<usize> {
        self.at.start..self.value.end
    }
}

/// A row as text.
pub fn show(row: &Row, columns: &Columns, limits: &html::Limits) -> Result<Shown<'static>, html::TooMuch> {
    let mut text = String::new();
    let mut placed: Vec<Placed> = Vec::with_capacity(row.cells.len());
    for cell in &row.cells {
        let (column, unit) = columns.column(&cell.heading);
        let heading = cell.heading.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = visible(cell, limits)?;
        let start = text.len();
        let prose = column == Some(Column::Summary);
        let unit = unit.filter(|_| !prose).map(|unit| start + unit.start..start + unit.end);
        let at = if prose {
            text.push('\n');
            start..start
        } else {
            text.push_str(&heading);
            text.push_str(": ");
            start..start + heading.len()
        };
        let from = text.len();
        text.push_str(value.trim());
        let value = from..text.len();
        text.push('\n');
        let field = column.and_then(Column::field);
        let label = Label { field, id: format!("column/{heading}"), ..Label::default() };
        placed.push(Placed { column, label, at, unit, value });
    }
    // A column of its own names the currency of the amounts beside it.
    let currency = placed.iter().find(|cell| cell.column == Some(Column::Currency)).map(|cell| cell.value.clone());
    for cell in &mut placed {
        if matches!(cell.column, Some(Column::TotalBudget | Column::EuContribution)) {
            cell.unit = cell.unit.take().or_else(|| currency.clone());
        }
    }
    // Of two ends the one that came about counts.
    if placed.iter().any(|cell| cell.column == Some(Column::EndDate)) {
        placed
            .iter_mut()
            .filter(|cell| cell.column == Some(Column::ExpectedEndDate))
            .for_each(|cell| cell.label.field = None);
    }
    let sha256 = sha256([text.as_bytes()]);
    let bytes = text.len() as u64;
    Ok(Shown {
        text: Cow::Owned(text),
        encoding: "UTF-8",
        replaced: 0,
        repaired: 0,
        media_type: "text/plain",
        bytes,
        sha256,
        head: None,
        columns: placed,
    })
}

/// A cell as a reader sees it: descriptions often carry markup.
fn visible<'c>(cell: &'c Cell, limits: &html::Limits) -> Result<Cow<'c, str>, html::TooMuch> {
    if html::is_html(&cell.text) {
        return Ok(Cow::Owned(html::read(&cell.text, limits)?.text));
    }
    Ok(Cow::Borrowed(&cell.text))
}

/// The cells in the normalised text of their row.
pub fn normal(cells: &[Placed], text: &Text<'_>) -> Vec<Placed> {
    let moved = |range: &Range<usize>| text.normal_range(range);
    let cell = |cell: &Placed| Placed {
        at: moved(&cell.at),
        unit: cell.unit.as_ref().map(moved),
        value: moved(&cell.value),
        ..cell.clone()
    };
    cells.iter().map(cell).collect()
}

/// The labels of a passage: those of columns, and those that were found outside of columns that state something.
pub fn with<'l>(zones: Vec<Zone<'l>>, cells: &'l [Placed], passage: &Range<usize>) -> Vec<Zone<'l>> {
    if cells.is_empty() {
        return zones;
    }
    let stated = |cell: &&Placed| cell.column.is_some() && !cell.is_prose();
    let taken = |zone: &Zone<'_>| {
        let next = cells.partition_point(|cell| cell.whole().end <= zone.at.start);
        cells.get(next).filter(stated).is_some_and(|cell| cell.at.start <= zone.at.start)
    };
    let mut all: Vec<Zone<'l>> = zones.into_iter().filter(|zone| !taken(zone)).collect();
    let here = cells.iter().filter(stated).filter(|cell| passage.contains(&cell.at.start));
    all.extend(here.filter(|cell| cell.label.field.is_some()).map(|cell| Zone {
        label: &cell.label,
        at: cell.at.clone(),
        unit: cell.unit.clone(),
        value: cell.value.clone(),
        parted: true,
    }));
    all.sort_by_key(|zone| zone.at.start);
    all
}

/// The languages of a row: told from what people wrote in it, as headings are often in another; each description by
/// itself, as exports hold one in English beside one in the country's language.
pub fn detect(detector: &Detector, text: &Text<'_>, cells: &[Placed]) -> Detected {
    let written: Vec<&Placed> = cells
        .iter()
        .filter(|cell| matches!(cell.column, Some(Column::Summary | Column::Title | Column::TitleLocal)))
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
