//! A JSON text read by its brackets: lists, lists one behind the other, and answers with a list inside.

use std::io::Read;

use serde_json::{Map, Value};

use super::super::Class;
use super::json::{given, parsed, too_deep, value};
use super::objects::{Text, Unread};
use super::values::Headings;
use super::{Flow, Out};

/// Names under which interfaces give their list of results.
const LISTS: [&str; 26] = [
    "results",
    "result",
    "items",
    "list",
    "data",
    "records",
    "rows",
    "projects",
    "operations",
    "hits",
    "features",
    "value",
    "values",
    "entries",
    "docs",
    "documents",
    "elements",
    "objects",
    "content",
    "response",
    "payload",
    "body",
    "edges",
    "search",
    "@graph",
    "output",
];

/// How deep the list of results may lie.
const LEVELS: u32 = 3;

/// A JSON text whose values are given one by one.
pub(super) struct Feed<R> {
    pub text: Text<R>,
    pub headings: Headings,
    /// Lists read so far.
    pub seen: u32,
}

impl<R: Read> Feed<R> {
    /// Reads all of it.
    pub fn read(&mut self, out: &mut Out<'_, '_>) -> Flow {
        let mut empty = true;
        let mut appended = false;
        while let Some(byte) = self.text.peek() {
            empty = false;
            let whole = match byte {
                b'[' => {
                    if self.seen > 0 && !appended {
                        appended = true;
                        let line = self.text.line;
                        let message = format!(
                            "line {line}: expected the end of the file, found another list: the feed was appended to and \
                             is not valid JSON; all lists are read"
                        );
                        out.fault(Class::Damaged, message)?;
                    }
                    self.seen += 1;
                    self.list(out)?
                }
                b'{' => self.object(out)?,
                _ => {
                    self.unexpected("an object or a list", out)?;
                    false
                }
            };
            if !whole {
                break;
            }
        }
        match self.text.error() {
            None if empty => out.fault(Class::Damaged, "expected JSON, found an empty file".to_owned()),
            error => out.ended(error),
        }
    }

    /// Reads a list: whether it was whole.
    fn list(&mut self, out: &mut Out<'_, '_>) -> Flow<bool> {
        self.text.bump();
        let mut value = Vec::new();
        loop {
            match self.text.peek() {
                Some(b']') => {
                    self.text.bump();
                    return Flow::Continue(true);
                }
                Some(b',') => self.text.bump(),
                Some(_) => {
                    if !self.element(&mut value, out)? {
                        return Flow::Continue(false);
                    }
                }
                None => return self.cut_off("]", out),
            }
        }
    }

    /// Reads an element of a list: whether the list goes on.
    fn element(&mut self, bytes: &mut Vec<u8>, out: &mut Out<'_, '_>) -> Flow<bool> {
        let line = self.text.line;
        let limits = out.limits;
        match self.text.value(bytes, limits.page_bytes, limits.json_depth) {
            Ok(()) => value(bytes, &format!("line {line}"), &mut self.headings, out)?,
            Err(Unread::Deep) => too_deep(line, out)?,
            Err(Unread::Long(place)) => {
                out.fault(
                    Class::Size,
                    format!("line {line}: expected at most {} bytes, found more", limits.page_bytes),
                )?;
                if self.text.pass(place).is_err() {
                    return self.cut_off("]", out);
                }
            }
            Err(Unread::Cut) => return self.cut_off("]", out),
            Err(Unread::None) => return self.unexpected("an object, a comma or ]", out),
        }
        Flow::Continue(true)
    }

