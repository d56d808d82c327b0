//! WARC files.

use super::build::{br, deflated, fetched, gz, record, response, zst};
use super::{Class, run};

const PAGE: &[u8] = b"<p>EU contribution: 1 000 EUR</p>";
const HTML: &str = "HTTP/1.1 200 OK\nContent-Type: text/html; charset=\"UTF-8\"";

#[test]
fn responses_are_pages_with_address_and_date() {
    for (name, bytes) in [
        ("x.warc", fetched("https://a.eu/1", PAGE)),
        (
            "x.warc.gz",
            [
                gz(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"),
                gz(&fetched("https://a.eu/1", PAGE)),
            ]
            .concat(),
        ),
        ("x.warc.zst", [zst(&fetched("https://a.eu/1", PAGE))].concat()),
    ] {
        let got = run(name, &bytes);
        assert_eq!(got.no_error().names(), [format!("{name}!https://a.eu/1")]);
        let hints = got.hints()[0];
        assert_eq!(hints.url.as_deref(), Some("https://a.eu/1"));
        assert_eq!(hints.fetched.as_deref(), Some("2024-05-01T10:00:00Z"));
        assert_eq!(hints.media_type.as_deref(), Some("text/html"));
        assert_eq!(hints.charset.as_deref(), Some("utf-8"));
        assert_eq!(got.texts()[0].1.as_bytes(), PAGE);
    }
}

#[test]
fn a_dictionary_at_the_beginning_is_used() {
    let dictionary = b"EU contribution: some words that pages share <p> </p> HTTP/1.1 200 OK".repeat(20);
    let mut encoder = zstd::Encoder::with_dictionary(Vec::new(), 3, &dictionary).unwrap();
    std::io::Write::write_all(&mut encoder, &fetched("https://a.eu/1", PAGE)).unwrap();
    let frame = encoder.finish().unwrap();
    for dictionary in [dictionary.clone(), zst(&dictionary)] {
        let size = u32::try_from(dictionary.len()).unwrap().to_le_bytes();
        let bytes = [&[0x5D, 0x2A, 0x4D, 0x18][..], &size, &dictionary, &frame].concat();
        assert_eq!(run("x.warc.zst", &bytes).no_error().texts()[0].1.as_bytes(), PAGE);
    }
}

#[test]
fn records_of_one_address_are_told_apart() {
    let got = run("x.warc", &[fetched("https://a.eu/", b"1"), fetched("https://a.eu/", b"2")].concat());
    assert_eq!(got.no_error().names(), ["x.warc!https://a.eu/", "x.warc!https://a.eu/#2"]);
    assert_eq!(got.hints()[1].url.as_deref(), Some("https://a.eu/"));
}

#[test]
fn conversions_and_resources_are_pages() {
    let got = run(
        "x.warc",
        &[
            record("conversion", "<https://a.eu/1>", "text/plain", b"text"),
            record("resource", "https://a.eu/2", "text/html", b"page"),
            record("response", "dns:a.eu", "text/dns", b"a.eu 1.2.3.4"),
        ]
        .concat(),
    );
    assert_eq!(got.no_error().names(), ["x.warc!https://a.eu/1", "x.warc!https://a.eu/2"]);
    assert_eq!(got.passed(), ["1 not a page (text/dns)"]);
}

#[test]
fn what_is_no_page_is_counted() {
    let of = |media: &str| response("https://a.eu/x", &format!("HTTP/1.1 200 OK\nContent-Type: {media}"), b"x");
    let got = run(
        "x.warc",
        &[
            of("image/png"),
            of("application/pdf"),
            of("text/css"),
            of("text/javascript; charset=utf-8"),
            of("application/json"),
            of("application/xhtml+xml"),
            response("https://a.eu/y", "HTTP/1.1 404 Not Found\nContent-Type: text/html", b"no"),
            response("https://a.eu/y", "HTTP/1.1 301\nLocation: /z", b""),
            response("https://a.eu/y", "HTTP/1.1 200 OK", &[0, 1, 2]),
            response("https://a.eu/y", "HTTP/2 200", b"text"),
            record("request", "https://a.eu/", "application/http", b"GET / HTTP/1.1\r\n\r\n"),
            record("revisit", "https://a.eu/", "application/http", b"HTTP/1.1 200 OK\r\n\r\n"),
            record("odd\x1b", "https://a.eu/", "application/http", b""),
        ]
        .concat(),
    );
    assert_eq!(got.no_error().pages.len(), 3);
    let passed = [
        "1 not a page (application/pdf)",
        "1 not a page (image/png)",
        "1 not a page (no media type)",
        "1 not a page (text/css)",
        "1 not a page (text/javascript)",
        "1 http status 301",
        "1 http status 404",
        "1 request record",
        "1 revisit record",
        "1 unknown record",
    ];
    assert_eq!(got.passed(), passed);
}

fn chunked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in bytes.chunks(10) {
        out.extend(format!("{:x};note=1\r\n", chunk.len()).bytes());
        out.extend(chunk);
        out.extend(b"\r\n");
    }
    out.extend(b"0\r\n\r\n");
    out
}

