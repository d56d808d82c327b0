//! Warnings: what does not fit together. Nothing is mended silently.

use rust_decimal::Decimal;

use super::Code;
use super::facts::{Fact, Facts, RATE_TOLERANCE, ratio};
use super::page::Kohesio;
use super::roles::Found;
use crate::language::Detected;

/// A warning and the mentions it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    pub code: Code,
    pub message: String,
    pub mentions: Vec<usize>,
}

/// What is known of a page when its warnings are drawn up.
#[derive(Debug)]
pub struct Known<'k> {
    pub text: &'k str,
    pub found: &'k [Found<'k>],
    pub facts: &'k Facts,
    pub kohesio: Kohesio,
    pub language: &'k Detected,
    /// Whether there are patterns for the page's language.
    pub supported: bool,
    /// Characters that could not be decoded.
    pub replaced: usize,
    /// Characters written in one encoding, read in another, and put right.
    pub repaired: usize,
    /// Why there is only a part of the page.
    pub cut: Option<&'k str>,
}

/// Every warning, in the order of their codes.
pub fn warnings(known: &Known<'_>) -> Vec<Noted> {
    let mut all = Vec::new();
    let mut note = |code, message: String, mentions: Vec<usize>| all.push(Noted { code, message, mentions });
    let facts = known.facts;
    dates(known, &mut note);
    amounts(facts, &mut note);
    rates(facts, &mut note);
    if let Some(fact) = facts.participants.as_ref().filter(|fact| !fact.against.is_empty()) {
        let message = format!("the text counts {} people, a label fewer", fact.value);
        note(Code::ParticipantsConflict, message, together(fact));
    }
    if !known.text.chars().any(char::is_alphanumeric) {
        note(Code::PageEmpty, "the page holds no text".to_owned(), Vec::new());
    } else if known.language.code == "und" || known.language.confidence < CERTAIN {
        let message = match known.language.code.as_str() {
            "und" => "no language kohex knows: only neutral forms are read".to_owned(),
            code => format!("{code} is only {} likely", known.language.confidence),
        };
        note(Code::LanguageUncertain, message, Vec::new());
    } else if !known.supported {
        let message = format!("no patterns for {}: only neutral forms are read", known.language.code);
        note(Code::LanguageUnsupported, message, Vec::new());
    }
    if is_cut(known.text) {
        let message = "a text of nearly 5 000 characters stops in mid-sentence".to_owned();
        note(Code::TextTruncated, message, Vec::new());
    }
    if known.replaced > 0 {
        let message = format!("{} bytes or sequences could not be read and were replaced by U+FFFD", known.replaced);
        note(Code::DecodeReplaced, message, Vec::new());
    }
    if known.repaired > 0 {
        let message =
            format!("{} characters were written in UTF-8 and read in another encoding: put right", known.repaired);
        note(Code::DecodeRepaired, message, Vec::new());
    }
    if let Some(cut) = known.cut {
        note(Code::DecodeTruncated, cut.to_owned(), Vec::new());
    }
    if known.kohesio == Kohesio::Other {
        note(Code::PageNotAProject, "a Kohesio page of a beneficiary or a list".to_owned(), Vec::new());
    }
    all.sort_by_key(|noted| noted.code);
    all
}

/// Below this lingua's share is a guess: it is what two equally likely languages would have.
pub const CERTAIN: f64 = 0.5;

