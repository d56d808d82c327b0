//! Tables: which cells are labels of which.

use super::marks::{Mark, Marks};
use super::names::{Key, Tag};
use super::outline::Outline;
use super::tree::{Id, Tree};

/// A table wider than this, or a cell that spans more, is read as if it were not.
const WIDEST: usize = 200;

#[derive(Clone, Copy)]
struct Cell {
    id: Id,
    head: bool,
    column: usize,
    span: usize,
}

struct Row {
    id: Id,
    /// Whether the row stands in `thead`.
    top: bool,
    /// The cells that hold something.
    cells: Vec<Cell>,
    /// How many there are with the empty ones.
    all: usize,
}

impl Row {
    fn is_head(&self) -> bool {
        self.cells.len() >= 2 && (self.top || self.cells.iter().all(|cell| cell.head))
    }
}

/// Marks the labels and values of one table; those of tables inside it are left to themselves.
pub fn mark(tree: &Tree, outline: &Outline<'_>, table: Id, marks: &mut Marks) {
    let rows = rows(tree, outline, table);
    let cells = || rows.iter().flat_map(|row| row.cells.iter());
    let for_layout = matches!(tree.attribute(table, Key::Role), Some("presentation" | "none"))
        || cells().any(|cell| outline.is_heading(cell.id) || has_table(tree, outline, cell.id));
    if !for_layout && let Some(head) = head_row(outline, &rows) {
        let body = rows.iter().filter(|row| !row.is_head() && row.id != head);
        let years = rows.iter().find(|row| row.id == head).is_some_and(|row| {
            let number = |cell: &Cell| outline.of(cell.id).first.is_some_and(char::is_numeric);
            row.cells.iter().rev().take(row.cells.len() - 1).all(number) && row.cells.len() > 2
        });
        if is_keyed(outline, &body.collect::<Vec<_>>(), years) {
            mark_keyed(outline, &rows, head, marks);
        } else {
            mark_records(outline, &rows, head, marks);
        }
        return;
    }
    for row in &rows {
        mark_row(tree, outline, row, for_layout, marks);
    }
}

fn rows(tree: &Tree, outline: &Outline<'_>, table: Id) -> Vec<Row> {
    let mut rows = Vec::new();
    // How many more rows a cell from above reaches down into, for each column.
    let mut above = Vec::new();
    for child in tree.children(table) {
        match tree.tag(child) {
            Some(Tag::Row) => rows.extend(read_row(tree, outline, child, false, &mut above)),
            Some(tag @ (Tag::Rows | Tag::Head)) => {
                for row in tree.children(child).filter(|&row| tree.tag(row) == Some(Tag::Row)) {
                    rows.extend(read_row(tree, outline, row, tag == Tag::Head, &mut above));
                }
            }
            _ => {}
        }
    }
    rows
}

fn read_row(tree: &Tree, outline: &Outline<'_>, id: Id, top: bool, above: &mut Vec<usize>) -> Option<Row> {
    if !outline.sees(id) {
        return None;
    }
    let mut row = Row { id, top, cells: Vec::new(), all: 0 };
    let mut column = 0;
    for left in above.iter_mut() {
        *left = left.saturating_sub(1);
    }
    let number = |cell, key| {
        let span = tree.attribute(cell, key).and_then(|span| span.trim().parse().ok()).unwrap_or(1_usize);
        span.clamp(1, WIDEST)
    };
    for cell in tree.children(id).filter(|&cell| outline.sees(cell)) {
        let Some(tag @ (Tag::Th | Tag::Td)) = tree.tag(cell) else { continue };
        column += above.iter().skip(column).take_while(|&&left| left > 0).count();
        let span = number(cell, Key::ColSpan);
        let rows = number(cell, Key::RowSpan);
        let end = (column + span).min(WIDEST);
        if rows > 1 && column < end {
            above.resize(above.len().max(end), 0);
            above.iter_mut().take(end).skip(column).for_each(|left| *left = rows);
        }
        if outline.of(cell).chars > 0 {
            row.cells.push(Cell { id: cell, head: tag == Tag::Th, column, span });
        }
        row.all += 1;
        column += span;
    }
    Some(row)
}

fn has_table(tree: &Tree, outline: &Outline<'_>, cell: Id) -> bool {
    if !outline.of(cell).structured {
        return false;
    }
    let mut steps = tree.steps(cell);
    steps.any(|step| matches!(step, super::tree::Step::Enter(id) if tree.tag(id) == Some(Tag::Table)))
}

