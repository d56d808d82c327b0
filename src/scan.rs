//! Scanning: a text against a language's rules. Edges are checked here, and the longest span wins.

use std::ops::Range;

use crate::patterns::{Class, Kind, Lexicon, Part, Rule, RuleSet, Slot};
use crate::text::Folded;

/// A rule that matched: where, and what stands in its slots.
#[derive(Debug, Clone)]
pub struct Match<'s> {
    pub rule: &'s Rule,
    /// Everything the pattern matched, words that only say where the value stands included.
    pub span: Range<usize>,
    /// The slots filled, in order, as ranges of the text.
    pub slots: Vec<(Part, Slot, Range<usize>)>,
}

impl Match<'_> {
    /// From the first to the last slot that is part of a value: the evidence.
    pub fn hull(&self) -> Range<usize> {
        hull(self.slots.iter()).unwrap_or_else(|| self.span.clone())
    }

    /// The evidence for one end of a range: its own slots, and the shared ones beside them.
    pub fn hull_of(&self, part: Part) -> Range<usize> {
        let first_of_end = self.slots.iter().position(|(p, ..)| *p == Part::End).unwrap_or(self.slots.len());
        let owns = |i: usize, p: Part| match part {
            Part::Only => true,
            Part::Start => p == Part::Start || (p == Part::Only && i < first_of_end),
            Part::End => p == Part::End || (p == Part::Only && i > first_of_end),
        };
        let slots = self.slots.iter().enumerate().filter(|&(i, &(p, ..))| owns(i, p)).map(|(_, slot)| slot);
        hull(slots).unwrap_or_else(|| self.span.clone())
    }

    /// Whether the values are the two ends of a range.
    pub fn is_range(&self) -> bool {
        self.slots.iter().any(|(part, ..)| *part == Part::End)
    }

    /// What stands in a slot of a part, or in one both parts share.
    pub fn slot<'t>(&self, text: &'t str, part: Part, slot: Slot) -> Option<&'t str> {
        let of = |wanted: Part| self.slots.iter().find(|(p, s, _)| *p == wanted && *s == slot);
        let (_, _, range) = of(part).or_else(|| of(Part::Only))?;
        text.get(range.clone())
    }

    /// What stands in every slot of a class, in order.
    pub fn all<'t>(&self, text: &'t str, slot: Slot) -> impl Iterator<Item = &'t str> {
        self.slots.iter().filter(move |(_, s, _)| *s == slot).filter_map(move |(_, _, range)| text.get(range.clone()))
    }
}

fn hull<'a>(slots: impl Iterator<Item = &'a (Part, Slot, Range<usize>)>) -> Option<Range<usize>> {
    slots
        .filter(|(_, slot, _)| !slot.is_context())
        .map(|(_, _, range)| range.clone())
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// What a scan found.
#[derive(Debug)]
pub struct Scan<'s, V> {
    /// Matches with their values, in text order, none overlapping another.
    pub found: Vec<(Match<'s>, V)>,
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

/// A text and what is needed to match rules against it.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'t> {
    pub text: &'t str,
    /// The same text folded.
    pub folded: &'t Folded,
    pub words: &'t Lexicon,
}

/// Matches every rule of `set` at every place of the text. `read` gives a match its value, or `None` where the match
/// means nothing (31 February). A longer span wins over a shorter one, then the one further left, then the rule whose
/// id comes first; forms that hide a kind win over what they cover.
pub fn scan<'s, V>(
    on: Scanned<'_>,
    set: &'s RuleSet,
    read: impl Fn(&Match<'s>) -> Option<V>,
    keep_lost: bool,
) -> Scan<'s, V> {
    let mut candidates = Vec::new();
    let mut hiders: Vec<Match<'s>> = Vec::new();
    let mut ends = Vec::new();
    let folded = on.folded.text();
    for at in set.candidates(folded) {
        if !begins(on, at) {
            continue;
        }
        set.at(folded, at, &mut ends);
        let mut done: Vec<usize> = Vec::new();
        for &(index, end) in &ends {
            if done.contains(&index) {
                continue;
            }
            let Some(found) = matched(on, set, index, at..end) else { continue };
            if found.rule.kind.is_none() {
                done.push(index);
                hiders.push(found);
            } else if let Some(value) = read(&found) {
                done.push(index);
                candidates.push((found.hull(), found, value));
            }
        }
    }
    resolve(candidates, &hiders, keep_lost)
}

