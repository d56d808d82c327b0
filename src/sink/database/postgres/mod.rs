//! PostgreSQL: a server. Rows are made into the bytes of COPY on many threads; a shard is a transaction.

mod fault;
mod load;
mod password;
mod schema;
mod target;
mod tls;
mod wire;

use std::collections::HashSet;
use std::io;

use postgres::config::SslMode;
use postgres::error::SqlState;
use postgres::{Client, Error, Portal, Statement, Transaction};

pub use target::{Surroundings, Target};

use super::{Access, Counts, Fault, LAST_RUN, Run, Shard, Store, whole};
use crate::record::Record;
use crate::tables::{Cell, DOCUMENTS, Dialect, MENTIONS, PROJECTS, Rows, TABLES, Table, WARNINGS, record};
use fault::Failure;
use load::Item;
use tls::Mode;
use wire::Raw;

const DIALECT: Dialect = Dialect::PostgreSql;
/// The advisory lock that imports into one database take turns with; its bytes are the program's name.
const LOCK: i64 = 0x6b6f_6865_7821;
/// Projects that are read at once.
const BATCH: i32 = 100;

/// A database on a server.
pub struct Postgres {
    client: Client,
    place: String,
    run: i64,
}

impl Postgres {
    /// Connects to a database, and makes its tables where it is new; `None` where there is none to look at.
    ///
    /// # Errors
    /// When there is no connection, or the database holds other tables than this version's.
    pub fn open(target: &Target, access: Access) -> Result<Option<Self>, Fault> {
        let mut store = Postgres { client: connect(target)?, place: target.to_string(), run: 0 };
        Ok(if store.prepare(access)? { Some(store) } else { None })
    }

    /// Does something in a transaction that is there as a whole or not at all.
    fn change<T>(&mut self, change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Failure>) -> Result<T, Fault> {
        let whole = || -> Result<T, Failure> {
            let mut transaction = self.client.transaction()?;
            let done = change(&mut transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        whole().map_err(|failure| failure.fault(&self.place))
    }
}

/// A connection, encrypted as the URL asks.
fn connect(target: &Target) -> Result<Client, Fault> {
    let mode = if target.is_local() { Mode::Disable } else { target.mode() };
    let mut config = target.config();
    config.ssl_mode(match mode {
        Mode::Disable => SslMode::Disable,
        Mode::Prefer => SslMode::Prefer,
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
    });
    let wrong = |error: &Error| fault::connecting(target, error);
    if mode == Mode::Disable {
        return config.connect(postgres::NoTls).map_err(|error| wrong(&error));
    }
    let connector = tls::connector(target);
    let connector = connector.map_err(|why| Fault::new(format!("{target}: cannot be opened: {why}")))?;
    match config.connect(connector) {
        // As libpq does: who only prefers it goes on without encryption where that fails or is not let in.
        Err(error)
            if mode == Mode::Prefer
                && (fault::encryption(&error).is_some()
                    || error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)) =>
        {
            config.ssl_mode(SslMode::Disable).connect(postgres::NoTls).map_err(|_| wrong(&error))
        }
        connected => connected.map_err(|error| wrong(&error)),
    }
}

impl Store for Postgres {
    type Item = Item;

    fn encode(rows: &Rows<'_>) -> Item {
        Item::new(rows)
    }

    fn begin(&mut self, run: &Run) -> Result<HashSet<String>, Fault> {
        let (id, done) = self.change(|t| {
            t.execute("select pg_advisory_xact_lock($1)", &[&LOCK])?;
            if let Some(last) = t.query_opt(LAST_RUN, &[])? {
                let id: i64 = last.try_get(0)?;
                if run.goes_on(last.try_get(1)?) {
                    let shards = t.query("select digest from shards where run = $1", &[&id])?;
                    return Ok((id, shards.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?));
                }
            }
            let new = "insert into runs (started_at, version, patterns, input, input_digest)
                values (now(), $1, $2, $3, $4) returning id";
            let row = t.query_one(new, &[&run.version, &run.patterns, &run.input, &run.input_digest])?;
            Ok((row.try_get(0)?, HashSet::new()))
        })?;
        self.run = id;
        Ok(done)
    }

    fn load(&mut self, shard: &Shard, records: Vec<Item>) -> Result<Counts, Fault> {
        let run = self.run;
        self.change(|t| load::shard(t, run, shard, &records))
    }

    fn compare(&mut self, records: &[(String, String)]) -> Result<Counts, Fault> {
        let (ids, digests): (Vec<&str>, Vec<&str>) = records.iter().map(|(id, digest)| (&**id, &**digest)).unzip();
        self.change(|t| {
            let count = "select count(p.id), count(*) filter (where p.digest = t.digest)
                from unnest($1::text[], $2::text[]) as t (id, digest) left join projects p on p.id = t.id";
            let row = t.query_one(count, &[&ids, &digests])?;
            let (there, unchanged) =
                (row.try_get::<_, i64>(0)?.unsigned_abs(), row.try_get::<_, i64>(1)?.unsigned_abs());
            let all = ids.len() as u64;
            Ok(Counts { added: all.saturating_sub(there), changed: there.saturating_sub(unchanged), unchanged })
        })
    }

