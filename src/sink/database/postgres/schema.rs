//! The tables on a server: made where there are none, and held against what this program makes.

use postgres::{Client, Error, GenericClient};

use super::{DIALECT, LOCK, Postgres};
use crate::sink::database::{Access, Fault, is_ours, is_version};
use crate::tables::{TABLES, ddl};

/// The oldest server, as it counts its versions: 12.
const OLDEST: i32 = 120_000;

impl Postgres {
    /// Makes the tables where there are none; false where there are none to look at.
    pub(super) fn prepare(&mut self, access: Access) -> Result<bool, Fault> {
        let version = self.ask(|c| c.query_one("select current_setting('server_version_num')::int4", &[]))?;
        is_new_enough(&self.place, version.try_get(0).unwrap_or_default())?;
        let there = self.version()?;
        match (there, access) {
            (None, Access::Look) => return Ok(false),
            (None, Access::Load) => self.create()?,
            (Some(_), _) => {}
        }
        self.check()?;
        Ok(true)
    }

    /// The version of the tables, where there are any.
    fn version(&mut self) -> Result<Option<i32>, Fault> {
        match self.ask(ours)? {
            0 => Ok(None),
            2 => self.ask(|c| c.query_one("select max(version) from schema_version", &[])?.try_get(0)),
            _ => {
                Err(Fault::new(format!("{}: expected the tables of kohex or none, found others named so", self.place))
                    .help("load into a database or schema of its own"))
            }
        }
    }

    fn create(&mut self) -> Result<(), Fault> {
        self.change(|t| {
            t.execute("select pg_advisory_xact_lock($1)", &[&LOCK])?;
            // Another import may have made them meanwhile.
            if ours(t)? == 0 {
                t.batch_execute(&ddl(DIALECT).join(";\n"))?;
            }
            Ok(())
        })
    }

    /// Whether the tables are as this program makes them.
    fn check(&mut self) -> Result<(), Fault> {
        let version = self.version()?.unwrap_or_default();
        is_version(&self.place, version)?;
        for table in TABLES {
            let columns = "select attname::text, replace(format_type(atttypid, atttypmod), ' without time zone', '')
                from pg_catalog.pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped";
            let found: Vec<(String, String)> = self.ask(|c| {
                let rows = c.query(columns, &[&table.name])?;
                rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
            })?;
            is_ours(&self.place, table, DIALECT, &found)?;
        }
        Ok(())
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut Client) -> Result<T, Error>) -> Result<T, Fault> {
        ask(&mut self.client).map_err(|error| super::fault::asking(&self.place, &error))
    }
}

/// How many of the two tables that tell are seen without naming a schema. The catalogue itself is asked, as a session
/// remembers of a name that it led nowhere.
fn ours(client: &mut impl GenericClient) -> Result<i64, Error> {
    let count = "select count(*) from pg_catalog.pg_class
        where relname in ('schema_version', 'projects') and pg_catalog.pg_table_is_visible(oid)";
    client.query_one(count, &[])?.try_get(0)
}

fn is_new_enough(place: &str, version: i32) -> Result<(), Fault> {
    if version >= OLDEST {
        return Ok(());
    }
    let (expected, found) = (OLDEST / 10_000, version / 10_000);
    Err(Fault::new(format!("{place}: expected a server of version {expected} or later, found version {found}")))
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn servers_too_old_are_refused() {
        assert!(is_new_enough("p", 120_000).is_ok() && is_new_enough("p", 180_001).is_ok());
        let message = is_new_enough("p", 110_022).map_err(|fault| fault.to_string());
        assert_eq!(message, Err("p: expected a server of version 12 or later, found version 11".to_owned()));
    }
}
