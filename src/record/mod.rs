//! Records: what kohex says of a project, in the shape `kohex schema` prints.

mod blocks;
mod facts;
mod labels;
mod mention;
mod merge;
mod origin;
mod page;
mod roles;
mod schema;
mod sentence;
mod title;
mod together;
mod warnings;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names;

pub use crate::patterns::Label;
pub use blocks::blocks;
pub use facts::{Fact, Facts, Sum, facts};
pub use labels::{Zone, bare_values, zones};
pub use mention::Mention;
pub use merge::{merge, under};
pub use origin::origin;
pub use page::{Kohesio, Names, Place, identity, kohesio, place, published};
pub use roles::{Evidence, Found, Weight, assign};
pub use schema::schema;
pub use title::{Stated, title};
pub use warnings::{CERTAIN, Known, Noted, warnings};

/// The version of the record's shape; a breaking change raises the number.
pub const SCHEMA: &str = "kohex/1";

/// Digits of an amount behind the point that tables keep.
pub const AMOUNT_SCALE: u32 = 2;
/// Digits of a rate behind the point that tables keep.
pub const RATE_SCALE: u32 = 6;

/// One project. Every key is always there: what is unknown is null or empty; only `text` comes on request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
pub struct Record {
    /// `kohex/1`.
    #[schemars(extend("const" = "kohex/1"))]
    pub schema: Version,
    /// Kohesio item (`Q…`), the input's own id, or the path below the folder given.
    pub id: String,
    /// Where the id comes from.
    pub id_source: IdSource,
    /// What kind of page the project was found on.
    pub kind: PageKind,
    /// The project's name as on the page.
    pub title: Option<String>,
    /// The language the page is written in.
    pub language: LanguageOf,
    /// Languages of passages in another language than the page's, largest share first.
    pub other_languages: Vec<OtherLanguage>,
    /// ISO 8601 at the precision written: `2024-01-01`, `2024-01` or `2024`.
    #[schemars(regex(pattern = r"^\d{4}(-\d\d(-\d\d)?)?$"))]
    pub start_date: Option<String>,
    /// ISO 8601 at the precision written.
    #[schemars(regex(pattern = r"^\d{4}(-\d\d(-\d\d)?)?$"))]
    pub end_date: Option<String>,
    /// When the page itself says it was published: `2019-09-13T10:03`.
    #[schemars(regex(pattern = r"^\d{4}(-\d\d(-\d\d(T\d\d:\d\d)?)?)?$"))]
    pub published: Option<String>,
    /// `2021-2027`.
    #[schemars(regex(pattern = r"^\d{4}-\d{4}$"))]
    pub programming_period: Option<String>,
    /// The fund's English code: `ERDF`, `ESF+` …
    pub fund: Option<String>,
    /// As written on the page.
    pub programme: Option<String>,
    /// As written on the page.
    pub managing_authority: Option<String>,
    /// As written on the page.
    pub beneficiary: Option<String>,
    /// As written on the page.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: Option<String>,
    /// What the project costs in all.
    pub total_budget: Option<Money>,
    /// What the Union gives.
    pub eu_contribution: Option<Money>,
    /// The Union's share in per cent.
    pub cofinancing_rate: Option<Number>,
    /// People the project reaches, as the text states it: the largest such count, never a sum.
    pub participants: Option<u64>,
    /// Every value found, in text order.
    pub mentions: Vec<Mention>,
    /// What does not fit together.
    pub warnings: Vec<Warning>,
    /// The pages that went into the record.
    pub documents: Vec<Document>,
    /// The program and patterns the record was made with.
    pub produced_by: ProducedBy,
    /// The page's text, on request: its characters exactly as they stand after decoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Record {
    /// The record as a line of JSON.
    pub fn line(&self) -> Vec<u8> {
        /// What most records take without their mentions, and for each mention, so that a line is not moved as it grows.
        const HEAD: usize = 2048;
        const MENTION: usize = 224;
        let mut line = Vec::with_capacity(HEAD + MENTION * self.mentions.len());
        // A record is plain data, which JSON can always hold.
        let _ = serde_json::to_writer(&mut line, self);
        line.push(b'\n');
        // Hundreds of lines may wait for one before them.
        line.shrink_to_fit();
        line
    }
}

/// The version of the record's shape, [`SCHEMA`]: only this program's own can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SCHEMA)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = std::borrow::Cow::<str>::deserialize(deserializer)?;
        if found == SCHEMA {
            return Ok(Version);
        }
        Err(serde::de::Error::custom(format!("expected a record of the version {SCHEMA}, found {found:?}")))
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

