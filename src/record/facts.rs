//! Facts: which of the values found are the project's. Labels beat cues, cues beat arithmetic; what disagrees is
//! said, never mended.

use std::ops::Range;

use rust_decimal::Decimal;

use super::labels::Zone;
use super::labels::prints_at;
use super::page::span_of;
use super::roles::{Evidence, Found, Weight};
use crate::normalize::{DateValue, PeriodValue, Value};
use crate::patterns::{Class, Field, Group, Language, Mod, Print, Role, Topic};
use crate::scan::Marks;

/// A fact and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<T> {
    pub value: T,
    /// Index of the mention it was taken from, where it was one.
    pub mention: Option<usize>,
    /// Where it stands in the normalised text, where its words are the fact.
    pub span: Option<Range<usize>>,
    /// What gave it: a label, a cue, arithmetic.
    pub by: String,
    /// Mentions that say otherwise.
    pub against: Vec<usize>,
}

impl Fact<String> {
    /// A fact that is a part of the text, word for word.
    pub fn words(text: &str, part: &str, by: &str) -> Self {
        let span = Some(span_of(text, part));
        Fact { value: part.to_owned(), mention: None, span, by: by.to_owned(), against: Vec::new() }
    }
}

/// What a page says of its project.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Facts {
    pub start_date: Option<Fact<DateValue>>,
    pub end_date: Option<Fact<DateValue>>,
    pub published: Option<Fact<DateValue>>,
    pub programming_period: Option<Fact<PeriodValue>>,
    pub fund: Option<Fact<String>>,
    pub programme: Option<Fact<String>>,
    pub managing_authority: Option<Fact<String>>,
    pub beneficiary: Option<Fact<String>>,
    pub region: Option<Fact<String>>,
    pub country: Option<Fact<String>>,
    pub title: Option<Fact<String>>,
    pub total_budget: Option<Fact<Sum>>,
    pub eu_contribution: Option<Fact<Sum>>,
    pub cofinancing_rate: Option<Fact<Decimal>>,
    pub participants: Option<Fact<u64>>,
    /// Mentions of 0,00 where an amount was to be.
    pub zeros: Vec<usize>,
}

/// An amount and its currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    pub amount: Decimal,
    pub currency: Option<String>,
}

/// Draws the facts from what was found. Amounts whose ratio is the stated rate get their roles here.
pub fn facts(
    text: &str,
    language: &Language,
    passages: &[Marks<'_, '_>],
    zones: &[Zone<'_>],
    found: &mut [Found<'_>],
) -> Facts {
    let cofinancing_rate = best(found, |f| match f.value {
        Value::Percentage(rate) if f.role == Role::CofinancingRate => Some(rate),
        _ => None,
    });
    if let Some(rate) = &cofinancing_rate {
        by_ratio(found, rate.value);
    }
    let text_of = |field| labelled_text(text, zones, field, passages);
    let mut facts = Facts {
        start_date: project_date(found, Role::Start),
        end_date: project_date(found, Role::End),
        published: best(found, |f| match f.value {
            Value::Date(date) if f.role == Role::Published => Some(date),
            _ => None,
        }),
        programming_period: programming_period(found),
        fund: fund(text, passages, zones),
        programme: text_of(Field::Programme),
        managing_authority: text_of(Field::ManagingAuthority),
        beneficiary: text_of(Field::Beneficiary),
        region: text_of(Field::Region),
        country: text_of(Field::Country).and_then(|fact| {
            let code = language.words.value(Class::Country, &fact.value).or_else(|| iso_3166(&fact.value))?.to_owned();
            Some(Fact { value: code, span: None, ..fact })
        }),
        title: text_of(Field::Title),
        total_budget: sum(found, Role::TotalBudget),
        eu_contribution: sum(found, Role::EuContribution),
        cofinancing_rate,
        participants: participants(found),
        zeros: Vec::new(),
    };
    duration(text, zones, found, &mut facts);
    for slot in [&mut facts.total_budget, &mut facts.eu_contribution] {
        if let Some(fact) = slot.take_if(|fact| fact.value.amount.is_zero()) {
            facts.zeros.extend(fact.mention);
        }
    }
    facts
}

/// A country given by its code; the Union writes two of them otherwise than ISO 3166-1.
fn iso_3166(code: &str) -> Option<&str> {
    match code {
        "EL" => Some("GR"),
        "UK" => Some("GB"),
        _ => Some(code).filter(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())),
    }
}

/// The first mention of the greatest weight; the others of its kind that differ speak against it.
fn best<'f, 'l, T: PartialEq>(found: &'f [Found<'l>], pick: impl Fn(&'f Found<'l>) -> Option<T>) -> Option<Fact<T>> {
    let all = found.iter().enumerate().filter_map(|(i, f)| Some((i, f, pick(f)?)));
    // `max_by_key` takes the last of equals; counting down from the end makes that the first in the text.
    let (index, chosen, value) = all.max_by_key(|(i, f, _)| (f.evidence.weight, std::cmp::Reverse(*i)))?;
    let differs = |f: &'f Found<'l>| f.evidence.weight >= Weight::Cue && pick(f).is_some_and(|v| v != value);
    let against = found.iter().enumerate().filter(|(_, f)| differs(f)).map(|(i, _)| i).collect();
    Some(Fact { value, mention: Some(index), span: None, by: chosen.evidence.id.to_owned(), against })
}

