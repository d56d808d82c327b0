//! Limits: bombs of each kind.

use super::build::{Zipped, bz2, gz, response, tar, zip, zip_of, zst};
use super::{Class, Limits, limits, run, run_with};

fn zeros(mebibytes: usize) -> Vec<u8> {
    vec![b'0'; mebibytes << 20]
}

#[test]
fn a_page_may_have_so_many_bytes() {
    let (fits, large) = (zeros(1), zeros(2));
    let got = run("a.zip", &zip_of(&[("1.txt", &large), ("2.txt", &fits), ("3.txt", b"3")]));
    assert_eq!(got.names(), ["a.zip!2.txt", "a.zip!3.txt"]);
    got.one(Class::Size, "a.zip!1.txt: expected at most 1048576 bytes in a page, found more");
    let got = run("a.tar", &tar(&[("1.txt", &large), ("2.txt", &fits)]));
    assert_eq!(got.names(), ["a.tar!2.txt"]);
    got.one(Class::Size, "a.tar!1.txt: ");
    for (name, bytes) in
        [("a.txt.gz", gz(&large)), ("a.txt.bz2", bz2(&large)), ("a.txt.zst", zst(&large)), ("a.txt", large.clone())]
    {
        run(name, &bytes).one(Class::Size, "found more");
    }
    let body = gz(&large);
    let head = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: gzip";
    let got =
        run("x.warc", &[response("https://a.eu/1", head, &body), response("https://a.eu/2", head, &gz(b"2"))].concat());
    assert_eq!(got.names(), ["x.warc!https://a.eu/2"]);
    got.one(Class::Size, "x.warc!https://a.eu/1: ");
}

#[test]
fn a_byte_may_unpack_to_so_many() {
    let large = zeros(100);
    for (name, bytes) in [("a.tar.gz", gz(&large)), ("a.tar.bz2", bz2(&large)), ("a.tar.zst", zst(&large))] {
        let got = run(name, &[&bytes[..]].concat());
        assert!(got.pages.is_empty());
        got.one(Class::Damaged, "expected a tar archive");
    }
    let bomb = tar(&[("1.txt", b"1"), ("2.png", &large), ("3.txt", b"3")]);
    for (name, bytes) in [("a.tar.gz", gz(&bomb)), ("a.tar.bz2", bz2(&bomb)), ("a.tar.zst", zst(&bomb))] {
        let got = run(name, &bytes);
        assert_eq!(got.names(), [format!("{name}!1.txt")]);
        got.one(Class::Limit, "expected at most 200 bytes unpacked for each byte packed, found more");
    }
}

#[test]
fn an_archive_may_unpack_to_so_many_bytes() {
    let limits = Limits { archive_bytes: 3 << 20, ..limits() };
    let page = zeros(1);
    let members: Vec<(&str, &[u8])> = ["1.txt", "2.txt", "3.txt", "4.txt"].map(|name| (name, &page[..])).to_vec();
    let got = run_with("a.zip", &zip_of(&members), &limits, None);
    assert_eq!(got.names(), ["a.zip!1.txt", "a.zip!2.txt", "a.zip!3.txt"]);
    got.one(Class::Limit, "expected at most 3145728 bytes unpacked, found more; the rest is not read");
}

#[test]
fn bombs_within_archives_stop_only_themselves_while_they_are_small() {
    let bomb = gz(&tar(&[("2.png", &zeros(60))]));
    let noise: Vec<u8> =
        (0..500_000_u32).map(|n| b' ' + u8::try_from(n.wrapping_mul(2_654_435_761) >> 25).unwrap() % 90).collect();
    let got = run(
        "a.zip",
        &zip(&[Zipped::stored("1.txt", &noise), Zipped::stored("b.tar.gz", &bomb), Zipped::new("3.txt", b"3")]),
    );
    assert_eq!(got.names(), ["a.zip!1.txt", "a.zip!3.txt"]);
    got.one(Class::Limit, "a.zip!b.tar.gz: expected at most 200 bytes");
}

#[test]
fn many_small_bombs_are_one_large() {
    let page = zeros(1);
    let inner = zip(&vec![Zipped::new("p.txt", &page); 100]);
    let got = run("a.zip", &zip(&vec![Zipped::new("i.zip", &inner); 9]));
    assert!(got.pages.len() < 60, "{}", got.pages.len());
    got.one(Class::Limit, "the rest is not read");
}

#[test]
fn archives_lie_so_deep() {
    let mut bytes = zip_of(&[("p.txt", b"deep")]);
    for _ in 0..3 {
        bytes = zip_of(&[("i.zip", &bytes), ("p.txt", b"x")]);
    }
    assert_eq!(run("a.zip", &bytes).no_error().pages.len(), 4);
    bytes = zip_of(&[("i.zip", &bytes), ("p.txt", b"x")]);
    let got = run("a.zip", &bytes);
    assert_eq!(got.pages.len(), 4);
    got.one(Class::Depth, "a.zip!i.zip!i.zip!i.zip!i.zip: expected at most 3 archives within archives");
    let mut bytes = gz(b"page");
    for _ in 0..3 {
        bytes = gz(&bytes);
    }
    assert_eq!(run("a", &bytes).no_error().pages.len(), 1);
    run("a", &gz(&bytes)).one(Class::Depth, "archives within archives");
}

#[test]
fn an_archive_may_have_so_many_members() {
    let limits = Limits { entries: 3, ..limits() };
    let members: [(&str, &[u8]); 5] =
        [("1.txt", b"1"), ("2.png", b"2"), ("3.txt", b"3"), ("4.txt", b"4"), ("5.txt", b"5")];
    for (name, bytes) in [("a.zip", zip_of(&members)), ("a.tar", tar(&members))] {
        let got = run_with(name, &bytes, &limits, None);
        assert_eq!(got.names(), [format!("{name}!1.txt"), format!("{name}!3.txt")]);
        got.one(Class::Limit, "expected at most 3 members, found more; the rest is not read");
    }
}

#[test]
fn archives_read_out_of_order_within_others_have_so_many_bytes() {
    let limits = Limits { page_bytes: 1 << 16, ..limits() };
    let noise: Vec<u8> = (0..600_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    let inner = zip(&[Zipped::stored("a.png", &noise)]);
    let got = run_with("a.tar", &tar(&[("i.zip", &inner), ("2.txt", b"2")]), &limits, None);
    assert_eq!(got.names(), ["a.tar!2.txt"]);
    got.one(Class::Limit, "a.tar!i.zip: expected at most 524288 bytes of a file that is read out of order");
}
