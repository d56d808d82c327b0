//! The normalised copy of a page: what counts as the same character to a reader is one character here.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc, is_nfc_quick};

use super::damage::{self, Edit, To};
use super::eights::{self, TOP, between, from};
use super::find::find;

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
        // The signs of ASCII in the width of Chinese ones.
        '\u{ff01}'..='\u{ff5e}' => {
            let at = c as usize - 0xff01;
            ASCII.get(at..=at)
        }
        _ => None,
    }
}

const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_'abcdefghijklmnopqrstuvwxyz{|}~";

/// Whether `s` is written with the characters of the normalised text, so that it can be found there.
pub fn is_normal(s: &str) -> bool {
    s.chars().all(|c| folded(c).is_none()) && is_nfc(s)
}

/// A line this long that stops in mid-sentence was broken by a page layout, not by its writer.
const WRAPPED_LINE: usize = 60;

/// Whether a character is in NFC whatever stands beside it: a starter that nothing composes with or decomposes.
/// Only the blocks pages are full of are told here; of other characters the Unicode tables are asked.
fn is_plain(c: char) -> bool {
    // In the last stretch there are en quad and em quad before these, and marks, ohm and kelvin behind.
    matches!(c, ..'\u{300}' | '\u{386}' | '\u{388}'..'\u{483}' | '\u{48a}'..'\u{530}' | '\u{2002}'..'\u{20c0}')
}

/// Whether a page is in NFC beyond doubt, with nothing but Latin letters before the byte `from`.
#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_surely_nfc(page: &str, from: usize) -> bool {
    // Blocks that are plain from end to end; in the one of 0xce only the Greek dot is not, and what stands before it.
    let plain = |lead: u8, next: u8| {
        (lead < 0xcc) | in_range(lead, 0xcf, 0xd1) | (lead == 0xd3) | ((lead == 0xce) & (next > 0x87))
    };
    let mut at = from;
    while let Some(next) = page.as_bytes().get(at..).and_then(|rest| find(rest, |b, next| !plain(b, next))) {
        at += next;
        let Some(rest) = page.get(at..) else { return false };
        let Some(c) = rest.chars().next() else { return true };
        if !is_plain(c) {
            // Everything before is plain, so that the answer hangs on the rest only.
            return is_nfc_quick(rest.chars()) == IsNormalized::Yes;
        }
        at += c.len_utf8();
    }
    true
}

/// Whether a character beginning with this byte may be a line break or one that [`folded`] knows; asked of eight bytes.
#[inline]
fn may_change(eight: u64) -> u64 {
    let ascii = between(eight, b'\n', b'\r') | between(eight, b'`', b'`');
    if eight & TOP == 0 {
        return ascii;
    }
    // Of the bytes beyond, 0xc2, 0xca and from 0xe1 on: of other blocks whole pages are written in.
    let beyond = |byte: u8| between(eight ^ TOP, byte & 0x7f, byte & 0x7f);
    ascii | beyond(0xc2) | beyond(0xca) | from(eight, 0xe1)
}

/// A test without branches, so that [`find`] is fast with it.
fn in_range(byte: u8, first: u8, last: u8) -> bool {
    byte.wrapping_sub(first) <= last - first
}

/// Normalises `page` and says where it differs.
pub fn normalise(page: &str) -> (Cow<'_, str>, Vec<Piece>) {
    let latin = latin(page);
    normalise_known(page, latin, is_surely_nfc(page, latin))
}

/// The first bytes of a page, which hold no letters but Latin ones, and no marks to be put on them.
fn latin(page: &str) -> usize {
    find(page.as_bytes(), |byte, _| byte >= 0xcc).unwrap_or(page.len())
}

