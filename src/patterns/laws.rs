//! Laws every set of pattern files keeps; a file that breaks one is refused before any page is read.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use toml::Spanned;

use super::schema::{Class, Group, Kind, Mod};
use super::{Loaded, PatternError, Patterns, Slot};

/// Checks ids, words and roles of every file, and that its patterns can be read.
pub fn check(patterns: &Patterns) -> Result<(), PatternError> {
    for (code, loaded) in patterns.files()? {
        ids(loaded)?;
        endings(loaded)?;
        words(loaded)?;
        cues(loaded)?;
        let mut lexicon = super::Lexicon::default();
        for (_, layer) in patterns.layers(code)? {
            layer.add_words(&mut lexicon)?;
        }
        loaded.rules(code)?;
        loaded.check_forms(&lexicon)?;
    }
    Ok(())
}

/// Ids are unique and say what a rule reads.
fn ids(loaded: &Loaded) -> Result<(), PatternError> {
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    let rules = loaded.file.rule.iter().map(|rule| (&rule.id, true));
    let skips = loaded.file.skip.iter().map(|skip| (&skip.id, false));
    for (id, is_rule) in rules.chain(skips) {
        let kind = id.get_ref().split_once('/').map(|(kind, _)| kind);
        let known = if is_rule { kind.is_some_and(|k| Kind::from_name(k).is_some()) } else { kind == Some("skip") };
        if !known {
            let expected = if is_rule { "an id like date/day-month_name-year" } else { "an id like skip/law-number" };
            return Err(loaded.error(id, format!("expected {expected}, found {}", id.get_ref())));
        }
        if seen.insert(id.get_ref(), id).is_some() {
            return Err(loaded.error(id, format!("expected an id of its own, found {} a second time", id.get_ref())));
        }
    }
    Ok(())
}

/// A list of endings has a plain name that is no slot's, and endings.
fn endings(loaded: &Loaded) -> Result<(), PatternError> {
    for (name, forms) in &loaded.file.endings {
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let message = if Slot::from_name(name).is_some() || !plain {
            format!("expected a plain name for endings that is no slot, found {name}")
        } else if forms.is_empty() {
            format!("expected endings in {name}, found none")
        } else {
            continue;
        };
        return Err(loaded.error_in(forms, message));
    }
    Ok(())
}

/// Keys of words are values of their class, and months are twelve.
fn words(loaded: &Loaded) -> Result<(), PatternError> {
    for (&class, values) in &loaded.file.words {
        for (value, forms) in values {
            let expected = match class {
                Class::MonthName => between(value, 1, 12, "a month from 1 to 12"),
                Class::Weekday => between(value, 1, 7, "a weekday from 1 (Monday) to 7"),
                Class::DayName => between(value, 1, 31, "a day from 1 to 31"),
                Class::NumberWord | Class::Scale | Class::LetterScale | Class::Percent => {
                    Decimal::from_str(value).is_err().then_some("a number")
                }
                Class::Currency => {
                    let iso = value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase());
                    (!iso).then_some("a currency of ISO 4217")
                }
                Class::Country => {
                    let iso = value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase());
                    (!iso).then_some("a country of ISO 3166-1 alpha-2")
                }
                Class::People | Class::Modifier => Group::from_name(value).is_none().then_some("a group of people"),
                Class::ModBefore | Class::ModAfter => Mod::from_name(value).is_none().then_some("a TIMEX3 mod"),
                Class::Fund => None,
                _ => (value != "any").then_some("the key any"),
            };
            if let Some(expected) = expected {
                let message = format!("expected {expected} in [words.{class}], found {value}");
                return Err(loaded.error_in(forms, message));
            }
        }
        if class == Class::MonthName && values.len() != 12 {
            let message = format!("expected 12 months in [words.month_name], found {}", values.len());
            return Err(loaded.error_in(&Vec::new(), message));
        }
    }
    Ok(())
}

fn between(value: &str, low: u8, high: u8, expected: &'static str) -> Option<&'static str> {
    let fits = value.parse::<u8>().is_ok_and(|n| (low..=high).contains(&n));
    (!fits).then_some(expected)
}

/// A cue's role is one its kind can have.
fn cues(loaded: &Loaded) -> Result<(), PatternError> {
    for cue in &loaded.file.cue {
        if !cue.kind.roles().contains(&cue.role) {
            let roles: Vec<&str> = cue.kind.roles().iter().map(|role| role.name()).collect();
            let message = format!("expected a role of {}, found {}", cue.kind, cue.role);
            let all = [&cue.before, &cue.near, &cue.after, &cue.behind];
            let error = match all.into_iter().find(|forms| !forms.is_empty()) {
                Some(forms) => loaded.error_in(forms, message),
                None => loaded.error_in(&cue.before, message),
            };
            return Err(error.help(format!("roles of {} are {}", cue.kind, roles.join(", "))));
        }
    }
    Ok(())
}
