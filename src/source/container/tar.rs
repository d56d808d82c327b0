//! Tar archives: members in the order they lie, from a stream.
//!
//! Written here because the `tar` crate takes what describes a member (long names, pax records) into memory however
//! long it is, gives up at the first damaged header and cannot tell an archive that ends from one that is cut off.

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow::{self, Continue};

use super::super::text_of;
use super::budget::Fault;
use super::readers::Exact;
use super::{Archive, At, BUFFER, Flow, Reason, Walk};

/// What tar archives are made of.
const BLOCK: usize = 512;

/// Bytes that may describe one member.
const DESCRIPTION: u64 = 1 << 20;

/// What describes a file with holes in pax records, of any version of GNU tar.
const SPARSE: [&[u8]; 3] = [b"GNU.sparse.major", b"GNU.sparse.size", b"GNU.sparse.realsize"];

pub(super) fn read(walk: &mut Walk<'_, '_>, reader: &mut dyn Read, at: &At) -> Flow {
    let mut tape = Tape { input: BufReader::with_capacity(BUFFER, reader), first: true };
    let mut archive = Archive::new(at);
    let (mut met, mut damaged) = (false, false);
    loop {
        match tape.next() {
            Ok(Next::Member(header)) => {
                met = true;
                if !member(walk, &mut tape, &mut archive, &header)? {
                    return Flow::Continue(());
                }
            }
            // Members go on at the next block that is a header; one word is enough for all that are none.
            Ok(Next::Damaged) => {
                if !damaged {
                    let message = "expected a tar header, found other bytes; members may be missing";
                    walk.fail(&at.name, &Fault::damaged(message))?;
                }
                damaged = true;
            }
            Ok(Next::End { marked }) => {
                if !marked && !damaged {
                    let message = "expected a mark at its end, found none: members may be missing";
                    return walk.fail(&at.name, &Fault::damaged(message));
                }
                if !met && !damaged {
                    walk.passed.count(Reason::EmptyArchive);
                }
                return Flow::Continue(());
            }
            Err(error) => return walk.fail_io(&at.name, &error),
        }
    }
}

/// Reads or skips a member. Whether the archive goes on.
fn member(
    walk: &mut Walk<'_, '_>,
    tape: &mut Tape<'_>,
    archive: &mut Archive<'_>,
    header: &Header,
) -> ControlFlow<(), bool> {
    walk.count(&archive.at.name)?;
    let inner = text_of(&header.name);
    let mut left = header.size;
    if let Some(reason) = reason(header.kind, &inner) {
        walk.passed.count(reason);
    } else if walk.chooses(&inner) {
        let mut exact = Exact::new(&mut tape.input, header.size);
        walk.member(&mut exact, &archive.member(&inner))?;
        if exact.failed() {
            return Continue(false);
        }
        left = exact.left();
    }
    if let Err(error) = tape.skip(left.saturating_add(padding(header.size))) {
        walk.fail_io(&archive.at.name, &error)?;
        return Continue(false);
    }
    Continue(true)
}

/// Why a member is passed over, by its kind (POSIX ustar, GNU).
fn reason(kind: u8, name: &str) -> Option<Reason> {
    match kind {
        b'1' | b'2' => Some(Reason::Link),
        b'5' | b'D' => Some(Reason::Directory),
        // Before POSIX a directory was a file whose name said so.
        0 | b'0' if name.ends_with('/') => Some(Reason::Directory),
        0 | b'0' | b'7' => None,
        // Its holes are bytes from nowhere, as many as it likes.
        b'S' => Some(Reason::NotAPage("sparse file".to_owned())),
        _ => Some(Reason::Special),
    }
}

enum Next {
    Member(Header),
    /// A block that should be a header and is none.
    Damaged,
    /// The end, with or without the zeros that mark it.
    End {
        marked: bool,
    },
}

struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

struct Tape<'t> {
    input: BufReader<&'t mut dyn Read>,
    /// Whether nothing has been read yet.
    first: bool,
}

