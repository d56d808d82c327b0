//! Parquet: records as typed columns, those of the tables, with the record itself beside them.
//!
//! A column's chunk stands in one piece in the file while records come with all columns at once, so a writer for each
//! column is open at the same time and the encoded, compressed pages of one row group wait in memory.

mod read;
mod row;
mod schema;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::page::{CompressedPage, PageWriteSpec, PageWriter};
use parquet::column::writer::{ColumnWriter, get_column_writer};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::{ColumnDescPtr, ColumnPath};
use tempfile::NamedTempFile;

pub use read::{AsLines, Records, records};
pub use row::Row;
pub use schema::text as schema;

use super::Sink;
use super::json_lines::{keep, place};
use super::left_out::LeftOut;
use crate::parallel::locked;
use crate::record::{Record, SCHEMA};
use crate::tables::VERSION;
use row::{Leaf, Values};

/// A row group ends with so many rows, or so many bytes of text before compression.
const GROUP_ROWS: usize = 100_000;
const GROUP_BYTES: usize = 128 << 20;
/// So much is given to the column writers at once, which look at the size of a page only then.
const BATCH_ROWS: usize = 512;
const BATCH_BYTES: usize = 1 << 20;

/// A file of records.
pub struct Parquet {
    writer: Writer<NamedTempFile>,
    path: PathBuf,
    left_out: LeftOut,
}

impl Parquet {
    /// Writes to `path`: under a temporary name beside it, renamed when complete.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn file(path: &Path, patterns: &str) -> io::Result<Self> {
        let (file, path) = place(path)?;
        Ok(Parquet { writer: Writer::new(file, patterns)?, path, left_out: LeftOut::default() })
    }
}

/// A record's row, and what its columns cannot hold.
pub type Made = (Row, Vec<String>);

/// Makes the row of a record.
pub fn made(record: &Record) -> Made {
    let (row, misfits) = Row::of(record);
    (row, misfits.into_iter().map(|misfit| format!("{}: {misfit}", record.id)).collect())
}

/// What is said of values that a column cannot hold.
pub const MISFITS: &str = "values in the column record only, as their own cannot hold them";

impl Sink for Parquet {
    type Item = Box<Made>;

    fn encoder(&self) -> fn(&Record) -> Self::Item {
        |record| Box::new(made(record))
    }

    fn of_line(&self, line: Vec<u8>) -> io::Result<Self::Item> {
        Ok(self.encoder()(&serde_json::from_slice(&line)?))
    }

    fn write(&mut self, item: Self::Item) -> io::Result<()> {
        let (row, misfits) = *item;
        self.left_out.add(MISFITS, misfits);
        self.writer.add(row)
    }

    fn left_out(&self) -> Vec<String> {
        self.left_out.told()
    }

    fn finish(self) -> io::Result<()> {
        keep(self.writer.finish()?, &self.path)
    }
}

/// Rows on their way into a file.
pub struct Writer<W: Write + Send> {
    out: SerializedFileWriter<W>,
    columns: Vec<Column>,
    waiting: Row,
    /// Rows and bytes of the row group that the columns have.
    rows: usize,
    bytes: usize,
}

/// A column of the row group.
struct Column {
    writer: ColumnWriter<'static>,
    /// Whether a value may be missing, and whether it stands in a list.
    optional: bool,
    listed: bool,
    chunk: Chunk,
}

/// The pages of a column.
#[derive(Clone)]
struct Chunk(Arc<Mutex<TrackedWrite<Vec<u8>>>>);

impl PageWriter for Chunk {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec> {
        let mut pages = locked(&self.0);
        SerializedPageWriter::new(&mut *pages).write_page(page)
    }

