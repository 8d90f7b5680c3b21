"""Teams: who has copies of the guides made in its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import StringConstraints

from pipeline.model.fields import Color, Record, Slug

LOGO = r"^[a-z0-9][a-z0-9-]*\.(svg|png)$"
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LogoFile = Annotated[str, StringConstraints(pattern=LOGO, max_length=80)]


class Team(Record):
    """A hiring team or a publisher: its name, color, logo, and where to reach it."""

    id: Slug
    name: Short
    accent: Color | None = None
    logo: LogoFile | None = None
    logo_alt: Short | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture beside a team's record."""

    data: bytes
    type: Literal["svg", "png"]