/// The project's start or end: a labelled one, else one in a sentence about the project.
fn project_date(found: &[Found<'_>], role: Role) -> Option<Fact<DateValue>> {
    let counts = |f: &Found<'_>| f.evidence.weight == Weight::Label || f.about_project;
    let mut fact = best(found, |f| match f.value {
        Value::Date(date) if f.role == role && counts(f) => Some(date),
        _ => None,
    })?;
    let differs = |f: &Found<'_>| match &f.value {
        Value::Date(date) => f.role == role && counts(f) && !date.agrees(&fact.value),
        _ => false,
    };
    fact.against = found.iter().enumerate().filter(|(_, f)| differs(f)).map(|(i, _)| i).collect();
    fact.value.time = None;
    Some(fact)
}

/// "Durata: 2019-2021": a period behind a label of both dates is the project's years.
fn duration(text: &str, zones: &[Zone<'_>], found: &[Found<'_>], facts: &mut Facts) {
    for zone in zones.iter().filter(|zone| zone.parted && zone.label.field == Some(Field::Dates)) {
        let first = found.iter().enumerate().find(|(_, f)| zone.value.contains(&f.span.start));
        let Some((index, Found { value: Value::Period(period), span, .. })) = first else { continue };
        if text.get(zone.value.start..span.start).is_none_or(|gap| gap.len() > 30) {
            continue;
        }
        let fact = |year: u16| {
            let value = DateValue { year: i16::try_from(year).ok()?, month: None, day: None, time: None };
            Some(Fact { value, mention: Some(index), span: None, by: zone.label.id.clone(), against: Vec::new() })
        };
        facts.start_date = facts.start_date.take().or_else(|| fact(period.start));
        facts.end_date = facts.end_date.take().or_else(|| fact(period.end));
    }
}

/// The labelled period; else the one the page names most often, where one is.
fn programming_period(found: &[Found<'_>]) -> Option<Fact<PeriodValue>> {
    let periods = found.iter().enumerate().filter_map(|(i, f)| match f.value {
        Value::Period(period) if f.role == Role::ProgrammingPeriod => Some((i, f, period)),
        _ => None,
    });
    let all: Vec<_> = periods.collect();
    let labelled = all.iter().find(|(_, f, _)| f.evidence.weight == Weight::Label);
    let chosen = match labelled {
        Some(&(_, _, period)) => period,
        None => most(all.iter().map(|(_, _, period)| (period.start, period.end)))
            .map(|(start, end)| PeriodValue { start, end })?,
    };
    let (index, first, _) = all
        .iter()
        .find(|(_, f, period)| *period == chosen && (labelled.is_none() || f.evidence.weight == Weight::Label))?;
    Some(Fact {
        value: chosen,
        mention: Some(*index),
        span: None,
        by: first.evidence.id.to_owned(),
        against: Vec::new(),
    })
}

/// What occurs more often than anything else.
fn most<T: Ord + Copy>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_unstable();
    let highest = all.chunk_by(T::eq).map(<[T]>::len).max()?;
    let mut leading = all.chunk_by(T::eq).filter(|same| same.len() == highest);
    let first = leading.next()?;
    first.first().copied().filter(|_| leading.next().is_none())
}

