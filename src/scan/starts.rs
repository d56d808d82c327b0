//! Where words and figures begin in a folded text.

use std::sync::LazyLock;

use crate::text::eights;

/// A place something may begin at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// Byte of the folded text.
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A run of letters.
    Word,
    /// A word glued to a figure ("120mila").
    BehindFigure,
    /// A word glued to another: "projekcieData", where an importer has deleted what stood between.
    BehindWord,
    /// A run of digits.
    Figure,
    /// A character that is no letter, digit or space.
    Sign,
}

/// Walks over a folded text; `glued` are the places where a capital follows a small letter.
#[derive(Debug)]
pub struct Starts<'t> {
    text: &'t str,
    at: usize,
    glued: std::vec::IntoIter<usize>,
    next_glued: usize,
    /// The run of letters gone through ends here.
    word_end: usize,
    letters: &'static [u64; 32],
}

/// What a byte begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Byte {
    Space,
    Digit,
    Letter,
    Sign,
    /// A character of two bytes.
    Two,
    /// A longer one.
    More,
}

#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "made when kohex is built")]
static BYTES: [Byte; 256] = {
    let mut all = [Byte::More; 256];
    let mut byte = 0;
    while byte < 0xe0 {
        all[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => Byte::Space,
            b'0'..=b'9' => Byte::Digit,
            b'a'..=b'z' | b'A'..=b'Z' => Byte::Letter,
            0x80.. => Byte::Two,
            _ => Byte::Sign,
        };
        byte += 1;
    }
    all
};

/// Which characters of one or two bytes are letters, or numbers that are no digits, as bits.
static LETTERS: LazyLock<[u64; 32]> = LazyLock::new(|| {
    let mut all = [0; 32];
    for (code, c) in (0..0x800u32).filter_map(|code| Some((code as usize, char::from_u32(code)?))) {
        if let Some(bits) = all.get_mut(code / 64).filter(|_| c.is_alphanumeric()) {
            *bits |= 1 << (code % 64);
        }
    }
    all
});

impl<'t> Starts<'t> {
    pub fn new(text: &'t str, glued: Vec<usize>) -> Self {
        let mut glued = glued.into_iter();
        let next_glued = glued.next().unwrap_or(usize::MAX);
        Starts { text, at: 0, glued, next_glued, word_end: 0, letters: &LETTERS }
    }

    fn byte(&self, at: usize) -> Option<(u8, Byte)> {
        let byte = *self.text.as_bytes().get(at)?;
        Some((byte, *BYTES.get(usize::from(byte))?))
    }

    /// Whether a character beyond ASCII is a letter, and how long it is.
    fn beyond(&self, at: usize, byte: u8, kind: Byte) -> (bool, usize) {
        if kind == Byte::Two {
            let second = self.text.as_bytes().get(at + 1).copied().unwrap_or(0);
            let code = usize::from(byte & 0x1f) << 6 | usize::from(second & 0x3f);
            (self.letters.get(code / 64).is_some_and(|bits| bits >> (code % 64) & 1 == 1), 2)
        } else {
            let c = self.text.get(at..).and_then(|rest| rest.chars().next());
            c.map_or((false, 1), |c| (c.is_alphanumeric(), c.len_utf8()))
        }
    }

    /// Where the run of letters ends that goes on at a place.
    fn end_of_word(&self, mut at: usize) -> usize {
        loop {
            let letters = eights::letters(eights::eight(self.text.as_bytes(), at));
            let plain = eights::first(!letters & eights::TOP);
            at += plain;
            match self.byte(at) {
                Some((byte, kind @ (Byte::Two | Byte::More))) => match self.beyond(at, byte, kind) {
                    (true, length) => at += length,
                    (false, _) => return at,
                },
                _ if plain < 8 => return at,
                _ => {}
            }
        }
    }
}

impl Iterator for Starts<'_> {
    type Item = Start;

    fn next(&mut self) -> Option<Start> {
        loop {
            if self.next_glued < self.word_end {
                let at = self.next_glued;
                self.next_glued = self.glued.next().unwrap_or(usize::MAX);
                return Some(Start { at, kind: Kind::BehindWord });
            }
            let at = self.at;
            let (byte, kind) = self.byte(at)?;
            let (letter, length) = match kind {
                Byte::Space => {
                    self.at += 1;
                    continue;
                }
                Byte::Digit => {
                    let digits = self.text.as_bytes().get(at..)?.iter().take_while(|byte| byte.is_ascii_digit());
                    self.at += digits.count();
                    return Some(Start { at, kind: Kind::Figure });
                }
                Byte::Sign => (false, 1),
                Byte::Letter => (true, 1),
                Byte::Two | Byte::More => self.beyond(at, byte, kind),
            };
            if !letter {
                self.at += length;
                return Some(Start { at, kind: Kind::Sign });
            }
            self.at = self.end_of_word(at + length);
            self.word_end = self.at;
            let behind_figure = at.checked_sub(1).and_then(|at| self.byte(at)).is_some_and(|(_, k)| k == Byte::Digit);
            return Some(Start { at, kind: if behind_figure { Kind::BehindFigure } else { Kind::Word } });
        }
    }
}

/// The places of a text where a capital follows a small letter.
pub fn glued(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut all, mut small, mut at) = (Vec::new(), false, 0);
    while at < bytes.len() {
        let eight = eights::eight(bytes, at);
        if eight & eights::TOP == 0 {
            let smalls = eights::between(eight, b'a', b'z');
            let behind = smalls << 8 | u64::from(small) << 7;
            let mut found = eights::between(eight, b'A', b'Z') & behind;
            while found != 0 {
                all.push(at + eights::first(found));
                found &= found - 1;
            }
            small = smalls >> 63 == 1;
            at += 8;
            continue;
        }
        let stop = at + 8;
        for c in text.get(at..).unwrap_or_default().chars() {
            if at >= stop {
                break;
            }
            if small && c.is_uppercase() {
                all.push(at);
            }
            small = c.is_lowercase();
            at += c.len_utf8();
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_figures_and_signs_begin_once() {
        let text = "il 12giugno, dell'età (5m) projekciedata";
        let glued = vec![text.find("data").expect("there")];
        let found: Vec<(&str, Kind)> =
            Starts::new(text, glued).map(|s| (text.get(s.at..).expect("a place"), s.kind)).collect();
        let words: Vec<(char, bool)> =
            found.iter().map(|(rest, kind)| (rest.chars().next().unwrap_or(' '), *kind == Kind::Word)).collect();
        let expected = [
            ('i', true),
            ('1', false),
            ('g', false),
            (',', false),
            ('d', true),
            ('\'', false),
            ('e', true),
            ('(', false),
            ('5', false),
            ('m', false),
            (')', false),
            ('p', true),
            ('d', false),
        ];
        assert_eq!(words, expected);
        assert_eq!(found.last().map(|(_, kind)| *kind), Some(Kind::BehindWord));
    }

    #[test]
    fn capitals_behind_small_letters_are_found() {
        assert_eq!(glued("projekcieData Začiatok ČŠ éÉ IT"), [9, 31]);
        for before in 0..20 {
            assert_eq!(glued(&format!("{}aB aÉ éB ЯяЯ I", " ".repeat(before))), [1, 4, 9, 15].map(|at| at + before));
        }
    }
}
