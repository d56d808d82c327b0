//! Loading: which records go in, and in what portions.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::io;
use std::mem;
use std::sync::{Arc, Mutex};

use super::{Counts, Fault, Run, Shard, Store};
use crate::digest::{half, sha256, short};
use crate::parallel::locked;
use crate::record::Record;
use crate::sink::Sink;
use crate::sink::records::{MOST_BYTES, MOST_RECORDS};
use crate::tables::{Misfit, Rows};

/// Bytes of a record without mentions and text, and of a mention, roughly.
const HEAD: usize = 2048;
const MENTION: usize = 512;

/// A record made ready for a database.
pub struct Prepared<I> {
    pub id: String,
    pub digest: String,
    item: I,
    /// Roughly.
    bytes: usize,
}

/// Makes a record ready.
///
/// # Errors
/// When the tables cannot hold one of its values.
pub fn prepare<S: Store>(record: &Record) -> Result<Prepared<S::Item>, Misfit> {
    let rows = Rows::of(record)?;
    let bytes = HEAD + record.mentions.len() * MENTION + record.text.as_ref().map_or(0, String::len);
    Ok(Prepared { id: record.id.clone(), digest: rows.digest.clone(), item: S::encode(&rows), bytes })
}

/// What became of the records of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    pub counts: Counts,
    /// Records that were there a second time.
    pub again: u64,
    /// Records that were loaded by an earlier run, which was broken off.
    pub before: u64,
    /// Why records were not loaded.
    pub refused: Vec<String>,
}

/// Loads records, of each id one.
pub struct Loader<S: Store> {
    store: S,
    ids: Sieve,
    /// Shards that are loaded already.
    done: HashSet<String>,
    /// Only says what would change.
    dry: bool,
    /// Notes the ids for pruning.
    prune: bool,
    waiting: Vec<Prepared<S::Item>>,
    bytes: usize,
    tally: Arc<Mutex<Tally>>,
}

impl<S: Store> Loader<S> {
    /// Begins a run.
    ///
    /// # Errors
    /// When the database takes no changes.
    pub fn begin(mut store: S, run: &Run, dry: bool, prune: bool) -> Result<Self, Fault> {
        let done = if dry { HashSet::new() } else { store.begin(run)? };
        let (ids, waiting, tally) = (Sieve::default(), Vec::new(), Arc::default());
        Ok(Loader { store, ids, done, dry, prune, waiting, bytes: 0, tally })
    }

    /// What becomes of the records, also while they are loaded.
    pub fn tally(&self) -> Arc<Mutex<Tally>> {
        Arc::clone(&self.tally)
    }

    /// Loads a shard: of records that are there twice the first, of two of one id the first.
    ///
    /// # Errors
    /// When the database does not take it.
    pub fn load(&mut self, shard: &Shard, records: Vec<Prepared<S::Item>>) -> Result<(), Fault> {
        let mut new = Vec::with_capacity(records.len());
        for record in records {
            match self.ids.take(&record.id, &record.digest) {
                Seen::New => new.push(record),
                Seen::Again => locked(&self.tally).again += 1,
                Seen::Clash => locked(&self.tally).refused.push(clash(&record.id)),
            }
        }
        if self.prune {
            let ids: Vec<String> = new.iter().map(|record| record.id.clone()).collect();
            self.store.see(&ids)?;
        }
        if self.done.contains(&shard.digest) {
            locked(&self.tally).before += new.len() as u64;
            return Ok(());
        }
        let counts = if self.dry {
            let names: Vec<(String, String)> = new.into_iter().map(|record| (record.id, record.digest)).collect();
            self.store.compare(&names)?
        } else {
            self.store.load(shard, new.into_iter().map(|record| record.item).collect())?
        };
        locked(&self.tally).counts.add(counts);
        Ok(())
    }

    /// Ends the run, and gives the database back.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub fn end(mut self, refused: u64) -> Result<S, Fault> {
        if !self.dry {
            self.store.end(refused)?;
        }
        Ok(self.store)
    }

    /// Loads what waits.
    fn flush(&mut self) -> Result<(), Fault> {
        self.bytes = 0;
        let records = mem::take(&mut self.waiting);
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(()) };
        let name = format!("{} to {}", first.id, last.id);
        let digest = sha256(records.iter().map(|record| record.digest.as_bytes()));
        self.load(&Shard { name, digest }, records)
    }
}

/// Records as they are extracted.
impl<S: Store> Sink for Loader<S> {
    type Item = Result<Prepared<S::Item>, String>;

    fn encoder(&self) -> fn(&Record) -> Self::Item {
        |record| prepare::<S>(record).map_err(|misfit| format!("{}: {misfit}", record.id))
    }

    fn of_line(&self, line: Vec<u8>) -> io::Result<Self::Item> {
        Ok(self.encoder()(&serde_json::from_slice(&line)?))
    }

    fn write(&mut self, item: Self::Item) -> io::Result<()> {
        match item {
            Ok(record) => {
                self.bytes += record.bytes;
                self.waiting.push(record);
            }
            Err(misfit) => locked(&self.tally).refused.push(misfit),
        }
        if self.waiting.len() < MOST_RECORDS && self.bytes < MOST_BYTES {
            return Ok(());
        }
        self.flush().map_err(io::Error::other)
    }

    fn leave(self) -> io::Result<()> {
        self.finish()
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush().map_err(io::Error::other)?;
        let refused = locked(&self.tally).refused.len() as u64;
        self.end(refused).map_err(io::Error::other)?;
        Ok(())
    }
}

/// What is known of a record's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    New,
    /// The same record was there before.
    Again,
    /// Another record of this id was.
    Clash,
}

/// Finds ids that come twice, in 32 bytes a record.
#[derive(Default)]
pub struct Sieve(HashMap<u128, u128>);

impl Sieve {
    /// Whether a record of this id was there before.
    pub fn take(&mut self, id: &str, digest: &str) -> Seen {
        let digest = half(digest);
        match self.0.entry(short(id)) {
            Entry::Vacant(free) => {
                free.insert(digest);
                Seen::New
            }
            Entry::Occupied(before) if *before.get() == digest => Seen::Again,
            Entry::Occupied(_) => Seen::Clash,
        }
    }
}

/// Says of a record that another one has its id.
pub fn clash(id: &str) -> String {
    format!("expected one record of the id {id:?}, found another one before")
}
