//! Input that wants to stop a run: endless, huge, growing, vanishing, locked away. Each run has its time.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::Digest;

use crate::kohex;
use crate::survive::{GOOD, Small, contents, put, text, told, values};

/// Runs a command to its end, or kills it when that takes too long.
fn within(seconds: u64, command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    end(seconds, child)
}

fn end(seconds: u64, child: Child) -> Output {
    let (id, (sent, ended)) = (child.id(), mpsc::channel());
    std::thread::spawn(move || sent.send(child.wait_with_output()));
    if let Ok(output) = ended.recv_timeout(Duration::from_secs(seconds)) {
        return output.expect("ends");
    }
    let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
    panic!("expected an end within {seconds} s, found none");
}

/// Reads a folder and gives its records and rejects, which go to files in `out`.
fn read(seconds: u64, out: &Path, arguments: &[&str]) -> (Option<i32>, Vec<Value>, Vec<Value>) {
    let (records, rejects) = (out.join("records.jsonl"), out.join("rejects.jsonl"));
    let mut command = kohex();
    command.arg("extract").args(arguments).args(["-q", "-o", text(&records), "--rejects", text(&rejects)]);
    let run = within(seconds, &mut command);
    let read = |path| values(&fs::read(path).unwrap_or_default());
    (run.status.code(), read(&records), read(&rejects))
}

/// `path` and `class` of rejects.
fn why(rejects: &[Value]) -> Vec<[&str; 2]> {
    rejects.iter().map(|reject| ["path", "class"].map(|key| reject[key].as_str().expect("text"))).collect()
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|made| made.success()), "mkfifo");
}

#[test]
fn a_page_of_fifty_megabytes_of_digits_takes_time_by_its_length() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "digits.txt", "7".repeat(50 << 20));
    put(input.path(), "good.txt", GOOD);
    let (code, records, rejects) = read(60, out.path(), &[text(input.path())]);
    assert_eq!((code, records.len()), (Some(1), 1));
    assert_eq!(why(&rejects), [["digits.txt", "size"]]);
    let taken = |bytes: usize| {
        put(input.path(), "digits.txt", "7".repeat(bytes));
        let began = Instant::now();
        let (code, records, _) = read(300, out.path(), &[text(input.path()), "--max-page", "64M", "--timeout", "300"]);
        assert_eq!((code, records.len()), (Some(0), 2));
        assert_eq!(records[0]["documents"][0]["bytes"], bytes);
        began.elapsed()
    };
    let (fifth, whole) = (taken(10 << 20), taken(50 << 20));
    // Five times the bytes are twenty-five times the time where it grows with their square.
    assert!(whole < fifth * 12 + Duration::from_secs(2), "10 MiB take {fifth:?}, 50 MiB {whole:?}");
}

#[test]
fn of_a_file_that_grows_a_record_tells_of_the_bytes_that_were_read() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "growing.txt", "");
    put(input.path(), "good.txt", GOOD);
    let ended = AtomicBool::new(false);
    let line = format!("{GOOD}\n").repeat(100);
    let path = input.path().join("growing.txt");
    std::thread::scope(|scope| {
        let write = || {
            let mut file = fs::File::options().append(true).open(&path).expect("opened");
            while !ended.load(Ordering::Relaxed) {
                file.write_all(line.as_bytes()).expect("written");
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        scope.spawn(write);
        while fs::metadata(&path).expect("there").len() < 100_000 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let (code, records, rejects) = read(120, out.path(), &[text(input.path())]);
        ended.store(true, Ordering::Relaxed);
        assert_eq!((code, records.len(), rejects.len()), (Some(0), 2, 0));
        let document = &records[1]["documents"][0];
        let bytes = usize::try_from(document["bytes"].as_u64().expect("a number")).expect("small");
        let beginning = &fs::read(&path).expect("there")[..bytes];
        assert!(bytes >= 100_000, "{bytes}");
        let digest =
            sha2::Sha256::digest(beginning).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(document["sha256"], digest);
    });
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_a_reject() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (folder, last) = (input.path().join("in"), input.path().join("pipe"));
    put(&folder, "a.txt", GOOD);
    put(&folder, "gone.txt", GOOD);
    pipe(&last);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // A pipe opens when both sides do: by then the folder is listed, and no page of it was read.
            let mut pipe = fs::File::options().write(true).open(&last).expect("opened");
            fs::remove_file(folder.join("gone.txt")).expect("removed");
            pipe.write_all(GOOD.as_bytes()).expect("written");
        });
        let (code, records, rejects) = read(60, out.path(), &["-j1", text(&folder), text(&last)]);
        assert_eq!((code, records.len()), (Some(1), 2));
        assert_eq!(why(&rejects), [[text(&folder.join("gone.txt")).trim_start_matches("./"), "unreadable"]]);
        assert_eq!(rejects[0]["message"], "cannot be read: no such file or directory");
    });
}

/// Says that a test cannot be made here.
#[allow(clippy::print_stderr, reason = "a test that is left out is not left out in silence")]
fn skip(why: &str) {
    eprintln!("skipped: {why}");
}

