//! Checks: the examples of the patterns, and pages with what is expected of them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::patterns::{Forms, Kind, Loaded, PatternError, Patterns};
use crate::pipeline::Extractor;
use crate::record::{Found, Record};
use crate::reject::{Class, Stage};
use crate::scan;
use crate::source::{Choice, Folders, Limits, Page, Pages};
use crate::text::{Text, fold};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The example's place in its file, or the page.
    pub place: String,
    /// What was expected and what was found.
    pub message: String,
}

/// How many rules and examples read a kind in a language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    pub rules: usize,
    pub examples: usize,
}

/// Rules and examples by language and kind.
///
/// # Errors
/// [`PatternError`] when a file is wrong.
pub fn coverage(patterns: &Patterns) -> Result<BTreeMap<String, BTreeMap<Kind, Coverage>>, PatternError> {
    let mut table: BTreeMap<String, BTreeMap<Kind, Coverage>> = BTreeMap::new();
    for (code, loaded) in patterns.files()? {
        let row = table.entry(code.to_owned()).or_default();
        for rule in &loaded.file.rule {
            let kind = rule.id.get_ref().split('/').next().and_then(Kind::from_name);
            let Some(kind) = kind else { continue };
            let cell = row.entry(kind).or_default();
            cell.rules += 1;
            cell.examples += rule.examples.values().map(Vec::len).sum::<usize>() + rule.rejects.len();
        }
        for cue in &loaded.file.cue {
            row.entry(cue.kind).or_default().examples += cue.examples.len() + cue.rejects.len();
        }
    }
    Ok(table)
}

/// Checks the laws over the patterns and runs every example and reject of every file. Returns how many there were and which failed.
///
/// # Errors
/// [`PatternError`] when a law is broken or a language's patterns cannot be compiled.
pub fn examples(extractor: &Extractor) -> Result<(usize, Vec<Difference>), PatternError> {
    extractor.patterns().check()?;
    let mut run = Run { extractor, count: 0, differences: Vec::new() };
    for (code, loaded) in extractor.patterns().files()? {
        for rule in &loaded.file.rule {
            let id = format!("{code}/{}", rule.id.get_ref());
            if rule.examples.is_empty() {
                run.differs(loaded, &rule.id, format!("{id}: expected an example, found none"));
            }
            for (value, texts) in &rule.examples {
                run.each(code, loaded, texts, |found, span| reads(found, span, &id, value))?;
            }
            run.each(code, loaded, &rule.rejects, |found, _| {
                let read = found.iter().find(|f| f.rule.id == id)?;
                Some(format!("expected nothing by {id}, found {}", read.value))
            })?;
        }
        for skip in &loaded.file.skip {
            let id = format!("{code}/{}", skip.id.get_ref());
            for text in &skip.examples {
                let (plain, span) = marked(text.get_ref());
                run.count += 1;
                if !hides(extractor.patterns(), code, &id, &plain, &span)? {
                    run.differs(
                        loaded,
                        text,
                        format!("expected {id} to cover the text marked, found that it does not"),
                    );
                }
            }
        }
        for cue in &loaded.file.cue {
            let at = |found: &[Found<'_>], span: &Range<usize>| {
                found
                    .iter()
                    .find(|f| f.span == *span && f.value.kind() == cue.kind)
                    .map(|f| (f.role, f.evidence.id.to_owned()))
            };
            run.each(code, loaded, &cue.examples, |found, span| match at(found, span) {
                Some((role, _)) if role == cue.role => None,
                Some((role, by)) => Some(format!("expected role {}, found {role} by {by}", cue.role)),
                None => Some(format!("expected {} with role {}, found {}", cue.kind, cue.role, all(found))),
            })?;
            run.each(code, loaded, &cue.rejects, |found, span| match at(found, span) {
                Some((role, by)) if role == cue.role => {
                    Some(format!("expected another role than {role}, found it by {by}"))
                }
                Some(_) => None,
                None => Some(format!("expected {} without role {}, found {}", cue.kind, cue.role, all(found))),
            })?;
        }
    }
    Ok((run.count, run.differences))
}

