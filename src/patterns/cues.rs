//! Cues and labels: words beside values. They stay apart from rules, or the two would multiply.

use std::collections::BTreeMap;
use std::ops::Range;

use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;

use super::error::PatternError;
use super::lexicon::any_of;
use super::schema::{Field, Kind, Print, Role};

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
    /// How many bytes may stand between it and the value.
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
    regex: Option<meta::Regex>,
    values: Vec<T>,
}

impl<T> Finder<T> {
    /// Makes a finder; where several forms begin at one place the longest is found.
    ///
    /// # Errors
    /// [`PatternError`] when the forms make too large an automaton.
    pub fn new(language: &str, mut forms: Vec<(String, T)>) -> Result<Self, PatternError> {
        forms.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        let sources: Vec<String> = forms.iter().filter_map(|(form, _)| any_of([form.as_str()].into_iter())).collect();
        let regex = if sources.is_empty() { None } else { Some(many(language, &sources)?) };
        Ok(Finder { regex, values: forms.into_iter().map(|(_, value)| value).collect() })
    }

    /// Every form in `text` that stands as words of their own, from left to right.
    pub fn find<'f>(&'f self, text: &'f str) -> impl Iterator<Item = Hit> + 'f {
        let hits = self.regex.iter().flat_map(move |regex| regex.find_iter(text));
        hits.map(|m| Hit { index: m.pattern().as_usize(), span: m.range() }).filter(move |hit| is_word(text, &hit.span))
    }

    /// What the form of a hit means.
    pub fn value(&self, hit: &Hit) -> Option<&T> {
        self.values.get(hit.index)
    }
}

/// Above this an automaton takes too long to make; a file that needs more holds too many words.
pub const SIZE_LIMIT: usize = 64 << 20;

/// One regex of several, which tells which of them matched; the first of those that begin at one place.
pub fn many(language: &str, sources: &[String]) -> Result<meta::Regex, PatternError> {
    let config = meta::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).which_captures(WhichCaptures::Implicit);
    meta::Builder::new().configure(config).build_many(sources).map_err(|e| {
        let why = e.size_limit().map_or_else(|| e.to_string(), |limit| format!("larger than {limit} bytes"));
        PatternError::file(&format!("patterns/{language}.toml"), format!("words cannot be compiled: {why}"))
    })
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
