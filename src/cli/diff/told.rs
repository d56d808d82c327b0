//! What differs, for people and as JSON Lines.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};
use similar::{ChangeTag, TextDiff};

use crate::diff::{Apart, Change, Changes, Documents, Stated, Summary};
use crate::record::{Document, Record, Warning};
use crate::source::shown;

/// How it is told.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    pub json: bool,
    /// The counts only.
    pub summary: bool,
    /// Nothing, where neither JSON nor counts are asked for.
    pub quiet: bool,
}

/// A project of one side or both.
pub enum Project<'r> {
    Added(&'r Record),
    Gone(&'r Record),
    Both(&'r Record, &'r Record, Box<Changes<'r>>),
}

const NAME: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// Lines of a text that are shown.
const LINES: usize = 20;
/// Bytes of a text beyond which its lines are not compared, as that would take long.
const LONG: usize = 200_000;
/// Digits of a digest that are.
const DIGITS: usize = 16;

/// Tells of a project, where it differs.
pub fn project(out: &mut dyn Write, form: Form, project: &Project<'_>) -> io::Result<()> {
    let (change, record, changes) = match project {
        Project::Added(record) => ("added", record, None),
        Project::Gone(record) => ("gone", record, None),
        Project::Both(_, _, changes) if changes.is_empty() => return Ok(()),
        Project::Both(_, record, changes) => ("changed", record, Some(changes)),
    };
    if form.summary || (form.quiet && !form.json) {
        return Ok(());
    }
    if form.json {
        let mut told = json!({"id": record.id, "change": change, "title": record.title});
        if let (Some(told), Some(Json::Object(changes))) = (told.as_object_mut(), changes.map(|it| json!(it))) {
            told.extend(changes);
        }
        return writeln!(out, "{told}");
    }
    let style = match project {
        Project::Added(_) => NEW,
        Project::Gone(_) => OLD,
        Project::Both(..) => Style::new(),
    };
    let title = record.title.as_ref().map_or_else(String::new, |title| format!("  {}", shown(title)));
    writeln!(out, "{style}{change}{style:#} {NAME}{}{NAME:#}{title}", shown(&record.id))?;
    changes.map_or(Ok(()), |changes| differences(out, changes))
}

fn differences(out: &mut dyn Write, changes: &Changes<'_>) -> io::Result<()> {
    for change in &changes.fields {
        writeln!(out, "  {}", change.field)?;
        if let (Json::String(old), Json::String(new), "text") = (&change.old, &change.new, change.field) {
            text(out, old, new)?;
            continue;
        }
        let Change { field, old, new, old_evidence, new_evidence } = change;
        one(out, &OLD, &value(field, old), *old_evidence)?;
        one(out, &NEW, &value(field, new), *new_evidence)?;
    }
    let mentions = &changes.mentions;
    if !mentions.apart.gone.is_empty() || !mentions.apart.new.is_empty() || mentions.moved > 0 {
        writeln!(out, "  mentions")?;
        apart(out, &mentions.apart, |stated| (said(stated), Some(*stated)))?;
        if mentions.moved > 0 {
            writeln!(out, "      {} stand elsewhere", mentions.moved)?;
        }
    }
    if changes.names().any(|name| name == "warnings") {
        writeln!(out, "  warnings")?;
        let line = |warning: &&Warning| (format!("{}: {}", warning.code, shown(&warning.message)), None);
        apart(out, &changes.warnings, line)?;
    }
    if changes.names().any(|name| name == "documents") {
        writeln!(out, "  documents")?;
        documents(out, &changes.documents)?;
    }
    Ok(())
}

/// A line of one side, with the evidence for it.
fn one(out: &mut dyn Write, style: &Style, said: &str, evidence: Option<Stated<'_>>) -> io::Result<()> {
    let sign = if *style == OLD { '-' } else { '+' };
    write!(out, "    {style}{sign} {said}{style:#}")?;
    if let Some(Stated { mention, path }) = evidence {
        let (text, path) = (shown(&mention.text), shown(path));
        write!(out, "  {FAINT}\"{text}\"  {}  {path}:{}-{}{FAINT:#}", mention.rule, mention.start, mention.end)?;
    }
    writeln!(out)
}

fn apart<'r, T>(
    out: &mut dyn Write,
    all: &Apart<T>,
    line: impl Fn(&T) -> (String, Option<Stated<'r>>),
) -> io::Result<()> {
    for (style, side) in [(OLD, &all.gone), (NEW, &all.new)] {
        for item in side {
            let (said, evidence) = line(item);
            one(out, &style, &said, evidence)?;
        }
    }
    Ok(())
}

fn said(stated: &Stated<'_>) -> String {
    let mention = stated.mention;
    let modifier = mention.modifier.map_or_else(String::new, |it| format!(" {it}"));
    format!("{} {} {}{modifier}", mention.kind(), mention.role, mention.value)
}

fn documents(out: &mut dyn Write, documents: &Documents<'_>) -> io::Result<()> {
    let digits = |document: &Document| document.sha256.chars().take(DIGITS).collect::<String>();
    apart(out, &documents.apart, |document| (format!("{}  sha256 {}", shown(&document.path), digits(document)), None))?;
    for (old, new) in &documents.changed {
        let keys = |document: &Document| {
            let url = document.url.clone().unwrap_or_else(|| "none".to_owned());
            let (media_type, encoding, language) = (&document.media_type, &document.encoding, &document.language);
            [
                format!("sha256 {}", digits(document)),
                format!("{} bytes", document.bytes),
                format!("url {url}"),
                media_type.clone(),
                encoding.clone(),
                format!("language {language}"),
            ]
        };
        let (one_side, other) = (keys(old), keys(new));
        let differs = |all: &[String], others: &[String]| {
            let differs = all.iter().zip(others).filter(|(one, other)| one != other).map(|(one, _)| shown(one));
            differs.collect::<Vec<_>>().join(", ")
        };
        let path = shown(&old.path);
        one(out, &OLD, &format!("{path}  {}", differs(&one_side, &other)), None)?;
        one(out, &NEW, &format!("{path}  {}", differs(&other, &one_side)), None)?;
    }
    Ok(())
}

/// The lines of a page's text that differ, the first of many.
fn text(out: &mut dyn Write, old: &str, new: &str) -> io::Result<()> {
    if old.len().max(new.len()) > LONG {
        let size = |text: &str| format!("{} characters", text.chars().count());
        one(out, &OLD, &size(old), None)?;
        return one(out, &NEW, &size(new), None);
    }
    let diff = TextDiff::from_lines(old, new);
    let mut lines = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    for change in lines.by_ref().take(LINES) {
        let style = if change.tag() == ChangeTag::Delete { OLD } else { NEW };
        one(out, &style, &shown(change.value().trim_end()), None)?;
    }
    match lines.count() {
        0 => Ok(()),
        more => writeln!(out, "      and {more} lines more"),
    }
}

/// A field's value for people.
fn value(field: &str, value: &Json) -> String {
    let text = |value: &Json| match value {
        Json::Null => "none".to_owned(),
        Json::String(text) => shown(text),
        other => other.to_string(),
    };
    let pair = |value: &Json, one: &str, other: &str| {
        let of = |key: &str| value.get(key).unwrap_or(&Json::Null);
        (text(of(one)), text(of(other)))
    };
    match (field, value) {
        ("language", Json::Object(_)) => {
            let (code, confidence) = pair(value, "code", "confidence");
            format!("{code} ({confidence})")
        }
        ("other_languages", Json::Array(all)) if !all.is_empty() => {
            let all = all.iter().map(|it| pair(it, "code", "share"));
            all.map(|(code, share)| format!("{code} ({share} of the text)")).collect::<Vec<_>>().join(", ")
        }
        ("other_languages", Json::Array(_)) => "none".to_owned(),
        ("total_budget" | "eu_contribution", Json::Object(money)) => {
            let (amount, currency) = pair(value, "amount", "currency");
            let named = money.get("currency").is_some_and(|it| !it.is_null());
            if named { format!("{amount} {currency}") } else { format!("{amount} (no currency)") }
        }
        ("cofinancing_rate", Json::Number(rate)) => format!("{rate} %"),
        _ => text(value),
    }
}

/// Tells what it comes to.
pub fn summary(out: &mut dyn Write, form: Form, summary: &Summary) -> io::Result<()> {
    if form.json {
        return writeln!(out, "{}", json!({ "summary": summary }));
    }
    if form.quiet && !form.summary {
        return Ok(());
    }
    if !form.summary && summary.differs() {
        writeln!(out)?;
    }
    let Summary { added, gone, changed, same, .. } = summary;
    writeln!(out, "{added} added, {gone} gone, {changed} changed, {same} same")?;
    let list = |counts: &[(&str, u64)]| {
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        counts.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    let fields: Vec<(&str, u64)> = summary.fields().collect();
    if !fields.is_empty() {
        writeln!(out, "projects by what differs: {}", list(&fields))?;
    }
    let ([mg, mn, mm], [wg, wn], [dg, dn, dc]) = (summary.mentions, summary.warnings, summary.documents);
    for (what, counts) in [
        ("mentions", [("gone", mg), ("new", mn), ("elsewhere", mm)].as_slice()),
        ("warnings", &[("gone", wg), ("new", wn)]),
        ("documents", &[("gone", dg), ("new", dn), ("changed", dc)]),
    ] {
        if counts.iter().any(|(_, count)| *count > 0) {
            writeln!(out, "{what}: {}", list(counts))?;
        }
    }
    let [old, new] = &summary.made_by;
    if old != new && !old.is_empty() && !new.is_empty() {
        writeln!(out, "made by {}, now by {}", makers(old), makers(new))?;
    }
    Ok(())
}

fn makers(made: &BTreeSet<(String, String)>) -> String {
    let one =
        |(version, patterns): &(String, String)| format!("kohex {} with patterns {}", shown(version), shown(patterns));
    made.iter().map(one).collect::<Vec<_>>().join(" and ")
}
