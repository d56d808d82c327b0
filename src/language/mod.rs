//! The languages a page is written in. Words and letters from the pattern files settle most pages; lingua is asked
//! about the rest, and only about the languages left. The only place that names lingua.

mod evidence;
mod judge;
mod table;
mod tokens;
mod words;

use std::ops::Range;

use crate::patterns::{PatternError, Patterns, UND};
use crate::text::fold;
use evidence::Evidence;
use judge::Judge;
use words::Words;

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
        let mut others = amounts(&self.passages);
        others.retain(|(code, _)| *code != self.code && *code != UND);
        others.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        others.into_iter().map(|(code, bytes)| (code.to_owned(), two_decimals(ratio(bytes, all)))).collect()
    }
}

/// Tells the languages of pages.
pub struct Detector {
    words: Words,
    judge: Judge,
}

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
        self.detect_folded(text, &fold(text))
    }

    /// The languages of a text that is folded already: [`fold`] keeps every character where it is, so that spans of the
    /// one are spans of the other.
    pub fn detect_folded(&self, text: &str, folded: &str) -> Detected {
        let evidence = Evidence::new(&self.words, folded);
        if evidence.pieces.iter().all(|piece| piece.words == 0) {
            return Detected { confidence: 0.0, ..Detected::stated(UND, text) };
        }
        let codes = self.codes(&evidence);
        let pieces = evidence.pieces.iter().zip(&codes);
        let mut passages = joined(pieces.map(|(piece, code)| (piece.span.clone(), *code)));
        // The language of most of the text is the page's.
        let amounts = amounts(&passages);
        let main = amounts.iter().rev().max_by_key(|(_, bytes)| *bytes).map_or(UND, |(code, _)| code).to_owned();
        let (code, share) = self.judged(text, &evidence, &codes, &main, &passages);
        passages.iter_mut().filter(|p| p.code == main).for_each(|p| code.clone_into(&mut p.code));
        // Stretches too short to be sure of are read as the page is.
        let few = |p: &&mut Passage| p.code != code && text.get(p.span.clone()).is_some_and(|t| letters(t) < PASSAGE);
        passages.iter_mut().filter(few).for_each(|p| code.clone_into(&mut p.code));
        let passages = joined(passages.iter().map(|p| (p.span.clone(), p.code.as_str())));
        Detected { code: code.to_owned(), confidence: two_decimals(share), passages }
    }

    /// The language of every piece.
    fn codes(&self, evidence: &Evidence) -> Vec<&str> {
        let mut codes: Vec<&str> = evidence.path().into_iter().map(|state| self.words.code(state)).collect();
        // Lists of names are in no language of their own: they are read as what stands before them, or behind.
        let Some(mut before) = codes.iter().copied().find(|code| *code != UND) else { return codes };
        for ((piece, row), code) in evidence.rows().zip(&mut codes) {
            if *code == UND && Evidence::is_neutral(piece, row) {
                *code = before;
            } else if *code != UND {
                before = code;
            }
        }
        codes
    }

    /// What the passages in `main` taken together are written in, and its share of belief.
    fn judged(&self, text: &str, evidence: &Evidence, codes: &[&str], main: &str, passages: &[Passage]) -> (&str, f64) {
        let of_main = evidence.rows().zip(codes).filter(|(_, code)| **code == main).map(|((_, row), _)| row);
        let mut shares = self.words.shares(&evidence.total(of_main));
        if shares.iter().all(|(_, share)| *share < SETTLED) {
            let spans = passages.iter().filter(|p| p.code == main).map(|p| p.span.clone());
            shares.retain(|(_, share)| *share >= LEFT);
            shares = self.judge.among(text, spans, shares);
        }
        let best = shares.into_iter().max_by(|(a, x), (b, y)| x.total_cmp(y).then_with(|| b.cmp(a)));
        best.unwrap_or((UND, 0.0))
    }
}

/// Stretches of a text, with those side by side in one language made one.
fn joined<'c>(stretches: impl Iterator<Item = (Range<usize>, &'c str)>) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    for (span, code) in stretches {
        match passages.last_mut() {
            Some(last) if last.code == code => last.span.end = span.end,
            _ => passages.push(Passage { span, code: code.to_owned() }),
        }
    }
    passages
}

/// How many bytes are in each language, in the order the languages come.
fn amounts(passages: &[Passage]) -> Vec<(&str, usize)> {
    let mut amounts: Vec<(&str, usize)> = Vec::new();
    for passage in passages {
        match amounts.iter_mut().find(|(known, _)| *known == passage.code) {
            Some((_, bytes)) => *bytes += passage.span.len(),
            None => amounts.push((&passage.code, passage.span.len())),
        }
    }
    amounts
}

/// How many letters stand in a text, counted no further than it matters.
fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).take(PASSAGE).count()
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
