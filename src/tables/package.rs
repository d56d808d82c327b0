//! A Frictionless Data Package (version 1) with the Table Schema of the flat CSV.

use serde_json::{Map, Value, json};

use super::{Check, Column, PROJECTS, Type, VERSION, flat};

/// The descriptor `datapackage.json` of a folder with `records.csv`.
pub fn package() -> Value {
    let fields: Vec<Value> = flat().map(field).collect();
    json!({
        "name": "kohex-records",
        "title": "Projects, a row a record",
        "version": VERSION.to_string(),
        "profile": "tabular-data-package",
        "resources": [{
            "name": "records",
            "path": "records.csv",
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": { "delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"", "doubleQuote": true, "header": true },
            "schema": { "fields": fields, "missingValues": [""], "primaryKey": PROJECTS.key }
        }]
    })
}

fn field(column: &'static Column) -> Value {
    let (kind, format) = match column.holds {
        Type::Text => ("string", "default"),
        Type::Integer => ("integer", "default"),
        Type::Amount | Type::Rate | Type::Number | Type::Share => ("number", "default"),
        Type::Date => ("date", "default"),
        Type::Moment => ("datetime", "%Y-%m-%dT%H:%M:%S"),
        Type::Json => ("array", "default"),
    };
    let mut constraints = Map::new();
    if !column.nullable {
        constraints.insert("required".to_owned(), true.into());
    }
    match column.check {
        Check::Any => {}
        Check::In(names) => {
            constraints.insert("enum".to_owned(), json!(names()));
        }
        Check::Shape(shapes) => {
            constraints.insert("pattern".to_owned(), format!("^({})$", shapes.join("|")).into());
        }
        Check::Hexadecimal(digits) => {
            constraints.insert("pattern".to_owned(), format!("^[0-9a-f]{{{digits}}}$").into());
        }
    }
    if column.holds == Type::Share {
        constraints.insert("minimum".to_owned(), 0.into());
        constraints.insert("maximum".to_owned(), 1.into());
    }
    if [column.name] == *PROJECTS.key {
        constraints.insert("unique".to_owned(), true.into());
    }
    json!({
        "name": column.name, "type": kind, "format": format, "description": column.about, "constraints": constraints
    })
}
