//! CSV (RFC 4180, but for `\n`): a row a record.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::json_lines::{keep, place};
use super::{LeftOut, Sink, kohesio};
use crate::record::Record;
use crate::tables::{Cell, flat, flat_row};

crate::names! {
    /// Whose headings and formats a file has.
    Headings {
        Kohex = "kohex",
        Kohesio = "kohesio",
    }
}

/// A file of CSV.
pub struct Csv {
    out: BufWriter<NamedTempFile>,
    path: PathBuf,
    headings: Headings,
    left_out: LeftOut,
}

/// A row, its line break included, and what is not in it: why, and what it was.
pub struct Line {
    text: String,
    left_out: Vec<(&'static str, String)>,
}

impl Csv {
    /// Writes to `path`: under a temporary name beside it, renamed when complete.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn file(path: &Path, headings: Headings) -> io::Result<Self> {
        let (file, path) = place(path)?;
        let mut out = BufWriter::with_capacity(1 << 16, file);
        let header = match headings {
            Headings::Kohex => line(flat().map(|column| column.name)),
            Headings::Kohesio => line(kohesio::HEADINGS.iter().copied()),
        };
        out.write_all(header.as_bytes())?;
        Ok(Csv { out, path, headings, left_out: LeftOut::default() })
    }
}

impl Sink for Csv {
    type Item = Line;

    fn encoder(&self) -> fn(&Record) -> Line {
        match self.headings {
            Headings::Kohex => row,
            Headings::Kohesio => |record| {
                let (values, left_out) = kohesio::row(record);
                let text = line(values.iter().map(AsRef::as_ref));
                Line { text, left_out }
            },
        }
    }

    fn of_line(&self, line: Vec<u8>) -> io::Result<Line> {
        Ok(self.encoder()(&serde_json::from_slice(&line)?))
    }

    fn write(&mut self, line: Line) -> io::Result<()> {
        for (why, what) in line.left_out {
            self.left_out.add(why, [what]);
        }
        self.out.write_all(line.text.as_bytes())
    }

    fn left_out(&self) -> Vec<String> {
        self.left_out.told()
    }

    fn finish(self) -> io::Result<()> {
        keep(self.out.into_inner().map_err(io::IntoInnerError::into_error)?, &self.path)
    }
}

fn row(record: &Record) -> Line {
    let (cells, misfits) = flat_row(record);
    let values: Vec<Cow<'_, str>> = cells.iter().map(plain).collect();
    let why = "values left out, as their columns cannot hold them";
    let left_out = misfits.into_iter().map(|misfit| (why, format!("{}: {misfit}", record.id)));
    Line { text: line(values.iter().map(AsRef::as_ref)), left_out: left_out.collect() }
}

/// A cell as text: ISO 8601, plain decimals, nothing for null.
fn plain<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Null => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Json(text) => Cow::Borrowed(text),
        Cell::Integer(number) => number.to_string().into(),
        Cell::Number(number) => number.to_string().into(),
        Cell::Share(share) => share.to_string().into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Moment(moment) => moment.to_string().into(),
    }
}

/// Values as a line; those that a reader could take for several, or trim, stand in quotes.
fn line<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let mut line = String::new();
    for (i, value) in values.enumerate() {
        if i > 0 {
            line.push(',');
        }
        if value.contains([',', '"', '\n', '\r']) || value.trim() != value {
            line.push('"');
            line.push_str(&value.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(value);
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn what_would_end_a_value_is_quoted() {
        let values = ["a", "", "b,c", "say \"yes\"", "two\nlines", " x", "|", "ü"];
        assert_eq!(line(values.into_iter()), "a,,\"b,c\",\"say \"\"yes\"\"\",\"two\nlines\",\" x\",|,ü\n");
    }
}
