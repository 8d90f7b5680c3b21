"""Write and parse the manifest of a release, and its checksums."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.formats import FORMATS
from pipeline.theme import Foot, Traits

SCHEMA = 1
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
SAFE_PATH = re.compile(r"[^./\\][^/\\]*/[^./\\][^/\\]*")
SAFE_NAME = re.compile(r"[^./\\][^/\\]*")


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file made, still in memory; ``inputs`` is the digest of what it was made from. A copy has a team, a recipient, or both."""

    name: str
    edition: str
    format: str
    paper: str
    audience: str
    title: str
    data: bytes
    pages: int
    questions: int
    inputs: str
    team: str = ""
    recipient: str = ""
    traits: Traits | None = None
    """What can be found in it of its look, if it is a PDF."""
    pagination: str = ""
    """Digest of where its places are: files of one edition that agree in it have the same page numbers."""

    @property
    def path(self) -> str:
        """Where the file stands in the release: its edition's folder, then its name."""
        return f"{self.edition}/{self.name}"


@dataclass(frozen=True, slots=True)
class Published:
    """A file of a release, as its manifest lists it; ``stale`` is None unless it was carried over, ``team`` unless it is a copy."""

    path: str
    edition: str
    format: str
    paper: str
    audience: str
    title: str
    bytes: int
    sha256: str
    pages: int
    questions: int
    inputs: str
    team: str | None = None
    recipient: str | None = None
    stale: bool | None = None
    traits: Traits | None = None
    """What can be found of its look in a PDF; None where the release does not say."""
    pagination: str | None = None
    """Files of one edition that agree in it have the same page numbers."""

    @property
    def is_public(self) -> bool:
        """Whether it is for everybody: for candidates, and no copy for a team or a person."""
        return self.audience == "candidate" and not (self.team or self.recipient)


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that offers the guides to readers, as the manifest lists it: the release page, a catalog, a small picture."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What the manifest says of the book."""

    id: str
    title: str
    version: str
    date: str


@dataclass(frozen=True, slots=True)
class Colophon:
    """What the manifest says of a release as a whole: its book, the digest of all that it was made from, and the versions of libraries."""

    book: BookFacts
    inputs: str
    versions: Mapping[str, str]
    traces: Mapping[str, Any] | None = None
    """What is kept of the texts that are for everybody (`pipeline/model/traces.py`)."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk; ``digest`` is that of its manifest, ``inputs`` that of all it was made from."""

    folder: Path
    digest: str
    book: BookFacts
    inputs: str
    artefacts: tuple[Published, ...]
    versions: Mapping[str, str]
    offer: tuple[Offered, ...] = ()
    """Files beside the guides, by which readers find them."""
    traces: Any = None
    """What the manifest says of texts, not looked into."""
    warnings: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[Published | Offered, ...]:
        """All its files but the two records."""
        return (*self.artefacts, *self.offer)


@dataclass(frozen=True, slots=True)
class Carried:
    """A file taken over from an older release; stale when it would come out differently today."""

    release: Release
    artefact: Published
    stale: bool

    @property
    def source(self) -> Path:
        """Where the file is now."""
        return self.release.folder / self.artefact.path


FIELDS: dict[str, type] = {
    "path": str, "edition": str, "format": str, "paper": str, "audience": str, "title": str,
    "bytes": int, "sha256": str, "pages": int, "questions": int, "inputs": str,
}  # fmt: skip
OPTIONAL = ("team", "recipient", "pagination")
"""Texts that a file may lack."""


def listed(artefact: Artefact) -> Published:
    """Return a new file as the manifest lists it."""
    return Published(
        path=artefact.path,
        edition=artefact.edition,
        format=artefact.format,
        paper=artefact.paper,
        audience=artefact.audience,
        title=artefact.title,
        bytes=len(artefact.data),
        sha256=sha256(artefact.data).hexdigest(),
        pages=artefact.pages,
        questions=artefact.questions,
        inputs=artefact.inputs,
        team=artefact.team or None,
        recipient=artefact.recipient or None,
        traits=artefact.traits,
        pagination=artefact.pagination or None,
    )


def listing(artefacts: Sequence[Artefact], carried: Sequence[Carried]) -> tuple[Published, ...]:
    """Return what is made, and what is carried over, as the manifest of the next release lists it: by path."""
    rows = (*map(listed, artefacts), *(replace(old.artefact, stale=old.stale) for old in carried))
    return tuple(sorted(rows, key=lambda row: row.path))


def offered(offer: Mapping[str, bytes]) -> tuple[Offered, ...]:
    """Return the files beside the guides as the manifest lists them: by path."""
    return tuple(Offered(path, len(data), sha256(data).hexdigest()) for path, data in sorted(offer.items()))


