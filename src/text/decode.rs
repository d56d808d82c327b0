//! Bytes to characters: a page read in its encoding, and what went wrong in writing it put right.

mod mojibake;

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{Encoding, UTF_8};

use crate::decode;

/// A page's characters and what had to be done to read them.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// The characters, without a byte order mark.
    pub text: Cow<'b, str>,
    /// The encoding's name as the IANA registry has it.
    pub encoding: &'static str,
    /// How many U+FFFD stand where bytes could not be read.
    pub replaced: usize,
    /// How many runs of characters were put right that had been saved as UTF-8 misread.
    pub repaired: usize,
}

/// The bytes are no text of a page.
#[derive(Debug, PartialEq, Eq)]
pub enum NotText {
    /// An image, an archive, a database: where the first byte stands that no text holds.
    Binary { at: usize },
    /// A document of another program, by its name.
    Document(&'static str),
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotText::Binary { at } => write!(f, "expected text, found binary data (a NUL byte at offset {at})"),
            NotText::Document(name) => write!(f, "expected text, found {name}"),
        }
    }
}

/// Reads a page. What a byte order mark says is taken, then UTF-8 that is valid, then the encoding that `declared` (the
/// charset its sender names) or the page itself names if its bytes bear that out, then the likeliest. Bytes that cannot
/// be read are replaced by U+FFFD and counted.
///
/// # Errors
/// [`NotText`] when a NUL byte stands in the first 64 KiB that is no half of a UTF-16 character: no page holds one, most
/// binary files do; or when the bytes begin as a PDF or RTF document does.
pub fn decode<'b>(bytes: &'b [u8], declared: Option<&str>) -> Result<Decoded<'b>, NotText> {
    let (marked, bytes) = decode::marked(bytes);
    if let Some(encoding) = marked.filter(|&encoding| encoding != UTF_8) {
        return Ok(decoded_by(encoding, bytes));
    }
    if let Some(name) = decode::document(bytes) {
        return Err(NotText::Document(name));
    }
    let head = bytes.get(..64 * 1024).unwrap_or(bytes);
    // `contains` is memchr, `position` a loop.
    if head.contains(&0)
        && let Some(at) = head.iter().position(|&b| b == 0)
    {
        return decode::utf16(bytes).map(|encoding| decoded_by(encoding, bytes)).ok_or(NotText::Binary { at });
    }
    // Faster than what the standard library has.
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        let (text, replaced) = without_nuls(text, head.len());
        return Ok(mended(Decoded { text, encoding: UTF_8.name(), replaced, repaired: 0 }));
    }
    let encoding = if marked.is_none() { decode::unmarked(bytes, declared) } else { UTF_8 };
    if encoding != UTF_8 {
        return Ok(decoded_by(encoding, bytes));
    }
    let text = String::from_utf8_lossy(bytes);
    let own = bytes.windows(3).filter(|w| *w == "\u{fffd}".as_bytes()).count();
    let replaced = text.matches('\u{fffd}').count() - own;
    let (text, nuls) = without_nuls(text, 0);
    Ok(mended(Decoded { text, encoding: UTF_8.name(), replaced: replaced + nuls, repaired: 0 }))
}

fn decoded_by<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoded<'b> {
    let (text, failed) = encoding.decode_without_bom_handling(bytes);
    // A page in UTF-16 may hold the character itself; then the count is too high by those.
    let replaced = if failed { text.matches('\u{fffd}').count() } else { 0 };
    let (text, nuls) = without_nuls(text, 0);
    Decoded { text, encoding: encoding.name(), replaced: replaced + nuls, repaired: 0 }
}

/// Far behind the head, from the byte `from` on, a NUL byte is a flaw of a text, and what reads the records may take it for their end.
fn without_nuls(text: Cow<'_, str>, from: usize) -> (Cow<'_, str>, usize) {
    if !text.as_bytes().get(from..).is_some_and(|rest| rest.contains(&0)) {
        return (text, 0);
    }
    let nuls = text.matches('\0').count();
    (Cow::Owned(text.replace('\0', "\u{fffd}")), nuls)
}

fn mended(mut decoded: Decoded<'_>) -> Decoded<'_> {
    if let Some((text, repaired)) = mojibake::repair(&decoded.text) {
        decoded.text = Cow::Owned(text);
        decoded.repaired = repaired;
    }
    decoded
}

#[cfg(test)]
mod tests;
