"""Write what a pack holds beside its guides: the page that shows them, a README, the manifest, and checksums."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import render, theme
from pipeline.brand import Brand
from pipeline.flow.finishing import Finished, drawn
from pipeline.formats import EPUB, FORMATS, PDF
from pipeline.model import Book
from pipeline.packs.archive import PAGE, README, SCHEMA, sums
from pipeline.release.manifest import CHECKSUMS, MANIFEST, Published, listed
from pipeline.release.release_page import Labels, Shown, policy, shown
from pipeline.release.titles import Catalog, Picture, Title, small
from pipeline.theme import language

HEIGHT = 424
"""Pixels of a small picture of a cover: twice what the page shows."""
COMMAND = f"sha256sum --check {CHECKSUMS}"


@dataclass(frozen=True, slots=True)
class Group:
    """Editions for the same readers, and what these are told."""

    id: str
    title: str
    advice: str
    editions: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A pack before it is packed: whose it is, what it is called, what it was made of, and its guides."""

    book: Book
    brand: Brand
    stem: str
    inputs: str
    modified: dt.datetime
    guides: Sequence[Finished]


def members(contents: Contents) -> dict[str, bytes]:
    """Return all members of a pack by their paths."""
    look = theme.look(contents.book.layers)
    rows = [listed(each.artefact) for each in contents.guides]
    editions = {each.artefact.edition: each for each in contents.guides}
    titles = {name: _title(contents, each, rows) for name, each in editions.items()}
    say = Labels(Catalog(contents.book.outline, look, tuple(titles.values()), contents.modified))
    groups = tuple(_groups(tuple(titles.values()), say))
    found = {each.artefact.path: each.artefact.data for each in contents.guides}
    found[PAGE] = _page(contents, look, groups, say).encode()
    found[README] = _readme(contents, groups, say).encode()
    found[MANIFEST] = _manifest(contents, rows)
    return {**found, CHECKSUMS: sums(found)}


def _title(contents: Contents, first: Finished, rows: Sequence[Published]) -> Title:
    """Return an edition with its files, EPUB first, and a picture of its first page where one is printed."""
    edition = first.publication.edition
    files = sorted((row for row in rows if row.edition == edition.id), key=lambda row: (row.format != EPUB.name, row.path))
    printed = next((e.artefact.data for e in contents.guides if e.artefact.edition == edition.id and e.artefact.format == PDF.name), None)
    picture = drawn(printed, HEIGHT) if printed else small(None, first.publication.look)
    return Title(edition, first.publication.identifier, edition.id, tuple(files), None, Picture("", picture))


def _groups(titles: Sequence[Title], say: Labels) -> Iterator[Group]:
    kits = tuple(shown(title, say) for title in titles if title.edition.audience == "kit")
    others = tuple(shown(title, say) for title in titles if title.edition.audience != "kit")
    if others:
        yield Group("candidates", say("pack_candidates"), "", others)
    if kits:
        yield Group("kits", say("pack_kits"), say("pack_kits_advice"), kits)


def _page(contents: Contents, look: theme.Look, groups: Sequence[Group], say: Labels) -> str:
    outline, brand = contents.book.outline, contents.brand
    style = look.pack_page(brand.accent)
    kind = {"svg": "image/svg+xml", "png": "image/png"}.get(brand.logo_type, "")
    return render.pack_page(
        look, outline=outline, mirrored=language(outline.lang).is_mirrored, say=say, style=style, policy=policy(style), brand=brand,
        logo=f"data:{kind};base64,{b64encode(brand.logo).decode()}" if kind else "", groups=groups, command=COMMAND,
    )  # fmt: skip


def _readme(contents: Contents, groups: Sequence[Group], say: Labels) -> str:
    """Return the README as plain text, in the language of the book."""
    outline, brand = contents.book.outline, contents.brand
    stamp = [say("prepared_for", recipient=brand.recipient)] if brand.recipient else []
    lines = [outline.title, say("pack_for", team=brand.name), *stamp, say("version_line", version=outline.version, date=outline.date)]
    lines += ["", say("pack_open", page=PAGE), ""]
    for group in groups:
        lines += [group.title, *([group.advice] if group.advice else [])]
        lines += [f"  {edition.title}, {file.name}: {file.path}" for edition in group.editions for file in edition.downloads]
        lines.append("")
    lines += [say("pack_check_advice"), f"  {COMMAND}", ""]
    return "\n".join((*lines, *(line for line in (brand.contact, outline.publisher, outline.rights) if line), ""))


def _manifest(contents: Contents, rows: Sequence[Published]) -> bytes:
    outline, brand = contents.book.outline, contents.brand
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "book": {"id": outline.id, "title": outline.title, "version": outline.version, "date": outline.date.isoformat()},
        "team": brand.team,
        "pack": contents.stem,
        **({"recipient": brand.recipient} if brand.recipient else {}),
        "inputs": contents.inputs,
        "files": [_row(row) for row in sorted(rows, key=lambda row: row.path)],
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _row(row: Published) -> dict[str, Any]:
    names = ("path", "edition", "format", "paper", "audience", "title", "bytes", "sha256", "pages", "questions")
    return {name: getattr(row, name) for name in names} | {"media_type": FORMATS[row.format].media_type}
