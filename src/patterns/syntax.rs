//! The small language patterns and word forms are written in.
//!
//! | written | stands for |
//! |---|---|
//! | `text` | itself; in lower case it matches any case, with a capital only as written |
//! | a space | any run of spaces within a line |
//! | `{day}` | a slot: a value the engine reads; `{start.day}` and `{end.day}` are those of a range's ends |
//! | `(one\|other)` | either |
//! | `[text]`, `[one\|other]` | may be left out |
//! | `\[` | the character itself, for each of `{ } [ ] ( ) \| \` |

use std::ops::Range;
use std::sync::Arc;

/// Which value of a rule a slot belongs to: its only one, or one end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Only,
    Start,
    End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Text(String),
    Space,
    Slot {
        part: Part,
        name: String,
        at: Range<usize>,
    },
    Optional(Vec<Node>),
    /// Ways that many patterns share, as those of a word's endings, are held once.
    Either(Arc<[Vec<Node>]>),
}

/// What is wrong with a pattern and where, in bytes of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub at: Range<usize>,
    pub message: String,
    pub help: Option<String>,
}

/// Reads a pattern.
///
/// # Errors
/// [`SyntaxError`] at the first character that does not fit.
pub fn parse(source: &str) -> Result<Vec<Node>, SyntaxError> {
    let mut parser = Parser { source, at: 0 };
    let nodes = parser.sequence(None)?;
    match parser.peek() {
        None if nodes.is_empty() => Err(parser.expected("a pattern", "nothing")),
        None => Ok(nodes),
        Some(c) => Err(parser.found("text", c)),
    }
}

struct Parser<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> Option<char> {
        self.source.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn expected(&self, expected: &str, found: &str) -> SyntaxError {
        let len = self.peek().map_or(0, char::len_utf8);
        SyntaxError { at: self.at..self.at + len, message: format!("expected {expected}, found {found}"), help: None }
    }

    fn found(&self, expected: &str, c: char) -> SyntaxError {
        let mut error = self.expected(expected, &format!("'{c}'"));
        error.help = Some(format!("write \\{c} for the character itself"));
        error
    }

    fn sequence(&mut self, closing: Option<char>) -> Result<Vec<Node>, SyntaxError> {
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(c) = self.peek() {
            let plain = self.plain();
            if !plain.is_empty() {
                self.at += plain.len();
                match nodes.last_mut() {
                    Some(Node::Text(text)) => text.push_str(plain),
                    _ => nodes.push(Node::Text(plain.to_owned())),
                }
                continue;
            }
            if Some(c) == closing || (c == '|' && closing.is_some()) {
                break;
            }
            let from = self.at;
            self.at += c.len_utf8();
            match c {
                '{' => nodes.push(self.slot(from)?),
                '[' => nodes.push(Node::Optional(vec![self.either(from, ']')?])),
                '(' => nodes.push(self.either(from, ')')?),
                ']' | ')' | '}' | '|' => {
                    self.at = from;
                    return Err(self.found("text", c));
                }
                c if c.is_whitespace() => {
                    if nodes.last() != Some(&Node::Space) {
                        nodes.push(Node::Space);
                    }
                }
                _ => {
                    let c = self.escaped(from)?;
                    match nodes.last_mut() {
                        Some(Node::Text(text)) => text.push(c),
                        _ => nodes.push(Node::Text(c.to_string())),
                    }
                }
            }
        }
        Ok(nodes)
    }

    /// The text that goes on here as it is written.
    fn plain(&self) -> &'s str {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let special = |c: char| "{}[]()|\\".contains(c) || c.is_whitespace();
        rest.get(..rest.find(special).unwrap_or(rest.len())).unwrap_or_default()
    }

    fn escaped(&mut self, from: usize) -> Result<char, SyntaxError> {
        match self.peek() {
            Some(c) if "{}[]()|\\".contains(c) => {
                self.at += c.len_utf8();
                Ok(c)
            }
            _ => {
                self.at = from;
                Err(self.expected("one of { } [ ] ( ) | \\ after a backslash", "something else"))
            }
        }
    }

    fn either(&mut self, from: usize, closing: char) -> Result<Node, SyntaxError> {
        let mut ways = Vec::new();
        loop {
            ways.push(self.sequence(Some(closing))?);
            match self.peek() {
                Some('|') => self.at += 1,
                _ => break,
            }
        }
        self.close(from, closing)?;
        Ok(Node::Either(ways.into()))
    }

    fn close(&mut self, from: usize, closing: char) -> Result<(), SyntaxError> {
        if self.peek() == Some(closing) {
            self.at += 1;
            return Ok(());
        }
        let mut error = self.expected(&format!("'{closing}'"), "the end of the pattern");
        error.at = from..from + 1;
        Err(error)
    }

    fn slot(&mut self, from: usize) -> Result<Node, SyntaxError> {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let Some(length) = rest.find('}') else {
            let mut error = self.expected("'}' after a slot's name", "the end of the pattern");
            error.at = from..self.source.len();
            return Err(error);
        };
        let name = rest.get(..length).unwrap_or_default();
        self.at += length + 1;
        let (part, name) = match name.split_once('.') {
            Some(("start", name)) => (Part::Start, name),
            Some(("end", name)) => (Part::End, name),
            _ => (Part::Only, name),
        };
        Ok(Node::Slot { part, name: name.to_owned(), at: from..self.at })
    }
}

