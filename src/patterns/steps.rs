//! Steps of a word: what an automaton comes to from a state by a whole word, remembered so that a word is taken at once
//! wherever it stands again.

use super::automaton::{DEAD, ROOT};
use super::lexicon::Bytes;

/// What an automaton comes to from a state by a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Step {
    /// The state behind; nought where the step is not known.
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
    /// The bytes they go on with: most words are followed by others.
    pub next: Bytes,
    /// Whether the word is a number that others may be a part of.
    pub number: bool,
    /// Whether it takes more than the word to tell the step.
    pub open: bool,
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

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    word: u32,
    /// The state before; nought where there is no step.
    from: u16,
    step: Step,
}

/// Steps by the numbers of their words and the states before; all are forgotten when there are too many.
#[derive(Debug, Default)]
pub struct Steps {
    /// Those from the state patterns begin in, by word.
    first: Vec<Step>,
    /// The others: open addressing over a power of two of cells, half full at most.
    cells: Vec<Cell>,
    len: usize,
    more: Vec<More>,
    /// Which numbering of words they are for, nought at first.
    numbering: u64,
}

const SMALLEST: usize = 1 << 8;
const LARGEST: usize = 1 << 15;

impl Steps {
    /// No steps yet, for a numbering of words.
    pub fn new(numbering: u64) -> Steps {
        Steps { numbering, ..Steps::default() }
    }

    /// Which numbering of words they are for.
    pub fn numbering(&self) -> u64 {
        self.numbering
    }

    #[inline]
    fn place(&self, word: u32, from: u16) -> usize {
        let mixed = (u64::from(word) << 16 | u64::from(from)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        #[allow(clippy::cast_possible_truncation, reason = "the mask keeps what fits")]
        let place = mixed as usize;
        place & self.cells.len().wrapping_sub(1)
    }

    /// The step of a word from the state patterns begin in, where it is remembered.
    #[inline]
    pub fn first(&self, word: u32) -> Option<Step> {
        self.first.get(word as usize).copied().filter(|step| step.to != 0)
    }

    /// Whether it is known that no pattern begins with a word.
    #[inline]
    pub fn begins_nothing(&self, word: u32) -> bool {
        self.first.get(word as usize).is_some_and(|step| step.to == DEAD && step.is_plain())
    }

    /// The step of a word from a state, where it is remembered.
    #[inline]
    pub fn get(&self, word: u32, from: u16) -> Option<Step> {
        if from == ROOT {
            return self.first(word);
        }
        let mut at = self.place(word, from);
        loop {
            let cell = self.cells.get(at).filter(|cell| cell.from != 0)?;
            if cell.from == from && cell.word == word {
                return Some(cell.step);
            }
            at = (at + 1) & (self.cells.len() - 1);
        }
    }

    /// What there is to a step besides.
    #[inline]
    pub fn more(&self, step: Step) -> Option<&More> {
        self.more.get((step.more as usize).checked_sub(1)?)
    }

    /// Remembers a step that is not.
    pub fn keep(&mut self, word: u32, from: u16, (to, behind, more): (u16, bool, More)) -> Step {
        if from != ROOT && (self.len + 1) * 2 > self.cells.len() {
            self.make_room();
        }
        let mut step = Step { to, behind, more: 0 };
        if more != More::default() {
            self.more.push(more);
            step.more = u32::try_from(self.more.len()).unwrap_or(0);
        }
        if from == ROOT {
            let number = word as usize;
            self.first.resize(self.first.len().max(number + 1), Step::default());
            if let Some(first) = self.first.get_mut(number) {
                *first = step;
            }
        } else {
            self.len += 1;
            self.put(Cell { word, from, step });
        }
        step
    }

    fn make_room(&mut self) {
        if self.cells.len() == LARGEST {
            *self = Steps::new(self.numbering);
        }
        let larger = vec![Cell::default(); (self.cells.len() * 2).max(SMALLEST)];
        for cell in std::mem::replace(&mut self.cells, larger) {
            if cell.from != 0 {
                self.put(cell);
            }
        }
    }

    fn put(&mut self, step: Cell) {
        let mut at = self.place(step.word, step.from);
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
        for word in 1..40_000 {
            for from in [2, ROOT] {
                assert!(steps.get(word, from).is_none());
                let more = More { number: word % 3 == 0, ..More::default() };
                steps.keep(word, from, (5, word % 2 == 0, more));
                assert!(steps.get(word, 3).is_none());
                let found = steps.get(word, from).expect("kept");
                assert_eq!((found.to, found.behind, found.is_plain()), (5, word % 2 == 0, word % 3 != 0));
                assert_eq!(steps.more(found).is_some_and(|more| more.number), word % 3 == 0);
            }
        }
        assert!(steps.len < 20_000 && steps.get(39_990, 2).is_some() && steps.get(1, 2).is_none());
    }
}
