//! Marks: where in a passage the words stand that something is looked for by, so that it is searched once.

use std::ops::{Deref, Range};

use super::passage::Passage;
use super::starts::{Kind, Start, glued};
use crate::patterns::{Class, Cue, Label, Meaning, States, Topic, View, Word};

/// A passage and the words of its language in it.
pub struct Marks<'t, 'l> {
    passage: Passage<'t, 'l>,
    hits: Hits,
}

/// What is marked in a passage.
#[derive(Debug, Default)]
pub struct Hits {
    /// By topic, in the order of the text; of one beginning the longest first.
    all: Vec<Hit>,
    /// Where each topic begins.
    topics: [u32; Topic::COUNT + 1],
}

impl Hits {
    /// Sorts what was marked in the order of the text.
    fn new(marked: &[Hit]) -> Self {
        let mut topics = [0; Topic::COUNT + 1];
        for hit in marked {
            if let Some(count) = topics.get_mut(usize::from(hit.topic) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for first in &mut topics {
            sum += *first;
            *first = sum;
        }
        let (mut next, mut all) = (topics, marked.to_vec());
        for hit in marked {
            if let Some(place) = next.get_mut(usize::from(hit.topic))
                && let Some(cell) = all.get_mut(*place as usize)
            {
                *cell = *hit;
                *place += 1;
            }
        }
        Hits { all, topics }
    }

    fn of(&self, topic: Topic) -> &[Hit] {
        let place = |index| self.topics.get(index).map_or(0, |&first| first as usize);
        self.all.get(place(topic.index())..place(topic.index() + 1)).unwrap_or_default()
    }
}

/// Words of a passage that something is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Bytes of the page's normalised text.
    start: usize,
    end: usize,
    /// The cue or label, or the form of the lexicon.
    what: u32,
    topic: u8,
    /// Glued to a figure, so that it is looked for right behind that only ("% 72ak").
    glued: bool,
}

impl<'t, 'l> Deref for Marks<'t, 'l> {
    type Target = Passage<'t, 'l>;

    fn deref(&self) -> &Passage<'t, 'l> {
        &self.passage
    }
}

impl<'t, 'l> Marks<'t, 'l> {
    /// Marks a passage.
    pub fn new(passage: Passage<'t, 'l>) -> Self {
        let glued: Vec<usize> = glued(passage.text).into_iter().map(|at| passage.place(at)).collect();
        let hits = passage.search(|view, memory| {
            let mut marker = Marker::new(&passage, &mut memory.finder);
            for start in passage.starts().places(passage.folded(), &glued) {
                marker.mark(view, start);
            }
            Hits::new(&marker.hits)
        });
        Marks { passage, hits }
    }

    /// Words of a topic inside a window of the page, from left to right, the longest where several begin; none overlaps
    /// another. All that one stretch of words means comes together.
    pub fn find<'m>(
        &'m self,
        topic: Topic,
        window: &Range<usize>,
    ) -> impl Iterator<Item = (Range<usize>, &'m [Hit])> + use<'m, 't, 'l> {
        let hits = self.hits.of(topic);
        let from = hits.partition_point(|hit| hit.start < window.start);
        let mut rest = hits.get(from..).unwrap_or_default();
        let (window_start, end) = (window.start, window.end);
        let mut free = window_start;
        std::iter::from_fn(move || {
            loop {
                let first = rest.first().filter(|hit| hit.start < end)?;
                let (here, behind) = rest.split_at_checked(rest.partition_point(|hit| hit.start == first.start))?;
                rest = behind;
                if first.start < free || (first.glued && first.start > window_start) {
                    continue;
                }
                let inside = here.get(here.partition_point(|hit| hit.end > end)..).unwrap_or_default();
                let Some(longest) = inside.first() else { continue };
                free = longest.end;
                let same = inside.get(..inside.partition_point(|hit| hit.end == longest.end)).unwrap_or_default();
                return Some((longest.start..longest.end, same));
            }
        })
    }

    /// The cues of a stretch of words.
    pub fn cues(&self, hits: &[Hit]) -> impl Iterator<Item = &'l Cue> {
        let finder = &self.passage.language.finder;
        hits.iter().filter_map(|hit| finder.cue(hit.what))
    }

