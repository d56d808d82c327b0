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

/// Reads a URL. clap repeats a value that it refuses, and with it a password.
#[derive(Debug, Clone, Copy)]
pub struct ParseUrl;

impl TypedValueParser for ParseUrl {
    type Value = Url;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Url, Error> {
        let url = value.to_str().ok_or_else(|| "expected UTF-8, found other bytes".to_owned()).and_then(Url::parse);
        url.map_err(|message| {
            let message = format!("--to: {message}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
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
