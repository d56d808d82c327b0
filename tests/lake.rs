//! Files for lakes and spreadsheets, read back with `DuckDB`, Polars, `PyArrow` and Frictionless.
//!
//! These are Python's, in an environment of their own below `target/`, which is made when it is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use kohex::record::Record;
use kohex::sink::{Csv, Headings, Parquet, Sink, parquet};
use serde_json::Value;

use crate::kohex;

/// A Python that has what `tests/lake/requirements.txt` lists.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lake");
    let (python, list) = (home.join("bin/python"), Path::new("tests/lake/requirements.txt"));
    let wanted = fs::read(list).expect("requirements");
    let installed = home.join("installed.txt");
    if fs::read(&installed).is_ok_and(|had| had == wanted) {
        return python;
    }
    let run = |command: &mut Command, what: &str| {
        let ran = command.output();
        let why = match &ran {
            Ok(ran) if ran.status.success() => return,
            Ok(ran) => String::from_utf8_lossy(&ran.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        panic!(
            "tests/lake.rs: {what} failed: it needs Python 3.10 or later with venv and pip, and a package index: {why}"
        );
    };
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home), "python3 -m venv");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(list), "pip install");
    fs::write(installed, wanted).expect("noted");
    python
});

/// What the fixtures and some hard pages give, as each kind of file.
struct Made {
    folder: tempfile::TempDir,
    told: BTreeMap<&'static str, String>,
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    hard_pages(&pages);
    let mut told = BTreeMap::new();
    for (name, options) in [
        ("records.jsonl", ["--text"].as_slice()),
        ("records.parquet", &["--text"]),
        ("records.csv", &["-j", "1"]),
        ("kohesio.csv", &["--columns", "kohesio"]),
    ] {
        let out = folder.path().join(name);
        let ran = extract(&["fixtures", text(&pages), "-o", text(&out)], options);
        told.insert(name, String::from_utf8_lossy(&ran.stderr).into_owned());
    }
    Made { folder, told }
});

impl Made {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn records(&self) -> Vec<Record> {
        lines(&self.path("records.jsonl")).iter().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }
}

/// Pages whose text is hard on files: quotes, signs that are not seen, signs of four bytes, very long.
fn hard_pages(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let write = |name: &str, page: &str| fs::write(folder.join(name), page).expect("written");
    write(
        "signs.txt",
        "Project \"Übung, macht\" – the 'master' 🎓\u{200f}\nStart date: March 2019\nEnd date: 2021\nFund: ERDF\n\
         Total budget: 1,234,567.89 EUR\nEU contribution: 987,654.31 EUR (80%)\nBeneficiary: ACME; \"Söhne\", ׁשָלוֹם\n\
         Programming period: 2007-2013\nThe project trains 1,250 young people; 33.333333333333% of them are women.",
    );
    write(
        "reversed.txt",
        "Bridges\nStart date: 1 May 2022\nEnd date: 1 April 2021\nTotal budget: 5,000 PLN\nFund: ESF+",
    );
    write("published.txt", "Market halls\nPublished on 13 September 2019 10:03\nThe project costs €0.10 in all.");
    let line = "A line of a page that goes on and on, without a figure but with \"quotes\", commas and 🎓.\n";
    write("long.txt", &format!("Start date: 1 May 2022\n{}", line.repeat((5 << 20) / line.len() + 1)));
}

fn extract(paths: &[&str], options: &[&str]) -> Output {
    let ran = kohex().arg("extract").args(paths).args(options).output().expect("runs");
    assert_eq!(ran.status.code(), Some(0), "{paths:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran
}

fn python(script: &str, arguments: &[&Path]) -> String {
    let script_path = Path::new("tests/lake").join(script);
    let ran = Command::new(&*PYTHON).arg("-B").arg(script_path).args(arguments).output().expect("runs");
    let failed = || format!("{script}: {}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{}", failed());
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).expect("lines").lines().map(str::to_owned).collect()
}

#[test]
fn parquet_is_read_by_duckdb_polars_and_pyarrow_value_by_value() {
    let count = python("parquet.py", &[&MADE.path("records.jsonl"), &MADE.path("records.parquet")]);
    assert_eq!(count, MADE.records().len().to_string());
}

