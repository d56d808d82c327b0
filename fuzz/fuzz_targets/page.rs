//! A page's whole way, and a table's rows': evidence stands where it says, and the record's line reads back the same.
//! The first byte chooses what the page is sent as.

#![no_main]

use std::sync::LazyLock;

use kohex::patterns::Patterns;
use kohex::pipeline::{Body, Extractor, Given, Options};
use kohex::record::Record;
use kohex::source::container::{Input, TableKind};
use kohex::source::{Content, Hints, Limits, Page, table};
use libfuzzer_sys::fuzz_target;

static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| {
    let options = Options { keep_text: true, keep_all: true, ..Options::default() };
    Extractor::new(Patterns::embedded().expect("our own patterns"), options).expect("our own words")
});

fn check(record: &Record) {
    let text: Vec<char> = record.text.as_deref().unwrap_or_default().chars().collect();
    let mut last = 0;
    for mention in &record.mentions {
        let there = text.get(mention.start..mention.end).map(|chars| chars.iter().collect::<String>());
        assert_eq!(there.as_deref(), Some(mention.text.as_str()), "{}..{}", mention.start, mention.end);
        assert!(mention.start >= last, "{mention:?} overlaps the one before");
        last = mention.end;
    }
    for warning in &record.warnings {
        assert!(warning.mentions.iter().all(|&at| at < record.mentions.len()), "{warning:?}");
    }
    let line = serde_json::to_string(record).expect("JSON");
    let back: Record = serde_json::from_str(&line).expect("a record");
    assert_eq!(&back, record);
    assert_eq!(serde_json::to_string(&back).expect("JSON"), line);
}

fn read(given: &Given<'_>) {
    if let Ok(records) = EXTRACTOR.read_page(given) {
        records.iter().for_each(check);
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let mut hints = Hints::default();
    match first % 4 {
        0 => {}
        1 => hints.media_type = Some("text/html".to_owned()),
        2 => hints.charset = Some("windows-1250".to_owned()),
        _ => {
            let mut emit = |item: Result<Page, _>| {
                if let Ok(Page { name, content: Content::Row(row), hints }) = item {
                    read(&Given { name: &name, body: Body::Row(&row), hints: &hints });
                }
                true
            };
            let limits = Limits { page_bytes: 1 << 20, records: 20, ..Limits::default() };
            table::read(TableKind::Csv, Input::Bytes(bytes.to_vec()), "t", &limits, &mut emit);
            return;
        }
    }
    read(&Given { name: "page", body: Body::Bytes(bytes), hints: &hints });
});
