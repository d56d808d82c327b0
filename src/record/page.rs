//! The page as a whole: what kind it is, its place, and the item it names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::IdSource;
use super::labels::{Zone, prints_at};
use crate::normalize::DateValue;
use crate::patterns::{Class, Language, Print};
use crate::scan::Marks;

/// What Kohesio's prints say of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kohesio {
    /// Not a page of Kohesio's.
    No,
    Project,
    /// A page of a beneficiary or a list.
    Other,
}

/// Tells Kohesio's project pages by the prints of one language, whatever the language of the text. The labels alone
/// ("Start date", "Total budget") stand on other pages too, so something of Kohesio's frame must be there.
pub fn kohesio(text: &str, zones: &[Zone<'_>]) -> Kohesio {
    if zones.iter().all(|zone| zone.label.prints.is_empty()) {
        return Kohesio::No;
    }
    let mut by_language: BTreeMap<&str, BTreeSet<Print>> = BTreeMap::new();
    for zone in zones {
        for (&print, languages) in &zone.label.prints {
            for language in languages {
                by_language.entry(language).or_default().insert(print);
            }
        }
    }
    let framed = text.contains(TOPIC) || text.contains(FLAG);
    let prints = |set: &BTreeSet<Print>| {
        let heads = usize::from(set.contains(&Print::SiteHeader))
            + usize::from(set.contains(&Print::ProjectInfo))
            + usize::from(framed);
        let labels = set.iter().filter(|print| print.field().is_some() && **print != Print::NumberOfProjects).count();
        (heads, labels, set.contains(&Print::NumberOfProjects))
    };
    let best = by_language.values().map(prints).max_by_key(|(heads, labels, _)| heads + labels);
    match best {
        Some((heads, labels, true)) if heads >= 1 && labels >= 1 => Kohesio::Other,
        Some((heads, labels, false)) if heads >= 1 && labels >= 2 => Kohesio::Project,
        _ => Kohesio::No,
    }
}

/// The two lines Kohesio prints in English in every language.
pub(super) const TOPIC: &str = "European Commission Topic";
pub(super) const FLAG: &str = "Flag of ";

/// Where a Kohesio project is, by the line of its flag.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Place<'t> {
    /// ISO 3166-1 alpha-2; none where the line names several countries.
    pub country: Option<String>,
    /// The text before the country.
    pub region: Option<&'t str>,
}

/// Reads the flag line: "Flag of Polonia  Trójmiejski, Polonia".
pub fn place<'t>(text: &'t str, language: &Language, passages: &[Marks<'_, '_>]) -> Option<Place<'t>> {
    // `contains` is quick where there is nothing, `find` is not.
    let mut lines = text.lines().rev().filter(|line| line.contains(FLAG));
    let line = lines.find_map(|line| line.get(line.find(FLAG)? + FLAG.len()..))?;
    let (name, where_) = line.split_once("  ").unwrap_or((line, ""));
    let (name, where_) = (name.trim(), where_.trim());
    let Some(country) = language.words.value(Class::Country, name) else { return Some(Place::default()) };
    let at = span_of(text, where_);
    let several = prints_at(passages, at.clone(), Print::MultipleLocations).any(|span| span.start == at.start);
    let region = where_.strip_suffix(name).map(|r| r.trim_end().trim_end_matches(',').trim());
    let region = region.or(Some(where_)).filter(|r| !r.is_empty() && !several);
    Some(Place { country: Some(country.to_owned()), region })
}

/// What names a project besides its page's text.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n> {
    /// The page's path.
    pub path: &'n str,
    /// The id the input gives it.
    pub id: Option<&'n str>,
    /// Its addresses, by whoever sent it and as it says itself.
    pub addresses: [Option<&'n str>; 3],
}

