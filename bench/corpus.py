"""Pages for measuring: texts of `fixtures/` cut and joined to 0.5 to 5 KB, with other figures in them.

The same number of pages gives the same bytes on every machine and every Python from 3.9 on: of `random` only
`random()` is used, the one method whose sequence Python promises to keep.
"""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

# Bytes of a page.
SMALLEST, LARGEST = 500, 5000
PAGES_A_FOLDER = 1000
DIGITS = re.compile(rb"[0-9]+")
# Larger texts repeat a block of this size: more text of the same kind takes longer to make and tells nothing new.
BLOCK = 2 << 20

Texts = dict[str, list[list[bytes]]]


class Chance:
    """Choices that are the same every time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def among(self, first: int, last: int) -> int:
        """A whole number from first to last, both included."""
        return first + int(self.random() * (last - first + 1))

    def one(self, things):
        """One of several things."""
        return things[int(self.random() * len(things))]


def texts(fixtures: Path) -> Texts:
    """The pages of every language, each as its lines."""
    pages: Texts = {}
    for path in sorted(fixtures.glob("*/*.txt")):
        lines = [line.rstrip(b"\r\n") + b"\n" for line in path.read_bytes().splitlines()]
        pages.setdefault(path.parent.name, []).append(lines)
    return pages


def varied(text: bytes, chance: Chance) -> bytes:
    """The text with other figures: days, months and years stay what they are, numbers keep their length."""

    def other(match: re.Match[bytes]) -> bytes:
        figures = match.group()
        number, length = int(figures), len(figures)
        if length <= 2 and 1 <= number <= 12:
            return b"%0*d" % (length if figures.startswith(b"0") else 1, chance.among(1, 9 if length == 1 else 12))
        if length == 2 and number <= 31:
            return b"%d" % chance.among(13, 28)
        if length == 4 and 1950 <= number <= 2050:
            return b"%d" % chance.among(2007, 2029)
        first = b"0" if figures.startswith(b"0") else b"%d" % chance.among(1, 9)
        return first + b"".join(b"%d" % chance.among(0, 9) for _ in range(length - 1))

    return DIGITS.sub(other, text)


def page(pages: list[list[bytes]], chance: Chance) -> bytes:
    """One page: the beginning of one text, and lines of others where it is too short."""
    size = int(SMALLEST * (LARGEST / SMALLEST) ** chance.random())
    out = b""
    while len(out) < size:
        lines = chance.one(pages)
        begin = chance.among(0, len(lines) - 1) if out else 0
        for line in lines[begin:]:
            if out and len(out) + len(line) > size:
                cut = out if len(out) >= SMALLEST else out + line[: size - len(out)]
                return whole(varied(cut, chance))
            out += line
    return whole(varied(out, chance))


def whole(text: bytes) -> bytes:
    """A cut in the middle of a letter is no fault of the program that reads the page."""
    return text.decode("utf-8", errors="ignore").encode("utf-8")


def write(fixtures: Path, folder: Path, count: int) -> int:
    """Writes `count` pages below `folder`, languages in turn, and returns their bytes.

    The number comes first in a name, so that every page is in another language than the one before it.
    """
    pages = texts(fixtures)
    languages = sorted(pages)
    written = 0
    for number in range(count):
        below = folder / f"{number // PAGES_A_FOLDER:04}"
        if number % PAGES_A_FOLDER == 0:
            below.mkdir(parents=True, exist_ok=True)
        language = languages[number % len(languages)]
        text = page(pages[language], Chance(number))
        (below / f"{number:06}-{language}.txt").write_bytes(text)
        written += len(text)
    return written


def prose(pages: list[list[bytes]], size: int) -> bytes:
    """Text of one language: lines of its pages with other figures, as many as fill `size`."""
    chance = Chance(size)
    block: list[bytes] = []
    length = 0
    while length < min(size, BLOCK):
        for line in chance.one(pages):
            block.append(line)
            length += len(line)
    return repeated(varied(b"".join(block), chance), size)


def figures(size: int) -> bytes:
    """Text that is all numbers: dates, years, amounts, percentages, plain numbers, a line of twelve or so."""
    chance = Chance(size)
    currencies = "€ EUR PLN Kč kr HUF".split()
    makers = [
        lambda: f"{chance.among(1, 28):02}.{chance.among(1, 12):02}.{chance.among(2007, 2029)}",
        lambda: f"{chance.among(1, 28)}/{chance.among(1, 12)}/{chance.among(2007, 2029)}",
        lambda: f"{chance.among(2007, 2029)}-{chance.among(1, 12):02}-{chance.among(1, 28):02}",
        lambda: f"{chance.among(2007, 2029)}",
        lambda: f"{chance.among(1, 999)}.{chance.among(0, 999):03},{chance.among(0, 99):02} {chance.one(currencies)}",
        lambda: f"{chance.among(1, 99)} {chance.among(0, 999):03} {chance.among(0, 999):03} {chance.one(currencies)}",
        lambda: f"€ {chance.among(1, 99)},{chance.among(0, 999):03}.{chance.among(0, 99):02}",
        lambda: f"{chance.among(0, 100)},{chance.among(0, 99):02} %",
        lambda: f"{chance.among(0, 100)}%",
        lambda: f"{chance.among(0, 99999)}",
    ]
    out: list[str] = []
    length = 0
    while length < min(size, BLOCK):
        figure = chance.one(makers)()
        out += [figure, chance.one([" ", " ", ", ", "; ", "\n"])]
        length += len(figure) + 2
    return repeated("".join(out).encode("utf-8"), size)


def repeated(block: bytes, size: int) -> bytes:
    """The block again and again, cut to `size`."""
    return whole((block * (size // len(block) + 1))[:size])


def stamp(fixtures: Path, count: int) -> str:
    """Tells one corpus from another: this file, the fixtures and the number of pages."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(fixtures.glob("*/*.txt")):
        digest.update(path.relative_to(fixtures).as_posix().encode())
        digest.update(path.read_bytes())
    digest.update(str(count).encode())
    return digest.hexdigest()
