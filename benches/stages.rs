//! How fast each stage of a page's way is, on one thread.
//!
//! `cargo bench --bench stages` reads the pages of `fixtures`; `cargo bench --bench stages -- FOLDER` those of a folder
//! (the first 8 MB in the order of their names), with `--whole` the whole way only. With `--json` every line is an
//! object, for `bench/run`.
//! Each stage is given what the stage before it made, in full before the clock starts; a pass goes over all pages, and
//! the best of several passes counts. MB are millions of bytes of the pages as they lie on disk.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::cast_precision_loss, reason = "a table for people")]

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use kohex::language::{Detected, Detector};
use kohex::normalize::{self, Reading};
use kohex::patterns::{Patterns, UND};
use kohex::pipeline::{Extractor, Options};
use kohex::record::{self, Found, Zone};
use kohex::scan::{self, Marks, Match, Passage, Scan};
use kohex::sink::{JsonLines, Sink};
use kohex::text::{self, Text, fold};

/// Pages are taken until they make so many bytes: enough to leave the caches cold, few enough to wait for.
const BYTES: usize = 8_000_000;
/// A stage is passed over until it has run for so long, and so many times at least.
const LONG_ENOUGH: Duration = Duration::from_millis(500);
const PASSES: usize = 3;
/// The same for a made text of one language; there are some seventy.
const LONG_ENOUGH_MADE: Duration = Duration::from_millis(100);
/// Bytes of the synthetic texts, of each language.
const SYNTHETIC: usize = 200_000;
/// Bytes between two figures of the sparse text.
const SPARSE: usize = 300;

fn main() {
    let mut folder = "fixtures".to_owned();
    let (mut json, mut whole_only) = (false, false);
    for argument in env::args().skip(1) {
        match argument.as_str() {
            // What cargo says to every bench.
            "--bench" => {}
            "--json" => json = true,
            "--whole" => whole_only = true,
            other => other.clone_into(&mut folder),
        }
    }
    let patterns = Patterns::embedded().expect("patterns");
    let print = Print { json };
    print.head(&folder);
    let pages = pages(Path::new(&folder));
    if !whole_only {
        stages(&print, &patterns, &pages);
    }
    whole(&print, &pages);
    if whole_only {
        return;
    }
    let fixtures = fixtures();
    print.note("scan + normalise on synthetic texts, every language; and the slowest one");
    synthetic(&print, &patterns, "sparse", &fixtures.iter().map(|(c, t)| (c.clone(), sparse(t))).collect::<Vec<_>>());
    synthetic(&print, &patterns, "figures", &fixtures.iter().map(|(c, _)| (c.clone(), figures())).collect::<Vec<_>>());
}

/// Every stage over the same pages. What a stage needs is made before its clock starts.
fn stages(print: &Print, patterns: &Patterns, pages: &[Vec<u8>]) {
    let detector = Detector::new(patterns, None).expect("words");
    let extractor = extractor();
    let encode = JsonLines::stdout().encoder();
    let bytes = pages.iter().map(Vec::len).sum();

    let decoded: Vec<String> =
        pages.iter().map(|page| text::decode(page, None).expect("text").text.into_owned()).collect();
    let texts: Vec<Text<'_>> = decoded.iter().map(Text::new).collect();
    let detected: Vec<Detected> = texts.iter().map(|text| detector.detect(text.normal())).collect();
    let of_pages = || texts.iter().zip(&detected);
    let all = || of_pages().flat_map(|(text, detected)| passages(patterns, text, detected));
    let passages: Vec<Passage<'_, '_>> = all().collect();
    let matches: Vec<(&Passage<'_, '_>, Match<'_>)> =
        passages.iter().flat_map(|p| scan_only(p).found.into_iter().map(move |(found, ())| (p, found))).collect();
    let records: Vec<_> = pages.iter().map(|page| extractor.read("page.txt", page).expect("a record")).collect();

    let timed = |stage: &str, run: &mut dyn FnMut()| print.line(stage, bytes, pages.len(), best(LONG_ENOUGH, run));
    timed("decode", &mut || each(pages, |page| text::decode(page, None)));
    timed("normalise text", &mut || {
        each(&decoded, Text::new);
    });
    timed("detect language", &mut || each(&texts, |text| detector.detect_folded(text.normal(), text.lower())));
    // Making a passage finds where its words and figures begin, so it is a part of scanning.
    timed("scan", &mut || each(all(), |passage| scan_only(&passage).found.len()));
    timed("normalise values", &mut || {
        each(&matches, |(passage, found)| normalize::read(found, passage.text, passage.language));
    });
    timed("scan + normalise", &mut || each(all(), |passage| scan_and_normalise(&passage).found.len()));
    // What follows changes what it is given, so every pass makes its own, while the clock stands.
    let marked = best_behind(all, Marks::new);
    print.line("mark words", bytes, pages.len(), marked);
    let read = || of_pages().map(|(text, detected)| (text, detected, evidence(patterns, text, detected)));
    let understood = best_behind(read, |(text, detected, evidence)| facts(patterns, text, detected, evidence));
    print.line("roles and facts", bytes, pages.len(), understood);
    timed("serialise", &mut || each(&records, encode));
}

/// Bytes to record, as a library's user has it.
fn whole(print: &Print, pages: &[Vec<u8>]) {
    let extractor = extractor();
    let took = best(LONG_ENOUGH, &mut || each(pages, |page| extractor.read("page.txt", page)));
    print.line("whole page", pages.iter().map(Vec::len).sum(), pages.len(), took);
}

fn extractor() -> Extractor {
    Extractor::new(Patterns::embedded().expect("patterns"), Options::default()).expect("an extractor")
}

/// Does something with each item and lets go of what comes of it.
fn each<I: IntoIterator, T>(items: I, make: impl Fn(I::Item) -> T) {
    for item in items {
        drop(black_box(make(item)));
    }
}

/// Scan and normalise on made texts, of every language together and of the slowest.
fn synthetic(print: &Print, patterns: &Patterns, name: &str, made: &[(String, String)]) {
    let (mut bytes, mut time) = (0, Duration::ZERO);
    let mut slowest = (0.0, String::new(), 0, Duration::ZERO);
    for (code, text) in made {
        let language = patterns.language(code).expect("patterns");
        let lower = fold(text);
        let passage = || Passage::new(text, &lower, &(0..text.len()), language);
        let took =
            best(LONG_ENOUGH_MADE, &mut || each([passage()], |passage| scan_and_normalise(&passage).found.len()));
        let a_byte = took.as_secs_f64() / text.len() as f64;
        if a_byte > slowest.0 {
            slowest = (a_byte, code.clone(), text.len(), took);
        }
        bytes += text.len();
        time += took;
    }
    print.line(&format!("{name} text"), bytes, made.len(), time);
    print.line(&format!("{name} text, {}", slowest.1), slowest.2, 1, slowest.3);
}

// One small function a stage, so that a change of an interface is followed in one place.

fn passages<'p>(patterns: &'p Patterns, text: &'p Text<'_>, detected: &Detected) -> Vec<Passage<'p, 'p>> {
    let of = |code: &str| patterns.language(code).expect("patterns");
    detected
        .passages
        .iter()
        .map(|passage| Passage::new(text.normal(), text.lower(), &passage.span, of(&passage.code)))
        .collect()
}

