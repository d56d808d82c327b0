//! The columns there are, each beside what it is read from.

use rust_decimal::Decimal;

use super::cell::{Cell, Misfit, Precision};
use super::{Check, Column, Read, Table, Type};
use crate::normalize::Value;
use crate::patterns::{Group, Kind, Mod, Role};
use crate::record::RATE_SCALE;
use crate::record::{Code, Document, IdSource, Mention, Money, PageKind, Record, Warning};

const COUNTRY: &[&str] = &["[A-Z][A-Z]"];
const CURRENCY: &[&str] = &["[A-Z][A-Z][A-Z]"];
const LANGUAGE: &[&str] = &["[a-z][a-z]", "und"];
const PERIOD: &[&str] = &["[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]"];

/// A row a record.
pub const PROJECTS: Table = Table {
    name: "projects",
    about: "Projects: a row a record.",
    key: &["id"],
    columns: &[
        Column::new("id", "id", Type::Text, Read::Id)
            .about("Kohesio item (Q…), the input's own id, or the path below the folder given."),
        project("id_source", "id_source", Type::Text, |r| Ok(Cell::name(r.id_source.name())))
            .one_of(|| IdSource::ALL.iter().map(|it| it.name()).collect())
            .about("Where the id comes from."),
        project("kind", "kind", Type::Text, |r| Ok(Cell::name(r.kind.name())))
            .one_of(|| PageKind::ALL.iter().map(|it| it.name()).collect())
            .about("What kind of page the project was found on."),
        text("title", |r| r.title.as_ref()).about("The project's name as on the page."),
        project("language", "language", Type::Text, |r| Cell::text(&r.language.code))
            .shape(LANGUAGE)
            .about("ISO 639-1, or und."),
        project("language_confidence", "language", Type::Share, |r| Cell::share(r.language.confidence))
            .about("How often pages judged with such evidence are in this language, 0 to 1."),
        project("other_languages", "other_languages", Type::Json, |r| Cell::json(&r.other_languages))
            .about("Languages of passages, largest share of the page's letters first: [{code, share}]."),
        date("start_date", "start_date", |r| r.start_date.as_ref())
            .about("When the project starts; the first day of the month or year where no day is known."),
        precision("start_date_precision", "start_date", |r| r.start_date.as_ref()),
        date("end_date", "end_date", |r| r.end_date.as_ref())
            .about("When the project ends; the first day of the month or year where no day is known."),
        precision("end_date_precision", "end_date", |r| r.end_date.as_ref()),
        project("published", "published", Type::Moment, |r| {
            Cell::or_null(r.published.as_ref(), |text| Cell::moment(text))
        })
        .nullable()
        .about("When the page itself says it was published."),
        precision("published_precision", "published", |r| r.published.as_ref()),
        text("programming_period", |r| r.programming_period.as_ref()).shape(PERIOD).about("2021-2027."),
        text("fund", |r| r.fund.as_ref()).about("The fund's English code: ERDF, ESF+ …"),
        text("programme", |r| r.programme.as_ref()).about("As written on the page."),
        text("managing_authority", |r| r.managing_authority.as_ref()).about("As written on the page."),
        text("beneficiary", |r| r.beneficiary.as_ref()).about("As written on the page."),
        text("region", |r| r.region.as_ref()).about("As written on the page."),
        text("country", |r| r.country.as_ref()).shape(COUNTRY).about("ISO 3166-1 alpha-2."),
        amount("total_budget", "total_budget", |r| r.total_budget.as_ref()).about("What the project costs in all."),
        currency("total_budget_currency", "total_budget", |r| r.total_budget.as_ref()),
        amount("eu_contribution", "eu_contribution", |r| r.eu_contribution.as_ref()).about("What the Union gives."),
        currency("eu_contribution_currency", "eu_contribution", |r| r.eu_contribution.as_ref()),
        project("cofinancing_rate", "cofinancing_rate", Type::Rate, |r| {
            Cell::or_null(r.cofinancing_rate, |rate| Cell::fixed(rate.0, RATE_SCALE))
        })
        .nullable()
        .about("The Union's share in per cent."),
        project("participants", "participants", Type::Integer, |r| Cell::or_null(r.participants, Cell::integer))
            .nullable()
            .about("People the project reaches: the largest such count, never a sum."),
        project("version", "produced_by", Type::Text, |r| Cell::text(&r.produced_by.version))
            .about("The version of kohex that made the record."),
        project("patterns", "produced_by", Type::Text, |r| Cell::text(&r.produced_by.patterns))
            .hexadecimal(16)
            .about("The digest of the patterns it was made with."),
        text("text", |r| r.text.as_ref()).about("The page's text, where it was asked for."),
        Column::new("digest", "", Type::Text, Read::Digest)
            .hexadecimal(32)
            .about("Of all the record's values: another one means that something has changed."),
    ],
};

