//! From characters to a tree, broken off where a page is deeper or larger than a page is.
//!
//! html5ever has no limits of its own and takes quadratic time in an element's depth and a tag's attributes. It can be
//! fed in pieces, though, and looked at after each.

use std::cell::Cell;

use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};

use super::names::Key;
use super::tag::OpenTag;
use super::tree::{Handle, Id, Sink, Step, Tree};
use super::{Limits, TooMuch};

/// What the parser is given between two looks at what became of it.
const PIECE: usize = 4096;

/// Reads a page into a tree.
pub fn parse(source: &str, limits: &Limits) -> Result<Tree, TooMuch> {
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let watch =
        Watch { builder: TreeBuilder::new(Sink::new(), options), tokens: Cell::new(0), attributes: Cell::new(0) };
    let tokenizer = Tokenizer::new(watch, TokenizerOpts::default());
    let buffer = BufferQueue::default();
    let mut stall = Stall::default();
    let mut rest = source;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(PIECE));
        buffer.push_back(StrTendril::from_slice(piece));
        while !matches!(tokenizer.feed(&buffer), TokenizerResult::Done) {}
        tokenizer.sink.check(limits)?;
        stall.check(piece, tokenizer.sink.tokens.get(), limits)?;
        rest = behind;
    }
    tokenizer.end();
    tokenizer.sink.check(limits)?;
    let tree = tokenizer.sink.builder.sink.finish();
    check_depth(&tree, limits)?;
    Ok(tree)
}

/// Elements moved about by misnested markup may lie deeper in the end than when they were made.
fn check_depth(tree: &Tree, limits: &Limits) -> Result<(), TooMuch> {
    let mut depth = 0_usize;
    for step in tree.steps(Id::ROOT) {
        match step {
            Step::Enter(_) => depth += 1,
            Step::Leave(_) => depth -= 1,
        }
        // The document and a text are levels of the tree, but not of elements.
        if depth > limits.depth.saturating_add(2) {
            return Err(TooMuch::Depth(limits.depth));
        }
    }
    Ok(())
}

/// The tree builder, and what is to be known of the tokens on their way to it.
struct Watch {
    builder: TreeBuilder<Handle, Sink>,
    tokens: Cell<usize>,
    attributes: Cell<usize>,
}

impl Watch {
    fn check(&self, limits: &Limits) -> Result<(), TooMuch> {
        if self.attributes.get() > limits.attributes {
            return Err(TooMuch::Attributes(limits.attributes));
        }
        if self.builder.sink.nodes() > limits.nodes {
            return Err(TooMuch::Nodes(limits.nodes));
        }
        if self.builder.sink.deeper_than(limits.depth) {
            return Err(TooMuch::Depth(limits.depth));
        }
        Ok(())
    }
}

impl TokenSink for Watch {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        let mut token = token;
        if let Token::TagToken(tag) = &mut token {
            self.attributes.set(self.attributes.get().max(tag.attrs.len()));
            // The builder copies and compares the attributes of misnested elements again and again.
            tag.attrs.retain(|attribute| Key::from_name(&attribute.name.local).is_some());
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// What is known of a tag or comment that takes more than a piece: its parser gives no token until it ends.
#[derive(Default)]
struct Stall<'s> {
    tokens: usize,
    /// The piece in which it began.
    began: &'s str,
    bytes: usize,
    tag: Option<OpenTag>,
}

impl<'s> Stall<'s> {
    fn check(&mut self, piece: &'s str, tokens: usize, limits: &Limits) -> Result<(), TooMuch> {
        if tokens != self.tokens {
            *self = Stall { tokens, began: piece, ..Stall::default() };
            return Ok(());
        }
        self.bytes += piece.len();
        if self.bytes > limits.tag_bytes {
            return Err(TooMuch::Tag(limits.tag_bytes));
        }
        let tag = self.tag.get_or_insert_with(|| {
            let mut tag = OpenTag::default();
            tag.read(self.began);
            tag
        });
        if tag.read(piece) > limits.attributes {
            return Err(TooMuch::Attributes(limits.attributes));
        }
        Ok(())
    }
}
