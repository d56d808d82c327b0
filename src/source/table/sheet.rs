//! Workbooks: every visible sheet that holds a table, its cells as text.
//!
//! calamine reads XLSX cell by cell; it holds all of an XLS in memory. A panic of calamine on a damaged file is caught
//! and is an error of the file.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};

use super::super::Class;
use super::book::{Book, examine};
use super::cells::{clock, plain};
use super::compound::check;
use super::header::{self, HEAD, Header};
use super::ods::Ods;
use super::spool::{Seekable, Spooled};
use super::{Flow, Input, Out, csv, guarded};

type Source = Box<dyn Seekable>;

/// An opened workbook.
enum Opened {
    Xlsx(Xlsx<Source>),
    Xlsb(Xlsb<Source>),
    Xls(Xls<Source>),
    Ods(Box<Ods<Source>>),
}

/// Takes rows until it breaks.
type TakeRow<'t> = dyn FnMut(Vec<String>) -> Flow + 't;

/// Reads all sheets.
pub(super) fn read(input: Input<'_>, out: &mut Out<'_, '_>) -> Flow {
    let spooled = match Spooled::new(input, out.limits) {
        Ok(spooled) => spooled,
        Err((class, message)) => return out.fault(class, message),
    };
    let size = spooled.size();
    let mut source = spooled.seekable();
    let book = match guarded(|| examine(&mut source, size, out.limits)) {
        Some(Ok(book)) => book,
        Some(Err((class, message))) => return out.fault(class, message),
        None => return out.fault(Class::Damaged, gave_up()),
    };
    match book {
        Book::Text => csv::read(source, csv::Delimiters::TabFirst, out),
        Book::Markup => out.fault(Class::Damaged, "expected a workbook, found markup: a page named as one".to_owned()),
        book => match open(book, source) {
            Ok(mut opened) => sheets(&mut opened, out),
            Err(error) => out.fault(Class::Damaged, format!("expected a workbook, found {error}")),
        },
    }
}

fn gave_up() -> String {
    "damaged data at which its reader gave up".to_owned()
}

fn open(book: Book, source: Source) -> Result<Opened, String> {
    fn opened<T, E: std::fmt::Display>(open: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
        guarded(open).ok_or_else(gave_up)?.map_err(|error| error.to_string())
    }
    match book {
        Book::Xlsx => opened(|| Xlsx::new(source)).map(Opened::Xlsx),
        Book::Xlsb => opened(|| Xlsb::new(source)).map(Opened::Xlsb),
        Book::Ods => opened(|| Ods::new(source)).map(|ods| Opened::Ods(Box::new(ods))),
        Book::Xls | Book::Markup | Book::Text => {
            let mut file = Vec::new();
            // calamine holds it in memory too.
            source.take(OLD + 1).read_to_end(&mut file).map_err(|error| error.to_string())?;
            if file.len() as u64 > OLD {
                return Err(format!("an XLS of more than {OLD} bytes"));
            }
            check(&file)?;
            let source: Source = Box::new(Cursor::new(file));
            opened(|| Xls::new(source)).map(Opened::Xls)
        }
    }
}

/// An XLS of 65,536 rows is rarely a tenth of this.
const OLD: u64 = 256 << 20;

fn sheets(book: &mut Opened, out: &mut Out<'_, '_>) -> Flow {
    let mut tables: Vec<(String, Header)> = Vec::new();
    let mut bare: Vec<(String, Header)> = Vec::new();
    let names = match names(book) {
        Ok(names) => names,
        Err(error) => return out.fault(Class::Damaged, format!("expected a workbook, found {error}")),
    };
    for name in names {
        let head = match head(book, &name) {
            Ok(head) => head,
            Err(error) => {
                out.fault(Class::Damaged, format!("sheet {name}: expected cells, found {error}"))?;
                continue;
            }
        };
        match header::find(&head) {
            Some(header) => tables.push((name, header)),
            None if head.len() > 1 && head.iter().any(|row| row.len() > 1) => {
                bare.push((name, header::numbered(&head)));
            }
            None => {}
        }
    }
    if tables.is_empty() {
        let message = if bare.is_empty() {
            "expected a table, found no sheet with rows of two columns"
        } else {
            "expected a line of headings, found none: the columns are called 1, 2, …"
        };
        out.fault(Class::Damaged, message.to_owned())?;
        tables = bare;
    }
    let several = tables.len() > 1;
    for (name, header) in tables {
        (out.sheet, out.given) = (several.then(|| name.clone()), 0);
        table(book, &name, &header, out)?;
    }
    Flow::Continue(())
}

fn table(book: &mut Opened, name: &str, header: &Header, out: &mut Out<'_, '_>) -> Flow {
    let mut row = 0;
    let read = rows(book, name, &mut |cells| {
        row += 1;
        if row <= header.data { Flow::Continue(()) } else { out.row(header.row(cells)) }
    });
    match read {
        Ok(flow) => flow,
        Err(error) => out.fault(Class::Damaged, format!("sheet {name}: expected more rows, found {error}")),
    }
}

