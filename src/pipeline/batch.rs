//! A batch: pages read on several threads, in bounded memory, their records written in the order of the source.
//!
//! Every thread does all there is to do: it takes the next few pages, reads them, and writes what is next in order. So
//! nobody waits for a slow page or for the output but those who run too far ahead, and `-j 1` is one thread.

use std::collections::BTreeMap;
use std::io;
use std::iter::Fuse;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::record::Record;
use crate::reject::{Class, Reject, Stage};
use crate::source::{Page, SourceError};

use super::Failed;

/// What a batch tells while it runs, on any of its threads.
pub trait Observer: Sync {
    /// A page was read and gave these records.
    fn page(&self, records: &[Record]);
    /// A page, folder or part of an archive gives none; every other page is still delivered.
    fn reject(&self, reject: &Reject);
    /// A page's file name is not UTF-8, so its record names it otherwise.
    fn renamed(&self, name: &str);
}

/// How a page ended: as records made ready to be written, or as a reject.
#[derive(Debug)]
pub enum Done<T> {
    Records(Vec<T>),
    Reject(Reject),
}

/// A batch ends early only when its output can take no more.
#[derive(Debug)]
pub struct Stopped(pub io::Error);

/// Pages a thread takes at once: many enough for one lock, few enough that all threads end together.
const PAGES: usize = 16;
/// Bytes of pages out of archives a thread takes at once, roughly.
const TAKEN: usize = 4 << 20;
/// Bytes of records a thread gathers before it hands them over.
const GATHERED: usize = 1 << 20;
/// Bytes of records that wait for one before them; a thread that would add to more waits with them.
const WAITING: usize = 32 << 20;
/// Bytes of a record's mention, roughly.
const MENTION: usize = 256;

/// Reads every page of `source` with `read` on `threads` threads, this one among them; `encode` makes each record ready
/// on its thread, and `write` takes page by page in the order of the source.
///
/// # Errors
/// [`Stopped`] when `write` takes no more.
pub fn run<T: Send>(
    threads: usize,
    read: impl Fn(&Page, &mut Vec<u8>) -> Result<Vec<Record>, Failed> + Sync,
    source: impl Iterator<Item = Result<Page, SourceError>> + Send,
    encode: impl Fn(&Record) -> T + Sync,
    write: impl FnMut(Done<T>) -> io::Result<()> + Send,
    observer: &impl Observer,
) -> Result<(), Stopped> {
    let intake = Mutex::new(Intake { source: source.fuse(), taken: 0 });
    let outlet = Outlet { write, next: 0, waiting: BTreeMap::new(), bytes: 0, stopped: None };
    let batch = Batch { intake, outlet: Mutex::new(outlet), room: Condvar::new(), read, encode, observer };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| batch.work());
        }
        batch.work();
    });
    let outlet = batch.outlet.into_inner().unwrap_or_else(PoisonError::into_inner);
    outlet.stopped.map_or(Ok(()), |error| Err(Stopped(error)))
}

/// Where threads take pages from.
struct Intake<S> {
    source: Fuse<S>,
    taken: usize,
}

/// What became of pages that follow one another.
struct Run<T> {
    /// Which page of the source is the first.
    first: usize,
    pages: usize,
    done: Vec<Done<T>>,
    bytes: usize,
}

impl<T> Run<T> {
    fn new(first: usize) -> Self {
        Run { first, pages: 0, done: Vec::new(), bytes: 0 }
    }

    /// Takes the run so far and goes on behind it.
    fn split(&mut self) -> Self {
        let next = self.first + self.pages;
        mem::replace(self, Run::new(next))
    }
}

/// Where threads hand records over.
struct Outlet<T, W> {
    write: W,
    /// The page whose record is written next.
    next: usize,
    /// Runs before which others are missing, by their first page, and what they hold together.
    waiting: BTreeMap<usize, Run<T>>,
    bytes: usize,
    stopped: Option<io::Error>,
}

impl<T, W: FnMut(Done<T>) -> io::Result<()>> Outlet<T, W> {
    fn take(&mut self, run: Run<T>) {
        self.bytes += run.bytes;
        self.waiting.insert(run.first, run);
        while let Some(run) = self.waiting.remove(&self.next) {
            self.next += run.pages;
            self.bytes -= run.bytes;
            if self.stopped.is_none() {
                self.stopped = run.done.into_iter().try_for_each(&mut self.write).err();
            }
        }
    }
}