    /// The labels of a stretch of words.
    pub fn labels(&self, hits: &[Hit]) -> impl Iterator<Item = &'l Label> {
        let finder = &self.passage.language.finder;
        hits.iter().filter_map(|hit| finder.label(hit.what))
    }

    /// The values of a stretch of words of a class.
    pub fn values(&self, hits: &[Hit]) -> impl Iterator<Item = &'l str> {
        let words = &self.passage.language.words;
        hits.iter().filter_map(|hit| words.value_of(hit.what))
    }

    /// The ends of the words of a class that begin at a place of the page.
    fn ends(&self, at: usize, class: Class) -> Vec<usize> {
        let mut found: Vec<Word> = Vec::new();
        let Some(inside) = at.checked_sub(self.passage.span.start) else { return Vec::new() };
        let folded = self.passage.place(inside);
        self.passage.language.words.words_at(self.passage.folded(), folded, &mut found);
        let of_class = found.iter().filter(|word| word.class == class);
        of_class.map(|word| self.passage.original(&(folded..word.end)).end + self.passage.span.start).collect()
    }

    /// What stands between two places of the page.
    fn gap(&self, gap: &Range<usize>) -> &str {
        let inside = |at: usize| at.checked_sub(self.passage.span.start);
        let range = inside(gap.start).zip(inside(gap.end));
        range.and_then(|(start, end)| self.passage.text.get(start..end)).unwrap_or_default()
    }

    /// Whether only words of no weight and marks of opening stand in a gap of the page.
    pub fn is_filler(&self, gap: &Range<usize>) -> bool {
        let (mut from, mut further, mut next) = (gap.start, Vec::new(), 0);
        loop {
            let rest = self.gap(&(from..gap.end));
            let at = gap.end - rest.trim_start_matches(is_mark).len();
            if at == gap.end {
                return true;
            }
            // A mark may also be the first of a word, but no word of a file begins with one.
            for end in self.ends(at, Class::Filler) {
                let behind = self.gap(&(end..gap.end));
                let goes_on = behind.is_empty() || behind.starts_with([' ', '\t', '\'']);
                let end = end + usize::from(!behind.is_empty());
                if end <= gap.end && goes_on && !further.contains(&end) {
                    further.push(end);
                }
            }
            let Some(&place) = further.get(next) else { return false };
            (from, next) = (place, next + 1);
        }
    }

    /// Whether only a dash or a word like "to" stands in a gap, behind a word that belongs to a year.
    pub fn is_to(&self, gap: &Range<usize>) -> bool {
        let stop = |at: usize| at + usize::from(self.gap(&(at..gap.end)).starts_with(['.', ',']));
        let skipped = |at: usize| gap.end - self.gap(&(at..gap.end)).trim_start_matches(SPACES).len();
        let stops = |at: usize| [at, stop(at)];
        let mut heads: Vec<usize> = stops(gap.start).to_vec();
        for at in stops(gap.start) {
            for end in self.ends(skipped(at), Class::YearWord).into_iter().filter(|end| *end <= gap.end) {
                heads.extend(stops(end));
            }
        }
        heads.into_iter().flat_map(stops).any(|at| {
            let word = skipped(at);
            let dash = self.gap(&(word..gap.end)).strip_prefix('-').is_some_and(is_blank);
            let to = word > at && self.closes(word, gap, Class::RangeTo, SPACES);
            dash || to
        })
    }

    /// Whether only a word like "and" stands in a gap.
    pub fn is_and(&self, gap: &Range<usize>) -> bool {
        let rest = self.gap(gap).trim_start_matches(SPACES);
        let word = gap.end - rest.len();
        word > gap.start && self.closes(word, gap, Class::RangeAnd, &[' ', '\t', '\''])
    }

    /// Whether a word of a class stands at a place and nothing but some marks follow it in the gap.
    fn closes(&self, at: usize, gap: &Range<usize>, class: Class, marks: &[char]) -> bool {
        let closes = |end: usize| end <= gap.end && self.gap(&(end..gap.end)).trim_start_matches(marks).is_empty();
        self.ends(at, class).into_iter().any(closes)
    }
}

