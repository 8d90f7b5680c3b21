"""Choose what reads a source: by its dialect, else by the names of its files and how they begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pipeline.bring import aiken, archives, columns, decks, dialects, gift, mapped, markdown_banks, sources, xmlbanks
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Haul, Losses

SUFFIXES: Final = {
    ".md": "headings", ".markdown": "headings", ".csv": "table", ".tsv": "table", ".json": "json", ".gift": "gift", ".xml": "moodle",
    ".txt": "aiken", ".zip": "qti", ".apkg": "anki", ".colpkg": "anki",
}  # fmt: skip
READERS: Final[Mapping[str, Callable[[dict[str, str], Dialect, Losses], Haul]]] = {
    "table": columns.haul, "json": mapped.haul, "gift": gift.haul, "aiken": aiken.haul, "moodle": xmlbanks.moodle, "qti": xmlbanks.qti,
}  # fmt: skip


def haul(path: Path, dialect: Dialect | None, losses: Losses) -> tuple[Haul, Dialect]:
    """Return the questions of a source, and the dialect that it was read by. Raises BookError when no file can be read."""
    first = dialect or dialects.known()[suited(path)]
    files = sources.files(path, first, losses)
    if first.reads == "anki":
        packed = {file.name: data for file in files if (data := sources.octets(file, losses)) is not None}
        return _sectioned(decks.haul(packed, first, losses)), first
    texts: dict[str, str] = {}
    for file in files:
        if file.path.suffix.lower() == ".zip":
            texts |= archives.texts(file, first, losses)
        elif (text := sources.text(file, losses)) is not None:
            texts[file.name] = text
    if first.reads == "markdown":
        documents = markdown_banks.documents(texts, losses)
        used = dialect or markdown_banks.guessed(documents)
        return markdown_banks.haul(documents, used, losses), used
    used = dialect or _sure(first, texts)
    return _sectioned(READERS[used.reads](texts, used, losses)), used


def suited(root: Path) -> str:
    """Return the id of the dialect that fits most files of a source."""
    names = Counter(SUFFIXES[suffix] for suffix in sources.suffixes(root) if suffix in SUFFIXES)
    return names.most_common(1)[0][0] if names else "headings"


def _sure(first: Dialect, texts: Mapping[str, str]) -> Dialect:
    """Return the dialect that fits what the files say, where their names could mean several."""
    known = dialects.known()
    heads = [text[:20_000] for text in texts.values()]
    if first.id in ("moodle", "qti"):
        return known["moodle" if any("<quiz" in head for head in heads) else "qti"]
    if first.id != "aiken":
        return first
    if any(head.startswith(("#separator:", "#html:", "#notetype", "#deck", "#columns")) for head in heads):
        return known["table"]
    if any("\nANSWER:" in head.upper() for head in heads):
        return known["aiken"]
    return known["gift" if any("{" in head and "}" in head for head in heads) else "table" if any("\t" in h for h in heads) else "aiken"]


def _sectioned(found: Haul) -> Haul:
    for item in found.items:
        item.section = item.section or "Questions"
    return found
