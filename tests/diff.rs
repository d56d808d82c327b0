//! `kohex diff`: two outputs compared, as its users see it.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::kohex;

fn run(arguments: &[&str]) -> Output {
    kohex().args(arguments).env("NO_COLOR", "1").output().expect("runs")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    said(output).lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

/// The records of the pages below a folder, as the program writes them.
fn extract(pages: &str, output: &Path, more: &[&str]) {
    let arguments = [&["extract", "-q", pages, "-o", text(output)], more].concat();
    let output = run(&arguments);
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", told(&output));
}

fn import(records: &Path, url: &str) {
    let output = run(&["import", "-q", text(records), "--to", url]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

/// Changes lines of records, read as JSON.
fn edited(records: &Path, mut change: impl FnMut(usize, &mut Value) -> bool) -> String {
    let before = fs::read_to_string(records).expect("records");
    let mut after = String::new();
    for (number, line) in before.lines().enumerate() {
        let mut record = serde_json::from_str(line).expect("a record");
        if change(number, &mut record) {
            after.push_str(&format!("{record}\n"));
        }
    }
    after
}

const OLD: &str = "Reeds for roofs\nStart date: 1 March 2019\nTotal budget: 100,000.00 EUR\n\
                   The project trains 40 young people in thatching.\n";
const NEW: &str = "Reeds for roofs\nStart date: 4 April 2020\nTotal budget: 100,000.00 EUR\n\
                   The project trains 40 young people in thatching.\n";

/// Records of three pages, and of what became of them: one is gone, one has changed, one is new.
fn outputs(folder: &Path) -> [String; 2] {
    let records = |name: &str, pages: &[(&str, &str)]| {
        let below = folder.join(name);
        fs::create_dir(&below).expect("made");
        for (page, text) in pages {
            fs::write(below.join(page), text).expect("written");
        }
        let records = folder.join(format!("{name}.jsonl"));
        extract(text(&below), &records, &[]);
        text(&records).to_owned()
    };
    let kept = "A weir\nTotal budget: 7,000.00 EUR\n";
    [
        records("old", &[("changes.txt", OLD), ("goes.txt", "A mill\n"), ("stays.txt", kept)]),
        records("new", &[("changes.txt", NEW), ("comes.txt", "A pond\n"), ("stays.txt", kept)]),
    ]
}

/// The law: records differ in nothing from themselves, in shards, packed, and in the database they were loaded into.
#[test]
fn an_output_differs_in_nothing_from_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, shards) = (folder.path().join("all.jsonl"), folder.path().join("shards/"));
    extract("fixtures", &file, &["--text"]);
    extract("fixtures", &shards, &["--text", "--compress"]);
    // Digits beyond a cent are lost in databases, which is no difference.
    let exact = folder.path().join("exact.jsonl");
    let mut rounded = 0;
    fs::write(
        &exact,
        edited(&file, |_, record| {
            // Only whole amounts take such digits without becoming another number.
            let amount = record["total_budget"].get_mut("amount").filter(|amount| amount.is_u64());
            if let Some(amount) = amount {
                *amount = serde_json::from_str(&format!("{amount}.125")).expect("a number");
                rounded += 1;
            }
            true
        }),
    )
    .expect("written");
    assert!(rounded > 20, "{rounded}");
    let database = |records: &Path, name: &str| {
        let url = format!("sqlite:{}", text(&folder.path().join(name)));
        import(records, &url);
        url
    };
    let (all, precise) = (database(&file, "all.db"), database(&exact, "exact.db"));
    for [old, new] in [
        [text(&file), text(&file)],
        [text(&file), text(&shards)],
        [text(&file), &all],
        [&all, text(&shards)],
        [&all, &all],
        [text(&exact), &precise],
    ] {
        let output = run(&["diff", "-q", "--json", old, new]);
        let lines = lines(&output);
        assert_eq!(output.status.code(), Some(0), "{old} {new}: {}{:?}", told(&output), lines.first());
        let [summary] = lines.as_slice() else { panic!("{} lines", lines.len()) };
        assert!(summary["summary"]["same"].as_u64().is_some_and(|same| same >= 190), "{summary}");
    }
    let output = run(&["diff", "--summary", text(&exact), text(&file)]);
    assert_eq!(output.status.code(), Some(1), "between files they are a difference");
    assert!(
        said(&output).contains(&format!("projects by what differs: total_budget {rounded}\n")),
        "{}",
        said(&output)
    );
}

#[test]
fn what_was_added_gone_and_changed_is_told_with_both_evidences() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = outputs(folder.path());
    let output = run(&["diff", &old, &new]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let said = said(&output);
    assert!(said.starts_with("changed changes.txt  Reeds for roofs\n  start_date\n"), "{said}");
    for line in [
        "    - 2019-03-01  \"1 March 2019\"  en/date/day-month_name-year  changes.txt:28-40\n",
        "    + 2020-04-04  \"4 April 2020\"  en/date/day-month_name-year  changes.txt:28-40\n",
        "    - date start 2019-03-01  \"1 March 2019\"  en/date/day-month_name-year  changes.txt:28-40\n",
        "added comes.txt  A pond\n",
        "gone goes.txt  A mill\n",
        "1 added, 1 gone, 1 changed, 1 same\nprojects by what differs: start_date 1, mentions 1, documents 1\n",
        "mentions: gone 1, new 1\ndocuments: changed 1\n",
    ] {
        assert!(said.contains(line), "{line}{said}");
    }
    assert!(!said.contains("stays.txt") && !said.contains("total_budget"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colour but in a terminal");
    assert_eq!(run(&["diff", "-q", &old, &new]).stdout, b"", "-q tells by its exit code");
    let dates = run(&["diff", "--fields", "end_date,country", &old, &new]);
    assert!(self::said(&dates).contains("1 added, 1 gone, 0 changed, 2 same\n"), "{}", self::said(&dates));
    assert_eq!(run(&["diff", "--fields", "colour", &old, &new]).status.code(), Some(2));
}

#[test]
fn json_tells_the_same_and_its_counts_add_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = outputs(folder.path());
    let output = run(&["diff", "--json", &old, &new]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let mut all = lines(&output);
    let summary = all.pop().expect("a summary")["summary"].take();
    let names: Vec<[&Value; 2]> = all.iter().map(|project| [&project["id"], &project["change"]]).collect();
    assert_eq!(json!(names), json!([["changes.txt", "changed"], ["comes.txt", "added"], ["goes.txt", "gone"]]));
    assert_eq!(
        all[0]["fields"],
        json!({"start_date": {
            "old": "2019-03-01", "new": "2020-04-04",
            "old_evidence": {"text": "1 March 2019", "rule": "en/date/day-month_name-year", "path": "changes.txt",
                             "start": 28, "end": 40},
            "new_evidence": {"text": "4 April 2020", "rule": "en/date/day-month_name-year", "path": "changes.txt",
                             "start": 28, "end": 40},
        }})
    );
    let count = |change: &str| all.iter().filter(|project| project["change"] == change).count();
    for change in ["added", "gone", "changed"] {
        assert_eq!(summary[change], count(change), "{change}");
    }
    let parts = |key: &str, side: &str| {
        all.iter().filter_map(|project| project[key][side].as_array()).map(Vec::len).sum::<usize>()
    };
    for (key, sides) in
        [("mentions", ["gone", "new"].as_slice()), ("warnings", &["gone", "new"]), ("documents", &["new", "changed"])]
    {
        for side in sides {
            assert_eq!(summary[key][side], parts(key, side), "{key} {side}");
        }
    }
    assert_eq!(summary["same"], 1);
    assert_eq!(summary["made_by"]["old"], summary["made_by"]["new"]);
    let only = run(&["diff", "--json", "--summary", &old, &new]);
    assert_eq!(lines(&only), [json!({ "summary": summary })]);
}

/// A file on one side, a database or standard input on the other.
#[test]
fn sides_of_any_kind_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] = outputs(folder.path());
    let url = format!("sqlite:{}", text(&folder.path().join("old.db")));
    import(Path::new(&old), &url);
    let between_files = run(&["diff", &old, &new]);
    assert_eq!(said(&run(&["diff", &url, &new])), said(&between_files));
    let piped = kohex()
        .args(["diff", &old, "-"])
        .env("NO_COLOR", "1")
        .stdin(fs::File::open(&new).expect("opened"))
        .output()
        .expect("runs");
    assert_eq!(said(&piped), said(&between_files));
    // A file of one record over several lines.
    let one = folder.path().join("one.json");
    let first = fs::read_to_string(&old).expect("records").lines().next().map(str::to_owned).expect("a record");
    let value: Value = serde_json::from_str(&first).expect("JSON");
    fs::write(&one, serde_json::to_string_pretty(&value).expect("JSON")).expect("written");
    let output = run(&["diff", &old, text(&one)]);
    assert!(said(&output).contains("0 added, 2 gone, 0 changed, 1 same"), "{}", said(&output));
}

/// What a rule of the user's own reads otherwise is told, with the rule, and told of no other page.
#[test]
fn an_edited_pattern_shows_what_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let patterns = folder.path().join("patterns");
    fs::create_dir(&patterns).expect("made");
    let own = fs::read_to_string("patterns/en.toml").expect("patterns");
    let changed = own.replace("id = \"date/day-month_name-year\"", "id = \"date/renamed\"");
    assert_ne!(changed, own, "the rule is there");
    fs::write(patterns.join("en.toml"), changed).expect("written");
    let pages = folder.path().join("pages");
    fs::create_dir(&pages).expect("made");
    fs::write(pages.join("a.txt"), OLD).expect("written");
    fs::write(pages.join("b.txt"), "Canne per i tetti\nData di inizio: 1 marzo 2019\n").expect("written");
    let (old, new) = (folder.path().join("old.jsonl"), folder.path().join("new.jsonl"));
    extract(text(&pages), &old, &[]);
    extract(text(&pages), &new, &["--patterns", text(&patterns)]);
    let output = run(&["diff", "--json", text(&old), text(&new)]);
    let lines = lines(&output);
    let [project, summary] = lines.as_slice() else { panic!("{}{}", said(&output), told(&output)) };
    assert_eq!(project["id"], "a.txt");
    assert_eq!(project["fields"], json!({}), "the value is the same");
    assert_eq!(project["mentions"]["gone"][0]["rule"], "en/date/day-month_name-year");
    assert_eq!(project["mentions"]["new"][0]["rule"], "en/date/renamed");
    assert_eq!(summary["summary"]["same"], 1, "other patterns alone are no change");
    let people = said(&run(&["diff", "--summary", text(&old), text(&new)]));
    assert!(people.contains("with patterns") && people.contains(", now by kohex"), "{people}");
}

