//! Where words, figures and signs begin in a folded text.

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
    /// A run of digits.
    Figure,
    /// A character that is no letter, digit or space.
    Sign,
}

/// The places of a text, as bits of its bytes.
#[derive(Debug, Default)]
pub struct Starts {
    words: Vec<u64>,
    others: Vec<u64>,
}

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

impl Starts {
    /// The places of a text.
    pub fn new(text: &str) -> Self {
        let blocks = text.len().div_ceil(64);
        let mut starts = Starts { words: Vec::with_capacity(blocks), others: Vec::with_capacity(blocks) };
        // Of the block of 64 bytes gone through, and what the byte before is.
        let (mut words, mut others, mut letter, mut digit) = (0, 0, 0, 0);
        each_eight(text, |at, eight, beyond| {
            let digits = eights::bits(eights::between(eight, b'0', b'9'));
            let spaces = eights::between(eight, b' ', b' ') | eights::between(eight, b'\t', b'\n');
            let spaces = eights::bits(spaces | eights::between(eight, b'\r', b'\r'));
            let (mut letters, mut signs) = (eights::bits(eights::letters(eight)), 0);
            for beyond in beyond {
                if is_letter(beyond.c) { letters |= beyond.bytes } else { signs |= beyond.first }
            }
            signs |= !(letters | digits | spaces | eights::bits(eight)) & 0xff;
            // Noughts behind the end are no signs.
            signs &= u64::MAX >> (at + 64).saturating_sub(text.len()).min(63);
            // A run begins where the byte before is of no such run.
            words |= (letters & !(letters << 1 | letter)) << (at % 64);
            others |= (signs | digits & !(digits << 1 | digit)) << (at % 64);
            (letter, digit) = (letters >> 7, digits >> 7);
            if at % 64 == 56 || at + 8 >= text.len() {
                starts.words.push(std::mem::take(&mut words));
                starts.others.push(std::mem::take(&mut others));
            }
        });
        starts
    }

    /// Every place, from left to right; words begin at further places too.
    pub fn places<'s>(&'s self, text: &'s str, further: &'s [usize]) -> impl Iterator<Item = Start> + 's {
        let mut further = further.iter().copied().peekable();
        let blocks = self.words.iter().zip(&self.others).enumerate();
        blocks.flat_map(move |(block, (&words, &others))| {
            let mut words = words;
            while let Some(at) = further.next_if(|at| at / 64 == block) {
                words |= 1 << (at % 64);
            }
            let mut left = words | others;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                let at = block * 64 + bit as usize;
                let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
                let kind = match words >> bit & 1 == 1 {
                    true if at.checked_sub(1).is_some_and(digit) => Kind::BehindFigure,
                    true => Kind::Word,
                    false if digit(at) => Kind::Figure,
                    false => Kind::Sign,
                };
                Some(Start { at, kind })
            })
        })
    }
}

/// A character beyond ASCII in eight bytes, which may begin before them or end behind.
#[derive(Debug)]
struct Beyond {
    c: char,
    /// Its bytes among the eight, as bits.
    bytes: u64,
    /// Its first byte, where that is among them.
    first: u64,
}

/// Shows every eight bytes of a text, with their place and the characters beyond ASCII among them.
#[inline]
fn each_eight(text: &str, mut see: impl FnMut(usize, u64, &[Beyond])) {
    let (mut beyond, mut open) = (Vec::with_capacity(8), None);
    for at in (0..text.len()).step_by(8) {
        let eight = eights::eight(text.as_bytes(), at);
        if eight & eights::TOP == 0 {
            see(at, eight, &[]);
            continue;
        }
        let mut left = eights::bits(eight);
        beyond.clear();
        if let Some((c, length)) = open.take() {
            let bytes = (1u64 << length) - 1;
            beyond.push(Beyond { c, bytes, first: 0 });
            left &= !bytes;
        }
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            let Some(c) = text.get(at + place..).and_then(|rest| rest.chars().next()) else { break };
            let end = place + c.len_utf8();
            let bytes = ((1u64 << end) - (1 << place)) & 0xff;
            beyond.push(Beyond { c, bytes, first: 1 << place });
            left &= !bytes;
            open = (end > 8).then(|| (c, end - 8));
        }
        see(at, eight, &beyond);
    }
}