/// The item that the input's id, an address, the path or the page itself names; else the input's id; else the path.
pub fn identity(names: &Names<'_>, text: &str) -> (String, IdSource) {
    let in_id = || names.id.into_iter().flat_map(|id| id.split(BETWEEN));
    let in_addresses = || names.addresses.iter().flatten().flat_map(|a| addresses(a)).flat_map(|a| a.split(BETWEEN));
    let in_path = || names.path.split(['/', '_', '.', '-', '=', '?', '#', '&', '!']);
    let in_text = || addresses(text).flat_map(|word| word.split(BETWEEN));
    let item = only_item(in_id())
        .or_else(|| only_item(in_addresses()))
        .or_else(|| only_item(in_path()))
        .or_else(|| only_item(in_text()));
    match (item, names.id) {
        (Some(item), _) => (item.to_owned(), IdSource::Kohesio),
        (None, Some(id)) => (id.to_owned(), IdSource::Input),
        (None, None) => (names.path.to_owned(), IdSource::Path),
    }
}

/// What stands between the parts of an address in a text.
const BETWEEN: [char; 12] = ['/', ':', '?', '#', '&', ')', ']', '"', '>', ',', ';', '='];

/// The words of a text that are addresses at Kohesio's and may hold an item: few words have a Q.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    const HOSTS: [&str; 2] = ["kohesio.", "linkedopendata.eu/"];
    let mut done = 0;
    let words = std::iter::from_fn(move || {
        let at = done + text.get(done..)?.find('Q')?;
        let start = text.get(done..at)?.rfind(char::is_whitespace).map_or(done, |space| done + space);
        let rest = text.get(at..)?;
        done = at + rest.find(char::is_whitespace).unwrap_or(rest.len());
        text.get(start..done).map(str::trim_start)
    });
    words.filter(|word| HOSTS.iter().any(|host| word.contains(host)))
}

/// The item among some words; a page or path that names several says nothing of itself.
fn only_item<'w>(words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let mut items = words.map(|word| word.trim_end_matches('.')).filter(|word| is_item(word));
    let first = items.next()?;
    items.all(|item| item == first).then_some(first)
}

/// Items have five to seven digits so far; "Q2024" is a quarter or a name.
fn is_item(word: &str) -> bool {
    word.strip_prefix('Q').is_some_and(|digits| {
        (5..=9).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// When a page says in its markup that it was published, as records have it: `2019-09-13T10:03`, midnight left out.
pub fn published(stated: &str) -> Option<String> {
    let stated = stated.trim();
    // Seconds and zone are more than a reader sees.
    let minute = stated.get(..16).and_then(|minute| minute.replacen(' ', "T", 1).parse::<DateValue>().ok());
    let day = || stated.get(..10).unwrap_or(stated).parse::<DateValue>().ok();
    let value = minute.or_else(day)?;
    Some(DateValue { time: value.time.filter(|&time| time != (0, 0)), ..value }.to_string())
}

/// Where a part of a text stands in it.
pub fn span_of(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_from_path_address_or_page() {
        for (name, text, id) in [
            ("crawl/Q87487.txt", "", "Q87487"),
            ("kohesio.ec.europa.eu_it_progetti_Q4656810.txt", "", "Q4656810"),
            ("a.txt", "Vedi https://kohesio.ec.europa.eu/it/progetti/Q4656810 per altro", "Q4656810"),
            ("a.txt", "https://linkedopendata.eu/entity/Q87487", "Q87487"),
        ] {
            assert_eq!(
                identity(&Names { path: name, id: None, addresses: [None; 3] }, text),
                (id.to_owned(), IdSource::Kohesio),
                "{name} {text}"
            );
        }
        let several = "https://linkedopendata.eu/entity/Q87487 https://linkedopendata.eu/entity/Q87488";
        for (name, text) in
            [("FAQ2024.txt", ""), ("a/b.txt", several), ("Q2024.txt", "Q12345 alone"), ("Q87487_Q87488.txt", "")]
        {
            assert_eq!(
                identity(&Names { path: name, id: None, addresses: [None; 3] }, text),
                (name.to_owned(), IdSource::Path),
                "{name}"
            );
        }
    }
}
