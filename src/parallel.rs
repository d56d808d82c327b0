//! Work on several cores at once, whose results do not depend on how it is shared out.

use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Makes something of every item on all cores, in the order of the items.
pub fn each<T: Sync, R: Send>(items: &[T], make: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    let make = &make;
    thread::scope(|scope| {
        let shares: Vec<_> =
            items.chunks(share).map(|items| scope.spawn(move || items.iter().map(make).collect::<Vec<R>>())).collect();
        shares.into_iter().flat_map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// Makes two things at once.
pub fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| resume_unwind(panic)), other)
    })
}

/// What a lock holds, also where a thread that had it panicked: that thread's work is lost, and nobody else's.
pub fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{both, each};

    #[test]
    fn what_is_made_comes_in_the_order_of_the_items() {
        for count in [0, 1, 2, 7, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
        assert_eq!(both(|| 1, || "b"), (1, "b"));
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn a_panic_is_handed_on() {
        each(&[1, 7], |item| assert!(*item != 7, "the seventh"));
    }
}
