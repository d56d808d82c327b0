//! How DuckDB reads the records' lines of JSON: with the type of every key, as it would guess them from the first
//! 20 480 lines and read what comes later and fits not as null.
//!
//! Structures come from the record's JSON Schema, the types of exact numbers from the tables.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::{PROJECTS, Type};
use crate::record::{SCHEMA, schema};

const HEAD: &str = "-- Records as kohex writes them, one a line, for DuckDB. After  .read schema/duckdb.sql :
--   create table records as from kohex_records('records.jsonl');
--   select m.* from (select unnest(mentions) as m from kohex_records('out/part-*.jsonl'));
-- A mention's value is a text or a number, so it is JSON: m.value ->> '$' is its text.
-- DuckDB rounds numbers of JSON to 15 digits; in Parquet (kohex extract -o records.parquet) they are exact.
";

/// The definition of a table macro `kohex_records(files)`.
pub fn duckdb() -> String {
    let schema = schema();
    let mut sql = format!("{HEAD}create or replace macro kohex_records(files) as table -- {SCHEMA}\n");
    let _ = writeln!(sql, "select * from read_json(files, format = 'newline_delimited', columns = {{");
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let lines = properties.iter().map(|(key, kind)| {
        let reader = Reader { schema: &schema, number: exact(key) };
        format!("  {key}: '{}'", reader.type_of(kind).replace('\'', "''"))
    });
    sql.push_str(&lines.collect::<Vec<_>>().join(",\n"));
    sql + "\n})"
}

/// The type of the exact numbers below a key, as the tables have it.
fn exact(key: &str) -> &'static str {
    let column = PROJECTS.columns.iter().filter(|column| column.json == key);
    let mut types = column.filter_map(|column| match column.holds {
        Type::Amount => Some("DECIMAL(18,2)"),
        Type::Rate => Some("DECIMAL(18,6)"),
        _ => None,
    });
    types.next().unwrap_or("DOUBLE")
}

struct Reader<'s> {
    schema: &'s Value,
    number: &'static str,
}

impl Reader<'_> {
    fn type_of(&self, kind: &Value) -> String {
        if let Some(name) = kind["$ref"].as_str() {
            let place = name.trim_start_matches('#');
            return self.schema.pointer(place).map_or_else(|| "JSON".to_owned(), |kind| self.type_of(kind));
        }
        let several = kind["anyOf"].as_array().or(kind["oneOf"].as_array());
        if let Some(kinds) = several {
            return self.one_of(kinds);
        }
        match name_of(&kind["type"]) {
            "string" => "VARCHAR".to_owned(),
            "integer" => "BIGINT".to_owned(),
            "number" if kind["format"] != "double" => self.number.to_owned(),
            "number" => "DOUBLE".to_owned(),
            "array" => self.type_of(&kind["items"]) + "[]",
            "object" => self.structure(kind["properties"].as_object().unwrap_or(&Map::new())),
            _ => "JSON".to_owned(),
        }
    }

    /// What holds every one of several kinds.
    fn one_of(&self, kinds: &[Value]) -> String {
        let kinds: Vec<&Value> = kinds.iter().filter(|kind| kind["type"] != "null").collect();
        if kinds.iter().all(|kind| kind["properties"].is_object()) {
            let mut all: Map<String, Value> = Map::new();
            for (key, kind) in kinds.iter().filter_map(|kind| kind["properties"].as_object()).flatten() {
                match all.get_mut(key) {
                    Some(before) if self.type_of(before) != self.type_of(kind) => *before = json!({}),
                    Some(_) => {}
                    None => {
                        all.insert(key.clone(), kind.clone());
                    }
                }
            }
            return self.structure(&all);
        }
        let mut types: Vec<String> = kinds.into_iter().map(|kind| self.type_of(kind)).collect();
        types.dedup();
        match types.as_slice() {
            [one] => one.clone(),
            _ => "JSON".to_owned(),
        }
    }

    fn structure(&self, properties: &Map<String, Value>) -> String {
        let fields: Vec<String> =
            properties.iter().map(|(key, kind)| format!("\"{key}\" {}", self.type_of(kind))).collect();
        format!("STRUCT({})", fields.join(", "))
    }
}

/// A type's name; of `["string", "null"]` the first.
fn name_of(kind: &Value) -> &str {
    kind.as_str().or_else(|| kind[0].as_str()).unwrap_or_default()
}
