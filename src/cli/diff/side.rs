//! A side of a comparison: records in the order of the bytes of their ids, sorted where they do not come so.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::slice;

use super::super::database::completed;
use super::super::import::{bar, each, name};
use super::super::{Common, Refusal};
use crate::pipeline::{Sorted, Sorter};
use crate::record::Record;
use crate::sink::database::{Access, Postgres, Sqlite, Store, Url};
use crate::sink::records::{Bad, Raw, Records, STDIN};
use crate::source::printable;

/// Where records come from.
#[derive(Debug, Clone)]
pub enum Side {
    Records(PathBuf),
    Database(Url),
}

/// Takes a record, while somebody wants more.
type Take<'t> = dyn FnMut(Record) -> io::Result<()> + 't;

/// Gives all records to whoever takes them.
pub type Feed = Box<dyn FnOnce(&mut Take<'_>) -> Result<(), Refusal> + Send>;

impl Side {
    /// Reads a side as it is given on the command line.
    ///
    /// # Errors
    /// When it looks like a database and names none that kohex knows.
    pub fn parse(given: &OsStr) -> Result<Self, String> {
        let text = given.to_str().unwrap_or_default();
        match Url::parse(text) {
            Ok(url) => Ok(Side::Database(url)),
            Err(message) if text.starts_with("sqlite:") || text.contains("://") => Err(message),
            Err(_) => Ok(Side::Records(given.into())),
        }
    }

    pub fn is_input(&self) -> bool {
        matches!(self, Side::Records(path) if path.as_os_str() == STDIN)
    }

    pub fn is_database(&self) -> bool {
        matches!(self, Side::Database(_))
    }

    /// Opens it. What is no database is read once from end to end and sorted, so that nothing is told of records one of
    /// which is bad.
    pub fn open(&self, common: &Common) -> Result<Feed, Refusal> {
        match self {
            Side::Database(url) => match url {
                Url::Sqlite(path) => stored(url, Sqlite::open(path, Access::Look)?),
                Url::Postgres(target) => stored(url, Postgres::open(&completed(target)?, Access::Look)?),
            },
            Side::Records(path) => {
                let sorted = sorted(common, path)?;
                Ok(Box::new(move |take| {
                    for line in sorted {
                        let (_, line) = line.map_err(|error| unsorted(&error))?;
                        take(serde_json::from_slice(behind(&line))?)?;
                    }
                    Ok(())
                }))
            }
        }
    }
}

fn stored<S: Store + 'static>(url: &Url, store: Option<S>) -> Result<Feed, Refusal> {
    let none = || Refusal(format!("{url}: expected a database with records, found none"));
    let mut store = store.ok_or_else(none)?;
    Ok(Box::new(move |take| Ok(store.each(take)?)))
}

/// The records below a path, as lines sorted by id.
fn sorted(common: &Common, path: &PathBuf) -> Result<Sorted<String>, Refusal> {
    let records = Records::open(slice::from_ref(path))?;
    let folder = std::env::temp_dir();
    let (mut lines, mut places) = (Sorter::new(folder.clone(), id), Sorter::new(folder, id));
    let (mut count, mut bad) = (0, Vec::new());
    let bar = bar(common, "read");
    let known = |raw: &Raw| -> Result<[Vec<u8>; 2], Bad> {
        let record = raw.record()?;
        let place = serde_json::to_vec(&(&*raw.place, raw.line)).unwrap_or_default();
        Ok([line(&record.id, record.line().trim_ascii_end()), line(&record.id, &place)])
    };
    each(&records, known, |part, known| {
        for known in known {
            match known {
                Ok([record, place]) => {
                    lines.add(record).and_then(|()| places.add(place)).map_err(|error| unsorted(&error))?;
                }
                Err(one) => bad.push(one),
            }
        }
        count += part.records.len();
        bar.inc(part.records.len() as u64);
        Ok(())
    })?;
    bar.finish_and_clear();
    if bad.is_empty() {
        bad = twice(places).map_err(|error| unsorted(&error))?;
    }
    if !bad.is_empty() {
        name(&bad);
        let bad = bad.len();
        return Err(Refusal(format!(
            "{}: nothing was compared: expected records, one of each id, found {bad} of {count} bad",
            printable(path)
        )));
    }
    lines.finish().map_err(|error| unsorted(&error))
}

/// The records whose id another one has before them.
fn twice(places: Sorter<String>) -> io::Result<Vec<Bad>> {
    let (mut bad, mut first) = (Vec::new(), None::<(String, String)>);
    for known in places.finish()? {
        let (id, known) = known?;
        let (place, line): (String, u64) = serde_json::from_slice(behind(&known))?;
        match &first {
            Some((one, first)) if *one == id => {
                let message = format!("expected one record of the id {id:?}, found another one at {first}");
                bad.push(Bad { place: place.into(), line, message });
            }
            _ => first = Some((id, if line > 0 { format!("{place}:{line}") } else { place })),
        }
    }
    Ok(bad)
}

/// A line that is sorted by an id: JSON writes no tab, so that one stands between the two.
fn line(id: &str, rest: &[u8]) -> Vec<u8> {
    let id = serde_json::to_vec(id).unwrap_or_default();
    [&id, b"\t".as_slice(), rest, b"\n"].concat()
}

/// The id of a line.
fn id(line: &[u8]) -> Option<String> {
    serde_json::from_slice(line.split(|&byte| byte == b'\t').next()?).ok()
}

/// What stands behind the id.
fn behind(line: &[u8]) -> &[u8] {
    line.splitn(2, |&byte| byte == b'\t').nth(1).unwrap_or_default()
}

fn unsorted(error: &io::Error) -> Refusal {
    Refusal::new("records", "cannot be sorted", error)
}
