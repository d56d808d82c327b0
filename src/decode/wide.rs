//! UTF-16 without a byte order mark, told by where its NUL bytes stand.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// As much of a page as is judged.
const HEAD: usize = 4096;

/// Which of the two UTF-16 the bytes are, if they are.
pub fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    // A page may be cut in the middle of a character.
    let pairs = head.as_chunks::<2>().0;
    if pairs.len() < 2 {
        return None;
    }
    // Spaces, figures and line breaks have a NUL byte in every script of Europe, on one and the same side.
    let high = pairs.iter().filter(|[first, _]| *first == 0).count();
    let low = pairs.iter().filter(|[_, second]| *second == 0).count();
    let encoding = if high > low { UTF_16BE } else { UTF_16LE };
    let nuls_enough = high.max(low) * 20 >= pairs.len();
    (nuls_enough && is_text(pairs, encoding == UTF_16BE)).then_some(encoding)
}

/// Whether nearly all of it are characters that European texts are made of, and none a control character.
fn is_text(pairs: &[[u8; 2]], big: bool) -> bool {
    let units = || pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let control = |unit| unit < 0x20 && !matches!(unit, 0x9..=0xd);
    let known = |unit: &u16| matches!(unit, 0x9..=0xd | 0x20..=0x52f | 0x1e00..=0x22ff | 0x25a0..=0x27bf);
    let count = units().filter(known).count();
    !units().any(control) && count * 20 >= pairs.len() * 19
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_told_by_its_nuls_and_binary_data_is_not_taken_for_it() {
        for text in ["Costo totale: 5 €\n", "Обща стойност: 120 лв.\n", "Έργο «Γέφυρα» 2024\n"]
        {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(utf16(&little), Some(UTF_16LE), "{text}");
            assert_eq!(utf16(&big), Some(UTF_16BE), "{text}");
        }
        for binary in [
            &b"PK\x03\x04\x14\0\0\0\x08\0"[..],
            b"\0\x01\0\x02\0\x03\0\x04",
            b"II*\0\x08\0\0\0",
            b"a\0",
            b"SQLite format 3\0",
        ] {
            assert_eq!(utf16(binary), None, "{binary:?}");
        }
    }
}
