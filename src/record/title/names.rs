//! The names that a page's markup gives it, and which line of its text they name.

use std::collections::HashSet;
use std::ops::Range;

use crate::text::html::Html;
use crate::text::{fold, unaccented};

/// What a marked-up page says of its name; nothing of any other page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stated<'h> {
    /// The `title` element, mostly with the site's name.
    pub title: Option<&'h str>,
    /// `og:title`, mostly without.
    pub og_title: Option<&'h str>,
    /// The site's name, `og:site_name`.
    pub site: Option<&'h str>,
    /// The text of its headings.
    pub headings: &'h [String],
}

impl<'h> From<&'h Html> for Stated<'h> {
    fn from(page: &'h Html) -> Self {
        Stated {
            title: page.title.as_deref(),
            og_title: page.og_title.as_deref(),
            site: page.site_name.as_deref(),
            headings: &page.headings,
        }
    }
}

/// The names that a page's markup gives, cut at the marks that part the page's from the site's.
pub struct PageNames<'h> {
    title: &'h str,
    /// Where each part of the title stands in it.
    parts: Vec<Range<usize>>,
    /// Each as [`key`] has it, and whether it is the site's.
    keys: Vec<(String, bool)>,
    /// `og:title` without the site's name.
    own: Option<&'h str>,
    site: Option<String>,
    headings: HashSet<String>,
}

/// What parts the names in a title.
const PARTING: [&str; 9] = [" | ", " – ", " — ", " - ", " » ", " « ", " :: ", " · ", " • "];
/// A title of more parts is a list.
const PARTS: usize = 8;

impl<'h> PageNames<'h> {
    pub fn new(stated: &Stated<'h>) -> Self {
        let site = stated.site.map(key).filter(|site| !site.is_empty());
        let title = stated.title.unwrap_or_default();
        let parts = parts(title);
        let mut keys: Vec<(String, bool)> =
            parts.iter().map(|part| (key(title.get(part.clone()).unwrap_or_default()), false)).collect();
        let own = stated.og_title.map(|own| without(own, site.as_deref())).filter(|own| Some(key(own)) != site);
        if let Some(range) = site.as_ref().and_then(|site| range_of(&keys, site)) {
            keys.get_mut(range).into_iter().flatten().for_each(|(_, site)| *site = true);
        }
        // What the title has besides the page's own name is the site's.
        if let Some(range) = own.and_then(|own| range_of(&keys, &key(own))) {
            keys.iter_mut().enumerate().for_each(|(at, (_, site))| *site |= !range.contains(&at));
        }
        let headings = stated.headings.iter().map(|heading| key(heading)).collect();
        PageNames { title, parts, keys, own, site, headings }
    }

    pub fn is_heading(&self, line: &str) -> bool {
        !self.headings.is_empty() && self.headings.contains(&key(line))
    }

    pub fn is_site(&self, line: &str) -> bool {
        // Most pages say nothing of their site, and a key takes longer than all else here.
        if self.site.is_none() && !self.keys.iter().any(|(_, site)| *site) {
            return false;
        }
        let line = key(line);
        self.site.as_ref() == Some(&line) || self.keys.iter().any(|(part, site)| *site && *part == line)
    }

