//! Every page of `fixtures/` reads as expected.

use std::path::Path;

use kohex::check::{Compared, pages};

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
