//! The tables in SQL: what makes them in a new database, and what a query names.

use std::fmt::Write;

use super::{Check, Column, TABLES, Table, Type};

/// The version of the tables, noted in the database; a change to them raises it.
pub const VERSION: i32 = 1;

/// Pages of the languages that kohex reads are told with more confidence than this, nearly all of them.
const LOW: f64 = 0.8;

/// A database's way of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL 12 and later.
    PostgreSql,
    /// SQLite 3.37 and later, with STRICT tables.
    Sqlite,
}

/// All that a new database gets, statement by statement.
pub fn ddl(dialect: Dialect) -> Vec<String> {
    let mut all = vec![
        "create table schema_version (version integer not null)".to_owned() + dialect.strict(),
        format!("insert into schema_version values ({VERSION})"),
    ];
    for table in TABLES {
        all.push(create(table, dialect));
        all.extend(comments(table, dialect));
    }
    all.extend(runs(dialect));
    all.extend(views());
    all
}

impl Dialect {
    /// A column's type.
    pub fn type_of(self, holds: Type) -> &'static str {
        match (self, holds) {
            (Dialect::PostgreSql, Type::Text) => "text",
            (Dialect::PostgreSql, Type::Integer) => "bigint",
            (Dialect::PostgreSql, Type::Amount) => "numeric(18,2)",
            (Dialect::PostgreSql, Type::Rate) => "numeric(18,6)",
            (Dialect::PostgreSql, Type::Number) => "numeric",
            (Dialect::PostgreSql, Type::Share) => "double precision",
            (Dialect::PostgreSql, Type::Date) => "date",
            (Dialect::PostgreSql, Type::Moment) => "timestamp",
            (Dialect::PostgreSql, Type::Json) => "jsonb",
            (Dialect::Sqlite, Type::Text | Type::Date | Type::Moment | Type::Json) => "TEXT",
            (Dialect::Sqlite, Type::Integer | Type::Amount) => "INTEGER",
            (Dialect::Sqlite, Type::Rate | Type::Number | Type::Share) => "REAL",
        }
    }

    /// The name a column is stored under. SQLite has no decimals: it keeps amounts in whole cents, and shows them in
    /// major units in a column made from these.
    pub fn stored(self, column: &Column) -> String {
        match (self, column.holds) {
            (Dialect::Sqlite, Type::Amount) => format!("{}_cents", column.name),
            _ => column.name.to_owned(),
        }
    }

    fn strict(self) -> &'static str {
        match self {
            Dialect::PostgreSql => "",
            Dialect::Sqlite => " strict",
        }
    }
}

fn create(table: &Table, dialect: Dialect) -> String {
    let mut lines = Vec::new();
    for column in table.columns {
        let name = dialect.stored(column);
        let mut line = format!("{name} {}", dialect.type_of(column.holds));
        if !column.nullable {
            line.push_str(" not null");
        }
        let _ = write!(line, "{}", check(column, dialect));
        lines.push((line, column.about));
        if name != column.name {
            let line = format!("{} REAL generated always as ({name} / 100.0) virtual", column.name);
            lines.push((line, "In major units."));
        }
    }
    lines.push((format!("primary key ({})", table.key.join(", ")), ""));
    if !table.is_projects() {
        lines.push(("foreign key (project_id) references projects (id) on delete cascade".to_owned(), ""));
    }
    let mut text = format!("create table {} (\n", table.name);
    let last = lines.len();
    for (i, (line, about)) in lines.into_iter().enumerate() {
        let comma = if i + 1 < last { "," } else { "" };
        // SQLite keeps the text of a table's definition, and so what is remarked there; PostgreSQL has comments.
        let remark =
            if dialect == Dialect::Sqlite && !about.is_empty() { format!(" -- {about}") } else { String::new() };
        let _ = writeln!(text, "  {line}{comma}{remark}");
    }
    text + ")"
        + dialect.strict()
        + if dialect == Dialect::Sqlite && !table.is_projects() { ", without rowid" } else { "" }
}

