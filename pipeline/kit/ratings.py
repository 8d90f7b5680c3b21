"""Write down what was collected, and how far interviewers agree: tables for people and their programs, and consensus forms filled in."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from statistics import fmean, stdev
from typing import Any, Final

from pipeline.kit.field_marks import TICKED
from pipeline.kit.sheets import Competency, Expected, Sheet

FORMAT: Final = 1
FEWEST_PAIRS: Final = 10
"""Pairs of ratings below which weighted kappa says nothing."""
APART: Final = 2
"""Points between two ratings from which a disagreement is marked."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection)."""
RATINGS: Final = (
    "candidate", "interviewer", "date", "form", "question", "competency", "rating", "evidence",
    "competency_rating", "recommendation", "scored_before",
)  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """Figures about the ratings of one thing; None where there are too few for a figure."""

    n: int
    candidates: int
    pairs: int
    """Ratings of one candidate by two interviewers."""
    mean: float | None
    spread: float | None
    """Standard deviation of the ratings, of a sample."""
    percent_agreement: float | None
    """Of the pairs, how many per hundred are equal."""
    weighted_kappa: float | None


AGREEMENT: Final = ("kind", "name", *(each.name for each in fields(Agreement)))


@dataclass(frozen=True)
class Candidate:
    """A candidate: the sheets about one, in the order of their interviewers."""

    sheets: tuple[Sheet, ...]

    @property
    def code(self) -> str:
        """The code, as the first of the sheets has it."""
        return self.sheets[0].candidate

    @property
    def form(self) -> str:
        """The form that was asked."""
        return self.sheets[0].form

    def ratings(self, part: str) -> tuple[int | None, ...]:
        """Return every interviewer's rating of ``q.<number>`` or ``c.<id>``."""
        kind, _, name = part.partition(".")
        return tuple((sheet.questions if kind == "q" else sheet.competencies).get(name) for sheet in self.sheets)

    def apart(self, part: str) -> int:
        """Return how far the ratings of something lie apart."""
        known = [rating for rating in self.ratings(part) if rating]
        return max(known) - min(known) if known else 0

    def weighted(self, competencies: Sequence[Competency], interviewer: int | None = None) -> float | None:
        """Add up one interviewer's ratings of competencies by their weights, or the means of all; None where one is missing."""
        total = 0.0
        for competency in competencies:
            found = self.ratings(f"c.{competency.id}")
            known = [rating for rating in (found if interviewer is None else found[interviewer : interviewer + 1]) if rating]
            if not known:
                return None
            total += competency.weight * fmean(known)
        return round(total, 2)


def candidates(sheets: Iterable[Sheet]) -> tuple[Candidate, ...]:
    """Put together the sheets of each candidate."""
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        found.setdefault(sheet.key[0], []).append(sheet)
    return tuple(Candidate(tuple(sorted(of_one, key=lambda sheet: sheet.key))) for _, of_one in sorted(found.items()))


def parts(expected: Expected, form: str) -> tuple[str, ...]:
    """Name what is rated: the questions of a form, and the competencies."""
    questions = (f"q.{question.number}" for question in expected.forms[form].questions)
    return *questions, *(f"c.{competency.id}" for competency in expected.competencies)


def ratings_csv(sheets: Sequence[Sheet], expected: Expected) -> bytes:
    """Return a table with a row for each candidate, interviewer, and question."""
    return _table(RATINGS, (row for sheet in sheets for row in _rows(sheet, expected)))


def _rows(sheet: Sheet, expected: Expected) -> Iterator[tuple[object, ...]]:
    last = sheet.recommendation, "yes" if sheet.scored_before else "no"
    for question in expected.forms[sheet.form].questions:
        number, competency = question.number, question.competency
        yield (
            sheet.candidate, sheet.interviewer, sheet.date, sheet.form, number, competency, sheet.questions.get(number),
            sheet.evidence.get(number), sheet.competencies.get(competency), *last,
        )  # fmt: skip


def agreement_csv(people: Sequence[Candidate], expected: Expected) -> bytes:
    """Return a table of how far interviewers agree on each question and each competency."""
    asked = dict.fromkeys(part for form in expected.forms for part in parts(expected, form))
    rows = []
    for part in sorted(asked, key=lambda part: part.startswith("c.")):
        kind, _, name = part.partition(".")
        figures = agreement([[rating for rating in one.ratings(part) if rating] for one in people], expected.highest)
        rows.append(({"q": "question", "c": "competency"}[kind], name, *map(_rounded, asdict(figures).values())))
    return _table(AGREEMENT, rows)


