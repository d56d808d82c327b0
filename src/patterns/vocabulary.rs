//! The words of the texts read so far, as numbers, so that a word is spelled out once wherever it stands.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::text::eights;

/// A word of a text with the byte behind it; noughts behind that.
type Key = [u64; 3];

/// The letters at a place and what is beyond ASCII, as a key, and where they end; `None` where there are none or many.
#[inline]
fn key(bytes: &[u8], at: usize) -> Option<(Key, usize)> {
    let eight = |part: usize| {
        let eight = eights::eight(bytes, at + part * 8);
        (eight, !(eights::letters(eight) | eight) & eights::TOP)
    };
    // Shifted in two, as a number cannot be shifted by all its bits.
    let head = |eight: u64, length: usize| eight & !(u64::MAX << (length * 4) << (length * 4));
    let (first, end) = eight(0);
    let length = eights::first(end);
    if length < 8 {
        return (length > 0).then(|| ([head(first, length + 1), 0, 0], at + length));
    }
    let (second, end) = eight(1);
    let length = eights::first(end);
    if length < 8 {
        return Some(([first, head(second, length + 1), 0], at + 8 + length));
    }
    let (third, end) = eight(2);
    let length = eights::first(end);
    (length < 8).then(|| ([first, second, head(third, length + 1)], at + 16 + length))
}

/// Words with the bytes behind them, numbered from one as they are met.
#[derive(Debug)]
pub struct Vocabulary {
    /// Open addressing over a power of two of cells, half full at most: a part of the key's hash and the word's number, of
    /// which nought is none.
    cells: Vec<(u32, u32)>,
    /// The words, by their numbers less one, and what is known of each.
    keys: Vec<Key>,
    listed: Vec<Option<bool>>,
    /// No two numberings have the same.
    numbering: u64,
}

impl Default for Vocabulary {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let numbering = NEXT.fetch_add(1, Ordering::Relaxed);
        Vocabulary { cells: Vec::new(), keys: Vec::new(), listed: Vec::new(), numbering }
    }
}

const SMALLEST: usize = 1 << 8;
/// Words are forgotten when there are more; a place has some 200 words within reach, which must not make the table grow.
const MOST: usize = (1 << 14) - 512;

impl Vocabulary {
    /// The number of the word at a place, and where it ends; `None` where there is none or a long one.
    #[inline]
    pub fn word(&mut self, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
        let (key, end) = key(bytes, at)?;
        let hash = hash(&key);
        let mut at = self.place(hash);
        while let Some(&(found, number)) = self.cells.get(at).filter(|(_, number)| *number != 0) {
            if found == hash && self.keys.get(number as usize - 1) == Some(&key) {
                return Some((number, end));
            }
            at = (at + 1) & (self.cells.len() - 1);
        }
        Some((self.add(key, hash), end))
    }

    /// Whether a word is in a list of the language, where that was asked before.
    pub fn is_listed(&self, word: u32) -> Option<bool> {
        *self.listed.get((word as usize).checked_sub(1)?)?
    }

    /// Remembers whether a word is in a list of the language.
    pub fn be_listed(&mut self, word: u32, listed: bool) {
        if let Some(known) = (word as usize).checked_sub(1).and_then(|index| self.listed.get_mut(index)) {
            *known = Some(listed);
        }
    }

    /// Tells one numbering from another: the numbers of words hold as long as this stays.
    pub fn numbering(&self) -> u64 {
        self.numbering
    }

    /// Forgets all words where there are too many. Whether it did.
    pub fn make_room(&mut self) -> bool {
        let full = self.keys.len() > MOST;
        if full {
            *self = Vocabulary::default();
        }
        full
    }

    #[inline]
    fn place(&self, hash: u32) -> usize {
        hash as usize & self.cells.len().wrapping_sub(1)
    }

    #[cold]
    fn add(&mut self, key: Key, hash: u32) -> u32 {
        if (self.keys.len() + 1) * 2 > self.cells.len() {
            let larger = vec![(0, 0); (self.cells.len() * 2).max(SMALLEST)];
            for (hash, number) in std::mem::replace(&mut self.cells, larger) {
                if number != 0 {
                    self.put(hash, number);
                }
            }
        }
        self.keys.push(key);
        self.listed.push(None);
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.put(hash, number);
        number
    }

    fn put(&mut self, hash: u32, number: u32) {
        let mut at = self.place(hash);
        while self.cells.get(at).is_some_and(|(_, number)| *number != 0) {
            at = (at + 1) & (self.cells.len() - 1);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = (hash, number);
        }
    }
}

#[inline]
fn hash(&[first, second, third]: &Key) -> u32 {
    let mixed = first ^ second.rotate_left(23) ^ third.rotate_left(41);
    #[allow(clippy::cast_possible_truncation, reason = "the upper half is mixed best")]
    let hash = ((mixed ^ mixed >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32;
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_number_until_there_are_too_many() {
        let mut words = Vocabulary::default();
        let word = |number: usize| -> String {
            (0..6u32).map(|i| char::from(b'a' + u8::try_from(number / 5usize.pow(i) % 26).unwrap_or(0))).collect()
        };
        let mut numbers = std::collections::HashMap::new();
        for text in (0..30_000).chain(0..30_000).map(word) {
            let found = words.word(text.as_bytes(), 0).expect("a word");
            assert_eq!(*numbers.entry(text).or_insert(found), found);
        }
        assert_eq!(numbers.len(), 30_000);
        let different: std::collections::HashSet<u32> = numbers.values().map(|(number, _)| *number).collect();
        assert_eq!(different.len(), numbers.len());
        assert_eq!(words.is_listed(7), None);
        words.be_listed(7, true);
        assert_eq!((words.is_listed(7), words.is_listed(8)), (Some(true), None));
        let before = words.numbering();
        assert!(words.make_room() && !words.make_room());
        assert_ne!(words.numbering(), before);
        assert_eq!(words.word(b"a", 0), Some((1, 1)));
        assert_eq!(words.is_listed(1), None);
    }

    #[test]
    fn a_word_is_a_key_with_the_byte_behind_it() {
        let text = "été, projet projets projet, κοινοτικές";
        let word = |at: usize| key(text.as_bytes(), at).map(|(key, end)| (key, text.get(at..end).unwrap_or_default()));
        let places: Vec<usize> = text.match_indices("projet").map(|(at, _)| at).collect();
        let keys: Vec<_> = places.iter().map(|&at| word(at).map(|(key, _)| key)).collect();
        assert_eq!(word(0).map(|(_, word)| word), Some("été"));
        assert!(keys.iter().enumerate().all(|(i, one)| !keys.iter().skip(i + 1).any(|other| one == other)));
        assert_eq!(keys.first(), Some(&key(b"projet projet", 0).map(|(key, _)| key)));
        assert_eq!(word(5), None);
        assert_eq!(word(text.len() - 20).map(|(_, word)| word), Some("κοινοτικές"));
        for length in 1..30 {
            let end = key(" ".repeat(29).replacen(' ', "x", length).as_bytes(), 0).map(|(_, end)| end);
            assert_eq!(end, Some(length).filter(|&length| length < 24), "{length}");
        }
    }
}
