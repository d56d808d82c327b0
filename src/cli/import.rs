//! `kohex import`: records into a database.

use std::fmt::Display;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use sha2::{Digest, Sha256};

use super::database::{Secret, completed, url};
use super::{Common, Outcome, Refusal, interrupt, remark};
use crate::digest::hexadecimal;
use crate::parallel;
use crate::parallel::locked;
use crate::sink::database::{
    Access, Counts, Loader, Postgres, Prepared, Run, Seen, Shard, Sieve, Sqlite, Store, Tally, Url, clash, prepare,
};
use crate::sink::records::{Bad, Part, Raw, Records, Unread};
use crate::source::shown;
use crate::tables::Rows;

/// Bad records that are named one by one.
const NAMED: usize = 20;

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Import {
    /// Files of records (.jsonl, .jsonl.zst, .jsonl.gz, .parquet, .json), folders of them, folders that `kohex extract -o`
    /// wrote; - is standard input
    #[arg(value_name = "RECORDS", required = true)]
    records: Vec<PathBuf>,
    /// The database: sqlite:FILE or <postgresql://USER@HOST/DATABASE>
    #[arg(long, value_name = "URL", value_parser = Secret(url))]
    to: Url,
    /// Load all records or, where one of them is bad, none [default]
    #[arg(long, conflicts_with = "skip_bad")]
    atomic: bool,
    /// Load the good records and name the bad ones
    #[arg(long)]
    skip_bad: bool,
    /// Remove the projects that are in none of RECORDS, after saying how many
    #[arg(long)]
    prune: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before projects are removed, as where no one could answer
    #[arg(long, requires = "prune")]
    yes: bool,
}

/// What a first reading finds.
#[derive(Default)]
struct Checked {
    records: u64,
    bad: Vec<Bad>,
    /// Of all records.
    digest: String,
    /// The digest of the patterns, where all records have the same.
    patterns: Option<String>,
}

impl Import {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let access = if self.dry_run { Access::Look } else { Access::Load };
        let records = Records::open(&self.records)?;
        interrupt::watch();
        let checked = self.check(common, &records)?;
        match &self.to {
            Url::Sqlite(path) => self.load(common, &records, checked, Sqlite::open(path, access)?),
            Url::Postgres(target) => self.load(common, &records, checked, Postgres::open(&completed(target)?, access)?),
        }
    }

    /// Reads all records once before any is loaded, so that a bad one is known in time.
    fn check(&self, common: &Common, records: &Records) -> Result<Checked, Refusal> {
        let bar = bar(common, "checked");
        let (mut checked, mut sieve, mut hash) = (Checked::default(), Sieve::default(), Sha256::new());
        let mut patterns = None;
        let known = |raw: &Raw| {
            let record = raw.record()?;
            let rows = Rows::of(&record).map_err(|misfit| raw.bad(misfit.to_string()))?;
            Ok((record.id.clone(), rows.digest, record.produced_by.patterns))
        };
        each(records, known, |part, known| {
            if interrupt::came() {
                return Err(Refusal("interrupted: nothing was loaded".to_owned()));
            }
            hash.update(&part.digest);
            for (raw, known) in part.records.iter().zip(known) {
                let known = known.and_then(|known| match sieve.take(&known.0, &known.1) {
                    Seen::Clash => Err(raw.bad(clash(&known.0))),
                    Seen::New | Seen::Again => Ok(known),
                });
                match known {
                    Ok((.., of)) => {
                        checked.records += 1;
                        let same = patterns.get_or_insert_with(|| Some(of.clone()));
                        if same.as_ref().is_some_and(|same| *same != of) {
                            *same = None;
                        }
                    }
                    Err(bad) => checked.bad.push(bad),
                }
            }
            bar.inc(part.records.len() as u64);
            Ok(())
        })?;
        bar.finish_and_clear();
        checked.digest = hexadecimal(&hash.finalize());
        checked.patterns = patterns.flatten();
        name(&checked.bad);
        if !checked.bad.is_empty() && self.prune {
            return Err(Refusal(format!(
                "nothing was loaded or removed: expected all records to be good, as a bad one may be of any project, found {} \
                 bad\nhelp: mend them, or leave --prune out",
                checked.bad.len()
            )));
        }
        if !checked.bad.is_empty() && !self.skip_bad {
            let (bad, all) = (checked.bad.len(), checked.records + checked.bad.len() as u64);
            let help = if bad as u64 == all { "" } else { "\nhelp: --skip-bad loads the others" };
            return Err(Refusal(format!("nothing was loaded: expected records only, found {bad} of {all} bad{help}")));
        }
        if checked.records == 0 {
            return Err(Refusal("nothing was loaded: expected records, found none".to_owned()));
        }
        Ok(checked)
    }

    fn load<S: Store>(
        &self,
        common: &Common,
        records: &Records,
        checked: Checked,
        store: Option<S>,
    ) -> Result<Outcome, Refusal> {
        let began = Instant::now();
        let refused = checked.bad.len() as u64;
        let tell = |tally: &Tally| {
            if !common.quiet {
                remark(&format!(
                    "{}; {:.2} s",
                    told(&self.to, tally, refused, self.dry_run),
                    began.elapsed().as_secs_f64()
                ));
            }
        };
        let Some(store) = store else {
            // A database that is not there would get all of them.
            tell(&Tally { counts: Counts { added: checked.records, ..Counts::default() }, ..Tally::default() });
            return Ok(Outcome::Done);
        };
        let run = Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            patterns: checked.patterns,
            input: self.records.iter().map(|path| crate::source::printable(path)).collect::<Vec<_>>().join(" "),
            input_digest: checked.digest,
        };
        let (digest, mut again) = (run.input_digest.clone(), Sha256::new());
        let mut loader = Loader::begin(store, &run, self.dry_run, self.prune)?;
        let tally = loader.tally();
        let bar = bar(common, "loaded");
        let ready = |raw: &Raw| -> Result<Prepared<S::Item>, Bad> {
            prepare::<S>(&raw.record()?).map_err(|misfit| raw.bad(misfit.to_string()))
        };
        let loaded = each(records, ready, |part, ready| {
            if interrupt::came() {
                return Err(Refusal("interrupted".to_owned()));
            }
            let count = part.records.len() as u64;
            again.update(&part.digest);
            let shard = Shard { name: part.name, digest: part.digest };
            loader.load(&shard, ready.into_iter().flatten().collect())?;
            bar.inc(count);
            Ok(())
        });
        bar.finish_and_clear();
        let now = || locked(&tally).clone();
        let loaded = loaded.and_then(|()| {
            let same = hexadecimal(&again.finalize()) == digest;
            same.then_some(()).ok_or_else(|| Refusal("expected the records that were checked, found others".to_owned()))
        });
        if self.dry_run {
            loaded?;
        } else if let Err(Refusal(why)) = loaded {
            let done = now().counts.records() + now().before;
            return Err(Refusal(format!(
                "{why}\nnot complete: {done} of {} records are loaded, in whole shards; the same command again goes on",
                checked.records
            )));
        }
        let mut store = loader.end(refused)?;
        tell(&now());
        if self.prune {
            self.remove(common, &mut store)?;
        }
        Ok(if refused > 0 { Outcome::SomeFailed } else { Outcome::Done })
    }

    /// Removes what is in none of the records, after saying how much that is.
    fn remove(&self, common: &Common, store: &mut impl Store) -> Result<(), Refusal> {
        let interrupted = || {
            if interrupt::came() { Err(Refusal("interrupted: nothing was removed".to_owned())) } else { Ok(()) }
        };
        interrupted()?;
        let (gone, place) = (store.unseen()?, &self.to);
        if gone == 0 {
            return Ok(());
        }
        if self.dry_run {
            remark(&format!("{place}: {gone} projects are in none of these records and would be removed"));
            return Ok(());
        }
        remark(&format!("{place}: {gone} projects are in none of these records"));
        let asks = !self.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if asks && !agreed() {
            remark("nothing was removed");
            return Ok(());
        }
        interrupted()?;
        let removed = store.prune()?;
        if !common.quiet {
            remark(&format!("{removed} projects removed"));
        }
        Ok(())
    }
}

