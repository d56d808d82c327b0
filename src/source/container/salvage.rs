//! Salvage: the members of a zip archive that is cut off, by the headers they have of their own.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow::{self, Continue};

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ReaderAt};

use super::super::text_of;
use super::budget::Fault;
use super::readers::{Counted, Metered};
use super::zip::{Bytes, Checked, Packed};
use super::{Archive, At, BUFFER, Flow, Walk};

/// What begins a member, and what begins the directory after the last of them.
const MEMBER: u32 = 0x0403_4B50;
const DIRECTORY: u32 = 0x0201_4B50;
/// What may begin the size and checksum after a member.
const AFTER: u32 = 0x0807_4B50;

pub(super) fn read(walk: &mut Walk<'_, '_>, bytes: &Bytes, at: &At) -> Flow {
    let taken = Cell::new(0);
    let mut input = BufReader::with_capacity(BUFFER, Counted::new(Forward { bytes, offset: 0 }, &taken));
    let mut archive = Archive::new(at);
    let mut found = 0_u64;
    while let Ok(Some(header)) = Header::read(&mut input) {
        found += 1;
        walk.count(&at.name)?;
        if !member(walk, &mut input, &taken, &mut archive, &header)? {
            break;
        }
    }
    let message = format!("cut off: expected a zip directory, found none; {found} members read without it");
    walk.fail(&at.name, &Fault::damaged(message))
}

/// Reads or skips a member. Whether another can follow.
fn member<R: Read>(
    walk: &mut Walk<'_, '_>,
    input: &mut BufReader<R>,
    taken: &Cell<u64>,
    archive: &mut Archive<'_>,
    header: &Header,
) -> ControlFlow<(), bool> {
    let inner = text_of(&header.name);
    let packed = header.packed;
    let known = packed.expected.is_some();
    let mut chosen = !inner.ends_with(['/', '\\']) && walk.chooses(&inner);
    let member = chosen.then(|| archive.member(&inner));
    if let (Some(member), Some(fault)) = (&member, packed.refused()) {
        walk.fail(&member.name, &fault)?;
        chosen = false;
    }
    let member = member.filter(|_| chosen);
    if known {
        let mut raw = input.by_ref().take(header.size);
        match &member {
            Some(member) if packed.method == CompressionMethod::DEFLATE => {
                let metered = Metered::new(DeflateDecoder::new(&mut raw), "deflate", taken, walk.budget);
                walk.member(&mut Checked::new(metered, packed), member)?;
            }
            Some(member) => walk.member(&mut Checked::new(&mut raw, packed), member)?,
            None => {}
        }
        let left = raw.limit();
        return Continue(skip(input, left).is_ok());
    }
    // How long it is can be seen only by unpacking it.
    if packed.method != CompressionMethod::DEFLATE || packed.encrypted {
        return Continue(false);
    }
    let metered = Metered::new(DeflateDecoder::new(input), "deflate", taken, walk.budget);
    let mut trailed = Trailed { checked: Checked::new(metered, packed), wide: header.wide, ended: false };
    if let Some(member) = member {
        walk.member(&mut trailed, &member)?;
    }
    Continue(io::copy(&mut trailed, &mut io::sink()).is_ok())
}

/// A member with its size and checksum after it.
struct Trailed<'i, 'b, R: Read> {
    checked: Checked<Metered<'b, DeflateDecoder<&'i mut BufReader<R>>>>,
    /// Whether sizes have eight bytes.
    wide: bool,
    ended: bool,
}

impl<R: Read> Read for Trailed<'_, '_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() || self.ended {
            return Ok(0);
        }
        let read = self.checked.read(buf)?;
        if read == 0 {
            self.ended = true;
            let expected = after(self.checked.inner().inner().get_mut(), self.wide)
                .map_err(|error| if Fault::of(&error).is_some() { error } else { Fault::damaged("cut off").into() })?;
            self.checked.check(expected)?;
        }
        Ok(read)
    }
}

/// Size and checksum that follow a member.
fn after(input: &mut impl Read, wide: bool) -> io::Result<(u64, u32)> {
    let mut crc = u32_of(input)?;
    if crc == AFTER {
        crc = u32_of(input)?;
    }
    skip(input, if wide { 8 } else { 4 })?;
    let low = u32_of(input)?;
    let high = if wide { u32_of(input)? } else { 0 };
    Ok((u64::from(high) << 32 | u64::from(low), crc))
}

/// A member's own header.
struct Header {
    name: Vec<u8>,
    packed: Packed,
    size: u64,
    /// Whether sizes that follow it have eight bytes.
    wide: bool,
}

impl Header {
    /// The next one, `None` where the directory begins.
    fn read(input: &mut impl BufRead) -> io::Result<Option<Header>> {
        match u32_of(input)? {
            MEMBER => {}
            DIRECTORY => return Ok(None),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
        let _version = u16_of(input)?;
        let flags = u16_of(input)?;
        let method = CompressionMethod::new(u16_of(input)?);
        let _time = u32_of(input)?;
        let crc = u32_of(input)?;
        let (packed, unpacked) = (u32_of(input)?, u32_of(input)?);
        let (name, extra) = (u16_of(input)?, u16_of(input)?);
        let name = bytes_of(input, name)?;
        let extra = bytes_of(input, extra)?;
        let wide = wide_sizes(&extra);
        let (size, unpacked) = match wide {
            Some((unpacked, packed)) if unpacked > 0 || packed > 0 => (packed, unpacked),
            _ => (u64::from(packed), u64::from(unpacked)),
        };
        let follows = flags & 8 != 0;
        let expected = (!follows).then_some((unpacked, crc));
        let packed = Packed { method, encrypted: flags & 1 != 0, expected };
        Ok(Some(Header { name, packed, size, wide: wide.is_some() }))
    }
}

/// Sizes unpacked and packed in the extra field of zip64.
fn wide_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    while let [a, b, c, d, rest @ ..] = extra {
        let (id, size) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let field = rest.get(..size)?;
        if id == 1 {
            let mut eights = field.chunks_exact(8).map(|c| c.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)));
            return Some((eights.next()?, eights.next()?));
        }
        extra = rest.get(size..)?;
    }
    None
}

fn u16_of(input: &mut impl Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    input.read_exact(&mut bytes)?;
    Ok(u16::from_le_bytes(bytes))
}

fn u32_of(input: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn bytes_of(input: &mut impl Read, size: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(size)];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn skip(input: &mut impl Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut input.by_ref().take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Bytes from the first to the last.
struct Forward<'s> {
    bytes: &'s Bytes,
    offset: u64,
}

impl Read for Forward<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read_at(buf, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
