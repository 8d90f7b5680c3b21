"""Read score sheets and check each against what was handed out; name by file and field what is wrong with one."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.diagnostics import Diagnostic, Place, Rule, Severity, nearest
from pipeline.kit.forms import Field, FormError, fields

OWN: Final = "guidepress."
SHEET: Final = "score-sheet"
LARGEST: Final = 64_000_000
"""Bytes of a file that is looked into."""
KINDS: Final = {
    "text": "a line of text", "area": "an area of text", "radio": "radio buttons", "check": "a check box",
    "other": "something else",
}  # fmt: skip

RULES: Final = (
    Rule("K901", "sheet cannot be read", "A file is damaged, cut off, locked with a password, or no PDF. Ask for it anew."),
    Rule("K902", "no score sheet", "A PDF has no form, or its form does not say that it is a score sheet of this press."),
    Rule("K903", "sheet of another book", "Sheets are collected for one book at a time."),
    Rule("K904", "sheet of another version", "The questions of another version may differ, and what ratings of them mean."),
    Rule("K905", "sheet of another plan", "Sheets are collected for one plan at a time: each has a role of its own."),
    Rule("K906", "no such form", "The plan has no form of the name that the sheet bears."),
    Rule("K907", "form was made again", "The sheet is of a form as it was before its questions were changed."),
    Rule("K908", "unknown field", "A sheet has a field that the one handed out has not."),
    Rule("K909", "missing field", "A sheet lacks a field of the one that was handed out."),
    Rule("K910", "foreign field", "A field has another kind, other states, or another place than when it was handed out."),
    Rule("K911", "value outside of the scale", "A field holds what it cannot hold, or shows another choice than it holds."),
    Rule("K912", "sheet of nobody", "Without a candidate's code and an interviewer's name, a rating belongs to nobody."),
    Rule("K913", "two sheets of an interviewer", "An interviewer rates a candidate once. Nothing tells which sheet counts."),
    Rule("K914", "two forms for a candidate", "A candidate is asked one form; the sheets at hand are of several."),
    Rule("K915", "rating is missing", "A question, a competency, or the recommendation was left out. The rest is collected."),
    Rule("K916", "sheet has changed", "A sheet is locked when it is first collected: no rating follows a debrief."),
    Rule("K917", "sheet was saved again", "The file has changed since it was collected; what it says has not."),
    Rule("K918", "no room in the consensus form", "The form has no fields for so many interviewers, or these questions."),
    Rule("K919", "may be scored after the debrief", "The interviewer has not ticked that nobody was talked to before scoring."),
    Rule("K920", "folder is taken", "Ratings are written into a folder of their own, and only of one plan."),
    Rule("K921", "consensus form is filled in", "Somebody has written into a consensus form since it was made. It is kept."),
)
"""What collecting says about score sheets, as ``guidepress explain`` prints it."""


@dataclass(frozen=True)
class Question:
    """A question of a form: its number on the sheet, its id, and the competency that it rates."""

    number: str
    id: str
    competency: str


@dataclass(frozen=True)
class Competency:
    """A competency of the role: how much it weighs, and whether a candidate may fail it."""

    id: str
    title: str
    weight: int = 1
    must_pass: bool = False


@dataclass(frozen=True)
class Form:
    """A form of the plan: the digest that its sheets bear, its questions, and the fields of its blank sheet."""

    digest: str
    questions: tuple[Question, ...]
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Expected:
    """What sheets must be of to be collected together, and how they are rated."""

    book: str
    version: str
    plan: str
    forms: Mapping[str, Form]
    competencies: tuple[Competency, ...]
    scale: Literal["four-point", "five-point"] = "five-point"
    aggregation: Literal["sum", "discuss-only"] = "discuss-only"

    @property
    def highest(self) -> int:
        """The best rating of the scale."""
        return 4 if self.scale == "four-point" else 5


@dataclass(frozen=True)
class Sheet:
    """What one interviewer has written about one candidate. Ratings that are missing are missing."""

    file: str
    sha256: str
    """Of the bytes of the file, as it was when it was collected."""
    form: str
    candidate: str
    interviewer: str
    date: str
    questions: Mapping[str, int]
    evidence: Mapping[str, str]
    competencies: Mapping[str, int]
    recommendation: str
    scored_before: bool

    @property
    def key(self) -> tuple[str, str]:
        """Who rated whom, however the names are spaced or capitalized."""
        return folded(self.candidate), folded(self.interviewer)

    @property
    def content(self) -> tuple[object, ...]:
        """All that was filled in."""
        ratings = (sorted(self.questions.items()), sorted(self.evidence.items()), sorted(self.competencies.items()))
        return self.form, self.candidate, self.interviewer, self.date, *ratings, self.recommendation, self.scored_before


@dataclass
class Read:
    """A sheet that was read, None where it is refused, and what is to be said about it."""

    file: str
    sheet: Sheet | None = None
    faults: list[Diagnostic] = field(default_factory=list)

    def say(self, code: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Note something about the file."""
        self.faults.append(Diagnostic(code, message, Place(self.file), hint, severity))


def folded(name: str) -> str:
    """Return a name as it is compared with others."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def quoted(text: str) -> str:
    """Return somebody's words for a message: in one line, and not too many."""
    line = " ".join(text.split())
    return f"'{line if len(line) <= 60 else line[:59] + '…'}'"


