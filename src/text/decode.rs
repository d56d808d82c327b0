//! Bytes to characters. UTF-8 with or without a byte order mark; the seam where other encodings come in.

use std::borrow::Cow;
use std::fmt;

/// A page's characters and what had to be done to read them.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'b> {
    /// The characters, without a byte order mark.
    pub text: Cow<'b, str>,
    /// The encoding's name as the IANA registry has it.
    pub encoding: &'static str,
    /// How many U+FFFD stand where bytes could not be read.
    pub replaced: usize,
    /// stub
    pub repaired: usize,
}

/// The bytes are no text: an image, an archive, a database.
#[derive(Debug, PartialEq, Eq)]
pub struct NotText {
    /// Where the first byte stands that no text holds.
    pub at: usize,
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected text in UTF-8, found binary data (a NUL byte at offset {})", self.at)
    }
}

/// Reads `bytes` as UTF-8; bytes that are not are replaced by U+FFFD and counted.
///
/// # Errors
/// [`NotText`] when a NUL byte stands in the first 64 KiB: no UTF-8 page holds one, most binary files do.
pub fn decode<'b>(bytes: &'b [u8], _declared: Option<&str>) -> Result<Decoded<'b>, NotText> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = bytes.get(..64 * 1024).unwrap_or(bytes);
    // `contains` is memchr, `position` a loop.
    if head.contains(&0)
        && let Some(at) = head.iter().position(|&b| b == 0)
    {
        return Err(NotText { at });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Decoded { text: Cow::Borrowed(text), encoding: "UTF-8", replaced: 0, repaired: 0 });
    }
    let text = String::from_utf8_lossy(bytes);
    let own = bytes.windows(3).filter(|w| *w == "\u{fffd}".as_bytes()).count();
    let replaced = text.matches('\u{fffd}').count() - own;
    Ok(Decoded { text, encoding: "UTF-8", replaced, repaired: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_read_without_its_mark() {
        let page = decode("\u{feff}più".as_bytes(), None).expect("text");
        assert_eq!((page.text.as_ref(), page.replaced), ("più", 0));
    }

    #[test]
    fn stray_bytes_are_replaced_and_counted_but_not_the_pages_own_marks() {
        let page = decode(b"pi\xf9 di \xef\xbf\xbd 5 \x80", None).expect("text");
        assert_eq!((page.text.as_ref(), page.replaced), ("pi\u{fffd} di \u{fffd} 5 \u{fffd}", 2));
    }

    #[test]
    fn binary_data_is_refused() {
        let error = decode(b"PK\x03\x04\0\0", None).expect_err("binary");
        assert_eq!(error.to_string(), "expected text in UTF-8, found binary data (a NUL byte at offset 4)");
    }
}
