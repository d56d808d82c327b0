//! Databases: records as rows, loaded a shard a transaction, so that what is there is always whole projects.

mod load;
mod postgres;
mod sqlite;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::PathBuf;

pub use load::{Loader, Prepared, Seen, Sieve, Tally, clash, prepare};
pub use postgres::{Postgres, Surroundings, Target};
pub use sqlite::Sqlite;

use crate::record::Record;
use crate::source::printable;
use crate::tables::{Dialect, Rows, Table, VERSION};

/// Where records are loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Url {
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
    /// `postgresql://…`.
    Postgres(Target),
}

impl Url {
    /// Reads a URL as it is given on the command line.
    ///
    /// # Errors
    /// When it names no database that kohex knows. The message holds nothing that could be a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let expected = "expected sqlite:FILE or postgresql://…";
        match text.split_once(':') {
            Some(("sqlite", path)) if path.starts_with("//") => {
                Err(format!("expected sqlite:FILE (sqlite:/home/me/projects.db), found {text}"))
            }
            Some(("sqlite", "")) => Err("expected sqlite:FILE, found no file".to_owned()),
            Some(("sqlite", path)) => Ok(Url::Sqlite(path.into())),
            Some(("postgresql" | "postgres", rest)) => match rest.strip_prefix("//") {
                Some(rest) => {
                    Target::parse(rest).map(Url::Postgres).map_err(|message| format!("postgresql: {message}"))
                }
                None => Err("expected postgresql://USER@HOST/DATABASE, found no //".to_owned()),
            },
            Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b)) => {
                Err(format!("{expected}, found {scheme}:…"))
            }
            // What is no URL may hold a password all the same.
            Some(_) => Err(format!("{expected}, found something else")),
            None if text.contains(['=', '@', ' ']) => Err(format!("{expected}, found something else")),
            None => Err(format!("{expected}, found {text}")),
        }
    }
}

/// As it is given, without what is secret.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Url::Sqlite(path) => write!(f, "{}", printable(path)),
            Url::Postgres(target) => write!(f, "{target}"),
        }
    }
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To load records: a new database gets its tables.
    Load,
    /// To look at what is there; nothing is changed.
    Look,
}

/// A database that takes records.
pub trait Store: Send {
    /// The rows of a record in the form the database takes them, made on many threads.
    type Item: Send + 'static;

    /// Makes an item of a record's rows.
    fn encode(rows: &Rows<'_>) -> Self::Item;

    /// Begins a run, or goes on with the last one where it had the same input and was broken off: the digests of the
    /// shards it has loaded.
    ///
    /// # Errors
    /// When the database takes no changes.
    fn begin(&mut self, run: &Run) -> Result<HashSet<String>, Fault>;

    /// Loads the records of a shard and notes it, in one transaction. Records that are there already stay untouched, those
    /// that have changed make place with all their rows.
    ///
    /// # Errors
    /// When the database does not take them; then none of them is there.
    fn load(&mut self, shard: &Shard, records: Vec<Self::Item>) -> Result<Counts, Fault>;

    /// What loading records would change, given the id and digest of each.
    ///
    /// # Errors
    /// When the database cannot be asked.
    fn compare(&mut self, records: &[(String, String)]) -> Result<Counts, Fault>;

    /// Notes ids for [`Store::prune`], as long as the database is open.
    ///
    /// # Errors
    /// When they cannot be noted.
    fn see(&mut self, ids: &[String]) -> Result<(), Fault>;

    /// Finds the projects with an id that was not seen, and says how many they are.
    ///
    /// # Errors
    /// When the database cannot be asked.
    fn unseen(&mut self) -> Result<u64, Fault>;

    /// Removes the projects that [`Store::unseen`] found last, in one transaction.
    ///
    /// # Errors
    /// When they cannot be removed.
    fn prune(&mut self) -> Result<u64, Fault>;

    /// Ends the run.
    ///
    /// # Errors
    /// When that cannot be noted.
    fn end(&mut self, refused: u64) -> Result<(), Fault>;

    /// Gives all records to `take`, in the order of the bytes of their ids.
    ///
    /// # Errors
    /// When they cannot be read, or `take` fails.
    fn each(&mut self, take: &mut dyn FnMut(Record) -> io::Result<()>) -> Result<(), Fault>;
}

/// What is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The version of this program.
    pub version: String,
    /// The digest of the patterns that all records were made with, where it is one.
    pub patterns: Option<String>,
    /// The files or folders, for people.
    pub input: String,
    /// Of all records.
    pub input_digest: String,
}

impl Run {
    /// Whether a run of this input goes on with one that was broken off.
    fn goes_on(&self, with: &str) -> bool {
        !with.is_empty() && self.input_digest == with
    }
}

/// Records that are loaded together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    pub name: String,
    pub digest: String,
}

/// What became of records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
}

impl Counts {
    /// All of them.
    pub fn records(&self) -> u64 {
        self.added + self.changed + self.unchanged
    }

    /// Adds others.
    pub fn add(&mut self, other: Counts) {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
    }
}

/// What a database did not do, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Fault { message: message.into(), help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Fault { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\nhelp: {help}"))
    }
}

impl std::error::Error for Fault {}

/// Refuses tables of another version.
fn is_version(place: &str, found: i32) -> Result<(), Fault> {
    let fault = Fault::new(format!("{place}: expected tables of version {VERSION}, found version {found}"));
    match found.cmp(&VERSION) {
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(fault.help("they were made by a newer kohex: use that one")),
        Ordering::Less => Err(fault.help("load the records into a new database")),
    }
}

/// Refuses a table that is not as this program makes it; columns beside its own are their owner's. `found` has the name
/// and type of each column.
fn is_ours(place: &str, table: &Table, dialect: Dialect, found: &[(String, String)]) -> Result<(), Fault> {
    for column in table.columns {
        let (name, holds) = (dialect.stored(column), dialect.type_of(column.holds));
        let other = match found.iter().find(|(n, _)| *n == name) {
            Some((_, other)) if other.eq_ignore_ascii_case(holds) => continue,
            Some((name, other)) => format!("{name} {other}"),
            None => "none".to_owned(),
        };
        let message = format!("{place}: table {table}: expected a column {name} {holds}, found {other}");
        return Err(Fault::new(message).help("undo the change, or load the records into a new database"));
    }
    Ok(())
}

/// The last run of a database; its input is empty when it has ended.
const LAST_RUN: &str =
    "select id, case when finished_at is null then input_digest else '' end from runs order by id desc limit 1";

/// A count as databases take it.
fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
