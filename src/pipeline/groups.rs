//! Pages of one Kohesio item, brought together in bounded memory: an external sort. Records of single pages are held
//! back up to a bound, sorted by item and set down as runs of JSON lines; at the end the runs are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;

use crate::record::{IdSource, Record, merge};

/// Bytes of records held in memory before they are set down.
const HELD: usize = 48 << 20;

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
pub struct Groups {
    held: Vec<(u64, Vec<u8>)>,
    bytes: usize,
    runs: Vec<Box<dyn BufRead + Send>>,
    folder: PathBuf,
}

impl Groups {
    /// Sets runs down in `folder`, in files without a name that vanish with the process.
    pub fn new(folder: PathBuf) -> Self {
        Groups { held: Vec::new(), bytes: 0, runs: Vec::new(), folder }
    }

    /// Holds a line back.
    ///
    /// # Errors
    /// When a run cannot be set down.
    pub fn add(&mut self, line: Vec<u8>) -> io::Result<()> {
        let item = item(&line).ok_or_else(|| io::Error::other("a record without its item"))?;
        self.bytes += line.len();
        self.held.push((item, line));
        if self.bytes <= HELD {
            return Ok(());
        }
        // These files stand elsewhere than what is written in the end.
        let folder = self.folder.display().to_string();
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("temporary files in {folder}: {}", crate::source::plain(&error)))
        };
        let file = self.set_down().map_err(named)?;
        self.runs.push(Box::new(BufReader::with_capacity(1 << 16, file)));
        Ok(())
    }

    fn set_down(&mut self) -> io::Result<File> {
        let mut run = BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(&self.folder)?);
        for line in self.take() {
            run.write_all(&line)?;
        }
        let mut file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    /// What is held in memory, sorted by item.
    pub fn take(&mut self) -> impl Iterator<Item = Vec<u8>> + use<> {
        // Lines of one item stay in the order they came in.
        self.held.sort_by_key(|(item, _)| *item);
        self.bytes = 0;
        std::mem::take(&mut self.held).into_iter().map(|(_, line)| line)
    }

    /// Every item's lines together, by item.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn finish(mut self) -> io::Result<Merged> {
        let rest: Vec<u8> = self.take().flatten().collect();
        self.runs.push(Box::new(io::Cursor::new(rest)));
        Merged::new(self.runs)
    }
}

/// Runs sorted by item, read side by side.
pub struct Merged {
    runs: Vec<Box<dyn BufRead + Send>>,
    /// The next line of every run: by item, then by run, so that lines of one item keep their order.
    next: BinaryHeap<Reverse<(u64, usize, Vec<u8>)>>,
}

impl Merged {
    /// Merges runs of lines.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn new(runs: Vec<Box<dyn BufRead + Send>>) -> io::Result<Self> {
        let mut merged = Merged { runs, next: BinaryHeap::new() };
        for run in 0..merged.runs.len() {
            merged.read(run)?;
        }
        Ok(merged)
    }

    fn read(&mut self, run: usize) -> io::Result<()> {
        let Some(reader) = self.runs.get_mut(run) else { return Ok(()) };
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let item = item(&line).filter(|_| line.ends_with(b"\n"));
        let item = item.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a run that is not whole"))?;
        self.next.push(Reverse((item, run, line)));
        Ok(())
    }

    /// Every line, by item, none merged.
    pub fn lines(mut self) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        std::iter::from_fn(move || {
            let Reverse((_, run, line)) = self.next.pop()?;
            Some(self.read(run).map(|()| line))
        })
    }

    /// The next item's record: the line as it was where one page tells of it.
    fn project(&mut self) -> io::Result<Option<Project>> {
        let Some(Reverse((item, run, line))) = self.next.pop() else { return Ok(None) };
        self.read(run)?;
        let mut lines = vec![line];
        while self.next.peek().is_some_and(|Reverse((other, _, _))| *other == item) {
            let Some(Reverse((_, run, line))) = self.next.pop() else { break };
            lines.push(line);
            self.read(run)?;
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
