//! Scanning: a passage against a language's rules. Edges are checked here, and the longest span wins.

mod edges;
mod marks;
mod passage;
mod starts;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::patterns::{Class, Filled, Kind, Lexicon, Part, Rule, RuleSet, Slot, View};
use edges::{left_edge, right_edge};
pub use marks::{Hit, Marks};
pub use passage::Passage;
use starts::Kind as Begins;

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
pub struct Scan<'s, V> {
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

/// Matches every rule of a language at every place of a passage. `read` gives a match its value, or `None` where the
/// match means nothing (31 February). A longer span wins over a shorter one, then the one further left, then the rule
/// whose id comes first; forms that hide a kind win over what they cover.
pub fn scan<'s, V>(passage: &Passage<'_, 's>, read: impl Fn(&Match<'s>) -> Option<V>, keep_lost: bool) -> Scan<'s, V> {
    let rules = &passage.language.rules;
    let (mut candidates, mut hiders) = (Vec::new(), Vec::new());
    passage.search(|view, memory| {
        let (mut ends, mut done) = (Vec::new(), Vec::new());
        for start in passage.starts().places(passage.folded(), &[]) {
            // A rule does not begin inside a word.
            if start.kind == Begins::BehindFigure {
                continue;
            }
            // Most figures stand inside a number, which is seen at once; of words and signs few begin anything.
            let figure = start.kind == Begins::Figure;
            if figure && !begins(passage, start.at) {
                continue;
            }
            rules.automaton().at(&mut memory.rules, view, start.at, &mut ends);
            if ends.is_empty() || !(figure || begins(passage, start.at)) {
                continue;
            }
            done.clear();
            for &(rule, end) in &ends {
                if done.contains(&rule) {
                    continue;
                }
                let Some(found) = matched(passage, view, rules, rule, start.at..end) else { continue };
                if found.rule.kind.is_none() {
                    done.push(rule);
                    hiders.push(found);
                } else if let Some(value) = read(&found) {
                    done.push(rule);
                    candidates.push((found.hull(), found, value));
                }
            }
        }
    });
    let (found, lost) = resolve(candidates, &hiders, keep_lost);
    Scan { found, hiders, lost }
}

/// Matches the rules read behind labels at one place of a passage: the longest that has a value.
pub fn scan_at<'s, V>(
    passage: &Passage<'_, 's>,
    at: usize,
    read: impl Fn(&Match<'s>) -> Option<V>,
) -> Option<(Match<'s>, V)> {
    let set = &passage.language.labelled;
    let at = passage.place(at);
    if !begins(passage, at) {
        return None;
    }
    passage.search(|view, memory| {
        let mut ends = Vec::new();
        set.automaton().at(&mut memory.labelled, view, at, &mut ends);
        ends.iter().find_map(|&(rule, end)| {
            let found = matched(passage, view, set, rule, at..end)?;
            read(&found).map(|value| (found, value))
        })
    })
}

/// A match at a span of the folded text, where its edges hold and its words are in the case they ask for.
fn matched<'s>(
    passage: &Passage<'_, 's>,
    view: &mut View<'_>,
    set: &'s RuleSet,
    rule: u32,
    span: Range<usize>,
) -> Option<Match<'s>> {
    let original = passage.original(&span);
    if !right_edge(passage.text, original.start, original.end) && !ends_glued(passage, span.end) {
        return None;
    }
    let upper = |at| passage.is_upper(at);
    let mut slots = set.slots(rule, view, span, &upper)?;
    for filled in &mut slots {
        filled.span = passage.original(&filled.span);
    }
    // "7 mila miliardi": a number word behind figures is a part of their number and begins none.
    if let Some(Filled { slot: Slot::Number, span, .. }) = slots.first()
        && passage.text.get(span.clone())?.starts_with(char::is_alphabetic)
        && passage.text.get(..span.start)?.trim_end_matches(' ').ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some(Match { rule: set.rules().get(rule as usize)?, span: original, slots })
}

