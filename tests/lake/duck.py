"""Reads JSON Lines with DuckDB and the types of schema/duckdb.sql and compares every value."""

import sys

import duckdb

from expected import records, same

lines, sql = sys.argv[1:]
connection = duckdb.connect()
connection.execute(open(sql, encoding="utf-8").read())
found = connection.execute("select * from kohex_records(?)", [lines])
names = [column[0] for column in found.description]
count = 0
for row, (_, record) in zip(found.fetchall(), records(lines), strict=True):
    row = dict(zip(names, row))
    # It is there with --text only.
    record.setdefault("text", None)
    for mention, expected in zip(row["mentions"], record["mentions"], strict=True):
        mention["value"] = mention["value"].strip('"')
        expected["value"] = str(expected["value"])
        expected.setdefault("currency", None)
        expected.setdefault("group", None)
    for key in ("total_budget", "eu_contribution"):
        if record[key]:
            record[key]["amount"] = float(record[key]["amount"])
            row[key]["amount"] = float(row[key]["amount"])
    for key in ("language", "other_languages"):
        for it in record[key] if isinstance(record[key], list) else [record[key]]:
            it.update({name: float(it[name]) for name in ("confidence", "share") if name in it})
    if record["cofinancing_rate"] is not None:
        record["cofinancing_rate"] = float(record["cofinancing_rate"])
        row["cofinancing_rate"] = float(row["cofinancing_rate"])
    same(row, record, record["id"])
    count += 1
types = dict(zip(names, [str(kind) for kind in connection.sql("from kohex_records('%s')" % lines).types]))
assert types["participants"] == "BIGINT" and types["cofinancing_rate"] == "DECIMAL(18,6)", types
assert types["total_budget"] == "STRUCT(amount DECIMAL(18,2), currency VARCHAR)", types
print(count)
