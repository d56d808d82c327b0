//! `kohex check`: the patterns' own examples and the user's own pages.

use std::path::PathBuf;

use clap::Args;

use super::{Common, Outcome, Refusal, languages, load, print};
use crate::check::{Compared, coverage, examples, pages};
use crate::pipeline::{Extractor, Options};
use crate::source::shown;

#[derive(Debug, Args)]
pub struct Check {
    /// Folder of pages, each with a <page>.expected.json beside it [default: fixtures, where it exists]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Write what is found as what is expected
    #[arg(long)]
    accept: bool,
}

impl Check {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let extractor = Extractor::new(load(common)?, Options::default())?;
        let (count, differences) = examples(&extractor)?;
        let fixtures = PathBuf::from("fixtures");
        let folder = self.folder.clone().or_else(|| fixtures.is_dir().then_some(fixtures));
        let compared = match &folder {
            Some(folder) => pages(&extractor, folder, self.accept)
                .map_err(|e| Refusal::new(folder.display(), "cannot be checked", &e))?,
            None => Vec::new(),
        };
        if self.folder.is_some() && compared.is_empty() {
            let folder = folder.unwrap_or_default();
            return Err(Refusal(format!("{}: no pages: expected .txt files, found none", folder.display())));
        }
        let mut failed = differences.len();
        let mut accepted = 0;
        let (rows, files) = (coverage(extractor.patterns())?, extractor.patterns().files()?);
        print(|out| {
            for difference in &differences {
                writeln!(out, "{}: {}\n", difference.place, difference.message)?;
            }
            for (page, result) in &compared {
                let place = shown(&page.name);
                match result {
                    Compared::Same => continue,
                    Compared::Accepted => {
                        accepted += 1;
                        if !common.quiet {
                            writeln!(out, "{place}: expectation written")?;
                        }
                        continue;
                    }
                    Compared::Differs(diff) => writeln!(out, "{place}: differs (- expected, + found)\n{diff}")?,
                    Compared::New => writeln!(
                        out,
                        "{place}: expected {}, found none\nhelp: --accept writes it",
                        crate::check::EXPECTED
                    )?,
                    Compared::Failed(message) => writeln!(out, "{place}: {message}")?,
                }
                failed += 1;
            }
            if !common.quiet {
                languages::table(out, &rows, &files)?;
                let written = if accepted > 0 { format!(", {accepted} expectations written") } else { String::new() };
                writeln!(out, "{count} examples, {} pages{written}: {failed} differ", compared.len())?;
            }
            Ok(())
        })?;
        Ok(if failed == 0 { Outcome::Done } else { Outcome::SomeFailed })
    }
}
