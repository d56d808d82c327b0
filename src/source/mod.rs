//! Sources: where pages come from. A source knows paths and bytes and nothing of their meaning.

pub mod container;
mod folder;
mod named;
mod page;
mod pages;
pub mod table;
#[cfg(test)]
mod tests;
mod unpacked;

pub use crate::reject::Class;
pub use folder::{Choice, ChoiceError, Folders, Skipped};
pub use named::{Named, named};
pub use page::{Cell, Content, Emit, Hints, Limits, Page, Row, SourceError};
pub use pages::Pages;
pub use unpacked::Unpacked;

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use container::{Fault, Format};

impl Default for Limits {
    fn default() -> Self {
        Limits {
            page_bytes: 32 << 20,
            archive_bytes: 64 << 30,
            ratio: 200,
            entries: 10_000_000,
            nesting: 3,
            records: 100_000_000,
            json_depth: 64,
        }
    }
}

impl Limits {
    /// What pages and errors depend on besides the input, as one line.
    pub fn key(&self) -> String {
        let Limits { page_bytes, archive_bytes, ratio, entries, nesting, records, json_depth } = self;
        format!(
            "page={page_bytes} unpacked={archive_bytes} ratio={ratio} entries={entries} nesting={nesting} rows={records} \
             json={json_depth}"
        )
    }
}

impl Page {
    /// Reads a page that lies in a file of its own behind what `bytes` holds, and says where it is there; any other page
    /// holds its content.
    ///
    /// # Errors
    /// [`SourceError`] naming the page when it cannot be read, is too large or is an archive in truth.
    pub fn load(&self, bytes: &mut Vec<u8>, limits: &Limits) -> Result<Range<usize>, SourceError> {
        let before = bytes.len();
        if let Content::File(path) = &self.content {
            let read = read_file(&self.name, path, bytes, limits);
            let page = read.and_then(|()| check_page(&self.name, bytes.get(before..).unwrap_or_default()));
            page.inspect_err(|_| bytes.truncate(before))?;
        }
        Ok(before..bytes.len())
    }
}

fn read_file(name: &str, path: &Path, bytes: &mut Vec<u8>, limits: &Limits) -> Result<(), SourceError> {
    // `take` keeps the library from asking for size and position first: two system calls of six.
    let read = File::open(path).and_then(|file| file.take(limits.page_bytes.saturating_add(1)).read_to_end(bytes));
    let read = read.map_err(|error| SourceError::of(name, &error))?;
    if read as u64 > limits.page_bytes {
        let message = format!("expected at most {} bytes in a page, found more", limits.page_bytes);
        return Err(SourceError { place: name.to_owned(), class: Class::Size, message });
    }
    Ok(())
}

/// A page whose name says text and whose bytes are packed would be read as garbage.
fn check_page(name: &str, bytes: &[u8]) -> Result<(), SourceError> {
    // The format by the bytes alone: of a name without ending and this beginning.
    let found = match Format::of("", bytes.get(..container::HEAD).unwrap_or(bytes)) {
        Format::Gzip => "gzip data",
        Format::Zstd => "zstd data",
        Format::Bzip2 => "bzip2 data",
        Format::Zip => "a zip archive",
        Format::Tar => "a tar archive",
        Format::Page | Format::Warc | Format::Table(_) => return Ok(()),
    };
    let message = format!("expected a page, found {found}; its name should end accordingly");
    Err(SourceError { place: name.to_owned(), class: Class::Decode, message })
}

impl SourceError {
    /// What went wrong while `name` was read: the failure a reader of this module put into the error, else the
    /// system's.
    pub fn of(name: &str, error: &io::Error) -> Self {
        let (class, message) = match Fault::of(error) {
            Some(fault) => (fault.class, fault.message.clone()),
            None if error.raw_os_error().is_none() && error.kind() == io::ErrorKind::UnexpectedEof => {
                (Class::Damaged, "cut off".to_owned())
            }
            None => (Class::Unreadable, format!("cannot be read: {}", plain(error))),
        };
        SourceError { place: name.to_owned(), class, message }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shown(&self.place), self.message)
    }
}

/// An I/O error in lower case and without the number the system gives it.
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

/// A path as one line of text without loss: bytes that are no UTF-8 are written `\xNN`, so two files never share a
/// name, and so are control characters, which could make a terminal do things.
pub fn printable(path: &Path) -> String {
    shown(&text_of(path.as_os_str().as_encoded_bytes()))
}

/// A name without control characters: `\n`, `\x1B`.
pub fn shown(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Bytes as text without loss: those that are no UTF-8 as `\xNN`.
pub fn text_of(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    print(bytes, &mut out);
    out
}

fn print(name: &[u8], out: &mut String) {
    for chunk in name.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
}

fn print_os(name: &OsStr, out: &mut String) {
    print(name.as_encoded_bytes(), out);
}
