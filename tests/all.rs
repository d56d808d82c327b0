//! All integration tests in one binary, so that they are linked once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod batch;
mod command_line;
mod diff;
mod explain;
mod faults;
mod formats;
mod hostile;
mod import;
mod kohesio;
mod lake;
mod languages;
mod laws;
mod oracle;
mod outputs;
mod pages;
mod patterns;
#[cfg(unix)]
mod postgres;
mod projects;
mod regressions;
mod schema;
mod survive;
mod tables;

use std::sync::LazyLock;

use kohex::patterns::Patterns;
use kohex::pipeline::{Extractor, Options};

/// The embedded patterns are compiled once for all tests.
static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| {
    let options = Options { keep_text: true, ..Options::default() };
    Extractor::new(Patterns::embedded().expect("patterns"), options).expect("words")
});

/// The program under test.
fn kohex() -> std::process::Command {
    std::process::Command::new(env!("CARGO_BIN_EXE_kohex"))
}
