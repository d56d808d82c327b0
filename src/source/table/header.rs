//! The header of a table: which of its first rows it is, two lines of it made one, and rows under it.

use std::sync::Arc;

use super::super::{Cell, Row};
use super::cells::{Look, look};

/// Rows looked at to find the header: as many as authorities put logos and notes above it, and some of the data.
pub(super) const HEAD: usize = 48;

/// The headings of a table.
#[derive(Debug)]
pub(super) struct Header {
    headings: Vec<Arc<str>>,
    /// The header's own rows as they stand, to know them where they are repeated.
    lines: Vec<Vec<String>>,
    /// The first row of data among those given to [`find`].
    pub data: usize,
    /// For cells beyond the last heading.
    beyond: Arc<str>,
}

/// Finds the header in the first rows of a table: the first row of at least two texts that is as wide as what follows
/// and looks unlike it.
pub(super) fn find(rows: &[Vec<String>]) -> Option<Header> {
    let (at, top) = rows.iter().enumerate().find(|(at, row)| {
        let below = rows.get(at + 1..).unwrap_or_default();
        is_header(row, below)
    })?;
    let below = rows.get(at + 1..).unwrap_or_default();
    let mut lines = vec![top.clone()];
    if let Some(second) = below.first()
        && continues(top, second, below.get(1..).unwrap_or_default())
    {
        lines.push(second.clone());
    }
    let mut data = at + lines.len();
    if rows.get(data).is_some_and(|row| is_count(row)) {
        data += 1;
    }
    Some(Header { headings: joined(&lines), lines, data, beyond: Arc::from("") })
}

/// Headings for a table that has none: `1`, `2`, ….
pub(super) fn numbered(rows: &[Vec<String>]) -> Header {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let headings = (1..=width).map(|column| Arc::from(column.to_string())).collect();
    Header { headings, lines: Vec::new(), data: 0, beyond: Arc::from("") }
}

impl Header {
    /// The cells of a row under their headings; none where it repeats the header.
    pub fn row(&self, cells: Vec<String>) -> Row {
        let same = |line: &Vec<String>| filled(line).eq(filled(&cells));
        if self.lines.iter().any(same) {
            return Row { cells: Vec::new() };
        }
        let headings = self.headings.iter().chain(std::iter::repeat(&self.beyond));
        let cells = headings.zip(cells).filter(|(_, text)| !text.trim().is_empty());
        Row { cells: cells.map(|(heading, text)| Cell { heading: Arc::clone(heading), text: trimmed(text) }).collect() }
    }
}

/// Without a copy where there is nothing to trim.
fn trimmed(text: String) -> String {
    let inner = text.trim();
    if inner.len() == text.len() { text } else { inner.to_owned() }
}

fn filled(row: &[String]) -> impl Iterator<Item = (usize, &str)> {
    row.iter().map(|cell| cell.trim()).enumerate().filter(|(_, cell)| !cell.is_empty())
}

fn is_header(row: &[String], below: &[Vec<String>]) -> bool {
    let cells: Vec<_> = filled(row).collect();
    let looks = cells.iter().map(|&(column, cell)| (column, look(cell)));
    let words = looks.clone().filter(|(_, look)| matches!(look, Look::Words | Look::Year)).count();
    if cells.len() < 2 || words * 5 < cells.len() * 4 || looks.clone().any(|(_, look)| look == Look::Data) {
        return false;
    }
    let mut distinct: Vec<_> = cells.iter().map(|&(_, cell)| cell).collect();
    distinct.sort_unstable();
    distinct.dedup();
    // Groups of columns may bear the same heading, but a row of one word repeated is none.
    if distinct.len() < 2 || distinct.len() * 2 < cells.len() {
        return false;
    }
    // As wide as what follows; headings that span several columns leave some empty.
    let usual = usual(below.iter().map(|row| filled(row).count()).filter(|&count| count > 0));
    let alike = looks.into_iter().any(|(column, look)| look != Look::Words && typed(below, column) == Some(look));
    cells.len() * 5 >= usual * 3 && !alike
}

/// The most frequent number, the largest of several.
fn usual(counts: impl Iterator<Item = usize>) -> usize {
    let mut counts: Vec<_> = counts.collect();
    counts.sort_unstable();
    let runs = counts.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| run.len()).and_then(|run| run.first()).copied().unwrap_or(0)
}

