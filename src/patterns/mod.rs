//! Patterns: everything that is a fact about a language, read from `patterns/*.toml`, checked, and compiled once.

mod automaton;
mod columns;
mod cues;
mod error;
mod file;
mod kept;
mod laws;
mod lexicon;
mod program;
mod rules;
mod schema;
mod slots;
mod steps;
mod syntax;
mod table;
mod trie;
mod view;
mod vocabulary;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

pub use automaton::{Automaton, REACH, States};
pub use columns::{Column, Heading, Headings};
pub use cues::{Cue, Finder, Label, Meaning, Place, Topic};
pub use error::PatternError;
pub use file::Loaded;
pub use lexicon::{Lexicon, NumberWords, Word};
pub use rules::{Filled, Rule, RuleSet};
pub use schema::{Class, Field, File, Forms, Group, Kind, Mod, Numbers, Print, Role};
pub use slots::Slot;
pub use syntax::{Node, Part};
pub use view::{Learnt, View};

use crate::digest::sha256;
use crate::parallel;
use file::Unread;
use kept::Kept;

/// The code of the file that holds in every language.
pub const UND: &str = "und";

/// The file of what headings of tables say, beside the languages' own.
const COLUMNS: &str = "columns";

/// The files the program brings along.
const EMBEDDED: &[(&str, &str)] = &[
    ("bg", include_str!("../../patterns/bg.toml")),
    ("bs", include_str!("../../patterns/bs.toml")),
    ("ca", include_str!("../../patterns/ca.toml")),
    ("cs", include_str!("../../patterns/cs.toml")),
    ("da", include_str!("../../patterns/da.toml")),
    ("de", include_str!("../../patterns/de.toml")),
    ("el", include_str!("../../patterns/el.toml")),
    ("en", include_str!("../../patterns/en.toml")),
    ("es", include_str!("../../patterns/es.toml")),
    ("et", include_str!("../../patterns/et.toml")),
    ("eu", include_str!("../../patterns/eu.toml")),
    ("fi", include_str!("../../patterns/fi.toml")),
    ("fr", include_str!("../../patterns/fr.toml")),
    ("ga", include_str!("../../patterns/ga.toml")),
    ("gl", include_str!("../../patterns/gl.toml")),
    ("hr", include_str!("../../patterns/hr.toml")),
    ("hu", include_str!("../../patterns/hu.toml")),
    ("is", include_str!("../../patterns/is.toml")),
    ("it", include_str!("../../patterns/it.toml")),
    ("lt", include_str!("../../patterns/lt.toml")),
    ("lv", include_str!("../../patterns/lv.toml")),
    ("mk", include_str!("../../patterns/mk.toml")),
    ("mt", include_str!("../../patterns/mt.toml")),
    ("nb", include_str!("../../patterns/nb.toml")),
    ("nl", include_str!("../../patterns/nl.toml")),
    ("nn", include_str!("../../patterns/nn.toml")),
    ("pl", include_str!("../../patterns/pl.toml")),
    ("pt", include_str!("../../patterns/pt.toml")),
    ("ro", include_str!("../../patterns/ro.toml")),
    ("sk", include_str!("../../patterns/sk.toml")),
    ("sl", include_str!("../../patterns/sl.toml")),
    ("sq", include_str!("../../patterns/sq.toml")),
    ("sr", include_str!("../../patterns/sr.toml")),
    ("sv", include_str!("../../patterns/sv.toml")),
    ("tr", include_str!("../../patterns/tr.toml")),
    ("uk", include_str!("../../patterns/uk.toml")),
    ("und", include_str!("../../patterns/und.toml")),
];

/// All pattern files; each is read when it is first asked for, and a language compiled when a page first needs it.
pub struct Patterns {
    sources: BTreeMap<String, Unread>,
    files: BTreeMap<String, OnceLock<Result<Loaded, PatternError>>>,
    compiled: BTreeMap<String, OnceLock<Result<Language, PatternError>>>,
    /// What headings of tables say.
    columns: Unread,
    headings: OnceLock<Result<Headings, PatternError>>,
    /// The words of every language, which those of each begin with.
    common: OnceLock<Result<Lexicon, PatternError>>,
    digest: OnceLock<String>,
}

/// What tells a language from others.
#[derive(Debug, Default)]
pub struct Telling {
    pub words: Vec<String>,
    /// The letters of its alphabet beyond ASCII.
    pub letters: String,
}