#[test]
fn the_records_come_back_out_of_parquet_as_they_were() {
    let found = parquet::records(&MADE.path("records.parquet")).expect("records");
    let found: Vec<Vec<u8>> = found.map(|line| line.expect("a line").data().to_vec()).collect();
    let expected: Vec<Vec<u8>> = lines(&MADE.path("records.jsonl")).into_iter().map(String::into_bytes).collect();
    assert!(found == expected);
    assert!(expected.iter().any(|line| line.len() > 5 << 20), "a long text is among them");
    let verified = kohex().arg("verify").arg(MADE.path("records.parquet")).output().expect("runs");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn duckdb_reads_json_lines_with_the_types_of_the_schema() {
    let sql = Path::new("schema/duckdb.sql");
    let count = python("duck.py", &[&MADE.path("records.jsonl"), sql]);
    assert_eq!(count, MADE.records().len().to_string());
}

/// What `DuckDB` guesses from the first lines, it does not ask of the last ones.
#[test]
fn duckdb_loses_no_value_that_comes_late() {
    let records = MADE.records();
    let empty = records.iter().min_by_key(|record| record.line().len()).expect("a record");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("late.jsonl");
    let mut bare = empty.clone();
    (bare.mentions, bare.warnings, bare.other_languages) = (Vec::new(), Vec::new(), Vec::new());
    (bare.start_date, bare.end_date, bare.published) = (None, None, None);
    (bare.total_budget, bare.eu_contribution, bare.cofinancing_rate, bare.participants) = (None, None, None, None);
    let mut all = bare.line().repeat(30_000);
    for record in &records {
        all.extend(record.line());
    }
    fs::write(&path, all).expect("written");
    let count = python("duck.py", &[&path, Path::new("schema/duckdb.sql")]);
    assert_eq!(count, (30_000 + records.len()).to_string());
}

#[test]
fn frictionless_validates_the_csv_and_finds_a_broken_one() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(MADE.path("records.csv"), folder.path().join("records.csv")).expect("copied");
    fs::copy("schema/datapackage.json", folder.path().join("datapackage.json")).expect("copied");
    let count = python("flat.py", &[folder.path(), &MADE.path("records.jsonl")]);
    assert_eq!(count, MADE.records().len().to_string());
}

