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
    let window = text.get(from..at).unwrap_or_default();
    from + breaks(window, language).last().unwrap_or(0)..at
}

/// The sentence behind `at`, as far as the window reaches.
pub fn right(text: &str, at: usize, language: &Language) -> Range<usize> {
    let to = window_end(text, at);
    let window = text.get(at..to).unwrap_or_default();
    at..at + breaks(window, language).next().unwrap_or(window.len())
}

/// Where sentences end inside a window: offsets of what follows.
fn breaks<'t>(window: &'t str, language: &'t Language) -> impl Iterator<Item = usize> + 't {
    window.char_indices().filter_map(move |(at, c)| {
        let end = at + c.len_utf8();
        let after = window.get(end..).unwrap_or_default();
        let ends = match c {
            '\n' | ';' | '•' | '§' | '|' => true,
            '.' | '!' | '?' => {
                let word = window
                    .get(..at)
                    .unwrap_or_default()
                    .rsplit([' ', '\t', '\n', '(', '\''])
                    .next()
                    .unwrap_or_default();
                let next = after.trim_start_matches([' ', '"', '»', '”', ')']).chars().next();
                let spaced = after.starts_with([' ', '"', '»', ')', '”']);
                // "fine.Inizio": the importer deleted a line break behind a full stop.
                let glued = word.ends_with(char::is_lowercase) && next.is_some_and(char::is_uppercase);
                let number = word.ends_with(|c: char| c.is_ascii_digit()) && word.len() <= 2;
                // "a.s.", "D.Lgs.", "n.", and what the language's file lists.
                let short = word.chars().count() <= 1
                    || word.contains('.')
                    || number
                    || language.words.value(Class::Abbreviation, &format!("{word}.")).is_some();
                (spaced || glued) && !short && next.is_none_or(|c| !c.is_lowercase())
            }
            _ => false,
        };
        ends.then_some(end)
    })
}