/// What reads pages of one language: its own file and the one for every language.
pub struct Language {
    /// ISO 639-1, or `und`.
    pub code: String,
    pub words: Lexicon,
    pub numbers: Numbers,
    /// Rules tried everywhere.
    pub rules: RuleSet,
    /// Rules tried behind a label only.
    pub labelled: RuleSet,
    /// Labels and cues.
    pub finder: Finder,
    memory: Kept<Memory>,
}

/// What was learnt of a language from page to page; one thread has it at a time. Steps of states are for one numbering of
/// words and are learnt anew for another.
#[derive(Debug, Default)]
pub struct Memory {
    pub learnt: Learnt,
    pub rules: States,
    pub labelled: States,
    pub finder: States,
}

impl Language {
    /// What was learnt so far; give it back for the next page.
    pub fn memory(&self) -> Memory {
        self.memory.take()
    }

    /// Takes back what was learnt.
    pub fn give_back(&self, memory: Memory) {
        self.memory.give_back(memory);
    }
}

impl Patterns {
    /// The patterns the program brings along.
    ///
    /// # Errors
    /// [`PatternError`] when one of them is wrong, which the tests rule out.
    pub fn embedded() -> Result<Self, PatternError> {
        Ok(Self::build(BTreeMap::new()))
    }

