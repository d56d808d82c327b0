//! Languages side by side: no rule of one reads anything else than what a page of another says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kohex::normalize::Value;
use kohex::patterns::Patterns;
use kohex::pipeline::{Extractor, Options};
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
        let text = fs::read_to_string(page.path().expect("a file")).expect("UTF-8");
        pages.entry(code).or_default().push((page.name, text));
    }
    pages
}

/// Whether a value found with a foreign language's rule is what the page's own language reads there, where it reads
/// something.
fn agrees(foreign: &Found<'_>, own: &[Found<'_>]) -> bool {
    let overlaps = |f: &&Found<'_>| f.span.start < foreign.span.end && foreign.span.start < f.span.end;
    let same = |f: &Found<'_>| match (&f.value, &foreign.value) {
        // "August 2019" within "31 August 2019" is the same, told less exactly.
        (Value::Date(own), Value::Date(foreign)) => own.agrees(foreign),
        // Whom a noun counts may be told more exactly in one language than in another.
        (Value::Participants { value: own, .. }, Value::Participants { value: foreign, .. }) => own == foreign,
        (own, foreign) => own == foreign,
    };
    let mut there = own.iter().filter(overlaps).peekable();
    there.peek().is_none() || there.any(same)
}

#[test]
fn only_a_pages_own_rules_fire_on_it() {
    for (code, pages) in pages() {
        for (name, text) in pages {
            let record = EXTRACTOR.read(&name, text.as_bytes()).expect("a record");
            assert_eq!(record.language.code, code, "{name}");
            let mentions = serde_json::to_value(&record.mentions).expect("json");
            for mention in mentions.as_array().expect("a list") {
                let layer = mention["rule"].as_str().and_then(|rule| rule.split('/').next()).expect("an id");
                let of_passage = record.other_languages.iter().any(|other| other.code == layer);
                assert!(layer == code || layer == "und" || of_passage, "{name}: {mention}");
            }
        }
    }
}

#[test]
fn no_rule_of_one_language_misreads_what_a_page_of_another_says() {
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
            for other in EXTRACTOR.patterns().codes().filter(|other| *other != code && *other != "und") {
                for foreign in EXTRACTOR.found_in(&text, other).expect("patterns compile") {
                    let by_other = foreign.rule.id.starts_with(&format!("{other}/"));
                    if !by_other || agrees(&foreign, &own) {
                        continue;
                    }
                    let words = text[foreign.span.clone()].replace('\n', " ");
                    match known.iter().position(|row| *row == [other, code.as_str(), words.as_str()]) {
                        Some(index) => used[index] = true,
                        None => wrong.push(format!(
                            "{other}\t{code}\t{words}\t{} by {} in {name}",
                            foreign.value, foreign.rule.id
                        )),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<_> = known.iter().zip(used).filter(|(_, used)| !used).map(|(row, _)| row).collect();
    assert!(idle.is_empty(), "false friends no page has: {idle:?}");
}

/// `what it is, text`.
const UNKNOWN: &str = include_str!("languages/unknown.tsv");

#[test]
fn a_language_without_a_file_is_said_to_be_unknown_and_its_neutral_forms_are_read() {
    for line in UNKNOWN.lines().filter(|line| !line.starts_with('#')) {
        let (name, text) = line.split_once('\t').expect("two columns");
        let page = format!("{text}\n31.12.2028 (82,52 %) 1 250 000,50 EUR; EUR 5m");
        let record = EXTRACTOR.read("page.txt", page.as_bytes()).expect("a record");
        assert_eq!(record.language.code, "und", "{name}");
        let mentions = serde_json::to_value(&record.mentions).expect("json");
        let texts: Vec<&str> =
            mentions.as_array().expect("a list").iter().map(|m| m["text"].as_str().expect("a text")).collect();
        for neutral in ["31.12.2028", "82,52 %", "1 250 000,50 EUR", "EUR 5m"] {
            assert!(texts.contains(&neutral), "{name}: {neutral} not in {texts:?}");
        }
    }
}

/// A page is read in the languages it is in: lines of one with those of the other between.
#[test]
fn each_passage_is_read_in_its_own_language() {
    let italian = "Il progetto è stato avviato il 3 maggio 2019 e ha formato 120 giovani disoccupati della provincia, che oggi \
                   lavorano nelle imprese del territorio.\n";
    let polish = "Projekt realizowany jest od 3 maja 2019 r. i obejmuje wsparciem 75 osób bezrobotnych, które dzięki niemu \
                  znalazły pracę w naszym województwie.\n";
    let record = EXTRACTOR.read("page.txt", [italian, italian, polish, italian].concat().as_bytes()).expect("a record");
    assert_eq!(record.language.code, "it");
    let others: Vec<&str> = record.other_languages.iter().map(|other| other.code.as_str()).collect();
    assert_eq!(others, ["pl"]);
    assert!(record.other_languages.iter().all(|other| (0.1..0.5).contains(&other.share)));
    let rules: Vec<String> = serde_json::to_value(&record.mentions)
        .expect("json")
        .as_array()
        .expect("a list")
        .iter()
        .map(|m| format!("{} {}", m["rule"].as_str().unwrap_or_default(), m["value"]))
        .collect();
    for wanted in [
        "pl/date/day-month_name-year \"2019-05-03\"",
        "pl/participants/number-people 75",
        "it/participants/number-people 120",
    ] {
        assert!(rules.iter().any(|rule| rule == wanted), "{wanted} not in {rules:?}");
    }
}

#[test]
fn a_stated_language_is_taken_and_a_list_narrows_the_choice() {
    let spanish = "El proyecto apoya a las familias con hijos y forma a los trabajadores de los servicios sociales.";
    let read = |language: Option<&str>, languages: Option<&[&str]>| {
        let options = Options {
            language: language.map(str::to_owned),
            languages: languages.map(|list| list.iter().map(ToString::to_string).collect()),
            ..Options::default()
        };
        let extractor = Extractor::new(Patterns::embedded().expect("patterns"), options).expect("words");
        extractor.read("page.txt", spanish.as_bytes()).expect("a record").language
    };
    let stated = read(Some("gl"), None);
    assert_eq!((stated.code.as_str(), stated.confidence), ("gl", 1.0));
    assert_eq!(read(None, Some(&["it", "pt"])).code, "pt");
    assert_eq!(read(None, None).code, "es");
}
