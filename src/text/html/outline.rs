//! What can be said of each element before a line is written: how much text it holds, on how many lines, whether it
//! may be a label.

use super::names::{Key, Tag, words};
use super::tree::{Id, Step, Tree};

/// What is known of one node and all below it, as far as a reader sees it.
#[derive(Clone, Copy, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and none excludes another")]
pub struct Facts {
    /// Characters but for white space.
    pub chars: u32,
    /// Those of them in links and buttons.
    pub linked: u32,
    /// Those of them in bold type.
    pub bold: u32,
    /// Those of them that stand for images.
    pub pictured: u32,
    /// The lines they take.
    pub lines: u32,
    /// The first and the last of them.
    pub first: Option<char>,
    pub last: Option<char>,
    /// Whether there is a heading, a list, a table or a paragraph below.
    pub structured: bool,
    /// How many labels `dt` and `th` there are.
    pub pairs: u32,
    /// Whether the page's main part is in it.
    pub main: bool,
    /// Whether there is a heading below.
    pub heading: bool,
    /// Whether navigation is in it.
    pub navigation: bool,
    /// Whether the leftmost text so far belongs to a line that text before it would join.
    joins: bool,
    seen: bool,
}

/// The facts of every node.
pub struct Outline<'t> {
    tree: &'t Tree,
    facts: Vec<Facts>,
    /// The nodes a reader sees, in page order.
    order: Vec<Id>,
}

impl<'t> Outline<'t> {
    /// Looks at every node that a reader sees and `out` does not leave out.
    pub fn new(tree: &'t Tree, out: impl Fn(Id) -> bool) -> Self {
        let mut outline = Outline { tree, facts: vec![Facts::default(); tree.len()], order: Vec::new() };
        let mut steps = tree.steps(Id::ROOT);
        while let Some(step) = steps.next() {
            let Step::Enter(id) = step else { continue };
            if out(id) || is_unseen(tree, id) {
                steps.pass();
                continue;
            }
            outline.order.push(id);
        }
        for at in (0..outline.order.len()).rev() {
            if let Some(&id) = outline.order.get(at) {
                outline.complete(id);
            }
        }
        outline
    }

    /// The nodes a reader sees, in page order.
    pub fn order(&self) -> &[Id] {
        &self.order
    }

    /// Whether a reader sees the node.
    pub fn sees(&self, id: Id) -> bool {
        self.of(id).seen
    }

    /// What is known of a node.
    pub fn of(&self, id: Id) -> Facts {
        self.facts.get(id.index()).copied().unwrap_or_default()
    }

    /// An element's children that hold something to read, and line breaks.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        self.tree
            .children(id)
            .filter(|&child| self.sees(child) && (self.of(child).chars > 0 || self.tree.tag(child) == Some(Tag::Break)))
    }

    /// A node's text on one line, at most about `limit` bytes of it.
    pub fn line(&self, id: Id, limit: usize) -> String {
        let mut line = String::new();
        let mut steps = self.tree.steps(id);
        while let Some(step) = steps.next() {
            match step {
                Step::Enter(node) if !self.sees(node) => steps.pass(),
                Step::Enter(node) => {
                    let tag = self.tree.tag(node);
                    if tag.is_some_and(|tag| tag.is_block() || tag == Tag::Break || tag == Tag::Custom) {
                        line.push(' ');
                    }
                    line.push_str(self.tree.text(node).unwrap_or_default());
                }
                Step::Leave(node) if self.tree.tag(node).is_some_and(Tag::is_block) => line.push(' '),
                Step::Leave(_) => {}
            }
            if line.len() > limit {
                break;
            }
        }
        line.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether a node's words can be a label: short, on one line, without an end mark, no link, no image.
    pub fn may_label(&self, id: Id) -> bool {
        let facts = self.of(id);
        (2..=60).contains(&facts.chars)
            && facts.lines == 1
            && facts.linked * 2 <= facts.chars
            && facts.first.is_some_and(char::is_alphabetic)
            && facts.last.is_some_and(|last| last.is_alphanumeric() || matches!(last, ':' | ')' | ']' | '%' | '€'))
            && !self.is_heading(id)
    }

    /// Whether a `dt` or `th` is a label: it says so itself, only a sentence is none.
    pub fn does_label(&self, id: Id) -> bool {
        let facts = self.of(id);
        (1..=100).contains(&facts.chars) && !facts.last.is_some_and(|last| matches!(last, '?' | '!' | '.' | '…'))
    }

    /// Whether all of it is in bold type.
    pub fn is_bold(&self, id: Id) -> bool {
        let facts = self.of(id);
        facts.chars > 0 && facts.bold == facts.chars
    }

    /// Whether it is a heading, or nothing but one.
    pub fn is_heading(&self, id: Id) -> bool {
        self.tree.tag(id) == Some(Tag::Heading) || self.of(id).heading
    }

    fn complete(&mut self, id: Id) {
        let tree = self.tree;
        let Some(mut facts) = self.facts.get(id.index()).copied() else { return };
        facts.seen = true;
        if let Some(text) = tree.text(id).or_else(|| seen_words(tree, id)) {
            let mut seen = text.chars().filter(|c| !c.is_whitespace());
            facts.first = seen.next();
            facts.last = text.chars().rev().find(|c| !c.is_whitespace());
            facts.chars = u32::try_from(seen.count()).unwrap_or(u32::MAX - 1) + u32::from(facts.first.is_some());
            facts.lines = u32::from(facts.chars > 0);
            facts.joins = true;
        }
        let tag = tree.tag(id);
        match tag {
            Some(Tag::Link | Tag::Button) => facts.linked = facts.chars,
            Some(Tag::Image) => facts.pictured = facts.chars,
            Some(Tag::Bold) => facts.bold = facts.chars,
            Some(Tag::Th | Tag::Dt) => facts.pairs += u32::from(facts.chars > 0),
            Some(Tag::Heading) => facts.heading |= facts.chars > 0,
            Some(Tag::Main | Tag::Article) => facts.main = true,
            Some(Tag::Nav) => facts.navigation = true,
            _ => {}
        }
        match tree.attribute(id, Key::Role) {
            Some("main" | "article") => facts.main = true,
            Some("navigation" | "menu" | "menubar") => facts.navigation = true,
            _ => {}
        }
        facts.structured |= matches!(tag, Some(Tag::Heading | Tag::Paragraph | Tag::Table | Tag::Pre | Tag::Item));
        if let Some(place) = self.facts.get_mut(id.index()) {
            *place = facts;
        }
        if let Some(parent) = tree.parent(id).and_then(|parent| self.facts.get_mut(parent.index())) {
            parent.take_before(facts, tag);
        }
    }
}

