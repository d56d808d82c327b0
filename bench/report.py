"""Results as tables: one set of them for the terminal, bench/README.md and README.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

# What issue 4 asked for. Ratios are of the same run, so they hold on other machines too.
LINGUA_TIMES = 25.0
RIPGREP_TIMES = 6.0
SPARSE_MB_S = 150.0
FIGURES_MB_S = 30.0
TWO_THREADS = 1.8
PEAK_MB = 300.0
START_MS = 60.0
# "The same" and "in proportion", given that measuring is not exact.
SAME = 1.1
PROPORTION = 1.25


@dataclass
class Table:
    """A title, a line below it, and rows; the first column is words, and the last where `words` says so; the others
    are figures."""

    title: str
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""
    words: bool = False

    def terminal(self) -> str:
        widths = [max(len(row[i]) for row in [self.head, *self.rows]) for i in range(len(self.head))]
        lines = [self.title]
        for row in [self.head, *self.rows]:
            cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
            if self.words:
                cells[-1] = row[-1]
            lines.append(("  " + "  ".join(cells)).rstrip())
        return "\n".join(lines)

    def markdown(self) -> str:
        rule = "|---|" + "---:|" * (len(self.head) - 2) + ("---|" if self.words else "---:|")
        rows = ["| " + " | ".join(row) + " |" for row in [self.head, *self.rows]]
        note = f"\n{self.note}\n" if self.note else ""
        return f"### {self.title}\n{note}\n" + "\n".join([rows[0], rule, *rows[1:]]) + "\n"


def tables(results: dict) -> list[Table]:
    """All of them, in the order they are read."""
    made = [targets(results), end_to_end(results), stages(results), memory(results), start(results), long(results)]
    return made + ([compared(results)] if results["peers"] else [])


def targets(results: dict) -> Table:
    """What was asked for, beside what came out."""
    table = Table("What was asked for", ["", "asked for", "measured", "reached"])

    def row(what: str, asked: str, measured: float | None, text: str, reached: bool) -> None:
        said = "not measured" if measured is None else text.format(measured)
        table.rows.append([what, asked, said, "–" if measured is None else "yes" if reached else "**no**"])

    def at_least(what: str, asked: float, unit: str, measured: float | None) -> None:
        row(what, f"≥ {asked:g}{unit}", measured, "{:.3g}" + unit, measured is not None and measured >= asked)

    def at_most(what: str, asked: float, unit: str, measured: float | None) -> None:
        row(what, f"≤ {asked:g}{unit}", measured, "{:.3g}" + unit, measured is not None and measured <= asked)

    for threads in (1, 2):
        ours = results["pages"] / results["end_to_end"][f"kohex_{threads}"]["best"]
        times = ours / lingua(results["lingua"], threads)["pages_s"]
        at_least(f"pages/s of lingua alone, {threads} thread{'s' * (threads > 1)}", LINGUA_TIMES, " times", times)
    for what, ours, theirs in (("threads as they come", "kohex_2", "rg"), ("1 thread", "kohex_1", "rg_1")):
        at_most(f"wall time of `rg -c '[0-9]'`, {what}", RIPGREP_TIMES, " times", ratio(results, ours, theirs))
    at_least("scan + normalise, one figure in 300 bytes", SPARSE_MB_S, " MB/s", stage(results, "sparse text"))
    at_least("scan + normalise, all figures", FIGURES_MB_S, " MB/s", stage(results, "figures text"))
    at_least("2 threads beside 1", TWO_THREADS, " times", ratio(results, "kohex_1", "kohex_2"))
    peaks = [of["peak_bytes"] / 1e6 for of in results["memory"].values()]
    at_most("peak memory", PEAK_MB, " MB", max(peaks))
    at_most("peak memory, most pages beside fewest", SAME, " times", peaks[-1] / peaks[0])
    at_most("first record of one page, slowest language", START_MS, " ms", max(results["start"].values()) * 1e3)
    for kind, name in LONG.items():
        at_most(f"time a MB, longest {name} beside shortest", PROPORTION, " times", proportion(results["long"], kind))
    return table


def end_to_end(results: dict) -> Table:
    table = Table(
        f"End to end: {results['pages']} pages, {results['bytes'] / 1e6:.1f} MB, from a warm cache",
        ["", "seconds", "pages/s", "MB/s", "median s"],
        note=f"The best of {results['rounds']} rounds in turn; output to /dev/null where not said otherwise. lingua was "
        f"given {lingua(results['lingua'], 1)['pages']} of the pages, in memory.",
    )
    names = {
        "kohex_1": "kohex, 1 thread",
        "kohex_2": "kohex, 2 threads",
        "kohex_file": "kohex, 2 threads, to a file (one round)",
        "rg_1": "rg -c '[0-9]', 1 thread",
        "rg": "rg -c '[0-9]', threads as they come",
    }
    for key, name in names.items():
        if key in results["end_to_end"]:
            best, median = (results["end_to_end"][key][which] for which in ("best", "median"))
            pages, size = results["pages"] / best, results["bytes"] / 1e6 / best
            table.rows.append([name, f"{best:.2f}", f"{pages:,.0f}", f"{size:.1f}", f"{median:.2f}"])
    for threads in (1, 2):
        of = lingua(results["lingua"], threads)
        name = f"lingua alone, {threads} thread{'s' * (threads > 1)}"
        table.rows.append([name, "", f"{of['pages_s']:,.0f}", f"{of['mb_s']:.2f}", ""])
    return table


def stages(results: dict) -> Table:
    table = Table(
        "Stages, one thread",
        ["", "MB/s", "µs a page"],
        note="`cargo bench --bench stages`: pages of the corpus in memory, the best of several passes. “Whole page” is "
        "all of them, SHA-256 and the record's own making included, without reading files and serialising. The last "
        "four rows are scan + normalise on made texts, all languages together and the slowest.",
    )
    for of in results["stages"]:
        page = "" if "text" in of["stage"] and of["stage"] != "normalise text" else f"{of['us_page']:.1f}"
        table.rows.append([of["stage"], f"{of['mb_s']:,.1f}", page])
    return table


def memory(results: dict) -> Table:
    table = Table("Peak memory, 2 threads", ["pages", "MB", "seconds"],
                  note="Resident, as the system counts it for the process. More pages than the corpus has are its own "
                  "again under other names (hard links).")
    for pages, of in results["memory"].items():
        table.rows.append([f"{int(pages):,}", f"{of['peak_bytes'] / 1e6:.0f}", f"{of['seconds']:.1f}"])
    return table


def start(results: dict) -> Table:
    by = sorted(results["start"].items(), key=lambda item: item[1])
    table = Table("From start to the first record of a single page", ["", "language", "ms"],
                  note=f"The median of five starts for one page of each of {len(by)} languages.")
    for name, (language, seconds) in (("best", by[0]), ("median", by[len(by) // 2]), ("worst", by[-1])):
        table.rows.append([name, language, f"{seconds * 1e3:.0f}"])
    return table


LONG = {"prose": "page of prose", "figures": "page of figures", "line": "page of one line"}


def long(results: dict) -> Table:
    of = results["long"]
    table = Table(
        "Long pages, 1 thread",
        ["", "MB", "seconds", "MB/s", "peak MB"],
        note=f"Text of the fixtures in “{of['language']}” with other figures, repeated every 2 MB; figures alone; text in "
        f"one line. Seconds include {of['start'] * 1e3:.0f} ms that a page of 1 KB takes; MB/s do not.",
    )
    for kind, name in LONG.items():
        for size, taken in of[kind].items():
            seconds, peak = taken["seconds"], f"{taken['peak_bytes'] / 1e6:.0f}"
            if seconds is None:
                table.rows.append([name, size, "not done in 600 s", "", peak])
            else:
                rate = int(size) / max(seconds - of["start"], 1e-6)
                table.rows.append([name, size, f"{seconds:.2f}", f"{rate:.1f}", peak])
    return table


def compared(results: dict) -> Table:
    sample = results["sample"]
    table = Table(
        "Beside other programs, one core, same pages",
        ["", "pages", "KB/s", "pages/s", "kohex is", "what it does"],
        note=f"{sample['pages']} pages of the corpus in {', '.join(sample['languages'])}, {sample['bytes'] / 1e3:.0f} KB, "
        "in memory, start and loading not counted, at most 60 s each. They do different things, some more and some less "
        "than kohex, as the last column says; none of them gives roles, facts or records.",
        words=True,
    )
    kohex = sample["kohex"][0]
    alone = lingua(sample["lingua"], 1)
    ours = kohex["mb_s"] * 1e3
    table.rows.append(["kohex", str(kohex["pages"]), f"{ours:,.0f}", f"{1e6 / kohex['us_page']:,.0f}", "",
                       "language, dates, periods, amounts, percentages, people; roles, facts, warnings"])
    rows = [("lingua alone", alone["pages"], alone["bytes"], alone["pages"] / alone["pages_s"],
             "the language only, of 34")]
    for of in results["peers"]:
        if "seconds" in of:
            failed = f"; failed on {of['failed']} pages" if of["failed"] else ""
            rows.append((f"{of['name']} ({of['version']})", of["pages"], of["bytes"], of["seconds"], of["note"] + failed))
    for name, pages, size, seconds, note in sorted(rows, key=lambda row: -row[2] / row[3]):
        rate = size / 1e3 / seconds
        table.rows.append([name, str(pages), figure(rate), figure(pages / seconds), f"{figure(ours / rate)} times", note])
    for of in results["peers"]:
        if "skipped" in of:
            table.rows.append([of["name"], "", "", "", "", f"could not be run here: {of['skipped']}"])
    return table


def figure(number: float) -> str:
    """Three digits that mean something."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def short(results: dict) -> str:
    """The table of README.md: one core each, what they do in words."""
    lines = ["| one core | pages/s | MB/s | |", "|---|---:|---:|---|"]
    measured = results["end_to_end"]

    def row(name: str, pages: float, size: float, what: str) -> None:
        lines.append(f"| {name} | {figure(pages)} | {figure(size)} | {what} |")

    if "rg_1" in measured:
        rate = results["pages"] / measured["rg_1"]["best"]
        row("`rg -c '[0-9]'`", rate, speed(results, "rg_1"), "counts lines with a digit")
    row("**kohex**", results["pages"] / measured["kohex_1"]["best"], speed(results, "kohex_1"), "records")
    alone = lingua(results["lingua"], 1)
    row("lingua alone", alone["pages_s"], alone["mb_s"], "the language only")
    for name, what in (("Duckling", "dates, amounts, numbers; language given"),
                       ("dateparser, language given", "dates only")):
        for of in results["peers"]:
            if of["name"] == name and "seconds" in of:
                row(name, of["pages"] / of["seconds"], of["bytes"] / 1e6 / of["seconds"], what)
    slowest = max(results["start"].values()) * 1e3
    peak = max(of["peak_bytes"] for of in results["memory"].values()) / 1e6
    most = max(map(int, results["memory"]))
    both = ratio(results, "kohex_1", "kohex_2") or 0.0
    of = results["machine"]
    lines += ["", f"Two threads are {both:.2f} times as fast; {most:,} pages take {peak:.0f} MB of memory at most; a single "
              f"page's record is there {slowest:.0f} ms after the start, in the slowest language. {of['cpu']}, "
              f"{of['cores']} cores, {results['date']}."]
    return "\n".join(lines)