struct Run<'e> {
    extractor: &'e Extractor,
    count: usize,
    differences: Vec<Difference>,
}

impl Run<'_> {
    /// Reads each text in the file's language and asks `judge` what is wrong with what was found.
    fn each(
        &mut self,
        code: &str,
        loaded: &Loaded,
        texts: &Forms,
        judge: impl Fn(&[Found<'_>], &Range<usize>) -> Option<String>,
    ) -> Result<(), PatternError> {
        for text in texts {
            let (plain, span) = marked(Text::new(text.get_ref()).normal());
            self.count += 1;
            let found = self.extractor.found_in(&plain, code)?;
            if let Some(message) = judge(&found, &span) {
                self.differs(loaded, text, message);
            }
        }
        Ok(())
    }

    fn differs(&mut self, loaded: &Loaded, at: &toml::Spanned<String>, message: String) {
        let error = loaded.error(at, message).to_string();
        let (place, message) = error.split_once(": ").unwrap_or(("", &error));
        self.differences.push(Difference { place: place.to_owned(), message: message.to_owned() });
    }
}

/// What is wrong with an example of a rule: its span must be read by this rule, as this value.
fn reads(found: &[Found<'_>], span: &Range<usize>, id: &str, value: &str) -> Option<String> {
    let own: Vec<&Found<'_>> = found.iter().filter(|f| f.rule.id == id).collect();
    let values = own.iter().map(|f| f.value.to_string()).collect::<Vec<_>>().join(" ");
    let hull = own.iter().map(|f| f.span.clone()).reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
    if values == value && hull.as_ref() == Some(span) {
        return None;
    }
    let place =
        hull.filter(|hull| hull != span).map_or_else(String::new, |hull| format!(" at {hull:?} instead of {span:?}"));
    Some(format!("expected {value} by {id}, found {}{place}", all(found)))
}

fn all(found: &[Found<'_>]) -> String {
    let all: Vec<String> = found.iter().map(|f| format!("{} by {}", f.value, f.rule.id)).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

fn hides(patterns: &Patterns, code: &str, id: &str, text: &str, span: &Range<usize>) -> Result<bool, PatternError> {
    let nothing = |_: &scan::Match<'_>| None::<()>;
    let lower = fold(text);
    let passage = scan::Passage::new(text, &lower, &(0..text.len()), patterns.language(code)?);
    let scan = scan::scan(&passage, nothing, false);
    let covers = |hider: &scan::Match<'_>| hider.span.start <= span.start && span.end <= hider.span.end;
    Ok(scan.hiders.iter().any(|hider| hider.rule.id == id && covers(hider)))
}

/// A text without its `{…}` and the span they mark; the whole text where none is marked.
fn marked(text: &str) -> (String, Range<usize>) {
    match text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (inside, after))) => {
            (format!("{before}{inside}{after}"), before.len()..before.len() + inside.len())
        }
        None => (text.to_owned(), 0..text.len()),
    }
}

/// The ending of the file beside a page that says what is expected of it.
pub const EXPECTED: &str = "expected.json";

/// A page and what came of comparing it.
#[derive(Debug)]
pub enum Compared {
    Same,
    /// The lines that differ, as a unified diff from expected to found.
    Differs(String),
    /// No expectation stands beside the page.
    New,
    /// The page or its expectation cannot be read.
    Failed(String),
    /// The expectation was written.
    Accepted,
}

/// Compares every page below `folder` with its expectation; with `accept` writes the expectations instead.
///
/// # Errors
/// When the folder cannot be read.
pub fn pages(extractor: &Extractor, folder: &Path, accept: bool) -> io::Result<Vec<(Page, Compared)>> {
    fs::read_dir(folder)?;
    let choice = Choice::new(&[], false, false).map_err(|e| io::Error::other(e.to_string()))?;
    let mut all = Vec::new();
    for page in Folders::new(vec![folder.to_owned()], choice.clone()) {
        let page = page.map_err(|e| io::Error::other(e.to_string()))?;
        let compared = compare(extractor, &page, &choice, accept).unwrap_or_else(Compared::Failed);
        all.push((page, compared));
    }
    Ok(all)
}

/// What is found in a file: a page, or all that an archive or table holds. What gives no record is told by its class.
fn found(extractor: &Extractor, file: &Path, choice: &Choice) -> Vec<Map<String, Value>> {
    let limits = Limits::default();
    let rejected = |stage: Stage, class: Class| {
        let said = json!({"reject": {"stage": stage, "class": class}});
        said.as_object().cloned().unwrap_or_default()
    };
    let mut all = Vec::new();
    for page in Pages::new(vec![file.to_owned()], choice.clone(), limits.clone()) {
        match page.map(|page| extractor.read_from(&page, &limits)) {
            Ok(Ok(records)) => all.extend(records.iter().map(expectation)),
            Ok(Err(failed)) => all.push(rejected(failed.stage, failed.class)),
            Err(error) => all.push(rejected(Stage::Source, error.class)),
        }
    }
    all
}

fn compare(extractor: &Extractor, page: &Page, choice: &Choice, accept: bool) -> Result<Compared, String> {
    let file = page.path().ok_or("expected a file of its own, found a part of one")?;
    let (found, beside) = (found(extractor, file, choice), beside(file));
    if accept {
        let text = rendered(&found);
        if fs::read_to_string(&beside).is_ok_and(|before| before == text) {
            return Ok(Compared::Same);
        }
        fs::write(&beside, text).map_err(|e| crate::source::plain(&e))?;
        return Ok(Compared::Accepted);
    }
    let expected = match fs::read_to_string(&beside) {
        Ok(expected) => expected,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Compared::New),
        Err(error) => return Err(format!("{}: cannot be read: {}", beside.display(), crate::source::plain(&error))),
    };
    let expected = several(&expected)
        .map_err(|e| format!("{}: expected a JSON object, or a list of them, found {e}", beside.display()))?;
    let known = |key: &&String| found.iter().all(|found| !found.contains_key(*key));
    if let Some(key) = expected.iter().flat_map(Map::keys).find(known) {
        return Err(format!("{}: expected a key of an expectation, found {key}", beside.display()));
    }
    // Only what an expectation says is compared: it may leave keys out.
    let said: Vec<Map<String, Value>> = found
        .iter()
        .enumerate()
        .map(|(index, found)| match expected.get(index) {
            Some(expected) => expected.keys().filter_map(|k| found.get(k).map(|v| (k.clone(), v.clone()))).collect(),
            None => found.clone(),
        })
        .collect();
    let (expected, said) = (rendered(&expected), rendered(&said));
    if expected == said {
        return Ok(Compared::Same);
    }
    let diff = similar::TextDiff::from_lines(&expected, &said);
    Ok(Compared::Differs(diff.unified_diff().context_radius(0).to_string()))
}

