//! A file of a folder on its way: lines, plain or packed, or the rows of Parquet.

use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::super::json_lines::keep;
use super::super::packing::Packing;
use super::super::parquet::{self, Made};
use super::Written;
use crate::digest::hexadecimal;

/// A record as a file of records takes it.
pub enum Item {
    /// A line of JSON, its line break included.
    Line(Vec<u8>),
    /// A row of Parquet, and what its columns cannot hold.
    Row(Box<Made>),
}

/// Lines or rows on their way into a file.
pub struct Lines {
    out: Out,
    lines: u64,
}

enum Out {
    Lines(Box<Packing<Digested>>),
    Parquet(Box<parquet::Writer<Digested>>),
}

/// Counts and digests what is written.
struct Digested {
    file: NamedTempFile,
    bytes: u64,
    hash: Sha256,
}

impl Digested {
    fn new(file: NamedTempFile) -> Self {
        Digested { file, bytes: 0, hash: Sha256::new() }
    }
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Lines {
    pub(super) fn new(file: NamedTempFile, compress: bool) -> io::Result<Self> {
        Ok(Lines { out: Out::Lines(Box::new(Packing::new(Digested::new(file), compress)?)), lines: 0 })
    }

    pub(super) fn parquet(file: NamedTempFile, patterns: &str) -> io::Result<Self> {
        let writer = parquet::Writer::new(Digested::new(file), patterns)?;
        Ok(Lines { out: Out::Parquet(Box::new(writer)), lines: 0 })
    }

    /// Adds a line, its line break included.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, line: &[u8]) -> io::Result<()> {
        self.lines += 1;
        match &mut self.out {
            Out::Lines(out) => out.write_all(line),
            Out::Parquet(_) => Err(io::Error::other("expected a file of lines, found one of rows")),
        }
    }

    /// Adds a record; gives what its columns cannot hold.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_item(&mut self, item: Item) -> io::Result<Vec<String>> {
        match (item, &mut self.out) {
            (Item::Line(line), _) => self.add(&line).map(|()| Vec::new()),
            (Item::Row(made), Out::Parquet(out)) => {
                let (row, misfits) = *made;
                self.lines += 1;
                out.add(row).map(|()| misfits)
            }
            (Item::Row(_), _) => Err(io::Error::other("expected a file of rows, found one of lines")),
        }
    }

    pub(super) fn keep(self, folder: &Path, name: &str) -> io::Result<Option<Written>> {
        if self.lines == 0 {
            return Ok(None);
        }
        let Digested { file, bytes, hash } = match self.out {
            Out::Lines(out) => out.finish()?,
            Out::Parquet(out) => out.finish()?,
        };
        keep(file, &folder.join(name))?;
        let sha256 = hexadecimal(&hash.finalize());
        Ok(Some(Written { name: name.to_owned(), lines: self.lines, bytes, sha256 }))
    }
}
