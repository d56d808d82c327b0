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
use crate::source::{Page, SourceError, printable};

/// What a batch tells while it runs, on any of its threads.
pub trait Observer: Sync {
    /// A page was read.
    fn page(&self, record: &Record);
    /// A page or folder failed; every other page is still delivered.
    fn failure(&self, failure: Failure);
    /// A page's file name is not UTF-8, so its record names it otherwise.
    fn renamed(&self, name: &str);
}

/// A page that could not be read.
#[derive(Debug)]
pub struct Failure {
    /// The page's file.
    pub place: String,
    /// What failed, in one line.
    pub message: String,
}

/// A batch ends early only when its output can take no more.
#[derive(Debug)]
pub struct Stopped(pub io::Error);

/// Pages a thread takes at once: many enough for one lock, few enough that all threads end together.
const PAGES: usize = 16;
/// Bytes of records a thread gathers before it hands them over.
const GATHERED: usize = 1 << 20;
/// Bytes of records that wait for one before them; a thread that would add to more waits with them.
const WAITING: usize = 32 << 20;
/// Bytes of a record's mention, roughly.
const MENTION: usize = 256;

/// Reads every page of `source` with `read` on `threads` threads, this one among them; `encode` makes each record ready
/// on its thread, and `write` takes them one by one in the order of the source.
///
/// # Errors
/// [`Stopped`] when `write` takes no more.
pub fn run<T: Send>(
    threads: usize,
    read: impl Fn(&str, &[u8]) -> Result<Record, String> + Sync,
    source: impl Iterator<Item = Result<Page, SourceError>> + Send,
    encode: fn(&Record) -> T,
    write: impl FnMut(T) -> io::Result<()> + Send,
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

/// Records of pages that follow one another.
struct Run<T> {
    /// Which page of the source is the first.
    first: usize,
    pages: usize,
    records: Vec<T>,
    bytes: usize,
}

impl<T> Run<T> {
    fn new(first: usize) -> Self {
        Run { first, pages: 0, records: Vec::new(), bytes: 0 }
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

impl<T, W: FnMut(T) -> io::Result<()>> Outlet<T, W> {
    fn take(&mut self, run: Run<T>) {
        self.bytes += run.bytes;
        self.waiting.insert(run.first, run);
        while let Some(run) = self.waiting.remove(&self.next) {
            self.next += run.pages;
            self.bytes -= run.bytes;
            if self.stopped.is_none() {
                self.stopped = run.records.into_iter().try_for_each(&mut self.write).err();
            }
        }
    }
}

/// What the threads share.
struct Batch<'o, S, T, W, R, O> {
    intake: Mutex<Intake<S>>,
    outlet: Mutex<Outlet<T, W>>,
    /// Told when what waited may have become less.
    room: Condvar,
    read: R,
    encode: fn(&Record) -> T,
    observer: &'o O,
}

impl<S, T, W, R, O> Batch<'_, S, T, W, R, O>
where
    S: Iterator<Item = Result<Page, SourceError>>,
    W: FnMut(T) -> io::Result<()>,
    R: Fn(&str, &[u8]) -> Result<Record, String>,
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
        let pages: Vec<_> = intake.source.by_ref().take(PAGES).collect();
        let first = intake.taken;
        intake.taken += pages.len();
        (!pages.is_empty()).then_some((first, pages))
    }

    /// Reads pages and hands their records over. Whether to go on.
    fn read_all(&self, first: usize, pages: Vec<Result<Page, SourceError>>, bytes: &mut Vec<u8>) -> bool {
        let mut run = Run::new(first);
        for page in pages {
            run.pages += 1;
            if let Some((record, size)) = self.read_one(page, bytes) {
                run.records.push(record);
                run.bytes += size;
            }
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

    /// One page's record and roughly its size.
    fn read_one(&self, page: Result<Page, SourceError>, bytes: &mut Vec<u8>) -> Option<(T, usize)> {
        let failed = |place: String, message: String| self.observer.failure(Failure { place, message });
        let page = page.map_err(|e| failed(e.place, e.message)).ok()?;
        if page.path.to_str().is_none() {
            self.observer.renamed(&page.name);
        }
        page.read_into(bytes).map_err(|e| failed(e.place, e.message)).ok()?;
        // One page that trips over a fault of ours must not take the others along.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let record = (self.read)(&page.name, bytes)?;
            let size = bytes.len() + record.mentions.len() * MENTION;
            let encoded = (self.encode)(&record);
            self.observer.page(&record);
            Ok((encoded, size))
        }));
        let read = read.unwrap_or_else(|_| Err("internal error: please report this page".to_owned()));
        read.map_err(|message| failed(printable(&page.path), message)).ok()
    }
}
