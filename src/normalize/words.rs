//! Number words: "duecentoquarantatré", "two hundred and forty-three" into 243. The words come from the patterns.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::patterns::{Class, Lexicon, NumberWords};
use crate::text::fold;

/// The value of a spelled-out number from 0 to 999 999, or of a single word such as "half".
pub fn number(written: &str, lexicon: &Lexicon) -> Option<Decimal> {
    if let Some(value) = lexicon.value(Class::NumberWord, written) {
        return Decimal::from_str(value).ok();
    }
    split(&fold(written), lexicon.number_words(), &mut Vec::new()).map(Decimal::from)
}

/// Takes the words apart from the left, longest first, and goes back where the rest does not fit.
fn split(rest: &str, words: &NumberWords, taken: &mut Vec<u64>) -> Option<u64> {
    if rest.is_empty() {
        return value(taken);
    }
    // More words than this are no number below a million.
    if taken.len() > 12 {
        return None;
    }
    let mut fitting: Vec<&(String, u64)> =
        words.values.iter().filter(|(word, _)| rest.starts_with(word.as_str())).collect();
    fitting.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    for (word, value) in fitting {
        let Some(tail) = rest.get(word.len()..) else { continue };
        taken.push(*value);
        // "two thousand, three hundred": only thousands end with a comma; others stand in a list.
        let tail = if *value == 1000 { tail.strip_prefix(',').unwrap_or(tail) } else { tail };
        for tail in joints(tail, &words.joiners) {
            if let Some(number) = split(tail, words, taken) {
                return Some(number);
            }
        }
        taken.pop();
    }
    None
}

/// What can follow a word: the next one glued on, behind spaces or a hyphen, or behind a joining word.
fn joints<'t>(tail: &'t str, joiners: &[String]) -> Vec<&'t str> {
    let trimmed = tail.trim_start_matches([' ', '\t', '-']);
    let mut all = vec![tail, trimmed];
    all.extend(
        joiners.iter().filter_map(|j| trimmed.strip_prefix(j.as_str())).map(|t| t.trim_start_matches([' ', '\t', '-'])),
    );
    all.dedup();
    all
}

/// Adds up words as languages say numbers: units and tens in either order, times a hundred, times a thousand.
fn value(words: &[u64]) -> Option<u64> {
    let (mut thousands, mut below) = (None, 0);
    for &word in words {
        below = match word {
            0 => return if words.len() == 1 { Some(0) } else { None },
            1000 if thousands.is_none() => {
                thousands = Some(below.max(1));
                0
            }
            100 if below == 0 => 100,
            100 if below < 100 => below * 100,
            101..=999 if below == 0 => word,
            1..=99 => {
                let (tens, units) = (below % 100, word);
                let tens_then_unit = tens >= 20 && tens % 10 == 0 && units < 10;
                let unit_then_tens = (1..10).contains(&tens) && units >= 20 && units % 10 == 0;
                // "quatre-vingt-dix": twenties are counted on to nineteen.
                let twenties = tens >= 60 && tens % 20 == 0 && (10..20).contains(&units);
                if tens == 0 || tens_then_unit || unit_then_tens || twenties {
                    below + word
                } else {
                    return None;
                }
            }
            _ => return None,
        };
    }
    Some(thousands.unwrap_or(0) * 1000 + below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::Node;

    fn text(form: &str) -> Vec<Node> {
        vec![Node::Text(form.to_owned())]
    }

    fn lexicon(words: &[(&str, &str)], joiner: &str) -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (value, form) in words {
            lexicon.add(Class::NumberWord, value, &text(form)).expect("one value a form");
        }
        lexicon.add(Class::NumberJoiner, "any", &text(joiner)).expect("one value a form");
        lexicon
    }

    #[test]
    fn words_add_up_in_the_order_languages_say_them() {
        let english = lexicon(
            &[
                ("2", "two"),
                ("3", "three"),
                ("12", "twelve"),
                ("40", "forty"),
                ("100", "hundred"),
                ("1000", "thousand"),
            ],
            "and",
        );
        let german =
            lexicon(&[("1", "ein"), ("3", "drei"), ("40", "vierzig"), ("100", "hundert"), ("1000", "tausend")], "und");
        let read = |written, lexicon| number(written, lexicon).map(|d| d.to_string());
        assert_eq!(read("two hundred and forty-three", &english).as_deref(), Some("243"));
        assert_eq!(read("twelve hundred", &english).as_deref(), Some("1200"));
        assert_eq!(read("forty two thousand three hundred", &english).as_deref(), Some("42300"));
        assert_eq!(read("dreihunderteinundvierzig", &german).as_deref(), Some("341"));
        assert_eq!(read("two three", &english), None);
        assert_eq!(read("thousand two thousand", &english), None);
    }
}
