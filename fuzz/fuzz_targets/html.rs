//! Markup to text: the same each time, and without NUL.

#![no_main]

use kohex::text::html::{self, Html, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let source = String::from_utf8_lossy(data);
    html::is_html(&source);
    let read = html::read(&source, &Limits::default());
    assert_eq!(read, html::read(&source, &Limits::default()));
    let Ok(Html { text, title, canonical, og_url, language, published, modified }) = read else { return };
    assert!(!text.contains('\0'), "{text:?}");
    for said in [title, canonical, og_url, language, published, modified].into_iter().flatten() {
        assert!(!said.contains('\0'), "{said:?}");
    }
});
