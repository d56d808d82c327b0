//! Lines sorted in bounded memory: an external sort. Lines are held up to a bound, sorted by their keys and set down as
//! runs; at the end the runs are read side by side.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;

/// Bytes of lines held in memory before they are set down.
const HELD: usize = 48 << 20;
/// What a line takes in memory beside its bytes, about.
const BESIDE: usize = 96;

/// What a line is sorted by; `None` where it is no such line.
pub type Key<K> = fn(&[u8]) -> Option<K>;

/// Lines held back until all are there.
pub struct Sorter<K> {
    key: Key<K>,
    held: Vec<(K, Vec<u8>)>,
    bytes: usize,
    most: usize,
    runs: Vec<Box<dyn BufRead + Send>>,
    folder: PathBuf,
}

impl<K: Ord> Sorter<K> {
    /// Sets runs down in `folder`, in files without a name that vanish with the process.
    pub fn new(folder: PathBuf, key: Key<K>) -> Self {
        Sorter { key, held: Vec::new(), bytes: 0, most: HELD, runs: Vec::new(), folder }
    }

    /// Holds a line back, which ends with a line break and has no other.
    ///
    /// # Errors
    /// When it has no key, or a run cannot be set down.
    pub fn add(&mut self, line: Vec<u8>) -> io::Result<()> {
        let key = (self.key)(&line).ok_or_else(|| io::Error::other("a line without its key"))?;
        self.bytes += line.len() + BESIDE;
        self.held.push((key, line));
        if self.bytes > self.most { self.set_down() } else { Ok(()) }
    }

    /// What is held in memory, sorted. Lines of one key stay in the order they came in.
    fn take(&mut self) -> impl Iterator<Item = Vec<u8>> + use<K> {
        self.held.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.bytes = 0;
        std::mem::take(&mut self.held).into_iter().map(|(_, line)| line)
    }

    fn set_down(&mut self) -> io::Result<()> {
        // These files stand elsewhere than what is written in the end.
        let folder = self.folder.display().to_string();
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("temporary files in {folder}: {}", crate::source::plain(&error)))
        };
        let file = self.run().map_err(named)?;
        self.runs.push(Box::new(BufReader::with_capacity(1 << 16, file)));
        Ok(())
    }

    fn run(&mut self) -> io::Result<File> {
        let mut run = BufWriter::with_capacity(1 << 16, tempfile::tempfile_in(&self.folder)?);
        for line in self.take() {
            run.write_all(&line)?;
        }
        let mut file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    /// All lines, sorted.
    ///
    /// # Errors
    /// When a run cannot be set down or read.
    pub fn finish(mut self) -> io::Result<Sorted<K>> {
        if self.runs.is_empty() {
            // What has room in memory touches no disk.
            let all: Vec<u8> = self.take().flatten().collect();
            return Sorted::new(vec![Box::new(io::Cursor::new(all))], self.key);
        }
        self.set_down()?;
        Sorted::new(self.runs, self.key)
    }
}

/// Sorted runs, read side by side.
pub struct Sorted<K> {
    key: Key<K>,
    runs: Vec<Box<dyn BufRead + Send>>,
    /// The next line of every run: by key, then by run, so that lines of one key keep their order.
    next: BinaryHeap<Reverse<(K, usize, Vec<u8>)>>,
}

impl<K: Ord> Sorted<K> {
    /// Brings runs of sorted lines together.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub fn new(runs: Vec<Box<dyn BufRead + Send>>, key: Key<K>) -> io::Result<Self> {
        let mut sorted = Sorted { key, runs, next: BinaryHeap::new() };
        for run in 0..sorted.runs.len() {
            sorted.read(run)?;
        }
        Ok(sorted)
    }

    fn read(&mut self, run: usize) -> io::Result<()> {
        let Some(reader) = self.runs.get_mut(run) else { return Ok(()) };
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let key = (self.key)(&line).filter(|_| line.ends_with(b"\n"));
        let key = key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a run that is not whole"))?;
        self.next.push(Reverse((key, run, line)));
        Ok(())
    }
}

/// Every line with its key.
impl<K: Ord> Iterator for Sorted<K> {
    type Item = io::Result<(K, Vec<u8>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((key, run, line)) = self.next.pop()?;
        Some(self.read(run).map(|()| (key, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(line: &[u8]) -> Option<u64> {
        std::str::from_utf8(line).ok()?.split(' ').next()?.parse().ok()
    }

    /// The same lines come out, whether they were set down in many runs or in none.
    #[test]
    fn lines_of_one_key_keep_their_order_over_all_runs() {
        let lines: Vec<String> = (0..500_u64).map(|n| format!("{} {n}\n", n * 7 % 50)).collect();
        let mut expected = lines.clone();
        expected.sort_by_key(|line| number(line.as_bytes()));
        for most in [HELD, 1000] {
            let mut sorter = Sorter { most, ..Sorter::new(std::env::temp_dir(), number) };
            for line in &lines {
                sorter.add(line.clone().into_bytes()).expect("added");
            }
            assert_eq!(sorter.runs.len() > 10, most == 1000, "{} runs", sorter.runs.len());
            let sorted = sorter.finish().expect("sorted").map(|line| line.expect("a line").1);
            let sorted: Vec<String> = sorted.map(|line| String::from_utf8(line).expect("UTF-8")).collect();
            assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn a_line_without_a_key_is_refused() {
        assert!(Sorter::new(std::env::temp_dir(), number).add(b"none\n".to_vec()).is_err());
    }
}