def read(file: str, data: bytes, expected: Expected) -> Read:
    """Read a sheet out of a file, and say what is wrong with it; one with an error is refused."""
    read = Read(file)
    try:
        if len(data) > LARGEST:
            raise FormError(f"the file has {len(data) // 1_000_000} MB, and no sheet has")
        found = fields(data)
    except FormError as error:
        kind = "K902" if data.startswith(b"%PDF-") and "no form" in str(error) else "K901"
        read.say(kind, f"not collected: {error}", "ask its interviewer for the score sheet, as it was saved")
        return read
    form = _form(read, found, expected)
    if form is not None:
        name = found[f"{OWN}form"].value
        _check_fields(read, found, form)
        if not _errors(read):
            read.sheet = _sheet(read, name, hashlib.sha256(data).hexdigest(), found, form)
    if _errors(read):
        read.sheet = None
    return read


def _errors(read: Read) -> bool:
    return any(fault.severity == "error" for fault in read.faults)


def _form(read: Read, found: Mapping[str, Field], expected: Expected) -> Form | None:
    """Return the form that a sheet is of; None, with what is said, where it is not one of those handed out."""
    identity = {name.removeprefix(OWN): each.value for name, each in found.items() if name.startswith(OWN)}
    if identity.get("sheet") != SHEET:
        what = f"it is a '{identity['sheet']}'" if identity.get("sheet") else "its fields do not say what it is"
        read.say("K902", f"not a score sheet: {what}", "collect the score sheets that were filled in, and nothing else")
        return None
    for code, key in (("K903", "book"), ("K904", "version"), ("K905", "plan")):
        wanted = getattr(expected, key)
        if (stated := identity.get(key, "")) != wanted:
            message = f"{OWN}{key}: of another {key}, {quoted(stated)} in place of '{wanted}'"
            read.say(code, message, f"use the sheets of {key} '{wanted}'")
    if _errors(read):
        return None
    form = expected.forms.get(name := identity.get("form", ""))
    if form is None:
        read.say("K906", f"{OWN}form: the plan has no form {quoted(name)}", nearest(name, expected.forms))
    elif identity.get("digest") != form.digest:
        hint = "use the sheets that came with this release: their questions differ from those of another"
        read.say("K907", f"{OWN}digest: form '{name}' was made again since this sheet", hint)
        return None
    return form


def _check_fields(read: Read, found: Mapping[str, Field], form: Form) -> None:
    """Compare the fields with those of the blank sheet, and their values with what they can say."""
    for name in found.keys() - form.fields.keys():
        read.say("K908", f"{name[:80]}: no field of the sheet that was handed out", nearest(name, form.fields))
    for name, blank in form.fields.items():
        one = found.get(name)
        if one is None:
            read.say("K909", f"{name}: the field is missing", "ask for the sheet as it was handed out, filled in")
        elif one.kind != blank.kind:
            read.say("K910", f"{name}: was handed out as {KINDS[blank.kind]}, and is {KINDS[one.kind]}")
        elif not one.same_shape(blank):
            read.say("K910", f"{name}: not the field that was handed out, but one made by hand or moved")
        elif one.value and one.states and any(blank.states) and one.value not in blank.states:
            read.say("K911", f"{name}: {quoted(one.value)} is no value of this field", nearest(one.value, set(blank.states)))
        elif one.shown is not None and one.shown != one.value:
            shown, held = quoted(one.shown), quoted(one.value)
            read.say("K911", f"{name}: shows {shown} and holds {held}", "choose it again and save the sheet")


def _sheet(read: Read, form_name: str, digest: str, found: Mapping[str, Field], form: Form) -> Sheet | None:
    """Take what a sheet says; say what it leaves out."""
    people = {name: _name(found[name].value) for name in ("candidate", "interviewer")}
    for name, value in people.items():
        if not value:
            message = f"{name}: left empty, so that the sheet belongs to nobody"
            read.say("K912", message, f"fill in the {name} and save the sheet")
    numbers = [question.number for question in form.questions]
    competencies = [name.split(".")[1] for name in form.fields if name.startswith("c.") and name.endswith(".rating")]
    _say_what_is_left_out(read, found)
    return Sheet(
        file=read.file,
        sha256=digest,
        form=form_name,
        **people,
        date=found["date"].value.strip() if "date" in found else "",
        questions={name: rating for name in numbers if (rating := _rating(read, found, f"q.{name}.rating"))},
        evidence={name: _text(found, f"q.{name}.evidence") for name in numbers},
        competencies={name: rating for name in competencies if (rating := _rating(read, found, f"c.{name}.rating"))},
        recommendation=_text(found, "recommendation"),
        scored_before=bool(_text(found, "scored_before")),
    )


def _name(value: str) -> str:
    """Return a name or a code in one line, without signs that nobody sees."""
    seen = (" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", value))
    return " ".join("".join(letter for letter in seen if unicodedata.category(letter) not in ("Cc", "Cf")).split())


def _rating(read: Read, found: Mapping[str, Field], name: str) -> int:
    """Return a rating; 0, with what is said, where there is none."""
    if (value := _text(found, name)).isdecimal():
        return int(value)
    read.say("K915", f"{name}: no rating", "ask its interviewer whether it was left out on purpose", "warning")
    return 0


def _text(found: Mapping[str, Field], name: str) -> str:
    return found[name].value if name in found else ""


def _say_what_is_left_out(read: Read, found: Mapping[str, Field]) -> None:
    if "recommendation" in found and not found["recommendation"].value:
        read.say("K915", "recommendation: none", "ask its interviewer whether it was left out on purpose", "warning")
    if "scored_before" in found and not found["scored_before"].value:
        hint = "ask its interviewer: a rating that has heard the others' is worth less"
        read.say("K919", "scored_before: not ticked, so that it may have been scored after the debrief", hint, "warning")
