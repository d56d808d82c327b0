//! Periods: two years and what lies between them (an ISO 8601 interval of years).

use std::fmt;
use std::str::FromStr;

use crate::patterns::{Part, Slot};
use crate::scan::Match;

/// First and last year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodValue {
    pub start: u16,
    pub end: u16,
}

impl fmt::Display for PeriodValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

/// Reads what [`PeriodValue`] prints.
impl FromStr for PeriodValue {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let (start, end) = text.split_once('/').ok_or(NoPeriod)?;
        let year = |year: &str| year.parse().map_err(|_| NoPeriod);
        Ok(PeriodValue { start: year(start)?, end: year(end)? })
    }
}

/// A text is no interval of two years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPeriod;

/// The multiannual frameworks cohesion policy has had; "2014-2021" is how Kohesio printed 2014-2020 for a time.
const PROGRAMMING: [(u16, u16); 6] =
    [(1994, 1999), (2000, 2006), (2007, 2013), (2014, 2020), (2014, 2021), (2021, 2027)];

impl PeriodValue {
    /// Whether these are the years of a programming period of cohesion policy.
    pub fn is_programming_period(&self) -> bool {
        PROGRAMMING.contains(&(self.start, self.end))
    }

    /// Whether the years follow each other, as those of a school year do.
    pub fn is_two_years(&self) -> bool {
        self.end == self.start + 1
    }

    /// The programming period as records name it: `2021-2027`.
    pub fn programming_period(&self) -> String {
        let end = if (self.start, self.end) == (2014, 2021) { 2020 } else { self.end };
        format!("{}-{end}", self.start)
    }
}

/// Longer than this two years are no period but a pair of numbers.
const LONGEST: u16 = 60;
/// Two digits behind a year are a year only near it: "2016/97" is the number of an act.
const LONGEST_SHORT: u16 = 10;

/// The period of a match; `None` where the end does not come after the start.
pub fn read(found: &Match<'_>, text: &str) -> Option<PeriodValue> {
    let year = |part| found.slot(text, part, Slot::Year).and_then(|y| y.parse::<u16>().ok());
    let start = year(Part::Start)?;
    let (end, longest) = match found.slot(text, Part::End, Slot::Year2) {
        Some(short) => {
            let short: u16 = short.parse().ok()?;
            let period = PeriodValue { start, end: start / 100 * 100 + short };
            // "2010-12" is a month of ISO 8601, and "2000-06" the programming period; behind a slash no month stands.
            let dashed = text.get(found.span.clone()).is_some_and(|written| written.contains('-'));
            if dashed && short <= 12 && !period.is_programming_period() {
                return None;
            }
            (period.end, LONGEST_SHORT)
        }
        None => (year(Part::End)?, LONGEST),
    };
    (end > start && end - start <= longest).then_some(PeriodValue { start, end })
}
