//! JSON as Python and crawlers write it where the standard does not allow it: half a surrogate pair, a line break in a
//! string, NaN. Tried only where a value could not be read.

/// `text` with what is known to be wrong put right; `None` where nothing was.
pub(super) fn repaired(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut string = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                string = !string;
                out.push(byte);
            }
            b'\\' if string => rest = escape(after, &mut out),
            0..=0x1f if string => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ if string => out.push(byte),
            _ => match number(&mut rest, byte) {
                Some(()) => out.extend_from_slice(b"null"),
                None => out.push(byte),
            },
        }
    }
    (out != text).then_some(out)
}

/// Passes `NaN`, `Infinity` and `-Infinity`.
fn number(rest: &mut &[u8], first: u8) -> Option<()> {
    let tail: &[u8] = match first {
        b'N' => b"aN",
        b'I' => b"nfinity",
        b'-' => b"Infinity",
        _ => return None,
    };
    *rest = rest.strip_prefix(tail)?;
    Some(())
}

/// Writes an escape, half a pair as U+FFFD, and gives what is behind it.
fn escape<'t>(after: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let (unit, rest) = (unit(after), after.get(5..).unwrap_or_default());
    match unit {
        Some(high @ 0xd800..=0xdbff) => {
            let low = rest.strip_prefix(b"\\").and_then(self::unit).filter(|low| (0xdc00..=0xdfff).contains(low));
            if let Some(low) = low {
                out.extend_from_slice(format!("\\u{high:04x}\\u{low:04x}").as_bytes());
                return rest.get(6..).unwrap_or_default();
            }
            out.extend_from_slice(b"\\ufffd");
            rest
        }
        Some(0xdc00..=0xdfff) => {
            out.extend_from_slice(b"\\ufffd");
            rest
        }
        _ => match after.split_first() {
            Some((&next, after)) if b"\"\\/bfnrtu".contains(&next) => {
                out.extend_from_slice(&[b'\\', next]);
                after
            }
            // `\'` and the like: the backslash is meant as itself.
            _ => {
                out.extend_from_slice(b"\\\\");
                after
            }
        },
    }
}

/// The code unit of `uXXXX`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_to_be_wrong_is_put_right() {
        let cases = [
            (r#"{"a": NaN, "b": -Infinity}"#, Some(r#"{"a": null, "b": null}"#)),
            (r#"{"a": "x \ud800 y"}"#, Some(r#"{"a": "x \ufffd y"}"#)),
            (r#"{"a": "\udc00"}"#, Some(r#"{"a": "\ufffd"}"#)),
            ("{\"a\": \"one\ntwo\"}", Some(r#"{"a": "one\u000atwo"}"#)),
            (r#"{"a": "it\'s"}"#, Some(r#"{"a": "it\\'s"}"#)),
            (r#"{"a": "\ud83d\ude00 NaN"}"#, None),
            ("{\"a\": \"\\", Some("{\"a\": \"\\\\")),
        ];
        for (text, expected) in cases {
            assert_eq!(repaired(text.as_bytes()).as_deref(), expected.map(str::as_bytes), "{text}");
        }
    }
}
