"""Turn what was measured into rows: our figure, the peer's, their ratio, the target, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Run
from bench.sessions import Findings

SINGLE, TYPST = "WeasyPrint", "Typst"
ABSENT = "not in this version"
Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """A line of the table; ``ratio`` is the median of the pairs' ratios, by wall clock and by processor."""

    book: str
    what: str
    unit: str
    ours: float | None
    beside: str = ""
    theirs: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    target: str = ""
    verdict: str = ""
    note: str = ""


def rows(books: Sequence[Findings]) -> list[Row]:
    """Return every row, book by book, then what large books cost beside small ones."""
    by_questions = {found.subject.questions: found for found in books if found.subject.name != "study"}
    return [row for found in books for row in _of_one(found)] + list(_of_size(by_questions))


def _of_one(found: Findings) -> Iterator[Row]:
    yield from _builds(found)
    yield from _extras(found)
    yield from _memory(found)
    yield from _files(found)


def _builds(found: Findings) -> Iterator[Row]:
    pages = found.pages["guidepress"]
    cold = median(run.wall for run in found.runs["cold"])
    yield _against(found, "cold", SINGLE, "cold A4 PDF, a page", 0.5, scale="page")
    yield _against(found, "cold", TYPST, "cold A4 PDF, a page", scale="page")
    yield Row(found.subject.name, "pages a second, cold", "1/s", pages / cold)
    yield _alone(found, "start-up", "start-up: imports alone")
    yield _against(found, "edit", SINGLE, "one question edited, A4 PDF, fresh process", 0.1)
    yield _against(found, "edit", TYPST, "one question edited, A4 PDF, fresh process", 1.0)
    yield _alone(found, "unchanged", "nothing changed, fresh process")


def _extras(found: Findings) -> Iterator[Row]:
    if not found.subject.everything:
        return
    yield _against(found, "watch", TYPST, "one question edited under --watch, PDF and EPUB", 0.5)
    yield _against(found, "copy", TYPST, "one more branded copy, fresh process", 0.5)
    for one, three, what in (("copy", "three copies", "copy"), ("pack", "three packs", "pack with PDF and EPUB")):
        if three in found.runs:
            yield _further(found, one, three, f"each further {what} of the same run")
    yield _alone(found, "epub", "EPUB, pages remembered, fresh process")


def _further(found: Findings, one: str, three: str, what: str) -> Row:
    """Compare what two more of something take with a whole run of Typst."""
    pairs = list(zip(found.runs[three], found.runs[one], strict=True))
    ours, cpu = (median((getattr(a, clock) - getattr(b, clock)) / 2 for a, b in pairs) for clock in ("wall", "cpu"))
    row = Row(found.subject.name, what, "s", ours)
    if TYPST not in found.runs:
        return row
    theirs, their_cpu = (median(getattr(run, clock) for run in found.runs[TYPST]) for clock in ("wall", "cpu"))
    return _judged(_changed(row, beside=TYPST, theirs=theirs, ratio=ours / theirs, cpu_ratio=cpu / their_cpu), 0.5)


def _memory(found: Findings) -> Iterator[Row]:
    cold = found.runs["cold"]
    ours = max(run.largest_mb for run in cold)
    for peer in (SINGLE, TYPST):
        if peer in found.runs:
            theirs = max(run.largest_mb for run in found.runs[peer])
            yield Row(found.subject.name, "memory of the largest process", "MB", ours, peer, theirs, ours / theirs if theirs else None)
    yield Row(found.subject.name, "memory of the binding process", "MB", max(run.binding_mb for run in cold))
    yield Row(found.subject.name, "memory of the process that holds the book", "MB", max(run.root_mb for run in cold))
    yield Row(found.subject.name, "memory of the largest worker", "MB", max(run.worker_mb for run in cold))
    if read := max(run.reader_mb for run in cold):
        yield Row(found.subject.name, "memory of the largest process that reads", "MB", read)


def _files(found: Findings) -> Iterator[Row]:
    ours = found.bytes["guidepress"] / found.pages["guidepress"] / 1000
    for peer, limit in ((SINGLE, 1.15), (TYPST, None)):
        if peer in found.bytes:
            theirs = found.bytes[peer] / found.pages[peer] / 1000
            yield _judged(Row(found.subject.name, "size of the PDF, a page", "kB", ours, peer, theirs, ours / theirs), limit)
    clean = found.clean["guidepress"]
    yield Row(found.subject.name, "qpdf --check", "", None, target="clean", verdict="pass" if clean else "miss")


