//! What a reader sees of a page: its bytes made characters, its markup made text.

use std::borrow::Cow;

use crate::digest::sha256;
use crate::reject::{Class, Stage};
use crate::source::{Content, Hints, Page, Row};
use crate::text::{Text, decode, html};

use super::Failed;

/// A page as it is given: what the record calls it, its content, and what its surroundings say of it.
#[derive(Debug, Clone, Copy)]
pub struct Given<'p> {
    pub name: &'p str,
    pub body: Body<'p>,
    pub hints: &'p Hints,
}

impl<'p> Given<'p> {
    /// A page of a source, and what was loaded where it lies in a file of its own ([`Page::load`]).
    pub fn of(page: &'p Page, loaded: &'p [u8]) -> Self {
        let body = match &page.content {
            Content::Row(row) => Body::Row(row),
            Content::Bytes(bytes) => Body::Bytes(bytes),
            Content::File(_) => Body::Bytes(loaded),
        };
        Given { name: &page.name, body, hints: &page.hints }
    }
}

/// The content of a page.
#[derive(Debug, Clone, Copy)]
pub enum Body<'p> {
    /// A text, with markup or without.
    Bytes(&'p [u8]),
    /// A row of a table.
    Row(&'p Row),
}

/// The text of a page and where it comes from.
#[derive(Debug)]
pub struct Shown<'p> {
    pub text: Text<'p>,
    pub encoding: &'static str,
    /// Characters that could not be decoded.
    pub replaced: usize,
    /// Characters written in a wrong encoding and put right.
    pub repaired: usize,
    pub media_type: &'static str,
    /// Of the bytes, or of the row's text.
    pub bytes: u64,
    pub sha256: String,
    /// What the head of a marked-up page says.
    pub head: Option<html::Html>,
    /// The columns of a row, in the normalised text.
    pub columns: Vec<super::columns::Placed>,
}

/// Makes a page of `bytes` the text a reader sees.
pub fn show<'p>(given: &Given<'p>, bytes: &'p [u8], limits: &html::Limits) -> Result<Shown<'p>, Failed> {
    let decoded = decode(bytes, given.hints.charset.as_deref())
        .map_err(|error| Failed::new(Stage::Decode, Class::Decode, error))?;
    let (mut text, mut media_type, mut head) = (decoded.text, "text/plain", None);
    if is_html(given, &text) {
        let mut page = html::read(&text, limits).map_err(too_much)?;
        text = Cow::Owned(std::mem::take(&mut page.text));
        (media_type, head) = ("text/html", Some(page));
    } else if ends(given.name, &[".md", ".markdown"]) {
        media_type = "text/markdown";
    }
    Ok(Shown {
        text: Text::new(text),
        encoding: decoded.encoding,
        replaced: decoded.replaced,
        repaired: decoded.repaired,
        media_type,
        bytes: bytes.len() as u64,
        sha256: sha256([bytes]),
        head,
        columns: Vec::new(),
    })
}

/// By what it was sent as, by its name, else by how it begins: a page saved under any name is still HTML.
fn is_html(given: &Given<'_>, text: &str) -> bool {
    match given.hints.media_type.as_deref() {
        Some("text/html" | "application/xhtml+xml") => true,
        _ => ends(given.name, &[".html", ".htm", ".xhtml"]) || html::is_html(text),
    }
}

fn ends(name: &str, endings: &[&str]) -> bool {
    let name = name.as_bytes();
    let ends = |ending: &&str| {
        name.len()
            .checked_sub(ending.len())
            .and_then(|at| name.get(at..))
            .is_some_and(|tail| tail.eq_ignore_ascii_case(ending.as_bytes()))
    };
    endings.iter().any(ends)
}

/// Markup beyond the limits.
pub fn too_much(error: html::TooMuch) -> Failed {
    let class = match error {
        html::TooMuch::Depth(_) => Class::Depth,
        html::TooMuch::Nodes(_) | html::TooMuch::Tag(_) | html::TooMuch::Attributes(_) => Class::Limit,
    };
    Failed::new(Stage::Markup, class, error)
}
