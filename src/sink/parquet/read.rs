//! Records out of a Parquet file that kohex wrote: the lines of its column `record`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::error;
use super::schema::RECORD;

/// Lines read at a time; a page of the column is held anyway.
const LINES: usize = 64;

/// The lines of JSON of a file's records, without line breaks, in their order.
pub struct Records {
    file: SerializedFileReader<File>,
    /// The place of the column.
    column: usize,
    /// The next row group.
    group: usize,
    reader: Option<ColumnReaderImpl<ByteArrayType>>,
    lines: VecDeque<ByteArray>,
    ended: bool,
}

/// Opens a file of records.
///
/// # Errors
/// When it cannot be read, is no Parquet file, or has no records of kohex.
pub fn records(path: &Path) -> io::Result<Records> {
    let file = File::open(path)?;
    let file = guarded(|| SerializedFileReader::new(file))?;
    let columns = file.metadata().file_metadata().schema_descr().columns();
    let column = columns.iter().position(|column| column.path().parts() == [RECORD]);
    let missing = || {
        let message = "expected a Parquet file that kohex wrote, found one without the column record";
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    let column = column.ok_or_else(missing)?;
    Ok(Records { file, column, group: 0, reader: None, lines: VecDeque::new(), ended: false })
}

impl Records {
    /// Reads on until there are lines; false where there are no more.
    fn fill(&mut self) -> io::Result<bool> {
        while self.lines.is_empty() {
            let Some(reader) = &mut self.reader else {
                if self.group == self.file.num_row_groups() {
                    return Ok(false);
                }
                let reader = guarded(|| self.file.get_row_group(self.group)?.get_column_reader(self.column))?;
                self.group += 1;
                let ColumnReader::ByteArrayColumnReader(reader) = reader else {
                    let message = "expected texts in the column record, found others";
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                };
                self.reader = Some(reader);
                continue;
            };
            let (mut lines, mut defined) = (Vec::new(), Vec::new());
            let read = guarded(|| reader.read_records(LINES, Some(&mut defined), None, &mut lines))?;
            if read.0 == 0 {
                self.reader = None;
            }
            self.lines.extend(lines);
        }
        Ok(true)
    }
}

impl Iterator for Records {
    type Item = io::Result<ByteArray>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.fill() {
            Ok(true) => self.lines.pop_front().map(Ok),
            Ok(false) => None,
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

/// The same as a file of lines.
pub struct AsLines {
    records: Records,
    line: ByteArray,
    /// How much of the line was given.
    given: usize,
}

impl AsLines {
    pub fn new(records: Records) -> Self {
        AsLines { records, line: ByteArray::from(""), given: 1 }
    }
}

impl Read for AsLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given > self.line.len() {
            let Some(line) = self.records.next() else { return Ok(0) };
            (self.line, self.given) = (line?, 0);
        }
        let rest = self.line.data().get(self.given..).filter(|rest| !rest.is_empty()).unwrap_or(b"\n");
        let part = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += part;
        Ok(part)
    }
}

/// Calls into the reader, which may panic on a damaged file.
fn guarded<T>(call: impl FnOnce() -> Result<T, ParquetError>) -> io::Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(read) => read.map_err(|damage| match error(damage) {
            other if other.kind() == io::ErrorKind::Other => {
                io::Error::new(io::ErrorKind::InvalidData, format!("expected a whole Parquet file, found {other}"))
            }
            system => system,
        }),
        Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "damaged data at which its reader gave up")),
    }
}
