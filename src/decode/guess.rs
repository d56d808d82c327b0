//! Which legacy encoding a page is in that does not say so, or says so wrongly.
//!
//! chardetng has its say; but it does not know every encoding and cannot tell all siblings apart, so that the likely
//! ones are decoded and judged by what comes out: letters of one language, signs where such signs stand.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_5, ISO_8859_7, ISO_8859_13, ISO_8859_15, ISO_8859_16, KOI8_U, UTF_8, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
};

use super::signs::sign;

/// An encoding and the languages written in it, each as its letters beyond ASCII, the most frequent first.
struct Candidate {
    encoding: &'static Encoding,
    /// Encodings that share most letters: chardetng's word for one counts for all.
    family: u8,
    languages: &'static [&'static str],
}

const WESTERN: &[&str] = &[
    "éèàêçôîûùâœïëüÿæ", // French
    "üäößéèà",          // German
    "óíáéñúüçàè",       // Spanish, Galician, Basque
    "ãçáéóíõêâàúôüñè",  // Portuguese
    "àèùòéìîóáü",       // Italian
    "óéíàèçúòïüáñ",     // Catalan
    "ëéïüöóèáêâç",      // Dutch
    "åøæéöäüèóòô",      // Danish, Norwegian
    "äåöéšžüáà",        // Swedish, Finnish
    "áðíöúþóæéýøäü",    // Icelandic
    "éèïöüáçñ",         // English
    "áíéóú",            // Irish
    "ëçé",              // Albanian
    "äõüöšžéå",         // Estonian
];
const CENTRAL: &[&str] = &[
    "łóążęśćźńéüö",
    "áíéěčýřžšůúňťďóöäü",
    "áíčéýžúšťľôóňäďŕĺöüě",
    "áéöóőüíúűä",
    "čšžćđöüáé",
    "ăîşţâéáöü",
    "ëçé",
    "üäößé",
];
const BALTIC: &[&str] = &["ėšųįąžūčęóüöä", "āīēšūžņļčģķõöü", "äõüöšžéå"];
const TURKISH: &[&str] = &["ıüşğçöâîûé"];
const ROMANIAN: &[&str] = &["ăîșțâéáöü"];
const GREEK: &[&str] = &["αοιετσνηυρπκμλςωδγχθάόίέήφύώβξζψϊϋΐΰ"];
const CYRILLIC: &[&str] = &[
    "аиоетнрсвлпкдмзяъубгчйцжщшюхьф",
    "оаинтевірслкумдпязгбьйчхюжїцєшщфґ’",
    "аиоетнрсвлпкдмзујбгчцжшхљњћђџфќѓѕ",
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
];

const CANDIDATES: &[Candidate] = &[
    Candidate { encoding: WINDOWS_1252, family: 0, languages: WESTERN },
    Candidate { encoding: ISO_8859_15, family: 0, languages: WESTERN },
    Candidate { encoding: ISO_8859_16, family: 1, languages: ROMANIAN },
    Candidate { encoding: WINDOWS_1250, family: 1, languages: CENTRAL },
    Candidate { encoding: ISO_8859_2, family: 1, languages: CENTRAL },
    Candidate { encoding: WINDOWS_1257, family: 2, languages: BALTIC },
    Candidate { encoding: ISO_8859_13, family: 2, languages: BALTIC },
    Candidate { encoding: WINDOWS_1254, family: 3, languages: TURKISH },
    Candidate { encoding: WINDOWS_1253, family: 4, languages: GREEK },
    Candidate { encoding: ISO_8859_7, family: 4, languages: GREEK },
    Candidate { encoding: WINDOWS_1251, family: 5, languages: CYRILLIC },
    Candidate { encoding: ISO_8859_5, family: 6, languages: CYRILLIC },
    Candidate { encoding: KOI8_U, family: 7, languages: CYRILLIC },
];

/// The first family of another script.
const FIRST_BEYOND_LATIN: u8 = 4;

/// What chardetng's word is worth, in letters' scores: less than a few letters that no language has together.
const DETECTOR_BONUS: f64 = 5.0;
/// What the page's own word is worth: a declaration is wrong more seldom than a guess.
const DECLARED_BONUS: f64 = 7.0;
/// Bytes beyond ASCII score less than this on average in whatever is no text in any of the candidates.
const NONSENSE: f64 = -2.0;
/// So much of a page tells what all of it would.
const ENOUGH: usize = 32 * 1024;
/// And so much tells chardetng, which is slow.
const ENOUGH_FOR_DETECTOR: usize = 8 * 1024;