def _against(found: Findings, measure: str, peer: str, what: str, limit: float | None = None, scale: str = "") -> Row:
    """Compare a measure of ours with a peer's whole run."""
    row = Row(found.subject.name, what, "ms" if scale else "s", None, peer)
    if measure not in found.runs:
        return _judged(_changed(row, note=ABSENT), limit, absent=True)
    ours, theirs = _scaled(found, measure, "guidepress", scale), _scaled(found, peer, peer, scale)
    factor = 1000 if scale else 1
    row = _changed(row, ours=median(run.wall for run in ours) * factor)
    if not theirs:
        return _changed(row, beside="")
    pairs = list(zip(ours, theirs, strict=False))
    ratio, cpu = median(a.wall / b.wall for a, b in pairs), median(a.cpu / b.cpu for a, b in pairs)
    return _judged(_changed(row, theirs=median(run.wall for run in theirs) * factor, ratio=ratio, cpu_ratio=cpu), limit)


def _scaled(found: Findings, measure: str, program: str, scale: str) -> list[Run]:
    """Give the runs of a measure, or their share for a page."""
    parts = found.pages.get(program, 1) if scale == "page" else 1
    return [Run(run.wall / parts, run.cpu / parts) for run in found.runs.get(measure, ())]


def _alone(found: Findings, measure: str, what: str) -> Row:
    return Row(found.subject.name, what, "s", median(run.wall for run in found.runs[measure]))


def _changed(row: Row, **values: object) -> Row:
    return Row(**{**row.__dict__, **values})  # type: ignore[arg-type]


def _judged(row: Row, limit: float | None, *, absent: bool = False) -> Row:
    """Put a target beside a ratio."""
    if limit is None:
        return row
    met = not absent and row.ratio is not None and row.ratio <= limit
    verdict = "" if row.ratio is None and not absent else "pass" if met else "miss"
    return _changed(row, target=f"<= {limit:g}", verdict=verdict)


def _of_size(books: Mapping[int, Findings]) -> Iterator[Row]:
    """Compare the largest books with the one of 260 questions."""
    base = books.get(260)
    if base is None:
        return
    for size in sorted(size for size in books if size > 260):
        found, last = books[size], size == max(books) and size >= 2600
        ours, theirs = (median(run.wall for run in one.runs["cold"]) / one.subject.questions * 1000 for one in (found, base))
        cpu = median(r.cpu for r in found.runs["cold"]) / size / (median(r.cpu for r in base.runs["cold"]) / 260)
        row = Row(found.subject.name, "cold A4 PDF, a question", "ms", ours, "260 questions", theirs, ours / theirs, cpu)
        yield _judged(row, 1.15 if last else None)
        ours, theirs = (max(run.worker_mb for run in one.runs["cold"]) for one in (found, base))
        row = Row(
            found.subject.name, "memory of the largest worker", "MB", ours, "260 questions", theirs, ours / theirs if theirs else None
        )
        yield _judged(row, 1.3 if last else None)
        bound = max(run.binding_mb for run in found.runs["cold"])
        verdict = ("pass" if bound < 600 else "miss") if last else ""
        yield Row(found.subject.name, "memory of the binding process", "MB", bound, target="< 600" if last else "", verdict=verdict)


HEADS = ("book", "what", "guidepress", "beside", "theirs", "ratio", "by CPU", "target", "")


def table(found: Sequence[Row]) -> str:
    """Return the rows as a table of plain text."""
    lines = [HEADS, *(_cells(row) for row in found)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]
    rule = tuple("-" * width for width in widths)
    texts = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in (lines[0], rule, *lines[1:])
    ]
    return "\n".join(texts)


def _cells(row: Row) -> tuple[str, ...]:
    ours, theirs = (f"{_number(value)} {row.unit}" if value is not None else "" for value in (row.ours, row.theirs))
    ratio, cpu = (f"{value:.2f}" if value is not None else "" for value in (row.ratio, row.cpu_ratio))
    return row.book, row.what, ours or row.note, row.beside, theirs, ratio, cpu, row.target, row.verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
