//! A trie of texts: which of them a page has at a place.

use super::schema::Class;
use super::table::Table;

/// Texts by their first bytes.
#[derive(Debug, Clone)]
pub struct Trie {
    nodes: Vec<Node>,
    /// Node and byte → the next node, for all that follow a node but the first.
    edges: Table,
    /// Which pairs of bytes texts begin with, as bits; most words of a page begin with none of them.
    pairs: Vec<u64>,
    /// The forms that end at nodes, as lists: a form and what is behind it, of which nought is none.
    links: Vec<(Ended, u32)>,
}

/// A node. Most are followed by one other, which was made right behind it, so that a walk stays where it is in memory.
#[derive(Debug, Default, Clone, Copy)]
struct Node {
    /// What follows first: its byte above, whether others do, and its node, of which nought is none.
    next: u32,
    /// The first of the forms that end here; nought is none.
    ends: u32,
}

const SEVERAL: u32 = 1 << 23;

impl Node {
    #[inline]
    fn first(self) -> Option<(u8, u32)> {
        let [byte, ..] = self.next.to_be_bytes();
        let node = self.next & (SEVERAL - 1);
        (node != 0).then_some((byte, node))
    }
}

/// A form that ends at a node: its number, whether its case is asked for, and its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pub form: u32,
    pub class: Class,
    pub cased: bool,
}

impl Default for Trie {
    fn default() -> Self {
        let nodes = vec![Node::default()];
        Trie { nodes, edges: Table::default(), pairs: vec![0; PAIRS / 64], links: Vec::new() }
    }
}

const PAIRS: usize = 1 << 16;

const fn pair(first: u8, second: u8) -> usize {
    (first as usize) << 8 | second as usize
}

const fn edge(node: u32, byte: u8) -> u32 {
    node << 8 | byte as u32
}

impl Trie {
    /// The node of a text, made where it is missing.
    pub fn node(&mut self, text: &str) -> u32 {
        match *text.as_bytes() {
            [first, second, ..] => self.open(pair(first, second)..=pair(first, second)),
            [first] => self.open(pair(first, 0)..=pair(first, u8::MAX)),
            [] => {}
        }
        let mut node = 0;
        for byte in text.bytes() {
            node = self.behind(node, byte).unwrap_or_else(|| self.append(node, byte));
        }
        node
    }

    /// The node that follows another by a byte.
    #[inline]
    pub fn behind(&self, node: u32, byte: u8) -> Option<u32> {
        let here = self.nodes.get(node as usize)?;
        match here.first() {
            Some((first, next)) if first == byte => Some(next),
            _ if here.next & SEVERAL != 0 => self.edges.get(edge(node, byte)),
            _ => None,
        }
    }

    /// Makes a node that follows another.
    #[allow(clippy::cast_possible_truncation, reason = "files of 3 MB make 10^6 nodes")]
    fn append(&mut self, node: u32, byte: u8) -> u32 {
        let next = self.nodes.len() as u32;
        self.nodes.push(Node::default());
        let Some(before) = self.nodes.get_mut(node as usize) else { return next };
        if before.next == 0 && next < SEVERAL {
            before.next = u32::from(byte) << 24 | next;
        } else {
            before.next |= SEVERAL;
            self.edges.insert(edge(node, byte), next);
        }
        next
    }

    fn open(&mut self, pairs: std::ops::RangeInclusive<usize>) {
        for pair in pairs {
            if let Some(bits) = self.pairs.get_mut(pair / 64) {
                *bits |= 1 << (pair % 64);
            }
        }
    }

    /// Whether a text may begin at a place.
    pub fn may_begin(&self, text: &[u8], at: usize) -> bool {
        let Some(&first) = text.get(at) else { return false };
        let pair = pair(first, text.get(at + 1).copied().unwrap_or(0));
        self.pairs.get(pair / 64).is_some_and(|bits| bits >> (pair % 64) & 1 == 1)
    }

    /// Adds a form behind those that end at a node.
    pub fn add(&mut self, node: u32, form: Ended) {
        self.links.push((form, 0));
        #[allow(clippy::cast_possible_truncation, reason = "as many as forms")]
        let link = self.links.len() as u32;
        let Some(Node { ends, .. }) = self.nodes.get_mut(node as usize) else { return };
        if *ends == 0 {
            *ends = link;
            return;
        }
        let mut at = *ends;
        while let Some((_, next)) = self.links.get_mut(at as usize - 1) {
            if *next == 0 {
                *next = link;
                return;
            }
            at = *next;
        }
    }

    /// The forms that end at a node, in the order they were added.
    #[inline]
    pub fn forms(&self, node: u32) -> impl Iterator<Item = Ended> {
        let mut next = self.nodes.get(node as usize).map_or(0, |node| node.ends);
        std::iter::from_fn(move || {
            let &(form, behind) = self.links.get((next as usize).checked_sub(1)?)?;
            next = behind;
            Some(form)
        })
    }

    /// Every form that a text holds from `at` on, where a node stands, with its end. Returns the last byte looked at and
    /// the node it was looked at from.
    #[inline]
    pub fn walk(
        &self,
        text: &[u8],
        mut at: usize,
        mut node: u32,
        found: &mut impl FnMut(usize, Ended),
    ) -> (usize, u32) {
        while let Some(&byte) = text.get(at) {
            let Some(next) = self.behind(node, byte) else { break };
            node = next;
            at += 1;
            self.forms(node).for_each(|form| found(at, form));
        }
        (at, node)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Of texts that share beginnings, and of the same text several times, all are found, the shortest first.
        #[test]
        fn a_walk_finds_all_that_a_text_begins_with(
            texts in prop::collection::vec("[abé]{1,4}", 1..12),
            page in "[abé]{0,8}",
        ) {
            let mut trie = Trie::default();
            for (form, text) in (0..).zip(&texts) {
                let node = trie.node(text);
                trie.add(node, Ended { form, class: Class::People, cased: false });
            }
            for (at, _) in page.char_indices() {
                let rest = page.get(at..).expect("a character");
                let mut expected: Vec<(usize, u32)> = (0..)
                    .zip(&texts)
                    .filter(|(_, text)| rest.starts_with(text.as_str()))
                    .map(|(form, text)| (at + text.len(), form))
                    .collect();
                expected.sort_unstable();
                let mut found = Vec::new();
                trie.walk(page.as_bytes(), at, 0, &mut |end, ended| found.push((end, ended.form)));
                prop_assert_eq!(&found, &expected);
                prop_assert!(found.is_empty() || trie.may_begin(page.as_bytes(), at));
            }
        }
    }
}
