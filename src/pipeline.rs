//! The flow of one page, from bytes to record, and of a batch: in parallel, in bounded memory, in path order.

mod batch;

use std::ops::Range;

use crate::digest::sha256;
use crate::language::{Detected, Detector};
use crate::normalize;
use crate::patterns::{Language, PatternError, Patterns, Rule};
use crate::record::{
    self, Document, Fact, Facts, Found, Kohesio, LanguageOf, Mention, Money, Number, OtherLanguage, PageKind,
    ProducedBy, Record, SCHEMA, Sum, Warning,
};
use crate::scan::{self, Lost, Marks, Passage};
use crate::text::{self, Text};

pub use batch::{Failure, Observer, Stopped, run};

/// Everything that turns pages into records. One serves all threads.
pub struct Extractor {
    patterns: Patterns,
    detector: Detector,
    options: Options,
}

/// How pages are read.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// The language every page is in, where that is known.
    pub language: Option<String>,
    /// The languages a page can be in; all where not said.
    pub languages: Option<Vec<String>>,
    /// Whether each page's text goes into its record.
    pub keep_text: bool,
}

/// One page read, with what `kohex explain` shows besides the record.
pub struct Reading<'e> {
    pub record: Record,
    pub found: Vec<Found<'e>>,
    pub lost: Vec<Lost<'e>>,
    pub facts: Facts,
}

impl Extractor {
    /// An extractor with these patterns.
    ///
    /// # Errors
    /// [`PatternError`] when the words that tell a language cannot be read.
    pub fn new(patterns: Patterns, options: Options) -> Result<Self, PatternError> {
        let detector = Detector::new(&patterns, options.languages.as_deref())?;
        Ok(Extractor { patterns, detector, options })
    }

    /// The patterns in use.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Reads one page: `name` is what its record calls it.
    ///
    /// # Errors
    /// A message when the bytes are no text or the language's patterns cannot be compiled.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Record, String> {
        self.read_fully(name, bytes, false).map(|reading| reading.record)
    }

    /// Reads one page and keeps how: every value with its evidence and, with `keep_lost`, the matches that lost.
    ///
    /// # Errors
    /// As [`Extractor::read`].
    pub fn read_fully(&self, name: &str, bytes: &[u8], keep_lost: bool) -> Result<Reading<'_>, String> {
        let decoded = text::decode(bytes).map_err(|e| e.to_string())?;
        let text = Text::new(&decoded.text);
        let detected = match &self.options.language {
            Some(code) => Detected::stated(code, text.normal()),
            None => self.detector.detect_folded(text.normal(), text.lower()),
        };
        let page = self.understand(&text, &detected, keep_lost).map_err(|e| e.to_string())?;
        let warnings = record::warnings(&record::Known {
            text: text.normal(),
            found: &page.found,
            facts: &page.facts,
            kohesio: page.kohesio,
            language: &detected,
            supported: self.patterns.knows(&detected.code),
            replaced: decoded.replaced,
        });
        let document = Document {
            path: name.to_owned(),
            url: None,
            media_type: "text/plain".to_owned(),
            encoding: decoded.encoding.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256([bytes]),
            language: detected.code.clone(),
        };
        let record = self.record(name, &text, &page, &detected, document, warnings);
        Ok(Reading { record, found: page.found, lost: page.lost, facts: page.facts })
    }

    /// What is found in `text` read as `code` whatever it looks like, with spans in bytes of `text`: for examples.
    ///
    /// # Errors
    /// [`PatternError`] when the language's patterns cannot be compiled.
    pub fn found_in(&self, text: &str, code: &str) -> Result<Vec<Found<'_>>, PatternError> {
        let text = Text::new(text);
        let detected = Detected::stated(code, text.normal());
        let mut found = self.understand(&text, &detected, false)?.found;
        for f in &mut found {
            f.span = text.page_range(&f.span);
        }
        Ok(found)
    }

    fn understand(
        &self,
        text: &Text<'_>,
        detected: &Detected,
        keep_lost: bool,
    ) -> Result<Understood<'_>, PatternError> {
        let language = self.patterns.language(&detected.code)?;
        let normal = text.normal();
        let (mut passages, mut zones, mut readings, mut lost) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for passage in &detected.passages {
            let seen = see(text, &passage.span, self.patterns.language(&passage.code)?, keep_lost);
            passages.push(seen.marks);
            zones.extend(seen.zones);
            readings.extend(seen.readings);
            lost.extend(seen.lost);
        }
        let mut found = record::assign(normal, &passages, &zones, readings);
        let mut facts = record::facts(normal, language, &passages, &zones, &mut found);
        let kohesio = record::kohesio(normal, &zones);
        if kohesio == Kohesio::Project
            && let Some(place) = record::place(normal, language, &passages)
        {
            const BY: &str = "flag line";
            facts.region = place.region.map(|region| Fact::words(normal, region, BY));
            let country = |value| Fact { value, mention: None, span: None, by: BY.to_owned(), against: Vec::new() };
            facts.country = place.country.map(country);
        }
        // Kohesio lists beneficiaries as links; where those are gone, the heading is followed by something else.
        facts.beneficiary.take_if(|_| kohesio == Kohesio::Project);
        if facts.title.is_none() || kohesio == Kohesio::Project {
            let title = record::title(normal, &zones, &found, language, kohesio);
            facts.title = title.map(|title| Fact::words(normal, title, "head of the page"));
        }
        Ok(Understood { found, lost, facts, kohesio })
    }

    fn record(
        &self,
        name: &str,
        text: &Text<'_>,
        page: &Understood<'_>,
        detected: &Detected,
        document: Document,
        warnings: Vec<record::Noted>,
    ) -> Record {
        let facts = &page.facts;
        let (id, id_source) = record::identity(name, text.normal());
        let money = |fact: &Option<Fact<Sum>>| {
            fact.as_ref().map(|f| Money { amount: Number(f.value.amount), currency: f.value.currency.clone() })
        };
        let said = |fact: &Option<Fact<String>>| {
            fact.as_ref()
                .map(|f| f.span.as_ref().map_or_else(|| f.value.clone(), |span| text.page_str(span).to_owned()))
        };
        Record {
            schema: SCHEMA,
            id,
            id_source,
            kind: if page.kohesio == Kohesio::Project { PageKind::Kohesio } else { PageKind::Regional },
            title: said(&facts.title),
            language: LanguageOf { code: detected.code.clone(), confidence: detected.confidence },
            other_languages: detected.others().into_iter().map(|(code, share)| OtherLanguage { code, share }).collect(),
            start_date: facts.start_date.as_ref().map(|f| f.value.to_string()),
            end_date: facts.end_date.as_ref().map(|f| f.value.to_string()),
            published: facts.published.as_ref().map(|f| f.value.to_string()),
            programming_period: facts.programming_period.as_ref().map(|f| f.value.programming_period()),
            fund: said(&facts.fund),
            programme: said(&facts.programme),
            managing_authority: said(&facts.managing_authority),
            beneficiary: said(&facts.beneficiary),
            region: said(&facts.region),
            country: said(&facts.country),
            total_budget: money(&facts.total_budget),
            eu_contribution: money(&facts.eu_contribution),
            cofinancing_rate: facts.cofinancing_rate.as_ref().map(|f| Number(f.value)),
            participants: facts.participants.as_ref().map(|f| f.value),
            mentions: mentions(text, &page.found),
            warnings: warnings
                .into_iter()
                .map(|noted| Warning { code: noted.code, message: noted.message, mentions: noted.mentions })
                .collect(),
            documents: vec![document],
            produced_by: ProducedBy {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                patterns: self.patterns.digest().to_owned(),
            },
            text: self.options.keep_text.then(|| text.page().to_owned()),
        }
    }
}