/// Whether a character beyond ASCII is a letter, or a number that is no digit.
fn is_letter(c: char) -> bool {
    let code = c as usize;
    LETTERS.get(code / 64).map_or_else(|| c.is_alphanumeric(), |bits| bits >> (code % 64) & 1 == 1)
}

/// The places of a text where a capital follows a small letter.
pub fn glued(text: &str) -> Vec<usize> {
    let (mut all, mut small) = (Vec::new(), 0);
    each_eight(text, |at, eight, beyond| {
        let (smalls, capitals) = (eights::between(eight, b'a', b'z'), eights::between(eight, b'A', b'Z'));
        if capitals == 0 && beyond.is_empty() {
            small = smalls >> 63;
            return;
        }
        let (mut smalls, mut capitals) = (eights::bits(smalls), eights::bits(capitals));
        for beyond in beyond {
            if beyond.c.is_lowercase() {
                smalls |= beyond.bytes;
            } else if beyond.c.is_uppercase() {
                capitals |= beyond.first;
            }
        }
        let mut found = capitals & (smalls << 1 | small);
        while found != 0 {
            all.push(at + found.trailing_zeros() as usize);
            found &= found - 1;
        }
        small = smalls >> 7;
    });
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_figures_and_signs_begin_once() {
        let text = "il 12giugno, dell'età (5m) projekciedata";
        let glued = [text.find("data").expect("there")];
        let found: Vec<(&str, Kind)> =
            Starts::new(text).places(text, &glued).map(|s| (text.get(s.at..).expect("a place"), s.kind)).collect();
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
            ('d', true),
        ];
        assert_eq!(words, expected);
        assert_eq!(found.get(2).map(|(_, kind)| *kind), Some(Kind::BehindFigure));
    }

    proptest! {
        /// Eight bytes are looked at at once: the same is found as by looking at each character.
        #[test]
        fn places_are_those_of_each_character(text in "[a-c0-2 .,\té€я²\u{0}\u{1}\u{301}😀-]{0,200}") {
            let kind = |c: char| match c {
                ' ' | '\t' => 's',
                c if c.is_ascii_digit() => 'd',
                c if c.is_alphanumeric() => 'l',
                _ => 'o',
            };
            let mut expected = Vec::new();
            let mut before = 's';
            for (at, c) in text.char_indices() {
                let here = kind(c);
                match here {
                    'd' if before != 'd' => expected.push(Start { at, kind: Kind::Figure }),
                    'l' if before == 'd' => expected.push(Start { at, kind: Kind::BehindFigure }),
                    'l' if before != 'l' => expected.push(Start { at, kind: Kind::Word }),
                    'o' => expected.push(Start { at, kind: Kind::Sign }),
                    _ => {}
                }
                before = here;
            }
            let found: Vec<Start> = Starts::new(&text).places(&text, &[]).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn words_begin_at_further_places_too() {
        let text = "a".repeat(200);
        let further = [1, 63, 64, 130];
        let found: Vec<usize> = Starts::new(&text).places(&text, &further).map(|start| start.at).collect();
        assert_eq!(found, [0, 1, 63, 64, 130]);
    }

    #[test]
    fn capitals_behind_small_letters_are_found() {
        assert_eq!(glued("projekcieData Začiatok ČŠ éÉ IT"), [9, 31]);
        for before in 0..20 {
            assert_eq!(glued(&format!("{}aB aÉ éB ЯяЯ I", " ".repeat(before))), [1, 4, 9, 15].map(|at| at + before));
        }
    }
}
