//! Records in PostgreSQL: a server of the tests' own takes them from `kohex import`, and `psql` reads them back.

mod faults;
mod server;
mod tls;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use kohex::record::Record;
use kohex::sink::database::{Access, Postgres, Store, Surroundings, Url};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::import::PLAIN;
use crate::kohex;
use crate::pages::as_records;
use server::{Database, ESCAPED, SECRET, SERVER};

/// The records of all fixtures, each id once.
static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let mut all: Vec<Record> = as_records("fixtures").collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.dedup_by(|a, b| a.id == b.id);
    all
});

/// Six records with mentions and warnings.
fn few() -> Vec<Record> {
    static FEW: LazyLock<Vec<Record>> = LazyLock::new(|| {
        let all = as_records("fixtures/it").filter(|record| !record.mentions.is_empty() && !record.warnings.is_empty());
        all.take(6).collect()
    });
    assert_eq!(FEW.len(), 6);
    FEW.clone()
}

/// A folder for files of records.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Files(tempfile::tempdir().expect("a folder"))
    }

    fn put(&self, name: &str, records: &[Record]) -> PathBuf {
        let lines: Vec<u8> = records.iter().flat_map(Record::line).collect();
        let path = self.0.path().join(name);
        fs::write(&path, lines).expect("written");
        path
    }
}

/// `kohex import`, with the superuser's password in the environment and none of the user's own.
fn import(to: &str) -> Command {
    let mut command = kohex();
    command.args(["import", "--to", to]).env("PGPASSWORD", SECRET).env("HOME", "/nonexistent");
    for name in ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSFILE", "PGSSLMODE", "PGSSLROOTCERT", "PGOPTIONS"] {
        command.env_remove(name);
    }
    command
}

/// What a command says; no password may be in it.
fn told(run: &Output) -> String {
    let all = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    for secret in [SECRET, ESCAPED] {
        assert!(!all.contains(secret), "a password in: {all}");
    }
    all
}

/// Runs a command that must end well.
fn good(command: &mut Command) -> String {
    let run = command.output().expect("runs");
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    told(&run)
}

/// Runs a command that can do nothing.
fn bad(command: &mut Command) -> String {
    let run = command.output().expect("runs");
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    told(&run)
}

