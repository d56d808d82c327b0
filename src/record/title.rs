//! The page's title: a line of its head, and the name its markup gives it.
//!
//! A line of the text is what a reader sees, and has the diacritics that old markup leaves out; the markup tells which
//! line it is, and takes its place where the text has none but the site's own name.

mod names;

use super::facts::Fact;
use super::labels::{Zone, kind};
use super::page::{FLAG, Kohesio, TOPIC};
use super::roles::Found;
use crate::patterns::{Class, Kind, Language, Print, Word};
use crate::text::fold;
use names::PageNames;
pub use names::Stated;

/// A line longer than this is prose.
const PROSE: usize = 220;
/// A title stands this close to the top.
const HEAD_LINES: usize = 40;

/// The page's title: on a Kohesio page its own or the line behind its facts; elsewhere the line of the head that the
/// markup names, the name in the markup where that is surely the page's and the text has no headline, the first line
/// that is a title, and last whatever the markup says.
pub fn title(
    text: &str,
    zones: &[Zone<'_>],
    found: &[Found<'_>],
    language: &Language,
    kohesio: Kohesio,
    stated: &Stated<'_>,
) -> Option<Fact<String>> {
    let line = |line: &str, by| Some(Fact::words(text, line, by)).filter(|_| !line.is_empty());
    let names = PageNames::new(stated);
    let markup = |name: &str| Fact {
        value: name.to_owned(),
        mention: None,
        span: None,
        by: "title in the markup".to_owned(),
        against: Vec::new(),
    };
    let last = || names.name().map(bare).filter(|name| is_title(name)).map(markup);
    if kohesio == Kohesio::Project {
        let own = stated.title.and_then(|title| title.trim().strip_suffix("| Kohesio")).map(bare);
        let own = own.filter(|name| !name.is_empty()).map(markup);
        return own.or_else(|| line(bare(kohesio_title(text, zones)?), "head of the page")).or_else(last);
    }
    let head = head(text, zones, found, language);
    if let Some(named) = names.line(&head.titles) {
        return line(bare(named), "head of the page, named in the markup");
    }
    let first = head.title(|line| !names.is_site(line)).map(bare);
    let headline = first.is_some_and(|line| names.is_heading(line));
    let sure =
        || names.sure().map(bare).filter(|name| !headline && is_title(name) && !is_chrome(name, language)).map(markup);
    sure()
        .or_else(|| line(first?, "head of the page"))
        .or_else(last)
        .or_else(|| line(bare(head.title(|_| true)?), "head of the page"))
}

/// A title without what sites put behind it.
fn bare(title: &str) -> &str {
    let title = title.trim().trim_end_matches('★').trim();
    title.strip_suffix("| Kohesio").unwrap_or(title).trim()
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

/// What stands above a page's text.
struct Head<'t> {
    /// The lines that can be titles, those above a path of links left out.
    titles: Vec<&'t str>,
    path: bool,
    menu: bool,
}

impl<'t> Head<'t> {
    /// The first title behind the path of links; without one, the last before the page's text begins where a menu stands
    /// above it, since menus come with the site's own name, and the first where none does.
    fn title(&self, takes: impl Fn(&str) -> bool) -> Option<&'t str> {
        let all = || self.titles.iter().filter(|line| takes(line));
        let long = |line: &&&str| line.split_whitespace().count() >= 2;
        let best = if self.path || !self.menu { all().find(long) } else { all().rfind(long) };
        best.or_else(|| all().next()).copied()
    }
}

fn head<'t>(text: &'t str, zones: &[Zone<'_>], found: &[Found<'_>], language: &Language) -> Head<'t> {
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
    Head { titles, path, menu }
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
    words.iter().filter(|word| word.class == Class::Chrome && !word.cased).any(|word| {
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
