//! Slots: the places in a pattern that hold a part of the value, and what of a text can stand in each.

use super::lexicon::{Bytes, Lexicon, Word};
use super::program::Room;
use super::schema::Class;
use super::syntax::Node;
use super::vocabulary::Vocabulary;
use crate::text::fold;

/// A place in a pattern that holds a part of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    Day,
    Month,
    /// A month in two digits: "9/2003" is a law's number far more often than a month.
    Month2,
    Year,
    Year2,
    Hour,
    Minute,
    Second,
    /// A number in figures or words.
    Number,
    /// A number in figures.
    Digits,
    Word(Class),
    /// A word of the pattern itself that is found only as written.
    Exact,
}

impl Slot {
    const ENGINE: [(&'static str, Slot); 10] = [
        ("day", Slot::Day),
        ("month", Slot::Month),
        ("month2", Slot::Month2),
        ("year", Slot::Year),
        ("year2", Slot::Year2),
        ("hour", Slot::Hour),
        ("minute", Slot::Minute),
        ("second", Slot::Second),
        ("number", Slot::Number),
        ("digits", Slot::Digits),
    ];

    /// The slot of this name.
    pub fn from_name(name: &str) -> Option<Slot> {
        let engine = Self::ENGINE.iter().find(|(n, _)| *n == name).map(|&(_, slot)| slot);
        engine.or_else(|| Class::from_name(name).map(Slot::Word))
    }

    /// The names of all slots, for help texts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ENGINE.iter().map(|&(name, _)| name).chain(Class::ALL.iter().map(|class| class.name()))
    }

    /// Whether the slot only says where the value stands and is no part of it.
    pub fn is_context(self) -> bool {
        matches!(
            self,
            Slot::Word(
                Class::Verb
                    | Class::Act
                    | Class::YearCue
                    | Class::SchoolYear
                    | Class::RangeFrom
                    | Class::RangeTo
                    | Class::Filler
                    | Class::ModBefore
                    | Class::ModAfter
            ) | Slot::Exact
        )
    }

    /// Its bit in a set of slots: classes first.
    pub fn bit(self) -> u64 {
        match self {
            Slot::Word(class) => class.bit(),
            Slot::Day => DAY,
            Slot::Month => MONTH,
            Slot::Month2 => MONTH2,
            Slot::Year => YEAR,
            Slot::Year2 => YEAR2,
            Slot::Hour => HOUR,
            Slot::Minute | Slot::Second => SIXTY,
            Slot::Number => NUMBER,
            Slot::Digits => DIGITS,
            Slot::Exact => 0,
        }
    }
}

const DAY: u64 = 1 << 63;
const MONTH: u64 = 1 << 62;
const MONTH2: u64 = 1 << 61;
const YEAR: u64 = 1 << 60;
const YEAR2: u64 = 1 << 59;
const HOUR: u64 = 1 << 58;
const SIXTY: u64 = 1 << 57;
const NUMBER: u64 = 1 << 56;
const DIGITS: u64 = 1 << 55;
/// The slots figures can stand in.
pub const FIGURES: u64 = DAY | MONTH | MONTH2 | YEAR | YEAR2 | HOUR | SIXTY | NUMBER | DIGITS;

/// What can stand in some slots begins with one of these.
pub fn begins(slots: u64, words: &Lexicon) -> Bytes {
    let mut all = words.begins(words_of(slots));
    if slots & FIGURES != 0 {
        (b'0'..=b'9').for_each(|digit| all.insert(digit));
    }
    all
}

/// The classes whose words can stand in some slots.
fn words_of(slots: u64) -> u64 {
    let day = if slots & DAY != 0 { Class::DayName.bit() } else { 0 };
    let number = if slots & NUMBER != 0 { Class::NumberWord.bit() } else { 0 };
    slots & !FIGURES | day | number
}

/// No class has one of the bits above.
const _: () = assert!(Class::ALL.len() < 55, "classes and slots share the bits of a set");

/// Something that can stand in slots at a place: where it ends, and in which slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filling {
    pub end: usize,
    /// The slots, as bits.
    pub slots: u64,
}

