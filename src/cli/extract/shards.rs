//! Records into a folder of shards: what is done stays done, whatever ends the run.

use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::super::{Outcome, Refusal, interrupt, quoted, remark};
use super::Job;
use super::stream::Ready;
use crate::pipeline::{self, Groups, Merged, Observer, Shard, Shards, Stopped, is_shared};
use crate::record::Record;
use crate::reject::{Reject, Stage};
use crate::sink::folder::{Done, Folder, Format, Item, Line, Lines, Run, Totals, Written, files, totals};
use crate::sink::{LeftOut, parquet};
use crate::source::{Pages, SourceError, shown};

/// Projects of a shard on average, as a share of one in so many, and bytes it has at most.
const PROJECTS: u64 = 2048;
const MOST_BYTES: usize = 64 << 20;

/// How a run ended before its time.
enum Broken {
    Signal,
    FailFast(String),
    /// No page was found, and an earlier run's output would make place for nothing.
    NoPages,
    Io(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Broken::Io(error)
    }
}

pub fn run(job: &Job<'_>, path: &Path) -> Result<Outcome, Refusal> {
    let place = path.display().to_string();
    let refused = |error: &io::Error| Refusal::new(&place, "cannot be written", error);
    if job.args.rejects.is_some() {
        let message =
            "expected --rejects with one file as output, found a folder\nhelp: it takes rejects-*.jsonl itself";
        return Err(Refusal(format!("{place}: {message}")));
    }
    let mut folder =
        Folder::open(path, job.args.format.unwrap_or(Format::Jsonl), job.args.compress).map_err(|e| refused(&e))?;
    let mut source = job.pages();
    let mut left_out = LeftOut::default();
    let shelf = Shelf { job, folder: &mut folder, all: Vec::new(), kept: 0, left_out: &mut left_out };
    let ended = shelf.fill(&mut source);
    job.progress.close();
    job.tell(&left_out.told());
    match ended {
        Ok((totals, kept)) => {
            if kept > 0 && !job.common.quiet {
                remark(&format!("{kept} pages were read by an earlier run"));
            }
            job.end(&source, totals.records)
        }
        Err(Broken::NoPages) => {
            let paths: Vec<String> = job.args.paths.iter().map(|path| crate::source::printable(path)).collect();
            let paths = paths.join(" ");
            Err(Refusal(format!(
                "{paths}: no pages: expected some, as {place} holds records of an earlier run, found none: it stays as it \
                 was\nhelp: remove {place} if it is no longer wanted"
            )))
        }
        Err(broken) => {
            let full = matches!(&broken, Broken::Io(error) if error.kind() == io::ErrorKind::StorageFull);
            let room = if full { "make room and " } else { "" };
            let failed = matches!(broken, Broken::FailFast(_));
            let why = match broken {
                Broken::Signal => "interrupted".to_owned(),
                Broken::FailFast(page) => format!("--fail-fast: {}", shown(&page)),
                Broken::NoPages => "no pages".to_owned(),
                Broken::Io(error) => crate::source::plain(&error),
            };
            Err(Refusal(format!(
                "{place}: not complete: {why}\nhelp: what is done is kept; {room}go on with: {}",
                again(failed)
            )))
        }
    }
}

/// Paths without what makes no difference to where they lead.
fn paths(inputs: &[String]) -> impl Iterator<Item = &str> {
    inputs.iter().map(|path| path.trim_start_matches("./").trim_end_matches('/'))
}

/// The command that was given, as one can give it again. With `--fail-fast` it would only end at the same page.
fn again(failed: bool) -> String {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let mut options = true;
    let kept = arguments.filter(|argument| {
        // Behind -- it would be a path.
        options &= argument != "--";
        !(failed && options && argument == "--fail-fast")
    });
    kept.map(|argument| quoted(&argument)).collect::<Vec<_>>().join(" ")
}

/// The shards of a run.
struct Shelf<'j, 'c> {
    job: &'j Job<'c>,
    folder: &'j mut Folder,
    /// The lines of the manifest, in the order of the input.
    all: Vec<Line>,
    /// Pages of shards that were done already.
    kept: u64,
    left_out: &'j mut LeftOut,
}

impl Shelf<'_, '_> {
    fn fill(mut self, source: &mut Pages) -> Result<(Totals, u64), Broken> {
        let patterns = self.job.extractor.patterns().digest().to_owned();
        let (options, limits) = (self.job.extractor.options().key(), self.job.limits.key());
        let options = format!("{options} {limits} merge={}", !self.job.args.no_merge);
        let inputs = self.job.args.paths.iter().map(|path| crate::source::printable(path)).collect();
        let run = Run { version: env!("CARGO_PKG_VERSION").to_owned(), patterns, options, inputs };
        let key = format!("{} {} {}", run.version, run.patterns, run.options);
        let source = source.take_while(|_| !interrupt::came());
        let mut shards = Shards::new(source, self.job.limits.clone(), key.clone()).peekable();
        // A folder that is missing or empty, as when it was not mounted, must not cost what was read of it before.
        let nothing = shards.peek().is_none_or(|first| first.pages.iter().all(Result::is_err));
        let first = shards.next();
        if nothing && self.folder.before().is_some() && shards.peek().is_none() && !interrupt::came() {
            for error in first.into_iter().flat_map(|shard| shard.pages).filter_map(Result::err) {
                let SourceError { place, class, message } = error;
                self.job.progress.reject(&Reject { path: place, stage: Stage::Source, class, message });
            }
            return Err(Broken::NoPages);
        }
        let same = |before: &[String]| paths(before).eq(paths(&run.inputs));
        if let Some(before) = self.folder.before().filter(|before| !same(before))
            && !self.job.common.quiet
        {
            let (before, now) = (shown(&before.join(" ")), run.inputs.join(" "));
            self.job.progress.remark(&format!(
                "the folder holds records of {before}: those that {now} does not give are removed at the end"
            ));
        }
        self.all.push(Line::Run(run.clone()));
        self.folder.begin(run)?;
        for shard in first.into_iter().chain(shards) {
            // The shard a signal falls into may end too early.
            if interrupt::came() {
                return Err(Broken::Signal);
            }
            let line = match self.folder.done(&shard.digest) {
                Some(line) => {
                    self.kept += shard.pages.len() as u64;
                    if let Line::Pages(done) = line {
                        self.job.progress.skip(&done.totals);
                    }
                    line.clone()
                }
                None => self.read(shard)?,
            };
            self.all.push(line);
        }
        if interrupt::came() {
            return Err(Broken::Signal);
        }
        self.merge(&key)?;
        let totals = totals(&self.all);
        self.all.push(Line::End(totals));
        let removed = self.folder.end(&self.all)?;
        if removed > 0 && !self.job.common.quiet {
            remark(&format!("{removed} files of pages that have changed or are gone were removed"));
        }
        Ok((totals, self.kept))
    }

