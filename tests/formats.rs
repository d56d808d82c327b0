//! Whatever a scraper hands over: pages in every encoding and container give what the same page gives as plain text.

use std::path::Path;

use kohex::check::{Compared, pages};

use crate::EXTRACTOR;

#[test]
fn every_format_reads_as_expected() {
    let compared = pages(&EXTRACTOR, Path::new("tests/formats"), false).expect("pages");
    let differs: Vec<String> = compared
        .iter()
        .filter(|(_, result)| !matches!(result, Compared::Same))
        .map(|(page, result)| format!("{}: {result:?}", page.name))
        .collect();
    assert!(differs.is_empty(), "{}", differs.join("\n"));
    for (folder, least) in [("encodings/", 60), ("html/", 8), ("importers/", 7), ("tables/", 8)] {
        let count = compared.iter().filter(|(page, _)| page.name.starts_with(folder)).count();
        assert!(count >= least, "{folder} has {count} pages");
    }
}
