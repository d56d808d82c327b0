//! `kohex verify` and `kohex status`: whether an output is whole, and how far a run is.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::{Common, Outcome, Refusal, print};
use crate::digest::{hexadecimal, sha256};
use crate::record::Record;
use crate::reject::Reject;
use crate::sink::folder::{Line, Totals, Written, files, manifest, open, totals};

#[derive(Debug, Args)]
pub struct Verify {
    /// A folder or file that `kohex extract -o` wrote
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Status {
    /// A folder that `kohex extract -o` writes or wrote
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

impl Status {
    pub fn run(&self) -> Result<Outcome, Refusal> {
        let lines = read(&self.output)?;
        let totals = totals(&lines);
        let shards = lines.iter().filter(|line| matches!(line, Line::Pages(_))).count();
        let whole = matches!(lines.last(), Some(Line::End(_)));
        print(|out| {
            if let Some(Line::Run(run)) = lines.first() {
                writeln!(out, "kohex {}, patterns {}: {}", run.version, run.patterns, run.inputs.join(" "))?;
            }
            let Totals { pages, records, held, rejects, failed } = totals;
            writeln!(
                out,
                "{pages} pages in {shards} shards: {records} records, {rejects} without a record, {failed} failed"
            )?;
            if whole {
                writeln!(out, "complete")
            } else {
                writeln!(out, "not complete: {held} pages wait to be brought together; the same command again goes on")
            }
        })?;
        Ok(if whole { Outcome::Done } else { Outcome::SomeFailed })
    }
}

impl Verify {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let mut seen = Seen::default();
        if self.output.is_dir() {
            let lines = read(&self.output)?;
            check_folder(&self.output, &lines, &mut seen);
        } else {
            let place = self.output.display().to_string();
            let mut file = open(&self.output).map_err(|e| Refusal::new(&place, "cannot be read", &e))?;
            if let Err(error) = seen.records(&place, &mut file) {
                seen.problems.push(format!("{place}: cannot be read: {}", crate::source::plain(&error)));
            }
        }
        print(|out| {
            for problem in &seen.problems {
                writeln!(out, "{problem}")?;
            }
            if common.quiet && seen.problems.is_empty() {
                return Ok(());
            }
            let Seen { records, documents, rejects, problems, .. } = &seen;
            let pages = documents.len() as u64 + rejects;
            writeln!(
                out,
                "{pages} pages: {} with {records} records, {rejects} without; {} problems",
                documents.len(),
                problems.len()
            )
        })?;
        Ok(if seen.problems.is_empty() { Outcome::Done } else { Outcome::SomeFailed })
    }
}

fn read(folder: &Path) -> Result<Vec<Line>, Refusal> {
    manifest(folder).map_err(|e| Refusal::new(folder.display(), "expected a folder that kohex wrote", &e))
}

/// What an output holds and what is wrong with it.
#[derive(Default)]
struct Seen {
    records: u64,
    /// Pages that went into records, by a digest of their paths.
    documents: HashSet<u128>,
    ids: HashSet<u128>,
    rejects: u64,
    failed: u64,
    problems: Vec<String>,
}

impl Seen {
    /// Reads a file of records: every line whole, no id and no page twice.
    fn records(&mut self, place: &str, file: &mut dyn BufRead) -> io::Result<u64> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                return Ok(number);
            }
            number += 1;
            let record: Record = match serde_json::from_slice(&line) {
                Ok(record) if line.ends_with(b"\n") => record,
                Ok(_) => {
                    self.problems
                        .push(format!("{place}:{number}: expected a line break behind the record, found the end"));
                    continue;
                }
                Err(error) => {
                    self.problems.push(format!("{place}:{number}: expected a record, found {error}"));
                    continue;
                }
            };
            self.records += 1;
            if !self.ids.insert(short(&record.id)) {
                self.problems.push(format!("{place}:{number}: {} is there twice", record.id));
            }
            // A page that lists projects is in the records of all of them.
            let listed = record.id.rsplit_once('#').is_some_and(|(_, number)| number != "1");
            for document in &record.documents {
                if !self.documents.insert(short(&document.path)) && !listed {
                    self.problems.push(format!("{place}:{number}: the page {} is there twice", document.path));
                }
            }
        }
    }

    fn rejects(&mut self, place: &str, file: &mut dyn BufRead) -> io::Result<u64> {
        let mut lines = 0;
        for line in file.lines() {
            lines += 1;
            match serde_json::from_str::<Reject>(&line?) {
                Ok(reject) => {
                    self.rejects += 1;
                    self.failed += u64::from(reject.is_failure());
                }
                Err(error) => self.problems.push(format!("{place}:{lines}: expected a reject, found {error}")),
            }
        }
        Ok(lines)
    }
}

/// Few enough bytes that millions fit, many enough that no two are the same.
fn short(text: &str) -> u128 {
    let digest = sha256([text.as_bytes()]);
    digest.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()).unwrap_or_default()
}

fn check_folder(folder: &Path, lines: &[Line], seen: &mut Seen) {
    if !matches!(lines.last(), Some(Line::End(_))) {
        seen.problems.push(format!("{}: not complete: expected a last line that ends the run", folder.display()));
    }
    for file in lines.iter().flat_map(files) {
        if let Err(error) = check_file(folder, file, seen) {
            let place = folder.join(&file.name);
            seen.problems.push(format!("{}: cannot be read: {}", place.display(), crate::source::plain(&error)));
        }
    }
    let said = totals(lines);
    let counts = [
        ("pages", said.pages, seen.documents.len() as u64 + seen.rejects),
        ("records", said.records, seen.records),
        ("pages without a record", said.rejects, seen.rejects),
        ("failed pages", said.failed, seen.failed),
    ];
    for (what, said, found) in counts {
        if said != found {
            seen.problems.push(format!("{}: expected {said} {what}, found {found}", folder.display()));
        }
    }
}

fn check_file(folder: &Path, file: &Written, seen: &mut Seen) -> io::Result<()> {
    let place = folder.join(&file.name).display().to_string();
    let mut raw = File::open(folder.join(&file.name))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match raw.read(&mut buffer)? {
            0 => break,
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    if hexadecimal(&hash.finalize()) != file.sha256 {
        seen.problems.push(format!("{place}: expected the bytes the manifest tells of, found others"));
    }
    let mut lines = open(&folder.join(&file.name))?;
    let found = match file.name.split('-').next() {
        Some("rejects") => seen.rejects(&place, &mut lines)?,
        // Pages of projects are counted in the records they were merged into.
        Some("pages") => lines.lines().count() as u64,
        _ => seen.records(&place, &mut lines)?,
    };
    if found != file.lines {
        seen.problems.push(format!("{place}: expected {} lines, found {found}", file.lines));
    }
    Ok(())
}
