//! Words at which nothing begins, and what is kept from page to page.

use std::sync::{Mutex, PoisonError};

/// What threads take for a page and give back, so that the next page need not begin anew.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Vec<T>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<T: Default> Kept<T> {
    /// One that was given back, or a new one.
    pub fn take(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes one back.
    pub fn give_back(&self, it: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(it);
    }
}

/// Words at whose beginning nothing is looked for, so that the next of them is passed over at once. A word is kept whole,
/// with the byte behind it; longer ones are not kept.
#[derive(Debug)]
pub struct Idle {
    cells: Vec<u128>,
}

const CELLS: usize = 1 << 11;
const LONGEST: usize = 15;

impl Default for Idle {
    fn default() -> Self {
        Idle { cells: vec![0; CELLS] }
    }
}

impl Idle {
    /// A word of a text with the byte behind it; `None` where it is too long or ends the text.
    pub fn key(text: &str, at: usize, end: usize) -> Option<u128> {
        let length = end.checked_sub(at).filter(|&length| length <= LONGEST)?;
        let bytes: [u8; 16] = text.as_bytes().get(at..at + 16)?.try_into().ok()?;
        Some(u128::from_le_bytes(bytes) & (u128::MAX >> ((LONGEST - length) * 8)))
    }

    fn place(key: u128) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "halves, and as many bits as there are cells")]
        let (low, high) = (key as u64, (key >> 64) as u64);
        let mixed = (low ^ high.rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(mixed >> 53).unwrap_or(0)
    }

    /// Whether a word is known to begin nothing.
    pub fn knows(&self, key: u128) -> bool {
        self.cells.get(Self::place(key)) == Some(&key)
    }

    /// Keeps a word in the place of another.
    pub fn keep(&mut self, key: u128) {
        if let Some(cell) = self.cells.get_mut(Self::place(key)) {
            *cell = key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_words_are_told_by_the_byte_behind_them() {
        let text = "progetto progetti progetto, und so weiter";
        let mut idle = Idle::default();
        let key = |at: usize| Idle::key(text, at, at + 8).expect("short");
        idle.keep(key(0));
        assert!(idle.knows(key(0)) && !idle.knows(key(9)) && !idle.knows(key(18)));
        assert_eq!(Idle::key(text, text.len() - 6, text.len()), None);
    }
}
