//! `kohex extract`: pages in, records out.

mod bounds;
mod filter;
mod into;
mod shards;
mod stream;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bounds::Bounds;
use clap::Args;

use super::database::{Secret, url};
use super::progress::Progress;
use super::{Common, Mapping, Outcome, Refusal, Tongues, interrupt, load, named, remark};
use crate::pipeline::{Extractor, Options};
use crate::sink::database::Url;
use crate::sink::folder::Format;
use crate::sink::records::STDIN;
use crate::sink::{Csv, Each, Headings, JsonLines, Parquet, is_packed};
use crate::source::{Choice, Limits, Pages, printable};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Extract {
    /// Folders of pages, single pages, archives, tables; - is one page on standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write to FILE (under a temporary name until complete) Parquet (.parquet), CSV (.csv) or else JSON Lines, compressed
    /// with zstd where it ends in .zst; - is standard output; a folder (DIR/) takes shards, and a second run goes on where
    /// the first ended
    #[arg(short, long, value_name = "FILE", default_value = "-", conflicts_with = "each")]
    output: PathBuf,
    /// Write one pretty-printed <id>.json per project into DIR
    #[arg(long, value_name = "DIR")]
    each: Option<PathBuf>,
    /// Load the records into a database, as `kohex import` does
    #[arg(long, value_name = "URL", value_parser = Secret(url), conflicts_with_all = ["output", "each", "jsonl", "no_merge"])]
    to: Option<Url>,
    /// Write what gave no record, and why, as JSON Lines to FILE, compressed where it ends in .zst
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Compress the shards of a folder with zstd
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
    #[command(flatten)]
    mapping: Mapping,
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
        self.check_compress()?;
        self.check_output()?;
        let options = Options {
            keep_text: self.text,
            keep_all: self.keep_all,
            columns: self.mapping.map.clone(),
            markup: self.limits.markup(),
            budget: Some(self.limits.budget()),
            ..Options::default()
        };
        let extractor = self.tongues.extractor(load(common)?, options)?;
        let standard_input = self.paths.iter().any(|path| path.as_os_str() == STDIN);
        if self.jsonl || standard_input {
            return filter::run(self, &extractor, standard_input);
        }
        let choice = Choice::new(&self.glob, self.follow, self.hidden).map_err(|e| Refusal(e.to_string()))?;
        let choice = choice.without(self.outputs());
        if let Some(both) = self.paths.iter().find(|path| choice.leaves_out(path)) {
            return Err(Refusal(format!(
                "{}: expected another output than the input, found one path",
                printable(both)
            )));
        }
        let progress = Progress::new(common, &self.paths, &choice);
        let job = Job { common, args: self, extractor, limits: self.limits.limits(), choice, progress, began };
        interrupt::watch();
        if let Some(url) = &self.to {
            return into::run(&job, url);
        }
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

    /// What is to be compressed and is not would be found out by who reads it.
    fn check_compress(&self) -> Result<(), Refusal> {
        let found = match &self.each {
            Some(_) => "--each".to_owned(),
            None if self.output.as_os_str() == "-" => "standard output".to_owned(),
            None => self.output.display().to_string(),
        };
        if !self.compress || (self.each.is_none() && (is_folder(&self.output) || is_packed(&self.output))) {
            return Ok(());
        }
        Err(Refusal(format!(
            "--compress: expected a folder (-o OUT/) or a file that ends in .zst as output, found {found}\n\
             help: -o records.jsonl.zst is compressed"
        )))
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

    /// The files and folders that are written.
    fn outputs(&self) -> impl Iterator<Item = &Path> {
        let output = Some(&*self.output).filter(|path| path.as_os_str() != "-");
        output.into_iter().chain(self.each.as_deref()).chain(self.rejects.as_deref())
    }

    /// Options of one kind of output ask for it, and names of others would mislead who reads the file.
    fn check_output(&self) -> Result<(), Refusal> {
        if self.rejects.is_some() && self.rejects.as_deref() == Some(&*self.output) {
            return Err(Refusal("expected --rejects to name another file than -o, found the same".to_owned()));
        }
        let folder = self.each.is_none() && self.output.as_os_str() != "-" && is_folder(&self.output);
        let csv = !folder && ending(&self.output).as_deref() == Some("csv");
        let expected = if self.format.is_some() && !folder {
            ("--format with a folder as output (-o OUT/)", "a file is what its ending says: .parquet, .csv, .jsonl")
        } else if self.columns.is_some() && !csv {
            ("--columns with a file of CSV as output", "name one: -o records.csv")
        } else if !folder
            && OTHERS.iter().any(|other| self.output.to_string_lossy().to_ascii_lowercase().ends_with(other))
        {
            ("a file of .jsonl, .jsonl.zst, .parquet or .csv as output", "a database is --to sqlite:FILE")
        } else {
            return Ok(());
        };
        let found = self.each.as_ref().unwrap_or(&self.output).display();
        Err(Refusal(format!("expected {}, found {found}\nhelp: {}", expected.0, expected.1)))
    }
}

/// How files end that kohex does not write.
const OTHERS: [&str; 8] = [".gz", ".csv.zst", ".parquet.zst", ".xlsx", ".ods", ".db", ".sqlite", ".zip"];

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
