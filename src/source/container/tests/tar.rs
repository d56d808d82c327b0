//! Tar archives.

use tar::{Builder, EntryType, Header};

use super::build::{gz, tar, tar_member, zip_of};
use super::{Class, run};

#[test]
fn members_come_in_their_order() {
    let got = run("a.tar", &tar(&[("z.txt", b"1"), ("./b/a.html", b"2"), ("index", b"plain text")]));
    let texts = got.no_error().texts();
    assert_eq!(
        texts.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["a.tar!z.txt", "a.tar!b/a.html", "a.tar!index"]
    );
    assert_eq!(texts[1].1, "2");
}

#[test]
fn what_is_no_page_is_counted() {
    let mut builder = Builder::new(Vec::new());
    let kinds = [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char, EntryType::Block];
    for (n, kind) in kinds.into_iter().enumerate() {
        let mut header = Header::new_gnu();
        header.set_size(0);
        header.set_entry_type(kind);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_path(format!("{n}.txt")).unwrap();
        header.set_cksum();
        builder.append(&header, &b""[..]).unwrap();
    }
    tar_member(&mut builder, "d/", b"", EntryType::Directory);
    tar_member(&mut builder, "a.png", b"\x89PNG", EntryType::Regular);
    tar_member(&mut builder, "blob", &[0; 600], EntryType::Regular);
    tar_member(&mut builder, "d/._a.txt", &[0; 10], EntryType::Regular);
    tar_member(&mut builder, "a.txt", b"page", EntryType::Regular);
    let got = run("a.tar", &builder.into_inner().unwrap());
    assert_eq!(got.no_error().names(), ["a.tar!a.txt"]);
    let passed = ["1 not a page (.png)", "1 not a page (no ending)", "1 hidden", "2 link", "1 directory"];
    assert_eq!(got.passed()[..5], passed);
    assert_eq!(got.passed()[5], "3 pipe, socket or device");
}

#[test]
fn paths_are_names_only() {
    let mut bytes = Vec::new();
    for name in ["../../etc/x.txt", "/etc/y.txt"] {
        let mut header = Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(1);
        header.set_cksum();
        bytes.extend(header.as_bytes());
        bytes.extend([b'x'; 1]);
        bytes.extend([0; 511]);
    }
    bytes.extend([0; 1024]);
    assert_eq!(run("a.tar", &bytes).no_error().names(), ["a.tar!../../etc/x.txt", "a.tar!/etc/y.txt"]);
}

#[test]
fn names_may_be_long_and_no_utf_8() {
    let long = format!("{}page.txt", "folder/".repeat(60));
    let got = run("a.tar", &tar(&[(&long, b"x"), ("short.txt", b"y")]));
    assert_eq!(got.no_error().names(), [format!("a.tar!{long}"), "a.tar!short.txt".to_owned()]);

    let mut builder = Builder::new(Vec::new());
    builder.append_pax_extensions([("path", "č/ž.txt".as_bytes())]).unwrap();
    tar_member(&mut builder, "x.txt", b"x", EntryType::Regular);
    let mut bytes = builder.into_inner().unwrap();
    assert_eq!(run("a.tar", &bytes).no_error().names(), ["a.tar!č/ž.txt"]);
    let mut builder = Builder::new(Vec::new());
    builder.append_pax_extensions([("GNU.sparse.major", &b"1"[..]), ("GNU.sparse.name", &b"s.txt"[..])]).unwrap();
    tar_member(&mut builder, "GNUSparseFile.0/s.txt", b"1\n0\n3\nabc", EntryType::Regular);
    let got = run("a.tar", &builder.into_inner().unwrap());
    assert_eq!(got.no_error().passed(), ["1 not a page (sparse file)"]);
    bytes = tar(&[("aXb.txt", b"x")]);
    bytes[1] = 0xE8;
    let sum: u32 =
        bytes[..512].iter().enumerate().map(|(n, &b)| u32::from(if (148..156).contains(&n) { 32 } else { b })).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert_eq!(run("a.tar", &bytes).no_error().names(), ["a.tar!a\\xE8b.txt"]);
}

