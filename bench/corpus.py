"""Pages for measuring: texts of `fixtures/` cut and joined to 0.5 to 5 KB, with other figures in them.

The same number of pages gives the same bytes on every machine.
"""

import random
import re
from pathlib import Path

SMALLEST, LARGEST = 500, 5000
PAGES_A_FOLDER = 1000
DIGITS = re.compile(rb"[0-9]+")


def texts(fixtures: Path) -> dict[str, list[list[bytes]]]:
    """The pages of every language, each as its paragraphs."""
    pages: dict[str, list[list[bytes]]] = {}
    for path in sorted(fixtures.glob("*/*.txt")):
        lines = path.read_bytes().splitlines(keepends=True)
        pages.setdefault(path.parent.name, []).append(lines)
    return pages


def varied(text: bytes, chance: random.Random) -> bytes:
    """The text with other figures: days, months and years stay what they are, numbers keep their length."""

    def other(match: re.Match[bytes]) -> bytes:
        figures = match.group()
        number, length = int(figures), len(figures)
        if length <= 2 and 1 <= number <= 12:
            return b"%0*d" % (length if figures.startswith(b"0") else 1, chance.randint(1, 9 if length == 1 else 12))
        if length == 2 and number <= 31:
            return b"%d" % chance.randint(13, 28)
        if length == 4 and 1950 <= number <= 2050:
            return b"%d" % chance.randint(2007, 2029)
        first = b"0" if figures.startswith(b"0") else b"%d" % chance.randint(1, 9)
        return first + b"".join(b"%d" % chance.randint(0, 9) for _ in range(length - 1))

    return DIGITS.sub(other, text)


def page(pages: list[list[bytes]], chance: random.Random) -> bytes:
    """One page: the beginning of one text, and paragraphs of others where it is too short."""
    size = int(SMALLEST * (LARGEST / SMALLEST) ** chance.random())
    out = b""
    while len(out) < size:
        lines = chance.choice(pages)
        begin = chance.randrange(len(lines)) if out else 0
        for line in lines[begin:]:
            if out and len(out) + len(line) > size:
                return varied(out if len(out) >= SMALLEST else out + line[: size - len(out)], chance)
            out += line if line.endswith(b"\n") else line + b"\n"
    return varied(out, chance)


def write(fixtures: Path, folder: Path, count: int) -> int:
    """Writes `count` pages below `folder`, languages in turn, and returns their bytes."""
    pages = texts(fixtures)
    languages = sorted(pages)
    written = 0
    for number in range(count):
        if number % PAGES_A_FOLDER == 0:
            below = folder / f"{number // PAGES_A_FOLDER:04}"
            below.mkdir(parents=True, exist_ok=True)
        language = languages[number % len(languages)]
        text = page(pages[language], random.Random(number))
        # A cut in the middle of a letter is no fault of the program that reads the page.
        text = text.decode("utf-8", errors="ignore").encode("utf-8")
        (below / f"{language}-{number:06}.txt").write_bytes(text)
        written += len(text)
    return written
