//! Words and what they mean: one trie both finds the words of a text and tells their values.

use std::sync::Arc;

use super::schema::Class;
use super::syntax::{self, Node};
use super::trie::{Ended, Trie};
use crate::text::fold;

/// The words of one language together with those of every language.
#[derive(Debug, Default, Clone)]
pub struct Lexicon {
    words: Trie,
    /// What words end with that a file writes with [`ENDING`].
    endings: Trie,
    forms: Vec<Form>,
    /// The classes that have words, and those that have endings, as bits.
    classes: u64,
    ending_classes: u64,
    /// What words of each class begin with, by class.
    begins: Vec<Bytes>,
    numbers: NumberWords,
    prefixes: Vec<String>,
}

/// What a form means; which class and word it is of stands in the trie.
#[derive(Debug, Clone)]
struct Form {
    value: Arc<str>,
    /// As it must be written, where a word of it has a capital.
    cased: Option<Box<str>>,
}

/// A word of a text: where it ends and which form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    pub end: usize,
    pub class: Class,
    pub form: u32,
    /// Whether the form's case is asked for.
    pub cased: bool,
}

impl Word {
    fn new(end: usize, Ended { form, class, cased }: Ended) -> Word {
        Word { end, class, form, cased }
    }
}

/// A set of bytes, of which two share a bit: it may say yes of a byte it has not, and never no of one it has. The first
/// bytes of Latin and Cyrillic letters beyond ASCII share theirs with capitals, which folded texts have none of.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(u128);

impl Bytes {
    pub const ALL: Bytes = Bytes(u128::MAX);

    pub fn insert(&mut self, byte: u8) {
        self.0 |= 1 << (byte & 0x7f);
    }

    pub fn with(self, others: Bytes) -> Bytes {
        Bytes(self.0 | others.0)
    }

    #[inline]
    pub fn may_have(self, byte: u8) -> bool {
        self.0 >> (byte & 0x7f) & 1 == 1
    }
}

/// The words numbers are spelled out with, folded.
#[derive(Debug, Default, Clone)]
pub struct NumberWords {
    pub values: Vec<(String, u64)>,
    pub joiners: Vec<String>,
}

/// A form that begins with this stands for every word that ends with the rest of it.
pub const ENDING: char = '~';

impl Class {
    /// Its bit in a set of classes.
    pub fn bit(self) -> u64 {
        1 << (self as u32)
    }
}

impl Lexicon {
    /// Adds every text a form stands for. A text that is there already with another value gives that value and the text back.
    pub fn add(&mut self, class: Class, value: &str, nodes: &[Node]) -> Result<(), (String, String)> {
        self.add_each(class, value, nodes, false)
    }

    /// Adds texts that stand in for others, unless the class has them with a meaning of their own.
    pub fn add_missing(&mut self, class: Class, value: &str, nodes: &[Node]) {
        // A text that is not there can be added.
        let _ = self.add_each(class, value, nodes, true);
    }

    fn add_each(
        &mut self,
        class: Class,
        value: &str,
        nodes: &[Node],
        only_missing: bool,
    ) -> Result<(), (String, String)> {
        let mut result = Ok(());
        syntax::each(nodes, &mut String::new(), &mut |text| {
            if result.is_ok() {
                result = self.add_text(class, value, text, only_missing);
            }
        });
        result
    }

