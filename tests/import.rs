//! Records into SQLite, read back with the program `sqlite3`.

#![cfg(unix)]

mod faults;
mod from_extract;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use kohex::record::Record;
use serde_json::{Value, json};

use crate::kohex;
use crate::pages::as_records;

/// Columns that hold what the record has under the same name.
pub const PLAIN: [&str; 12] = [
    "id",
    "id_source",
    "kind",
    "title",
    "programming_period",
    "fund",
    "programme",
    "managing_authority",
    "beneficiary",
    "region",
    "country",
    "participants",
];

/// The records of all fixtures, one a line.
static LINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    for (i, mut record) in as_records("fixtures").enumerate() {
        // Some fixtures are of one Kohesio item; here each is a project.
        if records.contains_key(&record.id) {
            record.id = format!("{}-{i}", record.id);
        }
        records.insert(record.id.clone(), record);
    }
    records.values().map(|record| String::from_utf8(record.line()).expect("UTF-8").trim_end().to_owned()).collect()
});

fn file(folder: &Path, name: &str, lines: &[impl AsRef<str>]) -> String {
    let path = folder.join(name);
    let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
    let text = lines.join("\n") + "\n";
    fs::write(&path, text).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

/// A database in a folder, as a URL names it and as `sqlite3` does.
fn database(folder: &Path) -> (String, String) {
    let path = folder.join("projects.db");
    let path = path.to_str().expect("UTF-8");
    (format!("sqlite:{path}"), path.to_owned())
}

fn import(arguments: &[&str]) -> Output {
    kohex().arg("import").args(arguments).output().expect("runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Imports what must go in.
fn imported(arguments: &[&str]) -> String {
    let run = import(arguments);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(run.stdout.is_empty(), "standard output is for records");
    told(&run)
}

/// Asserts that an import is refused with these words.
fn refused(arguments: &[&str], words: &[&str]) {
    let run = import(arguments);
    let told = told(&run);
    assert_eq!(run.status.code(), Some(2), "{told}");
    for word in words {
        assert!(told.contains(word), "expected {word:?} in {told}");
    }
}

/// What `sqlite3` answers; it is installed where it is missing.
fn ask(database: &str, sql: &str) -> Vec<Value> {
    static CLIENT: LazyLock<()> = LazyLock::new(|| {
        if Command::new("sqlite3").arg("-version").output().is_err() {
            let installed = Command::new("apt-get").args(["install", "-y", "-q", "sqlite3"]).status();
            assert!(installed.is_ok_and(|status| status.success()), "expected the program sqlite3: install it");
        }
    });
    LazyLock::force(&CLIENT);
    let run = Command::new("sqlite3").args(["-json", "-readonly", database, sql]).output().expect("sqlite3");
    assert!(run.status.success(), "{sql}: {}", String::from_utf8_lossy(&run.stderr));
    if run.stdout.is_empty() { Vec::new() } else { serde_json::from_slice(&run.stdout).expect("JSON") }
}

fn number(database: &str, sql: &str) -> i64 {
    ask(database, sql)[0].as_object().and_then(|row| row.values().next()?.as_i64()).expect("a number")
}

/// All rows of the tables of records.
fn rows(database: &str) -> Vec<Vec<Value>> {
    let owned = |table: &str| ask(database, &format!("select * from {table} order by project_id, position"));
    let projects = ask(database, "select rowid, * from projects order by id");
    vec![projects, owned("mentions"), owned("warnings"), owned("documents")]
}

/// The rows without the numbers that SQLite gives projects as they come.
fn unnumbered(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    rows.iter_mut().flatten().for_each(|row| drop(row.as_object_mut().map(|row| row.remove("rowid"))));
    rows
}

/// The first day or minute of a date, and how exactly it is known.
fn padded(date: &Value, to: &str) -> (Value, Value) {
    let Some(date) = date.as_str() else { return (Value::Null, Value::Null) };
    let precision = match date.len() {
        4 => "year",
        7 => "month",
        10 => "day",
        _ => "minute",
    };
    (format!("{date}{}", &to[date.len()..]).into(), precision.into())
}

/// A decimal number in units of its last digit.
fn scaled(number: &Value, digits: usize) -> Value {
    if number.is_null() {
        return Value::Null;
    }
    let text = number.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{part:0<digits$}").parse::<i64>().expect("a number").into()
}

#[test]
fn every_field_of_every_record_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let said = imported(&[&file(folder.path(), "records.jsonl", &LINES), "--to", &url]);
    assert!(said.contains(&format!("{} added, 0 changed, 0 unchanged", LINES.len())), "{said}");
    let mut projects = ask(&path, "select * from projects order by id").into_iter();
    let mut mentions = ask(&path, "select * from mentions order by project_id, position").into_iter();
    let mut warnings = ask(&path, "select * from warnings order by project_id, position").into_iter();
    let mut documents = ask(&path, "select * from documents order by project_id, position").into_iter();
    let null = Value::Null;
    for line in LINES.iter() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let row = projects.next().expect("a row");
        for key in PLAIN {
            assert_eq!(row[key], record[key], "{key} of {}", record["id"]);
        }
        assert_eq!(row["language"], record["language"]["code"]);
        assert_eq!(row["language_confidence"].as_f64(), record["language"]["confidence"].as_f64());
        let others: Value = serde_json::from_str(row["other_languages"].as_str().expect("text")).expect("JSON");
        assert_eq!(others, record["other_languages"]);
        for (key, to) in [("start_date", "0000-01-01"), ("end_date", "0000-01-01"), ("published", "0000-01-01T00:00")] {
            let found = (row[key].clone(), row[&format!("{key}_precision")].clone());
            assert_eq!(found, padded(&record[key], to), "{key} of {}", record["id"]);
        }
        for key in ["total_budget", "eu_contribution"] {
            let money = &record[key];
            let amount = money.get("amount").unwrap_or(&null);
            assert_eq!(row[&format!("{key}_cents")], scaled(amount, 2), "{key} of {}", record["id"]);
            assert_eq!(row[key].as_f64(), amount.to_string().parse().ok(), "{key} of {}", record["id"]);
            assert_eq!(row[&format!("{key}_currency")], *money.get("currency").unwrap_or(&null));
        }
        let rate = record["cofinancing_rate"].to_string().parse::<f64>().ok();
        assert_eq!(row["cofinancing_rate"].as_f64(), rate, "{}", record["id"]);
        assert_eq!(
            [&row["version"], &row["patterns"]],
            [&record["produced_by"]["version"], &record["produced_by"]["patterns"]]
        );
        assert_eq!(row["text"], *record.get("text").unwrap_or(&null));
        for (position, mention) in record["mentions"].as_array().expect("a list").iter().enumerate() {
            let row = mentions.next().expect("a row");
            assert_eq!((&row["project_id"], row["position"].as_u64()), (&record["id"], Some(position as u64)));
            for key in ["kind", "role", "text", "rule", "mod", "document"] {
                assert_eq!(row[key], mention[key], "{key} of {mention}");
            }
            assert_eq!([&row["span_start"], &row["span_end"]], [&mention["start"], &mention["end"]]);
            assert_eq!(row["currency"], *mention.get("currency").unwrap_or(&null));
            assert_eq!(row["people"], *mention.get("group").unwrap_or(&null));
            let value = &mention["value"];
            let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(row["value"], Value::from(digits.as_str()));
            assert_eq!(row["value_number"].as_f64(), value.is_number().then(|| digits.parse().expect("a number")));
            let day = if mention["kind"] == "date" { padded(value, "0000-01-01T00:00").0 } else { Value::Null };
            assert_eq!(row["value_date"].as_str(), day.as_str().map(|day| &day[..10]));
        }
        for (position, warning) in record["warnings"].as_array().expect("a list").iter().enumerate() {
            let row = warnings.next().expect("a row");
            assert_eq!((&row["project_id"], row["position"].as_u64()), (&record["id"], Some(position as u64)));
            assert_eq!([&row["code"], &row["message"]], [&warning["code"], &warning["message"]]);
            assert_eq!(row["mentions"], warning["mentions"].to_string());
        }
        for (position, document) in record["documents"].as_array().expect("a list").iter().enumerate() {
            let row = documents.next().expect("a row");
            assert_eq!((&row["project_id"], row["position"].as_u64()), (&record["id"], Some(position as u64)));
            for key in ["path", "url", "media_type", "encoding", "bytes", "sha256", "language"] {
                assert_eq!(row[key], document[key], "{key} of {document}");
            }
        }
    }
    assert!(projects.chain(mentions).chain(warnings).chain(documents).next().is_none(), "more rows than values");
}

#[test]
fn the_same_records_again_change_nothing_and_a_changed_one_only_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = file(folder.path(), "records.jsonl", &LINES);
    imported(&[&records, "--to", &url]);
    // A row that is written anew loses this.
    let mark = "update mentions set rule = rule || '+'; update documents set url = coalesce(url, '') || '+';
                update warnings set message = message || '+'";
    assert!(Command::new("sqlite3").args([&path, mark]).status().expect("sqlite3").success());
    let before = rows(&path);
    let said = imported(&[&records, "--to", &url]);
    assert!(said.contains(&format!("0 added, 0 changed, {} unchanged", LINES.len())), "{said}");
    assert!(rows(&path) == before, "rows have changed");

    let mut lines = LINES.clone();
    let place = lines.iter().position(|line| line.matches("\"rule\"").count() > 3).expect("a record with mentions");
    let mut record: Value = serde_json::from_str(&lines[place]).expect("JSON");
    let id = record["id"].as_str().expect("an id").to_owned();
    record["mentions"].as_array_mut().expect("a list").truncate(2);
    record["warnings"] = json!([]);
    record["title"] = "Un altro titolo".into();
    lines[place] = record.to_string();
    let said = imported(&[&file(folder.path(), "changed.jsonl", &lines), "--to", &url]);
    assert!(said.contains(&format!("0 added, 1 changed, {} unchanged", LINES.len() - 1)), "{said}");
    let others = |rows: Vec<Vec<Value>>| -> Vec<Value> {
        rows.into_iter().flatten().filter(|row| row["id"] != *id && row["project_id"] != *id).collect()
    };
    let after = rows(&path);
    let own: Vec<&Value> = after.iter().flatten().filter(|row| row["project_id"] == *id || row["id"] == *id).collect();
    assert_eq!(own.iter().filter(|row| row.get("span_start").is_some()).count(), 2);
    assert!(own.iter().any(|row| row["title"] == "Un altro titolo"));
    assert!(others(after) == others(before), "rows of other projects have changed");
    let runs = ask(
        &path,
        "select records, added, changed, unchanged, pruned, refused, finished_at is not null as ended from runs",
    );
    let all = LINES.len();
    let run = |added: usize, changed: usize, unchanged: usize| json!({"records": all, "added": added, "changed": changed, "unchanged": unchanged, "pruned": 0, "refused": 0, "ended": 1});
    assert_eq!(runs, [run(all, 0, 0), run(0, 0, all), run(0, 1, all - 1)]);
}