/// The expectations of a page: an object, or a list of them where the page lists several projects.
fn several(text: &str) -> serde_json::Result<Vec<Map<String, Value>>> {
    if text.trim_start().starts_with('[') { serde_json::from_str(text) } else { Ok(vec![serde_json::from_str(text)?]) }
}

/// `page.txt` → `page.expected.json`; of other files the whole name stays, as `page.html` may stand beside.
fn beside(page: &Path) -> PathBuf {
    if page.extension().is_some_and(|ending| ending == "txt") {
        return page.with_extension(EXPECTED);
    }
    let mut name = page.as_os_str().to_owned();
    name.push(".");
    name.push(EXPECTED);
    name.into()
}

/// What a user expects of a page: its facts, values and warnings, without offsets, rules and versions, so that it
/// stays the same when those change.
pub fn expectation(record: &Record) -> Map<String, Value> {
    let Ok(Value::Object(full)) = serde_json::to_value(record) else { return Map::new() };
    let mut out = Map::new();
    for (key, value) in full {
        match key.as_str() {
            "language" => drop(out.insert(key, value.get("code").cloned().unwrap_or_default())),
            "mentions" => {
                let mentions = value.as_array().into_iter().flatten().map(bare_mention).collect();
                out.insert(key, Value::Array(mentions));
            }
            "warnings" => {
                let codes = value.as_array().into_iter().flatten().filter_map(|w| w.get("code").cloned()).collect();
                out.insert(key, Value::Array(codes));
            }
            "schema" | "id" | "id_source" | "other_languages" | "documents" | "produced_by" | "text" => {}
            _ => drop(out.insert(key, value)),
        }
    }
    out
}

