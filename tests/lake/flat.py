"""Holds records.csv against its data package and the JSON Lines, and finds what is broken on purpose."""

import csv
import json
import pathlib
import sys

import frictionless
from frictionless import Package

from expected import project, records, same

csv.field_size_limit(1 << 24)
folder, lines = map(pathlib.Path, sys.argv[1:])
fields = json.loads((folder / "datapackage.json").read_text())["resources"][0]["schema"]["fields"]
raw = (folder / "records.csv").read_bytes()
assert b"\r\n" not in raw.split(b"\n", 1)[0] + b"\n" and not raw.startswith(b"\xef\xbb\xbf")


def report():
    with frictionless.system.use_context(trusted=True):
        return Package(str(folder / "datapackage.json")).validate()


assert report().valid, report().flatten(["rowNumber", "fieldName", "note"])[:5]
with open(folder / "records.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
assert list(rows[0]) == [field["name"] for field in fields]
for row, (line, record) in zip(rows, records(lines), strict=True):
    wanted = project(line, record)
    wanted |= {
        "mentions": len(record["mentions"]),
        "warnings": "|".join(it["code"] for it in record["warnings"]),
        "path": record["documents"][0]["path"],
        "url": record["documents"][0]["url"],
    }
    for name, text in row.items():
        place, value = f"{record['id']}.{name}", wanted[name]
        if value is None:
            assert text == "", (place, text)
        elif name == "published":
            assert text == value.isoformat(), (place, text)
        elif isinstance(value, list):
            same(text, value, place)
        elif isinstance(value, float) or name in ("total_budget", "eu_contribution", "cofinancing_rate"):
            assert float(text) == float(value) and "e" not in text.lower(), (place, text)
        else:
            assert text == str(value), (place, text, value)

# A broken file is found out, each fault by its name.
head, first, *rest = raw.decode().split("\n")
name = next(i for i, field in enumerate(fields) if field["name"] == "kind")
cells = next(csv.reader([first]))
for change, fault in [({0: ""}, "constraint-error"), ({name: "page"}, "constraint-error"),
                      ({5: "much"}, "type-error"), ({7: "01/02/2024"}, "type-error"), ({5: "1.5"}, "constraint-error")]:
    broken = [change.get(i, cell) for i, cell in enumerate(cells)]
    with open(folder / "records.csv", "w", encoding="utf-8", newline="") as file:
        file.write(head + "\n")
        csv.writer(file, lineterminator="\n").writerow(broken)
    faults = {error for [error] in report().flatten(["type"])}
    assert fault in faults, (change, faults)
with open(folder / "records.csv", "w", encoding="utf-8", newline="") as file:
    file.write("\n".join([head, first, first]) + "\n")
assert "primary-key" in {error for [error] in report().flatten(["type"])}
print(len(rows))
