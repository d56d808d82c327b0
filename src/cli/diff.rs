//! `kohex diff`: two outputs compared project by project.

mod side;
mod told;

use std::cmp::Ordering;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::database::Secret;
use super::{Common, Outcome, Refusal, print};
use crate::diff::{Summary, changes, names};
use crate::record::Record;
use crate::tables::round;
use side::{Feed, Side};
use told::{Form, Project};

/// Records that are ready on each side before they are compared.
const READY: usize = 16;

const AFTER: &str = "\
Exit codes: 0 they say the same; 1 they differ; 2 they could not be compared.
What made the records (`produced_by`) is no difference. Texts are compared where both records have
one.";

const JSON: &str = "\
With --json a line for each project that differs, in the order of their ids, and one with the
counts at the end:
  {\"id\": …, \"change\": \"added\" or \"gone\", \"title\": …}
  {\"id\": …, \"change\": \"changed\", \"title\": …,
   \"fields\": {FIELD: {\"old\", \"new\", \"old_evidence\", \"new_evidence\"}},
   \"mentions\": {\"gone\": […], \"new\": […], \"moved\": COUNT},
   \"warnings\": {\"gone\": […], \"new\": […]},
   \"documents\": {\"gone\": […], \"new\": […], \"changed\": [{\"old\", \"new\"}]}}
  {\"summary\": {\"added\", \"gone\", \"changed\", \"same\", \"fields\": {FIELD: PROJECTS},
   \"mentions\", \"warnings\", \"documents\": COUNTS,
   \"made_by\": {\"old\": [{\"version\", \"patterns\"}], \"new\": […]}}}
Evidence is {\"text\", \"rule\", \"path\", \"start\", \"end\"}, or null where a value was taken from no
mention (a title, a fund). Mentions, warnings and documents are as in records, a mention with the
`path` of its document.";

#[derive(Debug, Args)]
#[command(after_help = AFTER, after_long_help = format!("{JSON}\n\n{AFTER}"))]
pub struct Diff {
    /// A file of records, a folder of them, - for standard input, or a database (sqlite:FILE, postgresql://…)
    #[arg(value_name = "OLD", value_parser = Secret(Side::parse))]
    old: Side,
    /// What it is compared with, given likewise
    #[arg(value_name = "NEW", value_parser = Secret(Side::parse))]
    new: Side,
    /// Compare nothing but what LIST names, with commas between the names
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = PossibleValuesParser::new(names()))]
    fields: Vec<String>,
    /// Write JSON Lines, an object a project; --help says what is in them
    #[arg(long)]
    json: bool,
    /// Tell the counts only
    #[arg(long)]
    summary: bool,
}

/// Why a comparison ends before its time.
enum Broken {
    Read(Refusal),
    Write(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Broken::Write(error)
    }
}

impl Diff {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        if self.old.is_input() && self.new.is_input() {
            return Err(Refusal("expected - for one side, found it for both".to_owned()));
        }
        let (old, new) = (self.old.open(common)?, self.new.open(common)?);
        let form = Form { json: self.json, summary: self.summary, quiet: common.quiet };
        let mut ended = Ok(false);
        print(|out| match self.compare(form, old, new, out) {
            Ok(summary) => {
                ended = Ok(summary.differs());
                Ok(())
            }
            Err(Broken::Read(refusal)) => {
                ended = Err(refusal);
                Ok(())
            }
            Err(Broken::Write(error)) => Err(error),
        })?;
        Ok(if ended? { Outcome::SomeFailed } else { Outcome::Done })
    }

    /// Compares both sides and tells of it; all is written when it ends.
    fn compare(&self, form: Form, old: Feed, new: Feed, out: &mut dyn Write) -> Result<Summary, Broken> {
        // A database rounds what it is given, which is no difference.
        let rounded = self.old.is_database() || self.new.is_database();
        let mut summary = Summary::default();
        thread::scope(|scope| {
            let [old, new] = [old, new].map(|feed| {
                let (send, receive) = mpsc::sync_channel(READY);
                scope.spawn(move || {
                    let mut take = |mut record: Record| {
                        if rounded {
                            round(&mut record);
                        }
                        send.send(Ok(record)).map_err(|_| io::ErrorKind::BrokenPipe.into())
                    };
                    if let Err(refusal) = feed(&mut take) {
                        // Nobody listens where the other side has failed, or what is written goes nowhere.
                        let _ = send.send(Err(refusal));
                    }
                });
                receive
            });
            self.join(&old, &new, |project| {
                match &project {
                    Project::Added(record) => {
                        summary.added += 1;
                        summary.made(None, Some(&record.produced_by));
                    }
                    Project::Gone(record) => {
                        summary.gone += 1;
                        summary.made(Some(&record.produced_by), None);
                    }
                    Project::Both(old, new, changes) => {
                        summary.add(changes);
                        summary.made(Some(&old.produced_by), Some(&new.produced_by));
                    }
                }
                told::project(out, form, &project)
            })
        })?;
        told::summary(out, form, &summary)?;
        out.flush()?;
        Ok(summary)
    }

    /// Brings the records of both sides together by id.
    fn join(
        &self,
        old: &Receiver<Result<Record, Refusal>>,
        new: &Receiver<Result<Record, Refusal>>,
        mut tell: impl FnMut(Project<'_>) -> io::Result<()>,
    ) -> Result<(), Broken> {
        let next = |side: &Receiver<Result<Record, Refusal>>| side.recv().ok().transpose().map_err(Broken::Read);
        let (mut one, mut other) = (next(old)?, next(new)?);
        loop {
            let order = match (&one, &other) {
                (Some(one), Some(other)) => one.id.cmp(&other.id),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Ok(()),
            };
            // Whose turn it is: who is not waits.
            let before = one.take_if(|_| order.is_le());
            let after = other.take_if(|_| order.is_ge());
            match (&before, &after) {
                (Some(before), Some(after)) => {
                    let changes = changes(before, after, &self.fields);
                    tell(Project::Both(before, after, Box::new(changes)))?;
                }
                (Some(gone), None) => tell(Project::Gone(gone))?,
                (None, Some(added)) => tell(Project::Added(added))?,
                (None, None) => {}
            }
            if before.is_some() {
                one = next(old)?;
            }
            if after.is_some() {
                other = next(new)?;
            }
        }
    }
}
