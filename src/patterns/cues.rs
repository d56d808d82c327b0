//! Cues and labels: words beside values. They stay apart from rules, or the two would multiply.

use std::collections::BTreeMap;

use super::automaton::Automaton;
use super::lexicon::Lexicon;
use super::program::{Case, Exact, Inst, Program};
use super::schema::{Class, Field, Kind, Print, Role};
use super::syntax::{Node, Part};
use super::view::{Learnt, View};
use crate::text::fold;

/// A form of a cue or label.
pub type Form = Vec<Node>;

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Before,
    Near,
    After,
    Behind,
}

/// Words that say what a value is.
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

impl Cue {
    /// What its words are looked for as.
    pub fn topic(&self) -> Topic {
        match self.place {
            Place::Before | Place::Near => Topic::Before(self.kind),
            Place::After | Place::Behind => Topic::Behind(self.kind),
        }
    }
}

/// What a label means: the field that follows and, for Kohesio's own, what it is and in which languages.
#[derive(Debug, Clone, Default)]
pub struct Label {
    pub field: Option<Field>,
    pub prints: BTreeMap<Print, Vec<String>>,
    /// `it/label/start_date`, `und/kohesio/start_date`.
    pub id: String,
}

/// What words of a page are looked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Cues before values of a kind, and behind them.
    Before(Kind),
    Behind(Kind),
    Label,
    /// Words of a class.
    ModBefore,
    ModAfter,
    Fund,
    Project,
    Between,
    Eligible,
}

const KINDS: usize = Kind::ALL.len();

impl Topic {
    /// How many there are.
    pub const COUNT: usize = 2 * KINDS + 7;

    /// Its place in a list of all.
    pub fn index(self) -> usize {
        match self {
            Topic::Before(kind) => kind as usize,
            Topic::Behind(kind) => KINDS + kind as usize,
            Topic::Label => 2 * KINDS,
            Topic::ModBefore => 2 * KINDS + 1,
            Topic::ModAfter => 2 * KINDS + 2,
            Topic::Fund => 2 * KINDS + 3,
            Topic::Project => 2 * KINDS + 4,
            Topic::Between => 2 * KINDS + 5,
            Topic::Eligible => 2 * KINDS + 6,
        }
    }

    /// The classes whose words are looked for.
    const CLASSES: [Class; 6] =
        [Class::ModBefore, Class::ModAfter, Class::Fund, Class::Project, Class::Between, Class::Eligible];

    /// What words of a class are looked for as, where they are.
    pub fn of(class: Class) -> Option<Topic> {
        Some(match class {
            Class::ModBefore => Topic::ModBefore,
            Class::ModAfter => Topic::ModAfter,
            Class::Fund => Topic::Fund,
            Class::Project => Topic::Project,
            Class::Between => Topic::Between,
            Class::Eligible => Topic::Eligible,
            _ => return None,
        })
    }
}

/// The cues and labels of a language, found together.
pub struct Finder {
    cues: Vec<Cue>,
    labels: Vec<Label>,
    /// By the pattern of the automaton: the index of its label, or of its cue behind all labels; the patterns behind these
    /// are words of the classes looked for.
    meanings: Vec<u32>,
    classes: Vec<Class>,
    automaton: Automaton,
}

/// "Beneficiary" is a heading of Kohesio's and a label elsewhere: it is both.
fn with_headings(mut labels: Vec<(Vec<Form>, Label)>, words: &Lexicon) -> Vec<Label> {
    let heading = |(index, (forms, label)): (usize, &(Vec<Form>, Label))| match forms.first().map(Vec::as_slice) {
        Some([Node::Text(text)]) if label.field.is_none() => Some((fold(text), index)),
        _ => None,
    };
    let mut headings: Vec<(String, usize)> = labels.iter().enumerate().filter_map(heading).collect();
    headings.sort_unstable();
    let mut same: BTreeMap<usize, Label> = BTreeMap::new();
    let (mut begins, written) = (Vec::new(), |_, _| "");
    for (forms, label) in labels.iter().filter(|(_, label)| label.field.is_some()) {
        for form in forms {
            begins.clear();
            beginnings(form, &mut begins);
            for begin in &begins {
                let from = headings.partition_point(|(text, _)| text < begin);
                let alike = headings.iter().skip(from).take_while(|(text, _)| text.starts_with(begin.as_str()));
                for (text, index) in alike.filter(|(_, index)| !same.contains_key(index)).collect::<Vec<_>>() {
                    let mut view = View::new(text, words, Learnt::default(), &written);
                    if view.ends(form, vec![0]).contains(&text.len()) {
                        same.insert(*index, label.clone());
                    }
                }
            }
        }
    }
    for (index, Label { field, id, .. }) in same {
        if let Some((_, label)) = labels.get_mut(index) {
            (label.field, label.id) = (field, id);
        }
    }
    labels.into_iter().map(|(_, label)| label).collect()
}

