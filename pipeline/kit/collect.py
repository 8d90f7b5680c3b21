"""Collect filled score sheets: check each, keep what was collected first, write tables and consensus forms, all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError, ordered
from pipeline.kit import forms, planning, ratings, sheets
from pipeline.kit.ratings import Candidate
from pipeline.kit.sheets import Expected, Read, Sheet, quoted
from pipeline.model import Book, Plan, question_numbers

RATINGS, TABLE, AGREEMENT = "ratings.json", "ratings.csv", "agreement.csv"
OWN: Final = re.compile(r"ratings\.json|ratings\.csv|agreement\.csv|consensus-[A-Za-z0-9_-]+\.pdf")
"""Files that collecting writes: in a folder with others, nothing is written."""
OPTIONAL: Final = re.compile(r"candidate|sum|i\.\d+\.sum")
"""Fields that a consensus form may do without."""


@dataclass(frozen=True)
class Collected:
    """What was collected: all sheets, those of earlier runs too; how many are new; the files written; what is to be said."""

    sheets: tuple[Sheet, ...]
    new: int
    written: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def refused(self) -> bool:
        """Tell whether something could not be collected."""
        return any(each.severity == "error" for each in self.diagnostics)


def collect(paths: Sequence[Path], expected: Expected, output: Path, consensus: Mapping[str, bytes]) -> Collected:
    """Collect sheets, files or folders of them, into a folder; what cannot be taken is said, the rest is.

    ``consensus`` are the blank consensus forms, by form. Raises BookError where the folder
    holds something else, or sheets of another plan: then nothing is written.
    """
    _mend(output)
    record = _record(output, expected)
    reads = [_read(path, expected) for path in _files(paths, output)]
    first = tuple(_sheet(each) for each in record.get("sheets", ()))
    taken = locked(reads, first)
    faults = [fault for read in reads for fault in read.faults]
    files = _consensus_forms(ratings.candidates(taken), expected, consensus, faults)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    kept = _edited(output, record.get("consensus", {}), faults)
    files |= {name: (output / name).read_bytes() for name in kept}
    digests |= kept
    files[TABLE] = ratings.ratings_csv(taken, expected)
    files[AGREEMENT] = ratings.agreement_csv(ratings.candidates(taken), expected)
    files[RATINGS] = ratings.ratings_json(taken, expected, digests)
    _publish(output, files)
    written = tuple(output / name for name in sorted(files))
    return Collected(taken, len(taken) - len(first), written, ordered(faults))


def expected(book: Book, plan: Plan, blanks: Mapping[str, bytes]) -> Expected:
    """Return what sheets of a plan must be of; ``blanks`` are the score sheets handed out, by form."""
    role, numbers = book.roles[plan.role], question_numbers(book)
    titles = {each.id: each.title for each in book.outline.competencies}
    found = {}
    for form in plan.forms:
        if form.id in blanks:
            asked = [book.questions[each.id] for each in form.questions]
            questions = tuple(sheets.Question(numbers[each.id], each.id, str(each.competency)) for each in asked)
            found[form.id] = sheets.Form(planning.digest(book, form, numbers), questions, forms.fields(blanks[form.id]))
    competencies = tuple(sheets.Competency(each.id, titles[each.id], each.weight, each.must_pass) for each in role.competencies)
    outline = book.outline
    return Expected(outline.id, outline.version, plan.id, found, competencies, role.scale, role.aggregation)


def _files(paths: Iterable[Path], output: Path) -> Iterator[Path]:
    """Yield the files to read: those named, and the PDFs in folders named, except what was collected before; each once."""
    seen = set()
    for path in paths:
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() == ".pdf") if path.is_dir() else [path]
        for file in found:
            place = file.resolve()
            if place not in seen and output.resolve() not in place.parents:
                seen.add(place)
                yield file


def _read(path: Path, expected: Expected) -> Read:
    """Read a sheet; a pipe or a file that is far too large is not waited for."""
    name = path.as_posix()
    try:
        if not path.is_file():
            raise FileNotFoundError(2, "no such file")
        with path.open("rb") as file:
            data = file.read(sheets.LARGEST + 1)
    except OSError as error:
        read = Read(name)
        read.say("K901", f"not collected: {error.strerror or 'cannot be read'}", "name a score sheet, or a folder of them")
        return read
    return sheets.read(name, data, expected)


def _record(output: Path, expected: Expected) -> dict[str, Any]:
    """Return what was collected into a folder before. Raises BookError where that was of another plan, or is something else."""
    if not output.exists():
        return {}
    if not output.is_dir() or (strange := sorted(each.name for each in output.iterdir() if not OWN.fullmatch(each.name))):
        holds = f"it holds '{strange[0]}'" if output.is_dir() else "it is a file"
        raise _refusal("K920", output, f"nothing is collected into this folder: {holds}", "name a new folder")
    try:
        record = json.loads((output / RATINGS).read_bytes())
        stated = {key: record[key] for key in ("ratings", "book", "version", "plan", "scale", "forms")}
        [_sheet(each) for each in record["sheets"]]
    except FileNotFoundError:
        if next(output.iterdir(), None) is None:
            return {}
        message = "the folder has no ratings.json, which says what was collected"
        raise _refusal("K920", output, message, "name a new folder") from None
    except (ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        message = "what was collected first cannot be read, so that nothing can be compared with it"
        raise _refusal("K920", output / RATINGS, message, "bring the file back from a copy, or name a new folder") from error
    wanted = ratings.about(expected)
    if differing := [key for key in stated if stated[key] != wanted[key]]:
        message = f"what was collected before is of another {differing[0]}"
        raise _refusal("K920", output / RATINGS, message, "name a new folder")
    return dict(record)


def _refusal(code: str, path: Path, message: str, hint: str) -> BookError:
    return BookError(Diagnostic(code, message, Place(path.as_posix()), hint))


def _sheet(stated: Mapping[str, Any]) -> Sheet:
    """Return a sheet that was written down. Raises KeyError or TypeError where it was not written by this."""
    sheet = Sheet(**{each.name: stated[each.name] for each in fields(Sheet)})
    texts, tables = ("file", "form", "candidate", "interviewer"), ("questions", "evidence", "competencies")
    for name in (*texts, *tables):
        if not isinstance(getattr(sheet, name), str if name in texts else dict):
            raise TypeError(name)
    if not all(isinstance(rating, int) for rating in (*sheet.questions.values(), *sheet.competencies.values())):
        raise TypeError("rating")
    return sheet


def locked(reads: Sequence[Read], first: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Return the sheets collected before and those that are new and sound, in the order of their names.

    What was collected is kept: a sheet that has changed since is reported. Sheets that contradict one another, or what was
    collected before, are refused.
    """
    _keep_first(reads, first)
    _refuse_doubles(reads)
    _refuse_several_forms(reads, first)
    new = [read.sheet for read in reads if read.sheet]
    return tuple(sorted((*first, *new), key=lambda sheet: (sheet.key, sheet.file)))


