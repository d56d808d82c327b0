-- Records as kohex writes them, one a line, for DuckDB. After  .read schema/duckdb.sql :
--   create table records as from kohex_records('records.jsonl');
--   select m.* from (select unnest(mentions) as m from kohex_records('out/part-*.jsonl'));
-- A mention's value is a text or a number, so it is JSON: m.value ->> '$' is its text.
-- DuckDB rounds numbers of JSON to 15 digits; in Parquet (kohex extract -o records.parquet) they are exact.
create or replace macro kohex_records(files) as table -- kohex/1
select * from read_json(files, format = 'newline_delimited', columns = {
  schema: 'VARCHAR',
  id: 'VARCHAR',
  id_source: 'VARCHAR',
  kind: 'VARCHAR',
  title: 'VARCHAR',
  language: 'STRUCT("code" VARCHAR, "confidence" DOUBLE)',
  other_languages: 'STRUCT("code" VARCHAR, "share" DOUBLE)[]',
  start_date: 'VARCHAR',
  end_date: 'VARCHAR',
  published: 'VARCHAR',
  programming_period: 'VARCHAR',
  fund: 'VARCHAR',
  programme: 'VARCHAR',
  managing_authority: 'VARCHAR',
  beneficiary: 'VARCHAR',
  region: 'VARCHAR',
  country: 'VARCHAR',
  total_budget: 'STRUCT("amount" DECIMAL(18,2), "currency" VARCHAR)',
  eu_contribution: 'STRUCT("amount" DECIMAL(18,2), "currency" VARCHAR)',
  cofinancing_rate: 'DECIMAL(18,6)',
  participants: 'BIGINT',
  mentions: 'STRUCT("kind" VARCHAR, "role" VARCHAR, "value" JSON, "text" VARCHAR, "start" BIGINT, "end" BIGINT, "rule" VARCHAR, "mod" VARCHAR, "document" BIGINT, "currency" VARCHAR, "group" VARCHAR)[]',
  warnings: 'STRUCT("code" VARCHAR, "message" VARCHAR, "mentions" BIGINT[])[]',
  documents: 'STRUCT("path" VARCHAR, "url" VARCHAR, "media_type" VARCHAR, "encoding" VARCHAR, "bytes" BIGINT, "sha256" VARCHAR, "language" VARCHAR)[]',
  produced_by: 'STRUCT("version" VARCHAR, "patterns" VARCHAR)',
  text: 'VARCHAR'
});
