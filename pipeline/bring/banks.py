"""Find a bank: say how it is written (its dialect), and read its files, within limits, as text without what cannot be seen."""

from __future__ import annotations

import dataclasses
import fnmatch
import io
import lzma
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline import source
from pipeline.bring.haul import Losses
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest
from pipeline.markup.text_faults import FORBIDDEN
from pipeline.model import LEVELS
from pipeline.source import Source, SourceFault, is_stray

FOLDER: Final = Path(__file__).parent / "dialects"
OWN_README: Final = "guidepress-readme"
ORDER: Final = ("item-headings", "details", "lettered-choices", "bold-lines", "file-per-question", "numbered-headings", "headings",
                "bold-questions", "list-items", "table", "json", "gift", "aiken",
                "moodle", "qti", "anki", "guidepress", OWN_README)  # fmt: skip
"""The press's own dialects, the more special before those that fit much."""
READS: Final = ("markdown", "table", "json", "gift", "aiken", "moodle", "qti", "anki", "guidepress")
SIGNS: Final = (
    "heading", "numbered heading", "item heading", "item bold", "item options", "item numbered", "item", "details", "bold level",
    "bold number", "bold", "file", *(f"heading {n}" for n in range(1, 7)),
)  # fmt: skip
SECTIONS: Final = ("file", "folder", "topic", "none", *(f"heading {n}" for n in range(1, 7)))
FIELDS: Final = ("ask", "answer", "key_points", "topics", "level", "section", "id", "choices", "correct", "why", "after", "left out")
"""What a part, a fact, or a column may be."""
SUFFIXES: Final = {
    ".md": "headings", ".markdown": "headings", ".csv": "table", ".tsv": "table", ".json": "json", ".gift": "gift", ".xml": "moodle",
    ".txt": "aiken", ".zip": "qti", ".apkg": "anki", ".colpkg": "anki",
}  # fmt: skip
MAX_TEXT: Final = 4_000_000
"""Bytes of one file of text."""
MAX_DECK: Final = 200_000_000
"""Bytes of a deck or a package; what it unpacks to is limited where it is unpacked."""
MAX_ALL: Final = 40_000_000
"""Bytes of all files of text together."""
MAX_FILES: Final = 20_000
LICENSES: Final = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "COPYING")
PLAIN_NAMES = ("readme", "questions", "data", "docs", "src", "content", "bank")
"""Names of files and folders that say nothing of a bank."""
MOST_PACKED: Final = 5_000
"""Files of an archive."""
MAX_RATIO: Final = 200
"""How many times larger a file may be than what it was packed into."""
UNPACKING: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)
"""What zipfile raises over what is damaged, encrypted (RuntimeError), or packed in a way of its own (NotImplementedError)."""


@dataclass(frozen=True)
class Dialect:
    """How a bank says what is a question, a section, an answer; every field has its key in the file."""

    id: str
    title: str = ""
    reads: str = "markdown"
    files: tuple[str, ...] = ("*.md", "*.markdown")
    skip: tuple[str, ...] = ()
    question: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    levels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    marks: tuple[str, ...] = ()
    parts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    labels: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    signs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    code: str = "keep"
    """Whether signs that the press cannot print are changed in code too: keep, or change."""
    text: str = "markdown"
    """What the texts of a table or of JSON hold: markdown, html, or plain."""

    @property
    def written(self) -> str:
        """The dialect as a file, with all that it knows."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "id"}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items() if value}
        return f"# Dialect '{self.id}': docs/importing.md says what each key means.\n{source.yaml_text(plain)}"


@cache
def known() -> Mapping[str, Dialect]:
    """Return the press's own dialects by id, in the order in which they are tried."""
    losses = Losses()
    found = [_read(FOLDER / f"{name}.yaml", f"dialects/{name}.yaml", losses) for name in ORDER]
    assert not losses.diagnostics, losses.diagnostics
    return {dialect.id: dialect for dialect in found}


def named(name: str) -> Dialect:
    """Return one of the press's own dialects. Raises BookError."""
    dialect = known().get(name)
    if dialect is None:
        raise BookError(Losses.alone("I107", f"no dialect '{name}'", nearest(name, known())))
    return dialect


def from_file(path: Path) -> Dialect:
    """Return the dialect of an author's own file. Raises BookError with all that is wrong with it."""
    losses = Losses()
    dialect = _read(path, path.as_posix(), losses)
    if losses.diagnostics:
        raise BookError(*losses.diagnostics)
    return dialect


