//! Parquet: rows of all row groups, one batch in memory at a time. A row is read as the JSON object it could have been.
//!
//! A panic of the parquet crate on a damaged file is caught and is an error of the file.

use bytes::Bytes;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::data_type::Decimal;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Map, Number, Value};

use super::super::Class;
use super::cells::{clock, date_of_days, plain, time_of_millis};
use super::spool::Spooled;
use super::values::Headings;
use super::{Flow, Input, Out, guarded};

/// Reads all rows.
pub(super) fn read(input: Input<'_>, out: &mut Out<'_, '_>) -> Flow {
    let opened = Spooled::new(input, out.limits).and_then(|spooled| {
        let opened = guarded(|| -> Result<Box<dyn FileReader>, _> {
            Ok(match spooled {
                Spooled::File(file, _) => Box::new(SerializedFileReader::new(file)?),
                Spooled::Bytes(bytes) => Box::new(SerializedFileReader::new(Bytes::from(bytes))?),
            })
        });
        let found = |error: parquet::errors::ParquetError| format!("expected a Parquet file, found {error}");
        opened.ok_or_else(gave_up).and_then(|opened| opened.map_err(found)).map_err(|error| (Class::Damaged, error))
    });
    let reader = match opened {
        Ok(reader) => reader,
        Err((class, message)) => return out.fault(class, message),
    };
    let nanos = nanos(reader.as_ref());
    let mut headings = Headings::default();
    for group in 0..reader.num_row_groups() {
        if let Err(error) = row_group(reader.as_ref(), group, &nanos, &mut headings, out)? {
            out.fault(Class::Damaged, format!("row group {}: expected more rows, found {error}", group + 1))?;
        }
    }
    Flow::Continue(())
}

fn gave_up() -> String {
    "damaged data at which its reader gave up".to_owned()
}

/// Gives the rows of one group; what is wrong with it, at which its remaining rows are lost.
fn row_group(
    reader: &dyn FileReader,
    group: usize,
    nanos: &[String],
    headings: &mut Headings,
    out: &mut Out<'_, '_>,
) -> Flow<Result<(), String>> {
    let opened = guarded(|| reader.get_row_group(group)).ok_or_else(gave_up);
    let group = match opened.and_then(|group| group.map_err(|error| error.to_string())) {
        Ok(group) => group,
        Err(error) => return Flow::Continue(Err(error)),
    };
    let rows = guarded(|| group.get_row_iter(None)).ok_or_else(gave_up);
    let mut rows = match rows.and_then(|rows| rows.map_err(|error| error.to_string())) {
        Ok(rows) => rows,
        Err(error) => return Flow::Continue(Err(error)),
    };
    loop {
        match guarded(|| rows.next()) {
            Some(Some(Ok(row))) => out.object(object(row, nanos), headings)?,
            Some(None) => return Flow::Continue(Ok(())),
            Some(Some(Err(error))) => return Flow::Continue(Err(error.to_string())),
            None => return Flow::Continue(Err(gave_up())),
        }
    }
}

/// The columns of nanoseconds, which the row reader gives as bare numbers.
fn nanos(reader: &dyn FileReader) -> Vec<String> {
    let schema = reader.metadata().file_metadata().schema();
    let columns = schema.get_fields().iter().filter(|column| {
        let kind = column.get_basic_info().logical_type_ref();
        matches!(kind, Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
    });
    columns.map(|column| column.name().to_owned()).collect()
}

fn object(row: Row, nanos: &[String]) -> Map<String, Value> {
    let field = |(name, field): (String, Field)| {
        let value = match field {
            Field::Long(nano) if nanos.contains(&name) => time(nano.div_euclid(1_000_000)),
            field => value(field),
        };
        (name, value)
    };
    row.into_columns().into_iter().map(field).collect()
}

fn value(field: Field) -> Value {
    match field {
        Field::Bool(value) => Value::Bool(value),
        Field::Byte(number) => Value::from(number),
        Field::Short(number) => Value::from(number),
        Field::Int(number) => Value::from(number),
        Field::Long(number) => Value::from(number),
        Field::UByte(number) => Value::from(number),
        Field::UShort(number) => Value::from(number),
        Field::UInt(number) => Value::from(number),
        Field::ULong(number) => Value::from(number),
        Field::Float16(number) => plain(number.to_f64()).map_or(Value::Null, number_of),
        // Through its own digits: 0.1 as a float of 32 bits is 0.10000000149 as one of 64.
        Field::Float(number) if number.is_finite() => number_of(number.to_string()),
        Field::Null | Field::Float(_) => Value::Null,
        Field::Double(number) => plain(number).map_or(Value::Null, number_of),
        Field::Decimal(number) => decimal(&number).map_or(Value::Null, number_of),
        Field::Str(text) => Value::String(text),
        Field::Bytes(bytes) => String::from_utf8(bytes.data().to_vec()).map_or(Value::Null, Value::String),
        Field::Date(days) => date_of_days(i64::from(days)).map_or(Value::Null, Value::String),
        Field::TimeMillis(millis) => Value::String(clock(i64::from(millis) / 1000)),
        Field::TimeMicros(micros) => Value::String(clock(micros / 1_000_000)),
        Field::TimestampMillis(millis) => time(millis),
        Field::TimestampMicros(micros) => time(micros.div_euclid(1000)),
        Field::Group(row) => Value::Object(object(row, &[])),
        Field::ListInternal(list) => Value::Array(list.elements().iter().cloned().map(value).collect()),
        Field::MapInternal(map) => {
            let entries = map.entries().iter().cloned();
            Value::Object(entries.map(|(key, it)| (key_of(value(key)), value(it))).collect())
        }
    }
}

fn key_of(key: Value) -> String {
    match key {
        Value::String(key) => key,
        key => key.to_string(),
    }
}

fn time(millis: i64) -> Value {
    time_of_millis(millis).map_or(Value::Null, Value::String)
}

fn number_of(digits: String) -> Value {
    digits.parse::<Number>().map_or(Value::String(digits), Value::Number)
}

/// A decimal's exact digits; none beyond 38 of them, which no amount has.
fn decimal(number: &Decimal) -> Option<String> {
    let bytes = number.data();
    let first = *bytes.first()?;
    let fill = if first & 0x80 == 0 { 0 } else { 0xff };
    let spare = bytes.len().saturating_sub(16);
    if bytes.iter().take(spare).any(|&byte| byte != fill) {
        return None;
    }
    let start = if fill == 0 { 0_i128 } else { -1 };
    let whole = bytes.iter().skip(spare).fold(start, |sum, &byte| (sum << 8) | i128::from(byte));
    let scale = usize::try_from(number.scale()).ok().filter(|&scale| scale <= 60)?;
    let digits = format!("{:0>width$}", whole.unsigned_abs(), width = scale + 1);
    let (integer, part) = digits.split_at_checked(digits.len() - scale)?;
    let sign = if whole < 0 { "-" } else { "" };
    Some(if part.is_empty() { format!("{sign}{integer}") } else { format!("{sign}{integer}.{part}") })
}
