//! Programs: patterns as instructions over bytes and slots. All patterns that are looked for together make one program;
//! the automaton tells which of them match, and [`Program::slots`] what stands in the slots of one that does.

use super::lexicon::Lexicon;
use super::slots::{Filling, Slot};
use super::syntax::{Node, Part};
use super::view::View;
use crate::text::fold;

/// One instruction; `next` is the one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inst {
    /// A byte of the folded text; a first byte of a letter may ask for the letter's case.
    Byte {
        byte: u8,
        case: Case,
        next: u32,
    },
    /// Anything that can stand in a slot: `1 << bit` is the slot's bit.
    Slot {
        bit: u8,
        group: u16,
        next: u32,
    },
    /// Begins and ends a stretch that counts as a slot.
    Open {
        group: u16,
        next: u32,
    },
    Close {
        group: u16,
        next: u32,
    },
    /// Any of several, the preferred first: a range of [`Program::ways`].
    Ways {
        from: u32,
        count: u16,
    },
    /// The end of a pattern.
    Match {
        pattern: u32,
    },
}

/// The case a letter of the page must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Any,
    Upper,
    Lower,
}

/// Patterns as instructions.
#[derive(Debug, Default)]
pub struct Program {
    insts: Vec<Inst>,
    ways: Vec<u32>,
    patterns: Vec<Pattern>,
}

/// One pattern of a program.
#[derive(Debug)]
pub struct Pattern {
    pub start: u32,
    /// What its groups hold, in the order of the pattern.
    pub slots: Vec<(Part, Slot)>,
    /// Whether a letter of it asks for its case.
    pub cased: bool,
}

/// Which letters of a text with a capital are compared with the page as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exact {
    /// Those of its words that have a capital.
    Words,
    /// All of them, and the text is a slot of its own.
    Texts,
}

/// What stands in a slot of a found pattern: which group, and where in the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub group: u16,
    pub start: usize,
    pub end: usize,
}

impl Program {
    /// Adds a pattern; gives `false` where the language has no words for one of its slots.
    pub fn add(&mut self, nodes: &[Node], words: &Lexicon, exact: Exact) -> bool {
        if !nodes.iter().all(|node| can_be(node, words)) {
            return false;
        }
        let mut slots = Vec::new();
        groups(nodes, words, exact, &mut slots);
        let last = self.push(Inst::Match { pattern: number(self.patterns.len()) });
        let group = u16::try_from(slots.len()).unwrap_or(u16::MAX);
        let mut writer = Writer { program: self, words, exact, group, cased: false };
        let start = writer.sequence(nodes, last);
        let cased = writer.cased;
        self.patterns.push(Pattern { start, slots, cased });
        true
    }

    /// The instruction of a number.
    pub fn inst(&self, at: u32) -> Option<Inst> {
        self.insts.get(at as usize).copied()
    }

    /// The bytes of all patterns, some several times.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        self.insts.iter().filter_map(|inst| if let Inst::Byte { byte, .. } = inst { Some(*byte) } else { None })
    }

    /// The instructions [`Inst::Ways`] stands for.
    pub fn ways(&self, from: u32, count: u16) -> &[u32] {
        self.ways.get(from as usize..from as usize + usize::from(count)).unwrap_or_default()
    }

    /// All patterns, by their numbers.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    fn push(&mut self, inst: Inst) -> u32 {
        self.insts.push(inst);
        number(self.insts.len() - 1)
    }

    /// What stands in the slots of a pattern that matches a span of the view's text from end to end; `None` where it
    /// does not. Of several ways the first counts, and in a slot the longest. `upper` tells whether the letter at a place
    /// is a capital on the page.
    pub fn slots(
        &self,
        pattern: u32,
        view: &mut View<'_>,
        span: std::ops::Range<usize>,
        upper: &dyn Fn(usize) -> bool,
    ) -> Option<Vec<Filled>> {
        let start = self.patterns.get(pattern as usize)?.start;
        let mut room = std::mem::take(&mut view.room);
        room.filled.clear();
        room.failed.clear();
        let mut fit = Fit { program: self, view, end: span.end, upper, room };
        let fits = fit.from(start, span.start);
        let mut room = fit.room;
        let filled = fits.then(|| std::mem::take(&mut room.filled));
        view.room = room;
        filled
    }
}

