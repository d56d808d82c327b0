//! What stands in which relation on a page: the nodes that are a label or its value, found by structure alone.

use super::names::{Key, Tag, words};
use super::outline::Outline;
use super::table;
use super::tree::{Id, Tree};

/// What the writer is to make of a node beyond what its name says.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Mark {
    #[default]
    None,
    /// A label; its value is the node marked next, and without one it is left out.
    Label,
    /// A label whose value is whatever text follows beside it.
    Open,
    /// A value.
    Value,
    /// A further value of the same label, on its line.
    Further,
    /// A cell behind another on its line.
    Beside,
    /// A cell under a column's head; see [`Marks::head`].
    Under(usize),
    /// A block with a blank line before and behind it.
    Record,
    /// On lines of its own though it is no block.
    Alone,
    /// Said elsewhere: a table's head row.
    Elsewhere,
}

/// The marks of every node.
pub struct Marks {
    marks: Vec<Mark>,
    heads: Vec<String>,
}

impl Marks {
    /// Looks for labels and values everywhere on the page.
    pub fn find(tree: &Tree, outline: &Outline<'_>) -> Marks {
        let mut marks = Marks { marks: vec![Mark::None; tree.len()], heads: Vec::new() };
        for &id in outline.order() {
            match tree.tag(id) {
                Some(Tag::Table) => table::mark(tree, outline, id, &mut marks),
                Some(Tag::Dt) => list_entry(tree, outline, id, &mut marks),
                Some(Tag::Image) => image(tree, outline, id, &mut marks),
                Some(_) if outline.of(id).chars > 0 => siblings(tree, outline, id, &mut marks),
                _ => {}
            }
        }
        for &id in outline.order() {
            if matches!(marks.of(id), Mark::Value | Mark::Under(_)) {
                items(tree, outline, id, &mut marks);
            }
        }
        marks
    }

    pub fn of(&self, id: Id) -> Mark {
        self.marks.get(id.index()).copied().unwrap_or_default()
    }

    pub fn set(&mut self, id: Id, mark: Mark) {
        if let Some(place) = self.marks.get_mut(id.index()) {
            *place = mark;
        }
    }

    /// Keeps a column's head for [`Mark::Under`].
    pub fn keep(&mut self, head: String) -> usize {
        self.heads.push(head);
        self.heads.len() - 1
    }

    /// A column's head, or a row's label with its unit.
    pub fn head(&self, at: usize) -> &str {
        self.heads.get(at).map_or("", String::as_str)
    }

    fn pair(&mut self, label: Id, value: Id) {
        self.set(label, Mark::Label);
        self.set(value, Mark::Value);
    }
}

/// `dt` and the `dd` behind it; several that take a line each stand on one.
fn list_entry(tree: &Tree, outline: &Outline<'_>, id: Id, marks: &mut Marks) {
    let values = std::iter::successors(tree.next(id), |&next| tree.next(next))
        .filter(|&next| tree.tag(next).is_some() && outline.sees(next))
        .take_while(|&next| tree.tag(next) == Some(Tag::Dd));
    let values: Vec<Id> = values.collect();
    if values.len() > 1 && values.iter().any(|&value| is_labelled(outline, value)) {
        return;
    }
    let mut one_line = true;
    for (at, value) in values.into_iter().enumerate() {
        if at == 0 {
            if !outline.does_label(id) {
                return;
            }
            marks.set(id, Mark::Label);
        }
        one_line &= outline.of(value).lines <= 1;
        marks.set(value, if at > 0 && one_line { Mark::Further } else { Mark::Value });
    }
}

/// Whether a value has labels of its own, and so stands under a heading and not behind a label.
fn is_labelled(outline: &Outline<'_>, value: Id) -> bool {
    outline.line(value, 80).split_once(": ").is_some_and(|(label, _)| label.len() < 40)
}

/// The short lines of a value that is a list stand on the label's line.
fn items(tree: &Tree, outline: &Outline<'_>, value: Id, marks: &mut Marks) {
    let mut list = value;
    let mut children: Vec<Id> = outline.children(list).take(30).collect();
    while let [only] = *children.as_slice() {
        list = only;
        children = outline.children(list).take(30).collect();
    }
    let Some((&first, others)) = children.split_first() else { return };
    let look = |id| (tree.tag(id), tree.attribute(id, Key::Class));
    let is_item = |id: Id| {
        let facts = outline.of(id);
        let short = facts.lines == 1 && facts.chars <= 80 && marks.of(id) == Mark::None && !outline.is_heading(id);
        short
            && match tree.tag(id) {
                Some(Tag::Item) => true,
                Some(Tag::Block | Tag::Paragraph) => look(id) == look(first) && facts.last != Some('.'),
                _ => false,
            }
    };
    if children.len() < 30 && !is_labelled(outline, list) && children.iter().all(|&id| is_item(id)) {
        for &other in others {
            marks.set(other, Mark::Further);
        }
    }
}

