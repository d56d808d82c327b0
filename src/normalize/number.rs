//! Numbers: figures with groups and decimals, or words, into exact decimals.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::words;
use crate::patterns::{Class, Filled, Language, Numbers, Part, Slot};
use crate::scan::Match;

/// What a number is of, which settles what a lone separator before three digits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A group: three decimals of money are rarer than foreign grouping ("470.000 EUR" in an English text), and a sum a
    /// thousand times too small is the worse mistake. With a scale word the language's habit holds ("1,234 million").
    Money,
    /// Always a decimal: Kohesio prints rates to three decimals and nothing is 46 606 %.
    Percent,
    /// Always a group: people come whole. With a scale word the language's habit holds ("2,125 milioni").
    People,
}

/// The number of a part of a match with its scale words applied; exact, without trailing zeros. Several numbers, each
/// with a scale, add up: "6 milioni e 480 mila". A fraction behind a scale is of it ("2 millones y medio"), a scale
/// without a number is one of it ("milion złotych"), and a scale two ends share is not that of an end written out
/// ("entre 500.000 y 1 millón").
pub fn read(found: &Match<'_>, text: &str, part: Part, of: Of, language: &Language) -> Option<Decimal> {
    let scale_of = |filled: &Filled| Decimal::from_str(language.words.value_of(filled.form?)?).ok();
    let own = |wanted: Part| found.slots.iter().filter(move |s| s.part == wanted || s.part == Part::Only).peekable();
    let mut slots = own(part);
    let mut sum: Option<Decimal> = None;
    let mut before = None;
    while let Some(filled) = slots.next() {
        if filled.slot == Slot::Word(Class::Scale) && sum.is_none() {
            sum = scale_of(filled);
            before = sum;
        }
        if !matches!(filled.slot, Slot::Number | Slot::Digits) {
            continue;
        }
        let scale = match slots.peek() {
            Some(next) if matches!(next.slot, Slot::Word(Class::Scale | Class::LetterScale)) => Some(scale_of(next)?),
            _ => None,
        };
        let written = text.get(filled.span.clone())?;
        let number = if written.starts_with(|c: char| c.is_ascii_digit()) {
            figures(written, of, scale.is_some(), language.numbers)?
        } else {
            words::number(written, &language.words)?
        };
        let shared = part == Part::Start && slots.peek().is_some_and(|next| next.part == Part::Only);
        let times = match scale {
            Some(_) if shared && number >= Decimal::ONE_THOUSAND => None,
            Some(scale) => Some(scale),
            None => before.filter(|_| number < Decimal::ONE),
        };
        before = scale;
        if scale.is_some() {
            slots.next();
        }
        let number = match times {
            Some(times) => number.checked_mul(times)?,
            None => number,
        };
        sum = Some(match sum {
            Some(sum) => sum.checked_add(number)?,
            None => number,
        });
    }
    sum.filter(|sum| sum.abs() < LIMIT).map(|sum| sum.normalize())
}

/// A thousand times the world's yearly product in the smallest currency: what is more is no amount but a code. Below it
/// sums and ratios of two values cannot overflow.
const LIMIT: Decimal = Decimal::from_parts(2_808_348_672, 232_830_643, 0, false, 0);

/// Reads figures. Two kinds of separators: the last is the decimal. One kind, several times: groups, or groups and a
/// decimal where the last part is no group ("333.788.01"). Once before other than three digits: a decimal. Once
/// before three digits: see [`Of`].
fn figures(written: &str, of: Of, scaled: bool, numbers: Numbers) -> Option<Decimal> {
    let read = Figures::of(written)?;
    let has_decimals = match read.last {
        Some(_) if read.separators > 1 => !read.alike || read.tail != 3,
        None | Some(' ' | '\'') => false,
        Some(_) if read.tail != 3 || read.head > 3 || written.starts_with('0') => true,
        Some(separator) => match of {
            Of::Percent => true,
            Of::People | Of::Money if !scaled => false,
            _ => numbers.decimal == Some(separator),
        },
    };
    Decimal::try_from_i128_with_scale(read.digits, if has_decimals { read.tail } else { 0 }).ok()
}

/// Figures taken apart.
#[derive(Default)]
struct Figures {
    /// All of them as one number.
    digits: i128,
    /// How many stand before the first separator, and behind the last.
    head: u32,
    tail: u32,
    separators: u32,
    last: Option<char>,
    /// Whether all separators are one.
    alike: bool,
}

impl Figures {
    /// `None` for more figures than a decimal holds.
    fn of(written: &str) -> Option<Self> {
        let mut read = Figures { alike: true, ..Figures::default() };
        let mut count = 0;
        for c in written.chars() {
            if let Some(digit) = c.to_digit(10) {
                read.digits = read.digits * 10 + i128::from(digit);
                count += u32::from(count > 0 || digit > 0);
                read.tail += 1;
                if count > LONGEST {
                    return None;
                }
                continue;
            }
            if read.separators == 0 {
                read.head = read.tail;
            }
            read.alike &= read.last.is_none_or(|last| last == c);
            read.last = Some(c);
            read.separators += 1;
            read.tail = 0;
        }
        Some(read)
    }
}

/// A decimal has 96 bits.
const LONGEST: u32 = 29;

#[cfg(test)]
mod tests {
    use super::*;

    const IT: Numbers = Numbers { decimal: Some(',') };
    const EN: Numbers = Numbers { decimal: Some('.') };
    const UND: Numbers = Numbers { decimal: None };

    #[test]
    fn separators_are_read_by_what_they_part() {
        for (written, of, numbers, expected) in [
            ("6 200 901,17", Of::Money, EN, "6200901.17"),
            ("1.234.567,89", Of::Money, EN, "1234567.89"),
            ("333.788.01", Of::Money, IT, "333788.01"),
            ("150 000.00", Of::Money, UND, "150000.00"),
            ("1'250", Of::Money, UND, "1250"),
            ("64029231,00", Of::Money, EN, "64029231.00"),
            ("1.234", Of::Money, IT, "1234"),
            ("1.234", Of::Money, EN, "1234"),
            ("1.234", Of::Money, UND, "1234"),
            ("0,850", Of::Money, EN, "0.850"),
            ("46,606", Of::Percent, EN, "46.606"),
            ("16,700", Of::People, IT, "16700"),
            ("16.700", Of::People, EN, "16700"),
        ] {
            let read = figures(written, of, false, numbers).map(|d| d.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{written}");
        }
        assert_eq!(figures("1.234", Of::Money, true, EN).map(|d| d.to_string()).as_deref(), Some("1.234"));
        assert_eq!(figures("2,125", Of::People, true, IT).map(|d| d.to_string()).as_deref(), Some("2.125"));
    }
}
