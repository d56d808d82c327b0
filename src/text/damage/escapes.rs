//! Characters left written out: `_x000D_` of spreadsheets, entities escaped once or more often, tags in plain text.

use unicode_normalization::char::{compose, is_combining_mark};
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::{Edit, To};
use crate::text::find::find;

/// Where the next byte stands that an escape, entity or tag may begin with, or a full stop right before a capital.
pub fn next(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..).and_then(|rest| find(rest, is_trigger)).map(|next| at + next)
}

#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_trigger(byte: u8, next: u8) -> bool {
    // As few questions as will do: these signs are rare, and so are full stops right before a capital. Those of ASCII
    // and the first bytes of other scripts have these bits in common.
    (byte == b'&') | (byte == b'<') | (byte == b'_') | ((byte == b'.') & (next & 0x60 == 0x40))
}

/// What begins at `at`, if it is an escape, an entity or a tag.
pub fn edit(page: &str, at: usize) -> Option<Edit> {
    let rest = page.get(at..)?;
    let (to, length) = spreadsheet(rest).or_else(|| tag(rest)).or_else(|| {
        let (c, length) = entity(rest)?;
        Some((written(c)?, length))
    })?;
    // A mark joins what stands before it, which must not become another letter.
    if rest.get(length..)?.chars().next().is_some_and(is_combining_mark) {
        return None;
    }
    // The break that an escape stands for often follows it.
    let behind = rest.get(length..).unwrap_or_default();
    let breaks = if matches!(to, To::Break | To::Return) { behind.len() - after_break(behind).len() } else { 0 };
    Some(Edit { page: at..at + length + breaks, to })
}

fn after_break(text: &str) -> &str {
    let feed = |text: &'_ str| text.strip_prefix("_x000A_").or(text.strip_prefix("_x000a_")).map(str::len);
    let text = feed(text).and_then(|_| text.get("_x000A_".len()..)).unwrap_or(text);
    let text = text.strip_prefix('\r').unwrap_or(text);
    text.strip_prefix('\n').unwrap_or(text)
}

/// `_x000D_`: a control character as spreadsheets write it down.
fn spreadsheet(text: &str) -> Option<(To, usize)> {
    let code = text.strip_prefix("_x")?.get(..4)?;
    text.get("_x0000".len()..)?.strip_prefix('_')?;
    let to = match u32::from_str_radix(code, 16).ok()? {
        0xa | 0xd => To::Return,
        0x9 | 0xa0 => To::Space,
        0x0..0x20 => To::Nothing,
        _ => return None,
    };
    Some((to, "_x000D_".len()))
}

const BLOCKS: &[&str] = &[
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
const CELLS: &[&str] = &["td", "th"];
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "del", "em", "font", "i", "img", "ins", "mark", "o:p", "s", "small", "span", "strike",
    "strong", "sub", "sup", "u",
];

/// A tag of markup, escaped or not.
fn tag(text: &str) -> Option<(To, usize)> {
    /// The longest tag that is taken for one.
    const LONGEST: usize = 400;
    let inner = bracket(text, '<').and_then(|length| text.get(length..))?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != ':')?;
    let (name, rest) = name.split_at_checked(end)?;
    let is = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let to = match () {
        () if is(BLOCKS) => To::Break,
        () if is(CELLS) => To::Space,
        () if is(INLINE) => To::Nothing,
        () => return None,
    };
    let near = rest.get(..rest.floor_char_boundary(LONGEST))?;
    let closes = near.match_indices(['>', '&', '<']).find_map(|(at, _)| {
        let here = near.get(at..)?;
        if here.starts_with('<') || bracket(here, '<').is_some() {
            Some(None)
        } else {
            bracket(here, '>').map(|length| Some(at + length))
        }
    });
    let closed = closes.flatten()?;
    // "a <b und c> d" is no tag: behind a name there are attributes, or nothing.
    let attributes = near.get(..closed)?;
    let plain = attributes.starts_with(['>', '/', '&'])
        || attributes.contains('=')
        || attributes.trim_start().starts_with(['>', '/', '&']);
    plain.then(|| (to, text.len() - rest.len() + closed))
}

/// The length of an angle bracket, escaped or not.
fn bracket(text: &str, which: char) -> Option<usize> {
    if text.starts_with(which) {
        return Some(1);
    }
    entity(text).filter(|&(c, _)| c == which).map(|(_, length)| length)
}

