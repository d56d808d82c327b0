//! Cues and labels: words beside values. They stay apart from rules, or the two would multiply.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::error::PatternError;
use super::lexicon::case_fits;
use super::schema::{Field, Kind, Print, Role};
use crate::text::{Folded, fold};

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

/// A found form: which, and where in the text searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub index: usize,
    pub span: Range<usize>,
}

/// Forms that are looked for together, each with what it means.
#[derive(Debug)]
pub struct Finder<T> {
    automaton: Option<AhoCorasick>,
    /// By pattern of the automaton: the forms that differ in case only, each with its meaning.
    meanings: Vec<Vec<(String, T)>>,
}

impl<T> Finder<T> {
    /// Makes a finder; where several forms begin at one place the longest is found.
    ///
    /// # Errors
    /// [`PatternError`] when the forms make too large an automaton.
    pub fn new(language: &str, forms: Vec<(String, T)>) -> Result<Self, PatternError> {
        let mut alike: BTreeMap<String, Vec<(String, T)>> = BTreeMap::new();
        for (form, meaning) in forms {
            alike.entry(fold(&form)).or_default().push((form, meaning));
        }
        let automaton = automaton(language, alike.keys())?;
        Ok(Finder { automaton, meanings: alike.into_values().collect() })
    }

    /// Every form in `text` that stands as words of their own in the case it asks for, from left to right.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        self.find_folded(text, &Folded::new(text))
    }

    /// As [`Finder::find`] for a text that is folded already.
    pub fn find_folded(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let found = automaton
            .find_iter(folded.text())
            .map(|m| Hit { index: m.pattern().as_usize(), span: folded.original(&m.range()) });
        found.filter(|hit| is_word(text, &hit.span) && self.meanings(hit, text).next().is_some()).collect()
    }

    /// What the words of a hit in `text` mean.
    pub fn meanings<'f, 't>(&'f self, hit: &Hit, text: &'t str) -> impl Iterator<Item = &'f T> + use<'f, 't, T> {
        let written = text.get(hit.span.clone()).unwrap_or_default();
        let forms = self.meanings.get(hit.index).into_iter().flatten();
        forms.filter(move |(form, _)| case_fits(form, written)).map(|(_, meaning)| meaning)
    }
}

/// An automaton for the longest of several folded forms at each place; none where there are no forms.
pub fn automaton<'f>(
    language: &str,
    forms: impl IntoIterator<Item = &'f String>,
) -> Result<Option<AhoCorasick>, PatternError> {
    let forms: Vec<&String> = forms.into_iter().collect();
    if forms.is_empty() {
        return Ok(None);
    }
    let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms);
    built
        .map(Some)
        .map_err(|e| PatternError::file(&format!("patterns/{language}.toml"), format!("words cannot be compiled: {e}")))
}

/// No letter or digit is glued on at either side where the found text has one.
fn is_word(text: &str, span: &Range<usize>) -> bool {
    let inner = text.get(span.clone()).unwrap_or_default();
    let before = text.get(..span.start).and_then(|t| t.chars().next_back());
    let after = text.get(span.end..).and_then(|t| t.chars().next());
    let glued =
        |a: Option<char>, b: Option<char>| a.is_some_and(char::is_alphanumeric) && b.is_some_and(char::is_alphanumeric);
    let first = inner.chars().next();
    // "projekcieData początkowa": a heading glued to a label keeps the label's capital.
    let heading = before.is_some_and(char::is_lowercase) && first.is_some_and(char::is_uppercase);
    (heading || !glued(before, first)) && !glued(inner.chars().next_back(), after)
}

/// What a label means: the field that follows and, for Kohesio's own, what it is and in which languages.
#[derive(Debug, Clone, Default)]
pub struct Label {
    pub field: Option<Field>,
    pub prints: BTreeMap<Print, Vec<String>>,
    /// `it/label/start_date`, `und/kohesio/start_date`.
    pub id: String,
}
