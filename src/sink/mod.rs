//! Sinks: where records go. A sink knows records and nothing of how they were made.

mod csv;
pub mod database;
mod each;
pub mod folder;
mod json_lines;
mod kohesio;
mod left_out;
mod packing;
pub mod parquet;
pub mod records;

use std::io;

pub use csv::{Csv, Headings};
pub use each::Each;
pub use json_lines::JsonLines;
pub use left_out::LeftOut;
pub use packing::{Packing, is_packed, open};
pub use parquet::Parquet;

use crate::record::Record;

/// A destination. Records are made into items on many threads, and written by one, in order.
pub trait Sink: Send {
    /// A record in the form it is written in.
    type Item: Send;

    /// What makes an item of a record.
    fn encoder(&self) -> fn(&Record) -> Self::Item;

    /// An item of a record that is a line of JSON already.
    ///
    /// # Errors
    /// When the line is no record.
    fn of_line(&self, line: Vec<u8>) -> io::Result<Self::Item>;

    /// Writes the next item.
    ///
    /// # Errors
    /// When the destination takes no more.
    fn write(&mut self, item: Self::Item) -> io::Result<()>;

    /// What records hold and this destination does not, and why, a line each.
    fn left_out(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ends it where there was no record: what stood under its name stays.
    ///
    /// # Errors
    /// When that cannot be noted.
    fn leave(self) -> io::Result<()>
    where
        Self: Sized,
    {
        Ok(())
    }

    /// Makes what was written whole: only now does it stand under its name.
    ///
    /// # Errors
    /// When the last of it cannot be written.
    fn finish(self) -> io::Result<()>;
}
