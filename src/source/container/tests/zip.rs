//! Zip archives.

use super::build::{Zipped, zip, zip_of};
use super::{Class, run};

#[test]
fn members_come_in_the_order_of_the_directory() {
    let got = run("a.zip", &zip(&[Zipped::new("z.html", b"1"), Zipped::stored("b/a.txt", b"2")]));
    assert_eq!(got.no_error().texts(), [("a.zip!z.html", "1".to_owned()), ("a.zip!b/a.txt", "2".to_owned())]);
}

#[test]
fn members_of_one_name_are_told_apart() {
    let got = run("a.zip", &zip_of(&[("a.txt", b"1"), ("a.txt", b"2"), ("a.txt#2", b"3")]));
    assert_eq!(got.no_error().names(), ["a.zip!a.txt", "a.zip!a.txt#2", "a.zip!a.txt#2#2"]);
}

#[test]
fn what_is_no_page_is_counted() {
    let link = Zipped { mode: 0o120_777, ..Zipped::stored("l.txt", b"/etc/passwd") };
    let pipe = Zipped { mode: 0o010_644, ..Zipped::stored("p.txt", b"") };
    // Python writes folders with the mode of a file.
    let other = Zipped { mode: 0o100_600, ..Zipped::stored("e/", b"") };
    let folder = Zipped { mode: 0o040_755, ..Zipped::stored("d/", b"") };
    let got = run(
        "a.zip",
        &zip(&[link, pipe, folder, other, Zipped::new("__MACOSX/._a.txt", b"\0\x05"), Zipped::new("a.txt", b"x")]),
    );
    assert_eq!(got.no_error().names(), ["a.zip!a.txt"]);
    assert_eq!(got.passed(), ["1 hidden", "1 link", "2 directory", "1 pipe, socket or device"]);
}

#[test]
fn encrypted_members_are_said_and_others_read() {
    let locked = |name| Zipped { flags: 1, ..Zipped::stored(name, b"???????????????") };
    let got = run("a.zip", &zip(&[locked("1.txt"), Zipped::new("2.txt", b"2"), locked("3.txt"), locked("i.png")]));
    assert_eq!(got.names(), ["a.zip!2.txt"]);
    assert_eq!(
        got.said(),
        ["a.zip!1.txt: encrypted: kohex knows no password", "a.zip!3.txt: encrypted: kohex knows no password"]
    );
}

#[test]
fn methods_that_are_not_known_are_said_and_others_read() {
    let other = |name, method| Zipped { method, ..Zipped::stored(name, b"???") };
    let got = run("a.zip", &zip(&[other("1.txt", 14), Zipped::new("2.txt", b"2"), other("3.txt", 77)]));
    assert_eq!(got.names(), ["a.zip!2.txt"]);
    assert_eq!(got.said()[0], "a.zip!1.txt: expected the zip method store or deflate, found lzma (14)");
    assert_eq!(got.said()[1], "a.zip!3.txt: expected the zip method store or deflate, found unknown (77)");
}

#[test]
fn wrong_checksums_and_sizes_are_said_and_others_read() {
    let right = Zipped::new("a.txt", b"some text");
    let wrong = [
        Zipped { crc: 1, ..right.clone() },
        Zipped { size: 5, ..right.clone() },
        Zipped { size: 500, ..right.clone() },
        Zipped { data: right.data[..4].to_vec(), ..right.clone() },
        Zipped { data: vec![0xFF; 20], ..right.clone() },
        Zipped { crc: 7, ..Zipped::stored("a.txt", b"stored") },
        Zipped { size: 5, ..Zipped::stored("a.txt", b"stored") },
    ];
    for wrong in wrong {
        let got = run("a.zip", &zip(&[wrong, Zipped::new("b.txt", b"b")]));
        assert_eq!(got.names(), ["a.zip!b.txt"]);
        got.one(Class::Damaged, "a.zip!a.txt: ");
    }
}

#[test]
fn zip64_and_sizes_that_follow_are_read() {
    let wide = Zipped { wide: true, ..Zipped::new("wide.txt", b"w") };
    let follows = Zipped { flags: 8, ..Zipped::new("follows.txt", b"f") };
    let got = run("a.zip", &zip(&[wide, follows]));
    assert_eq!(got.no_error().names(), ["a.zip!wide.txt", "a.zip!follows.txt"]);
}

