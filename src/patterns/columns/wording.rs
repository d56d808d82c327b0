//! Headings as words: what differs between two ways to write the same heading is taken away.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a heading says of the numbers below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub currency: Option<&'static str>,
    pub scale: u32,
    pub percent: bool,
}

/// Names of currencies, as they stand in headings, folded; one of several countries says none.
const CURRENCIES: [(&str, Option<&str>); 44] = [
    ("eur", Some("EUR")),
    ("euro", Some("EUR")),
    ("euros", Some("EUR")),
    ("€", Some("EUR")),
    ("евро", Some("EUR")),
    ("ευρω", Some("EUR")),
    ("eurot", Some("EUR")),
    ("euroa", Some("EUR")),
    ("euru", Some("EUR")),
    ("eurai", Some("EUR")),
    ("eurais", Some("EUR")),
    ("eiro", Some("EUR")),
    ("eurih", Some("EUR")),
    ("eurima", Some("EUR")),
    ("evrih", Some("EUR")),
    ("evro", Some("EUR")),
    ("eura", Some("EUR")),
    ("eurech", Some("EUR")),
    ("pln", Some("PLN")),
    ("zl", Some("PLN")),
    ("zlotych", Some("PLN")),
    ("czk", Some("CZK")),
    ("kc", Some("CZK")),
    ("huf", Some("HUF")),
    ("ft", Some("HUF")),
    ("forint", Some("HUF")),
    ("ron", Some("RON")),
    ("lei", Some("RON")),
    ("bgn", Some("BGN")),
    ("лв", Some("BGN")),
    ("лева", Some("BGN")),
    ("sek", Some("SEK")),
    ("dkk", Some("DKK")),
    ("kr", None),
    ("kronor", Some("SEK")),
    ("hrk", Some("HRK")),
    ("kn", Some("HRK")),
    ("gbp", Some("GBP")),
    ("£", Some("GBP")),
    ("chf", Some("CHF")),
    ("nok", Some("NOK")),
    ("usd", Some("USD")),
    ("skk", Some("SKK")),
    ("leva", Some("BGN")),
];

/// Words and signs for thousands and millions.
const SCALES: [(&str, u32); 28] = [
    ("tis", 1000),
    ("tys", 1000),
    ("thousand", 1000),
    ("thousands", 1000),
    ("tausend", 1000),
    ("tsd", 1000),
    ("teur", 1000),
    ("t€", 1000),
    ("k€", 1000),
    ("keur", 1000),
    ("milliers", 1000),
    ("miles", 1000),
    ("migliaia", 1000),
    ("ezer", 1000),
    ("tukst", 1000),
    ("хил", 1000),
    ("χιλ", 1000),
    ("duizend", 1000),
    ("tusen", 1000),
    ("tkr", 1000),
    ("tuh", 1000),
    ("mil", 1_000_000),
    ("mio", 1_000_000),
    ("mln", 1_000_000),
    ("million", 1_000_000),
    ("millions", 1_000_000),
    ("m€", 1_000_000),
    ("meur", 1_000_000),
];

/// Words that lead to a unit: "in EUR", "en euros", "v Kč", "w zł".
const LEADS: [&str; 10] = ["in", "en", "em", "v", "ve", "w", "i", "u", "σε", "в"];

