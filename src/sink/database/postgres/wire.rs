//! The binary format in which PostgreSQL takes rows (COPY) and gives values.

use jiff::civil::{Date, DateTime, date, datetime};
use jiff::{SignedDuration, Span};
use postgres::types::{self, FromSql};
use rust_decimal::Decimal;

use crate::tables::{Cell, Type};

/// What stands before the rows: the name of the format, no flags, nothing more.
pub const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands behind the rows.
pub const TRAILER: &[u8] = &[0xff, 0xff];

/// Days and moments are counted from here.
const DAY: Date = date(2000, 1, 1);
const MOMENT: DateTime = datetime(2000, 1, 1, 0, 0, 0, 0);
/// A numeric's digits are of base 10 000: four decimal ones each.
const BASE: u8 = 4;
const TEN_THOUSAND: u128 = 10_000;
const NEGATIVE: u16 = 0x4000;
/// The version of the binary form of jsonb, which is the text behind it.
const JSONB: u8 = 1;

/// Adds a row.
pub fn row(cells: &[Cell<'_>], out: &mut Vec<u8>) {
    // A table has few columns.
    out.extend_from_slice(&i16::try_from(cells.len()).unwrap_or(i16::MAX).to_be_bytes());
    for cell in cells {
        field(cell, out);
    }
}

fn field(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        Cell::Text(text) => sized(text.as_bytes(), out),
        Cell::Json(text) => sized(&[&[JSONB], text.as_bytes()].concat(), out),
        Cell::Integer(number) => sized(&number.to_be_bytes(), out),
        Cell::Number(number) => sized(&numeric(*number), out),
        Cell::Share(share) => sized(&share.to_be_bytes(), out),
        Cell::Date(date) => {
            let days = DAY.duration_until(*date).as_hours() / 24;
            sized(&i32::try_from(days).unwrap_or_default().to_be_bytes(), out);
        }
        Cell::Moment(moment) => {
            let micros = MOMENT.duration_until(*moment).as_micros();
            sized(&i64::try_from(micros).unwrap_or_default().to_be_bytes(), out);
        }
    }
}

/// Adds the length of a value and the value. None is longer than a record, which is below 1 GB.
fn sized(value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(value);
}

/// Digits of base 10 000 with the place of the first one, the sign, and how many decimal digits are shown.
fn numeric(number: Decimal) -> Vec<u8> {
    let scale = number.scale();
    let groups = scale.div_ceil(BASE.into());
    let mut rest = number.mantissa().unsigned_abs() * 10_u128.pow(groups * u32::from(BASE) - scale);
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push(u16::try_from(rest % TEN_THOUSAND).unwrap_or_default());
        rest /= TEN_THOUSAND;
    }
    let weight = if digits.is_empty() { 0 } else { narrow(digits.len()) - 1 - narrow(groups) };
    let noughts = digits.iter().take_while(|digit| **digit == 0).count();
    let sign = if number.is_sign_negative() && !digits.is_empty() { NEGATIVE } else { 0 };
    let mut bytes = Vec::with_capacity(8 + 2 * digits.len());
    bytes.extend_from_slice(&narrow(digits.len() - noughts).to_be_bytes());
    bytes.extend_from_slice(&weight.to_be_bytes());
    bytes.extend_from_slice(&sign.to_be_bytes());
    bytes.extend_from_slice(&narrow(scale).to_be_bytes());
    for digit in digits.iter().skip(noughts).rev() {
        bytes.extend_from_slice(&digit.to_be_bytes());
    }
    bytes
}

/// A count of digits, of which a decimal has 29 at most.
fn narrow(count: impl TryInto<i16>) -> i16 {
    count.try_into().unwrap_or_default()
}

/// A value of a result as it comes, or none where it is null.
pub struct Raw<'r>(Option<&'r [u8]>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &types::Type, raw: &'r [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(Some(raw)))
    }

    fn from_sql_null(_: &types::Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(None))
    }

    fn accepts(_: &types::Type) -> bool {
        true
    }
}

impl Raw<'_> {
    /// The cell of a column; `None` where the bytes are no value of its type, or one that no record has.
    pub fn cell(&self, holds: Type) -> Option<Cell<'static>> {
        let Some(bytes) = self.0 else { return Some(Cell::Null) };
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
        Some(match holds {
            Type::Text => Cell::Text(text(bytes)?.into()),
            Type::Json => Cell::Json(text(bytes.strip_prefix(&[JSONB])?)?),
            Type::Integer => Cell::Integer(i64::from_be_bytes(bytes.try_into().ok()?)),
            Type::Amount | Type::Rate | Type::Number => Cell::Number(decimal(bytes)?),
            Type::Share => Cell::Share(f64::from_be_bytes(bytes.try_into().ok()?)),
            Type::Date => {
                let days = i32::from_be_bytes(bytes.try_into().ok()?);
                Cell::Date(DAY.checked_add(Span::new().try_days(days).ok()?).ok()?)
            }
            Type::Moment => {
                let micros = SignedDuration::from_micros(i64::from_be_bytes(bytes.try_into().ok()?));
                Cell::Moment(MOMENT.checked_add(micros).ok()?)
            }
        })
    }
}

