"""What the press makes of all questions together: for a cheat sheet, a tracker, and a map."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.model.fields import Level, Line, Plain, Slug
from pipeline.model.matter import Formula


class Made(BaseModel):
    """A frozen record that no author writes."""

    model_config = ConfigDict(frozen=True)


class Entry(Made):
    """A question in a line: its number and name, its first key point if it has one, and where it sends the reader."""

    id: Slug
    number: Plain
    name: Plain
    level: Level | None
    gist: Line | Literal[""]
    see_also: tuple[Slug, ...]


class Group(Made):
    """The questions of a section of the book."""

    title: Plain
    entries: tuple[Entry, ...]


class Overview(Made):
    """The questions of an edition, section by section, and the formulas of the book."""

    groups: tuple[Group, ...]
    formulas: tuple[Formula, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All questions, in order."""
        return tuple(entry for group in self.groups for entry in group.entries)