/// The fund a label names, by code or name; else the one the page names most often.
fn fund<'p, 'l>(text: &str, passages: &'p [Marks<'_, 'l>], zones: &[Zone<'_>]) -> Option<Fact<String>> {
    let named = |range: Range<usize>| {
        let of = move |marks: &'p Marks<'_, 'l>| {
            let found = marks.find(Topic::Fund, &range);
            found.filter_map(|(_, hits)| marks.values(hits).next())
        };
        passages.iter().flat_map(of)
    };
    let labelled = zones.iter().filter(|zone| zone.parted && zone.label.field == Some(Field::Fund)).find_map(|zone| {
        // The code stands behind the name: "Fondo sociale europeo Plus (ESF+)".
        Some((named(zone.value.clone()).last()?, zone.label.id.as_str()))
    });
    let (value, by) = match labelled {
        Some(labelled) => labelled,
        None => (most(named(0..text.len()))?, "named on the page"),
    };
    Some(Fact { value: value.to_owned(), mention: None, span: None, by: by.to_owned(), against: Vec::new() })
}

/// What a label's line says, where it says something.
fn labelled_text(text: &str, zones: &[Zone<'_>], field: Field, passages: &[Marks<'_, '_>]) -> Option<Fact<String>> {
    zones.iter().filter(|zone| zone.parted && zone.label.field == Some(field)).find_map(|zone| {
        let line = text.get(zone.value.clone())?;
        let value = line.split(['|', '\t']).next().unwrap_or(line).trim().trim_end_matches([';', ',']).trim();
        let said = value.chars().any(char::is_alphabetic) && !is_not_available(&span_of(text, value), passages);
        said.then(|| Fact::words(text, value, &zone.label.id))
    })
}

/// "n/a", "non disponibile": Kohesio's words for a missing value, in any language.
fn is_not_available(value: &Range<usize>, passages: &[Marks<'_, '_>]) -> bool {
    prints_at(passages, value.clone(), Print::NotAvailable).any(|span| span == *value)
}

/// The labelled amount of a role, else a cued one; amounts that say otherwise are kept, rough ones near it agree.
fn sum(found: &[Found<'_>], role: Role) -> Option<Fact<Sum>> {
    let Fact { value, mention, span, by, mut against } = best(found, |f| match &f.value {
        // "Fino a un massimo di 150.000 euro" is a ceiling and no sum.
        Value::Amount { value, currency } if f.role == role && !is_ceiling(f) => Some((*value, currency.as_deref())),
        _ => None,
    })?;
    let (amount, in_currency) = value;
    let rough = |index: &usize| {
        found.get(*index).is_some_and(|f| match (&f.value, f.modifier) {
            // "circa 5,4 milioni": within a twentieth it is the same sum.
            (Value::Amount { value, .. }, Some(_)) => (value - amount).abs() <= amount.abs() / Decimal::from(20),
            _ => false,
        })
    };
    let other_currency = |index: &usize| {
        found.get(*index).is_some_and(|f| match &f.value {
            Value::Amount { currency, .. } => currency.as_deref() != in_currency,
            _ => false,
        })
    };
    // A sum told in złoty and in euro is one sum.
    against.retain(|index| !rough(index) && !other_currency(index));
    let value = Sum { amount, currency: in_currency.map(str::to_owned) };
    Some(Fact { value, mention, span, by, against })
}

fn is_ceiling(found: &Found<'_>) -> bool {
    matches!(found.modifier, Some(Mod::EqualOrLess | Mod::LessThan))
}

/// The largest count of people reached.
fn participants(found: &[Found<'_>]) -> Option<Fact<u64>> {
    let counts = found.iter().enumerate().filter_map(|(i, f)| match f.value {
        Value::Participants { value, group } if f.role == Role::Participants => Some((i, f, value, group)),
        _ => None,
    });
    let all: Vec<(usize, &Found<'_>, u64, Group)> = counts.collect();
    let &(index, chosen, value, _) = all.iter().max_by_key(|(i, _, value, _)| (*value, std::cmp::Reverse(*i)))?;
    // What a label counts and what the text counts should be the same people.
    let labelled: Vec<_> = all.iter().filter(|(_, f, ..)| f.evidence.weight == Weight::Label).collect();
    let against = labelled.iter().flat_map(|(i, _, stated, of)| {
        let more = all.iter().filter(move |(_, f, v, g)| v > stated && g == of && f.evidence.weight != Weight::Label);
        more.flat_map(move |(j, ..)| [*i, *j])
    });
    let mut against: Vec<usize> = against.filter(|&i| i != index).collect();
    against.sort_unstable();
    against.dedup();
    Some(Fact { value, mention: Some(index), span: None, by: chosen.evidence.id.to_owned(), against })
}

/// Amounts are compared in pairs; a page with more of them than this is a table and no project.
const PAIRS: usize = 40;

/// How far the ratio of two amounts may lie from the rate stated, in points.
pub const RATE_TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// Two amounts of no known role whose ratio is the stated rate are the total and the Union's share.
fn by_ratio(found: &mut [Found<'_>], rate: Decimal) {
    if rate <= Decimal::ZERO || rate >= Decimal::ONE_HUNDRED {
        return;
    }
    let amounts: Vec<(usize, Decimal, Option<&str>, Role, Weight)> = found
        .iter()
        .enumerate()
        .filter_map(|(i, f)| match &f.value {
            Value::Amount { value, currency } if !value.is_zero() => {
                Some((i, *value, currency.as_deref(), f.role, f.evidence.weight))
            }
            _ => None,
        })
        .take(PAIRS)
        .collect();
    let has = |role| amounts.iter().any(|(.., r, _)| *r == role);
    let can_be = |(.., r, weight): &(usize, Decimal, Option<&str>, Role, Weight), role| {
        *r == role || (*weight == Weight::Default && !has(role))
    };
    let mut pairs = Vec::new();
    for whole in amounts.iter().filter(|a| can_be(a, Role::TotalBudget)) {
        for part in amounts.iter().filter(|a| can_be(a, Role::EuContribution) && a.0 != whole.0 && a.2 == whole.2) {
            if ratio(part.1, whole.1).is_some_and(|ratio| (ratio - rate).abs() <= RATE_TOLERANCE) {
                pairs.push((whole.0, part.0));
            }
        }
    }
    let [(whole, part)] = pairs.as_slice() else { return };
    for (&index, role) in [(whole, Role::TotalBudget), (part, Role::EuContribution)] {
        if let Some(f) = found.get_mut(index).filter(|f| f.evidence.weight == Weight::Default) {
            f.role = role;
            f.evidence = Evidence { weight: Weight::Arithmetic, id: "ratio", words: None };
        }
    }
}

/// A share of a whole in per cent, exactly.
pub fn ratio(part: Decimal, whole: Decimal) -> Option<Decimal> {
    part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_exact() {
        let ratio = ratio(Decimal::new(511_698_364, 2), Decimal::new(620_090_117, 2)).expect("a ratio");
        assert!((ratio - Decimal::new(8252, 2)).abs() <= RATE_TOLERANCE, "{ratio}");
    }

    #[test]
    fn the_most_frequent_counts_only_alone() {
        assert_eq!(most([1, 2, 2].into_iter()), Some(2));
        assert_eq!(most([1, 1, 2, 2].into_iter()), None);
        assert_eq!(most(std::iter::empty::<u8>()), None);
    }
}
