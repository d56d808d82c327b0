//! The languages a page is written in. Words and letters from the pattern files settle most pages; lingua is asked
//! about the rest, and only about the languages left. The only place that names lingua.

mod judge;
mod words;

use std::ops::Range;

use crate::patterns::{PatternError, Patterns, UND};
use judge::Judge;
use words::{Piece, Words};

/// What a page is written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Detected {
    /// ISO 639-1, or `und` where no language can be told.
    pub code: String,
    /// 0 to 1, to two decimals: how often a page judged with such evidence is in this language (DESIGN.md, Language).
    pub confidence: f64,
    /// The page from end to end, in stretches of whole lines of one language each.
    pub passages: Vec<Passage>,
}

/// Lines in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// ISO 639-1, or `und`.
    pub code: String,
}

impl Detected {
    /// A page said to be in a language.
    pub fn stated(code: &str, text: &str) -> Self {
        let passages = vec![Passage { span: 0..text.len(), code: code.to_owned() }];
        Detected { code: code.to_owned(), confidence: 1.0, passages }
    }

    /// The other languages on the page, each with its share of the text, largest first.
    pub fn others(&self) -> Vec<(String, f64)> {
        let all: usize = self.passages.iter().map(|p| p.span.len()).sum();
        let mut others: Vec<(String, usize)> = Vec::new();
        for passage in self.passages.iter().filter(|p| p.code != self.code && p.code != UND) {
            match others.iter_mut().find(|(code, _)| *code == passage.code) {
                Some((_, bytes)) => *bytes += passage.span.len(),
                None => others.push((passage.code.clone(), passage.span.len())),
            }
        }
        others.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        others.into_iter().map(|(code, bytes)| (code, two_decimals(ratio(bytes, all)))).collect()
    }
}

/// Tells the languages of pages.
pub struct Detector {
    words: Words,
    judge: Judge,
}

/// A change of language costs as much as this evidence, so that a name or a borrowed word makes none.
const CHANGE: f32 = 14.0;
/// From this share on words and letters have settled the language and lingua is not asked.
const SETTLED: f64 = 0.98;
/// Languages with a smaller share are out.
const LEFT: f64 = 0.002;
/// A passage shorter than this says nothing sure of the page.
const PASSAGE: usize = 40;

impl Detector {
    /// A detector for the languages of `patterns`, or for some of them.
    ///
    /// # Errors
    /// [`PatternError`] when a file's words cannot be read.
    pub fn new(patterns: &Patterns, among: Option<&[String]>) -> Result<Self, PatternError> {
        let words = Words::new(patterns, among)?;
        Ok(Detector { words, judge: Judge::default() })
    }

    /// The languages of `text`.
    pub fn detect(&self, text: &str) -> Detected {
        let pieces = self.words.pieces(text);
        if pieces.iter().all(|piece| piece.words == 0) {
            return Detected { confidence: 0.0, ..Detected::stated(UND, text) };
        }
        let mut codes = self.passages(&pieces);
        self.fill(&pieces, &mut codes);
        let mut passages: Vec<Passage> = Vec::new();
        for (piece, code) in pieces.iter().zip(&codes) {
            match passages.last_mut() {
                Some(last) if last.code == *code => last.span.end = piece.span.end,
                _ => passages.push(Passage { span: piece.span.clone(), code: code.clone() }),
            }
        }
        // The language of most of the text is the page's.
        let mut amounts: Vec<(&str, usize)> = Vec::new();
        for passage in &passages {
            match amounts.iter_mut().find(|(known, _)| *known == passage.code) {
                Some((_, bytes)) => *bytes += passage.span.len(),
                None => amounts.push((&passage.code, passage.span.len())),
            }
        }
        let main = amounts.iter().rev().max_by_key(|(_, bytes)| *bytes).map_or(UND, |(code, _)| code).to_owned();
        let of_main = pieces.iter().zip(&codes).filter(|(_, code)| **code == main).map(|(piece, _)| piece);
        let scores = self.words.total(of_main);
        let mut shares = self.words.shares(&scores);
        let settled = shares.iter().any(|(_, share)| *share >= SETTLED);
        if !settled {
            let spans = passages.iter().filter(|p| p.code == main).map(|p| p.span.clone());
            let left: Vec<(String, f64)> = shares.iter().filter(|(_, share)| *share >= LEFT).cloned().collect();
            shares = self.judge.among(text, spans, left);
        }
        let best = shares.iter().max_by(|(a, x), (b, y)| x.total_cmp(y).then_with(|| b.cmp(a)));
        let (code, share) = best.cloned().unwrap_or_else(|| (UND.to_owned(), 0.0));
        if code != main {
            passages.iter_mut().filter(|p| p.code == main).for_each(|p| p.code.clone_from(&code));
        }
        // Stretches too short to be sure of are read as the page is.
        let few = |p: &&mut Passage| p.code != code && text.get(p.span.clone()).is_some_and(|t| letters(t) < PASSAGE);
        for passage in passages.iter_mut().filter(|p| few(p)) {
            passage.code.clone_from(&code);
        }
        passages.dedup_by(|next, last| {
            let same = next.code == last.code;
            if same {
                last.span.end = next.span.end;
            }
            same
        });
        if passages.is_empty() {
            passages.push(Passage { span: 0..text.len(), code: code.clone() });
        }
        Detected { code, confidence: two_decimals(share), passages }
    }

