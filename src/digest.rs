//! SHA-256, as records and patterns name it.

use sha2::{Digest, Sha256};

/// SHA-256 over all parts one behind the other, in hexadecimal.
pub fn sha256<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hexadecimal(&hash.finalize())
}

/// The first half of a digest in hexadecimal, or all of one that was cut to that: enough to tell millions apart.
pub fn half(digits: &str) -> u128 {
    digits.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()).unwrap_or_default()
}

/// What tells a text from millions of others, by half of its digest.
pub fn short(text: &str) -> u128 {
    half(&sha256([text.as_bytes()]))
}

/// Bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_digest_of_nothing_is_the_known_one() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256([]), empty);
        assert_eq!(super::sha256([b"a".as_slice(), b"b"]), super::sha256([b"ab".as_slice()]));
    }
}
