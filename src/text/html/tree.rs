//! A page's elements and texts as a flat list with links, and how html5ever fills it.
//!
//! Nothing here recurses, neither building nor dropping, so a deep page costs no stack.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, LocalName, Namespace, QualName, ns};

use super::names::{Key, Tag};

/// A node's place in the list. The document is node 1, so that `Option<Id>` takes four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Id(NonZeroU32);

impl Id {
    /// The document itself.
    pub const ROOT: Id = Id(NonZeroU32::MIN);

    /// The node's place in a table with one entry a node.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    fn nth(index: usize) -> Option<Id> {
        u32::try_from(index + 1).ok().and_then(NonZeroU32::new).map(Id)
    }
}

/// What a node is.
pub enum Data {
    /// The document, a comment, a processing instruction.
    Other,
    /// An element with the attributes that kohex reads.
    Element { tag: Tag, attributes: Box<[(Key, StrTendril)]> },
    /// Characters, entities resolved.
    Text(StrTendril),
}

struct Node {
    parent: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    before: Option<Id>,
    after: Option<Id>,
    data: Data,
}

/// A page as html5ever builds it.
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    fn new() -> Self {
        let mut tree = Tree { nodes: Vec::new() };
        tree.push(Data::Other);
        tree
    }

    /// How many nodes there are, those not in the page any more among them.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Every node in the order html5ever made them, which is the page's but for misnested markup.
    pub fn ids(&self) -> impl Iterator<Item = Id> {
        (0..self.nodes.len()).filter_map(Id::nth)
    }

    fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    pub fn parent(&self, id: Id) -> Option<Id> {
        self.node(id)?.parent
    }

    pub fn first_child(&self, id: Id) -> Option<Id> {
        self.node(id)?.first
    }

    pub fn next(&self, id: Id) -> Option<Id> {
        self.node(id)?.after
    }

    pub fn previous(&self, id: Id) -> Option<Id> {
        self.node(id)?.before
    }

    /// An element's children, or nothing.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.first_child(id), |&child| self.next(child))
    }

    /// The nodes around one, the nearest first.
    pub fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.parent(id), |&node| self.parent(node))
    }

    /// What an element is called; `None` for what is no element.
    pub fn tag(&self, id: Id) -> Option<Tag> {
        match self.node(id)?.data {
            Data::Element { tag, .. } => Some(tag),
            _ => None,
        }
    }

    /// A text node's characters.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An element's attribute as it stands, entities resolved.
    pub fn attribute(&self, id: Id, wanted: Key) -> Option<&str> {
        match &self.node(id)?.data {
            Data::Element { attributes, .. } => {
                attributes.iter().find(|(key, _)| *key == wanted).map(|(_, value)| &**value)
            }
            _ => None,
        }
    }

    /// All of an element's own text nodes in one, for `title` and `script`.
    pub fn own_text(&self, id: Id) -> String {
        self.children(id).filter_map(|child| self.text(child)).collect()
    }

    /// Enters and leaves every node below `root`, and `root` itself, in page order.
    pub fn steps(&self, root: Id) -> Steps<'_> {
        Steps { tree: self, root, next: Some(Step::Enter(root)) }
    }

    fn push(&mut self, data: Data) -> Id {
        // Four thousand million nodes take more memory than there is; the caller's limit ends a page long before.
        let id = Id::nth(self.nodes.len()).unwrap_or(Id::ROOT);
        self.nodes.push(Node { parent: None, first: None, last: None, before: None, after: None, data });
        id
    }

    fn change(&mut self, id: Id, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            change(node);
        }
    }

    fn detach(&mut self, id: Id) {
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        let (parent, before, after) = (node.parent.take(), node.before.take(), node.after.take());
        if let Some(before) = before {
            self.change(before, |node| node.after = after);
        } else if let Some(parent) = parent {
            self.change(parent, |node| node.first = after);
        }
        if let Some(after) = after {
            self.change(after, |node| node.before = before);
        } else if let Some(parent) = parent {
            self.change(parent, |node| node.last = before);
        }
    }

    fn append(&mut self, parent: Id, child: Id) {
        self.detach(child);
        let last = self.node(parent).and_then(|node| node.last);
        self.change(child, |node| (node.parent, node.before) = (Some(parent), last));
        if let Some(last) = last {
            self.change(last, |node| node.after = Some(child));
        }
        self.change(parent, |node| {
            node.last = Some(child);
            node.first = node.first.or(Some(child));
        });
    }

    fn insert_before(&mut self, sibling: Id, child: Id) {
        self.detach(child);
        let Some((parent, before)) = self.node(sibling).map(|node| (node.parent, node.before)) else { return };
        self.change(child, |node| (node.parent, node.before, node.after) = (parent, before, Some(sibling)));
        self.change(sibling, |node| node.before = Some(child));
        if let Some(before) = before {
            self.change(before, |node| node.after = Some(child));
        } else if let Some(parent) = parent {
            self.change(parent, |node| node.first = Some(child));
        }
    }

    /// Adds to a text node; `false` where `id` is none.
    fn extend_text(&mut self, id: Option<Id>, more: &StrTendril) -> bool {
        match id.and_then(|id| self.nodes.get_mut(id.index())).map(|node| &mut node.data) {
            Some(Data::Text(text)) => {
                text.push_tendril(more);
                true
            }
            _ => false,
        }
    }
}

