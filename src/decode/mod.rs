//! Which encoding bytes are in, for pages and tables alike: what a byte order mark says, what NUL bytes tell, what is
//! declared, and the likeliest else. What comes out of it belongs to whoever asks.

mod declared;
mod guess;
mod signs;
mod wide;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

pub use wide::utf16;

/// The name of a document whose bytes may all be characters but make no page; `None` for anything else.
pub fn document(bytes: &[u8]) -> Option<&'static str> {
    const BEGINNINGS: [(&[u8], &str); 2] = [(b"%PDF-", "a PDF document"), (b"{\\rtf", "an RTF document")];
    BEGINNINGS.into_iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, name)| name)
}

/// The encoding that a byte order mark names, and the bytes behind the mark.
pub fn marked(bytes: &[u8]) -> (Option<&'static Encoding>, &[u8]) {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Some(UTF_8), rest),
        // The mark of UTF-32, which nobody reads, begins with that of UTF-16.
        [0xff, 0xfe, 0, 0, ..] => (None, bytes),
        [0xff, 0xfe, rest @ ..] => (Some(UTF_16LE), rest),
        [0xfe, 0xff, rest @ ..] => (Some(UTF_16BE), rest),
        _ => (None, bytes),
    }
}

/// The encoding of bytes without a mark, some of them beyond ASCII: UTF-8 where more of them are so than not; else the
/// encoding that `declared` (the charset its sender names) or the bytes themselves name, if they bear that out; else the
/// likeliest; and UTF-8 where nothing sensible comes out in any.
pub fn unmarked(bytes: &[u8], declared: Option<&str>) -> &'static Encoding {
    if is_clearly_utf8(bytes) {
        return UTF_8;
    }
    guess::guess(bytes, &declared::encodings(bytes, declared)).unwrap_or(UTF_8)
}

/// Whether a text that is no valid UTF-8 is so nearly: more sequences are right than wrong. In legacy encodings the bytes
/// of letters seldom fall together so as to make one, and hardly ever one of three bytes.
fn is_clearly_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0, 0);
    let mut left = bytes.len();
    for chunk in bytes.utf8_chunks() {
        left -= chunk.valid().len() + chunk.invalid().len();
        right += chunk.valid().chars().map(|c| [0, 0, 1, 3, 3].get(c.len_utf8()).copied().unwrap_or(0)).sum::<usize>();
        // A page may be cut in the middle of a character.
        let cut = left == 0 && std::str::from_utf8(chunk.invalid()).is_err_and(|e| e.error_len().is_none());
        wrong += usize::from(!chunk.invalid().is_empty() && !cut);
    }
    right > wrong
}