/// What the threads share.
struct Batch<'o, S, T, W, R, E, O> {
    intake: Mutex<Intake<S>>,
    outlet: Mutex<Outlet<T, W>>,
    /// Told when what waited may have become less.
    room: Condvar,
    read: R,
    encode: E,
    observer: &'o O,
}

impl<S, T, W, R, E, O> Batch<'_, S, T, W, R, E, O>
where
    S: Iterator<Item = Result<Page, SourceError>>,
    W: FnMut(Done<T>) -> io::Result<()>,
    R: Fn(&Page, &mut Vec<u8>) -> Result<Vec<Record>, Failed>,
    E: Fn(&Record) -> T,
    O: Observer,
{
    /// The work of one thread.
    fn work(&self) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let mut bytes = Vec::new();
            while let Some((first, pages)) = self.next() {
                if !self.read_all(first, pages, &mut bytes) {
                    break;
                }
            }
        }));
        if let Err(panic) = worked {
            // The others would wait for this thread's pages.
            self.outlet().stopped = Some(io::Error::other("a thread panicked"));
            self.room.notify_all();
            resume_unwind(panic);
        }
    }

    /// The next pages and how many were taken before them.
    fn next(&self) -> Option<(usize, Vec<Result<Page, SourceError>>)> {
        let mut intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut pages, mut bytes) = (Vec::new(), 0);
        while pages.len() < PAGES
            && bytes < TAKEN
            && let Some(page) = intake.source.next()
        {
            bytes += page.as_ref().map_or(0, Page::held);
            pages.push(page);
        }
        let first = intake.taken;
        intake.taken += pages.len();
        (!pages.is_empty()).then_some((first, pages))
    }

    /// Reads pages and hands their records over. Whether to go on.
    fn read_all(&self, first: usize, pages: Vec<Result<Page, SourceError>>, bytes: &mut Vec<u8>) -> bool {
        let mut run = Run::new(first);
        for page in pages {
            run.pages += 1;
            let (done, size) = self.read_one(page, bytes);
            run.done.push(done);
            run.bytes += size;
            if run.bytes > GATHERED && !self.hand_over(run.split()) {
                return false;
            }
        }
        run.pages == 0 || self.hand_over(run)
    }

    /// Writes what is next and waits while too much waits for others. Whether to go on.
    fn hand_over(&self, run: Run<T>) -> bool {
        let first = run.first;
        let mut outlet = self.outlet();
        outlet.take(run);
        self.room.notify_all();
        // Who has the next page never waits: its pages are in order.
        while outlet.stopped.is_none() && outlet.bytes > WAITING && outlet.next < first {
            outlet = self.room.wait(outlet).unwrap_or_else(PoisonError::into_inner);
        }
        outlet.stopped.is_none()
    }

    fn outlet(&self) -> MutexGuard<'_, Outlet<T, W>> {
        self.outlet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of one page, and roughly its size.
    fn read_one(&self, page: Result<Page, SourceError>, bytes: &mut Vec<u8>) -> (Done<T>, usize) {
        let rejected = |reject: Reject| {
            self.observer.reject(&reject);
            (Done::Reject(reject), 0)
        };
        let page = match page {
            Ok(page) => page,
            Err(SourceError { place, class, message }) => {
                return rejected(Reject { path: place, stage: Stage::Source, class, message });
            }
        };
        if page.path().is_some_and(|path| path.to_str().is_none()) {
            self.observer.renamed(&page.name);
        }
        // One page that trips over a fault of ours must not take the others along.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let records = (self.read)(&page, bytes)?;
            let mentions: usize = records.iter().map(|record| record.mentions.len()).sum();
            let encoded = records.iter().map(&self.encode).collect();
            self.observer.page(&records);
            Ok((Done::Records(encoded), bytes.len() + mentions * MENTION))
        }));
        let fault = || Err(Failed::new(Stage::Extract, Class::Panic, "internal error: please report this page"));
        read.unwrap_or_else(|_| fault()).unwrap_or_else(|Failed { stage, class, message }| {
            rejected(Reject { path: page.name.clone(), stage, class, message })
        })
    }
}
