//! Rules: patterns made into one automaton that tells which of them match at a place, and how far.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::hybrid::dfa::{Cache, DFA, OverlappingState};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind, meta};

use super::cues::{SIZE_LIMIT, many};
use super::error::PatternError;
use super::lexicon::{Lexicon, SPACES, any_first_of, any_of};
use super::schema::{Class, Group, Kind, Role};
use super::syntax::{Node, Part};

/// A place in a pattern that holds a part of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    Day,
    Month,
    /// A month in two digits: "9/2003" is a law's number far more often than a month.
    Month2,
    Year,
    Year2,
    Hour,
    Minute,
    Second,
    /// A number in figures or words.
    Number,
    /// A number in figures.
    Digits,
    Word(Class),
}

impl Slot {
    const ENGINE: [(&'static str, Slot); 10] = [
        ("day", Slot::Day),
        ("month", Slot::Month),
        ("month2", Slot::Month2),
        ("year", Slot::Year),
        ("year2", Slot::Year2),
        ("hour", Slot::Hour),
        ("minute", Slot::Minute),
        ("second", Slot::Second),
        ("number", Slot::Number),
        ("digits", Slot::Digits),
    ];

    /// The slot of this name.
    pub fn from_name(name: &str) -> Option<Slot> {
        let engine = Self::ENGINE.iter().find(|(n, _)| *n == name).map(|&(_, slot)| slot);
        engine.or_else(|| Class::from_name(name).map(Slot::Word))
    }

    /// The names of all slots, for help texts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ENGINE.iter().map(|&(name, _)| name).chain(Class::ALL.iter().map(|class| class.name()))
    }

    /// Whether the slot only says where the value stands and is no part of it.
    pub fn is_context(self) -> bool {
        matches!(
            self,
            Slot::Word(
                Class::Verb
                    | Class::Act
                    | Class::YearCue
                    | Class::SchoolYear
                    | Class::RangeFrom
                    | Class::RangeTo
                    | Class::Filler
                    | Class::ModBefore
                    | Class::ModAfter
            )
        )
    }

    /// `None` where the language has no words for it.
    fn regex(self, words: &Lexicon) -> Option<String> {
        let figures_or = |figures: &str, class| match words.regex(class) {
            Some(words) => format!("(?:{figures}|{words})"),
            None => figures.to_owned(),
        };
        Some(match self {
            Slot::Day => figures_or("(?:0?[1-9]|[12][0-9]|3[01])", Class::DayName),
            Slot::Month => "(?:0?[1-9]|1[0-2])".to_owned(),
            Slot::Month2 => "(?:0[1-9]|1[0-2])".to_owned(),
            Slot::Year => "(?:(?:19|20)[0-9]{2})".to_owned(),
            Slot::Year2 => "(?:[0-9]{2})".to_owned(),
            Slot::Hour => "(?:[01]?[0-9]|2[0-3])".to_owned(),
            Slot::Minute | Slot::Second => "(?:[0-5][0-9])".to_owned(),
            Slot::Digits => DIGITS.to_owned(),
            Slot::Number => match number_words(words) {
                Some(spelled) => format!("(?:{DIGITS}|{spelled})"),
                None => DIGITS.to_owned(),
            },
            Slot::Word(class) => words.regex(class)?,
        })
    }

    /// Regexes for what a value of this slot can begin with, where that is no digit.
    fn first_words(self, words: &Lexicon) -> Option<String> {
        let first = |class| any_first_of(words.forms(class).map(|(form, _)| form));
        match self {
            Slot::Day => first(Class::DayName),
            Slot::Number => first(Class::NumberWord),
            Slot::Word(class) => first(class),
            _ => None,
        }
    }
}

/// Groups by one kind of separator, a decimal part by a point or comma.
const DIGITS: &str = "(?:[0-9]{1,3}(?:(?: [0-9]{3})+|(?:\\.[0-9]{3})+|(?:,[0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)";