/// What a passage holds, before anything is known of roles.
struct Seen<'t, 'e> {
    marks: Marks<'t, 'e>,
    zones: Vec<record::Zone<'e>>,
    readings: Vec<(&'e Rule, normalize::Reading)>,
    lost: Vec<Lost<'e>>,
}

/// Matches the rules and labels of `language` against a passage of a text.
fn see<'t, 'e>(text: &'t Text<'_>, span: &Range<usize>, language: &'e Language, keep_lost: bool) -> Seen<'t, 'e> {
    let passage = Passage::new(text.normal(), text.lower(), span, language);
    let text = text.normal();
    let read = |found: &scan::Match<'_>| normalize::read(found, passage.text, language);
    let scan = scan::scan(&passage, read, keep_lost);
    let mut lost = scan.lost;
    let mut readings: Vec<_> =
        scan.found.into_iter().flat_map(|(m, all)| all.into_iter().map(move |r| (m.rule, r))).collect();
    let moved = |range: &mut Range<usize>| *range = range.start + span.start..range.end + span.start;
    if span.start > 0 {
        for (_, reading) in &mut readings {
            moved(&mut reading.span);
        }
        for lost in &mut lost {
            moved(&mut lost.to.1);
            moved(&mut lost.of.span);
            lost.of.slots.iter_mut().for_each(|filled| moved(&mut filled.span));
        }
    }
    let marks = Marks::new(passage);
    let zones = record::zones(text, &marks);
    let bare = record::bare_values(text, &marks, &zones, |span| {
        let next = readings.partition_point(|(_, reading)| reading.span.end <= span.start);
        readings.get(next).is_some_and(|(_, reading)| reading.span.start < span.end)
    });
    readings.extend(bare);
    readings.sort_by_key(|(_, reading)| (reading.span.start, reading.span.end));
    Seen { marks, zones, readings, lost }
}

struct Understood<'e> {
    found: Vec<Found<'e>>,
    lost: Vec<Lost<'e>>,
    facts: Facts,
    kohesio: Kohesio,
}

fn mentions(text: &Text<'_>, found: &[Found<'_>]) -> Vec<Mention> {
    let places = text.char_ranges(found.iter().map(|f| &f.span));
    let mention = |(f, place): (&Found<'_>, Range<usize>)| Mention {
        role: f.role,
        value: f.value.clone(),
        text: text.page_str(&f.span).to_owned(),
        start: place.start,
        end: place.end,
        rule: f.rule.id.clone(),
        modifier: f.modifier,
        document: 0,
    };
    found.iter().zip(places).map(mention).collect()
}
