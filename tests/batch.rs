//! A batch on several threads: order, faults and closed outputs, with pages that are slow or fail when told to.

use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kohex::pipeline::{Done, Extractor, Failed, Given, Observer, Reader, Stopped, run};
use kohex::record::Record;
use kohex::reject::{Class, Reject, Stage};
use kohex::source::{Choice, Content, Folders, Hints, Limits, Page, SourceError};

use crate::EXTRACTOR;

/// Remembers what it is told.
#[derive(Default)]
struct Told {
    pages: AtomicUsize,
    failures: Mutex<Vec<String>>,
}

impl Observer for Told {
    fn page(&self, _: &[Record]) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }
    fn reject(&self, reject: &Reject) {
        self.failures.lock().expect("a list").push(reject.message.clone());
    }
    fn renamed(&self, _: &str) {}
}

/// A folder of `count` pages, `0000.txt` the first.
fn pages(count: usize) -> (tempfile::TempDir, Folders) {
    let folder = tempfile::tempdir().expect("a folder");
    for i in 0..count {
        fs::write(folder.path().join(format!("{i:04}.txt")), "Costo: 5 €").expect("written");
    }
    let choice = Choice::new(&[], false, false).expect("a choice");
    let source = Folders::new(vec![folder.path().to_owned()], choice);
    (folder, source)
}

/// Reads pages as the extractor does, but for the first, which it takes its time for, and two that trip over a fault.
struct Troubled;

impl Reader for Troubled {
    type Opened<'p> = (&'p str, <Extractor as Reader>::Opened<'p>);

    fn open<'p>(&self, given: Given<'p>) -> Result<Self::Opened<'p>, Failed> {
        assert_ne!(given.name, "0050.txt", "a fault of ours");
        Ok((given.name, EXTRACTOR.open(given)?))
    }

    fn language<'o>(&self, (name, opened): &'o Self::Opened<'_>) -> &'o str {
        // So that pages are not finished in the order they come in.
        if name.ends_with("7.txt") { "aa" } else { EXTRACTOR.language(opened) }
    }

    fn finish(&self, (name, opened): Self::Opened<'_>) -> Result<Vec<Record>, Failed> {
        assert_ne!(name, "0060.txt", "a fault of ours");
        if name == "0000.txt" {
            std::thread::sleep(Duration::from_millis(100));
        }
        EXTRACTOR.finish(opened)
    }
}

/// The id of a record; encoders hold nothing.
fn id(record: &Record) -> String {
    record.id.clone()
}

#[test]
fn order_is_kept_and_a_page_that_panics_takes_no_other_along() {
    for threads in [1, 2, 5] {
        let (_folder, source) = pages(200);
        let told = Told::default();
        let mut written = Vec::new();
        let write = |done| {
            if let Done::Records(ids) = done {
                written.extend(ids);
            }
            Ok(())
        };
        run(threads, &Troubled, &Limits::default(), source, id, write, &told).expect("written");
        let good = (0..200).filter(|i| ![50, 60].contains(i));
        assert_eq!(written, good.map(|i| format!("{i:04}.txt")).collect::<Vec<_>>());
        assert_eq!(told.pages.into_inner(), 198);
        let failures = told.failures.into_inner().expect("a list");
        assert_eq!(failures, ["internal error: please report this page"; 2]);
    }
}

#[test]
fn a_closed_output_ends_the_run_soon() {
    for threads in [1, 3] {
        let (_folder, source) = pages(1000);
        let told = Told::default();
        let write = |_: Done<String>| Err(io::ErrorKind::BrokenPipe.into());
        let ended = run(threads, &*EXTRACTOR, &Limits::default(), source, id, write, &told);
        assert!(matches!(ended, Err(Stopped(error)) if error.kind() == io::ErrorKind::BrokenPipe));
        let read = told.pages.into_inner();
        assert!(read < 600, "{read} pages read");
    }
}

#[test]
fn an_output_that_panics_leaves_no_thread_waiting() {
    let (_folder, source) = pages(1000);
    let told = Told::default();
    let write = |_: Done<String>| -> io::Result<()> { panic!("a fault in the output") };
    let run = || run(3, &*EXTRACTOR, &Limits::default(), source, id, write, &told);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    assert!(ended.is_err());
    assert!(told.pages.into_inner() < 1000);
}

