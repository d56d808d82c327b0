//! Roles: what a value says about the project. A label beats a cue, a cue beats the shape of the text.

use std::ops::Range;

use rust_decimal::Decimal;

use super::labels::Zone;
use super::sentence::{Sentences, WINDOW};
use crate::normalize::{Reading, Value};
use crate::patterns::{Cue, Field, Group, Kind, Language, Mod, Place, Role, Rule, Topic};
use crate::scan::Marks;

/// Bytes of a page that are its head.
const HEAD: usize = 600;

/// How strongly something speaks for a role, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Nothing speaks for it; it is what such a value mostly is.
    Default,
    /// The numbers fit together.
    Arithmetic,
    /// How the text is built: a range, a line of its own.
    Shape,
    /// Words in the sentence.
    Cue,
    /// A label on the page.
    Label,
}

/// Why a value has its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence<'l> {
    pub weight: Weight,
    /// `it/label/start_date`, `it/cue/date/start`, `range`, `line`, `default`.
    pub id: &'l str,
    /// The words that say so.
    pub words: Option<Range<usize>>,
}

impl Evidence<'_> {
    /// Whether a label of the page gave the role, parted from its value or not.
    fn is_label(&self) -> bool {
        let of_layer = || self.id.split_once('/').map_or("", |(_, id)| id);
        self.weight == Weight::Label
            || (self.weight == Weight::Cue && ["label/", "kohesio/"].iter().any(|of| of_layer().starts_with(of)))
    }
}

/// A value with its role.
#[derive(Debug, Clone)]
pub struct Found<'l> {
    pub value: Value,
    /// Bytes of the normalised text.
    pub span: Range<usize>,
    pub rule: &'l Rule,
    pub modifier: Option<Mod>,
    pub month_first: bool,
    pub role: Role,
    pub evidence: Evidence<'l>,
    /// Whether the sentence or line is about the project itself.
    pub about_project: bool,
}

/// Gives every reading its role. `readings` must be in text order; `passages` are the text from end to end.
pub fn assign<'l>(
    text: &str,
    passages: &[Marks<'_, 'l>],
    zones: &[Zone<'l>],
    readings: Vec<(&'l Rule, Reading)>,
) -> Vec<Found<'l>> {
    let Some(marks) = passages.first() else { return Vec::new() };
    let sentences = Sentences::new(text, passages);
    let context = Context { text, sentences: &sentences, passages, marks, language: marks.language, zones };
    let mut found: Vec<Found<'l>> = Vec::with_capacity(readings.len());
    let mut readings = readings.into_iter().peekable();
    while let Some((rule, reading)) = readings.next() {
        // What stands behind the next value of a kind speaks of that one.
        let same = readings.peek().filter(|(_, next)| next.value.kind() == reading.value.kind());
        let between = found.last().map_or(0, |f| f.span.end)..same.map_or(text.len(), |(_, next)| next.span.start);
        found.push(context.at(reading.span.start).found(rule, reading, &between));
    }
    context.together(&mut found);
    found
}

/// The sentence of a value, before it and behind it.
struct Sides {
    left: Range<usize>,
    right: Range<usize>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
pub struct Context<'a, 'l> {
    pub text: &'a str,
    pub sentences: &'a Sentences<'a, 'l>,
    passages: &'a [Marks<'a, 'l>],
    /// The passage looked at, and its language.
    pub marks: &'a Marks<'a, 'l>,
    pub language: &'l Language,
    zones: &'a [Zone<'l>],
}