/// The row that names the columns: of `th`, in `thead`, or the first in bold type where no other is.
fn head_row(outline: &Outline<'_>, rows: &[Row]) -> Option<Id> {
    if rows.len() < 2 {
        return None;
    }
    if let Some(row) = rows.iter().find(|row| row.is_head()) {
        let alone = rows.iter().all(|row| row.is_head() || row.cells.is_empty());
        return Some(row.id).filter(|_| !alone);
    }
    let bold = |row: &Row| row.cells.len() >= 2 && row.cells.iter().all(|cell| outline.is_bold(cell.id));
    let (first, others) = rows.split_first()?;
    let plain = |row: &Row| !row.cells.is_empty() && !row.cells.iter().any(|cell| outline.is_bold(cell.id));
    let short = |row: &Row| row.cells.iter().all(|cell| outline.of(cell.id).chars <= 60);
    (bold(first) && short(first) && others.iter().all(plain)).then_some(first.id)
}

/// Whether each row of a table with a head row is about something else, named in its first cell; as it is where the
/// columns are years.
fn is_keyed(outline: &Outline<'_>, rows: &[&Row], years: bool) -> bool {
    let full: Vec<_> = rows.iter().filter(|row| row.cells.len() >= 2).collect();
    let firsts = || full.iter().filter_map(|row| row.cells.first());
    if full.is_empty() || !firsts().all(|cell| outline.does_label(cell.id)) {
        return false;
    }
    if years || firsts().all(|cell| cell.head) || firsts().all(|cell| outline.of(cell.id).last == Some(':')) {
        return true;
    }
    let two = full.len() >= 2
        && full.iter().all(|row| row.cells.len() == 2)
        && firsts().all(|cell| outline.may_label(cell.id));
    // Amounts under amounts are a list; a date, then an amount, then a name are facts of one thing.
    let number =
        |row: &&&Row| row.cells.get(1).is_some_and(|cell| outline.of(cell.id).first.is_some_and(char::is_numeric));
    let numbers = full.iter().filter(|row| number(row)).count();
    two && (firsts().all(|cell| outline.is_bold(cell.id)) || (numbers > 0 && numbers < full.len()))
}

/// The heads above each column while rows are read from the top.
struct Heads<'r> {
    columns: Vec<Option<usize>>,
    /// The row before, if it was a head row as well.
    before: Option<&'r Row>,
}

impl<'r> Heads<'r> {
    fn read(&mut self, outline: &Outline<'_>, row: &'r Row, marks: &mut Marks) {
        match self.before {
            // Of two head rows the lower names the columns, and the upper is a line of its own.
            Some(before) => {
                marks.set(before.id, Mark::None);
                before.cells.iter().skip(1).for_each(|cell| marks.set(cell.id, Mark::Beside));
            }
            None => self.columns.clear(),
        }
        for cell in &row.cells {
            let text = outline.line(cell.id, 200);
            let head = marks.keep(text.trim_end_matches([':', ' ', '\u{a0}']).to_owned());
            let end = (cell.column + cell.span).min(WIDEST);
            if self.columns.len() < end {
                self.columns.resize(end, None);
            }
            if let Some(columns) = self.columns.get_mut(cell.column.min(end)..end) {
                columns.fill(Some(head));
            }
        }
        self.before = Some(row);
        marks.set(row.id, Mark::Elsewhere);
    }

    fn over(&self, cell: &Cell) -> Option<usize> {
        self.columns.get(cell.column).copied().flatten()
    }
}

/// Every row a record: each cell a line with its column's head as label.
fn mark_records(outline: &Outline<'_>, rows: &[Row], head: Id, marks: &mut Marks) {
    let mut heads = Heads { columns: Vec::new(), before: None };
    for row in rows {
        if row.is_head() || row.id == head {
            heads.read(outline, row, marks);
            continue;
        }
        heads.before = None;
        if row.cells.len() < 2 && row.cells.first().is_none_or(|cell| cell.span > 1) {
            continue;
        }
        marks.set(row.id, Mark::Record);
        for cell in &row.cells {
            if let Some(over) = heads.over(cell) {
                marks.set(cell.id, Mark::Under(over));
            }
        }
    }
}

