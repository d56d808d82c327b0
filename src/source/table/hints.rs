//! What a row says of where it is from: its id and its address, by the names crawlers and exports give them.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{Hints, Row};

/// Names of an address, best first: letters only, in lower case.
const URL: [&str; 9] = ["url", "link", "pageurl", "sourceurl", "projecturl", "finalurl", "uri", "href", "webpage"];

/// Names of an id, best first. The local identifier of Kohesio's exports only stands in for the unique one.
const ID: [&str; 9] = [
    "operationuniqueidentifier",
    "item",
    "id",
    "uuid",
    "projectid",
    "identifier",
    "operationlocalidentifier",
    "codlocaleprogetto",
    "cup",
];

/// Headings remembered.
const HEADINGS: usize = 4096;

/// What the headings of a table are, so that each is looked at once.
#[derive(Debug, Default)]
pub(super) struct Ranks(HashMap<Arc<str>, (usize, usize)>);

impl Ranks {
    /// The hints a row gives.
    pub fn hints(&mut self, row: &Row) -> Hints {
        let mut hints = Hints::default();
        let (mut url, mut id) = (usize::MAX, usize::MAX);
        for cell in &row.cells {
            let (as_url, as_id) = self.ranks(&cell.heading);
            if as_url < url && is_address(&cell.text) {
                (url, hints.url) = (as_url, Some(cell.text.trim().to_owned()));
            }
            if as_id < id && cell.text.len() <= 300 {
                (id, hints.id) = (as_id, Some(cell.text.trim().to_owned()));
            }
        }
        if hints.url.is_none() {
            hints.url = hints.id.clone().filter(|id| is_address(id));
        }
        hints
    }

    /// How good a heading is as an address and as an id; the largest number where it is none.
    fn ranks(&mut self, heading: &Arc<str>) -> (usize, usize) {
        if let Some(&ranks) = self.0.get(heading) {
            return ranks;
        }
        let ranks = (rank(heading, &URL), rank(heading, &ID));
        if self.0.len() < HEADINGS {
            self.0.insert(Arc::clone(heading), ranks);
        }
        ranks
    }
}

/// Whether a text is a web address.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) && !text.contains(char::is_whitespace)
}

fn rank(heading: &str, names: &[&str]) -> usize {
    let letters = || heading.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    names.iter().position(|name| letters().eq(name.chars())).unwrap_or(usize::MAX)
}
