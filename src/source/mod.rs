//! Sources: where pages come from. A source knows paths and bytes and nothing of their meaning.

mod folder;
mod page;

pub use folder::{Choice, ChoiceError, Folders, Skipped};
pub use page::{Cell, Content, Emit, Hints, Limits, Page, Row, SourceError};

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::reject::Class;

/// A buffer that had to grow beyond this for one page gives the rest back.
const KEPT: usize = 1 << 20;

impl Page {
    /// Reads the page's bytes.
    ///
    /// # Errors
    /// [`SourceError`] naming the file when it cannot be read.
    pub fn read(&self) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        self.read_into(&mut bytes, &Limits::default())?;
        Ok(bytes)
    }

    /// Reads the page's bytes in place of what `bytes` holds, so that one buffer serves many pages.
    ///
    /// # Errors
    /// As [`Page::read`].
    pub fn read_into(&self, bytes: &mut Vec<u8>, _limits: &Limits) -> Result<(), SourceError> {
        bytes.clear();
        bytes.shrink_to(KEPT);
        let Content::File(path) = &self.content else { return Ok(()) };
        // `take` keeps the library from asking for size and position first: two system calls of six.
        let read = File::open(path).and_then(|file| file.take(u64::MAX).read_to_end(bytes));
        read.map(|_| ()).map_err(|error| SourceError::new(path, "cannot be read", &error))
    }
}

impl SourceError {
    fn new(path: &Path, what: &str, error: &io::Error) -> Self {
        SourceError { place: printable(path), class: Class::Unreadable, message: format!("{what}: {}", plain(error)) }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// An I/O error in lower case and without the number the system gives it.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// A path as text without loss: bytes that are no UTF-8 are written `\xNN`, so two files never share a name.
pub fn printable(path: &Path) -> String {
    let mut out = String::new();
    print(path.as_os_str(), &mut out);
    out
}

fn print(name: &OsStr, out: &mut String) {
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
}
