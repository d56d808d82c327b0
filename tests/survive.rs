//! A batch that survives: poison in the folder, signals, a folder that changes, and the same page in every wrapping.

#![cfg(unix)]

mod shards;

use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sha2::Digest;

use crate::kohex;

pub const GOOD: &str = "Il progetto si svolge dal 1o gennaio 2024 al 31 dicembre 2028 e coinvolge 1 250 persone.";

pub fn extract(arguments: &[&str]) -> Output {
    kohex().arg("extract").args(arguments).output().expect("runs")
}

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn values(lines: &[u8]) -> Vec<Value> {
    let lines = lines.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON a line")).collect()
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).expect("packed");
    out.finish().expect("packed")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let method = zip::CompressionMethod::Deflated;
        out.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(method)).expect("a member");
        out.write_all(bytes).expect("packed");
    }
    out.finish().expect("packed").into_inner()
}

fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    out.append_data(&mut header, name, bytes).expect("packed");
    out.into_inner().expect("packed")
}

/// A WARC response of its own gzip member.
fn warc(url: &str, body: &str) -> Vec<u8> {
    let response = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}");
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T00:00:00Z\r\n\
         WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{:012}>\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        body.len(),
        response.len()
    );
    gzip(format!("{head}{response}\r\n\r\n").as_bytes())
}

pub fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
}

/// Every file of a folder with its bytes.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut all: Vec<(String, Vec<u8>)> = entries
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path()).expect("bytes")))
        .collect();
    all.sort();
    all
}

/// The lines of all files of a folder whose names begin so.
pub fn gathered(folder: &Path, beginning: &str) -> Vec<Value> {
    let files = contents(folder).into_iter().filter(|(name, _)| name.starts_with(beginning));
    files.flat_map(|(_, bytes)| values(&bytes)).collect()
}

pub fn strings(values: &[Value], key: &str) -> Vec<String> {
    let mut all: Vec<String> = values.iter().map(|value| value[key].as_str().expect("text").to_owned()).collect();
    all.sort();
    all
}

