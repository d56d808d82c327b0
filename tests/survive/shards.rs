//! A folder of shards that is run again: after a change, for another input, after a signal.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{GOOD, contents, extract, many, put, text, told};
use crate::kohex;

#[test]
fn of_a_folder_that_has_changed_only_the_shards_that_changed_are_read() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    many(input.path(), 80);
    let [changed, fresh] = ["changed", "fresh"].map(|name| format!("{}/{name}/", out.path().display()));
    assert_eq!(extract(&[text(input.path()), "-q", "-o", &changed]).status.code(), Some(0));
    let before = contents(Path::new(&changed));
    put(input.path(), "0/00001a.txt", GOOD);
    put(input.path(), "0/00002.txt", format!("{GOOD} Costo totale: 7.000.000 €"));
    fs::remove_file(input.path().join("0/00003.txt")).expect("removed");
    let run = extract(&[text(input.path()), "-o", &changed]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(told(&run).contains("pages were read by an earlier run"), "{}", told(&run));
    assert!(told(&run).contains("have changed or are gone were removed"), "{}", told(&run));
    assert_eq!(extract(&[text(input.path()), "-q", "-o", &fresh]).status.code(), Some(0));
    let after = contents(Path::new(&changed));
    assert_eq!(after, contents(Path::new(&fresh)));
    let kept = after.iter().filter(|file| before.contains(file)).count();
    assert!(kept > 0 && kept < before.len(), "{kept} of {} files stayed", before.len());
    assert_eq!(kohex().args(["verify", "-q", &changed]).status().expect("runs").code(), Some(0));
}

#[test]
fn an_input_that_is_gone_costs_no_output() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "a/a.txt", GOOD);
    let to = format!("{}/OUT/", out.path().display());
    assert_eq!(extract(&[text(&input.path().join("a")), "-q", "-o", &to]).status.code(), Some(0));
    let before = contents(Path::new(&to));
    fs::create_dir(input.path().join("empty")).expect("made");
    // In another form too: what is there would not be kept, but it is there.
    for (gone, form) in ["empty", "missing"].iter().flat_map(|gone| [(gone, None), (gone, Some("--compress"))]) {
        let gone = input.path().join(gone);
        let run = extract(&[text(&gone), "-o", &to].into_iter().chain(form).collect::<Vec<_>>());
        assert_eq!(run.status.code(), Some(2), "{}", told(&run));
        assert!(told(&run).contains("it stays as it was"), "{}", told(&run));
        assert_eq!(contents(Path::new(&to)), before);
    }
}

#[test]
fn a_folder_taken_for_another_input_says_what_goes() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "a/a.txt", GOOD);
    put(input.path(), "b/b.txt", GOOD);
    let [one, two] = ["a", "b"].map(|name| input.path().join(name));
    let to = format!("{}/OUT/", out.path().display());
    assert_eq!(extract(&[text(&one), "-q", "-o", &to]).status.code(), Some(0));
    let run = extract(&[text(&two), "-o", &to]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let (one, two) = (one.display(), two.display());
    let said = format!("the folder holds records of {one}: those that {two} does not give are removed at the end\n");
    assert!(told(&run).contains(&said), "{}", told(&run));
    for same in [format!("{two}"), format!("{two}/")] {
        let run = extract(&[&same, "-o", &to]);
        assert!(!told(&run).contains("the folder holds records"), "{}", told(&run));
    }
    // In another form, what was there goes as well.
    let run = extract(&[&format!("{one}"), "-o", &to, "--compress"]);
    assert!(told(&run).contains(&format!("the folder holds records of {two}/: ")), "{}", told(&run));
}

#[test]
fn shards_are_all_packed_or_none() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "a.txt", GOOD);
    let [changed, fresh] = ["changed", "fresh"].map(|name| format!("{}/{name}/", out.path().display()));
    for arguments in
        [vec!["-q", "-o", &changed], vec!["-q", "-o", &changed, "--compress"], vec!["-q", "-o", &fresh, "--compress"]]
    {
        assert_eq!(extract(&[&[text(input.path())], arguments.as_slice()].concat()).status.code(), Some(0));
    }
    assert_eq!(contents(Path::new(&changed)), contents(Path::new(&fresh)));
    let refused = extract(&[text(input.path()), "-o", &fresh, "--rejects", "rejects.jsonl"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("rejects-*.jsonl"), "{}", told(&refused));
}

#[test]
fn a_signal_ends_a_run_with_the_line_that_goes_on_and_keeps_others_out_until_then() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    many(input.path(), 1600);
    let [broken, whole] = ["broken", "whole"].map(|name| format!("{}/{name}/", out.path().display()));
    assert_eq!(extract(&[text(input.path()), "-q", "-o", &whole]).status.code(), Some(0));
    let run = kohex()
        .args(["extract", "-j1", text(input.path()), "-o", &broken])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let begun = Instant::now();
    while !contents_if_there(&broken).contains("\"pages\"") {
        assert!(begun.elapsed() < Duration::from_mins(1), "no shard was done");
        std::thread::sleep(Duration::from_millis(1));
    }
    let send = |signal: &str| {
        let sent = Command::new("kill").args([signal, &run.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill {signal}");
    };
    // The run is held, so that it cannot end while the second one is tried.
    send("-STOP");
    let second = extract(&[text(input.path()), "-o", &broken]);
    assert_eq!(second.status.code(), Some(2), "{}", told(&second));
    assert!(told(&second).contains("another kohex writes into this folder"), "{}", told(&second));
    send("-TERM");
    send("-CONT");
    let run = run.wait_with_output().expect("ends");
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    let line = format!("extract -j1 {} -o {broken}", input.path().display());
    assert!(told(&run).contains("not complete: interrupted") && told(&run).contains(&line), "{}", told(&run));
    let status = kohex().args(["status", &broken]).output().expect("runs");
    assert_eq!(status.status.code(), Some(1));
    let done = extract(&["-j1", text(input.path()), "-o", &broken]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert!(told(&done).contains("pages were read by an earlier run"), "{}", told(&done));
    assert_eq!(contents(Path::new(&broken)), contents(Path::new(&whole)));
}

fn contents_if_there(folder: &str) -> String {
    fs::read_to_string(Path::new(folder).join("manifest.jsonl")).unwrap_or_default()
}
