//! Whether characters are a web page, whatever their file is called.

use super::names::Tag;

/// How far a fragment is looked at.
const WINDOW: usize = 64 * 1024;

/// Whether a page is HTML or XHTML by how it begins: a doctype, `html`, `head` or `body`, an XML declaration with
/// `html` behind it; or a fragment that opens with a block and closes several elements.
///
/// Plain text and Markdown with a stray tag are not.
pub fn is_html(text: &str) -> bool {
    let start = text.get(..text.floor_char_boundary(WINDOW)).unwrap_or_default();
    let (rest, declared) = skip_prolog(start);
    let Some(inside) = rest.strip_prefix('<') else { return false };
    if let Some(doctype) = inside.strip_prefix('!') {
        let mut words = doctype.split(|c: char| c.is_ascii_whitespace() || c == '>');
        let is = |word: Option<&str>, wanted: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
        return is(words.next(), "doctype") && is(words.next(), "html");
    }
    let name = element(inside).to_ascii_lowercase();
    let name = name.rsplit(':').next().unwrap_or_default();
    match name {
        "html" | "head" | "body" => true,
        // XML that is not XHTML says so with its first element.
        _ if declared => false,
        _ => is_known(name) && is_fragment(start),
    }
}

/// What stands behind a byte order mark, white space, comments and processing instructions; and whether one of them
/// was an XML declaration.
fn skip_prolog(text: &str) -> (&str, bool) {
    let (mut rest, mut declared) = (text, false);
    loop {
        rest = rest.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            declared |= rest.get(2..5).is_some_and(|name| name.eq_ignore_ascii_case("xml"));
            "?>"
        } else {
            return (rest, declared);
        };
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind,
            None => return ("", declared),
        }
    }
}

/// The name an opening tag begins with, if it ends as names of tags do.
fn element(inside: &str) -> &str {
    let end = inside.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(inside.len());
    inside.get(..end).unwrap_or_default()
}

/// Whether a name is of an element that a fragment of a page may begin with.
fn is_known(name: &str) -> bool {
    let tag = Tag::from_name(name);
    tag.is_block() || matches!(tag, Tag::Title | Tag::Meta | Tag::LinkRel | Tag::Script) || name == "style"
}

/// Whether several elements are closed and no line is Markdown's.
fn is_fragment(text: &str) -> bool {
    let closed = text
        .split("</")
        .skip(1)
        .filter(|rest| rest.contains('>') && Tag::from_name(&element(rest).to_ascii_lowercase()) != Tag::Other)
        .take(3)
        .count();
    let markdown = text.lines().any(|line| {
        let heading = line.trim_start_matches('#');
        (heading.len() < line.len() && heading.starts_with(' ')) || line.starts_with("```") || line.contains("](")
    });
    closed == 3 && !markdown
}
