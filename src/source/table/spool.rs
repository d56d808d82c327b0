//! What must be read at any place: a file as it is, a member of an archive put into memory or, if large, a nameless file.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, Write};

use tempfile::SpooledData;
use tempfile::spooled_tempfile;

use super::super::{Class, Limits, SourceError};
use super::Input;

/// Members of archives up to this size are held in memory.
const MEMORY: usize = 16 << 20;

/// A table that can be read at any place.
pub(super) enum Spooled {
    File(File, u64),
    Bytes(Vec<u8>),
}

/// Reads at any place.
pub(super) trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

impl Spooled {
    pub fn new(input: Input<'_>, limits: &Limits) -> Result<Spooled, (Class, String)> {
        match input {
            Input::File(file, size) => Ok(Spooled::File(file, size)),
            Input::Bytes(bytes) => Ok(Spooled::Bytes(bytes)),
            Input::Stream(stream) => spooled(stream, limits),
        }
    }

    pub fn size(&self) -> u64 {
        match self {
            Spooled::File(_, size) => *size,
            Spooled::Bytes(bytes) => bytes.len() as u64,
        }
    }

    pub fn seekable(self) -> Box<dyn Seekable> {
        match self {
            Spooled::File(file, _) => Box::new(BufReader::new(file)),
            Spooled::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        }
    }
}

fn spooled(stream: &mut dyn Read, limits: &Limits) -> Result<Spooled, (Class, String)> {
    let failed = |error: io::Error| {
        let SourceError { class, message, .. } = SourceError::of("", &error);
        (class, message)
    };
    let mut spool = spooled_tempfile(MEMORY);
    let most = limits.archive_bytes;
    let size = io::copy(&mut stream.take(most.saturating_add(1)), &mut spool).map_err(failed)?;
    if size > most {
        return Err((Class::Size, format!("expected at most {most} bytes, found more")));
    }
    spool.flush().and_then(|()| spool.rewind()).map_err(failed)?;
    Ok(match spool.into_inner() {
        SpooledData::InMemory(bytes) => Spooled::Bytes(bytes.into_inner()),
        SpooledData::OnDisk(file) => Spooled::File(file, size),
    })
}
