//! Tables: every row of an exported list, and every item of a crawler's feed, is a page.

mod book;
mod cells;
mod compound;
mod csv;
mod decode;
mod feed;
mod header;
mod hints;
mod json;
mod lines;
mod objects;
mod ods;
mod parquet;
mod repair;
mod sheet;
mod spool;
mod values;

#[cfg(test)]
mod tests;

use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};

use super::container::Input;
use super::{Class, Content, Emit, Hints, Limits, Page, Row, SourceError};

use values::Headings;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKind {
    Csv,
    Tsv,
    JsonLines,
    Json,
    /// XLSX, XLSB, XLS or ODS; its first bytes say which.
    Sheet,
    Parquet,
}

/// Gives every row to `emit` as a page (`name#N`, N from 1 for the first row of data; `name#Sheet!N` where several
/// sheets of a workbook hold tables), in order. What cannot be read is given as an error and the rest goes on. Returns
/// whether more are wanted.
pub fn read(kind: TableKind, input: Input<'_>, name: &str, limits: &Limits, emit: &mut Emit<'_>) -> bool {
    let mut out = Out { name, sheet: None, given: 0, faults: 0, ranks: hints::Ranks::default(), limits, emit };
    let read = match kind {
        TableKind::Csv => csv::read(input.reader(), csv::Delimiters::Any, &mut out),
        TableKind::Tsv => csv::read(input.reader(), csv::Delimiters::TabFirst, &mut out),
        TableKind::JsonLines => json::lines(input.reader(), &mut out),
        TableKind::Json => json::whole(input.reader(), &mut out),
        TableKind::Sheet => sheet::read(input, &mut out),
        TableKind::Parquet => parquet::read(input, &mut out),
    };
    let read = if read.is_continue() { out.finish() } else { read };
    match read {
        Flow::Continue(()) => true,
        Flow::Break(more) => more,
    }
}

/// Whether to go on with the table; if not, whether more pages are wanted of others.
type Flow<T = ()> = ControlFlow<bool, T>;

/// Errors of one table that are given one by one; what goes beyond is only counted.
const FAULTS: u64 = 100;

/// Where the rows of one table go.
struct Out<'o, 'e> {
    name: &'o str,
    /// The sheet the rows are of, where that must be said.
    sheet: Option<String>,
    /// Rows of this sheet so far.
    given: u64,
    faults: u64,
    ranks: hints::Ranks,
    limits: &'o Limits,
    emit: &'o mut Emit<'e>,
}

impl Out<'_, '_> {
    /// Gives a row; one without cells is passed over.
    fn row(&mut self, row: Row) -> Flow {
        if row.cells.is_empty() {
            return Flow::Continue(());
        }
        let hints = self.ranks.hints(&row);
        self.page(Content::Row(row), hints)
    }

    /// Gives what a JSON object or a row of Parquet holds.
    fn object(&mut self, object: Map<String, Value>, headings: &mut Headings) -> Flow {
        match values::page(&object) {
            Some((content, hints)) => self.page(content, hints),
            None => self.row(values::row(object, headings)),
        }
    }

    fn page(&mut self, content: Content, hints: Hints) -> Flow {
        if self.given >= self.limits.records {
            let found = format!("expected at most {} rows, found more: the rest is left out", self.limits.records);
            self.fault(Class::Limit, found)?;
            self.finish()?;
            return Flow::Break(true);
        }
        self.given += 1;
        let name = match &self.sheet {
            Some(sheet) => format!("{}#{sheet}!{}", self.name, self.given),
            None => format!("{}#{}", self.name, self.given),
        };
        self.give(Ok(Page { name, content, hints }))
    }

    fn fault(&mut self, class: Class, message: String) -> Flow {
        self.faults += 1;
        if self.faults > FAULTS {
            return Flow::Continue(());
        }
        self.give(Err(SourceError { place: self.name.to_owned(), class, message }))
    }

    /// Says why a table ended before its time.
    fn ended(&mut self, error: Option<io::Error>) -> Flow {
        let Some(error) = error else { return Flow::Continue(()) };
        let SourceError { class, message, .. } = SourceError::of(self.name, &error);
        self.fault(class, message)
    }

    /// Says how many errors were held back.
    fn finish(&mut self) -> Flow {
        let more = self.faults.saturating_sub(FAULTS);
        self.faults = 0;
        if more == 0 {
            return Flow::Continue(());
        }
        let message = format!("{more} more errors like those before");
        self.give(Err(SourceError { place: self.name.to_owned(), class: Class::Damaged, message }))
    }

    fn give(&mut self, page: Result<Page, SourceError>) -> Flow {
        if (self.emit)(page) { Flow::Continue(()) } else { Flow::Break(false) }
    }
}

/// Runs a call into a library that may panic on a damaged file; `None` if it did. Its pages are given outside, so a
/// fault of kohex itself is never caught here.
fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}
