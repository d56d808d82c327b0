//! Tables read whole, good and poisoned.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use super::super::{Class, Content, Limits, Page, SourceError};
use super::{Input, TableKind, read};

fn limits() -> Limits {
    Limits {
        page_bytes: 32 << 20,
        archive_bytes: 1 << 30,
        ratio: 200,
        entries: 10_000_000,
        nesting: 3,
        records: 100_000_000,
        json_depth: 64,
    }
}

fn all(kind: TableKind, input: Input<'_>, limits: &Limits) -> (Vec<Page>, Vec<SourceError>) {
    let (mut pages, mut errors) = (Vec::new(), Vec::new());
    let mut emit = |page| {
        match page {
            Ok(page) => pages.push(page),
            Err(error) => errors.push(error),
        }
        true
    };
    assert!(read(kind, input, "t", limits, &mut emit));
    (pages, errors)
}

fn bytes(kind: TableKind, bytes: impl AsRef<[u8]>) -> (Vec<Page>, Vec<SourceError>) {
    all(kind, Input::Bytes(bytes.as_ref().to_vec()), &limits())
}

/// `heading=text` of every row, and the errors' messages.
fn told(kind: TableKind, input: impl AsRef<[u8]>) -> (Vec<String>, Vec<String>) {
    let (pages, errors) = bytes(kind, input);
    (pages.iter().map(line).collect(), errors.into_iter().map(|error| error.message).collect())
}

fn line(page: &Page) -> String {
    match &page.content {
        Content::Row(row) => {
            let cells: Vec<_> = row.cells.iter().map(|cell| format!("{}={}", cell.heading, cell.text)).collect();
            cells.join(" ")
        }
        Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Content::File(_) => unreachable!("no table holds files"),
    }
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/tables").join(name)).expect("a fixture")
}

fn cell<'p>(page: &'p Page, heading: &str) -> &'p str {
    let Content::Row(row) = &page.content else { panic!("expected a row") };
    row.cells.iter().find(|cell| &*cell.heading == heading).map_or("", |cell| &cell.text)
}

#[test]
fn kohesios_export_is_read() {
    let (pages, errors) = bytes(TableKind::Csv, fixture("kohesio.csv"));
    assert_eq!((pages.len(), errors.as_slice()), (3, [].as_slice()));
    assert_eq!(pages[0].name, "t#1");
    assert_eq!(pages[0].hints.url.as_deref(), Some("https://linkedopendata.eu/entity/Q7900001"));
    assert!(cell(&pages[0], "Operation_Summary_English").ends_with("- courses\n- \"open\" days"));
    assert_eq!(cell(&pages[0], "Location_Indicator_latitude_longitude"), "44.10,11.20");
    assert_eq!(cell(&pages[1], "Country"), "Italy|France");
    assert_eq!(cell(&pages[1], "Operation_End_Date"), "");
    assert_eq!(cell(&pages[2], "Total_Eligible_Expenditure_amount"), "51230.07");
}

#[test]
fn an_annex_xii_list_in_windows_1250_with_two_headers_is_read() {
    let (pages, errors) = bytes(TableKind::Csv, fixture("annex-xii-pl.csv"));
    assert_eq!((pages.len(), errors.as_slice()), (2, [].as_slice()));
    assert_eq!(cell(&pages[0], "Nazwa beneficjenta / Beneficiary name"), "Gmina Świętoryż");
    assert_eq!(
        cell(&pages[0], "Podsumowanie operacji / Operation summary"),
        "Budowa żłobka dla 48 dzieci;\nzakup wyposażenia"
    );
    assert_eq!(cell(&pages[1], "Nazwa beneficjenta / Beneficiary name"), "Spółdzielnia \"Jaźń\"");
}

#[test]
fn workbooks_are_read() {
    for (name, first, count) in [
        ("transparenzliste.xlsx", "t#EFRE!1", 2),
        ("transparenzliste.ods", "t#1", 2),
        ("transparenzliste.xls", "t#1", 2),
    ] {
        let input = fixture(name);
        let mut stream = Cursor::new(input);
        let (pages, errors) = all(TableKind::Sheet, Input::Stream(&mut stream), &limits());
        assert_eq!((pages.len(), errors.as_slice()), (count, [].as_slice()), "{name}");
        assert_eq!(pages[0].name, first, "{name}");
        assert_eq!(cell(&pages[0], "Name des Begünstigten"), "Gemeinde Erfundenburg");
        assert_eq!(cell(&pages[0], "Datum des Beginns"), "2023-04-01", "{name}");
        assert_eq!(cell(&pages[0], "Gesamtkosten des Vorhabens (EUR)"), "337478.4", "{name}");
        assert_eq!(cell(&pages[0], "Prüfung"), "");
        assert_eq!(cell(&pages[1], "Unions-Kofinanzierungssatz"), "60.5");
    }
}

