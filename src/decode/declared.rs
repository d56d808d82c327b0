//! The encoding a page names itself, in the first bytes of its markup.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

/// Browsers look no further for it.
const HEAD: usize = 4096;

/// The encodings that are named for a page: by who sent it, then by itself.
pub fn encodings(bytes: &[u8], declared: Option<&str>) -> Vec<&'static Encoding> {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    let labels = declared.map(str::as_bytes).into_iter().chain(xml(head)).chain(meta(head));
    let known = labels.filter_map(Encoding::for_label);
    // Whoever reads a UTF-16 declaration byte by byte knows that it is wrong.
    known.filter(|e| ![UTF_8, UTF_16LE, UTF_16BE, REPLACEMENT, X_USER_DEFINED].contains(e)).collect()
}

/// `<?xml version="1.0" encoding="…"?>`, at the very start.
fn xml(head: &[u8]) -> Option<&[u8]> {
    let rest = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = rest.iter().position(|&b| b == b'>')?;
    value(rest.get(..end)?, b"encoding")
}

/// `<meta charset=…>` or `<meta http-equiv=… content="text/html; charset=…">`, the first that names one.
fn meta(head: &[u8]) -> Option<&[u8]> {
    let starts = head.windows(5).enumerate().filter(|(_, window)| window.eq_ignore_ascii_case(b"<meta"));
    starts.map(|(at, _)| head.get(at..).unwrap_or_default()).find_map(|tag| {
        let end = tag.iter().position(|&b| b == b'>').unwrap_or(tag.len());
        value(tag.get(..end)?, b"charset")
    })
}

/// What stands behind `name=`, with or without quotation marks.
fn value<'h>(tag: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let places = tag.windows(name.len()).enumerate().filter(|(_, window)| window.eq_ignore_ascii_case(name));
    places.filter_map(|(at, _)| tag.get(at + name.len()..)).find_map(|rest| {
        let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or(rest.strip_prefix(b"'")).unwrap_or(rest);
        let end = rest.iter().position(|b| b"\"' ;/>\t\r\n".contains(b)).unwrap_or(rest.len());
        rest.get(..end).filter(|label| !label.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_encoding_in_its_head() {
        for (head, name) in [
            ("<html><head><meta charset=iso-8859-2><title>", Some("ISO-8859-2")),
            ("<META CHARSET = 'Windows-1257' />", Some("windows-1257")),
            (
                "<meta name=author content=x><meta http-equiv=\"Content-Type\" content=\"text/html; charset=koi8-u\">",
                Some("KOI8-U"),
            ),
            ("<?xml version='1.0' encoding='ISO-8859-7'?>", Some("ISO-8859-7")),
            ("<meta charset=\"latin1\">", Some("windows-1252")),
            ("<meta charset=klingon><p>", None),
            ("Every page should have a charset=iso-8859-2 in its head", None),
            ("<meta name=charset content=x>", None),
            ("<meta charset=utf-16>", None),
        ] {
            let found = encodings(head.as_bytes(), None);
            assert_eq!(found.first().map(|e| e.name()), name, "{head}");
        }
    }

    #[test]
    fn what_the_sender_says_comes_first() {
        let found = encodings(b"<meta charset=windows-1250>", Some(" ISO-8859-2 "));
        assert_eq!(found.iter().map(|e| e.name()).collect::<Vec<_>>(), ["ISO-8859-2", "windows-1250"]);
    }
}