/// Only the few bytes that may change are looked at in a page known to be in NFC; the others are copied in runs.
fn normalise_known(page: &str, latin: usize, nfc: bool) -> (Cow<'_, str>, Vec<Piece>) {
    let mut out = Copy { page, normal: String::new(), pieces: Vec::new(), done: 0 };
    let damage = damage::edits(page, latin);
    let mut damage = damage.iter();
    let mut damaged = damage.next();
    let mut line_start = 0;
    let mut at = 0;
    loop {
        if nfc {
            let next = eights::find(page.as_bytes(), at, may_change).unwrap_or(usize::MAX);
            at = damaged.map_or(next, |edit| next.min(edit.page.start));
        }
        if let Some(edit) = damaged.filter(|edit| edit.page.start <= at) {
            out.mend(edit, &mut line_start);
            at = edit.page.end;
            damaged = damage.next();
            continue;
        }
        let mut rest = page.get(at..).unwrap_or_default().chars();
        let Some(c) = rest.next() else { break };
        let mut end = at + c.len_utf8();
        if c == '\r' {
            if rest.next() == Some('\n') {
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
            end += rest.take_while(|&next| is_combining_mark(next)).map(char::len_utf8).sum::<usize>();
            if let Some(cluster) = page.get(at..end).filter(|cluster| !is_nfc(cluster)) {
                out.replace(at..end, &cluster.nfc().collect::<String>());
            }
        }
        at = end;
    }
    out.finish()
}

/// Whether the line break at `at..end` was set by a layout: a long line that stops without a full stop and goes on
/// in lower case or with a figure. Such a break is a space, so that "31 December⏎2028" is one date; any other break
/// parts two statements, so that "Trainees 120⏎Women 40" is not "120 women".
fn is_wrapped(page: &str, line_start: usize, at: usize, end: usize) -> bool {
    let (Some(line), Some(after)) = (page.get(line_start..at), page.get(end..)) else { return false };
    // No line has more characters than bytes: most breaks are settled without counting.
    line.len() >= WRAPPED_LINE
        && line.chars().next_back().is_some_and(|c| !".:;!?|".contains(c))
        && after.chars().next().is_some_and(|c| c.is_lowercase() || c.is_numeric())
        && line.chars().nth(WRAPPED_LINE - 1).is_some()
        && goes_on(after)
}

/// Whether a line can be the rest of a sentence: a few words without a mark behind them are a heading ("financovanie").
fn goes_on(after: &str) -> bool {
    // A line that is longer goes on, however it ends.
    let near = after.get(..after.floor_char_boundary(8 * WRAPPED_LINE)).unwrap_or_default();
    let line = near.lines().next().and_then(|line| line.split("_x000").next()).unwrap_or_default().trim_end();
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
        if self.pieces.is_empty() {
            self.normal.reserve(self.page.len());
        }
        self.normal.push_str(self.page.get(self.done..from.start).unwrap_or_default());
        let start = self.normal.len();
        self.normal.push_str(to);
        self.done = from.end;
        self.pieces.push(Piece { normal: start..self.normal.len(), page: from });
    }

    /// Puts damage right; a break of lines is one as any other is.
    fn mend(&mut self, edit: &Edit, line_start: &mut usize) {
        let range = edit.page.clone();
        match edit.to {
            To::Nothing => self.replace(range, ""),
            To::Space => self.replace(range, " "),
            To::Break => {
                *line_start = range.end;
                self.replace(range, "\n");
            }
            To::Return => {
                let wrapped = is_wrapped(self.page, *line_start, range.start, range.end);
                *line_start = range.end;
                self.replace(range, if wrapped { " " } else { "\n" });
            }
            To::Char(c) => self.replace(range, folded(c).unwrap_or(c.encode_utf8(&mut [0; 4]))),
        }
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
    use proptest::prelude::*;
    use unicode_normalization::char::canonical_combining_class;

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
    fn what_is_taken_for_plain_and_unchanged_is_so() {
        for c in '\0'..=char::MAX {
            let alone = is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes;
            assert!(!is_plain(c) || (alone && canonical_combining_class(c) == 0), "{c:?}");
            let mut bytes = [0; 4];
            let word: &str = c.encode_utf8(&mut bytes);
            assert_eq!(is_surely_nfc(word, latin(word)), alone, "{c:?}");
            let skipped = may_change(word.as_bytes()[0].into()) & 0x80 == 0;
            assert!(!skipped || folded(c).is_none(), "{c:?}");
        }
    }

    /// Letters of many scripts, marks of several classes, signs with singletons, Hangul in parts, breaks and spaces.
    const CHARS: &str = "abcdefghijkl.,5\r\n\n \u{a0}\u{85}\u{2028}\u{200b}\u{ad}çßαω\u{386}·Ωябйў\u{483}ҋ\u{387}\u{301}\u{323}\u{345}\u{5b0}–’…€™\u{2126}\u{2000}►한\u{1100}\u{1161}ệ\u{fb1d}";

    proptest! {
        #[test]
        fn the_quick_way_gives_what_the_thorough_one_does(
            page in prop::collection::vec(prop::sample::select(CHARS.chars().collect::<Vec<_>>()), 0..120),
            few in prop::collection::vec(prop::sample::select(CHARS.chars().take(40).collect::<Vec<_>>()), 0..300),
        ) {
            for page in [page, few] {
                let page: String = page.into_iter().collect();
                let nfc = is_surely_nfc(&page, latin(&page));
                prop_assert_eq!(nfc, is_nfc_quick(page.chars()) == IsNormalized::Yes);
                prop_assert!(!nfc || normalise_known(&page, 0, true) == normalise_known(&page, 0, false));
            }
        }
    }

    #[test]
    fn every_kind_of_line_break_is_one() {
        assert_eq!(normalise("a\r\nb\rc\u{2028}d\ne").0, "a\nb\nc\nd\ne");
    }
}
