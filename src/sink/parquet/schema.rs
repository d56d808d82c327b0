//! The columns of a Parquet file: those of the tables, the rows that belong to a project as a list of structures, and the
//! record itself.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::printer::print_schema;
use parquet::schema::types::{Type as Node, TypePtr};

use crate::tables::{AMOUNT_SCALE, Column, PROJECTS, RATE_SCALE, TABLES, Table, Type};

/// The column with a record's own line of JSON.
pub const RECORD: &str = "record";
/// Digits of an amount or a rate in all, as many as 64 bits hold.
const FIXED: i32 = 18;
/// Digits of any number in all, the most that readers take, and those of them behind the point. Records' numbers have 29
/// digits at most, so those before the point are all kept; what is beyond the ninth behind it stands in `value`.
const DIGITS: i32 = 38;
pub const NUMBER_SCALE: u32 = 9;

/// The type of a row of the file.
///
/// # Errors
/// Never, but as a fault of the list of columns.
pub fn message() -> Result<TypePtr> {
    let own = PROJECTS.columns.iter().map(primitive);
    let lists = TABLES.iter().filter(|table| !table.is_projects()).map(|table| list(table));
    let record = Node::primitive_type_builder(RECORD, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::Json))
        .build();
    let fields = own.chain(lists).chain([record.map(Arc::new)]).collect::<Result<_>>()?;
    Ok(Arc::new(Node::group_type_builder(PROJECTS.name).with_fields(fields).build()?))
}

/// The type of a row as Parquet's own tools write it.
///
/// # Errors
/// Never, but as a fault of the list of columns.
pub fn text() -> Result<String> {
    let mut text = Vec::new();
    print_schema(&mut text, message()?.as_ref());
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The columns of a table that stand in the list of a project's rows: the project is known there, and so is the place.
pub fn listed(table: &Table) -> impl Iterator<Item = (usize, &Column)> {
    table.columns.iter().enumerate().filter(|(_, column)| !column.json.is_empty())
}

fn list(table: &Table) -> Result<TypePtr> {
    let fields = listed(table).map(|(_, column)| primitive(column)).collect::<Result<_>>()?;
    let group = |name, repetition| Node::group_type_builder(name).with_repetition(repetition);
    let element = group("element", Repetition::REQUIRED).with_fields(fields).build()?;
    let list = group("list", Repetition::REPEATED).with_fields(vec![Arc::new(element)]).build()?;
    let named = group(table.name, Repetition::REQUIRED).with_logical_type(Some(LogicalType::List));
    Ok(Arc::new(named.with_fields(vec![Arc::new(list)]).build()?))
}

fn primitive(column: &Column) -> Result<TypePtr> {
    let repetition = if column.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let (physical, logical) = match column.holds {
        Type::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Type::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        Type::Integer => (Physical::INT64, None),
        Type::Share => (Physical::DOUBLE, None),
        Type::Amount => (Physical::INT64, Some(decimal(AMOUNT_SCALE, FIXED))),
        Type::Rate => (Physical::INT64, Some(decimal(RATE_SCALE, FIXED))),
        Type::Number => (Physical::FIXED_LEN_BYTE_ARRAY, Some(decimal(NUMBER_SCALE, DIGITS))),
        Type::Date => (Physical::INT32, Some(LogicalType::Date)),
        Type::Moment => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MICROS))),
    };
    let mut node = Node::primitive_type_builder(column.name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical.clone());
    if let Some(LogicalType::Decimal(decimal)) = &logical {
        node = node.with_precision(decimal.precision).with_scale(decimal.scale);
    }
    if physical == Physical::FIXED_LEN_BYTE_ARRAY {
        node = node.with_length(16);
    }
    Ok(Arc::new(node.build()?))
}

fn decimal(scale: u32, precision: i32) -> LogicalType {
    LogicalType::decimal(scale.cast_signed(), precision)
}
