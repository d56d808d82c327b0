//! Dates at the precision written, in the Gregorian calendar (ISO 8601, reduced precision kept).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::patterns::{Class, Language, Part, Slot};
use crate::scan::Match;

/// A year, month, day or minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateValue {
    pub year: i16,
    pub month: Option<i8>,
    /// Only with a month.
    pub day: Option<i8>,
    /// Hour and minute, only with a day.
    pub time: Option<(i8, i8)>,
}

impl DateValue {
    /// The first day the value can mean; ends and starts are compared by it.
    pub fn first(&self) -> Option<Date> {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()
    }

    /// The last day the value can mean.
    pub fn last(&self) -> Option<Date> {
        let month = Date::new(self.year, self.month.unwrap_or(12), 1).ok()?;
        Some(match self.day {
            Some(day) => Date::new(self.year, month.month(), day).ok()?,
            None => month.last_of_month(),
        })
    }

    /// Whether one of the values can be the other, told more exactly.
    pub fn agrees(&self, other: &DateValue) -> bool {
        let both = |a: Option<i8>, b: Option<i8>| a.is_none() || b.is_none() || a == b;
        self.year == other.year && both(self.month, other.month) && both(self.day, other.day)
    }
}

impl fmt::Display for DateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every mention is written, and `write!` takes long for so few figures. Years that are read have four of them.
        let mut written = *b"0000-00-00T00:00";
        let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2] = &mut written;
        let year = self.year.unsigned_abs();
        two(y1, y2, year / 100);
        two(y3, y4, year % 100);
        let (hour, minute) = self.time.unwrap_or_default();
        for (tens, ones, part) in [
            (m1, m2, self.month.unwrap_or_default()),
            (d1, d2, self.day.unwrap_or_default()),
            (h1, h2, hour),
            (n1, n2, minute),
        ] {
            two(tens, ones, part.unsigned_abs().into());
        }
        let length = match self {
            DateValue { time: Some(_), .. } => 16,
            DateValue { day: Some(_), .. } => 10,
            DateValue { month: Some(_), .. } => 7,
            _ => 4,
        };
        f.write_str(written.get(..length).and_then(|written| std::str::from_utf8(written).ok()).unwrap_or_default())
    }
}

/// Reads what [`DateValue`] prints.
impl FromStr for DateValue {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
        let mut parts = day.split('-');
        let year = parts.next().filter(|year| year.len() == 4).and_then(|year| year.parse().ok()).ok_or(NoDate)?;
        let mut part = || match parts.next() {
            Some(part) => two_digits(part).map(Some).ok_or(NoDate),
            None => Ok(None),
        };
        let (month, day) = (part()?, part()?);
        let time = match time {
            Some(time) => {
                let (hour, minute) = time.split_once(':').ok_or(NoDate)?;
                Some((two_digits(hour).ok_or(NoDate)?, two_digits(minute).ok_or(NoDate)?))
            }
            None => None,
        };
        let value = DateValue { year, month, day, time };
        let whole = parts.next().is_none() && (time.is_none() || day.is_some());
        if whole && value.first().is_some() { Ok(value) } else { Err(NoDate) }
    }
}

/// A text is no date of ISO 8601 at the precision of a year, month, day or minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoDate;

impl fmt::Display for NoDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a date like 2024, 2024-01, 2024-01-31 or 2024-01-31T10:00")
    }
}

impl std::error::Error for NoDate {}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Writes a number below a hundred with two figures.
fn two(tens: &mut u8, ones: &mut u8, number: u16) {
    let figure = |number: u16| b'0' + u8::try_from(number % 10).unwrap_or_default();
    (*tens, *ones) = (figure(number / 10), figure(number));
}

/// Two digits of a year below this belong to this century.
const PIVOT: i16 = 70;

/// The date of a part of a match; `None` for a day the calendar does not have.
pub fn read(found: &Match<'_>, text: &str, part: Part, language: &Language) -> Option<DateValue> {
    let number = |slot| found.slot(text, part, slot).and_then(|s| s.parse::<i8>().ok());
    let short = || {
        let year: i16 = found.slot(text, part, Slot::Year2)?.parse().ok()?;
        Some(if year < PIVOT { 2000 + year } else { 1900 + year })
    };
    let year = found.slot(text, part, Slot::Year).map_or_else(short, |year| year.parse().ok())?;
    let month = match found.word(&language.words, part, Class::MonthName) {
        Some(value) => Some(value?.parse().ok()?),
        None => number(Slot::Month).or_else(|| number(Slot::Month2)),
    };
    let day = match found.slot(text, part, Slot::Day) {
        Some(day) if day.starts_with(|c: char| c.is_ascii_digit()) => Some(day.parse().ok()?),
        Some(name) => Some(language.words.value(Class::DayName, name)?.parse().ok()?),
        None => None,
    };
    let time = number(Slot::Hour).map(|hour| (hour, number(Slot::Minute).unwrap_or(0)));
    // Registers print midnight for "no time", and a second that is not nought is a time all the same.
    let time = time.filter(|&time| time != (0, 0) || number(Slot::Second).is_some_and(|s| s != 0));
    if found.rule.month_first && day.is_none_or(|day| day <= 12) {
        return None;
    }
    let value = DateValue { year, month, day, time };
    value.first().map(|_| value)
}

/// "novembre - febbraio 2015": the year written once is that of the end; a start behind its end is of the year before.
pub fn share_year(found: &Match<'_>, start: &mut DateValue, end: &DateValue) -> Option<()> {
    let own_year = found.slots.iter().any(|s| s.part == Part::Start && matches!(s.slot, Slot::Year | Slot::Year2));
    if !own_year && start.first()? > end.last()? {
        start.year -= 1;
        start.first()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn date(year: i16, month: Option<i8>, day: Option<i8>) -> DateValue {
        DateValue { year, month, day, time: None }
    }

    #[test]
    fn precision_is_kept() {
        let minute = DateValue { time: Some((10, 3)), ..date(2019, Some(9), Some(13)) };
        assert_eq!(minute.to_string(), "2019-09-13T10:03");
        assert_eq!(date(2024, Some(1), None).to_string(), "2024-01");
        assert_eq!(date(2024, None, None).to_string(), "2024");
    }

    #[test]
    fn what_is_printed_is_read() {
        for text in ["2024", "2024-01", "2024-01-31", "2024-01-31T10:03"] {
            assert_eq!(text.parse::<DateValue>().map(|date| date.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "24", "2024-13", "2024-02-30", "2024-01-31T10", "2024T10:03", "2024-01-31-01", "2024-1"] {
            assert_eq!(text.parse::<DateValue>(), Err(NoDate), "{text}");
        }
    }

    #[test]
    fn a_reduced_date_spans_its_days() {
        let february = date(2024, Some(2), None);
        assert_eq!(february.first(), Date::new(2024, 2, 1).ok());
        assert_eq!(february.last(), Date::new(2024, 2, 29).ok());
        assert!(february.agrees(&date(2024, None, None)));
        assert!(!february.agrees(&date(2024, Some(3), Some(1))));
    }
}
