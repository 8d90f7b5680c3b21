"""Ask the authorities of the field about every file of a release: veraPDF, EPUBCheck, Ace, the Nu Html Checker, and qpdf.

All cores are used, and what they say is gathered in one report, with what preflight has found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

from pipeline import release
from pipeline.authorities import epub_checkers, findings, pdf_checkers
from pipeline.authorities.findings import NO_ANSWER, RULES, Authority, Check, Finding, Places, Report, Reported, Row
from pipeline.authorities.nu_checker import check_nu, nu_version
from pipeline.diagnostics import Diagnostic, Place, ToolError
from pipeline.formats import EPUB, FORMATS, HTML, PDF
from pipeline.model import Book
from pipeline.release import Release
from pipeline.work.crew import Crew, Died

__all__ = ["AUTHORITIES", "PREFLIGHT", "RULES", "Authority", "Finding", "Report", "Reported", "Row", "check_tools", "verify"]

AUTHORITIES = (
    Authority("PDF/A-2a", "P401", PDF.name, partial(pdf_checkers.check_verapdf, "2a"), pdf_checkers.verapdf_version),
    Authority("PDF/UA-1", "P402", PDF.name, partial(pdf_checkers.check_verapdf, "ua1"), pdf_checkers.verapdf_version),
    Authority("Ace", "P404", EPUB.name, epub_checkers.check_ace, epub_checkers.ace_version),
    Authority("EPUBCheck", "P403", EPUB.name, epub_checkers.check_epubcheck, epub_checkers.epubcheck_version),
    Authority("Nu", "P406", HTML.name, check_nu, nu_version),
    Authority("qpdf", "P405", PDF.name, pdf_checkers.check_qpdf, pdf_checkers.qpdf_version),
)
"""The slowest first, so that the last to end is a short one."""
PREFLIGHT = "preflight"
MOST = 5
"""Findings of one rule in one file that are told apart; a fault of a template is found a thousand times."""
EPUB_PLACE = re.compile(r"\b(EPUB/[^\s:]+)(?::(\d+))?")

Say = Callable[[str, str, int], None]
"""Hears each answer: who, about which artefact, and how many findings."""
Answers = Mapping[tuple[str, str], tuple[Finding, ...]]
Together = tuple[tuple[Finding, ...], ...]
"""What each of some authorities has against one file."""


def check_tools() -> Mapping[str, str]:
    """Return the version of each authority. Raises ToolError for the first that is not installed."""
    return {authority.name: authority.version() for authority in AUTHORITIES}


def verify(standing: Release, prior: Iterable[Diagnostic], book: Book | None, jobs: int, say: Say) -> Report:
    """Ask the authorities about the files of a release, ``jobs`` at a time.

    ``prior`` is what preflight has found in it; ``book`` is what it was made from, if that is at hand. An authority that
    gives no answer about a file is a finding in it. Raises ToolError when one is not installed.
    """
    versions = {PREFLIGHT: standing.versions.get("guidepress", ""), **check_tools()}
    found = _sorted_out(prior, standing)
    answers = {**found, **_ask(standing, jobs, say)}
    known = findings.places(book) if book is not None and book.outline.id == standing.book.id else {}
    reported = tuple(item for (name, path), each in answers.items() for item in _report(standing, name, path, each, known))
    return Report(standing.digest, versions, tuple(_rows(standing, answers)), reported)


def _ask(standing: Release, jobs: int, say: Say) -> Answers:
    """Return the answer of every authority about every file of its format that is there."""
    answers: dict[tuple[str, str], tuple[Finding, ...]] = {}
    present = [artefact for artefact in standing.artefacts if release.file_bytes(standing, artefact) is not None]
    # Each worker keeps a Java machine of its own.
    with Crew(jobs) as crew:
        asked = {
            crew.send(_answers, tuple(each.check for each in together), standing.folder / artefact.path): (together, artefact.path)
            for together in _by_program()
            for artefact in present
            if FORMATS[artefact.format].media_type == FORMATS[together[0].format].media_type
        }
        for answer in as_completed(asked):
            together, path = asked[answer]
            for authority, found in zip(together, _heard(answer, together), strict=True):
                answers[authority.name, path] = found
                say(authority.name, path, len(found))
    keys = ((authority.name, artefact.path) for authority in AUTHORITIES for artefact in present)
    return {key: answers[key] for key in keys if key in answers}


def _by_program() -> Iterator[tuple[Authority, ...]]:
    """Yield the authorities, those together for whom the same program speaks: it reads a file once for them."""
    for _, together in groupby(AUTHORITIES, lambda authority: (authority.version, authority.format)):
        yield tuple(together)


def _answers(checks: Sequence[Check], path: Path) -> Together:
    return tuple(_answer(check, path) for check in checks)


def _answer(check: Check, path: Path) -> tuple[Finding, ...]:
    """Ask about a file; that there is no answer is a finding, so that those of others are not lost for it."""
    try:
        return check(path)
    except ToolError as error:
        return (Finding(NO_ANSWER, str(error)),)


def _heard(answer: Future[Together], together: Sequence[Authority]) -> Together:
    """Return the answers of authorities about a file, or that they have ended one worker after another over it."""
    try:
        return answer.result()
    except Died as error:
        return tuple((Finding(NO_ANSWER, f"{authority.name}: {error}"),) for authority in together)


def _sorted_out(prior: Iterable[Diagnostic], standing: Release) -> Answers:
    """Return what preflight found by artefact; what is about the release itself stands under its own path."""
    paths = [artefact.path for artefact in standing.artefacts]
    found: dict[tuple[str, str], tuple[Finding, ...]] = {(PREFLIGHT, path): () for path in paths}
    for diagnostic in prior:
        given = diagnostic.place.path
        path = next((path for path in paths if given == path or given.startswith(f"{path}/")), given)
        finding = _finding(diagnostic, given.removeprefix(path).removeprefix("/"))
        found[PREFLIGHT, path] = (*found.get((PREFLIGHT, path), ()), finding)
    return found


def _finding(diagnostic: Diagnostic, file: str) -> Finding:
    """Read a diagnostic of preflight; the file inside an EPUB stands in its place or in its message."""
    inner = EPUB_PLACE.search(diagnostic.message)
    line = int(inner[2] or 0) if inner and not file else 0
    return Finding(diagnostic.code, diagnostic.message, file or (inner[1] if inner else ""), line, severity=diagnostic.severity)


def _rows(standing: Release, answers: Answers) -> Iterator[Row]:
    """Yield a row for each artefact, and for what else preflight names."""
    for path in dict.fromkeys((*(a.path for a in standing.artefacts), *(path for _, path in answers))):
        names = (PREFLIGHT, *(authority.name for authority in AUTHORITIES))
        yield Row(path, {name: len(answers[name, path]) for name in names if (name, path) in answers})


def _report(standing: Release, name: str, path: str, found: Sequence[Finding], known: Places) -> Iterator[Reported]:
    """Yield the findings of one authority in one file, at most a few of each rule."""
    total, seen = Counter(finding.rule for finding in found), Counter[str]()
    for finding in found:
        seen[finding.rule] += 1
        if seen[finding.rule] > MOST:
            continue
        more = total[finding.rule] - MOST if seen[finding.rule] == MOST else 0
        told = replace(finding, message=f"{finding.message} (and {more} more like it)") if more > 0 else finding
        place = findings.source(finding, standing.folder / path, known)
        yield Reported(name, path, finding.rule, finding.location, _diagnostic(name, path, told, place))


def _diagnostic(name: str, path: str, finding: Finding, place: Place | None) -> Diagnostic:
    """Put a finding where it was written, and say in which artefact it shows; or else put it in the artefact."""
    own = finding.rule if finding.rule == NO_ANSWER else ""
    code = own or next((authority.code for authority in AUTHORITIES if authority.name == name), finding.rule)
    message = finding.message if code == finding.rule else f"{name} {finding.rule}: {finding.message}"
    shows = " at ".join(filter(None, (path, finding.location)))
    within = Place(f"{path}/{finding.file}" if finding.file else path, max(1, finding.line), max(1, finding.column))
    hint = f"look in {shows}" if place or finding.where else ""
    return Diagnostic(code, message, place or within, hint, finding.severity)
