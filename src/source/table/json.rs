//! JSON: feeds of crawlers and answers of interfaces, one object a line or a list of them, one value in memory at a time.

use std::io::Read;

use serde_json::Value;

use super::super::Class;
use super::decode::Utf8;
use super::feed::Feed;
use super::lines::{Line, Lines};
use super::objects::{Text, depth};
use super::repair::repaired;
use super::values::Headings;
use super::{Flow, Out};

/// Reads one object a line.
pub(super) fn lines(input: impl Read, out: &mut Out<'_, '_>) -> Flow {
    let mut text = Utf8::new(input);
    if !is_text(&mut text, out)? {
        return Flow::Continue(());
    }
    let mut lines = Lines::new(text, out.limits.page_bytes);
    let mut headings = Headings::default();
    let mut first: Option<Line> = None;
    while let Some(line) = lines.next() {
        if line.text.trim().is_empty() {
            continue;
        }
        // Printed over several lines after all: read by its brackets.
        if first.is_none() && is_opening(&line.text) {
            let mut rest = lines.input;
            rest.put_back(format!("{}\n", line.text).into_bytes());
            return Feed { text: Text::new(rest), headings, seen: 0 }.read(out);
        }
        one_line(&line, &mut headings, out)?;
        first.get_or_insert(line);
    }
    if first.is_none() && lines.input.error().is_none() {
        return out.fault(Class::Damaged, "expected an object a line, found an empty file".to_owned());
    }
    out.ended(lines.input.error())
}

/// A line with nothing but what opens a list or an object.
fn is_opening(line: &str) -> bool {
    let line = line.trim();
    let inner = line.trim_start_matches(['[', '{', ' ']);
    inner.is_empty() || (inner.len() < line.len() && line.starts_with('[') && !line.ends_with(']'))
}

fn one_line(line: &Line, headings: &mut Headings, out: &mut Out<'_, '_>) -> Flow {
    let place = format!("line {}", line.number);
    if line.cut {
        return out
            .fault(Class::Size, format!("{place}: expected at most {} bytes, found more", out.limits.page_bytes));
    }
    // A list whose brackets stand on lines of their own.
    let text = line.text.trim().trim_end_matches(',');
    if matches!(text, "" | "[" | "]") {
        return Flow::Continue(());
    }
    value(text.as_bytes(), &place, headings, out)
}

/// Reads a list of objects, lists one behind the other, or an object with a list inside.
pub(super) fn whole(input: impl Read, out: &mut Out<'_, '_>) -> Flow {
    let mut text = Utf8::new(input);
    if !is_text(&mut text, out)? {
        return Flow::Continue(());
    }
    Feed { text: Text::new(text), headings: Headings::default(), seen: 0 }.read(out)
}

fn is_text<R: Read>(text: &mut Utf8<R>, out: &mut Out<'_, '_>) -> Flow<bool> {
    text.piece();
    if text.is_binary() {
        out.fault(Class::Decode, "expected JSON, found binary data".to_owned())?;
        return Flow::Continue(false);
    }
    Flow::Continue(true)
}

pub(super) fn too_deep(line: u64, out: &mut Out<'_, '_>) -> Flow {
    let most = out.limits.json_depth;
    out.fault(Class::Depth, format!("line {line}: expected at most {most} levels of brackets, found more"))
}

/// Reads and gives one value.
pub(super) fn value(bytes: &[u8], place: &str, headings: &mut Headings, out: &mut Out<'_, '_>) -> Flow {
    if depth(bytes) > out.limits.json_depth {
        let most = out.limits.json_depth;
        return out.fault(Class::Depth, format!("{place}: expected at most {most} levels of brackets, found more"));
    }
    match parsed(bytes) {
        Ok(value) => given(value, place, headings, out),
        Err(error) => out.fault(Class::Damaged, format!("{place}: expected a JSON object, found {error}")),
    }
}

pub(super) fn parsed(bytes: &[u8]) -> Result<Value, String> {
    let error = match serde_json::from_slice(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if let Some(Ok(value)) = repaired(bytes).map(|bytes| serde_json::from_slice(&bytes)) {
        return Ok(value);
    }
    // The line it names is that of the value.
    let error = error.to_string();
    Err(error.split(" at line").next().unwrap_or(&error).to_owned())
}

pub(super) fn given(value: Value, place: &str, headings: &mut Headings, out: &mut Out<'_, '_>) -> Flow {
    match value {
        Value::Object(object) => out.object(object, headings),
        Value::Array(values) if values.first().is_some_and(Value::is_object) => {
            values.into_iter().try_for_each(|value| given(value, place, headings, out))
        }
        Value::Array(_) => out.fault(Class::Damaged, format!("{place}: expected an object, found a list")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.fault(Class::Damaged, format!("{place}: expected an object, found a single value"))
        }
    }
}
