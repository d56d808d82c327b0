//! The flow of one page, from bytes to record, and of a batch: in parallel, in bounded memory, in path order.

mod batch;
mod budget;
mod columns;
mod groups;
mod marked;
mod shards;
mod shown;
mod sort;

use std::fmt;
use std::ops::Range;

use crate::language::{Detected, Detector};
use crate::patterns::{Column, PatternError, Patterns};
use crate::record::{
    self, Document, Fact, Facts, Found, Kohesio, LanguageOf, Mention, Money, Names, Number, OtherLanguage, PageKind,
    ProducedBy, Record, Sum, Warning,
};
use crate::reject::{Class, Stage};
use crate::scan::Lost;
use crate::source::{Hints, Limits, Page, SourceError};
use crate::text::{Text, html};

pub use batch::{Done, Observer, Reader, Stopped, run};
pub use budget::Budget;
pub use columns::Placed;
pub use groups::{Groups, Merged, Project, is_shared};
pub use shards::{Shard, Shards};
pub use shown::{Body, Given, Shown};
pub use sort::{Key, Sorted, Sorter};

use budget::Deadline;
use marked::{Marked, Understood};

/// Everything that turns pages into records. One serves all threads.
pub struct Extractor {
    patterns: Patterns,
    detector: Detector,
    headings: columns::Seen,
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
    /// Whether pages that tell of no project (Kohesio's of beneficiaries and lists) give a record all the same.
    pub keep_all: bool,
    /// What columns of tables hold, by their headings, where the user says so.
    pub columns: Vec<(String, Column)>,
    /// What markup may be like.
    pub markup: html::Limits,
    /// How long a page may take.
    pub budget: Option<Budget>,
}

impl Options {
    /// What records and rejects depend on besides pages, patterns and the limits of their source, as one line.
    pub fn key(&self) -> String {
        let Options { language, languages, keep_text, keep_all, columns, markup, budget } = self;
        let columns: Vec<String> = columns.iter().map(|(heading, column)| format!("{heading:?}={column}")).collect();
        let time = budget.map_or_else(|| "any".to_owned(), |budget| format!("{:?}", budget.time));
        let languages = languages.as_ref().map_or_else(|| "any".to_owned(), |all| all.join(","));
        let language = language.as_deref().unwrap_or("any");
        let html::Limits { depth, nodes, tag_bytes, attributes } = markup;
        format!(
            "language={language} languages={languages} text={keep_text} all={keep_all} map={} depth={depth} nodes={nodes} \
             tag={tag_bytes} attributes={attributes} time={time}",
            columns.join(",")
        )
    }
}

/// A page that gives no record, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub stage: Stage,
    pub class: Class,
    pub message: String,
}

impl Failed {
    fn new(stage: Stage, class: Class, message: impl fmt::Display) -> Self {
        Failed { stage, class, message: message.to_string() }
    }
}

impl From<SourceError> for Failed {
    fn from(SourceError { class, message, .. }: SourceError) -> Self {
        Failed { stage: Stage::Source, class, message }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failed {}

/// One page read, with what `kohex explain` shows besides the record.
pub struct Reading<'e> {
    pub record: Record,
    pub found: Vec<Found<'e>>,
    pub lost: Vec<Lost<'e>>,
    pub facts: Facts,
    /// The cells of a row.
    pub columns: &'e [Placed],
}

impl Extractor {
    /// An extractor with these patterns.
    ///
    /// # Errors
    /// [`PatternError`] when the words that tell a language cannot be read.
    pub fn new(patterns: Patterns, options: Options) -> Result<Self, PatternError> {
        let detector = Detector::new(&patterns, options.languages.as_deref())?;
        Ok(Extractor { patterns, detector, headings: columns::Seen::default(), options })
    }

    /// How pages are read.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The patterns in use.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Reads one page of plain text or HTML: `name` is what its record calls it. Of a page that lists projects this is
    /// the first; [`Extractor::read_page`] gives all.
    ///
    /// # Errors
    /// As [`Extractor::read_page`].
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Record, Failed> {
        let records = self.read_page(&Given { name, body: Body::Bytes(bytes), hints: &Hints::default() })?;
        let nothing = || Failed::new(Stage::Extract, Class::NotAProject, "the page tells of no project");
        records.into_iter().next().ok_or_else(nothing)
    }

    /// Reads one page: its project, or all projects of a page that lists several.
    ///
    /// # Errors
    /// [`Failed`] when the bytes are no text, the markup is beyond the limits, the page took longer than its budget,
    /// the page tells of no project, or the language's patterns cannot be compiled.
    pub fn read_page(&self, given: &Given<'_>) -> Result<Vec<Record>, Failed> {
        self.finish(self.open(*given)?)
    }

