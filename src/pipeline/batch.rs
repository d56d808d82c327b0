//! A batch: pages read on several threads, in bounded memory, their records written in the order of the source.
//!
//! Every thread does all there is to do: it takes the next few pages, reads them, and writes what is next in order. So
//! nobody waits for a slow page or for the output but those who run too far ahead, and `-j 1` is one thread.

use std::collections::BTreeMap;
use std::io;
use std::iter::Fuse;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::parallel::locked;
use crate::record::Record;
use crate::reject::{Class, Reject, Stage};
use crate::source::{Limits, Page, SourceError};

use super::{Failed, Given};

/// What a batch tells while it runs, on any of its threads.
pub trait Observer: Sync {
    /// A page was read and gave these records.
    fn page(&self, records: &[Record]);
    /// A page, folder or part of an archive gives none; every other page is still delivered.
    fn reject(&self, reject: &Reject);
    /// A page's file name is not UTF-8, so its record names it otherwise.
    fn renamed(&self, name: &str);
    /// Whether more pages are wanted.
    fn goes_on(&self) -> bool {
        true
    }
}

/// How a page ended: as records made ready to be written, or as a reject.
#[derive(Debug)]
pub enum Done<T> {
    Records(Vec<T>),
    Reject(Reject),
}

/// A batch ends early only when its output can take no more, or when no more pages are wanted.
#[derive(Debug)]
pub struct Stopped(pub io::Error);

/// What reads pages in two halves, so that between them those of one language can be brought together.
pub trait Reader: Sync {
    /// A page half read.
    type Opened<'p>;

    /// The first half: the page's text and its language.
    ///
    /// # Errors
    /// [`Failed`] where the page has none.
    fn open<'p>(&self, given: Given<'p>) -> Result<Self::Opened<'p>, Failed>;

    /// The language of a page half read.
    fn language<'o>(&self, opened: &'o Self::Opened<'_>) -> &'o str;

    /// The second half: the page's records.
    ///
    /// # Errors
    /// [`Failed`] where it gives none.
    fn finish(&self, opened: Self::Opened<'_>) -> Result<Vec<Record>, Failed>;
}

/// Pages a thread takes at once, at least and at most: many enough that several are in one language, and few beside those
/// taken before, so that all threads end together.
const FEWEST: usize = 16;
const MOST: usize = 512;
/// Bytes of pages that are half read at a time, and a page more. A thread that took more leaves them to others.
const TOGETHER: usize = 2 << 20;
/// Bytes of records that wait for one before them; a thread that would add to more waits with them.
const WAITING: usize = 32 << 20;
/// Bytes of a record or reject, and of each mention, roughly.
const RECORD: usize = 1024;
const MENTION: usize = 256;

