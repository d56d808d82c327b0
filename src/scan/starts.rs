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
    /// A run of letters, with its end.
    Word(usize),
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
}

/// What a byte begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Byte {
    Space,
    Digit,
    Letter,
    Sign,
    /// A character beyond ASCII.
    More,
}

static BYTES: [Byte; 256] = {
    let mut all = [Byte::More; 256];
    let mut byte = 0;
    while byte < 128 {
        all[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => Byte::Space,
            b'0'..=b'9' => Byte::Digit,
            b'a'..=b'z' | b'A'..=b'Z' => Byte::Letter,
            _ => Byte::Sign,
        };
        byte += 1;
    }
    all
};

/// Which characters below U+0800 are letters or other numbers, as bits.
static LETTERS: LazyLock<[u64; 32]> = LazyLock::new(|| {
    let mut all = [0; 32];
    for (code, c) in (0..0x800u32).filter_map(|code| Some((code as usize, char::from_u32(code)?))) {
        if let Some(bits) = all.get_mut(code / 64).filter(|_| c.is_alphanumeric()) {
            *bits |= 1 << (code % 64);
        }
    }
    all
});

fn is_letter(c: char) -> bool {
    let code = c as usize;
    LETTERS.get(code / 64).map_or_else(|| c.is_alphanumeric(), |bits| bits >> (code % 64) & 1 == 1)
}

impl<'t> Starts<'t> {
    pub fn new(text: &'t str, glued: Vec<usize>) -> Self {
        let mut glued = glued.into_iter();
        let next_glued = glued.next().unwrap_or(usize::MAX);
        Starts { text, at: 0, glued, next_glued, word_end: 0 }
    }

    /// The character at a place beyond ASCII.
    fn more(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Where the run of letters ends that goes on at a place.
    fn end_of_word(&self, mut at: usize) -> usize {
        loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or_default();
            at += rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            match self.text.as_bytes().get(at) {
                Some(byte) if byte.is_ascii_uppercase() => at += 1,
                Some(byte) if !byte.is_ascii() => match self.more(at) {
                    Some(c) if is_letter(c) => at += c.len_utf8(),
                    _ => return at,
                },
                _ => return at,
            }
        }
    }
}

impl Iterator for Starts<'_> {
    type Item = Start;

    fn next(&mut self) -> Option<Start> {
        let bytes = self.text.as_bytes();
        loop {
            if self.next_glued < self.word_end {
                let at = self.next_glued;
                self.next_glued = self.glued.next().unwrap_or(usize::MAX);
                return Some(Start { at, kind: Kind::BehindWord });
            }
            let at = self.at;
            let byte = *bytes.get(at)?;
            let letter = match BYTES.get(usize::from(byte))? {
                Byte::Space => {
                    self.at += 1;
                    continue;
                }
                Byte::Digit => {
                    let run = bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
                    self.at += run;
                    return Some(Start { at, kind: Kind::Figure });
                }
                Byte::Sign => {
                    self.at += 1;
                    return Some(Start { at, kind: Kind::Sign });
                }
                Byte::Letter => 1,
                Byte::More => {
                    let c = self.more(at)?;
                    if !is_letter(c) {
                        self.at += c.len_utf8();
                        return Some(Start { at, kind: Kind::Sign });
                    }
                    c.len_utf8()
                }
            };
            self.at = self.end_of_word(at + letter);
            self.word_end = self.at;
            let behind_figure = at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
            return Some(Start { at, kind: if behind_figure { Kind::BehindFigure } else { Kind::Word(self.at) } });
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
        let words: Vec<(char, bool)> = found
            .iter()
            .map(|(rest, kind)| (rest.chars().next().unwrap_or(' '), matches!(kind, Kind::Word(_))))
            .collect();
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
