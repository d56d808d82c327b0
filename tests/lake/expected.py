"""What a record of JSON is in the columns of files: written anew here, so that it can be compared with."""

import datetime
import json
from decimal import Decimal

PRECISION = {4: "year", 7: "month", 10: "day", 16: "minute"}


def records(path):
    """Each line of a file, and the record it holds."""
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            yield line.removesuffix("\n"), json.loads(line, parse_float=Decimal)


def day(text):
    if text is None:
        return None
    parts = [int(part) for part in text[:10].split("-")]
    return datetime.date(*(parts + [1, 1])[:3])


def minute(text):
    if text is None:
        return None
    time = datetime.time.fromisoformat(text[11:]) if len(text) > 10 else datetime.time()
    return datetime.datetime.combine(day(text), time)


def precision(text):
    return text and PRECISION[len(text)]


def decimal(number, digits):
    return None if number is None else Decimal(str(number)).quantize(Decimal(1).scaleb(-digits))


def project(line, record):
    """The row of a record in Parquet, but for the digest."""
    total, union = record["total_budget"] or {}, record["eu_contribution"] or {}
    row = {key: record[key] for key in (
        "id", "id_source", "kind", "title", "other_languages", "programming_period", "fund", "programme",
        "managing_authority", "beneficiary", "region", "country", "participants")}
    return row | {
        "language": record["language"]["code"],
        "language_confidence": float(record["language"]["confidence"]),
        "start_date": day(record["start_date"]),
        "start_date_precision": precision(record["start_date"]),
        "end_date": day(record["end_date"]),
        "end_date_precision": precision(record["end_date"]),
        "published": minute(record["published"]),
        "published_precision": precision(record["published"]),
        "total_budget": decimal(total.get("amount"), 2),
        "total_budget_currency": total.get("currency"),
        "eu_contribution": decimal(union.get("amount"), 2),
        "eu_contribution_currency": union.get("currency"),
        "cofinancing_rate": decimal(record["cofinancing_rate"], 6),
        "version": record["produced_by"]["version"],
        "patterns": record["produced_by"]["patterns"],
        "text": record.get("text"),
        "mentions": [mention(it) for it in record["mentions"]],
        "warnings": record["warnings"],
        "documents": record["documents"],
        "record": line,
    }


def mention(it):
    number = it["kind"] in ("amount", "percentage", "participants")
    return {key: it[key] for key in ("kind", "role", "text", "rule", "mod", "document")} | {
        "value": str(it["value"]),
        "value_date": day(it["value"]) if it["kind"] == "date" else None,
        "value_number": decimal(it["value"], 9) if number else None,
        "currency": it.get("currency"),
        "people": it.get("group"),
        "span_start": it["start"],
        "span_end": it["end"],
    }


def same(found, expected, place):
    """Fails where a value read back is not the one expected; JSON comes back as text."""
    if isinstance(expected, dict):
        if isinstance(found, (str, bytes)):
            found = json.loads(found, parse_float=Decimal)
        assert set(found) == set(expected), (place, sorted(set(found) ^ set(expected)))
        for key, value in expected.items():
            same(found[key], value, f"{place}.{key}")
    elif isinstance(expected, list):
        if isinstance(found, (str, bytes)):
            found = json.loads(found, parse_float=Decimal)
        assert len(found) == len(expected), (place, len(found), len(expected))
        for i, (one, other) in enumerate(zip(found, expected)):
            same(one, other, f"{place}[{i}]")
    elif isinstance(expected, Decimal):
        assert str(Decimal(str(found))) == str(expected), (place, found, expected)
    else:
        if isinstance(found, bytes):
            found = found.decode()
        assert found == expected and (found is None) == (expected is None), (place, found, expected)