/// Matches alone: every match counts as a value.
fn scan_only<'p>(passage: &Passage<'_, 'p>) -> Scan<'p, ()> {
    scan::scan(passage, |_| Some(()), false)
}

/// As `pipeline` does it: a match without a value gives way to another.
fn scan_and_normalise<'p>(passage: &Passage<'_, 'p>) -> Scan<'p, Vec<Reading>> {
    scan::scan(passage, |found: &Match<'_>| normalize::read(found, passage.text, passage.language), false)
}

type Evidence<'p> = (Vec<Marks<'p, 'p>>, Vec<Zone<'p>>, Vec<(&'p kohex::patterns::Rule, Reading)>);

/// Labels and values of a page, moved to where they stand in it.
fn evidence<'p>(patterns: &'p Patterns, text: &'p Text<'_>, detected: &Detected) -> Evidence<'p> {
    let (mut marked, mut zones, mut readings) = (Vec::new(), Vec::new(), Vec::new());
    for passage in passages(patterns, text, detected) {
        let offset = passage.span.start;
        for (found, all) in scan_and_normalise(&passage).found {
            readings.extend(all.into_iter().map(|mut reading| {
                reading.span = reading.span.start + offset..reading.span.end + offset;
                (found.rule, reading)
            }));
        }
        let marks = Marks::new(passage);
        zones.extend(record::zones(text.normal(), &marks));
        marked.push(marks);
    }
    (marked, zones, readings)
}

fn facts(
    patterns: &Patterns,
    text: &Text<'_>,
    detected: &Detected,
    (passages, zones, readings): Evidence<'_>,
) -> usize {
    let normal = text.normal();
    let main = patterns.language(&detected.code).expect("patterns");
    let mut found: Vec<Found<'_>> = record::assign(normal, &passages, &zones, readings);
    let facts = record::facts(normal, main, &passages, &zones, &mut found);
    let kohesio = record::kohesio(normal, &zones);
    let title = record::title(normal, &zones, &found, main, kohesio, &record::Stated::default());
    let title = title.map_or(0, |title| title.value.len());
    let known = record::Known {
        text: normal,
        found: &found,
        facts: &facts,
        kohesio,
        language: detected,
        supported: patterns.knows(&detected.code),
        replaced: 0,
        repaired: 0,
        cut: None,
    };
    title + record::warnings(&known).len()
}

/// The best of several passes.
fn best(enough: Duration, run: &mut dyn FnMut()) -> Duration {
    best_pass(enough, &mut || {
        let began = Instant::now();
        run();
        began.elapsed()
    })
}