    fn close(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<W: Write + Send> Writer<W> {
    /// A file of records that were made with these patterns.
    ///
    /// # Errors
    /// When its first bytes cannot be written.
    pub fn new(out: W, patterns: &str) -> io::Result<Self> {
        let out = schema::message().and_then(|schema| {
            let properties = properties(patterns)?;
            SerializedFileWriter::new(out, schema, Arc::new(properties))
        });
        let out = out.map_err(error)?;
        let columns = columns(&out);
        Ok(Writer { out, columns, waiting: Row::none(), rows: 0, bytes: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a row group cannot be written.
    pub fn add(&mut self, row: Row) -> io::Result<()> {
        self.waiting.append(row);
        if self.waiting.rows >= BATCH_ROWS || self.waiting.bytes >= BATCH_BYTES {
            self.encode().map_err(error)?;
        }
        if self.rows + self.waiting.rows >= GROUP_ROWS || self.bytes + self.waiting.bytes >= GROUP_BYTES {
            self.end_group().map_err(error)?;
        }
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    ///
    /// # Errors
    /// When its last bytes cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_group().and_then(|()| self.out.into_inner()).map_err(error)
    }

    /// Gives the rows that wait to the columns.
    fn encode(&mut self) -> Result<()> {
        let batch = std::mem::replace(&mut self.waiting, Row::none());
        for (column, leaf) in self.columns.iter_mut().zip(&batch.leaves) {
            write(column, leaf)?;
        }
        self.rows += batch.rows;
        self.bytes += batch.bytes;
        Ok(())
    }

    fn end_group(&mut self) -> Result<()> {
        self.encode()?;
        if self.rows == 0 {
            return Ok(());
        }
        let next = columns(&self.out);
        let mut group = self.out.next_row_group()?;
        for column in std::mem::replace(&mut self.columns, next) {
            let closed = column.writer.close()?;
            let mut pages = locked(&column.chunk.0);
            pages.flush()?;
            let chunk = Bytes::from(std::mem::take(pages.inner_mut()));
            group.append_column(&chunk, closed)?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

/// Writers for the columns of a row group.
fn columns<W: Write + Send>(out: &SerializedFileWriter<W>) -> Vec<Column> {
    let open = |column: &ColumnDescPtr| {
        let chunk = Chunk(Arc::new(Mutex::new(TrackedWrite::new(Vec::new()))));
        let writer = get_column_writer(Arc::clone(column), Arc::clone(out.properties()), Box::new(chunk.clone()));
        Column { writer, optional: column.max_def_level() > 0, listed: column.max_rep_level() > 0, chunk }
    };
    out.schema_descr().columns().iter().map(open).collect()
}

fn write(column: &mut Column, leaf: &Leaf) -> Result<usize> {
    let defined = Some(leaf.defined.as_slice()).filter(|_| column.optional);
    let repeated = Some(leaf.repeated.as_slice()).filter(|_| column.listed);
    match (&mut column.writer, &leaf.values) {
        (ColumnWriter::Int32ColumnWriter(out), Values::Days(all)) => out.write_batch(all, defined, repeated),
        (ColumnWriter::Int64ColumnWriter(out), Values::Integers(all)) => out.write_batch(all, defined, repeated),
        (ColumnWriter::DoubleColumnWriter(out), Values::Shares(all)) => out.write_batch(all, defined, repeated),
        (ColumnWriter::ByteArrayColumnWriter(out), Values::Texts(all)) => out.write_batch(all, defined, repeated),
        (ColumnWriter::FixedLenByteArrayColumnWriter(out), Values::Numbers(all)) => {
            out.write_batch(all, defined, repeated)
        }
        _ => Err(ParquetError::General("expected a column's own type of values, found another".to_owned())),
    }
}

fn properties(patterns: &str) -> Result<WriterProperties> {
    let note = |key: &str, value: &str| KeyValue::new(format!("kohex.{key}"), value.to_owned());
    let notes = vec![
        note("schema", SCHEMA),
        note("tables", &VERSION.to_string()),
        note("version", env!("CARGO_PKG_VERSION")),
        note("patterns", patterns),
    ];
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_key_value_metadata(Some(notes));
    // No two rows have the same there, so there is nothing to look up.
    for column in ["id", "digest", "text", schema::RECORD] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    // The least and the greatest of long texts are of use to nobody.
    for column in ["text", schema::RECORD] {
        properties = properties.set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::None);
    }
    Ok(properties.build())
}

/// An error of the library, or that of the system which it passes on.
fn error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => inner.downcast().map_or_else(io::Error::other, |error| *error),
        ParquetError::General(message) => io::Error::other(message),
        error => io::Error::other(error),
    }
}