/// Names the first of many bad records.
pub fn name(bad: &[impl Display]) {
    for bad in bad.iter().take(NAMED) {
        remark(&shown(&bad.to_string()));
    }
    if bad.len() > NAMED {
        remark(&format!("and {} more", bad.len() - NAMED));
    }
}

/// What was done with records, or would be.
pub fn told(place: &Url, tally: &Tally, refused: u64, dry_run: bool) -> String {
    let Tally { counts: Counts { added, changed, unchanged }, again, before, .. } = tally;
    let would = if dry_run { "would be " } else { "" };
    let mut told = format!("{place}: {added} {would}added, {changed} {would}changed, {unchanged} unchanged");
    for (count, what) in
        [(*again, "there a second time"), (*before, "loaded before by a run of the same records"), (refused, "refused")]
    {
        if count > 0 {
            told.push_str(&format!(", {count} {what}"));
        }
    }
    told
}

/// Whether the user says yes.
fn agreed() -> bool {
    remark("remove them? [y/N]");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

/// Makes something of every record on all cores, and gives it part by part to `take` while the next part is made.
pub fn each<R: Send>(
    records: &Records,
    make: impl Fn(&Raw) -> R + Sync,
    mut take: impl FnMut(Part, Vec<R>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    thread::scope(|scope| {
        let (send, receive) = mpsc::sync_channel::<Result<(Part, Vec<R>), Unread>>(1);
        let make = &make;
        scope.spawn(move || {
            for part in records.parts() {
                let made = part.map(|part| {
                    let made = parallel::each(&part.records, make);
                    (part, made)
                });
                if send.send(made).is_err() {
                    break;
                }
            }
        });
        for made in receive {
            let (part, made) = made?;
            take(part, made)?;
        }
        Ok(())
    })
}

/// A count that goes on while records do, where someone looks.
pub fn bar(common: &Common, what: &'static str) -> ProgressBar {
    let target = if common.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Some(style) = super::progress::style("{human_pos} records {msg}  {rate}  {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
