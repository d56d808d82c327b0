//! Sentences: the text around a value that can speak of it.

use std::ops::Range;

use crate::patterns::{Class, Language};
use crate::scan::Marks;

/// A sentence is looked at this many characters to either side of a value, so that cost does not grow with its length.
const WINDOW: usize = 180;

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

/// Where the sentences of a page end: offsets of what follows, in order.
#[derive(Debug)]
pub struct Sentences<'t> {
    text: &'t str,
    breaks: Vec<usize>,
}

impl<'t> Sentences<'t> {
    /// The sentences of a text in passages, each read in its language.
    pub fn new(text: &'t str, passages: &[Marks<'_, '_>]) -> Self {
        let mut breaks = Vec::new();
        for marks in passages {
            let inside = text.get(marks.span.clone()).unwrap_or_default();
            for (at, byte) in inside.bytes().enumerate() {
                let at = marks.span.start + at;
                let length = match byte {
                    b'\n' | b';' | b'|' => 1,
                    b'.' | b'!' | b'?' if ends_sentence(text, at, marks.language) => 1,
                    // The first bytes of a bullet and a section sign.
                    0xc2 | 0xe2 => ["•", "§"].iter().find(|mark| is_at(text, at, mark)).map_or(0, |mark| mark.len()),
                    _ => 0,
                };
                if length > 0 {
                    breaks.push(at + length);
                }
            }
        }
        Sentences { text, breaks }
    }

    /// The sentence before `at`, as far as the window reaches.
    pub fn left(&self, at: usize) -> Range<usize> {
        let before = self.breaks.partition_point(|end| *end <= at).checked_sub(1);
        let from = before.and_then(|i| self.breaks.get(i)).copied().unwrap_or(0);
        // A character is a byte at least.
        if at - from <= WINDOW { from..at } else { from.max(window_start(self.text, at))..at }
    }

    /// The sentence behind `at`, as far as the window reaches.
    pub fn right(&self, at: usize) -> Range<usize> {
        let next = self.breaks.get(self.breaks.partition_point(|end| *end <= at)).copied();
        let to = next.unwrap_or(self.text.len());
        if to - at <= WINDOW { at..to } else { at..to.min(window_end(self.text, at)) }
    }
}

fn is_at(text: &str, at: usize, mark: &str) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(mark))
}

/// Whether the mark at `at` ends a sentence rather than an abbreviation or an ordinal.
fn ends_sentence(text: &str, at: usize, language: &Language) -> bool {
    let near = text.floor_char_boundary(at.saturating_sub(WINDOW));
    let before = text.get(near..at).unwrap_or_default();
    let after = text.get(at + 1..).unwrap_or_default();
    let word = before.rsplit([' ', '\t', '\n', '(', '\'']).next().unwrap_or_default();
    let next = after.trim_start_matches([' ', '"', '»', '”', ')']).chars().next();
    let capital = next.is_some_and(char::is_uppercase);
    let spaced = after.starts_with([' ', '"', '»', ')', '”']);
    // "fine.Inizio": the importer deleted a line break behind a full stop.
    let glued = word.ends_with(char::is_lowercase) && capital;
    if !(spaced || glued) || next.is_some_and(char::is_lowercase) {
        return false;
    }
    let figure = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
    // "2019 r. Gmina": the year's abbreviation ends the sentence too.
    let of_year = || {
        let rest = before.strip_suffix(word).unwrap_or_default().trim_end_matches(' ');
        capital && rest.len() >= 4 && rest.bytes().rev().take(4).all(|b| b.is_ascii_digit())
    };
    let one = word.chars().count() <= 1 && word.chars().all(char::is_alphabetic) && !of_year();
    let ordinal = figure(word) && word.len() <= 2;
    // "a.s.", "D.Lgs.", "n.", and what the language's file lists; "31.12.2019." is a date.
    let short = one
        || ordinal
        || (word.contains('.') && !figure(word))
        || language.words.value(Class::Abbreviation, text.get(at - word.len()..=at).unwrap_or_default()).is_some();
    !short
}