/// What patterns are fitted with, kept from one to the next.
#[derive(Debug, Default)]
pub struct Room {
    pub filled: Vec<Filled>,
    spare: Vec<Vec<Filling>>,
    /// Instructions and places that lead nowhere, so that no way is gone twice.
    failed: Vec<(u32, usize)>,
}

/// A pattern being fitted to a span.
struct Fit<'f, 't> {
    program: &'f Program,
    view: &'f mut View<'t>,
    end: usize,
    upper: &'f dyn Fn(usize) -> bool,
    room: Room,
}

impl Fit<'_, '_> {
    fn from(&mut self, mut inst: u32, mut at: usize) -> bool {
        loop {
            match self.program.inst(inst) {
                None => return false,
                Some(Inst::Match { .. }) => return at == self.end,
                Some(Inst::Byte { byte, case, next }) => {
                    let fits = at < self.end
                        && self.view.text().as_bytes().get(at) == Some(&byte)
                        && (case == Case::Any || (self.upper)(at) == (case == Case::Upper));
                    if !fits {
                        return false;
                    }
                    (inst, at) = (next, at + 1);
                }
                Some(Inst::Open { group, next }) => {
                    self.room.filled.push(Filled { group, start: at, end: at });
                    inst = next;
                }
                Some(Inst::Close { group, next }) => {
                    if let Some(open) = self.room.filled.iter_mut().rev().find(|filled| filled.group == group) {
                        open.end = at;
                    }
                    inst = next;
                }
                Some(Inst::Ways { from, count }) => return self.ways(inst, at, self.program.ways(from, count)),
                Some(Inst::Slot { bit, group, next }) => return self.slot(inst, at, bit, group, next),
            }
        }
    }

    fn ways(&mut self, inst: u32, at: usize, ways: &[u32]) -> bool {
        if self.room.failed.contains(&(inst, at)) {
            return false;
        }
        let filled = self.room.filled.len();
        for &way in ways {
            if self.from(way, at) {
                return true;
            }
            self.room.filled.truncate(filled);
        }
        self.room.failed.push((inst, at));
        false
    }

    fn slot(&mut self, inst: u32, at: usize, bit: u8, group: u16, next: u32) -> bool {
        if self.room.failed.contains(&(inst, at)) {
            return false;
        }
        let mut fillings: Vec<Filling> = self.room.spare.pop().unwrap_or_default();
        self.view.fillings(at, self.end, 1 << bit, &mut fillings);
        fillings.sort_unstable_by_key(|filling| std::cmp::Reverse(filling.end));
        let filled = self.room.filled.len();
        let fits = fillings.iter().any(|filling| {
            self.room.filled.truncate(filled);
            self.room.filled.push(Filled { group, start: at, end: filling.end });
            self.from(next, filling.end)
        });
        self.room.spare.push(fillings);
        if !fits {
            self.room.filled.truncate(filled);
            self.room.failed.push((inst, at));
        }
        fits
    }
}

/// Writes a pattern's instructions from its end to its beginning.
struct Writer<'w> {
    program: &'w mut Program,
    words: &'w Lexicon,
    exact: Exact,
    /// One more than the group of the next slot before.
    group: u16,
    cased: bool,
}

