"""Export an edition: the order in which that is done, from the book to a file that has been searched."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline import editions, export, source, theme
from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError, nearest
from pipeline.export import Exported, Times, note_times
from pipeline.flow.inputs import moment
from pipeline.flow.order import load_and_check
from pipeline.model import PARTS, Book, Edition
from pipeline.preflight.export_checks import check_export
from pipeline.section_kinds import QUESTION, SPREAD
from pipeline.source import SourceFault

FOLDER = "exports"
"""Where exports go, in the folder that guides are published in."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export: of which book, which edition (empty for the fullest one for candidates), as what, and where to."""

    book: Path
    form: str
    edition: str
    output: Path
    to: Path | None = None
    questions_only: bool = False


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """What came of an export."""

    path: Path
    edition: str
    exported: Exported
    diagnostics: tuple[Diagnostic, ...]


def export_edition(request: ExportRequest) -> ExportOutcome:
    """Write an export whole, or not at all. Raises BookError for a book with faults, ToolError for a place that is taken."""
    book, faults = load_and_check(request.book)
    if book is None or any(fault.severity == "error" for fault in faults):
        raise BookError(*faults)
    edition = _edition(book, request)
    labels = theme.labels(book.outline.lang, book.layers)
    publication = editions.assemble(book, edition, labels, moment(book.outline.date))
    remembered = _remembered(request.book)
    times = Times(int(publication.modified.timestamp()), remembered.get(edition.id, {}))
    exported = export.export(publication, labels, request.form, times)
    leaked = tuple(check_export(exported.name, exported.files, publication))
    if leaked:
        raise BookError(*leaked)
    path = request.to or request.output / FOLDER / exported.name
    _write(path, exported)
    if exported.times is not None and exported.times.entries != times.before:
        source.write(request.book / note_times.LEDGER, note_times.text({**remembered, edition.id: exported.times.entries}))
    return ExportOutcome(path, edition.id, exported, exported.diagnostics)


def _fullness(edition: Edition) -> tuple[int, int]:
    """Return how many fields of a question an edition prints, and how many of them where it is asked."""
    asked, answered = ({field for part in parts for field in PARTS[part]} for parts in (edition.parts, edition.answer_parts))
    return len(asked | answered), len(asked)


def _edition(book: Book, request: ExportRequest) -> Edition:
    """Return the edition asked for. Raises BookError where there is none of that name, or none that has questions."""
    suited = {name: each for name, each in book.editions.items() if each.lists(QUESTION) or each.lists(SPREAD)}
    public = [each for each in suited.values() if each.audience == "candidate" and not each.select.model_fields_set]
    if not request.edition and public:
        chosen = max(public, key=_fullness)
    elif request.edition in suited:
        chosen = suited[request.edition]
    else:
        missing = f"no edition '{request.edition}' with questions" if request.edition else "no edition for candidates has questions"
        raise BookError(Diagnostic("B112", missing, Place(str(request.book)), nearest(request.edition, suited) or "write one that has"))
    if request.questions_only:
        asked = tuple(part for part in chosen.parts if part in ("choices", "exhibit"))
        chosen = chosen.model_copy(update={"answers": "none", "parts": asked, "answer_parts": ()})
    return chosen


def _remembered(book: Path) -> dict[str, dict[str, tuple[str, int]]]:
    """Return when notes changed. Raises BookError for a file that says nothing of it."""
    path, shown = book / note_times.LEDGER, f"{book.as_posix()}/{note_times.LEDGER}"
    if not os.path.lexists(path):
        return {}
    try:
        if path.is_symlink():
            raise BookError(Diagnostic("X201", "a link stands where a file of the book is written", Place(shown), "put a plain file there"))
        known = note_times.read(source.octets(path, shown, note_times.LARGEST).decode("utf-8", "replace"))
    except SourceFault as fault:
        raise BookError(fault.diagnostic) from fault
    if known is None:
        raise BookError(Diagnostic("X201", "this file cannot be read", Place(shown), "put it back as an export wrote it, or delete it"))
    return known


def _write(path: Path, exported: Exported) -> None:
    """Write one file, or a folder of them in the place of the one that an export wrote before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if list(exported.files) == [exported.name]:
        if path.is_dir():
            raise ToolError(f"{path} is a folder: name a file, or remove it")
        source.write(path, exported.files[exported.name])
        return
    files = {Path(name).relative_to(exported.name): data for name, data in exported.files.items()}
    if os.path.lexists(path) and not _is_export(path):
        raise ToolError(f"{path} holds what no export has written: name another place, or remove it")
    aside, old = path.with_name(f".{path.name}.new"), path.with_name(f".{path.name}.old")
    for each in (aside, old):
        shutil.rmtree(each, ignore_errors=True)
    for name, data in files.items():
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        source.write(aside / name, data)
    if path.exists():
        path.rename(old)
    aside.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def _is_export(path: Path) -> bool:
    """Tell whether a folder holds nothing but what an export of Markdown writes."""
    if path.is_symlink() or not path.is_dir():
        return False
    names = {each.relative_to(path).as_posix() for each in path.rglob("*") if not each.is_dir()}
    return all(name == "README.md" or (name.startswith("figures/") and name.endswith((".svg", ".png", ".jpg"))) for name in names)
