//! Letters of another script that look like those of the word they stand in: from keyboards switched in mid-word.

use super::{Edit, To};
use crate::text::find::find;

use unicode_normalization::char::is_combining_mark;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
}

/// Letters that look alike, as Latin, Greek and Cyrillic have them; a space where one has none.
const ALIKE: &[(char, char, char)] = &[
    ('A', 'Α', 'А'),
    ('B', 'Β', 'В'),
    ('C', ' ', 'С'),
    ('E', 'Ε', 'Е'),
    ('H', 'Η', 'Н'),
    ('I', 'Ι', 'І'),
    ('J', ' ', 'Ј'),
    ('K', 'Κ', 'К'),
    ('M', 'Μ', 'М'),
    ('N', 'Ν', ' '),
    ('O', 'Ο', 'О'),
    ('P', 'Ρ', 'Р'),
    ('S', ' ', 'Ѕ'),
    ('T', 'Τ', 'Т'),
    ('X', 'Χ', 'Х'),
    ('Y', 'Υ', 'У'),
    ('Z', 'Ζ', ' '),
    ('a', 'α', 'а'),
    ('c', ' ', 'с'),
    ('e', ' ', 'е'),
    ('i', 'ι', 'і'),
    ('j', ' ', 'ј'),
    ('k', 'κ', 'к'),
    ('o', 'ο', 'о'),
    ('p', 'ρ', 'р'),
    ('s', ' ', 'ѕ'),
    ('u', 'υ', ' '),
    ('v', 'ν', ' '),
    ('x', 'χ', 'х'),
    ('y', ' ', 'у'),
    ('á', 'ά', ' '),
    ('í', 'ί', ' '),
    ('ó', 'ό', ' '),
    ('ë', ' ', 'ё'),
    ('ï', 'ϊ', 'ї'),
];

/// Adds the letters to put right, in order; those before the byte `latin` are Latin.
pub fn edits(page: &str, latin: usize, edits: &mut Vec<Edit>) {
    let bytes = page.as_bytes();
    // Pages in Latin letters alone are most of all.
    let lead = bytes.get(latin..).and_then(|rest| find(rest, |byte, _| is_lead(byte)));
    let Some(mut at) = lead.map(|lead| (latin + lead).saturating_sub(1)) else { return };
    let mut done = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| find(rest, is_switch)) {
        at += next;
        // No further back than the word before, or one would be put right twice: the switch may lie in a sign behind it.
        let start = page.get(done..page.floor_char_boundary(at)).map_or(done, |before| {
            let part: usize = before.chars().rev().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
            done + before.len() - part
        });
        let rest = page.get(start..).unwrap_or_default();
        let length: usize = rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
        let (word, behind) = rest.split_at_checked(length).unwrap_or_default();
        if !behind.chars().next().is_some_and(is_combining_mark) {
            put_right(word, start, edits);
        }
        done = start + length;
        at = done.max(at + 1);
    }
}

/// The first byte of a Greek or Cyrillic letter.
fn is_lead(byte: u8) -> bool {
    byte.wrapping_sub(0xcd) <= 0xd2 - 0xcd
}

/// Whether the script changes between two bytes, or may do so: behind a letter beyond ASCII of any script.
#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_switch(byte: u8, next: u8) -> bool {
    let letter = |byte: u8| (byte | 0x20).wrapping_sub(b'a') <= b'z' - b'a';
    (letter(byte) & is_lead(next)) | ((byte & 0xc0 == 0x80) & letter(next))
}

fn script(c: char) -> Option<Script> {
    match c {
        'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' => Some(Script::Latin),
        '\u{370}'..='\u{3ff}' => Some(Script::Greek),
        '\u{400}'..='\u{52f}' => Some(Script::Cyrillic),
        _ => None,
    }
}

/// All or none of a word's foreign letters, and only where they are fewer than its own.
fn put_right(word: &str, start: usize, edits: &mut Vec<Edit>) {
    const ALL: [Script; 3] = [Script::Latin, Script::Greek, Script::Cyrillic];
    let count = |of: Script| word.chars().filter(|&c| script(c) == Some(of)).count();
    let all = word.chars().count();
    let Some(own) = ALL.into_iter().find(|&of| count(of) * 2 > all && count(of) < all) else { return };
    let foreign = || word.char_indices().filter(|&(_, c)| script(c) != Some(own));
    if foreign().all(|(_, c)| alike(c, own).is_some()) {
        edits.extend(foreign().filter_map(|(at, c)| {
            let page = start + at..start + at + c.len_utf8();
            alike(c, own).map(|to| Edit { page, to: To::Char(to) })
        }));
    }
}

fn alike(c: char, own: Script) -> Option<char> {
    let &(latin, greek, cyrillic) = ALIKE.iter().find(|&&(l, g, k)| [l, g, k].contains(&c))?;
    let to = match own {
        Script::Latin => latin,
        Script::Greek => greek,
        Script::Cyrillic => cyrillic,
    };
    (to != ' ').then_some(to)
}
