"""Hold a question of any source, before it has an id and is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.bring.elements import Node, said


@dataclass(slots=True)
class Picked:
    """A choice of a question: its words, whether it is correct, and why."""

    text: list[Node]
    correct: bool = False
    note: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A question of a source: what it asks, its answer, and what else is known of it."""

    path: str
    line: int
    ask: list[Node]
    answer: list[Node] = field(default_factory=list)
    section: str = ""
    level: str = ""
    topics: tuple[str, ...] = ()
    key_points: list[list[Node]] = field(default_factory=list)
    choices: list[Picked] = field(default_factory=list)
    given: str = ""
    """The name that the source has for it."""
    anchors: set[str] = field(default_factory=set)
    """Names that links of its file use for it."""

    @property
    def asked(self) -> str:
        """Its words, as they are compared with those of others."""
        return said(self.ask).casefold()

    @property
    def content(self) -> str:
        """All its words, as they are compared with those of another import."""
        texts = [said(self.ask), said(self.answer), *map(said, self.key_points)]
        texts += [f"{said(choice.text)}\t{choice.correct}\t{said(choice.note)}" for choice in self.choices]
        return "\n".join(texts)


@dataclass(slots=True)
class Haul:
    """All that a source holds: its questions in order, its title, and words that stand around them."""

    items: list[Item] = field(default_factory=list)
    title: str = ""
    around: dict[str, list[tuple[str, list[Node]]]] = field(default_factory=dict)
    """Blocks before the questions of a section, by its title, each with its file."""
    files: int = 0
    empty: list[str] = field(default_factory=list)
    """Files in which no question was found."""