/// A row a value found.
pub const MENTIONS: Table = Table {
    name: "mentions",
    about: "Every value found, with the evidence for it.",
    key: &["project_id", "position"],
    columns: &[
        OWNER,
        POSITION,
        mention("kind", "kind", Type::Text, |m| Ok(Cell::name(m.kind().name())))
            .one_of(|| Kind::ALL.iter().map(|it| it.name()).collect())
            .about("What it is."),
        mention("role", "role", Type::Text, |m| Ok(Cell::name(m.role.name())))
            .one_of(|| Role::ALL.iter().map(|it| it.name()).collect())
            .about("What it says about the project."),
        mention("value", "value", Type::Text, |m| Ok(Cell::Text(written(&m.value).into())))
            .about("As in the record: ISO 8601 dates and periods at the precision written, exact decimal digits."),
        mention("value_date", "value", Type::Date, |m| match &m.value {
            Value::Date(date) => Ok(date.first().map_or(Cell::Null, Cell::Date)),
            _ => Ok(Cell::Null),
        })
        .nullable()
        .about("The value of a date; the first day of the month or year where no day is known."),
        mention("value_number", "value", Type::Number, |m| {
            Ok(match &m.value {
                Value::Amount { value, .. } | Value::Percentage(value) => Cell::Number(*value),
                Value::Participants { value, .. } => Cell::Number(Decimal::from(*value)),
                Value::Date(_) | Value::Period(_) => Cell::Null,
            })
        })
        .nullable()
        .about("The value of an amount (major units), a percentage or a count."),
        mention("currency", "currency", Type::Text, |m| match &m.value {
            Value::Amount { currency, .. } => Cell::or_null(currency.as_ref(), |text| Cell::text(text)),
            _ => Ok(Cell::Null),
        })
        .nullable()
        .shape(CURRENCY)
        .about("ISO 4217, of an amount."),
        mention("people", "group", Type::Text, |m| {
            Ok(match &m.value {
                Value::Participants { group, .. } => Cell::name(group.name()),
                _ => Cell::Null,
            })
        })
        .nullable()
        .one_of(|| Group::ALL.iter().map(|it| it.name()).collect())
        .about("Whom a count counts: the record's group, which is a word of SQL."),
        mention("text", "text", Type::Text, |m| Cell::text(&m.text)).about("As on the page."),
        mention("span_start", "start", Type::Integer, |m| Cell::integer(m.start))
            .about("Unicode code points into the page's text, half open."),
        mention("span_end", "end", Type::Integer, |m| Cell::integer(m.end))
            .about("Unicode code points into the page's text, half open."),
        mention("rule", "rule", Type::Text, |m| Cell::text(&m.rule)).about("The pattern rule that read it."),
        mention("mod", "mod", Type::Text, |m| Ok(m.modifier.map_or(Cell::Null, |it| Cell::name(it.name()))))
            .nullable()
            .one_of(|| Mod::ALL.iter().map(|it| it.name()).collect())
            .about("TIMEX3 mod."),
        mention("document", "document", Type::Integer, |m| Cell::integer(m.document))
            .about("The position of the page it stands on."),
    ],
};

/// A row a warning.
pub const WARNINGS: Table = Table {
    name: "warnings",
    about: "What does not fit together.",
    key: &["project_id", "position"],
    columns: &[
        OWNER,
        POSITION,
        warning("code", "code", Type::Text, |w| Ok(Cell::name(w.code.name())))
            .one_of(|| Code::ALL.iter().map(|it| it.name()).collect())
            .about("What is wrong, for programs."),
        warning("message", "message", Type::Text, |w| Cell::text(&w.message)).about("What is wrong, for people."),
        warning("mentions", "mentions", Type::Json, |w| Cell::json(&w.mentions))
            .about("Positions of the mentions that it is about."),
    ],
};

