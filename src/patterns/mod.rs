//! Patterns: everything that is a fact about a language, read from `patterns/*.toml`, checked, and compiled once.

mod automaton;
mod cues;
mod error;
mod laws;
mod lexicon;
mod rules;
mod schema;
mod syntax;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use toml::Spanned;

pub use automaton::REACH;
use cues::Form;
pub use cues::{Cue, Finder, Hit, Label, Place};
pub use error::PatternError;
pub use lexicon::Lexicon;
pub use rules::{Rule, RuleSet, Slot};
pub use schema::{Class, Field, File, Forms, Group, Kind, Mod, Numbers, Print, Role};
pub use syntax::Part;

use crate::digest::sha256;
use crate::text;
use rules::Source;
use schema::CueSource;

/// The code of the file that holds in every language.
pub const UND: &str = "und";

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

/// All pattern files, checked; each language's is compiled when a page first needs it.
pub struct Patterns {
    files: BTreeMap<String, Loaded>,
    compiled: BTreeMap<String, OnceLock<Result<Language, PatternError>>>,
    digest: String,
}

/// What tells a language from others.
#[derive(Debug, Default)]
pub struct Telling {
    pub words: Vec<String>,
    /// The letters of its alphabet beyond ASCII.
    pub letters: String,
}

/// A file and where it came from.
pub struct Loaded {
    /// The file as read.
    pub file: File,
    place: String,
    source: String,
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
    /// Cues before values and behind them, by kind.
    pub before: BTreeMap<Kind, Finder<Cue>>,
    pub behind: BTreeMap<Kind, Finder<Cue>>,
    pub labels: Finder<Label>,
    pub mod_before: Finder<Mod>,
    pub mod_after: Finder<Mod>,
    pub funds: Finder<String>,
    pub project: Finder<()>,
    pub filler: regex::Regex,
    pub range_to: regex::Regex,
    pub range_and: regex::Regex,
    pub between: Finder<()>,
    pub eligible: Finder<()>,
}

