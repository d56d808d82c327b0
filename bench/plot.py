"""The plot: how much text each program reads in a second on one core, as bars on a logarithmic scale."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

# Pixels.
WIDTH = 850
NAMES, READS_AT = 376, 196
FIGURES = 84
ROW, BAR = 30, 16
TOP, BOTTOM = 66, 38

# Readable on white and on GitHub's dark grey; bars are named, so colour only sets kohex apart. Figures have a rim in
# the colour of the page, so that lines of the grid do not run through them.
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .axis { font-size: 11px; fill: #59636e; }
  .ours { font-weight: 600; }
  .figure { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .bar { fill: #8c959f; }
  .bar.ours { fill: #0969da; }
  .bar.ceiling { fill: #c8ced5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet, .axis { fill: #9198a1; }
    .figure { stroke: #0d1117; }
    .grid { stroke: #3d444d; }
    .bar { fill: #6e7681; }
    .bar.ours { fill: #4493f8; }
    .bar.ceiling { fill: #484f58; }
  }
"""


# What a program reads, in a word or two.
READS = {
    "kohex": "records",
    "rg -c '[0-9]'": "lines with a digit",
    "lingua alone": "language",
    "dateparser, language given": "dates",
    "dateparser": "dates",
    "Duckling": "dates, amounts, numbers",
    "Microsoft Recognizers": "dates, amounts, numbers",
    "HeidelTime": "dates",
    "quantulum3": "amounts, numbers",
    "datefinder": "dates",
}


def bars(results: dict) -> list[tuple[str, float, str]]:
    """Name, bytes a second on one core, and class of every bar, fastest first."""
    size, measured = results["bytes"], results["end_to_end"]
    made = [("kohex", size / measured["kohex_1"]["best"], "ours")]
    if "rg_1" in measured:
        made.append(("rg -c '[0-9]'", size / measured["rg_1"]["best"], "ceiling"))
    made += [("lingua alone", of["mb_s"] * 1e6, "") for of in results["lingua"] if of["threads"] == 1]
    made += [(of["name"], of["bytes"] / of["seconds"], "") for of in results["peers"] if "seconds" in of]
    return sorted(made, key=lambda bar: -bar[1])


def unit(rate: float) -> str:
    """Bytes a second for people, three digits."""
    for size, name in ((1e9, "GB/s"), (1e6, "MB/s"), (1e3, "KB/s"), (1.0, "B/s")):
        if rate >= size or size == 1.0:
            figure = rate / size
            return f"{figure:.0f} {name}" if figure >= 100 else f"{figure:.3g} {name}"
    return ""


def svg(results: dict) -> str:
    rows = bars(results)
    # The slowest bar is to be seen, too.
    low = math.floor(math.log10(min(rate for _, rate, _ in rows) / 1.5))
    high = math.ceil(math.log10(max(rate for _, rate, _ in rows)))
    span = WIDTH - NAMES - FIGURES
    bottom = TOP + ROW * len(rows)

    def across(rate: float) -> float:
        return NAMES + span * (math.log10(rate) - low) / (high - low)

    title = "Text read in a second on one core"
    of = results["machine"]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + BOTTOM}" '
        f'viewBox="0 0 {WIDTH} {bottom + BOTTOM}" role="img" aria-labelledby="title">',
        f'<title id="title">{title}: ' + "; ".join(f"{escape(n)} {unit(r)}" for n, r, _ in rows) + "</title>",
        f"<style>{STYLE}</style>",
        f'<text x="0" y="18" class="title">{title}</text>',
        f'<text x="0" y="38" class="quiet">Logarithmic: every line is ten times the one before it. '
        f"{escape(of['cpu'])}, {results['date']}.</text>",
    ]
    for power in range(low, high + 1):
        x = across(10.0**power)
        out.append(f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{bottom}" class="grid"/>')
        out.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" class="axis">{unit(10.0**power)}</text>')
    for number, (name, rate, kind) in enumerate(rows):
        y = TOP + ROW * number
        base = y + ROW / 2 + 4
        end = across(rate)
        weight = ' class="ours"' if kind == "ours" else ""
        out.append(f'<text x="0" y="{base}"{weight}>{escape(name)}</text>')
        out.append(f'<text x="{READS_AT}" y="{base}" class="quiet">{READS.get(name, "")}</text>')
        out.append(f'<rect x="{NAMES}" y="{y + (ROW - BAR) / 2}" width="{end - NAMES:.1f}" height="{BAR}" rx="2" '
                   f'class="bar {kind}"/>')
        out.append(f'<text x="{end + 8:.1f}" y="{base}" class="figure {kind}">{unit(rate)}</text>')
    return "\n".join([*out, "</svg>", ""])


def write(results: dict, path: Path) -> None:
    path.write_text(svg(results), encoding="utf-8")
