//! The automaton of a program: which patterns match at a place of a text, and how far. Its states are made as texts ask
//! for them, so a language costs what its pages use.

mod search;

use std::collections::HashMap;

use super::lexicon::{Bytes, Lexicon};
use super::program::{Inst, Program};
use super::slots::{self, Filling};
use super::steps::Steps;
use super::table::Table;
use super::view::{View, is_of_word};

/// A program and the states made of it so far.
#[derive(Debug)]
pub struct Automaton {
    program: Program,
    /// The class of every byte: those no pattern has are nought.
    classes: [u8; BYTES],
    /// What can stand in each slot begins with one of these, by the slot's bit.
    fills: Vec<Bytes>,
}

const BYTES: usize = 256;

/// A pattern is tried no further than this behind its first byte, so that no page costs more than its length.
pub const REACH: usize = 400;

/// States are forgotten when there are more of them.
const MOST_STATES: usize = 1 << 14;
/// So many states that several bytes can follow have a row of edges; the edges of further ones are hashed.
const ROWS: usize = 1024;
/// The row of a state that has none.
const HASHED: u16 = u16::MAX;
/// The row of a state that one byte can follow at most.
const CHAIN: u16 = u16::MAX - 1;
/// The sets of slots met last, a power of two.
const RECENT: usize = 64;

/// States made so far; every thread that searches has its own.
#[derive(Debug, Default)]
pub struct States {
    all: Vec<State>,
    /// The instructions of all states, one behind the other.
    insts: Vec<u32>,
    matches: Vec<u32>,
    known: HashMap<Box<[u32]>, u16>,
    /// The states of one instruction.
    single: Table,
    /// By row and class of byte; nought is not made yet.
    rows: Vec<u16>,
    stride: usize,
    /// By state and symbol: a byte of the states without a row, or the number of a set of slots.
    edges: Table,
    sets: Vec<u64>,
    /// Sets met last with their numbers.
    recent: Vec<(u64, u32)>,
    /// Ways gone through already while a state is made.
    gone: Vec<u32>,
    /// What words lead to.
    steps: Steps,
    open: Vec<(usize, u16)>,
    fillings: Vec<Filling>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    insts: (u32, u32),
    matches: (u32, u32),
    /// The slots that can follow, as bits.
    slots: u64,
    /// What can follow begins with one of these.
    next: Bytes,
    /// Whether bytes can follow.
    bytes: bool,
    /// Its row of edges, [`HASHED`] or [`CHAIN`].
    row: u16,
    /// The only byte that can follow in a chain, and the state behind it; nought is not made yet.
    only: u8,
    then: u16,
}

/// The state nothing follows from.
pub const DEAD: u16 = 1;
pub const ROOT: u16 = 2 | SPECIAL;
/// States in which a pattern ends or a slot can follow.
const SPECIAL: u16 = 1 << 15;
const SYMBOL_BITS: u32 = 16;
/// Symbols above the bytes are sets of slots.
const MOST_SETS: usize = (1 << SYMBOL_BITS) - BYTES;

