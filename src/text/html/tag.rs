//! How many attributes the tag may have that the parser is still inside of.
//!
//! html5ever compares every attribute of a tag with all before it and cannot be broken off inside one, so somebody has
//! to count before the tag ends. Whether a `<` opens a tag depends on what the parser made of all before it, which it
//! does not tell. So every `<` is followed that may open one, all at the same time: the places in a tag are few, and
//! of two readings that come to the same place only the one with more attributes matters.

/// A place in a tag, by the names of the HTML standard's tokenizer states.
#[derive(Clone, Copy)]
enum Place {
    Name,
    BeforeAttribute,
    Attribute,
    AfterAttribute,
    BeforeValue,
    DoubleQuoted,
    SingleQuoted,
    Unquoted,
}

const PLACES: [Place; 8] = [
    Place::Name,
    Place::BeforeAttribute,
    Place::Attribute,
    Place::AfterAttribute,
    Place::BeforeValue,
    Place::DoubleQuoted,
    Place::SingleQuoted,
    Place::Unquoted,
];

impl Place {
    /// Where a byte leads from here, and whether an attribute begins with it; `None` where the tag ends.
    fn after(self, byte: u8) -> Option<(Place, bool)> {
        let space = byte.is_ascii_whitespace();
        let next = match (self, byte) {
            (Place::DoubleQuoted, b'"') | (Place::SingleQuoted, b'\'') => Place::BeforeAttribute,
            (Place::DoubleQuoted | Place::SingleQuoted, _) => self,
            (_, b'>') => return None,
            (Place::Unquoted, _) if space => Place::BeforeAttribute,
            (Place::BeforeValue, b'"') => Place::DoubleQuoted,
            (Place::BeforeValue, b'\'') => Place::SingleQuoted,
            (Place::BeforeValue, _) if space => self,
            (Place::BeforeValue | Place::Unquoted, _) => Place::Unquoted,
            (_, b'/') => Place::BeforeAttribute,
            (Place::Attribute | Place::AfterAttribute, b'=') => Place::BeforeValue,
            (Place::Name, _) if space => Place::BeforeAttribute,
            (Place::Attribute, _) if space => Place::AfterAttribute,
            (Place::Name | Place::Attribute, _) => self,
            (Place::BeforeAttribute | Place::AfterAttribute, _) if space => self,
            (Place::BeforeAttribute | Place::AfterAttribute, _) => return Some((Place::Attribute, true)),
        };
        Some((next, false))
    }
}

/// Every reading of the text so far that ends inside a tag: the most attributes seen, for each place in it.
#[derive(Default)]
pub struct OpenTag {
    counts: [Option<usize>; PLACES.len()],
    last: [u8; 2],
}

impl OpenTag {
    /// Reads on, and says how many attributes the tag may have that the text ends in.
    pub fn read(&mut self, text: &str) -> usize {
        for &byte in text.as_bytes() {
            let mut counts = [None; PLACES.len()];
            for (place, count) in PLACES.into_iter().zip(self.counts) {
                if let Some(count) = count
                    && let Some((next, more)) = place.after(byte)
                {
                    raise(&mut counts, next, count + usize::from(more));
                }
            }
            let opened = matches!(self.last, [_, b'<'] | [b'<', b'/']);
            if opened && byte.is_ascii_alphabetic() {
                raise(&mut counts, Place::Name, 0);
            }
            self.counts = counts;
            self.last = [self.last[1], byte];
        }
        self.counts.iter().flatten().copied().max().unwrap_or_default()
    }
}

fn raise(counts: &mut [Option<usize>; PLACES.len()], place: Place, count: usize) {
    if let Some(known) = counts.get_mut(place as usize) {
        *known = (*known).max(Some(count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_as_a_browser_does() {
        for (text, expected) in [
            ("a < b c d e", 0),
            ("<p a b c", 3),
            ("</p a b c", 3),
            ("<p a=1 b='2 3 4'c=\"5 6 7\"d", 4),
            ("<p/a/b/c", 3),
            ("<img src=\"data:a/b/c d e f", 1),
            ("<img src='data:a/b/c > d e f", 1),
            ("<p a b c> d e f", 0),
            ("<i a <b c d", 4),
            ("<!-- <p title='x y z'> d", 0),
        ] {
            assert_eq!(OpenTag::default().read(text), expected, "{text}");
        }
    }
}
