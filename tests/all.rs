//! All integration tests in one binary, so that they are linked once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod command_line;
mod faults;
mod laws;
mod pages;
mod patterns;
mod regressions;
mod schema;

use std::sync::LazyLock;

use kohex::patterns::Patterns;
use kohex::pipeline::Extractor;

/// The embedded patterns are compiled once for all tests.
static EXTRACTOR: LazyLock<Extractor> = LazyLock::new(|| Extractor::new(Patterns::embedded().expect("patterns"), true));

/// The program under test.
fn kohex() -> std::process::Command {
    std::process::Command::new(env!("CARGO_BIN_EXE_kohex"))
}
