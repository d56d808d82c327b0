//! What a workbook is by its first bytes and members, and whether it is safe to unpack.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::{Class, Limits};

/// Kinds of workbooks, and what only bears their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Book {
    Xlsx,
    Xlsb,
    Ods,
    /// XLS; or an encrypted XLSX, which is wrapped the same way.
    Xls,
    /// Markup that Excel opens.
    Markup,
    /// Delimited text that Excel opens.
    Text,
}

/// What the ratio of sizes leaves free.
const FREE: u64 = 16 << 20;

/// Text that many cells share is held in memory.
const SHARED: u64 = 1 << 30;

/// Finds out what a workbook is and refuses one that would unpack to more than is allowed.
pub(super) fn examine<R: Read + Seek>(input: &mut R, size: u64, limits: &Limits) -> Result<Book, (Class, String)> {
    let broken = |error: io::Error| (Class::Unreadable, error.to_string());
    let mut first = Vec::new();
    input.by_ref().take(512).read_to_end(&mut first).map_err(broken)?;
    input.rewind().map_err(broken)?;
    if first.is_empty() {
        return Err((Class::Damaged, "expected a workbook, found an empty file".to_owned()));
    }
    if first.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(Book::Xls);
    }
    if !first.starts_with(b"PK") {
        let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first).trim_ascii_start();
        return Ok(if text.starts_with(b"<") { Book::Markup } else { Book::Text });
    }
    let book = unpacked(input, size, limits)?;
    input.seek(SeekFrom::Start(0)).map_err(broken)?;
    Ok(book)
}

/// Unpacks all that will be read once, to nowhere: a member may be larger than it says.
fn unpacked<R: Read + Seek>(input: &mut R, packed: u64, limits: &Limits) -> Result<Book, (Class, String)> {
    let damaged = |error: ZipError| (Class::Damaged, format!("expected a workbook, found a damaged archive: {error}"));
    let mut archive = ZipArchive::new(input).map_err(damaged)?;
    let most = limits.archive_bytes.min(packed.saturating_mul(limits.ratio).saturating_add(FREE));
    let mut all: u64 = 0;
    let mut book = None;
    for index in 0..archive.len() {
        if index as u64 >= limits.entries {
            return Err((Class::Limit, format!("expected at most {} members, found more", limits.entries)));
        }
        let member = archive.by_index(index).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.to_ascii_lowercase();
        book = book.or(match name.as_str() {
            "xl/workbook.xml" => Some(Book::Xlsx),
            "xl/workbook.bin" => Some(Book::Xlsb),
            "content.xml" => Some(Book::Ods),
            _ => None,
        });
        if ![".xml", ".rels", ".bin"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let room = if name.ends_with("sharedstrings.xml") { SHARED.min(most - all) } else { most - all };
        let failed = |error: io::Error| (Class::Damaged, format!("expected a workbook, found {name} damaged: {error}"));
        let bytes = io::copy(&mut member.take(room.saturating_add(1)), &mut io::sink()).map_err(failed)?;
        if bytes > room {
            return Err((Class::Limit, format!("{name}: expected at most {room} bytes unpacked, found more")));
        }
        all += bytes;
    }
    book.ok_or_else(|| (Class::Damaged, "expected a workbook, found an archive of something else".to_owned()))
}