impl Automaton {
    /// The automaton of a program of the patterns of a language.
    pub fn new(program: Program, words: &Lexicon) -> Automaton {
        let fills = (0..u64::BITS).map(|bit| slots::begins(1 << bit, words)).collect();
        let mut automaton = Automaton { program, classes: [0; BYTES], fills };
        for byte in automaton.program.bytes() {
            if let Some(class) = automaton.classes.get_mut(usize::from(byte)) {
                *class = 1;
            }
        }
        let used = automaton.classes.iter_mut().filter(|class| **class == 1);
        (1..=u8::MAX).zip(used).for_each(|(number, class)| *class = number);
        automaton
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    fn class(&self, byte: u8) -> usize {
        self.classes.get(usize::from(byte)).copied().unwrap_or(0).into()
    }

    /// Every pattern that matches from `at` with every end it can have, longest first: `(pattern, end)`.
    #[inline]
    pub fn at(&self, states: &mut States, view: &mut View<'_>, at: usize, ends: &mut Vec<(u32, usize)>) {
        ends.clear();
        let numbering = view.numbering();
        if states.steps.numbering() != numbering {
            states.steps = Steps::new(numbering);
        }
        // Most places are those of words that begin nothing.
        let Some(&byte) = view.text().as_bytes().get(at) else { return };
        if is_of_word(byte)
            && let Some((word, _)) = view.word(at)
            && states.steps.begins_nothing(word)
        {
            return;
        }
        self.search(states, view, (at, byte), ends);
    }

    fn search(&self, states: &mut States, view: &mut View<'_>, (at, byte): (usize, u8), ends: &mut Vec<(u32, usize)>) {
        let text = view.text();
        if states.all.is_empty() || states.all.len() > MOST_STATES {
            states.begin(self);
        }
        if !states.state(ROOT).is_some_and(|root| root.next.may_have(byte)) {
            return;
        }
        let limit = if at + REACH < text.len() { text.floor_char_boundary(at + REACH) } else { text.len() };
        states.run(self, view, at, limit, ends);
        // A pattern all of which may be left out does not stand where nothing stands.
        ends.retain(|&(_, end)| end > at);
        if ends.len() > 1 {
            ends.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            ends.dedup();
        }
    }
}

impl States {
    /// Forgets all states but the one patterns begin in.
    fn begin(&mut self, automaton: &Automaton) {
        *self = States { steps: Steps::new(self.steps.numbering()), ..States::default() };
        self.stride = usize::from(automaton.classes.iter().copied().max().unwrap_or(0)) + 1;
        let mut insts = Vec::new();
        for pattern in automaton.program.patterns() {
            self.gone.clear();
            self.follow(&automaton.program, pattern.start, &mut insts);
        }
        self.gone.clear();
        self.add(automaton, insts);
    }

    fn state(&self, state: u16) -> Option<&State> {
        self.all.get(usize::from(state & !SPECIAL).wrapping_sub(2))
    }