    /// Reads a page of a source.
    ///
    /// # Errors
    /// As [`Extractor::read_page`], and when the page's file cannot be read.
    pub fn read_from(&self, page: &Page, limits: &Limits) -> Result<Vec<Record>, Failed> {
        let mut bytes = Vec::new();
        page.load(&mut bytes, limits)?;
        self.read_page(&Given::of(page, &bytes))
    }

    /// One project of a page that lists several, or what stands above the list: a stretch of the page is read as a page
    /// of its own.
    fn block(&self, whole: &Told<'_>, span: Range<usize>, number: usize) -> Result<Record, PatternError> {
        let page = whole.text.page();
        let before = page.get(..span.start).unwrap_or_default().chars().count();
        let text = Text::new(page.get(span).unwrap_or_default());
        let detected = Detected::stated(&whole.detected.code, text.normal());
        let detected = Detected { confidence: whole.detected.confidence, ..detected };
        let told = Told { text: &text, detected: &detected, ..*whole };
        let marked = Marked::new(&self.patterns, &text, &detected, &[])?;
        let understood = marked.understand(&text, &[], whole.shown.head.as_ref(), false);
        let mut record = self.record(&told, &understood, Some(number));
        for mention in &mut record.mentions {
            (mention.start, mention.end) = (mention.start + before, mention.end + before);
        }
        if record.text.is_some() {
            record.text = Some(page.to_owned());
        }
        Ok(record)
    }

    /// Reads one page and tells `tell` how: every value with its evidence, the columns of a row, the matches that lost.
    ///
    /// # Errors
    /// As [`Extractor::read_page`].
    pub fn read_fully<T>(
        &self,
        given: &Given<'_>,
        tell: impl FnOnce(&Text<'_>, &Reading<'_>) -> T,
    ) -> Result<T, Failed> {
        let Opened { shown, detected, mut deadline, .. } = self.open(*given)?;
        let (text, columns) = (&shown.text, &*shown.columns);
        let told = Told { given, shown: &shown, text, detected: &detected };
        let page = Marked::new(&self.patterns, text, &detected, columns).map_err(wrong_patterns)?;
        deadline.check(Stage::Extract)?;
        let page = page.understand(text, columns, shown.head.as_ref(), true);
        deadline.check(Stage::Extract)?;
        let record = self.record(&told, &page, None);
        let reading = Reading { record, found: page.found, lost: page.lost, facts: page.facts, columns };
        Ok(tell(text, &reading))
    }