impl<'l> Context<'_, 'l> {
    /// The same in the language of a place.
    pub fn at(&self, place: usize) -> Self {
        let index = self.passages.partition_point(|marks| marks.span.end <= place);
        let marks = self.passages.get(index).unwrap_or(self.marks);
        Context { marks, language: marks.language, ..*self }
    }

    fn found(&self, rule: &'l Rule, reading: Reading, between: &Range<usize>) -> Found<'l> {
        let Reading { value, span, month_first } = reading;
        let sides = Sides { left: self.sentences.left(span.start), right: self.sentences.right(span.end) };
        let modifier = self.modifier(&sides, &value).filter(|&modifier| fits(modifier, &value));
        let (role, evidence) = self.role(rule, &value, &span, &sides, between);
        // What a label of the page names is the project's.
        let about_project = evidence.is_label() || self.about_project(&sides);
        Found { value, span, rule, modifier, month_first, role, evidence, about_project }
    }

    fn role(
        &self,
        rule: &'l Rule,
        value: &Value,
        span: &Range<usize>,
        sides: &Sides,
        between: &Range<usize>,
    ) -> (Role, Evidence<'l>) {
        let kind = value.kind();
        if let Some((role, zone)) = self.label(kind, span, between.start) {
            let weight = if zone.parted { Weight::Label } else { Weight::Cue };
            return (role, Evidence { weight, id: &zone.label.id, words: Some(zone.at.clone()) });
        }
        if let Some(role) = rule.role {
            return (role, Evidence { weight: Weight::Cue, id: &rule.id, words: None });
        }
        if is_of_a_programme(value) {
            return (Role::Other, Evidence { weight: Weight::Shape, id: "size", words: None });
        }
        if let Some((cue, words)) = self.cue(kind, span, sides, between) {
            return (cue.role, Evidence { weight: Weight::Cue, id: &cue.id, words: Some(words) });
        }
        if kind == Kind::Date && (self.stands_alone(span) || self.is_dateline(span)) {
            return (Role::Published, Evidence { weight: Weight::Shape, id: "line", words: None });
        }
        (default_role(value), Evidence { weight: Weight::Default, id: "default", words: None })
    }

    /// The role a label gives a value that stands behind it; `before` is where the value before ends.
    fn label(&self, kind: Kind, span: &Range<usize>, before: usize) -> Option<(Role, &Zone<'l>)> {
        let index = self.zones.partition_point(|zone| zone.value.start <= span.start).checked_sub(1)?;
        let zone = self.zones.get(index).filter(|zone| span.start < zone.value.end)?;
        let field = zone.label.field?;
        let gap = self.text.get(zone.value.start..span.start)?;
        let first = || self.is_filler(&(zone.value.start..span.start));
        let role = match (field, kind) {
            (Field::Dates, Kind::Date) => {
                // The second date behind the label is the end.
                if before > zone.value.start { Role::End } else { Role::Start }
            }
            (Field::EuContribution | Field::Grant, Kind::Percentage) if zone.parted && !gap.contains(". ") => {
                Role::CofinancingRate
            }
            // A programme's name holds its years.
            (Field::Programme, Kind::Period) => Role::ProgrammingPeriod,
            _ if !first() => return None,
            (Field::StartDate, Kind::Date) => Role::Start,
            (Field::EndDate, Kind::Date) => Role::End,
            (Field::Published, Kind::Date) => Role::Published,
            (Field::Deadline, Kind::Date) => Role::Deadline,
            (Field::Event, Kind::Date) => Role::Event,
            (Field::OtherDate, Kind::Date) => Role::Other,
            (Field::ProgrammingPeriod, Kind::Period) => Role::ProgrammingPeriod,
            (Field::TotalBudget, Kind::Amount) => Role::TotalBudget,
            (Field::EuContribution, Kind::Amount) => Role::EuContribution,
            (Field::NationalContribution, Kind::Amount) => Role::NationalContribution,
            (Field::Grant, Kind::Amount) => Role::Grant,
            (Field::Cost, Kind::Amount) => Role::Cost,
            (Field::CofinancingRate, Kind::Percentage) => Role::CofinancingRate,
            (Field::Participants, Kind::Participants) => Role::Participants,
            _ => return None,
        };
        Some((role, zone))
    }

    /// The cue nearest to the value: one right before it beats one right behind it, which beats one further off.
    fn cue(
        &self,
        kind: Kind,
        span: &Range<usize>,
        sides: &Sides,
        between: &Range<usize>,
    ) -> Option<(&'l Cue, Range<usize>)> {
        let mut best: Option<(usize, usize, &'l Cue, Range<usize>)> = None;
        let mut offer = |rank: usize, distance: usize, cue: &'l Cue, words: Range<usize>| {
            if best.as_ref().is_none_or(|(r, d, ..)| (rank, distance) < (*r, *d)) {
                best = Some((rank, distance, cue, words));
            }
        };
        for (cue, words) in self.cues(Topic::Before(kind), &sides.left) {
            let gap = self.text.get(words.end..span.start).unwrap_or_default();
            match cue.place {
                Place::Before if self.is_filler(&(words.end..span.start)) => offer(0, gap.len(), cue, words),
                Place::Near if reaches(cue, gap) && via(cue, gap) => {
                    // A cue that another value already follows speaks of that one, and there is one total only.
                    let used = words.end <= between.start;
                    if !(used && is_single(cue.role)) {
                        offer(if used { 3 } else { 2 }, gap.len(), cue, words);
                    }
                }
                _ => {}
            }
        }
        for (cue, words) in self.cues(Topic::Behind(kind), &sides.right) {
            if words.end > between.end {
                break;
            }
            let gap = self.text.get(span.end..words.start).unwrap_or_default();
            match cue.place {
                Place::After if self.is_filler(&(self.behind_suffix(span.end, gap)..words.start)) => {
                    offer(1, gap.len(), cue, words);
                }
                Place::Behind if reaches(cue, gap) => offer(2, gap.len(), cue, words),
                _ => {}
            }
        }
        best.map(|(_, _, cue, words)| (cue, words))
    }

    /// Every cue in a window.
    fn cues(&self, topic: Topic, window: &Range<usize>) -> impl Iterator<Item = (&'l Cue, Range<usize>)> {
        let found = self.marks.find(topic, window);
        found.flat_map(|(words, hits)| self.marks.cues(hits).map(move |cue| (cue, words.clone())))
    }

    /// Whether only words of no weight, and words like "circa" and "almeno", stand in a gap.
    pub fn is_filler(&self, gap: &Range<usize>) -> bool {
        // Mostly only a space or a colon stands there.
        let blank = |gap: &str| gap.bytes().all(|byte| matches!(byte, b' ' | b':' | b'('));
        self.text.get(gap.clone()).is_some_and(blank)
            || self.marks.is_filler(gap)
            || self.marks.find(Topic::ModBefore, gap).last().is_some_and(|(words, _)| {
                self.marks.is_filler(&(gap.start..words.start)) && self.marks.is_filler(&(words.end..gap.end))
            })
    }

    /// The TIMEX3 mod of the words right before the value, or right behind it.
    fn modifier(&self, sides: &Sides, value: &Value) -> Option<Mod> {
        let before = self.marks.find(Topic::ModBefore, &sides.left).last().filter(|(words, _)| {
            let gap = self.text.get(words.end..sides.left.end).unwrap_or_default();
            // "Inizio: 2024" names a date and does not shade it.
            !gap.contains([':', '|', '\n']) && self.marks.is_filler(&(words.end..sides.left.end))
        });
        if let Some((_, hits)) = before {
            return self.marks.values(hits).next().and_then(Mod::from_name);
        }
        let (words, hits) = self.marks.find(Topic::ModAfter, &sides.right).next()?;
        let gap = self.text.get(sides.right.start..words.start)?;
        let rest = gap.get(self.behind_suffix(0, gap)..)?;
        let modifier = self.marks.values(hits).next().and_then(Mod::from_name)?;
        // "2024'e kadar" is until 2024, "100'e kadar" up to 100: behind an ending only a part of a year shades a date.
        let part = matches!(modifier, Mod::Start | Mod::Mid | Mod::End);
        let holds = part || rest.len() == gap.len() || !matches!(value, Value::Date(_));
        (holds && rest.trim_start_matches([' ', '\t', ',', '(']).is_empty()).then_some(modifier)
    }

    /// Where an ending ends that is glued to a value's figures ("2019ko hasieran"), or where the gap behind them begins.
    fn behind_suffix(&self, from: usize, gap: &str) -> usize {
        from + self.language.words.glued_suffix(gap).unwrap_or(0)
    }

    /// A date that fills its line, with a clock time or at the head of the page, is when the page was published.
    fn stands_alone(&self, span: &Range<usize>) -> bool {
        const BLANKS: [char; 4] = [' ', '\t', '|', ','];
        let timed = self.text.get(span.clone()).is_some_and(|t| t.contains(':'));
        if !(timed || span.start < HEAD) {
            return false;
        }
        let from = self.text.floor_char_boundary(span.start.saturating_sub(WINDOW));
        let to = self.text.ceil_char_boundary(span.end + WINDOW);
        let before = self.text.get(from..span.start).unwrap_or_default().trim_end_matches(BLANKS);
        let after = self.text.get(span.end..to).unwrap_or_default().trim_start_matches(BLANKS);
        let alone = (before.ends_with('\n') || (before.is_empty() && from == 0))
            && (after.is_empty() || after.starts_with('\n'));
        alone && (timed || self.is_head(span.start))
    }

    /// "VALLETTA, 7 April 2025 - The utility said …": place and date open a press release.
    fn is_dateline(&self, span: &Range<usize>) -> bool {
        const PLACE: usize = 40;
        let rest = self.text.get(span.end..).unwrap_or_default();
        if !(rest.starts_with(" - ") || rest.starts_with('\n')) || span.start > HEAD + 3 * PLACE {
            return false;
        }
        let near = self.text.floor_char_boundary(span.start.saturating_sub(2 * PLACE));
        let before = self.text.get(near..span.start).unwrap_or_default();
        let Some(line) = before.rfind('\n').map(|at| at + 1).or_else(|| (near == 0).then_some(0)) else { return false };
        let (from, place) = (near + line, before.get(line..).unwrap_or_default().trim_end());
        let named = place.ends_with([',', '/']) && place.len() <= PLACE && !place.contains(['.', ':', '(']);
        named && place.starts_with(char::is_uppercase) && self.is_head(from)
    }

    /// Whether no paragraph of prose stands before `at`.
    fn is_head(&self, at: usize) -> bool {
        const PROSE: usize = 200;
        at < HEAD && self.text.get(..at).unwrap_or_default().lines().all(|line| line.len() < PROSE)
    }

    /// Whether words of the sentence say it is about the project.
    fn about_project(&self, sides: &Sides) -> bool {
        [&sides.left, &sides.right].into_iter().any(|side| self.marks.find(Topic::Project, side).next().is_some())
    }
}

