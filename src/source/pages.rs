//! Pages: all pages below the paths a user named, those in archives and tables among them.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::PathBuf;

use super::container::{self, Format, HEAD, Input, Passed};
use super::{Choice, Content, Folders, Limits, Page, Skipped, SourceError, Unpacked};

/// The files of [`Folders`] in their order, in the place of each container or table what is in it.
#[derive(Debug)]
pub struct Pages {
    folders: Folders,
    choice: Choice,
    limits: Limits,
    unpacked: Option<Unpacked>,
    passed: Passed,
}

impl Pages {
    /// Walks `roots`; a file among them is taken whatever it is called.
    pub fn new(roots: Vec<PathBuf>, choice: Choice, limits: Limits) -> Self {
        let folders = Folders::new(roots, choice.clone());
        Pages { folders, choice, limits, unpacked: None, passed: Passed::default() }
    }

    /// Which files have been passed over so far.
    pub fn skipped(&self) -> Skipped {
        self.folders.skipped()
    }

    /// What has been passed over so far in containers read to their end.
    pub fn passed(&self) -> &Passed {
        &self.passed
    }

    /// A file that is a page by its name is left to who reads it; of others the first bytes are looked at.
    fn open(&mut self, page: Page) -> Option<Result<Page, SourceError>> {
        let by_name = Format::of_name(&page.name);
        let Content::File(path) = &page.content else { return Some(Ok(page)) };
        if by_name == Some(Format::Page) {
            return Some(Ok(page));
        }
        let found = File::open(path).and_then(|file| Found::of(file, &page.name));
        match found {
            Ok(found) if found.format == Format::Page && found.size.is_some() => Some(Ok(page)),
            Ok(found) => self.unpack(found, page.name).map(|unpacked| self.unpacked = Some(unpacked)).err().map(Err),
            Err(error) => Some(Err(SourceError::of(&page.name, &error))),
        }
    }

    fn unpack(&self, found: Found, name: String) -> Result<Unpacked, SourceError> {
        let (choice, limits) = (self.choice.clone(), self.limits.clone());
        Unpacked::start(&name.clone(), move |emit| {
            let mut passed = Passed::default();
            let takes = |inner: &str| choice.takes_member(inner);
            let takes = choice.chooses_members().then_some(&takes as container::Takes<'_>);
            let Found { head, file, format, size } = found;
            let mut stream;
            let input = if let Some(size) = size {
                Input::File(file, size)
            } else {
                stream = Cursor::new(head).chain(file);
                Input::Stream(&mut stream)
            };
            container::expand(input, &name, format, &limits, takes, &mut passed, emit);
            passed
        })
    }
}

impl Iterator for Pages {
    type Item = Result<Page, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(unpacked) = &mut self.unpacked {
                if let Some(item) = unpacked.next() {
                    return Some(item);
                }
                if let Some(unpacked) = self.unpacked.take() {
                    self.passed.add(unpacked.passed());
                }
            }
            let item = match self.folders.next()? {
                Ok(page) => self.open(page),
                Err(error) => Some(Err(error)),
            };
            if item.is_some() {
                return item;
            }
        }
    }
}

/// A file of which the first bytes were looked at.
struct Found {
    file: File,
    head: Vec<u8>,
    format: Format,
    /// `None` for a pipe, of which the first bytes cannot be read again.
    size: Option<u64>,
}

impl Found {
    fn of(mut file: File, name: &str) -> std::io::Result<Found> {
        let meta = file.metadata()?;
        let mut head = Vec::with_capacity(HEAD);
        (&mut file).take(HEAD as u64).read_to_end(&mut head)?;
        let size = meta.is_file().then_some(meta.len());
        if size.is_some() {
            file.rewind()?;
        }
        Ok(Found { format: Format::of(name, &head), file, head, size })
    }
}
