//! Edges: where a match may begin and end. They are code, as they know glued sentences, groups of digits and codes.

/// Whether a match may begin at `at`: not inside a word, a longer number or a code.
pub fn left_edge(text: &str, at: usize) -> bool {
    let Some((before, first)) = text.get(..at).zip(text.get(at..).and_then(|t| t.chars().next())) else { return false };
    let mut back = before.chars().rev();
    let Some(last) = back.next() else { return true };
    if first.is_alphabetic() {
        return !last.is_alphanumeric() && !matches!(last, '_' | '@' | '#');
    }
    if !first.is_ascii_digit() {
        return true;
    }
    let second = back.next();
    let digit_before = second.is_some_and(|c| c.is_ascii_digit());
    match last {
        c if c.is_alphanumeric() => false,
        '_' | '#' | '@' | '°' | '^' | '\\' => false,
        // "1.234" and "10:30" go on; "fine.120" and "alle:10" do not.
        '.' | ',' | ':' => !digit_before,
        // "nr. 4187/12.04.2019": an act's number and its date.
        '/' if digit_before && is_full_date(text.get(at..).unwrap_or_default()) => true,
        // "2014/24", "S-120", "COVID-19", "n/a-5".
        '-' | '/' | '+' => !second.is_some_and(char::is_alphanumeric),
        ' ' if digit_before => !continues_number(before, text.get(at..).unwrap_or_default()),
        _ => true,
    }
}

/// Whether a text begins with a date of day, month and year in figures with full stops.
fn is_full_date(text: &str) -> bool {
    const LONGEST: usize = "31.12.2028".len();
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut parts = text.splitn(3, '.');
    let short =
        |part: Option<&str>| part.is_some_and(|p| (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
    let year = |rest: &str| rest.bytes().take_while(u8::is_ascii_digit).count() == 4;
    short(parts.next()) && short(parts.next()) && parts.next().is_some_and(year)
}

/// Whether three digits behind a space are the next group of a number: "6 200 901" does not begin at "200".
fn continues_number(before: &str, rest: &str) -> bool {
    let group = rest.bytes().take_while(u8::is_ascii_digit).count();
    let lead = before.trim_end_matches(' ').bytes().rev().take_while(u8::is_ascii_digit).count();
    group == 3 && (1..=3).contains(&lead) && before.ends_with(' ') && !before.ends_with("  ")
}

/// Whether a match may end at `end`: not inside a word, a longer number or a code.
pub fn right_edge(text: &str, start: usize, end: usize) -> bool {
    let last = text.get(start..end).and_then(|t| t.chars().next_back());
    let mut rest = text.get(end..).unwrap_or_default().chars();
    let (Some(last), Some(next)) = (last, rest.next()) else { return true };
    let second = rest.next();
    // "31 dicembre 2028Il progetto": the importer deleted a line break, and a new sentence begins.
    let sentence = next.is_uppercase() && second.is_some_and(|c| c.is_lowercase() || c == '\'' || c == ' ');
    if last.is_alphabetic() {
        return !next.is_alphanumeric() || (last.is_lowercase() && sentence);
    }
    if !last.is_ascii_digit() {
        return true;
    }
    match next {
        c if c.is_alphabetic() => sentence,
        c if c.is_numeric() => false,
        '%' | '°' | 'º' | '_' | '@' => false,
        '.' | ',' | ':' => !second.is_some_and(|c| c.is_ascii_digit()),
        '-' | '/' => !second.is_some_and(char::is_alphanumeric),
        ' ' => !number_goes_on(text.get(start..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        _ => true,
    }
}

/// Whether the number a match ends with is followed by one more group of three: "EUR 1 250 000" is no "EUR 1".
fn number_goes_on(matched: &str, rest: &str) -> bool {
    let tail = matched.bytes().rev().take_while(u8::is_ascii_digit).count();
    let group = rest.bytes().take_while(u8::is_ascii_digit).count();
    let plain = !rest.get(group..).is_some_and(|r| r.starts_with(['.', '/', '-']));
    (1..=3).contains(&tail) && group == 3 && plain
}