#[test]
fn tables_that_are_kept_otherwise_take_the_same_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    // As kohex made them at first, and as people do who copy them without their checks.
    let schema = fs::read_to_string("schema/sqlite.sql").expect("a schema").replace(", without rowid", "");
    assert!(Command::new("sqlite3").args([&path, &schema]).status().expect("sqlite3").success());
    let records = file(folder.path(), "records.jsonl", &LINES);
    imported(&[&records, "--to", &url]);
    let (new, own) = (format!("sqlite:{}", folder.path().join("new.db").display()), folder.path().join("new.db"));
    imported(&[&records, "--to", &new]);
    assert!(unnumbered(rows(&path)) == unnumbered(rows(own.to_str().expect("UTF-8"))));
    // Rows stand in the order of the page also where nobody asks for it.
    assert_eq!(
        number(
            &path,
            "select count(*) from mentions a join mentions b on b.rowid = a.rowid + 1
        where a.project_id = b.project_id and b.position <> a.position + 1"
        ),
        0
    );
}

#[test]
fn what_was_changed_or_removed_by_hand_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = file(folder.path(), "records.jsonl", &LINES);
    imported(&[&records, "--to", &url]);
    let before = rows(&path);
    let by_hand = "update projects set title = 'x' where id = (select min(id) from projects);
                   delete from mentions where project_id = (select max(project_id) from mentions) and position = 0";
    assert!(Command::new("sqlite3").args([&path, by_hand]).status().expect("sqlite3").success());
    assert!(rows(&path) != before, "nothing was changed by hand");
    let said = imported(&[&records, "--to", &url]);
    assert!(said.contains("0 added, 2 changed"), "{said}");
    assert!(unnumbered(rows(&path)) == unnumbered(before), "rows have not come back");
}