#[test]
fn feeds_are_read() {
    let (pages, errors) = bytes(TableKind::JsonLines, fixture("scrapy.jl"));
    assert_eq!((pages.len(), errors.as_slice()), (2, [].as_slice()));
    assert_eq!(pages[0].hints.media_type.as_deref(), Some("text/html"));
    assert_eq!(pages[0].hints.fetched.as_deref(), Some("2026-03-01T10:00:00Z"));
    assert!(line(&pages[0]).starts_with("<html>"));
    assert_eq!((pages[1].hints.id.as_deref(), pages[1].hints.media_type.as_deref()), (Some("17"), Some("text/plain")));

    let (pages, errors) = bytes(TableKind::Json, fixture("rows.json"));
    assert_eq!((pages.len(), errors.as_slice()), (2, [].as_slice()));
    assert_eq!(pages[0].hints.id.as_deref(), Some("Q7900001"));
    assert_eq!(cell(&pages[0], "program.0.programLabel"), "PR Falsonia ESF+");
    assert_eq!((cell(&pages[1], "budget"), cell(&pages[1], "countryLabel")), ("1200000.50", "Italy|France"));
}

#[test]
fn parquet_is_read() {
    for name in ["rows.parquet", "snappy.parquet"] {
        let (rows, errors) = told(TableKind::Parquet, fixture(name));
        assert_eq!(errors, [""; 0]);
        assert_eq!(
            rows,
            [
                "id=A-1 title=Un ponte per il lavoro start_date=2023-09-01 updated=2026-03-01T10:00:00 \
                 seen=2026-03-01T10:30:05 total_budget=337478.40 rate=40.1 countries=IT programme.code=X1 \
                 programme.name=PR Falsonia closed=true",
                "id=A-2 title=Two rivers total_budget=-0.05 countries=IT|FR closed=false",
                "title=Remont szkoły start_date=1969-12-31 rate=85",
            ]
        );
    }
}

#[test]
fn delimited_text_is_read_however_it_is_written() {
    let utf16: Vec<u8> = "\u{feff}ID;Name\r\n1;Łódź\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bare: Vec<u8> = "ID;Name\n1;Projects\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let late =
        [b"Title,Total\n".to_vec(), b"some plain words,5\n".repeat(5000), b"caf\xe9 cr\xe8me ch\xe2teau,6\n".to_vec()]
            .concat();
    let cases: [(TableKind, &[u8], &[&str]); 14] = [
        (TableKind::Csv, "ID,Name\n1,a\n2,b\n".as_bytes(), &["ID=1 Name=a", "ID=2 Name=b"]),
        (TableKind::Csv, "\u{feff}ID,Name\r\n1,a\r\n".as_bytes(), &["ID=1 Name=a"]),
        (TableKind::Csv, b"ID\tName\n1\ta;b\n", &["ID=1 Name=a;b"]),
        (TableKind::Csv, b"ID|Name\n1|a, b\n2|c, d\n", &["ID=1 Name=a, b", "ID=2 Name=c, d"]),
        (TableKind::Tsv, b"Title, long\tTotal, all\na, b\t5,0\n", &["Title, long=a, b Total, all=5,0"]),
        (TableKind::Csv, b"Name;Total\na;1,5\nb;2,5\n", &["Name=a Total=1,5", "Name=b Total=2,5"]),
        (TableKind::Csv, b"sep=;\nName;Title, long\na;b, c\n", &["Name=a Title, long=b, c"]),
        (TableKind::Csv, b"ID,Name\r1,a\r2,b\r", &["ID=1 Name=a", "ID=2 Name=b"]),
        (TableKind::Csv, &utf16, &["ID=1 Name=Łódź"]),
        (TableKind::Csv, &bare, &["ID=1 Name=Projects"]),
        (
            TableKind::Csv,
            b"Name;Total\na\nb;5;x\n\n;;\nName;Total\nc;6",
            &["Name=a", "Name=b Total=5 =x", "Name=c Total=6"],
        ),
        (TableKind::Csv, b"Name;Name;Total\na;b;5\n", &["Name=a Name=b Total=5"]),
        (TableKind::Csv, b"Name;Total\n\"a\"\"b\";5\n", &["Name=a\"b Total=5"]),
        // A NUL byte here and there is dropped.
        (TableKind::Csv, &[b"Name;Total\n".to_vec(), b"abcdefghij;5\n".repeat(20), b"x\0y;5\n".to_vec()].concat(), &[]),
    ];
    for (kind, input, expected) in cases {
        let (rows, errors) = told(kind, input);
        assert_eq!(errors, [""; 0], "{}", String::from_utf8_lossy(input));
        if expected.is_empty() {
            assert_eq!(rows.last().map(String::as_str), Some("Name=xy Total=5"));
        } else {
            assert_eq!(rows, expected);
        }
    }
    assert_eq!(told(TableKind::Csv, late).0.last().map(String::as_str), Some("Title=café crème château Total=6"));
}