/// An image stands in its line where little else does, as a flag before a region; not in the middle of a paragraph.
fn image(tree: &Tree, outline: &Outline<'_>, id: Id, marks: &mut Marks) {
    let facts = outline.of(id);
    if facts.chars == 0 {
        return;
    }
    let block = tree.ancestors(id).find(|&around| tree.tag(around).is_some_and(Tag::is_block));
    let around = block.map(|block| outline.of(block)).unwrap_or_default();
    let beside = around.chars.saturating_sub(facts.chars);
    let next = tree.next(id);
    let tied = next.and_then(|next| tree.text(next)).is_some_and(|text| text.starts_with('\u{a0}'));
    if !tied && (beside > 60 || around.pictured == around.chars) {
        marks.set(id, Mark::Alone);
    }
}

/// What class names say of an element.
fn class_has(tree: &Tree, id: Id, wanted: &[&str]) -> bool {
    let class = tree.attribute(id, Key::Class).unwrap_or_default();
    !class.is_empty() && words(class).iter().any(|word| wanted.contains(&word.as_str()))
}

/// Whether an element calls itself a label. Bootstrap's badges do too: `label label-info`.
fn is_called_label(tree: &Tree, id: Id) -> bool {
    const LABELS: [&str; 9] =
        ["label", "labels", "lbl", "key", "term", "etichetta", "etiqueta", "libelle", "bezeichnung"];
    const BADGES: [&str; 7] =
        ["badge", "label-default", "label-primary", "label-success", "label-info", "label-warning", "label-danger"];
    let class = tree.attribute(id, Key::Class).unwrap_or_default();
    class_has(tree, id, &LABELS) && !class.split_ascii_whitespace().any(|name| BADGES.contains(&name))
}

fn is_called_value(tree: &Tree, id: Id) -> bool {
    class_has(tree, id, &["value", "values", "val", "data", "valore", "valor", "valeur", "wert"])
}

/// Whether the place of a label's value is there and holds nothing.
fn is_left_empty(tree: &Tree, outline: &Outline<'_>, label: Id) -> bool {
    let mut behind = std::iter::successors(tree.next(label), |&next| tree.next(next));
    outline.may_label(label) && behind.any(|next| tree.tag(next).is_some_and(|tag| tag.is_block() || tag.is_span()))
}

/// Labels and values among the children of one element.
fn siblings(tree: &Tree, outline: &Outline<'_>, id: Id, marks: &mut Marks) {
    if matches!(tree.tag(id), Some(Tag::Row | Tag::Rows | Tag::Head | Tag::Table | Tag::Heading | Tag::Link | Tag::Pre))
        || marks.of(id) == Mark::Label
    {
        return;
    }
    let children: Vec<Id> = outline.children(id).collect();
    match *children.as_slice() {
        [label, value] if is_pair(tree, outline, id, label, value) => return marks.pair(label, value),
        // A label without a value would take the next line for one.
        [label] if is_called_label(tree, label) && is_left_empty(tree, outline, label) => {
            return marks.set(label, Mark::Elsewhere);
        }
        _ => {}
    }
    if alternate(tree, outline, &children) {
        for two in children.chunks_exact(2) {
            if let [label, value] = *two {
                marks.pair(label, value);
            }
        }
        return;
    }
    let mut before = None;
    for (at, &child) in children.iter().enumerate() {
        let next = children.get(at + 1).copied();
        if let Some(next) = next
            && marks.of(child) == Mark::None
        {
            mark_label(tree, outline, (before, child, next), marks);
        }
        before = Some(child);
    }
}

/// A child that calls itself a label, or stands in bold type at the beginning of its line.
fn mark_label(tree: &Tree, outline: &Outline<'_>, (before, child, next): (Option<Id>, Id, Id), marks: &mut Marks) {
    let Some(tag) = tree.tag(child).filter(|&tag| tag != Tag::Dt) else { return };
    let breaks = |id: Id| tree.tag(id).is_some_and(|tag| tag == Tag::Break || tag.is_block());
    if tree.tag(next) == Some(Tag::Break) || !outline.may_label(child) || outline.is_heading(next) {
        return;
    }
    let called = is_called_label(tree, child) && !is_called_label(tree, next);
    if called && tag.is_block() && breaks(next) {
        return marks.pair(child, next);
    }
    let opens = before.is_none_or(breaks);
    if called && (opens || tag.is_block()) {
        return marks.set(child, Mark::Open);
    }
    if opens && outline.is_bold(child) && tag.is_span() && !breaks(next) {
        let facts = outline.of(next);
        let ends = outline.of(child).last == Some(':');
        if ends || (facts.first.is_some_and(begins_value) && facts.chars <= 300) {
            marks.set(child, Mark::Open);
        }
    }
}

