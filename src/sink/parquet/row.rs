//! A record as the values of a Parquet file's columns.

use jiff::civil::{Date, DateTime};
use parquet::data_type::{ByteArray, FixedLenByteArray};
use rust_decimal::Decimal;

use super::schema::{NUMBER_SCALE, listed};
use crate::record::Record;
use crate::tables::{AMOUNT_SCALE, Cell, Column, Misfit, PROJECTS, RATE_SCALE, Rows, TABLES, Type, rounded};

/// One row or several: the values of each column, in the order of the schema.
#[derive(Debug)]
pub struct Row {
    pub leaves: Vec<Leaf>,
    pub rows: usize,
    /// Bytes of its texts, which are nearly all of it.
    pub bytes: usize,
}

/// Values of a column, and where in their rows they stand.
#[derive(Debug)]
pub struct Leaf {
    pub values: Values,
    /// How much of the way to a value is there: of `a.list.element.b` nothing, an element, or the value too.
    pub defined: Vec<i16>,
    /// 1 for the elements of a list behind its first.
    pub repeated: Vec<i16>,
}

#[derive(Debug)]
pub enum Values {
    Days(Vec<i32>),
    Integers(Vec<i64>),
    Shares(Vec<f64>),
    Texts(Vec<ByteArray>),
    Numbers(Vec<FixedLenByteArray>),
}

impl Row {
    /// No row.
    pub fn none() -> Self {
        let own = PROJECTS.columns.iter();
        let lists = TABLES.iter().filter(|table| !table.is_projects());
        let columns = own.chain(lists.flat_map(|table| listed(table).map(|(_, column)| column)));
        let mut leaves: Vec<Leaf> = columns.map(|column| Leaf::of(column.holds)).collect();
        leaves.push(Leaf::of(Type::Json));
        Row { leaves, rows: 0, bytes: 0 }
    }

    /// A record's row, and what its columns cannot hold.
    pub fn of(record: &Record) -> (Self, Vec<Misfit>) {
        let (rows, left_out) = Rows::lenient(record);
        let mut row = Row::none();
        let mut leaves = row.leaves.iter_mut();
        for (table, cells) in TABLES.iter().zip(rows.cells) {
            let width = table.columns.len();
            if table.is_projects() {
                for ((column, cell), leaf) in table.columns.iter().zip(&cells).zip(&mut leaves) {
                    leaf.push(column, cell, 0);
                }
                continue;
            }
            for ((place, column), leaf) in listed(table).zip(&mut leaves) {
                for (position, row) in cells.chunks(width).enumerate() {
                    leaf.push(column, row.get(place).unwrap_or(&Cell::Null), 1);
                    leaf.repeated.push(i16::from(position > 0));
                }
                if cells.is_empty() {
                    leaf.defined.push(0);
                    leaf.repeated.push(0);
                }
            }
        }
        if let Some(Leaf { values: Values::Texts(lines), defined, .. }) = leaves.next() {
            let mut line = record.line();
            line.pop();
            lines.push(line.into());
            defined.push(0);
        }
        row.bytes = row.leaves.iter().map(Leaf::bytes).sum();
        row.rows = 1;
        (row, left_out)
    }

    /// Adds rows behind these.
    pub fn append(&mut self, mut other: Row) {
        for (leaf, more) in self.leaves.iter_mut().zip(&mut other.leaves) {
            leaf.defined.append(&mut more.defined);
            leaf.repeated.append(&mut more.repeated);
            match (&mut leaf.values, &mut more.values) {
                (Values::Days(all), Values::Days(more)) => all.append(more),
                (Values::Integers(all), Values::Integers(more)) => all.append(more),
                (Values::Shares(all), Values::Shares(more)) => all.append(more),
                (Values::Texts(all), Values::Texts(more)) => all.append(more),
                (Values::Numbers(all), Values::Numbers(more)) => all.append(more),
                // Both were made of the same columns.
                _ => {}
            }
        }
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

impl Leaf {
    fn of(holds: Type) -> Self {
        let values = match holds {
            Type::Text | Type::Json => Values::Texts(Vec::new()),
            Type::Integer | Type::Amount | Type::Rate | Type::Moment => Values::Integers(Vec::new()),
            Type::Share => Values::Shares(Vec::new()),
            Type::Number => Values::Numbers(Vec::new()),
            Type::Date => Values::Days(Vec::new()),
        };
        Leaf { values, defined: Vec::new(), repeated: Vec::new() }
    }

    /// Adds a cell; `above` is how much is there when the value itself is not.
    fn push(&mut self, column: &Column, cell: &Cell<'_>, above: i16) {
        let there = !matches!(cell, Cell::Null);
        self.defined.push(above + i16::from(column.nullable && there));
        match (&mut self.values, cell) {
            (Values::Texts(all), Cell::Text(text)) => all.push(text.as_bytes().to_vec().into()),
            (Values::Texts(all), Cell::Json(text)) => all.push(text.as_bytes().to_vec().into()),
            (Values::Integers(all), Cell::Integer(number)) => all.push(*number),
            (Values::Integers(all), Cell::Number(number)) => {
                let scale = if column.holds == Type::Rate { RATE_SCALE } else { AMOUNT_SCALE };
                // The tables have no cell of more digits than 64 bits hold.
                all.push(i64::try_from(units(*number, scale)).unwrap_or_default());
            }
            (Values::Integers(all), Cell::Moment(moment)) => all.push(micros(*moment)),
            (Values::Shares(all), Cell::Share(share)) => all.push(*share),
            (Values::Numbers(all), Cell::Number(number)) => {
                all.push(units(*number, NUMBER_SCALE).to_be_bytes().to_vec().into());
            }
            (Values::Days(all), Cell::Date(date)) => all.push(days(*date)),
            _ => {}
        }
    }

    fn bytes(&self) -> usize {
        match &self.values {
            Values::Texts(texts) => texts.iter().map(ByteArray::len).sum(),
            _ => 0,
        }
    }
}

/// How many times a number holds the unit of so many digits behind the point; digits beyond it are rounded.
fn units(number: Decimal, scale: u32) -> i128 {
    let number = rounded(number, scale);
    number.mantissa() * 10_i128.pow(scale.saturating_sub(number.scale()))
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn days(date: Date) -> i32 {
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).unwrap_or_default()
}

fn micros(moment: DateTime) -> i64 {
    let epoch = EPOCH.to_datetime(jiff::civil::Time::midnight());
    i64::try_from(moment.duration_since(epoch).as_micros()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_days_and_minutes_are_counted_from_their_noughts() {
        let number = |text: &str| text.parse::<Decimal>().expect("a number");
        assert_eq!(units(number("5116983.64"), 2), 511_698_364);
        assert_eq!(units(number("-1.5"), 2), -150);
        assert_eq!(units(number("0.0000000005"), 9), 1);
        let most = Decimal::MAX;
        assert_eq!(units(most, 9), most.mantissa() * 1_000_000_000);
        assert_eq!(days(Date::constant(1969, 12, 31)), -1);
        assert_eq!(days(Date::constant(2024, 2, 29)), 19_782);
        let moment = Date::constant(1970, 1, 2).at(0, 1, 0, 0);
        assert_eq!(micros(moment), 86_460_000_000);
    }
}
