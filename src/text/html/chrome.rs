//! What of a page is left out because it is about the site and not about the project: navigation, cookie banners,
//! footers, buttons to share.
//!
//! Names of classes lie, so whatever is left out by its class must also look the part: a menu is made of links.

use super::names::{Key, Tag, words};
use super::outline::{Facts, Outline};
use super::tree::{Id, Step, Tree};

/// How much is left out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cut {
    /// Nothing at all.
    Nothing,
    /// Nothing but what only readers without JavaScript see.
    Least,
    /// Cookie banners too.
    Cookies,
    /// All that is about the site.
    All,
}

/// Which nodes are left out, one entry a node; all below them is left out with them.
pub fn left_out(tree: &Tree, outline: &Outline<'_>, cut: Cut) -> Vec<bool> {
    let mut out = vec![false; tree.len()];
    let page = Page { tree, outline, whole: outline.of(Id::ROOT) };
    // How many elements around the present node belong to the page's own text, and its header if it is in one.
    let mut inside = 0_usize;
    let mut header = None;
    let mut steps = tree.steps(Id::ROOT);
    while let Some(step) = steps.next() {
        match step {
            Step::Enter(id) => {
                let leaves = tree.tag(id).is_none_or(|tag| tag == Tag::Image);
                if !outline.sees(id)
                    || page.leaves_out(id, cut, inside > 0)
                    || (header.is_some() && (leaves && outline.of(id).chars > 0))
                {
                    if let Some(place) = out.get_mut(id.index()) {
                        *place = true;
                    }
                    steps.pass();
                } else if header.is_some() && page.is_title(id) {
                    steps.pass();
                } else if cut == Cut::All && inside == 0 && page.is_header(id) {
                    header = header.or(Some(id));
                }
                if page.is_text(id) && !out.get(id.index()).is_some_and(|&out| out) {
                    inside += 1;
                }
            }
            Step::Leave(id) => {
                inside -= usize::from(page.is_text(id));
                header = header.filter(|&header| header != id);
            }
        }
    }
    out
}

struct Page<'p> {
    tree: &'p Tree,
    outline: &'p Outline<'p>,
    whole: Facts,
}

impl Page<'_> {
    /// Whether an element says that it holds the page's own text.
    fn is_text(&self, id: Id) -> bool {
        match self.tree.tag(id) {
            Some(Tag::Main | Tag::Article) => true,
            Some(Tag::Section) => self.outline.of(id).heading && !is_footer(&self.words(id)),
            _ => matches!(self.tree.attribute(id, Key::Role), Some("main" | "article")),
        }
    }

    /// Whether an element is the page's header with its navigation in it.
    fn is_header(&self, id: Id) -> bool {
        let says = self.tree.tag(id) == Some(Tag::Header) || self.tree.attribute(id, Key::Role) == Some("banner");
        let facts = self.outline.of(id);
        says && facts.navigation && !facts.main && !self.is_most(facts)
    }

    /// Whether an element of the header is the page's heading, and not the site's name.
    fn is_title(&self, id: Id) -> bool {
        let words = self.words(id);
        let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        self.tree.tag(id) == Some(Tag::Heading) && !(has(&["site"]) && has(&["name", "title"]))
    }

    fn words(&self, id: Id) -> Vec<String> {
        let mut all = words(self.tree.attribute(id, Key::Class).unwrap_or_default());
        all.extend(words(self.tree.attribute(id, Key::Id).unwrap_or_default()));
        all
    }

    /// Whether most of what the page says for itself, outside links, is in it.
    fn is_most(&self, facts: Facts) -> bool {
        own(facts) > own(self.whole) / 2
    }

    fn leaves_out(&self, id: Id, cut: Cut, inside: bool) -> bool {
        let Some(tag) = self.tree.tag(id) else { return false };
        if tag == Tag::NoScript {
            return cut > Cut::Nothing;
        }
        if cut <= Cut::Least || self.is_text(id) || matches!(tag, Tag::Html | Tag::Body) {
            return false;
        }
        let facts = self.outline.of(id);
        if facts.chars == 0 || facts.main {
            return false;
        }
        let words = self.words(id);
        if asks_consent(&words) {
            return true;
        }
        if cut < Cut::All {
            return false;
        }
        let role = self.tree.attribute(id, Key::Role).unwrap_or_default();
        let named_footer = !inside && is_footer(&words) && tag.is_block();
        let sure = match role {
            "navigation" | "search" | "menu" | "menubar" | "dialog" | "alertdialog" => true,
            "contentinfo" => !inside,
            _ => tag == Tag::Nav || (tag == Tag::Footer && !inside) || named_footer,
        };
        if sure {
            // Where the page says next to nothing but this, it is no footer, whatever it is called.
            let elsewhere = facts.heading != self.whole.heading || facts.pairs != self.whole.pairs;
            let rest = own(self.whole).saturating_sub(own(facts));
            return elsewhere || rest > own(facts) / 4;
        }
        tag != Tag::Header && facts.pairs == 0 && !self.is_most(facts) && looks_the_part(&words, facts)
    }
}

/// The characters outside links.
fn own(facts: Facts) -> u32 {
    facts.chars.saturating_sub(facts.linked)
}

fn asks_consent(words: &[String]) -> bool {
    const TOOLS: [&str; 10] =
        ["consent", "gdpr", "rgpd", "dsgvo", "onetrust", "didomi", "tarteaucitron", "iubenda", "klaro", "usercentrics"];
    words.iter().any(|word| word.starts_with("cookie") || TOOLS.contains(&word.as_str()))
}

fn is_footer(words: &[String]) -> bool {
    let says = |word: &String| matches!(word.as_str(), "footer" | "colophon" | "sitefooter" | "pagefooter");
    words.first().is_some_and(says) || words.last().is_some_and(says)
}

/// Whether an element that is called a menu is one, and so on: by its links and its size.
fn looks_the_part(words: &[String], facts: Facts) -> bool {
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let begins = |part: &str| words.iter().any(|word| word.starts_with(part));
    let ends = |part: &str| words.iter().any(|word| word.ends_with(part));
    let linked = facts.linked * 5 >= facts.chars * 3;
    if begins("breadcrumb") || has(&["pathway", "briciole", "ariane", "youarehere"]) {
        return facts.chars < 400 && facts.lines < 30;
    }
    if (has(&["skip"]) && has(&["link", "links", "to", "nav", "content", "main"])) || begins("skiplink") {
        return facts.chars < 200;
    }
    if has(&["share", "sharing", "social", "addtoany", "sharethis", "addthis", "sharer", "socials"]) {
        return facts.chars < 200 && facts.linked > 0;
    }
    let menu = ends("menu") || begins("menu") || begins("nav") || ends("nav");
    let pager = has(&["pagination", "pager", "paginator", "toolbar", "sitemap", "topbar", "masthead"]);
    let languages = begins("lang") && has(&["switcher", "switch", "selector", "list", "chooser", "picker"]);
    linked && (menu || pager || languages || has(&["langswitch", "languages", "langs"]))
}
