//! A JSON object as a page: one that carries a whole page gives that, any other a row.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::{Cell, Content, Hints, Row};
use super::cells::without_exponent;
use super::hints::is_address;

/// Keys that hold a page's markup, and keys that may.
const MARKUP: [&str; 6] = ["html", "raw_html", "rawHtml", "body", "content", "response_body"];

/// Keys beside `text` that say the object is a page and no row.
const BESIDE: [&str; 24] = [
    "id",
    "url",
    "link",
    "text",
    "title",
    "lang",
    "language",
    "fetched",
    "date",
    "status",
    "headers",
    "timestamp",
    "_type",
    "crawled",
    "depth",
    "referer",
    "charset",
    "encoding",
    "content_type",
    "media_type",
    "html",
    "meta",
    "source",
    "_id",
];

/// Objects that only hold the fields of the object they are in: maps, search engines and others.
const TRANSPARENT: [&str; 6] = ["properties", "_source", "attributes", "fields", "node", "record"];

/// Arrays of objects up to this length become columns of their own.
const COLUMNS: usize = 4;

/// Headings kept for the rows that follow.
const HEADINGS: usize = 4096;

/// The headings of a feed, shared by its rows.
#[derive(Debug, Default)]
pub(super) struct Headings(HashMap<String, Arc<str>>);

impl Headings {
    pub fn get(&mut self, heading: &str) -> Arc<str> {
        if let Some(heading) = self.0.get(heading) {
            return Arc::clone(heading);
        }
        let shared: Arc<str> = Arc::from(heading);
        if self.0.len() < HEADINGS {
            self.0.insert(heading.to_owned(), Arc::clone(&shared));
        }
        shared
    }
}

/// The object as a page, if it carries one.
pub(super) fn page(object: &Map<String, Value>) -> Option<(Content, Hints)> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let markup = MARKUP.iter().filter_map(|key| text(key)).find(|text| is_markup(text));
    let (content, media_type) = match markup {
        Some(markup) => (markup, "text/html"),
        None if object.keys().all(|key| BESIDE.contains(&key.as_str())) => (text("text")?, "text/plain"),
        None => return None,
    };
    let first = |keys: &[&str]| keys.iter().find_map(|key| text(key)).map(str::to_owned);
    let id = |value: &Value| match value {
        Value::String(id) => Some(id.clone()).filter(|id| !id.trim().is_empty()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    };
    let hints = Hints {
        url: first(&["url", "link", "final_url", "page_url"]).filter(|url| is_address(url)),
        id: ["id", "_id", "item", "uuid"].iter().find_map(|key| object.get(*key).and_then(id)),
        media_type: Some(media_type.to_owned()),
        // What the page itself says of its encoding no longer holds inside a string.
        charset: Some("utf-8".to_owned()),
        fetched: first(&["fetched", "crawled", "timestamp", "date"]),
        ..Hints::default()
    };
    Some((Content::Bytes(content.as_bytes().to_vec()), hints))
}

fn is_markup(text: &str) -> bool {
    let Some(open) = text.find('<') else { return false };
    let tag = text.get(open + 1..).and_then(|rest| rest.chars().next());
    let tag = tag.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '!' | '?' | '/'));
    tag && (text.contains("</") || text.contains("/>") || text.contains("<!") || text.contains("<br"))
}

/// The object as a row: nested keys joined by points, lists by `|`, nulls left out.
pub(super) fn row(object: Map<String, Value>, headings: &mut Headings) -> Row {
    let mut flat = Flat { cells: Vec::new(), heading: String::new(), headings };
    flat.object(object);
    Row { cells: flat.cells }
}

struct Flat<'h> {
    cells: Vec<Cell>,
    heading: String,
    headings: &'h mut Headings,
}

impl Flat<'_> {
    fn object(&mut self, object: Map<String, Value>) {
        for (key, value) in object {
            if value.is_object() && TRANSPARENT.contains(&key.as_str()) {
                self.value(value);
            } else {
                self.under(&key, value);
            }
        }
    }

    fn under(&mut self, key: &str, value: Value) {
        let length = self.heading.len();
        if length > 0 {
            self.heading.push('.');
        }
        self.heading.push_str(key);
        self.value(value);
        self.heading.truncate(length);
    }

    fn value(&mut self, value: Value) {
        match value {
            Value::Object(object) => self.object(object),
            Value::Array(values) if values.iter().all(is_scalar) => {
                let texts: Vec<_> = values.into_iter().filter_map(scalar).collect();
                self.cell(texts.join("|"));
            }
            Value::Array(values) if values.len() <= COLUMNS => {
                for (index, value) in values.into_iter().enumerate() {
                    self.under(&index.to_string(), value);
                }
            }
            Value::Array(values) => self.cell(Value::Array(values).to_string()),
            value => {
                if let Some(text) = scalar(value) {
                    self.cell(text);
                }
            }
        }
    }

    fn cell(&mut self, text: String) {
        if !text.trim().is_empty() {
            self.cells.push(Cell { heading: self.headings.get(&self.heading), text });
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

/// A scalar's text; none for null, an empty string and what is no scalar.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(without_exponent(&number.to_string())),
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).expect("an object")
    }

    #[test]
    fn objects_are_flattened() {
        let cases = [
            (r#"{"a": 1.50, "b": {"c": true, "d": null}, "e": ""}"#, "a=1.50 b.c=true"),
            (r#"{"a": ["x", 2, null], "b": []}"#, "a=x|2"),
            (r#"{"a": [{"b": 1}, {"b": 2}]}"#, "a.0.b=1 a.1.b=2"),
            (r#"{"a": [{},{},{},{},{"b":1}]}"#, r#"a=[{},{},{},{},{"b":1}]"#),
            (r#"{"type": "Feature", "properties": {"title": "x"}}"#, "type=Feature title=x"),
            (r#"{"a": 1.5e3}"#, "a=1500"),
        ];
        for (text, expected) in cases {
            let row = row(object(text), &mut Headings::default());
            let cells: Vec<_> = row.cells.iter().map(|cell| format!("{}={}", cell.heading, cell.text)).collect();
            assert_eq!(cells.join(" "), expected);
        }
    }

    #[test]
    fn objects_that_carry_a_page_are_told_from_rows() {
        let cases = [
            (r#"{"url": "https://a.eu/1", "html": "<p>x</p>", "budget": 5}"#, Some("text/html")),
            (r#"{"url": "https://a.eu/1", "body": "no markup", "budget": 5}"#, None),
            (r#"{"url": "https://a.eu/1", "text": "Il progetto …"}"#, Some("text/plain")),
            (r#"{"url": "https://a.eu/1", "text": "Il progetto …", "total_budget": 5}"#, None),
            (r#"{"id": 5, "content": "a < b and c > d"}"#, None),
        ];
        for (text, expected) in cases {
            let hints = page(&object(text)).map(|(_, hints)| hints);
            assert_eq!(hints.and_then(|hints| hints.media_type).as_deref(), expected, "{text}");
        }
    }
}