#[test]
fn pages_are_read_while_another_thread_waits_for_the_source() {
    let (_folder, source) = pages(40);
    let told = Told::default();
    let (mut taken, mut written) = (0, 0);
    let slow = source.inspect(|_| {
        taken += 1;
        // One thread has sixteen pages by now, the other waits for the next.
        let begun = Instant::now();
        while taken == 17 && told.pages.load(Ordering::Relaxed) < 16 {
            assert!(begun.elapsed() < Duration::from_mins(1), "nothing is read meanwhile");
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let write = |_: Done<String>| {
        written += 1;
        Ok(())
    };
    run(2, &*EXTRACTOR, &Limits::default(), slow, id, write, &told).expect("written");
    assert_eq!(written, 40);
}

/// Reads nothing: every page is a reject.
struct Refusing;

impl Reader for Refusing {
    type Opened<'p> = &'p str;

    fn open<'p>(&self, given: Given<'p>) -> Result<&'p str, Failed> {
        Ok(given.name)
    }

    fn language<'o>(&self, name: &'o &str) -> &'o str {
        name.rsplit('-').next().unwrap_or_default()
    }

    fn finish(&self, name: &str) -> Result<Vec<Record>, Failed> {
        Err(Failed { stage: Stage::Extract, class: Class::NotAProject, message: name.to_owned() })
    }
}

/// Large pages are few at a time, and what is over is left to other threads; files too large to be read and what is no page
/// at all stand among them.
#[test]
fn pages_of_all_sizes_and_errors_stay_in_their_order() {
    const SIZES: [usize; 7] = [10, 300_000, 1_000_001, 20, 900_000, 30, 700_000];
    let folder = tempfile::tempdir().expect("a folder");
    let limits = Limits { page_bytes: 1_000_000, ..Limits::default() };
    let item = |number: usize| {
        let name = format!("{number:03}-{}", number % 5);
        let size = SIZES.get(number % SIZES.len()).copied().expect("a size");
        if number % 11 == 3 {
            return Err(SourceError { place: name, class: Class::Unreadable, message: "gone".to_owned() });
        }
        let content = if number.is_multiple_of(2) {
            let path = folder.path().join(&name);
            fs::write(&path, vec![b'a'; size]).expect("written");
            Content::File(path)
        } else {
            Content::Bytes(vec![b'a'; size])
        };
        Ok(Page { name, content, hints: Hints::default() })
    };
    let items: Vec<_> = (0..120).map(item).collect();
    let expected: Vec<(String, Class)> = items
        .iter()
        .zip(0..)
        .map(|(item, number)| match item {
            Err(error) => (error.place.clone(), Class::Unreadable),
            Ok(page) if number % SIZES.len() == 2 && number % 2 == 0 => (page.name.clone(), Class::Size),
            Ok(page) => (page.name.clone(), Class::NotAProject),
        })
        .collect();
    for threads in [1, 2, 5] {
        let mut written = Vec::new();
        let write = |done: Done<String>| {
            if let Done::Reject(reject) = done {
                written.push((reject.path, reject.class));
            }
            Ok(())
        };
        run(threads, &Refusing, &limits, items.iter().cloned(), id, write, &Told::default()).expect("written");
        assert_eq!(written, expected);
    }
}

/// Wants no more pages when some were read.
struct Enough(Told);

impl Observer for Enough {
    fn page(&self, records: &[Record]) {
        self.0.page(records);
    }
    fn reject(&self, _: &Reject) {}
    fn renamed(&self, _: &str) {}
    fn goes_on(&self) -> bool {
        self.0.pages.load(Ordering::Relaxed) < 100
    }
}

#[test]
fn a_batch_ends_when_no_more_pages_are_wanted() {
    for threads in [1, 3] {
        let (_folder, source) = pages(1000);
        let (observer, mut written) = (Enough(Told::default()), Vec::new());
        let write = |done| {
            if let Done::Records(ids) = done {
                written.extend(ids);
            }
            Ok(())
        };
        let ended = run(threads, &*EXTRACTOR, &Limits::default(), source, id, write, &observer);
        assert!(matches!(ended, Err(Stopped(error)) if error.kind() == io::ErrorKind::Interrupted));
        let read = observer.0.pages.into_inner();
        assert!((100..600).contains(&read), "{read} pages read");
        // What was written has no gap.
        assert!(written.len() <= read && written.iter().zip(0..).all(|(id, number)| *id == format!("{number:04}.txt")));
    }
}
