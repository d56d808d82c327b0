//! Outputs: what is compressed, what a run that goes on says and reads again, and the proof that all is there.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use kohex::patterns::Column;
use kohex::pipeline::Options;

use crate::kohex;
use crate::survive::{GOOD, contents, extract, gathered, many, put, text, told, values};

fn verify(arguments: &[&str]) -> (Option<i32>, String) {
    let run = kohex().arg("verify").args(arguments).output().expect("runs");
    (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned() + &told(&run))
}

fn unpacked(path: &Path) -> Vec<u8> {
    zstd::decode_all(fs::read(path).expect("there").as_slice()).expect("zstd")
}

/// A folder with a page that gives a record and one that gives none.
fn two() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "bad.txt", b"\0\x01\x02");
    put(folder.path(), "good.txt", GOOD);
    folder
}

#[test]
fn a_file_that_ends_in_zst_is_compressed() {
    let (input, out) = (two(), tempfile::tempdir().expect("a folder"));
    let [plain, packed, more, rejects] =
        ["plain.jsonl", "a.jsonl.zst", "b.zst", "rejects.jsonl.zst"].map(|name| out.path().join(name));
    assert_eq!(extract(&[text(input.path()), "-q", "-o", text(&plain)]).status.code(), Some(1));
    for (path, arguments) in [(&packed, vec!["--rejects", text(&rejects)]), (&more, vec!["--compress"])] {
        let run = extract(&[&[text(input.path()), "-q", "-o", text(path)], arguments.as_slice()].concat());
        assert_eq!(run.status.code(), Some(1), "{}", told(&run));
        assert_eq!(unpacked(path), fs::read(&plain).expect("there"));
    }
    assert_eq!(values(&unpacked(&rejects)).len(), 1);
    assert_eq!(contents(out.path()).len(), 4, "no temporary file is left");
    let proof = verify(&[text(&packed), "--rejects", text(&rejects)]);
    assert_eq!(proof, (Some(0), "2 pages: 1 with 1 records, 1 without; 0 problems\n".to_owned()));
}

#[test]
fn what_cannot_be_compressed_is_not_asked_for_in_silence() {
    let (input, out) = (two(), tempfile::tempdir().expect("a folder"));
    let (file, each) = (out.path().join("plain.jsonl"), out.path().join("each"));
    let cases = [
        (vec![text(input.path())], "standard output"),
        (vec![text(input.path()), "-o", text(&file)], text(&file)),
        (vec![text(input.path()), "--each", text(&each)], "--each"),
        (vec!["--jsonl", "-"], "standard output"),
        (vec!["-"], "standard output"),
    ];
    for (arguments, found) in cases {
        let run = extract(&[arguments.as_slice(), &["--compress"]].concat());
        assert_eq!(run.status.code(), Some(2), "{}", told(&run));
        let said = format!("a file that ends in .zst as output, found {found}\nhelp: ");
        assert!(told(&run).contains(&said), "{}", told(&run));
    }
    assert!(contents(out.path()).is_empty());
}

#[test]
fn a_page_is_read_again_when_the_limit_that_refused_it_is_raised() {
    let attributes: Vec<String> = (0..1500).map(|i| format!(" a{i}")).collect();
    let none: &[&str] = &[];
    let cases = [
        ("time.txt", GOOD.to_owned(), &["--timeout", "0"][..], none, "timeout"),
        ("deep.html", "<b>".repeat(600) + GOOD, none, &["--max-depth", "1000"], "depth"),
        ("nodes.html", format!("<p>{GOOD}<br><br><br><br>"), &["--max-nodes", "5"], none, "limit"),
        ("tag.html", format!("<p title='{}'>{GOOD}", "x".repeat(99_999)), &["--max-tag", "20K"], none, "limit"),
        ("attributes.html", format!("<p{}>{GOOD}", attributes.concat()), none, &["--max-attributes", "2000"], "limit"),
        (
            "deep.jsonl",
            format!("{}\"{GOOD}\"{}", "{\"a\":".repeat(127), "}".repeat(127)),
            none,
            &["--max-json-depth", "127"],
            "depth",
        ),
    ];
    for (name, page, narrow, wide, class) in cases {
        let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        put(input.path(), name, page);
        let folder = format!("{}/OUT/", out.path().display());
        let arguments = [text(input.path()), "-q", "-o", &folder];
        let refused = extract(&[&arguments, narrow].concat());
        assert_eq!(refused.status.code(), Some(2), "{name}: {}", told(&refused));
        assert_eq!(gathered(Path::new(&folder), "rejects-")[0]["class"], class, "{name}");
        let read = extract(&[&arguments, wide].concat());
        assert_eq!(read.status.code(), Some(0), "{name}: {}", told(&read));
        assert_eq!(gathered(Path::new(&folder), "part-")[0]["participants"], 1250, "{name}");
    }
    let refused = extract(&["-", "--max-json-depth", "128"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("128 is not in 1..=127"), "{}", told(&refused));
}

#[test]
fn columns_that_a_heading_only_looks_like_are_others() {
    let key = |columns: &[(&str, &str)]| {
        let named =
            columns.iter().map(|(heading, name)| ((*heading).to_owned(), Column::from_name(name).expect("known")));
        Options { columns: named.collect(), ..Options::default() }.key()
    };
    assert_ne!(key(&[("a=fund,b", "title")]), key(&[("a", "fund"), ("b", "title")]));
}

#[test]
fn a_run_that_goes_on_counts_only_what_it_read_itself() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    many(input.path(), 80);
    let folder = format!("{}/OUT/", out.path().display());
    let run = || told(&extract(&[text(input.path()), "-v", "-o", &folder]));
    let first = run();
    assert!(first.contains("84 pages") && first.contains("; mentions: date"), "{first}");
    let second = run();
    assert!(second.contains("84 pages") && second.contains("84 pages were read by an earlier run"), "{second}");
    assert!(!second.contains("mentions") && !second.contains("languages") && !second.contains("none"), "{second}");
    put(input.path(), "0/00002.txt", format!("{GOOD} Costo totale: 7.000.000 €"));
    put(input.path(), "0/00003.txt", b"\0\x01\x02");
    let third = run();
    let kept = third.lines().find_map(|line| line.strip_suffix(" pages were read by an earlier run"));
    let now = 84 - kept.expect("some").parse::<usize>().expect("a number");
    assert!(0 < now && now < 84, "{third}");
    assert!(third.contains(&format!("; of the {now} read now: mentions: date ")), "{third}");
    assert!(third.contains(&format!("without a record: of the {now} read now: decode 1\n")), "{third}");
}

