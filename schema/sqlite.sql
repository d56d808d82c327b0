create table schema_version (version integer not null) strict;
insert into schema_version values (1);
create table projects (
  id TEXT not null, -- Kohesio item (Q…), the input's own id, or the path below the folder given.
  id_source TEXT not null check (id_source = 'kohesio' or id_source = 'input' or id_source = 'path'), -- Where the id comes from.
  kind TEXT not null check (kind = 'kohesio' or kind = 'regional' or kind = 'row'), -- What kind of page the project was found on.
  title TEXT, -- The project's name as on the page.
  language TEXT not null check (language glob '[a-z][a-z]' or language glob 'und'), -- ISO 639-1, or und.
  language_confidence REAL not null, -- How often pages judged with such evidence are in this language, 0 to 1.
  other_languages TEXT not null check (json_valid(other_languages)), -- Languages of passages, largest share of the page's letters first: [{code, share}].
  start_date TEXT check (start_date is date(start_date)), -- When the project starts; the first day of the month or year where no day is known.
  start_date_precision TEXT check (start_date_precision = 'year' or start_date_precision = 'month' or start_date_precision = 'day' or start_date_precision = 'minute'), -- How exactly that is known.
  end_date TEXT check (end_date is date(end_date)), -- When the project ends; the first day of the month or year where no day is known.
  end_date_precision TEXT check (end_date_precision = 'year' or end_date_precision = 'month' or end_date_precision = 'day' or end_date_precision = 'minute'), -- How exactly that is known.
  published TEXT check (published is strftime('%Y-%m-%dT%H:%M', published)), -- When the page itself says it was published.
  published_precision TEXT check (published_precision = 'year' or published_precision = 'month' or published_precision = 'day' or published_precision = 'minute'), -- How exactly that is known.
  programming_period TEXT check (programming_period glob '[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]'), -- 2021-2027.
  fund TEXT, -- The fund's English code: ERDF, ESF+ …
  programme TEXT, -- As written on the page.
  managing_authority TEXT, -- As written on the page.
  beneficiary TEXT, -- As written on the page.
  region TEXT, -- As written on the page.
  country TEXT check (country glob '[A-Z][A-Z]'), -- ISO 3166-1 alpha-2.
  total_budget_cents INTEGER, -- What the project costs in all.
  total_budget REAL generated always as (total_budget_cents / 100.0) virtual, -- In major units.
  total_budget_currency TEXT check (total_budget_currency glob '[A-Z][A-Z][A-Z]'), -- ISO 4217; unknown where the page names none.
  eu_contribution_cents INTEGER, -- What the Union gives.
  eu_contribution REAL generated always as (eu_contribution_cents / 100.0) virtual, -- In major units.
  eu_contribution_currency TEXT check (eu_contribution_currency glob '[A-Z][A-Z][A-Z]'), -- ISO 4217; unknown where the page names none.
  cofinancing_rate REAL, -- The Union's share in per cent.
  participants INTEGER, -- People the project reaches: the largest such count, never a sum.
  version TEXT not null, -- The version of kohex that made the record.
  patterns TEXT not null check (length(patterns) = 16 and patterns not glob '*[^0-9a-f]*'), -- The digest of the patterns it was made with.
  text TEXT, -- The page's text, where it was asked for.
  digest TEXT not null check (length(digest) = 32 and digest not glob '*[^0-9a-f]*'), -- Of all the record's values: another one means that something has changed.
  primary key (id)
) strict;
create table mentions (
  project_id TEXT not null, -- The id of the project that the row belongs to.
  position INTEGER not null, -- Its place in the record's array, from 0.
  kind TEXT not null check (kind = 'date' or kind = 'period' or kind = 'amount' or kind = 'percentage' or kind = 'participants'), -- What it is.
  role TEXT not null check (role = 'start' or role = 'end' or role = 'published' or role = 'legal_act' or role = 'deadline' or role = 'event' or role = 'programming_period' or role = 'school_year' or role = 'total_budget' or role = 'eu_contribution' or role = 'national_contribution' or role = 'grant' or role = 'cost' or role = 'cofinancing_rate' or role = 'share' or role = 'participants' or role = 'subset' or role = 'background' or role = 'other'), -- What it says about the project.
  value TEXT not null, -- As in the record: ISO 8601 dates and periods at the precision written, exact decimal digits.
  value_date TEXT check (value_date is date(value_date)), -- The value of a date; the first day of the month or year where no day is known.
  value_number REAL, -- The value of an amount (major units), a percentage or a count.
  currency TEXT check (currency glob '[A-Z][A-Z][A-Z]'), -- ISO 4217, of an amount.
  people TEXT check (people = 'people' or people = 'unemployed' or people = 'inactive' or people = 'employed' or people = 'under_18' or people = 'young' or people = 'over_55' or people = 'disabilities' or people = 'third_country_nationals' or people = 'foreign_background' or people = 'minorities' or people = 'homeless' or people = 'rural' or people = 'women' or people = 'men' or people = 'children' or people = 'students' or people = 'teachers' or people = 'staff' or people = 'entrepreneurs' or people = 'families' or people = 'inhabitants'), -- Whom a count counts: the record's group, which is a word of SQL.
  text TEXT not null, -- As on the page.
  span_start INTEGER not null, -- Unicode code points into the page's text, half open.
  span_end INTEGER not null, -- Unicode code points into the page's text, half open.
  rule TEXT not null, -- The pattern rule that read it.
  mod TEXT check (mod = 'APPROX' or mod = 'MORE_THAN' or mod = 'LESS_THAN' or mod = 'EQUAL_OR_MORE' or mod = 'EQUAL_OR_LESS' or mod = 'START' or mod = 'MID' or mod = 'END'), -- TIMEX3 mod.
  document INTEGER not null, -- The position of the page it stands on.
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
) strict, without rowid;
create table warnings (
  project_id TEXT not null, -- The id of the project that the row belongs to.
  position INTEGER not null, -- Its place in the record's array, from 0.
  code TEXT not null check (code = 'date.end_before_start' or code = 'date.conflict' or code = 'date.month_first' or code = 'amount.eu_exceeds_total' or code = 'amount.rate_mismatch' or code = 'amount.zero' or code = 'amount.conflict' or code = 'rate.fraction' or code = 'rate.out_of_range' or code = 'participants.conflict' or code = 'language.uncertain' or code = 'language.unsupported' or code = 'text.truncated' or code = 'decode.replaced' or code = 'decode.repaired' or code = 'decode.truncated' or code = 'page.not_a_project' or code = 'page.empty'), -- What is wrong, for programs.
  message TEXT not null, -- What is wrong, for people.
  mentions TEXT not null check (json_valid(mentions)), -- Positions of the mentions that it is about.
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
) strict, without rowid;
create table documents (
  project_id TEXT not null, -- The id of the project that the row belongs to.
  position INTEGER not null, -- Its place in the record's array, from 0.
  path TEXT not null, -- Below the folder given.
  url TEXT, -- The page's address, where it is known.
  media_type TEXT not null, -- RFC 6838.
  encoding TEXT not null, -- As IANA names it.
  bytes INTEGER not null, -- Size of the page as read.
  sha256 TEXT not null check (length(sha256) = 64 and sha256 not glob '*[^0-9a-f]*'), -- Of the bytes read, in hexadecimal.
  language TEXT not null check (language glob '[a-z][a-z]' or language glob 'und'), -- ISO 639-1, or und.
  primary key (project_id, position),
  foreign key (project_id) references projects (id) on delete cascade
) strict, without rowid;
create table runs (
  id INTEGER primary key,
  started_at TEXT not null,
  finished_at TEXT,
  version TEXT not null,
  patterns TEXT,
  input TEXT not null,
  input_digest TEXT not null,
  records INTEGER not null default 0,
  added INTEGER not null default 0,
  changed INTEGER not null default 0,
  unchanged INTEGER not null default 0,
  pruned INTEGER not null default 0,
  refused INTEGER not null default 0
) strict;
create table shards (
  run INTEGER not null references runs (id) on delete cascade,
  digest TEXT not null,
  name TEXT not null,
  records INTEGER not null,
  primary key (run, digest)
) strict;
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
