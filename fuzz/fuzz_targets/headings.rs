//! Tables as text to rows, and what their headings say. The first byte chooses how the table is written.

#![no_main]

use std::sync::LazyLock;

use kohex::patterns::Patterns;
use kohex::source::container::{Input, TableKind};
use kohex::source::{Content, Limits, table};
use libfuzzer_sys::fuzz_target;

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns::embedded().expect("our own patterns"));

const KINDS: [TableKind; 4] = [TableKind::Csv, TableKind::Tsv, TableKind::JsonLines, TableKind::Json];

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let headings = PATTERNS.headings().expect("our own headings");
    for line in String::from_utf8_lossy(bytes).lines().take(20) {
        assert_eq!(headings.understand(line), headings.understand(line));
    }
    let limits = Limits { page_bytes: 1 << 20, records: 10_000, ..Limits::default() };
    let mut rows = 0u64;
    let mut emit = |item: Result<kohex::source::Page, _>| {
        let Ok(page) = item else { return true };
        rows += 1;
        assert_eq!(page.name, format!("t#{rows}"));
        let Content::Row(row) = page.content else { return true };
        assert!(!row.cells.is_empty());
        for cell in row.cells {
            assert!(!cell.text.is_empty(), "{:?} is empty", cell.heading);
            if let Some(heading) = headings.understand(&cell.heading) {
                assert!(heading.scale > 0);
            }
        }
        true
    };
    let kind = KINDS[usize::from(first) % KINDS.len()];
    assert!(table::read(kind, Input::Bytes(bytes.to_vec()), "t", &limits, &mut emit));
});
