//! Bytes to characters to normalised text: no NUL is left, and every offset leads back to the page.
//! The first byte chooses the charset that is declared.

#![no_main]

use kohex::text::{Decoded, Text, decode};
use libfuzzer_sys::fuzz_target;

const DECLARED: [Option<&str>; 16] = [
    None,
    Some("utf-8"),
    Some("windows-1250"),
    Some("windows-1251"),
    Some("windows-1252"),
    Some("windows-1253"),
    Some("windows-1257"),
    Some("iso-8859-2"),
    Some("iso-8859-5"),
    Some("iso-8859-16"),
    Some("koi8-u"),
    Some("utf-16"),
    Some("utf-16be"),
    Some("shift_jis"),
    Some("iso-2022-jp"),
    Some("nothing known"),
];

fn check(decoded: &Decoded<'_>) {
    assert!(!decoded.text.contains('\0'));
    assert!(decoded.replaced <= decoded.text.matches('\u{fffd}').count());
    let (page, text) = (&*decoded.text, Text::new(&*decoded.text));
    let normal = text.normal();
    assert_eq!(text.lower().len(), normal.len());
    let mut ranges = Vec::new();
    let mut last = 0;
    for (at, c) in normal.char_indices() {
        let range = at..at + c.len_utf8();
        let there = text.page_range(&range);
        assert!(page.get(there.clone()).is_some(), "{range:?} is {there:?}, between characters");
        assert!(there.start >= last, "{range:?} is {there:?}, before {last}");
        last = there.start;
        let back = text.normal_range(&there);
        assert!(normal.get(back.clone()).is_some(), "{there:?} is {back:?}, between characters");
        // A blank put between glued sentences is nowhere in the page.
        let inside = there.is_empty() || back.start <= range.start && back.end >= range.end;
        assert!(inside, "{range:?} is {there:?} and back {back:?}: {page:?} as {normal:?}");
        ranges.push(range);
    }
    // Code points by the map must be those counted in the page.
    let (mut byte, mut chars) = (0, 0);
    for (range, points) in ranges.iter().zip(text.char_ranges(&ranges)) {
        let there = text.page_range(range);
        chars += page[byte..there.start].chars().count();
        byte = there.start;
        assert_eq!(points, chars..chars + page[there].chars().count());
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let declared = DECLARED[usize::from(first) % DECLARED.len()];
    if let Ok(decoded) = decode(bytes, declared) {
        check(&decoded);
    }
    if declared.is_some()
        && let Ok(decoded) = decode(bytes, None)
    {
        check(&decoded);
    }
});