#[test]
fn what_was_done_for_the_way_is_undone() {
    let zlib = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, PAGE).unwrap();
        encoder.finish().unwrap()
    };
    let cases = [
        ("Transfer-Encoding: chunked", chunked(PAGE)),
        ("Content-Encoding: gzip\nTransfer-Encoding: chunked", chunked(&gz(PAGE))),
        ("Content-Encoding: deflate", zlib),
        ("Content-Encoding: deflate", deflated(PAGE)),
        ("Content-Encoding: br", br(PAGE)),
        ("Content-Encoding: zstd", zst(PAGE)),
        ("Content-Encoding: gzip, br", br(&gz(PAGE))),
        // Undone by the crawler, which kept the header.
        ("Content-Encoding: gzip", PAGE.to_vec()),
        ("Content-Encoding: br", PAGE.to_vec()),
        ("Content-Encoding: deflate", PAGE.to_vec()),
        ("Transfer-Encoding: chunked", PAGE.to_vec()),
        ("Content-Encoding: identity", PAGE.to_vec()),
    ];
    for (header, body) in cases {
        let got = run("x.warc", &response("https://a.eu/", &format!("{HTML}\n{header}"), &body));
        assert_eq!(got.no_error().texts()[0].1.as_bytes(), PAGE, "{header}");
    }
}

#[test]
fn bodies_that_are_damaged_are_said_and_others_read() {
    let cases = [
        ("Content-Encoding: gzip", gz(PAGE)[..20].to_vec(), "cut off"),
        ("Content-Encoding: br", br(PAGE)[..9].to_vec(), "brotli data"),
        ("Content-Encoding: zstd", zst(PAGE)[..20].to_vec(), "cut off"),
        ("Content-Encoding: compress", PAGE.to_vec(), "expected a content-encoding kohex knows, found compress"),
        ("Transfer-Encoding: chunked", chunked(PAGE)[..30].to_vec(), "chunk"),
        ("Transfer-Encoding: chunked", b"5\r\nabcde\r\nXYZ\r\n".to_vec(), "expected the size of a chunk"),
        ("Transfer-Encoding: chunked", b"fffffffffffffff\r\nabcde\r\n".to_vec(), "expected a chunk of"),
    ];
    for (header, body, words) in cases {
        let bad = response("https://a.eu/bad", &format!("{HTML}\n{header}"), &body);
        let got = run("x.warc", &[bad, fetched("https://a.eu/good", PAGE)].concat());
        assert_eq!(got.names(), ["x.warc!https://a.eu/good"], "{header}");
        got.one(Class::Damaged, words).one(Class::Damaged, "x.warc!https://a.eu/bad: ");
    }
}