    fn add_text(&mut self, class: Class, value: &str, text: &str, only_missing: bool) -> Result<(), (String, String)> {
        let (trie, plain) = match text.strip_prefix(ENDING) {
            Some(ending) => (&mut self.endings, ending),
            None => (&mut self.words, text),
        };
        let cased = Some(plain).filter(|plain| plain.chars().any(char::is_uppercase));
        let folded = fold(plain);
        let node = trie.node(&folded);
        let forms = &self.forms;
        let mut alike =
            trie.forms(node).filter(|form| form.class == class).filter_map(|known| forms.get(known.form as usize));
        // A text that only stands in for another gives way to any of its class.
        if let Some(before) = alike.find(|form| only_missing || form.cased.as_deref() == cased) {
            let same = only_missing || *before.value == *value;
            return if same { Ok(()) } else { Err((before.value.to_string(), text.to_owned())) };
        }
        drop(alike);
        let Ok(form) = u32::try_from(self.forms.len()) else { return Ok(()) };
        trie.add(node, Ended { form, class, cased: cased.is_some() });
        // Forms of one value follow each other.
        let held = match self.forms.last() {
            Some(last) if *last.value == *value => Arc::clone(&last.value),
            _ => value.into(),
        };
        self.forms.push(Form { value: held, cased: cased.map(Box::from) });
        self.classes |= class.bit();
        self.begins.resize(Class::ALL.len(), Bytes::default());
        if let (Some(begins), Some(&first)) = (self.begins.get_mut(class as usize), folded.as_bytes().first()) {
            begins.insert(first);
        }
        if text.starts_with(ENDING) {
            self.ending_classes |= class.bit();
        }
        match class {
            Class::NumberWord => self.numbers.values.extend(value.parse().ok().map(|value| (folded, value))),
            Class::NumberJoiner => self.numbers.joiners.push(folded),
            Class::Prefix => self.prefixes.push(folded),
            _ => {}
        }
        Ok(())
    }

    /// Every word of the language that begins at `at` of a folded text, in the order of their ends, then of the files.
    /// Case is not looked at. Returns the last byte of the text looked at.
    pub fn words_at(&self, text: &str, at: usize, found: &mut Vec<Word>) -> usize {
        if !self.words.may_begin(text.as_bytes(), at) {
            return at + 1;
        }
        self.words.walk(text.as_bytes(), at, 0, &mut |end, form| found.push(Word::new(end, form))).0
    }

    /// As [`Lexicon::words_at`], of the last word of a text: gives the node where longer forms go on behind it, nought where
    /// none do.
    pub fn words_of(&self, text: &str, at: usize, found: &mut Vec<Word>) -> u32 {
        let bytes = text.as_bytes();
        // The byte behind a single one is not known.
        if at + 1 < bytes.len() && !self.words.may_begin(bytes, at) {
            return 0;
        }
        let (stopped, node) = self.words.walk(bytes, at, 0, &mut |end, form| found.push(Word::new(end, form)));
        if stopped == bytes.len() { node } else { 0 }
    }

    /// Whether a form of some classes that goes on from a node ends in a text behind `at`.
    pub fn goes_on(&self, node: u32, text: &[u8], at: usize, classes: u64) -> bool {
        let mut ends = false;
        self.words.walk(text, at, node, &mut |_, form| ends |= form.class.bit() & classes != 0);
        ends
    }

    /// The bytes that forms go on with from a node.
    pub fn bytes_behind(&self, node: u32) -> Bytes {
        let mut all = Bytes::default();
        let follows = |byte: &u8| self.words.behind(node, *byte).is_some();
        (0..=u8::MAX).filter(follows).for_each(|byte| all.insert(byte));
        all
    }

    /// Whether an ending that begins at or behind `at` may go on behind a text.
    pub fn endings_go_on(&self, text: &str, at: usize) -> bool {
        let mut places = text.get(at..).unwrap_or_default().char_indices();
        places.any(|(offset, _)| self.endings.walk(text.as_bytes(), at + offset, 0, &mut |_, _| {}).0 == text.len())
    }

    /// Every ending of words of `classes` in the word that begins at `at` of a folded text.
    pub fn endings_at(&self, text: &str, at: usize, classes: u64, found: &mut Vec<Word>) {
        if self.ending_classes & classes == 0 {
            return;
        }
        let rest = text.get(at..).unwrap_or_default();
        for (offset, c) in rest.char_indices() {
            let mut here = |end: usize, form: Ended| {
                if form.class.bit() & classes != 0 {
                    found.push(Word::new(end, form));
                }
            };
            if self.endings.may_begin(text.as_bytes(), at + offset) {
                self.endings.walk(text.as_bytes(), at + offset, 0, &mut here);
            }
            if !(c.is_alphabetic() || c == '\'' || c == '-') {
                break;
            }
        }
    }

