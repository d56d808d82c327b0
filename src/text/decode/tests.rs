use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;

#[test]
fn utf8_is_read_without_its_mark() {
    let page = decode("\u{feff}più".as_bytes(), None).expect("text");
    assert_eq!((page.text.as_ref(), page.replaced), ("più", 0));
}

#[test]
fn stray_bytes_are_replaced_and_counted_but_not_the_pages_own_marks() {
    let page = decode(b"pi\xf9 di \xef\xbf\xbd 5 \x80", None).expect("text");
    assert_eq!((page.text.as_ref(), page.replaced), ("pi\u{fffd} di \u{fffd} 5 \u{fffd}", 2));
}

#[test]
fn binary_data_is_refused() {
    let error = decode(b"PK\x03\x04\0\0", None).expect_err("binary");
    assert_eq!(error.to_string(), "expected text, found binary data (a NUL byte at offset 4)");
    for binary in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\0\0\xfe\xff\0\0\0a", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a\0"] {
        assert!(decode(binary, None).is_err(), "{binary:?}");
    }
    for (document, name) in
        [(&b"%PDF-1.4\n1 0 obj"[..], "a PDF document"), (b"{\\rtf1\\ansi 5 \\'80}", "an RTF document")]
    {
        let error = decode(document, None).expect_err("a document");
        assert_eq!(error.to_string(), format!("expected text, found {name}"));
    }
    assert!(decode(b"A %PDF-1.4 costs 5 \x80", None).is_ok());
}

#[test]
fn no_nul_reaches_a_record() {
    let mut late = "Costo: 5 €\n".repeat(8000);
    late.push_str("a\0b\0");
    let page = decode(late.as_bytes(), None).expect("text");
    assert_eq!((page.text.ends_with("a\u{fffd}b\u{fffd}"), page.replaced), (true, 2));
    let wide: Vec<u8> = "\u{feff}a\0b".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let page = decode(&wide, None).expect("text");
    assert_eq!((page.text.as_ref(), page.encoding, page.replaced), ("a\u{fffd}b", "UTF-16LE", 1));
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/encodings")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(fixtures().join(name)).expect("a fixture")
}

fn source(language: &str) -> String {
    String::from_utf8(read(&format!("{language}-utf-8.txt"))).expect("UTF-8")
}

/// A text as far as an encoding can hold it: without some quotation marks, dashes and signs.
fn within(text: &str, encoding: &'static Encoding) -> String {
    let holds = |c: char| !encoding.encode(c.encode_utf8(&mut [0; 4])).2;
    let instead = |c: char| match c {
        'ș' => "ş",
        'ț' => "ţ",
        'Ș' => "Ş",
        'Ț' => "Ţ",
        '„' | '“' | '”' => "\"",
        '‘' | '’' => "'",
        '–' => "-",
        '€' => "EUR",
        _ => "",
    };
    text.chars().map(|c| if holds(c) { c.to_string() } else { instead(c).to_owned() }).collect()
}

#[test]
fn pages_of_every_legacy_encoding_are_read() {
    let mut count = 0;
    for entry in fs::read_dir(fixtures()).expect("fixtures") {
        let name = entry.expect("a fixture").file_name().into_string().expect("UTF-8");
        let Some((language, label)) = name.strip_suffix(".txt").and_then(|stem| stem.split_once('-')) else { continue };
        let Some(encoding) = Encoding::for_label(label.as_bytes()).filter(|&e| e != UTF_8) else { continue };
        let bytes = read(&name);
        let expected = within(&source(language), encoding);
        let page = decode(&bytes, None).expect("text");
        assert_eq!(page.text, expected, "{name} as {}", page.encoding);
        assert_eq!((page.replaced, page.repaired), (0, 0), "{name}");
        // Where no byte tells two encodings apart either name is right.
        let same = Encoding::for_label(page.encoding.as_bytes()).expect("known");
        assert_eq!(same.encode(&expected).0, bytes, "{name} as {}", page.encoding);
        // What is said of the page rightly is believed, and what is said wrongly is not.
        assert_eq!(decode(&bytes, Some(label)).expect("text").text, expected, "{name}");
        for wrong in ["utf-8", "klingon", "iso-8859-1", "windows-1252", "iso-8859-8", "shift_jis"] {
            let western = matches!(encoding.name(), "windows-1252" | "ISO-8859-15");
            if !(western && wrong.ends_with(['1', '2'])) {
                assert_eq!(decode(&bytes, Some(wrong)).expect("text").text, expected, "{name} said to be {wrong}");
            }
        }
        count += 1;
    }
    assert!(count >= 35, "{count}");
}