def terminal(results: dict) -> str:
    """The tables as plain text."""
    plain = "\n\n".join(table.terminal() for table in tables(results)).replace("**no**", "NO")
    return f"\n{head(results)}\n\n{plain}\n"


def head(results: dict) -> str:
    of = results["machine"]
    quick = " (a quick run)" if results["quick"] else ""
    return (f"{results['date']}, {results['version']} at {results['commit']}{quick}; {of['cpu']}, {of['cores']} cores, "
            f"{of['memory']}, {of['system']}; {of['rustc']}; {results['ripgrep'] or 'no ripgrep'}")


def write(results: dict, root: Path) -> None:
    """Puts the results where readers look for them."""
    (root / "bench" / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    full = f"{head(results)}.\n\n![Pages a second on one core](plot.svg)\n\n"
    full += "\n".join(table.markdown() for table in tables(results))
    between(root / "bench" / "README.md", "results", full)
    between(root / "README.md", "bench", short(results) + "\n")


def between(path: Path, name: str, text: str) -> None:
    """Replaces what stands between the marks of that name; what is written by hand around them stays."""
    old = path.read_text(encoding="utf-8")
    new, count = re.subn(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
                         lambda found: f"{found[1]}\n{text}\n{found[2]}", old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{path}: expected <!-- {name} --> and <!-- /{name} --> once, found them {count} times")
    path.write_text(new, encoding="utf-8")


def speed(results: dict, name: str) -> float:
    """MB/s over the corpus."""
    return results["bytes"] / 1e6 / results["end_to_end"][name]["best"]


def ratio(results: dict, ours: str, theirs: str) -> float | None:
    of = results["end_to_end"]
    return of[ours]["best"] / of[theirs]["best"] if theirs in of else None


def lingua(rows: list[dict], threads: int) -> dict:
    return next(row for row in rows if row["threads"] == threads)


def stage(results: dict, name: str) -> float | None:
    return next((row["mb_s"] for row in results["stages"] if row["stage"] == name), None)


def proportion(of: dict, kind: str) -> float | None:
    """Time a MB of the longest page, start taken off, over that of the shortest; endless where one was not done."""
    rates = []
    for size, taken in of[kind].items():
        if taken["seconds"] is None:
            return float("inf")
        rates.append(max(taken["seconds"] - of["start"], 1e-6) / int(size))
    return rates[-1] / rates[0] if len(rates) > 1 else None
