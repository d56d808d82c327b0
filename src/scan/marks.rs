//! Marks: where in a passage the words stand that something is looked for by, so that it is searched once.

use std::ops::Range;

use super::starts::{Kind, Start};
use crate::patterns::{Class, Cue, Idle, Label, Language, Meaning, States, Topic, View, Word};
use crate::text::Folded;

/// A passage, its folded copy, and the words of its language in it.
pub struct Marks<'t, 'l> {
    pub language: &'l Language,
    /// The passage's own text.
    pub text: &'t str,
    /// Where the passage stands in its page.
    pub span: Range<usize>,
    folded: Folded<'t>,
    /// By topic, in the order of the text; of one beginning the longest first.
    hits: Vec<Vec<Hit>>,
}

/// Words of a passage that something is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Bytes of the page's normalised text.
    start: usize,
    end: usize,
    /// The cue or label, or the form of the lexicon.
    what: u32,
    /// Glued to a figure, so that it is looked for right behind that only ("% 72ak").
    glued: bool,
}

impl<'t, 'l> Marks<'t, 'l> {
    /// A passage with nothing marked yet.
    pub fn new(text: &'t str, offset: usize, language: &'l Language, folded: Folded<'t>) -> Self {
        Marks { language, text, span: offset..offset + text.len(), folded, hits: Vec::new() }
    }

    /// The same with its marks.
    pub fn with(self, hits: Vec<Vec<Hit>>) -> Self {
        Marks { hits, ..self }
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        self.folded.text()
    }

    /// The range of the passage for one of the folded text.
    pub fn original(&self, folded: &Range<usize>) -> Range<usize> {
        self.folded.original(folded)
    }

    /// Where a place of the passage lies in the folded text.
    pub fn place(&self, at: usize) -> usize {
        self.folded.folded(at)
    }