impl Tape<'_> {
    fn next(&mut self) -> io::Result<Next> {
        let (mut name, mut size, mut sparse, mut marked) = (None, None, false, false);
        loop {
            let first = std::mem::replace(&mut self.first, false);
            let Some(block) = self.block()? else {
                return if first { Err(not_tar("no bytes")) } else { Ok(Next::End { marked }) };
            };
            if block.iter().all(|&b| b == 0) {
                // Archives put one after the other have zeros between them.
                marked = true;
                continue;
            }
            let Some(header) = Header::of(&block) else {
                return if first && !block.get(257..).is_some_and(|rest| rest.starts_with(b"ustar")) {
                    Err(not_tar("other bytes"))
                } else {
                    Ok(Next::Damaged)
                };
            };
            match header.kind {
                b'L' => name = Some(before_nul(&self.description(header.size)?).to_vec()),
                b'x' => {
                    let records = self.description(header.size)?;
                    name = pax(&records, b"path").map(<[u8]>::to_vec).or(name);
                    sparse = SPARSE.iter().any(|key| pax(&records, key).is_some());
                    size = pax(&records, b"size").and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
                }
                b'K' | b'g' => drop(self.description(header.size)?),
                kind => {
                    let size = size.unwrap_or(header.size);
                    let kind = if sparse { b'S' } else { kind };
                    return Ok(Next::Member(Header { name: name.unwrap_or(header.name), size, kind }));
                }
            }
        }
    }

    /// The next block, `None` at the end.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.input.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(cut_off()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some(block))
    }

    /// What describes the member that follows.
    fn description(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > DESCRIPTION {
            let message = format!("expected at most {DESCRIPTION} bytes that describe a member, found {size}");
            return Err(Fault::damaged(format!("{message}; what follows is missing")).into());
        }
        let mut bytes = Vec::new();
        Exact::new(&mut self.input, size).read_to_end(&mut bytes)?;
        self.skip(padding(size))?;
        Ok(bytes)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match io::copy(&mut self.input.by_ref().take(bytes), &mut io::sink())? {
            skipped if skipped == bytes => Ok(()),
            _ => Err(cut_off()),
        }
    }
}

impl Header {
    /// A block read as a header, unless it is none.
    fn of(block: &[u8; BLOCK]) -> Option<Header> {
        let field = |from: usize, length: usize| block.get(from..from + length).unwrap_or_default();
        let sum = number(field(148, 8))?;
        // The sum takes its own field for spaces. Some programs of old added signed bytes.
        let spaces = 8 * u64::from(b' ');
        let own = |b: &[u8]| b.iter().map(|&b| u64::from(b)).sum::<u64>();
        let unsigned = own(block) - own(field(148, 8)) + spaces;
        let high = block.iter().filter(|&&b| b >= 0x80).count() as u64 * 256;
        if sum != unsigned && Some(sum) != unsigned.checked_sub(high) {
            return None;
        }
        let kind = *block.get(156)?;
        let mut name = before_nul(field(0, 100)).to_vec();
        let prefix = before_nul(field(345, 155));
        if field(257, 6) == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        // Nothing follows the headers of these, whatever size they name.
        let size = if matches!(kind, b'2'..=b'6') { 0 } else { number(field(124, 12))? };
        Some(Header { name, size, kind })
    }
}

/// A number in octal digits or, where these did not suffice, in bytes.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        return rest.iter().try_fold(0_u64, |sum, &b| Some(sum.checked_mul(256)? | u64::from(b)));
    }
    let digits = std::str::from_utf8(before_nul(field)).ok()?.trim();
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The value of a key in pax records, each `LENGTH KEY=VALUE` and the end of the line; the last one holds.
fn pax<'p>(mut records: &'p [u8], key: &[u8]) -> Option<&'p [u8]> {
    let mut found = None;
    while let Some(space) = records.iter().position(|&b| b == b' ') {
        let length: usize = std::str::from_utf8(records.get(..space)?).ok()?.parse().ok()?;
        let record = records.get(space + 1..length.checked_sub(1)?)?;
        found = record.strip_prefix(key).and_then(|rest| rest.strip_prefix(b"=")).or(found);
        records = records.get(length..)?;
    }
    found
}

fn before_nul(field: &[u8]) -> &[u8] {
    field.split(|&b| b == 0).next().unwrap_or_default()
}

/// Bytes that fill the last block up.
fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}

fn not_tar(found: &str) -> io::Error {
    Fault::damaged(format!("expected a tar archive, found {found}")).into()
}

fn cut_off() -> io::Error {
    Fault::damaged("cut off: expected more tar data, found its end; what follows is missing").into()
}
