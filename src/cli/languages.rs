//! `kohex languages`: what is read in which language.

use std::io::{self, Write};

use super::{Common, Outcome, Refusal, load, print};
use crate::check::coverage;
use crate::patterns::{Kind, Patterns};

pub fn run(common: &Common) -> Result<Outcome, Refusal> {
    let patterns = load(common)?;
    print(|out| table(out, &patterns))
}

/// Language × kind: rules / examples.
pub fn table(out: &mut dyn Write, patterns: &Patterns) -> io::Result<()> {
    write!(out, "{:5}{:18}", "code", "language")?;
    for kind in Kind::ALL {
        write!(out, "{:>14}", kind.name())?;
    }
    writeln!(out)?;
    for (code, row) in coverage(patterns) {
        let name = patterns.files().get(&code).map_or("", |loaded| loaded.file.name.as_str());
        write!(out, "{code:5}{name:18}")?;
        for kind in Kind::ALL {
            let cell = row.get(kind).copied().unwrap_or_default();
            write!(out, "{:>14}", format!("{} / {}", cell.rules, cell.examples))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "rules / examples; und holds in every language")
}