impl Writer<'_> {
    fn sequence(&mut self, nodes: &[Node], mut next: u32) -> u32 {
        for node in nodes.iter().rev() {
            next = self.node(node, next);
        }
        next
    }

    fn node(&mut self, node: &Node, next: u32) -> u32 {
        match node {
            Node::Text(text) => self.text(text, next),
            Node::Space => self.program.push(Inst::Byte { byte: b' ', case: Case::Any, next }),
            Node::Slot { name, .. } => {
                let Some(slot) = Slot::from_name(name) else { return next };
                self.group = self.group.saturating_sub(1);
                let bit = u8::try_from(slot.bit().trailing_zeros()).unwrap_or(u8::MAX);
                self.program.push(Inst::Slot { bit, group: self.group, next })
            }
            Node::Optional(inner) => {
                if !inner.iter().all(|node| can_be(node, self.words)) {
                    return next;
                }
                let with = self.sequence(inner, next);
                self.either(&[with, next])
            }
            Node::Either(ways) => {
                // Groups are counted from the end.
                let mut starts: Vec<u32> = Vec::new();
                for way in ways.iter().rev() {
                    if way.iter().all(|node| can_be(node, self.words)) {
                        starts.push(self.sequence(way, next));
                    }
                }
                starts.reverse();
                if let [only] = starts.as_slice() { *only } else { self.either(&starts) }
            }
        }
    }

    fn either(&mut self, ways: &[u32]) -> u32 {
        let from = number(self.program.ways.len());
        self.program.ways.extend(ways);
        let count = u16::try_from(ways.len()).unwrap_or(u16::MAX);
        self.program.push(Inst::Ways { from, count })
    }

    fn text(&mut self, text: &str, mut next: u32) -> u32 {
        if !has_capital(text) {
            let folded = fold(text);
            for &byte in folded.as_bytes().iter().rev() {
                next = self.program.push(Inst::Byte { byte, case: Case::Any, next });
            }
            return next;
        }
        let whole = self.exact == Exact::Texts;
        let group = self.group.saturating_sub(u16::from(whole));
        if whole {
            self.group = group;
            next = self.program.push(Inst::Close { group, next });
        }
        for piece in text.split_inclusive([' ', '\'', '-']).collect::<Vec<_>>().into_iter().rev() {
            let cased = whole || has_capital(piece);
            self.cased |= cased;
            for (folded, written) in fold(piece).chars().zip(piece.chars()).collect::<Vec<_>>().into_iter().rev() {
                let case = match written {
                    _ if !cased => Case::Any,
                    c if c.is_uppercase() => Case::Upper,
                    c if c.is_lowercase() => Case::Lower,
                    _ => Case::Any,
                };
                let mut bytes = [0; 4];
                let bytes = folded.encode_utf8(&mut bytes).as_bytes();
                for (index, &byte) in bytes.iter().enumerate().rev() {
                    let case = if index == 0 { case } else { Case::Any };
                    next = self.program.push(Inst::Byte { byte, case, next });
                }
            }
        }
        if whole { self.program.push(Inst::Open { group, next }) } else { next }
    }
}

fn has_capital(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

/// Whether the language has words for all that a part of a pattern needs.
fn can_be(node: &Node, words: &Lexicon) -> bool {
    match node {
        Node::Text(_) | Node::Space | Node::Optional(_) => true,
        Node::Slot { name, .. } => match Slot::from_name(name) {
            Some(Slot::Word(class)) => words.has(class),
            slot => slot.is_some(),
        },
        Node::Either(ways) => ways.iter().any(|way| way.iter().all(|node| can_be(node, words))),
    }
}

/// The slots of a pattern in its order, as its groups are numbered.
fn groups(nodes: &[Node], words: &Lexicon, exact: Exact, out: &mut Vec<(Part, Slot)>) {
    for node in nodes {
        match node {
            Node::Text(text) if exact == Exact::Texts && has_capital(text) => out.push((Part::Only, Slot::Exact)),
            Node::Slot { part, name, .. } => out.extend(Slot::from_name(name).map(|slot| (*part, slot))),
            Node::Optional(inner) if inner.iter().all(|node| can_be(node, words)) => groups(inner, words, exact, out),
            Node::Either(ways) => {
                for way in ways.iter().filter(|way| way.iter().all(|node| can_be(node, words))) {
                    groups(way, words, exact, out);
                }
            }
            _ => {}
        }
    }
}

/// Programs have fewer instructions than a u32 counts: a file of 200 KB makes some 300 000.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