#[test]
fn utf16_is_read_with_a_mark_and_without() {
    for (name, encoding, words) in [
        ("it-utf-16le-with-bom.txt", "UTF-16LE", "l’apicoltura"),
        ("lv-utf-16be-without-bom.txt", "UTF-16BE", "Zināšanu tilts"),
        ("bg-utf-16le-without-bom.txt", "UTF-16LE", "Мост към знанието"),
    ] {
        let bytes = read(name);
        let page = decode(&bytes, None).expect("text");
        assert!(page.text.contains(words) && page.text.chars().all(|c| c != '\u{feff}'), "{name}: {}", page.text);
        assert_eq!((page.encoding, page.replaced), (encoding, 0), "{name}");
    }
}

#[test]
fn a_page_that_only_its_head_tells_is_read_as_it_says() {
    let bytes = read("sl-iso-8859-2-declared-in-meta.html");
    let page = decode(&bytes, None).expect("text");
    assert_eq!(page.encoding, "ISO-8859-2");
    assert!(page.text.contains("Hiša spretnosti") && page.text.contains("Več na občini"), "{}", page.text);
}

#[test]
fn what_is_said_of_a_page_decides_where_its_bytes_leave_it_open() {
    for (bytes, declared, text, encoding) in [
        // The same bytes are right in both.
        (&b"Fundac\xeda"[..], Some("iso-8859-2"), "Fundacía", "ISO-8859-2"),
        (b"ora\xba, \xfeara", Some("windows-1250"), "oraş, ţara", "windows-1250"),
        (b"ora\xba, \xfeara", Some("iso-8859-16"), "oraș, țara", "ISO-8859-16"),
        // Said to be Western, and Polish in fact; the reverse.
        (b"za\xbf\xf3\xb3\xe6 g\xea\x9cl\xb9 ja\x9f\xf1", Some("iso-8859-1"), "zażółć gęślą jaźń", "windows-1250"),
        (b"citt\xe0 gi\xe0 pi\xf9 \xe8 cos\xec", Some("windows-1251"), "città già più è così", "windows-1252"),
        // UTF-8 is UTF-8, whatever is said.
        ("già più".as_bytes(), Some("windows-1252"), "già più", "UTF-8"),
        (b"plain", Some("windows-1252"), "plain", "UTF-8"),
        // Said to be UTF-8: a few flaws, or wrongly said.
        ("già più, citt\u{e0}".as_bytes(), Some("utf-8"), "già più, città", "UTF-8"),
        (b"gi\xe0 pi\xf9 citt\xe0", Some("utf-8"), "già più città", "windows-1252"),
        // Other scripts are believed where every byte can be read.
        (b"\xf9\xec\xe5\xed \xf2\xe5\xec\xed", Some("windows-1255"), "שלום עולם", "windows-1255"),
    ] {
        let page = decode(bytes, declared).expect("text");
        assert_eq!((page.text.as_ref(), page.encoding), (text, encoding), "{declared:?}");
    }
}

#[test]
fn a_text_cut_within_a_character_is_utf8() {
    let cut = b"gi\xc3\xa0 pi\xc3";
    let page = decode(cut, None).expect("text");
    assert_eq!((page.text.as_ref(), page.encoding, page.replaced), ("già pi\u{fffd}", "UTF-8", 1));
}