/// Coming to a node, and having seen all below it.
#[derive(Clone, Copy)]
pub enum Step {
    Enter(Id),
    Leave(Id),
}

/// See [`Tree::steps`].
pub struct Steps<'t> {
    tree: &'t Tree,
    root: Id,
    next: Option<Step>,
}

impl Steps<'_> {
    /// Passes over what is below the node just entered, and over leaving it.
    pub fn pass(&mut self) {
        if let Some(Step::Enter(id)) = self.next
            && let Some(parent) = self.tree.parent(id)
        {
            self.next = Some(Step::Leave(parent));
        }
        if let Some(Step::Leave(id)) = self.next {
            self.next = self.behind(id);
        }
    }

    fn behind(&self, id: Id) -> Option<Step> {
        if id == self.root {
            return None;
        }
        self.tree.next(id).map(Step::Enter).or_else(|| self.tree.parent(id).map(Step::Leave))
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let step = self.next?;
        self.next = match step {
            Step::Enter(id) => Some(self.tree.first_child(id).map_or(Step::Leave(id), Step::Enter)),
            Step::Leave(id) => self.behind(id),
        };
        Some(step)
    }
}

/// What html5ever keeps in hand of a node: its place, and the name it asks for all the time.
#[derive(Clone)]
pub struct Handle {
    id: Id,
    space: Namespace,
    name: LocalName,
}

/// html5ever's view of the tree being built.
pub struct Sink {
    tree: RefCell<Tree>,
    newest: Cell<Id>,
}

impl Sink {
    pub fn new() -> Self {
        Sink { tree: RefCell::new(Tree::new()), newest: Cell::new(Id::ROOT) }
    }

    /// How many nodes were made.
    pub fn nodes(&self) -> usize {
        self.tree.borrow().len()
    }

    /// Whether the newest element lies more than `limit` levels deep.
    pub fn deeper_than(&self, limit: usize) -> bool {
        self.tree.borrow().ancestors(self.newest.get()).nth(limit).is_some()
    }

    fn add(&self, data: Data) -> Id {
        self.tree.borrow_mut().push(data)
    }

    fn other(&self) -> Handle {
        Handle { id: self.add(Data::Other), space: ns!(), name: LocalName::default() }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Tree {
        self.tree.into_inner()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: Id::ROOT, space: ns!(), name: LocalName::default() }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        ExpandedName { ns: &target.space, local: &target.name }
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        let tag = if name.ns == ns!(html) { Tag::from_name(&name.local) } else { Tag::from_foreign(&name.local) };
        let kept = attributes.into_iter().filter_map(|attribute| {
            let key = Key::from_name(&attribute.name.local)?;
            Some((key, attribute.value))
        });
        let attributes: Box<[_]> = kept.collect();
        let role = attributes.iter().find(|(key, _)| *key == Key::Role);
        let tag = role.map_or(tag, |(_, role)| tag.in_role(role.trim()));
        let id = self.add(Data::Element { tag, attributes });
        self.newest.set(id);
        Handle { id, space: name.ns, name: name.local }
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.other()
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        self.other()
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        match child {
            NodeOrText::AppendNode(child) => self.tree.borrow_mut().append(parent.id, child.id),
            NodeOrText::AppendText(text) => {
                let last = self.tree.borrow().node(parent.id).and_then(|node| node.last);
                if !self.tree.borrow_mut().extend_text(last, &text) {
                    let id = self.add(Data::Text(text));
                    self.tree.borrow_mut().append(parent.id, id);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.tree.borrow().parent(element.id).is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    // A template's contents stay below it: what is left out with it needs no document of its own, and a pile of
    // templates counts as the depth it is.
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, new: NodeOrText<Handle>) {
        match new {
            NodeOrText::AppendNode(child) => self.tree.borrow_mut().insert_before(sibling.id, child.id),
            NodeOrText::AppendText(text) => {
                let before = self.tree.borrow().previous(sibling.id);
                if !self.tree.borrow_mut().extend_text(before, &text) {
                    let id = self.add(Data::Text(text));
                    self.tree.borrow_mut().insert_before(sibling.id, id);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, more: Vec<Attribute>) {
        self.tree.borrow_mut().change(target.id, |node| {
            if let Data::Element { attributes, .. } = &mut node.data {
                let mut all = std::mem::take(attributes).into_vec();
                for attribute in more {
                    if let Some(key) = Key::from_name(&attribute.name.local)
                        && !all.iter().any(|(known, _)| *known == key)
                    {
                        all.push((key, attribute.value));
                    }
                }
                *attributes = all.into_boxed_slice();
            }
        });
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.borrow_mut().detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut tree = self.tree.borrow_mut();
        while let Some(child) = tree.first_child(node.id) {
            tree.append(new_parent.id, child);
        }
    }
}
