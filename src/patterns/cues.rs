//! Cues and labels: words beside values. They stay apart from rules, or the two would multiply.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::automaton::Automaton;
use super::error::PatternError;
use super::lexicon::Lexicon;
use super::schema::{Class, Field, Kind, Print, Role};
use super::syntax::Node;
use crate::text::{Folded, fold, same_letters};

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Before,
    Near,
    After,
    Behind,
}

/// One form of a cue.
#[derive(Debug, Clone)]
pub struct Cue {
    pub kind: Kind,
    pub role: Role,
    pub place: Place,
    /// How many characters may stand between it and the value.
    pub within: usize,
    /// The words that must stand between the cue and the value, as forms; empty where none must.
    pub via: Vec<String>,
    /// `it/cue/date/start`.
    pub id: String,
}

/// A form that is looked for: any of the texts it stands for.
#[derive(Debug, Clone)]
pub struct Form {
    /// Of the folded text.
    regex: String,
    /// Of the text as written, where a word of the form asks for its case.
    written: Option<String>,
}

impl Form {
    /// A form that is one text.
    pub fn text(text: &str) -> Form {
        let cased = text.chars().any(char::is_uppercase);
        Form { regex: regex::escape(&fold(text)), written: cased.then(|| as_written(text)) }
    }

    /// A form of a pattern file; a slot stands for every word of its class. `None` where the language has no words for
    /// a slot.
    pub fn new(nodes: &[Node], words: &Lexicon) -> Option<Form> {
        let regex = sequence(nodes, &|text| regex::escape(&fold(text)), " ", &|class| words.regex(class))?;
        let every = |class| Some(any(words.forms(class).map(|(form, _)| as_written(form))));
        let written = sequence(nodes, &as_written, "[ \\t]+", &every)?;
        let cased = written
            != sequence(nodes, &|text| as_written(&fold(text)), "[ \\t]+", &|class| {
                Some(any(words.forms(class).map(|(form, _)| as_written(&fold(form)))))
            })?;
        Some(Form { regex, written: cased.then_some(written) })
    }
}

/// A text as it must be written: words with a capital as they are, the others in any case.
fn as_written(text: &str) -> String {
    let word = |word: &str| {
        let plain = regex::escape(word).replace(' ', "[ \\t]+");
        if word.chars().any(char::is_uppercase) { plain } else { format!("(?i:{plain})") }
    };
    text.split_inclusive([' ', '\'', '-']).map(word).collect()
}

fn any(ways: impl Iterator<Item = String>) -> String {
    format!("(?:{})", ways.collect::<Vec<_>>().join("|"))
}

fn sequence(
    nodes: &[Node],
    text: &impl Fn(&str) -> String,
    space: &str,
    class: &impl Fn(Class) -> Option<String>,
) -> Option<String> {
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text(written) => out.push_str(&text(written)),
            Node::Space => out.push_str(space),
            Node::Slot { name, .. } => out.push_str(&class(Class::from_name(name)?)?),
            Node::Optional(inner) => out.push_str(&format!("(?:{})?", sequence(inner, text, space, class)?)),
            Node::Either(ways) => {
                let ways: Option<Vec<String>> = ways.iter().map(|way| sequence(way, text, space, class)).collect();
                out.push_str(&any(ways?.into_iter()));
            }
        }
    }
    Some(out)
}

/// A found form: which of them, and where in the text searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    forms: Vec<usize>,
    pub span: Range<usize>,
}

/// Forms that are looked for together, each with what it means.
#[derive(Debug)]
pub struct Finder<T> {
    automaton: Option<Automaton>,
    forms: Vec<(Written, T)>,
}

/// How a form must be written; compiled when it is first found.
#[derive(Debug)]
struct Written {
    source: Option<String>,
    regex: OnceLock<Option<regex::Regex>>,
}

impl Written {
    fn fits(&self, text: &str) -> bool {
        let Some(source) = &self.source else { return true };
        let regex = self.regex.get_or_init(|| regex::Regex::new(&format!("\\A(?:{})\\z", same_letters(source))).ok());
        regex.as_ref().is_some_and(|regex| regex.is_match(&same_letters(text)))
    }
}

impl<T> Finder<T> {
    /// Makes a finder; where several forms begin at one place the longest is found.
    ///
    /// # Errors
    /// [`PatternError`] when the forms make too large an automaton.
    pub fn new(language: &str, forms: Vec<(Form, T)>) -> Result<Self, PatternError> {
        let sources: Vec<&str> = forms.iter().map(|(form, _)| form.regex.as_str()).collect();
        let automaton = if sources.is_empty() { None } else { Some(Automaton::new(language, &sources)?) };
        let written = |source| Written { source, regex: OnceLock::new() };
        let forms = forms.into_iter().map(|(form, meaning)| (written(form.written), meaning)).collect();
        Ok(Finder { automaton, forms })
    }

    /// Every form in `text` that stands as words of their own in the case it asks for, from left to right.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        self.find_folded(text, &Folded::new(text))
    }

    /// As [`Finder::find`] for a text that is folded already.
    pub fn find_folded(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut hits: Vec<Hit> = Vec::new();
        let mut ends = Vec::new();
        let mut before: Option<char> = None;
        for (at, c) in text.char_indices() {
            let begins = !matches!(c, ' ' | '\t' | '\n') && !joined(before, Some(c));
            before = Some(c);
            if !begins || hits.last().is_some_and(|hit| at < hit.span.end) {
                continue;
            }
            let start = folded.folded(at);
            automaton.at(folded.text(), start, &mut ends);
            let mut found: Option<Hit> = None;
            for &(form, end) in &ends {
                let span = folded.original(&(start..end));
                match &mut found {
                    Some(hit) if span.end < hit.span.end => break,
                    _ if end == start || !closes(text, span.end) => continue,
                    _ => {}
                }
                let fits = |(written, _): &(Written, T)| text.get(span.clone()).is_some_and(|t| written.fits(t));
                if self.forms.get(form).is_some_and(fits) {
                    found.get_or_insert(Hit { forms: Vec::new(), span }).forms.push(form);
                }
            }
            hits.extend(found);
        }
        hits
    }

    /// What the words of a hit mean.
    pub fn meanings<'f, 'h>(&'f self, hit: &'h Hit) -> impl Iterator<Item = &'f T> + use<'f, 'h, T> {
        hit.forms.iter().filter_map(|&form| self.forms.get(form)).map(|(_, meaning)| meaning)
    }
}

/// Whether a word goes on from one character to the next. "projekcieData początkowa": a heading glued to a label keeps
/// the label's capital, and a word begins there.
fn joined(before: Option<char>, next: Option<char>) -> bool {
    let (Some(before), Some(next)) = (before, next) else { return false };
    before.is_alphanumeric() && next.is_alphanumeric() && !(before.is_lowercase() && next.is_uppercase())
}

/// Whether what ends at `end` is no beginning of a longer word.
fn closes(text: &str, end: usize) -> bool {
    let Some((inner, after)) = text.split_at_checked(end) else { return false };
    let glued = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(glued(inner.chars().next_back()) && glued(after.chars().next()))
}

/// What a label means: the field that follows and, for Kohesio's own, what it is and in which languages.
#[derive(Debug, Clone, Default)]
pub struct Label {
    pub field: Option<Field>,
    pub prints: BTreeMap<Print, Vec<String>>,
    /// `it/label/start_date`, `und/kohesio/start_date`.
    pub id: String,
}