#[test]
fn nothing_is_removed_but_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    imported(&[&file(folder.path(), "all.jsonl", &LINES), "--to", &url]);
    let fewer = file(folder.path(), "fewer.jsonl", &LINES[3..]);
    let count = || usize::try_from(number(&path, "select count(*) from projects")).expect("a count");
    imported(&[&fewer, "--to", &url]);
    assert_eq!(count(), LINES.len());
    let said = imported(&[&fewer, "--to", &url, "--prune", "--dry-run"]);
    assert!(said.contains("3 projects are in none of these records and would be removed"), "{said}");
    assert_eq!(count(), LINES.len());
    let said = imported(&[&fewer, "--to", &url, "--prune"]);
    assert!(said.contains("3 projects are in none of these records\n3 projects removed"), "{said}");
    assert_eq!(count(), LINES.len() - 3);
    assert_eq!(number(&path, "select count(*) from mentions where project_id not in (select id from projects)"), 0);
    assert_eq!(number(&path, "select pruned from runs order by id desc limit 1"), 3);
    // A bad record may be of any project, so that nothing is known to be gone.
    let bad = file(folder.path(), "bad.jsonl", &[LINES[5].as_str(), "{}"]);
    refused(&[&bad, "--to", &url, "--prune", "--skip-bad"], &["nothing was loaded or removed", "bad.jsonl:2"]);
    assert_eq!(count(), LINES.len() - 3);
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let some = file(folder.path(), "some.jsonl", &LINES[2..]);
    let said = imported(&[&some, "--to", &url, "--dry-run"]);
    assert!(said.contains(&format!("{} would be added, 0 would be changed", LINES.len() - 2)), "{said}");
    assert!(!Path::new(&path).exists());
    imported(&[&some, "--to", &url]);
    let before = fs::read(&path).expect("a file");
    let mut lines = LINES.clone();
    lines[2] = lines[2].replacen("\"regional\"", "\"row\"", 1).replacen("\"kind\":\"kohesio\"", "\"kind\":\"row\"", 1);
    let said = imported(&[&file(folder.path(), "all.jsonl", &lines), "--to", &url, "--dry-run"]);
    let unchanged = LINES.len() - 3;
    assert!(said.contains(&format!("2 would be added, 1 would be changed, {unchanged} unchanged")), "{said}");
    assert!(fs::read(&path).expect("a file") == before, "the file has changed");
}