impl Patterns {
    /// The patterns the program brings along.
    ///
    /// # Errors
    /// [`PatternError`] when one of them is wrong, which the tests rule out.
    pub fn embedded() -> Result<Self, PatternError> {
        Self::build(BTreeMap::new())
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
                let source = fs::read_to_string(&path)
                    .map_err(|e| PatternError::file(&place, format!("cannot be read: {}", crate::source::plain(&e))))?;
                sources.insert(code, (place, source));
            }
        }
        if sources.is_empty() {
            let error = PatternError::file(&shown, "expected pattern files, found none");
            return Err(error.help("a pattern file is named after its language: it.toml, en.toml, und.toml"));
        }
        let patterns = Self::build(sources)?;
        patterns.check()?;
        Ok(patterns)
    }

    /// Checks the laws over all files: ids, keys of words, roles, slots, forms. A user's files are checked when they
    /// are loaded; the program's own by its tests and `kohex check`, and not at every start.
    ///
    /// # Errors
    /// [`PatternError`] for the first law broken.
    pub fn check(&self) -> Result<(), PatternError> {
        laws::check(self)
    }

    fn build(mut sources: BTreeMap<String, (String, String)>) -> Result<Self, PatternError> {
        for (code, source) in EMBEDDED {
            let embedded = || (format!("patterns/{code}.toml"), (*source).to_owned());
            sources.entry((*code).to_owned()).or_insert_with(embedded);
        }
        let parts = sources.values().flat_map(|(_, source)| [source.as_bytes(), b"\0"]);
        let digest = sha256(parts).chars().take(16).collect();
        let mut files = BTreeMap::new();
        for (code, (place, source)) in sources {
            let file = read(&place, &source, &code)?;
            files.insert(code, Loaded { file, place, source });
        }
        let compiled = files.keys().map(|code| (code.clone(), OnceLock::new())).collect();
        Ok(Patterns { files, compiled, digest })
    }

    /// The first 16 hex digits of SHA-256 over all files.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Every file by its code.
    pub fn files(&self) -> &BTreeMap<String, Loaded> {
        &self.files
    }

    /// What reads pages of `code`; for a language without a file, what holds in every language.
    ///
    /// # Errors
    /// [`PatternError`] when the language's words make too large an automaton.
    pub fn language(&self, code: &str) -> Result<&Language, PatternError> {
        let code = if self.files.contains_key(code) { code } else { UND };
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
        let Some(loaded) = self.files.get(code) else { return Ok(Telling::default()) };
        let mut words = Vec::new();
        for class in [Class::Function, Class::MonthName] {
            for forms in loaded.file.words.get(&class).into_iter().flat_map(BTreeMap::values) {
                words.extend(loaded.forms(forms, &Lexicon::default())?);
            }
        }
        // Kohesio's labels are its pages' surest words.
        for prints in self.files.get(UND).into_iter().flat_map(|und| und.file.kohesio.values()) {
            words.extend(prints.get(code).into_iter().flatten().map(|form| form.get_ref().clone()));
        }
        Ok(Telling { words, letters: loaded.file.letters.clone() })
    }

    /// Whether pages of this language are read with its own words.
    pub fn knows(&self, code: &str) -> bool {
        code != UND && self.files.contains_key(code)
    }

    /// The language's own file last, so that its rules come first where ids are compared.
    fn layers(&self, code: &str) -> impl Iterator<Item = (&str, &Loaded)> {
        let und = self.files.get_key_value(UND);
        let own = self.files.get_key_value(code).filter(|_| code != UND);
        und.into_iter().chain(own).map(|(code, loaded)| (code.as_str(), loaded))
    }

    fn compile(&self, code: &str) -> Result<Language, PatternError> {
        let mut words = Lexicon::default();
        for (_, loaded) in self.layers(code) {
            loaded.add_words(&mut words)?;
        }
        let (mut rules, mut labelled) = (Vec::new(), Vec::new());
        for (layer, loaded) in self.layers(code) {
            for rule in loaded.rules(layer, &words)? {
                if rule.labelled { labelled.push(rule) } else { rules.push(rule) }
            }
        }
        let numbers = self.layers(code).fold(Numbers::default(), |before, (_, loaded)| Numbers {
            decimal: loaded.file.numbers.decimal.or(before.decimal),
        });
        let mut cues = Vec::new();
        for (layer, loaded) in self.layers(code) {
            for cue in &loaded.file.cue {
                loaded.cue_forms(layer, cue, &words, &mut cues)?;
            }
        }
        let side = |kind: Kind, places: [Place; 2]| {
            let chosen = cues.iter().filter(|(_, cue)| cue.kind == kind && places.contains(&cue.place)).cloned();
            Finder::new(code, chosen.collect())
        };
        let mut before = BTreeMap::new();
        let mut behind = BTreeMap::new();
        for &kind in Kind::ALL {
            before.insert(kind, side(kind, [Place::Before, Place::Near])?);
            behind.insert(kind, side(kind, [Place::After, Place::Behind])?);
        }
        let mods = |class| {
            let forms = words.forms(class).filter_map(|(form, value)| Some((Form::text(form), Mod::from_name(value)?)));
            Finder::new(code, forms.collect())
        };
        let funds = words.forms(Class::Fund).map(|(form, value)| (Form::text(form), value.to_owned())).collect();
        let plain = |class| Finder::new(code, words.forms(class).map(|(form, _)| (Form::text(form), ())).collect());
        let filler =
            words.regex(Class::Filler).map_or_else(String::new, |f| format!("|(?:{f})(?:[ \\t]|\\z)|(?:{f}')"));
        let to = words.regex(Class::RangeTo).map_or_else(String::new, |w| format!("|[ \\t]+{w}[ \\t]*"));
        let year = words.regex(Class::YearWord).map_or_else(String::new, |w| format!("(?:[ \\t]*{w})?"));
        let regex = |source: String| {
            regex::Regex::new(&source).map_err(|e| {
                PatternError::file(&format!("patterns/{code}.toml"), format!("words cannot be compiled: {e}"))
            })
        };
        Ok(Language {
            code: code.to_owned(),
            numbers,
            rules: RuleSet::new(code, rules)?,
            labelled: RuleSet::new(code, labelled)?,
            before,
            behind,
            labels: Finder::new(code, self.labels(code, &words)?)?,
            mod_before: mods(Class::ModBefore)?,
            mod_after: mods(Class::ModAfter)?,
            funds: Finder::new(code, funds)?,
            project: plain(Class::Project)?,
            between: plain(Class::Between)?,
            eligible: plain(Class::Eligible)?,
            range_and: regex(match words.regex(Class::RangeAnd) {
                Some(and) => format!("(?i)\\A[ \\t]+{and}[ \\t']*\\z"),
                None => "[^\\s\\S]".to_owned(),
            })?,
            filler: regex(format!("(?i)\\A(?:[ \\t:=(,\\[\"«“„€£$|]{filler})*\\z"))?,
            range_to: regex(format!("(?i)\\A[.,]?{year}[.,]?(?:[ \\t]*-[ \\t]*{to})\\z"))?,
            words,
        })
    }

    /// Kohesio's own labels, one entry a form, and the language's.
    fn labels(&self, code: &str, words: &Lexicon) -> Result<Vec<(Form, Label)>, PatternError> {
        let mut prints: BTreeMap<String, Label> = BTreeMap::new();
        let mut labels = Vec::new();
        for (layer, loaded) in self.layers(code) {
            for (&print, languages) in &loaded.file.kohesio {
                for (language, forms) in languages {
                    for form in forms {
                        // One form is the label of several languages.
                        let label = prints.entry(form.get_ref().to_lowercase()).or_default();
                        label.field = label.field.or(print.field());
                        label.prints.entry(print).or_default().push(language.clone());
                        label.id = format!("{layer}/kohesio/{print}");
                    }
                }
            }
            for source in &loaded.file.label {
                let id = format!("{layer}/label/{}", source.field);
                // "Beneficiary" is a heading of Kohesio's and a label elsewhere.
                for form in loaded.forms(&source.forms, words)? {
                    if let Some(print) = prints.get_mut(&form.to_lowercase()).filter(|print| print.field.is_none()) {
                        (print.field, print.id) = (Some(source.field), id.clone());
                    }
                }
                for form in loaded.finder_forms(&source.forms, words)? {
                    labels.push((form, Label { field: Some(source.field), prints: BTreeMap::new(), id: id.clone() }));
                }
            }
        }
        // Where both say the same words, Kohesio's are found first.
        Ok(prints.into_iter().map(|(form, label)| (Form::text(&form), label)).chain(labels).collect())
    }
}