/// The first rows of a sheet. An error behind them is met again when the sheet is read.
fn head(book: &mut Opened, name: &str) -> Result<Vec<Vec<String>>, String> {
    let mut head = Vec::new();
    let read = rows(book, name, &mut |cells| {
        head.push(cells);
        if head.len() < HEAD { Flow::Continue(()) } else { Flow::Break(true) }
    });
    match read {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok(head),
    }
}

/// The visible worksheets. Hidden ones hold the lists that cells are chosen from.
fn names(book: &mut Opened) -> Result<Vec<String>, String> {
    let sheets = match book {
        Opened::Xlsx(book) => book.sheets_metadata(),
        Opened::Xlsb(book) => book.sheets_metadata(),
        Opened::Xls(book) => book.sheets_metadata(),
        Opened::Ods(book) => return book.names(),
    };
    let shown = sheets.iter().filter(|it| it.visible == SheetVisible::Visible && it.typ == SheetType::WorkSheet);
    Ok(shown.map(|sheet| sheet.name.clone()).collect())
}

/// Gives the rows of a sheet that are not empty.
fn rows(book: &mut Opened, name: &str, take: &mut TakeRow<'_>) -> Result<Flow, String> {
    match book {
        Opened::Xlsx(book) => {
            let mut cells =
                guarded(|| book.worksheet_cells_reader(name)).ok_or_else(gave_up)?.map_err(|e| e.to_string())?;
            collect(|| Ok(cells.next_cell().map_err(|e| e.to_string())?.as_ref().map(placed)), take)
        }
        Opened::Xlsb(book) => {
            let mut cells =
                guarded(|| book.worksheet_cells_reader(name)).ok_or_else(gave_up)?.map_err(|e| e.to_string())?;
            collect(|| Ok(cells.next_cell().map_err(|e| e.to_string())?.as_ref().map(placed)), take)
        }
        Opened::Xls(book) => {
            let range = guarded(|| book.worksheet_range(name)).ok_or_else(gave_up)?.map_err(|e| e.to_string())?;
            for row in range.rows() {
                let cells: Vec<_> = row.iter().map(|cell| text(cell).unwrap_or_default()).collect();
                if let Flow::Break(more) = given(cells, take) {
                    return Ok(Flow::Break(more));
                }
            }
            Ok(Flow::Continue(()))
        }
        Opened::Ods(book) => book.rows(name, take),
    }
}

fn given(cells: Vec<String>, take: &mut TakeRow<'_>) -> Flow {
    if cells.iter().all(|cell| cell.trim().is_empty()) { Flow::Continue(()) } else { take(cells) }
}

/// Row, column and text of a cell.
type Placed = (u32, u32, Option<String>);

fn placed(cell: &calamine::Cell<DataRef<'_>>) -> Placed {
    let (row, column) = cell.get_position();
    (row, column, text(&Data::from(cell.get_value().clone())))
}

/// Columns of a sheet; a cell that claims to be further right is left out.
const COLUMNS: u32 = 16_384;

/// Makes rows of cells.
fn collect(mut next: impl FnMut() -> Result<Option<Placed>, String>, take: &mut TakeRow<'_>) -> Result<Flow, String> {
    let (mut at, mut cells): (u32, Vec<String>) = (0, Vec::new());
    loop {
        let cell = match guarded(&mut next).ok_or_else(gave_up).and_then(|it| it) {
            Ok(cell) => cell,
            Err(error) => {
                // What was read of the last row is given before the error.
                let flow = given(std::mem::take(&mut cells), take);
                return if flow.is_break() { Ok(flow) } else { Err(error) };
            }
        };
        let row = cell.as_ref().map_or(u32::MAX, |&(row, ..)| row);
        if row != at || cell.is_none() {
            let flow = given(std::mem::take(&mut cells), take);
            if flow.is_break() || cell.is_none() {
                return Ok(flow);
            }
            at = row;
        }
        let Some((_, column, Some(text))) = cell else { continue };
        if column < COLUMNS {
            let column = column as usize;
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            if let Some(cell) = cells.get_mut(column) {
                *cell = text;
            }
        }
    }
}

/// The text of a cell; none for an empty one and for an error.
fn text(cell: &Data) -> Option<String> {
    match cell {
        Data::Int(number) => Some(number.to_string()),
        Data::Float(number) => plain(*number),
        // Excel writes a carriage return so.
        Data::String(text) if text.contains("_x000D_") => Some(text.replace("_x000D_", "")),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.clone()),
        Data::Bool(value) => Some(value.to_string()),
        Data::DateTime(time) => date(*time),
        Data::Error(_) | Data::Empty => None,
    }
}

fn date(time: ExcelDateTime) -> Option<String> {
    let value = time.as_f64();
    if !(0.0..2_958_466.0).contains(&value) {
        return plain(value);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let at = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    if time.is_duration() || value < 1.0 {
        return duration(value);
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if at == 0 { date } else { format!("{date}T{}", clock(at)) })
}

/// A part of a day, or several, as hours, minutes and seconds.
fn duration(days: f64) -> Option<String> {
    let seconds: i64 = plain((days * 86_400.0).round())?.parse().ok()?;
    Some(clock(seconds))
}
