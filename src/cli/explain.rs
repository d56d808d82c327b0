//! `kohex explain`: a page in the terminal, every value marked in its place, and why it is what it is.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::{Common, Mapping, Outcome, Refusal, Tongues, load, print, quoted, standard_input};
use crate::normalize::PeriodValue;
use crate::patterns::{Heading, Kind};
use crate::pipeline::{Body, Failed, Given, Options, Placed, Reading};
use crate::record::{Fact, Found};
use crate::sink::records::STDIN;
use crate::source::{Hints, Limits, Named, Page, SourceError, named, printable};
use crate::text::Text;

#[derive(Debug, Args)]
pub struct Explain {
    /// The page, as records and rejects name it: page.html, crawl.zip!page.html, list.csv#12; - is standard input
    #[arg(value_name = "PAGE")]
    page: PathBuf,
    #[command(flatten)]
    tongues: Tongues,
    #[command(flatten)]
    mapping: Mapping,
}

/// How many pages of an archive are named when none of them is asked for.
const NAMED: usize = 10;

impl Explain {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let limits = Limits::default();
        let page = if self.page.as_os_str() == STDIN { None } else { Some(self.find(&limits)?) };
        let options = Options { columns: self.mapping.map.clone(), ..Options::default() };
        let extractor = self.tongues.extractor(load(common)?, options)?;
        let failed = |e: Failed| Refusal(format!("{}: {e}", printable(&self.page)));
        let mut buffer = Vec::new();
        let hints = Hints::default();
        let given = if let Some(page) = &page {
            page.load(&mut buffer, &limits).map_err(|e| failed(e.into()))?;
            Given::of(page, &buffer)
        } else {
            buffer = standard_input(limits.page_bytes)?;
            Given { name: STDIN, body: Body::Bytes(&buffer), hints: &hints }
        };
        let tell = |text: &Text<'_>, reading: &Reading<'_>| {
            print(|out| {
                marked(out, text, reading)?;
                columns(out, reading.columns)?;
                values(out, text, reading)?;
                facts(out, reading)?;
                lost(out, text, reading)?;
                warnings(out, reading)
            })
        };
        extractor.read_fully(&given, tell).map_err(failed)?
    }

    /// The page that is asked for.
    fn find(&self, limits: &Limits) -> Result<Page, Refusal> {
        let place = printable(&self.page);
        match named(&self.page, limits, NAMED) {
            Ok(Named::Page(page)) => Ok(*page),
            Ok(Named::Several { pages, failed }) => {
                let first = pages.first().map(|path| quoted(path)).unwrap_or_default();
                let (list, failed) = (pages.join("\n  "), besides(failed));
                Err(Refusal(format!(
                    "{place}: expected the name of a page in it, found none; it holds\n  {list}{failed}\nhelp: name one: \
                     kohex explain {first}"
                )))
            }
            Ok(Named::Nothing { file, name, near, failed }) => {
                let called = if name.is_empty() { String::new() } else { format!(" called {name}") };
                let help =
                    if near.is_empty() { String::new() } else { format!("\nhelp: it holds {}", near.join(", ")) };
                let failed = besides(failed);
                Err(Refusal(format!("{place}: expected a page of {file}, found none{called}{failed}{help}")))
            }
            Ok(Named::Nowhere(error)) => Err(Refusal(format!(
                "{error}\nhelp: records name pages from the folder given to extract: put it before the name"
            ))),
            Err(error) => Err(Refusal(error.to_string())),
        }
    }
}

/// What is wrong with a container besides, on a line of its own.
fn besides(failed: Option<SourceError>) -> String {
    failed.map_or_else(String::new, |error| format!("\n{error}"))
}

const HEAD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

fn colour(kind: Kind) -> Style {
    let colour = match kind {
        Kind::Date => AnsiColor::Cyan,
        Kind::Period => AnsiColor::Blue,
        Kind::Amount => AnsiColor::Green,
        Kind::Percentage => AnsiColor::Yellow,
        Kind::Participants => AnsiColor::Magenta,
    };
    colour.on_default().bold()
}

fn head(out: &mut dyn Write, title: &str) -> io::Result<()> {
    writeln!(out, "\n{HEAD}{title}{HEAD:#}")
}

/// The page's own text with `[…]` round every value and its number behind it.
fn marked(out: &mut dyn Write, text: &Text<'_>, reading: &Reading<'_>) -> io::Result<()> {
    let mut at = 0;
    for (number, found) in reading.found.iter().enumerate() {
        let range = text.page_range(&found.span);
        let style = colour(found.value.kind());
        let before = visible(text.page().get(at..range.start).unwrap_or_default());
        let inside = visible(text.page().get(range.clone()).unwrap_or_default());
        write!(out, "{before}{style}[{inside}]{style:#}{FAINT}{number}{FAINT:#}")?;
        at = range.end;
    }
    writeln!(out, "{}", visible(text.page().get(at..).unwrap_or_default().trim_end()))
}

/// A page is not trusted: what would steer the terminal is shown instead (U+241B for an escape, and so on).
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f'..='\u{9f}' => '\u{fffd}',
        _ => c,
    };
    text.chars().filter(|&c| c != '\r').map(shown).collect()
}