    /// Reads an object that stands alone: a row, or an answer with a list of rows. One too large to be a row is looked
    /// through for the list without being read whole.
    fn object(&mut self, out: &mut Out<'_, '_>) -> Flow<bool> {
        let line = self.text.line;
        let mut bytes = Vec::new();
        match self.text.value(&mut bytes, out.limits.page_bytes, out.limits.json_depth) {
            Ok(()) => {
                let object = match parsed(&bytes) {
                    Ok(Value::Object(object)) => object,
                    Ok(_) => return Flow::Continue(false),
                    Err(error) => {
                        out.fault(Class::Damaged, format!("line {line}: expected a JSON object, found {error}"))?;
                        return Flow::Continue(true);
                    }
                };
                match listed(object, 1) {
                    Ok(values) => {
                        for (index, value) in values.into_iter().enumerate() {
                            given(value, &format!("item {}", index + 1), &mut self.headings, out)?;
                        }
                    }
                    Err(object) => {
                        given(Value::Object(object), &format!("line {line}"), &mut self.headings, out)?;
                    }
                }
                Flow::Continue(true)
            }
            Err(Unread::Deep) => {
                too_deep(line, out)?;
                Flow::Continue(true)
            }
            // Too large for a row, or cut off: what is whole inside is still given.
            Err(Unread::Long(_) | Unread::Cut) => {
                self.text.put_back(bytes);
                self.inside(1, &mut false, out)
            }
            Err(Unread::None) => self.unexpected("an object", out),
        }
    }

    /// Looks through an object for its first list of objects: whether the object was whole.
    fn inside(&mut self, level: u32, found: &mut bool, out: &mut Out<'_, '_>) -> Flow<bool> {
        self.text.bump();
        let mut bytes = Vec::new();
        let (mut key, mut behind) = (String::new(), false);
        loop {
            match self.text.peek() {
                None => return self.cut_off("}", out),
                Some(b'}') => {
                    self.text.bump();
                    return Flow::Continue(true);
                }
                Some(b',') => {
                    behind = false;
                    self.text.bump();
                }
                Some(b':') => {
                    behind = true;
                    self.text.bump();
                }
                Some(b'[') if behind && !*found && LISTS.contains(&key.as_str()) => {
                    *found = true;
                    if !self.list(out)? {
                        return Flow::Continue(false);
                    }
                }
                Some(b'{') if behind && !*found && level < LEVELS => {
                    if !self.inside(level + 1, found, out)? {
                        return Flow::Continue(false);
                    }
                }
                Some(_) => match self.text.value(&mut bytes, 4096, u32::MAX) {
                    Ok(()) if !behind => {
                        String::from_utf8_lossy(&bytes).trim_matches('"').clone_into(&mut key);
                    }
                    Ok(()) | Err(Unread::Deep) => {}
                    Err(Unread::Long(place)) if self.text.pass(place).is_ok() => {}
                    Err(Unread::Long(_) | Unread::Cut) => return self.cut_off("}", out),
                    Err(Unread::None) => return self.unexpected("a key, a value or }", out),
                },
            }
        }
    }

    fn cut_off(&mut self, missing: &str, out: &mut Out<'_, '_>) -> Flow<bool> {
        if let Some(error) = self.text.error() {
            out.ended(Some(error))?;
        } else {
            let found = "the end: the file is cut off, or a string is not closed";
            out.fault(Class::Damaged, format!("expected {missing}, found {found}"))?;
        }
        Flow::Continue(false)
    }

    fn unexpected(&mut self, expected: &str, out: &mut Out<'_, '_>) -> Flow<bool> {
        let found =
            self.text.peek().map_or("the end".to_owned(), |byte| format!("`{}`", char::from(byte).escape_default()));
        let line = self.text.line;
        out.fault(Class::Damaged, format!("line {line}: expected {expected}, found {found}: the rest is not read"))?;
        Flow::Continue(false)
    }
}

/// The list of rows inside an answer, or the object itself where it is a row.
fn listed(mut object: Map<String, Value>, level: u32) -> Result<Vec<Value>, Map<String, Value>> {
    let is_list = |value: &Value| matches!(value, Value::Array(values) if !values.is_empty() && values.iter().all(Value::is_object));
    let named = LISTS.iter().find(|key| object.get(**key).is_some_and(is_list)).map(|key| (*key).to_owned());
    if let Some(Value::Array(values)) = named.and_then(|key| object.swap_remove(&key)) {
        return Ok(values);
    }
    if level >= LEVELS {
        return Err(object);
    }
    for key in LISTS {
        let Some(slot) = object.get_mut(key).filter(|value| value.is_object()) else { continue };
        let Value::Object(inner) = slot.take() else { continue };
        match listed(inner, level + 1) {
            Ok(values) => return Ok(values),
            Err(inner) => *slot = Value::Object(inner),
        }
    }
    Err(object)
}