    /// The passage's own characters for a range of the folded text.
    pub fn written(&self, folded: Range<usize>) -> &'t str {
        self.text.get(self.original(&folded)).unwrap_or_default()
    }

    /// Whether the letter at a place of the folded text is a capital in the passage.
    pub fn is_upper(&self, at: usize) -> bool {
        let start = self.original(&(at..at)).start;
        self.text.get(start..).is_some_and(|rest| rest.starts_with(char::is_uppercase))
    }

    /// Words of a topic inside a window of the page, from left to right, the longest where several begin; none overlaps
    /// another. All that one stretch of words means comes together.
    pub fn find<'m>(
        &'m self,
        topic: Topic,
        window: &Range<usize>,
    ) -> impl Iterator<Item = (Range<usize>, &'m [Hit])> + use<'m, 't, 'l> {
        let hits = self.hits.get(topic.index()).map_or(&[][..], Vec::as_slice);
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
        let finder = &self.language.finder;
        hits.iter().filter_map(|hit| finder.cue(hit.what))
    }

    /// The labels of a stretch of words.
    pub fn labels(&self, hits: &[Hit]) -> impl Iterator<Item = &'l Label> {
        let finder = &self.language.finder;
        hits.iter().filter_map(|hit| finder.label(hit.what))
    }

    /// The values of a stretch of words of a class.
    pub fn values(&self, hits: &[Hit]) -> impl Iterator<Item = &'l str> {
        let words = &self.language.words;
        hits.iter().filter_map(|hit| words.value_of(hit.what))
    }

    /// The ends of the words of a class that begin at a place of the page.
    fn ends(&self, at: usize, class: Class) -> Vec<usize> {
        let mut found: Vec<Word> = Vec::new();
        let Some(inside) = at.checked_sub(self.span.start) else { return Vec::new() };
        let folded = self.place(inside);
        self.language.words.words_at(self.folded(), folded, &mut found);
        let of_class = found.iter().filter(|word| word.class == class);
        of_class.map(|word| self.original(&(folded..word.end)).end + self.span.start).collect()
    }

    /// What stands between two places of the page.
    fn gap(&self, gap: &Range<usize>) -> &str {
        let inside = |at: usize| at.checked_sub(self.span.start);
        let range = inside(gap.start).zip(inside(gap.end));
        range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// Whether only words of no weight and marks of opening stand in a gap of the page.
    pub fn is_filler(&self, gap: &Range<usize>) -> bool {
        let mut tried = vec![gap.start];
        let mut next = 0;
        while let Some(&from) = tried.get(next) {
            next += 1;
            let rest = self.gap(&(from..gap.end));
            let at = gap.end - rest.trim_start_matches(MARKS).len();
            if at == gap.end {
                return true;
            }
            // A mark may also be the first of a word, but no word of a file begins with one.
            for end in self.ends(at, Class::Filler) {
                let behind = self.gap(&(end..gap.end));
                let goes_on = behind.is_empty() || behind.starts_with([' ', '\t', '\'']);
                let end = end + usize::from(!behind.is_empty());
                if end <= gap.end && goes_on && !tried.contains(&end) {
                    tried.push(end);
                }
            }
        }
        false
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
/// What may stand between a cue and its value beside words.
const MARKS: &[char] = &[' ', '\t', ':', '=', '(', ',', '[', '"', '«', '“', '„', '€', '£', '$', '|'];

fn is_blank(text: &str) -> bool {
    text.trim_start_matches(SPACES).is_empty()
}

/// Collects the marks of a passage.
pub struct Marker<'l> {
    language: &'l Language,
    states: States,
    /// Words at which nothing begins.
    pub idle: Idle,
    hits: Vec<Vec<Hit>>,
    ends: Vec<(u32, usize)>,
    words: Vec<Word>,
    /// Whether the place looked at stands behind a figure.
    glued: bool,
}

impl<'l> Marker<'l> {
    pub fn new(language: &'l Language) -> Self {
        let hits = vec![Vec::new(); Topic::COUNT];
        Marker {
            language,
            states: language.finder.states(),
            idle: language.idle.take(),
            hits,
            ends: Vec::new(),
            words: Vec::new(),
            glued: false,
        }
    }

    /// Marks what begins at a place; whether anything may.
    pub fn mark(&mut self, marks: &Marks<'_, 'l>, view: &mut View<'_>, start: Start) -> bool {
        let at = start.at;
        let byte = marks.folded().as_bytes().get(at).copied().unwrap_or(b' ');
        let cues = self.language.finder.begins(byte);
        let words = self.language.words.may_begin(marks.folded(), at);
        view.looked = view.looked.max(at + 1);
        let before = marks.folded().get(..at).and_then(|before| before.chars().next_back());
        if start.kind == Kind::Figure && before.is_some_and(char::is_alphanumeric) {
            return false;
        }
        let mut any = false;
        self.glued = start.kind == Kind::BehindFigure;
        if cues {
            let mut ends = std::mem::take(&mut self.ends);
            self.language.finder.at(&mut self.states, view, at, &mut ends);
            any = !ends.is_empty();
            for &(form, end) in &ends {
                self.cue(marks, view, form, at..end);
            }
            self.ends = ends;
        }
        if words {
            self.words.clear();
            self.words.extend(view.words_at(at).iter().filter(|word| Topic::of(word.class).is_some()));
            any |= !self.words.is_empty();
            // The longest first, and the file's order where they are as long.
            self.words.sort_by_key(|word| std::cmp::Reverse(word.end));
            for index in 0..self.words.len() {
                if let Some(&word) = self.words.get(index)
                    && let Some(topic) = Topic::of(word.class)
                {
                    self.add(marks, topic, word.form, at..word.end);
                }
            }
        }
        any
    }

    fn cue(&mut self, marks: &Marks<'_, 'l>, view: &mut View<'_>, form: u32, span: Range<usize>) {
        let finder = &self.language.finder;
        if !finder.fits(form, view, span.clone(), &|at| marks.is_upper(at)) {
            return;
        }
        let (topic, what) = match finder.meaning(form) {
            Some(Meaning::Label(label)) => (Topic::Label, label),
            Some(Meaning::Cue(index)) => {
                let Some(cue) = finder.cue(index) else { return };
                (cue.topic(), index)
            }
            None => return,
        };
        self.add(marks, topic, what, span);
    }

    fn add(&mut self, marks: &Marks<'_, 'l>, topic: Topic, what: u32, folded: Range<usize>) {
        let span = marks.original(&folded);
        if span.is_empty() || !closes(marks.text, span.end) {
            return;
        }
        let offset = marks.span.start;
        if let Some(hits) = self.hits.get_mut(topic.index()) {
            hits.push(Hit { start: span.start + offset, end: span.end + offset, what, glued: self.glued });
        }
    }

    /// The marks, and the states given back.
    pub fn finish(self) -> Vec<Vec<Hit>> {
        self.language.finder.give_back(self.states);
        self.language.idle.give_back(self.idle);
        self.hits
    }
}

/// Whether what ends at `end` is no beginning of a longer word.
fn closes(text: &str, end: usize) -> bool {
    let Some((inner, after)) = text.split_at_checked(end) else { return false };
    let glued = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(glued(inner.chars().next_back()) && glued(after.chars().next()))
}