#[test]
fn kohesios_columns_keep_its_rules_and_what_they_refuse_is_told() {
    let count = python("kohesio.py", &[&MADE.path("kohesio.csv")]);
    assert_eq!(count, MADE.records().len().to_string());
    let told = &MADE.told["kohesio.csv"];
    for expected in [
        "pairs of dates left out, as the start is after the end: ",
        "dates left out, as no day of theirs is known: ",
        "funds in Fund_Name only, as Fund_Code has none such: ",
        "programming periods left out, as Kohesio has 2014-2020 and 2021-2027 only: ",
        "amounts left out, as they are not known to be in euros and no exchange rate is known: ",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
}

/// The facts of a record that Kohesio's columns hold, as they must come back.
fn facts(record: &Record) -> Value {
    let whole = |date: &Option<String>| date.clone().filter(|date| date.len() == 10);
    let (mut start, mut end) = (whole(&record.start_date), whole(&record.end_date));
    if start.is_some() && end.is_some() && start > end {
        (start, end) = (None, None);
    }
    let mut json = serde_json::to_value(record).expect("json");
    let euros = |key: &str| Some(json[key].clone()).filter(|money| money["currency"] == "EUR");
    let (total, union) = (euros("total_budget"), euros("eu_contribution"));
    let period = record.programming_period.clone().filter(|it| ["2014-2020", "2021-2027"].contains(&it.as_str()));
    let own = json.as_object_mut().expect("an object");
    own.retain(|key, _| {
        ["title", "fund", "programme", "managing_authority", "beneficiary", "region", "country", "cofinancing_rate"]
            .contains(&key.as_str())
    });
    own.insert("start_date".into(), start.into());
    own.insert("end_date".into(), end.into());
    own.insert("total_budget".into(), total.into());
    own.insert("eu_contribution".into(), union.into());
    own.insert("programming_period".into(), period.into());
    json
}

#[test]
fn kohesios_columns_are_read_back_with_the_same_facts() {
    let back = MADE.path("back.jsonl");
    extract(&[text(&MADE.path("kohesio.csv")), "-o", text(&back)], &["--no-merge"]);
    let read: BTreeMap<String, Record> = lines(&back)
        .iter()
        .map(|line| serde_json::from_str::<Record>(line).expect("a record"))
        .map(|record| (record.id.clone(), record))
        .collect();
    let records = MADE.records();
    let differ: Vec<String> = records
        .iter()
        .filter_map(|before| {
            let Some(after) = read.get(&before.id) else { return Some(format!("{}: gone", before.id)) };
            let (before, after) = (facts(before), facts(after));
            let keys = before.as_object().expect("an object").keys();
            // A fund or a period that is not in the file may be named in what is, such as the programme's name.
            let named = |key: &str| before[key].is_null() && ["fund", "programming_period"].contains(&key);
            let changed: Vec<String> = keys
                .filter(|key| before[*key] != after[*key] && !named(key))
                .map(|key| format!("  {key}: {} became {}", before[key], after[key]))
                .collect();
            (!changed.is_empty()).then(|| format!("{}\n{}", before["title"], changed.join("\n")))
        })
        .collect();
    assert!(differ.is_empty(), "{} of {}:\n{}", differ.len(), records.len(), differ.join("\n"));
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    for (name, options) in [("records.parquet", ["--text", "-j", "3"].as_slice()), ("records.csv", &["-j", "3"])] {
        let again = MADE.path(&format!("again-{name}"));
        extract(&["fixtures", text(&MADE.path("pages")), "-o", text(&again)], options);
        assert!(fs::read(MADE.path(name)).expect("bytes") == fs::read(&again).expect("bytes"), "{name}");
    }
}

/// A folder of shards: whole, gone on with after a break, and the same bytes as of a run that was never broken off.
#[test]
fn shards_of_parquet_are_gone_on_with_and_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let run = || extract(&["fixtures/it", "fixtures/en", "-o", &format!("{}/", text(&out))], &["--format", "parquet"]);
    let files = || {
        let all = fs::read_dir(&out).expect("a folder").map(|entry| entry.expect("an entry").path());
        all.map(|path| (path.clone(), fs::read(path).expect("bytes"))).collect::<BTreeMap<_, _>>()
    };
    run();
    let whole = files();
    let parts: Vec<&PathBuf> = whole.keys().filter(|path| path.extension().is_some_and(|it| it == "parquet")).collect();
    assert!(!parts.is_empty());
    assert!(!whole.keys().any(|path| text(path).contains("part-") && !parts.contains(&path)));
    let verify = || kohex().arg("verify").arg(&out).output().expect("runs");
    let verified = verify();
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    let records: usize = parts.iter().map(|path| parquet::records(path).expect("records").count()).sum();
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains(&format!(" {records} records")), "{said}");

    let told = String::from_utf8_lossy(&run().stderr).into_owned();
    assert!(told.contains("pages were read by an earlier run"), "{told}");
    fs::remove_file(parts[0]).expect("removed");
    run();
    assert!(files() == whole);

    let mut bytes = fs::read(parts[0]).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    fs::write(parts[0], bytes).expect("written");
    let verified = verify();
    assert_eq!(verified.status.code(), Some(1));
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("expected the bytes the manifest tells of, found others"), "{said}");
}

/// Damage of any kind is an error and no panic, and no file is taken for one of kohex's that is none.
#[test]
fn a_damaged_or_foreign_file_is_refused() {
    let whole = fs::read(MADE.path("records.parquet")).expect("bytes");
    let path = MADE.path("damaged.parquet");
    let mut failed = 0;
    for cut in [0, 3, whole.len() / 3, whole.len() - 9] {
        fs::write(&path, &whole[..cut]).expect("written");
        assert!(parquet::records(&path).is_err(), "cut at {cut}");
    }
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at] = bytes[at].wrapping_add(91);
        fs::write(&path, bytes).expect("written");
        failed += usize::from(parquet::records(&path).map_or(true, |mut lines| lines.any(|line| line.is_err())));
    }
    assert!(failed > 0, "no damage was found");
    let foreign = parquet::records(Path::new("tests/formats/tables/rows.parquet"));
    let told = foreign.err().map(|error| error.to_string());
    assert_eq!(told.as_deref(), Some("expected a Parquet file that kohex wrote, found one without the column record"));
}

