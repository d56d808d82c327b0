//! Passed over: what a container holds besides pages, counted so that nothing is left out silently.

use std::collections::BTreeMap;
use std::fmt;

use super::format::ending;

/// Why something was passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Not a page, by its media type (`image/png`) or ending (`.png`).
    NotAPage(String),
    /// The user's choice does not take it.
    NotChosen,
    /// It or a folder it lies in begins with a point, as the companions that macOS adds do.
    Hidden,
    Link,
    Directory,
    /// A pipe, socket or device.
    Special,
    /// A response with this status.
    Status(u16),
    /// A WARC record of this type.
    Record(String),
    /// An archive without members.
    EmptyArchive,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotAPage(what) => write!(f, "not a page ({what})"),
            Reason::NotChosen => f.write_str("not chosen"),
            Reason::Hidden => f.write_str("hidden"),
            Reason::Link => f.write_str("link"),
            Reason::Directory => f.write_str("directory"),
            Reason::Special => f.write_str("pipe, socket or device"),
            Reason::Status(status) => write!(f, "http status {status}"),
            Reason::Record(kind) => write!(f, "{kind} record"),
            Reason::EmptyArchive => f.write_str("empty archive"),
        }
    }
}

/// Kinds counted apart; an archive made to exhaust memory could name millions.
const KINDS: usize = 500;

/// How much was passed over, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    counts: BTreeMap<Reason, u64>,
}

impl Passed {
    /// Counts one.
    pub fn count(&mut self, reason: Reason) {
        self.count_many(reason, 1);
    }

    fn count_many(&mut self, reason: Reason, many: u64) {
        let known = self.counts.len() < KINDS || self.counts.contains_key(&reason);
        let reason = if known { reason } else { Reason::NotAPage("other".to_owned()) };
        let count = self.counts.entry(reason).or_default();
        *count = count.saturating_add(many);
    }

    /// Counts a member that is no page, by the ending of its name.
    pub(super) fn count_name(&mut self, name: &str) {
        let what = ending(name).map_or_else(|| "no ending".to_owned(), |ending| format!(".{ending}"));
        self.count(Reason::NotAPage(what));
    }

    /// Adds what another container passed over.
    pub fn add(&mut self, other: Passed) {
        for (reason, many) in other.counts {
            self.count_many(reason, many);
        }
    }

    /// How many for a reason.
    pub fn of(&self, reason: &Reason) -> u64 {
        self.counts.get(reason).copied().unwrap_or(0)
    }

    /// All reasons met, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (&Reason, u64)> {
        self.counts.iter().map(|(reason, many)| (reason, *many))
    }

    /// How many altogether.
    pub fn total(&self) -> u64 {
        self.counts.values().fold(0, |sum, many| sum.saturating_add(*many))
    }
}
