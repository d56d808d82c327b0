//! Steps of a word: what an automaton comes to from a state by a whole word, remembered so that a word is taken at once
//! wherever it stands again.

use crate::text::eights;

/// A word of a text with the byte behind it; noughts behind that.
pub type Key = [u64; 3];

/// The letters at a place and what is beyond ASCII, as a key, and where they end; `None` where there are none or many.
#[inline]
pub fn key(bytes: &[u8], at: usize) -> Option<(Key, usize)> {
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

/// What an automaton comes to from a state by a word.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The state behind.
    pub to: u16,
    /// Whether the byte behind the word is taken too.
    pub behind: bool,
    /// Which of [`Steps::more`] there is to the step; nought where the word alone tells it.
    more: u32,
}

/// What there is to a step besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct More {
    /// The patterns that end inside the word, with how far from its beginning.
    pub ends: Vec<(u32, usize)>,
    /// The node of the lexicon where longer forms go on, one byte behind the word; nought where none do.
    pub node: u32,
    /// The bytes they go on with, as [`bit`]s: most words are followed by another.
    pub next: u64,
    /// Whether the word is a number that others may be a part of.
    pub number: bool,
    /// Whether it takes more than the word to tell the step.
    pub open: bool,
}

/// The bit of a byte in a set of few; several bytes share one.
pub fn bit(byte: u8) -> u64 {
    1 << (byte & 63)
}

impl Step {
    /// Where the step ends that takes a word to `end`.
    #[inline]
    pub fn stop(self, end: usize) -> usize {
        end + usize::from(self.behind)
    }

    /// Whether the word alone tells the step, and nothing ends in it.
    #[inline]
    pub fn is_plain(self) -> bool {
        self.more == 0
    }
}

#[derive(Debug, Clone)]
struct Cell {
    word: Key,
    /// The state before; nought where there is no step.
    from: u16,
    to: u16,
    /// [`Step::more`], and the top bit for [`Step::behind`].
    more: u32,
}

/// Steps by their words and the states before; all are forgotten when there are too many.
#[derive(Debug, Default)]
pub struct Steps {
    /// Open addressing over a power of two of cells, half full at most.
    cells: Vec<Cell>,
    len: usize,
    more: Vec<More>,
}

const BEHIND: u32 = 1 << 31;
const FREE: Cell = Cell { word: [0; 3], from: 0, to: 0, more: 0 };
const SMALLEST: usize = 1 << 8;
const LARGEST: usize = 1 << 14;

impl Steps {
    #[inline]
    fn place(&self, word: &Key, from: u16) -> usize {
        let [first, second, third] = *word;
        let mixed = (first ^ second.rotate_left(23) ^ third.rotate_left(41)).wrapping_add(u64::from(from) << 20);
        #[allow(clippy::cast_possible_truncation, reason = "the mask keeps what fits")]
        let place = ((mixed ^ mixed >> 29).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize;
        place & self.cells.len().wrapping_sub(1)
    }

    /// The step of a word from a state, where it is remembered.
    #[inline]
    pub fn get(&self, word: &Key, from: u16) -> Option<Step> {
        let mut at = self.place(word, from);
        loop {
            let cell = self.cells.get(at).filter(|cell| cell.from != 0)?;
            if cell.from == from && cell.word == *word {
                return Some(Step { to: cell.to, behind: cell.more & BEHIND != 0, more: cell.more & !BEHIND });
            }
            at = (at + 1) & (self.cells.len() - 1);
        }
    }

    /// What there is to a step besides.
    pub fn more(&self, step: Step) -> Option<&More> {
        self.more.get((step.more as usize).checked_sub(1)?)
    }

    /// Remembers a step that is not.
    pub fn keep(&mut self, word: Key, from: u16, (to, behind, more): (u16, bool, More)) -> Step {
        if (self.len + 1) * 2 > self.cells.len() {
            self.make_room();
        }
        let mut step = Step { to, behind, more: 0 };
        if more != More::default() {
            self.more.push(more);
            step.more = u32::try_from(self.more.len()).unwrap_or(0);
        }
        self.len += 1;
        self.put(Cell { word, from, to, more: step.more | if behind { BEHIND } else { 0 } });
        step
    }

    fn make_room(&mut self) {
        if self.cells.len() == LARGEST {
            *self = Steps::default();
        }
        let larger = vec![FREE; (self.cells.len() * 2).max(SMALLEST)];
        for cell in std::mem::replace(&mut self.cells, larger) {
            if cell.from != 0 {
                self.put(cell);
            }
        }
    }

    fn put(&mut self, step: Cell) {
        let mut at = self.place(&step.word, step.from);
        while self.cells.get(at).is_some_and(|cell| cell.from != 0) {
            at = (at + 1) & (self.cells.len() - 1);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_until_there_is_too_much() {
        let mut steps = Steps::default();
        let word = |number: u64| [number, number / 7, 0];
        for number in 1..40_000 {
            assert!(steps.get(&word(number), 2).is_none());
            let more = More { number: number % 3 == 0, ..More::default() };
            steps.keep(word(number), 2, (5, number % 2 == 0, more));
            assert!(steps.get(&word(number), 3).is_none());
            let found = steps.get(&word(number), 2).expect("kept");
            assert_eq!((found.to, found.behind, found.is_plain()), (5, number % 2 == 0, number % 3 != 0));
            assert_eq!(steps.more(found).is_some_and(|more| more.number), number % 3 == 0);
        }
        assert!(
            steps.cells.len() == LARGEST && steps.get(&word(39_990), 2).is_some() && steps.get(&word(1), 2).is_none()
        );
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
