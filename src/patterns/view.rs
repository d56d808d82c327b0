//! A view of a text: the words in it, each looked up once, and what of them can stand in slots.

use super::lexicon::{Lexicon, Word};
use super::program::Room;
use super::schema::Class;
use super::slots::{self, DAY, FIGURES, Filling, NUMBER, Slot, fill, stands_in, words_of};
use super::syntax::Node;
use super::vocabulary::Vocabulary;
use crate::text::fold;

/// A folded text and the words found in it so far.
pub struct View<'t> {
    text: &'t str,
    words: &'t Lexicon,
    /// A word with a capital is compared with the text as written.
    written: &'t dyn Fn(usize, usize) -> &'t str,
    found: Vec<Word>,
    /// The places looked at last.
    seen: [Seen; SEEN],
    vocabulary: Vocabulary,
    /// The places where words were looked at last.
    spelt: [Spelt; SPELT],
    /// What patterns are fitted with.
    pub room: Room,
}

/// What is learnt of words, and room to work in: handed on from view to view.
#[derive(Debug, Default)]
pub struct Learnt {
    vocabulary: Vocabulary,
    found: Vec<Word>,
    room: Room,
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
    /// A view of a folded text; `written` gives the text as written for a range of the folded one. `learnt` is what views
    /// of the language before left behind ([`View::leave`]).
    pub fn new(
        text: &'t str,
        words: &'t Lexicon,
        learnt: Learnt,
        written: &'t dyn Fn(usize, usize) -> &'t str,
    ) -> Self {
        let Learnt { vocabulary, mut found, room } = learnt;
        found.clear();
        View { text, words, written, found, seen: [UNSEEN; SEEN], vocabulary, spelt: [UNSPELT; SPELT], room }
    }

    /// What is left for the next view.
    pub fn leave(self) -> Learnt {
        Learnt { vocabulary: self.vocabulary, found: self.found, room: self.room }
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
        let spelt = self.spelt.get(at % SPELT)?;
        let spelt = if spelt.at == at { *spelt } else { self.spell(at) };
        (spelt.word != 0).then_some((spelt.word, spelt.end))
    }

    fn spell(&mut self, at: usize) -> Spelt {
        let (word, end) = self.vocabulary.word(self.text.as_bytes(), at).unwrap_or((0, at));
        let spelt = Spelt { at, word, end };
        if let Some(cell) = self.spelt.get_mut(at % SPELT) {
            *cell = spelt;
        }
        spelt
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
            if words.fits(word, || written(at, word.end)) {
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
            slots::figures(self.text, at, limit, wanted, out);
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
            if slots != 0 && (word.cased || (slots & NUMBER != 0 && word.end > end)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_seen_are_forgotten_with_their_numbers() {
        let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
        let word = |number: usize| [number, number / 26, number / 676].map(letter).iter().collect::<String>() + " ";
        let text: String = (0..26 * 26 * 26).map(word).collect();
        let (words, written) = (Lexicon::default(), |_, _| "");
        let mut view = View::new(&text, &words, Learnt::default(), &written);
        let before = view.numbering();
        let last = text.len() - 4;
        assert!((0..=last).step_by(4).map(|at| view.word(at)).all(|word| word.is_some()));
        assert_ne!(view.numbering(), before);
        assert_eq!(view.word(last), Some((1, last + 3)));
    }
}
