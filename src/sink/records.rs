//! Records out of what kohex wrote: JSON Lines, packed or not, a file a project, a folder of shards, standard input.
//! They come in parts of bounded size, which are the same whenever the same files are read.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::folder::{self, Line};
use super::packing;
use crate::digest::hexadecimal;
use crate::record::Record;
use crate::source::plain;

/// Records and bytes that a part has at most; the last record may go beyond.
pub const MOST_RECORDS: usize = 4096;
pub const MOST_BYTES: usize = 32 << 20;
/// Bytes that a record may have: a page of the largest kind with its text has fewer.
const LONGEST: u64 = 1 << 30;

/// The bytes of a record, and where they stand.
#[derive(Debug, Clone)]
pub struct Raw {
    pub place: Arc<str>,
    /// Counted from one; nought where a file is one record.
    pub line: u64,
    pub json: Vec<u8>,
    /// Whether the file ends before the line does.
    torn: bool,
}

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    pub place: Arc<str>,
    pub line: u64,
    pub message: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Raw {
    /// The record it is.
    ///
    /// # Errors
    /// When it is none of this version, or was cut off.
    pub fn record(&self) -> Result<Record, Bad> {
        // Of a text that is known to be one, the parser does not look at every string again.
        let read = match str::from_utf8(&self.json) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&self.json),
        };
        read.map_err(|error| {
            self.bad(if self.torn && error.is_eof() {
                "expected a whole record, found one that is cut off where the file ends".to_owned()
            } else {
                no_record(&self.json, &error, self.line > 0)
            })
        })
    }

    /// Says what is wrong with it.
    pub fn bad(&self, message: String) -> Bad {
        Bad { place: Arc::clone(&self.place), line: self.line, message }
    }
}

/// Says why JSON is no record. Where it is a line of a file, only the column is told, as JSON would count lines anew.
pub fn no_record(json: &[u8], error: &serde_json::Error, is_line: bool) -> String {
    if json.starts_with("\u{feff}".as_bytes()) {
        return "expected a record, found a byte order mark".to_owned();
    }
    if !json.trim_ascii_start().starts_with(b"{") {
        return "expected a record, found no object of JSON".to_owned();
    }
    let place = format!(" at line {} column {}", error.line(), error.column());
    let column = format!(" at column {}", error.column());
    let error = error.to_string();
    format!("no record: {}", if is_line { error.replace(&place, &column) } else { error })
}

/// Records that stand one behind the other.
#[derive(Debug)]
pub struct Part {
    /// The file and lines they come from.
    pub name: String,
    /// Of their bytes, in hexadecimal.
    pub digest: String,
    pub records: Vec<Raw>,
}

/// Something that cannot be read.
#[derive(Debug)]
pub struct Unread {
    pub place: String,
    pub error: io::Error,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: cannot be read: {}", self.place, plain(&self.error))
    }
}

impl std::error::Error for Unread {}

/// Files of records, which can be read more than once.
#[derive(Debug)]
pub struct Records {
    files: Vec<PathBuf>,
    /// Standard input, set down.
    input: Option<File>,
}

/// What standard input is called.
pub const STDIN: &str = "-";

impl Records {
    /// Finds the files of folders; `-` is standard input, which is set down in a file without a name to be read again.
    ///
    /// # Errors
    /// When a path cannot be read, or is a folder that holds no records, or another folder, or whose run has not ended.
    pub fn open(paths: &[PathBuf]) -> Result<Self, Unread> {
        let mut records = Records { files: Vec::new(), input: None };
        for path in paths {
            let unread = |error| Unread { place: path.display().to_string(), error };
            if path.as_os_str() == STDIN {
                let mut file = tempfile::tempfile().map_err(unread)?;
                io::copy(&mut io::stdin().lock(), &mut file).map_err(unread)?;
                records.input = Some(file);
                records.files.push(path.clone());
                continue;
            }
            let kind = fs::metadata(path).map_err(unread)?;
            if kind.is_dir() {
                records.files.extend(files(path).map_err(unread)?);
            } else if kind.is_file() {
                records.files.push(path.clone());
            } else {
                let message =
                    "expected a file, which can be read twice, found a pipe or device\nhelp: - is standard input";
                return Err(unread(io::Error::new(io::ErrorKind::InvalidInput, message)));
            }
        }
        Ok(records)
    }

    /// All records from the first on.
    pub fn parts(&self) -> Parts<'_> {
        Parts { records: self, files: self.files.iter(), open: None }
    }

    fn reader(&self, path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
        match &self.input {
            Some(input) if path.as_os_str() == STDIN => {
                let mut input = input.try_clone()?;
                input.rewind()?;
                Ok(Box::new(BufReader::new(input)))
            }
            _ => packing::open(path),
        }
    }
}

