//! Mutations: archives with bytes changed at random; no change may make kohex panic, hang or take much memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::build::{Zipped, br, bz2, fetched, gz, record, response, tar, zip, zip_of, zst};
use super::{Format, Got, HEAD, Input, Limits, Passed, expand, limits};

/// Numbers that look random (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }
}

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let page = b"<p>Total: 1 000 EUR, 2014-2020</p>".repeat(20);
    let members: [(&str, &[u8]); 3] = [("a.html", &page), ("b/c.txt", b"short"), ("d.csv", b"a,b\n1,2\n")];
    let long = format!("{}page.txt", "folder/".repeat(40));
    let plain = tar(&[members[0], members[1], (&long, &page)]);
    let mixed = zip(&[
        Zipped::new("1.html", &page),
        Zipped { flags: 8, ..Zipped::new("2.txt", b"two") },
        Zipped { wide: true, ..Zipped::stored("3.txt", b"three") },
        Zipped::stored("i.tar.gz", &gz(&plain)),
    ]);
    let html = "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Encoding: ";
    let warc = [
        fetched("https://a.eu/1", &page),
        response("https://a.eu/2", &format!("{html}gzip"), &gz(&page)),
        response("https://a.eu/3", &format!("{html}br"), &br(&page)),
        response("https://a.eu/4", &format!("{html}zstd"), &zst(&page)),
        response(
            "https://a.eu/5",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
            b"5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n",
        ),
        record("conversion", "https://a.eu/6", "text/plain", &page),
    ];
    let records: Vec<Vec<u8>> = warc.iter().map(|record| gz(record)).collect();
    let dictionary = [&[0x5D, 0x2A, 0x4D, 0x18, 100, 0, 0, 0][..], &[b'x'; 100]].concat();
    vec![
        ("a.html.gz", gz(&page)),
        ("a.html.zst", zst(&page)),
        ("a.html.bz2", bz2(&page)),
        ("a.tar", plain.clone()),
        ("a.tar.gz", gz(&plain)),
        ("a.tar.zst", zst(&plain)),
        ("a.tar.bz2", bz2(&plain)),
        ("a.zip", zip_of(&members)),
        ("b.zip", mixed.clone()),
        ("cut.zip", mixed[..mixed.len() - 30].to_vec()),
        ("c.tar", tar(&[("i.zip", &mixed), ("w.warc.gz", &records.concat())])),
        ("x.warc", warc.concat()),
        ("x.warc.gz", records.concat()),
        ("x.warc.zst", [dictionary, zst(&warc.concat())].concat()),
    ]
}

fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let many = random.below(bytes.len() - at).min(1 << random.below(12));
        match random.below(9) {
            _ if bytes.is_empty() => return,
            0 | 1 => bytes[at] ^= 1 << random.below(8),
            2 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, b'0', b'9'][random.below(8)],
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..at + many)),
            5 => {
                let copy = bytes[at..at + many].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            6 => bytes[at..at + many].fill([0, 0xFF, b'9'][random.below(3)]),
            7 => {
                let value = random.next().to_le_bytes();
                let end = (at + 4).min(bytes.len());
                bytes[at..end].copy_from_slice(&value[..end - at]);
            }
            _ => {
                let from = random.below(other.len());
                let end = (from + many).min(other.len());
                bytes.splice(at..at, other[from..end].to_vec());
            }
        }
    }
}

/// Unpacks mutations `from..` of the seeds for so long; says which one is at fault.
fn hunt(from: u64, most: u64, time: Duration) -> u64 {
    let seeds = seeds();
    let limits = Limits { page_bytes: 1 << 20, archive_bytes: 64 << 20, entries: 1000, ..Limits::default() };
    let started = Instant::now();
    let mut number = from;
    while number < from + most && started.elapsed() < time {
        let mut random = Random(number);
        let (name, bytes) = &seeds[random.below(seeds.len())];
        let mut bytes = bytes.clone();
        let other = random.below(seeds.len());
        mutate(&mut bytes, &seeds[other].1, &mut random);
        let format = Format::of(name, &bytes[..bytes.len().min(HEAD)]);
        let began = Instant::now();
        let size = bytes.len();
        let unpacked = catch_unwind(AssertUnwindSafe(|| {
            let mut passed = Passed::default();
            expand(Input::Bytes(bytes), name, format, &limits, None, &mut passed, &mut |_| true);
        }));
        assert!(unpacked.is_ok(), "mutation {number} of {name} panics");
        assert!(began.elapsed() < Duration::from_secs(3), "mutation {number} of {name} ({size} bytes) hangs");
        number += 1;
    }
    number - from
}

#[test]
fn some_mutations_do_no_harm() {
    hunt(0, 3000, Duration::from_secs(20));
}

fn unpack(name: &str, bytes: &[u8]) -> Got {
    let format = Format::of(name, &bytes[..bytes.len().min(HEAD)]);
    let mut got = Got::default();
    expand(Input::Bytes(bytes.to_vec()), name, format, &limits(), None, &mut got.passed, &mut |item| {
        match item {
            Ok(page) => got.pages.push(page),
            Err(error) => got.errors.push(error),
        }
        true
    });
    got
}

/// Archives of which every byte is under a checksum, each with three pages.
fn checked() -> Vec<(&'static str, Vec<u8>)> {
    let members: [(&str, &[u8]); 3] =
        [("1.html", b"<p>first page, 100 EUR</p>"), ("2.txt", b"second"), ("3.md", b"and the third")];
    let warc: Vec<u8> = members.iter().flat_map(|(name, bytes)| gz(&fetched(name, bytes))).collect();
    let tar = tar(&members);
    let (a, b, c) = (gz(&tar), zst(&tar), bz2(&tar));
    vec![("a.zip", zip_of(&members)), ("a.tar.gz", a), ("a.tar.zst", b), ("a.tar.bz2", c), ("a.warc.gz", warc)]
}

#[test]
fn however_much_is_cut_off_the_good_part_is_kept_and_the_rest_said() {
    for (name, bytes) in checked() {
        let whole = unpack(name, &bytes);
        assert_eq!(whole.no_error().pages.len(), 3);
        let mut silent = 0;
        for keep in 0..bytes.len() {
            let got = unpack(name, &bytes[..keep]);
            assert_eq!(got.texts(), whole.texts()[..got.pages.len()], "{name} cut to {keep}");
            silent += usize::from(got.errors.is_empty());
        }
        // After a whole record a WARC file is whole.
        assert_eq!(silent, if name == "a.warc.gz" { 2 } else { 0 }, "{name}");
    }
}

#[test]
fn whatever_bit_is_wrong_no_page_is_read_wrong_or_lost_in_silence() {
    for (name, bytes) in checked() {
        let whole = unpack(name, &bytes);
        let texts: Vec<_> = whole.texts().into_iter().map(|(_, text)| text).collect();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let got = unpack(name, &bytes);
            for (_, text) in got.texts() {
                // Only of a zip archive pages are known to be right before all has been read.
                let right = texts.contains(&text);
                assert!(right || name != "a.zip" && !got.errors.is_empty(), "{name} bit {bit}: {text:?}");
            }
            let said = got.pages.len() as u64 + got.errors.len() as u64 + got.passed.total();
            assert!(said >= 3 || !got.errors.is_empty(), "{name} bit {bit}: {got:?}");
        }
    }
}
