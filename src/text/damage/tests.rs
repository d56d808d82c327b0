use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::text::Text;

#[test]
fn damage_is_seen_through() {
    for (page, normal) in [
        // Spreadsheets.
        ("Scopo del corso._x000D_\nDurata: 9 mesi", "Scopo del corso.\nDurata: 9 mesi"),
        ("Faza I_x000D_Faza II_x000A_Faza III", "Faza I\nFaza II\nFaza III"),
        ("Etapa 1_x000D__x000A_Etapa 2_x000d_\r\nEtapa 3", "Etapa 1\nEtapa 2\nEtapa 3"),
        ("Kwota:_x0009_500 zł", "Kwota: 500 zł"),
        // Entities, once and more often.
        ("Ricerca &amp; sviluppo: 1&nbsp;000&nbsp;&euro;", "Ricerca & sviluppo: 1 000 €"),
        ("3&#160;500 &#8364; und 20 &#x20AC;", "3 500 € und 20 €"),
        ("1 200 &amp;euro; &amp;amp; 5&amp;nbsp;%", "1 200 € & 5 %"),
        (
            "l&rsquo;&eacute;cole &agrave; Li&egrave;ge, &Scaron;iauliai, &lstrok;&oacute;d&zacute;",
            "l'école à Liège, Šiauliai, łódź",
        ),
        ("&Epsilon;&rho;&gamma;&omicron; &laquo;&Gamma;&#941;&phi;&upsilon;&rho;&alpha;&raquo;", "Εργο «Γέφυρα»"),
        ("dal 2021 al&#150;2027", "dal 2021 al-2027"),
        ("co&shy;sto", "costo"),
        // Tags.
        ("Prima fase<br>Seconda fase<br />Terza", "Prima fase\nSeconda fase\nTerza"),
        ("&lt;p&gt;Cel projektu&lt;/p&gt;120 os&oacute;b", "\nCel projektu\n120 osób"),
        ("<ul><li>Kurs</li><LI>Praktikum</li></ul>", "\n\nKurs\n\nPraktikum\n\n"),
        ("Il <strong>31 dicembre</strong> <span style=\"color: red\">2028</span>", "Il 31 dicembre 2028"),
        ("&amp;lt;br/&amp;gt;Ende", "\nEnde"),
        ("<td>120</td><td>osób</td>", " 120  osób "),
        ("a <a href=\"https://projekt.example/?a=1&amp;b=2\">qui</a>", "a qui"),
        // Sentences.
        ("Il corso dura fino alla fine.Inizio: marzo", "Il corso dura fino alla fine. Inizio: marzo"),
        ("Si comincia alle ore 9.Inizio dei lavori", "Si comincia alle ore 9. Inizio dei lavori"),
        ("Koniec 31.12.2028.Projekt obejmuje", "Koniec 31.12.2028. Projekt obejmuje"),
        ("(fase due).Il progetto", "(fase due). Il progetto"),
        ("do końca roku.Łącznie 40 osób", "do końca roku. Łącznie 40 osób"),
        ("до края.Общо 40 души", "до края. Общо 40 души"),
        ("entro l'anno.L’azione", "entro l'anno. L'azione"),
        // Letters of another script.
        ("Прoeкт за 40 души", "Проект за 40 души"),
        ("pоčetаk projekta", "početak projekta"),
        ("Έργo Γέφυρα Tελικό", "Έργο Γέφυρα Τελικό"),
        ("Prοject cοst", "Project cost"),
        ("прoекту", "проекту"),
        ("дiяльність", "діяльність"),
        // A sign whose last byte could be a letter's, before a letter: the word before it is put right once.
        ("Прoeкт–a 120", "Проект-a 120"),
        ("oaооц╪tц", "оаооц╪tц"),
        // The width of Chinese.
        ("１２０ ＥＵＲ，５％", "120 EUR,5%"),
    ] {
        assert_eq!(Text::new(page).normal(), page_law(page, normal), "{page}");
    }
}

/// Gives `normal` back; the law about the page is looked at on the way.
fn page_law<'n>(page: &str, normal: &'n str) -> &'n str {
    maps_back(page);
    normal
}

#[test]
fn what_only_looks_like_damage_stays() {
    for page in [
        "www.Regione.Example e www.comune.example",
        "Node.js, vue.Js e index.Html",
        "S.Maria, S.p.A., n.Registro, v1.Beta, e.V.",
        "C:\\atti\\bando.Allegato o atti/bando.Allegato",
        "nome.Cognome@ente.example",
        "art. 3, cap. 2.1.2, v. 1.2.",
        "R&D, AT&T; B&B &c; &; &foo; &#xZZ; &#99999999;",
        "a < b, c <d und e> f, <3, <info@projekt.example>, x<y",
        "<projekt>, <b und c> d",
        "foo_x00_bar, _x12, max_x000, _xyzw_",
        "COVID-19 и ESF-а, ЕС+EU, 5 μm, αβγabc, Wi-Fi мрежа",
        "Ελλάδα Сърбия Srbija",
        "Tу, Đок", // as many of one as of the other, or a letter that looks like none
        "readme.TXT, Booking.Com",
    ] {
        let text = Text::new(page);
        assert_eq!(text.normal(), page, "{page}");
    }
}

