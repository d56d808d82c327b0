//! `kohex verify` and `kohex status`: whether an output is whole, and how far a run is.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::{Common, Outcome, Refusal, print};
use crate::digest::{hexadecimal, short};
use crate::record::Record;
use crate::reject::Reject;
use crate::sink::folder::{Line, Totals, Written, files, manifest, totals};
use crate::sink::open;
use crate::sink::records::no_record;
use crate::source::{plain, shown};

#[derive(Debug, Args)]
pub struct Verify {
    /// A folder or file that `kohex extract -o` wrote
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// The file that --rejects of the same run wrote, where OUT is a file
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
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
        let folder = self.output.is_dir();
        if folder {
            if let Some(rejects) = &self.rejects {
                return Err(Refusal(format!(
                    "{}: expected --rejects with a file as OUT, found a folder, which holds its own rejects-*.jsonl",
                    rejects.display()
                )));
            }
            let lines = read(&self.output)?;
            check_folder(&self.output, &lines, &mut seen);
        } else {
            seen.file(&self.output, Seen::records)?;
            if let Some(rejects) = &self.rejects {
                seen.file(rejects, Seen::rejects)?;
            }
        }
        print(|out| {
            for problem in &seen.problems {
                writeln!(out, "{}", shown(problem))?;
            }
            if common.quiet && seen.problems.is_empty() {
                return Ok(());
            }
            let (with, records, problems) = (seen.documents.len() as u64, seen.records, seen.problems.len());
            if folder || self.rejects.is_some() {
                let (pages, without) = (with + seen.rejects, seen.rejects);
                writeln!(out, "{pages} pages: {with} with {records} records, {without} without; {problems} problems")
            } else {
                writeln!(
                    out,
                    "{with} pages with {records} records; {problems} problems\n\
                     help: --rejects FILE proves the pages without a record as well"
                )
            }
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
            let json = line.trim_ascii_end();
            let record: Record = match serde_json::from_slice(json) {
                Ok(record) if line.ends_with(b"\n") => record,
                Ok(_) => {
                    self.problems
                        .push(format!("{place}:{number}: expected a line break behind the record, found the end"));
                    continue;
                }
                Err(error) => {
                    self.problems.push(format!("{place}:{number}: {}", no_record(json, &error, true)));
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

    /// Reads a file of rejects: every line whole, and none of a page that is in one of the records read before.
    fn rejects(&mut self, place: &str, file: &mut dyn BufRead) -> io::Result<u64> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line)? == 0 {
                return Ok(number);
            }
            number += 1;
            match serde_json::from_slice::<Reject>(&line) {
                Ok(reject) if line.ends_with(b"\n") => {
                    self.rejects += 1;
                    self.failed += u64::from(reject.is_failure());
                    if self.documents.contains(&short(&reject.path)) {
                        self.problems.push(format!("{place}:{number}: {} is in a record as well", reject.path));
                    }
                }
                Ok(_) => self
                    .problems
                    .push(format!("{place}:{number}: expected a line break behind the reject, found the end")),
                Err(error) => self.problems.push(format!("{place}:{number}: expected a reject, found {error}")),
            }
        }
    }

    /// Reads a file that stands alone.
    fn file(
        &mut self,
        path: &Path,
        read: fn(&mut Self, &str, &mut dyn BufRead) -> io::Result<u64>,
    ) -> Result<(), Refusal> {
        let place = path.display().to_string();
        let mut file = open(path).map_err(|e| Refusal::new(&place, "cannot be read", &e))?;
        if let Err(error) = read(self, &place, &mut file) {
            self.problems.push(format!("{place}: cannot be read: {}", plain(&error)));
        }
        Ok(())
    }
}

fn check_folder(folder: &Path, lines: &[Line], seen: &mut Seen) {
    if !matches!(lines.last(), Some(Line::End(_))) {
        seen.problems.push(format!("{}: not complete: expected a last line that ends the run", folder.display()));
    }
    // Rejects come last, so that they are held against all records.
    let (rejects, records): (Vec<_>, Vec<_>) =
        lines.iter().flat_map(files).partition(|file| file.name.starts_with("rejects-"));
    for file in records.into_iter().chain(rejects) {
        if let Err(error) = check_file(folder, file, seen) {
            let place = folder.join(&file.name);
            seen.problems.push(format!("{}: cannot be read: {}", place.display(), plain(&error)));
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