impl Loaded {
    /// Every text a form stands for as it is written; a slot in it stands for every word of its class.
    fn written_forms(&self, form: &Spanned<String>, words: &Lexicon) -> Result<Vec<String>, PatternError> {
        let of_class = |name: &str| {
            let forms: Vec<String> = words.forms(Class::from_name(name)?).map(|(form, _)| form.to_owned()).collect();
            (!forms.is_empty()).then_some(forms)
        };
        let nodes = self.parse(form)?;
        let expanded = syntax::expand(&nodes, &of_class).ok_or_else(|| self.no_words(form))?;
        if let Some(strange) = expanded.iter().find(|text| !text::is_normal(text)) {
            return Err(self.not_normal(form, strange));
        }
        Ok(expanded)
    }

    /// Every text the forms stand for, without accents too where the file says so.
    fn forms(&self, forms: &Forms, words: &Lexicon) -> Result<Vec<String>, PatternError> {
        let mut all = Vec::new();
        for form in forms {
            all.extend(self.written_forms(form, words)?);
        }
        if self.file.unaccented {
            let plain: Vec<String> =
                all.iter().map(|form| text::unaccented(form)).filter(|p| !all.contains(p)).collect();
            all.extend(plain);
        }
        Ok(all)
    }

    /// The forms as a finder takes them.
    fn finder_forms(&self, forms: &Forms, words: &Lexicon) -> Result<Vec<Form>, PatternError> {
        let mut all = Vec::new();
        for form in forms {
            let strange = form.get_ref().chars().find(|c| !text::is_normal(c.encode_utf8(&mut [0; 4])));
            if let Some(strange) = strange {
                return Err(self.not_normal(form, &strange.to_string()));
            }
            let nodes = self.with_plain(self.parse(form)?);
            all.push(Form::new(&nodes, words).ok_or_else(|| self.no_words(form))?);
        }
        Ok(all)
    }

