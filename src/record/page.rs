//! The page as a whole: what kind it is, its title, its place, and the item it names.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::IdSource;
use super::labels::{Zone, kind, prints_at};
use super::roles::Found;
use crate::normalize::DateValue;
use crate::patterns::{Class, Kind, Language, Print, Word};
use crate::scan::Marks;
use crate::text::fold;

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
const TOPIC: &str = "European Commission Topic";
const FLAG: &str = "Flag of ";

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

/// A line longer than this is prose.
const PROSE: usize = 220;
/// A title stands this close to the top.
const HEAD_LINES: usize = 40;

/// The page's title: on a Kohesio page the line behind its facts, elsewhere the first line of the head that is one.
pub fn title<'t>(
    text: &'t str,
    zones: &[Zone<'_>],
    found: &[Found<'_>],
    language: &Language,
    kohesio: Kohesio,
) -> Option<&'t str> {
    let found = match kohesio {
        Kohesio::Project => kohesio_title(text, zones),
        _ => head_title(text, zones, found, language),
    };
    let found = found?.trim().trim_end_matches('★').trim();
    let found = found.strip_suffix("| Kohesio").unwrap_or(found).trim();
    (!found.is_empty()).then_some(found)
}

/// The page's part of the title its markup gives: what stands before the site's own name, or behind a short one.
pub fn site_title(title: &str) -> Option<String> {
    let parts = [" | ", " – ", " — ", " - ", " » ", " :: ", " · "].iter().find(|mark| title.contains(**mark));
    let words = |part: &&str| part.split_whitespace().count() >= 2;
    let part = match parts {
        Some(mark) => title.split(*mark).find(words).or_else(|| title.split(*mark).next())?,
        None => title,
    };
    let part = part.trim().trim_end_matches('★').trim();
    is_title(part).then(|| part.to_owned())
}

/// The project's name in the title of Kohesio's own pages, "name | Kohesio".
pub fn kohesio_page_title(title: Option<&str>) -> Option<String> {
    let name = title?.trim().strip_suffix("| Kohesio")?.trim().trim_end_matches('★').trim();
    (!name.is_empty()).then(|| name.to_owned())
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

/// The first line behind Kohesio's block of facts. Labels further down belong to the description.
fn kohesio_title<'t>(text: &'t str, zones: &[Zone<'_>]) -> Option<&'t str> {
    let facts = zones.iter().filter(|zone| zone.label.field.is_some() && !zone.label.prints.is_empty());
    let mut values: Vec<(usize, usize)> = facts.map(|zone| (zone.value.start, zone.at.start)).collect();
    values.sort_unstable();
    let (mut labels, mut heading) = (false, false);
    let mut list: Vec<&str> = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let span = at..at + line.len();
        at = span.end + 1;
        let content = line.trim();
        let mut prints =
            zones.iter().filter(|zone| span.contains(&zone.at.start) && zone.parted && !zone.label.prints.is_empty());
        let print = prints.next();
        // Where the browser broke the line, a label's value stands on the next.
        let next = values.partition_point(|(start, _)| *start < span.start);
        let value = values.get(next).is_some_and(|(start, label)| span.contains(start) && !span.contains(label));
        if content.is_empty() || value {
            continue;
        }
        if content == TOPIC || print.is_some() {
            labels |= print.is_some_and(|zone| zone.label.field.is_some());
            heading =
                print.is_some_and(|zone| zone.label.field.is_none() && zone.label.prints.contains_key(&Print::Heading));
            list.clear();
        } else if content.starts_with(FLAG) {
            break;
        } else if labels && heading && content.len() < PROSE {
            // Links stand behind a heading; the last line before the description is the title.
            list.push(content);
        } else if labels {
            return list.pop().or(Some(content));
        }
    }
    list.pop()
}

/// The first title behind the path of links; without one, the last before the page's text begins where a menu stands
/// above it, since menus come with the site's own name, and the first where none does.
fn head_title<'t>(text: &'t str, zones: &[Zone<'_>], found: &[Found<'_>], language: &Language) -> Option<&'t str> {
    let mut titles: Vec<&str> = Vec::new();
    let (mut path, mut menu) = (false, false);
    let mut at = 0;
    for line in text.split('\n').take(HEAD_LINES) {
        let span = at..at + line.len();
        at = span.end + 1;
        let line = line.trim();
        if line.len() > PROSE || (line.len() > SENTENCE && line.ends_with('.')) {
            break;
        }
        if is_path(line, language) {
            // What stands above the path names the site and not the page.
            (path, menu) = (true, true);
            titles.clear();
            continue;
        }
        if line.is_empty() {
            continue;
        }
        if is_menu(line, language) {
            menu = true;
            continue;
        }
        let from = found.partition_point(|f| f.span.start < span.start);
        let here = found.get(from..).unwrap_or_default().iter().take_while(|f| f.span.start < span.end);
        let holds = |field| here.clone().any(|f| kind(field) == Some(f.value.kind()));
        let labelled = zones.iter().filter_map(|zone| Some((zone, zone.label.field?))).any(|(zone, field)| {
            // "Start date 1 June 2018" is a fact, with a colon or without.
            let label = span.contains(&zone.at.start) && (zone.parted || holds(field));
            label || (!zone.value.is_empty() && span.contains(&zone.value.start) && !span.contains(&zone.at.start))
        });
        let value = here.clone().any(|f| match f.value.kind() {
            Kind::Amount => true,
            Kind::Date => f.span.len() * 2 > line.len(),
            _ => false,
        });
        if labelled && !titles.is_empty() {
            break;
        } else if !labelled && !value && is_title(line) {
            titles.push(line);
        }
    }
    let long = |line: &&&str| line.split_whitespace().count() >= 2;
    let best = if path || !menu { titles.iter().find(long) } else { titles.iter().rev().find(long) };
    best.or(titles.first()).copied()
}