/// A spelled-out number: its words with or without spaces, hyphens and joining words between them.
fn number_words(words: &Lexicon) -> Option<String> {
    let word = words.regex(Class::NumberWord)?;
    let joint = match words.regex(Class::NumberJoiner) {
        Some(joiner) => format!("(?:{SPACES}(?:{joiner}{SPACES})?|-|{joiner})"),
        None => format!("(?:{SPACES}|-)"),
    };
    Some(format!("(?:{word}(?:{joint}?{word})*)"))
}

/// A rule ready to match.
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
    slots: Vec<(Part, Slot)>,
    regex: String,
    captures: OnceLock<Option<regex::Regex>>,
    /// Regexes for the words it can begin with.
    first: Vec<String>,
}

/// What a rule is made from: see [`super::schema::RuleSource`] and [`super::schema::SkipSource`].
pub struct Source<'s> {
    pub id: String,
    pub nodes: &'s [Node],
    pub kind: Option<Kind>,
    pub hides: &'s [Kind],
    pub labelled: bool,
    pub month_first: bool,
    pub group: Option<Group>,
    pub role: Option<Role>,
}

impl Rule {
    /// `None` when the language has no words for one of its slots.
    pub fn new(source: Source<'_>, words: &Lexicon) -> Option<Rule> {
        let mut slots = Vec::new();
        let regex = sequence(source.nodes, words, &mut slots)?;
        let mut first = Vec::new();
        first_of(source.nodes, words, &mut first);
        Some(Rule {
            id: source.id,
            kind: source.kind,
            hides: if source.kind.is_none() && source.hides.is_empty() {
                Kind::ALL.to_vec()
            } else {
                source.hides.to_vec()
            },
            labelled: source.labelled,
            month_first: source.month_first,
            group: source.group,
            role: source.role,
            slots,
            regex,
            captures: OnceLock::new(),
            first,
        })
    }

    /// Whether it reads the two ends of a range.
    pub fn is_range(&self) -> bool {
        self.slots.iter().any(|(part, _)| *part == Part::End)
    }

    /// The slots of a text that matches from end to end, as ranges of it.
    pub fn slots(&self, text: &str) -> Option<Vec<(Part, Slot, Range<usize>)>> {
        let regex =
            self.captures.get_or_init(|| regex::Regex::new(&format!("\\A(?:{})\\z", self.regex)).ok()).as_ref()?;
        let captures = regex.captures(text)?;
        let found = self.slots.iter().zip(captures.iter().skip(1));
        Some(found.filter_map(|(&(part, slot), group)| group.map(|g| (part, slot, g.range()))).collect())
    }
}

/// Writes the regex of a sequence; every slot becomes a group, in order.
fn sequence(nodes: &[Node], words: &Lexicon, slots: &mut Vec<(Part, Slot)>) -> Option<String> {
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(&any_of([text.as_str()].into_iter())?),
            Node::Space => out.push_str(SPACES),
            Node::Slot { part, name, .. } => {
                let slot = Slot::from_name(name)?;
                let regex = slot.regex(words)?;
                slots.push((*part, slot));
                out.push_str(&format!("({regex})"));
            }
            Node::Optional(inner) => {
                let before = slots.len();
                match sequence(inner, words, slots) {
                    Some(inner) => out.push_str(&format!("(?:{inner})?")),
                    None => slots.truncate(before),
                }
            }
            Node::Either(ways) => {
                let mut alternatives = Vec::new();
                for way in ways {
                    let before = slots.len();
                    match sequence(way, words, slots) {
                        Some(way) => alternatives.push(way),
                        None => slots.truncate(before),
                    }
                }
                if alternatives.is_empty() {
                    return None;
                }
                out.push_str(&format!("(?:{})", alternatives.join("|")));
            }
        }
    }
    Some(out)
}