fn rows(database: &Database<'_>, query: &str) -> Vec<Value> {
    let rows = database.sql(&format!("select to_jsonb(t) from ({query}) as t"));
    rows.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Rows by their project, in the order of their positions.
fn by_project(database: &Database<'_>, table: &str) -> HashMap<String, Vec<Value>> {
    let mut all: HashMap<String, Vec<Value>> = HashMap::new();
    for row in rows(database, &format!("select * from {table} order by project_id, position")) {
        let id = row["project_id"].as_str().expect("an id").to_owned();
        let rows = all.entry(id).or_default();
        assert_eq!(row["position"], json!(rows.len()));
        rows.push(row);
    }
    all
}

fn decimal(value: &Value) -> Option<Decimal> {
    let digits = if value.is_string() { value.as_str()?.to_owned() } else { value.to_string() };
    (!value.is_null()).then(|| digits.parse().expect("a number"))
}

/// A day of a column and the column beside it, as the record writes them.
fn date(row: &Value, name: &str) -> Value {
    let Some(text) = row[name].as_str() else {
        assert!(row[format!("{name}_precision")].is_null());
        return Value::Null;
    };
    let digits = match row[format!("{name}_precision")].as_str() {
        Some("year") => 4,
        Some("month") => 7,
        Some("day") => 10,
        Some("minute") => 16,
        other => panic!("{other:?}"),
    };
    assert!(digits > 9 || text.starts_with(&format!("{}-01", &text[..digits.min(7)])[..8.min(digits + 3)]), "{text}");
    text[..digits].into()
}

/// Whether the tables say of a record, cell by cell, what its JSON does.
fn same(record: &Value, project: &Value, children: &[&HashMap<String, Vec<Value>>; 3]) {
    let id = record["id"].as_str().expect("an id");
    for key in PLAIN.into_iter().chain(["other_languages", "text"]) {
        assert_eq!(project[key], record[key], "{id} {key}");
    }
    for key in ["start_date", "end_date", "published"] {
        assert_eq!(date(project, key), record[key], "{id} {key}");
    }
    for key in ["total_budget", "eu_contribution"] {
        let (amount, currency) = (&record[key]["amount"], &record[key]["currency"]);
        assert_eq!(decimal(&project[key]), decimal(amount), "{id} {key}");
        assert_eq!(&project[format!("{key}_currency")], currency, "{id} {key}");
    }
    assert_eq!(decimal(&project["cofinancing_rate"]), decimal(&record["cofinancing_rate"]), "{id}");
    assert_eq!(project["language"], record["language"]["code"], "{id}");
    assert_eq!(project["language_confidence"].as_f64(), record["language"]["confidence"].as_f64(), "{id}");
    for key in ["version", "patterns"] {
        assert_eq!(project[key], record["produced_by"][key], "{id}");
    }
    let none = Vec::new();
    let [mentions, warnings, documents] = children.map(|table| table.get(id).unwrap_or(&none));
    let pairs = |key: &str, rows: &Vec<Value>| {
        let all = record[key].as_array().expect("an array").clone();
        assert_eq!(rows.len(), all.len(), "{id} {key}");
        all.into_iter().zip(rows.clone())
    };
    for (mention, row) in pairs("mentions", mentions) {
        for (key, column) in [
            ("kind", "kind"),
            ("role", "role"),
            ("text", "text"),
            ("start", "span_start"),
            ("end", "span_end"),
            ("rule", "rule"),
            ("mod", "mod"),
            ("document", "document"),
            ("currency", "currency"),
            ("group", "people"),
        ] {
            assert_eq!(row[column], mention[key], "{id} {key}");
        }
        let value = &mention["value"];
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(row["value"], json!(written), "{id}");
        match mention["kind"].as_str() {
            Some("date") => {
                assert!(row["value_date"].as_str().is_some_and(|it| it.starts_with(&written[..written.len().min(10)])));
            }
            Some("period") => assert!(row["value_date"].is_null() && row["value_number"].is_null()),
            _ => assert_eq!(decimal(&row["value_number"]), decimal(value), "{id}"),
        }
    }
    for (key, table, columns) in [
        ("warnings", warnings, &["code", "message", "mentions"][..]),
        ("documents", documents, &["path", "url", "media_type", "encoding", "bytes", "sha256", "language"]),
    ] {
        for (object, row) in pairs(key, table) {
            for column in columns {
                assert_eq!(row[column], object[column], "{id} {key} {column}");
            }
        }
    }
}

/// Compares all that a database holds with records.
fn holds(database: &Database<'_>, records: &[Record]) {
    let projects = rows(database, "select * from projects");
    let children = ["mentions", "warnings", "documents"].map(|table| by_project(database, table));
    let projects: HashMap<&str, &Value> =
        projects.iter().map(|row| (row["id"].as_str().expect("an id"), row)).collect();
    assert_eq!(projects.len(), records.len());
    for record in records {
        let json = serde_json::to_value(record).expect("JSON");
        same(&json, projects[record.id.as_str()], &children.each_ref());
    }
}

/// The versions of all rows, which any change to a row changes.
fn versions(database: &Database<'_>, of: &str) -> String {
    let rows = ["projects", "mentions", "warnings", "documents"].map(|table| {
        let id = if table == "projects" { "id" } else { "project_id" };
        format!("select '{table}' as t, ctid, xmin, cmin, {id} as id from {table}")
    });
    database.sql(&format!("select * from ({}) as r where {of} order by 1, 2", rows.join(" union all ")))
}

#[test]
fn every_field_of_every_fixture_reads_back_and_a_second_import_changes_nothing() {
    let (files, database) = (Files::new(), SERVER.database());
    let all = files.put("all.jsonl", &RECORDS);
    let count = RECORDS.len();
    assert!(count >= 150, "{count}");
    let said = good(import(&database.url()).arg(&all));
    assert!(said.contains(&format!("{count} added, 0 changed, 0 unchanged")), "{said}");
    holds(&database, &RECORDS);
    let before = versions(&database, "true");
    let said = good(import(&database.url()).arg(&all));
    assert!(said.contains(&format!("0 added, 0 changed, {count} unchanged")), "{said}");
    assert_eq!(versions(&database, "true"), before);
    let runs =
        "select records, added, changed, unchanged, finished_at is not null, version, input from runs order by id";
    let input = all.display();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("{count}|{count}|0|0|t|{version}|{input}\n{count}|0|0|{count}|t|{version}|{input}");
    assert_eq!(database.sql(runs), expected);
    // What comes back through the program is what went in.
    let url = database.url().replace("chief@", &format!("chief:{ESCAPED}@"));
    let Ok(Url::Postgres(target)) = Url::parse(&url) else { panic!("a URL of PostgreSQL") };
    let (target, remark) = target.completed(&Surroundings::default()).expect("complete");
    assert_eq!((remark, target.to_string()), (None, database.url()));
    let mut store = Postgres::open(&target, Access::Look).expect("open").expect("tables");
    let mut back = Vec::new();
    store
        .each(&mut |record| {
            back.push(record);
            Ok(())
        })
        .expect("read");
    assert!(back == *RECORDS, "the records differ");
    views(&database);
}

fn views(database: &Database<'_>) {
    let count =
        |query: &str| database.sql(&format!("select count(*) from {query}")).parse::<usize>().expect("a number");
    assert_eq!(count("project_facts"), RECORDS.len());
    assert!(count("to_review") >= count("warnings"));
    let sums = "select sum(projects) from by_country_fund";
    assert_eq!(database.sql(sums), RECORDS.len().to_string());
    // What has no currency is not added to what the Union gives in euros.
    let money = "select (select sum(total_budget) from projects
          where total_budget_currency is not null or eu_contribution_currency is null)
        = (select sum(total_budget) from by_country_fund)";
    assert_eq!(database.sql(money), "t");
}