    /// Lists of names are in no language of their own: they are read as what stands before them, or behind.
    fn fill(&self, pieces: &[Piece], codes: &mut [String]) {
        let Some(first) = codes.iter().find(|code| *code != UND).cloned() else { return };
        let mut before = first;
        for (piece, code) in pieces.iter().zip(codes) {
            if code == UND && self.words.is_neutral(piece) {
                code.clone_from(&before);
            } else if code != UND {
                before.clone_from(code);
            }
        }
    }

    /// The language of every piece: the sequence its evidence speaks for most, where every change of language costs.
    fn passages(&self, pieces: &[Piece]) -> Vec<String> {
        let total = self.words.total(pieces.iter());
        let states = self.words.states(pieces, &total, CHANGE);
        let Some((first, rest)) = pieces.split_first() else { return Vec::new() };
        // Viterbi: the best score of a sequence that ends in each state, and where it came from.
        let mut scores: Vec<f32> = states.iter().map(|&s| first.score(s)).collect();
        let mut back: Vec<Vec<usize>> = Vec::new();
        for piece in rest {
            let best = scores.iter().enumerate().max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)));
            let (best, top) = best.map_or((0, 0.0), |(i, &score)| (i, score));
            let from: Vec<usize> =
                scores.iter().enumerate().map(|(i, &own)| if own >= top - CHANGE { i } else { best }).collect();
            scores =
                states.iter().zip(&scores).map(|(&state, &own)| own.max(top - CHANGE) + piece.score(state)).collect();
            back.push(from);
        }
        let last =
            scores.iter().enumerate().max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i))).map_or(0, |(i, _)| i);
        let mut path = vec![last];
        for from in back.iter().rev() {
            let next = path.last().and_then(|&i| from.get(i)).copied().unwrap_or(0);
            path.push(next);
        }
        path.reverse();
        path.into_iter().map(|i| states.get(i).map_or(UND, |&s| self.words.code(s)).to_owned()).collect()
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).count()
}

#[allow(clippy::cast_precision_loss, reason = "shares to two decimals")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Floats are added up in no fixed order by lingua; two decimals are the same every time.
fn two_decimals(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detector() -> Detector {
        Detector::new(&Patterns::embedded().expect("patterns"), None).expect("words")
    }

    #[test]
    fn languages_are_told_apart() {
        let detector = detector();
        for (code, text) in [
            ("it", "Il progetto sostiene le famiglie con figli minori e gli operatori dei servizi sociali."),
            ("en", "The project supports families with young children and the staff of social services."),
        ] {
            let detected = detector.detect(text);
            assert_eq!(detected.code, code);
            assert!(detected.confidence > 0.9, "{code}: {}", detected.confidence);
        }
    }

    #[test]
    fn figures_and_unknown_scripts_are_no_language() {
        let detector = detector();
        for text in
            ["2014 2020 1.234,56 %", "", "项目为有子女的家庭提供支持", "يدعم المشروع الأسر التي لديها أطفال صغار"]
        {
            assert_eq!(detector.detect(text).code, UND, "{text}");
        }
    }

    #[test]
    fn a_paragraph_in_another_language_is_a_passage_of_its_own() {
        let italian =
            "Il progetto sostiene le famiglie con figli minori e gli operatori dei servizi sociali del comune.\n";
        let english =
            "The project supports families with young children and the staff of the social services of the town.\n";
        let text = format!("{italian}{italian}{english}{italian}");
        let detected = detector().detect(&text);
        assert_eq!(detected.code, "it");
        let found: Vec<(&str, &str)> =
            detected.passages.iter().map(|p| (p.code.as_str(), text.get(p.span.clone()).unwrap_or_default())).collect();
        assert_eq!(found, [("it", format!("{italian}{italian}").as_str()), ("en", english), ("it", italian)]);
        assert_eq!(detected.others().len(), 1);
    }
}