/// A paragraph's first line is at least this long.
const SENTENCE: usize = 100;

/// The marks that part the links of a path or menu.
const MARKS: [&str; 9] = [" > ", " » ", " › ", " / ", " | ", " → ", " · ", " - ", "   "];

/// Whether one of the marks may stand in a line: most titles hold none.
fn is_parted(line: &str) -> bool {
    // 0xc2 and 0xe2 are the first bytes of those that are no ASCII.
    line.as_bytes().windows(2).any(|pair| matches!(pair, [b' ', b' ' | b'-' | b'/' | b'>' | b'|' | 0xc2 | 0xe2]))
}

/// "Home > Progetti > Sociale".
fn is_path(line: &str, language: &Language) -> bool {
    let marks = || MARKS.iter().take(6).any(|mark| line.contains(*mark));
    let first = || line.split([':', '>', '»', '›', '/', '→']).next().unwrap_or_default();
    is_parted(line) && marks() && !line.contains(" | ") && is_chrome(first().trim(), language)
}

/// A line of the site's frame: links side by side, a bullet of a menu, "Skip to content".
fn is_menu(line: &str, language: &Language) -> bool {
    let bullet = line.starts_with(['•', '*', '§', '>', '|', '#', '+', '©', '«', '‹', '→', '[']);
    if bullet || line.len() <= 3 || is_chrome(line, language) {
        return true;
    }
    if !is_parted(line) {
        return false;
    }
    let links = |mark: &str| line.split(mark).filter(|link| !link.trim().is_empty()).nth(2).is_some();
    let part = |link: &str| is_chrome(link.trim(), language);
    // Quick where there is nothing, as `split` is not.
    MARKS.iter().any(|mark| line.contains(mark) && links(mark))
        || (line.contains("  ") && line.split("  ").any(part))
        || (line.contains(" | ") && line.split(" | ").all(|link| part(link) || link.trim().len() <= 3))
}

fn is_chrome(line: &str, language: &Language) -> bool {
    let folded = fold(line);
    let mut words: Vec<Word> = Vec::new();
    language.words.words_at(&folded, 0, &mut words);
    words.iter().filter(|word| word.class == Class::Chrome && !language.words.is_cased(word.form)).any(|word| {
        let Some((form, rest)) = folded.split_at_checked(word.end) else { return false };
        rest.is_empty() || (rest.starts_with([' ', ':', ',', '.']) && form.contains(' ') && rest.len() < 60)
    })
}

/// Whether a line can name a project: words rather than figures, no sentence, no "Lot: 4b".
pub(super) fn is_title(line: &str) -> bool {
    let (mut letters, mut signs) = (0, 0);
    for c in line.chars() {
        letters += usize::from(c.is_alphabetic());
        signs += usize::from(!c.is_whitespace());
    }
    let sentence = line.ends_with(['.', ';', ',', ':']) && !line.ends_with("..");
    let labels = line
        .split_once(": ")
        .is_some_and(|(label, value)| label.split_whitespace().count() <= 3 && value.split_whitespace().count() <= 2);
    letters >= 4 && letters * 2 >= signs && !sentence && !labels
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
