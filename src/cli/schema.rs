//! `kohex schema`: what a record is, in the words of whoever takes it.

use clap::Args;

use super::{Outcome, Refusal, named, print};
use crate::record::schema;
use crate::sink::parquet;
use crate::tables::{Dialect, ddl, duckdb, package};

#[derive(Debug, Args)]
pub struct Schema {
    /// json (JSON Schema 2020-12 of a record), postgresql, sqlite (tables and views), duckdb (JSON Lines read with
    /// types), parquet (the type of a row), datapackage (Frictionless, of the CSV)
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = named(Format::ALL, Format::from_name))]
    format: Format,
}

crate::names! {
    /// Who takes it.
    Format {
        Json = "json",
        PostgreSql = "postgresql",
        Sqlite = "sqlite",
        DuckDb = "duckdb",
        Parquet = "parquet",
        DataPackage = "datapackage",
    }
}

impl Schema {
    pub fn run(&self) -> Result<Outcome, Refusal> {
        let sql = |statements: &[String]| statements.join(";\n") + ";";
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&schema())?,
            Format::PostgreSql => sql(&ddl(Dialect::PostgreSql)),
            Format::Sqlite => sql(&ddl(Dialect::Sqlite)),
            Format::DuckDb => sql(&[duckdb()]),
            Format::Parquet => parquet::schema()?,
            Format::DataPackage => serde_json::to_string_pretty(&package())?,
        };
        print(|out| writeln!(out, "{}", text.trim_end()))
    }
}