/// Ranges of the normalised copy lead to whole characters of the page, in order, and all of it to all of the page.
fn maps_back(page: &str) {
    let text = Text::new(page);
    let normal = text.normal();
    let places: Vec<usize> = (0..=normal.len()).filter(|&at| normal.is_char_boundary(at)).collect();
    let mut before = 0;
    for pair in places.windows(2) {
        let range = text.page_range(&(pair[0]..pair[1]));
        assert!(page.get(range.clone()).is_some(), "{page}: {pair:?} -> {range:?}");
        assert!(range.start >= before, "{page}: {pair:?} -> {range:?}");
        before = range.start;
        let back = text.normal_range(&range);
        let inside = range.is_empty() || back.start <= pair[0] && back.end >= pair[1];
        assert!(inside, "{page}: {pair:?} -> {range:?} -> {back:?}");
    }
}

proptest! {
    #[test]
    fn any_page_maps_back(parts in prop::collection::vec(prop::sample::select(vec![
        "fine", ".", "Inizio", "_x000D_", "_x000A_", "\n", "\r\n", "&amp;", "amp;", "&", "euro;", "lt;", "<p>", "gt;", "<b", ">", "</",
        "о", "а", "proj", "е", "ект", "α", "é", "e\u{301}", "\u{301}", "\u{ad}", "\u{a0}", "5", " ", "１", "ĺ", "한", "–",
    ]), 0..40)) {
        maps_back(&parts.concat());
    }
}

#[test]
fn what_importers_leave_is_seen_through_on_whole_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/importers");
    for (name, holds, lacks) in [
        (
            "it-spreadsheet-escapes",
            &["prevede:\n- un corso", "45 persone.\n\nCosto totale: 82 300,00 €\nContributo"][..],
            &["_x0"][..],
        ),
        (
            "fr-entities",
            &[
                "partagés de Saint-Élan",
                "s'achève le 31 août 2026",
                "Coût total : 120 500,00 €, dont 60 %",
                "(72 300,00 €)",
                "& conseil",
            ],
            &["&e", ";c"],
        ),
        (
            "pl-tags",
            &["\nProjekt potrwa", "wartość: 96 400,00 zł\nDofinansowanie", "\n48 uczestników\n", "12 nauczycieli"],
            &["<", ">", "&"],
        ),
        (
            "it-glued-sentences",
            &[
                "fine. Inizio: 1 marzo 2024. Fine: 30 giugno 2025. Partecipano",
                "ore 9. Il costo",
                "www.botteghe.example",
                "bando.Allegato_A.pdf",
                "S.Maria, S.p.A.",
            ],
            &[],
        ),
        (
            "bg-letters-of-another-script",
            &["Проектът", "март", "приключва", "декември", "Общата стойност", "Участват", "души"],
            &[],
        ),
        ("hr-letters-of-another-script", &["Projekt traje", "ožujka", "prosinca", "Ukupna", "osoba"], &[]),
        (
            "de-invisible-and-wide-characters",
            &["Gärten für alle", "Maßnahme", "März 2024", "31. Dezember 2025", "93.500,00 €", "40 %", "Union. 44 Teil"],
            &[],
        ),
    ] {
        let page = fs::read_to_string(folder.join(name).with_extension("txt")).expect("a fixture");
        maps_back(&page);
        let text = Text::new(&page);
        for held in holds {
            assert!(text.normal().contains(held), "{name}: expected {held:?}, found {}", text.normal());
        }
        for lacked in lacks {
            assert!(!text.normal().contains(lacked), "{name}: {lacked:?} in {}", text.normal());
        }
    }
}

#[test]
fn evidence_is_the_pages_own_characters() {
    let page =
        "Costo&nbsp;totale: 1&amp;nbsp;000&nbsp;&euro;_x000D_fino alla fine.Inizio: <b>31</b>&nbsp;dicembre, 40 дyши";
    let text = Text::new(page);
    for (normal, own) in [
        ("1 000 €", "1&amp;nbsp;000&nbsp;&euro;"),
        ("31 dicembre", "31</b>&nbsp;dicembre"),
        ("Inizio", "Inizio"),
        ("fine.", "fine."),
        ("fine. Inizio", "fine.Inizio"),
        ("души", "дyши"),
    ] {
        let at = text.normal().find(normal).expect("there");
        assert_eq!(text.page_str(&(at..at + normal.len())), own);
    }
}
