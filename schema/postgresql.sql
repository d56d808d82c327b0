create table schema_version (version integer not null);
insert into schema_version values (1);
create table projects (
  id text not null,
  id_source text not null check (id_source in ('kohesio', 'input', 'path')),
  kind text not null check (kind in ('kohesio', 'regional', 'row')),
  title text,
  language text not null check (language ~ '^([a-z][a-z]|und)$'),
  language_confidence double precision not null,
  other_languages jsonb not null,
  start_date date,
  start_date_precision text check (start_date_precision in ('year', 'month', 'day', 'minute')),
  end_date date,
  end_date_precision text check (end_date_precision in ('year', 'month', 'day', 'minute')),
  published timestamp,
  published_precision text check (published_precision in ('year', 'month', 'day', 'minute')),
  programming_period text check (programming_period ~ '^([0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9])$'),
  fund text,
  programme text,
  managing_authority text,
  beneficiary text,
  region text,
  country text check (country ~ '^([A-Z][A-Z])$'),
  total_budget numeric(18,2),
  total_budget_currency text check (total_budget_currency ~ '^([A-Z][A-Z][A-Z])$'),
  eu_contribution numeric(18,2),
  eu_contribution_currency text check (eu_contribution_currency ~ '^([A-Z][A-Z][A-Z])$'),
  cofinancing_rate numeric(18,6),
  participants bigint,
  version text not null,
  patterns text not null check (patterns ~ '^[0-9a-f]{16}$'),
  text text,
  digest text not null check (digest ~ '^[0-9a-f]{32}$'),
  primary key (id)
);
comment on table projects is 'Projects: a row a record.';
comment on column projects.id is 'Kohesio item (Q…), the input''s own id, or the path below the folder given.';
comment on column projects.id_source is 'Where the id comes from.';
comment on column projects.kind is 'What kind of page the project was found on.';
comment on column projects.title is 'The project''s name as on the page.';
comment on column projects.language is 'ISO 639-1, or und.';
comment on column projects.language_confidence is 'How often pages judged with such evidence are in this language, 0 to 1.';
comment on column projects.other_languages is 'Languages of passages, largest share of the page''s letters first: [{code, share}].';
comment on column projects.start_date is 'When the project starts; the first day of the month or year where no day is known.';
comment on column projects.start_date_precision is 'How exactly that is known.';
comment on column projects.end_date is 'When the project ends; the first day of the month or year where no day is known.';
comment on column projects.end_date_precision is 'How exactly that is known.';
comment on column projects.published is 'When the page itself says it was published.';
comment on column projects.published_precision is 'How exactly that is known.';
comment on column projects.programming_period is '2021-2027.';
comment on column projects.fund is 'The fund''s English code: ERDF, ESF+ …';
comment on column projects.programme is 'As written on the page.';
comment on column projects.managing_authority is 'As written on the page.';
comment on column projects.beneficiary is 'As written on the page.';
comment on column projects.region is 'As written on the page.';
comment on column projects.country is 'ISO 3166-1 alpha-2.';
comment on column projects.total_budget is 'What the project costs in all.';
comment on column projects.total_budget_currency is 'ISO 4217; unknown where the page names none.';
comment on column projects.eu_contribution is 'What the Union gives.';
comment on column projects.eu_contribution_currency is 'ISO 4217; unknown where the page names none.';
comment on column projects.cofinancing_rate is 'The Union''s share in per cent.';
comment on column projects.participants is 'People the project reaches: the largest such count, never a sum.';
comment on column projects.version is 'The version of kohex that made the record.';
comment on column projects.patterns is 'The digest of the patterns it was made with.';
comment on column projects.text is 'The page''s text, where it was asked for.';
comment on column projects.digest is 'Of all the record''s values: another one means that something has changed.';
create table mentions (
  project_id text not null,
  position bigint not null,
  kind text not null check (kind in ('date', 'period', 'amount', 'percentage', 'participants')),
  role text not null check (role in ('start', 'end', 'published', 'legal_act', 'deadline', 'event', 'programming_period', 'school_year', 'total_budget', 'eu_contribution', 'national_contribution', 'grant', 'cost', 'cofinancing_rate', 'share', 'participants', 'subset', 'background', 'other')),
  value text not null,
  value_date date,
  value_number numeric,
  currency text check (currency ~ '^([A-Z][A-Z][A-Z])$'),
  people text check (people in ('people', 'unemployed', 'inactive', 'employed', 'under_18', 'young', 'over_55', 'disabilities', 'third_country_nationals', 'foreign_background', 'minorities', 'homeless', 'rural', 'women', 'men', 'children', 'students', 'teachers', 'staff', 'entrepreneurs', 'families', 'inhabitants')),
  text text not null,
  span_start bigint not null,
  span_end bigint not null,
  rule text not null,
  mod text check (mod in ('APPROX', 'MORE_THAN', 'LESS_THAN', 'EQUAL_OR_MORE', 'EQUAL_OR_LESS', 'START', 'MID', 'END')),
  document bigint not null,
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
);
comment on table mentions is 'Every value found, with the evidence for it.';
comment on column mentions.project_id is 'The id of the project that the row belongs to.';
comment on column mentions.position is 'Its place in the record''s array, from 0.';
comment on column mentions.kind is 'What it is.';
comment on column mentions.role is 'What it says about the project.';
comment on column mentions.value is 'As in the record: ISO 8601 dates and periods at the precision written, exact decimal digits.';
comment on column mentions.value_date is 'The value of a date; the first day of the month or year where no day is known.';
comment on column mentions.value_number is 'The value of an amount (major units), a percentage or a count.';
comment on column mentions.currency is 'ISO 4217, of an amount.';
comment on column mentions.people is 'Whom a count counts: the record''s group, which is a word of SQL.';
comment on column mentions.text is 'As on the page.';
comment on column mentions.span_start is 'Unicode code points into the page''s text, half open.';
comment on column mentions.span_end is 'Unicode code points into the page''s text, half open.';
comment on column mentions.rule is 'The pattern rule that read it.';
comment on column mentions.mod is 'TIMEX3 mod.';
comment on column mentions.document is 'The position of the page it stands on.';
create table warnings (
  project_id text not null,
  position bigint not null,
  code text not null check (code in ('date.end_before_start', 'date.conflict', 'date.month_first', 'amount.eu_exceeds_total', 'amount.rate_mismatch', 'amount.zero', 'amount.conflict', 'rate.fraction', 'rate.out_of_range', 'participants.conflict', 'language.uncertain', 'language.unsupported', 'text.truncated', 'decode.replaced', 'decode.repaired', 'decode.truncated', 'page.not_a_project', 'page.empty')),
  message text not null,
  mentions jsonb not null,
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
);
comment on table warnings is 'What does not fit together.';
comment on column warnings.project_id is 'The id of the project that the row belongs to.';
comment on column warnings.position is 'Its place in the record''s array, from 0.';
comment on column warnings.code is 'What is wrong, for programs.';
comment on column warnings.message is 'What is wrong, for people.';
comment on column warnings.mentions is 'Positions of the mentions that it is about.';
create table documents (
  project_id text not null,
  position bigint not null,
  path text not null,
  url text,
  media_type text not null,
  encoding text not null,
  bytes bigint not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  language text not null check (language ~ '^([a-z][a-z]|und)$'),
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
);
comment on table documents is 'The pages that went into the records.';
comment on column documents.project_id is 'The id of the project that the row belongs to.';
comment on column documents.position is 'Its place in the record''s array, from 0.';
comment on column documents.path is 'Below the folder given.';
comment on column documents.url is 'The page''s address, where it is known.';
comment on column documents.media_type is 'RFC 6838.';
comment on column documents.encoding is 'As IANA names it.';
comment on column documents.bytes is 'Size of the page as read.';
comment on column documents.sha256 is 'Of the bytes read, in hexadecimal.';
comment on column documents.language is 'ISO 639-1, or und.';
create table runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  version text not null,
  patterns text,
  input text not null,
  input_digest text not null,
  records bigint not null default 0,
  added bigint not null default 0,
  changed bigint not null default 0,
  unchanged bigint not null default 0,
  pruned bigint not null default 0,
  refused bigint not null default 0
);
create table shards (
  run bigint not null references runs (id) on delete cascade,
  digest text not null,
  name text not null,
  records bigint not null,
  primary key (run, digest)
);
create view project_facts as
select p.id, p.kind, p.title, p.language, p.country, p.region, p.fund, p.programme, p.programming_period,
  p.start_date, p.start_date_precision, p.end_date, p.end_date_precision, p.beneficiary, p.managing_authority,
  p.total_budget, p.total_budget_currency, p.eu_contribution, p.eu_contribution_currency, p.cofinancing_rate,
  p.participants, d.path, d.url,
  (select count(*) from mentions m where m.project_id = p.id) as mentions,
  (select count(*) from warnings w where w.project_id = p.id) as warnings
from projects p left join documents d on d.project_id = p.id and d.position = 0;
create view to_review as
select p.id, p.title, w.code as reason, w.message, d.path, d.url
from warnings w join projects p on p.id = w.project_id
left join documents d on d.project_id = p.id and d.position = 0
union all
select p.id, p.title, 'language.confidence',
  'the page is in ' || p.language || ' with a confidence of ' || p.language_confidence, d.path, d.url
from projects p left join documents d on d.project_id = p.id and d.position = 0
where p.language_confidence < 0.8
  and not exists (select 1 from warnings w where w.project_id = p.id and w.code like 'language.%');
create view by_country_fund as
select country, fund, coalesce(total_budget_currency, eu_contribution_currency) as currency, count(*) as projects,
  sum(case when total_budget_currency is not null or eu_contribution_currency is null
    then total_budget end) as total_budget,
  sum(case when total_budget_currency is null or total_budget_currency = eu_contribution_currency
    then eu_contribution end) as eu_contribution,
  sum(participants) as participants
from projects
group by country, fund, coalesce(total_budget_currency, eu_contribution_currency);
