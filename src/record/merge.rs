//! Pages of one project as one record: English first, then by language code. What they say differently is said in
//! warnings, never mended.

use std::collections::BTreeMap;

use super::{Code, Mention, PageKind, Record, Warning, origin};

/// The record of a project that `pages`, records of one id each, tell of. Facts are those of the first page that has
/// them; people are counted as on a single page, by the largest count.
///
/// `None` where there is no page.
pub fn merge(mut pages: Vec<Record>) -> Option<Record> {
    pages.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut rest = pages.into_iter();
    let mut whole = rest.next()?;
    let mut told = Told::default();
    told.add(&whole, 0);
    for page in rest {
        let first = whole.mentions.len();
        told.add(&page, first);
        add(&mut whole, page, first);
    }
    whole.participants = told.participants.values().max().copied();
    let conflicts = told.conflicts(&whole);
    whole.warnings.extend(conflicts);
    whole.warnings.sort_by_key(|warning| warning.code);
    Some(whole)
}

/// A project of a page that lists several, with what stands above the list and holds for all of them: programme, fund,
/// period, place. `head` was read from the same document.
pub fn under(head: &Record, project: Record) -> Record {
    let first = head.mentions.len();
    let mut whole = project;
    macro_rules! fill {
        ($($field:ident),+) => { $( if whole.$field.is_none() { whole.$field.clone_from(&head.$field); } )+ };
    }
    fill!(published, programming_period, fund, programme, managing_authority, region, country);
    let own = std::mem::take(&mut whole.mentions);
    whole.mentions = head.mentions.iter().cloned().chain(own).collect();
    for index in whole.warnings.iter_mut().flat_map(|warning| &mut warning.mentions) {
        *index += first;
    }
    whole
}

/// English, then the other languages by their codes; pages of one language by their paths.
fn order(page: &Record) -> (bool, &str, Option<&str>) {
    let code = page.language.code.as_str();
    (code != "en", code, page.documents.first().map(|document| document.path.as_str()))
}

/// Adds a page to a record whose mentions it follows.
fn add(whole: &mut Record, page: Record, first: usize) {
    let document = whole.documents.len();
    whole.documents.extend(page.documents);
    whole.mentions.extend(page.mentions.into_iter().map(|m| Mention { document: document + m.document, ..m }));
    if page.kind == PageKind::Kohesio {
        whole.kind = PageKind::Kohesio;
    }
    macro_rules! fill {
        ($($field:ident),+) => { $( if whole.$field.is_none() { whole.$field = page.$field; } )+ };
    }
    fill!(title, start_date, end_date, published, programming_period, fund, programme, managing_authority);
    fill!(beneficiary, region, country, total_budget, eu_contribution, cofinancing_rate, text);
    for warning in page.warnings {
        let mentions = warning.mentions.iter().map(|index| index + first);
        match whole.warnings.iter_mut().find(|w| w.code == warning.code && w.message == warning.message) {
            Some(same) => same.mentions.extend(mentions),
            None => whole.warnings.push(Warning { mentions: mentions.collect(), ..warning }),
        }
    }
}

/// What a page says, and the mention that says it.
type Said = (String, Option<usize>);

/// What the pages say, each value with the mention that says it (where one does), in the order of the pages.
#[derive(Default)]
struct Told {
    facts: BTreeMap<(Code, &'static str), Vec<Said>>,
    /// By the mention that counts them.
    participants: BTreeMap<Option<usize>, u64>,
}

impl Told {
    fn add(&mut self, page: &Record, first: usize) {
        let place = |field| origin(page, field).map(|index| first + index);
        let money = |m: &Option<super::Money>| m.as_ref().map(|m| m.amount.0.normalize().to_string());
        let people = page.participants.map(|n| n.to_string());
        let facts = [
            (Code::DateConflict, "start date", "start_date", page.start_date.clone()),
            (Code::DateConflict, "end date", "end_date", page.end_date.clone()),
            (Code::AmountConflict, "total budget", "total_budget", money(&page.total_budget)),
            (Code::AmountConflict, "EU contribution", "eu_contribution", money(&page.eu_contribution)),
            (Code::ParticipantsConflict, "number of people", "participants", people),
        ];
        for (code, name, field, value) in facts {
            if let Some(value) = value {
                self.facts.entry((code, name)).or_default().push((value, place(field)));
            }
        }
        if let Some(people) = page.participants {
            self.participants.insert(place("participants"), people);
        }
    }

    /// A warning for every fact that pages of the project tell differently.
    fn conflicts(self, whole: &Record) -> Vec<Warning> {
        let warning = |((code, name), told): ((Code, &str), Vec<Said>)| {
            let (first, _) = told.first()?;
            let differing: Vec<&str> =
                told.iter().map(|(value, _)| value.as_str()).filter(|value| !agree(code, value, first)).collect();
            if differing.is_empty() {
                return None;
            }
            let mut others = differing.clone();
            others.dedup();
            let message = format!("{name} is {first} on one page, {} on another", others.join(", "));
            let mentions = told.iter().filter_map(|(_, at)| *at).filter(|at| *at < whole.mentions.len()).collect();
            Some(Warning { code, message, mentions })
        };
        self.facts.into_iter().filter_map(warning).collect()
    }
}

/// Whether two values can be one: a date may be told more exactly than another.
fn agree(code: Code, one: &str, other: &str) -> bool {
    one == other || (code == Code::DateConflict && (one.starts_with(other) || other.starts_with(one)))
}