    /// The text a reader sees of a page, unless the bytes are no text or the markup is beyond the limits.
    fn show<'p>(&self, given: &Given<'p>) -> Result<Shown<'p>, Failed> {
        let markup = &self.options.markup;
        match given.body {
            Body::Bytes(bytes) => shown::show(given, bytes, markup),
            Body::Row(row) => {
                let headings = self.patterns.headings().map_err(wrong_patterns)?;
                let columns = columns::Columns::new(&self.options.columns, headings, &self.headings);
                columns::show(row, &columns, markup).map_err(shown::too_much)
            }
        }
    }

    /// The page's language. What the markup says of it counts where the words leave it open: templates often say wrong.
    fn detect(&self, shown: &Shown<'_>) -> Detected {
        let (text, cells) = (&shown.text, &*shown.columns);
        if let Some(code) = &self.options.language {
            return Detected::stated(code, text.normal());
        }
        if !cells.is_empty() {
            return columns::detect(&self.detector, text, cells);
        }
        let detected = self.detector.detect_folded(text.normal(), text.lower());
        let said = shown.head.as_ref().and_then(|head| head.language.as_deref());
        match said.filter(|code| detected.confidence < record::CERTAIN && self.patterns.knows(code)) {
            Some(code) => Detected { confidence: record::CERTAIN, ..Detected::stated(code, text.normal()) },
            None => detected,
        }
    }

    /// What is found in `text` read as `code` whatever it looks like, with spans in bytes of `text`: for examples.
    ///
    /// # Errors
    /// [`PatternError`] when the language's patterns cannot be compiled.
    pub fn found_in(&self, text: &str, code: &str) -> Result<Vec<Found<'_>>, PatternError> {
        let text = Text::new(text);
        let detected = Detected::stated(code, text.normal());
        let mut found = Marked::new(&self.patterns, &text, &detected, &[])?.understand(&text, &[], None, false).found;
        for f in &mut found {
            f.span = text.page_range(&f.span);
        }
        Ok(found)
    }

    fn record(&self, told: &Told<'_>, page: &Understood<'_>, number: Option<usize>) -> Record {
        let Told { given, shown, text, detected } = *told;
        let facts = &page.facts;
        let warnings = record::warnings(&record::Known {
            text: text.normal(),
            found: &page.found,
            facts,
            kohesio: page.kohesio,
            language: detected,
            supported: self.patterns.knows(&detected.code),
            replaced: shown.replaced,
            repaired: shown.repaired,
            cut: given.hints.cut.as_deref(),
        });
        let head = shown.head.as_ref();
        let canonical = head.and_then(|head| head.canonical.as_deref());
        let own = head.and_then(|head| head.og_url.as_deref());
        let url = given.hints.url.as_deref().or(canonical).or(own);
        let document = Document {
            path: given.name.to_owned(),
            url: url.map(str::to_owned),
            media_type: shown.media_type.to_owned(),
            encoding: shown.encoding.to_owned(),
            bytes: shown.bytes,
            sha256: shown.sha256.clone(),
            language: detected.code.clone(),
        };
        let addresses = [given.hints.url.as_deref(), canonical, own];
        let names = Names { path: given.name, id: given.hints.id.as_deref(), addresses };
        let (mut id, mut id_source) = record::identity(&names, if number.is_none() { text.normal() } else { "" });
        if let Some(number) = number {
            if id_source == record::IdSource::Kohesio {
                (id, id_source) = (given.name.to_owned(), record::IdSource::Path);
            }
            id = format!("{id}#{number}");
        }
        let money = |fact: &Option<Fact<Sum>>| {
            fact.as_ref().map(|f| Money { amount: Number(f.value.amount), currency: f.value.currency.clone() })
        };
        let said = |fact: &Option<Fact<String>>| {
            fact.as_ref()
                .map(|f| f.span.as_ref().map_or_else(|| f.value.clone(), |span| text.readable(span).to_owned()))
        };
        Record {
            schema: record::Version,
            id,
            id_source,
            kind: match given.body {
                Body::Row(_) => PageKind::Row,
                Body::Bytes(_) if page.kohesio == Kohesio::Project => PageKind::Kohesio,
                Body::Bytes(_) => PageKind::Regional,
            },
            title: said(&facts.title),
            language: LanguageOf { code: detected.code.clone(), confidence: detected.confidence },
            other_languages: detected.others().into_iter().map(|(code, share)| OtherLanguage { code, share }).collect(),
            start_date: facts.start_date.as_ref().map(|f| f.value.to_string()),
            end_date: facts.end_date.as_ref().map(|f| f.value.to_string()),
            published: facts.published.as_ref().map(|f| f.value.to_string()).or_else(|| {
                // Of a page that lists projects the head speaks of none of them.
                record::published(head.filter(|_| number.is_none())?.published.as_deref()?)
            }),
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

impl Reader for Extractor {
    type Opened<'p> = Opened<'p>;

    fn open<'p>(&self, given: Given<'p>) -> Result<Opened<'p>, Failed> {
        let mut deadline = Deadline::new(self.options.budget);
        let shown = self.show(&given)?;
        deadline.check(Stage::Markup)?;
        let detected = self.detect(&shown);
        deadline.check(Stage::Extract)?;
        Ok(Opened { given, shown, detected, deadline })
    }

    fn language<'o>(&self, opened: &'o Opened<'_>) -> &'o str {
        &opened.detected.code
    }

    fn finish(&self, opened: Opened<'_>) -> Result<Vec<Record>, Failed> {
        let Opened { given, shown, detected, mut deadline } = opened;
        let (text, columns) = (&shown.text, &*shown.columns);
        deadline.go_on();
        let page = Marked::new(&self.patterns, text, &detected, columns).map_err(wrong_patterns)?;
        deadline.check(Stage::Extract)?;
        if page.kohesio == Kohesio::Other && !self.options.keep_all {
            let message = "a Kohesio page of a beneficiary or a list";
            return Err(Failed::new(Stage::Extract, Class::NotAProject, message));
        }
        let one = Told { given: &given, shown: &shown, text, detected: &detected };
        let blocks = page.blocks(text, columns);
        let Some(first) = blocks.first() else {
            let understood = page.understand(text, columns, shown.head.as_ref(), false);
            deadline.check(Stage::Extract)?;
            return Ok(vec![self.record(&one, &understood, None)]);
        };
        let head = self.block(&one, text.page_range(&(0..first.start)), 0).map_err(wrong_patterns)?;
        let mut records = Vec::with_capacity(blocks.len());
        for (index, block) in blocks.iter().enumerate() {
            deadline.check(Stage::Extract)?;
            let project = self.block(&one, text.page_range(block), index + 1).map_err(wrong_patterns)?;
            records.push(record::under(&head, project));
        }
        Ok(records)
    }
}

/// A page half read.
pub struct Opened<'p> {
    given: Given<'p>,
    shown: Shown<'p>,
    detected: Detected,
    deadline: Deadline,
}

/// A page and what is known of it before it is understood.
#[derive(Clone, Copy)]
struct Told<'t> {
    given: &'t Given<'t>,
    shown: &'t Shown<'t>,
    text: &'t Text<'t>,
    detected: &'t Detected,
}

fn wrong_patterns(error: PatternError) -> Failed {
    Failed::new(Stage::Extract, Class::Damaged, error)
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
