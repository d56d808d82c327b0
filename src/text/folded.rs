//! The copy of a text that words are looked up in: lower case, single spaces.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A normalised text in lower case with every run of spaces as one, and the way back. Lower case keeps the length of
/// every character, so only the runs shift offsets.
#[derive(Debug)]
pub struct Folded {
    text: String,
    /// Where a run was shortened: offset behind it here, and in the text it was made from.
    breaks: Vec<(usize, usize)>,
}

impl Folded {
    /// Folds `normal`.
    pub fn new(normal: &str) -> Self {
        let mut folded = Folded { text: String::with_capacity(normal.len()), breaks: Vec::new() };
        let mut chars = normal.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if !is_space(c) {
                folded.text.push(fold_char(c));
                continue;
            }
            folded.text.push(' ');
            let mut end = at + 1;
            while chars.next_if(|&(_, next)| is_space(next)).is_some() {
                end += 1;
            }
            if end > at + 1 {
                folded.breaks.push((folded.text.len(), end));
            }
        }
        folded
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

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Lower case where that is one character of the same length; letters that are one to a reader are one.
fn fold_char(c: char) -> char {
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

/// A text in its own case with one letter for those that are one to a reader.
pub fn same_letters(text: &str) -> String {
    text.chars().map(same_letter).collect()
}

/// A word as [`Folded`] has it.
pub fn fold(word: &str) -> String {
    word.chars().map(fold_char).collect()
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
