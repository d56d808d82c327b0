//! A batch on several threads: order, faults and closed outputs, with pages that are slow or fail when told to.

use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kohex::pipeline::{Done, Failed, Observer, Stopped, run};
use kohex::record::Record;
use kohex::reject::Reject;
use kohex::source::{Choice, Folders, Limits, Page};

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

fn extract(page: &Page, buffer: &mut Vec<u8>) -> Result<Vec<Record>, Failed> {
    EXTRACTOR.read_from(page, &Limits::default(), buffer)
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
        let read = |page: &Page, buffer: &mut Vec<u8>| {
            assert_ne!(page.name, "0050.txt", "a fault of ours");
            if page.name == "0000.txt" {
                std::thread::sleep(Duration::from_millis(100));
            }
            extract(page, buffer)
        };
        let mut written = Vec::new();
        let write = |done| {
            if let Done::Records(ids) = done {
                written.extend(ids);
            }
            Ok(())
        };
        run(threads, read, source, id, write, &told).expect("written");
        let expected: Vec<String> = (0..200).filter(|i| *i != 50).map(|i| format!("{i:04}.txt")).collect();
        assert_eq!(written, expected);
        assert_eq!(told.pages.into_inner(), 199);
        let failures = told.failures.into_inner().expect("a list");
        assert_eq!(failures, ["internal error: please report this page"]);
    }
}

#[test]
fn a_closed_output_ends_the_run_soon() {
    for threads in [1, 3] {
        let (_folder, source) = pages(1000);
        let told = Told::default();
        let write = |_: Done<String>| Err(io::ErrorKind::BrokenPipe.into());
        let ended = run(threads, extract, source, id, write, &told);
        assert!(matches!(ended, Err(Stopped(error)) if error.kind() == io::ErrorKind::BrokenPipe));
        let read = told.pages.into_inner();
        assert!(read < 200, "{read} pages read");
    }
}

#[test]
fn an_output_that_panics_leaves_no_thread_waiting() {
    let (_folder, source) = pages(1000);
    let told = Told::default();
    let write = |_: Done<String>| -> io::Result<()> { panic!("a fault in the output") };
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(3, extract, source, id, write, &told)));
    assert!(ended.is_err());
    assert!(told.pages.into_inner() < 1000);
}