/// What must not stop a batch: good pages among bad ones.
fn poison(folder: &Path) {
    // Numbers that pack badly, so that a cut falls into them.
    let long: Vec<String> = (0..3000_u32).map(|i| format!("riga {} di {i}\n", i * 7919 % 10007)).collect();
    let long = long.concat();
    let pipe = Command::new("mkfifo").arg(folder.join("pipe.txt")).status();
    assert!(pipe.is_ok_and(|status| status.success()), "mkfifo");
    drop(UnixListener::bind(folder.join("socket.txt")).expect("a socket"));
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() - 1000);
        bytes
    };
    put(folder, "cut.txt.gz", cut(gzip(long.as_bytes())));
    put(folder, "two.txt.gz", [gzip(GOOD.as_bytes()), gzip(b"\nCosto totale: 5.000 euro")].concat());
    let three = zip(&[("a.txt", GOOD.as_bytes()), ("b.txt", GOOD.as_bytes()), ("c.txt", long.as_bytes())]);
    put(folder, "cut.zip", cut(three));
    let mut archive = warc("https://example.org/1", GOOD);
    archive.extend(cut(warc("https://example.org/2", &long)));
    put(folder, "cut.warc.gz", archive);
    let mut locked = zip(&[("s.txt", GOOD.as_bytes())]);
    let directory = locked.windows(4).position(|window| window == b"PK\x01\x02").expect("a directory");
    locked[6] |= 1;
    locked[directory + 8] |= 1;
    put(folder, "locked.zip", locked);
    let quote =
        "title,start date,total budget\nOne,2024-01-01,5000 EUR\nTwo,\"2024-02-01,6000 EUR\nThree,2024-03-01,7 EUR\n";
    put(folder, "quote.csv", quote);
    put(folder, "feed.json", format!("[{{\"text\":\"{GOOD}\"}}][{{\"text\":\"{GOOD}\"}}]"));
    put(folder, "wide.txt", GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    put(folder, "nul.txt", GOOD.replacen(' ', " \0", 3));
    put(folder, "nul.html", format!("<html><body><p>{}</p></body></html>", GOOD.replacen(' ', " \0", 3)));
    let nested = format!("<html><body>{}{GOOD}{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    put(folder, "nested.html", nested);
    let attributes: Vec<String> = (0..100_000).map(|i| format!(" a{i}=x")).collect();
    let attributes = attributes.concat();
    put(folder, "attributes.html", format!("<html><body><p{attributes}>{GOOD}</p>"));
    put(folder, "digits.txt", "7".repeat(3 << 20));
    put(folder, "line\nbreak.txt", GOOD);
    put(folder, "red\u{1b}[31m.txt", GOOD);
    put(folder, "bad\u{1b}[31m\n.txt", b"\0\x01\x02\x03\0\0");
    put(folder, "bad\u{1b}[31m\n.zip", "no archive");
    for i in 0..100 {
        put(folder, &format!("many/{i:03}.txt"), GOOD);
    }
}

fn check_poison(records: &[Value], rejects: &[Value]) {
    let good = records.iter().filter(|record| record["participants"] == 1250).count();
    let ids = strings(records, "id");
    let others: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !id.starts_with("many/")).collect();
    let expected = [
        "cut.txt.gz",
        "cut.warc.gz!https://example.org/1",
        "cut.zip!a.txt",
        "cut.zip!b.txt",
        "digits.txt",
        "feed.json#1",
        "feed.json#2",
        "line\nbreak.txt",
        "quote.csv#1",
        "quote.csv#2",
        "quote.csv#3",
        "red\u{1b}[31m.txt",
        "two.txt.gz",
        "wide.txt",
    ];
    assert_eq!(others, expected);
    assert_eq!(good, 100 + 9, "the facts of every good page");
    let cut = records.iter().find(|record| record["id"] == "cut.txt.gz").expect("what there was");
    let said = json!([{
        "code": "decode.truncated",
        "message": format!(
            "gzip data cut off: what follows is missing; {} bytes before that were read",
            cut["documents"][0]["bytes"]
        ),
        "mentions": [],
    }]);
    assert_eq!(cut["warnings"], said);
    let mut classes: Vec<[&str; 2]> =
        rejects.iter().map(|reject| ["path", "class"].map(|key| reject[key].as_str().expect("text"))).collect();
    classes.sort_unstable();
    let expected = [
        ["attributes.html", "limit"],
        ["bad\u{1b}[31m\n.txt", "decode"],
        ["bad\u{1b}[31m\n.zip", "damaged"],
        ["cut.warc.gz!https://example.org/2", "damaged"],
        ["cut.zip", "damaged"],
        ["cut.zip!c.txt", "damaged"],
        ["feed.json", "damaged"],
        ["locked.zip!s.txt", "damaged"],
        ["nested.html", "depth"],
        ["nul.html", "decode"],
        ["nul.txt", "decode"],
        ["quote.csv", "damaged"],
    ];
    assert_eq!(classes, expected);
}

/// Nothing that steers a terminal or ends a line of C too early, on any output.
fn check_bytes(bytes: &[u8], place: &str) {
    assert!(!bytes.contains(&0) && !bytes.contains(&0x1b), "{place}: {}", String::from_utf8_lossy(bytes));
}

