//! lingua, asked about the few languages that words and letters have left.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};

use crate::parallel::locked;

/// The languages lingua is asked about. Its models take 3 to 11 MB each; those of Greek, Icelandic, Irish, Latvian,
/// Lithuanian, Turkish and Ukrainian are left out, as words and letters tell these as well without them. It has none
/// of Maltese and Galician.
const KNOWN: [(&str, Language); 27] = [
    ("bg", Language::Bulgarian),
    ("bs", Language::Bosnian),
    ("ca", Language::Catalan),
    ("cs", Language::Czech),
    ("da", Language::Danish),
    ("de", Language::German),
    ("en", Language::English),
    ("es", Language::Spanish),
    ("et", Language::Estonian),
    ("eu", Language::Basque),
    ("fi", Language::Finnish),
    ("fr", Language::French),
    ("hr", Language::Croatian),
    ("hu", Language::Hungarian),
    ("it", Language::Italian),
    ("mk", Language::Macedonian),
    ("nb", Language::Bokmal),
    ("nl", Language::Dutch),
    ("nn", Language::Nynorsk),
    ("pl", Language::Polish),
    ("pt", Language::Portuguese),
    ("ro", Language::Romanian),
    ("sk", Language::Slovak),
    ("sl", Language::Slovene),
    ("sq", Language::Albanian),
    ("sr", Language::Serbian),
    ("sv", Language::Swedish),
];

/// Of this many bytes lingua makes a judgement; more cost time in proportion and change it rarely.
const SAMPLE: usize = 240;

/// Detectors by the languages they know, made when first asked for.
#[derive(Default)]
pub struct Judge {
    detectors: Mutex<BTreeMap<Vec<String>, Arc<LanguageDetector>>>,
}

impl Judge {
    /// Divides the shares of the languages left anew by what lingua says of the beginning of `spans`. A language lingua
    /// does not know keeps its share.
    pub fn among<'c>(
        &self,
        text: &str,
        spans: impl Iterator<Item = Range<usize>>,
        left: Vec<(&'c str, f64)>,
    ) -> Vec<(&'c str, f64)> {
        let known: Vec<(Language, &str)> = left.iter().filter_map(|&(code, _)| Some((language(code)?, code))).collect();
        let sample = sample(text, spans);
        if known.len() < 2 || !sample.chars().any(char::is_alphabetic) {
            return left;
        }
        let detector = self.detector(&known);
        let values = detector.compute_language_confidence_values(sample.as_str());
        let said = |code: &str| {
            let (language, _) = known.iter().find(|(_, known)| *known == code)?;
            values.iter().find(|(l, _)| l == language).map(|(_, value)| *value)
        };
        let judged = |code: &str| said(code).is_some();
        let before: f64 = left.iter().filter(|(code, _)| judged(code)).map(|(_, share)| share).sum();
        let product = |code: &str, share: f64| said(code).map_or(0.0, |value| share * value.max(1e-6));
        let after: f64 = left.iter().map(|(code, share)| product(code, *share)).sum();
        if after <= 0.0 {
            return left;
        }
        let renewed = |&(code, share): &(&'c str, f64)| {
            (code, if judged(code) { product(code, share) / after * before } else { share })
        };
        left.iter().map(renewed).collect()
    }

    fn detector(&self, known: &[(Language, &str)]) -> Arc<LanguageDetector> {
        let mut key: Vec<String> = known.iter().map(|&(_, code)| code.to_owned()).collect();
        key.sort();
        let mut detectors = locked(&self.detectors);
        let make = || {
            let languages: Vec<Language> = known.iter().map(|(language, _)| *language).collect();
            Arc::new(LanguageDetectorBuilder::from_languages(&languages).build())
        };
        Arc::clone(detectors.entry(key).or_insert_with(make))
    }
}

fn language(code: &str) -> Option<Language> {
    KNOWN.iter().find(|(known, _)| *known == code).map(|&(_, language)| language)
}

fn sample(text: &str, spans: impl Iterator<Item = Range<usize>>) -> String {
    let mut sample = String::new();
    for span in spans {
        let room = SAMPLE.saturating_sub(sample.len());
        let part = text.get(span).unwrap_or_default();
        sample.push_str(part.get(..part.floor_char_boundary(room)).unwrap_or_default());
    }
    sample
}
