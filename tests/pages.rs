//! Every page of `fixtures/` reads as expected.

use std::path::Path;

use kohex::check::{Compared, pages};

use crate::EXTRACTOR;

#[test]
fn fixtures_read_as_expected() {
    let compared = pages(&EXTRACTOR, Path::new("fixtures"), false).expect("fixtures");
    let differs: Vec<String> = compared
        .iter()
        .filter(|(_, result)| !matches!(result, Compared::Same))
        .map(|(page, result)| format!("{}: {result:?}", page.name))
        .collect();
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    for language in ["it", "en"] {
        let count = compared.iter().filter(|(page, _)| page.name.starts_with(&format!("{language}/"))).count();
        assert!(count >= 12, "{language} has {count} pages");
    }
}