#[test]
fn a_changed_record_replaces_its_own_rows_and_no_others() {
    let (files, database) = (Files::new(), SERVER.database());
    let mut records = few();
    good(import(&database.url()).arg(files.put("a.jsonl", &records)));
    let id = records[2].id.clone();
    let (others, own) = (format!("id <> '{id}'"), format!("id = '{id}'"));
    let (before, before_own) = (versions(&database, &others), versions(&database, &own));
    records[2].title = Some("A new title".to_owned());
    records[2].mentions.truncate(1);
    records[2].warnings.clear();
    let said = good(import(&database.url()).arg(files.put("a.jsonl", &records)));
    assert!(said.contains("0 added, 1 changed, 5 unchanged"), "{said}");
    assert_eq!(versions(&database, &others), before);
    assert_ne!(versions(&database, &own), before_own);
    holds(&database, &records);
}

#[test]
fn rows_taken_away_by_hand_come_back() {
    let (files, database) = (Files::new(), SERVER.database());
    let records = few();
    let file = files.put("a.jsonl", &records);
    good(import(&database.url()).arg(&file));
    database.sql(&format!("delete from documents where project_id = '{}'", records[1].id));
    database.sql(&format!("delete from mentions where project_id = '{}' and position = 0", records[3].id));
    let said = good(import(&database.url()).arg(&file));
    assert!(said.contains("0 added, 2 changed, 4 unchanged"), "{said}");
    holds(&database, &records);
}

