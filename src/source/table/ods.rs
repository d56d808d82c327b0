//! Sheets of ODS, read from front to back: calamine would write out every repeated row and column in memory.

use std::io::{BufRead, BufReader, Read, Seek};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::Flow;
use super::cells::without_exponent;

/// A row or cell that stands for many stands for no more than this when it holds something.
const REPEATED: usize = 1000;

/// Columns of a sheet.
const COLUMNS: usize = 16_384;

/// An opened document.
pub(super) struct Ods<R: Read + Seek> {
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> Ods<R> {
    pub fn new(source: R) -> Result<Self, String> {
        let mut archive = ZipArchive::new(source).map_err(|error| error.to_string())?;
        if let Ok(manifest) = archive.by_name("META-INF/manifest.xml") {
            let mut text = Vec::new();
            manifest.take(1 << 20).read_to_end(&mut text).map_err(|error| error.to_string())?;
            if String::from_utf8_lossy(&text).contains("encryption-data") {
                return Err("an encrypted one".to_owned());
            }
        }
        Ok(Ods { archive })
    }

    /// The names of its sheets.
    pub fn names(&mut self) -> Result<Vec<String>, String> {
        let mut names = Vec::new();
        let mut xml = self.content()?;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) if tag.name().as_ref() == "table:table" => {
                    names.push(attribute(&tag, "table:name").unwrap_or_default());
                }
                // A document cut off still has the sheets before.
                Ok(Event::Eof) => return Ok(names),
                Err(error) => return if names.is_empty() { Err(error.to_string()) } else { Ok(names) },
                Ok(_) => {}
            }
        }
    }

    /// Gives the rows of a sheet that are not empty.
    pub fn rows(&mut self, name: &str, take: &mut dyn FnMut(Vec<String>) -> Flow) -> Result<Flow, String> {
        let mut xml = self.content()?;
        let mut buffer = Vec::new();
        let mut sheet = Sheet::default();
        let mut inside = false;
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(|error| error.to_string())? {
                Event::Start(tag) if tag.name().as_ref() == "table:table" => {
                    inside = attribute(&tag, "table:name").unwrap_or_default() == name;
                }
                Event::End(tag) if inside && tag.name().as_ref() == "table:table" => return Ok(Flow::Continue(())),
                Event::Eof if inside => return Err("the end of the document".to_owned()),
                Event::Eof => return Ok(Flow::Continue(())),
                Event::Start(tag) if inside => sheet.start(&tag),
                Event::Empty(tag) if inside => {
                    sheet.start(&tag);
                    if let Flow::Break(more) = sheet.end(tag.name().as_ref(), take) {
                        return Ok(Flow::Break(more));
                    }
                }
                Event::End(tag) if inside => {
                    if let Flow::Break(more) = sheet.end(tag.name().as_ref(), take) {
                        return Ok(Flow::Break(more));
                    }
                }
                Event::Text(text) if inside => sheet.text(&text),
                Event::GeneralRef(name) if inside => sheet.text(&entity(&name)),
                _ => {}
            }
        }
    }

    fn content(&mut self) -> Result<Reader<impl BufRead>, String> {
        let content = self.archive.by_name("content.xml").map_err(|error| error.to_string())?;
        Ok(Reader::from_reader(BufReader::new(content)))
    }
}

/// The row being read.
#[derive(Debug, Default)]
struct Sheet {
    cells: Vec<String>,
    rows: usize,
    columns: usize,
    /// The value the cell says it has besides its text.
    value: Option<String>,
    text: String,
    cell: bool,
    paragraph: bool,
    /// Depth of a comment, which is no text of the cell.
    comment: u32,
}

impl Sheet {
    fn start(&mut self, tag: &BytesStart<'_>) {
        match tag.name().as_ref() {
            "table:table-row" => {
                self.cells.clear();
                self.rows = repeated(tag, "table:number-rows-repeated");
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.columns = repeated(tag, "table:number-columns-repeated");
                self.value = value(tag);
                self.text.clear();
                (self.cell, self.paragraph) = (true, false);
            }
            "office:annotation" => self.comment += 1,
            "text:p" if self.cell && self.comment == 0 => {
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
                self.paragraph = true;
            }
            "text:s" => {
                let spaces = attribute(tag, "text:c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.text(&" ".repeat(REPEATED.min(spaces)));
            }
            "text:tab" => self.text("\t"),
            "text:line-break" => self.text("\n"),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.cell && self.paragraph && self.comment == 0 {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str, take: &mut dyn FnMut(Vec<String>) -> Flow) -> Flow {
        match name {
            "text:p" => self.paragraph = false,
            "office:annotation" => self.comment = self.comment.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => {
                self.cell = false;
                let text = self.value.take().unwrap_or_else(|| std::mem::take(&mut self.text));
                let times = if text.is_empty() { self.columns } else { self.columns.min(REPEATED) };
                let room = COLUMNS.saturating_sub(self.cells.len());
                self.cells.extend(std::iter::repeat_n(text, times.min(room)));
            }
            "table:table-row" => {
                let filled = self.cells.iter().rposition(|cell| !cell.trim().is_empty());
                let Some(last) = filled else { return Flow::Continue(()) };
                self.cells.truncate(last + 1);
                for _ in 1..self.rows.min(REPEATED) {
                    take(self.cells.clone())?;
                }
                return take(std::mem::take(&mut self.cells));
            }
            _ => {}
        }
        Flow::Continue(())
    }
}

/// The value of a cell that is no text.
fn value(tag: &BytesStart<'_>) -> Option<String> {
    match attribute(tag, "office:value-type")?.as_str() {
        "float" | "currency" | "percentage" => attribute(tag, "office:value").map(|number| without_exponent(&number)),
        "date" => attribute(tag, "office:date-value"),
        "boolean" => attribute(tag, "office:boolean-value"),
        "time" => attribute(tag, "office:time-value").map(|time| clock(&time).unwrap_or(time)),
        _ => None,
    }
}

/// `PT10H30M00S` as `10:30:00`.
fn clock(time: &str) -> Option<String> {
    let (hours, rest) = time.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split('.').next()?;
    Some(format!("{hours:0>2}:{minutes:0>2}:{seconds:0>2}"))
}

fn repeated(tag: &BytesStart<'_>, name: &str) -> usize {
    attribute(tag, name).and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    attribute.normalized_value(XmlVersion::Explicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// A character reference or one of the five entities XML has; no other is expanded.
fn entity(name: &str) -> String {
    let reference = format!("&{name};");
    quick_xml::escape::unescape(&reference).map(std::borrow::Cow::into_owned).unwrap_or_default()
}
