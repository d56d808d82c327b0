//! What a comparison of many records comes to.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Changes, names};
use crate::record::ProducedBy;

/// Counts of what differs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Projects that only the new records tell of.
    pub added: u64,
    /// Projects that only the old ones do.
    pub gone: u64,
    pub changed: u64,
    pub same: u64,
    /// In how many of the changed projects something differs, by its name, in the order of [`names`].
    fields: Vec<(&'static str, u64)>,
    /// Mentions that went, came, and stand elsewhere.
    pub mentions: [u64; 3],
    /// Warnings that went and came.
    pub warnings: [u64; 2],
    /// Documents that went, came, and changed.
    pub documents: [u64; 3],
    /// The versions and patterns that made the old records and the new ones.
    pub made_by: [BTreeSet<(String, String)>; 2],
}

impl Summary {
    /// Counts a project that both sides tell of.
    pub fn add(&mut self, changes: &Changes<'_>) {
        if changes.is_empty() {
            self.same += 1;
            return;
        }
        self.changed += 1;
        if self.fields.is_empty() {
            self.fields = names().map(|name| (name, 0)).collect();
        }
        for name in changes.names() {
            self.fields.iter_mut().filter(|(field, _)| *field == name).for_each(|(_, count)| *count += 1);
        }
        let Changes { mentions, warnings, documents, .. } = changes;
        sum(&mut self.mentions, [mentions.apart.gone.len(), mentions.apart.new.len(), mentions.moved]);
        sum(&mut self.warnings, [warnings.gone.len(), warnings.new.len()]);
        sum(&mut self.documents, [documents.apart.gone.len(), documents.apart.new.len(), documents.changed.len()]);
    }

    /// Notes what made an old record, or a new one.
    pub fn made(&mut self, old: Option<&ProducedBy>, new: Option<&ProducedBy>) {
        for (made, by) in self.made_by.iter_mut().zip([old, new]) {
            let Some(ProducedBy { version, patterns }) = by else { continue };
            // Records are made by one program, mostly.
            if !made.iter().any(|(v, p)| v == version && p == patterns) {
                made.insert((version.clone(), patterns.clone()));
            }
        }
    }

    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        self.added + self.gone + self.changed > 0
    }

    /// In how many projects what differs does.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.fields.iter().copied().filter(|(_, count)| *count > 0)
    }
}

fn sum<const N: usize>(counts: &mut [u64; N], others: [usize; N]) {
    counts.iter_mut().zip(others).for_each(|(count, other)| *count += other as u64);
}

/// The last line of `kohex diff --json`.
impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Summary { added, gone, changed, same, mentions, warnings, documents, made_by, .. } = self;
        let fields: Map<String, Json> = self.fields().map(|(name, count)| (name.to_owned(), count.into())).collect();
        let made = |by: &BTreeSet<(String, String)>| {
            by.iter().map(|(version, patterns)| json!({"version": version, "patterns": patterns})).collect::<Json>()
        };
        let [old, new] = made_by;
        let summary = json!({
            "added": added,
            "gone": gone,
            "changed": changed,
            "same": same,
            "fields": fields,
            "mentions": named(["gone", "new", "moved"], mentions),
            "warnings": named(["gone", "new"], warnings),
            "documents": named(["gone", "new", "changed"], documents),
            "made_by": {"old": made(old), "new": made(new)},
        });
        summary.serialize(serializer)
    }
}

fn named<const N: usize>(names: [&str; N], counts: &[u64; N]) -> Map<String, Json> {
    names.into_iter().zip(counts).map(|(name, count)| (name.to_owned(), (*count).into())).collect()
}