def _keep_first(reads: Sequence[Read], first: Sequence[Sheet]) -> None:
    """Take away the sheets of those already collected, in silence where they are the same."""
    by_key, by_file = {sheet.key: sheet for sheet in first}, {sheet.file: sheet for sheet in first}
    for read in reads:
        kept = read.sheet and (by_key.get(read.sheet.key) or by_file.get(read.file))
        if not read.sheet or not kept:
            continue
        who = f"{quoted(kept.interviewer)} for candidate {quoted(kept.candidate)}"
        if read.sheet.content == kept.content:
            if read.sheet.sha256 != kept.sha256:
                read.say("K917", f"saved again since it was collected; the sheet of {who} says the same", severity="note")
        else:
            changed = ", ".join(_changed(read.sheet, kept))
            message = f"the sheet of {who} has changed since it was collected from {kept.file}: {changed}"
            read.say("K916", message, "nothing is taken of it; to take a correction, collect all sheets into a new folder")
        read.sheet = None


def _changed(now: Sheet, then: Sheet) -> list[str]:
    """Name the fields in which two sheets differ."""
    plain = {"candidate", "interviewer", "date", "recommendation", "scored_before"}
    names = [name for name in sorted(plain) if getattr(now, name) != getattr(then, name)]
    for prefix, suffix, one, two in (
        ("q", "rating", now.questions, then.questions),
        ("q", "evidence", now.evidence, then.evidence),
        ("c", "rating", now.competencies, then.competencies),
    ):
        names += [f"{prefix}.{key}.{suffix}" for key in sorted({*one, *two}) if one.get(key) != two.get(key)]
    return names or ["guidepress.form"]