/// A folded text and the words found in it so far.
pub struct View<'t> {
    text: &'t str,
    words: &'t Lexicon,
    /// A word with a capital is compared with the text as written.
    written: &'t dyn Fn(usize, usize) -> String,
    found: Vec<Word>,
    /// The places looked at last.
    seen: [Seen; SEEN],
    vocabulary: Vocabulary,
    /// The places where words were looked at last.
    spelt: [Spelt; SPELT],
    /// What patterns are fitted with.
    pub room: Room,
}

/// A place with its words, as a range of those found.
#[derive(Debug, Clone, Copy)]
struct Seen {
    at: usize,
    from: usize,
    to: usize,
    /// The slots that something here may stand in, as bits.
    slots: u64,
}

const UNSEEN: Seen = Seen { at: usize::MAX, from: 0, to: 0, slots: 0 };

/// A place with the number of the word there, nought where none stands there, and where it ends.
#[derive(Debug, Clone, Copy)]
struct Spelt {
    at: usize,
    word: u32,
    end: usize,
}

const UNSPELT: Spelt = Spelt { at: usize::MAX, word: 0, end: 0 };

/// Places whose words are remembered, a power of two.
const SPELT: usize = 64;
/// Places remembered, a power of two: rules look a few words ahead and come back.
const SEEN: usize = 32;
/// Words kept before all are forgotten.
const KEPT: usize = 4096;

impl<'t> View<'t> {
    /// A view of a folded text; `written` gives the text as written for a range of the folded one. The vocabulary is that
    /// of the texts before; [`View::into_vocabulary`] gives it back.
    pub fn new(
        text: &'t str,
        words: &'t Lexicon,
        vocabulary: Vocabulary,
        written: &'t dyn Fn(usize, usize) -> String,
    ) -> Self {
        let (seen, spelt) = ([UNSEEN; SEEN], [UNSPELT; SPELT]);
        View { text, words, written, found: Vec::new(), seen, vocabulary, spelt, room: Room::default() }
    }

    /// The words of this text and of those before.
    pub fn into_vocabulary(self) -> Vocabulary {
        self.vocabulary
    }

    /// Which numbering the words' numbers are of; where there are too many words, all are forgotten.
    #[inline]
    pub fn numbering(&mut self) -> u64 {
        if self.vocabulary.make_room() {
            self.spelt = [UNSPELT; SPELT];
        }
        self.vocabulary.numbering()
    }

    /// The number of the word at a place, and where it ends; `None` where there is none or a long one.
    #[inline]
    pub fn word(&mut self, at: usize) -> Option<(u32, usize)> {
        let spelt = self.spelt.get_mut(at % SPELT)?;
        if spelt.at != at {
            let (word, end) = self.vocabulary.word(self.text.as_bytes(), at).unwrap_or((0, at));
            *spelt = Spelt { at, word, end };
        }
        (spelt.word != 0).then_some((spelt.word, spelt.end))
    }

