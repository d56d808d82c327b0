//! `kohex extract`: pages in, records out.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::progress::Progress;
use super::{Common, Outcome, Refusal, Tongues, load, remark};
use crate::pipeline::{self, Extractor, Stopped};
use crate::sink::{Each, JsonLines, Sink};
use crate::source::{Choice, Folders};

#[derive(Debug, Args)]
pub struct Extract {
    /// Folders of pages, or single pages
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Write JSON Lines to FILE (under a temporary name until complete); - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", conflicts_with = "each")]
    output: PathBuf,
    /// Write one pretty-printed <id>.json per project into DIR
    #[arg(long, value_name = "DIR")]
    each: Option<PathBuf>,
    #[command(flatten)]
    tongues: Tongues,
    /// Put each page's text into its record
    #[arg(long)]
    text: bool,
    /// Take files whose name (or, with a /, whose path) matches; may be given several times [default: *.txt]
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
}

impl Extract {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let choice = Choice::new(&self.glob, self.follow, self.hidden).map_err(|e| Refusal(e.to_string()))?;
        let extractor = self.tongues.extractor(load(common)?, self.text)?;
        match (&self.each, self.output.as_os_str() == "-") {
            (Some(folder), _) => {
                let sink = Each::new(folder).map_err(|e| Refusal::new(folder.display(), "cannot be written", &e))?;
                self.batch(common, &extractor, choice, sink, &folder.display().to_string())
            }
            (None, true) => self.batch(common, &extractor, choice, JsonLines::stdout(), "standard output"),
            (None, false) => {
                let place = self.output.display().to_string();
                let sink = JsonLines::file(&self.output).map_err(|e| Refusal::new(&place, "cannot be written", &e))?;
                self.batch(common, &extractor, choice, sink, &place)
            }
        }
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    fn batch<S: Sink>(
        &self,
        common: &Common,
        extractor: &Extractor,
        choice: Choice,
        mut sink: S,
        place: &str,
    ) -> Result<Outcome, Refusal> {
        let began = Instant::now();
        let progress = Progress::new(common, &self.paths, &choice);
        let mut source = Folders::new(self.paths.clone(), choice);
        let encode = sink.encoder();
        let read = |name: &str, bytes: &[u8]| extractor.read(name, bytes);
        let ran = pipeline::run(self.threads(), read, &mut source, encode, |item| sink.write(item), &progress);
        progress.close();
        let written = ran.map_err(|Stopped(error)| error).and_then(|()| {
            // Nothing read is nothing to name: an earlier output stays as it was.
            if progress.pages() == 0 { Ok(()) } else { sink.finish() }
        });
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Outcome::Done),
            Err(error) => return Err(Refusal::new(place, "cannot be written", &error)),
            Ok(()) => {}
        }
        let skipped = source.skipped();
        if common.verbose && (skipped.not_chosen > 0 || skipped.links > 0) {
            remark(&format!("passed over: {} other files, {} links", skipped.not_chosen, skipped.links));
        }
        if progress.pages() + progress.failed() == 0 {
            let paths: Vec<String> = self.paths.iter().map(|p| p.display().to_string()).collect();
            let wanted = if self.glob.is_empty() { "*.txt".to_owned() } else { self.glob.join(" ") };
            let other = skipped.not_chosen;
            return Err(Refusal(format!(
                "{}: no pages: expected files matching {wanted}, found {other} others\nhelp: --glob chooses other files",
                paths.join(" ")
            )));
        }
        if !common.quiet {
            remark(&progress.summary(began.elapsed(), common.verbose));
        }
        Ok(match (progress.pages(), progress.failed()) {
            (_, 0) => Outcome::Done,
            (0, _) => Outcome::Nothing,
            _ => Outcome::SomeFailed,
        })
    }
}
