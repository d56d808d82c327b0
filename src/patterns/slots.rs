//! Slots: the places in a pattern that hold a part of the value, and what of a text can stand in each.

use super::lexicon::{Bytes, Lexicon};
use super::schema::Class;

/// A place in a pattern that holds a part of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    Day,
    Month,
    /// A month in two digits: "9/2003" is a law's number far more often than a month.
    Month2,
    Year,
    Year2,
    Hour,
    Minute,
    Second,
    /// A number in figures or words.
    Number,
    /// A number in figures.
    Digits,
    Word(Class),
    /// A word of the pattern itself that is found only as written.
    Exact,
}

impl Slot {
    const ENGINE: [(&'static str, Slot); 10] = [
        ("day", Slot::Day),
        ("month", Slot::Month),
        ("month2", Slot::Month2),
        ("year", Slot::Year),
        ("year2", Slot::Year2),
        ("hour", Slot::Hour),
        ("minute", Slot::Minute),
        ("second", Slot::Second),
        ("number", Slot::Number),
        ("digits", Slot::Digits),
    ];

    /// The slot of this name.
    pub fn from_name(name: &str) -> Option<Slot> {
        let engine = Self::ENGINE.iter().find(|(n, _)| *n == name).map(|&(_, slot)| slot);
        engine.or_else(|| Class::from_name(name).map(Slot::Word))
    }

    /// The names of all slots, for help texts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ENGINE.iter().map(|&(name, _)| name).chain(Class::ALL.iter().map(|class| class.name()))
    }

    /// Whether the slot only says where the value stands and is no part of it.
    pub fn is_context(self) -> bool {
        matches!(
            self,
            Slot::Word(
                Class::Verb
                    | Class::Act
                    | Class::YearCue
                    | Class::SchoolYear
                    | Class::RangeFrom
                    | Class::RangeTo
                    | Class::Filler
                    | Class::ModBefore
                    | Class::ModAfter
            ) | Slot::Exact
        )
    }

    /// Its bit in a set of slots: classes first.
    pub fn bit(self) -> u64 {
        match self {
            Slot::Word(class) => class.bit(),
            Slot::Day => DAY,
            Slot::Month => MONTH,
            Slot::Month2 => MONTH2,
            Slot::Year => YEAR,
            Slot::Year2 => YEAR2,
            Slot::Hour => HOUR,
            Slot::Minute | Slot::Second => SIXTY,
            Slot::Number => NUMBER,
            Slot::Digits => DIGITS,
            Slot::Exact => 0,
        }
    }
}

pub const DAY: u64 = 1 << 63;
const MONTH: u64 = 1 << 62;
const MONTH2: u64 = 1 << 61;
const YEAR: u64 = 1 << 60;
const YEAR2: u64 = 1 << 59;
const HOUR: u64 = 1 << 58;
const SIXTY: u64 = 1 << 57;
pub const NUMBER: u64 = 1 << 56;
const DIGITS: u64 = 1 << 55;
/// The slots figures can stand in.
pub const FIGURES: u64 = DAY | MONTH | MONTH2 | YEAR | YEAR2 | HOUR | SIXTY | NUMBER | DIGITS;

/// What can stand in some slots begins with one of these.
pub fn begins(slots: u64, words: &Lexicon) -> Bytes {
    let mut all = words.begins(words_of(slots));
    if slots & FIGURES != 0 {
        (b'0'..=b'9').for_each(|digit| all.insert(digit));
    }
    all
}

/// The classes whose words can stand in some slots.
pub fn words_of(slots: u64) -> u64 {
    let day = if slots & DAY != 0 { Class::DayName.bit() } else { 0 };
    let number = if slots & NUMBER != 0 { Class::NumberWord.bit() } else { 0 };
    slots & !FIGURES | day | number
}

/// No class has one of the bits above.
const _: () = assert!(Class::ALL.len() < 55, "classes and slots share the bits of a set");

/// Something that can stand in slots at a place: where it ends, and in which slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    pub end: usize,
    /// The slots, as bits.
    pub slots: u64,
}

/// The slots that a word of a class can stand in.
pub fn stands_in(class: Class) -> u64 {
    match class {
        Class::DayName => DAY | class.bit(),
        Class::NumberWord => NUMBER | class.bit(),
        class => class.bit(),
    }
}

/// Adds slots to the filling of an end.
pub fn fill(out: &mut Vec<Filling>, end: usize, slots: u64) {
    match out.iter_mut().find(|filling| filling.end == end) {
        Some(filling) => filling.slots |= slots,
        None => out.push(Filling { end, slots }),
    }
}

/// Numbers, days, months and years in figures; each ends where a run of digits ends.
pub fn figures(text: &str, at: usize, limit: usize, wanted: u64, out: &mut Vec<Filling>) {
    let bytes = text.as_bytes().get(..limit).unwrap_or_default();
    let run = bytes.get(at..).unwrap_or_default();
    let length = digits(run);
    let end = at + length;
    let slots = short(run, length) & wanted;
    if slots != 0 {
        fill(out, end, slots);
    }
    let numbers = wanted & (NUMBER | DIGITS);
    if numbers == 0 {
        return;
    }
    fill(out, end, numbers);
    if let Some(end) = decimals(bytes, end) {
        fill(out, end, numbers);
    }
    // Groups by one kind of separator, then a decimal part by a point or comma.
    let Some(&separator) = bytes.get(end).filter(|byte| length <= 3 && b" .,'".contains(byte)) else { return };
    let mut end = end;
    while bytes.get(end) == Some(&separator) && digits(bytes.get(end + 1..).unwrap_or_default()) == 3 {
        end += 4;
        fill(out, end, numbers);
        if let Some(end) = decimals(bytes, end) {
            fill(out, end, numbers);
        }
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Where the decimals behind a number end.
fn decimals(bytes: &[u8], end: usize) -> Option<usize> {
    matches!(bytes.get(end)?, b'.' | b',').then_some(())?;
    let length = digits(bytes.get(end + 1..)?);
    (length > 0).then_some(end + 1 + length)
}

/// The slots that a run of one to four digits can stand in.
fn short(run: &[u8], length: usize) -> u64 {
    let value = run.iter().take(length.min(4)).fold(0u16, |sum, byte| sum * 10 + u16::from(byte - b'0'));
    let when = |holds: bool, slots: u64| if holds { slots } else { 0 };
    match length {
        1 => when(value > 0, DAY | MONTH) | HOUR,
        2 => {
            when((1..=31).contains(&value), DAY)
                | when((1..=12).contains(&value), MONTH | MONTH2)
                | when(value < 24, HOUR)
                | when(value < 60, SIXTY)
                | YEAR2
        }
        4 => when((1900..2100).contains(&value), YEAR),
        _ => 0,
    }
}