    /// The text to the byte behind a word that ends at `end`, which is what a word's number stands for.
    pub fn text_of_word(&self, end: usize) -> Option<&'t str> {
        self.text.get(..(end + 1).min(self.text.len()))
    }

    /// Whether a word from `at` to `end` can stand in a slot, or a form that begins with it can.
    pub fn is_listed(&mut self, word: u32, at: usize, end: usize) -> bool {
        if let Some(known) = self.vocabulary.is_listed(word) {
            return known;
        }
        let alone = self.text_of_word(end).and_then(|text| Alone::new(self.words, text, at, end, u64::MAX));
        let listed = alone.is_none_or(|alone| !alone.fillings.is_empty() || alone.node != 0);
        self.vocabulary.be_listed(word, listed);
        listed
    }

    /// The folded text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The words of the language.
    pub fn lexicon(&self) -> &'t Lexicon {
        self.words
    }

    /// Whether a form that fills some slots goes on at a place, where a node of the lexicon stands, and ends before a limit.
    pub fn goes_on(&self, node: u32, at: usize, limit: usize, slots: u64) -> bool {
        let text = self.text.as_bytes().get(..limit).unwrap_or_default();
        self.words.goes_on(node, text, at, words_of(slots))
    }

    /// Whether something may stand at a place in one of some slots.
    pub fn may_fill(&self, at: usize, slots: u64) -> bool {
        let digit = self.text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let further = if digit { FIGURES } else { self.words.ending_classes() };
        slots & further != 0 || self.words.may_begin(self.text, at)
    }

    /// Whether a number in words that has come to a place may go on there.
    pub fn number_goes_on(&mut self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let gap = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b' ' | b'-'), _) => 1,
            (Some(b','), Some(b' ')) => 2,
            _ => 0,
        };
        let parts = Class::NumberWord.bit() | Class::NumberJoiner.bit();
        self.slots_at(at) & parts != 0 || (gap > 0 && self.slots_at(at + gap) & parts != 0)
    }

    /// The words that begin at a place in the case their forms ask for.
    pub fn words_at(&mut self, at: usize) -> &[Word] {
        let seen = self.see(at);
        self.found.get(seen.from..seen.to).unwrap_or_default()
    }

    /// The slots that something at a place may stand in, as bits; not every one of figures does.
    pub fn slots_at(&mut self, at: usize) -> u64 {
        self.see(at).slots
    }

    /// What stands at a place, looked up once.
    fn see(&mut self, at: usize) -> Seen {
        let place = at % SEEN;
        match self.seen.get(place) {
            Some(&seen) if seen.at == at => seen,
            _ => {
                let seen = self.look(at);
                if let Some(cell) = self.seen.get_mut(place) {
                    *cell = seen;
                }
                seen
            }
        }
    }

    fn look(&mut self, at: usize) -> Seen {
        let digit = self.text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let mut slots = if digit { FIGURES } else { self.words.ending_classes() };
        if self.found.len() > KEPT {
            self.found.clear();
            self.seen = [UNSEEN; SEEN];
        }
        let from = self.found.len();
        if !self.words.may_begin(self.text, at) {
            return Seen { at, from, to: from, slots };
        }
        self.words.words_at(self.text, at, &mut self.found);
        let (words, written) = (self.words, self.written);
        let mut to = from;
        for index in from..self.found.len() {
            let Some(&word) = self.found.get(index) else { break };
            if words.fits(word.form, || written(at, word.end)) {
                slots |= stands_in(word.class);
                if let Some(cell) = self.found.get_mut(to) {
                    *cell = word;
                }
                to += 1;
            }
        }
        self.found.truncate(to);
        Seen { at, from, to, slots }
    }

    /// Everything that can stand at a place in one of `wanted` slots and ends no later than `limit`; an end comes once.
    pub fn fillings(&mut self, at: usize, limit: usize, wanted: u64, out: &mut Vec<Filling>) {
        out.clear();
        let digit = self.text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if digit && wanted & FIGURES != 0 {
            figures(self.text, at, limit, wanted, out);
        }
        let classes = wanted & !FIGURES;
        if digit && classes == 0 {
            return;
        }
        let endings = self.words.ending_classes() & classes != 0;
        let seen = self.see(at);
        if seen.slots & wanted == 0 && !endings {
            return;
        }
        let day = wanted & DAY != 0 && !digit;
        for word in self.found.get(seen.from..seen.to).unwrap_or_default() {
            let bit = word.class.bit();
            if bit & classes != 0 && word.end <= limit {
                fill(out, word.end, bit);
            } else if word.class == Class::DayName && day && word.end <= limit {
                fill(out, word.end, DAY);
            }
        }
        if seen.slots & wanted & NUMBER != 0 && !digit {
            self.spelled(at, limit, out);
        }
        if endings {
            let mut endings = Vec::new();
            self.words.endings_at(self.text, at, classes, &mut endings);
            for word in endings.iter().filter(|word| word.end <= limit) {
                fill(out, word.end, word.class.bit());
            }
        }
    }

    /// Where nodes end that begin at some places, each once, by trying every part of them: for one short text, where making
    /// the states of an automaton is dear.
    pub fn ends(&mut self, nodes: &[Node], mut places: Vec<usize>) -> Vec<usize> {
        for node in nodes {
            let mut behind = Vec::new();
            for &at in &places {
                let rest = self.text.get(at..).unwrap_or_default();
                match node {
                    Node::Text(text) => {
                        let folded = fold(text);
                        behind.extend(rest.starts_with(&folded).then_some(at + folded.len()));
                    }
                    Node::Space => behind.extend(rest.starts_with(' ').then_some(at + 1)),
                    Node::Slot { name, .. } => {
                        let mut fillings = Vec::new();
                        let slots = Slot::from_name(name).map_or(0, Slot::bit);
                        self.fillings(at, self.text.len(), slots, &mut fillings);
                        behind.extend(fillings.iter().map(|filling| filling.end));
                    }
                    Node::Optional(inner) => {
                        behind.push(at);
                        behind.extend(self.ends(inner, vec![at]));
                    }
                    Node::Either(ways) => ways.iter().for_each(|way| behind.extend(self.ends(way, vec![at]))),
                }
            }
            behind.sort_unstable();
            behind.dedup();
            places = behind;
        }
        places
    }

    /// Spelled-out numbers: words with or without spaces, hyphens and joining words between them.
    fn spelled(&mut self, at: usize, limit: usize, out: &mut Vec<Filling>) {
        let mut ends: Vec<usize> = Vec::new();
        self.number_words(at, limit, &mut ends);
        let mut next = 0;
        while let Some(&end) = ends.get(next) {
            next += 1;
            fill(out, end, NUMBER);
            self.number_words(end, limit, &mut ends);
            let bytes = self.text.as_bytes();
            if bytes.get(end) == Some(&b'-') {
                self.number_words(end + 1, limit, &mut ends);
            }
            let comma = usize::from(bytes.get(end) == Some(&b','));
            if bytes.get(end + comma) == Some(&b' ') {
                self.number_words(end + comma + 1, limit, &mut ends);
                for joined in self.joiners(end + comma + 1) {
                    if bytes.get(joined) == Some(&b' ') {
                        self.number_words(joined + 1, limit, &mut ends);
                    }
                }
            }
            for joined in self.joiners(end) {
                self.number_words(joined, limit, &mut ends);
            }
        }
    }

    fn number_words(&mut self, at: usize, limit: usize, ends: &mut Vec<usize>) {
        for word in self.words_at(at) {
            if word.class == Class::NumberWord && word.end <= limit && !ends.contains(&word.end) {
                ends.push(word.end);
            }
        }
    }

    fn joiners(&mut self, at: usize) -> Vec<usize> {
        self.words_at(at).iter().filter(|word| word.class == Class::NumberJoiner).map(|word| word.end).collect()
    }

    /// The form of a class that stands at a span, the file's first where several do.
    pub fn form(&mut self, at: usize, end: usize, class: Class) -> Option<u32> {
        let word = self.words_at(at).iter().find(|word| word.end == end && word.class == class).map(|word| word.form);
        word.or_else(|| {
            let mut endings = Vec::new();
            self.words.endings_at(self.text, at, class.bit(), &mut endings);
            endings.iter().filter(|word| word.end == end).map(|word| word.form).min()
        })
    }
}