#[test]
fn bad_records_are_named_and_nothing_or_the_rest_goes_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let good = |place: usize| LINES[place].clone();
    let changed = |place: usize, key: &str, value: Value| {
        let mut record: Value = serde_json::from_str(&LINES[place]).expect("JSON");
        record[key] = value;
        record.to_string()
    };
    let lines = [
        good(0),
        "no JSON".to_owned(),
        changed(1, "schema", "kohex/2".into()),
        changed(2, "participants", "many".into()),
        changed(3, "country", "Austria".into()),
        changed(4, "title", "a\0b".into()),
        changed(0, "title", "another record of the same id".into()),
        good(5),
        good(5),
        changed(6, "unknown_key", 1.into()),
        changed(7, "start_date", "2021-13".into()),
    ];
    let bad = file(folder.path(), "bad.jsonl", &lines);
    // The last one is cut off.
    let mut text = fs::read_to_string(&bad).expect("text");
    text.push_str(&LINES[8][..LINES[8].len() / 2]);
    fs::write(&bad, text).expect("written");
    let named = [
        "bad.jsonl:2: expected a record, found no object of JSON",
        "bad.jsonl:3: no record: expected a record of the version kohex/1, found \"kohex/2\" at column",
        "bad.jsonl:4: no record: ",
        "bad.jsonl:5: country: expected [A-Z][A-Z], found \"Austria\"",
        "bad.jsonl:6: title: expected text without U+0000",
        "bad.jsonl:7: expected one record of the id",
        "bad.jsonl:10: no record: unknown field `unknown_key`",
        "bad.jsonl:11: start_date: expected a date of ISO 8601, found \"2021-13\"",
        "bad.jsonl:12: expected a whole record, found one that is cut off where the file ends",
    ];
    refused(&[&bad, "--to", &url], &named);
    refused(&[&bad, "--to", &url, "--atomic"], &["nothing was loaded: expected records only, found 9 of 12 bad"]);
    assert!(!Path::new(&path).exists());
    let run = import(&[&bad, "--to", &url, "--skip-bad"]);
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    assert!(told(&run).contains("2 added, 0 changed, 0 unchanged, 1 there a second time, 9 refused"), "{}", told(&run));
    assert!(named.iter().all(|words| told(&run).contains(words)), "{}", told(&run));
    assert_eq!(number(&path, "select count(*) from projects"), 2);
    assert_eq!(number(&path, "select refused from runs"), 9);
    let empty = file(folder.path(), "empty.jsonl", &[""]);
    refused(&[&empty, "--to", &url], &["nothing was loaded: expected records, found none"]);
    refused(&["missing.jsonl", "--to", &url], &["missing.jsonl: cannot be read: no such file or directory"]);
}