/// A match, its evidence and its value.
type Candidate<'s, V> = (Range<usize>, Match<'s>, V);

/// Chooses among matches; those that touch one another are weighed together, so that a long text costs as many short ones.
fn resolve<'s, V>(
    mut candidates: Vec<Candidate<'s, V>>,
    hiders: &[Match<'s>],
    keep_lost: bool,
) -> (Vec<(Match<'s>, V)>, Vec<Lost<'s>>) {
    candidates.sort_by_key(|(hull, ..)| hull.start);
    let (mut kept, mut lost) = (Vec::with_capacity(candidates.len()), Vec::new());
    let mut together: Vec<Candidate<'s, V>> = Vec::new();
    let mut end = 0;
    for candidate in candidates {
        if candidate.0.start >= end {
            weigh(&mut together, hiders, keep_lost, &mut kept, &mut lost);
        }
        end = end.max(candidate.0.end);
        together.push(candidate);
    }
    weigh(&mut together, hiders, keep_lost, &mut kept, &mut lost);
    lost.sort_by_key(|lost: &Lost<'_>| (lost.of.span.start, lost.of.span.end));
    (kept, lost)
}

/// Takes the longest of some matches, then the longest that does not overlap it, and so on.
fn weigh<'s, V>(
    together: &mut Vec<Candidate<'s, V>>,
    hiders: &[Match<'s>],
    keep_lost: bool,
    kept: &mut Vec<(Match<'s>, V)>,
    lost: &mut Vec<Lost<'s>>,
) {
    together.sort_by(|(a, x, _), (b, y, _)| {
        b.len().cmp(&a.len()).then(a.start.cmp(&b.start)).then_with(|| x.rule.id.cmp(&y.rule.id))
    });
    let first = kept.len();
    // By beginning, as a chain of matches that overlap may be as long as the text.
    let mut taken: BTreeMap<usize, (usize, &'s str)> = BTreeMap::new();
    for (hull, found, value) in together.drain(..) {
        let kind = found.rule.kind;
        let hidden = hiders_at(hiders, &hull).find(|h| kind.is_some_and(|k| hides(h, k, &hull)));
        let overlapped = || {
            let before = taken.range(..hull.end).next_back().filter(|(_, (end, _))| *end > hull.start);
            before.map(|(start, (end, id))| (*id, *start..*end))
        };
        let to = hidden.map(|hider| (hider.rule.id.as_str(), hider.span.clone())).or_else(overlapped);
        match to {
            None => {
                taken.insert(hull.start, (hull.end, &found.rule.id));
                kept.push((found, value));
            }
            Some((id, span)) if keep_lost => lost.push(Lost { of: found, to: (id.to_owned(), span) }),
            Some(_) => {}
        }
    }
    if let Some(all) = kept.get_mut(first..) {
        all.sort_by_key(|(found, _)| found.hull().start);
    }
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

/// Whether a match may begin at `at` of the folded text: at an edge, or behind a word that is glued to figures in this
/// language ("tal-2018").
fn begins(passage: &Passage<'_, '_>, at: usize) -> bool {
    let text = passage.folded();
    left_edge(text, at) || {
        let digit = text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let before = text.get(..at).unwrap_or_default();
        let glued =
            |prefix: &String| before.strip_suffix(prefix.as_str()).is_some_and(|b| !b.ends_with(char::is_alphanumeric));
        digit && passage.language.words.prefixes().iter().any(glued)
    }
}

/// Whether a figure that ends at `end` of the folded text has an ending of this language glued on ("2019-ben").
fn ends_glued(passage: &Passage<'_, '_>, end: usize) -> bool {
    let Some((before, rest)) = passage.folded().split_at_checked(end) else { return false };
    before.ends_with(|c: char| c.is_ascii_digit()) && passage.language.words.glued_suffix(rest).is_some()
}
