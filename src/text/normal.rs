//! The normalised copy of a page: what counts as the same character to a reader is one character here.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick};

/// A stretch of the page that stands differently in the normalised text. Between pieces both are the same bytes.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    pub normal: Range<usize>,
    pub page: Range<usize>,
}

/// What a character becomes; `None` leaves it as it is, `Some("")` leaves it out.
fn folded(c: char) -> Option<&'static str> {
    match c {
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(" "),
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some("\n"),
        '’' | '‘' | 'ʼ' | '′' | '´' | '`' => Some("'"),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => Some("-"),
        // Soft hyphen, zero-width characters and marks of writing direction print nothing.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => Some(""),
        _ => None,
    }
}

/// Whether `s` is written with the characters of the normalised text, so that it can be found there.
pub fn is_normal(s: &str) -> bool {
    s.chars().all(|c| folded(c).is_none()) && is_nfc(s)
}

/// A line this long that stops in mid-sentence was broken by a page layout, not by its writer.
const WRAPPED_LINE: usize = 60;

/// Normalises `page` and says where it differs.
pub fn normalise(page: &str) -> (Cow<'_, str>, Vec<Piece>) {
    let nfc = is_nfc_quick(page.chars()) == IsNormalized::Yes;
    let mut out = Copy { page, normal: String::new(), pieces: Vec::new(), done: 0 };
    let mut line_start = 0;
    let mut rest = page.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let mut end = at + c.len_utf8();
        if c == '\r' {
            if rest.next_if(|&(_, next)| next == '\n').is_some() {
                end += 1;
            }
            let broken = is_wrapped(page, line_start, at, end);
            line_start = end;
            out.replace(at..end, if broken { " " } else { "\n" });
        } else if c == '\n' {
            if is_wrapped(page, line_start, at, end) {
                out.replace(at..end, " ");
            }
            line_start = end;
        } else if let Some(to) = folded(c) {
            out.replace(at..end, to);
        } else if !nfc {
            while let Some((_, mark)) = rest.next_if(|&(_, next)| unicode_normalization::char::is_combining_mark(next))
            {
                end += mark.len_utf8();
            }
            if let Some(cluster) = page.get(at..end).filter(|cluster| !is_nfc(cluster)) {
                out.replace(at..end, &cluster.nfc().collect::<String>());
            }
        }
    }
    out.finish()
}

/// Whether the line break at `at..end` was set by a layout: a long line that stops without a full stop and goes on
/// in lower case or with a figure. Such a break is a space, so that "31 December⏎2028" is one date; any other break
/// parts two statements, so that "Trainees 120⏎Women 40" is not "120 women".
fn is_wrapped(page: &str, line_start: usize, at: usize, end: usize) -> bool {
    page.get(line_start..at).is_some_and(|line| line.chars().nth(WRAPPED_LINE - 1).is_some())
        && page.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| !".:;!?|".contains(c))
        && page.get(end..).and_then(|after| after.chars().next()).is_some_and(|c| c.is_lowercase() || c.is_numeric())
        && page.get(end..).and_then(|after| after.lines().next()).is_some_and(goes_on)
}

/// Whether a line can be the rest of a sentence: a few words without a mark behind them are a heading ("financovanie").
fn goes_on(line: &str) -> bool {
    let line = line.trim_end();
    line.chars().nth(WRAPPED_LINE / 2).is_some() || line.ends_with(|c: char| !c.is_alphanumeric())
}

struct Copy<'p> {
    page: &'p str,
    normal: String,
    pieces: Vec<Piece>,
    done: usize,
}

impl<'p> Copy<'p> {
    fn replace(&mut self, from: Range<usize>, to: &str) {
        self.normal.push_str(self.page.get(self.done..from.start).unwrap_or_default());
        let start = self.normal.len();
        self.normal.push_str(to);
        self.done = from.end;
        self.pieces.push(Piece { normal: start..self.normal.len(), page: from });
    }

    fn finish(mut self) -> (Cow<'p, str>, Vec<Piece>) {
        if self.pieces.is_empty() {
            return (Cow::Borrowed(self.page), Vec::new());
        }
        self.normal.push_str(self.page.get(self.done..).unwrap_or_default());
        (Cow::Owned(self.normal), self.pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_broken_by_a_layout_is_joined_and_others_are_not() {
        let wrapped = "The project of the regional office for social policy runs until 31 December\n2028 in all.";
        assert!(normalise(wrapped).0.contains("31 December 2028"));
        for table in [
            "The Ministry of Regional Development and Euro-Funds of the Republic\nfinancovanie\nFond: ERDF",
            "Trainees 120\nWomen 40",
            "A long line that ends a sentence and so is a paragraph of its own.\n40 women",
        ] {
            assert_eq!(normalise(table).0, table);
        }
    }

    #[test]
    fn every_kind_of_line_break_is_one() {
        assert_eq!(normalise("a\r\nb\rc\u{2028}d\ne").0, "a\nb\nc\nd\ne");
    }
}
