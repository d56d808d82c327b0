//! Scanning: a passage against a language's rules and words, in one pass. Edges are checked here, and the longest span
//! wins.

mod edges;
mod marks;
mod starts;

use std::ops::Range;

use crate::patterns::{Class, Filled, Idle, Kind, Language, Lexicon, Part, Rule, RuleSet, Slot, View};
use crate::text::Folded;
use edges::{left_edge, right_edge};
pub use marks::{Hit, Marks};
use starts::{Kind as Begins, Start, Starts};

/// A rule that matched: where, and what stands in its slots.
#[derive(Debug, Clone)]
pub struct Match<'s> {
    pub rule: &'s Rule,
    /// Everything the pattern matched, words that only say where the value stands included.
    pub span: Range<usize>,
    /// The slots filled, in order, as ranges of the text.
    pub slots: Vec<Filled>,
}

impl Match<'_> {
    /// From the first to the last slot that is part of a value: the evidence.
    pub fn hull(&self) -> Range<usize> {
        hull(self.slots.iter()).unwrap_or_else(|| self.span.clone())
    }

    /// The evidence for one end of a range: its own slots, and the shared ones beside them.
    pub fn hull_of(&self, part: Part) -> Range<usize> {
        let first_of_end = self.slots.iter().position(|s| s.part == Part::End).unwrap_or(self.slots.len());
        let owns = |i: usize, p: Part| match part {
            Part::Only => true,
            Part::Start => p == Part::Start || (p == Part::Only && i < first_of_end),
            Part::End => p == Part::End || (p == Part::Only && i > first_of_end),
        };
        let slots = self.slots.iter().enumerate().filter(|&(i, s)| owns(i, s.part)).map(|(_, slot)| slot);
        hull(slots).unwrap_or_else(|| self.span.clone())
    }

    /// Whether the values are the two ends of a range.
    pub fn is_range(&self) -> bool {
        self.slots.iter().any(|s| s.part == Part::End)
    }

    /// What stands in a slot of a part, or in one both parts share.
    pub fn slot<'t>(&self, text: &'t str, part: Part, slot: Slot) -> Option<&'t str> {
        text.get(self.filled(part, slot)?.span.clone())
    }

    /// The value of the word in a part's slot of a class; `Some(None)` is a slot without a value.
    pub fn word<'w>(&self, words: &'w Lexicon, part: Part, class: Class) -> Option<Option<&'w str>> {
        let filled = self.filled(part, Slot::Word(class))?;
        Some(filled.form.and_then(|form| words.value_of(form)))
    }

    /// The values of the words in every slot of a class, in order.
    pub fn words<'w>(&self, words: &'w Lexicon, class: Class) -> impl Iterator<Item = &'w str> {
        let of_class = self.slots.iter().filter(move |s| s.slot == Slot::Word(class));
        of_class.filter_map(|s| words.value_of(s.form?))
    }

    fn filled(&self, part: Part, slot: Slot) -> Option<&Filled> {
        let of = |wanted: Part| self.slots.iter().find(|s| s.part == wanted && s.slot == slot);
        of(part).or_else(|| of(Part::Only))
    }
}

