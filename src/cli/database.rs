//! Databases on the command line: URLs that never show a password, and what the environment adds to them.

use std::env;
use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use super::{Refusal, remark};
use crate::sink::database::{Surroundings, Target, Url};

/// The environment of libpq's programs, with the parameter that each variable sets.
const VARIABLES: [(&str, &str); 10] = [
    ("PGHOST", "host"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGOPTIONS", "options"),
];

/// Reads what may be a URL with a password in it: clap itself repeats a value that it refuses.
#[derive(Clone, Copy)]
pub struct Secret<T>(pub fn(&OsStr) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Secret<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        self.0(value).map_err(|message| {
            let place = argument.and_then(Arg::get_long).map_or_else(String::new, |long| format!("--{long}: "));
            Error::raw(ErrorKind::ValueValidation, format!("{place}{message}\n")).with_cmd(command)
        })
    }
}

/// The database that is meant.
pub fn url(value: &OsStr) -> Result<Url, String> {
    value.to_str().ok_or_else(|| "expected UTF-8, found other bytes".to_owned()).and_then(Url::parse)
}

/// A server, with what the environment and the password file say of it.
pub fn completed(target: &Target) -> Result<Target, Refusal> {
    let set = VARIABLES.iter().filter_map(|(place, key)| Some((*key, *place, env::var(place).ok()?)));
    let around = Surroundings {
        parameters: set.collect(),
        home: env::home_dir(),
        user: env::var("USER").or_else(|_| env::var("LOGNAME")).or_else(|_| env::var("USERNAME")).ok(),
    };
    let (target, remarked) = target.clone().completed(&around).map_err(Refusal)?;
    if let Some(remarked) = remarked {
        remark(&remarked);
    }
    Ok(target)
}