/// Whether a byte is of a word, or of a sign beyond ASCII.
pub fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

/// What a word can stand in slots as, whatever follows.
pub struct Alone {
    pub fillings: Vec<Filling>,
    /// The node of the lexicon where longer forms go on behind the text; nought where none do.
    pub node: u32,
    /// Whether the word is a number that others may be a part of.
    pub number: bool,
}

impl Alone {
    /// Of the word from `at` to `end` of a text that ends behind it or behind one more byte. `None` where that does not
    /// tell: the word's case is asked for, or it is several numbers.
    pub fn new(words: &Lexicon, text: &str, at: usize, end: usize, wanted: u64) -> Option<Alone> {
        let mut found = Vec::new();
        let mut alone = Alone { fillings: Vec::new(), node: words.words_of(text, at, &mut found), number: false };
        for word in &found {
            let slots = stands_in(word.class) & wanted;
            if slots != 0 && (words.is_cased(word.form) || (slots & NUMBER != 0 && word.end > end)) {
                return None;
            }
            if slots & NUMBER != 0 && word.end == end {
                alone.number = true;
            } else if slots & NUMBER != 0 {
                let mut glued = Vec::new();
                let number = |next: &Word| matches!(next.class, Class::NumberWord | Class::NumberJoiner);
                if words.words_of(text, word.end, &mut glued) != 0 || glued.iter().any(number) {
                    return None;
                }
            }
            if slots != 0 {
                fill(&mut alone.fillings, word.end, slots);
            }
        }
        let classes = wanted & words.ending_classes();
        if classes != 0 {
            let joined = text.ends_with(['-', '\'']);
            if joined || words.endings_go_on(text, at) {
                return None;
            }
            found.clear();
            words.endings_at(text, at, classes, &mut found);
            for word in &found {
                fill(&mut alone.fillings, word.end, word.class.bit());
            }
        }
        Some(alone)
    }
}