#[test]
fn misread_pages_are_put_right() {
    for (name, language) in [
        ("fr-mojibake-windows-1252.txt", "fr"),
        ("es-mojibake-windows-1252-twice.txt", "es"),
        ("pl-mojibake-windows-1250.txt", "pl"),
        ("de-mojibake-iso-8859-1.txt", "de"),
        ("bg-mojibake-windows-1251.txt", "bg"),
        ("el-mojibake-windows-1253.txt", "el"),
        ("tr-mojibake-windows-1254.txt", "tr"),
        ("lt-mojibake-windows-1257.txt", "lt"),
    ] {
        let bytes = read(name);
        let page = decode(&bytes, None).expect("text");
        assert_eq!(page.text, source(language), "{name}");
        assert!(page.repaired > 5 && page.replaced == 0, "{name}: {}", page.repaired);
    }
}

#[test]
fn damage_is_put_right_where_it_is_certain() {
    for (text, right, repaired) in [
        ("I partecipanti piÃ¹ giovani: 1 000â‚¬", "I partecipanti più giovani: 1 000€", 2),
        ("CittÃ\u{a0} e societÃ\u{a0}: Ã¨ lâ€™ora", "Città e società: è l’ora", 4),
        ("Ã¼ber GrÃ¶ÃŸe â€“ fÃ¼r alle", "über Größe – für alle", 4),
        ("piÃƒÂ¹ cittÃƒÂ© 5 Ã¢â€šÂ¬", "più citté 5 €", 3),
        // A part of the page only.
        (
            "Perché è così.\nIl cafÃ© Ã¨ giÃ³ piÃ¹ lâ€™altro, perchÃ©\n",
            "Perché è così.\nIl café è gió più l’altro, perché\n",
            6,
        ),
        ("ÐŸÑ€Ð¾ÐµÐºÑ‚ Ð·Ð° 40 Ð´ÑƒÑˆÐ¸", "Проект за 40 души", 3),
    ] {
        let page = decode(text.as_bytes(), None).expect("text");
        assert_eq!((page.text.as_ref(), page.repaired), (right, repaired), "{text}");
    }
}

#[test]
fn what_may_be_meant_stays() {
    for text in [
        "Wrongly read, \"ù\" becomes \"Ã¹\" and \"é\" becomes \"Ã©\".",
        "Once only: piÃ¹",
        "A FORMAÇÃO DE IRMÃS E A NAÇÃO: SÃO JOÃO, MAÇÃ «Ã»",
        "IRMÃ\u{a0}LÚCIA E IRMÃ\u{a0}MARIA, IRMÃ\u{a0}ANA",
        "„Über“ „Ä“ «É» “À” ‘Ö’ é… è» à “ Ü–",
        "Été\u{a0}: 5\u{a0}€ à\u{a0}Évry\u{a0}; «\u{a0}É\u{a0}»",
        "ЕС\u{a0}«Мост» №\u{a0}5, Р°, С–",
        "Ο «Έργο» Ξ± και Ο„ λοιπά",
        "Â§ 5",
    ] {
        let page = decode(text.as_bytes(), None).expect("text");
        assert_eq!((page.text.as_ref(), page.repaired), (text, 0));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_text_without_nuls_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        label in prop::sample::select(vec![None, Some("iso-8859-2"), Some("shift_jis"), Some("utf-16"), Some("x")]),
    ) {
        if let Ok(page) = decode(&bytes, label) {
            prop_assert!(!page.text.contains('\0'));
            prop_assert!(page.text.is_empty() == bytes.is_empty() || bytes.len() < 4);
        }
    }

    // Signs stand apart here: right behind a letter, again and again, they are what wrongly read UTF-8 looks like.
    #[test]
    fn utf8_is_itself(text in "([a-zàéčšžßøőПрοект .,0-9\n]| [«»–’€\u{a0}] ){0,200}") {
        let page = decode(text.as_bytes(), None).expect("text");
        prop_assert_eq!((page.text.as_ref(), page.encoding, page.replaced, page.repaired), (text.as_str(), "UTF-8", 0, 0));
    }

    #[test]
    fn what_is_misread_comes_back(words in prop::collection::vec("[a-z]{1,4}(à|é|ô|ü|ñ|œ|’|–|€)[a-z]{1,3}", 3..20)) {
        let text = words.join(" ");
        let misread = encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes()).0;
        let page = decode(misread.as_bytes(), None).expect("text");
        prop_assert_eq!(page.text.as_ref(), text.as_str());
    }
}
