//! One pattern file: read, with its forms and patterns as nodes, and mistakes with their place.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::slice::from_mut;
use std::sync::OnceLock;

use toml::Spanned;

use super::cues::{Cue, Form, Label, Place};
use super::error::PatternError;
use super::lexicon::Lexicon;
use super::rules::Source;
use super::schema::{Class, CueSource, File, Forms, Kind};
use super::slots::Slot;
use super::syntax::{self, Node};
use crate::text;

/// Words are written out, so one form stands for no more texts than this; the largest of ours for a few hundred.
const MOST_TEXTS: u64 = 20_000;

/// A file as it lies there.
#[derive(Debug)]
pub struct Unread {
    pub place: String,
    pub text: Cow<'static, str>,
}

/// A file that was read.
pub struct Loaded {
    /// The file as read.
    pub file: File,
    place: String,
    source: Cow<'static, str>,
    /// Its endings by their names.
    endings: BTreeMap<String, Node>,
    /// Each without accents too; not asked for where a file only tells its language.
    plain_endings: OnceLock<BTreeMap<String, Node>>,
}

impl Unread {
    /// Reads the file of a language; TOML's own errors get the house's form.
    pub fn read(&self, code: &str) -> Result<Loaded, PatternError> {
        let (place, source) = (self.place.as_str(), self.text.as_ref());
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
        Ok(Loaded::new(file, self.place.clone(), self.text.clone()))
    }

    /// Reads only what tells the language from others: its first lines, endings, month names and most frequent words.
    /// `None` where the file is not laid out so that its lines can be told apart; then all of it must be read.
    pub fn read_telling(&self, code: &str) -> Option<Loaded> {
        const TABLES: [&str; 3] = ["[endings]", "[words.function]", "[words.month_name]"];
        let mut parts = String::new();
        let mut wanted = true;
        for line in self.text.split_inclusive('\n') {
            if line.starts_with('[') {
                wanted = TABLES.contains(&line.trim_end());
            }
            if wanted {
                parts.push_str(line);
            }
        }
        Unread { place: self.place.clone(), text: Cow::Owned(parts) }.read(code).ok()
    }
}

impl Loaded {
    fn new(file: File, place: String, source: Cow<'static, str>) -> Self {
        let either = |endings: &Forms| syntax::either(endings.iter().map(|ending| ending.get_ref().as_str()));
        let endings = file.endings.iter().map(|(name, endings)| (name.clone(), either(endings))).collect();
        Loaded { file, place, source, endings, plain_endings: OnceLock::new() }
    }

    /// Every text the forms stand for, without accents too where the file says so.
    pub fn texts(&self, forms: &Forms) -> Result<Vec<String>, PatternError> {
        let mut all = Vec::new();
        for form in forms {
            syntax::each(&self.parse(form)?, &mut String::new(), &mut |text| all.push(text.to_owned()));
        }
        if self.file.unaccented {
            let plain: Vec<String> =
                all.iter().filter(|form| !form.is_ascii()).map(|form| text::unaccented(form)).collect();
            all.extend(plain);
        }
        Ok(all)
    }

    /// The forms as nodes.
    fn forms(&self, forms: &Forms) -> Result<Vec<Form>, PatternError> {
        forms.iter().map(|form| self.with_plain(form)).collect()
    }

    /// Reads a pattern or form, its texts also without their accents where the file says so.
    fn with_plain(&self, source: &Spanned<String>) -> Result<Vec<Node>, PatternError> {
        if !self.file.unaccented {
            return self.parse(source);
        }
        let plain_endings = self.plain_endings.get_or_init(|| {
            let mut endings = self.endings.clone();
            for ending in endings.values_mut() {
                add_plain(from_mut(ending));
            }
            endings
        });
        let mut nodes = self.written(source)?;
        add_plain(&mut nodes);
        put_endings(&mut nodes, plain_endings);
        Ok(nodes)
    }

    /// Reads a pattern or form; the names of endings in it become their endings.
    pub fn parse(&self, source: &Spanned<String>) -> Result<Vec<Node>, PatternError> {
        let mut nodes = self.written(source)?;
        put_endings(&mut nodes, &self.endings);
        Ok(nodes)
    }

    /// Reads a pattern or form as it is written.
    fn written(&self, source: &Spanned<String>) -> Result<Vec<Node>, PatternError> {
        syntax::parse(source.get_ref()).map_err(|error| {
            let place = PatternError::at(&self.place, &self.source, self.inside(source, &error.at), error.message);
            match error.help {
                Some(help) => place.help(help),
                None => place,
            }
        })
    }

