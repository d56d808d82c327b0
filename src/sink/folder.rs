//! A folder of shards, for runs that may be broken off and gone on with. A shard's files get their names only when they
//! are whole, and its line in `manifest.jsonl` comes last: what has a line is done.

mod lines;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use lines::{Item, Lines};

use super::json_lines::{keep, temporary};
use super::packing::open;
use super::parquet;
use crate::record::Record;

/// The list of what is done.
pub const MANIFEST: &str = "manifest.jsonl";

/// A line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// What is read and how; the first line.
    Run(Run),
    /// A stretch of the input that is done.
    Pages(Done),
    /// Projects whose pages were merged.
    Projects(Done),
    /// All is done; the last line.
    End(Totals),
}

/// What a run reads and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub version: String,
    pub patterns: String,
    pub options: String,
    pub inputs: Vec<String>,
}

/// A shard that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The digest of what went into it.
    pub shard: String,
    #[serde(flatten)]
    pub totals: Totals,
    pub files: Vec<Written>,
}

/// Counts of a shard or a run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Pages, and parts of the input that are none.
    pub pages: u64,
    /// Records, one a project.
    pub records: u64,
    /// Pages held back to be merged with others of their project.
    pub held: u64,
    /// Pages without a record.
    pub rejects: u64,
    /// Those of them where something failed.
    pub failed: u64,
}

impl Totals {
    /// Adds the counts of another.
    pub fn add(&mut self, other: &Totals) {
        self.pages += other.pages;
        self.records += other.records;
        self.held += other.held;
        self.rejects += other.rejects;
        self.failed += other.failed;
    }
}

/// A file that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub name: String,
    pub lines: u64,
    pub bytes: u64,
    /// Of the file's bytes.
    pub sha256: String,
}

impl Written {
    /// How many bytes the file of this name has; `None` where there is none.
    pub fn found(&self, folder: &Path) -> Option<u64> {
        fs::metadata(folder.join(&self.name)).map(|meta| meta.len()).ok()
    }
}

/// A folder of shards, locked for this process.
pub struct Folder {
    path: PathBuf,
    manifest: File,
    /// What the run before read, where records of it are there.
    before: Option<Vec<String>>,
    done: BTreeMap<String, Line>,
    format: Format,
    compress: bool,
    _lock: Option<File>,
}

crate::names! {
    /// What the files of records are.
    Format {
        Jsonl = "jsonl",
        Parquet = "parquet",
    }
}