/// kohex as a user whom rights hold, which root is not; none where there is no way to be one.
pub fn as_nobody(locked: &Path) -> Option<Command> {
    if fs::read_dir(locked).is_err() {
        return Some(kohex());
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_kohex")]);
    let runs = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !runs.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_kohex")]);
    Some(command)
}

#[test]
fn what_may_not_be_read_is_a_reject_and_stops_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let input = tempfile::tempdir().expect("a folder");
    let rights = |name: &str, mode| {
        fs::set_permissions(input.path().join(name), fs::Permissions::from_mode(mode)).expect("rights");
    };
    put(input.path(), "good.txt", GOOD);
    put(input.path(), "locked/inside.txt", GOOD);
    put(input.path(), "secret.txt", GOOD);
    put(input.path(), "secret.zip", "no archive");
    put(input.path(), "out/rejects", "");
    rights("", 0o755);
    rights("out", 0o777);
    rights("out/rejects", 0o666);
    for name in ["locked", "secret.txt", "secret.zip"] {
        rights(name, 0);
    }
    let Some(mut command) = as_nobody(&input.path().join("locked")) else {
        return skip("neither a user whom rights hold nor a way to become one");
    };
    let rejects = input.path().join("out/rejects");
    let run = within(60, command.args(["extract", text(input.path()), "--rejects", text(&rejects)]));
    rights("locked", 0o755);
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    assert_eq!(values(&run.stdout).len(), 1);
    let rejects = values(&fs::read(&rejects).expect("there"));
    assert_eq!(why(&rejects), ["locked", "secret.txt", "secret.zip"].map(|path| [path, "unreadable"]));
    for path in ["locked", "secret.txt", "secret.zip"] {
        assert!(told(&run).contains(&format!("{path}: cannot be read: permission denied")), "{}", told(&run));
    }
}

#[test]
fn files_without_an_end_are_read_to_the_limit_or_passed_over() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "good.txt", GOOD);
    std::os::unix::fs::symlink("/dev/zero", input.path().join("zero.txt")).expect("linked");
    pipe(&input.path().join("other.txt"));
    let (code, records, rejects) = read(60, out.path(), &[text(input.path()), "--follow"]);
    assert_eq!((code, records.len(), rejects.len()), (Some(0), 1, 0), "what is special in a folder is passed over");
    let (code, _, rejects) = read(60, out.path(), &["/dev/zero"]);
    assert_eq!((code, why(&rejects)), (Some(2), vec![["zero", "size"]]));
    for name in ["pipe.txt", "pipe", "pipe.txt.gz"] {
        let path = out.path().join(name);
        pipe(&path);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut pipe = fs::File::options().write(true).open(&path).expect("opened");
                while pipe.write_all(format!("{GOOD}\n").repeat(1000).as_bytes()).is_ok() {}
            });
            let (code, _, rejects) = read(60, out.path(), &[text(&path)]);
            let class = if name == "pipe.txt.gz" { "damaged" } else { "size" };
            assert_eq!((code, why(&rejects)), (Some(2), vec![[name, class]]));
        });
    }
}

/// kohex with a standard input that `write` fills until nobody reads it.
fn fed(arguments: &[&str], bytes: Vec<u8>) -> Child {
    let mut command = kohex();
    command.arg("extract").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    let mut input = child.stdin.take().expect("a pipe");
    std::thread::spawn(move || while input.write_all(&bytes).is_ok() {});
    child
}

#[test]
fn standard_input_without_an_end_is_refused_as_a_page_and_answered_line_by_line() {
    let page = end(60, fed(&["-"], format!("{GOOD}\n").into_bytes()));
    assert_eq!(page.status.code(), Some(2));
    assert!(told(&page).contains("standard input: expected a page of at most 33554432 bytes"), "{}", told(&page));

    let line = format!("{}\n", serde_json::json!({ "text": GOOD }));
    let mut lines = fed(&["--jsonl", "-"], line.into_bytes());
    let mut answers = BufReader::new(lines.stdout.take().expect("a pipe")).lines();
    for number in 1..=1000 {
        let answer: Value = serde_json::from_str(&answers.next().expect("a line").expect("text")).expect("JSON");
        assert_eq!((&answer["id"], &answer["participants"]), (&format!("-#{number}").into(), &1250.into()));
    }
    drop(answers);
    assert_eq!(end(60, lines).status.code(), Some(0), "a closed output is success");
}

#[test]
fn a_line_without_an_end_is_answered_when_it_is_too_long() {
    let mut command = kohex();
    command.args(["extract", "--jsonl", "-", "--max-page", "1M"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("runs");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all("7".repeat(2 << 20).as_bytes()).expect("taken");
    let (sent, answered) = mpsc::channel();
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    std::thread::spawn(move || {
        let mut answer = String::new();
        let _ = output.read_line(&mut answer);
        let _ = sent.send(answer);
        let _ = output.read_to_string(&mut String::new());
    });
    // The line goes on: nothing but its length can have ended it.
    let answer = answered.recv_timeout(Duration::from_mins(1)).expect("an answer");
    assert_eq!(values(answer.as_bytes())[0]["reject"]["class"], "size");
    drop(input);
    assert_eq!(end(60, child).status.code(), Some(1));
}

/// Pages of one item each whose records, of many values, are more together than is held in memory.
fn large(folder: &Path) {
    for i in 0..8 {
        put(folder, &format!("Q71000{i}.txt"), "5 €\n".repeat(50_000));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_place_for_temporary_files_is_named() {
    let Some(small) = Small::new() else {
        return skip("nothing may be mounted here");
    };
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    large(input.path());
    let (place, folder) = (text(small.0.path()), format!("{}/OUT/", out.path().display()));
    let mut command = kohex();
    command.args(["extract", "-q", text(input.path()), "-o", &folder]);
    let run = within(300, command.env("TMPDIR", place));
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    let said = format!("temporary files in {place}: no space left on device\nhelp: what is done is kept; make room");
    assert!(told(&run).contains(&said), "{}", told(&run));
    assert!(contents(small.0.path()).is_empty());
    let run = within(300, command.env("TMPDIR", out.path()));
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
}