/// Reads every page of `source` on `threads` threads, this one among them; `encode` makes each record ready on its thread,
/// and `write` takes page by page in the order of the source.
///
/// The tables of a language are large beside a processor's cache, so pages are half read first, and then those in one
/// language one behind the other.
///
/// # Errors
/// [`Stopped`] when `write` takes no more, and when the observer wants no more.
pub fn run<T: Send>(
    threads: usize,
    reader: &impl Reader,
    limits: &Limits,
    source: impl Iterator<Item = Result<Page, SourceError>> + Send,
    encode: impl Fn(&Record) -> T + Sync,
    write: impl FnMut(Done<T>) -> io::Result<()> + Send,
    observer: &impl Observer,
) -> Result<(), Stopped> {
    let intake = Mutex::new(Intake { source: source.fuse(), taken: 0 });
    let outlet = Outlet { write, next: 0, waiting: BTreeMap::new(), bytes: 0, stopped: None };
    let read = Read { threads, ..Read::default() };
    let (outlet, left, languages, room) = (Mutex::new(outlet), Mutex::default(), Mutex::default(), Condvar::new());
    let batch = Batch { intake, left, read, outlet, languages, room, reader, limits, encode, observer };
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

/// What was read so far; threads that read do not wait for one that waits for the source.
#[derive(Default)]
struct Read {
    threads: usize,
    pages: AtomicUsize,
    bytes: AtomicUsize,
}

impl Read {
    fn add(&self, pages: usize, bytes: usize) {
        self.pages.fetch_add(pages, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many pages to take next, when so many were taken: half of what a thread has had, and as many as can be half read
    /// at a time.
    fn share(&self, taken: usize) -> usize {
        let (pages, bytes) = (self.pages.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let fit = TOGETHER.saturating_mul(pages).checked_div(bytes).unwrap_or(MOST);
        (taken / (2 * self.threads.max(1))).min(fit).clamp(FEWEST, MOST)
    }
}

/// What a source gives: a page, or why there is none.
type Item = Result<Page, SourceError>;

/// Items that follow one another, and the number of the first.
type Taken = (usize, Vec<Item>);

/// What became of pages that follow one another.
struct Run<T> {
    /// Which page of the source is the first.
    first: usize,
    done: Vec<Done<T>>,
    bytes: usize,
}

impl<T> Run<T> {
    fn new(first: usize) -> Self {
        Run { first, done: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, (done, size): Ended<T>) {
        self.done.push(done);
        self.bytes += size;
    }
}

/// How a page ended, and roughly the bytes of its records.
type Ended<T> = (Done<T>, usize);

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
            self.next += run.done.len();
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
    /// What was taken and is left to whoever takes next, by the number of the first.
    left: Mutex<BTreeMap<usize, Vec<Item>>>,
    read: Read,
    outlet: Mutex<Outlet<T, W>>,
    /// The languages that threads are reading.
    languages: Mutex<Vec<String>>,
    /// Told when what waited may have become less.
    room: Condvar,
    reader: &'o R,
    limits: &'o Limits,
    encode: E,
    observer: &'o O,
}

impl<S, T, W, R, E, O> Batch<'_, S, T, W, R, E, O>
where
    S: Iterator<Item = Result<Page, SourceError>>,
    W: FnMut(Done<T>) -> io::Result<()>,
    R: Reader,
    E: Fn(&Record) -> T,
    O: Observer,
{
    /// The work of one thread.
    fn work(&self) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let mut bytes = Vec::new();
            while let Some(taken) = self.next() {
                if !self.read_some(taken, &mut bytes) {
                    break;
                }
            }
        }));
        if let Err(panic) = worked {
            // The others would wait for this thread's pages.
            locked(&self.outlet).stopped = Some(io::Error::other("a thread panicked"));
            self.room.notify_all();
            resume_unwind(panic);
        }
    }

    /// The next pages.
    fn next(&self) -> Option<Taken> {
        if !self.observer.goes_on() {
            // Others may wait for pages that nobody will read.
            locked(&self.outlet).stopped.get_or_insert_with(|| io::ErrorKind::Interrupted.into());
            self.room.notify_all();
            return None;
        }
        if let Some(left) = locked(&self.left).pop_first() {
            return Some(left);
        }
        let mut intake = locked(&self.intake);
        let share = self.read.share(intake.taken);
        let (mut items, mut held) = (Vec::with_capacity(share), 0);
        while items.len() < share
            && held < TOGETHER
            && let Some(item) = intake.source.next()
        {
            held += item.as_ref().map_or(0, Page::held);
            items.push(item);
        }
        let first = intake.taken;
        intake.taken += items.len();
        (!items.is_empty()).then_some((first, items))
    }

    /// Reads pages and hands their records over. Whether to go on.
    fn read_some(&self, (first, mut items): Taken, bytes: &mut Vec<u8>) -> bool {
        let loaded = self.load(&items, bytes);
        let left = items.split_off(loaded.len());
        if !left.is_empty() {
            locked(&self.left).insert(first + items.len(), left);
        }
        let ended = self.read_together(&items, loaded, bytes);
        let mut run = Run::new(first);
        for (item, ended) in items.iter().zip(ended) {
            if let Ok(page) = item
                && page.path().is_some_and(|path| path.to_str().is_none())
            {
                self.observer.renamed(&page.name);
            }
            if let Done::Reject(reject) = &ended.0 {
                self.observer.reject(reject);
            }
            run.add(ended);
        }
        self.hand_over(run)
    }

    /// Loads as many pages as are half read at a time, one at least: where each stands in `bytes`.
    fn load(&self, items: &[Item], bytes: &mut Vec<u8>) -> Vec<Result<Range<usize>, SourceError>> {
        bytes.clear();
        bytes.shrink_to(TOGETHER);
        let (mut loaded, mut held) = (Vec::with_capacity(items.len()), 0);
        for item in items {
            let before = bytes.len();
            // What is no page has nothing to load.
            loaded.push(item.as_ref().map_or(Ok(before..before), |page| page.load(bytes, self.limits)));
            held += bytes.len() - before + item.as_ref().map_or(0, Page::held);
            if held > TOGETHER {
                break;
            }
        }
        self.read.add(loaded.len(), held);
        loaded
    }

    /// What became of pages that were loaded, in their order.
    fn read_together(
        &self,
        items: &[Item],
        loaded: Vec<Result<Range<usize>, SourceError>>,
        bytes: &[u8],
    ) -> Vec<Ended<T>> {
        let mut ended: Vec<Option<Ended<T>>> = items.iter().map(|_| None).collect();
        let mut end = |number: usize, how| {
            if let Some(cell) = ended.get_mut(number) {
                *cell = Some(how);
            }
        };
        let mut opened: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for (number, (item, loaded)) in items.iter().zip(loaded).enumerate() {
            let (page, own) = match (item, loaded) {
                (Ok(page), Ok(range)) => (page, bytes.get(range).unwrap_or_default()),
                (Ok(page), Err(error)) => {
                    end(number, rejected(&page.name, error.into()));
                    continue;
                }
                (Err(error), _) => {
                    end(number, rejected(&error.place, error.clone().into()));
                    continue;
                }
            };
            match guarded(|| self.reader.open(Given::of(page, own))) {
                Ok(half) => {
                    let language = self.reader.language(&half).to_owned();
                    opened.entry(language).or_default().push((number, page, half));
                }
                Err(failed) => end(number, rejected(&page.name, failed)),
            }
        }
        while let Some((language, pages)) = self.choose(&mut opened) {
            for (number, page, half) in pages {
                let encoded = guarded(|| self.reader.finish(half)).and_then(|records| self.encoded(&records));
                end(number, encoded.unwrap_or_else(|failed| rejected(&page.name, failed)));
            }
            let mut reading = locked(&self.languages);
            if let Some(own) = reading.iter().position(|reading| *reading == language) {
                reading.swap_remove(own);
            }
        }
        ended.into_iter().flatten().collect()
    }

    /// Takes the pages of a language that no other thread reads, if there is one: what two threads learn of a language is
    /// learnt and kept twice.
    fn choose<P>(&self, opened: &mut BTreeMap<String, P>) -> Option<(String, P)> {
        let mut reading = locked(&self.languages);
        let free = opened.keys().find(|language| !reading.contains(language));
        let chosen = opened.remove_entry(&free.or_else(|| opened.keys().next())?.clone())?;
        reading.push(chosen.0.clone());
        Some(chosen)
    }

    /// The records of a page, ready to be written.
    fn encoded(&self, records: &[Record]) -> Result<Ended<T>, Failed> {
        guarded(|| {
            let text = |record: &Record| record.text.as_ref().map_or(0, String::len);
            let size = |record: &Record| RECORD + record.mentions.len() * MENTION + text(record);
            let encoded = records.iter().map(&self.encode).collect();
            self.observer.page(records);
            Ok((Done::Records(encoded), records.iter().map(size).sum()))
        })
    }

    /// Writes what is next and waits while too much waits for others. Whether to go on.
    fn hand_over(&self, run: Run<T>) -> bool {
        let first = run.first;
        let mut outlet = locked(&self.outlet);
        outlet.take(run);
        self.room.notify_all();
        // Who has the next page never waits: its pages are in order.
        while outlet.stopped.is_none() && outlet.bytes > WAITING && outlet.next < first {
            outlet = self.room.wait(outlet).unwrap_or_else(PoisonError::into_inner);
        }
        outlet.stopped.is_none()
    }
}

/// A page that gives no record.
fn rejected<T>(path: &str, Failed { stage, class, message }: Failed) -> Ended<T> {
    (Done::Reject(Reject { path: path.to_owned(), stage, class, message }), RECORD)
}

/// One page that trips over a fault of ours must not take the others along.
fn guarded<T>(step: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    let fault = || Err(Failed::new(Stage::Extract, Class::Panic, "internal error: please report this page"));
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| fault())
}