impl Folder {
    /// Opens a folder that is new, empty, or one of kohex's own, and finds what is done there.
    ///
    /// # Errors
    /// When the folder cannot be made or read, holds other files, or another process works in it.
    pub fn open(path: &Path, format: Format, compress: bool) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let listed = path.join(MANIFEST);
        if !listed.exists() && fs::read_dir(path)?.next().is_some() {
            let message = format!("expected a new folder or one with a {MANIFEST}, found other files");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let lock = lock(path)?;
        let manifest = File::options().create(true).read(true).append(true).open(&listed)?;
        let (mut inputs, mut records, mut done) = (None, false, BTreeMap::new());
        for line in lines(&manifest)? {
            if let Line::Run(run) = &line {
                inputs = Some(run.inputs.clone());
            }
            let is_record = |file: &Written| !file.name.starts_with("rejects-") && file.found(path).is_some();
            records |= files(&line).iter().any(is_record);
            if let Line::Pages(shard) | Line::Projects(shard) = &line
                && shard.files.iter().all(|file| {
                    let what = file.name.split('-').next().unwrap_or_default();
                    file.name.ends_with(ending(what, format, compress)) && file.found(path) == Some(file.bytes)
                })
            {
                done.insert(shard.shard.clone(), line);
            }
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(".kohex-")) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Folder {
            path: path.to_owned(),
            manifest,
            before: inputs.filter(|_| records),
            done,
            format,
            compress,
            _lock: lock,
        })
    }

    /// What the run before read, where records of it are there, in whatever form.
    pub fn before(&self) -> Option<&[String]> {
        self.before.as_deref()
    }

    /// A shard that is done already.
    pub fn done(&self, shard: &str) -> Option<&Line> {
        self.done.get(shard)
    }

    /// Begins the list anew with what is read and how; what was done stays known and is listed again when it is met.
    ///
    /// # Errors
    /// When the list cannot be written.
    pub fn begin(&mut self, run: Run) -> io::Result<()> {
        let known: Vec<Line> = std::iter::once(Line::Run(run)).chain(self.done.values().cloned()).collect();
        self.rewrite(&known)
    }

    /// A file of lines of this folder under a temporary name.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn file(&self) -> io::Result<Lines> {
        Lines::new(temporary(&self.path.join("new"))?, self.compress)
    }

    /// A file of records of this folder under a temporary name, made with these patterns.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn part(&self, patterns: &str) -> io::Result<Lines> {
        match self.format {
            Format::Jsonl => self.file(),
            Format::Parquet => Lines::parquet(temporary(&self.path.join("new"))?, patterns),
        }
    }

    /// What makes an item for such a file of a record.
    pub fn encoder(&self) -> fn(&Record) -> Item {
        match self.format {
            Format::Jsonl => |record| Item::Line(record.line()),
            Format::Parquet => |record| Item::Row(Box::new(parquet::made(record))),
        }
    }

    /// An item of a record that is a line of JSON already.
    ///
    /// # Errors
    /// When the line is no record.
    pub fn of_line(&self, line: Vec<u8>) -> io::Result<Item> {
        Ok(match self.format {
            Format::Jsonl => Item::Line(line),
            Format::Parquet => self.encoder()(&serde_json::from_slice(&line)?),
        })
    }

    /// Gives a file its name, `part-<digest>.jsonl`; an empty one gets none.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    pub fn keep(&self, lines: Lines, what: &str, shard: &str) -> io::Result<Option<Written>> {
        let ending = ending(what, self.format, self.compress);
        let name = |digest: &str| format!("{what}-{}{ending}", digest.get(..16).unwrap_or(digest));
        lines.keep(&self.path, &name(shard))
    }

    /// Opens a file that is whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self, file: &Written) -> io::Result<Box<dyn BufRead + Send>> {
        open(&self.path.join(&file.name))
    }

    /// Notes that a shard is done. Its files have their names by now, also after a power cut.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn note(&mut self, line: Line) -> io::Result<()> {
        sync(&self.path)?;
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        self.manifest.write_all(&text)?;
        self.manifest.sync_data()?;
        if let Line::Pages(done) | Line::Projects(done) = &line {
            self.done.insert(done.shard.clone(), line);
        }
        Ok(())
    }

    /// Ends a run: the list holds its shards in their order and nothing else, and files of earlier runs are gone.
    ///
    /// # Errors
    /// When the list cannot be written or a file not be removed.
    pub fn end(&mut self, all: &[Line]) -> io::Result<u64> {
        self.rewrite(all)?;
        let listed: BTreeSet<&str> = all.iter().flat_map(files).map(|file| file.name.as_str()).collect();
        let mut removed = 0;
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let own = |name: &str| ["part-", "pages-", "rejects-"].iter().any(|what| name.starts_with(what));
            if name.to_str().is_some_and(|name| own(name) && !listed.contains(name)) {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn rewrite(&mut self, all: &[Line]) -> io::Result<()> {
        let path = self.path.join(MANIFEST);
        let mut file = temporary(&path)?;
        for line in all {
            let mut text = serde_json::to_vec(line)?;
            text.push(b'\n');
            file.write_all(&text)?;
        }
        keep(file, &path)?;
        sync(&self.path)?;
        self.manifest = File::options().read(true).append(true).open(&path)?;
        Ok(())
    }
}

/// The files of a line.
pub fn files(line: &Line) -> &[Written] {
    match line {
        Line::Pages(done) | Line::Projects(done) => &done.files,
        Line::Run(_) | Line::End(_) => &[],
    }
}

/// The counts of all shards together.
pub fn totals(lines: &[Line]) -> Totals {
    let mut totals = Totals::default();
    for line in lines {
        if let Line::Pages(done) | Line::Projects(done) = line {
            totals.add(&done.totals);
        }
    }
    totals
}

/// The lines of a folder's manifest.
///
/// # Errors
/// When there is none or it cannot be read.
pub fn manifest(folder: &Path) -> io::Result<Vec<Line>> {
    lines(&File::open(folder.join(MANIFEST))?)
}

/// Every whole line; the last one may have been broken off.
fn lines(manifest: &File) -> io::Result<Vec<Line>> {
    let mut text = String::new();
    (&*manifest).read_to_string(&mut text)?;
    let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    Ok(whole.filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Keeps other processes out as long as the file is open: a lock on the folder itself leaves no file behind. Systems that
/// open no folders have none.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("another kohex writes into this folder")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// How the files of records (`part`) and of other lines end.
fn ending(what: &str, format: Format, compress: bool) -> &'static str {
    match format {
        Format::Parquet if what == "part" => ".parquet",
        _ if compress => ".jsonl.zst",
        _ => ".jsonl",
    }
}

/// Names given in a folder outlast a power cut only when the folder itself is written.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
