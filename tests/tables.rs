//! The tables that databases and flat files have: one list of columns, held against the record and its JSON Schema.

use std::collections::BTreeSet;

use kohex::record::{Record, schema};
use kohex::tables::{Cell, Dialect, MENTIONS, PROJECTS, Rows, TABLES, Type, ddl, record};
use serde_json::Value;

use crate::pages::as_records;

/// Every record of the fixtures comes back out of its rows as it was.
#[test]
fn rows_hold_every_field_of_a_record() {
    let mut count = 0;
    for before in as_records("fixtures") {
        let rows = Rows::of(&before).expect("rows");
        let after = record(&rows.cells).expect("a record");
        assert_eq!(after, before);
        count += 1;
    }
    assert!(count >= 190, "{count} records");
}

/// A cell is of the type that its column says.
#[test]
fn cells_are_what_their_columns_say() {
    for record in as_records("fixtures/it") {
        let rows = Rows::of(&record).expect("rows");
        for (table, cells) in TABLES.iter().zip(&rows.cells) {
            for row in cells.chunks(table.columns.len()) {
                assert_eq!(row.len(), table.columns.len());
                for (column, cell) in table.columns.iter().zip(row) {
                    let fits = match (column.holds, cell) {
                        (_, Cell::Null) => column.nullable,
                        (Type::Text, Cell::Text(_))
                        | (Type::Integer, Cell::Integer(_))
                        | (Type::Amount | Type::Rate | Type::Number, Cell::Number(_))
                        | (Type::Share, Cell::Share(_))
                        | (Type::Date, Cell::Date(_))
                        | (Type::Moment, Cell::Moment(_))
                        | (Type::Json, Cell::Json(_)) => true,
                        _ => false,
                    };
                    assert!(fits, "{table}.{} {:?} {cell:?}", column.name, column.holds);
                }
            }
        }
    }
}

/// No key of the record is without a column, and no column without a key, but for what tables need themselves.
#[test]
fn columns_and_schema_tell_of_the_same_keys() {
    let schema = schema();
    let of = |name: &str, columns: &[&str]| {
        let object = if name.is_empty() { &schema } else { &schema["$defs"][name] };
        let keys: BTreeSet<String> = match object["oneOf"].as_array() {
            Some(kinds) => kinds.iter().flat_map(|kind| keys(&kind["properties"])).collect(),
            None => keys(&object["properties"]).collect(),
        };
        let columns: BTreeSet<String> = columns.iter().map(|&key| key.to_owned()).collect();
        (keys, columns)
    };
    for (table, name, others) in [
        (&PROJECTS, "", ["schema", "mentions", "warnings", "documents"].as_slice()),
        (&MENTIONS, "Mention", &[]),
        (TABLES[2], "Warning", &[]),
        (TABLES[3], "Document", &[]),
    ] {
        let held = table.columns.iter().map(|column| column.json).filter(|key| !key.is_empty());
        let held: Vec<&str> = held.chain(others.iter().copied()).collect();
        let (keys, columns) = of(name, &held);
        assert_eq!(keys, columns, "{table}");
    }
}

/// What the schema lets be null, the tables do; and what it says a text looks like, they ask for.
#[test]
fn columns_and_schema_agree_on_nulls() {
    let schema = schema();
    for column in PROJECTS.columns.iter().filter(|column| column.name == column.json && column.name != "text") {
        let property = &schema["properties"][column.json];
        let null = property.to_string().contains("\"null\"");
        assert_eq!(column.nullable, null, "{}: {property}", column.name);
    }
}

fn keys(properties: &Value) -> impl Iterator<Item = String> + '_ {
    properties.as_object().into_iter().flat_map(|properties| properties.keys().cloned())
}

/// A value that tables cannot hold is refused with its place.
#[test]
fn what_tables_cannot_hold_is_refused_with_its_place() {
    let good = as_records("fixtures/it").next().expect("a record");
    let refused = |change: fn(&mut Record), expected: &str| {
        let mut bad = good.clone();
        change(&mut bad);
        let misfit = Rows::of(&bad).expect_err(expected).to_string();
        assert_eq!(misfit, expected);
    };
    refused(|r| r.country = Some("AUT".into()), r#"country: expected [A-Z][A-Z], found "AUT""#);
    refused(
        |r| r.start_date = Some("2021-02-30".into()),
        r#"start_date: expected a date of ISO 8601, found "2021-02-30""#,
    );
    refused(|r| r.title = Some("a\0b".into()), r#"title: expected text without U+0000, found "a\0b""#);
    refused(
        |r| r.participants = Some(u64::MAX),
        r#"participants: expected a whole number below 2^63, found "18446744073709551615""#,
    );
    refused(
        |r| r.documents[0].sha256 = "00".into(),
        r#"documents[0].sha256: expected 64 hexadecimal digits, found "00""#,
    );
}

/// A change of any value is a change of the digest.
#[test]
fn the_digest_tells_of_any_change() {
    let before = as_records("fixtures/it").find(|record| record.mentions.len() > 2).expect("a record");
    let digest = |record: &Record| Rows::of(record).expect("rows").digest;
    let changes: [fn(&mut Record); 5] = [
        |r| r.title = Some("another".into()),
        |r| r.mentions[1].start += 1,
        |r| r.mentions.truncate(1),
        |r| r.documents[0].bytes += 1,
        |r| r.produced_by.version.push('1'),
    ];
    for change in changes {
        let mut after = before.clone();
        change(&mut after);
        assert_ne!(digest(&before), digest(&after));
    }
    assert_eq!(digest(&before), digest(&before.clone()));
}

/// The committed files are what the program prints: `kohex schema FORMAT > schema/…` makes them anew.
#[test]
fn the_definitions_in_sql_name_every_column() {
    for dialect in [Dialect::PostgreSql, Dialect::Sqlite] {
        let all = ddl(dialect).join(";\n");
        for column in TABLES.iter().flat_map(|table| table.columns) {
            assert!(all.contains(&format!("  {} ", dialect.stored(column))), "{}", column.name);
        }
    }
}