#[test]
fn poison_stops_no_batch_and_every_bad_part_is_a_reject() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    poison(input.path());
    let (one, rejects) = (out.path().join("one.jsonl"), out.path().join("rejects.jsonl"));
    let run = extract(&[text(input.path()), "-v", "-o", text(&one), "--rejects", text(&rejects)]);
    assert_eq!(run.status.code(), Some(1), "{}", told(&run));
    assert!(told(&run).contains("passed over: 2 special files"), "{}", told(&run));
    let bytes = [&one, &rejects].map(|path| fs::read(path).expect("there"));
    check_poison(&values(&bytes[0]), &values(&bytes[1]));
    for bytes in [&run.stdout, &run.stderr, &bytes[0], &bytes[1]] {
        check_bytes(bytes, "one file");
    }
    assert!(told(&run).lines().any(|line| line.contains("bad\\x1B[31m\\n.txt: expected text")), "{}", told(&run));

    let folder = out.path().join("OUT");
    let to = format!("{}/", folder.display());
    for again in [false, true] {
        let run = extract(&[text(input.path()), "-o", &to]);
        assert_eq!(run.status.code(), Some(1), "{}", told(&run));
        let counted = "126 pages, 114 records, 12 failed";
        assert!(told(&run).contains(counted), "expected {counted}, again: {again}, found {}", told(&run));
        check_bytes(&run.stderr, "standard error");
    }
    let (records, rejects) = (gathered(&folder, "part-"), gathered(&folder, "rejects-"));
    check_poison(&records, &rejects);
    for (name, bytes) in contents(&folder) {
        check_bytes(&bytes, &name);
    }
    let proof = kohex().arg("verify").arg(&folder).output().expect("runs");
    let shown = String::from_utf8_lossy(&proof.stdout).into_owned();
    assert_eq!(proof.status.code(), Some(0), "{shown}");
    let pages = strings(&records, "id").len() + rejects.len();
    assert_eq!(
        shown,
        format!("{pages} pages: {} with {} records, 12 without; 0 problems\n", records.len(), records.len())
    );
}

#[test]
fn the_first_failure_ends_a_run_that_wants_it_so() {
    let (input, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    put(input.path(), "a\u{1b}[31m.txt", b"\0\x01\0\x02");
    put(input.path(), "b.txt", GOOD);
    let file = out.path().join("one.jsonl");
    let run = extract(&[text(input.path()), "--fail-fast", "-o", text(&file)]);
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(!file.exists() && told(&run).contains("--fail-fast"), "{}", told(&run));
    check_bytes(&run.stderr, "one file");
    let folder = format!("{}/OUT/", out.path().display());
    let run = extract(&[text(input.path()), "--fail-fast", "-o", &folder]);
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    check_bytes(&run.stderr, "a folder");
    assert!(told(&run).contains("--fail-fast: a\\x1B[31m.txt"), "{}", told(&run));
    assert_eq!(extract(&[text(input.path()), "-o", &folder]).status.code(), Some(1));
}

#[test]
fn a_closed_pipe_ends_a_run_among_bad_pages_quietly() {
    let input = tempfile::tempdir().expect("a folder");
    for i in 0..1000 {
        put(input.path(), &format!("{i}.txt"), GOOD);
    }
    let mut run = kohex().arg("extract").arg(input.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let run = run.as_mut().expect("runs");
    drop(run.stdout.take());
    let told: Vec<String> =
        BufReader::new(run.stderr.take().expect("a pipe")).lines().map(|line| line.expect("text")).collect();
    assert!(run.wait().expect("ends").success());
    assert!(!told.iter().any(|line| line.contains("error")), "{told:?}");
}

/// A name behind which a shard ends, as its digest says.
fn last_of_shard(folder: &str) -> String {
    let ends = |name: &String| {
        let digest = sha2::Sha256::digest(name.as_bytes());
        digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte)) % 2048 == 0
    };
    (0..u32::MAX).map(|i| format!("{folder}/z{i}.txt")).find(ends).expect("a name")
}

/// Pages in four shards, every fourth of a Kohesio item.
pub fn many(folder: &Path, count: usize) {
    for i in 0..count {
        let item = format!(" https://kohesio.ec.europa.eu/it/progetti/Q71{:04}", i / 8);
        let item = if i % 4 == 0 { &item } else { "" };
        put(folder, &format!("{}/{i:05}.txt", i * 4 / count), format!("{GOOD} Costo totale: {i}.000 €{item}"));
    }
    for part in 0..4 {
        put(folder, &last_of_shard(&part.to_string()), GOOD);
    }
}