def _read(path: Path, name: str, losses: Losses) -> Dialect:
    try:
        read = source.read(path, name)
    except SourceFault as fault:
        raise BookError(fault.diagnostic) from fault
    if read.root.style != "{":
        raise BookError(_at(read, (), "a dialect is a mapping of keys", "write 'question: [heading]' and the like"))
    fields = {field.name: field for field in dataclasses.fields(Dialect)}
    given: dict[str, Any] = {**_words(), "id": path.stem}
    for key, value in read.data.items():
        if key not in fields or key == "id":
            losses.diagnostics.append(_at(read, (key,), f"unknown key '{key[:60]}'", nearest(key, fields), of_key=True))
        elif (shaped := _shaped(value, str(fields[key].type))) is None:
            losses.diagnostics.append(_at(read, (key,), f"'{key}' has the wrong shape", _hint(str(fields[key].type))))
        else:
            given[key] = shaped
    losses.diagnostics += _wrong_words(read, given)
    # Names of fields are looked for in small letters, for each field of each question.
    return Dialect(**{**given, "facts": {key.lower(): field for key, field in given.get("facts", {}).items()}})


def _words() -> Mapping[str, Any]:
    """Return what every dialect knows unless it says otherwise."""
    data = source.read(FOLDER / "words.yaml", "dialects/words.yaml").data
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _shaped(value: Any, wanted: str) -> Any:
    """Return a value in the shape of its field, or None."""
    if wanted == "str":
        return value if isinstance(value, str) else None
    if wanted.startswith("tuple"):
        items = [value] if isinstance(value, str) else value
        return tuple(items) if isinstance(items, list) and all(isinstance(item, str) for item in items) else None
    return value if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()) else None


def _hint(wanted: str) -> str:
    if wanted == "str":
        return "write one word"
    return "write a list: [one, another]" if wanted.startswith("tuple") else "write 'words: field', one to a line"


def _wrong_words(read: Source, given: Mapping[str, Any]) -> list[Diagnostic]:
    """Return a fault for each word that means nothing."""
    found: list[tuple[tuple[str | int, ...], str, Sequence[str]]] = []
    words: Sequence[str]
    for key, words in (("reads", READS), ("text", ("markdown", "html", "plain")), ("code", ("keep", "change"))):
        found += [((key,), given[key], words)] if given.get(key, words[0]) not in words else []
    for key, words in (("question", SIGNS), ("section", SECTIONS)):
        found += [((key, n), word, words) for n, word in enumerate(given.get(key, ())) if word not in words]
    for key, words in (("parts", FIELDS), ("facts", FIELDS), ("levels", LEVELS)):
        found += [((key, name), word, words) for name, word in given.get(key, {}).items() if word not in words]
    return [_at(read, keys, f"'{word[:60]}' is not one of the words", nearest(word, words)) for keys, word, words in found]