const SPACES: &[char] = &[' ', '\t'];
/// Whether a character may stand between a cue and its value beside words.
fn is_mark(c: char) -> bool {
    matches!(c, ' ' | '\t' | ':' | '=' | '(' | ',' | '[' | '"' | '«' | '“' | '„' | '€' | '£' | '$' | '|')
}

fn is_blank(text: &str) -> bool {
    text.trim_start_matches(SPACES).is_empty()
}

/// Most passages have fewer marks.
const HITS: usize = 256;

/// Collects the marks of a passage.
struct Marker<'p, 't, 'l> {
    passage: &'p Passage<'t, 'l>,
    states: &'p mut States,
    hits: Vec<Hit>,
    ends: Vec<(u32, usize)>,
    /// Whether the place looked at stands behind a figure.
    glued: bool,
}

impl<'p, 't, 'l> Marker<'p, 't, 'l> {
    fn new(passage: &'p Passage<'t, 'l>, states: &'p mut States) -> Self {
        let hits = Vec::with_capacity(HITS.min(passage.text.len() / 8));
        Marker { passage, states, hits, ends: Vec::new(), glued: false }
    }

    /// Marks what begins at a place.
    fn mark(&mut self, view: &mut View<'_>, start: Start) {
        let at = start.at;
        let behind_letter =
            || self.passage.folded().get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        if start.kind == Kind::Figure && behind_letter() {
            return;
        }
        self.glued = start.kind == Kind::BehindFigure;
        let mut ends = std::mem::take(&mut self.ends);
        self.passage.language.finder.automaton().at(self.states, view, at, &mut ends);
        for &(form, end) in &ends {
            self.form(view, form, at..end);
        }
        self.ends = ends;
    }

    fn form(&mut self, view: &mut View<'_>, form: u32, span: Range<usize>) {
        let finder = &self.passage.language.finder;
        if !finder.fits(form, view, span.clone(), &|at| self.passage.is_upper(at)) {
            return;
        }
        match finder.meaning(form) {
            Some(Meaning::Label(label)) => self.add(Topic::Label, label, &span),
            Some(Meaning::Cue(index)) => {
                if let Some(cue) = finder.cue(index) {
                    self.add(cue.topic(), index, &span);
                }
            }
            Some(Meaning::Word(topic, class)) => {
                let here = |word: &&Word| word.end == span.end && word.class == class;
                view.words_at(span.start).iter().filter(here).for_each(|word| self.add(topic, word.form, &span));
            }
            None => {}
        }
    }

    fn add(&mut self, topic: Topic, what: u32, folded: &Range<usize>) {
        let (span, offset) = (self.passage.original(folded), self.passage.span.start);
        if span.is_empty() || !closes(self.passage.text, span.end) {
            return;
        }
        let topic = u8::try_from(topic.index()).unwrap_or(u8::MAX);
        let (start, end) = (span.start + offset, span.end + offset);
        self.hits.push(Hit { start, end, what, topic, glued: self.glued });
    }
}

/// Whether what ends at `end` is no beginning of a longer word.
fn closes(text: &str, end: usize) -> bool {
    let Some((inner, after)) = text.split_at_checked(end) else { return false };
    let glued = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(glued(inner.chars().next_back()) && glued(after.chars().next()))
}
