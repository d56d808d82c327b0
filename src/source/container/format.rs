//! Formats: what a file or member is, by its name and its first bytes.

use super::super::table::TableKind;
use crate::decode;

/// What a file or a member of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Page,
    Gzip,
    Zstd,
    Bzip2,
    Zip,
    Tar,
    Warc,
    Table(TableKind),
}

/// First bytes that are enough to tell any format.
pub const HEAD: usize = 1024;

/// Where a tar archive says that it is one.
const USTAR: usize = 257;

/// Endings of pages.
const PAGES: [&str; 6] = ["txt", "html", "htm", "xhtml", "md", "markdown"];

/// Endings of files that hold no page kohex could read, so that their bytes need no look.
const OTHERS: [&str; 47] = [
    "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "tif", "tiff", "avif", "css", "js", "mjs", "map", "pdf",
    "xml", "rss", "atom", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "ogg", "wav", "avi", "mov",
    "doc", "docx", "ppt", "pptx", "odt", "odp", "rtf", "epub", "swf", "exe", "dll", "log", "ini", "yaml", "yml",
    "toml",
];

impl Format {
    /// What `name` holds when its first bytes are `head` ([`HEAD`] of them, or all). The bytes of a binary container
    /// win over the name; text formats go by the name alone.
    pub fn of(name: &str, head: &[u8]) -> Format {
        let by_name = Format::of_name(name);
        match head {
            [0x1F, 0x8B, ..] => Format::Gzip,
            // The second is a frame that zstd skips; archives of pages keep their dictionary in one.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Format::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Format::Bzip2,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => match by_name {
                Some(Format::Table(TableKind::Sheet)) => Format::Table(TableKind::Sheet),
                _ => Format::Zip,
            },
            _ if is_tar(head) => Format::Tar,
            // These two are text, with which a page could begin as well.
            _ if by_name.is_none() && head.starts_with(b"WARC/") => Format::Warc,
            _ if by_name.is_none() && head.starts_with(b"PAR1") => Format::Table(TableKind::Parquet),
            _ => by_name.unwrap_or(Format::Page),
        }
    }

    /// What the name alone says, where it says anything.
    pub fn of_name(name: &str) -> Option<Format> {
        Some(match ending(name)?.as_str() {
            "gz" | "gzip" | "tgz" => Format::Gzip,
            "zst" | "zstd" | "tzst" => Format::Zstd,
            "bz2" | "tbz2" | "tbz" => Format::Bzip2,
            "zip" => Format::Zip,
            "tar" => Format::Tar,
            "warc" => Format::Warc,
            "csv" => Format::Table(TableKind::Csv),
            "tsv" | "tab" => Format::Table(TableKind::Tsv),
            "jsonl" | "jl" | "ndjson" => Format::Table(TableKind::JsonLines),
            "json" => Format::Table(TableKind::Json),
            "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Format::Table(TableKind::Sheet),
            "parquet" => Format::Table(TableKind::Parquet),
            ending if PAGES.contains(&ending) => Format::Page,
            _ => return None,
        })
    }

    /// Whether pages lie in it under names of their own.
    pub fn is_archive(self) -> bool {
        matches!(self, Format::Zip | Format::Tar | Format::Warc)
    }

    /// Whether it is one file, packed.
    pub fn is_packed(self) -> bool {
        matches!(self, Format::Gzip | Format::Zstd | Format::Bzip2)
    }
}

fn is_tar(head: &[u8]) -> bool {
    let magic = head.get(USTAR..).unwrap_or_default();
    magic.starts_with(b"ustar\0") || magic.starts_with(b"ustar  ")
}

/// Whether a file of this name is a page; `None` where only its bytes can tell.
pub fn is_page_name(name: &str) -> Option<bool> {
    match Format::of_name(name) {
        Some(Format::Page) => Some(true),
        Some(_) => Some(false),
        None => ending(name).filter(|e| OTHERS.contains(&e.as_str())).map(|_| false),
    }
}

/// The name of what is packed in a file of this name: `a.tar` for `a.tgz`, `a.csv` for `a.csv.gz`.
pub fn unpacked_name(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match ending(name).as_deref() {
        Some("tgz" | "tzst" | "tbz2" | "tbz") => format!("{stem}.tar"),
        Some("gz" | "gzip" | "zst" | "zstd" | "bz2") => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// What follows the last point of the last part of a name, in lower case. Names without a point, names that begin
/// with their only one and endings that are no short word have none.
pub fn ending(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (stem, ending) = last.rsplit_once('.')?;
    let word = (1..=10).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    (word && !stem.is_empty()).then(|| ending.to_ascii_lowercase())
}

/// Whether bytes that begin so are text: no NUL but in UTF-16, and next to no control characters.
pub fn is_text(head: &[u8]) -> bool {
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    if decode::document(head).is_some() {
        return false;
    }
    let odd = head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)).count();
    !head.contains(&0) && odd * 50 <= head.len()
}