    /// Where a part of a string stands in the file; the string as a whole where escapes have moved it.
    fn inside(&self, source: &Spanned<String>, at: &Range<usize>) -> Range<usize> {
        let span = source.span();
        let plain = self.source.get(span.start + 1..span.end.saturating_sub(1)) == Some(source.get_ref().as_str());
        if plain { span.start + 1 + at.start..span.start + 1 + at.end } else { span }
    }

    /// A mistake at a string of this file.
    pub fn error(&self, source: &Spanned<String>, message: String) -> PatternError {
        PatternError::at(&self.place, &self.source, source.span(), message)
    }

    /// A mistake of the file as a whole, or at the first of some strings.
    pub fn error_in(&self, forms: &Forms, message: String) -> PatternError {
        match forms.first() {
            Some(form) => self.error(form, message),
            None => PatternError::file(&self.place, message),
        }
    }

    /// Adds the file's words to those of a language.
    pub fn add_words(&self, lexicon: &mut Lexicon) -> Result<(), PatternError> {
        // The most frequent words only tell languages apart.
        for (&class, values) in self.file.words.iter().filter(|(class, _)| **class != Class::Function) {
            let mut plain = Vec::new();
            for (value, forms) in values {
                for form in forms {
                    let nodes = self.parse(form)?;
                    let texts = syntax::count(&nodes);
                    if texts > MOST_TEXTS {
                        return Err(self.error(form, format!("expected at most {MOST_TEXTS} texts, found {texts}")));
                    }
                    lexicon.add(class, value, &nodes).map_err(|(other, text)| {
                        self.error(form, format!("expected one value for '{text}', found {other} and {value}"))
                    })?;
                    if self.file.unaccented
                        && let Some(nodes) = unaccented(nodes)
                    {
                        plain.push((value, nodes));
                    }
                }
            }
            // A word of the class itself comes before another one that has lost its accents.
            for (value, nodes) in plain {
                lexicon.add_missing(class, value, &nodes);
            }
        }
        Ok(())
    }

    /// The file's rules and forms that hide; `layer` is the code they are named by.
    pub fn rules(&self, layer: &str) -> Result<Vec<Source>, PatternError> {
        let mut rules = Vec::new();
        for source in &self.file.rule {
            rules.push(Source {
                id: format!("{layer}/{}", source.id.get_ref()),
                nodes: self.pattern(&source.pattern)?,
                kind: source.id.get_ref().split('/').next().and_then(Kind::from_name),
                hides: Vec::new(),
                labelled: source.labelled,
                month_first: source.month_first,
                group: source.group,
                role: source.role,
            });
        }
        for source in &self.file.skip {
            rules.push(Source {
                id: format!("{layer}/{}", source.id.get_ref()),
                nodes: self.pattern(&source.pattern)?,
                kind: None,
                hides: source.hides.clone(),
                labelled: false,
                month_first: false,
                group: None,
                role: None,
            });
        }
        Ok(rules)
    }

    /// Reads a pattern and checks its slots.
    fn pattern(&self, source: &Spanned<String>) -> Result<Vec<Node>, PatternError> {
        let nodes = self.with_plain(source)?;
        self.check_slots(source, &nodes)?;
        Ok(nodes)
    }