/// What most cells of a column look like, where that is not words.
fn typed(rows: &[Vec<String>], column: usize) -> Option<Look> {
    let looks = rows.iter().filter_map(|row| row.get(column)).map(|cell| look(cell));
    let looks: Vec<_> = looks.filter(|&look| look != Look::Empty).collect();
    let kinds = [Look::Number, Look::Date, Look::Year, Look::Data];
    kinds.into_iter().find(|kind| looks.iter().filter(|look| *look == kind).count() * 5 > looks.len() * 3)
}

/// Whether `second` goes on with the header `top`: the same headings in another language, units, or the columns of a
/// group. Only a row of words where the rows below hold numbers or dates can be told from data.
fn continues(top: &[String], second: &[String], below: &[Vec<String>]) -> bool {
    let mut told = 0;
    for (column, cell) in filled(second) {
        if look(cell) != Look::Words {
            return false;
        }
        let headed = top.get(column).is_some_and(|cell| !cell.trim().is_empty());
        let differs = matches!(typed(below, column), Some(Look::Number | Look::Date));
        told += usize::from(differs);
        if !headed && !differs && column > top.len() {
            return false;
        }
    }
    let mut cells: Vec<_> = filled(second).map(|(_, cell)| cell).collect();
    let all = cells.len();
    cells.sort_unstable();
    cells.dedup();
    // Two cells that say "unknown" are a row of data.
    told >= 2 && cells.len() * 2 > all || told == 1 && all == 1
}

/// Whether a row numbers the columns: 1, 2, 3, ….
fn is_count(row: &[String]) -> bool {
    let cells: Vec<_> = filled(row).collect();
    cells.len() >= 2
        && cells.iter().zip(1..).all(|(&(_, cell), number): (_, usize)| {
            cell.trim_matches(['(', ')', '.']).parse::<usize>().is_ok_and(|it| it == number)
        })
}

/// One heading a column: lines joined by ` / `.
fn joined(lines: &[Vec<String>]) -> Vec<Arc<str>> {
    let width = lines.iter().map(Vec::len).max().unwrap_or(0);
    let heading = |column: usize| {
        let mut parts: Vec<&str> = Vec::new();
        for line in lines {
            let cell = line.get(column).map_or("", |cell| cell.trim());
            if !cell.is_empty() && !parts.contains(&cell) {
                parts.push(cell);
            }
        }
        Arc::from(parts.join(" / "))
    };
    (0..width).map(heading).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(';').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn headers_are_found() {
        let cases = [
            ("Name;Title;Total\na;b;5\nc;d;6", Some(("Name|Title|Total", 1))),
            (
                "List of operations;;\nas of;1.1.2020;\n;;\nName;Title;Total\na;b;5\nc;d;6",
                Some(("Name|Title|Total", 4)),
            ),
            (
                "Nazwa;Tytuł;Wartość;Data\nName;Title;Value;Date\na;b;5;1.1.2020\nc;d;6;2.1.2020",
                Some(("Nazwa / Name|Tytuł / Title|Wartość / Value|Data / Date", 2)),
            ),
            ("Name;Title;Total\n1;2;3\na;b;5\nc;d;6", Some(("Name|Title|Total", 2))),
            ("Name;Title;Total\nfoo;bar;n/a\na;b;5\nc;d;6", Some(("Name|Title|Total", 1))),
            ("Name;Total;\n;;\na;5;\nb;6;", Some(("Name|Total|", 1))),
            ("a;1;2.1.2020\nb;2;3.1.2020", None),
            ("just one column\nof text", None),
            ("Name;Title;Total", Some(("Name|Title|Total", 1))),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = find(&rows(text)).map(|header| (header.headings.join("|"), header.data));
            assert_eq!(found.as_ref().map(|(text, data)| (text.as_str(), *data)), expected, "{text}");
        }
    }

    #[test]
    fn a_repeated_header_and_an_empty_row_give_nothing() {
        let table = rows("Name;Total\na;5\nName;Total\n;");
        let header = find(&table).expect("a header");
        let given: Vec<_> = table.into_iter().skip(header.data).map(|row| header.row(row).cells.len()).collect();
        assert_eq!(given, [2, 0, 0]);
    }
}