#[test]
fn texts_of_all_kinds_and_dates_of_each_precision_stay_what_they_are() {
    let (files, database) = (Files::new(), SERVER.database());
    let mut records = few();
    let odd = "O'Brien \"quoted\" \\N \\. \\\\ \t tab\r\nline {brace} $1 %s 🙂👩‍🌾 \u{202e}right to left\u{200f} \u{feff} é e\u{301} \u{1}";
    records[0].title = Some(odd.to_owned());
    records[0].text = Some("Wiesen & Wälder 🌲 ".repeat(250_000));
    records[1].title = Some(String::new());
    records[1].beneficiary = None;
    for (record, start, end) in [
        (0, "2021", "2027-12"),
        (1, "0001-01-01", "9999-12-31"),
        (2, "2024-02", "2024-02-29"),
        (3, "1957-03-25", "1958"),
    ] {
        records[record].start_date = Some(start.to_owned());
        records[record].end_date = Some(end.to_owned());
    }
    for (record, published) in [(0, "2019-09-13T10:03"), (1, "2019"), (2, "2019-09"), (3, "1999-12-31")] {
        records[record].published = Some(published.to_owned());
    }
    let amount = |text: &str| {
        serde_json::from_value(
            json!({ "amount": serde_json::from_str::<Value>(text).expect("a number"), "currency": "EUR" }),
        )
        .expect("money")
    };
    records[0].total_budget = Some(amount("9999999999999999.99"));
    records[1].total_budget = Some(amount("0.1"));
    records[2].total_budget = Some(amount("-12.5"));
    records[3].total_budget = Some(amount("10000"));
    let file = files.put("odd.jsonl", &records);
    assert!(fs::metadata(&file).expect("a file").len() > 5_000_000);
    let said = good(import(&database.url()).arg(&file));
    assert!(said.contains("6 added"), "{said}");
    holds(&database, &records);
    let sums = "select id, total_budget from projects order by total_budget desc nulls last limit 1";
    assert_eq!(database.sql(sums), format!("{}|9999999999999999.99", records[0].id));
}

#[test]
fn a_bad_record_is_named_and_nothing_or_the_rest_is_loaded() {
    let (files, database) = (Files::new(), SERVER.database());
    let mut records = few();
    records[1].title = Some("a\0b".to_owned());
    let file = files.put("a.jsonl", &records);
    let said = bad(import(&database.url()).arg(&file));
    assert!(said.contains(&format!("{}:2: title: expected text without U+0000", file.display())), "{said}");
    assert_eq!(database.sql("select to_regclass('projects') is null"), "t");
    let run = import(&database.url()).arg("--skip-bad").arg(&file).output().expect("runs");
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    assert!(told(&run).contains("5 added, 0 changed, 0 unchanged, 1 refused"), "{}", told(&run));
    records.remove(1);
    holds(&database, &records);
}

#[test]
fn projects_go_only_when_asked_and_a_dry_run_changes_nothing() {
    let (files, database) = (Files::new(), SERVER.database());
    let mut records = few();
    let dry = |file: &Path| good(import(&database.url()).args(["--dry-run", "--prune"]).arg(file));
    let file = files.put("a.jsonl", &records);
    assert!(dry(&file).contains("6 would be added"));
    assert_eq!(database.sql("select to_regclass('projects') is null"), "t");
    good(import(&database.url()).arg(&file));
    let before = versions(&database, "true");
    records.truncate(4);
    records[0].title = Some("another".to_owned());
    let file = files.put("a.jsonl", &records);
    let said = dry(&file);
    assert!(said.contains("0 would be added, 1 would be changed, 3 unchanged"), "{said}");
    assert!(said.contains("2 projects are in none of these records and would be removed"), "{said}");
    assert_eq!(versions(&database, "true"), before);
    assert!(good(import(&database.url()).arg(&file)).contains("1 changed, 3 unchanged"));
    assert_eq!(database.sql("select count(*) from projects"), "6");
    let said = good(import(&database.url()).args(["--prune", "--yes"]).arg(&file));
    assert!(said.contains("2 projects removed"), "{said}");
    holds(&database, &records);
    assert_eq!(database.sql("select pruned from runs order by id desc limit 1"), "2");
}

#[test]
fn two_first_imports_at_once_take_turns() {
    let (files, database) = (Files::new(), SERVER.database());
    let all = few();
    let (left, right) = (files.put("left.jsonl", &all[..4]), files.put("right.jsonl", &all[2..]));
    // Both come to the lock before either can make the tables.
    let holder = database.hold(&format!("select pg_advisory_lock({LOCK})"));
    let runs = [&left, &right].map(|file| {
        import(&database.url()).arg(file).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs")
    });
    database.until(
        "select count(*) = 2 from pg_locks where locktype = 'advisory' and not granted and database =
        (select oid from pg_database where datname = current_database())",
    );
    drop(holder);
    for run in runs {
        let run = run.wait_with_output().expect("ends");
        assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    }
    holds(&database, &all);
    assert_eq!(database.sql("select sum(added), sum(changed), sum(unchanged) from runs"), "6|0|2");
}

/// The lock that imports take turns with.
const LOCK: i64 = 0x6b6f_6865_7821;