#[test]
fn awkward_text_comes_through_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let long = "Über 5 MB — \"quoted\" 'text' 🌊\n".repeat(170_000);
    let texts = [
        "it's \"quoted\"; drop table projects; --".to_owned(),
        "👩‍🌾 Młodzież, Ελλάδα, Україна".to_owned(),
        "\u{200f}مشروع\u{200e} \u{202e}abc\u{202c}".to_owned(),
        "a\ttab, a\nline, a \\ and a \u{1} control".to_owned(),
        long,
    ];
    let lines: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let mut record: Value = serde_json::from_str(&LINES[i]).expect("JSON");
            record["title"] = text.as_str().into();
            record["text"] = text.as_str().into();
            record.to_string()
        })
        .collect();
    imported(&[&file(folder.path(), "records.jsonl", &lines), "--to", &url]);
    let rows = ask(&path, "select hex(title) as title, hex(text) as text from projects order by id");
    assert_eq!(rows.len(), texts.len());
    for (row, text) in rows.iter().zip(&texts) {
        let hexadecimal: Vec<String> = text.bytes().map(|byte| format!("{byte:02X}")).collect();
        let hexadecimal = hexadecimal.concat();
        assert!(row["title"] == *hexadecimal && row["text"] == *hexadecimal, "{}", &text[..20.min(text.len())]);
    }
}

#[test]
fn views_answer_what_people_ask() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    imported(&[&file(folder.path(), "records.jsonl", &LINES), "--to", &url]);
    let records: Vec<Value> = LINES.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let with_warnings = records.iter().filter(|record| record["warnings"] != json!([])).count();
    let reviewed =
        number(&path, "select count(distinct id) from to_review where reason not like 'language.confidence'");
    assert_eq!(usize::try_from(reviewed).expect("a count"), with_warnings);
    let unsure = |record: &&Value| {
        let codes = record["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning["code"].as_str());
        record["language"]["confidence"].as_f64() < Some(0.8)
            && !codes.into_iter().any(|code| code.starts_with("language."))
    };
    let doubtful = number(&path, "select count(*) from to_review where reason = 'language.confidence'");
    assert_eq!(usize::try_from(doubtful).expect("a count"), records.iter().filter(unsure).count());
    let fr = records.iter().filter(|r| r["country"] == "FR" && r["fund"] == "ERDF");
    let projects =
        number(&path, "select coalesce(sum(projects), 0) from by_country_fund where country = 'FR' and fund = 'ERDF'");
    assert_eq!(usize::try_from(projects).expect("a count"), fr.count());
    let facts = ask(&path, "select id, mentions, warnings, path from project_facts order by id");
    assert_eq!(facts.len(), records.len());
    for (fact, record) in facts.iter().zip(&records) {
        assert_eq!(fact["id"], record["id"]);
        assert_eq!(fact["path"], record["documents"][0]["path"]);
        for key in ["mentions", "warnings"] {
            assert_eq!(fact[key].as_u64(), record[key].as_array().map(|list| list.len() as u64));
        }
    }
}