    /// The program's patterns with those of a folder laid over them: a file of the same name takes the place of the
    /// program's own, a new one adds a language.
    ///
    /// # Errors
    /// [`PatternError`] for a folder that cannot be read or a file that is wrong, with place and caret.
    pub fn overlaid(folder: &Path) -> Result<Self, PatternError> {
        let shown = folder.display().to_string();
        let unreadable =
            |e: std::io::Error| PatternError::file(&shown, format!("cannot be read: {}", crate::source::plain(&e)));
        let mut sources = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let code = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let place = path.display().to_string();
                let text = fs::read_to_string(&path)
                    .map_err(|e| PatternError::file(&place, format!("cannot be read: {}", crate::source::plain(&e))))?;
                sources.insert(code, Unread { place, text: Cow::Owned(text) });
            }
        }
        if sources.is_empty() {
            let error = PatternError::file(&shown, "expected pattern files, found none");
            return Err(error.help("a pattern file is named after its language: it.toml, en.toml, und.toml"));
        }
        let patterns = Self::build(sources);
        patterns.check()?;
        Ok(patterns)
    }

    /// What headings of tables say.
    ///
    /// # Errors
    /// [`PatternError`] when their file is wrong.
    pub fn headings(&self) -> Result<&Headings, PatternError> {
        let read = || {
            let place = &self.columns.place;
            Headings::read(&self.columns.text).map_err(|e| PatternError::file(place, e.message().to_owned()))
        };
        self.headings.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// Checks the laws over all files: ids, keys of words, roles, slots, forms. A user's files are checked when they
    /// are loaded; the program's own by its tests and `kohex check`, and not at every start.
    ///
    /// # Errors
    /// [`PatternError`] for the first law broken.
    pub fn check(&self) -> Result<(), PatternError> {
        self.headings()?;
        laws::check(self)
    }

    fn build(mut sources: BTreeMap<String, Unread>) -> Self {
        let text = Cow::Borrowed(include_str!("../../patterns/columns.toml"));
        let embedded = || Unread { place: "patterns/columns.toml".to_owned(), text };
        let columns = sources.remove(COLUMNS).unwrap_or_else(embedded);
        for (code, text) in EMBEDDED {
            let embedded = || Unread { place: format!("patterns/{code}.toml"), text: Cow::Borrowed(text) };
            sources.entry((*code).to_owned()).or_insert_with(embedded);
        }
        let files = sources.keys().map(|code| (code.clone(), OnceLock::new())).collect();
        let compiled = sources.keys().map(|code| (code.clone(), OnceLock::new())).collect();
        let (headings, common, digest) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Patterns { sources, files, compiled, columns, headings, common, digest }
    }

    /// The first 16 hex digits of SHA-256 over all files.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| {
            let sources = self.sources.values().chain([&self.columns]);
            let parts = sources.flat_map(|source| [source.text.as_bytes(), b"\0"]);
            sha256(parts).chars().take(16).collect()
        })
    }

    /// The codes of all files.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The file of a code, read.
    ///
    /// # Errors
    /// [`PatternError`] when it is wrong or there is none.
    pub fn file(&self, code: &str) -> Result<&Loaded, PatternError> {
        let missing = || PatternError::file(code, "expected a pattern file, found none");
        let (cell, source) = self.files.get(code).zip(self.sources.get(code)).ok_or_else(missing)?;
        cell.get_or_init(|| source.read(code)).as_ref().map_err(Clone::clone)
    }

    /// Every file by its code, read.
    ///
    /// # Errors
    /// [`PatternError`] for the first that is wrong.
    pub fn files(&self) -> Result<Vec<(&str, &Loaded)>, PatternError> {
        self.codes().map(|code| Ok((code, self.file(code)?))).collect()
    }

    /// What reads pages of `code`; for a language without a file, what holds in every language.
    ///
    /// # Errors
    /// [`PatternError`] when the language's file is wrong.
    pub fn language(&self, code: &str) -> Result<&Language, PatternError> {
        let code = if self.sources.contains_key(code) { code } else { UND };
        match self.compiled.get(code) {
            Some(cell) => cell.get_or_init(|| self.compile(code)).as_ref().map_err(Clone::clone),
            None => Err(PatternError::file(code, "expected patterns for every language, found none")),
        }
    }

    /// The words and letters that tell a language from others.
    ///
    /// # Errors
    /// [`PatternError`] when a form cannot be read.
    pub fn telling(&self, code: &str) -> Result<Telling, PatternError> {
        let Some(source) = self.sources.get(code) else { return Ok(Telling::default()) };
        let part = source.read_telling(code);
        let loaded = match &part {
            Some(part) => part,
            None => self.file(code)?,
        };
        let mut words = Vec::new();
        for class in [Class::Function, Class::MonthName] {
            for forms in loaded.file.words.get(&class).into_iter().flat_map(BTreeMap::values) {
                words.extend(loaded.texts(forms)?);
            }
        }
        // Kohesio's labels are its pages' surest words.
        for prints in self.file(UND)?.file.kohesio.values() {
            words.extend(prints.get(code).into_iter().flatten().map(|form| form.get_ref().clone()));
        }
        Ok(Telling { words, letters: loaded.file.letters.clone() })
    }

    /// Whether pages of this language are read with its own words.
    pub fn knows(&self, code: &str) -> bool {
        code != UND && self.sources.contains_key(code)
    }

    /// The file for every language, then the language's own, so that its rules come first where ids are compared.
    fn layers(&self, code: &str) -> Result<Vec<(&str, &Loaded)>, PatternError> {
        let own = self.sources.get_key_value(code).filter(|_| code != UND);
        let codes = std::iter::once(UND).chain(own.map(|(code, _)| code.as_str()));
        codes.map(|code| Ok((code, self.file(code)?))).collect()
    }

    /// The words of every language, and those of a language's own file.
    fn words(&self, layers: &[(&str, &Loaded)]) -> Result<Lexicon, PatternError> {
        let common = self.common.get_or_init(|| {
            let mut words = Lexicon::default();
            self.file(UND)?.add_words(&mut words).map(|()| words)
        });
        let mut words = common.clone()?;
        for (_, loaded) in layers.iter().filter(|(code, _)| *code != UND) {
            loaded.add_words(&mut words)?;
        }
        Ok(words)
    }

    fn compile(&self, code: &str) -> Result<Language, PatternError> {
        let layers = self.layers(code)?;
        // The first page of a language waits for this.
        let (words, patterns) = parallel::both(|| self.words(&layers), || Written::new(&layers));
        let (words, Written { rules, labels, cues }) = (words?, patterns?);
        let (finder, [rules, labelled]) =
            parallel::both(|| Finder::new(labels, cues, &words), || rules.map(|rules| RuleSet::new(rules, &words)));
        let decimal = layers.iter().rev().find_map(|(_, loaded)| loaded.file.numbers.decimal);
        let numbers = Numbers { decimal };
        let memory = Kept::default();
        Ok(Language { code: code.to_owned(), numbers, rules, labelled, finder, words, memory })
    }
}

/// What a language's files say beside words.
struct Written {
    /// The rules tried everywhere, and those tried behind a label only.
    rules: [Vec<rules::Source>; 2],
    labels: Vec<(Vec<cues::Form>, Label)>,
    cues: Vec<(Vec<cues::Form>, Cue)>,
}

impl Written {
    fn new(layers: &[(&str, &Loaded)]) -> Result<Self, PatternError> {
        let (mut rules, mut labelled) = (Vec::new(), Vec::new());
        let (mut labels, mut cues, mut prints) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (layer, loaded) in layers {
            for rule in loaded.rules(layer)? {
                if rule.labelled { labelled.push(rule) } else { rules.push(rule) }
            }
            labels.extend(loaded.labels(layer, &mut prints)?);
            cues.extend(loaded.cues(layer)?);
        }
        // Where both say the same words, Kohesio's are found first.
        let prints = prints.into_iter().map(|(form, label)| (vec![vec![Node::Text(form)]], label));
        Ok(Written { rules: [rules, labelled], labels: prints.chain(labels).collect(), cues })
    }
}