    /// The classes that have endings, as bits.
    pub fn ending_classes(&self) -> u64 {
        self.ending_classes
    }

    /// Whether a word may begin at a place of a folded text.
    pub fn may_begin(&self, text: &str, at: usize) -> bool {
        self.words.may_begin(text.as_bytes(), at)
    }

    /// What words of some classes begin with.
    pub fn begins(&self, classes: u64) -> Bytes {
        if self.ending_classes & classes != 0 {
            return Bytes::ALL;
        }
        let of = (0..).zip(&self.begins).filter(|(class, _)| classes >> class & 1 == 1);
        of.fold(Bytes::default(), |all, (_, begins)| all.with(*begins))
    }

    /// What a form means.
    pub fn value_of(&self, form: u32) -> Option<&str> {
        self.forms.get(form as usize).map(|form| &*form.value)
    }

    /// Whether a word is written in the case its form asks for.
    pub fn fits<'w>(&self, word: Word, written: impl FnOnce() -> &'w str) -> bool {
        let form = || self.forms.get(word.form as usize)?.cased.as_deref();
        !word.cased || form().is_some_and(|form| case_fits(form, written()))
    }

    /// The value of a word of a text, where the word is written in the case its form asks for.
    pub fn value(&self, class: Class, word: &str) -> Option<&str> {
        let word = squeezed(word);
        let folded = fold(&word);
        let mut found = Vec::new();
        self.words_at(&folded, 0, &mut found);
        let whole = |found: &[Word]| {
            let mut all = found.iter().filter(|w| w.end == folded.len() && w.class == class);
            all.find(|w| self.fits(**w, || &word)).map(|w| w.form)
        };
        let form = whole(&found).or_else(|| {
            found.clear();
            // Any part of the word may be its ending; the file's first that is one counts.
            for (at, _) in folded.char_indices().filter(|_| self.ending_classes & class.bit() != 0) {
                self.endings.walk(folded.as_bytes(), at, 0, &mut |end, form| {
                    found.push(Word::new(end, form));
                });
            }
            found.iter().filter(|w| w.end == folded.len() && w.class == class).map(|w| w.form).min()
        });
        self.value_of(form?)
    }

    /// How long the ending is that is glued to the figures `rest` stands behind, where one of the language's is.
    pub fn glued_suffix(&self, rest: &str) -> Option<usize> {
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '-' || c == '\'') {
            return None;
        }
        let end = rest.char_indices().skip(1).find(|(_, c)| !c.is_alphanumeric()).map_or(rest.len(), |(at, _)| at);
        if !self.has(Class::Suffix) {
            return None;
        }
        let mut found = Vec::new();
        self.words_at(&fold(rest.get(..end)?), 0, &mut found);
        found.iter().any(|w| w.end == end && w.class == Class::Suffix).then_some(end)
    }

    /// Whether the class has words in this language.
    pub fn has(&self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }

    /// The words of spelled-out numbers.
    pub fn number_words(&self) -> &NumberWords {
        &self.numbers
    }

    /// What is glued to the front of figures.
    pub fn prefixes(&self) -> &[String] {
        &self.prefixes
    }
}

/// A word with single spaces.
fn squeezed(word: &str) -> String {
    word.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text that is a form but for case is written as the form asks: a word with a capital only as it is, the
/// rest in any case.
fn case_fits(form: &str, written: &str) -> bool {
    let words = |text| str::split(text, [' ', '\'', '-']);
    words(form).zip(words(written)).all(|(form, written)| !form.chars().any(char::is_uppercase) || *form == *written)
}
