//! Rules: patterns of values, found together by one automaton.

use std::ops::Range;

use super::automaton::Automaton;
use super::lexicon::Lexicon;
use super::program::{Exact, Program};
use super::schema::{Group, Kind, Role};
use super::slots::Slot;
use super::syntax::{Node, Part};
use super::view::View;

/// A rule: what it reads and what its slots are.
#[derive(Debug)]
pub struct Rule {
    /// `it/date/day-month_name-year`.
    pub id: String,
    /// What it reads; `None` for a form that hides others.
    pub kind: Option<Kind>,
    /// The kinds it hides, for a form that does.
    pub hides: Vec<Kind>,
    pub labelled: bool,
    pub month_first: bool,
    pub group: Option<Group>,
    pub role: Option<Role>,
    /// Whether it reads the two ends of a range.
    is_range: bool,
}

/// A rule to be: see [`super::schema::RuleSource`] and [`super::schema::SkipSource`].
pub struct Source {
    pub id: String,
    pub nodes: Vec<Node>,
    pub kind: Option<Kind>,
    pub hides: Vec<Kind>,
    pub labelled: bool,
    pub month_first: bool,
    pub group: Option<Group>,
    pub role: Option<Role>,
}

impl Rule {
    /// Whether it reads the two ends of a range.
    pub fn is_range(&self) -> bool {
        self.is_range
    }
}

/// What stands in one slot of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub part: Part,
    pub slot: Slot,
    /// Bytes of the text scanned.
    pub span: Range<usize>,
    /// The form of the lexicon that stands there, in a slot of words.
    pub form: Option<u32>,
}

/// Rules that are matched together.
pub struct RuleSet {
    rules: Vec<Rule>,
    automaton: Automaton,
}

impl RuleSet {
    /// Makes the automaton of some rules; those the language has no words for are left out.
    pub fn new(sources: Vec<Source>, words: &Lexicon) -> RuleSet {
        let (mut rules, mut program) = (Vec::new(), Program::default());
        for source in sources {
            if !program.add(&source.nodes, words, Exact::Texts) {
                continue;
            }
            let slots = program.patterns().last().map_or(&[][..], |pattern| &pattern.slots);
            let all = source.kind.is_none() && source.hides.is_empty();
            rules.push(Rule {
                id: source.id,
                kind: source.kind,
                hides: if all { Kind::ALL.to_vec() } else { source.hides },
                labelled: source.labelled,
                month_first: source.month_first,
                group: source.group,
                role: source.role,
                is_range: slots.iter().any(|(part, _)| *part == Part::End),
            });
        }
        RuleSet { rules, automaton: Automaton::new(program, words) }
    }

    /// All rules, by the index [`RuleSet::automaton`] gives.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What finds the rules, by their index.
    pub fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    /// The slots of a rule that matches a span of the view from end to end, as ranges of it.
    pub fn slots(
        &self,
        rule: u32,
        view: &mut View<'_>,
        span: Range<usize>,
        upper: &dyn Fn(usize) -> bool,
    ) -> Option<Vec<Filled>> {
        let program = self.automaton.program();
        let filled = program.slots(rule, view, span, upper)?;
        let slots = &program.patterns().get(rule as usize)?.slots;
        let mut all = Vec::with_capacity(filled.len());
        for in_group in &filled {
            let &(part, slot) = slots.get(usize::from(in_group.group))?;
            let form = match slot {
                Slot::Word(class) => Some(view.form(in_group.start, in_group.end, class)?),
                _ => None,
            };
            all.push(Filled { part, slot, span: in_group.start..in_group.end, form });
        }
        view.room.filled = filled;
        Some(all)
    }
}
