//! The time a page may take. A run reads the clock between the steps of a page's way, and only there.

use std::time::{Duration, Instant};

use super::Failed;
use crate::reject::{Class, Stage};

/// How long a page may take, asked between the steps of its way.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The time a page has.
    pub time: Duration,
    /// The clock; kohex reads none itself.
    pub now: fn() -> Instant,
}

/// The time a page has left.
pub struct Deadline(Option<Running>);

struct Running {
    budget: Budget,
    /// What it took to the last look at the clock.
    took: Duration,
    looked: Instant,
}

impl Deadline {
    pub fn new(budget: Option<Budget>) -> Self {
        Deadline(budget.map(|budget| Running { budget, took: Duration::ZERO, looked: (budget.now)() }))
    }

    /// Goes on after a rest, which is not counted.
    pub fn go_on(&mut self) {
        if let Some(running) = &mut self.0 {
            running.looked = (running.budget.now)();
        }
    }

    pub fn check(&mut self, stage: Stage) -> Result<(), Failed> {
        let Some(Running { budget, took, looked }) = &mut self.0 else { return Ok(()) };
        let now = (budget.now)();
        *took += now.saturating_duration_since(*looked);
        *looked = now;
        if *took <= budget.time {
            return Ok(());
        }
        let message =
            format!("expected the page to take {} s at most, found that it takes longer", budget.time.as_secs());
        Err(Failed::new(stage, Class::Timeout, message))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::patterns::Patterns;
    use crate::pipeline::{Body, Extractor, Given, Options};
    use crate::source::Hints;

    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    static LEFT: AtomicU32 = AtomicU32::new(0);

    /// A clock that is read so many times before an hour has passed.
    fn now() -> Instant {
        let left = LEFT.load(Ordering::Relaxed);
        LEFT.store(left.saturating_sub(1), Ordering::Relaxed);
        if left == 0 { *BEGAN + Duration::from_hours(1) } else { *BEGAN }
    }

    #[test]
    fn the_clock_is_read_behind_every_step_of_a_page() {
        let budget = Some(Budget { time: Duration::from_secs(1), now });
        let options = Options { language: Some("en".to_owned()), budget, ..Options::default() };
        let extractor = Extractor::new(Patterns::embedded().expect("patterns"), options).expect("an extractor");
        let behind = |reads: u32| {
            LEFT.store(reads, Ordering::Relaxed);
            extractor.read("page.txt", b"It cost EUR 5 in May 2024.").map_err(|failed| (failed.stage, failed.class))
        };
        // Behind its beginning: text, language; behind the beginning of its second half: words, values.
        for (reads, stage) in [(1, Stage::Markup), (2, Stage::Extract), (4, Stage::Extract), (5, Stage::Extract)] {
            assert_eq!(behind(reads).expect_err("too late"), (stage, Class::Timeout), "{reads}");
        }
        assert!(behind(3).is_ok(), "between its halves a page rests");
        assert!(behind(6).is_ok());
        let told = |reads: u32| {
            LEFT.store(reads, Ordering::Relaxed);
            let (body, hints) = (Body::Bytes(b"It cost EUR 5 in May 2024."), Hints::default());
            let given = Given { name: "page.txt", body, hints: &hints };
            extractor.read_fully(&given, |_, _| ()).map_err(|failed| failed.class)
        };
        assert!((1..5).all(|reads| told(reads) == Err(Class::Timeout)) && told(5).is_ok());
    }
}
