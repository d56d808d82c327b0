//! WARC files (ISO 28500): pages as they were fetched, with the address and the date of each.
//!
//! Written here because `fastwarc` brings 65 crates, among them lz4 and parsers of HTML, and gives up where a file is
//! damaged; this goes on at the next record.

use std::io::{self, BufRead, BufReader, Read};

use super::budget::Fault;
use super::http::{self, Headers};
use super::readers::Exact;
use super::{Archive, At, BUFFER, Flow, Hints, Reason, Walk, format::is_text};

pub(super) fn read(walk: &mut Walk<'_, '_>, reader: &mut dyn Read, at: &At) -> Flow {
    let mut input = BufReader::with_capacity(BUFFER, reader);
    let mut archive = Archive::new(at);
    let mut records = 0_u64;
    loop {
        let (next, skipped) = match next(&mut input) {
            Ok(next) => next,
            Err(error) => return walk.fail_io(&at.name, &error),
        };
        if records == 0 && next.is_none() {
            let found = if skipped == 0 { "no bytes" } else { "other bytes" };
            return walk.fail(&at.name, &Fault::damaged(format!("expected a warc file, found {found}")));
        }
        if skipped > 0 {
            let message = format!("expected a warc record, found {skipped} other bytes; records may be missing");
            walk.fail(&at.name, &Fault::damaged(message))?;
        }
        let Some(headers) = next else { return Flow::Continue(()) };
        records += 1;
        walk.count(&at.name)?;
        let Some(size) = headers.get("content-length").and_then(|length| length.parse().ok()) else {
            let message = format!("expected a content-length in the warc record {records}, found none");
            walk.fail(&at.name, &Fault::damaged(message))?;
            continue;
        };
        let mut block = Exact::new(&mut input, size);
        record(walk, &mut block, &mut archive, &headers, records)?;
        if block.failed() {
            return Flow::Continue(());
        }
        if let Err(error) = io::copy(&mut block, &mut io::sink()) {
            return walk.fail_io(&at.name, &error);
        }
    }
}

/// The headers of the next record, if any, and how many bytes lie before it that are none.
fn next(input: &mut impl BufRead) -> io::Result<(Option<Headers>, u64)> {
    let mut line = Vec::new();
    let mut skipped = 0;
    loop {
        line.clear();
        http::line(input, &mut line)?;
        if line.is_empty() {
            return Ok((None, skipped));
        }
        if line.starts_with(b"WARC/") {
            return Ok((Some(Headers::read(input)?), skipped));
        }
        if !line.iter().all(u8::is_ascii_whitespace) {
            skipped += line.len() as u64;
        }
    }
}

fn record(
    walk: &mut Walk<'_, '_>,
    block: &mut dyn Read,
    archive: &mut Archive<'_>,
    headers: &Headers,
    number: u64,
) -> Flow {
    let kind = headers.get("warc-type").unwrap_or_default().to_ascii_lowercase();
    if !matches!(kind.as_str(), "response" | "resource" | "conversion") {
        let known = ["warcinfo", "request", "metadata", "revisit", "continuation"].contains(&kind.as_str());
        walk.passed.count(Reason::Record(if known { kind } else { "unknown".to_owned() }));
        return Flow::Continue(());
    }
    let url = headers.get("warc-target-uri").map(|uri| uri.trim_start_matches('<').trim_end_matches('>').to_owned());
    let inner = url.clone().unwrap_or_else(|| format!("record {number}"));
    let name = archive.name(&inner);
    let fetched = headers.get("warc-date").map(str::to_owned);
    let (media_type, charset) = headers.get("content-type").map(http::media).unwrap_or_default();
    let hints = Hints { url, media_type, charset, fetched, ..Hints::default() };
    let mut block = BufReader::new(block);
    if kind == "response" && hints.media_type.as_deref().is_none_or(|media| media == "application/http") {
        response(walk, &mut block, headers, &name, hints)
    } else {
        payload(walk, &mut block, headers, &Headers::default(), &name, hints)
    }
}

/// What a server answered: a page where it says so.
fn response(walk: &mut Walk<'_, '_>, block: &mut impl BufRead, record: &Headers, name: &str, mut hints: Hints) -> Flow {
    let mut line = Vec::new();
    let http = match http::line(block, &mut line).and_then(|()| Headers::read(block)) {
        Ok(http) => http,
        Err(error) => return walk.fail_io(name, &error),
    };
    let Some(status) = http::status(&line) else {
        return walk.fail(name, &Fault::damaged("expected an http response, found other bytes"));
    };
    if !(200..300).contains(&status) {
        walk.passed.count(Reason::Status(status));
        return Flow::Continue(());
    }
    (hints.media_type, hints.charset) = http.get("content-type").map(http::media).unwrap_or_default();
    payload(walk, block, record, &http, name, hints)
}

fn payload(
    walk: &mut Walk<'_, '_>,
    block: &mut impl BufRead,
    record: &Headers,
    http: &Headers,
    name: &str,
    mut hints: Hints,
) -> Flow {
    if hints.media_type.is_none() {
        hints.media_type = record.get("warc-identified-payload-type").and_then(|media| http::media(media).0);
    }
    if let Some(media) = hints.media_type.as_deref().filter(|media| !http::is_page(media)) {
        walk.passed.count(Reason::NotAPage(http::known(media)));
        return Flow::Continue(());
    }
    let bytes = match http::body(block, http, walk.budget) {
        Ok(bytes) => bytes,
        Err(error) => return walk.fail_io(name, &error),
    };
    if hints.media_type.is_none() && !is_text(bytes.get(..super::HEAD).unwrap_or(&bytes)) {
        walk.passed.count(Reason::NotAPage("no media type".to_owned()));
        return Flow::Continue(());
    }
    // The crawler kept a part only and says so.
    let part = record.get("warc-truncated").or_else(|| record.get("warc-segment-number").map(|_| "segment"));
    hints.cut = part.map(|why| {
        let why = super::shown(&why.chars().take(40).collect::<String>());
        format!("the crawler kept a part of the page only ({why}): {} bytes", bytes.len())
    });
    walk.page(name.to_owned(), bytes, hints)
}
