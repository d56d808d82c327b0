//! What values say of each other: ranges of dates, parts of a whole, rates beside amounts.

use std::ops::Range;

use super::roles::{Context, Evidence, Found, Weight};
use super::sentence::window_start;
use crate::normalize::Value;
use crate::patterns::{Class, Group, Kind, Role, Topic};

/// The words between two dates that join them take no more bytes than this.
const JOINT: usize = 100;

impl<'l> Context<'_, 'l> {
    /// Goes over all values once more.
    pub fn together(&self, found: &mut [Found<'l>]) {
        self.ranges(found);
        self.subsets(found);
        self.rates(found);
        self.eligible(found);
    }

    /// Two dates joined by a word or dash of a range are a start and an end.
    fn ranges(&self, found: &mut [Found<'l>]) {
        for i in 1..found.len() {
            let Some((head, tail)) = found.split_at_mut_checked(i) else { break };
            let (Some(start), Some(end)) = (head.last_mut(), tail.first_mut()) else { break };
            let (Value::Date(from), Value::Date(to)) = (&start.value, &end.value) else { continue };
            let gap = self.text.get(start.span.end..end.span.start).unwrap_or_default();
            if gap.len() > JOINT || gap.contains('\n') || from.first() > to.last() {
                continue;
            }
            let here = self.at(start.span.start);
            let between = start.span.end..end.span.start;
            let joined = (here.marks.is_and(&between) && here.opens_between(start.span.start))
                || here.joins(gap, &between)
                || (start.rule.id == end.rule.id && gap.is_empty());
            let same_rule = std::ptr::eq(start.rule, end.rule) && start.rule.is_range();
            if !(joined || (same_rule && gap.chars().count() <= 20)) {
                continue;
            }
            let beats = |f: &Found<'_>| {
                f.evidence.weight == Weight::Label
                    || (f.evidence.weight == Weight::Cue && !matches!(f.role, Role::Start | Role::End | Role::Other))
            };
            if beats(start) {
                // "La fiera dal 3 al 5 maggio": what the first day is, the last is too.
                if start.evidence.weight == Weight::Cue && !beats(end) {
                    (end.role, end.evidence) = (start.role, start.evidence.clone());
                }
                continue;
            }
            let evidence = || Evidence { weight: Weight::Shape, id: "range", words: None };
            if start.evidence.weight < Weight::Cue || start.role == Role::Other || start.role == Role::End {
                (start.role, start.evidence) = (Role::Start, evidence());
            }
            // In "dal 3 maggio fino al 5" the words before the end join the two and are no cue of their own.
            if (joined && end.evidence.weight < Weight::Label) || !beats(end) {
                (end.role, end.evidence) = (Role::End, evidence());
            }
            let about = start.about_project || end.about_project || here.fills_line(&(start.span.start..end.span.end));
            (start.about_project, end.about_project) = (about, about);
        }
    }

    /// Whether only a dash or a word like "to" stands in a gap. "2020. godine do 2021." goes on behind the full stop,
    /// "a finales de 2020. Hasta 2027 …" begins a sentence there.
    fn joins(&self, gap: &str, at: &Range<usize>) -> bool {
        let sentence = gap.split_once(". ").is_some_and(|(_, rest)| rest.trim_start().starts_with(char::is_uppercase));
        !sentence && self.marks.is_to(at)
    }

    /// Whether a word like "between" stands right before `at`.
    fn opens_between(&self, at: usize) -> bool {
        let left = self.sentences.left(at);
        let last = self.marks.find(Topic::Between, &left).last();
        last.is_some_and(|(words, _)| self.marks.is_filler(&(words.end..left.end)))
    }

    /// Whether a range fills its line but for the words that open it.
    fn fills_line(&self, span: &Range<usize>) -> bool {
        let (left, right) = (self.sentences.left(span.start), self.sentences.right(span.end));
        let side = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        let opens = side(left.clone());
        let opened = self.marks.is_filler(&left) || self.language.words.value(Class::RangeFrom, opens.trim()).is_some();
        opened && side(right).trim_matches([' ', '.', ')']).is_empty()
    }

    /// A part of a larger count: a role only where that count is there; "e 40 uomini" behind a part is one too.
    fn subsets(&self, found: &mut [Found<'l>]) {
        let largest =
            found.iter().filter(|f| f.role == Role::Participants).filter_map(|f| count(&f.value)).max().unwrap_or(0);
        let mut whole: Option<(usize, u64, Group)> = None;
        let mut last: Option<(usize, Role)> = None;
        for f in found.iter_mut() {
            let Value::Participants { value, group } = &mut f.value else { continue };
            let near = last.and_then(|(end, role)| Some((self.text.get(end..f.span.start)?, role)));
            if let Some((gap, Role::Subset)) = near
                && f.evidence.weight == Weight::Default
                && gap.len() <= 12
                && !gap.contains(['.', ';', '\n', ')'])
            {
                f.role = Role::Subset;
                f.evidence = Evidence { weight: Weight::Shape, id: "list", words: None };
            }
            if let Some((gap, Role::Participants)) = near
                && f.evidence.weight == Weight::Default
                && gap.trim_start().starts_with('(')
                && self.at(f.span.start).is_filler(&(f.span.start - gap.len()..f.span.start))
            {
                f.role = Role::Subset;
                f.evidence = Evidence { weight: Weight::Shape, id: "brackets", words: None };
            }
            if f.role == Role::Subset {
                let bare = *group == Group::People && f.rule.role == Some(Role::Subset);
                if let Some((_, _, of)) = whole.filter(|_| bare) {
                    *group = of;
                }
                if matches!(near, Some((_, Role::Background))) {
                    // "4 500 inhabitants, of whom 1 200 …": a part of what is not reached is not reached.
                    f.role = Role::Background;
                } else if *value > largest {
                    f.role = Role::Participants;
                }
            } else if f.role == Role::Participants {
                // "1 292 staff (1 100 women, 192 men), of whom …": the whole is the largest count near by.
                let near = whole.filter(|(end, ..)| *end >= window_start(self.text, f.span.start));
                if near.is_none_or(|(_, count, _)| *value > count) {
                    whole = Some((f.span.end, *value, *group));
                }
            }
            last = Some((f.span.end, f.role));
        }
    }

    /// Where a page tells the total and the eligible cost, the eligible is a part of the total; alone it stands for it.
    fn eligible(&self, found: &mut [Found<'l>]) {
        let is_eligible = |f: &Found<'_>| {
            let marks = self.at(f.span.start).marks;
            f.evidence.words.as_ref().is_some_and(|words| marks.find(Topic::Eligible, words).next().is_some())
        };
        let totals = || found.iter().filter(|f| f.role == Role::TotalBudget && f.evidence.weight >= Weight::Cue);
        let Some(total) = totals().find(|f| !is_eligible(f)).map(|f| f.value.clone()) else { return };
        let parts: Vec<usize> = found
            .iter()
            .enumerate()
            .filter(|(_, f)| f.role == Role::TotalBudget && f.value != total && is_eligible(f))
            .map(|(i, _)| i)
            .collect();
        for index in parts {
            if let Some(f) = found.get_mut(index) {
                f.role = Role::Cost;
            }
        }
    }

    /// "5 116 983,64 € (82,52%)": a percentage in brackets behind the Union's share is its rate.
    fn rates(&self, found: &mut [Found<'l>]) {
        for i in 1..found.len() {
            let Some((head, tail)) = found.split_at_mut_checked(i) else { break };
            let (Some(amount), Some(rate)) = (head.last(), tail.first_mut()) else { break };
            let gap = self.text.get(amount.span.end..rate.span.start).unwrap_or_default();
            if rate.value.kind() == Kind::Percentage
                && matches!(amount.role, Role::EuContribution)
                && rate.role != Role::CofinancingRate
                && rate.evidence.weight < Weight::Label
                && gap.len() <= 20
                && (self.at(rate.span.start).marks.is_filler(&(amount.span.end..rate.span.start))
                    || matches!(gap.trim(), "-" | "/"))
            {
                rate.role = Role::CofinancingRate;
                rate.evidence = Evidence { weight: amount.evidence.weight, id: amount.evidence.id, words: None };
            }
        }
    }
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Participants { value, .. } => Some(*value),
        _ => None,
    }
}