/// The best of several passes over items that are made while the clock stands.
fn best_behind<I, T>(items: impl Fn() -> I, run: impl Fn(I::Item) -> T) -> Duration
where
    I: Iterator,
{
    best_pass(LONG_ENOUGH, &mut || {
        let took = items().map(|item| {
            let began = Instant::now();
            drop(black_box(run(item)));
            began.elapsed()
        });
        took.sum()
    })
}

/// The best of several passes, each of which says how long it took; one before them warms what is made when first asked for.
fn best_pass(enough: Duration, pass: &mut dyn FnMut() -> Duration) -> Duration {
    pass();
    let mut best = Duration::MAX;
    let (mut passes, mut all) = (0, Duration::ZERO);
    while passes < PASSES || all < enough {
        let took = pass();
        best = best.min(took);
        all += took;
        passes += 1;
    }
    best
}

/// The pages of a folder in the order of their names, up to [`BYTES`].
fn pages(folder: &Path) -> Vec<Vec<u8>> {
    let mut pages = Vec::new();
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten() {
        if entry.path().extension().is_some_and(|e| e == "txt") && bytes < BYTES {
            pages.push(fs::read(entry.path()).expect("a page"));
            bytes += pages.last().map_or(0, Vec::len);
        }
    }
    assert!(!pages.is_empty(), "{}: expected pages (*.txt), found none", folder.display());
    pages
}

/// The text of all fixtures of each language.
fn fixtures() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for entry in walkdir::WalkDir::new("fixtures").sort_by_file_name().into_iter().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "txt") {
            let code = path.parent().and_then(Path::file_name).map_or(UND.into(), |c| c.to_string_lossy());
            let text = fs::read_to_string(path).expect("a page");
            match all.last_mut() {
                Some((last, texts)) if *last == *code => texts.push_str(&text),
                _ => all.push((code.into_owned(), text)),
            }
        }
    }
    all
}

/// The words of a text without their figures, and one run of digits in every [`SPARSE`] bytes.
fn sparse(text: &str) -> String {
    let figures = ["2024", "17 %", "350 €", "1250", "2021", "85%", "EUR 5", "40", "9", "180000"];
    let words = text.split_whitespace().filter(|word| word.chars().all(|c| !c.is_numeric())).cycle();
    let (mut out, mut next) = (String::new(), SPARSE);
    let mut figures = figures.iter().cycle();
    let mut column = 0;
    for word in words {
        if out.len() >= SYNTHETIC {
            break;
        }
        out.push_str(word);
        column += word.len();
        if out.len() >= next {
            out.push(' ');
            out.push_str(figures.next().copied().unwrap_or_default());
            next += SPARSE;
        }
        // Paragraphs, so that lines are as long as they are on pages.
        out.push(if column > 400 && word.ends_with('.') { '\n' } else { ' ' });
        column = if out.ends_with('\n') { 0 } else { column };
    }
    out
}

/// Text that is all numbers: dates, years, amounts, percentages, plain numbers; other figures every time.
fn figures() -> String {
    let mut seed: u64 = 2021;
    // Knuth's MMIX generator; its upper bits are good enough for figures.
    let mut below = move |end: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % end
    };
    let mut out = String::new();
    while out.len() < SYNTHETIC {
        let (day, month, year) = (1 + below(28), 1 + below(12), 2007 + below(22));
        let (millions, thousands, units, cents) = (1 + below(99), below(1000), below(1000), below(100));
        out += &match below(10) {
            0 => format!("{day:02}.{month:02}.{year}"),
            1 => format!("{day}/{month}/{year}"),
            2 => format!("{year}-{month:02}-{day:02}"),
            3 => format!("{year}"),
            4 => format!("{millions}.{thousands:03},{cents:02} €"),
            5 => format!("{millions} {thousands:03} {units:03} PLN"),
            6 => format!("€ {millions},{thousands:03}.{cents:02}"),
            7 => format!("{millions},{cents:02} %"),
            8 => format!("{cents}%"),
            _ => format!("{}", below(100_000)),
        };
        out += [" ", " ", ", ", "; ", "\n"].get(usize::try_from(below(5)).unwrap_or(0)).copied().unwrap_or(" ");
    }
    out
}

/// A table for people, or an object a line.
struct Print {
    json: bool,
}

impl Print {
    fn head(&self, folder: &str) {
        if !self.json {
            println!("{folder}, one thread\n{:26}{:>10}{:>14}", "", "MB/s", "µs a page");
        }
    }

    fn note(&self, note: &str) {
        if !self.json {
            println!("\n{note}");
        }
    }

    fn line(&self, stage: &str, bytes: usize, pages: usize, took: Duration) {
        let seconds = took.as_secs_f64().max(1e-9);
        let (speed, page) = (bytes as f64 / 1e6 / seconds, seconds * 1e6 / pages as f64);
        if self.json {
            println!(r#"{{"stage":"{stage}","mb_s":{speed:.3},"us_page":{page:.3},"bytes":{bytes},"pages":{pages}}}"#);
        } else {
            println!("{stage:26}{speed:>10.1}{page:>14.1}");
        }
    }
}
