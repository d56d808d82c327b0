//! An independent oracle: what ICU formats by CLDR is read back exactly, inside a sentence of the language.

use std::collections::BTreeMap;

use kohex::normalize::Value;
use regex::Regex;

use crate::EXTRACTOR;

/// `language kind value text`, made by `make.py` from random values.
const VALUES: &str = include_str!("cldr.tsv");
/// `language sentence noun`: the value stands for `{}`, and the noun behind a number in words.
const SENTENCES: &str = include_str!("sentences.tsv");
/// `language kind regex reason`: what CLDR writes and kohex does not read, and why.
const EXCEPTIONS: &str = include_str!("exceptions.tsv");

fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| <[&str; N]>::try_from(line.split('\t').collect::<Vec<_>>()).expect("a column for each field"))
}

/// Every value of `kind` found in `text`, as the oracle writes them.
fn read(code: &str, kind: &str, text: &str) -> String {
    let found = EXTRACTOR.found_in(text, code).expect("patterns compile");
    let values = found.iter().filter_map(|found| match (&found.value, kind) {
        (Value::Date(_), "date" | "range") => Some(found.value.to_string()),
        (Value::Amount { value, currency }, "amount") => {
            Some(format!("{} {}", value.normalize(), currency.as_deref().unwrap_or("?")))
        }
        (Value::Percentage(value), "percentage") => Some(value.normalize().to_string()),
        (Value::Participants { value, .. }, "words") => Some(value.to_string()),
        _ => None,
    });
    values.collect::<Vec<_>>().join(" ")
}

/// "1250.50 EUR" and "1250.5 EUR" are one.
fn plain(kind: &str, value: &str) -> String {
    let shortest =
        |number: &str| number.parse::<rust_decimal::Decimal>().map_or(number.to_owned(), |n| n.normalize().to_string());
    match kind {
        "amount" | "percentage" => value.split(' ').map(shortest).collect::<Vec<_>>().join(" "),
        _ => value.to_owned(),
    }
}

#[test]
fn what_icu_writes_is_read_back() {
    let sentences: BTreeMap<&str, (&str, &str)> =
        rows::<3>(SENTENCES).map(|[code, sentence, noun]| (code, (sentence, noun))).collect();
    let exceptions: Vec<([&str; 4], Regex)> =
        rows::<4>(EXCEPTIONS).map(|row| (row, Regex::new(row[2]).expect("a regex"))).collect();
    let mut used = vec![false; exceptions.len()];
    let mut wrong = Vec::new();
    let mut count = 0;
    for [locale, kind, value, text] in rows::<4>(VALUES) {
        let code = locale.split('-').next().expect("a language");
        let (sentence, noun) = sentences[locale];
        let written = if kind == "words" { format!("{text} {noun}") } else { text.to_owned() };
        let found = read(code, kind, &sentence.replace("{}", &written));
        count += 1;
        if found == plain(kind, value) {
            continue;
        }
        match exceptions.iter().position(|([l, k, ..], regex)| *l == locale && *k == kind && regex.is_match(text)) {
            Some(index) => used[index] = true,
            None => wrong.push(format!("{locale} {kind} {text:?}: expected {value}, found {found:?}")),
        }
    }
    assert!(count > 4000, "{count} values");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<_> = exceptions.iter().zip(used).filter(|(_, used)| !used).map(|((row, _), _)| row).collect();
    assert!(idle.is_empty(), "exceptions nothing needs: {idle:?}");
}
