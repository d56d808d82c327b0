//! HTML and XHTML: the text of a page as its reader sees it, and what the page says about itself.
//!
//! One parser, html5ever, builds a tree of ours; facts stand in tables and lists of labels, so these are written as
//! `label: value` lines before anything else is thought of. Rules go by structure and by names that every content
//! system uses, never by one site's.

mod chrome;
mod head;
mod marks;
mod names;
mod outline;
mod parse;
mod sniff;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod writer;

use std::fmt;

use chrome::{Cut, left_out};
use outline::Outline;
pub use sniff::is_html;
use tree::{Id, Tree};

/// What a page holds, each part as the page has it but for white space.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Html {
    /// The text as a reader sees it: blocks on lines of their own, labels and their values on one line.
    pub text: String,
    /// The `title` element, which is no part of the text.
    pub title: Option<String>,
    /// `meta property=og:title`.
    pub og_title: Option<String>,
    /// The site's name, `meta property=og:site_name`.
    pub site_name: Option<String>,
    /// The text of the first headings, whether a reader sees them or not.
    pub headings: Vec<String>,
    /// The address of `link rel=canonical`.
    pub canonical: Option<String>,
    /// The address of `meta property=og:url`.
    pub og_url: Option<String>,
    /// The primary subtag of the `html` element's language in lower case: "it" of "it-IT".
    pub language: Option<String>,
    /// When the page says it was published, as it writes it.
    pub published: Option<String>,
    /// When the page says it was last changed, as it writes it.
    pub modified: Option<String>,
}

/// How large a page may be before it is refused rather than read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Levels of elements. Browsers stop at 512 too, and html5ever takes quadratic time in them.
    pub depth: usize,
    /// Elements and texts, those that misnested markup makes among them.
    pub nodes: usize,
    /// Bytes of one tag with its attributes, or of one comment: images may stand in their own source.
    pub tag_bytes: usize,
    /// Attributes of one tag, in which html5ever takes quadratic time.
    pub attributes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 512, nodes: 2_000_000, tag_bytes: 8 << 20, attributes: 1000 }
    }
}

/// Why a page was refused: it has more of something than its [`Limits`] allow, which are repeated here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TooMuch {
    /// More levels of elements.
    Depth(usize),
    /// More elements and texts.
    Nodes(usize),
    /// More bytes in one tag or comment.
    Tag(usize),
    /// More attributes in one tag.
    Attributes(usize),
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooMuch::Depth(limit) => write!(f, "expected at most {limit} levels of elements, found more"),
            TooMuch::Nodes(limit) => write!(f, "expected at most {limit} elements and texts, found more"),
            TooMuch::Tag(limit) => write!(f, "expected at most {limit} bytes in one tag or comment, found more"),
            TooMuch::Attributes(limit) => write!(f, "expected at most {limit} attributes in one tag, found more"),
        }
    }
}

impl std::error::Error for TooMuch {}

/// Reads a page. Markup that is broken is read as browsers read it, so the only error is a page beyond `limits`.
pub fn read(source: &str, limits: &Limits) -> Result<Html, TooMuch> {
    let tree = parse::parse(source, limits)?;
    Ok(Html { text: text(&tree), ..head::read(&tree) })
}

/// A page of fewer characters than this may have lost its text with its menus, and is looked at again.
const HARDLY_ANYTHING: u32 = 40;

fn text(tree: &Tree) -> String {
    let seen = Outline::new(tree, |_| false);
    let mut best = (0, String::new());
    for cut in [Cut::All, Cut::Cookies, Cut::Least, Cut::Nothing] {
        let out = left_out(tree, &seen, cut);
        let is_out = |id: Id| out.get(id.index()).is_some_and(|&out| out);
        let outline = Outline::new(tree, is_out);
        let chars = outline.of(Id::ROOT).chars;
        if best.1.is_empty() || chars > best.0 * 4 {
            best = (chars, walk::text(tree, &outline, is_out));
        }
        if chars >= HARDLY_ANYTHING {
            break;
        }
    }
    best.1
}
