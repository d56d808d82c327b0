//! Sentences: the text around a value that can speak of it.

use std::ops::Range;

use crate::patterns::{Class, Language};

/// A sentence is looked at this many characters to either side of a value, so that cost does not grow with its length.
const WINDOW: usize = 180;

/// Where the window before `at` begins.
pub fn window_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.char_indices().rev().nth(WINDOW - 1)).map_or(0, |(start, _)| start)
}

/// Where the window behind `at` ends.
pub fn window_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.char_indices().nth(WINDOW)).map_or(text.len(), |(end, _)| at + end)
}

/// The sentence before `at`, as far as the window reaches.
pub fn left(text: &str, at: usize, language: &Language) -> Range<usize> {
    let from = window_start(text, at);
    breaks(text, from..at, language).last().unwrap_or(from)..at
}

/// The sentence behind `at`, as far as the window reaches.
pub fn right(text: &str, at: usize, language: &Language) -> Range<usize> {
    let to = window_end(text, at);
    at..breaks(text, at..to, language).next().unwrap_or(to)
}

/// Where sentences end inside a window of a text: offsets of what follows.
fn breaks<'t>(text: &'t str, window: Range<usize>, language: &'t Language) -> impl Iterator<Item = usize> + 't {
    let chars = text.get(window.clone()).unwrap_or_default().char_indices();
    chars.filter_map(move |(at, c)| {
        let at = window.start + at;
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' | ';' | '•' | '§' | '|' => true,
            '.' | '!' | '?' => ends_sentence(text, at, text.get(end..window.end).unwrap_or_default(), language),
            _ => false,
        };
        ends.then_some(end)
    })
}

/// Whether the mark at `at` ends a sentence rather than an abbreviation or an ordinal.
fn ends_sentence(text: &str, at: usize, after: &str, language: &Language) -> bool {
    let before = text.get(window_start(text, at)..at).unwrap_or_default();
    let word = before.rsplit([' ', '\t', '\n', '(', '\'']).next().unwrap_or_default();
    let next = after.trim_start_matches([' ', '"', '»', '”', ')']).chars().next();
    let capital = next.is_some_and(char::is_uppercase);
    let spaced = after.starts_with([' ', '"', '»', ')', '”']);
    // "fine.Inizio": the importer deleted a line break behind a full stop.
    let glued = word.ends_with(char::is_lowercase) && capital;
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
        || language.words.value(Class::Abbreviation, &format!("{word}.")).is_some();
    (spaced || glued) && !short && next.is_none_or(|c| !c.is_lowercase())
}
