//! What words and letters say: for every piece of a text, how well each language accounts for it.

use std::collections::HashMap;
use std::ops::Range;

use crate::patterns::{PatternError, Patterns, UND};
use crate::text::fold;

/// Languages are bits of a mask.
type Mask = u128;

/// The words and letters of every language.
pub struct Words {
    /// What each bit stands for. A language of two scripts has a bit for each; the last is [`UND`].
    codes: Vec<String>,
    known: HashMap<String, Mask>,
    /// By code point: the languages whose alphabet has the letter. ASCII letters occur in names everywhere.
    letters: Vec<Mask>,
}

/// Lines of a text that are judged together, with the evidence for every language.
pub struct Piece {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// How many words stand in it.
    pub words: usize,
    scores: Vec<f32>,
}

impl Piece {
    /// Log-likelihood of a language, with that of a language nobody knows as nought.
    pub fn score(&self, state: usize) -> f32 {
        self.scores.get(state).copied().unwrap_or(0.0)
    }
}

/// A word of a language's list speaks for it, the more the longer it is: strings of one or two letters are words of
/// many languages. Of a text in the language a third to a half are such words, of another text at most a sixth.
const KNOWN: [f32; 3] = [1.2, 2.2, 3.2];
/// Any other word speaks against it.
const OTHER: f32 = -0.4;
/// A word with a letter the language does not have.
const FOREIGN: f32 = -2.5;
/// A language without a pattern file is met this rarely.
const UNKNOWN: f32 = -3.0;
/// Words of a text are not independent of each other: shares follow the evidence by this factor. Fitted so that of
/// sentences judged with a share of 0.9 some nine in ten are right (`cargo bench --bench language` shows the table).
const CERTAINTY: f64 = 0.7;

/// Pieces have at least this many words, where a page has them.
const WORDS: usize = 4;
/// Of a line this many bytes are judged; it is in one language.
const LINE: usize = 600;

impl Words {
    /// Reads the words of every pattern file, or of those `among`.
    pub fn new(patterns: &Patterns, among: Option<&[String]>) -> Result<Self, PatternError> {
        let mut all = Words { codes: Vec::new(), known: HashMap::new(), letters: vec![0; usize::from(u16::MAX) + 1] };
        for code in patterns.codes().filter(|code| *code != UND) {
            if among.is_some_and(|among| !among.iter().any(|known| known == code)) {
                continue;
            }
            let telling = patterns.telling(code)?;
            let (latin, other): (String, String) = telling.letters.chars().partition(|&c| is_latin(c));
            // A language written in two scripts counts as one for each.
            let scripts: Vec<&str> = match (latin.is_empty(), other.is_empty()) {
                (false, false) => vec![&latin, &other],
                (true, false) => vec![&other],
                _ => vec![&latin],
            };
            for letters in scripts {
                let Some(bit) = u32::try_from(all.codes.len()).ok().and_then(|n| Mask::from(1u8).checked_shl(n)) else {
                    continue;
                };
                all.codes.push(code.to_owned());
                for letter in fold(letters).chars() {
                    if let Some(languages) = all.letters.get_mut(letter as usize) {
                        *languages |= bit;
                    }
                }
                for word in telling.words.iter().flat_map(|form| words(form)) {
                    let script_fits =
                        word.chars().next().is_some_and(is_latin) == letters.chars().next().is_none_or(is_latin);
                    if script_fits {
                        *all.known.entry(fold(word)).or_default() |= bit;
                    }
                }
            }
        }
        // Words of languages without a file; one that a known language has tells nothing.
        let unknown = u32::try_from(all.codes.len()).ok().and_then(|n| Mask::from(1u8).checked_shl(n)).unwrap_or(0);
        for word in patterns.telling(UND)?.words.iter().flat_map(|form| words(form)) {
            all.known.entry(fold(word)).or_insert(unknown);
        }
        all.codes.push(UND.to_owned());
        Ok(all)
    }

    /// The language a state stands for.
    pub fn code(&self, state: usize) -> &str {
        self.codes.get(state).map_or(UND, String::as_str)
    }