    fn check_slots(&self, source: &Spanned<String>, nodes: &[Node]) -> Result<(), PatternError> {
        for node in nodes {
            match node {
                Node::Slot { name, at, .. } if Slot::from_name(name).is_none() => {
                    let message = format!("expected a slot, found {{{name}}}");
                    let error = PatternError::at(&self.place, &self.source, self.inside(source, at), message);
                    return Err(match nearest(name, Slot::names()) {
                        Some(near) => error.help(format!("did you mean {{{near}}}?")),
                        None => error.help(format!("slots are {}", Slot::names().collect::<Vec<_>>().join(", "))),
                    });
                }
                Node::Optional(inner) => self.check_slots(source, inner)?,
                Node::Either(ways) => ways.iter().try_for_each(|way| self.check_slots(source, way))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The file's cues, each with its forms.
    pub fn cues(&self, layer: &str) -> Result<Vec<(Vec<Form>, Cue)>, PatternError> {
        let mut all = Vec::new();
        for cue in &self.file.cue {
            for (place, forms) in places(cue) {
                let via = if place == Place::Near { self.texts(&cue.via)? } else { Vec::new() };
                let id = format!("{layer}/cue/{}/{}", cue.kind, cue.role);
                let within = cue.within.unwrap_or(usize::MAX);
                all.push((self.forms(forms)?, Cue { kind: cue.kind, role: cue.role, place, within, via, id }));
            }
        }
        Ok(all)
    }

    /// The file's labels, each with its forms; Kohesio's own are one entry a form.
    pub fn labels(
        &self,
        layer: &str,
        prints: &mut BTreeMap<String, Label>,
    ) -> Result<Vec<(Vec<Form>, Label)>, PatternError> {
        for (&print, languages) in &self.file.kohesio {
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
        let label = |source: &super::schema::LabelSource| {
            let id = format!("{layer}/label/{}", source.field);
            Ok((self.forms(&source.forms)?, Label { field: Some(source.field), prints: BTreeMap::new(), id }))
        };
        self.file.label.iter().map(label).collect()
    }

    /// Checks the forms of cues and labels: plain characters, and slots of words the language has.
    pub fn check_forms(&self, words: &Lexicon) -> Result<(), PatternError> {
        let of_cues = self.file.cue.iter().flat_map(places).flat_map(|(_, forms)| forms);
        let of_labels = self.file.label.iter().flat_map(|label| &label.forms);
        for form in of_cues.chain(of_labels) {
            self.check_plain(form)?;
            let strange = |name: &str| Class::from_name(name).is_none_or(|class| !words.has(class));
            if has_slot(&self.parse(form)?, &strange) {
                return Err(self.error(form, "expected slots of words this language has, found another".to_owned()));
            }
        }
        for form in self.file.words.values().flat_map(BTreeMap::values).flatten() {
            self.check_plain(form)?;
            if has_slot(&self.parse(form)?, &|_| true) {
                return Err(self.error(form, "expected slots of words this language has, found another".to_owned()));
            }
        }
        Ok(())
    }

    fn check_plain(&self, form: &Spanned<String>) -> Result<(), PatternError> {
        match form.get_ref().chars().find(|c| !text::is_normal(c.encode_utf8(&mut [0; 4]))) {
            Some(strange) => Err(self
                .error(form, format!("expected plain characters, found '{strange}'"))
                .help("write ' for every apostrophe, - for every dash, composed letters (NFC)")),
            None => Ok(()),
        }
    }
}

/// Beside every text with accents stands one without.
fn add_plain(nodes: &mut [Node]) {
    syntax::replace(nodes, &|node| match node {
        Node::Text(written) if !written.is_ascii() => {
            let plain = text::unaccented(written);
            (plain != *written).then(|| syntax::either([written.as_str(), plain.as_str()].into_iter()))
        }
        _ => None,
    });
}

/// Puts endings in the place of their names.
fn put_endings(nodes: &mut [Node], endings: &BTreeMap<String, Node>) {
    syntax::replace(nodes, &|node| match node {
        Node::Slot { name, .. } => endings.get(name).cloned(),
        _ => None,
    });
}

fn places(cue: &CueSource) -> [(Place, &Forms); 4] {
    [(Place::Before, &cue.before), (Place::After, &cue.after), (Place::Near, &cue.near), (Place::Behind, &cue.behind)]
}

/// Whether a slot of these names stands in a form.
fn has_slot(nodes: &[Node], which: &impl Fn(&str) -> bool) -> bool {
    nodes.iter().any(|node| match node {
        Node::Slot { name, .. } => which(name),
        Node::Optional(inner) => has_slot(inner, which),
        Node::Either(ways) => ways.iter().any(|way| has_slot(way, which)),
        Node::Text(_) | Node::Space => false,
    })
}

/// Nodes without their accents; `None` where they have none.
fn unaccented(mut nodes: Vec<Node>) -> Option<Vec<Node>> {
    let changed = Cell::new(false);
    syntax::replace(&mut nodes, &|node| match node {
        Node::Text(written) if !written.is_ascii() => {
            changed.set(true);
            Some(Node::Text(text::unaccented(written)))
        }
        _ => None,
    });
    changed.get().then_some(nodes)
}

/// The name that differs least from a misspelt one, where one is near.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.map(|n| (strsim::damerau_levenshtein(name, n), n)).filter(|(d, _)| *d <= 2).min().map(|(_, n)| n)
}
