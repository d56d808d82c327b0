//! The values of a JSON text, cut out one by one without reading it whole: strings and brackets are all it knows.

use std::io::{self, Read};

use super::decode::Utf8;

/// A JSON text that is read from front to back.
pub(super) struct Text<R> {
    input: Utf8<R>,
    /// The line read now, from 1.
    pub line: u64,
}

/// Why a value was not cut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// The text ends inside it.
    Cut,
    /// Nested too deeply; it is passed.
    Deep,
    /// Longer than allowed; its rest is passed with [`Text::pass`], or it is looked into after [`Text::put_back`].
    Long(Rest),
    /// No value stands here.
    None,
}

/// What is left of a value: nothing, or all behind a place inside it.
type Rest = Option<Place>;

/// Where inside a value reading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    depth: u32,
    string: bool,
    escaped: bool,
    begun: bool,
    deepest: u32,
}

impl Place {
    /// Takes a byte: whether the value ends with it (`Some(1)`) or before it (`Some(0)`).
    fn step(&mut self, byte: u8) -> Option<usize> {
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.string = false;
                    return (self.depth == 0).then_some(1);
                }
                _ => {}
            }
            return None;
        }
        match byte {
            b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Some(0),
            b'"' => self.string = true,
            b'{' | b'[' => {
                self.depth += 1;
                self.deepest = self.deepest.max(self.depth);
            }
            b'}' | b']' => {
                self.depth -= 1;
                return (self.depth == 0).then_some(1);
            }
            _ => {}
        }
        self.begun = true;
        None
    }
}

impl<R: Read> Text<R> {
    pub fn new(input: Utf8<R>) -> Self {
        Text { input, line: 1 }
    }

    /// The next byte that is no space, which stays.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let piece = self.input.piece();
            let spaces = piece.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let lines = piece.iter().take(spaces).filter(|&&byte| byte == b'\n').count();
            let next = piece.get(spaces).copied();
            let empty = piece.is_empty();
            self.line += lines as u64;
            self.input.take(spaces);
            if next.is_some() || empty {
                return next;
            }
        }
    }

    /// Takes the byte that [`Text::peek`] gave.
    pub fn bump(&mut self) {
        self.input.take(1);
    }

    /// Cuts out the next value into `value`.
    pub fn value(&mut self, value: &mut Vec<u8>, longest: u64, deepest: u32) -> Result<(), Unread> {
        value.clear();
        self.peek();
        let mut place = Place::default();
        loop {
            let Some(piece) = self.part(&mut place)? else {
                return if place.deepest > deepest { Err(Unread::Deep) } else { Ok(()) };
            };
            // A value too deep is read to its end and not kept.
            if place.deepest <= deepest {
                value.extend_from_slice(&piece.bytes);
            }
            if value.len() as u64 > longest {
                return Err(Unread::Long((!piece.done).then_some(place)));
            }
            if piece.done {
                return if place.deepest > deepest { Err(Unread::Deep) } else { Ok(()) };
            }
        }
    }

    /// Passes the rest of a value.
    pub fn pass(&mut self, rest: Rest) -> Result<(), Unread> {
        let Some(mut place) = rest else { return Ok(()) };
        while self.part(&mut place)?.is_some_and(|part| !part.done) {}
        Ok(())
    }

    /// Puts the beginning of a value back before the rest of it.
    pub fn put_back(&mut self, bytes: Vec<u8>) {
        self.line -= bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.input.put_back(bytes);
    }

    /// Why the text ended early, if it did.
    pub fn error(&mut self) -> Option<io::Error> {
        self.input.error()
    }

    /// The part of a value in the piece at hand.
    fn part(&mut self, place: &mut Place) -> Result<Option<Part>, Unread> {
        let piece = self.input.piece();
        if piece.is_empty() {
            // A number is ended by nothing else.
            return if place.begun && place.depth == 0 && !place.string { Ok(None) } else { Err(Unread::Cut) };
        }
        let end = piece.iter().enumerate().find_map(|(at, &byte)| place.step(byte).map(|more| at + more));
        let bytes = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default().to_vec();
        if end == Some(0) && !place.begun {
            return Err(Unread::None);
        }
        self.line += bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.input.take(bytes.len());
        Ok(Some(Part { bytes, done: end.is_some() }))
    }
}

struct Part {
    bytes: Vec<u8>,
    done: bool,
}

/// How deep the brackets of a text are nested.
pub(super) fn depth(text: &[u8]) -> u32 {
    let mut place = Place::default();
    for &byte in text {
        place.step(byte);
    }
    place.deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> (Vec<String>, Option<Unread>) {
        let mut input = Text::new(Utf8::new(text.as_bytes()));
        let (mut values, mut value) = (Vec::new(), Vec::new());
        while input.peek().is_some() {
            match input.value(&mut value, 20, 3) {
                Ok(()) => values.push(String::from_utf8(value.clone()).expect("UTF-8")),
                Err(Unread::Long(place)) => input.pass(place).expect("passed"),
                Err(error) => return (values, Some(error)),
            }
        }
        (values, None)
    }

    #[test]
    fn values_are_cut_out() {
        let cases: [(&str, &[&str], Option<Unread>); 7] = [
            ("{\"a\":\"}\"} 12.5 \"x\\\"y\"\n[1]", &["{\"a\":\"}\"}", "12.5", "\"x\\\"y\"", "[1]"], None),
            ("[1, 2", &[], Some(Unread::Cut)),
            ("{} }", &["{}"], Some(Unread::None)),
            ("{\"a\": \"", &[], Some(Unread::Cut)),
            ("[[[[1]]]]", &[], Some(Unread::Deep)),
            ("", &[], None),
            ("null", &["null"], None),
        ];
        for (text, values, error) in cases {
            assert_eq!(cut(text), (values.iter().map(ToString::to_string).collect(), error), "{text}");
        }
    }
}
