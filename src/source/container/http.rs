//! HTTP as WARC files keep it: header lines, media types, and bodies as they went over the wire.
//!
//! Lines are taken apart here rather than by `httparse`: crawls keep headers that it refuses, and WARC headers have the
//! same form.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use brotli_decompressor::Decompressor as Brotli;
use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::super::{Class, text_of};
use super::budget::{Budget, Fault};
use super::packed::GzMembers;
use super::readers::Metered;

/// Bytes of one header line and of all lines of one header.
const LINE: u64 = 1 << 16;
const LINES: usize = 1 << 20;

/// Header lines in their order, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads lines up to an empty one or the end.
    pub(super) fn read(input: &mut impl BufRead) -> io::Result<Headers> {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut bytes = Vec::new();
        let mut all = 0_usize;
        loop {
            bytes.clear();
            line(input, &mut bytes)?;
            all += bytes.len();
            if all > LINES {
                return Err(Fault::damaged(format!("expected at most {LINES} bytes of headers, found more")).into());
            }
            let text = text_of(&bytes);
            if text.trim().is_empty() {
                return Ok(Headers(headers));
            }
            if text.starts_with([' ', '\t']) {
                // The line before goes on.
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(text.trim());
                }
            } else if let Some((name, value)) = text.split_once(':') {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
    }

    /// The first value of a name, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The words of a list that a name gives, in lower case.
    fn list(&self, name: &str) -> Vec<String> {
        let values = self.0.iter().filter(|(n, _)| n == name);
        let words = values.flat_map(|(_, value)| value.split(',')).map(|word| word.trim().to_ascii_lowercase());
        words.filter(|word| !word.is_empty()).collect()
    }
}

/// Appends a line with its end, or as much of it as a line may have.
pub(super) fn line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    input.by_ref().take(LINE).read_until(b'\n', line).map(|_| ())
}

/// The status of a response by its first line: `HTTP/1.1 200 OK`.
pub(super) fn status(line: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(line.get(..line.len().min(16))?).ok()?;
    let mut words = line.split_ascii_whitespace();
    let http = words.next()?;
    (http.starts_with("HTTP/") || http == "HTTP").then(|| words.next()?.parse().ok()).flatten()
}

/// A content type taken apart: media type and charset, in lower case.
pub(super) fn media(value: &str) -> (Option<String>, Option<String>) {
    let mut parts = value.split(';');
    let media = parts.next().map(|media| media.trim().to_ascii_lowercase()).filter(|media| media.contains('/'));
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_ascii_lowercase())
    });
    (media, charset)
}

/// Whether pages have this media type.
pub(super) fn is_page(media: &str) -> bool {
    match media.split_once('/') {
        Some(("text", kind)) => {
            !matches!(kind, "css" | "javascript" | "ecmascript" | "csv" | "tab-separated-values" | "calendar" | "dns")
        }
        Some(("application", kind)) => matches!(kind, "xhtml+xml" | "json" | "ld+json" | "xml"),
        _ => false,
    }
}

/// A media type to count by: what is none is not repeated.
pub(super) fn known(media: &str) -> String {
    let plain = media.len() <= 60 && media.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+-._".contains(&b));
    if plain { media.to_owned() } else { "unknown media type".to_owned() }
}

/// The body of a message, with what was done to it for the way undone.
pub(super) fn body(input: &mut impl Read, headers: &Headers, budget: &Budget) -> io::Result<Vec<u8>> {
    let mut bytes = at_most(input, budget)?;
    if headers.list("transfer-encoding").iter().any(|coding| coding == "chunked") {
        bytes = joined(bytes)?;
    }
    // The last coding was done last.
    for coding in headers.list("content-encoding").iter().rev() {
        bytes = decoded(bytes, coding, budget)?;
    }
    Ok(bytes)
}

fn at_most(input: &mut impl Read, budget: &Budget) -> io::Result<Vec<u8>> {
    let most = budget.limits().page_bytes;
    let mut bytes = Vec::new();
    input.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Fault::new(Class::Size, format!("expected at most {most} bytes in a page, found more")).into());
    }
    Ok(bytes)
}

/// Chunks joined. Many crawlers join them and keep the header that says otherwise: what does not begin with a chunk is
/// as it should be.
fn joined(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut joined = Vec::new();
    let mut rest = bytes.as_slice();
    loop {
        let (head, after) = match rest.iter().position(|&b| b == b'\n').and_then(|end| rest.split_at_checked(end + 1)) {
            Some(parts) => parts,
            None => (rest, &[][..]),
        };
        let size = std::str::from_utf8(head).ok().and_then(|head| {
            let digits = head.split(';').next()?.trim();
            usize::from_str_radix(digits, 16).ok()
        });
        match size {
            None if rest.len() == bytes.len() => return Ok(bytes),
            None if rest.is_empty() => return Err(Fault::damaged("cut off: expected another chunk, found none").into()),
            None => return Err(Fault::damaged("expected the size of a chunk, found other bytes").into()),
            Some(0) => return Ok(joined),
            Some(size) => {
                let Some((chunk, after)) = after.split_at_checked(size) else {
                    let message = format!("cut off: expected a chunk of {size} bytes, found {}", after.len());
                    return Err(Fault::damaged(message).into());
                };
                joined.extend_from_slice(chunk);
                rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
            }
        }
    }
}

/// One content coding undone. Crawlers undo these as well and keep the header, so bytes that do not begin as the
/// coding does are as they should be.
fn decoded(bytes: Vec<u8>, coding: &str, budget: &Budget) -> io::Result<Vec<u8>> {
    let taken = Cell::new(bytes.len() as u64);
    let input = bytes.as_slice();
    let decoder: Box<dyn Read + '_> = match (coding, input) {
        ("gzip" | "x-gzip", [0x1F, 0x8B, ..]) => Box::new(GzMembers::new(input)),
        ("zstd", [0x28, 0xB5, 0x2F, 0xFD, ..]) => Box::new(zstd::Decoder::with_buffer(input)?),
        ("deflate", [a, b, ..]) if a & 15 == 8 && (u32::from(*a) << 8 | u32::from(*b)) % 31 == 0 => {
            Box::new(ZlibDecoder::new(input))
        }
        ("deflate", [_, ..]) if !super::format::is_text(head(input)) => Box::new(DeflateDecoder::new(input)),
        ("br", [_, ..]) => Box::new(Brotli::new(input, 1 << 12)),
        ("gzip" | "x-gzip" | "zstd" | "deflate" | "br" | "identity" | "none" | "utf-8" | "binary", _) => {
            return Ok(bytes);
        }
        _ => {
            let coding = known(coding);
            return Err(Fault::damaged(format!("expected a content-encoding kohex knows, found {coding}")).into());
        }
    };
    let name = if coding == "br" { "brotli" } else { "content-encoding" };
    let decoded = at_most(&mut Metered::new(decoder, name, &taken, budget), budget);
    match decoded {
        Err(error) if coding == "br" && !is_limit(&error) && super::format::is_text(head(&bytes)) => Ok(bytes),
        decoded => decoded,
    }
}

fn is_limit(error: &io::Error) -> bool {
    Fault::of(error).is_some_and(|fault| fault.class != Class::Damaged)
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..super::HEAD).unwrap_or(bytes)
}
