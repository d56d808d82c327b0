//! Every page of `fixtures/` reads as expected.

use std::path::Path;

use kohex::check::{Compared, pages};
use kohex::pipeline::{Body, Given};
use kohex::record::Record;
use kohex::source::{Choice, Folders, Hints};

use crate::EXTRACTOR;

/// The names of the pages below a folder, every one of which reads as the file beside it expects.
pub fn as_expected(folder: &str) -> Vec<String> {
    let compared = pages(&EXTRACTOR, Path::new(folder), false).expect("pages");
    let differs: Vec<String> = compared
        .iter()
        .filter(|(_, result)| !matches!(result, Compared::Same))
        .map(|(page, result)| format!("{}: {result:?}", page.name))
        .collect();
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    compared.into_iter().map(|(page, _)| page.name).collect()
}

#[test]
fn fixtures_read_as_expected() {
    let names = as_expected("fixtures");
    for language in ["it", "en"] {
        let count = names.iter().filter(|name| name.starts_with(&format!("{language}/"))).count();
        assert!(count >= 12, "{language} has {count} pages");
    }
}

/// The records of the pages below a folder.
pub fn as_records(folder: &str) -> impl Iterator<Item = Record> {
    let choice = Choice::new(&[], false, false).expect("a choice");
    Folders::new(vec![folder.into()], choice).flat_map(|page| {
        let page = page.expect("a page");
        let bytes = std::fs::read(page.path().expect("a file")).expect("bytes");
        let given = Given { name: &page.name, body: Body::Bytes(&bytes), hints: &Hints::default() };
        EXTRACTOR.read_page(&given).expect("records")
    })
}
