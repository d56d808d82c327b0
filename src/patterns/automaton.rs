//! The automaton of a program: which patterns match at a place of a text, and how far. Its states are made as texts ask
//! for them, so a language costs what its pages use.

use std::collections::HashMap;
use super::idle::Kept;
use super::program::{Inst, Program};
use super::slots::{Filling, View};
use super::table::Table;

/// A program and the states made of it so far.
#[derive(Debug, Default)]
pub struct Automaton {
    program: Program,
    /// What the text can begin with: the state nought, by byte.
    begins: Vec<bool>,
    states: Kept<States>,
}

/// A pattern is tried no further than this behind its first byte, so that no page costs more than its length.
pub const REACH: usize = 400;

/// States are forgotten when there are more of them, or of their edges.
const MOST_STATES: usize = 1 << 14;
const MOST_EDGES: usize = 1 << 16;

/// States made so far; every thread that searches has its own.
#[derive(Debug, Default)]
pub struct States {
    states: Vec<State>,
    /// The instructions of all states, one behind the other.
    insts: Vec<u32>,
    matches: Vec<u32>,
    known: HashMap<Box<[u32]>, u32>,
    /// State and symbol → the next state; a symbol is a byte or a set of slots.
    edges: Table,
    count: usize,
    sets: Vec<u64>,
    /// Ways gone through already while a state is made.
    gone: Vec<u32>,
    open: Vec<(usize, u32)>,
    fillings: Vec<Filling>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    insts: (u32, u32),
    matches: (u32, u32),
    /// The slots that can follow, as bits.
    slots: u64,
    /// Whether bytes can follow.
    bytes: bool,
}

/// The state nothing follows from.
const DEAD: u32 = u32::MAX >> SYMBOL_BITS;
const SYMBOL_BITS: u32 = 10;
/// Symbols above the bytes are sets of slots.
const SETS: usize = 256;
const MOST_SETS: usize = (1 << SYMBOL_BITS) - SETS;

