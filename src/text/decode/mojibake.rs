//! Text in UTF-8 that was once read as if it were in a legacy encoding, and saved like that ("piÃ¹", "1 000â‚¬"): put
//! right where that is certain.

use std::sync::LazyLock;

use encoding_rs::{Encoding, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1257};

use crate::text::find::find;

/// A single place may be quoted.
const FEWEST: usize = 2;

/// A text put right and how many runs of characters were changed; none where nothing is certain.
pub fn repair(text: &str) -> Option<(String, usize)> {
    let mut at = 0;
    for _ in 0..FEWEST {
        while !begins_at(text, suspicion(text.as_bytes(), &mut at)?) {}
    }
    let found = CODES.iter().map(|code| Damage::of(text, code));
    // The first of those with equally many, so that Western Europe goes before its siblings.
    let worst = found.rev().max_by_key(|damage| damage.places.len())?;
    worst.is_certain().then(|| worst.repaired(text))
}

/// Where the next letter beyond ASCII begins that a sign follows, as in nearly all damage: in undamaged texts only before
/// quotation marks, dashes and no-break spaces.
fn suspicion(bytes: &[u8], at: &mut usize) -> Option<usize> {
    loop {
        *at += find(bytes.get(*at..)?, is_suspicious)? + 1;
        // Of the letters that begin a misread character all have two bytes.
        let start = at.checked_sub(2)?;
        if matches!(bytes.get(start), Some(0xc3..=0xd1)) {
            return Some(start);
        }
    }
}

#[allow(clippy::needless_bitwise_bool, reason = "a branch for every byte keeps `find` from being vector instructions")]
fn is_suspicious(byte: u8, next: u8) -> bool {
    (byte & 0xc0 == 0x80) & ((next == 0xc2) | (next == 0xe2) | (next == 0xcb))
}

/// Whether the characters from a byte on make a likely one in some encoding.
fn begins_at(text: &str, start: usize) -> bool {
    let rest = text.get(start..).unwrap_or_default();
    CODES.iter().any(|code| {
        let mut bytes = [0; 4];
        bytes.iter_mut().zip(rest.chars()).for_each(|(byte, c)| *byte = code.byte(c).unwrap_or(0));
        let length = match bytes {
            [0xc2..=0xdf, ..] => 2,
            [0xe0..=0xef, ..] => 3,
            _ => 4,
        };
        let one = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
        one.and_then(|one| one.chars().next()).is_some_and(is_plausible)
    })
}

/// A legacy encoding the other way: from characters to bytes from 0x80 on.
struct Code {
    bytes: Vec<(char, u8)>,
}

static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| {
    [WINDOWS_1252, WINDOWS_1250, WINDOWS_1251, WINDOWS_1253, WINDOWS_1254, WINDOWS_1257].map(Code::new).into()
});

impl Code {
    fn new(encoding: &'static Encoding) -> Self {
        let read = |byte: u8| {
            let c = encoding.decode_without_bom_handling(&[byte]).0.chars().next();
            // Where it has no character most programs leave that of Latin-1.
            (c.filter(|&c| c != '\u{fffd}').unwrap_or(char::from(byte)), byte)
        };
        let mut bytes: Vec<_> = (0x80..=u8::MAX).map(read).collect();
        // Latin-1 itself has control characters there.
        bytes.extend((0x80..=0x9f).map(|byte| (char::from(byte), byte)));
        bytes.sort_unstable();
        bytes.dedup_by_key(|&mut (c, _)| c);
        Code { bytes }
    }

    fn byte(&self, c: char) -> Option<u8> {
        let at = self.bytes.binary_search_by_key(&c, |&(c, _)| c).ok()?;
        self.bytes.get(at).map(|&(_, byte)| byte)
    }

    /// What a run of characters was before it was misread, once or more often.
    fn restored(&self, run: &str) -> Option<String> {
        let bytes: Vec<u8> = run.chars().map(|c| self.byte(c)).collect::<Option<_>>()?;
        let once = String::from_utf8(bytes).ok()?;
        let twice = if once.is_ascii() { None } else { self.restored(&once) };
        Some(twice.unwrap_or(once))
    }
}

struct Place {
    start: usize,
    end: usize,
    restored: String,
    /// Whether it is part of a word or an amount, and not quoted by itself.
    attached: bool,
}

/// All runs beyond ASCII that were something else before.
fn places<'t>(text: &'t str, code: &'t Code) -> impl Iterator<Item = Place> + 't {
    runs(text).filter_map(move |(start, end)| {
        let run = text.get(start..end)?;
        let restored = code.restored(run)?;
        let before = text.get(..start)?.chars().next_back();
        let next = text.get(end..)?.chars().next();
        let near = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let capitals = before.is_some_and(|c| c.is_ascii_uppercase())
            && text.get(..start)?.chars().nth_back(1).is_some_and(|c| c.is_ascii_uppercase());
        let letters = restored.chars().filter(|c| c.is_alphabetic()).count();
        let plausible = restored.chars().all(is_plausible)
            // "IRMÃ" and a no-break space is no "IRMà".
            && !(capitals && restored.chars().next().is_some_and(char::is_lowercase));
        let spaced = before.is_some_and(char::is_whitespace) && next.is_some_and(char::is_whitespace);
        let attached = near(before) || near(next) || letters > 1 || (letters == 0 && spaced);
        plausible.then_some(Place { start, end, restored, attached })
    })
}

/// The runs of characters beyond ASCII.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|b| !b.is_ascii())?;
        let rest = bytes.get(start..)?;
        at = start + rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        Some((start, at))
    })
}

/// What European texts are made of.
fn is_plausible(c: char) -> bool {
    matches!(c, '\u{a0}'..='\u{24f}' | '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{45f}' | 'Ґ' | 'ґ' | '\u{1e00}'..='\u{1eff}'
        | '\u{2002}'..='\u{203a}' | '\u{20ac}' | '\u{2116}' | '\u{2122}' | '\u{2190}'..='\u{27bf}' | '\u{feff}')
}

struct Damage {
    places: Vec<Place>,
    attached: usize,
    /// Runs with letters that nobody has misread.
    sound: usize,
}

impl Damage {
    fn of(text: &str, code: &Code) -> Self {
        let places: Vec<_> = places(text, code).collect();
        let attached = places.iter().filter(|place| place.attached).count();
        let letters = |&(start, end): &(usize, usize)| {
            text.get(start..end).is_some_and(|run| run.chars().any(char::is_alphabetic))
        };
        let all = runs(text).filter(letters).count();
        Damage { sound: all.saturating_sub(places.len()), places, attached }
    }

    /// Two places that nothing speaks against; more where a part of the page is sound. A page that tells of such damage
    /// quotes it by itself.
    fn is_certain(&self) -> bool {
        let apart = self.places.len() - self.attached;
        let enough = if self.sound == 0 { FEWEST } else { FEWEST + 1 };
        self.attached >= enough && self.attached > apart
    }

    fn repaired(&self, text: &str) -> (String, usize) {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for place in &self.places {
            out.push_str(text.get(done..place.start).unwrap_or_default());
            out.push_str(&place.restored);
            done = place.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        (out, self.places.len())
    }
}