/// The number of a numeric's bytes; `None` for infinity, no number, and more digits than a decimal has.
fn decimal(bytes: &[u8]) -> Option<Decimal> {
    let mut words = bytes.chunks_exact(2).filter_map(|word| Some(u16::from_be_bytes(word.try_into().ok()?)));
    let (count, weight) = (words.next()?, i32::from(words.next()?.cast_signed()));
    let (sign, scale) = (words.next()?, i32::from(words.next()?));
    let mut mantissa = 0_i128;
    for _ in 0..count {
        mantissa = mantissa.checked_mul(10_000)?.checked_add(words.next()?.into())?;
    }
    // The digits stand so many decimal places above the last one shown.
    let above = (weight + 1 - i32::from(count)) * i32::from(BASE) + scale;
    let shift = 10_i128.checked_pow(above.unsigned_abs())?;
    mantissa = if above < 0 { mantissa / shift } else { mantissa.checked_mul(shift)? };
    match sign {
        0 => {}
        NEGATIVE => mantissa = -mantissa,
        _ => return None,
    }
    Decimal::try_from_i128_with_scale(mantissa, scale.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

    use super::*;

    fn bytes(cell: &Cell<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        field(cell, &mut out);
        out
    }

    /// The bytes are those that `copy (select …) to stdout (format binary)` gives.
    #[test]
    fn values_have_the_bytes_that_the_server_gives() {
        let number = |text: &str| Cell::Number(text.parse().expect("a number"));
        for (cell, expected) in [
            (Cell::Null, &b"\xff\xff\xff\xff"[..]),
            (Cell::Text("é".into()), b"\0\0\0\x02\xc3\xa9"),
            (Cell::Json("[]".into()), b"\0\0\0\x03\x01[]"),
            (Cell::Integer(-2), b"\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xfe"),
            (Cell::Share(0.5), b"\0\0\0\x08\x3f\xe0\0\0\0\0\0\0"),
            (Cell::Date(date(1999, 12, 31)), b"\0\0\0\x04\xff\xff\xff\xff"),
            (Cell::Moment(datetime(2000, 1, 1, 0, 1, 0, 0)), b"\0\0\0\x08\0\0\0\0\x03\x93\x87\0"),
            (number("0"), b"\0\0\0\x08\0\0\0\0\0\0\0\0"),
            (number("0.00"), b"\0\0\0\x08\0\0\0\0\0\0\0\x02"),
            (number("12345.67"), b"\0\0\0\x0e\0\x03\0\x01\0\0\0\x02\0\x01\x09\x29\x1a\x2c"),
            (number("-0.0001"), b"\0\0\0\x0a\0\x01\xff\xff\x40\0\0\x04\0\x01"),
            (number("100000000"), b"\0\0\0\x0a\0\x01\0\x02\0\0\0\0\0\x01"),
        ] {
            assert_eq!(bytes(&cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn numbers_come_back_from_their_bytes() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "9999",
            "10000",
            "10001",
            "0.1",
            "0.00001",
            "-12.50",
            "123456789012345678.12",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "7.9228162514264337593543950335",
        ] {
            let number: Decimal = text.parse().expect("a number");
            assert_eq!(decimal(&numeric(number)).map(|it| it.to_string()).as_deref(), Some(text));
        }
        // No number and infinity are numerics, but nothing that a record holds.
        assert_eq!(decimal(b"\0\0\0\0\xc0\0\0\0"), None);
        assert_eq!(decimal(b"\0\0\0\0\xd0\0\0\0"), None);
        assert_eq!(decimal(b"\0\x05\0\0"), None);
    }

    #[test]
    fn every_cell_comes_back_from_its_bytes() {
        for (cell, holds) in [
            (Cell::Null, Type::Date),
            (Cell::Text("“\u{202e}🙂”".into()), Type::Text),
            (Cell::Json("{\"a\":[1]}".into()), Type::Json),
            (Cell::Integer(i64::MIN), Type::Integer),
            (Cell::Number(Decimal::new(-1250, 2)), Type::Amount),
            (Cell::Share(0.1), Type::Share),
            (Cell::Date(date(1, 1, 1)), Type::Date),
            (Cell::Date(date(9999, 12, 31)), Type::Date),
            (Cell::Moment(datetime(1957, 3, 25, 23, 59, 0, 0)), Type::Moment),
        ] {
            let bytes = bytes(&cell);
            let raw = Raw(if cell == Cell::Null { None } else { bytes.get(4..) });
            assert_eq!(raw.cell(holds), Some(cell));
        }
    }
}
