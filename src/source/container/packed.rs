//! Packed files: gzip, zstd and bzip2, each of one file, which may be an archive or a table.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::GzDecoder;

use super::budget::Fault;
use super::format::unpacked_name;
use super::readers::{Begun, Counted, Metered, named};
use super::{At, BUFFER, Flow, Format, Input, Walk, may_be_page};

pub(super) fn read(walk: &mut Walk<'_, '_>, reader: &mut dyn Read, at: &At, format: Format) -> Flow {
    let taken = Cell::new(0);
    let mut input = BufReader::with_capacity(BUFFER, Counted::new(Below(reader), &taken));
    let what = match format {
        Format::Zstd => "zstd",
        Format::Bzip2 => "bzip2",
        _ => "gzip",
    };
    let decoder = match check(&mut input, format, what) {
        Ok(()) => decoder(input, format),
        Err(error) => Err(error),
    };
    match decoder {
        Ok(decoder) => inside(walk, Metered::new(decoder, what, &taken, walk.budget), at),
        Err(error) => walk.fail_io(&at.name, &named(error, what)),
    }
}

/// A file that is not what its name says gets a better message than that its header is damaged.
fn check(input: &mut impl BufRead, format: Format, what: &str) -> io::Result<()> {
    let head = input.fill_buf()?;
    let found = match head.len() {
        0 => "no bytes",
        // Too short to tell; the decoder says what it misses.
        1..=9 => return Ok(()),
        _ if Format::of("", head) == format => return Ok(()),
        _ => "other bytes",
    };
    Err(Fault::damaged(format!("expected {what} data, found {found}")).into())
}

fn decoder<'d, R: BufRead + 'd>(mut input: R, format: Format) -> io::Result<Box<dyn Read + 'd>> {
    Ok(match format {
        Format::Zstd => match dictionary(&mut input)? {
            Some(dictionary) => Box::new(zstd::Decoder::with_dictionary(input, &dictionary)?),
            None => Box::new(zstd::Decoder::with_buffer(input)?),
        },
        Format::Bzip2 => Box::new(MultiBzDecoder::new(input)),
        _ => Box::new(GzMembers::new(input)),
    })
}

/// Reads what was packed by what it is.
fn inside(walk: &mut Walk<'_, '_>, unpacked: Metered<'_, Box<dyn Read + '_>>, at: &At) -> Flow {
    let mut unpacked = Begun::new(unpacked);
    let hint = unpacked_name(&at.hint);
    let format = Format::of(&hint, unpacked.head());
    if let (true, Some(error)) = (unpacked.head().is_empty(), unpacked.error()) {
        return walk.fail_io(&at.name, error);
    }
    if format == Format::Page && walk.takes.is_none() && !may_be_page(&hint, unpacked.head()) {
        return walk.pass(&at.name, &hint, unpacked.error());
    }
    // A packed archive is one archive; what is packed over and over is as many.
    let at = At { name: at.name.clone(), hint, depth: at.depth.saturating_add(u32::from(format.is_packed())) };
    if at.depth > walk.limits().nesting {
        return walk.too_deep(&at);
    }
    if format == Format::Page {
        walk.packed_page(&mut unpacked, at.name)
    } else {
        walk.open(Input::Stream(&mut unpacked), &at, format)
    }
}

/// What a packed file is read from: its faults are not those of the packed file.
struct Below<'r>(&'r mut dyn Read);

impl Read for Below<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(|error| match Fault::of(&error) {
            Some(fault) if fault.packed => Fault { packed: false, ..fault.clone() }.into(),
            _ => error,
        })
    }
}

/// All members of a gzip file, one after the other. The library's own reader of them takes bytes that follow for
/// damage to what came before.
pub(super) struct GzMembers<R: BufRead> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzMembers<R> {
    pub(super) fn new(input: R) -> Self {
        GzMembers { member: Some(GzDecoder::new(input)) }
    }
}

impl<R: BufRead> Read for GzMembers<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            let Some(mut input) = self.member.take().map(GzDecoder::into_inner) else { break };
            // Tapes and some programs fill up with zeros.
            while let Some(zeros) = zeros(input.fill_buf()?) {
                input.consume(zeros);
            }
            match input.fill_buf()?.first() {
                None => break,
                Some(0x1F) => self.member = Some(GzDecoder::new(input)),
                Some(_) => {
                    let message =
                        "expected the end of the gzip data or more of it, found other bytes; these are not read";
                    return Err(Fault::packed(message).into());
                }
            }
        }
        Ok(0)
    }
}

fn zeros(bytes: &[u8]) -> Option<usize> {
    Some(bytes.iter().take_while(|&&b| b == 0).count()).filter(|&zeros| zeros > 0)
}

/// What a dictionary may take.
const DICTIONARY: u64 = 16 << 20;

/// The dictionary that a `.warc.zst` begins with, in a frame that others skip (WARC-zstd 1.0).
fn dictionary(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let [0x5D, 0x2A, 0x4D, 0x18, a, b, c, d, ..] = *input.fill_buf()? else { return Ok(None) };
    input.consume(8);
    let size = u64::from(u32::from_le_bytes([a, b, c, d])).min(DICTIONARY);
    let mut dictionary = Vec::new();
    input.take(size).read_to_end(&mut dictionary)?;
    if dictionary.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) {
        let mut unpacked = Vec::new();
        zstd::Decoder::with_buffer(dictionary.as_slice())?.take(DICTIONARY).read_to_end(&mut unpacked)?;
        dictionary = unpacked;
    }
    Ok(Some(dictionary))
}