names! {
    /// Where an id comes from: the Kohesio item a page, its address or its path names; the input's own id; the path.
    IdSource { Kohesio = "kohesio", Input = "input", Path = "path" }
}

names! {
    /// A Kohesio project page, any other page, or a row of a table.
    PageKind { Kohesio = "kohesio", Regional = "regional", Row = "row" }
}

/// A language and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LanguageOf {
    /// ISO 639-1, or `und`.
    #[schemars(regex(pattern = r"^([a-z]{2}|und)$"))]
    pub code: String,
    /// 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// A language some passages are written in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OtherLanguage {
    /// ISO 639-1.
    #[schemars(regex(pattern = r"^[a-z]{2}$"))]
    pub code: String,
    /// The share of the page's letters, 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub share: f64,
}

/// A JSON number written in exact decimal digits, never through a float.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub Decimal);

impl Number {
    /// The number of some decimal digits, also with an exponent.
    pub fn from_digits(digits: &str) -> Option<Number> {
        Decimal::from_str_exact(digits).or_else(|_| Decimal::from_scientific(digits)).ok().map(Number)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0.mantissa()) {
            // Most numbers are whole, and need no text in between; nought can have a sign there.
            Ok(whole) if whole != 0 && self.0.scale() == 0 => serializer.serialize_i64(whole),
            _ => rust_decimal::serde::arbitrary_precision::serialize(&self.0, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rust_decimal::serde::arbitrary_precision::deserialize(deserializer).map(Number)
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "description": "exact decimal digits" })
    }
}

/// An amount of money whose currency is known or not named on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Money {
    /// In major units.
    pub amount: Number,
    /// ISO 4217.
    #[schemars(regex(pattern = r"^[A-Z]{3}$"))]
    pub currency: Option<String>,
}

/// Something that does not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Warning {
    /// What is wrong, for programs.
    pub code: Code,
    /// What is wrong, for people.
    pub message: String,
    /// Indices into `mentions`.
    pub mentions: Vec<usize>,
}

names! {
    /// The warnings there are.
    Code {
        /// The project ends before it starts.
        DateEndBeforeStart = "date.end_before_start",
        /// Two sources give different dates.
        DateConflict = "date.conflict",
        /// A numeric date that can only be month first.
        DateMonthFirst = "date.month_first",
        /// The Union gives more than the whole, by more than a cent.
        AmountEuExceedsTotal = "amount.eu_exceeds_total",
        /// The amounts' ratio is more than 0.05 points off the rate.
        AmountRateMismatch = "amount.rate_mismatch",
        /// 0,00 stands for unknown.
        AmountZero = "amount.zero",
        /// Two sources give different amounts.
        AmountConflict = "amount.conflict",
        /// 0.85 for 85 %.
        RateFraction = "rate.fraction",
        /// Not between 0 and 100.
        RateOutOfRange = "rate.out_of_range",
        /// A label and the text count differently.
        ParticipantsConflict = "participants.conflict",
        /// The page's language is a guess.
        LanguageUncertain = "language.uncertain",
        /// No patterns for the page's language.
        LanguageUnsupported = "language.unsupported",
        /// Cut near 5 000 characters.
        TextTruncated = "text.truncated",
        /// Bytes replaced by U+FFFD.
        DecodeReplaced = "decode.replaced",
        /// Characters written in one encoding and read in another were put right.
        DecodeRepaired = "decode.repaired",
        /// Only a part of the page is there, as its packed file is cut off or damaged or the crawler kept no more; it was
        /// read.
        DecodeTruncated = "decode.truncated",
        /// A Kohesio page of a beneficiary or a list.
        PageNotAProject = "page.not_a_project",
        /// No text.
        PageEmpty = "page.empty",
    }
}

/// A page that went into a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Document {
    /// Below the folder given, `/`-separated; bytes of a name that are no UTF-8 are written `\xNN`.
    pub path: String,
    /// The page's address, where it is known.
    pub url: Option<String>,
    /// RFC 6838.
    pub media_type: String,
    /// As the IANA registry names it.
    pub encoding: String,
    /// Size of the page as read.
    pub bytes: u64,
    /// Of the bytes read, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// ISO 639-1, or `und`.
    pub language: String,
}

/// What made a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProducedBy {
    /// Of the program.
    pub version: String,
    /// The first 16 hex digits of SHA-256 over the pattern files.
    #[schemars(regex(pattern = "^[0-9a-f]{16}$"))]
    pub patterns: String,
}
