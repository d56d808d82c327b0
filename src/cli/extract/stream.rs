//! Records into one output, in the order of the pages; Kohesio's projects behind all others, by item.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::{Outcome, Refusal, interrupt};
use super::Job;
use crate::pipeline::{self, Done, Groups, Stopped, is_shared};
use crate::record::Record;
use crate::reject::Reject;
use crate::sink::database::Fault;
use crate::sink::{Packing, Sink, is_packed};
use crate::source::shown;

/// A record as it is written, or held back until the other pages of its project are read.
pub enum Ready<T> {
    Own(T),
    Held(Vec<u8>),
}

pub fn run<S: Sink>(job: &Job<'_>, mut sink: S, place: &str) -> Result<Outcome, Refusal> {
    let mut source = job.pages();
    let (encoder, merge) = (sink.encoder(), !job.args.no_merge);
    let encode = |record: &Record| {
        if merge && is_shared(record) { Ready::Held(record.line()) } else { Ready::Own(encoder(record)) }
    };
    let mut rejects = Rejects::new(job.args.rejects.as_deref())?;
    let mut groups = Groups::new(beside(job));
    let (mut records, mut failed) = (0, None);
    let write = |done: Done<Ready<S::Item>>| -> io::Result<()> {
        let ready = match done {
            Done::Records(ready) => ready,
            Done::Reject(reject) => {
                rejects.add(&reject)?;
                if job.args.fail_fast && reject.is_failure() {
                    failed = Some(reject);
                    return Err(io::ErrorKind::Interrupted.into());
                }
                return Ok(());
            }
        };
        for record in ready {
            match record {
                Ready::Own(item) => {
                    records += 1;
                    sink.write(item)?;
                }
                Ready::Held(line) => groups.add(line)?,
            }
        }
        Ok(())
    };
    let ran = pipeline::run(job.threads(), &job.extractor, &job.limits, &mut source, encode, write, &job.progress);
    job.progress.close();
    if let Some(reject) = failed {
        return Err(Refusal(format!(
            "{place}: nothing more was written, as --fail-fast asks, after {}",
            shown(&reject.path)
        )));
    }
    if interrupt::came() {
        return Err(Refusal(format!(
            "{place}: not complete: interrupted after {} pages\nhelp: with a folder as output (-o OUT/) a run can be gone \
             on with",
            job.progress.read()
        )));
    }
    let written = ran.map_err(|Stopped(error)| error).and_then(|()| {
        for project in groups.finish()? {
            sink.write(sink.of_line(project?.line)?)?;
            records += 1;
        }
        rejects.finish()?;
        job.tell(&sink.left_out());
        if records == 0 { sink.leave() } else { sink.finish() }
    });
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Done),
        // A fault of a database names it already.
        Err(error) => Err(match error.get_ref().and_then(|error| error.downcast_ref::<Fault>()) {
            Some(fault) => Refusal(fault.to_string()),
            None => Refusal::new(place, "cannot be written", &error),
        }),
        Ok(()) => job.end(&source, records),
    }
}

/// Where records wait: beside the output, which has to hold them anyway; else where the system has such things.
fn beside(job: &Job<'_>) -> PathBuf {
    let output = job.args.each.as_deref().or_else(|| job.args.output.parent().filter(|p| !p.as_os_str().is_empty()));
    output.map_or_else(std::env::temp_dir, Path::to_owned)
}

/// What gave no record, as lines of JSON.
struct Rejects(Option<Packing<File>>);

impl Rejects {
    fn new(path: Option<&Path>) -> Result<Self, Refusal> {
        let create = |path: &Path| Packing::new(File::create(path)?, is_packed(path));
        let refused = |path: &Path, error: &io::Error| Refusal::new(path.display(), "cannot be written", error);
        Ok(Rejects(path.map(|path| create(path).map_err(|error| refused(path, &error))).transpose()?))
    }

    fn add(&mut self, reject: &Reject) -> io::Result<()> {
        let Some(out) = &mut self.0 else { return Ok(()) };
        serde_json::to_writer(&mut *out, reject)?;
        out.write_all(b"\n")
    }

    fn finish(self) -> io::Result<()> {
        self.0.map_or(Ok(()), |out| out.finish().map(drop))
    }
}
