//! Containers: packed files and archives, and the pages in them, however deep. Nothing is ever written to disk, and
//! of an archive that is damaged what is whole is kept and what is missing is said.

mod budget;
mod format;
mod http;
mod packed;
mod passed;
mod readers;
mod salvage;
mod tar;
#[cfg(test)]
mod tests;
mod warc;
mod zip;

pub use super::table::TableKind;
pub use budget::Fault;
pub use format::{Format, HEAD, is_page_name};
pub use passed::{Passed, Reason};

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use super::{Class, Content, Emit, Hints, Limits, Page, SourceError, shown, table};
use budget::Budget;
use readers::{Begun, Outermost};

/// What there is to unpack.
pub enum Input<'i> {
    /// A file and its size.
    File(File, u64),
    /// Bytes that come one after the other.
    Stream(&'i mut dyn Read),
    /// Bytes in memory.
    Bytes(Vec<u8>),
}

impl<'i> Input<'i> {
    /// The bytes from front to back.
    pub(super) fn reader(self) -> Box<dyn Read + 'i> {
        match self {
            Input::File(file, _) => Box::new(file),
            Input::Stream(stream) => Box::new(stream),
            Input::Bytes(bytes) => Box::new(Cursor::new(bytes)),
        }
    }
}

/// Chooses members of archives by their names within it.
pub type Takes<'t> = &'t dyn Fn(&str) -> bool;

/// Archives that must be read out of order are taken into memory where they lie in others, up to so many pages' bytes.
const IN_MEMORY: u64 = 8;

/// How much is read at once.
const BUFFER: usize = 1 << 16;

/// Whether to go on with the outermost file.
type Flow = ControlFlow<()>;

/// Unpacks `input` and gives every page in it to `emit`, in the order of the archive (of a zip: of its directory),
/// containers inside containers too. What is wrong with a part goes to `emit` as an error and the rest goes on.
/// `takes` chooses pages and tables in archives by their names there; without it those are taken whose names or bytes
/// say that they are. Returns whether more are wanted.
pub fn expand(
    input: Input<'_>,
    name: &str,
    format: Format,
    limits: &Limits,
    takes: Option<Takes<'_>>,
    passed: &mut Passed,
    emit: &mut Emit<'_>,
) -> bool {
    let budget = Budget::new(limits);
    let mut walk = Walk { budget: &budget, takes, passed, emit, wanted: true };
    let at = At { name: name.to_owned(), hint: name.to_owned(), depth: 0 };
    let out_of_order = matches!(format, Format::Zip | Format::Table(_));
    let _ = match input {
        Input::File(file, size) => {
            if out_of_order {
                budget.read(size);
                walk.open(Input::File(file, size), &at, format)
            } else {
                walk.open(Input::Stream(&mut Outermost(file, &budget)), &at, format)
            }
        }
        Input::Bytes(bytes) => {
            if out_of_order {
                budget.read(bytes.len() as u64);
                walk.open(Input::Bytes(bytes), &at, format)
            } else {
                walk.open(Input::Stream(&mut Outermost(Cursor::new(bytes), &budget)), &at, format)
            }
        }
        Input::Stream(reader) => walk.open(Input::Stream(&mut Outermost(reader, &budget)), &at, format),
    };
    walk.wanted
}

/// Where in an outermost file something lies.
struct At {
    /// `a.zip!b.tar.gz`: what records and errors call it.
    name: String,
    /// The name that says what it is: `b.tar` for what is packed in `b.tar.gz`.
    hint: String,
    /// Archives around it.
    depth: u32,
}

/// One run of [`expand`]: what its layers share.
struct Walk<'w, 'e> {
    budget: &'w Budget,
    takes: Option<Takes<'w>>,
    passed: &'w mut Passed,
    emit: &'w mut Emit<'e>,
    wanted: bool,
}

impl Walk<'_, '_> {
    fn limits(&self) -> &Limits {
        self.budget.limits()
    }