/// What a character written as an entity becomes, if the copy can hold it by itself.
fn written(c: char) -> Option<To> {
    match c {
        '\n' | '\r' => Some(To::Break),
        '\t' => Some(To::Space),
        c if c.is_control() || is_nfc_quick(std::iter::once(c)) != IsNormalized::Yes => None,
        c => Some(To::Char(c)),
    }
}

/// The character of an entity (`&euro;`, `&#8364;`, `&amp;euro;`) and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    const DEEPEST: usize = 3;
    let mut rest = text.strip_prefix('&')?;
    let mut depth = 0;
    while let Some(inner) = rest.strip_prefix("amp;").filter(|_| depth < DEEPEST) {
        rest = inner;
        depth += 1;
    }
    let consumed = |rest: &str| text.len() - rest.len();
    let alone = (depth > 0).then(|| ('&', consumed(rest)));
    let Some(end) = rest.bytes().take(12).position(|b| b == b';') else { return alone };
    let Some((name, behind)) = rest.split_at_checked(end) else { return alone };
    match character(name) {
        Some(c) => Some((c, consumed(behind) + 1)),
        None => alone,
    }
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return match u8::try_from(code) {
            // As browsers do: these were meant as Windows has them.
            Ok(byte @ 0x80..=0x9f) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next(),
            _ => char::from_u32(code),
        };
    }
    let named = SIGNS.iter().find(|(known, _)| *known == name).map(|&(_, c)| c);
    named.or_else(|| greek(name)).or_else(|| accented(name))
}

const SIGNS: &[(&str, char)] = &[
    ("nbsp", '\u{a0}'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("euro", '€'),
    ("pound", '£'),
    ("cent", '¢'),
    ("yen", '¥'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("sect", '§'),
    ("para", '¶'),
    ("middot", '·'),
    ("bull", '•'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("lsaquo", '‹'),
    ("rsaquo", '›'),
    ("shy", '\u{ad}'),
    ("ensp", '\u{2002}'),
    ("emsp", '\u{2003}'),
    ("thinsp", '\u{2009}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
    ("times", '×'),
    ("divide", '÷'),
    ("plusmn", '±'),
    ("minus", '−'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("sup1", '¹'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("ordm", 'º'),
    ("ordf", 'ª'),
    ("micro", 'µ'),
    ("permil", '‰'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("szlig", 'ß'),
    ("aelig", 'æ'),
    ("AElig", 'Æ'),
    ("oelig", 'œ'),
    ("OElig", 'Œ'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("thorn", 'þ'),
    ("THORN", 'Þ'),
    ("eth", 'ð'),
    ("ETH", 'Ð'),
    ("lstrok", 'ł'),
    ("Lstrok", 'Ł'),
    ("dstrok", 'đ'),
    ("Dstrok", 'Đ'),
    ("inodot", 'ı'),
    ("rarr", '→'),
    ("larr", '←'),
    ("le", '≤'),
    ("ge", '≥'),
    ("asymp", '≈'),
];

/// Letters with a mark are named by both: `&eacute;`.
fn accented(name: &str) -> Option<char> {
    const MARKS: &[(&str, char)] = &[
        ("grave", '\u{300}'),
        ("acute", '\u{301}'),
        ("circ", '\u{302}'),
        ("tilde", '\u{303}'),
        ("macr", '\u{304}'),
        ("breve", '\u{306}'),
        ("dot", '\u{307}'),
        ("uml", '\u{308}'),
        ("ring", '\u{30a}'),
        ("dblac", '\u{30b}'),
        ("caron", '\u{30c}'),
        ("cedil", '\u{327}'),
        ("ogon", '\u{328}'),
    ];
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let &(_, mark) = MARKS.iter().find(|(known, _)| name.get(1..) == Some(known))?;
    compose(letter, mark)
}

fn greek(name: &str) -> Option<char> {
    const NAMES: &[&str] = &[
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "omicron", "pi", "rho", "sigmaf", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ];
    let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
    let small = char::from_u32(u32::try_from(place).ok()? + u32::from('α'))?;
    let capital = name.starts_with(|c: char| c.is_ascii_uppercase());
    let plain = name.get(1..).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_lowercase()));
    let c = if capital { small.to_uppercase().next()? } else { small };
    plain.then_some(c)
}
