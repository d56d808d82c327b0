//! Whatever a scraper hands over: pages in every encoding and container give what the same page gives as plain text.

use crate::pages::as_expected;

#[test]
fn every_format_reads_as_expected() {
    let names = as_expected("tests/formats");
    for (folder, least) in [("encodings/", 60), ("html/", 18), ("importers/", 7), ("tables/", 8)] {
        let count = names.iter().filter(|name| name.starts_with(folder)).count();
        assert!(count >= least, "{folder} has {count} pages");
    }
}