/// Matches the rules of `set` at one place of the text only, behind a label: the longest that has a value.
pub fn scan_at<'s, V>(
    on: Scanned<'_>,
    at: usize,
    set: &'s RuleSet,
    read: impl Fn(&Match<'s>) -> Option<V>,
) -> Option<(Match<'s>, V)> {
    let at = on.folded.folded(at);
    let mut ends = Vec::new();
    if !begins(on, at) {
        return None;
    }
    set.at(on.folded.text(), at, &mut ends);
    ends.iter().find_map(|&(index, end)| {
        let found = matched(on, set, index, at..end)?;
        read(&found).map(|value| (found, value))
    })
}

/// A match at a span of the folded text, where its edges hold and its words are in the case they ask for.
fn matched<'s>(on: Scanned<'_>, set: &'s RuleSet, index: usize, span: Range<usize>) -> Option<Match<'s>> {
    let rule = set.rules().get(index)?;
    let original = on.folded.original(&span);
    if !right_edge(on.text, original.start, original.end) && !ends_glued(on, span.end) {
        return None;
    }
    let mut slots = rule.slots(on.folded.text().get(span.clone())?)?;
    for (_, slot, range) in &mut slots {
        *range = on.folded.original(&(range.start + span.start..range.end + span.start));
        let written = on.text.get(range.clone())?;
        let fits = match slot {
            Slot::Word(class) => on.words.value(*class, written).is_some(),
            Slot::Exact => rule.has_exact(written),
            _ => true,
        };
        if !fits {
            return None;
        }
    }
    // "7 mila miliardi": a number word behind figures is a part of their number and begins none.
    if let Some((_, Slot::Number, first)) = slots.first()
        && on.text.get(first.clone())?.starts_with(char::is_alphabetic)
        && on.text.get(..first.start)?.trim_end_matches(' ').ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some(Match { rule, span: original, slots })
}

fn resolve<'s, V>(
    mut candidates: Vec<(Range<usize>, Match<'s>, V)>,
    hiders: &[Match<'s>],
    keep_lost: bool,
) -> Scan<'s, V> {
    candidates.sort_by(|(a, x, _), (b, y, _)| {
        b.len().cmp(&a.len()).then(a.start.cmp(&b.start)).then_with(|| x.rule.id.cmp(&y.rule.id))
    });
    let mut taken: std::collections::BTreeMap<usize, (usize, &'s str)> = std::collections::BTreeMap::new();
    let mut scan = Scan { found: Vec::new(), lost: Vec::new() };
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
                scan.found.push((found, value));
            }
            Some(to) if keep_lost => scan.lost.push(Lost { of: found, to }),
            Some(_) => {}
        }
    }
    scan.found.sort_by_key(|(found, _)| found.hull().start);
    scan.lost.sort_by_key(|lost| (lost.of.span.start, lost.of.span.end));
    scan
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
fn begins(on: Scanned<'_>, at: usize) -> bool {
    let text = on.folded.text();
    let digit = text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let glued = |before: &str| {
        let mut prefixes = on.words.forms(Class::Prefix);
        prefixes.any(|(prefix, _)| before.strip_suffix(prefix).is_some_and(|b| !b.ends_with(char::is_alphanumeric)))
    };
    left_edge(text, at) || (digit && text.get(..at).is_some_and(glued))
}

/// Whether a figure that ends at `end` of the folded text has an ending of this language glued on ("2019-ben").
fn ends_glued(on: Scanned<'_>, end: usize) -> bool {
    let Some((before, rest)) = on.folded.text().split_at_checked(end) else { return false };
    before.ends_with(|c: char| c.is_ascii_digit()) && on.words.glued_suffix(rest).is_some()
}

