//! kohex reads pages about publicly funded projects in many languages and gives one normalised record per project,
//! with evidence for every value.
//!
//! The way of a page stands in [`pipeline`]: [`source`] → [`text`] → [`language`] → [`scan`] → [`normalize`] →
//! [`record`] → [`sink`]. What is a fact about a language stands in `patterns/*.toml` and is read by [`patterns`].
//!
//! ```
//! use kohex::{patterns::Patterns, pipeline::{Extractor, Options}};
//!
//! let extractor = Extractor::new(Patterns::embedded()?, Options::default())?;
//! let page = "The project runs from 1 September 2023 to 31 December 2026 and will train 1,250 young people.";
//! let record = extractor.read("page.txt", page.as_bytes())?;
//! assert_eq!(record.start_date.as_deref(), Some("2023-09-01"));
//! assert_eq!(record.participants, Some(1250));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod decode;
mod digest;
mod names;
mod parallel;

pub mod check;
pub mod cli;
pub mod diff;
pub mod language;
pub mod normalize;
pub mod patterns;
pub mod pipeline;
pub mod record;
pub mod reject;
pub mod scan;
pub mod sink;
pub mod source;
pub mod tables;
pub mod text;
