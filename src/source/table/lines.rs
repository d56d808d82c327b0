//! Lines of a text, one in memory at a time, with a way to put lines back.

use std::collections::VecDeque;
use std::io::Read;

use super::decode::Utf8;

/// A line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    /// From 1.
    pub number: u64,
    /// It was longer than a line may be; the rest is left out.
    pub cut: bool,
}

/// Lines ended by `\n`, `\r\n` or, where there is no `\n` at the beginning of the file, `\r`.
pub(super) struct Lines<R> {
    pub input: Utf8<R>,
    back: VecDeque<Line>,
    end: Option<u8>,
    number: u64,
    longest: usize,
}

impl<R: Read> Lines<R> {
    pub fn new(input: Utf8<R>, longest: u64) -> Self {
        Lines {
            input,
            back: VecDeque::new(),
            end: None,
            number: 0,
            longest: usize::try_from(longest).unwrap_or(usize::MAX),
        }
    }

    /// The next line.
    pub fn next(&mut self) -> Option<Line> {
        self.back.pop_front().or_else(|| self.read())
    }

    /// Puts lines back, so that the first of them comes next.
    pub fn put_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.back.push_front(line);
        }
    }

    fn read(&mut self) -> Option<Line> {
        let end = self.line_end();
        let mut bytes = Vec::new();
        let mut cut = false;
        loop {
            let piece = self.input.piece();
            if piece.is_empty() {
                if bytes.is_empty() && !cut {
                    return None;
                }
                break;
            }
            let stop = piece.iter().position(|&byte| byte == end);
            let part = piece.get(..stop.unwrap_or(piece.len())).unwrap_or_default();
            let room = self.longest.saturating_sub(bytes.len());
            cut |= part.len() > room;
            bytes.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
            let taken = part.len() + usize::from(stop.is_some());
            self.input.take(taken);
            if stop.is_some() {
                // So that an empty line is not taken for the end.
                self.number += 1;
                return Some(line(bytes, self.number, cut));
            }
        }
        self.number += 1;
        Some(line(bytes, self.number, cut))
    }

    /// Which byte ends a line, found in the first piece.
    fn line_end(&mut self) -> u8 {
        if let Some(end) = self.end {
            return end;
        }
        let piece = self.input.piece();
        let end = if piece.contains(&b'\r') && !piece.contains(&b'\n') { b'\r' } else { b'\n' };
        self.end = Some(end);
        end
    }
}

fn line(mut bytes: Vec<u8>, number: u64, cut: bool) -> Line {
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Line { text, number, cut }
}
