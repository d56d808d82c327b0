//! A hash table of numbers: the edges of tries and automata, several bytes of text a lookup.

/// Keys and values; keys are any number but the largest.
#[derive(Debug, Default, Clone)]
pub struct Table {
    /// Open addressing over a power of two of cells, two thirds full at most.
    cells: Vec<(u32, u32)>,
    len: usize,
}

const EMPTY: u32 = u32::MAX;
const SMALLEST: usize = 64;

impl Table {
    /// The value of a key.
    pub fn get(&self, key: u32) -> Option<u32> {
        let mut at = self.place(key);
        loop {
            match self.cells.get(at) {
                Some(&(found, value)) if found == key => return Some(value),
                None | Some(&(EMPTY, _)) => return None,
                Some(_) => at = (at + 1) & (self.cells.len() - 1),
            }
        }
    }

    /// Adds a key that is not there.
    pub fn insert(&mut self, key: u32, value: u32) {
        if (self.len + 1) * 3 > self.cells.len() * 2 {
            let larger = vec![(EMPTY, 0); (self.cells.len() * 2).max(SMALLEST)];
            for (key, value) in std::mem::replace(&mut self.cells, larger) {
                if key != EMPTY {
                    self.put(key, value);
                }
            }
        }
        self.len += 1;
        self.put(key, value);
    }

    fn put(&mut self, key: u32, value: u32) {
        let mut at = self.place(key);
        while self.cells.get(at).is_some_and(|&(found, _)| found != EMPTY) {
            at = (at + 1) & (self.cells.len() - 1);
        }
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = (key, value);
        }
    }

    fn place(&self, key: u32) -> usize {
        // Fibonacci hashing: the high bits of the product are well mixed.
        let mixed = u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        #[allow(clippy::cast_possible_truncation, reason = "the mask keeps what fits")]
        let place = mixed as usize;
        place & self.cells.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let mut table = Table::default();
        assert_eq!(table.get(7), None);
        for key in 0..10_000 {
            table.insert(key * 3, key);
        }
        assert!((0..10_000).all(|key| table.get(key * 3) == Some(key) && table.get(key * 3 + 1).is_none()));
    }
}