/// The words of a heading in lower case, without accents, punctuation, footnote marks and numbering.
pub(super) fn tokens(heading: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in folded(heading) {
        if c.is_alphanumeric() || matches!(c, '€' | '£' | '%') {
            // A sign stands for itself.
            if c == '%' {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                words.push(c.to_string());
            } else {
                word.push(c);
            }
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    // "1. Beneficiary name", "(a) Beneficiary name", and the indices of a JSON list.
    let number = |word: &String| word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 2;
    let numbered = words.len() > 1 && words.first().is_some_and(number);
    let lettered = words.len() > 1 && is_lettered(heading);
    let start = usize::from(numbered || lettered);
    words.drain(..start);
    let first = words.first().cloned();
    words.retain(|word| !number(word) || heading.contains("NUTS") || heading.contains("nuts"));
    if words.is_empty() { first.into_iter().collect() } else { words }
}

/// Whether a heading begins with "a)" or "(a)".
fn is_lettered(heading: &str) -> bool {
    let mut chars = heading.trim_start().trim_start_matches('(').chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(')')
}

/// Lower case without accents; letters that have no accent to lose are written as they are without their stroke.
fn folded(text: &str) -> impl Iterator<Item = char> {
    let text = text.chars().filter(|c| !is_footnote(*c)).nfkd();
    text.filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(|c| match c {
        'ł' => 'l',
        'ø' | 'œ' => 'o',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ß' => 's',
        'æ' => 'a',
        'ı' => 'i',
        'ς' => 'σ',
        c => c,
    })
}

fn is_footnote(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '⁰'..='⁹' | '*' | '†' | '‡' | '\u{ad}' | '\u{200b}' | '\u{feff}')
}

/// Takes the unit from the end of a heading.
pub(super) fn unit(mut words: Vec<String>) -> (Vec<String>, Unit) {
    let mut unit = Unit { currency: None, scale: 1, percent: false };
    let mut seen = false;
    // What stands in brackets may be a unit alone; a heading that is one alone names no column.
    while let Some(last) = words.last() {
        if let Some((_, currency)) = CURRENCIES.iter().find(|(name, _)| name == last) {
            unit.currency = unit.currency.or(*currency);
        } else if let Some((name, scale)) = SCALES.iter().find(|(name, _)| name == last) {
            unit.scale = *scale;
            let euro = name.ends_with('€') || (name.ends_with("eur") && name.len() > 3);
            unit.currency = unit.currency.or(euro.then_some("EUR"));
        } else if last == "%" {
            unit.percent = true;
        } else if !seen || !LEADS.contains(&last.as_str()) {
            break;
        }
        seen = true;
        words.pop();
    }
    (words, unit)
}

/// Whether parts stand so close that they are one heading with a choice ("start/end") rather than two in two languages.
pub(super) fn is_close(heading: &str) -> bool {
    let stroke = heading.split('/').zip(heading.split('/').skip(1));
    let mut close = stroke.filter(|(left, right)| !left.ends_with([' ', '\n']) && !right.starts_with([' ', '\n']));
    close.next().is_some() || heading.contains(" - ") || heading.contains(" – ")
}

/// The parts of a double heading: its lines, what stands beside a stroke, what stands in and before brackets.
pub(super) fn halves(heading: &str) -> Vec<String> {
    let mut halves: Vec<String> = Vec::new();
    for part in
        heading.split(['\n', '\r', '/', '|']).flat_map(|part| part.split(" - ")).flat_map(|part| part.split(" – "))
    {
        match part.split_once(['(', '[']) {
            Some((before, inside)) => {
                // What is in brackets narrows what is before them, unless it says it again.
                let inside = inside.trim_end().trim_end_matches([')', ']', '*', '.']);
                halves.push(inside.to_owned());
                if is_harmless(inside) {
                    halves.push(before.to_owned());
                }
            }
            None => halves.push(part.to_owned()),
        }
    }
    halves.retain(|half| half.chars().any(char::is_alphanumeric));
    if matches!(halves.as_slice(), [only] if only == heading) { Vec::new() } else { halves }
}

/// Units, formats of dates and numbers of footnotes.
pub(super) fn is_harmless(inside: &str) -> bool {
    const FORMATS: [&str; 20] = [
        "dd", "mm", "yyyy", "yy", "tt", "jj", "jjjj", "rr", "rrrr", "gg", "gggg", "aaaa", "aa", "pp", "kk", "vvvv",
        "hh", "м", "дд", "гггг",
    ];
    tokens(inside).iter().all(|word| {
        let word = word.as_str();
        word == "%"
            || FORMATS.contains(&word)
            || LEADS.contains(&word)
            || word.bytes().all(|b| b.is_ascii_digit())
            || CURRENCIES.iter().any(|(name, _)| *name == word)
            || SCALES.iter().any(|(name, _)| *name == word)
    })
}

/// Writes out the choices of a wording: `a[ b] (c|d)` is `a c`, `a d`, `a b c`, `a b d`.
pub(super) fn expand(wording: &str) -> Vec<String> {
    let Some(open) = wording.find(['(', '[']) else { return vec![wording.to_owned()] };
    let (before, rest) = wording.split_at_checked(open).unwrap_or((wording, ""));
    let optional = rest.starts_with('[');
    let Some((inside, after)) = closed(rest) else { return vec![wording.to_owned()] };
    let mut choices: Vec<String> = alternatives(inside).into_iter().flat_map(expand).collect();
    if optional {
        choices.push(String::new());
    }
    let tails = expand(after);
    choices.iter().flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}"))).collect()
}

/// What stands between a bracket at the start and the one that closes it, and what behind.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(1..at)?, text.get(at + 1..)?));
        }
    }
    None
}

/// The parts between strokes that are in no brackets.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '|' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_written_out() {
        assert_eq!(expand("a[ b] (c|d)"), ["a b c", "a b d", "a c", "a d"]);
        assert_eq!(expand("x[ (a|b[ c])]"), ["x a", "x b c", "x b", "x"]);
    }

    #[test]
    fn headings_are_reduced_to_words() {
        let cases = [
            ("Operation_Start_Date", "operation start date"),
            ("1. Nom du bénéficiaire *", "nom du beneficiaire"),
            ("(a) Name\r\nof the operation¹", "name of the operation"),
            ("Łączne wydatki", "laczne wydatki"),
            ("program.0.programLabel", "program programlabel"),
            ("NUTS 2 region", "nuts 2 region"),
            ("ΠΡΟΫΠΟΛΟΓΙΣΜΌΣ", "προυπολογισμοσ"),
        ];
        for (heading, expected) in cases {
            assert_eq!(tokens(heading).join(" "), expected, "{heading}");
        }
    }
}
