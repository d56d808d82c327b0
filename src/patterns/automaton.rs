//! One automaton for many patterns: which of them match at a place of a folded text, and how far.

use regex_automata::hybrid::dfa::{Cache, DFA, OverlappingState};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, MatchKind};

use super::error::PatternError;

/// A lazy DFA over all patterns, anchored where it is asked.
#[derive(Debug)]
pub struct Automaton {
    dfa: DFA,
    caches: Caches,
}

type Caches = Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>;

/// A pattern is tried no further than this behind its first byte, so that no page costs more than its length.
pub const REACH: usize = 400;

/// Above this an automaton takes too long to make; a file that needs more holds too many words in one pattern.
const SIZE_LIMIT: usize = 64 << 20;

/// States are made as they are met and forgotten when they take more than this.
const CACHE: usize = 8 << 20;

impl Automaton {
    /// Makes the automaton of some regexes.
    ///
    /// # Errors
    /// [`PatternError`] when it would be larger than the limit.
    pub fn new(language: &str, sources: &[&str]) -> Result<Automaton, PatternError> {
        let dfa = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).skip_cache_capacity_check(true).cache_capacity(CACHE))
            .thompson(thompson::Config::new().nfa_size_limit(Some(SIZE_LIMIT)).which_captures(WhichCaptures::None))
            .build_many(sources)
            .map_err(|e| {
                PatternError::file(&format!("patterns/{language}.toml"), format!("patterns cannot be compiled: {e}"))
            })?;
        let make = dfa.clone();
        Ok(Automaton { dfa, caches: Pool::new(Box::new(move || make.create_cache())) })
    }

    /// Every pattern that matches from `at` with every end it can have, longest first: `(pattern, end)`.
    pub fn at(&self, text: &str, at: usize, ends: &mut Vec<(usize, usize)>) {
        ends.clear();
        let limit = text.floor_char_boundary((at + REACH).min(text.len()));
        let mut cache = self.caches.get();
        let mut state = OverlappingState::start();
        let input = Input::new(text).range(at..limit).anchored(Anchored::Yes);
        while self.dfa.try_search_overlapping_fwd(&mut cache, &input, &mut state).is_ok() {
            let Some(half) = state.get_match() else { break };
            ends.push((half.pattern().as_usize(), half.offset()));
        }
        ends.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    }
}