def _refuse_doubles(reads: Sequence[Read]) -> None:
    """Refuse sheets of one interviewer for one candidate, as nothing tells which of them counts; of copies, take one."""
    by_key: dict[tuple[str, str], list[tuple[Read, Sheet]]] = defaultdict(list)
    for read in reads:
        if read.sheet:
            by_key[read.sheet.key].append((read, read.sheet))
    for same in by_key.values():
        (original, sheet), *others = same
        if all(other.content == sheet.content for _, other in others):
            for copy, _ in others:
                copy.say("K913", f"a copy of {original.file}", severity="note")
                copy.sheet = None
            continue
        for read, one in same:
            beside = ", ".join(other.file for other, _ in same if other is not read)
            who = f"{quoted(one.interviewer)} for candidate {quoted(one.candidate)}"
            read.say("K913", f"interviewer: one of several sheets of {who}, beside {beside}", "leave in the one that counts")
            read.sheet = None


def _refuse_several_forms(reads: Sequence[Read], first: Sequence[Sheet]) -> None:
    """Refuse sheets where those of a candidate are of several forms."""
    forms: dict[str, set[str]] = defaultdict(set)
    for sheet in (*first, *(read.sheet for read in reads if read.sheet)):
        forms[sheet.key[0]].add(sheet.form)
    for read in reads:
        if read.sheet and len(several := sorted(forms[read.sheet.key[0]])) > 1:
            message = f"guidepress.form: candidate {quoted(read.sheet.candidate)} has sheets of forms {' and '.join(several)}"
            read.say("K914", message, "find out which form was asked, and leave out the sheets of the other")
            read.sheet = None


def _consensus_forms(
    people: Sequence[Candidate], expected: Expected, consensus: Mapping[str, bytes], faults: list[Diagnostic]
) -> dict[str, bytes]:
    """Fill in a consensus form for each candidate; say what it has no room for."""
    files = {}
    for code, name in ratings.file_names(people).items():
        one = next(each for each in people if each.code == code)
        blank = consensus[one.form]
        known = forms.fields(blank)
        values = ratings.consensus_values(one, expected)
        files[name] = forms.fill(blank, {field: value for field, value in values.items() if field in known})
        lacking = [field for field, value in values.items() if value and field not in known and not OPTIONAL.fullmatch(field)]
        if lacking:
            message = f"{lacking[0]}: the consensus form has no such field, and {len(lacking) - 1} more are missing"
            place = Place(name)
            faults.append(Diagnostic("K918", message, place, "take these ratings from ratings.csv"))
    return files


def _edited(output: Path, digests: Mapping[str, str], faults: list[Diagnostic]) -> dict[str, str]:
    """Return the consensus forms that somebody has written into since, with the digests they had: they are kept as they are."""
    kept = {}
    for name, digest in digests.items():
        path = output / name
        if OWN.fullmatch(name) and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            kept[name] = digest
            message = "this consensus form has been filled in since, and is kept as it is"
            hint = "move it elsewhere to have it made anew"
            faults.append(Diagnostic("K921", message, Place(path.as_posix()), hint, "warning"))
    return kept


def _publish(output: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a folder beside, and put that in the place of the old one: whoever looks sees all or nothing."""
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = _beside(output)
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
        for name, data in files.items():
            with (fresh / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if output.exists():
            output.rename(old)
        fresh.rename(output)
    except OSError as error:
        _mend(output)
        raise ToolError(f"nothing is written into {output}: {error.strerror}") from error
    shutil.rmtree(old, ignore_errors=True)


def _mend(output: Path) -> None:
    """Put back what a run that was killed has left: the old folder where there is no new one."""
    fresh, old = _beside(output)
    shutil.rmtree(fresh, ignore_errors=True)
    if old.is_dir() and not output.exists():
        old.rename(output)
    shutil.rmtree(old, ignore_errors=True)


def _beside(output: Path) -> tuple[Path, Path]:
    """Name the folder that is being filled, and the one that is being taken away."""
    folder = output.resolve()
    return folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