#[test]
fn what_cannot_be_compared_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, _] = outputs(folder.path());
    let file = |name: &str, records: &str| {
        let path = folder.path().join(name);
        fs::write(&path, records).expect("written");
        text(&path).to_owned()
    };
    let records = fs::read_to_string(&old).expect("records");
    let twice = file("twice.jsonl", &format!("{records}{}\n", records.lines().nth(1).expect("a record")));
    let bad = file("bad.jsonl", &format!("{}\n{{\"id\": 1}}\n", records.lines().next().expect("a record")));
    let torn = file("torn.jsonl", records.get(..records.len() - 40).expect("ASCII"));
    let empty = format!("sqlite:{}", text(&folder.path().join("none.db")));
    let other = file("other.db", "not a database at all, but long enough to be looked at as one");
    for (new, expected) in [
        (
            twice.as_str(),
            format!("{twice}:4: expected one record of the id \"goes.txt\", found another one at {twice}:2\n"),
        ),
        (&bad, format!("{bad}:2: no record: ")),
        (&torn, format!("{torn}:3: expected a whole record, found one that is cut off where the file ends\n")),
        (&empty, "none.db: expected a database with records, found none\n".to_owned()),
        (&format!("sqlite:{other}"), "expected a database of SQLite, found another file".to_owned()),
        ("no/such/file", "no/such/file: cannot be read: no such file or directory\n".to_owned()),
        ("sqlite:", "expected sqlite:FILE, found no file".to_owned()),
        ("mysql://host/projects", "found mysql:…".to_owned()),
    ] {
        let output = run(&["diff", &old, new]);
        assert_eq!(output.status.code(), Some(2), "{new}: {}", told(&output));
        assert!(told(&output).contains(&expected), "{expected}\n{}", told(&output));
        assert_eq!(said(&output), "", "nothing is told of what could not be compared");
    }
    let output = run(&["diff", "-", "-"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

/// `kohex diff … | head`: who has seen enough is no failure.
#[test]
fn a_closed_pipe_is_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, _] = outputs(folder.path());
    let many = folder.path().join("many.jsonl");
    let record = fs::read_to_string(&old).expect("records").lines().next().map(str::to_owned).expect("a record");
    let all: String = (0..2000).map(|n| record.replacen("changes.txt", &format!("{n}.txt"), 1) + "\n").collect();
    fs::write(&many, all).expect("written");
    let mut child =
        kohex().args(["diff", &old, text(&many)]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ends");
    assert_eq!((ended.status.code(), told(&ended)), (Some(0), String::new()));
}
