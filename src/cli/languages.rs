//! `kohex languages`: what is read in which language.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Common, Outcome, Refusal, load, print};
use crate::check::{Coverage, coverage};
use crate::patterns::{Kind, Loaded};

pub fn run(common: &Common) -> Result<Outcome, Refusal> {
    let patterns = load(common)?;
    let (rows, names) = (coverage(&patterns)?, patterns.files()?);
    print(|out| table(out, &rows, &names))
}

/// Language × kind: rules / examples.
pub fn table(
    out: &mut dyn Write,
    rows: &BTreeMap<String, BTreeMap<Kind, Coverage>>,
    files: &[(&str, &Loaded)],
) -> io::Result<()> {
    write!(out, "{:5}{:18}", "code", "language")?;
    for kind in Kind::ALL {
        write!(out, "{:>14}", kind.name())?;
    }
    writeln!(out)?;
    for ((code, row), (_, loaded)) in rows.iter().zip(files) {
        let name = &loaded.file.name;
        write!(out, "{code:5}{name:18}")?;
        for kind in Kind::ALL {
            let cell = row.get(kind).copied().unwrap_or_default();
            write!(out, "{:>14}", format!("{} / {}", cell.rules, cell.examples))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "rules / examples; und holds in every language")
}