/// The files of records below a folder: of a folder of shards those its list names, else all that are named so.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fn wrong<T>(message: &str) -> io::Result<T> {
        Err(io::Error::new(io::ErrorKind::InvalidInput, message.to_owned()))
    }
    if folder.join(folder::MANIFEST).exists() {
        let lines = folder::manifest(folder)?;
        if !matches!(lines.last(), Some(Line::End(_))) {
            return wrong(
                "expected a run that has ended, found one that has not\nhelp: kohex status says how far it is",
            );
        }
        let all = lines.iter().flat_map(folder::files).filter(|file| file.name.starts_with("part-"));
        let whole = |file: &folder::Written| {
            let (name, wanted, found) = (&file.name, file.bytes, file.found(folder).unwrap_or_default());
            if found == wanted {
                return Ok(folder.join(name));
            }
            wrong(&format!("expected {name} to have {wanted} bytes, found {found}\nhelp: kohex verify says more"))
        };
        return all.map(whole).collect();
    }
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        [".json", ".jsonl", ".jsonl.zst", ".jsonl.gz", ".parquet"].iter().any(|ending| name.ends_with(ending))
    };
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    // What is hidden is nobody's records.
    let hidden = |path: &&PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    if let Some(deeper) = entries.iter().filter(|path| path.is_dir() && !hidden(path)).min() {
        let help = "help: name the folders one by one";
        return wrong(&format!("expected a folder of files, found the folder {} in it\n{help}", deeper.display()));
    }
    let mut files: Vec<PathBuf> = entries.into_iter().filter(named).collect();
    files.sort();
    if files.is_empty() { wrong("expected files of records (.jsonl, .json, .parquet), found none") } else { Ok(files) }
}

/// Records in parts, file by file.
pub struct Parts<'r> {
    records: &'r Records,
    files: std::slice::Iter<'r, PathBuf>,
    open: Option<Open>,
}

/// A file that is being read.
struct Open {
    place: Arc<str>,
    reader: Box<dyn BufRead + Send>,
    line: u64,
    /// A file that is one record, over several lines.
    whole: bool,
}

impl Iterator for Parts<'_> {
    type Item = Result<Part, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut records, mut bytes, mut hash) = (Vec::new(), 0, Sha256::new());
        while records.len() < MOST_RECORDS && bytes < MOST_BYTES {
            match self.read() {
                Ok(Some(raw)) => {
                    bytes += raw.json.len();
                    hash.update(&raw.json);
                    records.push(raw);
                }
                // A part ends with its file, so that it stays the same when others change.
                Ok(None) if records.is_empty() && self.files.len() > 0 => {}
                Ok(None) => break,
                Err(unread) => return Some(Err(unread)),
            }
        }
        let (first, last) = (records.first()?, records.last()?);
        let name = if first.place == last.place {
            format!("{}:{}-{}", first.place, first.line, last.line)
        } else {
            format!("{} to {}", first.place, last.place)
        };
        Some(Ok(Part { name, digest: hexadecimal(&hash.finalize()), records }))
    }
}

impl Parts<'_> {
    /// The next record, of this file or the next; none where a file of records ends.
    fn read(&mut self) -> Result<Option<Raw>, Unread> {
        loop {
            let open = match &mut self.open {
                Some(open) => open,
                none => {
                    let Some(path) = self.files.next() else { return Ok(None) };
                    let place: Arc<str> = path.display().to_string().into();
                    let reader = self.records.reader(path);
                    let reader = reader.map_err(|error| Unread { place: place.to_string(), error })?;
                    let whole = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
                    none.insert(Open { place, reader, line: 0, whole })
                }
            };
            let read = open.next().map_err(|error| Unread { place: open.place.to_string(), error })?;
            if read.is_some() {
                return Ok(read);
            }
            let whole = open.whole;
            self.open = None;
            if !whole {
                return Ok(None);
            }
        }
    }
}

impl Open {
    fn next(&mut self) -> io::Result<Option<Raw>> {
        loop {
            let mut json = Vec::new();
            let mut reader = self.reader.by_ref().take(LONGEST);
            let read = if self.whole { reader.read_to_end(&mut json)? } else { reader.read_until(b'\n', &mut json)? };
            if read == 0 {
                return Ok(None);
            }
            if json.len() as u64 == LONGEST && !json.ends_with(b"\n") {
                let message =
                    format!("line {}: expected a record of less than {LONGEST} bytes, found more", self.line + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            self.line += u64::from(!self.whole);
            let torn = !json.ends_with(b"\n");
            json.truncate(json.trim_ascii_end().len());
            if !json.is_empty() {
                return Ok(Some(Raw { place: Arc::clone(&self.place), line: self.line, json, torn }));
            }
        }
    }
}
