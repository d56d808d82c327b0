//! Kohesio prints a project in 24 languages by one template: the facts are the same in each.

use kohex::patterns::Print;
use kohex::record::Record;

use crate::EXTRACTOR;

/// `language January … December`.
const MONTHS: &str = include_str!("months.tsv");

/// A project page by Kohesio's template, with labels and dates of `code` and figures that are the same everywhere.
fn page(code: &str, months: &[&str], start: (u32, usize, u32), end: (u32, usize, u32)) -> String {
    let und = &EXTRACTOR.patterns().file("und").expect("patterns").file;
    let print = |print: Print| und.kohesio[&print][code][0].get_ref().as_str();
    let date = |(day, month, year): (u32, usize, u32)| format!("{day} {} {year}", months[month - 1]);
    [
        print(Print::SiteHeader).to_owned(),
        print(Print::ProjectInfo).to_owned(),
        format!("{}\n{}", print(Print::StartDate), date(start)),
        format!("{}\n{}", print(Print::EndDate), date(end)),
        print(Print::Funding).to_owned(),
        format!("{}: European Regional Development Fund (ERDF)", print(Print::Fund)),
        format!("{}: 6\u{202f}200\u{202f}901,17\u{a0}€", print(Print::TotalBudget)),
        format!("{}: 5\u{202f}116\u{202f}983,64\u{a0}€ (82,52%)", print(Print::EuContribution)),
        format!("{}: 2021-2027", print(Print::ProgrammingPeriod)),
        "European Commission Topic".to_owned(),
        "EmpowerNet 4.0".to_owned(),
    ]
    .join("\n")
}

fn facts(record: &Record) -> Vec<(&str, String)> {
    let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    let money = |value: &Option<kohex::record::Money>| {
        value.as_ref().map_or("none".to_owned(), |m| format!("{} {}", m.amount.0, said(&m.currency)))
    };
    vec![
        ("kind", format!("{:?}", record.kind)),
        ("start_date", said(&record.start_date)),
        ("end_date", said(&record.end_date)),
        ("fund", said(&record.fund)),
        ("programming_period", said(&record.programming_period)),
        ("total_budget", money(&record.total_budget)),
        ("eu_contribution", money(&record.eu_contribution)),
        ("cofinancing_rate", record.cofinancing_rate.as_ref().map_or("none".to_owned(), |r| r.0.to_string())),
        ("title", said(&record.title)),
    ]
}

#[test]
fn one_project_in_24_languages_has_the_same_facts_24_times() {
    let mut wrong = Vec::new();
    let mut languages = 0;
    for line in MONTHS.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let code = columns.next().expect("a language");
        let months: Vec<&str> = columns.collect();
        languages += 1;
        for month in 1..=12 {
            let (start, end) = ((1, month, 2023), (28, 13 - month, 2026));
            let text = page(code, &months, start, end);
            let record = EXTRACTOR.read(&format!("{code}-{month}.txt"), text.as_bytes()).expect("a record");
            let expected = [
                ("kind", "Kohesio".to_owned()),
                ("start_date", format!("2023-{month:02}-01")),
                ("end_date", format!("2026-{:02}-28", 13 - month)),
                ("fund", "ERDF".to_owned()),
                ("programming_period", "2021-2027".to_owned()),
                ("total_budget", "6200901.17 EUR".to_owned()),
                ("eu_contribution", "5116983.64 EUR".to_owned()),
                ("cofinancing_rate", "82.52".to_owned()),
                ("title", "EmpowerNet 4.0".to_owned()),
            ];
            for (found, expected) in facts(&record).into_iter().zip(expected) {
                if found != expected {
                    wrong.push(format!(
                        "{code} {month}: expected {expected:?}, found {found:?} ({})",
                        record.language.code
                    ));
                }
            }
        }
    }
    assert_eq!(languages, 24);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let und = &EXTRACTOR.patterns().file("und").expect("patterns").file;
    let rows: Vec<&str> = MONTHS.lines().filter(|line| !line.starts_with('#')).map(|line| &line[..2]).collect();
    assert!(und.kohesio[&Print::StartDate].keys().eq(rows.iter()), "the languages of Kohesio's labels");
}
