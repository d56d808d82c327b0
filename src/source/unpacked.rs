//! Unpacked: pages that a thread of its own takes out of a container, so that whoever wants them can ask one by one.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::container::Passed;
use super::{Class, Content, Emit, Page, SourceError, plain};
use crate::parallel::locked;

/// How many pages may wait, and roughly how many bytes they may have together.
const PAGES: usize = 8;
const BYTES: usize = 32 << 20;

/// The pages of one container. Dropping it stops the thread at the next page it finds.
#[derive(Debug)]
pub struct Unpacked {
    line: Arc<Line>,
    thread: Option<JoinHandle<Passed>>,
    place: String,
    passed: Passed,
}

impl Unpacked {
    /// Runs `work` on a thread. What it emits comes out of the iterator, what it returns out of [`Unpacked::passed`];
    /// `name` is what an error says should it panic.
    ///
    /// # Errors
    /// [`SourceError`] when the system has no thread left.
    pub fn start(name: &str, work: impl FnOnce(&mut Emit<'_>) -> Passed + Send + 'static) -> Result<Self, SourceError> {
        let place = name.to_owned();
        let line = Arc::new(Line::default());
        let ends = End(Arc::clone(&line));
        let run = move || {
            let ends = ends;
            work(&mut |item| ends.0.put(item))
        };
        match thread::Builder::new().name("unpack".to_owned()).spawn(run) {
            Ok(thread) => Ok(Unpacked { line, thread: Some(thread), place, passed: Passed::default() }),
            Err(error) => {
                let message = format!("cannot be unpacked: {}", plain(&error));
                Err(SourceError { place, class: Class::Unreadable, message })
            }
        }
    }

    /// What was passed over; complete when the iterator has ended.
    pub fn passed(self) -> Passed {
        // `self` cannot be taken apart: it stops the thread when dropped.
        self.passed.clone()
    }
}

impl Iterator for Unpacked {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(item) = self.line.take() {
            return Some(item);
        }
        match self.thread.take()?.join() {
            Ok(passed) => {
                self.passed = passed;
                None
            }
            Err(panic) => {
                let words = panic.downcast_ref::<String>().map(String::as_str);
                let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
                let message = format!("kohex has a fault here, the rest is not read: {words}");
                Some(Err(SourceError { place: self.place.clone(), class: Class::Panic, message }))
            }
        }
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.closed = true;
        state.waiting.clear();
        self.line.changed.notify_all();
    }
}

/// Pages that wait between the two threads.
#[derive(Debug, Default)]
struct Line {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Result<Page, SourceError>, usize)>,
    bytes: usize,
    /// Nothing more comes.
    ended: bool,
    /// Nothing more is wanted.
    closed: bool,
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room. Whether more are wanted.
    fn put(&self, item: Result<Page, SourceError>) -> bool {
        let size = item.as_ref().map_or(0, size);
        let mut state = self.state();
        let full = |state: &State| {
            let large = state.bytes.saturating_add(size) > BYTES && !state.waiting.is_empty();
            !state.closed && (state.waiting.len() >= PAGES || large)
        };
        while full(&state) {
            state = self.wait(state);
        }
        if !state.closed {
            state.bytes = state.bytes.saturating_add(size);
            state.waiting.push_back((item, size));
            // Who takes waits only while there is none.
            if state.waiting.len() == 1 {
                self.changed.notify_all();
            }
        }
        !state.closed
    }

    /// Waits for a page; `None` when no more come.
    fn take(&self) -> Option<Result<Page, SourceError>> {
        let mut state = self.state();
        while state.waiting.is_empty() && !state.ended {
            state = self.wait(state);
        }
        let (item, size) = state.waiting.pop_front()?;
        state.bytes = state.bytes.saturating_sub(size);
        // To wake the other thread for each page would cost more than small pages do.
        if state.waiting.len() <= PAGES / 2 {
            self.changed.notify_all();
        }
        Some(item)
    }
}

/// Says that nothing more comes, also where the thread panics.
struct End(Arc<Line>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.changed.notify_all();
    }
}

fn size(page: &Page) -> usize {
    match &page.content {
        Content::File(_) => 0,
        Content::Bytes(bytes) => bytes.len(),
        Content::Row(row) => row.cells.iter().map(|cell| cell.text.len() + size_of_val(cell)).sum(),
    }
}
