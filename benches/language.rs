//! How well and how fast the language of a page is told, beside lingua alone with all its languages on the whole text.
//!
//! `cargo bench --bench language` reads the fixtures, whole and sentence by sentence, and the labelled texts of
//! `../shared/corpus` where they are. Same texts, same run.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::cast_precision_loss, reason = "a table for people")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use kohex::language::Detector;
use kohex::patterns::Patterns;
use lingua::{LanguageDetector, LanguageDetectorBuilder};

/// Tells the language of a text and how sure it is.
type Detect<'d> = &'d dyn Fn(&str) -> (String, f64);

/// A text and the language it is in.
struct Labelled {
    code: String,
    text: String,
}

fn main() {
    let patterns = Patterns::embedded().expect("patterns");
    let cascade = Detector::new(&patterns, None).expect("words");
    let lingua = LanguageDetectorBuilder::from_all_languages().build();
    let pages = fixtures();
    let cut = |texts: &[Labelled]| texts.iter().flat_map(sentences).collect::<Vec<_>>();
    let corpus = corpus();
    let (of_corpus, of_pages) = (cut(&corpus), cut(&pages));
    for (name, texts) in [
        ("corpus", corpus),
        ("corpus, sentences", of_corpus),
        ("fixtures, pages", pages),
        ("fixtures, sentences", of_pages),
    ] {
        if !texts.is_empty() {
            table(name, &texts, &cascade, &lingua);
        }
    }
}

fn table(name: &str, texts: &[Labelled], cascade: &Detector, lingua: &LanguageDetector) {
    let bytes: usize = texts.iter().map(|t| t.text.len()).sum();
    println!("\n{name}: {} texts of {} bytes on average", texts.len(), bytes / texts.len());
    let by_words = |text: &str| {
        let detected = cascade.detect(text);
        (detected.code, detected.confidence)
    };
    let by_lingua = |text: &str| {
        let values = lingua.compute_language_confidence_values(text);
        values.first().map_or(("und".to_owned(), 0.0), |(l, share)| (l.iso_code_639_1().to_string(), *share))
    };
    println!("{:10}{:>10}{:>12}  confused", "", "right", "µs a text");
    // Both once before they are timed: models and automata are made when first asked for.
    let ways: [(&str, Detect<'_>); 2] = [("kohex", &by_words), ("lingua", &by_lingua)];
    for (way, detect) in ways {
        texts.iter().take(40).for_each(|t| drop(detect(&t.text)));
        let mut confused: BTreeMap<String, usize> = BTreeMap::new();
        let mut bins = [(0usize, 0usize, 0.0f64); 5];
        let mut right = 0;
        let mut time = Duration::ZERO;
        for labelled in texts {
            let began = Instant::now();
            let (code, share) = detect(&labelled.text);
            time += began.elapsed();
            let fits = code == labelled.code || (labelled.code == "no" && (code == "nb" || code == "nn"));
            right += usize::from(fits);
            if !fits {
                *confused.entry(format!("{}→{code}", labelled.code)).or_default() += 1;
            }
            let bin = [0.5, 0.8, 0.95, 0.99].iter().take_while(|edge| share >= **edge).count();
            if let Some(bin) = bins.get_mut(bin) {
                *bin = (bin.0 + 1, bin.1 + usize::from(fits), bin.2 + share);
            }
        }
        let mut pairs: Vec<(String, usize)> = confused.into_iter().collect();
        pairs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        let pairs: Vec<String> = pairs.iter().take(24).map(|(pair, n)| format!("{pair} {n}")).collect();
        let micros = time.as_secs_f64() * 1e6 / texts.len() as f64;
        println!("{way:10}{:>9.2}%{micros:>12.0}  {}", 100.0 * right as f64 / texts.len() as f64, pairs.join(", "));
        for (count, fits, sum) in bins.into_iter().filter(|(count, ..)| *count > 0) {
            let (said, is) = (sum / count as f64, fits as f64 / count as f64);
            println!("{:12}confidence {said:.3}, right {is:.3} of {count}", "");
        }
    }
}

fn fixtures() -> Vec<Labelled> {
    let mut all = Vec::new();
    for entry in walkdir::WalkDir::new("fixtures").sort_by_file_name().into_iter().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "txt") {
            let code = path.parent().and_then(Path::file_name).map(|c| c.to_string_lossy().into_owned());
            all.push(Labelled { code: code.unwrap_or_default(), text: fs::read_to_string(path).expect("a page") });
        }
    }
    all
}

/// One sentence each, of a few words and more.
fn sentences(page: &Labelled) -> Vec<Labelled> {
    let lines = page.text.lines().filter(|line| line.split_whitespace().count() >= 6);
    let parts = lines.flat_map(|line| line.split_inclusive(". "));
    parts
        .filter(|part| part.split_whitespace().filter(|w| w.chars().all(|c| !c.is_numeric())).count() >= 6)
        .map(|part| Labelled { code: page.code.clone(), text: part.trim().to_owned() })
        .collect()
}

fn corpus() -> Vec<Labelled> {
    let Ok(lines) = fs::read_to_string("../shared/corpus/dev.jsonl") else { return Vec::new() };
    let said = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON");
    lines.lines().map(read).map(|v| Labelled { code: said(&v, "lang"), text: said(&v, "text") }).collect()
}
