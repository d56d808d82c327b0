//! What `kohex extract` gives goes in: straight, and from everything it writes.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{imported, number, refused, rows, told, unnumbered};
use crate::kohex;

/// The block of README that begins with this command is what a user sees.
#[test]
fn readme_shows_what_a_new_user_sees() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("projects.db").to_str().expect("UTF-8").to_owned();
    let readme = fs::read_to_string("README.md").expect("text");
    let (_, block) = readme.split_once("```text\n$ kohex extract fixtures --to sqlite:projects.db\n").expect("a block");
    let (block, _) = block.split_once("\n```").expect("an end");
    let run = kohex().args(["extract", "fixtures", "--to", &format!("sqlite:{database}")]).output().expect("runs");
    assert_eq!(number(&database, "select count(*) from runs"), 1);
    let mut parts = block.split("\n\n$ sqlite3 -box projects.db \"");
    let said = told(&run).replace(&database, "projects.db");
    for (shown, found) in parts.next().expect("what kohex says").lines().zip(said.lines()) {
        assert!(found.starts_with(shown.trim_end_matches('…')), "README has {shown}, kohex says {found}");
    }
    assert_eq!(said.lines().count(), 2, "{said}");
    let mut asked = 0;
    for part in parts {
        let (query, answer) = part.split_once("\"\n").expect("a query");
        let run = Command::new("sqlite3").args(["-box", &database, query]).output().expect("sqlite3");
        assert_eq!(String::from_utf8_lossy(&run.stdout).trim_end(), answer.trim_end(), "{query}");
        asked += 1;
    }
    assert_eq!(asked, 2, "{block}");
}

#[test]
fn records_come_from_everything_that_extract_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let extract = |arguments: &[&str]| {
        let run = kohex().args(["extract", "fixtures/it", "-q"]).args(arguments).output().expect("runs");
        assert_eq!(run.status.code(), Some(0), "{}", told(&run));
        run.stdout
    };
    let lines = extract(&[]);
    fs::write(at("plain.jsonl"), &lines).expect("written");
    fs::write(at("packed.jsonl.zst"), zstd::encode_all(lines.as_slice(), 1).expect("packed")).expect("written");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&lines).expect("packed");
    fs::write(at("packed.jsonl.gz"), gz.finish().expect("packed")).expect("written");
    extract(&["-o", &at("shards/")]);
    extract(&["--compress", "-o", &at("packed/")]);
    extract(&["--each", &at("each")]);
    extract(&["--to", &format!("sqlite:{}", at("direct.db"))]);
    let direct = unnumbered(rows(&at("direct.db")));
    assert!(!direct[0].is_empty() && !direct[1].is_empty());
    for name in ["plain.jsonl", "packed.jsonl.zst", "packed.jsonl.gz", "shards", "packed", "each"] {
        let database = at(&format!("{name}.db"));
        imported(&[&at(name), "-q", "--to", &format!("sqlite:{database}")]);
        assert!(unnumbered(rows(&database)) == direct, "{name}");
    }
    let database = at("stdin.db");
    let mut run = kohex()
        .args(["import", "-", "--to", &format!("sqlite:{database}")])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    run.stdin.take().expect("a pipe").write_all(&lines).expect("written");
    let run = run.wait_with_output().expect("ends");
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    assert!(unnumbered(rows(&database)) == direct, "standard input");
    let part = fs::read_dir(at("shards")).expect("files").map(|entry| entry.expect("a file").path());
    let part = part.into_iter().find(|path| path.to_string_lossy().contains("part-")).expect("a part");
    let bytes = fs::read(&part).expect("bytes");
    fs::write(&part, &bytes[..bytes.len() / 2]).expect("written");
    refused(&[&at("shards"), "--to", &format!("sqlite:{database}")], &["to have", "bytes, found", "kohex verify"]);
    fs::write(&part, bytes).expect("written");
    let manifest = at("shards/manifest.jsonl");
    let listed = fs::read_to_string(&manifest).expect("text");
    let unfinished: String = listed.split_inclusive('\n').filter(|line| !line.contains("\"end\"")).collect();
    fs::write(&manifest, unfinished).expect("written");
    refused(&[&at("shards"), "--to", &format!("sqlite:{database}")], &["expected a run that has ended"]);
}
