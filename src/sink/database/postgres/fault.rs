//! What an error of the client or the server means to the user.

use std::error::Error as _;
use std::io;

use postgres::Error;
use postgres::error::SqlState;

use super::{Target, tls};
use crate::sink::database::Fault;
use crate::source::plain;

const AGAIN: &str = "what was loaded before is kept; give the same command again";

/// Why there is no connection.
pub fn connecting(target: &Target, error: &Error) -> Fault {
    let wrong = |what: &str| Fault::new(format!("{target}: cannot be opened: {what}"));
    let (host, port, user, database) = (target.host(), target.port(), target.user(), target.database());
    let server = if target.is_local() { format!("a server at {host}") } else { format!("a server at {host}:{port}") };
    if let Some(found) = error.as_db_error() {
        let says = found.message();
        return match *found.code() {
            SqlState::INVALID_PASSWORD => {
                wrong(&format!("expected the password of {user}, found another one")).help(PASSWORD)
            }
            SqlState::INVALID_CATALOG_NAME => {
                wrong(&format!("expected a database {database}, found none of that name")).help("createdb makes one")
            }
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
                wrong(&format!("expected a user that the server lets in, found {user}: {says}"))
            }
            SqlState::TOO_MANY_CONNECTIONS => wrong(&format!("expected a free connection, found none: {says}")),
            SqlState::CANNOT_CONNECT_NOW => wrong(&format!("expected {server} that is ready, found: {says}")),
            SqlState::INSUFFICIENT_PRIVILEGE => wrong(&format!("expected the right to connect, found: {says}")),
            _ => wrong(says),
        };
    }
    let Some(cause) = error.source() else { return wrong(&error.to_string()) };
    if let Some(error) = encryption(error) {
        return wrong(&tls::refused(error, host));
    }
    let text = cause.to_string();
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => {
            wrong(&format!("expected {server}, found nothing that listens there")).help("is it running?")
        }
        Some(io::ErrorKind::NotFound) if target.is_local() => {
            wrong(&format!("expected {server}, found no socket of port {port}")).help("is it running?")
        }
        Some(io::ErrorKind::TimedOut) => wrong(&format!("expected {server} to answer, found silence")),
        // The standard library has no kind for a name that leads nowhere.
        _ if text.starts_with("failed to lookup address") => {
            wrong(&format!("expected the name of a host, found {host}, which leads nowhere"))
        }
        _ if text == "password missing" => wrong(&format!("expected a password of {user}, found none")).help(PASSWORD),
        _ if text == "server does not support TLS" => {
            wrong("expected a server that encrypts, found one that does not").help("sslmode=prefer does without")
        }
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            wrong(&format!("expected {server}, found another program or one that hung up"))
        }
        _ => wrong(&format!("{error}: {text}")),
    }
}

const PASSWORD: &str = "it is read from PGPASSWORD, a line of ~/.pgpass, or the URL";

/// The fault of the encryption, where it is one.
pub fn encryption(error: &Error) -> Option<&rustls::Error> {
    error.source()?.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref()
}

/// What goes wrong while a transaction lasts.
#[derive(Debug)]
pub enum Failure {
    Server(Error),
    /// Rows could not be sent.
    Sending(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Server(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        error.downcast().map_or_else(Failure::Sending, Failure::Server)
    }
}

impl Failure {
    /// What it means, given the server.
    pub fn fault(&self, place: &str) -> Fault {
        match self {
            Failure::Server(error) => asking(place, error),
            Failure::Sending(error) => {
                Fault::new(format!("{place}: the connection was lost: {}", plain(error))).help(AGAIN)
            }
        }
    }
}

/// Why the server did not do what it was asked.
pub fn asking(place: &str, error: &Error) -> Fault {
    let wrong = |what: &str| Fault::new(format!("{place}: {what}"));
    let Some(found) = error.as_db_error() else {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        return if error.is_closed() || error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).is_some() {
            wrong(&format!("the connection was lost{cause}")).help(AGAIN)
        } else {
            wrong(&format!("{error}{cause}"))
        };
    };
    let says = found.message();
    let table = found.table().unwrap_or("a table");
    match *found.code() {
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            wrong(&format!("the server was stopped: {says}")).help(AGAIN)
        }
        SqlState::INSUFFICIENT_PRIVILEGE => {
            wrong(&format!("expected the right to do this, found: {says}")).help("ask whom the tables belong to for it")
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            wrong("cannot be written: expected a server that takes changes, found one that only reads (a standby?)")
        }
        SqlState::DISK_FULL => wrong(&format!("cannot be written: no space left on the server: {says}"))
            .help("what was loaded before is kept; make room and give the same command again"),
        SqlState::INVALID_SCHEMA_NAME => wrong("expected a schema to make tables in, found none in the search path")
            .help("make the one that search_path names, or name another one"),
        SqlState::DUPLICATE_TABLE => wrong(&format!("expected the tables of kohex or none, found: {says}"))
            .help("load into a database or schema of its own"),
        SqlState::UNIQUE_VIOLATION => wrong(&format!(
            "table {table}: expected rows that break no rule of this table, found a second one: {}",
            found.detail().unwrap_or(says)
        ))
        .help("remove that row, or the rule that was added to the table"),
        SqlState::CHECK_VIOLATION | SqlState::NOT_NULL_VIOLATION | SqlState::FOREIGN_KEY_VIOLATION => {
            wrong(&format!("table {table}: expected rows that break no rule of this table, found: {says}"))
                .help("undo the change to the table, or load the records into a new database")
        }
        SqlState::INVALID_COLUMN_REFERENCE => {
            wrong("table projects: expected a primary key (id), found none").help("undo the change to the table")
        }
        SqlState::UNTRANSLATABLE_CHARACTER => {
            wrong(&format!("expected a database of the encoding UTF8, found another: {says}"))
                .help("createdb --encoding UTF8 --template template0 makes one")
        }
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE | SqlState::T_R_DEADLOCK_DETECTED => {
            wrong(&format!("the server gave up: {says}")).help(AGAIN)
        }
        _ => wrong(says),
    }
}
