//! What is kept from page to page.

use std::sync::Mutex;

use crate::parallel::locked;

/// What threads take for a page and give back, so that the next page need not begin anew.
#[derive(Debug)]
pub struct Kept<T>(Mutex<Vec<T>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<T: Default> Kept<T> {
    /// One that was given back, or a new one.
    pub fn take(&self) -> T {
        locked(&self.0).pop().unwrap_or_default()
    }

    /// Takes one back.
    pub fn give_back(&self, it: T) {
        locked(&self.0).push(it);
    }
}
