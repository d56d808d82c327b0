//! Tests of folders, of the pages below them and of the thread that unpacks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};

use super::container::Passed;
use super::{Choice, Class, Content, Folders, Hints, Limits, Page, Pages, SourceError, Unpacked};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(names: &[&str]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for name in names {
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        header.set_cksum();
        builder.append_data(&mut header, name, &b"page"[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn choice(globs: &[&str]) -> Choice {
    let globs: Vec<_> = globs.iter().map(|glob| (*glob).to_owned()).collect();
    Choice::new(&globs, false, false).unwrap()
}

fn pages(root: &Path, globs: &[&str]) -> (Vec<String>, Vec<SourceError>, Pages) {
    let mut pages = Pages::new(vec![root.to_owned()], choice(globs), Limits::default());
    let (mut names, mut errors) = (Vec::new(), Vec::new());
    for item in &mut pages {
        match item {
            Ok(page) => names.push(page.name),
            Err(error) => errors.push(error),
        }
    }
    (names, errors, pages)
}

fn page(name: &str, bytes: Vec<u8>) -> Page {
    Page { name: name.to_owned(), content: Content::Bytes(bytes), hints: Hints::default() }
}

#[test]
fn folders_take_pages_containers_and_tables() {
    let names = ["a.TXT", "b.html", "c.warc.gz", "d.tar", "e.csv", "f.jsonl", "g.xlsx", "h.md", "i.parquet"];
    let others = ["a.expected.json", "b.png", "c", "d.css", ".hidden.txt"];
    let files: Vec<_> = names.iter().chain(&others).map(|name| (*name, &b""[..])).collect();
    let folder = folder(&files);
    let mut folders = Folders::new(vec![folder.path().to_owned()], choice(&[]));
    let found: Vec<_> = folders.by_ref().map(|page| page.unwrap().name).collect();
    assert_eq!(found, names);
    assert_eq!(folders.skipped().not_chosen, 4);
}

#[test]
fn pipes_sockets_and_links_are_counted() {
    let folder = folder(&[("a.txt", b"x")]);
    let fifo = Command::new("mkfifo").arg(folder.path().join("b.txt")).status().unwrap();
    assert!(fifo.success());
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("c.txt")).unwrap();
    std::os::unix::fs::symlink("a.txt", folder.path().join("d.txt")).unwrap();
    let (names, errors, pages) = pages(folder.path(), &[]);
    assert_eq!((names, errors), (vec!["a.txt".to_owned()], vec![]));
    assert_eq!((pages.skipped().special, pages.skipped().links), (2, 1));
}

#[test]
fn what_is_in_a_container_comes_in_its_place() {
    let folder = folder(&[
        ("a.txt", b"page"),
        ("b.tar.gz", &gz(&tar(&["2.txt", "1.txt", "i.png"]))),
        ("c.html.gz", &gz(b"page")),
        ("d.zip", b"none"),
        ("e.html", b"page"),
    ]);
    let (names, errors, pages) = pages(folder.path(), &[]);
    assert_eq!(names, ["a.txt", "b.tar.gz!2.txt", "b.tar.gz!1.txt", "c.html.gz", "e.html"]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "d.zip: expected a zip archive, found other bytes");
    assert_eq!(pages.passed().total(), 1);
}

#[test]
fn globs_choose_files_and_members() {
    let folder = folder(&[("a.tar", &tar(&["1.txt", "2.log"])), ("b.log", b"page"), ("c.dat", &gz(b"page"))]);
    let names = |globs: &[&str]| pages(folder.path(), globs).0;
    // Archives only: what is in them as without globs.
    assert_eq!(names(&["*.tar"]), ["a.tar!1.txt"]);
    assert_eq!(names(&["*.tar", "*.log"]), ["a.tar!2.log", "b.log"]);
    assert_eq!(names(&["*.log"]), ["b.log"]);
    // What a file of unknown name holds is seen from its bytes.
    assert_eq!(names(&["*.dat"]), ["c.dat"]);
    assert_eq!(names(&["*"]), ["a.tar!1.txt", "a.tar!2.log", "b.log", "c.dat"]);
}

#[test]
fn errors_name_what_they_are_about_as_pages_are_named_and_show_it_harmless() {
    let folder = folder(&[("a\n\u{1b}.zip", b"none"), ("b\n.txt", b"page"), ("c/large\r.txt", &[b'1'; 101])]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("d\t.txt")).unwrap();
    let limits = Limits { page_bytes: 100, ..Limits::default() };
    let choice = Choice::new(&[], true, false).unwrap();
    let read = |page: Page| page.load(&mut Vec::new(), &limits).map(|_| page.name);
    let pages = Pages::new(vec![folder.path().to_owned()], choice, limits.clone());
    let all: Vec<_> = pages.map(|page| page.and_then(read)).collect();
    let names: Vec<_> = all.iter().map(|page| page.as_ref().unwrap_or_else(|error| &error.place).as_str()).collect();
    assert_eq!(names, ["a\n\u{1b}.zip", "b\n.txt", "c/large\r.txt", "d\t.txt"]);
    let said: Vec<_> = all.iter().filter_map(|page| page.as_ref().err().map(ToString::to_string)).collect();
    assert_eq!(said.len(), 3);
    for (said, place) in said.iter().zip(["a\\n\\x1B.zip: ", "c/large\\r.txt: ", "d\\t.txt: "]) {
        assert!(said.starts_with(place), "{said}");
    }
}

#[test]
fn a_pipe_the_user_names_is_read() {
    let folder = folder(&[]);
    for (name, bytes, found) in [("pipe", gz(&tar(&["1.txt"])), "pipe!1.txt"), ("other", b"page".to_vec(), "other")] {
        let path = folder.path().join(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let writer = std::thread::spawn({
            let path = path.clone();
            move || fs::write(path, bytes)
        });
        let (names, errors, _) = pages(&path, &[]);
        writer.join().unwrap().unwrap();
        assert_eq!((names, errors), (vec![found.to_owned()], vec![]));
    }
}

#[test]
fn reading_a_page_has_limits() {
    let folder = folder(&[("a.txt", &[b'1'; 101]), ("b.txt", &[b'1'; 100]), ("c.txt", &gz(b"page"))]);
    let limits = Limits { page_bytes: 100, ..Limits::default() };
    let read = |name: &str| {
        let content = Content::File(folder.path().join(name));
        let mut bytes = b"before".to_vec();
        let page = Page { name: name.to_owned(), content, hints: Hints::default() };
        let read = page.load(&mut bytes, &limits);
        // Of a page that fails nothing is left behind.
        assert_eq!(bytes.len(), read.as_ref().map_or(6, |range| range.end));
        read.map(|range| bytes[range].len())
    };
    assert_eq!(read("a.txt").unwrap_err().class, Class::Size);
    assert_eq!(read("b.txt").unwrap(), 100);
    let error = read("c.txt").unwrap_err();
    assert_eq!(error.to_string(), "c.txt: expected a page, found gzip data; its name should end accordingly");
    assert_eq!(read("gone.txt").unwrap_err().class, Class::Unreadable);
}

#[test]
fn files_that_never_end_are_read_to_the_limit() {
    let content = Content::File(PathBuf::from("/dev/zero"));
    let page = Page { name: "zero".to_owned(), content, hints: Hints::default() };
    let error = page.load(&mut Vec::new(), &Limits::default()).unwrap_err();
    assert_eq!(error.class, Class::Size);
    let (names, errors, _) = pages(Path::new("/dev/zero"), &[]);
    assert!(names.is_empty());
    assert_eq!(errors[0].to_string(), "zero: expected at most 33554432 bytes in a page, found more");
}

#[test]
fn files_that_vanish_are_said() {
    let folder = folder(&[("a.zip", b"x"), ("b.txt", b"x")]);
    let mut pages = Pages::new(vec![folder.path().to_owned()], choice(&["*"]), Limits::default());
    // The names of a folder are read before its first file is given.
    fs::write(folder.path().join("0.txt"), "x").unwrap();
    assert_eq!(pages.next().unwrap().unwrap().name, "0.txt");
    fs::remove_file(folder.path().join("a.zip")).unwrap();
    assert_eq!(pages.next().unwrap().unwrap_err().class, Class::Unreadable);
    assert_eq!(pages.next().unwrap().unwrap().name, "b.txt");
}

#[test]
fn a_panic_is_one_error_after_the_pages_before_it() {
    let mut unpacked = Unpacked::start("a.zip", |emit| {
        emit(Ok(page("a.zip!1", vec![])));
        panic!("on purpose");
    })
    .unwrap();
    assert!(unpacked.next().unwrap().is_ok());
    let error = unpacked.next().unwrap().unwrap_err();
    assert_eq!((error.class, error.place.as_str()), (Class::Panic, "a.zip"));
    assert!(error.message.contains("on purpose"));
    assert!(unpacked.next().is_none());
}

#[test]
fn no_more_wait_than_may_and_dropping_stops_the_thread() {
    for (size, most) in [(1, 8), (9 << 20, 3), (100 << 20, 1)] {
        let (sent, received) = mpsc::channel();
        let unpacked = Unpacked::start("a.zip", move |emit| {
            let mut many = 0;
            while emit(Ok(page("p", vec![0; size]))) {
                many += 1;
                sent.send(many).unwrap();
            }
            sent.send(-1).unwrap();
            Passed::default()
        })
        .unwrap();
        let mut seen = 0;
        while let Ok(many) = received.recv_timeout(Duration::from_millis(700)) {
            seen = many;
        }
        assert_eq!(seen, most);
        drop(unpacked);
        assert_eq!(received.recv_timeout(Duration::from_secs(5)), Ok(-1));
    }
}