fn hull<'a>(slots: impl Iterator<Item = &'a Filled>) -> Option<Range<usize>> {
    slots
        .filter(|filled| !filled.slot.is_context())
        .map(|filled| filled.span.clone())
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// What a scan found.
pub struct Scan<'t, 's, V> {
    /// The words of the language that stand in the passage.
    pub marks: Marks<'t, 's>,
    /// Matches with their values, in text order, none overlapping another.
    pub found: Vec<(Match<'s>, V)>,
    /// Forms that hide values, in text order.
    pub hiders: Vec<Match<'s>>,
    /// Matches that lost, each with what it lost to; kept only when asked for.
    pub lost: Vec<Lost<'s>>,
}

/// A match that lost.
#[derive(Debug)]
pub struct Lost<'s> {
    pub of: Match<'s>,
    /// Id and span of the rule that took its place.
    pub to: (String, Range<usize>),
}

/// Matches every rule of a language at every place of a passage, and marks its cues, labels and words on the way.
/// `lower` is the passage folded, `offset` where it stands in its page. `read` gives a match its value, or `None` where the match means
/// nothing (31 February). A longer span wins over a shorter one, then the one further left, then the rule whose id comes
/// first; forms that hide a kind win over what they cover.
pub fn scan<'t, 's, V>(
    text: &'t str,
    lower: &'t str,
    offset: usize,
    language: &'s Language,
    read: impl Fn(&Match<'s>) -> Option<V>,
    keep_lost: bool,
) -> Scan<'t, 's, V> {
    let marks = Marks::new(text, offset, language, Folded::of_lower(lower));
    let written = |start, end| marks.written(start..end).to_owned();
    let mut view = View::new(marks.folded(), &language.words, &written);
    let (mut states, mut ends) = (language.rules.states(), Vec::new());
    let mut marker = marks::Marker::new(language);
    let (mut candidates, mut hiders) = (Vec::new(), Vec::new());
    let mut done: Vec<u32> = Vec::new();
    let glued = starts::glued(text).into_iter().map(|at| marks.place(at)).collect();
    for start in Starts::new(marks.folded(), glued) {
        let key = match start.kind {
            Begins::Word(end) => Idle::key(marks.folded(), start.at, end).map(|key| (key, end)),
            _ => None,
        };
        if key.is_some_and(|(key, _)| marker.idle.knows(key)) {
            continue;
        }
        (view.looked, view.miscased) = (start.at, false);
        let marked = marker.mark(&marks, &mut view, start);
        let opens = opens_rule(&marks, start);
        ends.clear();
        if opens {
            language.rules.at(&mut states, &mut view, start.at, &mut ends);
        }
        if let Some((key, end)) = key
            && !marked
            && ends.is_empty()
            && view.looked <= end
            && !view.miscased
            && (opens || !language.rules.begins(first_byte(&marks, start)))
        {
            marker.idle.keep(key);
        }
        done.clear();
        for &(rule, end) in &ends {
            if done.contains(&rule) {
                continue;
            }
            let Some(found) = matched(&marks, &mut view, &language.rules, rule, start.at..end) else { continue };
            if found.rule.kind.is_none() {
                done.push(rule);
                hiders.push(found);
            } else if let Some(value) = read(&found) {
                done.push(rule);
                candidates.push((found.hull(), found, value));
            }
        }
    }
    language.rules.give_back(states);
    let (found, lost) = resolve(candidates, &hiders, keep_lost);
    let hits = marker.finish();
    Scan { marks: marks.with(hits), found, hiders, lost }
}

/// Matches the rules read behind labels at one place of a passage: the longest that has a value.
pub fn scan_at<'s, V>(
    marks: &Marks<'_, 's>,
    at: usize,
    read: impl Fn(&Match<'s>) -> Option<V>,
) -> Option<(Match<'s>, V)> {
    let set = &marks.language.labelled;
    let at = marks.place(at);
    if !begins(marks, at) {
        return None;
    }
    let written = |start, end| marks.written(start..end).to_owned();
    let mut view = View::new(marks.folded(), &marks.language.words, &written);
    let (mut states, mut ends) = (set.states(), Vec::new());
    set.at(&mut states, &mut view, at, &mut ends);
    set.give_back(states);
    ends.iter().find_map(|&(rule, end)| {
        let found = matched(marks, &mut view, set, rule, at..end)?;
        read(&found).map(|value| (found, value))
    })
}

/// A match at a span of the folded text, where its edges hold and its words are in the case they ask for.
fn matched<'s>(
    marks: &Marks<'_, 's>,
    view: &mut View<'_>,
    set: &'s RuleSet,
    rule: u32,
    span: Range<usize>,
) -> Option<Match<'s>> {
    let original = marks.original(&span);
    if !right_edge(marks.text, original.start, original.end) && !ends_glued(marks, span.end) {
        return None;
    }
    let upper = |at| marks.is_upper(at);
    let mut slots = set.slots(rule, view, span, &upper)?;
    for filled in &mut slots {
        filled.span = marks.original(&filled.span);
    }
    // "7 mila miliardi": a number word behind figures is a part of their number and begins none.
    if let Some(Filled { slot: Slot::Number, span, .. }) = slots.first()
        && marks.text.get(span.clone())?.starts_with(char::is_alphabetic)
        && marks.text.get(..span.start)?.trim_end_matches(' ').ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some(Match { rule: set.rules().get(rule as usize)?, span: original, slots })
}