#[test]
fn of_an_archive_cut_off_the_good_part_is_kept() {
    let whole = tar(&[("1.txt", b"one"), ("2.txt", &[b'2'; 2000]), ("3.txt", b"three")]);
    // In the second member, in its padding, in the third header.
    for (keep, names) in [(1600, 1), (512 + 512 + 512 + 2000 + 10, 2), (512 * 7 + 100, 2)] {
        let got = run("a.tar", &whole[..keep]);
        assert_eq!(got.names(), ["a.tar!1.txt", "a.tar!2.txt"][..names]);
        got.one(Class::Damaged, "cut off: expected");
    }
    let got = run("a.tar", &whole[..512 * 7]);
    assert_eq!(got.names(), ["a.tar!1.txt", "a.tar!2.txt"]);
    got.one(Class::Damaged, "expected a mark at its end, found none: members may be missing");
}

#[test]
fn after_a_damaged_header_members_go_on() {
    let mut bytes = tar(&[("1.txt", b"one"), ("2.txt", b"two"), ("3.txt", b"three")]);
    bytes[1024 + 3] ^= 0xFF;
    let got = run("a.tar", &bytes);
    assert_eq!(got.names(), ["a.tar!1.txt", "a.tar!3.txt"]);
    got.one(Class::Damaged, "a.tar: expected a tar header, found other bytes; members may be missing");
}

#[test]
fn empty_archives_and_what_is_none() {
    assert_eq!(run("a.tar", &[0; 1024]).no_error().passed(), ["1 empty archive"]);
    run("a.tar", b"").one(Class::Damaged, "expected a tar archive, found no bytes");
    run("a.tar", &[b'x'; 5000]).one(Class::Damaged, "expected a tar archive, found other bytes");
    run("a.tar", b"x").one(Class::Damaged, "cut off");
}

#[test]
fn archives_one_after_the_other_are_all_read() {
    let got = run("a.tar", &[tar(&[("1.txt", b"1")]), tar(&[("1.txt", b"2")])].concat());
    assert_eq!(got.no_error().names(), ["a.tar!1.txt", "a.tar!1.txt#2"]);
}

#[test]
fn containers_lie_in_containers() {
    let inner = gz(&tar(&[("c.html", b"deep")]));
    let got = run("a.tar", &tar(&[("b.zip", &zip_of(&[("i.tar.gz", &inner)])), ("d.txt", b"d")]));
    assert_eq!(got.no_error().names(), ["a.tar!b.zip!i.tar.gz!c.html", "a.tar!d.txt"]);
    // A damaged one does not harm what follows.
    let got = run("a.tar", &tar(&[("i.tar.gz", &inner[..inner.len() - 5]), ("d.txt", b"d")]));
    assert_eq!(got.names(), ["a.tar!i.tar.gz!c.html", "a.tar!d.txt"]);
    got.one(Class::Damaged, "a.tar!i.tar.gz: gzip data cut off");
}

#[test]
fn an_archive_cut_off_around_another_is_said_once() {
    let inner = tar(&[("1.txt", b"1"), ("2.txt", &[b'2'; 5000])]);
    let whole = tar(&[("i.tar", &inner), ("d.txt", b"d")]);
    let got = run("a.tar", &whole[..3500]);
    assert_eq!(got.names(), ["a.tar!i.tar!1.txt"]);
    got.one(Class::Damaged, "a.tar!i.tar!2.txt: cut off");
}

#[test]
fn what_describes_a_member_is_bounded() {
    let mut builder = Builder::new(Vec::new());
    tar_member(&mut builder, "a.txt", b"a", EntryType::Regular);
    tar_member(&mut builder, "long", &vec![b'x'; 2 << 20], EntryType::GNULongName);
    let got = run("a.tar", &builder.into_inner().unwrap());
    assert_eq!(got.names(), ["a.tar!a.txt"]);
    got.one(Class::Damaged, "expected at most 1048576 bytes that describe a member");
}