/// A file of several row groups gives its records in their order.
#[test]
fn a_row_group_ends_before_it_is_too_large() {
    let long = MADE.records().into_iter().max_by_key(|record| record.line().len()).expect("a record");
    let path = MADE.path("groups.parquet");
    let mut sink = Parquet::file(&path, "0011223344556677").expect("a file");
    let encoder = sink.encoder();
    let records: Vec<Record> = (0..20).map(|i| Record { id: i.to_string(), ..long.clone() }).collect();
    for record in &records {
        sink.write(encoder(record)).expect("written");
    }
    sink.finish().expect("finished");
    let file = SerializedFileReader::new(fs::File::open(&path).expect("a file")).expect("Parquet");
    let rows: Vec<i64> = file.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert!(rows.len() > 1 && rows.iter().sum::<i64>() == 20, "{rows:?}");
    let found = parquet::records(&path).expect("records").map(|line| line.expect("a line").data().to_vec());
    let ids = found.map(|line| serde_json::from_slice::<Record>(&line).expect("a record").id);
    assert!(ids.eq(records.into_iter().map(|record| record.id)));
}

#[test]
fn a_value_that_no_column_holds_is_told_and_not_lost() {
    let mut json = serde_json::to_value(&MADE.records()[0]).expect("json");
    json["total_budget"] =
        serde_json::from_str(r#"{"amount": 123456789012345678.9, "currency": "EUR"}"#).expect("json");
    let record: Record = serde_json::from_value(json).expect("a record");
    let expected =
        format!("the first {}: total_budget: expected a number below 10^16, found \"123456789012345678.9\"", record.id);

    let path = MADE.path("huge.parquet");
    let mut sink = Parquet::file(&path, "0011223344556677").expect("a file");
    sink.write(sink.encoder()(&record)).expect("written");
    let told = sink.left_out().join("\n");
    assert!(told.contains(&expected) && told.contains("in the column record only"), "{told}");
    sink.finish().expect("finished");
    let mut back = parquet::records(&path).expect("records").map(|line| line.expect("a line").data().to_vec());
    let read: Record = serde_json::from_slice(&back.next().expect("a line")).expect("a record");
    assert_eq!(read, record);

    let mut sink = Csv::file(&MADE.path("huge.csv"), Headings::Kohex).expect("a file");
    sink.write(sink.encoder()(&record)).expect("written");
    let told = sink.left_out().join("\n");
    assert!(told.contains(&expected) && told.contains("left out"), "{told}");
}

#[test]
fn an_option_of_another_output_is_refused() {
    for (arguments, expected) in [
        (["-o", "x.jsonl", "--format", "parquet"], "expected --format with a folder as output"),
        (["-o", "x.parquet", "--columns", "kohesio"], "expected --columns with a file of CSV as output"),
        (["-o", "x.csv", "--columns", "excel"], "expected kohex or kohesio, found 'excel'"),
    ] {
        let ran = kohex().args(["extract", "fixtures/it"]).args(arguments).output().expect("runs");
        let told = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{told}");
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn the_files_in_schema_are_what_the_program_prints() {
    for (format, name) in [
        ("json", "record.json"),
        ("postgresql", "postgresql.sql"),
        ("sqlite", "sqlite.sql"),
        ("duckdb", "duckdb.sql"),
        ("parquet", "parquet.txt"),
        ("datapackage", "datapackage.json"),
    ] {
        let printed = kohex().args(["schema", "--format", format]).output().expect("runs").stdout;
        let path = Path::new("schema").join(name);
        let committed = fs::read(&path).unwrap_or_default();
        let path = path.display();
        assert!(
            !printed.is_empty() && committed == printed,
            "{path} differs: kohex schema --format {format} > {path} makes it anew"
        );
    }
}