    /// Cuts a text into pieces of whole lines and weighs each.
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        let mut open = false;
        for line in text.split_inclusive('\n') {
            let span = at..at + line.len();
            at = span.end;
            let seen = line.get(..line.floor_char_boundary(LINE)).unwrap_or(line);
            // A line of figures belongs to what stands before it: a label's value to its label.
            let figures = !seen.contains(char::is_alphabetic);
            if (open || figures)
                && let Some(piece) = pieces.last_mut()
            {
                self.weigh(seen, piece);
                piece.span.end = span.end;
            } else {
                let mut piece = Piece { span, words: 0, scores: vec![0.0; self.codes.len()] };
                self.weigh(seen, &mut piece);
                pieces.push(piece);
            }
            open = pieces.last().is_some_and(|piece| piece.words < WORDS);
        }
        pieces
    }

    fn weigh(&self, line: &str, piece: &mut Piece) {
        let mut seen = 0.0;
        for word in words(line) {
            piece.words += 1;
            seen += OTHER;
            let lower = fold(word);
            let [one, two, more] = KNOWN;
            let known = match lower.chars().take(3).count() {
                0 | 1 => one,
                2 => two,
                _ => more,
            };
            each(self.known.get(&lower).copied().unwrap_or(0), &mut piece.scores, known - OTHER);
            if !lower.is_ascii() {
                let all = (1 << (self.codes.len() - 1)) - 1;
                let having = |c: char| self.letters.get(c as usize).copied().unwrap_or(0);
                let can = lower.chars().filter(|c| !c.is_ascii()).fold(all, |can: Mask, c| can & having(c));
                // Scripts without spaces make one word of a sentence.
                let syllables = lower.chars().count().div_ceil(4);
                #[allow(clippy::cast_precision_loss, reason = "a word's length")]
                each(all & !can, &mut piece.scores, if can == 0 { FOREIGN * syllables as f32 } else { FOREIGN });
            }
        }
        // What is left for a language nobody knows is nought, and more where its words are met.
        let languages = self.codes.len() - 1;
        piece.scores.iter_mut().take(languages).for_each(|score| *score += seen);
    }

    /// Whether nothing in a piece tells of a language: names, figures, a few words of no list.
    pub fn is_neutral(&self, piece: &Piece) -> bool {
        const FEW: usize = 30;
        piece.words < FEW && piece.score(self.codes.len() - 1) <= 0.0
    }

    /// What all pieces together say of each state.
    pub fn total<'p>(&self, pieces: impl Iterator<Item = &'p Piece>) -> Vec<f32> {
        let mut total = vec![0.0; self.codes.len()];
        for piece in pieces {
            total.iter_mut().zip(&piece.scores).for_each(|(sum, score)| *sum += score);
        }
        if let Some(und) = total.last_mut() {
            *und += UNKNOWN;
        }
        total
    }

    /// The states worth trying on a page: the best for the whole of it, and those that a stretch of it speaks for so
    /// clearly that a change pays.
    pub fn states(&self, pieces: &[Piece], total: &[f32], change: f32) -> Vec<usize> {
        let order = |a: &usize, b: &usize| {
            let score = |i: &usize| total.get(*i).copied().unwrap_or(f32::MIN);
            score(b).total_cmp(&score(a)).then(a.cmp(b))
        };
        let mut best: Vec<usize> = (0..self.codes.len()).collect();
        best.sort_by(order);
        let Some(&main) = best.first() else { return Vec::new() };
        let gains = |&state: &usize| {
            let mut run = 0.0f32;
            pieces.iter().any(|piece| {
                run = (run + piece.score(state) - piece.score(main)).max(0.0);
                run >= change
            })
        };
        std::iter::once(main).chain(best.iter().copied().skip(1).filter(gains)).collect()
    }

    /// The share of belief each language has, by its code.
    pub fn shares(&self, total: &[f32]) -> Vec<(String, f64)> {
        let top = total.iter().copied().fold(f32::MIN, f32::max);
        let mut shares: Vec<(String, f64)> = Vec::new();
        for (code, &score) in self.codes.iter().zip(total) {
            let share = (f64::from(score - top) * CERTAINTY).exp();
            match shares.iter_mut().find(|(known, _)| known == code) {
                Some((_, sum)) => *sum = sum.max(share),
                None => shares.push((code.clone(), share)),
            }
        }
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        for (_, share) in &mut shares {
            *share /= sum;
        }
        shares
    }
}

/// Adds to the score of every language of a mask.
fn each(mut languages: Mask, scores: &mut [f32], by: f32) {
    while languages != 0 {
        let bit = languages.trailing_zeros() as usize;
        if let Some(score) = scores.get_mut(bit) {
            *score += by;
        }
        languages &= languages - 1;
    }
}

/// The words of a text: runs of letters. "dell'Unione" is two.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

fn is_latin(c: char) -> bool {
    c < '\u{370}' || ('\u{1e00}'..'\u{1f00}').contains(&c)
}
