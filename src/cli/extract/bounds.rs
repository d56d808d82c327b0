//! Limits of a run as options: what is refused, so that no page and no archive stops it.

use std::time::{Duration, Instant};

use clap::Args;

use crate::pipeline::Budget;
use crate::source::Limits;
use crate::text::html;

#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct Bounds {
    /// Seconds a page may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Bytes a page may have (64K, 32M, 1G)
    #[arg(long, value_name = "BYTES", default_value = "32M", value_parser = bytes)]
    pub max_page: u64,
    /// Bytes an archive may unpack to
    #[arg(long, value_name = "BYTES", default_value = "64G", value_parser = bytes)]
    max_unpacked: u64,
    /// Bytes unpacked for each byte of an archive
    #[arg(long, value_name = "N", default_value_t = Limits::default().ratio)]
    max_ratio: u64,
    /// Members an archive may have
    #[arg(long, value_name = "N", default_value_t = Limits::default().entries)]
    max_entries: u64,
    /// Archives within archives
    #[arg(long, value_name = "N", default_value_t = Limits::default().nesting)]
    max_nesting: u32,
    /// Rows a table may have
    #[arg(long, value_name = "N", default_value_t = Limits::default().records)]
    max_rows: u64,
    /// Levels of elements in a page of HTML; time grows with their square
    #[arg(long, value_name = "N", default_value_t = html::Limits::default().depth)]
    max_depth: usize,
    /// Elements and texts a page of HTML may have
    #[arg(long, value_name = "N", default_value_t = html::Limits::default().nodes)]
    max_nodes: usize,
    /// Bytes a tag or comment of HTML may have
    #[arg(long, value_name = "BYTES", default_value = "8M", value_parser = bytes)]
    max_tag: u64,
    /// Attributes a tag of HTML may have
    #[arg(long, value_name = "N", default_value_t = html::Limits::default().attributes)]
    max_attributes: usize,
    // The parser of JSON takes no more than 127 levels, so markup, which may have more, has a limit of its own.
    /// Levels of brackets in JSON, 127 at most
    #[arg(long, value_name = "N", default_value_t = Limits::default().json_depth,
          value_parser = clap::value_parser!(u32).range(1..=127))]
    max_json_depth: u32,
}

impl Bounds {
    /// What a source takes.
    pub fn limits(&self) -> Limits {
        Limits {
            page_bytes: self.max_page,
            archive_bytes: self.max_unpacked,
            ratio: self.max_ratio,
            entries: self.max_entries,
            nesting: self.max_nesting,
            records: self.max_rows,
            json_depth: self.max_json_depth,
        }
    }

    /// What markup may be like.
    pub fn markup(&self) -> html::Limits {
        html::Limits {
            depth: self.max_depth,
            nodes: self.max_nodes,
            tag_bytes: usize::try_from(self.max_tag).unwrap_or(usize::MAX),
            attributes: self.max_attributes,
        }
    }

    /// How long a page may take.
    pub fn budget(&self) -> Budget {
        Budget { time: Duration::from_secs(self.timeout), now: Instant::now }
    }
}

/// A number of bytes with an optional K, M or G behind it (powers of 1024).
fn bytes(text: &str) -> Result<u64, String> {
    let expected = || format!("expected a number of bytes like 500K, 32M or 1G, found '{text}'");
    let upper = text.to_ascii_uppercase();
    let number = upper.strip_suffix('B').unwrap_or(&upper);
    let units = [('K', 10), ('M', 20), ('G', 30)];
    let unit = units.iter().find_map(|(letter, shift)| Some((number.strip_suffix(*letter)?, *shift)));
    let (digits, shift) = unit.unwrap_or((number, 0));
    let number: u64 = digits.trim().parse().map_err(|_| expected())?;
    number.checked_mul(1 << shift).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};

    use super::*;
    use crate::pipeline::Options;

    #[test]
    fn sizes_are_read() {
        for (text, size) in [("5", 5), ("64K", 64 << 10), ("32m", 32 << 20), ("1GB", 1 << 30), ("10 k", 10 << 10)] {
            assert_eq!(bytes(text), Ok(size), "{text}");
        }
        for text in ["", "K", "1T", "-1", "1.5M", "99999999999G"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        bounds: Bounds,
    }

    #[test]
    fn the_limits_are_those_of_the_library_unless_told_otherwise_and_each_changes_what_a_shard_is_known_by() {
        let key = |limits: Limits, markup: html::Limits, budget: Budget| {
            format!("{} {}", Options { markup, budget: Some(budget), ..Options::default() }.key(), limits.key())
        };
        let of = |arguments: &[&str]| {
            let matches = Alone::command().no_binary_name(true).get_matches_from(arguments);
            let bounds = Alone::from_arg_matches(&matches).expect("options").bounds;
            key(bounds.limits(), bounds.markup(), bounds.budget())
        };
        let minute = Budget { time: Duration::from_mins(1), now: Instant::now };
        let mut seen = vec![key(Limits::default(), html::Limits::default(), minute)];
        assert_eq!(of(&[]), seen[0]);
        for option in Alone::command().get_opts() {
            let long = format!("--{}", option.get_long().expect("a name"));
            let told = of(&[&long, "7"]);
            assert!(!seen.contains(&told), "{long} changes nothing");
            seen.push(told);
        }
        assert_eq!(seen.len(), 13);
    }
}
