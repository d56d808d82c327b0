//! Zip archives: members in the order of the central directory, which is read bit by bit and never held as a whole.

use std::io::{self, BufReader, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder,
    ZipFileHeaderRecord, ZipLocator,
};

use super::super::text_of;
use super::budget::Fault;
use super::readers::{Counted, Metered};
use super::{Archive, At, BUFFER, Flow, Member, Reason, Walk, salvage};

/// Where the bytes of a zip archive are.
pub(super) enum Bytes {
    File(FileReader, u64),
    Memory(Vec<u8>),
}

impl Bytes {
    pub(super) fn size(&self) -> u64 {
        match self {
            Bytes::File(_, size) => *size,
            Bytes::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ReaderAt for Bytes {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Bytes::File(file, _) => file.read_at(buf, offset),
            Bytes::Memory(bytes) => bytes.read_at(buf, offset),
        }
    }
}

pub(super) fn read(walk: &mut Walk<'_, '_>, bytes: &Bytes, at: &At) -> Flow {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let mut magic = [0; 4];
    let found = bytes.read_at(&mut magic, 0);
    match ZipLocator::new().locate_in_reader(bytes, &mut buffer, bytes.size()) {
        Ok(archive) => directory(walk, &archive, &mut buffer, at),
        // Without a directory, which is at the end, members are found by the headers they have of their own.
        Err(_) if matches!(found, Ok(4)) && magic == *b"PK\x03\x04" => salvage::read(walk, bytes, at),
        Err((_, error)) => match error.into_kind() {
            rawzip::ErrorKind::IO(error) => walk.fail_io(&at.name, &error),
            _ if bytes.size() == 0 => walk.fail(&at.name, &Fault::damaged("expected a zip archive, found no bytes")),
            _ => walk.fail(&at.name, &Fault::damaged("expected a zip archive, found other bytes")),
        },
    }
}

fn directory(walk: &mut Walk<'_, '_>, zip: &ZipArchive<&Bytes>, buffer: &mut [u8], at: &At) -> Flow {
    let mut archive = Archive::new(at);
    let mut entries = zip.entries(buffer);
    let mut found = 0_u64;
    loop {
        match entries.next_entry() {
            Ok(Some(entry)) => {
                found += 1;
                walk.count(&at.name)?;
                let inner = text_of(entry.file_path().as_ref());
                if let Some(reason) = reason(&entry, &inner) {
                    walk.passed.count(reason);
                } else if walk.chooses(&inner) {
                    let packed = Packed::of(&entry);
                    member(walk, zip, packed, entry.wayfinder(), &archive.member(&inner))?;
                }
            }
            Ok(None) => break,
            Err(error) => {
                let message = format!("zip directory damaged after {found} members: the others are missing ({error})");
                return walk.fail(&at.name, &Fault::damaged(message));
            }
        }
    }
    let expected = zip.entries_hint();
    // Programs that do not know zip64 write what remains of a large number.
    if expected & 0xFFFF != found & 0xFFFF {
        let message = format!("expected {expected} members, found {found}");
        return walk.fail(&at.name, &Fault::damaged(message));
    }
    if found == 0 {
        walk.passed.count(Reason::EmptyArchive);
    }
    Flow::Continue(())
}

/// Why a member is passed over, by its kind.
fn reason(entry: &ZipFileHeaderRecord<'_>, name: &str) -> Option<Reason> {
    const KINDS: u32 = 0o170_000;
    if name.ends_with(['/', '\\']) {
        return Some(Reason::Directory);
    }
    match entry.mode().value() & KINDS {
        0o120_000 => Some(Reason::Link),
        0o010_000 | 0o020_000 | 0o060_000 | 0o140_000 => Some(Reason::Special),
        0o040_000 => Some(Reason::Directory),
        _ => None,
    }
}

/// How a member is packed and what it should be, unpacked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    pub(super) method: CompressionMethod,
    pub(super) encrypted: bool,
    /// Where not known before, it is checked by who knows it after.
    pub(super) expected: Option<(u64, u32)>,
}

impl Packed {
    fn of(entry: &ZipFileHeaderRecord<'_>) -> Self {
        Packed {
            method: entry.compression_method(),
            encrypted: entry.flags().is_encrypted(),
            expected: Some((entry.uncompressed_size_hint(), entry.crc32())),
        }
    }

    /// Why it cannot be read.
    pub(super) fn refused(self) -> Option<Fault> {
        let readable = matches!(self.method, CompressionMethod::STORE | CompressionMethod::DEFLATE);
        if self.encrypted {
            Some(Fault::damaged("encrypted: kohex knows no password"))
        } else if readable {
            None
        } else {
            let name = self.method.name().unwrap_or("unknown").to_lowercase();
            let message = format!("expected the zip method store or deflate, found {name} ({})", self.method.as_u16());
            Some(Fault::damaged(message))
        }
    }
}

fn member(
    walk: &mut Walk<'_, '_>,
    zip: &ZipArchive<&Bytes>,
    packed: Packed,
    wayfinder: ZipArchiveEntryWayfinder,
    member: &Member<'_>,
) -> Flow {
    if let Some(fault) = packed.refused() {
        return walk.fail(&member.name, &fault);
    }
    let entry = match zip.get_entry(wayfinder) {
        Ok(entry) => entry,
        Err(error) => {
            let message = format!("expected a member where the zip directory says, found none ({error})");
            return walk.fail(&member.name, &Fault::damaged(message));
        }
    };
    let taken = std::cell::Cell::new(0);
    let mut input = BufReader::with_capacity(BUFFER, Counted::new(entry.reader(), &taken));
    if packed.method == CompressionMethod::STORE {
        walk.member(&mut Checked::new(input, packed), member)
    } else {
        let metered = Metered::new(DeflateDecoder::new(&mut input), "deflate", &taken, walk.budget);
        walk.member(&mut Checked::new(metered, packed), member)
    }
}

/// A reader that holds what it gives against the size and checksum it should have.
pub(super) struct Checked<R> {
    inner: R,
    crc: Crc,
    size: u64,
    expected: Option<(u64, u32)>,
    /// Whether its end has been reached and checked.
    ended: bool,
}

impl<R> Checked<R> {
    pub(super) fn new(inner: R, packed: Packed) -> Self {
        Checked { inner, crc: Crc::new(), size: 0, expected: packed.expected, ended: false }
    }

    pub(super) fn inner(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Whether size and checksum are those of what was given.
    pub(super) fn check(&self, (size, crc): (u64, u32)) -> Result<(), Fault> {
        if self.size != size {
            Err(Fault::damaged(format!("expected {size} bytes, found {}", self.size)))
        } else if self.crc.sum() != crc {
            Err(Fault::damaged(format!("expected the checksum {crc:08x}, found {:08x}", self.crc.sum())))
        } else {
            Ok(())
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() || self.ended {
            return Ok(0);
        }
        let read = self.inner.read(buf)?;
        self.ended = read == 0;
        self.size += read as u64;
        self.crc.update(buf.get(..read).unwrap_or_default());
        match self.expected {
            Some(expected) if read == 0 => self.check(expected)?,
            Some((size, _)) if self.size > size => {
                self.ended = true;
                return Err(Fault::damaged(format!("expected {size} bytes, found more")).into());
            }
            _ => {}
        }
        Ok(read)
    }
}
