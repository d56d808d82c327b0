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
pub struct Deadline(Option<(Instant, Budget)>);

impl Deadline {
    pub fn new(budget: Option<Budget>) -> Self {
        Deadline(budget.map(|budget| ((budget.now)(), budget)))
    }

    pub fn check(&self, stage: Stage) -> Result<(), Failed> {
        let Some((began, budget)) = self.0 else { return Ok(()) };
        if (budget.now)().saturating_duration_since(began) <= budget.time {
            return Ok(());
        }
        let message =
            format!("expected the page to take {} s at most, found that it takes longer", budget.time.as_secs());
        Err(Failed::new(stage, Class::Timeout, message))
    }
}
