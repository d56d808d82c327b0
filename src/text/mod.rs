//! Text: bytes to characters, and the copy of them that patterns are matched against.
//!
//! A [`Text`] keeps the page as it stands and a normalised copy, with a map from the copy back to the page, so
//! that whatever is found can be marked in the user's own text. Nothing outside this module shifts offsets.

mod damage;
mod decode;
pub(crate) mod eights;
mod find;
mod folded;
pub mod html;
mod normal;

use std::borrow::Cow;
use std::ops::Range;

pub use decode::{Decoded, NotText, decode};
pub use folded::{Folded, fold, unaccented};
use normal::Piece;
pub use normal::is_normal;

/// A page's text in the two forms the rest of kohex needs.
///
/// All ranges handed around inside kohex are byte ranges of [`Text::normal`]; [`Text::page_range`] turns them into
/// byte ranges of the page, and [`Text::char_ranges`] into the code points of the record.
#[derive(Debug)]
pub struct Text<'p> {
    page: Cow<'p, str>,
    /// `None` where the page is normal already.
    normal: Option<String>,
    lower: String,
    pieces: Vec<Piece>,
}

impl<'p> Text<'p> {
    /// Normalises `page`: NFC, one kind of space, apostrophe, dash and line break, invisible characters left out.
    /// A page that is normal already is not copied.
    pub fn new(page: impl Into<Cow<'p, str>>) -> Self {
        let page = page.into();
        let (normal, pieces) = normal::normalise(&page);
        let lower = fold(&normal);
        let normal = if let Cow::Owned(normal) = normal { Some(normal) } else { None };
        Text { page, normal, lower, pieces }
    }

    /// The page's characters exactly as they stand after decoding.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// The normalised copy that patterns are matched against.
    pub fn normal(&self) -> &str {
        self.normal.as_deref().unwrap_or(&self.page)
    }

    /// The normalised copy as [`fold`] has it: in lower case, every character where it was.
    pub fn lower(&self) -> &str {
        &self.lower
    }

    /// The page's own bytes for a range of the normalised text.
    pub fn page_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.page_start(range.start);
        start..self.page_end(range.end).max(start)
    }

    /// The page's own characters for a range of the normalised text.
    pub fn page_str(&self, range: &Range<usize>) -> &str {
        self.page.get(self.page_range(range)).unwrap_or_default()
    }

    /// The page's own characters for a range, where a reader would read them so: not with entities, tags or invisible
    /// characters in between, of which the normalised text is free.
    pub fn readable(&self, range: &Range<usize>) -> &str {
        let page = self.page_str(range);
        let marked = page.contains(['&', '<', '\u{ad}', '\u{200b}']) || page.contains("_x0");
        if marked && self.normal().get(range.clone()) != Some(page) {
            return self.normal().get(range.clone()).unwrap_or(page);
        }
        page
    }

    /// Code point ranges into the page for byte ranges of the normalised text, in one pass over the page.
    /// `ranges` must be sorted by start, as mentions are; ends may overlap.
    pub fn char_ranges<'r>(&self, ranges: impl IntoIterator<Item = &'r Range<usize>>) -> Vec<Range<usize>> {
        let (mut byte, mut chars) = (0, 0);
        let count = |from: usize, to: usize| self.page.get(from..to).map_or(0, |part| part.chars().count());
        ranges
            .into_iter()
            .map(|range| {
                let range = self.page_range(range);
                chars += count(byte, range.start);
                byte = range.start;
                chars..chars + count(range.start, range.end)
            })
            .collect()
    }

    /// The range of the normalised text for one of the page's.
    pub fn normal_range(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let index = self.pieces.partition_point(|piece| piece.page.end <= at);
            match (self.pieces.get(index), index.checked_sub(1).and_then(|i| self.pieces.get(i))) {
                (Some(piece), _) if piece.page.start < at => piece.normal.start,
                (_, Some(before)) => before.normal.end + (at - before.page.end),
                (_, None) => at,
            }
        };
        let start = place(range.start);
        start..place(range.end).max(start)
    }

    fn page_start(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|p| p.normal.end <= at);
        match self.pieces.get(index) {
            Some(piece) if piece.normal.start <= at => piece.page.start,
            _ => self.beside(at, index),
        }
    }

    fn page_end(&self, at: usize) -> usize {
        // The end of a range belongs to the character before it, so that what was left out behind it stays out.
        let index = self.pieces.partition_point(|p| p.normal.end < at);
        match self.pieces.get(index) {
            Some(piece) if piece.normal.start < at => piece.page.end,
            _ => self.beside(at, index),
        }
    }

    /// An offset outside every changed piece lies as far behind the piece before it as it does in the page.
    fn beside(&self, at: usize, index: usize) -> usize {
        match index.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(before) => before.page.end + (at - before.normal.end),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'t>(text: &'t Text<'_>, found: &str) -> &'t str {
        let start = text.normal().find(found).expect("the text holds it");
        text.page_str(&(start..start + found.len()))
    }

    #[test]
    fn evidence_is_the_pages_own_characters() {
        let text =
            Text::new("Total: 6\u{202f}200\u{202f}901,17\u{a0}€ – l’UE, co\u{ad}sto, e\u{301}t\u{e9}\u{200b} fin");
        assert_eq!(text.normal(), "Total: 6 200 901,17 € - l'UE, costo, été fin");
        assert_eq!(marked(&text, "6 200 901,17 €"), "6\u{202f}200\u{202f}901,17\u{a0}€");
        assert_eq!(marked(&text, "l'UE"), "l’UE");
        assert_eq!(marked(&text, "costo"), "co\u{ad}sto");
        assert_eq!(marked(&text, "été"), "e\u{301}t\u{e9}");
        assert_eq!(marked(&text, "fin"), "fin");
    }

    #[test]
    fn ranges_go_both_ways() {
        let page = "Kosten\u{a0}–\u{ad} total: 5\u{202f}000\u{a0}€ e\u{301}t";
        let text = Text::new(page);
        for (at, _) in page.char_indices() {
            let there = text.normal_range(&(0..at));
            assert!(text.normal().is_char_boundary(there.end), "{at}");
        }
        let value = page.find('5').expect("there")..page.find(" e").expect("there");
        assert_eq!(text.normal().get(text.normal_range(&value)), Some("5 000 €"));
    }

    #[test]
    fn code_points_count_as_python_counts_them() {
        let page = "né 5\u{a0}€, né 6\u{a0}€";
        let text = Text::new(page);
        let first = text.normal().find("5 €").expect("there");
        let second = text.normal().find("6 €").expect("there");
        let ranges = text.char_ranges([&(first..first + 5), &(second..second + 5)]);
        assert_eq!(ranges, [3..6, 11..14]);
    }

    #[test]
    fn a_plain_page_is_not_copied() {
        assert_eq!(Text::new("Costo totale: 5 €\n").normal, None);
    }
}
