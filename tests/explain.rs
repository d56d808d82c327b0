//! `kohex explain` finds every page that a record or a reject names, however deep it lies.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::kohex;

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).expect("packed");
    }
    builder.into_inner().expect("packed")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("packed");
        writer.write_all(bytes).expect("packed");
    }
    writer.finish().expect("packed").into_inner()
}

fn warc(address: &str, html: &str) -> Vec<u8> {
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}");
    let length = http.len();
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nContent-Type: application/http\r\n\
         Content-Length: {length}\r\n\r\n{http}\r\n\r\n"
    )
    .into_bytes()
}

fn page(sum: &str) -> String {
    format!("<!DOCTYPE html><html><body><h1>Un ponte</h1><p>Il progetto costa {sum} euro.</p></body></html>")
}

/// A folder of everything; each page tells another sum.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
    let csv = b"Nome progetto,Costo totale (EUR)\nPonte,1101\nFiume,1102\n";
    let inner = gz(&tar(&[("deep/a.html", page("1.201").as_bytes()), ("list.csv", csv)]));
    put("plain.html", page("1.301").as_bytes());
    put("one.html.gz", &gz(page("1.302").as_bytes()));
    put("list.csv", csv);
    put("feed.jsonl", b"{\"id\": \"a\", \"text\": \"Il progetto costa 1.401 euro.\"}\n{\"titolo\": \"Due\", \"costo totale\": 1402}\n");
    put("a!b#c.zip", &zip(&[("x/a.html", page("1.501").as_bytes()), ("x/in.tar.gz", &inner)]));
    put("twice.tar", &tar(&[("a.html", page("1.601").as_bytes()), ("a.html", page("1.602").as_bytes())]));
    put("web.warc.gz", &gz(&warc("https://example.org/p?id=1#top", &page("1.701"))));
    put("feed.xml.zip", &zip(&[("odd.xml", page("1.801").as_bytes()), (".hidden.html", page("1.802").as_bytes())]));
    folder
}

fn explain(path: &str, at: &Path, more: &[&str]) -> Output {
    kohex().arg("explain").arg(path).args(more).current_dir(at).env("NO_COLOR", "1").output().expect("runs")
}

fn out(run: &Output) -> String {
    String::from_utf8_lossy(&run.stdout).into_owned()
}

fn err(run: &Output) -> String {
    String::from_utf8_lossy(&run.stderr).into_owned()
}

/// The paths that records name, with the sum each record tells.
fn records(at: &Path, more: &[&str]) -> Vec<(String, String)> {
    let run = kohex().args(["extract", ".", "--quiet"]).args(more).current_dir(at).output().expect("runs");
    let lines = out(&run);
    let told = |line: &str| {
        let record: Value = serde_json::from_str(line).expect("a record");
        let amount = record["mentions"].as_array().expect("mentions").iter().find(|m| m["kind"] == "amount");
        let path = record["documents"][0]["path"].as_str().expect("a path").to_owned();
        (path, amount.expect("an amount")["value"].to_string())
    };
    lines.lines().map(told).collect()
}

#[test]
fn every_path_that_a_record_names_is_found() {
    let folder = folder();
    let mut found = records(folder.path(), &[]);
    assert_eq!(found.len(), 13, "{found:?}");
    // What is no page by its name comes with a choice of the user's.
    found.extend(records(folder.path(), &["--glob", "*.zip", "--glob", "odd.xml", "--glob", ".hidden.html"]));
    assert_eq!(found.len(), 15, "{found:?}");
    for (path, sum) in found {
        let run = explain(&path, folder.path(), &[]);
        let line = format!("   0  {sum} ");
        assert!(run.status.success() && out(&run).contains(&line), "{path}: {sum}\n{}{}", out(&run), err(&run));
    }
}

#[test]
fn a_row_shows_what_its_columns_are() {
    let folder = folder();
    fs::write(folder.path().join("odd.csv"), "Nome progetto;Quanto\nPonte;1103\n").expect("written");
    let shown = out(&explain("list.csv#2", folder.path(), &[]));
    assert!(shown.contains("Costo totale (EUR)                       total_budget, EUR\n"), "{shown}");
    assert!(shown.contains("by column/Costo totale (EUR): \"Costo totale (EUR)\"\n"), "{shown}");
    let shown = out(&explain("odd.csv#1", folder.path(), &[]));
    assert!(shown.contains("Quanto                                   not known\n"), "{shown}");
    let shown = out(&explain("odd.csv#1", folder.path(), &["--map", "Quanto=total_budget"]));
    assert!(shown.contains("Quanto                                   total_budget\n"), "{shown}");
    assert!(shown.contains("by column/Quanto"), "{shown}");
}

#[test]
fn a_wrong_name_is_answered_with_right_ones() {
    let folder = folder();
    let run = explain("a!b#c.zip!x/b.html", folder.path(), &[]);
    assert_eq!(run.status.code(), Some(2));
    let message = "a!b#c.zip!x/b.html: expected a page of a!b#c.zip, found none called x/b.html\n\
                   help: it holds a!b#c.zip!x/a.html, ";
    assert!(err(&run).contains(message), "{}", err(&run));
    let run = explain("list.csv#9", folder.path(), &[]);
    assert!(err(&run).contains("expected a page of list.csv, found none called 9\nhelp: it holds "), "{}", err(&run));
    let run = explain("crawl/list.csv#1", folder.path(), &[]);
    assert!(err(&run).contains("crawl/list.csv#1: cannot be read: no such file"), "{}", err(&run));
    assert!(err(&run).contains("\nhelp: records name pages from the folder"), "{}", err(&run));
}