#[test]
fn a_page_says_the_same_in_every_wrapping() {
    let input = tempfile::tempdir().expect("a folder");
    let page = "Villaggi che rinascono\nData di inizio: 1 marzo 2019\nData di fine: 31 dicembre 2021\nFondo: FESR\n\
                Costo totale: 120.000,00 €\nIl progetto insegna la potatura a 40 giovani.\n";
    let lines: Vec<String> = page.lines().map(|line| format!("<p>{line}</p>\n")).collect();
    let lines = lines.concat();
    put(input.path(), "page.txt", page);
    put(
        input.path(),
        "page.html",
        format!("<!doctype html><html lang=it><head><meta charset=utf-8></head><body>{lines}</body></html>"),
    );
    put(input.path(), "z.zip", zip(&[("page.txt", page.as_bytes())]));
    put(input.path(), "t.tar.gz", gzip(&tar("page.txt", page.as_bytes())));
    put(input.path(), "w.warc.gz", warc("https://example.org/page", page));
    put(input.path(), "row.csv", format!("id,text\n7,\"{page}\"\n"));
    put(input.path(), "line.jsonl", format!("{}\n", json!({ "id": "8", "text": page })));
    let run = extract(&[text(input.path()), "-q"]);
    assert_eq!(run.status.code(), Some(0), "{}", told(&run));
    let records = values(&run.stdout);
    assert_eq!(records.len(), 7, "{records:?}");
    let facts = |record: &Value| {
        ["start_date", "end_date", "total_budget", "eu_contribution", "participants", "fund"]
            .map(|key| record[key].clone())
    };
    let plain = records.iter().find(|record| record["id"] == "page.txt").expect("the page as it is");
    assert_eq!(plain["start_date"], "2019-03-01");
    assert_eq!((&plain["participants"], &plain["fund"]), (&json!(40), &json!("ERDF")));
    for record in &records {
        assert_eq!(facts(record), facts(plain), "{}", record["id"]);
    }
}

/// A file system of 1 MB, taken away in the end; none where mounting is not allowed.
pub struct Small(pub tempfile::TempDir);

impl Small {
    pub fn new() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs", text(folder.path())])
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Small(folder))
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn grow(&self) {
        let grown = Command::new("mount").args(["-o", "remount,size=64m", text(self.0.path())]).status();
        assert!(grown.is_ok_and(|status| status.success()), "remount");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_keeps_what_was_there_and_says_what_to_do() {
    let Some(small) = Small::new() else { return };
    let (input, disk) = (tempfile::tempdir().expect("a folder"), small.0.path());
    // With their text, a few pages are many bytes of records.
    for i in 0..10 {
        put(input.path(), &format!("{i}.txt"), format!("{GOOD}\n{}", "Prati e boschi.\n".repeat(8_000)));
    }
    let file = disk.join("one.jsonl");
    fs::write(&file, "before\n").expect("written");
    let run = extract(&[text(input.path()), "-q", "--text", "-o", text(&file)]);
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(told(&run).contains("no space left on device\nhelp: make room"), "{}", told(&run));
    assert_eq!(contents(disk), [("one.jsonl".to_owned(), b"before\n".to_vec())]);
    let folder = format!("{}/OUT/", disk.display());
    let arguments = [text(input.path()), "-q", "--text", "-o", &folder];
    let run = extract(&arguments);
    assert_eq!(run.status.code(), Some(2), "{}", told(&run));
    assert!(told(&run).contains("no space left on device\nhelp: what is done is kept; make room"), "{}", told(&run));
    let names: Vec<String> = contents(Path::new(&folder)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["manifest.jsonl"]);
    small.grow();
    assert_eq!(extract(&arguments).status.code(), Some(0));
    assert_eq!(kohex().args(["verify", "-q", &folder]).status().expect("runs").code(), Some(0));
}