fn resolve<'s, V>(
    mut candidates: Vec<(Range<usize>, Match<'s>, V)>,
    hiders: &[Match<'s>],
    keep_lost: bool,
) -> (Vec<(Match<'s>, V)>, Vec<Lost<'s>>) {
    candidates.sort_by(|(a, x, _), (b, y, _)| {
        b.len().cmp(&a.len()).then(a.start.cmp(&b.start)).then_with(|| x.rule.id.cmp(&y.rule.id))
    });
    let mut taken: std::collections::BTreeMap<usize, (usize, &'s str)> = std::collections::BTreeMap::new();
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (hull, found, value) in candidates {
        let kind = found.rule.kind;
        let hidden = hiders_at(hiders, &hull).find(|h| kind.is_some_and(|k| hides(h, k, &hull)));
        let to = match hidden {
            Some(hider) => Some((hider.rule.id.clone(), hider.span.clone())),
            None => taken
                .range(..hull.end)
                .next_back()
                .filter(|(_, (end, _))| *end > hull.start)
                .map(|(start, (end, id))| ((*id).to_owned(), *start..*end)),
        };
        match to {
            None => {
                taken.insert(hull.start, (hull.end, &found.rule.id));
                kept.push((found, value));
            }
            Some(to) if keep_lost => lost.push(Lost { of: found, to }),
            Some(_) => {}
        }
    }
    kept.sort_by_key(|(found, _)| found.hull().start);
    lost.sort_by_key(|lost: &Lost<'_>| (lost.of.span.start, lost.of.span.end));
    (kept, lost)
}

/// The hiding forms that can reach `hull`: they come in the order of their starts and reach no further than a rule does.
fn hiders_at<'h, 's>(hiders: &'h [Match<'s>], hull: &Range<usize>) -> impl Iterator<Item = &'h Match<'s>> {
    let end = hiders.partition_point(|h| h.span.start < hull.end);
    let start = hiders.partition_point(|h| h.span.start + crate::patterns::REACH < hull.start);
    hiders.get(start..end).unwrap_or_default().iter()
}

/// A form hides what it overlaps, unless the value holds the form whole and more.
fn hides(hider: &Match<'_>, kind: Kind, hull: &Range<usize>) -> bool {
    let span = &hider.span;
    let overlaps = span.start < hull.end && hull.start < span.end;
    let within = hull.start <= span.start && span.end <= hull.end && hull.len() > span.len();
    overlaps && !within && hider.rule.hides.contains(&kind)
}

fn first_byte(marks: &Marks<'_, '_>, start: Start) -> u8 {
    marks.folded().as_bytes().get(start.at).copied().unwrap_or(b' ')
}

/// Whether one of the rules may begin at a place.
fn opens_rule(marks: &Marks<'_, '_>, start: Start) -> bool {
    marks.language.rules.begins(first_byte(marks, start)) && begins(marks, start.at)
}

/// Whether a match may begin at `at` of the folded text: at an edge, or behind a word that is glued to figures in this
/// language ("tal-2018").
fn begins(marks: &Marks<'_, '_>, at: usize) -> bool {
    let text = marks.folded();
    left_edge(text, at) || {
        let digit = text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let before = text.get(..at).unwrap_or_default();
        let glued =
            |prefix: &String| before.strip_suffix(prefix.as_str()).is_some_and(|b| !b.ends_with(char::is_alphanumeric));
        digit && marks.language.words.prefixes().iter().any(glued)
    }
}

/// Whether a figure that ends at `end` of the folded text has an ending of this language glued on ("2019-ben").
fn ends_glued(marks: &Marks<'_, '_>, end: usize) -> bool {
    let Some((before, rest)) = marks.folded().split_at_checked(end) else { return false };
    before.ends_with(|c: char| c.is_ascii_digit()) && marks.language.words.glued_suffix(rest).is_some()
}
