"""Makes the corpus' first seeds from the fixtures and the format tests: `python3 seeds.py`."""

import bz2
import gzip
import io
import subprocess
import tarfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests/formats"
FIXTURES = HERE.parent / "fixtures"


def put(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(members, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, how)
    return out.getvalue()


def response(url, kind, head, body):
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{head}\r\n".encode() + body
    lines = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-01T10:00:00Z\r\n"
    lines += f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return lines.encode() + http + b"\r\n\r\n"


# The first byte chooses the declared charset: fuzz_targets/decode.rs.
for first, stem in enumerate([
    "it-utf-16le-with-bom", "bg-mojibake-windows-1251", "cs-windows-1250", "bg-windows-1251", "fr-windows-1252",
    "el-windows-1253", "lt-windows-1257", "pl-iso-8859-2", "mk-iso-8859-5", "ro-iso-8859-16", "uk-koi8-u",
    "bg-utf-16le-without-bom", "lv-utf-16be-without-bom", "es-mojibake-windows-1252-twice", "tr-utf-8",
]):
    put("decode", stem, bytes([first]) + (TESTS / f"encodings/{stem}.txt").read_bytes())
for page in sorted((TESTS / "importers").glob("*.txt")):
    put("decode", page.stem, b"\0" + page.read_bytes())

for page in sorted((TESTS / "html").glob("*.html")):
    put("html", page.stem, page.read_bytes())
put("html", "sl-declared", (TESTS / "encodings/sl-iso-8859-2-declared-in-meta.html").read_bytes())

for first, name in enumerate(["annex-xii-pl.csv", "kohesio.csv", "scrapy.jl", "rows.json"]):
    put("headings", name, bytes([first]) + (TESTS / "tables" / name).read_bytes())
put("headings", "two-rows.csv", "\0Data rozpoczęcia;Total cost (tis. Kč)\n1. 2. 2023;1 234,5\n".encode())

page = b"<p>Total: 1 000 EUR, 2014-2020</p>" * 8
members = [("a.html", page), ("b/c.txt", b"short"), ("d.csv", b"ID;Title\n1;Two\n"), ("x" * 120 + ".txt", b"long")]
tables = [(name, (TESTS / "tables" / name).read_bytes()) for name in ["transparenzliste.ods", "scrapy.jl"]]
plain = tar(members)
warc = [
    response("https://a.eu/1", "response", "", page),
    response("https://a.eu/2", "response", "Content-Encoding: gzip\r\n", gzip.compress(page, mtime=0)),
    response("https://a.eu/3", "response", "Transfer-Encoding: chunked\r\n", b"5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n"),
]
put("archives", "tar", plain)
put("archives", "tar.gz", gzip.compress(plain, mtime=0))
put("archives", "tar.bz2", bz2.compress(plain))
put("archives", "html.zst", subprocess.run(["zstd", "-q"], input=page, capture_output=True, check=True).stdout)
put("archives", "tar.zst", subprocess.run(["zstd", "-q"], input=plain, capture_output=True, check=True).stdout)
put("archives", "zip", zipped(members))
put("archives", "stored.zip", zipped([*members[:2], ("i.tar.gz", gzip.compress(plain, mtime=0))], zipfile.ZIP_STORED))
put("archives", "tables.zip", zipped(tables))
put("archives", "workbook.zip", zipped([("w.xls", (TESTS / "tables/transparenzliste.xls").read_bytes())]))
put("archives", "warc", b"".join(warc))
put("archives", "warc.gz", b"".join(gzip.compress(one, mtime=0) for one in warc))
put("archives", "rows.parquet", (TESTS / "tables/rows.parquet").read_bytes())

# The first byte chooses what the page is sent as: fuzz_targets/page.rs.
for name in [
    "it/kohesio-casa-del-mare", "it/avviso-invecchiamento-attivo", "el/katalogos-praxeon-nisia", "en", "de", "pl", "fr",
    "hu", "fi", "mt", "ga", "uk",
]:
    found = sorted(FIXTURES.glob(f"{name}/*.txt"), key=lambda page: page.stat().st_size)
    found = found[0] if found else FIXTURES / f"{name}.txt"
    put("page", f"{found.parent.name}-{found.stem}", b"\0" + found.read_bytes())
for stem in ["en-kohesio-cards", "cs-tabulky-devadesata"]:
    put("page", stem, b"\x01" + (TESTS / f"html/{stem}.html").read_bytes())
put("page", "cs-windows-1250", b"\x02" + (TESTS / "encodings/cs-windows-1250.txt").read_bytes())
for name in ["annex-xii-pl.csv", "kohesio.csv"]:
    put("page", name, b"\x03" + (TESTS / "tables" / name).read_bytes())
