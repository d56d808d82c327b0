//! Pages of one Kohesio item, brought together in bounded memory: records of single pages are sorted by item, and those
//! of one item merged.

use std::io::{self, BufRead};
use std::iter::Peekable;
use std::path::PathBuf;

use super::sort::{Sorted, Sorter};
use crate::record::{IdSource, Record, merge};

/// Whether a record may have to be merged with others.
pub fn is_shared(record: &Record) -> bool {
    record.id_source == IdSource::Kohesio
}

/// The number of the item a line is about: a record's id stands right behind its schema.
fn item(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(br#"{"schema":"kohex/1","id":"Q"#)?;
    let end = digits.iter().position(|b| !b.is_ascii_digit())?;
    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// Lines of records held back until all pages are read.
pub struct Groups(Sorter<u64>);

impl Groups {
    /// Sets runs down in `folder`, in files without a name that vanish with the process.
    pub fn new(folder: PathBuf) -> Self {
        Groups(Sorter::new(folder, item))
    }

    /// Holds a line back.
    ///
    /// # Errors
    /// When it is of no item, or a run cannot be set down.
    pub fn add(&mut self, line: Vec<u8>) -> io::Result<()> {
        self.0.add(line)
    }

    /// Every item's lines together, by item.
    ///
    /// # Errors
    /// When a run cannot be set down or read.
    pub fn finish(self) -> io::Result<Merged> {
        Ok(Merged { lines: self.0.finish()?.peekable() })
    }
}

/// Lines by item.
pub struct Merged {
    lines: Peekable<Sorted<u64>>,
}

impl Merged {
    /// Merges runs of lines.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn new(runs: Vec<Box<dyn BufRead + Send>>) -> io::Result<Self> {
        Ok(Merged { lines: Sorted::new(runs, item)?.peekable() })
    }

    /// Every line, by item, none merged.
    pub fn lines(self) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        self.lines.map(|line| line.map(|(_, line)| line))
    }

    /// The next item's record: the line as it was where one page tells of it.
    fn project(&mut self) -> io::Result<Option<Project>> {
        let Some((item, line)) = self.lines.next().transpose()? else { return Ok(None) };
        let mut lines = vec![line];
        let same = |next: &io::Result<(u64, Vec<u8>)>| next.as_ref().map_or(true, |(other, _)| *other == item);
        while let Some(next) = self.lines.next_if(same) {
            lines.push(next?.1);
        }
        let pages = lines.len();
        let whole = if let [only] = lines.as_mut_slice() {
            std::mem::take(only)
        } else {
            let parsed: Result<Vec<Record>, _> = lines.iter().map(|line| serde_json::from_slice(line)).collect();
            merge(parsed?).as_ref().map(Record::line).unwrap_or_default()
        };
        Ok(Some(Project { item, pages, line: whole }))
    }
}

/// A project whose pages are merged.
pub struct Project {
    /// The number of its Kohesio item.
    pub item: u64,
    /// How many pages told of it.
    pub pages: usize,
    /// Its record as a line of JSON.
    pub line: Vec<u8>,
}

impl Iterator for Merged {
    type Item = io::Result<Project>;

    fn next(&mut self) -> Option<Self::Item> {
        self.project().transpose()
    }
}