    /// Reads a shard and writes its files.
    fn read(&mut self, shard: Shard) -> Result<Line, Broken> {
        let job = self.job;
        let (mut part, mut rejects) = (self.folder.part(job.extractor.patterns().digest())?, self.folder.file()?);
        let mut groups = Groups::new(std::env::temp_dir());
        let mut totals = Totals { pages: shard.pages.len() as u64, ..Totals::default() };
        let (merge, mut failed) = (!job.args.no_merge, None);
        let (encoder, left_out) = (self.folder.encoder(), &mut *self.left_out);
        let encode = |record: &Record| {
            if merge && is_shared(record) { Ready::Held(record.line()) } else { Ready::Own(encoder(record)) }
        };
        let write = |done: pipeline::Done<Ready<Item>>| -> io::Result<()> {
            let records = match done {
                pipeline::Done::Records(records) => records,
                pipeline::Done::Reject(reject) => {
                    totals.rejects += 1;
                    totals.failed += u64::from(reject.is_failure());
                    let mut line = serde_json::to_vec(&reject)?;
                    line.push(b'\n');
                    rejects.add(&line)?;
                    if job.args.fail_fast && reject.is_failure() {
                        failed = Some(reject.path);
                        return Err(io::ErrorKind::Interrupted.into());
                    }
                    return Ok(());
                }
            };
            for record in records {
                match record {
                    Ready::Held(line) => {
                        totals.held += 1;
                        groups.add(line)?;
                    }
                    Ready::Own(item) => {
                        totals.records += 1;
                        left_out.add(parquet::MISFITS, part.add_item(item)?);
                    }
                }
            }
            Ok(())
        };
        let ran = pipeline::run(
            job.threads(),
            &job.extractor,
            &job.limits,
            shard.pages.into_iter(),
            encode,
            write,
            &job.progress,
        );
        if let Some(page) = failed {
            return Err(Broken::FailFast(page));
        }
        if interrupt::came() {
            return Err(Broken::Signal);
        }
        ran.map_err(|Stopped(error)| error)?;
        let mut held = self.folder.file()?;
        for line in groups.finish()?.lines() {
            held.add(&line?)?;
        }
        let names = [(part, "part"), (held, "pages"), (rejects, "rejects")];
        let kept = names.into_iter().map(|(lines, what)| self.folder.keep(lines, what, &shard.digest));
        let files = kept.filter_map(Result::transpose).collect::<io::Result<Vec<Written>>>()?;
        let line = Line::Pages(Done { shard: shard.digest, totals, files });
        self.folder.note(line.clone())?;
        Ok(line)
    }

    /// Brings the pages of each Kohesio item together, out of all shards. The shards of projects are cut by item, so that
    /// a project more or less changes one of them.
    fn merge(&mut self, key: &str) -> Result<(), Broken> {
        let held: Vec<Written> =
            self.all.iter().flat_map(files).filter(|file| file.name.starts_with("pages-")).cloned().collect();
        let runs = held.iter().map(|file| self.folder.read(file)).collect::<io::Result<Vec<_>>>()?;
        let (mut lines, mut bytes, mut hash) = (None::<Lines>, 0, Sha256::new_with_prefix(key));
        let mut totals = Totals::default();
        let mut projects = Merged::new(runs)?.peekable();
        while let Some(project) = projects.next() {
            if interrupt::came() {
                return Err(Broken::Signal);
            }
            let project = project?;
            let into = match &mut lines {
                Some(lines) => lines,
                none => none.insert(self.folder.part(self.job.extractor.patterns().digest())?),
            };
            hash.update(&project.line);
            totals.records += 1;
            bytes += project.line.len();
            self.left_out.add(parquet::MISFITS, into.add_item(self.folder.of_line(project.line)?)?);
            // Items are numbered as they come, which spreads them well enough.
            let last = project.item % PROJECTS == 0 || bytes >= MOST_BYTES || projects.peek().is_none();
            if let Some(lines) = lines.take_if(|_| last) {
                let shard =
                    crate::digest::hexadecimal(&std::mem::replace(&mut hash, Sha256::new_with_prefix(key)).finalize());
                let line = if let Some(line) = self.folder.done(&shard) {
                    line.clone()
                } else {
                    let files = self.folder.keep(lines, "part", &shard)?.into_iter().collect();
                    let line = Line::Projects(Done { shard, totals, files });
                    self.folder.note(line.clone())?;
                    line
                };
                self.all.push(line);
                (totals, bytes) = (Totals::default(), 0);
            }
        }
        Ok(())
    }
}