/// What texts of a form begin with, as far as its first text goes; nothing where that cannot be told.
fn beginnings(nodes: &[Node], all: &mut Vec<String>) {
    match nodes.split_first() {
        Some((Node::Text(text), _)) => all.push(fold(text)),
        Some((Node::Space, _)) => all.push(" ".to_owned()),
        Some((Node::Optional(inner), rest)) => {
            beginnings(inner, all);
            beginnings(rest, all);
        }
        Some((Node::Either(ways), _)) => ways.iter().for_each(|way| beginnings(way, all)),
        Some((Node::Slot { .. }, _)) | None => all.push(String::new()),
    }
}

/// What a form of a finder means.
pub enum Meaning {
    Label(u32),
    Cue(u32),
    /// A word of a class.
    Word(Topic, Class),
}

impl Finder {
    /// Makes a finder of labels and cues, each with its forms, labels first. Where forms say the same words, the first is
    /// found first.
    pub fn new(labels: Vec<(Vec<Form>, Label)>, cues: Vec<(Vec<Form>, Cue)>, words: &Lexicon) -> Finder {
        let (mut program, mut meanings) = (Program::default(), Vec::new());
        let mut add = |index: u32, forms: &[Form]| {
            for nodes in forms {
                if program.add(nodes, words, Exact::Words) {
                    meanings.push(index);
                }
            }
        };
        let all = labels.iter().map(|(forms, _)| forms).chain(cues.iter().map(|(forms, _)| forms));
        (0..).zip(all).for_each(|(index, forms)| add(index, forms));
        let mut classes = Vec::new();
        for class in Topic::CLASSES {
            let slot = Node::Slot { part: Part::Only, name: class.name().to_owned(), at: 0..0 };
            if program.add(&[slot], words, Exact::Words) {
                classes.push(class);
            }
        }
        let automaton = Automaton::new(program, words);
        let cues = cues.into_iter().map(|(_, cue)| cue).collect();
        let labels = with_headings(labels, words);
        Finder { cues, labels, meanings, classes, automaton }
    }

    /// What finds the forms of labels and cues, by the number [`Finder::meaning`] takes.
    pub fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    /// Whether a form is written in the case it asks for.
    pub fn fits(
        &self,
        form: u32,
        view: &mut View<'_>,
        span: std::ops::Range<usize>,
        upper: &dyn Fn(usize) -> bool,
    ) -> bool {
        let program = self.automaton.program();
        let Some(pattern) = program.patterns().get(form as usize).filter(|pattern| pattern.cased) else { return true };
        // Most are words of small letters that are an acronym in capitals.
        let first = program.inst(pattern.start);
        let other = matches!(first, Some(Inst::Byte { case: Case::Upper, .. })) && !upper(span.start);
        !other && program.slots(form, view, span, upper).is_some()
    }

    /// What a form means.
    pub fn meaning(&self, form: u32) -> Option<Meaning> {
        let Some(&index) = self.meanings.get(form as usize) else {
            let &class = self.classes.get(form as usize - self.meanings.len())?;
            return Some(Meaning::Word(Topic::of(class)?, class));
        };
        let labels = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        Some(if index < labels { Meaning::Label(index) } else { Meaning::Cue(index - labels) })
    }

    /// The cue of an index.
    pub fn cue(&self, index: u32) -> Option<&Cue> {
        self.cues.get(index as usize)
    }

    /// The label of an index.
    pub fn label(&self, index: u32) -> Option<&Label> {
        self.labels.get(index as usize)
    }
}
