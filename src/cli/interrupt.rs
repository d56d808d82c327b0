//! Ctrl-C and SIGTERM: the run ends when the pages at hand are read, with what is whole.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first signal is noted and the second ends the program at once.
pub fn watch() {
    // Without a handler the system's own ends the program, which loses no more than a crash would.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether a signal came.
pub fn came() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
