//! Delimited text: the delimiter and the header found, and a missing quote held to its row.
//!
//! The `csv` crate cannot go back: it reads to the end of the file for a quote that is never closed.

use std::io::Read;

use super::super::Class;
use super::decode::Utf8;
use super::header::{self, HEAD, Header};
use super::lines::{Line, Lines};
use super::{Flow, Out};

/// Delimiters that may be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimiters {
    Any,
    TabFirst,
}

/// A quoted cell of more lines than this has lost its closing quote.
const LINES: usize = 1000;

/// After so many missing quotes, quotes mean nothing in this file.
const MISSING: u32 = 100;

/// Reads all rows.
pub(super) fn read(input: impl Read, delimiters: Delimiters, out: &mut Out<'_, '_>) -> Flow {
    let mut text = Utf8::new(input);
    text.piece();
    if text.is_binary() {
        return out.fault(Class::Decode, "expected a table of text, found binary data".to_owned());
    }
    let mut lines = Lines::new(text, out.limits.page_bytes);
    let Some(delimiter) = delimiter(&mut lines, delimiters) else {
        broken_off(&mut lines, out)?;
        return out.fault(Class::Damaged, "expected a table, found an empty file".to_owned());
    };
    let mut records = Records { lines, delimiter, quotes: true, missing: 0, most: out.limits.page_bytes };
    rows(&mut records, out)?;
    broken_off(&mut records.lines, out)
}

/// Says why the input ended early, if it did, and whether bytes were no text.
fn broken_off<R: Read>(lines: &mut Lines<R>, out: &mut Out<'_, '_>) -> Flow {
    if lines.input.is_replaced() {
        out.fault(Class::Decode, "some bytes are no text in the encoding of the rest: read as U+FFFD".to_owned())?;
    }
    out.ended(lines.input.error())
}

fn rows<R: Read>(records: &mut Records<R>, out: &mut Out<'_, '_>) -> Flow {
    let mut head = Vec::new();
    while head.len() < HEAD {
        match records.next(out)? {
            Some(cells) => head.push(cells),
            None => break,
        }
    }
    let header = header(&head, out)?;
    for cells in head.into_iter().skip(header.data) {
        out.row(header.row(cells))?;
    }
    while let Some(cells) = records.next(out)? {
        out.row(header.row(cells))?;
    }
    Flow::Continue(())
}

/// The header, or numbers and an error that says so.
fn header(head: &[Vec<String>], out: &mut Out<'_, '_>) -> Flow<Header> {
    if let Some(header) = header::find(head) {
        return Flow::Continue(header);
    }
    let message = if head.iter().all(|row| row.len() < 2) {
        "expected a table of at least two columns, found one column: it is called 1"
    } else {
        "expected a line of headings, found none: the columns are called 1, 2, …"
    };
    out.fault(Class::Damaged, message.to_owned())?;
    Flow::Continue(header::numbered(head))
}

/// The delimiter that cuts most of the first lines into equally many cells; `None` for an empty file.
fn delimiter<R: Read>(lines: &mut Lines<R>, delimiters: Delimiters) -> Option<char> {
    let mut head: Vec<Line> = Vec::new();
    while head.len() < HEAD {
        let Some(line) = lines.next() else { break };
        head.push(line);
    }
    if head.iter().all(|line| line.text.trim().is_empty()) {
        return None;
    }
    // Excel writes and obeys this line.
    if let Some(said) =
        head.first().and_then(|line| line.text.trim().strip_prefix("sep=")).and_then(|it| it.chars().next())
    {
        lines.put_back(head.split_off(1));
        return Some(said);
    }
    let order = if delimiters == Delimiters::TabFirst { ['\t', ';', ',', '|'] } else { [';', ',', '\t', '|'] };
    let best = order.into_iter().rev().max_by_key(|&delimiter| {
        let tab = delimiters == Delimiters::TabFirst && delimiter == '\t';
        let (records, width) = evenness(&head, delimiter);
        (tab && width > 1, records, width)
    });
    lines.put_back(head);
    best
}

/// How many records have the most frequent width, and that width; nothing for a width of one.
fn evenness(head: &[Line], delimiter: char) -> (usize, usize) {
    let mut widths = Vec::new();
    let mut record = Record::default();
    for line in head {
        match record.add(&line.text, delimiter, true) {
            Step::Done => widths.push(std::mem::take(&mut record).cells.len()),
            Step::Open => {}
            Step::Astray => record = Record::default(),
        }
    }
    widths.retain(|&width| width > 1);
    widths.sort_unstable();
    let runs = widths.chunk_by(|a, b| a == b);
    runs.map(|run| (run.len(), run.first().copied().unwrap_or(0))).max().unwrap_or((0, 0))
}

/// The records of a file.
struct Records<R> {
    lines: Lines<R>,
    delimiter: char,
    quotes: bool,
    missing: u32,
    most: u64,
}

