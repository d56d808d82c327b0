//! Languages side by side: no rule of one reads anything else than what a page of another says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kohex::normalize::Value;
use kohex::record::Found;
use kohex::source::{Choice, Folders};

use crate::EXTRACTOR;

/// Words that are one thing here and another there: `language page-language text reason`.
const FALSE_FRIENDS: &str = include_str!("languages/false_friends.tsv");

/// Every fixture page by its language.
fn pages() -> BTreeMap<String, Vec<(String, String)>> {
    let mut pages: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for page in Folders::new(vec!["fixtures".into()], Choice::new(&[], false, false).expect("a choice")) {
        let page = page.expect("a page");
        let code = Path::new(&page.name).parent().expect("a folder").display().to_string();
        let text = fs::read_to_string(&page.path).expect("UTF-8");
        pages.entry(code).or_default().push((page.name, text));
    }
    pages
}

/// Whether a value found with a foreign language's rule is what the page's own language reads there too.
fn agrees(foreign: &Found<'_>, own: &[Found<'_>]) -> bool {
    let overlaps = |f: &&Found<'_>| f.span.start < foreign.span.end && foreign.span.start < f.span.end;
    own.iter().filter(overlaps).any(|f| match (&f.value, &foreign.value) {
        // "August 2019" within "31 August 2019" is the same, told less exactly.
        (Value::Date(own), Value::Date(foreign)) => own.agrees(foreign),
        (own, foreign) => own == foreign,
    })
}

#[test]
fn no_rule_of_one_language_misreads_a_page_of_another() {
    let known: Vec<[&str; 3]> = FALSE_FRIENDS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 4, "{line}");
            [columns[0], columns[1], columns[2]]
        })
        .collect();
    let mut used = vec![false; known.len()];
    let mut wrong = Vec::new();
    for (code, pages) in pages() {
        for (name, text) in pages {
            let own = EXTRACTOR.found_in(&text, &code).expect("patterns compile");
            for other in EXTRACTOR.patterns().files().keys().filter(|other| **other != code && *other != "und") {
                for foreign in EXTRACTOR.found_in(&text, other).expect("patterns compile") {
                    let by_other = foreign.rule.id.starts_with(&format!("{other}/"));
                    if !by_other || agrees(&foreign, &own) {
                        continue;
                    }
                    let words = text[foreign.span.clone()].replace('\n', " ");
                    match known.iter().position(|row| *row == [other.as_str(), code.as_str(), words.as_str()]) {
                        Some(index) => used[index] = true,
                        None => wrong.push(format!("{other}\t{code}\t{words}\t{} by {} in {name}", foreign.value, foreign.rule.id)),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<_> = known.iter().zip(used).filter(|(_, used)| !used).map(|(row, _)| row).collect();
    assert!(idle.is_empty(), "false friends no page has: {idle:?}");
}
