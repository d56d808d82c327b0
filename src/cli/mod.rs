//! The command line: arguments to a checked configuration, work, exit code.

mod check;
mod database;
mod diff;
mod explain;
mod extract;
mod import;
mod interrupt;
mod languages;
mod progress;
mod schema;
mod shell;
mod verify;

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Args, Parser, Subcommand};

use crate::patterns::{Column, Patterns, UND};
use crate::pipeline::{Extractor, Options};
use crate::source::plain;

/// Dates, money, percentages and people from pages about publicly funded projects, as one JSON record per project.
#[derive(Debug, Parser)]
#[command(name = "kohex", version, max_term_width = 100, after_help = EXIT_CODES)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 done, but some pages or checks failed; 2 wrong usage or patterns, or nothing could be done.
Records go to standard output, everything else to standard error. NO_COLOR is obeyed.";

/// Options of every command.
#[derive(Debug, Args)]
struct Common {
    /// Use the pattern files of DIR (it.toml, xx.toml …) instead of the program's own of the same name
    #[arg(long, value_name = "DIR", global = true)]
    patterns: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more: what was passed over, warnings by kind
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read pages and write one record per project
    Extract(Box<extract::Extract>),
    /// Load records into a database
    Import(import::Import),
    /// Show what differs between two outputs, project by project
    Diff(diff::Diff),
    /// Check the patterns' examples, and pages against what is expected of them
    Check(check::Check),
    /// Show how a page is read: every value in its place, and why
    Explain(explain::Explain),
    /// Prove that an output is whole: every page exactly one record or one reject
    Verify(verify::Verify),
    /// Say how far a run into a folder is
    Status(verify::Status),
    /// List the languages, and the rules and examples of each
    Languages,
    /// Print the schema of a record, of the databases' tables and of the files that take records
    Schema(schema::Schema),
    /// Print a completion script
    Completions(shell::Completions),
    /// Print the manual page
    Man,
}

/// How a command ended when it could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Some pages failed or some checks differ.
    SomeFailed,
    /// Nothing could be done.
    Nothing,
}

/// Why a command could not do its work, as it is told.
#[derive(Debug)]
struct Refusal(String);

impl Refusal {
    fn new(place: impl Display, what: &str, error: &io::Error) -> Self {
        let help = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "\nhelp: make room there or choose another place, and give the same command again"
            }
            _ => "",
        };
        Refusal(format!("{place}: {what}: {}{help}", plain(error)))
    }
}

/// All of standard input, which is a page of at most so many bytes.
fn standard_input(most: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(most + 1).read_to_end(&mut bytes);
    read.map_err(|e| Refusal::new("standard input", "cannot be read", &e))?;
    if bytes.len() as u64 > most {
        return Err(Refusal(format!("standard input: expected a page of at most {most} bytes, found more")));
    }
    Ok(bytes)
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Refusal(error.to_string())
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe behind `--help` is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = match &cli.command {
        Command::Extract(command) => command.run(&cli.common),
        Command::Import(command) => command.run(&cli.common),
        Command::Diff(command) => command.run(&cli.common),
        Command::Check(command) => command.run(&cli.common),
        Command::Explain(command) => command.run(&cli.common),
        Command::Verify(command) => command.run(&cli.common),
        Command::Status(command) => command.run(),
        Command::Languages => languages::run(&cli.common),
        Command::Schema(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man => shell::man(),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeFailed) => ExitCode::from(1),
        Ok(Outcome::Nothing) => ExitCode::from(2),
        Err(Refusal(message)) => {
            say(&message);
            ExitCode::from(2)
        }
    }
}

/// What the user knows of the pages' languages.
#[derive(Debug, Args)]
struct Tongues {
    /// Read every page as CODE (as `kohex languages` lists them), whatever it looks like
    #[arg(long, value_name = "CODE", conflicts_with = "languages")]
    language: Option<String>,
    /// Choose each page's language among LIST only (it,de,sl)
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    languages: Option<Vec<String>>,
}

impl Tongues {
    /// The extractor for pages in these languages.
    fn extractor(&self, patterns: Patterns, options: Options) -> Result<Extractor, Refusal> {
        let plain = |code: &String| code.trim().to_lowercase();
        let language = self.language.as_ref().map(plain);
        let languages: Option<Vec<String>> = self.languages.as_ref().map(|list| list.iter().map(plain).collect());
        let asked = language.iter().filter(|code| *code != UND).chain(languages.iter().flatten());
        if let Some(strange) = asked.into_iter().find(|code| !patterns.knows(code)) {
            let known: Vec<&str> = patterns.codes().filter(|code| patterns.knows(code)).collect();
            return Err(Refusal(format!("expected one of the languages {}, found '{strange}'", known.join(" "))));
        }
        Ok(Extractor::new(patterns, Options { language, languages, ..options })?)
    }
}

/// What the user knows of tables' columns.
#[derive(Debug, Args)]
struct Mapping {
    /// What a column of a table holds, where its heading is not known: --map Kosten=fund
    #[arg(long, value_name = "HEADING=COLUMN", value_parser = mapped)]
    map: Vec<(String, Column)>,
}

/// A heading and the column it names.
fn mapped(text: &str) -> Result<(String, Column), String> {
    let all = || Column::ALL.iter().map(|column| column.name()).collect::<Vec<_>>().join(" ");
    let (heading, column) = text.rsplit_once('=').ok_or_else(|| format!("expected HEADING=COLUMN, found '{text}'"))?;
    let known = Column::from_name(column.trim());
    let known = known.ok_or_else(|| format!("expected one of the columns {}, found '{column}'", all()))?;
    Ok((heading.trim().to_owned(), known))
}

/// Reads one of a closed set of names.
fn named<T: Copy + Display + Send + Sync + 'static>(
    all: &'static [T],
    read: fn(&str) -> Option<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let names = || all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        read(text).ok_or_else(|| format!("expected {}, found '{text}'", names()))
    }
}

fn load(common: &Common) -> Result<Patterns, Refusal> {
    Ok(match &common.patterns {
        Some(folder) => Patterns::overlaid(folder)?,
        None => Patterns::embedded()?,
    })
}

/// An error on standard error; whoever closed that does not want to know.
fn say(message: &str) {
    let (start, end) = (ERROR.render(), ERROR.render_reset());
    let _ = writeln!(anstream::stderr(), "{start}error:{end} {message}");
}

/// A remark on standard error.
fn remark(message: &str) {
    let _ = writeln!(anstream::stderr(), "{message}");
}

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@%+".contains(c);
    let bare = argument.chars().all(plain) && !argument.is_empty();
    if bare { argument.to_owned() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
}

/// Writes to standard output; a closed pipe is success, as the reader has what it wants.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Outcome, Refusal> {
    let mut out = io::BufWriter::new(anstream::stdout());
    let written = write(&mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Done),
        Err(error) => Err(Refusal::new("standard output", "cannot be written", &error)),
        Ok(()) => Ok(Outcome::Done),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Cli::command().debug_assert();
    }
}
