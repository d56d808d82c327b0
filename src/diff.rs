//! Two records of one project compared: which fields differ, with the mentions that both values were taken from, and
//! which mentions, warnings and documents came or went.

mod summary;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::normalize::Value;
use crate::record::{Document, Mention, Money, Record, Warning, origin};

pub use summary::Summary;

/// How a field's value is read, numbers without trailing noughts, so that 1.50 is 1.5.
type Read = fn(&Record) -> Json;

/// The fields that are compared by their values, in the order of the record. What made a record (`produced_by`) is no
/// difference of its project.
const FIELDS: [(&str, Read); 19] = [
    ("id_source", |r| json!(r.id_source)),
    ("kind", |r| json!(r.kind)),
    ("title", |r| json!(r.title)),
    ("language", |r| json!(r.language)),
    ("other_languages", |r| json!(r.other_languages)),
    ("start_date", |r| json!(r.start_date)),
    ("end_date", |r| json!(r.end_date)),
    ("published", |r| json!(r.published)),
    ("programming_period", |r| json!(r.programming_period)),
    ("fund", |r| json!(r.fund)),
    ("programme", |r| json!(r.programme)),
    ("managing_authority", |r| json!(r.managing_authority)),
    ("beneficiary", |r| json!(r.beneficiary)),
    ("region", |r| json!(r.region)),
    ("country", |r| json!(r.country)),
    ("total_budget", |r| money(r.total_budget.as_ref())),
    ("eu_contribution", |r| money(r.eu_contribution.as_ref())),
    ("cofinancing_rate", |r| r.cofinancing_rate.map_or(Json::Null, |rate| digits(rate.0))),
    ("participants", |r| json!(r.participants)),
];
/// The rest of a record, which is compared part by part; `text` only where both records have it.
const PARTS: [&str; 4] = ["mentions", "warnings", "documents", "text"];

/// The names of all that is compared.
pub fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|(name, _)| *name).chain(PARTS)
}

/// How a record differs from an earlier one of the same project.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Changes<'r> {
    pub fields: Vec<Change<'r>>,
    pub mentions: Mentions<'r>,
    pub warnings: Apart<&'r Warning>,
    pub documents: Documents<'r>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'r> {
    pub field: &'static str,
    pub old: Json,
    pub new: Json,
    /// The mention that the old value was taken from, where it was one.
    pub old_evidence: Option<Stated<'r>>,
    pub new_evidence: Option<Stated<'r>>,
}

/// A mention and where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated<'r> {
    pub mention: &'r Mention,
    /// Of its document.
    pub path: &'r str,
}

/// What only one of two records has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Apart<T> {
    pub gone: Vec<T>,
    pub new: Vec<T>,
}

/// Mentions that only one of two records has.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Mentions<'r> {
    pub apart: Apart<Stated<'r>>,
    /// How many are in both and stand elsewhere.
    pub moved: usize,
}

/// Documents that only one of two records has, and those of one path that differ.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Documents<'r> {
    pub apart: Apart<&'r Document>,
    pub changed: Vec<(&'r Document, &'r Document)>,
}

impl<T> Default for Apart<T> {
    fn default() -> Self {
        Apart { gone: Vec::new(), new: Vec::new() }
    }
}

impl<T> Apart<T> {
    fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.new.is_empty()
    }
}

/// Compares a record with an earlier one. Where `only` has names, nothing but what they name is compared.
pub fn changes<'r>(old: &'r Record, new: &'r Record, only: &[String]) -> Changes<'r> {
    let wanted = |name: &str| only.is_empty() || only.iter().any(|it| it == name);
    let mut changes = Changes::default();
    for (field, read) in FIELDS.into_iter().filter(|(name, _)| wanted(name)) {
        let values = (read(old), read(new));
        if values.0 != values.1 {
            let evidence = |record| origin(record, field).and_then(|index| Stated::all(record).nth(index));
            let (old_evidence, new_evidence) = (evidence(old), evidence(new));
            changes.fields.push(Change { field, old: values.0, new: values.1, old_evidence, new_evidence });
        }
    }
    if wanted("text") && old.text.is_some() && new.text.is_some() && old.text != new.text {
        let (old, new) = (json!(old.text), json!(new.text));
        changes.fields.push(Change { field: "text", old, new, old_evidence: None, new_evidence: None });
    }
    if wanted("mentions") {
        changes.mentions = mentions(old, new);
    }
    if wanted("warnings") && old.warnings != new.warnings {
        changes.warnings = warnings(old, new);
    }
    if wanted("documents") && old.documents != new.documents {
        changes.documents = documents(old, new);
    }
    changes
}

impl Changes<'_> {
    /// Whether the records say the same.
    pub fn is_empty(&self) -> bool {
        self.names().next().is_none()
    }

    /// The names of what differs.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let Changes { fields, mentions, warnings, documents } = self;
        let parts = [
            ("mentions", mentions.apart.is_empty() && mentions.moved == 0),
            ("warnings", warnings.is_empty()),
            ("documents", documents.apart.is_empty() && documents.changed.is_empty()),
        ];
        let parts = parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name);
        fields.iter().map(|change| change.field).chain(parts)
    }
}