    fn see(&mut self, ids: &[String]) -> Result<(), Fault> {
        self.change(|t| {
            t.batch_execute("create temp table if not exists kohex_seen (id text primary key)")?;
            let note = "insert into pg_temp.kohex_seen select unnest($1::text[]) on conflict do nothing";
            t.execute(note, &[&ids])?;
            Ok(())
        })
    }

    fn unseen(&mut self) -> Result<u64, Fault> {
        self.see(&[])?;
        let gone = "create temp table if not exists kohex_gone (id text primary key); delete from pg_temp.kohex_gone;
            insert into pg_temp.kohex_gone select id from projects p
            where not exists (select 1 from pg_temp.kohex_seen s where s.id = p.id)";
        self.change(|t| {
            t.batch_execute(gone)?;
            Ok(t.query_one("select count(*) from pg_temp.kohex_gone", &[])?.try_get::<_, i64>(0)?.unsigned_abs())
        })
    }

    fn prune(&mut self) -> Result<u64, Fault> {
        let run = self.run;
        self.change(|t| {
            t.execute("select pg_advisory_xact_lock($1)", &[&LOCK])?;
            let gone = t.execute("delete from projects where id in (select id from pg_temp.kohex_gone)", &[])?;
            t.execute("update runs set pruned = $1 where id = $2", &[&whole(gone), &run])?;
            Ok(gone)
        })
    }

    fn end(&mut self, refused: u64) -> Result<(), Fault> {
        let run = self.run;
        let end = "update runs set finished_at = now(), refused = $1 where id = $2";
        self.change(|t| {
            t.execute(end, &[&whole(refused), &run])?;
            Ok(())
        })
    }

    fn each(&mut self, take: &mut dyn FnMut(Record) -> io::Result<()>) -> Result<(), Fault> {
        let place = &self.place;
        let wrong = |error: &Error| fault::asking(place, error);
        // All of it is of one moment, whatever is loaded meanwhile.
        let level = postgres::IsolationLevel::RepeatableRead;
        let transaction = self.client.build_transaction().isolation_level(level).read_only(true).start();
        let mut reader = transaction.and_then(Reader::new).map_err(|error| wrong(&error))?;
        loop {
            let batch = reader.batch().map_err(|error| wrong(&error))?;
            if batch.is_empty() {
                return Ok(());
            }
            for cells in batch {
                let record = cells.and_then(|cells| record(&cells).map_err(|misfit| misfit.to_string()));
                let record = record.map_err(|misfit| Fault::new(format!("{place}: {misfit}")))?;
                take(record).map_err(|error| Fault::new(crate::source::plain(&error)))?;
            }
        }
    }
}

/// Reads projects in batches, each with its rows of the other tables.
struct Reader<'c> {
    transaction: Transaction<'c>,
    projects: Portal,
    children: Vec<Statement>,
}

/// The cells of a project's rows in every table.
type Cells = [Vec<Cell<'static>>; TABLES.len()];

impl<'c> Reader<'c> {
    fn new(mut transaction: Transaction<'c>) -> Result<Self, Error> {
        let select = |table: &Table| format!("select {} from {table}", load::names(table).join(", "));
        let projects = select(&PROJECTS) + " order by id collate \"C\"";
        let projects = transaction.bind(&projects, &[])?;
        let children = [&MENTIONS, &WARNINGS, &DOCUMENTS].map(|table| {
            let rows = select(table) + " where project_id = any($1) order by project_id collate \"C\", position";
            transaction.prepare(&rows)
        });
        let children = children.into_iter().collect::<Result<_, _>>()?;
        Ok(Reader { transaction, projects, children })
    }

    /// The next projects, or none; each is an error of its own where a value is none of a record's.
    fn batch(&mut self) -> Result<Vec<Result<Cells, String>>, Error> {
        let projects = self.transaction.query_portal(&self.projects, BATCH)?;
        let ids: Vec<&str> = projects.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let mut children = Vec::new();
        for statement in &self.children {
            let rows = self.transaction.query(statement, &[&ids])?;
            let owners = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
            children.push(owners.into_iter().zip(rows).peekable());
        }
        let tables = TABLES.iter().skip(1);
        let whole = |(row, id): (&postgres::Row, &str)| {
            let mut all = [cells(row, &PROJECTS)?, Vec::new(), Vec::new(), Vec::new()];
            for ((children, table), all) in children.iter_mut().zip(tables.clone()).zip(all.iter_mut().skip(1)) {
                // Both are in one order.
                while let Some((_, row)) = children.next_if(|(owner, _)| owner == id) {
                    all.extend(cells(&row, table)?);
                }
            }
            Ok(all)
        };
        Ok(projects.iter().zip(ids.iter().copied()).map(whole).collect())
    }
}

/// The cells of a row of a table.
fn cells(row: &postgres::Row, table: &Table) -> Result<Vec<Cell<'static>>, String> {
    let cell = |(place, column): (usize, &crate::tables::Column)| {
        let raw: Option<Raw<'_>> = row.try_get(place).ok();
        let strange = || format!("{table}.{}: expected a value that a record holds, found another", column.name);
        raw.and_then(|raw| raw.cell(column.holds)).ok_or_else(strange)
    };
    table.columns.iter().enumerate().map(cell).collect()
}
