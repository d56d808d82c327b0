//! lingua alone on whole pages, with all its languages of the Union and around: what kohex is measured against.
//!
//! `cargo bench --bench peers -- FOLDER` reads every 19th page of a folder (`fixtures` where none is given: every one).
//! With `--json` the lines are objects, for `bench/run`.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::cast_precision_loss, reason = "a table for people")]

use std::env;
use std::fs;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use lingua::{LanguageDetector, LanguageDetectorBuilder};

/// Of a corpus every so manieth page: prime to the number of languages, so that all of them are met.
const EVERY: usize = 19;
/// Folders smaller than this are read whole.
const FEW: usize = 1000;
const PASSES: usize = 3;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let folder = arguments.iter().find(|argument| !argument.starts_with("--")).map_or("fixtures", String::as_str);
    let pages = pages(folder);
    let bytes: usize = pages.iter().map(String::len).sum();
    let lingua = LanguageDetectorBuilder::from_all_languages().with_preloaded_language_models().build();
    for threads in [1, 2] {
        let seconds = best(&pages, &lingua, threads);
        let (pages_s, mb_s) = (pages.len() as f64 / seconds, bytes as f64 / 1e6 / seconds);
        if json {
            let count = pages.len();
            println!(
                r#"{{"threads":{threads},"pages_s":{pages_s:.3},"mb_s":{mb_s:.4},"pages":{count},"bytes":{bytes}}}"#
            );
        } else {
            println!("lingua alone, {threads} threads: {pages_s:.1} pages/s, {mb_s:.3} MB/s");
        }
    }
}

/// Seconds of the best of several passes; one before them warms up.
fn best(pages: &[String], lingua: &LanguageDetector, threads: usize) -> f64 {
    let pass = || {
        let began = Instant::now();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                black_box(lingua.detect_language_of(page));
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        began.elapsed().as_secs_f64()
    };
    pass();
    (0..PASSES).map(|_| pass()).fold(f64::MAX, f64::min)
}

fn pages(folder: &str) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let paths: Vec<_> =
        entries.map(walkdir::DirEntry::into_path).filter(|p| p.extension().is_some_and(|e| e == "txt")).collect();
    let step = if paths.len() < FEW { 1 } else { EVERY };
    paths.iter().step_by(step).map(|path| fs::read_to_string(path).expect("a page")).collect()
}
