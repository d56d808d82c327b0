//! A page as a source hands it over: a name, bytes or cells, and what is known of it besides.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::reject::Class;

/// A page that can be read: what the record calls it, where its content is, and what its surroundings say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The path the record gives: below the folder the user named, `/`-separated, always UTF-8; `archive!inner` for a
    /// member of an archive, `file#row` for a row of a table.
    pub name: String,
    /// What there is to read.
    pub content: Content,
    /// What its surroundings say of it.
    pub hints: Hints,
}

impl Page {
    /// Bytes it holds in memory, roughly; of a row as many as its text will have, and what goes with each cell.
    pub fn held(&self) -> usize {
        const CELL: usize = 256;
        match &self.content {
            Content::File(_) => 0,
            Content::Bytes(bytes) => bytes.len(),
            Content::Row(row) => row.cells.iter().map(|cell| CELL + cell.heading.len() + cell.text.len()).sum(),
        }
    }

    /// The file a page of its own lies in.
    pub fn path(&self) -> Option<&Path> {
        match &self.content {
            Content::File(path) => Some(path),
            Content::Bytes(_) | Content::Row(_) => None,
        }
    }
}

/// Where the content of a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A file of its own, read when its turn comes.
    File(PathBuf),
    /// Taken out of an archive or a table.
    Bytes(Vec<u8>),
    /// A row of a table.
    Row(Row),
}

/// What the surroundings of a page say of it: the headers it was sent with, the fields beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The page's address.
    pub url: Option<String>,
    /// The id the input gives it.
    pub id: Option<String>,
    /// RFC 6838, as sent, without parameters, in lower case: `text/html`.
    pub media_type: Option<String>,
    /// The encoding it was sent as, as named there.
    pub charset: Option<String>,
    /// When it was fetched, ISO 8601 as the archive has it.
    pub fetched: Option<String>,
    /// Why there is only a part of the page, and how much that is.
    pub cut: Option<String>,
}

/// A row of a table: cells under their headings, in the table's order, empty cells left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub cells: Vec<Cell>,
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The heading of its column as in the table, shared by all rows.
    pub heading: Arc<str>,
    /// Its text. Numbers are written in plain decimal digits with a point, dates and times as ISO 8601.
    pub text: String,
}

/// What went wrong with a file, a folder, an archive or a part of one, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// The file, folder or member, named as a page there would be: [`Page::name`]. It may hold control characters.
    pub place: String,
    /// What kind of failure it is.
    pub class: Class,
    /// What failed and why.
    pub message: String,
}

/// How much a source takes before it refuses.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of one page (default 32 MiB).
    pub page_bytes: u64,
    /// Bytes unpacked of one archive, all members together (default 64 GiB).
    pub archive_bytes: u64,
    /// Bytes unpacked for each byte packed, beyond the first 16 MiB (default 200).
    pub ratio: u64,
    /// Members of one archive (default 10 million).
    pub entries: u64,
    /// Archives within archives (default 3).
    pub nesting: u32,
    /// Rows or records of one file (default 100 million).
    pub records: u64,
    /// Levels of a JSON value (default 64).
    pub json_depth: u32,
}

/// Takes pages one by one; `false` says that no more are wanted.
pub type Emit<'e> = dyn FnMut(Result<Page, SourceError>) -> bool + 'e;