    /// The page's name where the markup tells it from the site's.
    pub fn sure(&self) -> Option<&'h str> {
        let told = self.keys.iter().any(|(_, site)| *site) && !self.keys.iter().all(|(_, site)| *site);
        self.own.or_else(|| self.name().filter(|_| told))
    }

    /// The page's name as well as the markup tells it: what stands before the site's, or behind where that stands first;
    /// of several parts the first of two words.
    pub fn name(&self) -> Option<&'h str> {
        if let Some(own) = self.own {
            return Some(own);
        }
        let first = self.keys.iter().position(|(_, site)| !site)?;
        let run = self.keys.iter().skip(first).take_while(|(_, site)| !site).count();
        let parts = self.parts.get(first..first + run)?;
        let (start, end) = (parts.first()?.start, parts.last()?.end);
        let whole = self.title.get(start..end)?;
        let mark = match (self.mark(end), self.mark_before(start)) {
            (Some(mark), _) | (None, Some(mark)) => mark,
            // Of a title without the site's name the mark of most weight parts it.
            (None, None) => match PARTING.into_iter().find(|mark| whole.contains(mark)) {
                Some(mark) => mark,
                None => return Some(whole),
            },
        };
        let words = |part: &&str| part.split_whitespace().count() >= 2;
        whole.split(mark).find(words).or_else(|| whole.split(mark).next())
    }

    fn mark(&self, end: usize) -> Option<&'static str> {
        PARTING.into_iter().find(|mark| self.title.get(end..).is_some_and(|rest| rest.starts_with(mark)))
    }

    fn mark_before(&self, start: usize) -> Option<&'static str> {
        PARTING.into_iter().find(|mark| self.title.get(..start).is_some_and(|before| before.ends_with(mark)))
    }

    /// The line that the markup names.
    pub fn line<'t>(&self, lines: &[&'t str]) -> Option<&'t str> {
        if self.own.is_none() && self.keys.iter().all(|(part, _)| part.is_empty()) {
            return None;
        }
        let mut best: Option<(&'t str, Agreement)> = None;
        for line in lines {
            let Some(new) = self.agreement(line) else { continue };
            if best.as_ref().is_none_or(|(_, old)| new.beats(old)) {
                best = Some((line, new));
            }
        }
        best.map(|(line, _)| line)
    }

    fn agreement(&self, line: &str) -> Option<Agreement> {
        let text = key(line);
        if text.is_empty() || self.is_site(line) {
            return None;
        }
        let own = self.own.map(key);
        let (all, heading) = (0..self.keys.len(), self.headings.contains(&text));
        if own.as_ref() == Some(&text) {
            return Some(Agreement { parts: all, strength: Strength::Own, heading });
        }
        if let Some(parts) = range_of(&self.keys, &text) {
            return Some(Agreement { parts, strength: Strength::Same, heading });
        }
        let part = self.keys.iter().position(|(part, site)| !site && is_alike(part, &text)).map(|at| at..at + 1);
        let own = || own.filter(|own| is_alike(own, &text)).map(|_| all);
        Some(Agreement { parts: part.or_else(own)?, strength: Strength::Alike, heading })
    }
}

/// How a line and the names in the markup agree.
struct Agreement {
    /// Which parts of the title the line is.
    parts: Range<usize>,
    strength: Strength,
    heading: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// One holds the other.
    Alike,
    /// It is a part of the title, or several.
    Same,
    /// It is `og:title`.
    Own,
}

impl Agreement {
    /// Whether the line is rather the title than one further up.
    fn beats(&self, above: &Agreement) -> bool {
        let weight = |it: &Agreement| (it.strength, it.parts.len(), it.heading);
        let apart = self.parts.end <= above.parts.start || above.parts.end <= self.parts.start;
        if !apart || self.strength.max(above.strength) == Strength::Own {
            return weight(self) > weight(above);
        }
        // Sites stand first in old pages and in titles, or last in titles only: in both cases the page's own line is the
        // second. Where a heading comes first, what follows is of less weight.
        if self.parts.start < above.parts.start { self.heading || !above.heading } else { !above.heading }
    }
}

/// A name as it is compared: its words without capitals, diacritics and signs.
fn key(name: &str) -> String {
    let plain = unaccented(&fold(name));
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Where the parts of a title stand.
fn parts(title: &str) -> Vec<Range<usize>> {
    let (mut parts, mut at) = (Vec::new(), 0);
    while parts.len() + 1 < PARTS {
        let rest = title.get(at..).unwrap_or_default();
        let next = PARTING.iter().filter_map(|mark| Some((rest.find(mark)?, mark.len()))).min();
        let Some((end, mark)) = next else { break };
        parts.push(at..at + end);
        at += end + mark;
    }
    parts.push(at..title.len());
    parts
}

/// The parts that make a name together, the site's alone left out.
fn range_of(parts: &[(String, bool)], name: &str) -> Option<Range<usize>> {
    let ranges = (0..parts.len()).flat_map(|start| (start + 1..=parts.len()).map(move |end| start..end));
    ranges.filter(|_| !name.is_empty()).find(|range| {
        let here = parts.get(range.clone()).unwrap_or_default();
        let words = here.iter().map(|(part, _)| part.as_str()).filter(|part| !part.is_empty());
        !here.iter().all(|(_, site)| *site) && words.collect::<Vec<_>>().join(" ") == name
    })
}

/// Whether one of two names is a good part of the other, in whole words.
fn is_alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let enough = short.contains(' ') && short.chars().count() >= 10 && short.len() * 3 >= long.len();
    enough && format!(" {long} ").contains(&format!(" {short} "))
}

