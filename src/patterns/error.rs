//! What is wrong with a pattern file, told so that it can be mended: place, what was expected, a caret.

use std::fmt;
use std::ops::Range;

/// A mistake in a pattern file. Displays as `FILE:LINE:COLUMN: expected X, found Y`, the line and a caret, and a
/// `help:` line where there is a fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    place: String,
    line: Option<(usize, String, Range<usize>)>,
    message: String,
    help: Option<String>,
}

impl PatternError {
    /// A mistake at bytes `at` of `source`.
    pub fn at(file: &str, source: &str, at: Range<usize>, message: impl Into<String>) -> Self {
        let start = at.start.min(source.len());
        let before = source.get(..start).unwrap_or_default();
        let number = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = source.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let chars =
            |to: usize| source.get(line_start..to.min(line_start + line.len())).map_or(0, |s| s.chars().count());
        let from = chars(start);
        let to = chars(at.end).max(from + 1);
        PatternError {
            place: format!("{file}:{number}:{}", from + 1),
            line: Some((number, line.to_owned(), from..to)),
            message: message.into(),
            help: None,
        }
    }

    /// A mistake of a file as a whole.
    pub fn file(file: &str, message: impl Into<String>) -> Self {
        PatternError { place: file.to_owned(), line: None, message: message.into(), help: None }
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if let Some((number, line, mark)) = &self.line {
            let gutter = number.to_string();
            let pad = " ".repeat(gutter.len());
            let caret = "^".repeat(mark.len());
            write!(f, "\n{pad} |\n{gutter} | {line}\n{pad} | {}{caret}", " ".repeat(mark.start))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\nhelp: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_mistake() {
        let source = "id = \"x\"\npattern = \"è {dya}\"\n";
        let at = source.find("{dya}").expect("there");
        let error =
            PatternError::at("it.toml", source, at..at + 5, "expected a slot, found {dya}").help("did you mean {day}?");
        let shown = "it.toml:2:14: expected a slot, found {dya}\n  |\n2 | pattern = \"è {dya}\"\n  |              ^^^^^\nhelp: did you mean {day}?";
        assert_eq!(error.to_string(), shown);
    }
}
