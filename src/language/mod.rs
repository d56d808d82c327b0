//! The language a page is written in. The only place that names lingua.

use std::sync::OnceLock;

use lingua::{IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder};

/// What a page is written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Detected {
    /// ISO 639-1, or `und` where no language can be told.
    pub code: String,
    /// 0 to 1: lingua's share for this language against all others it knows, to two decimals.
    pub confidence: f64,
}

/// Of this many bytes lingua makes a judgement; more cost time in proportion and change it rarely.
const SAMPLE: usize = 600;
/// Lines shorter than this are menus, labels and figures rather than sentences.
const SENTENCE: usize = 60;

/// Tells the language of pages. Loading a language's model is put off until it is needed.
#[derive(Default)]
pub struct Detector {
    lingua: OnceLock<LanguageDetector>,
}

impl Detector {
    /// The language of `text`, judged by a sample of its sentences.
    pub fn detect(&self, text: &str) -> Detected {
        let sample = sample(text);
        let lingua = self.lingua.get_or_init(|| LanguageDetectorBuilder::from_all_spoken_languages().build());
        let best = lingua.compute_language_confidence_values(sample.as_str()).into_iter().next();
        match best {
            Some((language, share)) if share > 0.0 && sample.chars().any(char::is_alphabetic) => {
                // lingua adds up floats in no fixed order; two decimals are the same every time.
                Detected { code: code(language), confidence: (share * 100.0).round() / 100.0 }
            }
            _ => Detected { code: "und".to_owned(), confidence: 0.0 },
        }
    }
}

/// lingua's two written forms of Norwegian are ISO 639-1 codes of their own.
fn code(language: Language) -> String {
    let code: IsoCode639_1 = language.iso_code_639_1();
    code.to_string()
}

/// The first sentences of a page; all of its beginning where it holds too few.
fn sample(text: &str) -> String {
    let sentences = text.split('\n').map(|line| cut(line, SAMPLE)).filter(|line| line.len() >= SENTENCE);
    let mut sample = String::new();
    for line in sentences {
        if sample.len() >= SAMPLE {
            break;
        }
        sample.push_str(line);
        sample.push('\n');
    }
    if sample.len() < 2 * SENTENCE { cut(text, SAMPLE).to_owned() } else { sample }
}

fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let detector = Detector::default();
        for (code, text) in [
            ("it", "Il progetto sostiene le famiglie con figli minori e gli operatori dei servizi sociali."),
            ("en", "The project supports families with young children and the staff of social services."),
            ("de", "Das Vorhaben unterstützt Familien mit Kindern und die Fachkräfte der sozialen Dienste."),
        ] {
            let detected = detector.detect(text);
            assert_eq!(detected.code, code);
            assert!(detected.confidence > 0.9, "{code}: {}", detected.confidence);
        }
    }

    #[test]
    fn figures_are_no_language() {
        assert_eq!(detect_code("2014 2020 1.234,56 %"), "und");
        assert_eq!(detect_code(""), "und");
    }

    fn detect_code(text: &str) -> String {
        Detector::default().detect(text).code
    }
}
