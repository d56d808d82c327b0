//! A table's bytes as UTF-8: the encoding is found on the way, and memory holds one piece.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use crate::decode;

/// Bytes decoded at a time, and looked at to find the encoding.
const PIECE: usize = 64 * 1024;

/// Reads any encoding as UTF-8, without byte order mark and NUL bytes.
pub(super) struct Utf8<R> {
    input: R,
    /// None as long as all was ASCII, so that an accent far down is still judged by what stands around it.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    /// Bytes read so far.
    seen: usize,
    end: bool,
    error: Option<io::Error>,
    binary: bool,
    replaced: bool,
}

impl<R: Read> Utf8<R> {
    pub fn new(input: R) -> Self {
        Utf8 {
            input,
            decoder: None,
            raw: Vec::new(),
            out: Vec::new(),
            at: 0,
            seen: 0,
            end: false,
            error: None,
            binary: false,
            replaced: false,
        }
    }

    /// What is decoded and not yet taken; empty at the end.
    pub fn piece(&mut self) -> &[u8] {
        while self.at >= self.out.len() && !self.end {
            self.fill();
        }
        self.out.get(self.at..).unwrap_or_default()
    }

    pub fn take(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.out.len());
    }

    /// Puts bytes before what comes next.
    pub fn put_back(&mut self, mut bytes: Vec<u8>) {
        bytes.extend_from_slice(self.out.get(self.at..).unwrap_or_default());
        (self.out, self.at) = (bytes, 0);
    }

    /// Why reading stopped before the end, if it did.
    pub fn error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// The bytes are no text.
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// Some bytes could not be read as the encoding they seem to be in.
    pub fn is_replaced(&self) -> bool {
        self.replaced
    }

    fn fill(&mut self) {
        self.raw.clear();
        if let Err(error) = self.input.by_ref().take(PIECE as u64).read_to_end(&mut self.raw) {
            self.error = Some(error);
            self.end = true;
        }
        self.end |= self.raw.len() < PIECE;
        self.out.clear();
        self.at = 0;
        if self.decoder.is_none() {
            self.decoder = self.judge().map(Encoding::new_decoder_with_bom_removal);
        }
        self.seen = self.seen.saturating_add(self.raw.len());
        if self.binary {
            self.end = true;
            return;
        }
        match &mut self.decoder {
            None => self.out.extend_from_slice(&self.raw),
            Some(decoder) => {
                self.out.resize(decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(4 * PIECE), 0);
                let (_, _, written, replaced) = decoder.decode_to_utf8(&self.raw, &mut self.out, self.end);
                self.out.truncate(written);
                self.replaced |= replaced;
            }
        }
        if self.out.contains(&0) {
            self.out.retain(|&byte| byte != 0);
        }
    }

    /// The encoding, unless all is ASCII so far.
    fn judge(&mut self) -> Option<&'static Encoding> {
        if self.seen == 0 {
            if let Some(encoding) = decode::marked(&self.raw).0.or_else(|| decode::utf16(&self.raw)) {
                return Some(encoding);
            }
            // One NUL is a slip of an export, one in a hundred is a program's own format.
            self.binary = self.raw.iter().filter(|&&byte| byte == 0).count() * 100 > self.raw.len();
        }
        // A character cut by the end of the piece may be the first beyond ASCII.
        let cut = || !self.end && std::str::from_utf8(&self.raw).is_err_and(|e| e.error_len().is_none());
        (!self.raw.is_ascii()).then(|| if cut() { UTF_8 } else { decode::unmarked(&self.raw, None) })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        let (mut text, mut out) = (Utf8::new(bytes), Vec::new());
        loop {
            let piece = text.piece().to_vec();
            if piece.is_empty() {
                return String::from_utf8(out).expect("UTF-8");
            }
            text.take(piece.len());
            out.extend(piece);
        }
    }

    /// chardetng alone takes several of them for another.
    #[test]
    fn a_table_may_be_in_any_encoding_that_a_page_may_be_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/encodings");
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a page").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            let label = name.strip_suffix(".txt").and_then(|name| name.split_once('-')).map(|(_, label)| label);
            let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) else { continue };
            let bytes = fs::read(&path).expect("a page");
            let table = [&b"Nr;Text\n1;"[..], &bytes].concat();
            let expected = encoding.decode_without_bom_handling(&table).0;
            assert_eq!(read(&table), expected, "{name}");
            count += 1;
        }
        assert!(count >= 50, "{count} pages");
    }

    #[test]
    fn what_a_piece_cuts_is_read_whole() {
        for far in [PIECE - 1, PIECE, 3 * PIECE - 2] {
            let table = format!("{}žluťoučký kůň €", "a".repeat(far));
            assert_eq!(read(table.as_bytes()), table, "{far}");
        }
    }
}
