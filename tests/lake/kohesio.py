"""Holds a file with Kohesio's columns against the rules of its validator: a value that is there is a valid one."""

import csv
import datetime
import re
import sys

import frictionless
from frictionless import Resource, Schema

FUNDS = ["CF", "EAFRD", "EMFF", "ENI", "ERDF", "ESF", "YEI", "IPA II"]
DATE = {"type": "date", "format": "%d/%m/%Y"}
RULES = {
    "Operation_Start_Date": DATE,
    "Operation_Expected_End_Date": DATE,
    "Operation_End_Date": DATE,
    "Date_Of_Last_Update": DATE,
    "CoFinancing_Rate": {"type": "number", "constraints": {"minimum": 0, "maximum": 100}},
    "Total_Eligible_Expenditure_amount": {"type": "number", "constraints": {"minimum": 0}},
    "Total_Eligible_Expenditure_Currency": {"type": "string", "constraints": {"enum": ["EUR"]}},
    "Total_Eligible_Expenditure_Exchange_Rate": {"type": "number"},
    "Category_Of_Intervention": {"type": "number", "constraints": {"minimum": 1, "maximum": 123}},
    "Fund_Code": {"type": "string", "constraints": {"enum": FUNDS}},
    "Programming_Period": {"type": "string", "constraints": {"enum": ["2014-2020", "2021-2027"]}},
    "Project_EU_Budget": {"type": "number", "constraints": {"minimum": 0}},
    "Operation_Unique_Identifier": {"type": "string", "constraints": {"required": True, "unique": True}},
}
path = sys.argv[1]
csv.field_size_limit(1 << 24)
with open(path, encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
schema = Schema.from_descriptor({
    "fields": [{"name": name} | RULES.get(name, {"type": "string"}) for name in rows[0]],
})
with frictionless.system.use_context(trusted=True):
    report = Resource(path, schema=schema).validate()
assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:5]
given = dict.fromkeys(rows[0], 0)
for row in rows:
    for name, value in row.items():
        given[name] += value != ""
    ends = [datetime.datetime.strptime(row[name], "%d/%m/%Y") for name in
            ("Operation_Start_Date", "Operation_End_Date") if row[name]]
    assert ends == sorted(ends), row
    assert not row["Total_Eligible_Expenditure_amount"] or row["Total_Eligible_Expenditure_Currency"] == "EUR", row
    for name in ("Total_Eligible_Expenditure_amount", "Project_EU_Budget", "CoFinancing_Rate"):
        assert re.fullmatch(r"(\d+(\.\d+)?)?", row[name]), row
# The rules say nothing of a file without values.
for name in ("Operation_Start_Date", "Operation_End_Date", "CoFinancing_Rate", "Total_Eligible_Expenditure_amount",
             "Fund_Code", "Programming_Period", "Country", "Beneficiary_Name", "Managing_Authority", "Project_EU_Budget"):
    assert given[name] >= 5, (name, given[name])
print(len(rows))