/// Runs the line that a run which was broken off says to go on with.
fn go_on(broken: &Output) -> Output {
    let told = told(broken);
    let line = told.lines().find_map(|line| line.split_once("go on with: ")).expect("a line").1;
    Command::new("sh").args(["-c", line]).output().expect("runs")
}

#[test]
fn the_line_that_goes_on_comes_past_the_page_that_ended_the_run() {
    let (input, out) = (two(), tempfile::tempdir().expect("a folder"));
    let folder = format!("{}/OUT it/", out.path().display());
    let broken = extract(&[text(input.path()), "--fail-fast", "-o", &folder]);
    assert_eq!(broken.status.code(), Some(2), "{}", told(&broken));
    let done = go_on(&broken);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert_eq!(verify(&["-q", &folder]), (Some(0), String::new()));
}

#[test]
fn the_rejects_of_a_single_file_are_proved_with_it() {
    let (input, out) = (two(), tempfile::tempdir().expect("a folder"));
    let [records, rejects] = ["records.jsonl", "rejects.jsonl"].map(|name| out.path().join(name));
    let run = extract(&[text(input.path()), "-q", "-o", text(&records), "--rejects", text(&rejects)]);
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    let (records, place) = (text(&records), text(&rejects));
    let alone = verify(&[records]);
    assert_eq!(alone.0, Some(0));
    assert!(alone.1.starts_with("1 pages with 1 records; 0 problems\n"), "{}", alone.1);
    let proof = verify(&[records, "--rejects", place]);
    assert_eq!(proof, (Some(0), "2 pages: 1 with 1 records, 1 without; 0 problems\n".to_owned()));

    let whole = fs::read_to_string(&rejects).expect("there");
    let spoilt = [
        (whole.trim_end().to_owned(), "rejects.jsonl:1: expected a line break behind the reject, found the end"),
        (whole.replace("bad.txt", "good.txt"), "rejects.jsonl:1: good.txt is in a record as well"),
        (whole.replace("\"class\"", "\"sort\""), "rejects.jsonl:1: expected a reject, found "),
    ];
    for (bytes, problem) in spoilt {
        fs::write(&rejects, bytes).expect("written");
        let (code, said) = verify(&[records, "--rejects", place]);
        assert!(code == Some(1) && said.contains(problem) && said.ends_with("1 problems\n"), "{said}");
    }
    let refused = verify(&[text(out.path()), "--rejects", place]);
    assert_eq!(refused.0, Some(2));
    assert!(refused.1.contains("found a folder, which holds its own rejects-*.jsonl"), "{}", refused.1);
}

#[test]
fn what_is_written_is_never_read() {
    let input = tempfile::tempdir().expect("a folder");
    put(input.path(), "a.txt", GOOD);
    let at = |name: &str| input.path().join(name).to_str().expect("UTF-8").to_owned();
    for output in ["records.jsonl", "records.csv", "out/"] {
        for _ in 0..2 {
            let run = extract(&[text(input.path()), "-o", &at(output)]);
            assert_eq!(run.status.code(), Some(0), "{}", told(&run));
            assert!(told(&run).contains("1 pages, 1 records"), "{output}: {}", told(&run));
        }
        // The next output finds it as a user's own file would be found.
        if output == "out/" { fs::remove_dir_all(at(output)) } else { fs::remove_file(at(output)) }.expect("removed");
    }
    for arguments in [["-o", "a.txt"], ["--rejects", "a.txt"]] {
        let run = extract(&[&at("a.txt"), arguments[0], &at(arguments[1])]);
        assert_eq!(run.status.code(), Some(2), "{}", told(&run));
        assert!(told(&run).contains("expected another output than the input"), "{}", told(&run));
    }
    let both = at("both.jsonl");
    assert_eq!(extract(&[text(input.path()), "-o", &both, "--rejects", &both]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(at("a.txt")).expect("text"), GOOD);
    for name in ["x.csv.gz", "x.parquet.zst", "x.xlsx", "x.db"] {
        let run = extract(&[text(input.path()), "-o", &at(name)]);
        assert_eq!(run.status.code(), Some(2), "{name}");
        assert!(!Path::new(&at(name)).exists(), "{name}");
    }
}
