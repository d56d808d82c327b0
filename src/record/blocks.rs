//! Pages that list projects: where the labels of one project begin again for the next.

use std::collections::BTreeSet;
use std::ops::Range;

use super::labels::Zone;
use super::title::is_title;
use crate::patterns::Field;

/// What the labels of a block say of a project. Labels of other fields ("Contact:") tell no project from another.
fn counts(field: Field) -> bool {
    matches!(
        field,
        Field::Title
            | Field::StartDate
            | Field::EndDate
            | Field::Dates
            | Field::TotalBudget
            | Field::EuContribution
            | Field::Cost
            | Field::Grant
            | Field::CofinancingRate
            | Field::Beneficiary
            | Field::Fund
            | Field::Programme
            | Field::Participants
    )
}

/// Only these part projects: partners and lots have sums and names of their own too.
fn opens(field: Field) -> bool {
    matches!(field, Field::Title | Field::StartDate | Field::Dates)
}

/// The stretches of a page that each tell of a project of their own, in text order; empty where the page tells of one.
///
/// Such a page repeats its labels: every block has a title or a start, and at least two fields in common with the
/// first. Blocks that say the same (one for print, one for the screen) are one project.
pub fn blocks(text: &str, zones: &[Zone<'_>]) -> Vec<Range<usize>> {
    let labels: Vec<(&Zone<'_>, Field)> = zones
        .iter()
        .filter(|zone| zone.parted && !zone.value.is_empty())
        .filter_map(|zone| Some((zone, zone.label.field.filter(|&field| counts(field))?)))
        .collect();
    // What is named once above the list ("Fund: ERDF") holds for all of it.
    let places = |of: Field| labels.iter().enumerate().filter(move |(_, (_, field))| *field == of).map(|(i, _)| i);
    let Some(&(_, first)) = labels.iter().find(|(_, field)| places(*field).nth(1).is_some()) else {
        return Vec::new();
    };
    let starts: Vec<usize> = places(first).collect();
    let ends = starts.iter().skip(1).copied().chain([labels.len()]);
    let groups: Vec<&[(&Zone<'_>, Field)]> =
        starts.iter().zip(ends).filter_map(|(&start, end)| labels.get(start..end)).collect();
    let fields = |group: &[(&Zone<'_>, Field)]| group.iter().map(|(_, field)| *field).collect::<BTreeSet<_>>();
    let Some(model) = groups.first().map(|group| fields(group)) else { return Vec::new() };
    let alike = |group: &&[(&Zone<'_>, Field)]| {
        let own = fields(group);
        own.iter().any(|&field| opens(field)) && own.intersection(&model).count() >= 2
    };
    if !groups.iter().all(alike) {
        return Vec::new();
    }
    let says = |group: &[(&Zone<'_>, Field)]| -> Vec<&str> {
        group.iter().map(|(zone, _)| text.get(zone.value.clone()).unwrap_or_default().trim()).collect()
    };
    let different: BTreeSet<Vec<&str>> = groups.iter().map(|group| says(group)).collect();
    if different.len() < groups.len() {
        return Vec::new();
    }
    let places: Vec<usize> = groups
        .iter()
        .filter_map(|group| group.first())
        .map(|(zone, field)| head(text, line_start(text, zone.at.start), *field))
        .collect();
    let ends = places.iter().skip(1).copied().chain([text.len()]);
    places.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// Where a block begins: at its first label, or at the heading right above it where the label is no title itself.
fn head(text: &str, label: usize, field: Field) -> usize {
    if field == Field::Title {
        return label;
    }
    let above = text.get(..label).unwrap_or_default().trim_end();
    let start = line_start(text, above.len());
    let line = above.get(start..).unwrap_or_default().trim();
    if is_title(line) { start } else { label }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}
