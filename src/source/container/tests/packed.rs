//! gzip, zstd and bzip2.

use super::build::{bz2, gz, tar, zip_of, zst};
use super::{Class, run};

const PAGE: &[u8] = b"<p>Total budget: 120 000 EUR</p>";

type Pack = fn(&[u8]) -> Vec<u8>;

fn packers() -> [(&'static str, Pack); 3] {
    [("gz", gz), ("zst", zst), ("bz2", bz2)]
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        b'a' + u8::try_from(state >> 59).unwrap() % 26
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn one_page_keeps_the_name_of_its_file() {
    for (ending, pack) in packers() {
        let name = format!("page.html.{ending}");
        let got = run(&name, &pack(PAGE));
        assert_eq!(got.no_error().texts(), [(name.as_str(), String::from_utf8(PAGE.to_vec()).unwrap())]);
    }
}

#[test]
fn an_archive_in_a_packed_file_is_one_archive() {
    for (ending, pack) in packers() {
        let name = format!("a.tar.{ending}");
        let got = run(&name, &pack(&tar(&[("b/c.html", PAGE)])));
        assert_eq!(got.no_error().names(), [format!("{name}!b/c.html")]);
    }
    for name in ["a.tgz", "a.TZST", "a.tbz2"] {
        let pack = match name {
            "a.tgz" => gz,
            "a.TZST" => zst,
            _ => bz2,
        };
        assert_eq!(run(name, &pack(&tar(&[("c.html", PAGE)]))).no_error().names(), [format!("{name}!c.html")]);
    }
    let got = run("a.zip.gz", &gz(&zip_of(&[("c.html", PAGE)])));
    assert_eq!(got.no_error().names(), ["a.zip.gz!c.html"]);
}

#[test]
fn several_members_are_one_file() {
    for (ending, pack) in packers() {
        let got = run(&format!("a.txt.{ending}"), &[pack(b"one "), pack(b""), pack(b"two")].concat());
        assert_eq!(got.no_error().texts()[0].1, "one two", "{ending}");
    }
}

#[test]
fn of_a_page_cut_off_what_was_unpacked_is_read_and_the_rest_said() {
    let page = noise(300_000);
    for (ending, pack) in packers() {
        let packed = pack(&page);
        let name = format!("a.txt.{ending}");
        // Nothing can be unpacked of the first few bytes.
        let got = run(&name, &packed[..11]);
        assert!(got.pages.is_empty());
        got.one(Class::Damaged, "cut off: what follows is missing");
        for keep in [packed.len() * 3 / 4, packed.len() - 1] {
            let got = run(&name, &packed[..keep]);
            let texts = got.no_error().texts();
            assert_eq!(texts.len(), 1);
            assert!(
                texts[0].0 == name && !texts[0].1.is_empty() && page.starts_with(texts[0].1.as_bytes()),
                "{ending}"
            );
            let said = format!("cut off: what follows is missing; {} bytes before that were read", texts[0].1.len());
            assert!(got.hints()[0].cut.as_deref().is_some_and(|cut| cut.ends_with(&said)), "{:?}", got.hints());
        }
    }
}

#[test]
fn damage_around_a_packed_page_is_not_the_pages() {
    let page = gz(&noise(300_000));
    let tar = tar(&[("a.txt.gz", &page)]);
    let half = tar.len() / 2;
    for bytes in [gz(&tar)[..half].to_vec(), [gz(&tar[..half]), b"<html>".to_vec()].concat()] {
        let got = run("a.tar.gz", &bytes);
        assert!(got.pages.is_empty(), "{:?}", got.hints());
        got.one(Class::Damaged, "a.tar.gz!a.txt.gz: ");
    }
    // Its own damage is, wherever it lies.
    let got = run("a.tar", &super::build::tar(&[("a.txt.gz", &page[..100_000]), ("b.txt", b"b")]));
    assert_eq!(got.no_error().names(), ["a.tar!a.txt.gz", "a.tar!b.txt"]);
    assert!(got.hints()[0].cut.is_some() && got.hints()[1].cut.is_none());
}

#[test]
fn what_follows_a_packed_archive_makes_no_half_page_a_whole_one() {
    let tar = tar(&[("a.txt", &noise(10_000))]);
    let got = run("a.tar.gz", &[gz(&tar[..5_000]), b"<html>".to_vec()].concat());
    assert!(got.pages.is_empty(), "{:?}", got.names());
    got.one(Class::Damaged, "found other bytes");
}

#[test]
fn of_an_archive_cut_off_the_good_part_is_kept() {
    for (ending, pack) in packers() {
        let first = noise(400_000);
        let packed = pack(&tar(&[("1.txt", &first), ("2.txt", &noise(700_000)), ("3.txt", b"3")]));
        // bzip2 gives nothing of a block of 100 kB before all of it.
        let got = run(&format!("a.tar.{ending}"), &packed[..packed.len() * 3 / 4]);
        assert_eq!(got.names(), [format!("a.tar.{ending}!1.txt")]);
        got.one(Class::Damaged, &format!("a.tar.{ending}!2.txt: "));
        got.one(Class::Damaged, "cut off: what follows is missing");
    }
}

#[test]
fn a_wrong_checksum_is_said() {
    for (ending, pack) in packers() {
        let mut packed = pack(PAGE);
        let at = packed.len() - if ending == "gz" { 8 } else { 3 };
        packed[at] ^= 0x55;
        let name = format!("a.txt.{ending}");
        let got = run(&name, &packed);
        if got.pages.is_empty() {
            got.one(Class::Damaged, &format!("{name}: "));
        } else {
            // gzip gives the page before it comes to the checksum.
            assert_eq!(got.no_error().texts(), [(name.as_str(), String::from_utf8(PAGE.to_vec()).unwrap())]);
            assert!(got.hints()[0].cut.as_deref().is_some_and(|cut| cut.contains("data damaged")), "{:?}", got.hints());
        }
        assert_eq!(got.pages.len(), usize::from(ending == "gz"), "{ending}");
    }
    // The pages have been handed over when the checksum of the whole is met.
    let mut packed = gz(&tar(&[("1.txt", b"1"), ("2.txt", b"2")]));
    let at = packed.len() - 8;
    packed[at] ^= 0x55;
    let got = run("a.tar.gz", &packed);
    assert_eq!(got.names(), ["a.tar.gz!1.txt", "a.tar.gz!2.txt"]);
    got.one(Class::Damaged, "a.tar.gz: gzip data damaged");
}

#[test]
fn what_follows_gzip_data_is_said_and_the_page_kept() {
    let got = run("a.txt.gz", &[gz(PAGE), b"<html>".to_vec()].concat());
    let said = |got: &super::Got| got.hints()[0].cut.as_deref().is_some_and(|cut| cut.contains("found other bytes"));
    assert_eq!(got.no_error().names(), ["a.txt.gz"]);
    assert!(said(&got));
    let large = noise(100_000);
    let got = run("a.txt.gz", &[gz(&large), b"<html>".to_vec()].concat());
    assert_eq!(got.no_error().texts(), [("a.txt.gz", String::from_utf8(large).unwrap())]);
    assert!(said(&got));
    let got = run("a.txt.gz", &[gz(PAGE), vec![0; 1000], gz(PAGE), vec![0; 70_000]].concat());
    assert_eq!(got.no_error().texts()[0].1.len(), 2 * PAGE.len());
    assert_eq!(got.hints()[0].cut, None);
}

#[test]
fn what_is_not_packed_is_said() {
    for (ending, what) in [("gz", "gzip"), ("zst", "zstd"), ("bz2", "bzip2")] {
        let got = run(&format!("a.txt.{ending}"), b"<html>not packed at all</html>");
        got.one(Class::Damaged, &format!("expected {what} data, found other bytes"));
        run(&format!("a.txt.{ending}"), b"").one(Class::Damaged, &format!("expected {what} data, found no bytes"));
    }
}

#[test]
fn what_is_packed_and_no_page_is_counted() {
    assert_eq!(run("style.css.gz", &gz(b"a { }")).no_error().passed(), ["1 not a page (.css)"]);
    assert_eq!(run("core.gz", &gz(&[0; 100])).no_error().passed(), ["1 not a page (no ending)"]);
    assert_eq!(run("page.gz", &gz(PAGE)).no_error().names(), ["page.gz"]);
}

#[test]
fn a_table_in_a_packed_file_is_read_as_one() {
    assert_eq!(run("a.csv.gz", &gz(b"a,b\n5,7\nx,y\n")).no_error().names(), ["a.csv.gz#1", "a.csv.gz#2"]);
}

#[test]
fn a_page_of_digits_is_a_page() {
    let digits = vec![b'7'; 1 << 20];
    assert_eq!(run("a.txt.zst", &zst(&digits)).no_error().pages.len(), 1);
}
