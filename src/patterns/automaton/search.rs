//! The search of an automaton: words whose steps are known are taken at once, all else byte by byte.

use std::ops::Range;

use super::{Automaton, DEAD, ROOT, SPECIAL, States};
use crate::patterns::lexicon::{Bytes, Lexicon};
use crate::patterns::steps::{More, Step};
use crate::patterns::view::{Alone, View, is_of_word};

impl States {
    /// Every end of a pattern behind a place.
    pub fn run(
        &mut self,
        automaton: &Automaton,
        view: &mut View<'_>,
        mut at: usize,
        limit: usize,
        ends: &mut Vec<(u32, usize)>,
    ) {
        let (text, mut state) = (view.text().as_bytes(), ROOT);
        let bytes = text.get(..limit).unwrap_or_default();
        let mut open = std::mem::take(&mut self.open);
        open.clear();
        let mut tried = 0;
        loop {
            // A word that is not taken at once is taken by its bytes to its end.
            let mut word_end = at;
            while state != DEAD {
                if state & SPECIAL != 0 {
                    ends.extend(self.matches(state).iter().map(|&pattern| (pattern, at)));
                }
                let may_follow = |byte: &&u8| self.state(state).is_some_and(|here| here.next.may_have(**byte));
                let Some(&byte) = bytes.get(at).filter(may_follow) else { break };
                if at >= word_end
                    && is_of_word(byte)
                    && let Some((word, end)) = view.word(at)
                    && (end < limit || limit == text.len())
                {
                    if let Some(behind) = self.word(automaton, view, (at, state), (word, end), limit, ends) {
                        (at, state) = behind;
                        continue;
                    }
                    word_end = end;
                }
                if state & SPECIAL != 0 && !self.fill(automaton, view, (at, state), limit, &mut open) {
                    break;
                }
                state = self.byte(automaton, state, byte);
                at += 1;
            }
            let Some(&further) = open.get(tried) else { break };
            (at, state) = further;
            tried += 1;
        }
        self.open = open;
    }

    /// Whether nothing behind a word that ends at `end` makes another step of it.
    fn holds(&self, view: &mut View<'_>, more: &More, from: u16, end: usize, limit: usize) -> bool {
        let slots = || self.state(from).map_or(0, |from| from.slots);
        let next = || view.text().as_bytes().get(end + 1).is_some_and(|&byte| more.next.may_have(byte));
        let longer = more.node != 0 && next() && view.goes_on(more.node, end + 1, limit, slots());
        !(more.open || longer || (more.number && view.number_goes_on(end)))
    }

    /// The state a word leads to, in whatever way it is taken, and where; `None` where that is not told by the word.
    fn word(
        &mut self,
        automaton: &Automaton,
        view: &mut View<'_>,
        (at, state): (usize, u16),
        (word, end): (u32, usize),
        limit: usize,
        ends: &mut Vec<(u32, usize)>,
    ) -> Option<(usize, u16)> {
        let step = match self.steps.get(word, state) {
            Some(step) => step,
            // Nothing stands in a slot that is in no list of the language, as most words are in none.
            None if state != ROOT && !view.is_listed(word, at, end) => {
                let byte = *view.text().as_bytes().get(at)?;
                if self.byte(automaton, state, byte) == DEAD {
                    return Some((end, DEAD));
                }
                self.learn(automaton, view, word, (at, state), end)?
            }
            None => self.learn(automaton, view, word, (at, state), end)?,
        };
        if let Some(more) = self.steps.more(step) {
            if !self.holds(view, more, state, end, limit) {
                return None;
            }
            ends.extend(more.ends.iter().map(|&(pattern, from)| (pattern, at + from)));
        }
        Some((step.stop(end), step.to))
    }

    /// The step of a word, as far as it and the byte behind it tell.
    #[cold]
    fn learn(
        &mut self,
        automaton: &Automaton,
        view: &View<'_>,
        word: u32,
        from: (usize, u16),
        end: usize,
    ) -> Option<Step> {
        let (text, words) = (view.text_of_word(end)?, view.lexicon());
        let mut over = |stop: usize| self.step_over(automaton, words, (text, end), from, stop);
        let whole = if end < text.len() { over(end + 1) } else { None };
        let alone = whole.or_else(|| over(end));
        let step = alone.unwrap_or((DEAD, false, More { open: true, ..More::default() }));
        Some(self.steps.keep(word, from.1, step))
    }

    /// The state at `stop` behind the word from `at` to `end`, behind which a text ends or one byte more stands; `None`
    /// where the way there is not all there is: something begins between, or ends beyond.
    fn step_over(
        &mut self,
        automaton: &Automaton,
        words: &Lexicon,
        (text, end): (&str, usize),
        (at, state): (usize, u16),
        stop: usize,
    ) -> Option<(u16, bool, More)> {
        let (mut open, mut more) = (vec![(at, state)], More::default());
        let wanted = self.state(state)?.slots;
        if wanted != 0 {
            let alone = Alone::new(words, text, at, end, wanted)?;
            (more.node, more.number) = (alone.node, alone.number);
            more.next = if alone.node == 0 { Bytes::default() } else { words.bytes_behind(alone.node) };
            open.extend(alone.fillings.iter().map(|f| (f.end, self.slots(automaton, state, f.slots))));
        }
        let mut reached = Vec::new();
        for (mut place, mut state) in open {
            if place > stop && state != DEAD {
                return None;
            }
            while place < stop && state != DEAD {
                if place > at && state & SPECIAL != 0 {
                    if !self.passes(words, text, place, state) {
                        return None;
                    }
                    more.ends.extend(self.matches(state).iter().map(|&pattern| (pattern, place - at)));
                }
                state = self.byte(automaton, state, *text.as_bytes().get(place)?);
                place += 1;
            }
            if state != DEAD {
                let (from, to) = self.state(state)?.insts;
                reached.push((state, from as usize..to as usize));
            }
        }
        let to = match reached.as_slice() {
            [] => DEAD,
            [(only, _)] => *only,
            several => {
                let of = |(_, insts): &(u16, Range<usize>)| self.insts.get(insts.clone()).unwrap_or_default();
                let all = several.iter().flat_map(of).copied().collect();
                self.add(automaton, all)
            }
        };
        Some((to, stop > end, more))
    }

