"""Teams with private banks for the small book, and all that can be read in a pack, however it is stored."""

from __future__ import annotations

import io
import random
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import pikepdf
import pypdfium2

QUESTION = """ask: The {word} bell rings twice at the change of the watch. What do you do first?
type: scenario
level: advanced
minutes: 6
topics: [conduct]
competency: watchkeeping
summary: |
  I answer the {word} bell, and then write down the minute.
answer: |
  ## What to listen for

  Whoever hears the {word} bell answers it before anything else is done on the bridge.
key_points:
  - Answer the {word} bell.
rubric:
  1: Lets the {word} bell ring.
  3: Answers the {word} bell.
  5: Answers the {word} bell, and logs it.
reviewed: 2026-11-22
"""
ROLE = """title: Keeper of the {word} bell
level: With a first license
tasks:
  - Answers the {word} bell.
competencies:
  - {{id: watchkeeping, why: The {word} bell must be heard.}}
basis:
  confirmed_by: [Two keepers]
  on: 2026-10-01
  how: Both listened for a week.
retention: Two years, then the stove.
contact: the harbor office
"""
PLAN = """role: {word}
minutes: 30
agenda: {{opening: 4, candidate: 5, closing: 3}}
forms:
  - id: A
    questions:
      - {{id: own-{word}, minutes: 8, interviewer: 1}}
"""
ROUND = """title: Round of the panel
audience: kit
description: For the panel.
sections: [kit-title, contents, kit-plan, kit-role, kit_front, spreads, kit_back, kit-rotation]
parts: [summary, key_points, rubric]
answers: inline
papers: [a4]
formats: [pdf, epub]
plan: watch
"""


LIKE = re.compile(r"(?=(zyx[a-z]{8}|crew\d{4}))")
"""Where a secret may begin, and what it is: to look for each of a thousand in each of a thousand packs would take hours."""


def word(number: int) -> str:
    """Return a word that nobody else than this team has."""
    letters = "".join("bcdfghjklmnprstvz"[number // 17**n % 17] + "aeiou"[(number + n) % 5] for n in range(4))
    return f"zyx{letters}"


def add_team(book: Path, banks: Path, number: int, *lines: str) -> str:
    """Give the book a team with a private bank that has a question, a role, a plan, a chapter, and what was asked; return its id."""
    team, own = f"crew-{number:04d}", word(number)
    dark = random.Random(number)
    accent = "#" + "".join(f"{dark.randrange(96):02x}" for _ in range(3))
    fields = [f"name: House {own.title()}hall", f'accent: "{accent}"', "papers: [a4]", f"with: {team}", *lines]
    (book / f"teams/{team}.yaml").write_text("\n".join(fields) + "\n")
    texts = {
        f"questions/weather-and-watch/own-{own}.yaml": QUESTION,
        f"roles/{own}.yaml": ROLE,
        f"plans/{own}.yaml": PLAN,
        f"chapters/rules-{own}.yaml": "title: Rules of the {word} bell\nbody: |\n  Nobody rings the {word} bell alone.\n",
        "exposure.yaml": "asked:\n  - {{question: own-{word}, plan: {word}, form: A, on: 2026-10-05, times: 7}}\n",
    }
    for name, text in texts.items():
        path = banks / team / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(word=own))
    return team


def secrets_of(number: int) -> tuple[str, ...]:
    """Return what no other team's pack may hold: the word that is in all texts, ids, and names of a team's bank, and the team's own id."""
    return word(number), f"crew{number:04d}"


def letters(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def said(data: bytes, name: str = "") -> str:
    """Return the letters of all that a file says, its name too, in whatever it is stored: zips in zips, streams of a PDF."""
    return "\0".join(map(letters, (name, *_said(data))))


def _said(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "replace")
    yield data.decode("utf-16-be", "replace")
    if zipfile.is_zipfile(io.BytesIO(data)) and data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment.decode("utf-8", "replace")
            for info in archive.infolist():
                yield f"{info.filename}\n{info.comment.decode('utf-8', 'replace')}"
                yield from _said(archive.read(info))
    elif data.startswith(b"%PDF"):
        yield from _said_in_pdf(data)


def _said_in_pdf(data: bytes) -> Iterator[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for each in pdf.objects:
            yield from _strings(each)
            if isinstance(each, pikepdf.Stream) and "/Image" not in str(each.get("/Subtype", "")):
                content = each.read_bytes()
                yield content.decode("latin-1")
                yield content.decode("utf-16-be", "replace")
    with closing(pypdfium2.PdfDocument(data)) as document:
        for page in document:
            yield page.get_textpage().get_text_range().replace("\ufffe", "").replace("\r\n", " ")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, pikepdf.String | pikepdf.Name):
        yield str(value)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for name, each in value.items():
            yield name
            yield from _strings(each) if not getattr(each, "is_indirect", False) else ()
    elif isinstance(value, pikepdf.Array):
        for each in value:
            yield from _strings(each) if not getattr(each, "is_indirect", False) else ()


def leaks(packs: Path, numbers: range, among: Collection[int] | None = None) -> list[str]:
    """Return which packs of teams hold what belongs to another team, as ``crew-0001.zip: zyxbabe``."""
    found, secrets = [], {each for number in numbers for each in secrets_of(number)}
    assert all((like := LIKE.match(each)) and like[1] == each for each in secrets)
    for number in numbers if among is None else among:
        for path in sorted((packs / f"crew-{number:04d}").iterdir()):
            held = {each[1] for each in LIKE.finditer(said(path.read_bytes(), path.name))} & secrets
            found += [f"{path.name}: {each}" for each in sorted(held.difference(secrets_of(number)))]
    return found
