//! SQLite: a file with a database, no server.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Row, Statement, Transaction, TransactionBehavior, params,
    params_from_iter,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Access, Counts, Fault, LAST_RUN, Run, Shard, Store, is_ours, is_version, whole};
use crate::record::Record;
use crate::sink::records::MOST_BYTES;
use crate::tables::{AMOUNT_SCALE, Cell, Dialect, PROJECTS, RATE_SCALE, Rows, TABLES, Table, Type, ddl, record};

/// How long another program may hold the database: another import does so for a shard at a time.
const PATIENCE: Duration = Duration::from_mins(2);
const DIALECT: Dialect = Dialect::Sqlite;
/// As much as a shard has, so that its pages are written once.
const CACHE_KIB: usize = MOST_BYTES / 1024;
/// Rows that a statement adds at once: each has to be begun and ended.
const ROWS: usize = 8;
const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

/// A database in a file.
pub struct Sqlite {
    connection: Connection,
    place: String,
    run: i64,
}

/// The rows of a record as values of SQLite.
pub struct Item {
    id: String,
    rows: [Vec<Value>; TABLES.len()],
}

impl Sqlite {
    /// Opens a database, and makes its tables where it is new; `None` where there is none to look at.
    ///
    /// # Errors
    /// When the file is no database, cannot be opened, or holds other tables than this version's.
    pub fn open(path: &Path, access: Access) -> Result<Option<Self>, Fault> {
        let place = path.display().to_string();
        if access == Access::Look && !path.exists() {
            return Ok(None);
        }
        let flags = match access {
            Access::Load => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Look => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let open = || {
            let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(PATIENCE)?;
            connection.execute_batch(&format!(
                "pragma foreign_keys = on; pragma temp_store = memory; pragma cache_size = -{CACHE_KIB}"
            ))?;
            Ok(connection)
        };
        let mut store = Sqlite { connection: open().map_err(|error| fault(&place, &error))?, place, run: 0 };
        let there = store.version()?;
        match (there, access) {
            (None, Access::Look) => return Ok(None),
            (None, Access::Load) => store.create()?,
            (Some(_), _) => {}
        }
        store.check()?;
        Ok(Some(store))
    }

    /// The version of the tables, where there are any.
    fn version(&self) -> Result<Option<i32>, Fault> {
        match self.ask(tables)? {
            0 => Ok(None),
            2 => self.ask(|c| c.query_row("select max(version) from schema_version", [], |row| row.get(0))),
            _ => {
                Err(Fault::new(format!("{}: expected the tables of kohex or none, found others named so", self.place)))
            }
        }
    }

    fn create(&mut self) -> Result<(), Fault> {
        // Another import may have made them meanwhile.
        self.change(|t| match tables(t)? {
            0 => ddl(DIALECT).iter().try_for_each(|statement| t.execute_batch(statement)),
            _ => Ok(()),
        })
    }

    /// Whether the tables are as this program makes them.
    fn check(&self) -> Result<(), Fault> {
        let version = self.version()?.unwrap_or_default();
        is_version(&self.place, version)?;
        for table in TABLES {
            let found: Vec<(String, String)> = self.ask(|c| {
                let mut statement = c.prepare("select name, type from pragma_table_xinfo(?)")?;
                let rows = statement.query_map([table.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect()
            })?;
            is_ours(&self.place, table, DIALECT, &found)?;
        }
        Ok(())
    }

    fn ask<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Fault> {
        ask(&self.connection).map_err(|error| fault(&self.place, &error))
    }

    /// Does something in a transaction that is there as a whole or not at all.
    fn change<T>(&mut self, change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, Fault> {
        let place = &self.place;
        let whole = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = change(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        whole().map_err(|error| fault(place, &error))
    }
}

impl Store for Sqlite {
    type Item = Item;

    fn encode(rows: &Rows<'_>) -> Item {
        let values = |cells: &Vec<Cell<'_>>, table: &Table| {
            let columns = table.columns.iter().cycle();
            cells.iter().zip(columns).map(|(cell, column)| value(cell, column.holds)).collect()
        };
        let mut tables = TABLES.into_iter();
        let rows_of = |cells| tables.next().map(|table| values(cells, table)).unwrap_or_default();
        Item { id: rows.id.to_owned(), rows: rows.cells.each_ref().map(rows_of) }
    }

    fn begin(&mut self, run: &Run) -> Result<HashSet<String>, Fault> {
        let (id, done) = self.change(|t| {
            let last = t.query_row(LAST_RUN, [], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
            if let Some((id, _)) = last.filter(|(_, input)| run.goes_on(input)) {
                let mut shards = t.prepare("select digest from shards where run = ?")?;
                let shards = shards.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                return Ok((id, shards));
            }
            let new = format!(
                "insert into runs (started_at, version, patterns, input, input_digest) values ({NOW}, ?, ?, ?, ?)"
            );
            t.execute(&new, params![run.version, run.patterns, run.input, run.input_digest])?;
            Ok((t.last_insert_rowid(), HashSet::new()))
        })?;
        self.run = id;
        Ok(done)
    }

    fn load(&mut self, shard: &Shard, records: Vec<Item>) -> Result<Counts, Fault> {
        let run = self.run;
        self.change(|t| {
            let mut counts = Counts::default();
            let mut statements = Statements::new(t)?;
            for record in &records {
                statements.load(record, &mut counts)?;
            }
            drop(statements);
            let total = "update runs set records = records + ?, added = added + ?, changed = changed + ?, \
                         unchanged = unchanged + ? where id = ?";
            let Counts { added, changed, unchanged } = counts;
            t.execute(total, params![whole(counts.records()), whole(added), whole(changed), whole(unchanged), run])?;
            let note = "insert into shards (run, digest, name, records) values (?, ?, ?, ?) on conflict do nothing";
            t.execute(note, params![run, shard.digest, shard.name, whole(counts.records())])?;
            Ok(counts)
        })
    }

    fn compare(&mut self, records: &[(String, String)]) -> Result<Counts, Fault> {
        self.ask(|c| {
            let mut counts = Counts::default();
            let mut there = c.prepare("select digest from projects where id = ?")?;
            for (id, digest) in records {
                match there.query_row([id], |row| row.get::<_, String>(0)).optional()? {
                    None => counts.added += 1,
                    Some(before) if before == *digest => counts.unchanged += 1,
                    Some(_) => counts.changed += 1,
                }
            }
            Ok(counts)
        })
    }

    fn see(&mut self, ids: &[String]) -> Result<(), Fault> {
        self.ask(|c| {
            c.execute_batch("create temp table if not exists seen (id text primary key) without rowid; begin")?;
            let mut note = c.prepare("insert into temp.seen values (?) on conflict do nothing")?;
            ids.iter().try_for_each(|id| note.execute([id]).map(drop))?;
            c.execute_batch("commit")
        })
    }

    fn unseen(&mut self) -> Result<u64, Fault> {
        self.see(&[])?;
        let gone = "create temp table if not exists gone (id text primary key) without rowid; delete from temp.gone;
            insert into temp.gone select id from projects where id not in (select id from temp.seen)";
        let count: i64 = self.ask(|c| {
            c.execute_batch(gone)?;
            c.query_row("select count(*) from temp.gone", [], |row| row.get(0))
        })?;
        Ok(count.unsigned_abs())
    }

    fn prune(&mut self) -> Result<u64, Fault> {
        let run = self.run;
        self.change(|t| {
            let gone = t.execute("delete from projects where id in (select id from temp.gone)", [])?;
            t.execute("update runs set pruned = ? where id = ?", params![whole(gone as u64), run])?;
            Ok(gone as u64)
        })
    }

    fn end(&mut self, refused: u64) -> Result<(), Fault> {
        let run = self.run;
        let end = format!("update runs set finished_at = {NOW}, refused = ? where id = ?");
        self.change(|t| t.execute(&end, params![whole(refused), run]).map(drop))
    }

    fn each(&mut self, take: &mut dyn FnMut(Record) -> io::Result<()>) -> Result<(), Fault> {
        let place = self.place.clone();
        let wrong = |error: &rusqlite::Error| fault(&place, error);
        let [mut projects, mut mentions, mut warnings, mut documents] = TABLES
            .map(|table| self.connection.prepare(&select(table)))
            .into_iter()
            .collect::<rusqlite::Result<Vec<_>>>()
            .and_then(|all| <[Statement<'_>; TABLES.len()]>::try_from(all).map_err(|_| rusqlite::Error::InvalidQuery))
            .map_err(|error| wrong(&error))?;
        let mut rows = projects.query([]).map_err(|error| wrong(&error))?;
        while let Some(row) = rows.next().map_err(|error| wrong(&error))? {
            let mut read = || -> rusqlite::Result<_> {
                let project = cells(row, &PROJECTS)?;
                let id: String = row.get(0)?;
                let children = |statement: &mut Statement<'_>, table: &Table| {
                    let rows = statement.query_map([&id], |row| cells(row, table))?;
                    rows.collect::<rusqlite::Result<Vec<_>>>().map(|rows| rows.concat())
                };
                let [_, m, w, d] = TABLES;
                Ok([project, children(&mut mentions, m)?, children(&mut warnings, w)?, children(&mut documents, d)?])
            };
            let cells = read().map_err(|error| wrong(&error))?;
            let record = record(&cells).map_err(|misfit| Fault::new(format!("{place}: {misfit}")))?;
            take(record).map_err(|error| Fault::new(crate::source::plain(&error)))?;
        }
        Ok(())
    }
}

/// How many of two tables that kohex makes are there.
fn tables(connection: &Connection) -> rusqlite::Result<i64> {
    let ours = "select count(*) from sqlite_schema where type = 'table' and name in ('schema_version', 'projects')";
    connection.query_row(ours, [], |row| row.get(0))
}

/// What loads records within a transaction.
struct Statements<'t> {
    there: Statement<'t>,
    upsert: Statement<'t>,
    /// For each table but the first: what counts and removes the rows of a project, and adds one row or several.
    children: Vec<[Statement<'t>; 4]>,
}

impl<'t> Statements<'t> {
    fn new(transaction: &'t Transaction<'_>) -> rusqlite::Result<Self> {
        let prepare = |sql: &str| transaction.prepare(sql);
        let names: Vec<String> = PROJECTS.columns.iter().map(|column| DIALECT.stored(column)).collect();
        let set: Vec<String> = names.iter().skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
        let differs: Vec<String> =
            names.iter().skip(1).map(|name| format!("projects.{name} is not excluded.{name}")).collect();
        let upsert = format!(
            "{} on conflict (id) do update set {} where {}",
            insert(&PROJECTS, 1),
            set.join(", "),
            differs.join(" or ")
        );
        let children = TABLES.iter().skip(1).map(|table| {
            Ok([
                prepare(&format!("select count(*) from {table} where project_id = ?"))?,
                prepare(&format!("delete from {table} where project_id = ?"))?,
                prepare(&insert(table, 1))?,
                prepare(&insert(table, ROWS))?,
            ])
        });
        Ok(Statements {
            there: prepare("select 1 from projects where id = ?")?,
            upsert: prepare(&upsert)?,
            children: children.collect::<rusqlite::Result<_>>()?,
        })
    }

    fn load(&mut self, record: &Item, counts: &mut Counts) -> rusqlite::Result<()> {
        let [project, children @ ..] = &record.rows;
        let there = self.there.exists([&record.id])?;
        let mut differs = self.upsert.execute(params_from_iter(project))? > 0;
        let tables = TABLES.iter().skip(1).zip(children).map(|(table, values)| (table.columns.len(), values));
        let tables: Vec<(usize, &Vec<Value>)> = tables.collect();
        if there && !differs {
            // Rows that were removed by hand are missed by nobody else.
            for ([count, ..], (width, values)) in self.children.iter_mut().zip(&tables) {
                let rows: i64 = count.query_row([&record.id], |row| row.get(0))?;
                differs |= rows.unsigned_abs() != (values.len() / width) as u64;
            }
        }
        match (there, differs) {
            (false, _) => counts.added += 1,
            (true, true) => counts.changed += 1,
            (true, false) => {
                counts.unchanged += 1;
                return Ok(());
            }
        }
        for ([_, remove, one, several], (width, values)) in self.children.iter_mut().zip(&tables) {
            if there {
                remove.execute([&record.id])?;
            }
            let mut portions = values.chunks_exact(width * ROWS);
            for rows in portions.by_ref() {
                several.execute(params_from_iter(rows))?;
            }
            for row in portions.remainder().chunks(*width) {
                one.execute(params_from_iter(row))?;
            }
        }
        Ok(())
    }
}

fn insert(table: &Table, rows: usize) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| DIALECT.stored(column)).collect();
    let row = format!("({})", vec!["?"; names.len()].join(", "));
    format!("insert into {table} ({}) values {}", names.join(", "), vec![row; rows].join(", "))
}

fn select(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(|column| DIALECT.stored(column)).collect();
    let names = names.join(", ");
    if table.is_projects() {
        return format!("select {names} from projects order by id");
    }
    format!("select {names} from {table} where project_id = ? order by position")
}

/// A cell as SQLite keeps it: amounts in cents, days and minutes in ISO 8601.
fn value(cell: &Cell<'_>, holds: Type) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text.clone().into_owned()),
        Cell::Json(text) => Value::Text(text.clone()),
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Number(number) if holds == Type::Amount => {
            let cents = *number * Decimal::from(10_u32.pow(AMOUNT_SCALE));
            cents.to_i64().map_or(Value::Null, Value::Integer)
        }
        // The nearest number to the digits, which is what reading them gives.
        Cell::Number(number) => number.to_string().parse().map_or(Value::Null, Value::Real),
        Cell::Share(share) => Value::Real(*share),
        Cell::Date(date) => Value::Text(date.to_string()),
        Cell::Moment(moment) => Value::Text(moment.strftime("%Y-%m-%dT%H:%M").to_string()),
    }
}

/// The cells of a row of a table.
fn cells(row: &Row<'_>, table: &Table) -> rusqlite::Result<Vec<Cell<'static>>> {
    let cell = |(place, holds): (usize, Type)| {
        let found = row.get_ref(place)?;
        let text = || found.as_str().map(str::to_owned);
        let other = || rusqlite::Error::InvalidColumnType(place, table.name.to_owned(), found.data_type());
        Ok(match (found, holds) {
            (ValueRef::Null, _) => Cell::Null,
            (_, Type::Text) => Cell::Text(text()?.into()),
            (_, Type::Json) => Cell::Json(text()?),
            (_, Type::Date) => Cell::Date(text()?.parse::<Date>().map_err(|_| other())?),
            (_, Type::Moment) => Cell::Moment(text()?.parse::<DateTime>().map_err(|_| other())?),
            (ValueRef::Integer(number), Type::Amount) => Cell::Number(Decimal::new(number, AMOUNT_SCALE)),
            (ValueRef::Integer(number), _) => Cell::Integer(number),
            (ValueRef::Real(number), Type::Share) => Cell::Share(number),
            (ValueRef::Real(number), _) => {
                let digits = Decimal::from_str_exact(&number.to_string()).or_else(|_| Decimal::try_from(number));
                Cell::Number(digits.map_err(|_| other())?.round_dp(RATE_SCALE))
            }
            _ => return Err(other()),
        })
    };
    table.columns.iter().map(|column| column.holds).enumerate().map(cell).collect()
}

/// What an error of SQLite means to the user.
fn fault(place: &str, error: &rusqlite::Error) -> Fault {
    let message = |what: &str| Fault::new(format!("{place}: {what}"));
    // Even who only looks would have to undo what a run left that was broken off.
    if error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK) {
        return message("an import into it was broken off").help("give that import again");
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => message("cannot be written: no space left on device")
            .help("what was loaded before is kept; make room and give the same command again"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            message("another program is writing to it").help("give the same command again when that has ended")
        }
        Some(ErrorCode::ReadOnly) => message("cannot be written: it or its folder is read-only"),
        Some(ErrorCode::NotADatabase) => message("expected a database of SQLite, found another file"),
        Some(ErrorCode::CannotOpen) => message("cannot be opened").help("the folder must be there and writable"),
        _ => message(&error.to_string()),
    }
}
