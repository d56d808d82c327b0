//! `kohex extract`: pages in, records out.

mod filter;
mod shards;
mod stream;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use super::progress::Progress;
use super::{Common, Outcome, Refusal, Tongues, interrupt, load, named, remark};
use crate::patterns::Column;
use crate::pipeline::{Budget, Extractor, Options};
use crate::sink::folder::Format;
use crate::sink::{Csv, Each, Headings, JsonLines, Parquet};
use crate::source::{Choice, Limits, Page, Pages, SourceError};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Extract {
    /// Folders of pages, single pages, archives, tables; - is one page on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write to FILE (under a temporary name until complete) Parquet (.parquet), CSV (.csv) or else JSON Lines; - is
    /// standard output; a folder (DIR/) takes shards, and a second run goes on where the first ended
    #[arg(short, long, value_name = "FILE", default_value = "-", conflicts_with = "each")]
    output: PathBuf,
    /// Write one pretty-printed <id>.json per project into DIR
    #[arg(long, value_name = "DIR")]
    each: Option<PathBuf>,
    /// Write what gave no record, and why, as JSON Lines to FILE
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Compress shards with zstd
    #[arg(long)]
    compress: bool,
    /// What the shards of a folder are: jsonl (the default) or parquet
    #[arg(long, value_name = "FORMAT", value_parser = named(Format::ALL, Format::from_name))]
    format: Option<Format>,
    /// The columns of CSV: kohex (the default), or kohesio for the headings and formats of Kohesio's own
    #[arg(long, value_name = "NAMES", value_parser = named(Headings::ALL, Headings::from_name))]
    columns: Option<Headings>,
    /// Standard input holds a page a line, {"id","url","text"|"html"}: each is answered by a line at once
    #[arg(long, conflicts_with_all = ["each", "rejects"])]
    jsonl: bool,
    #[command(flatten)]
    tongues: Tongues,
    /// Put each page's text into its record
    #[arg(long)]
    text: bool,
    /// What a column of a table holds, where its heading is not known: --map Kosten=fund
    #[arg(long, value_name = "HEADING=COLUMN", value_parser = mapped)]
    map: Vec<(String, Column)>,
    /// One record a page: do not bring the pages of one Kohesio item together
    #[arg(long)]
    no_merge: bool,
    /// Give records also for pages that tell of no project (Kohesio's of beneficiaries and lists)
    #[arg(long)]
    keep_all: bool,
    /// End at the first page that fails
    #[arg(long)]
    fail_fast: bool,
    /// Take files whose name (or, with a /, whose path) matches; may be given several times
    #[arg(short, long, value_name = "GLOB")]
    glob: Vec<String>,
    /// Follow links
    #[arg(long)]
    follow: bool,
    /// Read hidden files and folders
    #[arg(long)]
    hidden: bool,
    /// Threads [default: one a core]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    limits: Bounds,
}

/// What is refused, so that no page and no archive stops a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
struct Bounds {
    /// Seconds a page may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Bytes a page may have (64K, 32M, 1G)
    #[arg(long, value_name = "BYTES", default_value = "32M", value_parser = bytes)]
    max_page: u64,
    /// Bytes an archive may unpack to
    #[arg(long, value_name = "BYTES", default_value = "64G", value_parser = bytes)]
    max_unpacked: u64,
    /// Bytes unpacked for each byte of an archive
    #[arg(long, value_name = "N", default_value_t = Limits::default().ratio)]
    max_ratio: u64,
    /// Members an archive may have
    #[arg(long, value_name = "N", default_value_t = Limits::default().entries)]
    max_entries: u64,
    /// Archives within archives
    #[arg(long, value_name = "N", default_value_t = Limits::default().nesting)]
    max_nesting: u32,
    /// Rows a table may have
    #[arg(long, value_name = "N", default_value_t = Limits::default().records)]
    max_rows: u64,
}

/// A number of bytes with an optional K, M or G behind it (powers of 1024).
fn bytes(text: &str) -> Result<u64, String> {
    let expected = || format!("expected a number of bytes like 500K, 32M or 1G, found '{text}'");
    let upper = text.to_ascii_uppercase();
    let number = upper.strip_suffix('B').unwrap_or(&upper);
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let unit = units.iter().find_map(|(letter, shift)| Some((number.strip_suffix(*letter)?, *shift)));
    let (digits, shift) = unit.unwrap_or((number, 0));
    let number: u64 = digits.trim().parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

/// A heading and the column it names.
fn mapped(text: &str) -> Result<(String, Column), String> {
    let all = || Column::ALL.iter().map(|column| column.name()).collect::<Vec<_>>().join(" ");
    let (heading, column) = text.rsplit_once('=').ok_or_else(|| format!("expected HEADING=COLUMN, found '{text}'"))?;
    let known = Column::from_name(column.trim());
    let known = known.ok_or_else(|| format!("expected one of the columns {}, found '{column}'", all()))?;
    Ok((heading.trim().to_owned(), known))
}

impl Bounds {
    fn limits(&self) -> Limits {
        Limits {
            page_bytes: self.max_page,
            archive_bytes: self.max_unpacked,
            ratio: self.max_ratio,
            entries: self.max_entries,
            nesting: self.max_nesting,
            records: self.max_rows,
            ..Limits::default()
        }
    }

    fn budget(&self) -> Budget {
        Budget { time: Duration::from_secs(self.timeout), now: Instant::now }
    }
}

/// What every way of extracting needs.
struct Job<'c> {
    common: &'c Common,
    args: &'c Extract,
    extractor: Extractor,
    limits: Limits,
    choice: Choice,
    progress: Progress,
    began: Instant,
}

