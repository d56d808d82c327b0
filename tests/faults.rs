//! Wrong input and broken surroundings: a clear message, the right exit code, every good page delivered.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Output, Stdio};

use crate::kohex;

const GOOD: &str = "Il progetto si svolge dal 1o gennaio 2024 al 31 dicembre 2028 e coinvolge 1 250 persone.";

fn extract(arguments: &[&str]) -> Output {
    kohex().arg("extract").args(arguments).output().expect("runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn records(output: &[u8]) -> Vec<serde_json::Value> {
    let lines = output.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a record a line")).collect()
}

/// A folder with one good page, and a place for bad ones.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("good.txt"), GOOD).expect("written");
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_missing_folder_alone_is_nothing_done() {
    let run = extract(&["no/such/folder"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(told(&run).contains("no/such/folder: cannot be read: no such file or directory"), "{}", told(&run));
    assert!(run.stdout.is_empty());
}

#[test]
fn a_missing_folder_among_others_does_not_stop_them() {
    let folder = folder();
    let run = extract(&["no/such/folder", text(folder.path())]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(records(&run.stdout).len(), 1);
    assert!(told(&run).contains("no/such/folder: cannot be read"), "{}", told(&run));
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_among_good_ones_is_named() {
    let folder = folder();
    // Reading one's own memory at offset nought fails for every user, which a missing right does not for root.
    std::os::unix::fs::symlink("/proc/self/mem", folder.path().join("bad.txt")).expect("linked");
    let run = extract(&["--follow", text(folder.path())]);
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(records(&run.stdout).len(), 1);
    assert!(told(&run).contains("bad.txt: cannot be read"), "{}", told(&run));
}

#[test]
fn an_empty_page_is_a_record_with_a_warning() {
    let folder = folder();
    fs::write(folder.path().join("empty.txt"), "").expect("written");
    let run = extract(&[text(folder.path())]);
    assert_eq!(run.status.code(), Some(0));
    let records = records(&run.stdout);
    assert_eq!(records[0]["warnings"][0]["code"], "page.empty");
    assert_eq!(records[0]["language"]["code"], "und");
    assert_eq!(records[1]["participants"], 1250);
}

#[test]
fn binary_data_fails_and_stray_bytes_are_replaced() {
    let folder = folder();
    fs::write(folder.path().join("image.txt"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").expect("written");
    fs::write(folder.path().join("latin1.txt"), b"La citt\xe0 spende 5.000 euro per il progetto").expect("written");
    let stray = "La città è più bella: spende 5.000 euro per il progetto";
    fs::write(folder.path().join("stray.txt"), [stray.as_bytes(), b" \xff"].concat()).expect("written");
    let run = extract(&[text(folder.path())]);
    assert_eq!(run.status.code(), Some(1));
    assert!(told(&run).contains("image.txt: expected text, found binary data"), "{}", told(&run));
    let records = records(&run.stdout);
    assert_eq!(records.len(), 3);
    assert_eq!(records[1]["documents"][0]["encoding"], "windows-1252");
    assert_eq!(records[1]["warnings"], serde_json::json!([]), "{}", records[1]["warnings"]);
    assert_eq!(records[2]["warnings"][0]["code"], "decode.replaced");
    assert!(records[1..].iter().all(|record| record["mentions"][0]["value"] == serde_json::json!(5000)));
}

#[test]
fn one_line_of_many_megabytes_is_read() {
    let folder = folder();
    let mut line = "La valle ha prati, boschi e un lago che nessuno misura mai, poi altri prati. ".repeat(100_000);
    line.push_str(GOOD);
    fs::write(folder.path().join("long.txt"), &line).expect("written");
    let run = extract(&[text(folder.path())]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let records = records(&run.stdout);
    assert_eq!(records[1]["start_date"], "2024-01-01");
    assert_eq!(records[1]["mentions"].as_array().map(Vec::len), Some(3));
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf8_is_written_without_loss() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder();
    let name = std::ffi::OsStr::from_bytes(b"caff\xe8.txt");
    fs::write(folder.path().join(name), GOOD).expect("written");
    let run = extract(&[text(folder.path())]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert_eq!(records(&run.stdout)[0]["id"], "caff\\xE8.txt");
    assert!(told(&run).contains("caff\\xE8.txt: file name is not UTF-8"), "{}", told(&run));
}

#[test]
fn a_closed_pipe_is_success() {
    let folder = tempfile::tempdir().expect("a folder");
    for i in 0..2000 {
        fs::write(folder.path().join(format!("{i}.txt")), GOOD).expect("written");
    }
    let mut run =
        kohex().arg("extract").arg(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    let mut first = String::new();
    BufReader::new(run.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    assert!(first.starts_with("{\"schema\":\"kohex/1\""));
    let mut told = String::new();
    run.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
    assert!(run.wait().expect("ends").success());
    assert!(!told.contains("error"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = folder();
    for output in [vec!["-o", "/dev/full"], vec![]] {
        let mut command = kohex();
        command.arg("extract").arg(folder.path()).args(&output);
        if output.is_empty() {
            command.stdout(fs::File::options().write(true).open("/dev/full").expect("/dev/full"));
        }
        let run = command.output().expect("runs");
        assert_eq!(run.status.code(), Some(2));
        assert!(told(&run).contains("cannot be written: no space left on device"), "{}", told(&run));
    }
    assert!(Path::new("/dev/full").exists(), "the device was renamed over");
}

#[test]
fn an_output_never_looks_whole_before_it_is() {
    let folder = folder();
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("records.jsonl");
    fs::write(&file, "before\n").expect("written");
    let run = extract(&["no/such/folder", "-o", text(&file)]);
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(
        fs::read_to_string(&file).expect("read"),
        "before\n",
        "a run that read nothing keeps the earlier output"
    );
    let run = extract(&[text(folder.path()), "-o", text(&file)]);
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(records(&fs::read(&file).expect("read")).len(), 1);
    let left: Vec<_> = fs::read_dir(out.path()).expect("read").collect();
    assert_eq!(left.len(), 1, "no temporary file is left: {left:?}");
}

#[test]
fn each_project_has_a_file_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a/b.txt", "A_B.txt", "Q87487.txt", "x/Q87487.txt"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, GOOD).expect("written");
    }
    let out = tempfile::tempdir().expect("a folder");
    let run = extract(&[text(folder.path()), "--no-merge", "--each", text(out.path())]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let mut names: Vec<String> = fs::read_dir(out.path())
        .expect("read")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["A_B.txt.json", "Q87487.json", "Q87487~2.json", "a_b.txt~2.json"]);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(out.path().join("Q87487.json")).expect("read")).expect("json");
    assert_eq!(json["id_source"], "kohesio");
}

#[test]
fn hidden_files_links_and_other_files_are_passed_over_unless_asked_for() {
    let folder = folder();
    fs::write(folder.path().join(".hidden.txt"), GOOD).expect("written");
    fs::write(folder.path().join("page.doc"), GOOD).expect("written");
    let count = |arguments: &[&str]| {
        let mut all = vec![text(folder.path())];
        all.extend(arguments);
        records(&extract(&all).stdout).len()
    };
    assert_eq!(count(&[]), 1);
    assert_eq!(count(&["--hidden"]), 2);
    assert_eq!(count(&["--glob", "*.doc"]), 1);
    assert_eq!(count(&["--glob", "*.doc", "--glob", "*.txt", "--hidden"]), 3);
    let run = extract(&[text(folder.path()), "--glob", "*.pdf"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(told(&run).contains("no pages: expected files matching *.pdf, found 2 others"), "{}", told(&run));
}

#[test]
fn wrong_patterns_are_told_before_any_page_is_read() {
    let folder = folder();
    let patterns = tempfile::tempdir().expect("a folder");
    fs::write(
        patterns.path().join("it.toml"),
        "language = \"it\"\nname = \"italiano\"\n[[rule]]\nid = \"date/x\"\npattern = \"{yaer}\"\n",
    )
    .expect("written");
    let run = extract(&[text(folder.path()), "--patterns", text(patterns.path())]);
    assert_eq!(run.status.code(), Some(2));
    assert!(run.stdout.is_empty());
    let message = told(&run);
    assert!(message.contains("it.toml:5:12: expected a slot, found {yaer}"), "{message}");
    assert!(message.contains("  |            ^^^^^^") && message.contains("help: did you mean {year}?"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_passed_over() {
    let folder = folder();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.txt")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    let run = extract(&[text(folder.path()), "-v"]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert_eq!(records(&run.stdout).len(), 1);
    assert!(told(&run).contains("passed over: 1 special files"), "{}", told(&run));
}

#[test]
fn numbers_no_budget_has_are_no_amounts() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = "Costo totale: 50000000000000000000000000000 € e poi circa 40000000000000000000000000000 € del costo totale, -70000000000000000000000000000 €.";
    fs::write(folder.path().join("huge.txt"), page).expect("written");
    let run = extract(&[text(folder.path())]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert_eq!(records(&run.stdout)[0]["mentions"], serde_json::json!([]));
}

#[test]
fn an_unreadable_expectation_is_not_a_missing_one() {
    let folder = folder();
    fs::create_dir(folder.path().join("good.expected.json")).expect("made");
    let run = kohex().arg("check").arg(folder.path()).output().expect("runs");
    assert_eq!(run.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(shown.contains("good.expected.json: cannot be read"), "{shown}");
}

#[test]
fn expectations_are_written_and_held() {
    let folder = folder();
    let check = |arguments: &[&str]| kohex().arg("check").arg(folder.path()).args(arguments).output().expect("runs");
    assert_eq!(check(&[]).status.code(), Some(1), "no expectation yet");
    assert_eq!(check(&["--accept"]).status.code(), Some(0));
    assert_eq!(check(&[]).status.code(), Some(0));
    fs::write(folder.path().join("good.txt"), GOOD.replace("1 250", "1 251")).expect("written");
    let run = check(&[]);
    assert_eq!(run.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(shown.contains("-  \"participants\": 1250") && shown.contains("+  \"participants\": 1251"), "{shown}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder();
    let out = tempfile::tempdir().expect("a folder");
    let (real, link) = (out.path().join("real.jsonl"), out.path().join("link.jsonl"));
    symlink("real.jsonl", &link).expect("linked");
    assert_eq!(extract(&[text(folder.path()), "-o", text(&link)]).status.code(), Some(0));
    assert!(link.is_symlink() && real.is_file());
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).expect("set");
    assert_eq!(extract(&[text(folder.path()), "-o", text(&link)]).status.code(), Some(0));
    assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_page_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.txt");
    fs::write(&page, "Il progetto \u{1b}[31mcosta 5.000 euro\u{1b}]0;x\u{7}.").expect("written");
    let run = kohex().arg("explain").arg(&page).env("CLICOLOR_FORCE", "1").output().expect("runs");
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(!shown.contains("\u{1b}[31m") && !shown.contains("\u{1b}]0"), "{shown:?}");
    assert!(shown.contains('\u{241b}'), "{shown:?}");
}
