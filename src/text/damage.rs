//! What the way through spreadsheets, importers and forms leaves in a text: escapes, entities, tags, sentences glued
//! together, letters of another script. A reader sees through it, so the normalised copy does.
//!
//! Clean pages pay for two looks at their bytes only.

mod escapes;
mod glue;
mod lookalike;

use std::ops::Range;

/// A stretch of the page that the normalised copy has differently.
#[derive(Debug, PartialEq, Eq)]
pub struct Edit {
    pub page: Range<usize>,
    pub to: To,
}

/// What stands in the normalised copy instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Nothing,
    Space,
    /// A line break.
    Break,
    /// A line break, or a space where a layout broke the line.
    Return,
    Char(char),
}

/// All damage of a page, in order; no two overlap. Its letters before the byte `latin` are Latin.
pub fn edits(page: &str, latin: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut at = 0;
    while let Some(found) = escapes::next(page.as_bytes(), at) {
        let edit = match page.as_bytes().get(found) {
            Some(b'.') => glue::edit(page, found),
            _ => escapes::edit(page, found),
        };
        at = edit.as_ref().map_or(found + 1, |edit| edit.page.end.max(found + 1));
        edits.extend(edit);
    }
    let escapes = edits.len();
    lookalike::edits(page, latin, &mut edits);
    if escapes > 0 && edits.len() > escapes {
        // A tag may hold anything; within it nothing else is changed.
        edits.sort_by_key(|edit| edit.page.start);
        let mut end = 0;
        edits.retain(|edit| {
            let apart = edit.page.start >= end;
            end = end.max(edit.page.end);
            apart
        });
    }
    edits
}

#[cfg(test)]
mod tests;