/// Any of some texts.
pub fn either<'t>(texts: impl Iterator<Item = &'t str>) -> Node {
    let way = |text: &str| if text.is_empty() { Vec::new() } else { vec![Node::Text(text.to_owned())] };
    Node::Either(texts.map(way).collect())
}

/// Puts what `by` gives for a node in its place, at every depth.
pub fn replace(nodes: &mut [Node], by: &impl Fn(&Node) -> Option<Node>) {
    for node in nodes {
        match node {
            Node::Optional(inner) => replace(inner, by),
            Node::Either(ways) => Arc::make_mut(ways).iter_mut().for_each(|way| replace(way, by)),
            _ => {
                if let Some(other) = by(node) {
                    *node = other;
                }
            }
        }
    }
}

/// How many texts nodes without slots can stand for.
pub fn count(nodes: &[Node]) -> u64 {
    let of = |node: &Node| match node {
        Node::Text(_) | Node::Space | Node::Slot { .. } => 1,
        Node::Optional(inner) => count(inner).saturating_add(1),
        Node::Either(ways) => ways.iter().map(|way| count(way)).fold(0, u64::saturating_add),
    };
    nodes.iter().map(of).fold(1, u64::saturating_mul)
}

/// Every text nodes without slots can stand for, each with single spaces; `head` is what stands before them.
pub fn each(nodes: &[Node], head: &mut String, seen: &mut impl FnMut(&str)) {
    each_then(nodes, &mut Vec::new(), head, seen);
}

/// As [`each`], with further nodes behind, the next last.
fn each_then<'n>(nodes: &'n [Node], behind: &mut Vec<&'n [Node]>, head: &mut String, seen: &mut impl FnMut(&str)) {
    let Some((node, rest)) = nodes.split_first() else {
        match behind.pop() {
            Some(next) => {
                each_then(next, behind, head, seen);
                behind.push(next);
            }
            None => seen(head),
        }
        return;
    };
    let length = head.len();
    match node {
        Node::Text(text) => {
            head.push_str(text);
            each_then(rest, behind, head, seen);
        }
        Node::Space => {
            head.push(' ');
            each_then(rest, behind, head, seen);
        }
        Node::Slot { .. } => {}
        Node::Optional(inner) => {
            behind.push(rest);
            each_then(inner, behind, head, seen);
            behind.pop();
            each_then(rest, behind, head, seen);
        }
        Node::Either(ways) => {
            for way in ways.iter() {
                behind.push(rest);
                each_then(way, behind, head, seen);
                behind.pop();
            }
        }
    }
    head.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_expand_to_every_text() {
        let nodes = parse("dipendent(e|i)[ pubblici]").expect("a form");
        let mut forms = Vec::new();
        each(&nodes, &mut String::new(), &mut |form| forms.push(form.to_owned()));
        forms.sort();
        assert_eq!(forms, ["dipendente", "dipendente pubblici", "dipendenti", "dipendenti pubblici"]);
    }

    #[test]
    fn mistakes_are_placed() {
        for (source, at, message) in [
            ("{day", 0..4, "expected '}' after a slot's name, found the end of the pattern"),
            ("a [b", 2..3, "expected ']', found the end of the pattern"),
            ("a) b", 1..2, "expected text, found ')'"),
            ("", 0..0, "expected a pattern, found nothing"),
        ] {
            let error = parse(source).expect_err(source);
            assert_eq!((error.at, error.message.as_str()), (at, message), "{source}");
        }
    }
}