/// The slots that a word of a class can stand in.
fn stands_in(class: Class) -> u64 {
    match class {
        Class::DayName => DAY | class.bit(),
        Class::NumberWord => NUMBER | class.bit(),
        class => class.bit(),
    }
}

/// Adds slots to the filling of an end.
fn fill(out: &mut Vec<Filling>, end: usize, slots: u64) {
    match out.iter_mut().find(|filling| filling.end == end) {
        Some(filling) => filling.slots |= slots,
        None => out.push(Filling { end, slots }),
    }
}

/// Numbers, days, months and years in figures; each ends where a run of digits ends.
fn figures(text: &str, at: usize, limit: usize, wanted: u64, out: &mut Vec<Filling>) {
    let bytes = text.as_bytes().get(..limit).unwrap_or_default();
    let run = bytes.get(at..).unwrap_or_default();
    let length = digits(run);
    let end = at + length;
    let slots = short(run, length) & wanted;
    if slots != 0 {
        fill(out, end, slots);
    }
    let numbers = wanted & (NUMBER | DIGITS);
    if numbers == 0 {
        return;
    }
    fill(out, end, numbers);
    if let Some(end) = decimals(bytes, end) {
        fill(out, end, numbers);
    }
    // Groups by one kind of separator, then a decimal part by a point or comma.
    let Some(&separator) = bytes.get(end).filter(|byte| length <= 3 && b" .,'".contains(byte)) else { return };
    let mut end = end;
    while bytes.get(end) == Some(&separator) && digits(bytes.get(end + 1..).unwrap_or_default()) == 3 {
        end += 4;
        fill(out, end, numbers);
        if let Some(end) = decimals(bytes, end) {
            fill(out, end, numbers);
        }
    }
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Where the decimals behind a number end.
fn decimals(bytes: &[u8], end: usize) -> Option<usize> {
    matches!(bytes.get(end)?, b'.' | b',').then_some(())?;
    let length = digits(bytes.get(end + 1..)?);
    (length > 0).then_some(end + 1 + length)
}

/// The slots that a run of one to four digits can stand in.
fn short(run: &[u8], length: usize) -> u64 {
    let value = run.iter().take(length.min(4)).fold(0u16, |sum, byte| sum * 10 + u16::from(byte - b'0'));
    let when = |holds: bool, slots: u64| if holds { slots } else { 0 };
    match length {
        1 => when(value > 0, DAY | MONTH) | HOUR,
        2 => {
            when((1..=31).contains(&value), DAY)
                | when((1..=12).contains(&value), MONTH | MONTH2)
                | when(value < 24, HOUR)
                | when(value < 60, SIXTY)
                | YEAR2
        }
        4 => when((1900..2100).contains(&value), YEAR),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_seen_are_forgotten_with_their_numbers() {
        let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
        let word = |number: usize| [number, number / 26, number / 676].map(letter).iter().collect::<String>() + " ";
        let text: String = (0..26 * 26 * 26).map(word).collect();
        let (words, written) = (Lexicon::default(), |_, _| String::new());
        let mut view = View::new(&text, &words, Vocabulary::default(), &written);
        let before = view.numbering();
        let last = text.len() - 4;
        assert!((0..=last).step_by(4).map(|at| view.word(at)).all(|word| word.is_some()));
        assert_ne!(view.numbering(), before);
        assert_eq!(view.word(last), Some((1, last + 3)));
    }
}
