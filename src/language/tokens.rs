//! The words of a text, as languages are told by them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::text::eights::{TOP, eight, first, letters};

/// A run of letters. "dell'Unione" is two.
pub struct Token<'t> {
    of: &'t str,
    span: Range<usize>,
    pub ascii: bool,
    /// A number made of its bytes: two words with the same one are the same word, but for one case in 2⁶⁴.
    pub key: u64,
}

impl<'t> Token<'t> {
    pub fn text(&self) -> &'t str {
        self.of.get(self.span.clone()).unwrap_or_default()
    }

    /// How many letters it has.
    pub fn letters(&self) -> usize {
        if self.ascii { self.span.len() } else { self.text().chars().count() }
    }
}

/// The words of `text`.
pub fn tokens(text: &str) -> Tokens<'_> {
    tokens_in(text, 0..text.len())
}

/// The words of a part of `text`.
pub fn tokens_in(text: &str, part: Range<usize>) -> Tokens<'_> {
    Tokens { text, at: part.start, to: part.end.min(text.len()), short: SHORT.as_slice() }
}

/// Whether a character is a letter, for those of two bytes and less: asking the tables of Unicode takes longer than
/// all the rest.
static SHORT: LazyLock<Vec<bool>> = LazyLock::new(|| ('\0'..'\u{800}').map(char::is_alphabetic).collect());

pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// Words end here, also where the text goes on.
    to: usize,
    short: &'static [bool],
}

impl<'t> Tokens<'t> {
    /// A word that is longer than most, or has letters beyond ASCII.
    #[inline(never)]
    fn long(&mut self, start: usize) -> Token<'t> {
        let (end, ascii) = self.end(start);
        self.at = end;
        Token { of: self.text, span: start..end, ascii, key: key(self.text.as_bytes(), start, end) }
    }

    /// Whether another word follows.
    pub fn any(&mut self) -> bool {
        self.start().inspect(|&start| self.at = start).is_some()
    }

    /// The length of the letter beyond ASCII at `at`, which begins with the byte `lead`; or that of what is none.
    #[inline]
    fn wide(&self, lead: u8, at: usize) -> Result<usize, usize> {
        let (letter, length) = if let (0xc2..=0xdf, Some(next)) = (lead, self.text.as_bytes().get(at + 1)) {
            let code = usize::from(lead & 0x1f) << 6 | usize::from(next & 0x3f);
            (self.short.get(code).is_some_and(|&letter| letter), 2)
        } else {
            let c = self.text.get(at..).and_then(|rest| rest.chars().next());
            c.map_or((false, 1), |c| (c.is_alphabetic(), c.len_utf8()))
        };
        if letter { Ok(length) } else { Err(length) }
    }

    /// Where the next letter stands.
    #[inline]
    fn start(&self) -> Option<usize> {
        let mut at = self.at;
        while at < self.to {
            match *self.text.as_bytes().get(at)? {
                lead @ 0x80.. => match self.wide(lead, at) {
                    Ok(_) => return Some(at),
                    Err(length) => at += length,
                },
                byte if byte.is_ascii_alphabetic() => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    /// Where the word ends that goes on at `at`, and whether all from there on is ASCII.
    #[inline]
    fn end(&self, mut at: usize) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let mut ascii = true;
        loop {
            let run = first(letters(eight(bytes, at)) ^ TOP);
            at += run;
            if run == 8 {
                continue;
            }
            match bytes.get(at) {
                Some(&lead) if lead >= 0x80 && at < self.to => match self.wide(lead, at) {
                    Ok(length) => at += length,
                    Err(_) => break,
                },
                _ => break,
            }
            ascii = false;
        }
        (at.min(self.to), ascii)
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call costs as much as most words")]
    fn next(&mut self) -> Option<Token<'t>> {
        let start = self.start()?;
        let bytes = self.text.as_bytes();
        let eight_bytes = eight(bytes, start);
        let run = first(letters(eight_bytes) ^ TOP);
        // Most words: their end is among the first eight bytes, and what follows is ASCII.
        if run < 8 && eight_bytes >> (run * 8) & 0x80 == 0 && start + run < self.to {
            self.at = start + run + 1;
            let key = mixed(FIRST, eight_bytes & ((1 << (run * 8)) - 1));
            return Some(Token { of: self.text, span: start..start + run, ascii: true, key });
        }
        Some(self.long(start))
    }
}

/// What keys begin with.
const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of a word: its bytes by eights. It never holds a nought, so that those behind its end tell it from any other.
#[inline]
fn key(bytes: &[u8], start: usize, end: usize) -> u64 {
    (start..end).step_by(8).fold(FIRST, |key, at| {
        let beyond = 8usize.saturating_sub(end - at) * 8;
        mixed(key, eight(bytes, at) << beyond >> beyond)
    })
}

/// Both halves of a product depend on all bits of what is multiplied.
#[inline]
fn mixed(key: u64, eight: u64) -> u64 {
    const FACTOR: u128 = 0xf135_7aea_2e62_a9c5;
    let product = u128::from(key ^ eight) * FACTOR;
    #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let halves = (product >> 64) as u64 ^ product as u64;
    halves
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_runs_of_letters(text in "[a-zA-Zé0-9 .'Ωжя\u{301}ệ中😀@\\[`{]{0,40}", cut in 0usize..80) {
            let cut = text.floor_char_boundary(cut);
            for part in [0..text.len(), 0..cut, cut..text.len()] {
                let found: Vec<&str> = tokens_in(&text, part.clone()).map(|token| token.text()).collect();
                let part = text.get(part).expect("a part");
                let runs: Vec<&str> = part.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
                prop_assert_eq!(&found, &runs);
                prop_assert_eq!(tokens(part).any(), !runs.is_empty());
            }
            for token in tokens(&text) {
                prop_assert_eq!(token.letters(), token.text().chars().count());
                prop_assert_eq!(token.ascii, token.text().is_ascii());
                // Whatever stands around a word, its key is the same.
                prop_assert_eq!(tokens(token.text()).next().map(|alone| alone.key), Some(token.key));
            }
        }
    }
}