/// What the columns of a row are understood as.
fn columns(out: &mut dyn Write, columns: &[Placed]) -> io::Result<()> {
    if !columns.is_empty() {
        head(out, "columns")?;
    }
    for (name, heading) in columns.iter().map(Placed::heading) {
        let Some(Heading { column, currency, scale }) = heading else {
            writeln!(out, "  {:<40} {FAINT}not known{FAINT:#}", visible(name))?;
            continue;
        };
        let currency = currency.map_or_else(String::new, |code| format!(", {code}"));
        let scale = if scale > 1 { format!(", times {scale}") } else { String::new() };
        writeln!(out, "  {:<40} {column}{currency}{scale}", visible(name))?;
    }
    Ok(())
}

fn values(out: &mut dyn Write, text: &Text<'_>, reading: &Reading<'_>) -> io::Result<()> {
    head(out, "values")?;
    for (number, found) in reading.found.iter().enumerate() {
        let style = colour(found.value.kind());
        let modifier = found.modifier.map_or_else(String::new, |m| format!(" {m}"));
        let value = format!("{}{modifier}", found.value);
        writeln!(out, "{number:>4}  {style}{value:<24}{style:#} {:<22} {}", found.role.name(), found.rule.id)?;
        writeln!(out, "{FAINT}{:30}by {}{FAINT:#}", "", evidence(text, found))?;
    }
    if reading.found.is_empty() {
        writeln!(out, "      none")?;
    }
    Ok(())
}

fn evidence(text: &Text<'_>, found: &Found<'_>) -> String {
    match &found.evidence.words {
        Some(words) => format!("{}: \"{}\"", found.evidence.id, text.page_str(words)),
        None => found.evidence.id.to_owned(),
    }
}

fn facts(out: &mut dyn Write, reading: &Reading<'_>) -> io::Result<()> {
    head(out, "facts")?;
    let record = &reading.record;
    let (code, confidence) = (&record.language.code, record.language.confidence);
    writeln!(out, "  {:<20} {code} ({confidence})", "language")?;
    for other in &record.other_languages {
        writeln!(out, "  {:<20} {} ({} of the text)", "", other.code, other.share)?;
    }
    let facts = &reading.facts;
    fact(out, "title", facts.title.as_ref(), String::clone)?;
    fact(out, "start_date", facts.start_date.as_ref(), ToString::to_string)?;
    fact(out, "end_date", facts.end_date.as_ref(), ToString::to_string)?;
    fact(out, "published", facts.published.as_ref(), ToString::to_string)?;
    fact(out, "programming_period", facts.programming_period.as_ref(), PeriodValue::programming_period)?;
    fact(out, "fund", facts.fund.as_ref(), String::clone)?;
    fact(out, "programme", facts.programme.as_ref(), String::clone)?;
    fact(out, "managing_authority", facts.managing_authority.as_ref(), String::clone)?;
    fact(out, "beneficiary", facts.beneficiary.as_ref(), String::clone)?;
    fact(out, "region", facts.region.as_ref(), String::clone)?;
    fact(out, "country", facts.country.as_ref(), String::clone)?;
    for (name, sum) in [("total_budget", &facts.total_budget), ("eu_contribution", &facts.eu_contribution)] {
        fact(out, name, sum.as_ref(), |v| {
            format!("{} {}", v.amount, v.currency.as_deref().unwrap_or("(no currency)"))
        })?;
    }
    fact(out, "cofinancing_rate", facts.cofinancing_rate.as_ref(), |v| format!("{v} %"))?;
    fact(out, "participants", facts.participants.as_ref(), ToString::to_string)
}

fn fact<T>(out: &mut dyn Write, name: &str, fact: Option<&Fact<T>>, show: impl Fn(&T) -> String) -> io::Result<()> {
    let Some(fact) = fact else { return Ok(()) };
    let from = fact.mention.map_or_else(String::new, |i| format!(" (value {i})"));
    let against: Vec<String> = fact.against.iter().map(ToString::to_string).collect();
    let against = if against.is_empty() { String::new() } else { format!(", against {}", against.join(", ")) };
    writeln!(out, "  {name:<20} {} {FAINT}by {}{from}{against}{FAINT:#}", show(&fact.value), fact.by)
}

/// Rules that matched and lost; those that lost to a longer reading by the same rule say nothing new.
fn lost(out: &mut dyn Write, text: &Text<'_>, reading: &Reading<'_>) -> io::Result<()> {
    let told = reading.lost.iter().filter(|lost| lost.of.rule.id != lost.to.0);
    let lines: Vec<String> = told
        .map(|lost| {
            let (mine, theirs) = (text.page_str(&lost.of.hull()), text.page_str(&lost.to.1));
            format!("  {} \"{mine}\" to {} \"{theirs}\"", lost.of.rule.id, lost.to.0)
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    head(out, "lost")?;
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn warnings(out: &mut dyn Write, reading: &Reading<'_>) -> io::Result<()> {
    if reading.record.warnings.is_empty() {
        return Ok(());
    }
    head(out, "warnings")?;
    for warning in &reading.record.warnings {
        writeln!(out, "  {}: {}", warning.code, warning.message)?;
    }
    Ok(())
}
