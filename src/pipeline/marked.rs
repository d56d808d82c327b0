//! A page in two steps: words and labels are marked, which tells whether it lists projects; then its values are read.

use std::ops::Range;

use crate::language::Detected;
use crate::normalize;
use crate::patterns::{Language, PatternError, Patterns, Rule};
use crate::record::{self, Fact, Facts, Found, Kohesio, Stated, Zone};
use crate::scan::{self, Lost, Marks, Passage};
use crate::text::{Text, html};

use super::columns::{self, Placed};

/// A text's passages with the words and labels in them.
pub struct Marked<'t, 'e> {
    /// The page's own.
    language: &'e Language,
    /// Each with its part of the zones.
    passages: Vec<(Marks<'t, 'e>, Range<usize>)>,
    zones: Vec<Zone<'e>>,
    pub kohesio: Kohesio,
}

/// All that is read of a text.
pub struct Understood<'e> {
    pub found: Vec<Found<'e>>,
    pub lost: Vec<Lost<'e>>,
    pub facts: Facts,
    pub kohesio: Kohesio,
}

impl<'t, 'e> Marked<'t, 'e> {
    /// Marks every passage of a text in its own language.
    pub fn new(
        patterns: &'e Patterns,
        text: &'t Text<'_>,
        detected: &Detected,
        columns: &'e [Placed],
    ) -> Result<Self, PatternError> {
        let language = patterns.language(&detected.code)?;
        let (mut passages, mut zones) = (Vec::with_capacity(detected.passages.len()), Vec::new());
        for passage in &detected.passages {
            let spoken = patterns.language(&passage.code)?;
            let marks = Marks::new(Passage::new(text.normal(), text.lower(), &passage.span, spoken));
            let own = columns::with(record::zones(text.normal(), &marks), columns, &passage.span);
            passages.push((marks, zones.len()..zones.len() + own.len()));
            zones.extend(own);
        }
        let kohesio = record::kohesio(text.normal(), &zones);
        Ok(Marked { language, passages, zones, kohesio })
    }

    /// Where each project stands on a page that lists several.
    pub fn blocks(&self, text: &Text<'_>, columns: &[Placed]) -> Vec<Range<usize>> {
        let may = self.kohesio == Kohesio::No && columns.is_empty();
        if may { record::blocks(text.normal(), &self.zones) } else { Vec::new() }
    }

    /// Reads the values, what each is of the project, and the project's facts.
    pub fn understand(
        self,
        text: &Text<'_>,
        columns: &'e [Placed],
        head: Option<&html::Html>,
        keep_lost: bool,
    ) -> Understood<'e> {
        let Marked { language, passages, zones, kohesio } = self;
        let normal = text.normal();
        let (mut readings, mut lost) = (Vec::new(), Vec::new());
        for (marks, own) in &passages {
            let zones = zones.get(own.clone()).unwrap_or_default();
            let read = read(normal, marks, zones, columns, keep_lost);
            readings.extend(read.0);
            lost.extend(read.1);
        }
        let passages: Vec<_> = passages.into_iter().map(|(marks, _)| marks).collect();
        let mut found = record::assign(normal, &passages, &zones, readings);
        let mut facts = record::facts(normal, language, &passages, &zones, &mut found);
        if kohesio == Kohesio::Project
            && let Some(place) = record::place(normal, language, &passages)
        {
            const BY: &str = "flag line";
            facts.region = place.region.map(|region| Fact::words(normal, region, BY));
            let country = |value| Fact { value, mention: None, span: None, by: BY.to_owned(), against: Vec::new() };
            facts.country = place.country.map(country);
        }
        // Kohesio lists beneficiaries as links; where those are gone, the heading is followed by something else.
        facts.beneficiary.take_if(|_| kohesio == Kohesio::Project && head.is_none());
        if facts.title.is_none() || kohesio == Kohesio::Project {
            let stated = head.map(Stated::from).unwrap_or_default();
            facts.title = record::title(normal, &zones, &found, language, kohesio, &stated);
        }
        Understood { found, lost, facts, kohesio }
    }
}

/// What the rules of a passage's language read in it, and the matches that lost.
type Readings<'e> = (Vec<(&'e Rule, normalize::Reading)>, Vec<Lost<'e>>);

/// Matches the rules of a passage's language against it; `text` is the page's.
fn read<'e>(
    text: &str,
    marks: &Marks<'_, 'e>,
    zones: &[Zone<'_>],
    columns: &'e [Placed],
    keep_lost: bool,
) -> Readings<'e> {
    let (passage, span, language): (&Passage<'_, 'e>, _, _) = (marks, &marks.span, marks.language);
    let scan = scan::scan(passage, |found| normalize::read(found, passage.text, language), keep_lost);
    let mut lost = scan.lost;
    let mut readings: Vec<_> =
        scan.found.into_iter().flat_map(|(m, all)| all.into_iter().map(move |r| (m.rule, r))).collect();
    let moved = |range: &mut Range<usize>| *range = range.start + span.start..range.end + span.start;
    if span.start > 0 {
        for (_, reading) in &mut readings {
            moved(&mut reading.span);
        }
        for lost in &mut lost {
            moved(&mut lost.to.1);
            moved(&mut lost.of.span);
            lost.of.slots.iter_mut().for_each(|filled| moved(&mut filled.span));
        }
    }
    let bare = record::bare_values(text, marks, zones, |span| {
        let next = readings.partition_point(|(_, reading)| reading.span.end <= span.start);
        readings.get(next).is_some_and(|(_, reading)| reading.span.start < span.end)
    });
    readings.extend(bare);
    columns::measure(readings.iter_mut().map(|(_, reading)| reading), text, columns);
    readings.sort_by_key(|(_, reading)| (reading.span.start, reading.span.end));
    (readings, lost)
}