#[test]
fn an_archive_says_what_it_holds() {
    let folder = folder();
    let above = folder.path().parent().expect("a folder");
    let name = folder.path().file_name().and_then(|name| name.to_str()).expect("a name");
    let run = explain(&format!("{name}/a!b#c.zip"), above, &[]);
    assert_eq!((run.status.code(), out(&run).as_str()), (Some(2), ""));
    let list = format!(
        "expected the name of a page in it, found none; it holds\n  {name}/a!b#c.zip!x/a.html\n  \
         {name}/a!b#c.zip!x/in.tar.gz!deep/a.html\n  {name}/a!b#c.zip!x/in.tar.gz!list.csv#1\n  \
         {name}/a!b#c.zip!x/in.tar.gz!list.csv#2\nhelp: name one: kohex explain '{name}/a!b#c.zip!x/a.html'\n"
    );
    assert!(err(&run).contains(&list), "{}", err(&run));
    let run = explain("a!b#c.zip!x/in.tar.gz!list.csv", folder.path(), &[]);
    assert!(err(&run).contains("it holds\n  a!b#c.zip!x/in.tar.gz!list.csv#1\n"), "{}", err(&run));
    let rows: Vec<String> = (0..30).map(|n| format!("{n},5\n")).collect();
    fs::write(folder.path().join("long.csv"), format!("Nome progetto,Costo totale\n{}", rows.concat()))
        .expect("written");
    let told = err(&explain("long.csv", folder.path(), &[]));
    assert!(told.contains("  long.csv#10\nhelp") && !told.contains("long.csv#11"), "{told}");
}

#[test]
fn what_a_reject_names_is_told_as_the_reject_tells_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = zip(&[("a.html", page("1.901").as_bytes()), ("b.tar.gz", &gz(&tar(&[("c.html", b"x")]))[..20])]);
    fs::write(folder.path().join("crawl.zip"), whole).expect("written");
    fs::write(folder.path().join("image.txt"), b"SQLite format 3\0\x10\0\x01\x01").expect("written");
    let rejects = folder.path().join("rejects");
    let run = kohex().args(["extract", ".", "--quiet", "--rejects"]).arg(&rejects).current_dir(folder.path()).output();
    assert_eq!(run.expect("runs").status.code(), Some(1));
    let rejects = fs::read_to_string(rejects).expect("rejects");
    assert_eq!(rejects.lines().count(), 2, "{rejects}");
    for line in rejects.lines() {
        let reject: Value = serde_json::from_str(line).expect("a reject");
        let (path, message) = (reject["path"].as_str().expect("a path"), reject["message"].as_str().expect("why"));
        let run = explain(path, folder.path(), &[]);
        assert_eq!(run.status.code(), Some(2));
        assert!(err(&run).contains(&format!("{path}: {message}")), "{} instead of {line}", err(&run));
    }
}

#[test]
fn what_is_wrong_with_an_archive_is_told_beside_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: Vec<String> = (0..9000).map(|n| format!("{},{n}\n", n * 7919 % 6133)).collect();
    let whole = gz(format!("Nome progetto,Costo totale\n{}", rows.concat()).as_bytes());
    fs::write(folder.path().join("list.csv.gz"), &whole[..whole.len() / 2]).expect("written");
    let cut = "\nlist.csv.gz: gzip data cut off: what follows is missing\nhelp: it holds list.csv.gz#";
    let told = err(&explain("list.csv.gz#8999", folder.path(), &[]));
    assert!(told.contains(&format!("expected a page of list.csv.gz, found none called 8999{cut}")), "{told}");
    fs::write(folder.path().join("none.zip"), "no archive").expect("written");
    let told = err(&explain("none.zip", folder.path(), &[]));
    assert!(told.starts_with("error: none.zip: ") && !told.contains("found none"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_unicode_is_found_as_it_is_printed() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().expect("a folder");
    let name = std::ffi::OsStr::from_bytes(b"citt\xe0\n.zip");
    fs::write(folder.path().join(name), zip(&[("a.html", page("1.902").as_bytes())])).expect("written");
    let found = records(folder.path(), &[]);
    assert_eq!(found.len(), 1);
    for path in [found[0].0.as_str(), r"citt\xE0\n.zip!a.html"] {
        let run = explain(path, folder.path(), &[]);
        assert!(out(&run).contains("1902 EUR"), "{path}: {}", err(&run));
    }
}

#[test]
fn standard_input_is_explained_as_a_file_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = "Il progetto costa 209.364,52 € e termina il 31 dicembre 2028.\n";
    let path = folder.path().join("page.txt");
    fs::write(&path, page).expect("written");
    let file = kohex().arg("explain").arg(&path).output().expect("runs");
    let piped = kohex().args(["explain", "-"]).stdin(fs::File::open(&path).expect("a file")).output().expect("runs");
    assert_eq!(piped.status.code(), Some(0), "{}", String::from_utf8_lossy(&piped.stderr));
    assert!(String::from_utf8_lossy(&piped.stdout).contains("[209.364,52 €]"));
    assert_eq!(piped.stdout, file.stdout);
}
