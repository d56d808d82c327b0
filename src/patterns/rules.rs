//! Rules: patterns made into one automaton that tells which of them match at a place, and how far.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex_automata::meta;

use super::automaton::Automaton;
use super::error::PatternError;
use super::lexicon::{Lexicon, any_of, first_words};
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
    /// A word of the pattern itself that is found only as written.
    Exact,
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
            ) | Slot::Exact
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
            Slot::Exact => return None,
        })
    }

    /// The words a value of this slot can begin with, where it begins with no digit.
    fn first_words(self, words: &Lexicon) -> Vec<String> {
        let class = match self {
            Slot::Day => Class::DayName,
            Slot::Number => Class::NumberWord,
            Slot::Word(class) => class,
            _ => return Vec::new(),
        };
        first_words(words.forms(class).map(|(form, _)| form)).collect()
    }
}

/// Groups by one kind of separator, a decimal part by a point or comma.
const DIGITS: &str = "(?:[0-9]{1,3}(?:(?: [0-9]{3})+|(?:\\.[0-9]{3})+|(?:,[0-9]{3})+|(?:'[0-9]{3})+)(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?)";

/// A spelled-out number: its words with or without spaces, hyphens and joining words between them.
fn number_words(words: &Lexicon) -> Option<String> {
    let word = words.regex(Class::NumberWord)?;
    let joint = match words.regex(Class::NumberJoiner) {
        Some(joiner) => format!("(?:,? (?:{joiner} )?|-|{joiner})"),
        None => "(?:,? |-)".to_owned(),
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
    /// What stands in its exact slots, in order.
    exact: Vec<String>,
    regex: String,
    captures: OnceLock<Option<meta::Regex>>,
    /// The words it can begin with.
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
        let (mut slots, mut exact) = (Vec::new(), Vec::new());
        let regex = sequence(source.nodes, words, &mut slots, &mut exact)?;
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
            exact,
            regex,
            captures: OnceLock::new(),
            first,
        })
    }

    /// Whether it reads the two ends of a range.
    pub fn is_range(&self) -> bool {
        self.slots.iter().any(|(part, _)| *part == Part::End)
    }

    /// The slots of a folded text that matches from end to end, as ranges of it.
    pub fn slots(&self, folded: &str) -> Option<Vec<(Part, Slot, Range<usize>)>> {
        // What stands in the slots is asked of few short texts: the engines that are made at once and small serve best.
        let lean = || meta::Config::new().hybrid(false).dfa(false).onepass(false).auto_prefilter(false);
        let make = || meta::Builder::new().configure(lean()).build(&format!("\\A(?:{})\\z", self.regex)).ok();
        let regex = self.captures.get_or_init(make).as_ref()?;
        let mut captures = regex.create_captures();
        regex.captures(folded, &mut captures);
        let found = captures.is_match().then(|| self.slots.iter().zip(captures.iter().skip(1)))?;
        Some(found.filter_map(|(&(part, slot), group)| group.map(|g| (part, slot, g.range()))).collect())
    }

    /// Whether `written` is one of the words that this rule finds only as written.
    pub fn has_exact(&self, written: &str) -> bool {
        self.exact.iter().any(|word| word == written)
    }
}

/// Writes the regex of a sequence; every slot becomes a group, in order.
fn sequence(nodes: &[Node], words: &Lexicon, slots: &mut Vec<(Part, Slot)>, exact: &mut Vec<String>) -> Option<String> {
    let mut out = String::new();
    for node in nodes {
        match node {
            Node::Text(text) => {
                let regex = any_of([text.as_str()].into_iter())?;
                if text.chars().any(char::is_uppercase) {
                    slots.push((Part::Only, Slot::Exact));
                    exact.push(text.clone());
                    out.push_str(&format!("({regex})"));
                } else {
                    out.push_str(&regex);
                }
            }
            Node::Space => out.push(' '),
            Node::Slot { part, name, .. } => {
                let slot = Slot::from_name(name)?;
                let regex = slot.regex(words)?;
                slots.push((*part, slot));
                out.push_str(&format!("({regex})"));
            }
            Node::Optional(inner) => {
                let before = (slots.len(), exact.len());
                match sequence(inner, words, slots, exact) {
                    Some(inner) => out.push_str(&format!("(?:{inner})?")),
                    None => forget(before, slots, exact),
                }
            }
            Node::Either(ways) => {
                let mut alternatives = Vec::new();
                for way in ways {
                    let before = (slots.len(), exact.len());
                    match sequence(way, words, slots, exact) {
                        Some(way) => alternatives.push(way),
                        None => forget(before, slots, exact),
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

/// Takes back the groups of a way that has no words in this language.
fn forget((slots, exact): (usize, usize), all: &mut Vec<(Part, Slot)>, words: &mut Vec<String>) {
    all.truncate(slots);
    words.truncate(exact);
}

/// Collects the words a sequence can begin with; every digit is tried in any case. Returns whether it can be empty.
fn first_of(nodes: &[Node], words: &Lexicon, first: &mut Vec<String>) -> bool {
    for node in nodes {
        let empty = match node {
            Node::Text(text) => {
                first.extend(first_words([text.as_str()].into_iter()));
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
    automaton: Automaton,
    /// Finds the words a rule can begin with; digits need no automaton.
    starts: Option<AhoCorasick>,
}

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

    /// Every place of a folded text a rule can begin at, in order.
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

    /// Every rule that matches a folded text from `at` with every end it can have, longest first: `(rule index, end)`.
    pub fn at(&self, text: &str, at: usize, ends: &mut Vec<(usize, usize)>) {
        ends.clear();
        let Some(search) = &self.search else { return };
        search.automaton.at(text, at, ends);
    }
}

impl Search {
    fn new(language: &str, rules: &[Rule]) -> Result<Search, PatternError> {
        let sources: Vec<&str> = rules.iter().map(|rule| rule.regex.as_str()).collect();
        let automaton = Automaton::new(language, &sources)?;
        let words: BTreeSet<&String> =
            rules.iter().flat_map(|rule| &rule.first).filter(|word| !word.is_empty()).collect();
        let starts = if words.is_empty() {
            None
        } else {
            Some(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words))
        };
        let starts = starts.transpose().map_err(|e| {
            PatternError::file(&format!("patterns/{language}.toml"), format!("words cannot be compiled: {e}"))
        })?;
        Ok(Search { automaton, starts })
    }
}
