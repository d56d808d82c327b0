//! The copy of a text that words are looked up in: lower case, single spaces.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::eights;
use super::find::find;

/// A normalised text in lower case with every run of spaces as one, and the way back. Lower case keeps the length of
/// every character, so only the runs shift offsets.
#[derive(Debug)]
pub struct Folded<'t> {
    text: Cow<'t, str>,
    /// Where a run was shortened: offset behind it here, and in the text it was made from.
    breaks: Vec<(usize, usize)>,
}

impl<'t> Folded<'t> {
    /// Folds `normal`.
    pub fn new(normal: &str) -> Folded<'static> {
        let lower = fold(normal);
        match Folded::of_lower(&lower) {
            Folded { text: Cow::Owned(text), breaks } => Folded { text: Cow::Owned(text), breaks },
            Folded { breaks, .. } => Folded { text: Cow::Owned(lower), breaks },
        }
    }

    /// Of a text that [`fold`] has made, or a part of it: copied only where there are runs of spaces.
    pub fn of_lower(lower: &'t str) -> Self {
        let (mut text, mut breaks) = (String::new(), Vec::new());
        let bytes = lower.as_bytes();
        let (mut done, mut at) = (0, 0);
        while let Some(next) = bytes.get(at..).and_then(|rest| find(rest, is_no_single_space)) {
            at += next;
            if text.is_empty() {
                text.reserve(lower.len());
            }
            text.push_str(lower.get(done..at).unwrap_or_default());
            text.push(' ');
            let run = bytes.get(at..).map_or(1, |rest| rest.iter().take_while(|&&b| is_space(b)).count());
            at += run;
            done = at;
            if run > 1 {
                breaks.push((text.len(), done));
            }
        }
        if done == 0 {
            return Folded { text: Cow::Borrowed(lower), breaks };
        }
        text.push_str(lower.get(done..).unwrap_or_default());
        Folded { text: Cow::Owned(text), breaks }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The range of the text it was made from. A range that ends behind a run ends behind its first space.
    pub fn original(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize, before: usize| match before.checked_sub(1).and_then(|i| self.breaks.get(i)) {
            Some(&(here, there)) => there + (at - here),
            None => at,
        };
        let start = place(range.start, self.breaks.partition_point(|&(here, _)| here <= range.start));
        let end = place(range.end, self.breaks.partition_point(|&(here, _)| here < range.end));
        start..end.max(start)
    }

    /// Where an offset of the text it was made from lies here.
    pub fn folded(&self, at: usize) -> usize {
        match self.breaks.partition_point(|&(_, there)| there <= at).checked_sub(1).and_then(|i| self.breaks.get(i)) {
            Some(&(here, there)) => here + (at - there),
            None => at,
        }
    }
}

#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_space(byte: u8) -> bool {
    (byte == b' ') | (byte == b'\t')
}

/// Whether spaces begin here that are not what they become: one space.
#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_no_single_space(byte: u8, next: u8) -> bool {
    (byte == b'\t') | ((byte == b' ') & is_space(next))
}

/// The folded characters of two bytes and less, by code point: nearly all letters of pages.
static SHORT: LazyLock<Vec<char>> = LazyLock::new(|| ('\0'..'\u{800}').map(fold_by_tables).collect());

fn fold_char(c: char, short: &[char]) -> char {
    match short.get(c as usize) {
        Some(&folded) => folded,
        // Quotes, dashes and currency signs.
        None if ('\u{2000}'..'\u{2100}').contains(&c) => c,
        None => fold_by_tables(c),
    }
}

/// Lower case where that is one character of the same length; letters that are one to a reader are one.
fn fold_by_tables(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some('ς'), None) => 'σ',
        (Some(one), None) if one.len_utf8() == c.len_utf8() => same_letter(one),
        _ => c,
    }
}

/// Old keyboards have the cedilla where Romanian has a comma.
fn same_letter(c: char) -> char {
    match c {
        'ş' => 'ș',
        'ţ' => 'ț',
        'Ş' => 'Ș',
        'Ţ' => 'Ț',
        _ => c,
    }
}

/// A word as [`Folded`] has it: every character as long as it was.
pub fn fold(word: &str) -> String {
    let short = SHORT.as_slice();
    let mut folded = String::with_capacity(word.len());
    let (mut done, mut at) = (0, 0);
    // Below U+00C0 only ASCII has capitals, and those are best changed all at once.
    while let Some(wide) = eights::find(word.as_bytes(), at, |eight| eights::from(eight, 0xc3)) {
        at = wide;
        for c in word.get(wide..).unwrap_or_default().chars().take_while(|c| *c >= '\u{c0}') {
            let (behind, lower) = (at + c.len_utf8(), fold_char(c, short));
            if lower != c {
                folded.push_str(word.get(done..at).unwrap_or_default());
                folded.push(lower);
                done = behind;
            }
            at = behind;
        }
    }
    folded.push_str(word.get(done..).unwrap_or_default());
    folded.make_ascii_lowercase();
    folded
}

/// A word as it is written where diacritics are left out: Latin and Greek letters without their marks. The marks of
/// other scripts make other letters (й is no и).
pub fn unaccented(word: &str) -> String {
    let plain = |c: char| {
        let base = c.nfd().next().unwrap_or(c);
        match c {
            'ł' => 'l',
            'Ł' => 'L',
            'đ' => 'd',
            'Đ' => 'D',
            'ı' => 'i',
            _ if matches!(base, 'a'..='z' | 'A'..='Z' | '\u{370}'..='\u{3ff}') => base,
            _ => c,
        }
    };
    word.nfc().map(plain).filter(|&c| !is_combining_mark(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_letters_says_what_unicode_says() {
        for c in '\0'..=char::MAX {
            let folded = fold_by_tables(c);
            assert_eq!(fold(c.encode_utf8(&mut [0; 4])), folded.to_string(), "{c:?}");
            // So that words and lines of a folded text are those of the text.
            assert_eq!((folded.len_utf8(), folded.is_alphabetic()), (c.len_utf8(), c.is_alphabetic()), "{c:?}");
        }
    }

    #[test]
    fn diacritics_are_left_out() {
        for (word, plain) in
            [("złotych", "zlotych"), ("Μαΐου", "Μαιου"), ("înființări", "infiintari"), ("край", "край")]
        {
            assert_eq!(unaccented(word), plain);
        }
    }

    #[test]
    fn words_are_found_back_in_their_own_case_and_spaces() {
        let normal = "COSTO \t  Totale:  5 €, ΟΔΟΣ İ x";
        let folded = Folded::new(normal);
        assert_eq!(folded.text(), "costo totale: 5 €, οδοσ İ x");
        for (word, expected) in [("costo totale", "COSTO \t  Totale"), ("5 €", "5 €"), ("οδοσ", "ΟΔΟΣ"), ("x", "x")]
        {
            let start = folded.text().find(word).expect("there");
            assert_eq!(normal.get(folded.original(&(start..start + word.len()))), Some(expected));
        }
    }
}