fn bare_mention(mention: &Value) -> Value {
    let mut out = Map::new();
    for (key, value) in mention.as_object().into_iter().flatten() {
        let dropped =
            matches!(key.as_str(), "start" | "end" | "rule" | "document") || (key == "mod" && value.is_null());
        if !dropped {
            out.insert(key.clone(), value.clone());
        }
    }
    Value::Object(out)
}

/// One key a line and one mention a line, keys of mentions in one order, numbers without trailing zeros, warnings
/// sorted: two expectations that say the same are the same text.
fn rendered(all: &[Map<String, Value>]) -> String {
    match all {
        [one] => format!("{}\n", object(one)),
        _ => format!("[\n{}\n]\n", all.iter().map(object).collect::<Vec<_>>().join(",\n")),
    }
}

fn object(expectation: &Map<String, Value>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (key, value) in expectation {
        let name = json!(key);
        match (key.as_str(), value) {
            ("mentions", Value::Array(all)) if !all.is_empty() => {
                let all: Vec<String> = all.iter().map(|m| format!("    {}", one_line(&ordered(m)))).collect();
                lines.push(format!("  {name}: [\n{}\n  ]", all.join(",\n")));
            }
            ("warnings", Value::Array(all)) => {
                let mut all: Vec<String> = all.iter().map(one_line).collect();
                all.sort();
                lines.push(format!("  {name}: [{}]", all.join(", ")));
            }
            _ => lines.push(format!("  {name}: {}", one_line(value))),
        }
    }
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn ordered(mention: &Value) -> Value {
    const ORDER: [&str; 7] = ["kind", "role", "value", "currency", "group", "text", "mod"];
    let Value::Object(mention) = mention else { return mention.clone() };
    let rest = mention.keys().map(String::as_str).filter(|key| !ORDER.contains(key));
    let keys = ORDER.into_iter().chain(rest);
    keys.filter_map(|key| mention.get(key).map(|value| (key.to_owned(), value.clone()))).collect()
}

/// JSON on one line with a space behind `:` and `,`.
fn one_line(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let all: Vec<String> = map.iter().map(|(k, v)| format!("{}: {}", json!(k), one_line(v))).collect();
            format!("{{{}}}", all.join(", "))
        }
        Value::Array(all) => format!("[{}]", all.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        Value::Number(number) => {
            let exact = Decimal::from_str(&number.to_string());
            exact.map_or_else(|_| number.to_string(), |d| d.normalize().to_string())
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out() {
        assert_eq!(marked("dal {1 marzo 2024} in poi"), ("dal 1 marzo 2024 in poi".to_owned(), 4..16));
        assert_eq!(marked("2024"), ("2024".to_owned(), 0..4));
    }

    #[test]
    fn what_says_the_same_is_the_same_text() {
        let one = json!({"kind": "regional", "cofinancing_rate": 50.0, "warnings": ["b", "a"], "mentions": [{"value": 5, "kind": "date"}]});
        let other = json!({"kind": "regional", "cofinancing_rate": 50, "warnings": ["a", "b"], "mentions": [{"kind": "date", "value": 5.00}]});
        let render = |v: Value| v.as_object().map(object);
        assert_eq!(render(one), render(other));
    }
}