    /// Whether nothing begins at a place inside a word, or behind it.
    fn passes(&self, words: &Lexicon, text: &str, at: usize, state: u16) -> bool {
        let slots = self.state(state).map_or(0, |state| state.slots);
        let digit = text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let alone = || Alone::new(words, text, at, text.len(), slots).filter(|_| !digit);
        slots == 0 || alone().is_some_and(|alone| alone.fillings.is_empty() && alone.node == 0)
    }

    /// Follows what can stand in slots at a place; whether bytes can follow too.
    fn fill(
        &mut self,
        automaton: &Automaton,
        view: &mut View<'_>,
        (at, state): (usize, u16),
        limit: usize,
        open: &mut Vec<(usize, u16)>,
    ) -> bool {
        let Some(&here) = self.state(state) else { return false };
        if here.slots != 0 && at < limit && view.may_fill(at, here.slots) {
            let mut fillings = std::mem::take(&mut self.fillings);
            view.fillings(at, limit, here.slots, &mut fillings);
            for filling in &fillings {
                let behind = (filling.end, self.slots(automaton, state, filling.slots));
                if behind.1 != DEAD && !open.contains(&behind) {
                    open.push(behind);
                }
            }
            self.fillings = fillings;
        }
        here.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::patterns::automaton::REACH;
    use crate::patterns::program::{Exact, Program};
    use crate::patterns::schema::Class;
    use crate::patterns::syntax::{Node, Part};
    use crate::patterns::view::Learnt;

    fn with_slots() -> impl Strategy<Value = Vec<Node>> {
        let slot = prop::sample::select(vec!["people", "scale", "number", "digits", "number_word"]);
        let slot = slot.prop_map(|name| Node::Slot { part: Part::Only, name: name.to_owned(), at: 0..0 });
        let text = "[aeé]{1,2}".prop_map(Node::Text);
        let node = prop_oneof![2 => text, 2 => Just(Node::Space), 3 => slot];
        let several = prop::collection::vec(node.clone(), 1..3);
        let part = prop_oneof![
            4 => node,
            1 => several.clone().prop_map(Node::Optional),
            1 => prop::collection::vec(several, 1..3).prop_map(|ways| Node::Either(ways.into())),
        ];
        prop::collection::vec(part, 1..5)
    }

    #[test]
    fn nothing_is_found_that_reaches_too_far() {
        let text = "abcdefé ".repeat(100);
        let words = Lexicon::default();
        for length in (REACH - 12..REACH + 12).filter(|length| text.is_char_boundary(*length)) {
            let mut program = Program::default();
            let node = Node::Text(text.get(..length).expect("a boundary").to_owned());
            assert!(program.add(&[node], &words, Exact::Words));
            let (automaton, written) = (Automaton::new(program, &words), |_, _| "");
            let mut view = View::new(&text, &words, Learnt::default(), &written);
            let (mut states, mut ends) = (States::default(), Vec::new());
            automaton.at(&mut states, &mut view, 0, &mut ends);
            assert_eq!(ends.len(), usize::from(length <= REACH), "{length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        /// Words are taken whole and remembered: the same is found as by trying every part of every pattern.
        #[test]
        fn slots_are_filled_with_all_that_fits(
            all in prop::collection::vec(with_slots(), 1..4),
            forms in prop::collection::vec(("(~[aeé]{1,2}|[aeé]{1,2}|[aeé]{1,2}[ -][ae]{1,2})", 0..4usize), 1..6),
            texts in prop::collection::vec("[aeé ,1-]{0,14}", 2),
        ) {
            let mut words = Lexicon::default();
            for (form, class) in &forms {
                let class = [Class::People, Class::Scale, Class::NumberWord, Class::NumberJoiner].get(*class).copied();
                let class = class.filter(|class| *class == Class::People || !form.starts_with('~')).unwrap_or(Class::People);
                let _ = words.add(class, "1", &[Node::Text(form.clone())]);
            }
            let mut program = Program::default();
            let mut added: Vec<&Vec<Node>> = Vec::new();
            added.extend(all.iter().filter(|nodes| program.add(nodes, &words, Exact::Words)));
            let automaton = Automaton::new(program, &words);
            let (written, mut states, mut ends) = (|_, _| "", States::default(), Vec::new());
            // Every time the words have other numbers.
            for text in texts.iter().chain(&texts) {
                let mut view = View::new(text, &words, Learnt::default(), &written);
                for (at, _) in text.char_indices().chain(text.char_indices()) {
                    let mut expected: Vec<(u32, usize)> = Vec::new();
                    for (number, nodes) in (0..).zip(&added) {
                        let found = view.ends(nodes, vec![at]);
                        expected.extend(found.into_iter().filter(|end| *end > at).map(|end| (number, end)));
                    }
                    expected.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
                    automaton.at(&mut states, &mut view, at, &mut ends);
                    prop_assert_eq!(&ends, &expected, "{:?} at {}", text, at);
                }
            }
        }
    }
}
