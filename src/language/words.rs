//! What words and letters say: how well each language accounts for a line.

use super::table::{Mask, Table};
use super::tokens::{Token, tokens};
use crate::parallel;
use crate::patterns::{PatternError, Patterns, UND};
use crate::text::fold;

/// The words and letters of every language.
pub struct Words {
    /// What each bit stands for. A language of two scripts has a bit for each; the last is [`UND`].
    codes: Vec<String>,
    known: Table,
    /// By code point: the languages whose alphabet has the letter. ASCII letters occur in names everywhere.
    letters: Vec<Mask>,
}

/// A word of a language's list speaks for it, the more the longer it is: strings of one or two letters are words of
/// many languages. Of a text in the language a third to a half are such words, of another text at most a sixth.
const KNOWN: [f32; 3] = [1.2, 2.2, 3.2];
/// Any other word speaks against it.
const OTHER: f32 = -0.4;
/// A word with a letter the language does not have.
const FOREIGN: f32 = -2.5;
/// A language without a pattern file is met this rarely.
pub const UNKNOWN: f32 = -3.0;
/// Words of a text are not independent of each other: shares follow the evidence by this factor. Fitted so that of
/// sentences judged with a share of 0.9 some nine in ten are right (`cargo bench --bench language` shows the table).
const CERTAINTY: f64 = 0.7;

/// What tells a language in one script.
struct Script {
    letters: String,
    /// The keys of its words.
    words: Vec<u64>,
}

/// What tells a language; one that is written in two scripts counts as one for each.
fn scripts(code: &str, patterns: &Patterns) -> Result<Vec<Script>, PatternError> {
    let telling = patterns.telling(code)?;
    let (latin, other): (String, String) = telling.letters.chars().partition(|&c| is_latin(c));
    let scripts = match (latin.is_empty(), other.is_empty()) {
        (false, false) => vec![latin, other],
        (true, false) => vec![other],
        _ => vec![latin],
    };
    let forms: Vec<String> = telling.words.iter().map(|form| fold(form)).collect();
    let script = |letters: String| {
        let script = letters.chars().next().is_none_or(is_latin);
        let words = forms.iter().flat_map(|form| tokens(form));
        let own = words.filter(|word| word.text().chars().next().is_some_and(is_latin) == script);
        Script { letters: fold(&letters), words: own.map(|word| word.key).collect() }
    };
    Ok(scripts.into_iter().map(script).collect())
}

impl Words {
    /// Reads the words of every pattern file, or of those `among`.
    pub fn new(patterns: &Patterns, among: Option<&[String]>) -> Result<Self, PatternError> {
        let letters = vec![0; usize::from(u16::MAX) + 1];
        let mut all = Words { codes: Vec::new(), known: Table::default(), letters };
        let mut known = Vec::new();
        let wanted = |code: &&str| *code != UND && among.is_none_or(|among| among.iter().any(|known| known == code));
        let codes: Vec<&str> = patterns.codes().filter(wanted).collect();
        for (code, scripts) in codes.iter().zip(parallel::each(&codes, |code| scripts(code, patterns))) {
            for script in scripts? {
                all.add(code, &script, &mut known)?;
            }
        }
        let unknown = all.state(UND)?;
        let forms: Vec<String> = patterns.telling(UND)?.words.iter().map(|form| fold(form)).collect();
        known.extend(forms.iter().flat_map(|form| tokens(form)).map(|word| (word.key, unknown)));
        // Words of languages without a file; one that a known language has tells nothing.
        all.known = Table::new(known, unknown);
        Ok(all)
    }

    fn add(&mut self, code: &str, script: &Script, known: &mut Vec<(u64, Mask)>) -> Result<(), PatternError> {
        let bit = self.state(code)?;
        for letter in script.letters.chars() {
            if let Some(languages) = self.letters.get_mut(letter as usize) {
                *languages |= bit;
            }
        }
        known.extend(script.words.iter().map(|&word| (word, bit)));
        Ok(())
    }

    /// Adds a state for a language and gives its bit.
    fn state(&mut self, code: &str) -> Result<Mask, PatternError> {
        let bit = u32::try_from(self.codes.len()).ok().and_then(|n| Mask::from(1u8).checked_shl(n));
        self.codes.push(code.to_owned());
        let most = Mask::BITS - 1;
        let message = || format!("expected at most {most} languages (one of two scripts counts twice), found more");
        bit.ok_or_else(|| PatternError::file(code, message()))
    }

    /// How many states there are: one a language and script, and [`UND`] as the last.
    pub fn states(&self) -> usize {
        self.codes.len()
    }

    /// The language a state stands for.
    pub fn code(&self, state: usize) -> &str {
        self.codes.get(state).map_or(UND, String::as_str)
    }

