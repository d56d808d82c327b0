//! Packing: lines into a file as they are or compressed with zstd, and out of it again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::parquet;

/// Bytes written or read at once.
const BUFFER: usize = 1 << 16;
/// What zstd itself takes where nothing is said.
const LEVEL: i32 = 3;

/// A file being written.
pub enum Packing<W: Write> {
    Plain(BufWriter<W>),
    Packed(zstd::Encoder<'static, BufWriter<W>>),
}

impl<W: Write> Packing<W> {
    /// Writes into `out`, compressed or not.
    ///
    /// # Errors
    /// When there is no memory for compressing.
    pub fn new(out: W, packed: bool) -> io::Result<Self> {
        if !packed {
            return Ok(Packing::plain(out));
        }
        Ok(Packing::Packed(zstd::Encoder::new(BufWriter::with_capacity(BUFFER, out), LEVEL)?))
    }

    /// Writes into `out` as it is.
    pub fn plain(out: W) -> Self {
        Packing::Plain(BufWriter::with_capacity(BUFFER, out))
    }

    /// Writes what was held back, and gives what was written into.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        let out = match self {
            Packing::Plain(out) => out,
            Packing::Packed(out) => out.finish()?,
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl<W: Write> Write for Packing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packing::Plain(out) => out.write(bytes),
            Packing::Packed(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packing::Plain(out) => out.flush(),
            Packing::Packed(out) => out.flush(),
        }
    }
}

/// Whether a file of this name is compressed.
pub fn is_packed(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "zst")
}

/// Opens a file of lines or records as lines: compressed or not, others may have used gzip; of Parquet, what its records
/// are made of.
///
/// # Errors
/// When it cannot be read.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    if ending.as_deref() == Some("parquet") {
        let lines = parquet::AsLines::new(parquet::records(path)?);
        return Ok(Box::new(BufReader::with_capacity(BUFFER, lines)));
    }
    let file = File::open(path)?;
    Ok(match ending.as_deref() {
        Some("zst") => Box::new(BufReader::with_capacity(BUFFER, zstd::Decoder::new(file)?)),
        Some("gz") => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))),
        _ => Box::new(BufReader::with_capacity(BUFFER, file)),
    })
}
