"""Reads a Parquet file with DuckDB, Polars and PyArrow and compares every value with the JSON Lines."""

import sys

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

from expected import project, records, same

lines, path = sys.argv[1:]
expected = [project(line, record) for line, record in records(lines)]
assert len(expected) > 190, len(expected)

table = pq.read_table(path)
readers = {
    "pyarrow": table.to_pylist(),
    "polars": polars.read_parquet(path).to_dicts(),
}
found = duckdb.connect().execute("select * from read_parquet(?)", [path])
names = [column[0] for column in found.description]
readers["duckdb"] = [dict(zip(names, row)) for row in found.fetchall()]
for reader, rows in readers.items():
    assert len(rows) == len(expected), (reader, len(rows), len(expected))
    for row, record in zip(rows, expected):
        digest = row.pop("digest")
        assert len(digest) == 32, digest
        same(row, record, f"{reader}: {record['id']}")

types = {
    "id": pa.string(),
    "language_confidence": pa.float64(),
    "start_date": pa.date32(),
    "published": pa.timestamp("us"),
    "total_budget": pa.decimal128(18, 2),
    "cofinancing_rate": pa.decimal128(18, 6),
    "participants": pa.int64(),
}
for name, kind in types.items():
    assert table.schema.field(name).type == kind, (name, table.schema.field(name).type)
element = table.schema.field("mentions").type.value_type
assert pa.types.is_struct(element), element
assert element.field("value_number").type == pa.decimal128(38, 9), element
assert element.field("value_date").type == pa.date32(), element
file = pq.ParquetFile(path)
kinds = {column.path: str(column.logical_type) for column in map(file.schema.column, range(len(file.schema)))}
for name in ("record", "other_languages", "warnings.list.element.mentions"):
    assert kinds[name] == "JSON", (name, kinds[name])
notes = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
assert notes["kohex.schema"] == "kohex/1" and notes["kohex.tables"] == "1", notes
assert notes["kohex.version"] == expected[0]["version"] and notes["kohex.patterns"] == expected[0]["patterns"], notes
assert file.metadata.row_group(0).column(0).compression == "ZSTD"
print(len(expected))