/// `{"field": {"old", "new", "old_evidence", "new_evidence"}}` and the parts, as `kohex diff --json` writes them.
impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The fields by name.
        struct Fields<'c, 'r>(&'c [Change<'r>]);
        impl Serialize for Fields<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut out = serializer.serialize_map(Some(self.0.len()))?;
                for Change { field, old, new, old_evidence, new_evidence } in self.0 {
                    let evidence = |stated: &Option<Stated<'_>>| stated.map(Stated::evidence);
                    let (old_evidence, new_evidence) = (evidence(old_evidence), evidence(new_evidence));
                    let change = json!({
                        "old": old, "new": new, "old_evidence": old_evidence, "new_evidence": new_evidence
                    });
                    out.serialize_entry(field, &change)?;
                }
                out.end()
            }
        }
        let Mentions { apart: Apart { gone, new }, moved } = &self.mentions;
        let whole = |all: &[Stated<'_>]| all.iter().map(Stated::whole).collect::<Json>();
        let mentions = json!({"gone": whole(gone), "new": whole(new), "moved": moved});
        let Documents { apart: Apart { gone, new }, changed } = &self.documents;
        let changed: Json = changed.iter().map(|(old, new)| json!({"old": old, "new": new})).collect();
        let mut out = serializer.serialize_struct("Changes", 4)?;
        out.serialize_field("fields", &Fields(&self.fields))?;
        out.serialize_field("mentions", &mentions)?;
        out.serialize_field("warnings", &self.warnings)?;
        out.serialize_field("documents", &json!({"gone": gone, "new": new, "changed": changed}))?;
        out.end()
    }
}

impl<'r> Stated<'r> {
    /// The mentions of a record.
    fn all(record: &'r Record) -> impl Iterator<Item = Stated<'r>> {
        let path = |mention: &Mention| record.documents.get(mention.document).map_or("", |it| it.path.as_str());
        record.mentions.iter().map(move |mention| Stated { mention, path: path(mention) })
    }

    /// What it says, wherever it stands.
    fn said(self) -> impl Ord + use<'r> {
        let Mention { role, value, text, rule, modifier, .. } = self.mention;
        let (number, other) = match value {
            Value::Amount { value, currency } => (Some(value.normalize()), currency.clone()),
            Value::Percentage(value) => (Some(value.normalize()), None),
            Value::Date(_) | Value::Period(_) | Value::Participants { .. } => (None, Some(value.to_string())),
        };
        (value.kind(), *role, number, other, text.as_str(), rule.as_str(), *modifier)
    }

    fn place(self) -> (&'r str, usize, usize) {
        (self.path, self.mention.start, self.mention.end)
    }

    /// As evidence for a value: the text, its rule and its place.
    fn evidence(self) -> Json {
        let Mention { text, rule, start, end, .. } = self.mention;
        json!({"text": text, "rule": rule, "path": self.path, "start": start, "end": end})
    }

    /// As the record has it, with the path of its document.
    fn whole(&self) -> Json {
        let mut json = json!(self.mention);
        if let Some(keys) = json.as_object_mut() {
            keys.remove("document");
            keys.insert("path".to_owned(), self.path.into());
        }
        json
    }
}

/// What is on one side only, as often as it is there more often than on the other, in the order it came in.
fn apart<T, K: Ord>(all: Apart<T>, key: impl Fn(&T) -> K) -> Apart<T> {
    let count = |all: &[T]| {
        let mut counts = BTreeMap::new();
        for one in all {
            *counts.entry(key(one)).or_insert(0_usize) += 1;
        }
        counts
    };
    let (in_old, in_new) = (count(&all.gone), count(&all.new));
    let left = |all: Vec<T>, mut there: BTreeMap<K, usize>| {
        let is_alone = |one: &T| match there.get_mut(&key(one)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        all.into_iter().filter(is_alone).collect()
    };
    Apart { gone: left(all.gone, in_new), new: left(all.new, in_old) }
}

fn mentions<'r>(old: &'r Record, new: &'r Record) -> Mentions<'r> {
    if Stated::all(old).map(|it| (it.place(), it.mention)).eq(Stated::all(new).map(|it| (it.place(), it.mention))) {
        return Mentions::default();
    }
    let all = Apart { gone: Stated::all(old).collect(), new: Stated::all(new).collect() };
    let elsewhere = apart(all, |stated| (stated.said(), stated.place()));
    let before = elsewhere.gone.len();
    let apart = apart(elsewhere, |stated| stated.said());
    Mentions { moved: before - apart.gone.len(), apart }
}

/// Which mentions a warning is about are told by their numbers, which mean something only where the mentions are the same.
fn warnings<'r>(old: &'r Record, new: &'r Record) -> Apart<&'r Warning> {
    let same = old.mentions == new.mentions;
    let all = Apart { gone: old.warnings.iter().collect(), new: new.warnings.iter().collect() };
    apart(all, |warning: &&'r Warning| (warning.code, &warning.message, same.then_some(&warning.mentions)))
}

fn documents<'r>(old: &'r Record, new: &'r Record) -> Documents<'r> {
    let all = Apart { gone: old.documents.iter().collect(), new: new.documents.iter().collect() };
    let key = |d: &&'r Document| (&d.path, &d.url, &d.media_type, &d.encoding, d.bytes, &d.sha256, &d.language);
    let Apart { gone, mut new } = apart(all, key);
    let mut changes = Documents::default();
    for document in gone {
        match new.iter().position(|other| other.path == document.path) {
            Some(index) => changes.changed.push((document, new.remove(index))),
            None => changes.apart.gone.push(document),
        }
    }
    changes.apart.new = new;
    changes
}

fn money(money: Option<&Money>) -> Json {
    money.map_or(Json::Null, |money| json!({"amount": digits(money.amount.0), "currency": money.currency}))
}

fn digits(number: Decimal) -> Json {
    number.normalize().to_string().parse().map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests;
