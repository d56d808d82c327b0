//! JSON Lines to standard output or a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Sink;
use super::packing::{Packing, is_packed};
use crate::record::Record;

/// One record a line.
pub struct JsonLines {
    out: Out,
}

enum Out {
    Stream(Packing<Box<dyn Write + Send>>),
    File(Packing<NamedTempFile>, PathBuf),
}

impl JsonLines {
    /// Writes to standard output.
    pub fn stdout() -> Self {
        JsonLines { out: Out::Stream(Packing::plain(Box::new(io::stdout()))) }
    }

    /// Writes to `path`, compressed where its name ends in `.zst`: under a temporary name beside it, renamed when
    /// complete. A device or pipe is written to as it is.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn file(path: &Path) -> io::Result<Self> {
        let packed = is_packed(path);
        let special = fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
        if special {
            let file: Box<dyn Write + Send> = Box::new(File::options().write(true).open(path)?);
            return Ok(JsonLines { out: Out::Stream(Packing::new(file, packed)?) });
        }
        let (file, path) = place(path)?;
        Ok(JsonLines { out: Out::File(Packing::new(file, packed)?, path) })
    }
}

impl Sink for JsonLines {
    type Item = Vec<u8>;

    fn encoder(&self) -> fn(&Record) -> Vec<u8> {
        Record::line
    }

    fn of_line(&self, line: Vec<u8>) -> io::Result<Vec<u8>> {
        Ok(line)
    }

    fn write(&mut self, line: Vec<u8>) -> io::Result<()> {
        match &mut self.out {
            Out::Stream(out) => out.write_all(&line),
            Out::File(out, _) => out.write_all(&line),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.out {
            Out::Stream(out) => out.finish()?.flush(),
            Out::File(out, path) => keep(out.finish()?, &path),
        }
    }
}

/// A temporary file for what will stand at `path` when it is complete, and where that is.
///
/// # Errors
/// When it cannot be made, or something other than a file stands there.
pub fn place(path: &Path) -> io::Result<(NamedTempFile, PathBuf)> {
    let path = target(path);
    if let Ok(before) = fs::metadata(&path).as_ref().map(fs::Metadata::file_type)
        && !before.is_file()
    {
        let (kind, found) = if before.is_dir() {
            (io::ErrorKind::IsADirectory, "a folder")
        } else {
            (io::ErrorKind::InvalidInput, "a device or pipe")
        };
        return Err(io::Error::new(kind, format!("expected a file, found {found}")));
    }
    Ok((temporary(&path)?, path))
}

/// What a link points to, also where nothing stands there yet, so that the link stays one.
fn target(path: &Path) -> PathBuf {
    match fs::canonicalize(path) {
        Ok(path) => path,
        Err(_) => match fs::read_link(path) {
            Ok(to) => path.parent().unwrap_or(Path::new("")).join(to),
            Err(_) => path.to_owned(),
        },
    }
}

/// A temporary file beside `path`, with the rights of the file it takes the place of, or those a new file has.
pub fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kohex-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    if let Ok(before) = fs::metadata(path) {
        file.as_file().set_permissions(before.permissions())?;
    }
    Ok(file)
}

/// Gives a complete temporary file its name.
pub fn keep(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
