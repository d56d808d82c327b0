//! Sentences: the text around a value that can speak of it.

use std::cell::Cell;
use std::ops::Range;

use crate::patterns::Class;
use crate::scan::Marks;

/// A sentence is looked at this many characters to either side of a value, so that cost does not grow with its length.
pub const WINDOW: usize = 180;

/// Where the window before `at` begins.
pub fn window_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().as_bytes();
    if before.len() <= WINDOW {
        return 0;
    }
    // Characters are counted by their first bytes.
    let firsts = before.iter().enumerate().rev().filter(|(_, byte)| is_first(**byte));
    firsts.map(|(start, _)| start).nth(WINDOW - 1).unwrap_or(0)
}

/// Where the window behind `at` ends.
pub fn window_end(text: &str, at: usize) -> usize {
    let after = text.get(at..).unwrap_or_default().as_bytes();
    if after.len() <= WINDOW {
        return text.len();
    }
    let mut firsts = after.iter().enumerate().filter(|(_, byte)| is_first(**byte));
    firsts.nth(WINDOW).map_or(text.len(), |(end, _)| at + end)
}

fn is_first(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// The sentences of a page. They are looked for around values only.
pub struct Sentences<'a, 'l> {
    text: &'a str,
    /// Each read in its language.
    passages: &'a [Marks<'a, 'l>],
    /// Where no sentence ends as far as is known: values stand together.
    whole: Cell<(usize, usize)>,
}

impl<'a, 'l> Sentences<'a, 'l> {
    pub fn new(text: &'a str, passages: &'a [Marks<'a, 'l>]) -> Self {
        Sentences { text, passages, whole: Cell::new((0, 0)) }
    }

    /// The sentence before `at`, as far as the window reaches.
    pub fn left(&self, at: usize) -> Range<usize> {
        let (start, end) = self.known(at);
        let near = at.saturating_sub(WINDOW);
        let from = self.last_end(near..start).unwrap_or_else(|| {
            // A character is a byte at least.
            let far = window_start(self.text, at);
            self.last_end(far..start.min(near)).unwrap_or(far)
        });
        self.whole.set((from.min(start), end));
        from..at
    }

    /// The sentence behind `at`, as far as the window reaches.
    pub fn right(&self, at: usize) -> Range<usize> {
        let (start, end) = self.known(at);
        let near = (at + WINDOW).min(self.text.len());
        let found = self.first_end(end..near);
        let to = found.unwrap_or_else(|| {
            let far = window_end(self.text, at);
            self.first_end(end.max(near)..far).unwrap_or(far)
        });
        self.whole.set((start, end.max(to - usize::from(to > at))));
        at..to
    }

    /// What is known to be of one sentence with a place.
    fn known(&self, at: usize) -> (usize, usize) {
        let (start, end) = self.whole.get();
        if start <= at && at <= end { (start, end) } else { (at, at) }
    }

    /// Behind the last mark in a range that ends a sentence.
    fn last_end(&self, range: Range<usize>) -> Option<usize> {
        let mut rest = self.text.as_bytes().get(range.clone())?;
        while let Some(at) = rest.iter().rposition(|&byte| may_end(byte)) {
            if self.ends(range.start + at) {
                return Some(range.start + at + 1);
            }
            rest = rest.get(..at)?;
        }
        None
    }

    /// Behind the first mark in a range that ends a sentence.
    fn first_end(&self, mut range: Range<usize>) -> Option<usize> {
        loop {
            let rest = self.text.as_bytes().get(range.clone())?;
            let at = range.start + rest.iter().position(|&byte| may_end(byte))?;
            range.start = at + 1;
            if self.ends(at) {
                return Some(range.start);
            }
        }
    }

    /// Whether a sentence ends behind the byte at a place.
    fn ends(&self, at: usize) -> bool {
        let mark = |mark: &str| self.text.as_bytes().get(..=at).is_some_and(|before| before.ends_with(mark.as_bytes()));
        match self.text.as_bytes().get(at) {
            Some(b'\n' | b';' | b'|') => true,
            Some(b'.' | b'!' | b'?') => {
                let index = self.passages.partition_point(|marks| marks.span.end <= at);
                self.passages.get(index).is_some_and(|marks| ends_sentence(self.text, at, marks))
            }
            _ => mark("•") || mark("§"),
        }
    }
}

/// Whether a byte is the last of a mark that may end a sentence.
fn may_end(byte: u8) -> bool {
    const LAST: [bool; 256] = {
        let mut all = [false; 256];
        let (mut rest, mut byte) = (all.as_mut_slice(), 0_u8);
        while let [first, others @ ..] = rest {
            *first = matches!(byte, b'\n' | b';' | b'|' | b'.' | b'!' | b'?' | 0xa2 | 0xa7);
            (rest, byte) = (others, byte.wrapping_add(1));
        }
        all
    };
    LAST.get(usize::from(byte)).is_some_and(|last| *last)
}

/// Whether the mark at `at` ends a sentence rather than an abbreviation or an ordinal.
fn ends_sentence(text: &str, at: usize, marks: &Marks<'_, '_>) -> bool {
    let after = text.get(at + 1..).unwrap_or_default();
    let next = after.trim_start_matches([' ', '"', '»', '”', ')']).chars().next();
    let capital = next.is_some_and(char::is_uppercase);
    let spaced = after.starts_with([' ', '"', '»', ')', '”']);
    if !(spaced || capital) || next.is_some_and(char::is_lowercase) {
        return false;
    }
    let near = text.floor_char_boundary(at.saturating_sub(WINDOW));
    let before = text.get(near..at).unwrap_or_default();
    let parts = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'(' | b'\'');
    let from = before.bytes().rposition(parts).map_or(0, |part| part + 1);
    let word = before.get(from..).unwrap_or_default();
    // "fine.Inizio": the importer deleted a line break behind a full stop.
    let glued = word.ends_with(char::is_lowercase) && capital;
    if !(spaced || glued) {
        return false;
    }
    let figure = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
    // "2019 r. Gmina": the year's abbreviation ends the sentence too.
    let of_year = || {
        let rest = before.get(..from).unwrap_or_default().trim_end_matches(' ');
        capital && rest.len() >= 4 && rest.bytes().rev().take(4).all(|b| b.is_ascii_digit())
    };
    let one = || word.chars().nth(1).is_none() && word.chars().all(char::is_alphabetic) && !of_year();
    let ordinal = figure(word) && word.len() <= 2;
    // "a.s.", "D.Lgs.", "n.", and what the language's file lists; "31.12.2019." is a date.
    let short = ordinal
        || (word.contains('.') && !figure(word))
        || one()
        || is_abbreviation(text.get(near + from..=at).unwrap_or_default(), near + from, marks);
    !short
}

/// Whether the language's file lists a word at a place, its mark included, as one that ends no sentence.
fn is_abbreviation(word: &str, at: usize, marks: &Marks<'_, '_>) -> bool {
    let words = &marks.language.words;
    if !words.has(Class::Abbreviation) {
        return false;
    }
    // Most words are not the beginning of any in the file to their end, and need no closer look.
    if words.ending_classes() & Class::Abbreviation.bit() == 0
        && let Some(start) = at.checked_sub(marks.span.start)
    {
        let place = marks.place(start);
        if words.words_at(marks.folded(), place, &mut Vec::new()) < place + word.len() {
            return false;
        }
    }
    words.value(Class::Abbreviation, word).is_some()
}