    /// The patterns that end in a state.
    fn matches(&self, state: u16) -> &[u32] {
        let (from, to) = self.state(state).map_or((0, 0), |state| state.matches);
        self.matches.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The state behind a byte.
    fn byte(&mut self, automaton: &Automaton, state: u16, byte: u8) -> u16 {
        let number = usize::from(state & !SPECIAL).wrapping_sub(2);
        let Some(here) = self.all.get(number) else { return DEAD };
        if here.row == CHAIN {
            if here.only != byte {
                return DEAD;
            }
            if here.then != 0 {
                return here.then;
            }
            let next = self.make(automaton, state, Symbol::Byte(byte));
            if let Some(here) = self.all.get_mut(number) {
                here.then = next;
            }
            return next;
        }
        let class = automaton.class(byte);
        if class == 0 {
            return DEAD;
        }
        if here.row == HASHED {
            return self.step(automaton, state, Symbol::Byte(byte), byte.into());
        }
        let place = usize::from(here.row) * self.stride + class;
        match self.rows.get(place) {
            Some(&next) if next != 0 => next,
            _ => {
                let next = self.make(automaton, state, Symbol::Byte(byte));
                if let Some(cell) = self.rows.get_mut(place) {
                    *cell = next;
                }
                next
            }
        }
    }

    /// The state behind one of a set of slots. Sets are numbered as they are met; one beyond the numbers is not remembered.
    fn slots(&mut self, automaton: &Automaton, state: u16, slots: u64) -> u16 {
        let place = usize::try_from(slots.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58).unwrap_or(0);
        let number = match self.recent.get(place) {
            Some(&(set, number)) if set == slots => number,
            _ => {
                let known = self.sets.iter().position(|&set| set == slots);
                let index = known.unwrap_or(self.sets.len());
                if index >= MOST_SETS {
                    return self.make(automaton, state, Symbol::Slots(slots));
                }
                if known.is_none() {
                    self.sets.push(slots);
                }
                let number = u32::try_from(BYTES + index).unwrap_or(u32::MAX);
                self.recent.resize(RECENT, (0, 0));
                if let Some(cell) = self.recent.get_mut(place) {
                    *cell = (slots, number);
                }
                number
            }
        };
        self.step(automaton, state, Symbol::Slots(slots), number)
    }

    /// The state behind a symbol of this number.
    fn step(&mut self, automaton: &Automaton, state: u16, symbol: Symbol, number: u32) -> u16 {
        let key = u32::from(state & !SPECIAL) << SYMBOL_BITS | number;
        if let Some(next) = self.edges.get(key) {
            return u16::try_from(next).unwrap_or(DEAD);
        }
        let next = self.make(automaton, state, symbol);
        self.edges.insert(key, next.into());
        next
    }

    /// The state behind another: all that follows from the instructions the symbol fits.
    fn make(&mut self, automaton: &Automaton, state: u16, symbol: Symbol) -> u16 {
        let program = &automaton.program;
        let Some(&State { insts: (from, to), .. }) = self.state(state) else { return DEAD };
        let here = self.insts.get(from as usize..to as usize).unwrap_or_default();
        // The instructions of a state stand in the order of their bytes.
        let here = match symbol {
            Symbol::Byte(byte) => {
                let key = |&inst: &u32| order(program, inst).0;
                let (low, high) =
                    (here.partition_point(|i| key(i) < byte.into()), here.partition_point(|i| key(i) <= byte.into()));
                here.get(low..high)
            }
            Symbol::Slots(_) => here.get(here.partition_point(|&inst| order(program, inst).0 < SLOTS)..),
        };
        let here = here.unwrap_or_default().to_vec();
        let mut insts = Vec::new();
        for inst in here {
            match (program.inst(inst), symbol) {
                (Some(Inst::Byte { next, .. }), Symbol::Byte(_)) => self.follow(program, next, &mut insts),
                (Some(Inst::Slot { bit, next, .. }), Symbol::Slots(set)) if set >> bit & 1 == 1 => {
                    self.follow(program, next, &mut insts);
                }
                _ => {}
            }
        }
        self.gone.clear();
        if insts.is_empty() { DEAD } else { self.add(automaton, insts) }
    }

    /// Collects the instructions that are reached from one without taking anything of the text.
    fn follow(&mut self, program: &Program, inst: u32, insts: &mut Vec<u32>) {
        match program.inst(inst) {
            Some(Inst::Ways { .. }) if self.gone.contains(&inst) => {}
            Some(Inst::Ways { from, count }) => {
                self.gone.push(inst);
                for &way in program.ways(from, count) {
                    self.follow(program, way, insts);
                }
            }
            Some(Inst::Open { next, .. } | Inst::Close { next, .. }) => self.follow(program, next, insts),
            Some(_) => insts.push(inst),
            None => {}
        }
    }

    /// The state of some instructions, made where it is not known.
    fn add(&mut self, automaton: &Automaton, mut insts: Vec<u32>) -> u16 {
        let program = &automaton.program;
        insts.sort_unstable_by_key(|&inst| order(program, inst));
        insts.dedup();
        // Most states are one instruction of one pattern.
        let only = if let [only] = *insts.as_slice() { Some(only) } else { None };
        let known = match only {
            Some(only) => self.single.get(only).and_then(|known| u16::try_from(known).ok()),
            None => self.known.get(insts.as_slice()).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (from, matched) = (count(self.insts.len()), count(self.matches.len()));
        let (insts_at, matches) = ((from, from), (matched, matched));
        let (next, row) = (Bytes::default(), CHAIN);
        let mut state = State { insts: insts_at, matches, slots: 0, next, bytes: false, row, only: 0, then: 0 };
        for &inst in &insts {
            match program.inst(inst) {
                Some(Inst::Match { pattern }) => self.matches.push(pattern),
                Some(Inst::Slot { bit, .. }) => {
                    state.slots |= 1 << bit;
                    state.next = state.next.with(automaton.fills.get(usize::from(bit)).copied().unwrap_or(Bytes::ALL));
                }
                Some(Inst::Byte { byte, .. }) => {
                    let several = state.bytes && state.only != byte;
                    state.next.insert(byte);
                    (state.bytes, state.only) = (true, byte);
                    state.row = if several { HASHED } else { state.row };
                }
                _ => {}
            }
        }
        if state.row == HASHED && self.rows.len() < ROWS * self.stride {
            state.row = u16::try_from(self.rows.len() / self.stride.max(1)).unwrap_or(HASHED);
            self.rows.resize(self.rows.len() + self.stride, 0);
        }
        self.insts.extend(&insts);
        state.insts.1 = count(self.insts.len());
        state.matches.1 = count(self.matches.len());
        let special = state.slots != 0 || state.matches.0 < state.matches.1 || self.all.is_empty();
        // A page makes fewer states than are left when it begins.
        let Ok(number) = u16::try_from(self.all.len() + 2) else { return DEAD };
        let number = number | if special { SPECIAL } else { 0 };
        self.all.push(state);
        match only {
            Some(only) => self.single.insert(only, number.into()),
            None => drop(self.known.insert(insts.into_boxed_slice(), number)),
        }
        number
    }
}

/// What a step takes of the text.
#[derive(Debug, Clone, Copy)]
enum Symbol {
    Byte(u8),
    /// Something that can stand in any of these slots.
    Slots(u64),
}

/// Behind all bytes.
const SLOTS: u16 = 256;

/// The order of a state's instructions: bytes, then slots and ends.
fn order(program: &Program, inst: u32) -> (u16, u32) {
    match program.inst(inst) {
        Some(Inst::Byte { byte, .. }) => (byte.into(), inst),
        _ => (SLOTS, inst),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::patterns::lexicon::Lexicon;
    use crate::patterns::program::Exact;
    use crate::patterns::syntax::{self, Node};
    use crate::patterns::view::Learnt;

    /// Patterns without slots, of few letters, so that they share beginnings and ends.
    fn patterns() -> impl Strategy<Value = Vec<Node>> {
        let text = "[aeé]{1,2}".prop_map(Node::Text);
        let node = prop_oneof![text, Just(Node::Space)].prop_recursive(3, 12, 3, |inner| {
            let several = prop::collection::vec(inner, 1..3);
            prop_oneof![
                several.clone().prop_map(Node::Optional),
                prop::collection::vec(several, 1..3).prop_map(|ways| Node::Either(ways.into())),
            ]
        });
        prop::collection::vec(node, 1..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// An automaton finds what one finds who writes all texts of all patterns out and compares each.
        #[test]
        fn every_pattern_is_found_with_every_end(
            all in prop::collection::vec(patterns(), 1..4),
            text in "[aeé ]{0,12}",
        ) {
            let words = Lexicon::default();
            let mut program = Program::default();
            let mut expected: Vec<(u32, usize)> = Vec::new();
            for (number, nodes) in (0..).zip(&all) {
                prop_assert!(program.add(nodes, &words, Exact::Words));
                syntax::each(nodes, &mut String::new(), &mut |form| {
                    if !form.is_empty() && text.starts_with(form) {
                        expected.push((number, form.len()));
                    }
                });
            }
            expected.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            expected.dedup();
            let automaton = Automaton::new(program, &words);
            let written = |_, _| "";
            let mut view = View::new(&text, &words, Learnt::default(), &written);
            let (mut states, mut ends) = (States::default(), Vec::new());
            // The second time all states are there.
            for _ in 0..2 {
                automaton.at(&mut states, &mut view, 0, &mut ends);
                prop_assert_eq!(&ends, &expected);
            }
            let upper = |_| false;
            for (pattern, end) in expected {
                prop_assert!(automaton.program().slots(pattern, &mut view, 0..end, &upper).is_some());
            }
        }
    }
}
