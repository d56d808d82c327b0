//! Tests of containers: of each fault, that the good part is kept and what is missing is said.

mod build;
mod limits;
mod mutation;
mod packed;
mod tar;
mod warc;
mod zip;

use super::super::{Class, Content, Hints, Limits, Page, SourceError};
use super::{Format, HEAD, Input, Passed, Reason, Takes, expand};

/// What came out of a container.
#[derive(Debug, Default)]
pub struct Got {
    pub pages: Vec<Page>,
    pub errors: Vec<SourceError>,
    pub passed: Passed,
}

impl Got {
    /// Names and texts.
    pub fn texts(&self) -> Vec<(&str, String)> {
        let text = |page: &Page| match &page.content {
            Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => panic!("{other:?}"),
        };
        self.pages.iter().map(|page| (page.name.as_str(), text(page))).collect()
    }

    pub fn names(&self) -> Vec<&str> {
        self.pages.iter().map(|page| page.name.as_str()).collect()
    }

    pub fn hints(&self) -> Vec<&Hints> {
        self.pages.iter().map(|page| &page.hints).collect()
    }

    /// `place: message` of each error.
    pub fn said(&self) -> Vec<String> {
        self.errors.iter().map(ToString::to_string).collect()
    }

    pub fn classes(&self) -> Vec<Class> {
        self.errors.iter().map(|error| error.class).collect()
    }

    /// Asserts that there is one error, of this class, and that it says this.
    #[track_caller]
    pub fn one(&self, class: Class, words: &str) -> &Self {
        assert_eq!(self.classes(), [class], "{self:?}");
        assert!(self.said()[0].contains(words), "expected {words:?}, found {:?}", self.said());
        self
    }

    #[track_caller]
    pub fn no_error(&self) -> &Self {
        assert!(self.errors.is_empty(), "{:?}", self.said());
        self
    }

    pub fn passed(&self) -> Vec<String> {
        self.passed.iter().map(|(reason, many)| format!("{many} {reason}")).collect()
    }
}

/// Small enough that faults are met soon.
pub fn limits() -> Limits {
    Limits { page_bytes: 1 << 20, archive_bytes: 256 << 20, entries: 1000, ..Limits::default() }
}

pub fn run(name: &str, bytes: &[u8]) -> Got {
    run_with(name, bytes, &limits(), None)
}

/// Unpacks bytes in memory, as a stream and as a file, which must give the same.
pub fn run_with(name: &str, bytes: &[u8], limits: &Limits, takes: Option<Takes<'_>>) -> Got {
    let format = Format::of(name, &bytes[..bytes.len().min(HEAD)]);
    let go = |input: Input<'_>| {
        let mut got = Got::default();
        let (mut pages, mut errors) = (Vec::new(), Vec::new());
        let wanted = expand(input, name, format, limits, takes, &mut got.passed, &mut |item| {
            match item {
                Ok(page) => pages.push(page),
                Err(error) => errors.push(error),
            }
            true
        });
        assert!(wanted);
        Got { pages, errors, passed: got.passed }
    };
    let memory = go(Input::Bytes(bytes.to_vec()));
    let mut reader = bytes;
    let stream = go(Input::Stream(&mut reader));
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let file = go(Input::File(file, bytes.len() as u64));
    for other in [stream, file] {
        assert_eq!(memory.pages, other.pages);
        assert_eq!(memory.errors, other.errors);
        assert_eq!(memory.passed, other.passed);
    }
    memory
}

#[test]
fn formats_go_by_bytes_before_names() {
    let of = |name, head: &[u8]| Format::of(name, head);
    assert_eq!(of("a.txt", &build::gz(b"x")), Format::Gzip);
    assert_eq!(of("a.txt", &build::zst(b"x")), Format::Zstd);
    assert_eq!(of("a.txt", &build::bz2(b"x")), Format::Bzip2);
    assert_eq!(of("a", &build::zip(&[])), Format::Zip);
    assert_eq!(of("a", &build::tar(&[("a", b"x")])), Format::Tar);
    assert_eq!(of("a", b"WARC/1.0\r\n"), Format::Warc);
    assert_eq!(of("a.txt", b"WARC/1.0 is a format"), Format::Page);
    assert_eq!(of("A.XLSX", &build::zip(&[])), Format::Table(super::TableKind::Sheet));
    assert_eq!(of("a.csv", b"PAR1,2"), Format::Table(super::TableKind::Csv));
    assert_eq!(of("a.JL", b"{}"), Format::Table(super::TableKind::JsonLines));
    assert_eq!(of("a.zip", b"no archive"), Format::Zip);
    assert_eq!(of("a.html", b"<html>"), Format::Page);
    assert_eq!(of("a.b/c", b"<html>"), Format::Page);
}

#[test]
fn names_say_what_is_a_page() {
    use super::is_page_name;
    for name in ["a.txt", "b/a.HTML", "a.md", "a.de.htm"] {
        assert_eq!(is_page_name(name), Some(true), "{name}");
    }
    for name in ["a.png", "a.css", "a.PDF", "a.gz", "a.csv", "feed.xml"] {
        assert_eq!(is_page_name(name), Some(false), "{name}");
    }
    for name in ["index", "projects/42", ".txt", "v1.2 final", "page.php"] {
        assert_eq!(is_page_name(name), None, "{name}");
    }
}

#[test]
fn a_page_alone_is_given_as_it_is() {
    let got = run("a.html", b"<p>Budget: 5 EUR");
    assert_eq!(got.no_error().texts(), [("a.html", "<p>Budget: 5 EUR".to_owned())]);
}

#[test]
fn nothing_is_read_once_no_more_are_wanted() {
    let many: Vec<_> = (0..50).map(|n| format!("{n}.txt")).collect();
    let members: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    for (name, bytes) in [("a.tar.gz", build::gz(&build::tar(&members))), ("a.zip", build::zip_of(&members))] {
        let mut seen = 0;
        let mut passed = Passed::default();
        let format = Format::of(name, &bytes);
        let wanted = expand(Input::Bytes(bytes), name, format, &limits(), None, &mut passed, &mut |_| {
            seen += 1;
            seen < 3
        });
        assert!(!wanted);
        assert_eq!(seen, 3);
    }
}

#[test]
fn a_choice_takes_the_place_of_endings() {
    let tar = build::tar(&[("a.txt", b"1"), ("b.log", b"2"), ("c.zip", &build::zip_of(&[("d.log", b"3")]))]);
    let got = run_with("a.tar", &tar, &limits(), Some(&|name| name.contains(".log")));
    assert_eq!(got.no_error().names(), ["a.tar!b.log", "a.tar!c.zip!d.log"]);
    assert_eq!(got.passed.of(&Reason::NotChosen), 1);
}

#[test]
fn names_that_control_terminals_are_kept_and_shown_harmless() {
    let got = run("a.zip", &build::zip_of(&[("a\n\u{1b}[31m.txt", b"x")]));
    assert_eq!(got.names(), ["a.zip!a\n\u{1b}[31m.txt"]);
    let big = vec![b'1'; 2 << 20];
    let got = run("a.zip", &build::zip_of(&[("a\n\u{1b}[31m.txt", &big)]));
    assert_eq!(got.one(Class::Size, "1048576").errors[0].place, "a.zip!a\n\u{1b}[31m.txt");
    assert!(got.said()[0].starts_with("a.zip!a\\n\\x1B[31m.txt: "), "{:?}", got.said());
}