    fn open(&mut self, input: Input<'_>, at: &At, format: Format) -> Flow {
        match (format, input) {
            (Format::Zip, Input::Stream(reader)) => match self.in_memory(reader) {
                Ok(bytes) => zip::read(self, &zip::Bytes::Memory(bytes), at),
                Err(error) => self.fail_io(&at.name, &error),
            },
            (Format::Zip, Input::Bytes(bytes)) => zip::read(self, &zip::Bytes::Memory(bytes), at),
            (Format::Zip, Input::File(file, size)) => zip::read(self, &zip::Bytes::File(file.into(), size), at),
            (Format::Table(kind), input) => self.table(kind, input, at),
            (_, Input::Stream(reader)) => self.stream(reader, at, format),
            (_, Input::Bytes(bytes)) => self.stream(&mut Cursor::new(bytes), at, format),
            (_, Input::File(mut file, _)) => self.stream(&mut file, at, format),
        }
    }

    fn stream(&mut self, reader: &mut dyn Read, at: &At, format: Format) -> Flow {
        match format {
            Format::Tar => tar::read(self, reader, at),
            Format::Warc => warc::read(self, reader, at),
            Format::Gzip | Format::Zstd | Format::Bzip2 => packed::read(self, reader, at, format),
            Format::Page | Format::Zip | Format::Table(_) => self.page_of(reader, at.name.clone()),
        }
    }

    fn table(&mut self, kind: TableKind, input: Input<'_>, at: &At) -> Flow {
        let ordered = !matches!(kind, TableKind::Sheet | TableKind::Parquet);
        let input = match input {
            Input::Stream(reader) if !ordered => match self.in_memory(reader) {
                Ok(bytes) => Input::Bytes(bytes),
                Err(error) => return self.fail_io(&at.name, &error),
            },
            input => input,
        };
        self.wanted = table::read(kind, input, &at.name, self.budget.limits(), self.emit);
        self.go_on()
    }

    fn go_on(&self) -> Flow {
        if self.wanted { Flow::Continue(()) } else { Flow::Break(()) }
    }

