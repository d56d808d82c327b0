//! The page's text, written in one walk over what is left of the tree.

use super::marks::{Mark, Marks};
use super::names::{Key, Tag};
use super::outline::{Outline, seen_words};
use super::tree::{Id, Step, Tree};
use super::writer::Writer;

/// The text of a page as a reader sees it, labels and their values on one line.
pub fn text(tree: &Tree, outline: &Outline<'_>, out: impl Fn(Id) -> bool) -> String {
    let marks = Marks::find(tree, outline);
    let mut walk = Walk { tree, marks: &marks, writer: Writer::default(), label: None, open: None, verbatim: 0 };
    let mut steps = tree.steps(Id::ROOT);
    while let Some(step) = steps.next() {
        match step {
            Step::Enter(id) => {
                if !outline.sees(id) || out(id) || marks.of(id) == Mark::Elsewhere {
                    steps.pass();
                } else {
                    walk.enter(id);
                }
            }
            Step::Leave(id) => walk.leave(id),
        }
    }
    walk.writer.finish()
}

struct Walk<'w> {
    tree: &'w Tree,
    marks: &'w Marks,
    writer: Writer,
    /// The label being written: nothing in it is a label or a value of its own.
    label: Option<Id>,
    /// The element in which a label waits for any text.
    open: Option<Id>,
    /// How many elements around keep their white space.
    verbatim: usize,
}

impl Walk<'_> {
    fn enter(&mut self, id: Id) {
        if let Some(text) = self.tree.text(id) {
            return self.text(id, text);
        }
        let Some(tag) = self.tree.tag(id) else { return };
        match self.mark(id) {
            Mark::Label | Mark::Open => {
                self.block(tag);
                self.writer.begin_label();
                self.label = Some(id);
            }
            Mark::Under(at) => {
                self.writer.break_lines(1);
                self.writer.label(self.marks.head(at));
            }
            Mark::Further => self.writer.join("; "),
            Mark::Beside => self.writer.join(" | "),
            Mark::Record => self.writer.break_lines(2),
            Mark::Alone => self.writer.break_lines(1),
            Mark::None | Mark::Value | Mark::Elsewhere => self.block(tag),
        }
        self.begin(id, tag);
    }

    fn text(&mut self, id: Id, text: &str) {
        if self.verbatim > 0 {
            self.writer.verbatim(text);
        } else if self.mark(id) == Mark::Label {
            self.writer.label(text);
        } else {
            self.writer.text(text);
        }
    }

    fn begin(&mut self, id: Id, tag: Tag) {
        match tag {
            Tag::Break if self.verbatim == 0 => self.writer.line_break(),
            Tag::Custom => self.writer.space(),
            Tag::Image | Tag::Input => {
                // An image beside a label's words is their ornament.
                if let Some(words) = seen_words(self.tree, id)
                    && self.label.is_none_or(|label| !self.has_text(label))
                {
                    self.writer.space();
                    self.writer.text(words);
                    self.writer.space();
                }
            }
            _ if tag.is_span() => self.writer.seam(),
            _ => {}
        }
        self.verbatim += usize::from(self.keeps_space(id, tag));
    }

    fn leave(&mut self, id: Id) {
        let Some(tag) = self.tree.tag(id) else { return };
        self.verbatim -= usize::from(self.keeps_space(id, tag));
        if self.open == Some(id) {
            self.writer.give_up();
            self.open = None;
        }
        match self.mark(id) {
            Mark::Label => self.writer.end_label(),
            Mark::Open => {
                self.writer.end_label();
                self.open = self.tree.parent(id);
            }
            Mark::Value | Mark::Under(_) | Mark::Further | Mark::Beside => {
                self.writer.end_value();
            }
            Mark::Record => self.writer.break_lines(2),
            Mark::Alone => self.writer.break_lines(1),
            Mark::None | Mark::Elsewhere => {}
        }
        if self.label == Some(id) {
            self.label = None;
        }
        match tag {
            Tag::Custom => self.writer.space(),
            _ if tag.is_span() => self.writer.seam(),
            _ => self.block(tag),
        }
    }

    fn block(&mut self, tag: Tag) {
        if tag.has_room() {
            self.writer.break_lines(2);
        } else if tag.is_block() {
            self.writer.break_lines(1);
        }
    }

    /// The node's mark, which counts for nothing inside a label.
    fn mark(&self, id: Id) -> Mark {
        match self.label {
            Some(label) if label != id => Mark::None,
            _ => self.marks.of(id),
        }
    }

    fn keeps_space(&self, id: Id, tag: Tag) -> bool {
        let style = self.tree.attribute(id, Key::Style).unwrap_or_default();
        tag == Tag::Pre || (style.contains("white-space") && style.contains("pre"))
    }

    fn has_text(&self, id: Id) -> bool {
        let mut steps = self.tree.steps(id);
        steps.any(
            |step| matches!(step, Step::Enter(id) if self.tree.text(id).is_some_and(|text| !text.trim().is_empty())),
        )
    }
}
