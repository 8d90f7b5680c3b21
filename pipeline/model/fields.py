"""The types of fields, and the record that every other one is made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints


@dataclass(frozen=True, slots=True)
class Prose:
    """Mark a field as Markdown: a block of paragraphs, or one line."""

    inline: bool


SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
Plain = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), Prose(inline=True)]
Block = Annotated[str, StringConstraints(min_length=1, max_length=200_000), Prose(inline=False)]
Listing = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,7})*$")]
COLOR = r"^#[0-9a-fA-F]{6}$"
Color = Annotated[str, StringConstraints(pattern=COLOR)]
Address = Annotated[str, StringConstraints(pattern=r"^(https://[^\s<>\"]+|mailto:[^\s<>\"]+)$", max_length=400)]

QuestionType = Literal["technical", "scenario", "behavioral", "coding"]
Level = Literal["foundation", "intermediate", "advanced"]
LEVELS: tuple[Level, ...] = ("foundation", "intermediate", "advanced")
Audience = Literal["public", "kit"]


def _seconds(value: Any) -> Any:
    """Read ``90s`` or ``3m`` as seconds."""
    if isinstance(value, str) and value[:-1].isdigit() and value[-1:] in ("s", "m"):
        return int(value[:-1]) * (60 if value.endswith("m") else 1)
    raise ValueError("a duration is a whole number and 's' or 'm', such as 90s or 3m")


def bare(field: str, value: Any) -> Any:
    """Let a bare text stand for the record that has nothing but this field."""
    return {field: value} if isinstance(value, str) else value


Duration = Annotated[int, BeforeValidator(_seconds), Field(json_schema_extra={"type": "string", "pattern": r"^\d+[sm]$"})]


class Record(BaseModel):
    """A frozen record that knows no key but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