/// Every row a label with one value or several; the unit that a column's head names goes to the label.
fn mark_keyed(outline: &Outline<'_>, rows: &[Row], head: Id, marks: &mut Marks) {
    let mut heads = Heads { columns: Vec::new(), before: None };
    for row in rows {
        if row.is_head() || row.id == head {
            heads.read(outline, row, marks);
            continue;
        }
        heads.before = None;
        let Some((label, values)) = row.cells.split_first().filter(|(_, values)| !values.is_empty()) else { continue };
        if let [value] = values {
            let unit = heads.over(value).and_then(|over| unit(marks.head(over))).map(str::to_owned);
            let text = outline.line(label.id, 200);
            if let Some(unit) = unit.filter(|unit| !text.contains(unit.as_str())) {
                let text = text.trim_end_matches([':', ' ', '\u{a0}']);
                let at = marks.keep(format!("{text} ({unit})"));
                marks.set(label.id, Mark::Elsewhere);
                marks.set(value.id, Mark::Under(at));
            } else {
                marks.set(label.id, Mark::Label);
                marks.set(value.id, Mark::Value);
            }
            continue;
        }
        // Several values take a line each, which opens with the row's label; the column stands in brackets behind it.
        let text = outline.line(label.id, 200);
        let text = text.trim_end_matches([':', ' ', '\u{a0}']);
        for value in values {
            let column = heads.over(value).map(|over| marks.head(over)).unwrap_or_default();
            let column = unit(column).unwrap_or(column).replace(['(', ')'], "");
            let label = if column.is_empty() { text.to_owned() } else { format!("{text} ({column})") };
            let at = marks.keep(label);
            marks.set(value.id, Mark::Under(at));
        }
        marks.set(label.id, Mark::Elsewhere);
    }
}

/// The unit a column's head names: "Amount (EUR)", "%".
fn unit(head: &str) -> Option<&str> {
    let inner = head.strip_suffix(')').and_then(|open| open.rsplit_once('(')).map(|(_, inner)| inner.trim());
    let short = |text: &&str| (1..=12).contains(&text.chars().count());
    let sign = |text: &&str| text.chars().count() <= 3 && !text.contains(char::is_lowercase);
    inner.filter(short).or(Some(head).filter(sign)).filter(|text| !text.contains(|c: char| c.is_ascii_digit()))
}

/// A row under no head: a label and its value, several of them, or cells beside each other.
fn mark_row(tree: &Tree, outline: &Outline<'_>, row: &Row, for_layout: bool, marks: &mut Marks) {
    let names = |cell: &Cell| if cell.head { outline.does_label(cell.id) } else { outline.may_label(cell.id) };
    let says =
        |cell: &Cell| cell.head || outline.of(cell.id).last == Some(':') || (outline.is_bold(cell.id) && names(cell));
    let small = |cell: &Cell| {
        let facts = outline.of(cell.id);
        facts.chars <= 1500 && !outline.is_heading(cell.id) && !has_table(tree, outline, cell.id)
    };
    if let [label, value] = row.cells.as_slice() {
        let fits = names(label) && small(value);
        if fits && (!for_layout || says(label) || outline.of(value.id).lines <= 2) {
            marks.set(label.id, Mark::Label);
            marks.set(value.id, Mark::Value);
            return;
        }
    }
    let (twos, rest) = row.cells.as_chunks::<2>();
    if rest.is_empty()
        && !twos.is_empty()
        && twos.iter().all(|[label, value]| says(label) && names(label) && !value.head && small(value))
    {
        for [label, value] in twos {
            marks.set(label.id, Mark::Label);
            marks.set(value.id, Mark::Value);
        }
        return;
    }
    if let [label] = row.cells.as_slice()
        && row.all > 1
        && (label.head || outline.of(label.id).last == Some(':'))
        && names(label)
    {
        // A label without a value would take the next line for one.
        marks.set(label.id, Mark::Elsewhere);
        return;
    }
    let one_line = row.cells.iter().all(|cell| outline.of(cell.id).lines <= 1);
    let Some((first, others)) =
        row.cells.split_first().filter(|(_, others)| one_line && !for_layout && !others.is_empty())
    else {
        return;
    };
    let labelled = first.head && names(first) && !others.iter().any(|cell| cell.head);
    marks.set(first.id, if labelled { Mark::Label } else { Mark::None });
    for (at, cell) in others.iter().enumerate() {
        let mark = match (labelled, at) {
            (true, 0) => Mark::Value,
            (true, _) => Mark::Further,
            _ => Mark::Beside,
        };
        marks.set(cell.id, mark);
    }
}