def manifest_bytes(colophon: Colophon, artefacts: Sequence[Published], offer: Sequence[Offered] = ()) -> bytes:
    """Return the manifest: the same bytes for the same release, whenever and wherever it is made."""
    manifest = {
        "schema": SCHEMA,
        "book": asdict(colophon.book),
        "inputs": colophon.inputs,
        "artefacts": [_row(artefact) for artefact in artefacts],
        **({"offer": [asdict(file) for file in offer]} if offer else {}),
        "looks": {_name(artefact.traits): asdict(artefact.traits) for artefact in artefacts if artefact.traits is not None},
        "versions": dict(sorted(colophon.versions.items())),
    }
    written = json.dumps(manifest, ensure_ascii=False, indent=2)
    if colophon.traces is not None:
        whole = written.removesuffix("\n}")
        written = f'{whole},\n  "traces": {_lined(colophon.traces, 2)}\n}}'
    return f"{written}\n".encode()


def _lined(value: Any, depth: int) -> str:
    """Write a value with a line for each question and each term: of a large book, a line for each digest would be most of the manifest."""
    if depth == 0 or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    indent, deeper = "  " * (3 - depth), "  " * (4 - depth)
    rows = [(f"{json.dumps(name)}: ", each) for name, each in value.items()] if isinstance(value, dict) else [("", each) for each in value]
    ends = "{}" if isinstance(value, dict) else "[]"
    return f"{ends[0]}\n" + ",\n".join(f"{deeper}{name}{_lined(each, depth - 1)}" for name, each in rows) + f"\n{indent}{ends[1]}"


def checksum_bytes(files: Sequence[Published | Offered]) -> bytes:
    """Return the checksums as ``sha256sum --check`` reads them."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files).encode()


def parse(folder: Path, manifest: bytes) -> Release:
    """Return the release that a manifest tells of; raise ValueError, with one line that says why, where it is not one."""
    try:
        found = json.loads(manifest)
        if found["schema"] != SCHEMA:
            raise ValueError(f"schema {found['schema']!r} is not {SCHEMA}")
        json.dumps(found, ensure_ascii=False).encode()  # half of a sign, which JSON can escape, is in no file that can be written
        looks = {name: _traits(traits) for name, traits in found.get("looks", {}).items()}
        return Release(
            folder=folder,
            digest=sha256(manifest).hexdigest(),
            book=BookFacts(**_texts(found["book"])),
            inputs=_text(found["inputs"]),
            artefacts=tuple(_published(row, looks) for row in found["artefacts"]),
            versions=_texts(found["versions"]),
            offer=tuple(_offered(row) for row in found.get("offer", ())),
            traces=found.get("traces"),
        )
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from error
    except UnicodeEncodeError as error:
        raise ValueError(f"not a manifest (half of a sign: {error.object[error.start]!a})") from error
    except (AttributeError, TypeError, RecursionError) as error:
        raise ValueError(f"not a manifest ({error})") from error


def is_safe_path(path: str) -> bool:
    """Tell whether a path is a file in a folder, by names that ``sha256sum`` and shells take as they are."""
    return path.isprintable() and SAFE_PATH.fullmatch(path) is not None


def is_safe_offer(path: str) -> bool:
    """Tell whether a file beside the guides stands in the release's folder or an edition's, under a name that is no record's."""
    return is_safe_path(path) or (path.isprintable() and SAFE_NAME.fullmatch(path) is not None and path not in (MANIFEST, CHECKSUMS))


def _row(artefact: Published) -> dict[str, Any]:
    row = {name: value for name, value in asdict(artefact).items() if value is not None and name != "traits"}
    return row | ({"look": _name(artefact.traits)} if artefact.traits is not None else {})


def _name(traits: Traits) -> str:
    """Name what is found of a look by its digest: many files share it."""
    return sha256(json.dumps(asdict(traits), sort_keys=True).encode()).hexdigest()[:16]


def _traits(found: dict[str, Any]) -> Traits:
    foot = Foot(float(found["foot"]["height"]), _text(found["foot"]["folio"]), float(found["foot"]["stamp"]))
    return Traits(_texts(found["fonts"]), foot, tuple(_text(reference) for reference in found["references"]))


def _published(row: dict[str, Any], looks: Mapping[str, Traits]) -> Published:
    stale = row.get("stale")
    wrong = [name for name, kind in FIELDS.items() if type(row[name]) is not kind]
    wrong += [name for name in OPTIONAL if not isinstance(row.get(name), str | None)]
    if row["format"] not in FORMATS:
        raise ValueError(f"format {row['format']!r} of {row['path']!r} is not known")
    if wrong or set(row) - {*FIELDS, *OPTIONAL, "stale", "look"} or not isinstance(stale, bool | None):
        raise ValueError(f"artefact {row['path']!r} is not listed as it should be")
    if not is_safe_path(row["path"]):
        raise ValueError(f"path {row['path']!r} is not a file in an edition's folder")
    look = row.pop("look", None)
    return Published(**row, traits=looks[look] if look is not None else None)


def _offered(row: dict[str, Any]) -> Offered:
    file = Offered(**row)
    if (type(file.path), type(file.bytes), type(file.sha256)) != (str, int, str) or not is_safe_offer(file.path):
        raise ValueError(f"file {file.path!r} beside the guides is not listed as it should be")
    return file


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _texts(value: dict[str, object]) -> dict[str, str]:
    return {name: _text(text) for name, text in value.items()}