#[test]
fn of_a_file_cut_off_the_good_part_is_kept() {
    let (first, second) = (fetched("https://a.eu/1", PAGE), fetched("https://a.eu/2", PAGE));
    let whole = [&first[..], &second].concat();
    let got = run("x.warc", &whole[..whole.len() - 20]);
    assert_eq!(got.names(), ["x.warc!https://a.eu/1"]);
    got.one(Class::Damaged, "x.warc!https://a.eu/2: cut off: expected");
    let got = run("x.warc", &whole[..first.len() + 30]);
    assert_eq!(got.names(), ["x.warc!https://a.eu/1"]);
    got.one(Class::Damaged, "x.warc: ");
    let packed = [gz(&first), gz(&second)].concat();
    let got = run("x.warc.gz", &packed[..packed.len() - 20]);
    assert_eq!(got.names(), ["x.warc.gz!https://a.eu/1"]);
    got.one(Class::Damaged, "gzip data cut off");
}

#[test]
fn after_a_damaged_record_others_are_read() {
    let wrong = |from: &str, to: &str| {
        let bad = String::from_utf8(fetched("https://a.eu/bad", PAGE)).unwrap().replacen(from, to, 1);
        run("x.warc", &[fetched("https://a.eu/1", b"1"), bad.into_bytes(), fetched("https://a.eu/2", b"2")].concat())
    };
    let length = format!("Content-Length: {}", PAGE.len() + 65);
    assert!(String::from_utf8(fetched("https://a.eu/bad", PAGE)).unwrap().contains("Content-Length: "));
    for got in [
        wrong("WARC/1.0", "WXRC/1.0"),
        wrong("Content-Length:", "Content-Longth:"),
        wrong("Content-Length: ", "Content-Length: x"),
    ] {
        assert_eq!(got.names(), ["x.warc!https://a.eu/1", "x.warc!https://a.eu/2"], "{length}");
        assert!(!got.errors.is_empty());
    }
    let got = wrong("HTTP/1.1 200", "XTTP/1.1 200");
    assert_eq!(got.names(), ["x.warc!https://a.eu/1", "x.warc!https://a.eu/2"]);
    got.one(Class::Damaged, "expected an http response");
}

#[test]
fn a_part_of_a_page_is_kept_and_said() {
    let part = fetched("https://a.eu/1", PAGE);
    let part = String::from_utf8(part).unwrap().replacen("WARC-Date", "WARC-Truncated: length\r\nWARC-Date", 1);
    let got = run("x.warc", part.as_bytes());
    assert_eq!(got.no_error().pages.len(), 1);
    let said = format!("the crawler kept a part of the page only (length): {} bytes", PAGE.len());
    assert_eq!(got.hints()[0].cut.as_deref(), Some(said.as_str()));
}

#[test]
fn empty_files_and_what_is_none() {
    run("x.warc", b"").one(Class::Damaged, "expected a warc file, found no bytes");
    run("x.warc", b"<html>\n</html>").one(Class::Damaged, "expected a warc file, found other bytes");
    run("x.warc.gz", &gz(b"")).one(Class::Damaged, "expected a warc file, found no bytes");
}

#[test]
fn headers_are_bounded() {
    let bytes = [b"WARC/1.0\r\n".to_vec(), b"X: y\r\n".repeat(500_000)].concat();
    run("x.warc", &bytes).one(Class::Damaged, "bytes of headers, found more");
    let bytes = [b"WARC/1.0\r\n".to_vec(), vec![b'x'; 3 << 20]].concat();
    run("x.warc", &bytes).one(Class::Damaged, "bytes of headers, found more");
}

#[test]
fn a_dictionary_that_is_damaged_is_said() {
    let bytes = [&[0x5D, 0x2A, 0x4D, 0x18, 9, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD][..], &[0xFF; 50]].concat();
    run("x.warc.zst", &bytes).one(Class::Damaged, "x.warc.zst: zstd data ");
}