    fn not_normal(&self, form: &Spanned<String>, strange: &str) -> PatternError {
        self.error(form, format!("expected plain characters, found '{strange}'"))
            .help("write ' for every apostrophe, - for every dash, composed letters (NFC)")
    }

    fn no_words(&self, form: &Spanned<String>) -> PatternError {
        self.error(form, "expected slots of words this language has, found another".to_owned())
    }

    /// The texts of a pattern also without their accents, where the file says so.
    fn with_plain(&self, mut nodes: Vec<syntax::Node>) -> Vec<syntax::Node> {
        if self.file.unaccented {
            syntax::replace(&mut nodes, &|node| match node {
                syntax::Node::Text(written) => {
                    let plain = text::unaccented(written);
                    (plain != *written).then(|| syntax::either([written.as_str(), plain.as_str()].into_iter()))
                }
                _ => None,
            });
        }
        nodes
    }

    /// Reads a pattern or form; the names of endings in it become their endings.
    fn parse(&self, source: &Spanned<String>) -> Result<Vec<syntax::Node>, PatternError> {
        let mut nodes = syntax::parse(source.get_ref()).map_err(|error| {
            let place = PatternError::at(&self.place, &self.source, self.inside(source, &error.at), error.message);
            match error.help {
                Some(help) => place.help(help),
                None => place,
            }
        })?;
        syntax::replace(&mut nodes, &|node| match node {
            syntax::Node::Slot { name, .. } => {
                let endings = self.file.endings.get(name)?;
                Some(syntax::either(endings.iter().map(|ending| ending.get_ref().as_str())))
            }
            _ => None,
        });
        Ok(nodes)
    }

    /// Where a part of a string stands in the file; the string as a whole where escapes have moved it.
    fn inside(&self, source: &Spanned<String>, at: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let span = source.span();
        let plain = self.source.get(span.start + 1..span.end.saturating_sub(1)) == Some(source.get_ref().as_str());
        if plain { span.start + 1 + at.start..span.start + 1 + at.end } else { span }
    }

    /// A mistake at a string of this file.
    pub fn error(&self, source: &Spanned<String>, message: String) -> PatternError {
        PatternError::at(&self.place, &self.source, source.span(), message)
    }

    fn add_words(&self, lexicon: &mut Lexicon) -> Result<(), PatternError> {
        for (&class, values) in &self.file.words {
            let mut plain = Vec::new();
            for (value, forms) in values {
                for form in forms {
                    for text in self.written_forms(form, &Lexicon::default())? {
                        lexicon.add(class, value, &text).map_err(|other| {
                            let message = format!("expected one value for '{text}', found {other} and {value}");
                            self.error(form, message)
                        })?;
                        if self.file.unaccented {
                            plain.push((value, text::unaccented(&text)));
                        }
                    }
                }
            }
            // A word of the class itself comes before another one that has lost its accents.
            for (value, text) in plain {
                lexicon.add_missing(class, value, &text);
            }
        }
        Ok(())
    }