/// A title without the site's name at its end.
fn without<'h>(title: &'h str, site: Option<&str>) -> &'h str {
    let parts = parts(title);
    let last = parts.last().and_then(|last| title.get(last.clone()));
    let end = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(|part| part.end);
    match (end, last) {
        (Some(end), Some(last)) if Some(key(last).as_str()) == site => title.get(..end).unwrap_or(title),
        _ => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<'h>(title: &'h str, own: &'h str, site: &'h str, headings: &'h [String]) -> PageNames<'h> {
        let filled = |text: &'h str| Some(text).filter(|text| !text.is_empty());
        PageNames::new(&Stated { title: filled(title), og_title: filled(own), site: filled(site), headings })
    }

    #[test]
    fn the_name_of_the_page_is_cut_from_that_of_the_site() {
        for (title, own, site, name, sure) in [
            ("Green roofs", "", "", Some("Green roofs"), false),
            ("Green roofs | Valley council", "", "", Some("Green roofs"), false),
            ("Green roofs - Valley council", "", "Valley Council", Some("Green roofs"), true),
            ("Valley council :: Green roofs", "", "valley council", Some("Green roofs"), true),
            ("Home - Green roofs - Valley council", "", "", Some("Green roofs"), false),
            ("Roofs – North | Valley council", "", "Valley council", Some("Roofs – North"), true),
            ("Roofs – Projects – Valley council", "", "Valley council", Some("Roofs"), true),
            ("Roofs - Valley council", "Roofs", "", Some("Roofs"), true),
            ("", "Roofs | Valley council", "Valley council", Some("Roofs"), true),
            ("Valley council", "Valley council", "Valley council", None, false),
            ("", "", "", None, false),
        ] {
            let names = names(title, own, site, &[]);
            let expected = name.map(str::to_owned);
            assert_eq!(names.name().map(|name| name.trim().to_owned()).filter(|n| !n.is_empty()), expected, "{title}");
            assert_eq!(names.sure().is_some(), sure, "{title}");
        }
    }

    #[test]
    fn the_line_that_the_markup_names_is_found() {
        let heading = ["Green roofs".to_owned()];
        for (title, own, site, headings, lines, line) in [
            // The site's own line stands above, whichever comes first in the title.
            ("Green roofs - Valley council", "", "", &[][..], ["Valley council", "Green roofs"], Some("Green roofs")),
            ("Valley council - Green roofs", "", "", &[], ["Valley council", "Green roofs"], Some("Green roofs")),
            // What stands below a heading is no better than it.
            ("Green roofs - Valley council", "", "", &heading, ["Green roofs", "Valley council"], Some("Green roofs")),
            ("Projects - Green roofs", "", "", &heading, ["Green roofs", "Projects"], Some("Green roofs")),
            ("Valley council", "", "Valley council", &[], ["Valley council", "Green roofs"], None),
            // Diacritics, capitals and signs aside, and of two lines the one that is the name.
            ("Toits verts de l Ete", "", "", &[], ["Toits", "TOITS VERTS DE L’ÉTÉ"], Some("TOITS VERTS DE L’ÉTÉ")),
            ("x", "Green roofs", "", &[], ["Green roofs in figures", "Green roofs"], Some("Green roofs")),
            // A name with more in it, but not a word that is in both.
            (
                "Council - Green roofs",
                "",
                "",
                &[],
                ["About us", "Green roofs – second round"],
                Some("Green roofs – second round"),
            ),
            ("Green roofs", "", "", &[], ["Green", "Roofs and green walls"], None),
        ] {
            assert_eq!(names(title, own, site, headings).line(&lines), line, "{title}: {lines:?}");
        }
    }
}
