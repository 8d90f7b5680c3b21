"""Tell what of a release is offered to everybody: its editions for candidates, with their files and pictures of their covers.

Kits, and copies for a team or a person, are neither offered nor named, and what a plan of interviews hands to its candidates is not
offered.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from PIL import Image

from pipeline import brand, theme
from pipeline.formats import COVER, EPUB, FORMATS
from pipeline.model import Book, Edition, Outline
from pipeline.publication import identifier
from pipeline.release.manifest import Published
from pipeline.theme import Look
from pipeline.work import cache

PAGE, ATOM, JSON, NEWS, SUMS = "index.html", "opds.xml", "opds.json", "changes.atom", "guides.sha256"
ENTRY, THUMBNAIL = "-opds.json", "-thumbnail.png"
MEDIA_TYPES = {
    PAGE: "text/html; charset=utf-8",
    ATOM: "application/atom+xml;profile=opds-catalog;kind=acquisition",
    JSON: "application/opds+json",
    NEWS: "application/atom+xml",
    SUMS: "text/plain; charset=utf-8",
}
ENTRY_TYPE = "application/opds-publication+json"
SMALL = 300, 480
"""Pixels that a small picture of a cover fits into: twice what the page shows."""
PLAIN = 300, 424
"""Pixels of what stands for a cover that no build has made: the accent, and nothing on it."""
SMALL_COLORS = 64
MOST_ANSWERS = ("inline", "end-of-section", "end-of-book", "none")


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG picture, where it stands in the release, and its size in pixels."""

    path: str
    data: bytes

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, as its header says them (PNG, 11.2.2)."""
        return int.from_bytes(self.data[16:20]), int.from_bytes(self.data[20:24])


@dataclass(frozen=True, slots=True)
class Title:
    """An edition that is offered: its files, EPUB first, then by paper, then what else there is, and its pictures."""

    edition: Edition
    identifier: str
    stem: str
    """Path of its files, without paper and suffix."""
    files: tuple[Published, ...]
    cover: Picture | None
    thumbnail: Picture

    @property
    def questions(self) -> int:
        """Number of questions asked in it."""
        return max(file.questions for file in self.files)


@dataclass(frozen=True)
class Catalog:
    """All that a release offers, the fullest edition first."""

    outline: Outline
    look: Look
    titles: tuple[Title, ...]
    modified: dt.datetime

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The words of the book's language."""
        return self.look.labels(self.outline.lang)

    @property
    def identifier(self) -> str:
        """Identifier of the catalog, for ever."""
        return identifier(self.outline.id)


def catalog(book: Book, rows: Sequence[Published], covers: Mapping[str, bytes], modified: dt.datetime) -> Catalog:
    """Return what of a release is offered; ``covers`` are the pictures of covers by their paths, ``modified`` is the book's time."""
    look = theme.look(book.layers)
    offered = {edition.id for edition in book.editions.values() if not edition.plan}
    public = [row for row in rows if row.is_public and row.edition in offered]
    titles = (
        _title(book.outline, book.editions[name], [row for row in public if row.edition == name], covers, look)
        for name in dict.fromkeys(row.edition for row in public if row.format != COVER.name)
    )
    return Catalog(book.outline, look, tuple(sorted(titles, key=_fullest_first)), modified)


def _fullest_first(title: Title) -> tuple[bool, int, int, str]:
    return title.questions == 0, -len(title.files), MOST_ANSWERS.index(title.edition.answers), title.edition.id


def _title(outline: Outline, edition: Edition, rows: Sequence[Published], covers: Mapping[str, bytes], look: Look) -> Title:
    papers = {paper: n for n, paper in enumerate(edition.papers)}
    files = (row for row in rows if row.format != COVER.name)
    found = [Picture(row.path, covers[row.path]) for row in rows if row.format == COVER.name and covers.get(row.path)]
    cover, stem = (found[0] if found else None), f"{edition.id}/{outline.slug}-{edition.id}-{outline.version}"
    little = cache.remembered(lambda: small(cover, look), "thumbnail", sha256(cover.data).hexdigest() if cover else look.accent)
    return Title(
        edition=edition,
        identifier=identifier(outline.id, f"/{edition.id}"),
        stem=stem,
        files=tuple(sorted(files, key=lambda row: (row.format != EPUB.name, papers.get(row.paper, len(papers)), row.path))),
        cover=cover,
        thumbnail=Picture(f"{stem}{THUMBNAIL}", little),
    )


def small(cover: Picture | None, look: Look) -> bytes:
    """Return a small picture of a cover as PNG; the same bytes for the same cover."""
    if cover is None:
        image = Image.new("RGB", PLAIN, brand.passing(look.palette().accent))
    else:
        with Image.open(io.BytesIO(cover.data)) as whole:
            image = whole.convert("RGB")
        image.thumbnail(SMALL, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.quantize(SMALL_COLORS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def media_type(path: str) -> str:
    """Return the media type of a file of a release, by its name."""
    if path in MEDIA_TYPES:
        return MEDIA_TYPES[path]
    if path.endswith(ENTRY):
        return ENTRY_TYPE
    suffixes = {f".{form.suffix.rpartition('.')[2]}": form.media_type for form in FORMATS.values()} | {".json": "application/json"}
    return next((kind for suffix, kind in suffixes.items() if path.endswith(suffix)), "text/plain; charset=utf-8")
