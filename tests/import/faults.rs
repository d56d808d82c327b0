//! What can go wrong with an import, and what is left then.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{LINES, database, file, import, imported, number, refused, rows, told};
use crate::hostile::as_nobody;
use crate::kohex;
use crate::survive::Small;

fn by_hand(database: &str, sql: &str) {
    assert!(Command::new("sqlite3").args([database, sql]).status().expect("sqlite3").success(), "{sql}");
}

#[test]
fn what_cannot_be_read_twice_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = file(folder.path(), "records.jsonl", &LINES[..3]);
    let input = fs::File::open(&records).expect("a file");
    let mut cat = Command::new("cat").stdin(input).stdout(Stdio::piped()).spawn().expect("cat");
    let pipe = cat.stdout.take().expect("a pipe");
    let run = kohex().args(["import", "/dev/stdin", "--prune", "--to", &url]).stdin(pipe).output().expect("runs");
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(told(&run).contains("found a pipe or device\nhelp: - is standard input"), "{}", told(&run));
    let _ = cat.wait();
    assert!(!Path::new(&path).exists());
}

#[test]
fn only_the_last_run_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = file(folder.path(), "a.jsonl", &LINES[..5]);
    imported(&[&records, "--to", &url]);
    // As if it had been broken off at its end.
    by_hand(&path, "update runs set finished_at = null");
    let said = imported(&[&records, "--to", &url]);
    assert!(said.contains("0 added, 0 changed, 0 unchanged, 5 loaded before by a run of the same records"), "{said}");
    by_hand(&path, "update runs set finished_at = null");
    let mut record: Value = serde_json::from_str(&LINES[0]).expect("JSON");
    record["title"] = "a later one".into();
    imported(&[&file(folder.path(), "b.jsonl", &[record.to_string()]), "--to", &url]);
    let said = imported(&[&records, "--to", &url]);
    assert!(said.contains("0 added, 1 changed, 4 unchanged;"), "{said}");
    assert_eq!(number(&path, "select count(*) from projects where title = 'a later one'"), 0);
}

#[test]
fn extract_loads_what_standard_input_gives_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let run = kohex().args(["extract", "-", "--to", &url]).stdin(Stdio::null()).output().expect("runs");
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(told(&run).contains("found -o, --each or --to") && !Path::new(&path).exists(), "{}", told(&run));
}

#[test]
fn what_extract_says_of_a_database_is_said_once_and_a_run_without_pages_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let extract = |input: &str| {
        let run = kohex().args(["extract", input, "--to", &url]).output().expect("runs");
        (run.status.code(), told(&run))
    };
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let (code, said) = extract(empty.to_str().expect("UTF-8"));
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no pages"), "{said}");
    assert_eq!(number(&path, "select count(*) from runs where finished_at is not null and records = 0"), 1);
    by_hand(&path, "create trigger t before insert on projects begin select raise(abort, 'not today'); end");
    let (code, said) = extract("fixtures/it");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(&format!("error: {path}: not today\n")), "{said}");
}

#[test]
fn a_folder_in_a_folder_of_records_is_not_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, _) = database(folder.path());
    file(folder.path(), "records.jsonl", &LINES[..2]);
    fs::create_dir(folder.path().join("more")).expect("a folder");
    let words = ["expected a folder of files, found the folder", "more in it", "name the folders one by one"];
    refused(&[folder.path().to_str().expect("UTF-8"), "--to", &url], &words);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_keeps_the_database_and_says_what_to_do() {
    let Some(small) = Small::new() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(small.folder());
    let records = file(folder.path(), "few.jsonl", &LINES[..2]);
    imported(&[&records, "-q", "--to", &url]);
    let before = rows(&path);
    let all = many(folder.path(), "many.jsonl", 2_000);
    refused(&[&all, "--to", &url], &["no space left on device", "help:", "not complete: 0 of 2000 records are loaded"]);
    // Whoever opens it next undoes what was not committed; who may only look cannot.
    by_hand(&path, "select count(*) from projects");
    assert!(rows(&path) == before, "rows have changed");
    small.grow();
    let said = imported(&[&all, "--to", &url]);
    assert!(said.contains("2000 added, 0 changed"), "{said}");
}

#[test]
fn a_database_that_may_not_be_written_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = file(folder.path(), "records.jsonl", &LINES[..3]);
    imported(&[&records, "-q", "--to", &url]);
    let before = fs::read(&path).expect("a file");
    let rights = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("rights");
    // Root may read and write what it likes.
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).expect("a folder");
    rights(&locked, 0);
    rights(Path::new(&path), 0o444);
    rights(folder.path(), 0o555);
    let Some(mut nobody) = as_nobody(&locked) else { return };
    let run = nobody.args(["import", &records, "--to", &url]).output().expect("runs");
    rights(folder.path(), 0o755);
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(told(&run).contains("cannot be written: it or its folder is read-only"), "{}", told(&run));
    assert!(fs::read(&path).expect("a file") == before, "the file has changed");
}