/// A row a page.
pub const DOCUMENTS: Table = Table {
    name: "documents",
    about: "The pages that went into the records.",
    key: &["project_id", "position"],
    columns: &[
        OWNER,
        POSITION,
        document("path", "path", Type::Text, |d| Cell::text(&d.path)).about("Below the folder given."),
        document("url", "url", Type::Text, |d| Cell::or_null(d.url.as_ref(), |text| Cell::text(text)))
            .nullable()
            .about("The page's address, where it is known."),
        document("media_type", "media_type", Type::Text, |d| Cell::text(&d.media_type)).about("RFC 6838."),
        document("encoding", "encoding", Type::Text, |d| Cell::text(&d.encoding)).about("As IANA names it."),
        document("bytes", "bytes", Type::Integer, |d| Cell::integer(d.bytes)).about("Size of the page as read."),
        document("sha256", "sha256", Type::Text, |d| Cell::text(&d.sha256))
            .hexadecimal(64)
            .about("Of the bytes read, in hexadecimal."),
        document("language", "language", Type::Text, |d| Cell::text(&d.language))
            .shape(LANGUAGE)
            .about("ISO 639-1, or und."),
    ],
};

/// All of them; `projects` first, to which the others belong.
pub const TABLES: [&Table; 4] = [&PROJECTS, &MENTIONS, &WARNINGS, &DOCUMENTS];

const OWNER: Column =
    Column::new("project_id", "", Type::Text, Read::Id).about("The id of the project that the row belongs to.");
const POSITION: Column =
    Column::new("position", "", Type::Integer, Read::Position).about("Its place in the record's array, from 0.");

pub(super) const fn project(
    name: &'static str,
    json: &'static str,
    holds: Type,
    read: for<'r> fn(&'r Record) -> Result<Cell<'r>, Misfit>,
) -> Column {
    Column::new(name, json, holds, Read::Project(read))
}

const fn mention(
    name: &'static str,
    json: &'static str,
    holds: Type,
    read: for<'r> fn(&'r Mention) -> Result<Cell<'r>, Misfit>,
) -> Column {
    Column::new(name, json, holds, Read::Mention(read))
}

const fn warning(
    name: &'static str,
    json: &'static str,
    holds: Type,
    read: for<'r> fn(&'r Warning) -> Result<Cell<'r>, Misfit>,
) -> Column {
    Column::new(name, json, holds, Read::Warning(read))
}

const fn document(
    name: &'static str,
    json: &'static str,
    holds: Type,
    read: for<'r> fn(&'r Document) -> Result<Cell<'r>, Misfit>,
) -> Column {
    Column::new(name, json, holds, Read::Document(read))
}

const fn text(name: &'static str, of: fn(&Record) -> Option<&String>) -> Column {
    Column::new(name, name, Type::Text, Read::Words(of)).nullable()
}

const fn date(name: &'static str, json: &'static str, of: fn(&Record) -> Option<&String>) -> Column {
    Column::new(name, json, Type::Date, Read::Day(of)).nullable()
}

const fn precision(name: &'static str, json: &'static str, of: fn(&Record) -> Option<&String>) -> Column {
    Column::new(name, json, Type::Text, Read::Precision(of))
        .nullable()
        .one_of(|| Precision::ALL.iter().map(|it| it.name()).collect())
        .about("How exactly that is known.")
}

const fn amount(name: &'static str, json: &'static str, of: fn(&Record) -> Option<&Money>) -> Column {
    Column::new(name, json, Type::Amount, Read::Amount(of)).nullable()
}

const fn currency(name: &'static str, json: &'static str, of: fn(&Record) -> Option<&Money>) -> Column {
    Column::new(name, json, Type::Text, Read::Currency(of))
        .nullable()
        .shape(CURRENCY)
        .about("ISO 4217; unknown where the page names none.")
}

impl Column {
    const fn new(name: &'static str, json: &'static str, holds: Type, read: Read) -> Self {
        Column { name, holds, nullable: false, check: Check::Any, json, about: "", read }
    }

    pub(super) const fn nullable(self) -> Self {
        Column { nullable: true, ..self }
    }

    pub(super) const fn about(self, about: &'static str) -> Self {
        Column { about, ..self }
    }

    pub(super) const fn one_of(self, names: fn() -> Vec<&'static str>) -> Self {
        Column { check: Check::In(names), ..self }
    }

    pub(super) const fn shape(self, shapes: &'static [&'static str]) -> Self {
        Column { check: Check::Shape(shapes), ..self }
    }

    const fn hexadecimal(self, digits: usize) -> Self {
        Column { check: Check::Hexadecimal(digits), ..self }
    }
}

/// The value as the record writes it.
fn written(value: &Value) -> String {
    match value {
        Value::Date(date) => date.to_string(),
        Value::Period(period) => period.to_string(),
        Value::Amount { value, .. } | Value::Percentage(value) => value.to_string(),
        Value::Participants { value, .. } => value.to_string(),
    }
}
