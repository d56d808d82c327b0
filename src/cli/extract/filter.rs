//! Standard input: one page, or a page a line, each answered at once, so that kohex serves as a filter from any
//! language or engine.

use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde_json::json;

use super::super::{Outcome, Refusal, print, standard_input};
use super::Extract;
use crate::pipeline::{Body, Extractor, Failed, Given};
use crate::record::Record;
use crate::reject::{Class, Reject, Stage};
use crate::sink::records::STDIN;
use crate::source::Hints;

pub fn run(args: &Extract, extractor: &Extractor, standard_input: bool) -> Result<Outcome, Refusal> {
    if !standard_input || args.paths.len() > 1 {
        return Err(Refusal("expected - as the only PATH, as pages come from standard input, found others".to_owned()));
    }
    if args.output.as_os_str() != "-" || args.each.is_some() || args.to.is_some() {
        return Err(Refusal(
            "expected records of standard input to go to standard output, found -o, --each or --to".to_owned(),
        ));
    }
    if args.jsonl { lines(args, extractor) } else { page(args, extractor) }
}

/// Standard input as one page.
fn page(args: &Extract, extractor: &Extractor) -> Result<Outcome, Refusal> {
    let bytes = standard_input(args.limits.max_page)?;
    let given = Given { name: STDIN, body: Body::Bytes(&bytes), hints: &Hints::default() };
    let records = extractor.read_page(&given).map_err(|e| Refusal(format!("standard input: {e}")))?;
    print(|out| records.iter().try_for_each(|record| out.write_all(&record.line())))
}

/// A page of a line.
#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    url: Option<String>,
    text: Option<String>,
    html: Option<String>,
}

/// Every line as a page: its record or records, or why there is none, before the next line is read.
fn lines(args: &Extract, extractor: &Extractor) -> Result<Outcome, Refusal> {
    let (mut input, mut failed) = (io::stdin().lock(), false);
    let printed = print(|out| {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            number += 1;
            if input.by_ref().take(args.limits.max_page + 1).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let whole = line.len() as u64 <= args.limits.max_page;
            match if whole { answer(&line, number, extractor) } else { Err(too_long(args.limits.max_page, number)) } {
                Ok(records) => records.iter().try_for_each(|record| out.write_all(&record.line()))?,
                Err(reject) => {
                    failed |= reject.is_failure();
                    writeln!(out, "{}", json!({ "reject": reject }))?;
                }
            }
            out.flush()?;
            // The answer comes first: such a line may never end.
            if !whole && !line.ends_with(b"\n") {
                input.skip_until(b'\n')?;
            }
        }
    });
    Ok(match printed? {
        Outcome::Done if failed => Outcome::SomeFailed,
        other => other,
    })
}

fn too_long(most: u64, number: usize) -> Reject {
    let message = format!("expected a line of at most {most} bytes, found more");
    Reject { path: format!("{STDIN}#{number}"), stage: Stage::Source, class: Class::Size, message }
}

fn answer(line: &[u8], number: usize, extractor: &Extractor) -> Result<Vec<Record>, Reject> {
    let name = format!("{STDIN}#{number}");
    let reject = |path: &str, Failed { stage, class, message }| Reject { path: path.to_owned(), stage, class, message };
    let wrong = |found: String| {
        let message = format!("expected an object with \"text\" or \"html\", found {found}");
        reject(&name, Failed { stage: Stage::Source, class: Class::Damaged, message })
    };
    let page: Line = serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
    let (content, media_type) = match (&page.text, &page.html) {
        (Some(text), None) => (text, "text/plain"),
        (None, Some(html)) => (html, "text/html"),
        (Some(_), Some(_)) => return Err(wrong("both".to_owned())),
        (None, None) => return Err(wrong("neither".to_owned())),
    };
    let hints =
        Hints { url: page.url, id: page.id.clone(), media_type: Some(media_type.to_owned()), ..Hints::default() };
    let path = page.id.as_deref().unwrap_or(&name);
    let given = Given { name: &name, body: Body::Bytes(content.as_bytes()), hints: &hints };
    extractor.read_page(&given).map_err(|failed| reject(path, failed))
}