fn check(column: &Column, dialect: Dialect) -> String {
    let name = dialect.stored(column);
    match (column.check, dialect, column.holds) {
        (Check::In(names), Dialect::PostgreSql, _) => {
            let names: Vec<String> = names().into_iter().map(quoted).collect();
            format!(" check ({name} in ({}))", names.join(", "))
        }
        // SQLite makes a table of what stands behind `in`, anew for every row.
        (Check::In(names), Dialect::Sqlite, _) => {
            let names: Vec<String> = names().into_iter().map(|one| format!("{name} = {}", quoted(one))).collect();
            format!(" check ({})", names.join(" or "))
        }
        (Check::Shape(shapes), Dialect::PostgreSql, _) => format!(" check ({name} ~ '^({})$')", shapes.join("|")),
        (Check::Shape(shapes), Dialect::Sqlite, _) => {
            let globs: Vec<String> = shapes.iter().map(|shape| format!("{name} glob '{shape}'")).collect();
            format!(" check ({})", globs.join(" or "))
        }
        (Check::Hexadecimal(digits), Dialect::PostgreSql, _) => format!(" check ({name} ~ '^[0-9a-f]{{{digits}}}$')"),
        (Check::Hexadecimal(digits), Dialect::Sqlite, _) => {
            format!(" check (length({name}) = {digits} and {name} not glob '*[^0-9a-f]*')")
        }
        (Check::Any, Dialect::Sqlite, Type::Json) => format!(" check (json_valid({name}))"),
        (Check::Any, Dialect::Sqlite, Type::Date) => format!(" check ({name} is date({name}))"),
        (Check::Any, Dialect::Sqlite, Type::Moment) => {
            format!(" check ({name} is strftime('%Y-%m-%dT%H:%M', {name}))")
        }
        (Check::Any, ..) => String::new(),
    }
}

fn comments(table: &Table, dialect: Dialect) -> Vec<String> {
    if dialect == Dialect::Sqlite {
        return Vec::new();
    }
    let columns = table
        .columns
        .iter()
        .map(|column| format!("comment on column {}.{} is {}", table.name, column.name, quoted(column.about)));
    std::iter::once(format!("comment on table {} is {}", table.name, quoted(table.about))).chain(columns).collect()
}

/// What was loaded, when, and by what.
fn runs(dialect: Dialect) -> [String; 2] {
    let (key, time, strict) = match dialect {
        Dialect::PostgreSql => ("bigint generated always as identity primary key", "timestamptz", ""),
        Dialect::Sqlite => ("INTEGER primary key", "TEXT", " strict"),
    };
    let (number, text) = (dialect.type_of(Type::Integer), dialect.type_of(Type::Text));
    let counts = ["records", "added", "changed", "unchanged", "pruned", "refused"];
    let counts: Vec<String> = counts.iter().map(|name| format!("  {name} {number} not null default 0")).collect();
    [
        format!(
            "create table runs (\n  id {key},\n  started_at {time} not null,\n  finished_at {time},\n  version {text} not \
             null,\n  patterns {text},\n  input {text} not null,\n  input_digest {text} not null,\n{}\n){strict}",
            counts.join(",\n")
        ),
        format!(
            "create table shards (\n  run {number} not null references runs (id) on delete cascade,\n  digest {text} not \
             null,\n  name {text} not null,\n  records {number} not null,\n  primary key (run, digest)\n){strict}"
        ),
    ]
}

/// The views, the same in every dialect.
pub fn views() -> Vec<String> {
    let facts = "create view project_facts as
select p.id, p.kind, p.title, p.language, p.country, p.region, p.fund, p.programme, p.programming_period,
  p.start_date, p.start_date_precision, p.end_date, p.end_date_precision, p.beneficiary, p.managing_authority,
  p.total_budget, p.total_budget_currency, p.eu_contribution, p.eu_contribution_currency, p.cofinancing_rate,
  p.participants, d.path, d.url,
  (select count(*) from mentions m where m.project_id = p.id) as mentions,
  (select count(*) from warnings w where w.project_id = p.id) as warnings
from projects p left join documents d on d.project_id = p.id and d.position = 0";
    let review = format!(
        "create view to_review as
select p.id, p.title, w.code as reason, w.message, d.path, d.url
from warnings w join projects p on p.id = w.project_id
left join documents d on d.project_id = p.id and d.position = 0
union all
select p.id, p.title, 'language.confidence',
  'the page is in ' || p.language || ' with a confidence of ' || p.language_confidence, d.path, d.url
from projects p left join documents d on d.project_id = p.id and d.position = 0
where p.language_confidence < {LOW}
  and not exists (select 1 from warnings w where w.project_id = p.id and w.code like 'language.%')"
    );
    let sums = "create view by_country_fund as
select country, fund, coalesce(total_budget_currency, eu_contribution_currency) as currency, count(*) as projects,
  sum(case when total_budget_currency is not null or eu_contribution_currency is null
    then total_budget end) as total_budget,
  sum(case when total_budget_currency is null or total_budget_currency = eu_contribution_currency
    then eu_contribution end) as eu_contribution,
  sum(participants) as participants
from projects
group by country, fund, coalesce(total_budget_currency, eu_contribution_currency)";
    vec![facts.to_owned(), review, sums.to_owned()]
}

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