    /// Adds to the score of every language what the words of a folded line say; gives how many they are.
    pub fn weigh<'t>(&self, line: impl Iterator<Item = Token<'t>>, scores: &mut [f32]) -> usize {
        let mut count = 0;
        let mut seen = 0.0;
        for word in line {
            count += 1;
            seen += OTHER;
            let [one, two, more] = KNOWN;
            let letters = word.letters();
            let known = match letters {
                0 | 1 => one,
                2 => two,
                _ => more,
            };
            each(self.known.languages(word.key), scores, known - OTHER);
            if !word.ascii {
                let (foreign, weight) = self.foreign(&word, letters);
                each(foreign, scores, weight);
            }
        }
        // What is left for a language nobody knows is nought, and more where its words are met.
        let languages = self.codes.len().saturating_sub(1);
        scores.iter_mut().take(languages).for_each(|score| *score += seen);
        count
    }

    /// The languages that cannot spell a word, and what that says of them.
    fn foreign(&self, word: &Token<'_>, letters: usize) -> (Mask, f32) {
        let all = (1 << self.codes.len().saturating_sub(1)) - 1;
        let having = |c: char| self.letters.get(c as usize).copied().unwrap_or(0);
        let can = word.text().chars().filter(|c| !c.is_ascii()).fold(all, |can: Mask, c| can & having(c));
        if can != 0 {
            return (all & !can, FOREIGN);
        }
        // Scripts without spaces make one word of a sentence.
        #[allow(clippy::cast_precision_loss, reason = "a word's length")]
        let syllables = letters.div_ceil(4) as f32;
        (all, FOREIGN * syllables)
    }

    /// The share of belief each language has, by its code.
    pub fn shares(&self, total: &[f32]) -> Vec<(&str, f64)> {
        let top = total.iter().copied().fold(f32::MIN, f32::max);
        let mut shares: Vec<(&str, f64)> = Vec::with_capacity(self.codes.len());
        for (code, &score) in self.codes.iter().zip(total) {
            let share = (f64::from(score - top) * CERTAINTY).exp();
            // The states of a language stand side by side.
            match shares.last_mut() {
                Some((known, sum)) if known == code => *sum = sum.max(share),
                _ => shares.push((code, share)),
            }
        }
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        for (_, share) in &mut shares {
            *share /= sum;
        }
        shares
    }
}

/// Scores are added to in groups of this many, so that the compiler makes vector instructions of it: there are as
/// many as states, and a few more to fill the last group.
pub const GROUP: usize = 8;

/// What each bit of a byte adds.
static BITS: [[f32; GROUP]; 256] = {
    const fn bit(byte: u8, bit: u8) -> f32 {
        if byte >> bit & 1 == 1 { 1.0 } else { 0.0 }
    }
    let mut table = [[0.0; GROUP]; 256];
    let mut left = table.as_mut_slice();
    let mut b = 0u8;
    while let [first, rest @ ..] = left {
        *first = [bit(b, 0), bit(b, 1), bit(b, 2), bit(b, 3), bit(b, 4), bit(b, 5), bit(b, 6), bit(b, 7)];
        b = b.wrapping_add(1);
        left = rest;
    }
    table
};

/// Adds to the score of every language of a mask. Most words are those of few languages, or of none.
#[inline]
fn each(languages: Mask, scores: &mut [f32], by: f32) {
    if languages == 0 {
        return;
    }
    for (group, byte) in scores.as_chunks_mut::<GROUP>().0.iter_mut().zip(languages.to_le_bytes()) {
        if byte != 0
            && let Some(bits) = BITS.get(usize::from(byte))
        {
            group.iter_mut().zip(bits).for_each(|(score, bit)| *score += bit * by);
        }
    }
}

fn is_latin(c: char) -> bool {
    c < '\u{370}' || ('\u{1e00}'..'\u{1f00}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_beyond_the_masks_bits_are_an_error() {
        let mut words = Words { codes: vec!["it".to_owned(); 127], known: Table::default(), letters: Vec::new() };
        assert_eq!(words.state(UND).expect("the last bit"), 1 << 127);
        let error = words.state("xx").expect_err("no bit left").to_string();
        assert_eq!(error, "xx: expected at most 127 languages (one of two scripts counts twice), found more");
    }

    #[test]
    fn only_the_languages_of_a_mask_are_added_to() {
        let mask: Mask = 1 << 127 | 1 << 39 | 1 << 8 | 0b101;
        let mut scores = vec![0.5; 128];
        each(mask, &mut scores, -2.5);
        for (state, score) in scores.iter().enumerate() {
            let expected = if mask >> state & 1 == 1 { -2.0 } else { 0.5 };
            assert!((score - expected).abs() < f32::EPSILON, "{state}: {score}");
        }
    }
}