impl<R: Read> Records<R> {
    /// The cells of the next record that is not empty.
    fn next(&mut self, out: &mut Out<'_, '_>) -> Flow<Option<Vec<String>>> {
        loop {
            let Some(line) = self.lines.next() else { return Flow::Continue(None) };
            if line.cut {
                let message = format!("line {}: expected at most {} bytes, found more: cut", line.number, self.most);
                out.fault(Class::Size, message)?;
            }
            let cells = self.record(&line, out)?;
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Flow::Continue(Some(cells));
            }
        }
    }

    /// Reads on while a quote is open; where it is never closed, goes back to its line and reads that as it stands.
    fn record(&mut self, first: &Line, out: &mut Out<'_, '_>) -> Flow<Vec<String>> {
        let mut record = Record::default();
        let mut step = record.add(&first.text, self.delimiter, self.quotes);
        let mut more: Vec<Line> = Vec::new();
        let mut bytes = first.text.len() as u64;
        while step == Step::Open && more.len() < LINES && bytes <= self.most {
            let Some(line) = self.lines.next() else { break };
            bytes = bytes.saturating_add(line.text.len() as u64);
            step = record.add(&line.text, self.delimiter, self.quotes);
            more.push(line);
        }
        if step == Step::Done {
            return Flow::Continue(record.cells);
        }
        self.missing += 1;
        self.quotes = self.missing < MISSING;
        let rest = if self.quotes { "" } else { "; so many are missing that quotes are no longer looked at" };
        let message = format!("line {}: expected a closing quote, found none: read as it stands{rest}", first.number);
        out.fault(Class::Damaged, message)?;
        self.lines.put_back(more);
        let mut record = Record::default();
        record.add(&first.text, self.delimiter, false);
        Flow::Continue(record.cells)
    }
}

/// Whether a record ends with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    /// A quote is open: the next line belongs to it.
    Open,
    /// A quote opens where one is open already: the first was never closed.
    Astray,
}

/// A record as far as it is read.
#[derive(Debug, Default)]
struct Record {
    cells: Vec<String>,
    /// The cell whose quote is open.
    open: Option<String>,
    /// It was opened on a line before.
    spans: bool,
}

impl Record {
    /// Adds a line.
    fn add(&mut self, line: &str, delimiter: char, quotes: bool) -> Step {
        let mut rest = line;
        if let Some(cell) = &mut self.open {
            cell.push('\n');
            self.spans = true;
        }
        loop {
            if let Some(cell) = self.open.take() {
                match quoted(cell, rest, delimiter, self.spans) {
                    Ok((cell, after)) => {
                        self.cells.push(cell);
                        let Some(after) = after else { return Step::Done };
                        rest = after;
                    }
                    Err(Unclosed::Open(cell)) => {
                        self.open = Some(cell);
                        return Step::Open;
                    }
                    Err(Unclosed::Astray) => return Step::Astray,
                }
            }
            if let Some(inner) = rest.trim_start_matches(' ').strip_prefix('"').filter(|_| quotes) {
                self.open = Some(String::new());
                self.spans = false;
                rest = inner;
                continue;
            }
            let Some((cell, after)) = rest.split_once(delimiter) else {
                self.cells.push(rest.to_owned());
                return Step::Done;
            };
            self.cells.push(cell.to_owned());
            rest = after;
        }
    }
}

/// Why a quoted cell does not end.
enum Unclosed {
    Open(String),
    Astray,
}

/// A quoted cell, and what stands behind its delimiter; none at the end of the line.
type Quoted<'l> = Result<(String, Option<&'l str>), Unclosed>;

/// Reads a quoted cell on from `rest`; `spans` where it was opened on a line before.
fn quoted(mut cell: String, mut rest: &str, delimiter: char, spans: bool) -> Quoted<'_> {
    loop {
        let Some((inner, after)) = rest.split_once('"') else {
            cell.push_str(rest);
            return Err(Unclosed::Open(cell));
        };
        cell.push_str(inner);
        if let Some(after) = after.strip_prefix('"') {
            cell.push('"');
            rest = after;
            continue;
        }
        let behind = after.trim_start_matches(' ');
        if behind.is_empty() {
            return Ok((cell, None));
        }
        if let Some(next) = behind.strip_prefix(delimiter) {
            return Ok((cell, Some(next)));
        }
        // A quote inside the text that was not doubled; but one where a cell begins, some lines on, opens that cell.
        if spans && cell.ends_with([delimiter, '\n']) {
            return Err(Unclosed::Astray);
        }
        cell.push('"');
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_into_cells() {
        let cases: [(&[&str], Step, &[&str]); 8] = [
            (&["a;b;c"], Step::Done, &["a", "b", "c"]),
            (&["a;\"b;c\";"], Step::Done, &["a", "b;c", ""]),
            (&["\"a \"\"b\"\"\"; \"c\" ;d"], Step::Done, &["a \"b\"", "c", "d"]),
            (&["\"the \"Sun\" house\";5"], Step::Done, &["the \"Sun\" house", "5"]),
            (&["a;\"b", "c\";d"], Step::Done, &["a", "b\nc", "d"]),
            (&["a;\"b"], Step::Open, &["a"]),
            (&["a;\"b;5", "c;\"d\";6"], Step::Astray, &["a"]),
            (&[""], Step::Done, &[""]),
        ];
        for (lines, step, cells) in cases {
            let mut record = Record::default();
            let last = lines.iter().map(|line| record.add(line, ';', true)).last();
            assert_eq!(
                (last, record.cells),
                (Some(step), cells.iter().map(ToString::to_string).collect()),
                "{lines:?}"
            );
        }
    }
}