/// The dearest projects of the funds take less than ten thousand million euro together with the states; twice that is a
/// whole programme's.
fn is_of_a_programme(value: &Value) -> bool {
    const MOST: Decimal = Decimal::from_parts(2_820_130_816, 4, 0, false, 0);
    matches!(value, Value::Amount { value, currency } if currency.as_deref() == Some("EUR") && *value >= MOST)
}

/// "Inizio 2024" is a part of a year; a day has no beginning, and a number no middle.
fn fits(modifier: Mod, value: &Value) -> bool {
    let part = matches!(modifier, Mod::Start | Mod::Mid | Mod::End);
    match value {
        Value::Date(date) => modifier == Mod::Approx || (part && date.day.is_none()),
        Value::Period(_) => modifier == Mod::Approx,
        _ => !part,
    }
}

fn default_role(value: &Value) -> Role {
    match value {
        Value::Period(period) if period.is_programming_period() => Role::ProgrammingPeriod,
        Value::Participants { group: Group::Inhabitants, .. } => Role::Background,
        Value::Participants { .. } => Role::Participants,
        _ => Role::Other,
    }
}

/// Roles a project has one value of, so that one cue speaks of one value.
fn is_single(role: Role) -> bool {
    matches!(
        role,
        Role::Start | Role::End | Role::Published | Role::TotalBudget | Role::EuContribution | Role::CofinancingRate
    )
}

/// Whether a cue stands near enough to its value.
fn reaches(cue: &Cue, gap: &str) -> bool {
    gap.len() <= cue.within || gap.chars().count() <= cue.within
}

/// Whether the words between a cue and its value end as the cue demands.
fn via(cue: &Cue, gap: &str) -> bool {
    if cue.via.is_empty() {
        return true;
    }
    let folded = gap.to_lowercase();
    let gap = folded.trim_end_matches([' ', '\t']);
    cue.via.iter().any(|word| {
        let before = gap.strip_suffix(word.as_str());
        before.is_some_and(|b| !b.ends_with(char::is_alphanumeric))
    })
}
