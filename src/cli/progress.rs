//! What a run tells while it goes on and at its end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Common, interrupt, remark, say};
use crate::parallel::locked;
use crate::patterns::Kind;
use crate::pipeline::Observer;
use crate::record::{Code, Record};
use crate::reject::{Class, Reject};
use crate::sink::folder::Totals;
use crate::source::container::Format;
use crate::source::{Choice, Folders, Page, SourceError, shown};

/// Counts pages and draws a bar where standard error is a terminal.
pub struct Progress {
    bar: ProgressBar,
    quiet: bool,
    closed: Arc<AtomicBool>,
    /// Pages that gave records, and pages and parts of the input that gave none; of these, those where something failed.
    read: AtomicU64,
    rejects: AtomicU64,
    failed: AtomicU64,
    /// Pages of an earlier run, of which no more is known than that.
    earlier: AtomicU64,
    tally: Mutex<Tally>,
}

#[derive(Default)]
struct Tally {
    mentions: BTreeMap<Kind, u64>,
    languages: BTreeMap<String, u64>,
    warnings: BTreeMap<Code, u64>,
    rejects: BTreeMap<Class, u64>,
}

impl Progress {
    /// Counting the pages ahead for the bar's end goes on beside the work.
    pub fn new(common: &Common, paths: &[PathBuf], choice: &Choice) -> Self {
        let target = if common.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(10) };
        let bar = ProgressBar::with_draw_target(None, target);
        let closed = Arc::new(AtomicBool::new(false));
        if !bar.is_hidden() {
            if let Some(style) = style("{bar:30} {human_pos} pages  {rate}  {elapsed}") {
                bar.set_style(style);
            }
            let (counting, closed, folders) =
                (bar.clone(), Arc::clone(&closed), Folders::new(paths.to_vec(), choice.clone()));
            std::thread::spawn(move || {
                // How many pages an archive or table holds is not known before it is read.
                let page = |page: &Result<Page, SourceError>| {
                    page.as_ref()
                        .is_ok_and(|page| Format::of_name(&page.name).is_none_or(|format| format == Format::Page))
                };
                let mut total = 0;
                for found in folders.take_while(|_| !closed.load(Ordering::Relaxed)) {
                    if !page(&found) {
                        return;
                    }
                    total += 1;
                }
                let with_end = style("{bar:30} {human_pos} of {human_len} pages  {rate}  {eta} left");
                if let (false, Some(style)) = (closed.load(Ordering::Relaxed), with_end) {
                    counting.set_length(total);
                    counting.set_style(style);
                }
            });
        }
        Progress {
            bar,
            quiet: common.quiet,
            closed,
            read: AtomicU64::new(0),
            rejects: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            earlier: AtomicU64::new(0),
            tally: Mutex::default(),
        }
    }

    /// Takes the bar away.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }

    /// Pages that gave records.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Tells something while pages are read.
    pub fn remark(&self, what: &str) {
        self.bar.suspend(|| remark(what));
    }

    /// Pages, folders and parts of archives that gave none.
    pub fn rejects(&self) -> u64 {
        self.rejects.load(Ordering::Relaxed)
    }

    /// Those of them where something failed.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Counts pages that need no reading, as an earlier run did.
    pub fn skip(&self, done: &Totals) {
        self.bar.inc(done.pages);
        self.earlier.fetch_add(done.pages, Ordering::Relaxed);
        self.read.fetch_add(done.pages - done.rejects.min(done.pages), Ordering::Relaxed);
        self.rejects.fetch_add(done.rejects, Ordering::Relaxed);
        self.failed.fetch_add(done.failed, Ordering::Relaxed);
    }

    /// One line: pages, records, failures, mentions by kind, languages, seconds. What is counted by kind is what was
    /// read now.
    pub fn summary(&self, records: u64, elapsed: Duration, verbose: bool) -> String {
        let tally = locked(&self.tally);
        let pages = self.read() + self.rejects();
        let now = pages - self.earlier.load(Ordering::Relaxed).min(pages);
        let of = if now < pages { format!("of the {now} read now: ") } else { String::new() };
        let mut languages: Vec<_> = tally.languages.iter().map(|(code, n)| (code.as_str(), *n)).collect();
        languages.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let others = self.rejects() - self.failed();
        let mut line = format!(
            "{pages} pages, {records} records, {} failed{}; ",
            self.failed(),
            if others > 0 { format!(", {others} without a project") } else { String::new() },
        );
        if now > 0 {
            let mentions = tally.mentions.iter().map(|(kind, n)| (kind.name(), *n));
            line += &format!("{of}mentions: {}; languages: {}; ", list(mentions), list(languages));
        }
        line += &format!("{:.2} s", elapsed.as_secs_f64());
        if verbose && !tally.rejects.is_empty() {
            let rejects = tally.rejects.iter().map(|(class, n)| (class.name(), *n));
            line = format!("without a record: {of}{}\n{line}", list(rejects));
        }
        if verbose && !tally.warnings.is_empty() {
            let mut warnings: Vec<_> = tally.warnings.iter().map(|(code, n)| (code.name(), *n)).collect();
            warnings.sort_unstable();
            line = format!("warnings: {of}{}\n{line}", list(warnings));
        }
        line
    }
}

/// Counts by name; "none" where there are none.
fn list<'n>(counts: impl IntoIterator<Item = (&'n str, u64)>) -> String {
    let all: Vec<String> = counts.into_iter().map(|(name, n)| format!("{name} {n}")).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// A bar's style; `{rate}` is so many a second.
pub(super) fn style(template: &str) -> Option<ProgressStyle> {
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(out, "{:.0}/s", state.per_sec());
    };
    Some(ProgressStyle::with_template(template).ok()?.with_key("rate", rate))
}

impl Observer for Progress {
    fn goes_on(&self) -> bool {
        !interrupt::came()
    }

    fn page(&self, records: &[Record]) {
        self.read.fetch_add(1, Ordering::Relaxed);
        self.bar.inc(1);
        let mut tally = locked(&self.tally);
        for record in records {
            for mention in &record.mentions {
                *tally.mentions.entry(mention.kind()).or_default() += 1;
            }
            for warning in &record.warnings {
                *tally.warnings.entry(warning.code).or_default() += 1;
            }
        }
        let Some(language) = records.first().map(|record| &record.language.code) else { return };
        if let Some(pages) = tally.languages.get_mut(language) {
            *pages += 1;
        } else {
            tally.languages.insert(language.clone(), 1);
        }
    }

    fn reject(&self, reject: &Reject) {
        self.rejects.fetch_add(1, Ordering::Relaxed);
        self.bar.inc(1);
        *locked(&self.tally).rejects.entry(reject.class).or_default() += 1;
        if reject.is_failure() {
            self.failed.fetch_add(1, Ordering::Relaxed);
            // A name may hold what steers a terminal.
            self.bar.suspend(|| say(&shown(&reject.to_string())));
        }
    }

    fn renamed(&self, name: &str) {
        if self.quiet {
            return;
        }
        self.bar.suspend(|| remark(&format!("{}: file name is not UTF-8: its record names it so", shown(name))));
    }
}
