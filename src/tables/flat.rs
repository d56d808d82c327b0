//! A record as one flat row: the columns of `projects` that fit a spreadsheet, and what is most asked of the rest.

use super::cell::{Cell, Misfit};
use super::columns::project;
use super::{Column, PROJECTS, Type};
use crate::record::Record;

/// Behind the columns of `projects`.
const MORE: &[Column] = &[
    project("mentions", "mentions", Type::Integer, |r| Cell::integer(r.mentions.len()))
        .about("How many values were found."),
    project("warnings", "warnings", Type::Text, |r| {
        let codes: Vec<&str> = r.warnings.iter().map(|warning| warning.code.name()).collect();
        Ok(if codes.is_empty() { Cell::Null } else { Cell::Text(codes.join("|").into()) })
    })
    .nullable()
    .about("Codes of what does not fit together, with | between them."),
    project("path", "documents", Type::Text, |r| {
        Cell::or_null(r.documents.first(), |document| Cell::text(&document.path))
    })
    .about("The first page's path below the folder given."),
    project("url", "documents", Type::Text, |r| {
        Cell::or_null(r.documents.first().and_then(|document| document.url.as_ref()), |url| Cell::text(url))
    })
    .nullable()
    .about("The first page's address, where it is known."),
];

/// The columns of a flat row.
pub fn flat() -> impl Iterator<Item = &'static Column> {
    // A page's text breaks most spreadsheets, and a digest serves databases.
    PROJECTS.columns.iter().filter(|column| !["text", "digest"].contains(&column.name)).chain(MORE)
}

/// The cells of a record's flat row; what they cannot hold is left out and stands in the list.
pub fn flat_row(record: &Record) -> (Vec<Cell<'_>>, Vec<Misfit>) {
    let mut left_out = Vec::new();
    let cells = flat().map(|column| {
        let cell = column.cell(record, 0).and_then(|cell| column.fits(cell));
        cell.unwrap_or_else(|misfit| {
            left_out.push(misfit.at(&PROJECTS, column, 0));
            Cell::Null
        })
    });
    (cells.collect(), left_out)
}
