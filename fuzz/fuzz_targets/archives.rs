//! Containers, told by their first bytes, unpacked within small limits: no page is larger, no name is given twice.

#![no_main]

use std::collections::HashSet;

use kohex::source::container::{Format, HEAD, Input, Passed, expand};
use kohex::source::{Content, Limits, Page};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits {
    page_bytes: 1 << 20,
    archive_bytes: 32 << 20,
    ratio: 200,
    entries: 1000,
    nesting: 3,
    records: 10_000,
    json_depth: 64,
};

/// kohex takes panics of the libraries for workbooks and Parquet as damage, where libfuzzer's hook would abort before it
/// can. Its own are still found: the target aborts on any that gets through, the hook on any raised in its sources.
fn take_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let theirs =
            info.location().is_some_and(|at| at.file().contains("/registry/") || at.file().contains("/rustc/"));
        if !theirs {
            usual(info);
        }
    }));
}

fuzz_target!(init: take_panics(), |data: &[u8]| {
    let format = Format::of("a", data.get(..HEAD).unwrap_or(data));
    let mut passed = Passed::default();
    let mut names = HashSet::new();
    let mut emit = |item: Result<Page, _>| {
        let Ok(page) = item else { return true };
        if let Content::Bytes(bytes) = &page.content {
            assert!(bytes.len() as u64 <= LIMITS.page_bytes);
        }
        assert!(names.insert(page.name.clone()), "{} is given twice", page.name);
        true
    };
    assert!(expand(Input::Bytes(data.to_vec()), "a", format, &LIMITS, None, &mut passed, &mut emit));
});
