//! Eight bytes looked at as one number, the first one lowest. What is asked of them is answered by the top bits of its
//! bytes, so that the first yes is found without a loop.

const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bits: set in bytes beyond ASCII.
pub const TOP: u64 = ONES * 0x80;

/// The eight bytes at `at`; noughts behind the end.
#[inline]
pub fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => last(bytes.get(at..).unwrap_or_default()),
    }
}

#[cold]
fn last(rest: &[u8]) -> u64 {
    rest.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// How many bytes stand before the first yes; 8 where there is none.
#[inline]
pub fn first(answers: u64) -> usize {
    answers.trailing_zeros() as usize / 8
}

/// The answers as one bit a byte, the first byte's lowest.
#[inline]
pub const fn bits(answers: u64) -> u64 {
    // Every byte's bit is moved to a place of its own in the highest byte.
    ((answers & TOP) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Which bytes are ASCII and between two others.
#[inline]
pub const fn between(eight: u64, from: u8, to: u8) -> u64 {
    // Sums of seven bits each: their top bit says whether they reach a byte, and none runs over into the next.
    let low = eight & !TOP;
    let reach = low + ONES * (0x80 - from as u64);
    let pass = low + ONES * (0x7f - to as u64);
    reach & !pass & !eight & TOP
}

/// Which bytes are not below another that is beyond ASCII.
#[inline]
pub const fn from(eight: u64, from: u8) -> u64 {
    let low = eight & !TOP;
    eight & (low + ONES * (0x80 - (from as u64 & 0x7f))) & TOP
}

/// Which bytes are ASCII letters, of either case.
#[inline]
pub const fn letters(eight: u64) -> u64 {
    between(eight | (ONES * 0x20), b'a', b'z')
}

/// Where the first byte at or behind `at` stands that `is` has a yes for, given eight at a time.
#[inline]
pub fn find(bytes: &[u8], at: usize, is: impl Fn(u64) -> u64) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (eights, tail) = rest.as_chunks::<8>();
    let yes = |(i, answers): (usize, u64)| (answers != 0).then(|| at + i * 8 + first(answers));
    let found = eights.iter().enumerate().find_map(|(i, eight)| yes((i, is(u64::from_le_bytes(*eight)))));
    // The noughts behind the end may have a yes too.
    let last = || yes((eights.len(), is(eight(tail, 0)))).filter(|&at| at < bytes.len());
    found.or_else(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_answered_for_at_every_place() {
        for (byte, place) in (0..=u8::MAX).flat_map(|byte| (0..8usize).map(move |place| (byte, place))) {
            for around in [0, b'a', b'~', 0x80, 0xff] {
                let bytes: Vec<u8> = (0..8).map(|at| if at == place { byte } else { around }).collect();
                let number = eight(&bytes, 0);
                let answer = |answers: u64| (answers & !TOP == 0).then_some(answers >> (place * 8 + 7) & 1 == 1);
                assert_eq!(answer(letters(number)), Some(byte.is_ascii_alphabetic()), "{byte}");
                assert_eq!(bits(letters(number)) >> place & 1 == 1, byte.is_ascii_alphabetic(), "{byte}");
                assert_eq!(answer(between(number, b'\n', b'\r')), Some((b'\n'..=b'\r').contains(&byte)), "{byte}");
                assert_eq!(answer(between(number, 0x7f, 0x7f)), Some(byte == 0x7f), "{byte}");
                assert_eq!(answer(from(number, 0xc3)), Some(byte >= 0xc3), "{byte}");
            }
        }
    }

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        let text = "0123456789\nabcdefghijklmnop\nq";
        for at in 0..=text.len() {
            let plain = text.as_bytes().iter().enumerate().position(|(i, &byte)| i >= at && byte == b'\n');
            assert_eq!(find(text.as_bytes(), at, |eight| between(eight, b'\n', b'\n')), plain);
            assert_eq!(find(text.as_bytes(), at, |eight| between(eight, 0, 0)), None);
            assert_eq!(eight(text.as_bytes(), at) & 0xff, text.as_bytes().get(at).copied().map_or(0, u64::from));
        }
    }
}
