"""Tell what a format cannot hold: one diagnostic for each question and reason, at the file it was written in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pipeline.diagnostics import Diagnostic, Place, Rule, Severity, ordered
from pipeline.export.records import Told

RULES: Final = (
    Rule("X101", "no field for a part", "The format has no field of its own for a part: it stands in the answer, below its title."),
    Rule("X102", "left out", "The format has no place for something that the book knows of a question. JSON holds it."),
    Rule("X103", "link became words", "A text leads to something that the file does not hold, or the format has no links within itself."),
    Rule("X104", "markup without an equal", "The format has no equal for markup of the book: its words are kept, what it meant is not."),
    Rule("X105", "no such share", "Moodle knows no such share of a grade for so many correct choices; a smaller one was written."),
    Rule("X106", "no correct choice", "The edition does not say which choice is correct, and the format asks for it."),
    Rule("X201", "times of notes cannot be read", "exported.json says when notes of a deck changed: an export goes on from it."),
)  # fmt: skip
SEVERITIES: Final[dict[str, Severity]] = {"X105": "warning", "X106": "warning"}
HINTS: Final = {
    "X101": "leave it, or export as json",
    "X102": "leave it, or export as json",
    "X103": "leave the words, or export an edition that holds what they name",
    "X104": "leave it, or export as json",
    "X105": "check the grade in Moodle",
    "X106": "export an edition that prints the key",
}


@dataclass
class Losses:
    """What was lost so far, by question and reason."""

    found: dict[tuple[str, str], tuple[Told, dict[str, None]]] = field(default_factory=dict)

    def tell(self, code: str, told: Told, *what: str) -> None:
        """Note what is lost of a question."""
        if what:
            self.found.setdefault((code, told.id), (told, {}))[1].update(dict.fromkeys(what))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, by place."""
        return ordered(self._diagnostics())

    def _diagnostics(self) -> Iterable[Diagnostic]:
        for (code, _), (told, what) in self.found.items():
            message = f"{_SAID[code]}: {', '.join(what)}"
            yield Diagnostic(code, message, Place(told.source), HINTS[code], SEVERITIES.get(code, "note"))


_SAID: Final = {
    "X101": "below its title in the answer stands",
    "X102": "left out",
    "X103": "words in the place of links to",
    "X104": "no equal for",
    "X105": "the share of each correct choice is rounded",
    "X106": "no choice is marked as correct",
}