fn dates(known: &Known<'_>, note: &mut impl FnMut(Code, String, Vec<usize>)) {
    let facts = known.facts;
    for (name, fact) in [("start", &facts.start_date), ("end", &facts.end_date)] {
        let Some(fact) = fact.as_ref().filter(|fact| !fact.against.is_empty()) else { continue };
        let other = fact.against.iter().filter_map(|&i| known.found.get(i)).map(|f| f.value.to_string());
        let message =
            format!("{name} date is {} by {}, {} elsewhere", fact.value, fact.by, other.collect::<Vec<_>>().join(", "));
        note(Code::DateConflict, message, together(fact));
    }
    if let (Some(start), Some(end)) = (&facts.start_date, &facts.end_date)
        && start.value.first() > end.value.last()
    {
        let message = format!("the project ends on {}, before it starts on {}", end.value, start.value);
        note(Code::DateEndBeforeStart, message, start.mention.into_iter().chain(end.mention).collect());
    }
    for (index, found) in known.found.iter().enumerate().filter(|(_, found)| found.month_first) {
        note(Code::DateMonthFirst, format!("{} is read month first: there is no such month", found.value), vec![index]);
    }
}

fn amounts(facts: &Facts, note: &mut impl FnMut(Code, String, Vec<usize>)) {
    if !facts.zeros.is_empty() {
        note(Code::AmountZero, "0,00 stands for an amount that is not known".to_owned(), facts.zeros.clone());
    }
    for (name, fact) in [("total budget", &facts.total_budget), ("EU contribution", &facts.eu_contribution)] {
        if let Some(fact) = fact.as_ref().filter(|fact| !fact.against.is_empty()) {
            let message = format!("{name} is {} by {}, another amount elsewhere", fact.value.amount, fact.by);
            note(Code::AmountConflict, message, together(fact));
        }
    }
    let (Some(total), Some(eu)) = (&facts.total_budget, &facts.eu_contribution) else { return };
    if total.value.currency != eu.value.currency {
        return;
    }
    let both: Vec<usize> = total.mention.into_iter().chain(eu.mention).collect();
    if eu.value.amount - total.value.amount > Decimal::new(1, 2) {
        let message = format!("EU contribution {} exceeds the total {}", eu.value.amount, total.value.amount);
        note(Code::AmountEuExceedsTotal, message, both.clone());
    }
    let Some(rate) = &facts.cofinancing_rate else { return };
    let Some(actual) = ratio(eu.value.amount, total.value.amount) else { return };
    let stated = if is_fraction(rate.value) { rate.value * Decimal::ONE_HUNDRED } else { rate.value };
    if (actual - stated).abs() > RATE_TOLERANCE {
        let message = format!("stated rate {} %, but the amounts give {} %", rate.value, actual.round_dp(2));
        note(Code::AmountRateMismatch, message, both.into_iter().chain(rate.mention).collect());
    }
}

fn rates(facts: &Facts, note: &mut impl FnMut(Code, String, Vec<usize>)) {
    let Some(rate) = &facts.cofinancing_rate else { return };
    let mentions = rate.mention.into_iter().collect::<Vec<_>>();
    if is_fraction(rate.value) {
        note(Code::RateFraction, format!("rate {} looks like a fraction of one", rate.value), mentions);
    } else if rate.value > Decimal::ONE_HUNDRED || rate.value < Decimal::ZERO {
        note(Code::RateOutOfRange, format!("rate {} % is not between 0 and 100", rate.value), mentions);
    }
}

/// No fund pays one per cent or less: 0.85 is 85 % written as a fraction, and so is 1.
fn is_fraction(rate: Decimal) -> bool {
    rate > Decimal::ZERO && rate <= Decimal::ONE
}

fn together<T>(fact: &Fact<T>) -> Vec<usize> {
    let mut all: Vec<usize> = fact.mention.into_iter().chain(fact.against.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The wiki behind Kohesio cuts texts at 5 000 characters; a paragraph of that length without an end was cut.
fn is_cut(text: &str) -> bool {
    const CUT: std::ops::RangeInclusive<usize> = 4900..=5000;
    // A character is a byte at least, and most texts are short altogether.
    text.len() >= *CUT.start()
        && text.lines().filter(|line| line.len() >= *CUT.start()).any(|line| {
            let line = line.trim_end();
            CUT.contains(&line.chars().count()) && line.ends_with(|c: char| c.is_alphanumeric() || c == ',')
        })
}