def agreement(by_candidate: Sequence[Sequence[int]], highest: int) -> Agreement:
    """Return the figures about ratings, given for each candidate."""
    ratings = [rating for of_one in by_candidate for rating in of_one]
    pairs = [pair for of_one in by_candidate for pair in combinations(of_one, 2)]
    return Agreement(
        n=len(ratings),
        candidates=sum(bool(of_one) for of_one in by_candidate),
        pairs=len(pairs),
        mean=fmean(ratings) if ratings else None,
        spread=stdev(ratings) if len(ratings) > 1 else None,
        percent_agreement=100 * sum(one == two for one, two in pairs) / len(pairs) if pairs else None,
        weighted_kappa=weighted_kappa(pairs, highest) if len(pairs) >= FEWEST_PAIRS else None,
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]], highest: int) -> float | None:
    """Return kappa with quadratic weights (Cohen 1968); None where all ratings are one.

    Interviewers have no fixed places: who is first in a pair is chance. So each pair counts in both orders, and both
    sides have the same shares, as in Scott's pi.
    """
    both = [*pairs, *((two, one) for one, two in pairs)]
    shares = Counter(one for one, _ in both)
    scale = range(1, highest + 1)
    by_chance = sum((one - two) ** 2 * shares[one] * shares[two] for one in scale for two in scale) / len(both)
    seen = sum((one - two) ** 2 for one, two in both)
    return 1 - seen / by_chance if by_chance else None


def _rounded(value: float | int | None) -> float | int | None:
    return round(value, 3) if isinstance(value, float) else value


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a table as spreadsheets read it (RFC 4180), with a mark that says UTF-8."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig", "replace")


def _cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe in front makes a text of it."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


def ratings_json(sheets: Sequence[Sheet], expected: Expected, written: Mapping[str, str]) -> bytes:
    """Return all that was collected, with the digests of sheets, and of the consensus forms written."""
    people = candidates(sheets)
    names = file_names(people)
    record = {
        **about(expected),
        "sheets": [asdict(sheet) for sheet in sheets],
        "candidates": [_told(one, expected, names[one.code]) for one in people],
        "consensus": dict(sorted(written.items())),
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def about(expected: Expected) -> dict[str, Any]:
    """Return what the sheets of a collection have in common."""
    return {
        "ratings": FORMAT,
        "book": expected.book,
        "version": expected.version,
        "plan": expected.plan,
        "forms": {name: form.digest for name, form in sorted(expected.forms.items())},
        "scale": expected.scale,
        "aggregation": expected.aggregation,
    }


def _told(one: Candidate, expected: Expected, file: str) -> dict[str, Any]:
    """Return what is told of a candidate: every rating side by side, and how far apart they are."""
    must = {f"c.{competency.id}" for competency in expected.competencies if competency.must_pass}
    rated = {
        part: {"ratings": list(one.ratings(part)), "apart": one.apart(part), **({"must_pass": True} if part in must else {})}
        for part in parts(expected, one.form)
    }
    told: dict[str, Any] = {"candidate": one.code, "form": one.form, "interviewers": [], "consensus": file, "rated": rated}
    told["interviewers"] += (sheet.interviewer for sheet in one.sheets)
    if expected.aggregation == "sum":
        told["sums"] = [one.weighted(expected.competencies, n) for n in range(len(one.sheets))]
        told["sum"] = one.weighted(expected.competencies)
    return told


def file_names(people: Sequence[Candidate]) -> Mapping[str, str]:
    """Return the name of each candidate's consensus form: of a code, nothing that means something to a file system."""
    codes = ((one.code, unicodedata.normalize("NFKD", one.code)) for one in people)
    plain = {code: re.sub(r"[^A-Za-z0-9_-]+", "-", letters).strip("-")[:40] for code, letters in codes}
    taken = [name.casefold() for name in plain.values()]
    names = {}
    for code, name in plain.items():
        unique = name == code and taken.count(name.casefold()) == 1
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        names[code] = f"consensus-{name}.pdf" if unique else "-".join(filter(None, ("consensus", name, digest))) + ".pdf"
    return names


def consensus_values(one: Candidate, expected: Expected) -> Mapping[str, str]:
    """Return what a consensus form is filled in with: names, ratings side by side, what is apart, sums if the role adds up."""
    values = {"candidate": one.code}
    for n, sheet in enumerate(one.sheets, start=1):
        values[f"i.{n}.name"] = sheet.interviewer
        if expected.aggregation == "sum":
            values[f"i.{n}.sum"] = _figure(one.weighted(expected.competencies, n - 1))
    for part in parts(expected, one.form):
        values |= {f"i.{n}.{part}.rating": str(rating or "") for n, rating in enumerate(one.ratings(part), start=1)}
        values[f"{part}.apart"] = TICKED if one.apart(part) >= APART else ""
    if expected.aggregation == "sum":
        values["sum"] = _figure(one.weighted(expected.competencies))
    return values


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