#[test]
fn bytes_before_the_archive_are_no_matter() {
    let whole = [b"#!/bin/sh\nexec unzip\n".to_vec(), zip_of(&[("a.txt", b"x")])].concat();
    assert_eq!(run("a.zip", &whole).no_error().names(), ["a.zip!a.txt"]);
}

#[test]
fn of_an_archive_cut_off_the_good_part_is_kept() {
    let members = [
        Zipped::new("1.txt", b"one"),
        Zipped { flags: 8, ..Zipped::new("2.txt", b"two") },
        Zipped::stored("i.png", &[1; 50]),
        Zipped::stored("3.txt", b"three"),
        Zipped { wide: true, ..Zipped::new("4.txt", b"four") },
        Zipped { crc: 9, ..Zipped::new("5.txt", b"five") },
        Zipped::new("6.txt", &[b'6'; 3000]),
    ];
    let whole = zip(&members);
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for keep in [directory, directory + 20, whole.len() - 1, whole.len() - 22] {
        let got = run("a.zip", &whole[..keep]);
        let names = ["a.zip!1.txt", "a.zip!2.txt", "a.zip!3.txt", "a.zip!4.txt", "a.zip!6.txt"];
        assert_eq!(got.names(), names);
        assert!(got.said()[0].starts_with("a.zip!5.txt: expected the checksum"));
        assert_eq!(got.said()[1], "a.zip: cut off: expected a zip directory, found none; 7 members read without it");
    }
    let got = run("a.zip", &whole[..directory - 3]);
    assert_eq!(got.names().len(), 4);
    assert!(got.said()[1].starts_with("a.zip!6.txt: "), "{:?}", got.said());
}

#[test]
fn a_member_cut_off_before_what_follows_it_is_no_page() {
    let whole = zip(&[Zipped::new("1.txt", b"1"), Zipped { flags: 8, ..Zipped::new("2.txt", &[b'2'; 900]) }]);
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for keep in 1..=16 {
        let got = run("a.zip", &whole[..directory - keep]);
        assert_eq!(got.names(), ["a.zip!1.txt"]);
        assert!(got.said()[0].starts_with("a.zip!2.txt: "), "{:?}", got.said());
        assert!(got.said()[1].starts_with("a.zip: cut off"), "{:?}", got.said());
    }
}

#[test]
fn a_damaged_directory_is_said_and_what_came_before_kept() {
    let mut whole = zip_of(&[("1.txt", b"1"), ("2.txt", b"2"), ("3.txt", b"3")]);
    let directory = whole.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    whole[directory] = b'X';
    let got = run("a.zip", &whole);
    assert_eq!(got.names(), ["a.zip!1.txt", "a.zip!2.txt"]);
    got.one(Class::Damaged, "zip directory damaged after 2 members");
}

#[test]
fn empty_archives_and_what_is_none() {
    assert_eq!(run("a.zip", &zip(&[])).no_error().passed(), ["1 empty archive"]);
    run("a.zip", b"").one(Class::Damaged, "expected a zip archive, found no bytes");
    run("a.zip", b"<html>404</html>").one(Class::Damaged, "expected a zip archive, found other bytes");
}

#[test]
fn names_that_are_no_utf_8_are_kept_apart() {
    let named = |name| Zipped { name, ..Zipped::new("", b"x") };
    let got =
        run("a.zip", &zip(&[named(b"\x9F.txt"), named(b"\x9E.txt"), named(b"..\\..\\x.txt"), named(b"C:/y.txt")]));
    let names = ["a.zip!\\x9F.txt", "a.zip!\\x9E.txt", "a.zip!..\\..\\x.txt", "a.zip!C:/y.txt"];
    assert_eq!(got.no_error().names(), names);
}

#[test]
fn documents_that_are_zip_archives_are_no_pages() {
    let inner = zip_of(&[("word/document.txt", b"x")]);
    let got = run("a.zip", &zip_of(&[("a.docx", &inner), ("b.xlsx", &inner), ("c.html", b"c")]));
    assert_eq!(got.names(), ["a.zip!c.html"]);
    assert_eq!(got.passed(), ["1 not a page (.docx)"]);
    got.one(Class::Damaged, "a.zip!b.xlsx: expected a workbook, found an archive of something else");
}

#[test]
fn many_members_of_one_name_take_no_more_time_than_others() {
    let limits = super::Limits { entries: 100_000, ..super::limits() };
    let got = super::run_with("a.zip", &zip(&vec![Zipped::stored("a.txt", b""); 30_000]), &limits, None);
    assert_eq!(got.no_error().names()[29_999], "a.zip!a.txt#30000");
}