/// Whether a character can be the first of a value rather than go on a sentence.
fn begins_value(first: char) -> bool {
    first.is_numeric() || first.is_uppercase() || matches!(first, '€' | '£' | '$' | '"' | '«' | '„' | '“')
}

/// Whether the only two children of an element are a label and its value.
fn is_pair(tree: &Tree, outline: &Outline<'_>, around: Id, label: Id, value: Id) -> bool {
    let Some(two) = tree.tag(value) else { return false };
    let facts = outline.of(value);
    if !outline.may_label(label) || outline.is_heading(value) || facts.chars == 0 || facts.chars > 600 {
        return false;
    }
    if facts.lines > 1 && is_labelled(outline, value) {
        return false;
    }
    let says = is_called_label(tree, label) || is_called_value(tree, value) || outline.of(label).last == Some(':');
    let begins = facts.first.is_some_and(begins_value)
        && outline.of(label).first.is_some_and(char::is_uppercase)
        && facts.lines == 1;
    match tree.tag(label) {
        Some(Tag::Item) => false,
        Some(one) if one.is_block() && two.is_block() => {
            two != Tag::Item && facts.lines <= 20 && (says || are_facts(tree, outline, around, label, value))
        }
        // Two spans and nothing else: set apart by the page's style, or they would stand in one.
        Some(one) if one.is_span() && two.is_span() => one != Tag::Link && (says || begins),
        Some(one) => one.is_span() && two.is_block() && says,
        // Words that run into the next ones can only be set apart by style.
        None => {
            let glued = tree.text(label).is_some_and(|text| !text.ends_with(char::is_whitespace));
            two.is_span() && two != Tag::Link && glued && begins
        }
    }
}

/// Whether two blocks look like a label and its value: by bold type, a number, or neighbours of the same make.
fn are_facts(tree: &Tree, outline: &Outline<'_>, around: Id, label: Id, value: Id) -> bool {
    let facts = outline.of(value);
    facts.lines == 1
        && facts.chars <= 300
        && (is_bold_only(outline, label, value)
            || facts.first.is_some_and(char::is_numeric)
            || is_repeated(tree, outline, around))
}

fn is_bold_only(outline: &Outline<'_>, label: Id, value: Id) -> bool {
    outline.is_bold(label) && !outline.is_bold(value)
}

/// Whether the elements before or behind are made of two short lines as well, as the rows of a list of facts are.
fn is_repeated(tree: &Tree, outline: &Outline<'_>, id: Id) -> bool {
    let class = tree.attribute(id, Key::Class);
    let alike = |other: Id| {
        tree.tag(other) == tree.tag(id) && tree.attribute(other, Key::Class) == class && {
            let mut children = outline.children(other);
            let (one, two, more) = (children.next(), children.next(), children.next());
            more.is_none()
                && one.is_some_and(|one| outline.may_label(one))
                && two.is_some_and(|two| outline.of(two).lines == 1 && outline.of(two).chars <= 300)
        }
    };
    let next = std::iter::successors(tree.next(id), |&next| tree.next(next))
        .find(|&next| outline.sees(next) && tree.tag(next).is_some());
    let before = std::iter::successors(tree.previous(id), |&next| tree.previous(next))
        .find(|&next| outline.sees(next) && tree.tag(next).is_some());
    next.is_some_and(alike) || before.is_some_and(alike)
}

/// Whether children are labels and values by turns, told apart by their names or classes.
fn alternate(tree: &Tree, outline: &Outline<'_>, children: &[Id]) -> bool {
    let look = |id: &Id| (tree.tag(*id), tree.attribute(*id, Key::Class));
    let [label, value, ..] = children else { return false };
    if children.len() < 4 || !children.len().is_multiple_of(2) || look(label) == look(value) {
        return false;
    }
    children.chunks_exact(2).all(|two| {
        let [one, other] = two else { return false };
        look(one) == look(label)
            && look(other) == look(value)
            && tree.tag(*one).is_some_and(|tag| tag.is_block() && tag != Tag::Item)
            && tree.tag(*other).is_some_and(Tag::is_block)
            && outline.may_label(*one)
            && !outline.is_heading(*other)
            && outline.of(*other).lines <= 3
    })
}