    fn in_memory(&self, reader: &mut dyn Read) -> io::Result<Vec<u8>> {
        let most = self.limits().page_bytes.saturating_mul(IN_MEMORY);
        let mut bytes = Vec::new();
        reader.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            let message = format!("expected at most {most} bytes of a file that is read out of order, found more");
            return Err(Fault::new(Class::Limit, message).into());
        }
        Ok(bytes)
    }

    /// Reads a page to its end and hands it over.
    fn page_of(&mut self, reader: &mut dyn Read, name: String) -> Flow {
        match self.page_bytes(reader) {
            (bytes, None) => self.page(name, bytes, Hints::default()),
            // Half a page is none: its record would be taken for that of the whole.
            (_, Some(error)) => self.fail_io(&name, &error),
        }
    }

    /// Reads the page in a packed file of its own. One that is cut off or damaged is handed over as far as it goes, and
    /// with it what is missing.
    fn packed_page(&mut self, reader: &mut dyn Read, name: String) -> Flow {
        let (bytes, error) = self.page_bytes(reader);
        let Some(error) = error else { return self.page(name, bytes, Hints::default()) };
        match Fault::of(&error).filter(|fault| fault.packed && !bytes.is_empty()) {
            Some(fault) => {
                let cut = format!("{}; {} bytes before that were read", fault.message, bytes.len());
                self.page(name, bytes, Hints { cut: Some(cut), ..Hints::default() })
            }
            None => self.fail_io(&name, &error),
        }
    }

    /// The bytes of a page, and what ended them before their time.
    fn page_bytes(&self, reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
        let most = self.limits().page_bytes;
        let mut bytes = Vec::new();
        let error = reader.take(most.saturating_add(1)).read_to_end(&mut bytes).err();
        if bytes.len() as u64 > most {
            let fault = Fault::new(Class::Size, format!("expected at most {most} bytes in a page, found more"));
            return (bytes, Some(fault.into()));
        }
        (bytes, error)
    }

    fn page(&mut self, name: String, bytes: Vec<u8>, hints: Hints) -> Flow {
        self.wanted = (self.emit)(Ok(Page { name, content: Content::Bytes(bytes), hints }));
        self.go_on()
    }

    fn fail(&mut self, name: &str, fault: &Fault) -> Flow {
        let error = SourceError { place: name.to_owned(), class: fault.class, message: fault.message.clone() };
        self.wanted = (self.emit)(Err(error));
        if fault.whole { Flow::Break(()) } else { self.go_on() }
    }

    fn fail_io(&mut self, name: &str, error: &io::Error) -> Flow {
        self.wanted = (self.emit)(Err(SourceError::of(name, error)));
        if Fault::of(error).is_some_and(|fault| fault.whole) { Flow::Break(()) } else { self.go_on() }
    }

    /// Counts a member of the archive `name`; too many end it.
    fn count(&mut self, name: &str) -> Flow {
        match self.budget.entry() {
            Ok(()) => Flow::Continue(()),
            Err(fault) => self.fail(name, &fault),
        }
    }

    /// Whether the name of a member says that it is to be read, or at least looked at.
    fn chooses(&mut self, inner: &str) -> bool {
        let format = Format::of_name(inner);
        let reason = match self.takes {
            _ if format.is_some_and(|format| format.is_archive() || format.is_packed()) && !is_hidden(inner) => {
                return true;
            }
            Some(takes) if takes(inner) => return true,
            Some(_) => Reason::NotChosen,
            None if is_hidden(inner) => Reason::Hidden,
            None if format.is_some() || is_page_name(inner).is_none() => return true,
            None => {
                self.passed.count_name(inner);
                return false;
            }
        };
        self.passed.count(reason);
        false
    }

    /// Reads a member of an archive: a page, a table or a container of its own.
    fn member(&mut self, reader: &mut dyn Read, member: &Member<'_>) -> Flow {
        let Member { name, inner, depth } = member;
        let mut reader = Begun::new(reader);
        let format = Format::of(inner, reader.head());
        if format == Format::Page && self.takes.is_none() && !may_be_page(inner, reader.head()) {
            return self.pass(name, inner, reader.error());
        }
        let at = At { name: name.clone(), hint: (*inner).to_owned(), depth: depth.saturating_add(1) };
        let inside = format.is_archive() || format.is_packed();
        if inside && at.depth > self.limits().nesting {
            return self.too_deep(&at);
        }
        self.open(Input::Stream(&mut reader), &at, format)
    }

    /// Passes over what is no page. That it could not even be looked at is said.
    fn pass(&mut self, name: &str, hint: &str, error: Option<&io::Error>) -> Flow {
        if let Some(error) = error {
            return self.fail_io(name, error);
        }
        self.passed.count_name(hint);
        Flow::Continue(())
    }

    fn too_deep(&mut self, at: &At) -> Flow {
        let most = self.limits().nesting;
        let message = format!("expected at most {most} archives within archives, found one deeper; it is not read");
        self.fail(&at.name, &Fault::new(Class::Depth, message))
    }
}

/// A member of an archive.
struct Member<'m> {
    /// `archive!inner`.
    name: String,
    /// Its name in the archive.
    inner: &'m str,
    /// Archives around the archive.
    depth: u32,
}

/// An archive being read: where it lies and the names its members have been given.
struct Archive<'a> {
    at: &'a At,
    /// By what tells names apart in little memory, the number given last.
    given: HashMap<u64, u64>,
}

impl<'a> Archive<'a> {
    fn new(at: &'a At) -> Self {
        Archive { at, given: HashMap::new() }
    }

    fn member<'m>(&mut self, inner: &'m str) -> Member<'m> {
        Member { name: self.name(inner), inner, depth: self.at.depth }
    }

    /// What a member is called: `archive!inner`, the second of one name `archive!inner#2`.
    fn name(&mut self, inner: &str) -> String {
        let name = format!("{}!{inner}", self.at.name);
        let Some(last) = self.given.insert(hash(&name), 1) else { return name };
        let mut number = last;
        // Another member may be called so in truth. To begin anew at 2 each time would take hours where millions of
        // members have one name.
        let numbered = loop {
            number += 1;
            let numbered = format!("{name}#{number}");
            if let Entry::Vacant(free) = self.given.entry(hash(&numbered)) {
                free.insert(1);
                break numbered;
            }
        };
        self.given.insert(hash(&name), number);
        numbered
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

fn may_be_page(name: &str, head: &[u8]) -> bool {
    is_page_name(name).unwrap_or_else(|| format::is_text(head))
}

/// Whether a name or a folder in it begins with a point.
fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| part.starts_with('.') && part != "." && part != "..")
}
