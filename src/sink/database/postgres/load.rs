//! A shard into the tables: what projects are new or have changed is found on the server, and only their rows follow.

use std::collections::HashSet;
use std::io::{self, Write};
use std::mem;

use postgres::{Error, Transaction};

use super::fault::Failure;
use super::{DIALECT, LOCK, whole, wire};
use crate::sink::database::{Counts, Shard};
use crate::tables::{Cell, PROJECTS, Rows, TABLES, Table};

/// Bytes that are sent at once.
const CHUNK: usize = 1 << 18;
/// The table in which projects wait; it is gone when the transaction ends.
const STAGE: &str = "pg_temp.kohex_incoming";

/// The rows of a record as COPY takes them.
pub struct Item {
    id: String,
    /// For each table, in the order of [`TABLES`]; behind the project stand the counts of its rows in the others.
    rows: [Vec<u8>; TABLES.len()],
}

impl Item {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        let [project, children @ ..] = &rows.cells;
        let mut made = [const { Vec::new() }; TABLES.len()];
        let [first, others @ ..] = &mut made;
        let mut staged = project.clone();
        for ((cells, table), out) in children.iter().zip(TABLES.iter().skip(1)).zip(others) {
            let rows = cells.chunks(table.columns.len());
            staged.push(Cell::Integer(whole(rows.len() as u64)));
            rows.for_each(|row| wire::row(row, out));
        }
        wire::row(&staged, first);
        Item { id: rows.id.to_owned(), rows: made }
    }
}

/// The names of a table's columns.
pub fn names(table: &Table) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.name).collect()
}

/// Loads the records of a shard, and notes it.
pub fn shard(t: &mut Transaction<'_>, run: i64, shard: &Shard, records: &[Item]) -> Result<Counts, Failure> {
    t.batch_execute(&stage())?;
    copy(t, STAGE, records.iter().map(|record| record.rows.first()))?;
    // The rows are there; only now need other imports wait.
    t.execute("select pg_advisory_xact_lock($1)", &[&LOCK])?;
    let (mut counts, mut touched, mut stale) = (Counts::default(), HashSet::new(), Vec::new());
    for row in t.query(&upsert(), &[])? {
        let (id, added): (String, bool) = (row.try_get(0)?, row.try_get(1)?);
        if added {
            counts.added += 1;
        } else {
            stale.push(id.clone());
        }
        touched.insert(id);
    }
    if touched.len() < records.len() {
        // Projects that are the same, but whose rows in another table were taken away by hand.
        for row in t.query(&mended(), &[])? {
            let id: String = row.try_get(0)?;
            if touched.insert(id.clone()) {
                stale.push(id);
            }
        }
    }
    counts.changed = stale.len() as u64;
    counts.unchanged = (records.len() as u64).saturating_sub(touched.len() as u64);
    for (place, table) in TABLES.iter().enumerate().skip(1) {
        if !stale.is_empty() {
            t.execute(&format!("delete from {table} where project_id = any($1)"), &[&stale])?;
        }
        let rows = records.iter().filter(|record| touched.contains(&record.id)).map(|record| record.rows.get(place));
        copy(t, &format!("{table} ({})", names(table).join(", ")), rows)?;
    }
    note(t, run, shard, counts)?;
    Ok(counts)
}

/// What makes the table in which projects wait.
fn stage() -> String {
    let columns = PROJECTS.columns.iter().map(|column| format!("{} {}", column.name, DIALECT.type_of(column.holds)));
    let counts = TABLES.iter().skip(1).map(|table| format!("{table} bigint"));
    let all: Vec<String> = columns.chain(counts).collect();
    format!("create temp table kohex_incoming ({}) on commit drop", all.join(", "))
}

/// What moves waiting projects to where they belong: those new and those that differ, with which of them were new.
fn upsert() -> String {
    let names = names(&PROJECTS);
    let but_id = || names.iter().skip(1);
    let set: Vec<String> = but_id().map(|name| format!("{name} = excluded.{name}")).collect();
    let before: Vec<String> = but_id().map(|name| format!("p.{name}")).collect();
    let after: Vec<String> = but_id().map(|name| format!("excluded.{name}")).collect();
    let (names, set, before, after) = (names.join(", "), set.join(", "), before.join(", "), after.join(", "));
    // A row that was inserted has been locked or removed by nobody yet, which is what xmax tells.
    format!(
        "insert into projects as p ({names}) select distinct on (id) {names} from {STAGE} order by id
        on conflict (id) do update set {set} where ({before}) is distinct from ({after})
        returning p.id, p.xmax = 0"
    )
}

/// What finds waiting projects that have more or fewer rows in another table than they must have.
fn mended() -> String {
    let differs = TABLES
        .iter()
        .skip(1)
        .map(|table| format!("s.{table} <> (select count(*) from {table} as c where c.project_id = s.id)"));
    let differs: Vec<String> = differs.collect();
    format!("select s.id from {STAGE} as s where {}", differs.join(" or "))
}

fn note(t: &mut Transaction<'_>, run: i64, shard: &Shard, counts: Counts) -> Result<(), Error> {
    let all = whole(counts.records());
    let Counts { added, changed, unchanged } = counts;
    let total = "update runs set records = records + $1, added = added + $2, changed = changed + $3,
        unchanged = unchanged + $4 where id = $5";
    t.execute(total, &[&all, &whole(added), &whole(changed), &whole(unchanged), &run])?;
    let note = "insert into shards (run, digest, name, records) values ($1, $2, $3, $4) on conflict do nothing";
    t.execute(note, &[&run, &shard.digest, &shard.name, &all])?;
    Ok(())
}

/// Sends rows to a table.
fn copy<'i>(t: &mut Transaction<'_>, to: &str, rows: impl Iterator<Item = Option<&'i Vec<u8>>>) -> Result<(), Failure> {
    let mut rows = rows.flatten().filter(|row| !row.is_empty()).peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let mut writer = t.copy_in(&format!("copy {to} from stdin (format binary)"))?;
    let send = || -> io::Result<()> {
        let mut chunk = wire::HEADER.to_vec();
        for row in rows {
            chunk.extend_from_slice(row);
            if chunk.len() >= CHUNK {
                writer.write_all(&mem::replace(&mut chunk, Vec::with_capacity(CHUNK)))?;
            }
        }
        chunk.extend_from_slice(wire::TRAILER);
        writer.write_all(&chunk)
    };
    let sent = send();
    // What the server has against the rows it says when it is asked to end.
    writer.finish()?;
    Ok(sent?)
}
