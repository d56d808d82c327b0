//! What a page says about itself beside its text: title, addresses, language, dates.

use serde_json::Value;

use super::Html;
use super::names::{Key, Tag, words};
use super::tree::{Id, Step, Tree};

/// Reads all but the text.
pub fn read(tree: &Tree) -> Html {
    let mut html = Html::default();
    let mut dates = Dates::default();
    for id in tree.ids() {
        match tree.tag(id) {
            Some(Tag::Html) => html.language = html.language.or_else(|| language(tree, id)),
            Some(Tag::Title) => html.title = html.title.or_else(|| filled(&tree.own_text(id))),
            Some(Tag::LinkRel) if relation(tree, id) == Some("canonical") => {
                html.canonical = html.canonical.or_else(|| filled(tree.attribute(id, Key::Href)?));
            }
            Some(Tag::Meta) => {
                open_graph(tree, id, &mut html);
                dates.meta(tree, id);
            }
            Some(Tag::Heading) if html.headings.len() < HEADINGS => html.headings.extend(heading(tree, id)),
            Some(Tag::Script) => dates.script(tree, id),
            Some(Tag::Time) => dates.time(tree, id),
            Some(_) if tree.attribute(id, Key::ItemProp).is_some() => dates.time(tree, id),
            _ => {}
        }
    }
    html.published = dates.published.map(|(_, date)| date);
    html.modified = dates.modified.map(|(_, date)| date);
    html
}

/// The page's own heading is among so many.
const HEADINGS: usize = 40;
/// A heading of more bytes is a page in a heading's place.
const HEADING: usize = 1000;

fn heading(tree: &Tree, id: Id) -> Option<String> {
    let mut all = String::new();
    for step in tree.steps(id) {
        if let Step::Enter(node) = step {
            all.push_str(tree.text(node).unwrap_or_default());
        }
        if all.len() > HEADING {
            return None;
        }
    }
    filled(&all)
}

/// What the page says of itself to whoever links to it; the first counts.
fn open_graph(tree: &Tree, id: Id, html: &mut Html) {
    let said = match name(tree, id).map(str::to_ascii_lowercase).as_deref() {
        Some("og:url") => &mut html.og_url,
        Some("og:title") => &mut html.og_title,
        Some("og:site_name") => &mut html.site_name,
        _ => return,
    };
    if said.is_none() {
        *said = tree.attribute(id, Key::Content).and_then(filled);
    }
}

/// Text on one line, or nothing.
fn filled(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

fn language(tree: &Tree, id: Id) -> Option<String> {
    let tag = tree.attribute(id, Key::Lang).or_else(|| tree.attribute(id, Key::XmlLang))?;
    let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
    ((2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase())).then_some(primary)
}

fn relation(tree: &Tree, id: Id) -> Option<&str> {
    tree.attribute(id, Key::Rel)?
        .split_ascii_whitespace()
        .find(|rel| rel.eq_ignore_ascii_case("canonical"))
        .map(|_| "canonical")
}

fn name(tree: &Tree, id: Id) -> Option<&str> {
    [Key::Property, Key::Name, Key::ItemProp].into_iter().find_map(|key| tree.attribute(id, key)).map(str::trim)
}

/// The best date so far of each kind, with the rank of the place it comes from; a lower rank is better.
#[derive(Default)]
struct Dates {
    published: Option<(u8, String)>,
    modified: Option<(u8, String)>,
}

/// The names under which pages give their dates, best first.
const PUBLISHED: [&str; 14] = [
    "article:published_time",
    "og:published_time",
    "datepublished",
    "dcterms.issued",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "publish-date",
    "publication_date",
    "pubdate",
    "date",
];
const MODIFIED: [&str; 8] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
    "lastmod",
];

/// Where `datePublished` stands in the lists, for JSON-LD and microdata.
const STRUCTURED: u8 = 2;
/// `time` elements, which only a class name explains, come last.
const CLASSED: u8 = 100;

impl Dates {
    fn meta(&mut self, tree: &Tree, id: Id) {
        let (Some(name), Some(content)) = (name(tree, id), tree.attribute(id, Key::Content)) else { return };
        let name = name.to_ascii_lowercase();
        let name = name.replace("dcterms:", "dcterms.").replace("dc:", "dc.");
        let rank = |names: &[&str]| names.iter().position(|known| *known == name).and_then(|at| u8::try_from(at).ok());
        if let Some(rank) = rank(&PUBLISHED) {
            better(&mut self.published, rank, content);
        } else if let Some(rank) = rank(&MODIFIED) {
            better(&mut self.modified, rank, content);
        }
    }

    /// `<time itemprop="datePublished" datetime="…">`, and `<time class="entry-date published" datetime="…">`.
    fn time(&mut self, tree: &Tree, id: Id) {
        let Some(date) = tree.attribute(id, Key::DateTime).or_else(|| tree.attribute(id, Key::Content)) else { return };
        let class = words(tree.attribute(id, Key::Class).unwrap_or_default());
        let is_time = tree.tag(id) == Some(Tag::Time);
        let has = |wanted: &[&str]| is_time && class.iter().any(|word| wanted.contains(&word.as_str()));
        match tree.attribute(id, Key::ItemProp).map(str::trim) {
            Some("datePublished" | "dateCreated") => better(&mut self.published, STRUCTURED, date),
            Some("dateModified") => better(&mut self.modified, STRUCTURED, date),
            _ if is_time && tree.attribute(id, Key::PubDate).is_some() => {
                better(&mut self.published, STRUCTURED, date);
            }
            _ if has(&["published", "pubdate"]) => better(&mut self.published, CLASSED, date),
            _ if has(&["updated", "modified"]) => better(&mut self.modified, CLASSED, date),
            _ => {}
        }
    }

    /// JSON-LD: the page's own object or one of its `@graph`, not what these refer to.
    fn script(&mut self, tree: &Tree, id: Id) {
        let kind = tree.attribute(id, Key::Type).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/ld+json") {
            return;
        }
        let Ok(value) = serde_json::from_str::<Value>(tree.own_text(id).trim()) else { return };
        let several = |value: &Value| match value {
            Value::Array(all) => all.clone(),
            other => vec![other.clone()],
        };
        for object in several(&value) {
            let graph = object.get("@graph").map(several).unwrap_or_default();
            for node in std::iter::once(&object).chain(&graph) {
                let date = |key| node.get(key).and_then(Value::as_str);
                if let Some(date) = date("datePublished") {
                    better(&mut self.published, STRUCTURED, date);
                }
                if let Some(date) = date("dateModified") {
                    better(&mut self.modified, STRUCTURED, date);
                }
            }
        }
    }
}

/// Takes a date from a better place than the one known; of two from equal places the first stands.
fn better(known: &mut Option<(u8, String)>, rank: u8, date: &str) {
    if known.as_ref().is_none_or(|(before, _)| rank < *before)
        && let Some(date) = filled(date)
    {
        *known = Some((rank, date));
    }
}