impl Facts {
    /// Adds what stands before all that was added so far.
    fn take_before(&mut self, child: Facts, tag: Option<Tag>) {
        self.pairs += child.pairs;
        self.main |= child.main;
        self.heading |= child.heading;
        self.navigation |= child.navigation;
        self.structured |= child.structured && child.chars > 0;
        if tag == Some(Tag::Break) {
            self.joins = false;
        }
        if child.chars == 0 {
            return;
        }
        self.last = if self.chars == 0 { child.last } else { self.last };
        self.first = child.first;
        self.chars = self.chars.saturating_add(child.chars);
        self.linked = self.linked.saturating_add(child.linked);
        self.bold = self.bold.saturating_add(child.bold);
        self.pictured = self.pictured.saturating_add(child.pictured);
        let block = tag.is_some_and(Tag::is_block);
        let joined = !block && self.joins && self.lines > 0;
        self.lines = self.lines.saturating_add(child.lines - u32::from(joined));
        self.joins = !block && child.joins;
    }
}

/// What is read of an element that holds no text: an image's alternative, a fixed field's value.
pub fn seen_words(tree: &Tree, id: Id) -> Option<&str> {
    match tree.tag(id)? {
        Tag::Image => alternative(tree, id),
        Tag::Input => {
            let fixed = tree.attribute(id, Key::ReadOnly).is_some() || tree.attribute(id, Key::Disabled).is_some();
            let kind = tree.attribute(id, Key::Type).unwrap_or("text");
            let text = ["text", "number", "date", "url"].iter().any(|known| kind.eq_ignore_ascii_case(known));
            tree.attribute(id, Key::Value).filter(|_| fixed && text)
        }
        _ => None,
    }
}

/// An image's alternative text, unless it names a file, an icon or a logo.
fn alternative(tree: &Tree, id: Id) -> Option<&str> {
    let alt = tree.attribute(id, Key::Alt)?;
    let is_file = alt.rsplit_once('.').is_some_and(|(_, ending)| {
        ["jpg", "jpeg", "png", "gif", "svg", "webp"].iter().any(|known| ending.eq_ignore_ascii_case(known))
    });
    let is_code = !alt.contains(char::is_whitespace) && alt.contains(|c: char| c.is_ascii_digit() || c == '_');
    let of_a_logo = |key| {
        let names = tree.attribute(id, key).unwrap_or_default();
        // An image may be its own source, as long as the page.
        let names = names.get(..names.floor_char_boundary(300)).unwrap_or_default();
        words(names).iter().any(|word| matches!(word.as_str(), "logo" | "logos" | "icon" | "icons" | "avatar"))
    };
    (!is_file && !is_code && !of_a_logo(Key::Class) && !of_a_logo(Key::Source) && !of_a_logo(Key::Alt)).then_some(alt)
}

/// Whether a reader of the page never sees the node.
fn is_unseen(tree: &Tree, id: Id) -> bool {
    let Some(tag) = tree.tag(id) else { return false };
    match tag {
        Tag::Template if tree.attribute(id, Key::ShadowRoot).is_none() => return true,
        // A folded section's title is often a button.
        Tag::Button if !tree.parent(id).and_then(|parent| tree.tag(parent)).is_some_and(titles) => return true,
        _ if tag.is_unseen() => return true,
        _ => {}
    }
    let class = tree.attribute(id, Key::Class).unwrap_or_default();
    if ["material-icons", "material-symbols", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"]
        .iter()
        .any(|known| class.contains(known))
        && !class.contains("label")
    {
        return true;
    }
    // A folded panel is unseen only until the reader clicks on its tab.
    if tree.attribute(id, Key::Role) == Some("tabpanel") {
        return false;
    }
    let style = tree.attribute(id, Key::Style).unwrap_or_default();
    tree.attribute(id, Key::Hidden).is_some_and(|hidden| !hidden.eq_ignore_ascii_case("until-found"))
        || tree.attribute(id, Key::AriaHidden).is_some_and(|hidden| hidden.trim().eq_ignore_ascii_case("true"))
        || (!style.is_empty() && hides(style))
}

fn titles(tag: Tag) -> bool {
    matches!(tag, Tag::Heading | Tag::Dt)
}

fn hides(style: &str) -> bool {
    style.split(';').filter_map(|rule| rule.split_once(':')).any(|(name, value)| {
        let value = value.trim().trim_end_matches("!important").trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "display" => value.eq_ignore_ascii_case("none"),
            "visibility" => value.eq_ignore_ascii_case("hidden"),
            _ => false,
        }
    })
}