impl Automaton {
    /// The automaton of a program; `begins` tells with which bytes words of the language begin.
    pub fn new(program: Program, begins: impl Fn(u8) -> bool) -> Automaton {
        let mut states = States::default();
        states.root(&program);
        let mut first = vec![false; SETS];
        for (byte, first) in (0..=u8::MAX).zip(&mut first) {
            let word = states.states.first().is_some_and(|root| root.slots != 0);
            *first = word && (byte.is_ascii_digit() || begins(byte));
        }
        for inst in states.insts.iter().filter_map(|&inst| program.inst(inst)) {
            if let Inst::Byte { byte, .. } = inst
                && let Some(first) = first.get_mut(usize::from(byte))
            {
                *first = true;
            }
        }
        let kept = Kept::default();
        kept.give_back(states);
        Automaton { program, begins: first, states: kept }
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// States to search with; give them back for the next page.
    pub fn states(&self) -> States {
        self.states.take()
    }

    /// Takes states back.
    pub fn give_back(&self, states: States) {
        self.states.give_back(states);
    }

    /// Whether a pattern can begin with a byte.
    pub fn begins(&self, byte: u8) -> bool {
        self.begins.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Every pattern that matches from `at` with every end it can have, longest first: `(pattern, end)`.
    pub fn at(&self, states: &mut States, view: &mut View<'_>, at: usize, ends: &mut Vec<(u32, usize)>) {
        ends.clear();
        let text = view.text();
        let limit = text.floor_char_boundary((at + REACH).min(text.len()));
        states.run(&self.program, view, at, limit, ends);
        if ends.len() > 1 {
            ends.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            ends.dedup();
        }
    }
}

impl States {
    fn run(&mut self, program: &Program, view: &mut View<'_>, at: usize, limit: usize, ends: &mut Vec<(u32, usize)>) {
        if self.states.len() > MOST_STATES || self.count > MOST_EDGES {
            self.forget();
        }
        let root = self.root(program);
        let bytes = view.text().as_bytes();
        let mut open = std::mem::take(&mut self.open);
        let mut fillings = std::mem::take(&mut self.fillings);
        open.clear();
        open.push((at, root));
        let mut next = 0;
        while let Some(&(mut at, mut state)) = open.get(next) {
            next += 1;
            while let Some(&here) = self.states.get(state as usize) {
                view.looked = view.looked.max(at);
                let (from, to) = here.matches;
                for &pattern in self.matches.get(from as usize..to as usize).unwrap_or_default() {
                    ends.push((pattern, at));
                }
                if here.slots != 0 && at < limit {
                    view.fillings(at, limit, here.slots, &mut fillings);
                    for filling in &fillings {
                        let behind = (filling.end, self.step_slots(program, state, filling.slots));
                        if behind.1 != DEAD && !open.contains(&behind) {
                            open.push(behind);
                        }
                    }
                }
                let Some(&byte) = bytes.get(at).filter(|_| here.bytes && at < limit) else { break };
                state = self.step(program, state, u32::from(byte));
                at += 1;
            }
        }
        (self.open, self.fillings) = (open, fillings);
    }

    /// The state behind one of a set of slots. Sets are numbered as they are met; one beyond the numbers is not remembered.
    fn step_slots(&mut self, program: &Program, state: u32, slots: u64) -> u32 {
        let index = self.sets.iter().position(|&set| set == slots).unwrap_or_else(|| {
            self.sets.push(slots);
            self.sets.len() - 1
        });
        match u32::try_from(SETS + index) {
            Ok(symbol) if index < MOST_SETS => self.step(program, state, symbol),
            _ => {
                self.sets.pop();
                self.make(program, state, Symbol::Slots(slots))
            }
        }
    }

    fn root(&mut self, program: &Program) -> u32 {
        if self.states.is_empty() {
            let mut insts = Vec::new();
            for pattern in program.patterns() {
                self.gone.clear();
                self.follow(program, pattern.start, &mut insts);
            }
            self.gone.clear();
            return self.add(program, insts);
        }
        0
    }

    fn forget(&mut self) {
        let sets = std::mem::take(&mut self.sets);
        *self = States { sets, ..States::default() };
    }

    fn step(&mut self, program: &Program, state: u32, symbol: u32) -> u32 {
        let key = state << SYMBOL_BITS | symbol;
        if let Some(next) = self.edges.get(key) {
            return next;
        }
        let next = match (u8::try_from(symbol), self.sets.get((symbol as usize).wrapping_sub(SETS))) {
            (Ok(byte), _) => self.make(program, state, Symbol::Byte(byte)),
            (_, Some(&slots)) => self.make(program, state, Symbol::Slots(slots)),
            _ => DEAD,
        };
        self.count += 1;
        self.edges.insert(key, next);
        next
    }

    /// The state behind another: all that follows from the instructions the symbol fits.
    fn make(&mut self, program: &Program, state: u32, symbol: Symbol) -> u32 {
        let Some(&State { insts: (from, to), .. }) = self.states.get(state as usize) else { return DEAD };
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
        if insts.is_empty() { DEAD } else { self.add(program, insts) }
    }

    /// Collects the instructions that are reached from one without taking anything of the text.
    fn follow(&mut self, program: &Program, inst: u32, insts: &mut Vec<u32>) {
        match program.inst(inst) {
            Some(Inst::Ways { from, count }) => {
                if !self.gone.contains(&inst) {
                    self.gone.push(inst);
                    for &way in program.ways(from, count) {
                        self.follow(program, way, insts);
                    }
                }
            }
            Some(Inst::Open { next, .. } | Inst::Close { next, .. }) => self.follow(program, next, insts),
            Some(_) => insts.push(inst),
            None => {}
        }
    }

    /// The state of some instructions, made where it is not known.
    fn add(&mut self, program: &Program, mut insts: Vec<u32>) -> u32 {
        insts.sort_unstable_by_key(|&inst| order(program, inst));
        insts.dedup();
        if let Some(&known) = self.known.get(insts.as_slice()) {
            return known;
        }
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (from, matched) = (number(self.insts.len()), number(self.matches.len()));
        let mut state = State { insts: (from, from), matches: (matched, matched), slots: 0, bytes: false };
        for &inst in &insts {
            match program.inst(inst) {
                Some(Inst::Match { pattern }) => self.matches.push(pattern),
                Some(Inst::Slot { bit, .. }) => state.slots |= 1 << bit,
                _ => state.bytes = true,
            }
        }
        self.insts.extend(&insts);
        state.insts.1 = number(self.insts.len());
        state.matches.1 = number(self.matches.len());
        let index = number(self.states.len());
        self.states.push(state);
        self.known.insert(insts.into_boxed_slice(), index);
        index
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
