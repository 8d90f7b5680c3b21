"""Digest all that a build, and each artefact, depends on: the book, the theme, this package, and the versions it runs with."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path

from pipeline import press, theme
from pipeline.brand import Brand
from pipeline.diagnostics import ToolError
from pipeline.flow.request import Request, Slot, of_team, slot
from pipeline.formats import FORMATS
from pipeline.model import Book, Edition
from pipeline.publication import Publication
from pipeline.release import Published
from pipeline.release.folder import LOCK
from pipeline.source import is_stray
from pipeline.work.cache import kept_in
from pipeline.work.store import Store, key

LIBRARIES = ("ebooklib", "emboss-pdf", "fonttools", "jinja2", "lxml", "markdown-it-py", "mdit-py-plugins",
             "pillow", "pydantic", "pydyf", "pygments", "pypdfium2", "pyyaml", "ziamath")  # fmt: skip
SETTLED = 2_000_000_000
"""Nanoseconds after which a file that is written gets another time."""
_digests: dict[Path, tuple[tuple[int, ...], bytes]] = {}


def book_digest(folder: Path) -> str:
    """Digest every file of a book, by its path and bytes; what lies outside its folder is no part of it."""
    return files_digest(files(folder))


def files_digest(found: Mapping[str, bytes]) -> str:
    """Digest files by their paths and digests."""
    total = hashlib.sha256()
    for name, digest in found.items():
        total.update(os.fsencode(f"{name}\0") + digest)
    return total.hexdigest()


def files(folder: Path) -> dict[str, bytes]:
    """Give the digest of every file in a folder by its path there, sorted.

    What editors leave beside them is no part of it, nor is a folder that guides are published in.
    """
    root = folder.resolve()
    published = {path.parent.relative_to(folder) for path in folder.glob(f"*/{LOCK}")}
    names = {path: path.relative_to(folder) for path in sorted(folder.rglob("*"))} if folder.is_dir() else {}
    return {
        name.as_posix(): _file_digest(path, root)
        for path, name in names.items()
        if not is_stray(name) and not published & {name, *name.parents}
    }


def named_questions(folder: Path) -> list[str]:
    """Name the files of a book's questions."""
    return [path.stem for path in folder.glob("questions/*/*.yaml")]


def _file_digest(path: Path, root: Path) -> bytes:
    try:
        # No link to a folder is followed: what is no link itself lies inside.
        if (path.is_symlink() and not path.resolve().is_relative_to(root)) or not path.is_file():
            return b"other"
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            seen = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            if _digests.get(path, ((), b""))[0] != seen:
                digest = hashlib.file_digest(file, "sha256").digest()
                _note(path, seen, digest)
                return digest
            return _digests[path][1]
    except (OSError, RuntimeError):
        return b"unreadable"


def _note(path: Path, seen: tuple[int, ...], digest: bytes) -> None:
    """Remember a digest for as long as the file system says that the file was not touched.

    Times are as coarse as a clock's tick: of a file that was written a moment ago they do not tell whether it was again
    (https://git-scm.com/docs/racy-git), and it is read once more.
    """
    if max(seen[-2:]) < time.time_ns() - SETTLED:
        _digests[path] = (seen, digest)
    else:
        _digests.pop(path, None)


@cache
def code_digest() -> str:
    """Digest this package."""
    folder = Path(__file__).parent.parent
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return total.hexdigest()


@cache
def versions() -> Mapping[str, str]:
    """Name the versions that decide what comes out: this package, its libraries, and the system's."""
    own = {name: importlib.metadata.version(name) for name in ("guidepress", *LIBRARIES)}
    return dict(sorted({**own, **press.system_versions()}.items()))


def inputs_of(request: Request, book: str = "") -> str:
    """Digest all that decides what a build makes: the book, what is joined to it, the package, and the versions it runs with.

    ``book`` is the digest of the book's files, where not all of them decide.
    """
    own = book or book_digest(request.book)
    look, bank = (book_digest(folder) if folder else "" for folder in (request.theme, request.bank))
    return key(own, look, bank, request.plan, theme.digest(), code_digest(), dict(versions()), modified(None))


def settled(*digests: str) -> str:
    """Return the inputs, or what no inputs are when they changed meanwhile: what was made may hold some of each."""
    return digests[0] if len(set(digests)) == 1 else key("changed meanwhile", *digests)


def kept_for(book: Path, store: Store) -> AbstractContextManager[None]:
    """Remember in a store meanwhile, by what decides how everything is made, and by whose book it is."""
    spelling = importlib.metadata.version("pyspellchecker")
    return kept_in(store, key(dict(versions())), spelling, code_digest(), whose=str(book.absolute()))


def moment(date: dt.date) -> dt.datetime:
    """Return the time that files of a book are stamped with."""
    return dt.datetime.fromisoformat(modified(date))


def modified(date: dt.date | None) -> str:
    """Return the time that files are stamped with: SOURCE_DATE_EPOCH, or midnight UTC of the book's date.

    https://reproducible-builds.org/specs/source-date-epoch/ . Raises ToolError when the variable is no number.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        try:
            return dt.datetime.fromtimestamp(int(epoch), dt.UTC).isoformat()
        except (ValueError, OverflowError, OSError) as error:
            raise ToolError(f"SOURCE_DATE_EPOCH is '{epoch}': set it to seconds since 1970, or unset it") from error
    return dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC).isoformat() if date else ""


def fingerprints(publication: Publication) -> Mapping[Slot, str]:
    """Digest what each artefact of an edition depends on, made or not; the files that a book is read from are not part of that."""
    rest = repr((publication.index, publication.withheld, publication.secret, [section.own for section in publication.sections]))
    whole = key(publication.surroundings, rest, code_digest(), dict(versions()))
    return {slot: key(whole, *slot) for slot in slots_of(publication.edition)}


def slots_of(edition: Edition) -> Iterator[Slot]:
    """Give every artefact that an edition is to have."""
    for form in FORMATS.values():
        if form.name in edition.formats or not form.is_chosen:
            yield from ((form.name, edition.id, paper) for paper in (edition.papers if form.has_papers else ("",)))


def fingerprint(plain: str, copy: Brand) -> str:
    """Digest what a copy depends on, given the digest of the plain file."""
    return plain if copy.is_plain else key(plain, repr(copy))


def is_fresh(old: Published, book: Book, plain: Mapping[Slot, str]) -> bool:
    """Tell whether a file of an earlier release would come out the same today."""
    copy = replace(of_team(book, old.team or ""), recipient=old.recipient or "")
    return fingerprint(plain[slot(old)], copy) == old.inputs