impl Extract {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let began = Instant::now();
        self.check_output()?;
        let options = Options {
            keep_text: self.text,
            keep_all: self.keep_all,
            columns: self.map.clone(),
            budget: Some(self.limits.budget()),
            ..Options::default()
        };
        let extractor = self.tongues.extractor(load(common)?, options)?;
        let standard_input = self.paths.iter().any(|path| path.as_os_str() == "-");
        if self.jsonl || standard_input {
            return filter::run(self, &extractor, standard_input);
        }
        let choice = Choice::new(&self.glob, self.follow, self.hidden).map_err(|e| Refusal(e.to_string()))?;
        let progress = Progress::new(common, &self.paths, &choice);
        let job = Job { common, args: self, extractor, limits: self.limits.limits(), choice, progress, began };
        interrupt::watch();
        match &self.each {
            Some(folder) => {
                let sink = Each::new(folder).map_err(|e| Refusal::new(folder.display(), "cannot be written", &e))?;
                stream::run(&job, sink, &folder.display().to_string())
            }
            None if self.output.as_os_str() == "-" => stream::run(&job, JsonLines::stdout(), "standard output"),
            None if is_folder(&self.output) => shards::run(&job, &self.output),
            None => self.to_file(&job),
        }
    }

    fn to_file(&self, job: &Job<'_>) -> Result<Outcome, Refusal> {
        let place = self.output.display().to_string();
        let refused = |e: io::Error| Refusal::new(&place, "cannot be written", &e);
        match ending(&self.output).as_deref() {
            Some("parquet") => {
                let sink = Parquet::file(&self.output, job.extractor.patterns().digest()).map_err(refused)?;
                stream::run(job, sink, &place)
            }
            Some("csv") => {
                let headings = self.columns.unwrap_or(Headings::Kohex);
                stream::run(job, Csv::file(&self.output, headings).map_err(refused)?, &place)
            }
            _ => stream::run(job, JsonLines::file(&self.output).map_err(refused)?, &place),
        }
    }

    /// Options of one kind of output ask for it.
    fn check_output(&self) -> Result<(), Refusal> {
        let folder = self.each.is_none() && self.output.as_os_str() != "-" && is_folder(&self.output);
        let csv = !folder && ending(&self.output).as_deref() == Some("csv");
        let expected = if self.format.is_some() && !folder {
            ("--format with a folder as output (-o OUT/)", "a file is what its ending says: .parquet, .csv, .jsonl")
        } else if self.columns.is_some() && !csv {
            ("--columns with a file of CSV as output", "name one: -o records.csv")
        } else {
            return Ok(());
        };
        let found = self.each.as_ref().unwrap_or(&self.output).display();
        Err(Refusal(format!("expected {}, found {found}\nhelp: {}", expected.0, expected.1)))
    }
}

/// How a file's name ends, in lower case.
fn ending(path: &Path) -> Option<String> {
    path.extension().and_then(std::ffi::OsStr::to_str).map(str::to_ascii_lowercase)
}

/// `OUT/`, and a folder that is there.
fn is_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir()
}

impl Job<'_> {
    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.args.threads.map_or_else(cores, usize::from)
    }

    fn pages(&self) -> Pages {
        Pages::new(self.args.paths.clone(), self.choice.clone(), self.limits.clone())
    }

    /// Tells what records hold and the output does not.
    fn tell(&self, left_out: &[String]) {
        if !self.common.quiet {
            for line in left_out {
                remark(line);
            }
        }
    }

    /// How the run ended, told on standard error.
    fn end(&self, source: &Pages, records: u64) -> Result<Outcome, Refusal> {
        let skipped = source.skipped();
        let files = [("other files", skipped.not_chosen), ("links", skipped.links), ("special files", skipped.special)];
        let files = files.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{n} {what}"));
        let inside = source.passed().iter().map(|(why, n)| format!("in archives {n} {why}"));
        let passed: Vec<String> = files.chain(inside).collect();
        if self.common.verbose && !passed.is_empty() {
            remark(&format!("passed over: {}", passed.join(", ")));
        }
        let (read, rejects, failed) = (self.progress.read(), self.progress.rejects(), self.progress.failed());
        if read + rejects == 0 && records == 0 {
            let paths: Vec<String> = self.args.paths.iter().map(|p| p.display().to_string()).collect();
            let wanted = if self.args.glob.is_empty() {
                "pages (.txt .html .md), archives or tables".to_owned()
            } else {
                format!("files matching {}", self.args.glob.join(" "))
            };
            let other = skipped.not_chosen;
            return Err(Refusal(format!(
                "{}: no pages: expected {wanted}, found {other} others\nhelp: --glob chooses other files",
                paths.join(" ")
            )));
        }
        if !self.common.quiet {
            remark(&self.progress.summary(records, self.began.elapsed(), self.common.verbose));
        }
        Ok(match (records, failed) {
            (_, 0) => Outcome::Done,
            (0, _) => Outcome::Nothing,
            _ => Outcome::SomeFailed,
        })
    }
}

/// A source that ends when a signal comes.
fn until_signal(
    source: &mut (impl Iterator<Item = Result<Page, SourceError>> + Send),
) -> impl Iterator<Item = Result<Page, SourceError>> + Send {
    source.take_while(|_| !interrupt::came())
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_read() {
        for (text, size) in [("5", 5), ("64K", 64 << 10), ("32m", 32 << 20), ("1GB", 1 << 30), ("10 k", 10 << 10)] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "K", "1T", "-1", "1.5M", "99999999999G"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
