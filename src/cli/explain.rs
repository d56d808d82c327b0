//! `kohex explain`: a page in the terminal, every value marked in its place, and why it is what it is.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::{Common, Outcome, Refusal, Tongues, load, print};
use crate::normalize::PeriodValue;
use crate::patterns::Kind;
use crate::pipeline::{Body, Failed, Given, Options, Reading};
use crate::record::{Fact, Found};
use crate::source::{Hints, plain, printable};
use crate::text::Text;

#[derive(Debug, Args)]
pub struct Explain {
    /// The page
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    tongues: Tongues,
}

impl Explain {
    pub fn run(&self, common: &Common) -> Result<Outcome, Refusal> {
        let place = printable(&self.file);
        let bytes =
            std::fs::read(&self.file).map_err(|e| Refusal(format!("{place}: cannot be read: {}", plain(&e))))?;
        let extractor = self.tongues.extractor(load(common)?, Options::default())?;
        let failed = |e: Failed| Refusal(format!("{place}: {e}"));
        let given = Given { name: &place, body: Body::Bytes(&bytes), hints: &Hints::default() };
        let shown = extractor.show(&given).map_err(failed)?;
        let reading = extractor.read_fully(&shown, &place, true).map_err(failed)?;
        let text = Text::new(&shown.text);
        print(|out| {
            page(out, &text, &reading)?;
            values(out, &text, &reading)?;
            facts(out, &reading)?;
            lost(out, &text, &reading)?;
            warnings(out, &reading)
        })
    }
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
fn page(out: &mut dyn Write, text: &Text<'_>, reading: &Reading<'_>) -> io::Result<()> {
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