def _at(read: Source, keys: tuple[str | int, ...], message: str, hint: str, *, of_key: bool = False) -> Diagnostic:
    place = read.place(keys, of_key=of_key)
    return Diagnostic("I107", message, place, hint, line_text=read.line_text(place))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source: where it lies, and its path as it is shown."""

    path: Path
    name: str


def files(root: Path, dialect: Dialect, losses: Losses) -> list[SourceFile]:
    """Return the files of a source that a dialect reads, in natural order. Raises BookError when there is none."""
    shown = root.as_posix()
    if root.is_file():
        return [SourceFile(root, shown)]
    if not root.is_dir():
        raise BookError(Losses.alone("I101", "no such file or folder", "name a file or a folder of files", Place(shown)))
    found: list[SourceFile] = []
    for path in sorted(_walk(root, losses)):
        name = f"{shown}/{path.relative_to(root).as_posix()}"
        if _fits(path, dialect):
            found.append(SourceFile(path, name))
        elif path.suffix.lower() in SUFFIXES and not _among(path, dialect.skip):
            losses.tell(
                "I106",
                f"not read: the folder is read for {' and '.join(dialect.files)}",
                (name, 1),
                "import it by itself, if it holds more",
            )
    if len(found) > MAX_FILES:
        raise BookError(Losses.alone("I102", f"{len(found):,} files, and {MAX_FILES:,} are read at most", "split the source", Place(shown)))
    if not found:
        hint = f"name a folder that holds {' or '.join(dialect.files)}"
        raise BookError(Losses.alone("I101", "no file in this folder is one that the dialect reads", hint, Place(shown)))
    return sorted(found, key=lambda file: _natural(file.path.relative_to(root)))


def _walk(root: Path, losses: Losses) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in ("node_modules", "vendor"))
        for name in names:
            path = Path(folder, name)
            if path.is_symlink() or not _is_text(name):
                losses.leave_out("files that are links, or whose names are not text")
            elif not is_stray(path.relative_to(root)):
                yield path


def _is_text(name: str) -> bool:
    try:
        return not FORBIDDEN.search(name) and bool(name.encode())
    except UnicodeEncodeError:
        return False


def _fits(path: Path, dialect: Dialect) -> bool:
    return _among(path, dialect.files) and not _among(path, dialect.skip)


def _among(path: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(path.name.lower(), pattern.lower()) for pattern in patterns)


def _natural(path: Path) -> list[tuple[str, int, str]]:
    """Return a key by which 2 stands before 10, and files before folders."""
    pieces = re.findall(r"(\D*)(\d*)", path.as_posix().lower())
    return [("0" if len(path.parts) == 1 else "1", 0, ""), *((words, int(digits[:18] or 0), digits) for words, digits in pieces)]


def octets(file: SourceFile, losses: Losses, limit: int = MAX_DECK) -> bytes | None:
    """Return the bytes of a file, or None when it cannot be read."""
    try:
        return source.octets(file.path, file.name, limit)
    except SourceFault as fault:
        losses.tell("I102" if fault.diagnostic.code == "S102" else "I101", fault.diagnostic.message, (file.name, 1), fault.diagnostic.hint)
        return None


def text(file: SourceFile, losses: Losses) -> str | None:
    """Return the text of a file without characters that cannot be seen, each told; None when it cannot be read."""
    raw = octets(file, losses, MAX_TEXT)
    return None if raw is None else _cleaned(raw, file.name, losses)


def _cleaned(raw: bytes, name: str, losses: Losses) -> str | None:
    try:
        written = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        losses.tell("I103", f"byte 0x{error.object[error.start]:02x} is not UTF-8", (name, line), "save the file as UTF-8")
        return None
    losses.lines[name] = written.split("\n")
    told: Counter[str] = Counter()
    for found in FORBIDDEN.finditer(written):
        told[found[0]] += 1
        if told[found[0]] == 1:
            line = written.count("\n", 0, found.start()) + 1
            count = written.count(found[0])
            times = f", {count} times" if count > 1 else ""
            losses.tell("I104", f"U+{ord(found[0]):04X} was removed{times}", (name, line), "delete it in the source", found[0])
    return FORBIDDEN.sub("", written)


def license_line(root: Path) -> str:
    """Return the first words of the license that lies in a source, or nothing."""
    folder = root if root.is_dir() else root.parent
    for name in LICENSES:
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 200_000:
            lines = path.read_bytes().decode("utf-8", "replace").split("\n")
            return FORBIDDEN.sub("", next((" ".join(line.strip("# \r").split()) for line in lines if line.strip("# \r")), ""))[:120]
    return ""


def name_of(root: Path) -> str:
    """Return what a source is called: its own name, or that of its folder where its own says nothing."""
    whole = root.resolve()
    return whole.parent.name if whole.stem.lower() in PLAIN_NAMES else whole.stem


def folder_of(root: Path) -> Path:
    """Return the folder that a source is, or that its file stands in."""
    return root if root.is_dir() else root.parent


def suffixes(root: Path) -> list[str]:
    """Return the suffixes of the files of a source."""
    if root.is_file():
        return [root.suffix.lower()]
    return [path.suffix.lower() for path in _walk(root, Losses())] if root.is_dir() else []


def unpacked(file: SourceFile, losses: Losses) -> dict[str, str]:
    """Return the XML files of an archive, by their paths in it."""
    data = octets(file, losses)
    if data is None:
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive, file.name, losses)
    except UNPACKING as error:
        losses.tell(
            "I105", f"the archive cannot be read: {' '.join(str(error).split())[:120]}", (file.name, 1), "pack it again as a plain ZIP"
        )
        return {}


def _unpacked(archive: zipfile.ZipFile, name: str, losses: Losses) -> dict[str, str]:
    infos = [info for info in archive.infolist() if info.filename.lower().endswith(".xml")]
    total = sum(info.file_size for info in infos)
    if len(infos) > MOST_PACKED or total > MAX_ALL or any(i.file_size > MAX_RATIO * max(1000, i.compress_size) for i in infos):
        losses.tell("I102", f"{len(infos):,} files that unpack to {total:,} bytes", (name, 1), "split the archive")
        return {}
    found = {}
    for info in infos:
        with archive.open(info) as packed:
            raw = packed.read(MAX_TEXT + 1)
        shown = f"{name}/{info.filename}" if info.filename.isprintable() else f"{name}/?"
        if len(raw) <= MAX_TEXT and (text := _cleaned(raw, shown, losses)) is not None:
            found[shown] = text
        elif len(raw) > MAX_TEXT:
            losses.tell("I102", f"a file of more than {MAX_TEXT:,} bytes", (shown, 1), "split it")
    return found