#[test]
fn a_database_that_cannot_be_used_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = file(folder.path(), "records.jsonl", &LINES[..5]);
    let make = |name: &str, sql: &str| {
        let path = folder.path().join(name).to_str().expect("UTF-8").to_owned();
        if !sql.is_empty() {
            imported(&[&records, "-q", "--to", &format!("sqlite:{path}")]);
            assert!(Command::new("sqlite3").args([&path, sql]).status().expect("sqlite3").success());
        }
        path
    };
    for (name, sql, words) in [
        ("newer.db", "update schema_version set version = 99", "expected tables of version 1, found version 99"),
        ("older.db", "update schema_version set version = 0", "expected tables of version 1, found version 0"),
        (
            "altered.db",
            "alter table mentions rename column rule to pattern",
            "table mentions: expected a column rule TEXT, found none",
        ),
    ] {
        let path = make(name, sql);
        let before = fs::read(&path).expect("a file");
        refused(&[&records, "--to", &format!("sqlite:{path}")], &[words, "help:"]);
        assert!(fs::read(&path).expect("a file") == before, "the file has changed");
    }
    let other = folder.path().join("other.db").to_str().expect("UTF-8").to_owned();
    let made = Command::new("sqlite3").args([&other, "create table projects (name text)"]).status();
    assert!(made.expect("sqlite3").success());
    refused(&[&records, "--to", &format!("sqlite:{other}")], &["expected the tables of kohex or none"]);
    let text =
        file(folder.path(), "text.db", &["this is no database, but a text of more than a hundred characters"; 4]);
    refused(&[&records, "--to", &format!("sqlite:{text}")], &["expected a database of SQLite, found another file"]);
    let nowhere = format!("sqlite:{}/nowhere/projects.db", folder.path().display());
    refused(&[&records, "--to", &nowhere], &["cannot be opened", "help:"]);
    for (url, words) in [
        ("projects.db", "expected sqlite:FILE"),
        ("sqlite:", "found no file"),
        ("sqlite:///a.db", "expected sqlite:FILE"),
        ("mysql://me:secret@host/db", "found mysql:…"),
        ("host=localhost user=me password=secret", "found something else"),
        ("PGPASSWORD=secret postgresql://me@host/db", "found something else"),
    ] {
        let run = import(&[&records, "--to", url]);
        assert_eq!(run.status.code(), Some(2));
        assert!(told(&run).contains(words) && !told(&run).contains("secret"), "{}", told(&run));
    }
    // A column and a table of the user's own are no obstacle.
    let own = make("own.db", "alter table projects add column note text; create table notes (a text)");
    let said = imported(&[&records, "--to", &format!("sqlite:{own}")]);
    assert!(said.contains("0 added, 0 changed, 5 unchanged"), "{said}");
}

/// Many records made of few.
fn many(folder: &Path, name: &str, count: usize) -> String {
    let lines: Vec<String> = (0..count)
        .map(|i| {
            let mut record: Value = serde_json::from_str(&LINES[i % 20]).expect("JSON");
            record["id"] = format!("{name}/{i:06}").into();
            record.to_string()
        })
        .collect();
    file(folder, name, &lines)
}

#[test]
fn two_imports_at_once_wait_for_one_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let files = ["a.jsonl", "b.jsonl"].map(|name| many(folder.path(), name, 5_000));
    let runs = files
        .map(|records| kohex().args(["import", &records, "--to", &url]).stderr(Stdio::piped()).spawn().expect("runs"));
    for run in runs {
        let run = run.wait_with_output().expect("ends");
        assert_eq!(run.status.code(), Some(0), "{}", told(&run));
        assert!(told(&run).contains("5000 added, 0 changed"), "{}", told(&run));
    }
    assert_eq!(number(&path, "select count(*) from projects"), 10_000);
}

#[test]
fn an_import_that_was_killed_leaves_whole_projects_and_is_gone_on_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, path) = database(folder.path());
    let records = many(folder.path(), "records.jsonl", 12_000);
    let mut run = kohex().args(["import", &records, "-q", "--to", &url]).stderr(Stdio::null()).spawn().expect("runs");
    let begun = Instant::now();
    let shards = || {
        let asked = Command::new("sqlite3").args(["-readonly", &path, "select count(*) from shards"]).output();
        asked.ok().and_then(|out| String::from_utf8_lossy(&out.stdout).trim().parse::<u32>().ok()).unwrap_or_default()
    };
    while shards() == 0 {
        assert!(begun.elapsed() < Duration::from_mins(2), "no shard was loaded");
        std::thread::sleep(Duration::from_millis(2));
    }
    run.kill().expect("killed");
    let status = run.wait().expect("ends");
    assert!(!status.success(), "the import ended before it was killed");
    let whole =
        "select count(*) from projects p where not exists (select 1 from documents d where d.project_id = p.id)";
    // Opening for writing rolls back what was not committed.
    assert!(Command::new("sqlite3").args([&path, "begin immediate; rollback"]).status().expect("sqlite3").success());
    assert_eq!(number(&path, whole), 0);
    let there = number(&path, "select count(*) from projects");
    assert_eq!(there, number(&path, "select sum(records) from shards"));
    let said = imported(&[&records, "--to", &url]);
    assert!(said.contains(&format!("{} added, 0 changed", 12_000 - there)), "{said}");
    assert!(said.contains(&format!("{there} loaded before by a run of the same records")), "{said}");
    assert_eq!(number(&path, "select count(*) from projects"), 12_000);
    assert_eq!(number(&path, "select count(*) from runs where finished_at is not null"), 1);
}
