//! The evidence of a page: its pieces, how well each language accounts for them, and the sequence of languages that
//! does so best.

use std::ops::Range;

use super::tokens::tokens_in;
use super::words::{GROUP, UNKNOWN, Words};
use crate::text::eights;

/// Pieces have at least this many words, where a page has them.
const WORDS: usize = 4;
/// Of a line this many bytes are judged; it is in one language.
const LINE: usize = 600;
/// A piece has some more than these bytes.
const USUAL: usize = 64;
/// A change of language costs as much as this evidence, so that a name or a borrowed word makes none.
const CHANGE: f32 = 14.0;

/// Lines of a text that are judged together.
pub struct Piece {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How many words stand in it.
    pub words: usize,
}

/// The pieces of a page with what speaks for every state: the log-likelihood of a language, with that of a language
/// nobody knows as nought.
pub struct Evidence {
    pub pieces: Vec<Piece>,
    /// A row for every piece.
    scores: Vec<f32>,
    /// The length of a row: the states, and what fills the last [`GROUP`].
    width: usize,
    states: usize,
}

impl Evidence {
    /// Cuts a folded text into pieces of whole lines and weighs each.
    pub fn new(words: &Words, folded: &str) -> Self {
        let states = words.states();
        let width = states.next_multiple_of(GROUP);
        let mut all = Evidence { pieces: Vec::new(), scores: Vec::new(), width, states };
        all.scores.reserve(width * (folded.len() / USUAL + 1));
        let mut at = 0;
        let mut open = false;
        while at < folded.len() {
            let line_end = eights::find(folded.as_bytes(), at, |eight| eights::between(eight, b'\n', b'\n'));
            let span = at..line_end.map_or(folded.len(), |end| end + 1);
            at = span.end;
            let seen = if span.len() > LINE { folded.floor_char_boundary(span.start + LINE) } else { span.end };
            let mut found = tokens_in(folded, span.start..seen);
            // A line of figures belongs to what stands before it: a label's value to its label.
            let figures = !found.any();
            if !(open || figures) || all.pieces.is_empty() {
                all.pieces.push(Piece { span: span.clone(), words: 0 });
                all.scores.resize(all.pieces.len() * width, 0.0);
            }
            let row = all.scores.len() - width;
            if let (Some(piece), Some(row)) = (all.pieces.last_mut(), all.scores.get_mut(row..)) {
                piece.words += words.weigh(found, row);
                piece.span.end = span.end;
                open = piece.words < WORDS;
            }
        }
        all
    }

    /// The pieces with their scores of every state.
    pub fn rows(&self) -> impl Iterator<Item = (&Piece, &[f32])> {
        let row = |row| -> &[f32] { <[f32]>::get(row, ..self.states).unwrap_or(row) };
        self.pieces.iter().zip(self.scores.chunks_exact(self.width).map(row))
    }

    /// What all rows together say of each state.
    pub fn total<'p>(&self, rows: impl Iterator<Item = &'p [f32]>) -> Vec<f32> {
        let mut total = vec![0.0; self.states];
        for row in rows {
            total.iter_mut().zip(row).for_each(|(sum, score)| *sum += score);
        }
        if let Some(und) = total.last_mut() {
            *und += UNKNOWN;
        }
        total
    }

    /// Whether nothing in a piece tells of a language: names, figures, a few words of no list.
    pub fn is_neutral(piece: &Piece, row: &[f32]) -> bool {
        const FEW: usize = 30;
        piece.words < FEW && row.last().is_none_or(|und| *und <= 0.0)
    }

    /// The state of every piece: the sequence its evidence speaks for most, where every change costs.
    pub fn path(&self) -> Vec<usize> {
        let total = self.total(self.rows().map(|(_, row)| row));
        let states = self.worth_trying(&total);
        if let [only] = states.as_slice() {
            return vec![*only; self.pieces.len()];
        }
        // Viterbi: the best score of a sequence that ends in each state, and where it came from.
        let of = |row: &[f32], state: usize| row.get(state).copied().unwrap_or(0.0);
        let mut rows = self.rows().map(|(_, row)| row);
        let Some(first) = rows.next() else { return Vec::new() };
        let mut scores: Vec<f32> = states.iter().map(|&state| of(first, state)).collect();
        let mut back: Vec<usize> = Vec::with_capacity(states.len() * self.pieces.len());
        for row in rows {
            let (best, top) = best(&scores);
            back.extend(scores.iter().enumerate().map(|(i, &own)| if own >= top - CHANGE { i } else { best }));
            for (score, &state) in scores.iter_mut().zip(&states) {
                *score = score.max(top - CHANGE) + of(row, state);
            }
        }
        let mut path = vec![best(&scores).0];
        for from in back.rchunks_exact(states.len()) {
            path.push(path.last().and_then(|&i| from.get(i)).copied().unwrap_or(0));
        }
        path.iter().rev().map(|&i| states.get(i).copied().unwrap_or(self.states)).collect()
    }

    /// The states worth trying on a page: the best for the whole of it, and those that a stretch of it speaks for so
    /// clearly that a change pays; the better first.
    fn worth_trying(&self, total: &[f32]) -> Vec<usize> {
        let (main, _) = best(total);
        let mut runs = vec![0.0f32; self.states];
        let mut gains = vec![false; self.states];
        for (_, row) in self.rows() {
            let own = row.get(main).copied().unwrap_or(0.0);
            for ((run, gain), score) in runs.iter_mut().zip(&mut gains).zip(row) {
                *run = (*run + score - own).max(0.0);
                *gain |= *run >= CHANGE;
            }
        }
        let gaining = gains.iter().enumerate().filter(|&(state, &gain)| gain && state != main);
        let mut others: Vec<usize> = gaining.map(|(state, _)| state).collect();
        let score = |state: usize| total.get(state).copied().unwrap_or(f32::MIN);
        others.sort_by(|&a, &b| score(b).total_cmp(&score(a)).then(a.cmp(&b)));
        std::iter::once(main).chain(others).collect()
    }
}

/// The highest score and where it stands; the first of equals.
fn best(scores: &[f32]) -> (usize, f32) {
    let scores = scores.iter().copied().enumerate();
    scores.max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i))).unwrap_or((0, 0.0))
}