    fn rules(&self, layer: &str, words: &Lexicon) -> Result<Vec<Rule>, PatternError> {
        let mut rules = Vec::new();
        for source in &self.file.rule {
            let nodes = self.pattern(&source.pattern)?;
            let kind = source.id.get_ref().split('/').next().and_then(Kind::from_name);
            rules.extend(Rule::new(
                Source {
                    id: format!("{layer}/{}", source.id.get_ref()),
                    nodes: &nodes,
                    kind,
                    hides: &[],
                    labelled: source.labelled,
                    month_first: source.month_first,
                    group: source.group,
                    role: source.role,
                },
                words,
            ));
        }
        for source in &self.file.skip {
            let nodes = self.pattern(&source.pattern)?;
            let id = format!("{layer}/{}", source.id.get_ref());
            let hides = source.hides.as_slice();
            let none = (false, false, None, None);
            let (labelled, month_first, group, role) = none;
            rules.extend(Rule::new(
                Source { id, nodes: &nodes, kind: None, hides, labelled, month_first, group, role },
                words,
            ));
        }
        Ok(rules)
    }

    /// Reads a pattern and checks its slots.
    fn pattern(&self, source: &Spanned<String>) -> Result<Vec<syntax::Node>, PatternError> {
        let nodes = self.parse(source)?;
        self.check_slots(source, &nodes)?;
        Ok(self.with_plain(nodes))
    }

    fn check_slots(&self, source: &Spanned<String>, nodes: &[syntax::Node]) -> Result<(), PatternError> {
        for node in nodes {
            match node {
                syntax::Node::Slot { name, at, .. } if Slot::from_name(name).is_none() => {
                    let message = format!("expected a slot, found {{{name}}}");
                    let error = PatternError::at(&self.place, &self.source, self.inside(source, at), message);
                    return Err(match nearest(name, Slot::names()) {
                        Some(near) => error.help(format!("did you mean {{{near}}}?")),
                        None => error.help(format!("slots are {}", Slot::names().collect::<Vec<_>>().join(", "))),
                    });
                }
                syntax::Node::Optional(inner) => self.check_slots(source, inner)?,
                syntax::Node::Either(ways) => ways.iter().try_for_each(|way| self.check_slots(source, way))?,
                _ => {}
            }
        }
        Ok(())
    }

    fn cue_forms(
        &self,
        layer: &str,
        cue: &CueSource,
        words: &Lexicon,
        out: &mut Vec<(Form, Cue)>,
    ) -> Result<(), PatternError> {
        let via = self.forms(&cue.via, words)?;
        let places = [
            (Place::Before, &cue.before),
            (Place::After, &cue.after),
            (Place::Near, &cue.near),
            (Place::Behind, &cue.behind),
        ];
        for (place, forms) in places {
            for form in self.finder_forms(forms, words)? {
                let id = format!("{layer}/cue/{}/{}", cue.kind, cue.role);
                let via = if place == Place::Near { via.clone() } else { Vec::new() };
                let within = cue.within.unwrap_or(usize::MAX);
                out.push((form, Cue { kind: cue.kind, role: cue.role, place, within, via, id }));
            }
        }
        Ok(())
    }
}

/// Reads one file; TOML's own errors get the house's form.
fn read(place: &str, source: &str, code: &str) -> Result<File, PatternError> {
    let file: File = toml::from_str(source).map_err(|error| {
        let message = error.message().replace('\n', " ").replace("TOML parse error ", "");
        match error.span() {
            Some(span) => PatternError::at(place, source, span, message),
            None => PatternError::file(place, message),
        }
    })?;
    if file.language.get_ref() != code {
        let message = format!("expected \"{code}\" as the file is named, found \"{}\"", file.language.get_ref());
        return Err(PatternError::at(place, source, file.language.span(), message));
    }
    Ok(file)
}

/// The name that differs least from a misspelt one, where one is near.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.map(|n| (strsim::damerau_levenshtein(name, n), n)).filter(|(d, _)| *d <= 2).min().map(|(_, n)| n)
}