#[test]
fn json_is_read_however_it_is_written() {
    let cases: [(TableKind, &str, &[&str]); 14] = [
        (TableKind::Json, r#"[{"a":1},{"a":2.50}]"#, &["a=1", "a=2.50"]),
        (TableKind::Json, r#"{"results":[{"a":1},{"a":2}],"next":null}"#, &["a=1", "a=2"]),
        (TableKind::Json, r#"{"data":{"search":{"items":[{"a":1}]}}}"#, &["a=1"]),
        (TableKind::Json, r#"{"hits":{"total":1,"hits":[{"_source":{"a":1}}]}}"#, &["a=1"]),
        (TableKind::Json, r#"{"a":1,"funds":[{"id":"ERDF"}]}"#, &["a=1 funds.0.id=ERDF"]),
        (TableKind::Json, "{\"a\":1}\n{\"a\":2}\n", &["a=1", "a=2"]),
        (TableKind::Json, "\u{feff} [ ] ", &[]),
        (TableKind::JsonLines, "{\"a\":1}\r\n\r\n{\"a\":2}", &["a=1", "a=2"]),
        (TableKind::JsonLines, "[\n{\"a\":1},\n{\"a\":2}\n]\n", &["a=1", "a=2"]),
        (TableKind::JsonLines, "{\n \"a\": 1\n}\n{\n \"a\": 2\n}", &["a=1", "a=2"]),
        (TableKind::JsonLines, "[{\"a\":1},\n{\"a\":2}]", &["a=1", "a=2"]),
        (TableKind::JsonLines, "[{\"a\":1},{\"a\":2}]", &["a=1", "a=2"]),
        (TableKind::JsonLines, "{\"a\": NaN, \"b\": \"x\\ud800\"}", &["b=x\u{fffd}"]),
        (TableKind::JsonLines, "{\"a\":1}\n{}\n{\"a\":null}", &["a=1"]),
    ];
    for (kind, input, expected) in cases {
        assert_eq!(told(kind, input), (expected.iter().map(ToString::to_string).collect(), Vec::new()), "{input}");
    }
}

/// What is broken gives an error that says so, and what is not broken is kept.
#[test]
fn poisoned_text_keeps_its_good_part() {
    let quote = "Name;Title;Total\na;\"b;5\nc;d;6\ne;\"f\ng\";7\n";
    let never = format!("Name;Title\na;\"b\n{}", "c;d\n".repeat(3000));
    let nested = format!("[{{\"a\":1}},{}{},{{\"a\":2}}]", "[".repeat(100_000), "]".repeat(100_000));
    let open = "[".repeat(100_000);
    let cases: [(TableKind, &str, usize, &str); 20] = [
        (TableKind::Csv, quote, 3, "line 2: expected a closing quote, found none"),
        (TableKind::Csv, &never, 3001, "line 2: expected a closing quote, found none"),
        (TableKind::Csv, "Name;Title\na;\"b", 1, "line 2: expected a closing quote"),
        (TableKind::Csv, "", 0, "found an empty file"),
        (TableKind::Csv, "\u{feff}\n\r\n", 0, "found an empty file"),
        (TableKind::Csv, "1;2\n3;4\n", 2, "expected a line of headings, found none"),
        (TableKind::Csv, "one\ntwo\n", 2, "found one column"),
        (
            TableKind::Json,
            "[{\"a\":1}]\n[{\"a\":2}]",
            2,
            "line 2: expected the end of the file, found another list: the feed was appended to",
        ),
        (TableKind::Json, "[{\"a\":1},{\"a\":2},{\"a\":", 2, "the file is cut off"),
        (TableKind::Json, "{\"results\":[{\"a\":1},{\"a\":2},{\"a\"", 2, "the file is cut off"),
        (TableKind::Json, "[{\"a\":1},{\"a\" 2},{\"a\":3}]", 2, "line 1: expected a JSON object"),
        (TableKind::Json, "[{\"a\":1},5,{\"a\":3}]", 2, "expected an object, found a single value"),
        (TableKind::Json, "[{\"a\":1}] trailing", 1, "expected an object or a list, found `t`"),
        (TableKind::Json, &nested, 2, "expected at most 64 levels"),
        (TableKind::Json, &open, 0, "the file is cut off"),
        (TableKind::Json, "", 0, "found an empty file"),
        (TableKind::JsonLines, "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", 2, "line 2: expected a JSON object"),
        (TableKind::JsonLines, "{\"a\":\n{\"a\":2}\n", 1, "line 1: expected a JSON object"),
        (TableKind::JsonLines, &nested.replace(',', "\n"), 2, "levels of brackets"),
        (TableKind::JsonLines, "\n\n", 0, "found an empty file"),
    ];
    for (kind, input, rows, message) in cases {
        let (found, errors) = told(kind, input);
        let head: String = input.chars().take(60).collect();
        assert_eq!(found.len(), rows, "{head}: {errors:?}");
        assert!(errors.iter().any(|error| error.contains(message)), "{head}: {errors:?}");
    }
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    assert_eq!(bytes(TableKind::Csv, "Name;Title;Total\n"), (Vec::new(), Vec::new()));
}

#[test]
fn binary_data_is_refused() {
    for kind in [TableKind::Csv, TableKind::Json, TableKind::JsonLines] {
        let (pages, errors) = bytes(kind, fixture("transparenzliste.xlsx"));
        assert_eq!((pages.len(), errors.len(), errors[0].class), (0, 1, Class::Decode));
    }
}

#[test]
fn text_named_as_a_workbook_is_read_as_text() {
    let (rows, errors) = told(TableKind::Sheet, "Name\tTotal\na\t5\n");
    assert_eq!((rows, errors.len()), (vec!["Name=a Total=5".to_owned()], 0));
    let (rows, errors) = told(TableKind::Sheet, "<html><table>");
    assert_eq!((rows.len(), errors.len()), (0, 1));
}

#[test]
fn cut_workbooks_and_parquet_are_errors() {
    let cases = [
        (TableKind::Sheet, "transparenzliste.xlsx"),
        (TableKind::Sheet, "transparenzliste.ods"),
        (TableKind::Sheet, "transparenzliste.xls"),
        (TableKind::Parquet, "rows.parquet"),
    ];
    for (kind, name) in cases {
        let whole = fixture(name);
        // The last bytes of an XLS hold none of its cells.
        for length in [0, 3, 100, whole.len() / 2, whole.len() - if name.ends_with("xls") { 3000 } else { 10 }] {
            let (pages, errors) = bytes(kind, &whole[..length]);
            assert!(!errors.is_empty(), "{name} cut to {length}: {} pages", pages.len());
            assert!(errors.iter().all(|error| error.class == Class::Damaged), "{name}: {errors:?}");
        }
    }
}

fn archive(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        archive.write_all(text.as_bytes()).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const BOOK_RELATION: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"#;

fn xlsx(sheet: &str) -> Vec<u8> {
    let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#;
    archive(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", BOOK_RELATION),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// Workbooks of a few hundred bytes that ask for a great deal.
#[test]
fn workbooks_that_grow_are_held_down() {
    let cell = |at: &str, text: &str| format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#);
    let head = format!("<row r=\"1\">{}{}</row>", cell("A1", "Name"), cell("B1", "Title"));
    let far = format!(
        "<worksheet><sheetData>{head}<row r=\"1048576\">{}{}</row></sheetData></worksheet>",
        cell("A1048576", "x"),
        cell("XFD1048576", "y")
    );
    let (rows, errors) = told(TableKind::Sheet, xlsx(&far));
    assert_eq!((rows, errors.join(" ").as_str()), (vec!["Name=x =y".to_owned()], ""));

    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>";
    let laughing =
        format!("{laughs}<worksheet><sheetData>{head}<row r=\"2\">{}</row></sheetData></worksheet>", cell("A2", "&b;"));
    let (rows, _) = told(TableKind::Sheet, xlsx(&laughing));
    assert!(rows.iter().all(|row| !row.contains("haha")), "{rows:?}");

    let bomb = format!("<worksheet><sheetData>{head}{}", " ".repeat(40 << 20));
    let (pages, errors) = bytes(TableKind::Sheet, xlsx(&bomb));
    assert_eq!((pages.len(), errors[0].class), (0, Class::Limit));

    let text = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let ods = format!(
        r#"<office:document-content><table:table table:name="A"><table:table-row>{}{}</table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell office:value-type="float" office:value="5" table:number-columns-repeated="2"/></table:table-row>
        <table:table-row>{}{}</table:table-row></table:table></office:document-content>"#,
        text("Name"),
        text("Title"),
        text("a&amp;b"),
        text("c<text:s text:c=\"2\"/>d")
    );
    let (rows, errors) = told(TableKind::Sheet, archive(&[("content.xml", &ods)]));
    assert_eq!((rows.len(), errors.len(), rows.last().map(String::as_str)), (1001, 0, Some("Name=a&b Title=c  d")));
}

/// calamine would follow the circle until memory ends.
#[test]
fn an_xls_whose_sectors_run_in_a_circle_is_refused() {
    let mut file = fixture("transparenzliste.xls");
    let table = (u32::from_le_bytes(file[76..80].try_into().expect("four")) as usize + 1) * 512;
    for sector in 0..128_u32 {
        let at = table + 4 * sector as usize;
        file[at..at + 4].copy_from_slice(&(sector ^ 1).to_le_bytes());
    }
    let (pages, errors) = bytes(TableKind::Sheet, file);
    assert_eq!((pages.len(), errors.len()), (0, 1));
    assert!(errors[0].message.ends_with("its sectors run in a circle"), "{}", errors[0].message);
}

#[test]
fn an_encrypted_document_is_refused() {
    let manifest = "<manifest><encryption-data/></manifest>";
    let (pages, errors) =
        bytes(TableKind::Sheet, archive(&[("META-INF/manifest.xml", manifest), ("content.xml", "x")]));
    assert_eq!((pages.len(), errors[0].message.as_str()), (0, "expected a workbook, found an encrypted one"));
}

#[test]
fn limits_are_kept() {
    let few = Limits { records: 3, page_bytes: 1000, ..limits() };
    let (pages, errors) = all(TableKind::Csv, Input::Bytes(b"a;b\nc;d\ne;f\ng;h\ni;j\n".to_vec()), &few);
    assert_eq!((pages.len(), errors[0].class), (3, Class::Limit));
    let long = format!("[{{\"a\":1}},{{\"a\":\"{}\"}},{{\"a\":3}}]", "x".repeat(5000));
    let (pages, errors) = all(TableKind::Json, Input::Bytes(long.into_bytes()), &few);
    assert_eq!((pages.len(), errors[0].class), (2, Class::Size));
    let wrapped = format!("{{\"note\":\"{}\",\"list\":[{{\"a\":1}},{{\"a\":2}}]}}", "x".repeat(5000));
    let (pages, errors) = all(TableKind::Json, Input::Bytes(wrapped.into_bytes()), &few);
    assert_eq!((pages.len(), errors.len()), (2, 0));
    let wide = format!("Name;Title\na;{}\nb;c\n", "x".repeat(5000));
    let (pages, errors) = all(TableKind::Csv, Input::Bytes(wide.into_bytes()), &few);
    assert_eq!((pages.len(), errors[0].class), (2, Class::Size));
}

#[test]
fn errors_of_one_table_are_counted_beyond_a_hundred() {
    let (rows, errors) = told(TableKind::JsonLines, format!("{{\"a\":1}}\n{}", "{\n".repeat(500)));
    assert_eq!((rows.len(), errors.len()), (1, 101));
    assert_eq!(errors.last().map(String::as_str), Some("400 more errors like those before"));
}

#[test]
fn reading_stops_when_no_more_is_wanted() {
    for (kind, name) in [
        (TableKind::Csv, "kohesio.csv"),
        (TableKind::Sheet, "transparenzliste.xlsx"),
        (TableKind::Parquet, "rows.parquet"),
    ] {
        let mut given = 0;
        let mut emit = |_| {
            given += 1;
            false
        };
        assert!(!read(kind, Input::Bytes(fixture(name)), "t", &limits(), &mut emit));
        assert_eq!(given, 1);
    }
}

/// A stream that breaks off gives what came before and an error.
#[test]
fn a_stream_that_fails_keeps_what_came_before() {
    struct Failing(Cursor<Vec<u8>>);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
                read => Ok(read),
            }
        }
    }
    for (kind, text) in [
        (TableKind::Csv, "Name;Total\na;5\nb;6\n"),
        (TableKind::JsonLines, "{\"a\":1}\n{\"a\":2}\n"),
        (TableKind::Json, "[{\"a\":1},{\"a\":2},"),
    ] {
        let mut stream = Failing(Cursor::new(text.as_bytes().to_vec()));
        let (pages, errors) = all(kind, Input::Stream(&mut stream), &limits());
        assert_eq!((pages.len(), errors.len(), errors[0].message.as_str()), (2, 1, "cut off"));
    }
}
