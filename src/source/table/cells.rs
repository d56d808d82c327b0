//! What a cell looks like from outside: words, a number, a date, a year. Enough to tell headings from data.

/// The look of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing, or a mark for nothing.
    Empty,
    Words,
    Number,
    Date,
    Year,
    /// A web address, or more text than a heading has.
    Data,
}

/// The longest heading seen in authorities' lists is an explanation of three lines.
const LONGEST: usize = 500;

/// The look of `cell`.
pub(super) fn look(cell: &str) -> Look {
    let cell = cell.trim();
    if matches!(cell, "" | "-" | "–" | "—" | "--" | "." | "n/a" | "N/A" | "n.a." | "n.d." | "NULL" | "null" | "None")
    {
        return Look::Empty;
    }
    if cell.len() > LONGEST || super::hints::is_address(cell) {
        return Look::Data;
    }
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        return Look::Words;
    }
    if digits == 4 && cell.len() == 4 && (cell.starts_with("19") || cell.starts_with("20")) {
        return Look::Year;
    }
    if is_date(cell) {
        return Look::Date;
    }
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    // "1 250,00 zł", "EUR 3.5" and "40 %" are numbers; "Objective 1" and "CO2" are not.
    if letters <= 3 && (digits >= 2 || digits >= letters) {
        return Look::Number;
    }
    Look::Words
}

/// Three groups of digits with the same mark between them, one of them a year; a time may follow.
fn is_date(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or_default().trim_end_matches('.');
    ['.', '/', '-'].into_iter().any(|mark| {
        let mut parts = day.split(mark);
        let mut length = || {
            let part = parts.next()?;
            part.bytes().all(|b| b.is_ascii_digit()).then_some(part.len())
        };
        let lengths = (length(), length(), length());
        let date = matches!(lengths, (Some(1 | 2), Some(1 | 2), Some(4 | 2)) | (Some(4), Some(1 | 2), Some(1 | 2)));
        date && parts.next().is_none()
    })
}

/// A float in plain decimal digits, as short as it can be and still be the same number; none for infinity.
pub(super) fn plain(number: f64) -> Option<String> {
    // The zero's sign means nothing in a list.
    number.is_finite().then(|| if number == 0.0 { "0".to_owned() } else { number.to_string() })
}

/// A number as JSON writes it in plain decimal digits: `1.5e3` is `1500`. One that would be very long stays as it is.
pub(super) fn without_exponent(number: &str) -> String {
    shifted(number).unwrap_or_else(|| number.to_owned())
}

fn shifted(number: &str) -> Option<String> {
    let (digits, exponent) = number.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() <= 60)?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{part}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let length = i32::try_from(all.len()).ok()?;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let text = if point <= 0 {
        format!("0.{}{all}", zeros(-point))
    } else if point >= length {
        format!("{all}{}", zeros(point - length))
    } else {
        let (whole, part) = all.split_at_checked(usize::try_from(point).ok()?)?;
        format!("{whole}.{part}")
    };
    let text = text.trim_start_matches('0');
    let text = if text.is_empty() {
        "0".to_owned()
    } else if text.starts_with('.') {
        format!("0{text}")
    } else {
        text.to_owned()
    };
    Some(format!("{sign}{text}"))
}

/// A count of days from 1970-01-01 as an ISO 8601 date (Howard Hinnant's civil-from-days).
pub(super) fn date_of_days(days: i64) -> Option<String> {
    // Beyond these years a column holds something else than days.
    if !(-720_000..2_940_000).contains(&days) {
        return None;
    }
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Milliseconds from 1970-01-01 as ISO 8601; a date alone at midnight.
pub(super) fn time_of_millis(millis: i64) -> Option<String> {
    let date = date_of_days(millis.div_euclid(86_400_000))?;
    let seconds = millis.rem_euclid(86_400_000) / 1000;
    Some(if seconds == 0 { date } else { format!("{date}T{}", clock(seconds)) })
}

/// Seconds as hours, minutes and seconds.
pub(super) fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks() {
        let cases = [
            ("", Look::Empty),
            ("n/a", Look::Empty),
            ("Start date", Look::Words),
            ("Objective 1", Look::Words),
            ("1 250,00 zł", Look::Number),
            ("EUR 3.5", Look::Number),
            ("40 %", Look::Number),
            ("-12.5", Look::Number),
            ("01/02/2020", Look::Date),
            ("1.2.2020", Look::Date),
            ("2020-01-31T10:00", Look::Date),
            ("2014", Look::Year),
            ("https://example.eu/1", Look::Data),
        ];
        for (cell, expected) in cases {
            assert_eq!(look(cell), expected, "{cell}");
        }
    }

    #[test]
    fn numbers_are_plain() {
        for (number, expected) in
            [("1.5e3", "1500"), ("1E-2", "0.01"), ("-2.50e1", "-25.0"), ("12", "12"), ("1e999", "1e999"), ("0e5", "0")]
        {
            assert_eq!(without_exponent(number), expected);
        }
        assert_eq!(plain(337_478.4).as_deref(), Some("337478.4"));
        assert_eq!(plain(1e21).as_deref(), Some("1000000000000000000000"));
        assert_eq!(plain(f64::NAN), None);
    }

    #[test]
    fn days_are_dates() {
        for (days, expected) in [(0, "1970-01-01"), (19_723, "2024-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29")]
        {
            assert_eq!(date_of_days(days).as_deref(), Some(expected));
        }
        assert_eq!(time_of_millis(1_704_103_200_000).as_deref(), Some("2024-01-01T10:00:00"));
        assert_eq!(date_of_days(i64::MAX), None);
    }
}
