//! What is known of words, looked up by a number made of their bytes.

use std::collections::BTreeMap;

/// Languages are bits of a mask.
pub type Mask = u128;

/// The low bits of a slot say which mask it is; the others are those of the word's key. With the bits the slot's place
/// stands for, some 56 of a key are compared, so that two words are never taken for one another in practice.
const INDEX: u32 = 24;

/// The languages of every known word. Most words asked for are in no list: one look at eight bytes tells.
#[derive(Default)]
pub struct Table {
    /// As many as a power of two; nought is no word.
    slots: Vec<u64>,
    masks: Vec<Mask>,
}

impl Table {
    /// A table of words by their keys; the languages of a word are those of all its entries, `weak` where there is no
    /// other.
    pub fn new(mut words: Vec<(u64, Mask)>, weak: Mask) -> Self {
        words.sort_unstable_by_key(|(key, _)| *key);
        words.dedup_by(|(key, mask), (kept, languages)| {
            *languages |= if key == kept { *mask } else { 0 };
            key == kept
        });
        let slots = vec![0; (words.len() * 2).next_power_of_two()];
        let mut table = Table { slots, masks: vec![0] };
        let mut known = BTreeMap::new();
        for (key, mask) in words {
            let mask = if mask & !weak == 0 { mask } else { mask & !weak };
            let index = *known.entry(mask).or_insert_with(|| {
                table.masks.push(mask);
                table.masks.len() as u64 - 1
            });
            let mut at = table.home(key);
            while table.slots.get(at).is_some_and(|&slot| slot != 0) {
                at = table.behind(at);
            }
            if let Some(slot) = table.slots.get_mut(at) {
                *slot = key >> INDEX << INDEX | index;
            }
        }
        table
    }

    /// The languages of a word; none where it is not known.
    #[inline]
    pub fn languages(&self, key: u64) -> Mask {
        let mut at = self.home(key);
        while let Some(&slot) = self.slots.get(at)
            && slot != 0
        {
            if (slot ^ key) >> INDEX == 0 {
                let index = usize::try_from(slot & ((1 << INDEX) - 1)).unwrap_or_default();
                return self.masks.get(index).copied().unwrap_or_default();
            }
            at = self.behind(at);
        }
        0
    }

    /// Where a word stands unless others were there before.
    fn home(&self, key: u64) -> usize {
        usize::try_from(key & (self.slots.len() as u64).wrapping_sub(1)).unwrap_or_default()
    }

    fn behind(&self, at: usize) -> usize {
        (at + 1) & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn words_are_found_with_the_languages_of_all_their_entries() {
        let near = u64::MAX - (1 << 30);
        let words = vec![(7 << 40, 1), (9 << 40, 32), (7 << 40, 2), (u64::MAX, 8), (near, 16), (7 << 40, 32)];
        let table = Table::new(words, 32);
        let found = [7 << 40, 9 << 40, u64::MAX, near, 8 << 40, 0].map(|key| table.languages(key));
        assert_eq!(found, [3, 32, 8, 16, 0, 0]);
        assert_eq!(Table::new(Vec::new(), 0).languages(1), 0);
        assert_eq!(Table::default().languages(1), 0);
    }
}
