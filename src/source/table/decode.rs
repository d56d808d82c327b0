//! A table's bytes as UTF-8: the encoding is found on the way, and memory holds one piece.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

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
            if let Some((encoding, _)) = Encoding::for_bom(&self.raw) {
                return Some(encoding);
            }
            if let Some(encoding) = sixteen(&self.raw) {
                return Some(encoding);
            }
            // One NUL is a slip of an export, one in a hundred is a program's own format.
            self.binary = self.raw.iter().filter(|&&byte| byte == 0).count() * 100 > self.raw.len();
        }
        (!self.raw.is_ascii()).then(|| if is_mostly_utf8(&self.raw) { UTF_8 } else { guess(&self.raw) })
    }
}

/// UTF-16 without a mark: nearly every other byte is NUL.
fn sixteen(bytes: &[u8]) -> Option<&'static Encoding> {
    let nul = |from: usize| bytes.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (nul(0), nul(1), bytes.len() / 2);
    if half >= 8 && odd * 2 > half && even * 20 < half {
        return Some(UTF_16LE);
    }
    (half >= 8 && even * 2 > half && odd * 20 < half).then_some(UTF_16BE)
}

/// A stray byte in a UTF-8 file does not make it another encoding.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // A character cut by the end of the piece is the one bad one allowed.
    bad == 0 || good >= 10 * bad || (bad == 1 && std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none()))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}
