//! Looking for rare bytes, many at a time.

/// As many bytes are looked at together; the compiler makes vector instructions of it.
const BLOCK: usize = 32;

/// Where the first byte stands that `is` holds for, given it and the one behind it (0 at the end).
#[inline]
pub fn find(bytes: &[u8], is: impl Fn(u8, u8) -> bool) -> Option<usize> {
    let next = bytes.get(1..).unwrap_or_default();
    let (blocks, next_blocks) = (bytes.as_chunks::<BLOCK>().0, next.as_chunks::<BLOCK>().0);
    let mut blocks = blocks.iter().zip(next_blocks);
    // Without a branch for every byte, which is what keeps a loop from being made vector instructions.
    let any =
        |block: &[u8; BLOCK], next: &[u8; BLOCK]| block.iter().zip(next).fold(false, |any, (&b, &n)| any | is(b, n));
    let clear = blocks.position(|(block, next)| any(block, next));
    let from = match clear {
        Some(block) => block * BLOCK,
        // The bytes behind the last block once more with some of it, as one block.
        None => match (bytes.split_last().and_then(|(_, most)| most.last_chunk()), next.last_chunk()) {
            (Some(block), Some(next)) if !any(block, next) => bytes.len() - 1,
            _ => next_blocks.len() * BLOCK,
        },
    };
    let rest = bytes.get(from..)?;
    let within = rest.windows(2).position(|pair| matches!(*pair, [b, n] if is(b, n)));
    let last = || rest.len().checked_sub(1).filter(|_| rest.last().is_some_and(|&b| is(b, 0)));
    within.or_else(last).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn what_a_plain_loop_finds_is_found() {
        let bytes: Vec<u8> = (0..200u16).map(|i| u8::try_from(i * 7 % 251).expect("small")).collect();
        for from in 0..bytes.len() {
            for length in [0, 1, 2, 31, 32, 33, 34, 63, 64, 65, 66] {
                let part = bytes.get(from..from + length).unwrap_or_default();
                for wanted in 0..=255 {
                    assert_eq!(find(part, |b, _| b == wanted), part.iter().position(|&b| b == wanted));
                    let before = |b: u8, next: u8| next == wanted && b > 9;
                    let at = |i: &usize| before(part[*i], part.get(i + 1).copied().unwrap_or(0));
                    assert_eq!(find(part, before), (0..part.len()).find(at));
                }
            }
        }
    }
}