/// Collects the words a sequence can begin with; every digit is tried in any case. Returns whether it can be empty.
fn first_of(nodes: &[Node], words: &Lexicon, first: &mut Vec<String>) -> bool {
    for node in nodes {
        let empty = match node {
            Node::Text(text) => {
                first.extend(any_first_of([text.as_str()].into_iter()));
                false
            }
            Node::Space => false,
            Node::Slot { name, .. } => {
                if let Some(slot) = Slot::from_name(name) {
                    first.extend(slot.first_words(words));
                }
                false
            }
            Node::Optional(inner) => {
                first_of(inner, words, first);
                true
            }
            // Every way must be looked at, so no short cut.
            Node::Either(ways) => ways.iter().map(|way| first_of(way, words, first)).filter(|&empty| empty).count() > 0,
        };
        if !empty {
            return false;
        }
    }
    true
}

/// Rules that are matched together.
pub struct RuleSet {
    rules: Vec<Rule>,
    search: Option<Search>,
}

struct Search {
    automaton: DFA,
    caches: Caches,
    /// Finds the words a rule can begin with; digits need no automaton.
    starts: Option<meta::Regex>,
}

type Caches = Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>;

/// A rule is tried no further than this behind its first byte, so that no page costs more than its length.
pub const REACH: usize = 400;

impl RuleSet {
    /// Makes the automaton of `rules`.
    ///
    /// # Errors
    /// [`PatternError`] when it would be larger than the limit.
    pub fn new(language: &str, rules: Vec<Rule>) -> Result<RuleSet, PatternError> {
        let search = if rules.is_empty() { None } else { Some(Search::new(language, &rules)?) };
        Ok(RuleSet { rules, search })
    }

    /// All rules, by the index [`RuleSet::at`] gives.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every place of `text` a rule can begin at, in order.
    pub fn candidates(&self, text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let mut before = false;
        for (at, byte) in text.bytes().enumerate() {
            let digit = byte.is_ascii_digit();
            if digit && !before {
                found.push(at);
            }
            before = digit;
        }
        if let Some(starts) = self.search.as_ref().and_then(|search| search.starts.as_ref()) {
            found.extend(starts.find_iter(text).map(|m| m.start()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Every rule that matches from `at` with every end it can have, longest first: `(rule index, end)`.
    pub fn at(&self, text: &str, at: usize, ends: &mut Vec<(usize, usize)>) {
        ends.clear();
        let Some(search) = &self.search else { return };
        let limit = text.floor_char_boundary((at + REACH).min(text.len()));
        let mut cache = search.caches.get();
        let mut state = OverlappingState::start();
        let input = Input::new(text).range(at..limit).anchored(Anchored::Yes);
        while search.automaton.try_search_overlapping_fwd(&mut cache, &input, &mut state).is_ok() {
            let Some(half) = state.get_match() else { break };
            ends.push((half.pattern().as_usize(), half.offset()));
        }
        ends.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    }
}

impl Search {
    fn new(language: &str, rules: &[Rule]) -> Result<Search, PatternError> {
        let refused = |error: String| {
            PatternError::file(&format!("patterns/{language}.toml"), format!("rules cannot be compiled: {error}"))
        };
        let sources: Vec<&str> = rules.iter().map(|rule| rule.regex.as_str()).collect();
        let automaton = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true).cache_capacity(8 << 20))
            .thompson(regex_automata::nfa::thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT)))
            .build_many(&sources)
            .map_err(|e| refused(e.to_string()))?;
        let mut words: Vec<&str> = rules.iter().flat_map(|rule| &rule.first).map(String::as_str).collect();
        words.sort_unstable();
        words.dedup();
        let starts = match words.as_slice() {
            [] => None,
            words => Some(many(language, &[words.join("|")])?),
        };
        let make = automaton.clone();
        Ok(Search { automaton, caches: Pool::new(Box::new(move || make.create_cache())), starts })
    }
}
