//! Shards: stretches of the input that are read, written and kept as one. A shard ends where the names of its pages say
//! so, not after a fixed number: a page more or less changes the shard it is in, and no other.

use sha2::{Digest, Sha256};

use crate::digest::hexadecimal;
use crate::source::{Content, Hints, Limits, Page, SourceError};

/// Pages a shard has on average, and at most.
const PAGES: u64 = 2048;
const MOST_PAGES: usize = 8192;
/// Bytes of pages a shard has at most; it is held in memory.
const MOST_BYTES: usize = 64 << 20;

/// A stretch of the input, read into memory.
pub struct Shard {
    /// SHA-256 over what its records depend on: pages with their names, and how they are read.
    pub digest: String,
    pub pages: Vec<Result<Page, SourceError>>,
}

/// Cuts a source into shards.
pub struct Shards<S> {
    source: S,
    limits: Limits,
    /// How pages are read: program, patterns, options.
    key: String,
}

impl<S: Iterator<Item = Result<Page, SourceError>>> Shards<S> {
    /// `key` names how pages are read; what is read otherwise has another digest.
    pub fn new(source: S, limits: Limits, key: String) -> Self {
        Shards { source, limits, key }
    }
}

impl<S: Iterator<Item = Result<Page, SourceError>>> Iterator for Shards<S> {
    type Item = Shard;

    fn next(&mut self) -> Option<Shard> {
        let mut hash = Sha256::new();
        part(&mut hash, self.key.as_bytes());
        let (mut pages, mut bytes) = (Vec::new(), 0);
        for page in self.source.by_ref() {
            let page = page.and_then(|page| held(page, &self.limits));
            let last = match &page {
                Ok(page) => {
                    bytes += weigh(page, &mut hash);
                    ends(&page.name)
                }
                Err(error) => {
                    let SourceError { place, class, message } = error;
                    part(&mut hash, place.as_bytes());
                    part(&mut hash, class.to_string().as_bytes());
                    part(&mut hash, message.as_bytes());
                    ends(place)
                }
            };
            pages.push(page);
            if last || pages.len() >= MOST_PAGES || bytes >= MOST_BYTES {
                break;
            }
        }
        (!pages.is_empty()).then(|| Shard { digest: hexadecimal(&hash.finalize()), pages })
    }
}

/// A page whose content is in memory.
fn held(page: Page, limits: &Limits) -> Result<Page, SourceError> {
    let mut bytes = Vec::new();
    match page.content {
        Content::File(_) => {
            page.load(&mut bytes, limits)?;
            Ok(Page { content: Content::Bytes(bytes), ..page })
        }
        Content::Bytes(_) | Content::Row(_) => Ok(page),
    }
}

/// Takes a page into a digest and says how large it is.
fn weigh(page: &Page, hash: &mut Sha256) -> usize {
    part(hash, page.name.as_bytes());
    let Hints { url, id, media_type, charset, fetched, cut } = &page.hints;
    for hint in [url, id, media_type, charset, fetched, cut] {
        part(hash, hint.as_deref().unwrap_or_default().as_bytes());
    }
    match &page.content {
        Content::Bytes(bytes) => {
            part(hash, bytes);
            bytes.len()
        }
        Content::Row(row) => row
            .cells
            .iter()
            .map(|cell| {
                part(hash, cell.heading.as_bytes());
                part(hash, cell.text.as_bytes());
                cell.heading.len() + cell.text.len()
            })
            .sum(),
        Content::File(_) => 0,
    }
}

/// Parts have their length before them, so that no two lists of parts are the same bytes.
fn part(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

/// Whether a shard ends behind a page of this name.
fn ends(name: &str) -> bool {
    let digest = Sha256::digest(name.as_bytes());
    let first = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    first % PAGES == 0
}