/// The encoding of a page that is not UTF-8; none where nothing sensible comes out in any.
pub fn guess(bytes: &[u8], declared: &[&'static Encoding]) -> Option<&'static Encoding> {
    // With what stands before the first byte that tells anything.
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let bytes = bytes.get(first.saturating_sub(1)..).unwrap_or(bytes);
    let bytes = bytes.get(..ENOUGH).unwrap_or(bytes);
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes.get(..ENOUGH_FOR_DETECTOR).unwrap_or(bytes), true);
    let detected = detector.guess(None, Utf8Detection::Deny);
    let family = |encoding| CANDIDATES.iter().find(|c| c.encoding == encoding).map(|c| c.family);
    let of_detected = family(detected);
    let beyond = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let floor = NONSENSE * f64::from(u32::try_from(beyond).unwrap_or(u32::MAX));
    let mut best: Option<(f64, &'static Encoding)> = None;
    for (candidate, reader) in CANDIDATES.iter().zip(READERS.iter()) {
        let plain = reader.score(bytes);
        if plain < floor {
            continue;
        }
        let mut total = plain;
        if of_detected == Some(candidate.family) {
            total += DETECTOR_BONUS;
        }
        if declared.contains(&candidate.encoding) {
            total += DECLARED_BONUS;
        }
        if best.is_none_or(|(score, _)| total > score) {
            best = Some((total, candidate.encoding));
        }
    }
    let readable = |encoding: &&'static Encoding| !encoding.decode_without_bom_handling(bytes).1;
    let others = declared.iter().copied().chain([detected]).filter(|&e| e != UTF_8 && family(e).is_none());
    match best {
        // chardetng knows other scripts from Greek and Cyrillic well, and less well from a few signs in a Latin text.
        Some((score, encoding)) => {
            let latin = family(encoding).is_some_and(|family| family < FIRST_BEYOND_LATIN);
            let sure = score > 0.0 && (latin || of_detected.is_some()) && !declared.contains(&detected);
            let other = if sure { None } else { others.filter(|&e| score <= 0.0 || e == detected).find(readable) };
            other.or(Some(encoding))
        }
        None => others.into_iter().find(readable),
    }
}

/// What a candidate makes of each byte: a character, and its score in each language.
struct Reader {
    chars: Vec<char>,
    letters: Vec<Vec<f64>>,
}

static READERS: LazyLock<Vec<Reader>> = LazyLock::new(|| CANDIDATES.iter().map(Reader::new).collect());

impl Reader {
    fn new(candidate: &Candidate) -> Self {
        let read = |byte: u8| candidate.encoding.decode_without_bom_handling(&[byte]).0.chars().next();
        let chars: Vec<char> = (0..=u8::MAX).map(|byte| read(byte).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let scores =
            |alphabet: &&str| chars.iter().map(|&c| if is_letter(c) { frequency(c, alphabet) } else { 0.0 }).collect();
        let letters = candidate.languages.iter().map(scores).collect();
        Reader { chars, letters }
    }

    /// How much a text looks like one in the best of the languages.
    fn score(&self, bytes: &[u8]) -> f64 {
        let char = |byte: u8| self.chars.get(usize::from(byte)).copied().unwrap_or(' ');
        let mut counts = vec![0.0; self.chars.len()];
        let mut score = 0.0;
        let mut before = ' ';
        for (at, &byte) in bytes.iter().enumerate() {
            let c = char(byte);
            if !byte.is_ascii() {
                let next = bytes.get(at + 1).map_or(' ', |&byte| char(byte));
                score += if is_letter(c) { -oddity(before, c, next) } else { sign(before, c, next) };
                if let Some(count) = counts.get_mut(usize::from(byte)) {
                    *count += 1.0;
                }
            }
            before = c;
        }
        let in_language = |scores: &Vec<f64>| scores.iter().zip(&counts).map(|(score, count)| score * count).sum();
        score + self.letters.iter().map(in_language).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Some signs are letters to Unicode.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic() && !matches!(c, 'ª' | 'º' | 'ˇ' | 'ƒ' | 'ˆ')
}

/// As the logarithm of how frequent a letter is, which falls with its rank, shifted so that a letter of the language is
/// always better than a sign in a fitting place and any other letter worse than a sign in the wrong one.
fn frequency(letter: char, alphabet: &str) -> f64 {
    const FOREIGN: f64 = -5.0;
    let ranks = || (1..).zip(alphabet.chars());
    let total: f64 = ranks().map(|(rank, _)| 1.0 / f64::from(rank)).sum();
    let rank = ranks().find(|&(_, c)| c == lower(letter)).map(|(rank, _): (i32, char)| f64::from(rank));
    rank.map_or(FOREIGN, |rank| (4.5 - (rank * total).ln()).max(0.5))
}

/// How odd a letter is where it stands, whatever the language.
fn oddity(before: char, c: char, next: char) -> f64 {
    const CONSONANTS: &str = "čćçďđğłĺľňńñřŕśšşșßťţțźžż";
    let begins = !before.is_alphanumeric();
    let ends = !next.is_alphanumeric();
    // No language has a capital within a word of small letters, nor the reverse.
    let case = (c.is_uppercase() && before.is_lowercase())
        || (c.is_lowercase() && before.is_uppercase() && next.is_uppercase());
    // Nor does one mix its letters with those of another script.
    let mixed = c >= '\u{370}' && (before.is_ascii_alphabetic() || next.is_ascii_alphabetic());
    // A pound sign reads as a letter, and so does an Italian "è" or the end of "città".
    let figure = before.is_ascii_digit() || next.is_ascii_digit();
    let alone = ends && ((begins && CONSONANTS.contains(lower(c))) || matches!(c, 'ŕ' | 'ĺ'));
    let odd = |is: bool, how: f64| if is { how } else { 0.0 };
    let capital = begins && ends && c.is_uppercase();
    odd(case, 3.0) + odd(capital, 1.5) + odd(mixed, 5.0) + odd(figure, 6.0) + odd(alone, 6.0)
}

fn lower(c: char) -> char {
    match c {
        'İ' => 'ı',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}