/// Whether a match may begin at `at`: not inside a word, a longer number or a code.
fn left_edge(text: &str, at: usize) -> bool {
    let Some((before, first)) = text.get(..at).zip(text.get(at..).and_then(|t| t.chars().next())) else { return false };
    let mut back = before.chars().rev();
    let Some(last) = back.next() else { return true };
    if first.is_alphabetic() {
        return !last.is_alphanumeric() && !matches!(last, '_' | '@' | '#');
    }
    if !first.is_ascii_digit() {
        return true;
    }
    let second = back.next();
    let digit_before = second.is_some_and(|c| c.is_ascii_digit());
    match last {
        c if c.is_alphanumeric() => false,
        '_' | '#' | '@' | '°' | '^' | '\\' => false,
        // "1.234" and "10:30" go on; "fine.120" and "alle:10" do not.
        '.' | ',' | ':' => !digit_before,
        // "nr. 4187/12.04.2019": an act's number and its date.
        '/' if digit_before && is_full_date(text.get(at..).unwrap_or_default()) => true,
        // "2014/24", "S-120", "COVID-19", "n/a-5".
        '-' | '/' | '+' => !second.is_some_and(char::is_alphanumeric),
        ' ' if digit_before => !continues_number(before, text.get(at..).unwrap_or_default()),
        _ => true,
    }
}

/// Whether a text begins with a date of day, month and year in figures with full stops.
fn is_full_date(text: &str) -> bool {
    const LONGEST: usize = "31.12.2028".len();
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut parts = text.splitn(3, '.');
    let short =
        |part: Option<&str>| part.is_some_and(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
    let year = |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).count() == 4;
    short(parts.next()) && short(parts.next()) && parts.next().is_some_and(year)
}

/// Whether three digits behind a space are the next group of a number: "6 200 901" does not begin at "200".
fn continues_number(before: &str, rest: &str) -> bool {
    let group = rest.bytes().take_while(u8::is_ascii_digit).count();
    let lead = before.trim_end_matches(' ').bytes().rev().take_while(u8::is_ascii_digit).count();
    group == 3 && (1..=3).contains(&lead) && before.ends_with(' ') && !before.ends_with("  ")
}

/// Whether a match may end at `end`: not inside a word, a longer number or a code.
fn right_edge(text: &str, start: usize, end: usize) -> bool {
    let last = text.get(start..end).and_then(|t| t.chars().next_back());
    let mut rest = text.get(end..).unwrap_or_default().chars();
    let (Some(last), Some(next)) = (last, rest.next()) else { return true };
    let second = rest.next();
    // "31 dicembre 2028Il progetto": the importer deleted a line break, and a new sentence begins.
    let sentence = next.is_uppercase() && second.is_some_and(|c| c.is_lowercase() || c == '\'' || c == ' ');
    if last.is_alphabetic() {
        return !next.is_alphanumeric() || (last.is_lowercase() && sentence);
    }
    if !last.is_ascii_digit() {
        return true;
    }
    match next {
        c if c.is_alphabetic() => sentence,
        c if c.is_numeric() => false,
        '%' | '°' | 'º' | '_' | '@' => false,
        '.' | ',' | ':' => !second.is_some_and(|c| c.is_ascii_digit()),
        '-' | '/' => !second.is_some_and(char::is_alphanumeric),
        ' ' => !number_goes_on(text.get(start..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        _ => true,
    }
}

/// Whether the number a match ends with is followed by one more group of three: "EUR 1 250 000" is no "EUR 1".
fn number_goes_on(matched: &str, rest: &str) -> bool {
    let tail = matched.bytes().rev().take_while(u8::is_ascii_digit).count();
    let group = rest.bytes().take_while(u8::is_ascii_digit).count();
    let plain = !rest.get(group..).is_some_and(|r| r.starts_with(['.', '/', '-']));
    (1..=3).contains(&tail) && group == 3 && plain
}
