//! Sentences glued together where an importer deleted the line break between them ("fine.Inizio").

use super::{Edit, To};

/// Endings of names, which are no beginnings of sentences.
const ENDINGS: &[&str] =
    &["asp", "com", "doc", "docx", "eu", "html", "info", "js", "net", "org", "pdf", "php", "xls", "xlsx"];

/// A space behind the full stop at `dot`, if a sentence ends there and the next begins.
pub fn edit(page: &str, dot: usize) -> Option<Edit> {
    let (before, after) = (page.get(..dot)?, page.get(dot + 1..)?);
    (begins(after) && ends(before) && is_prose(before, after)).then(|| Edit { page: dot + 1..dot + 1, to: To::Space })
}

/// A capital and small letters, or a word of one letter. Words in capitals may be endings of names.
fn begins(after: &str) -> bool {
    let mut chars = after.chars();
    let capital = chars.next().is_some_and(char::is_uppercase);
    let second = chars.next();
    let word = || after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    capital
        && second.is_some_and(|c| c.is_lowercase() || matches!(c, ' ' | '\'' | '’'))
        && !ENDINGS.iter().any(|ending| word().eq_ignore_ascii_case(ending))
}

/// A word of more letters than most abbreviations have, a figure that is no version, or a mark that closes.
fn ends(before: &str) -> bool {
    const LONG: usize = 3;
    let Some(last) = before.chars().next_back() else { return false };
    if last.is_ascii_digit() {
        let token = before.trim_end_matches(|c: char| c.is_ascii_digit() || ".,:-–/%€".contains(c));
        return token.chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(');
    }
    let small = before.chars().rev().take_while(|c| c.is_lowercase()).count();
    small >= LONG || matches!(last, ')' | '%' | '€' | '»' | '”')
}

/// Whether the characters around are no address, path or name of a file.
fn is_prose(before: &str, after: &str) -> bool {
    const MARKS: &[char] = &['@', '/', '\\', '_', '=', '#', '&'];
    /// No further than any address goes, or a page without spaces would be read once for every sentence.
    const FAR: usize = 200;
    let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(FAR))..).unwrap_or_default();
    let head = near.rsplit(char::is_whitespace).next().unwrap_or_default();
    let near = after.get(..after.floor_char_boundary(FAR)).unwrap_or_default();
    let tail = near.split(char::is_whitespace).next().unwrap_or_default();
    let site = head.split('.').next().is_some_and(|www| www.eq_ignore_ascii_case("www"));
    !site && !head.contains(MARKS) && !tail.contains(MARKS)
}
