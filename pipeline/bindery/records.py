"""What the binder is told beside the pages, and what it finds out about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.brand import Palette
from pipeline.press import LaidOut, Signature


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the outline: its title, the id it leads to, and what stands below it."""

    title: str
    target: str
    children: "tuple[Entry, ...]" = ()


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the file says about itself: document information and XMP."""

    title: str
    lang: str
    created: datetime
    modified: datetime
    identifier: str
    """A URN, such as `urn:uuid:...`."""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    publisher: str = ""
    description: str = ""
    subjects: tuple[str, ...] = ()
    rights: str = ""
    producer: str = "guidepress"
    team: str = ""
    """Name of the team whose copy it is."""
    contact: str = ""
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Notes:
    """Ruled lines for the free part of a signature's last page."""

    label: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What one copy has to itself."""

    imprint: Imprint
    own: tuple[tuple[Signature, LaidOut], ...]
    """Signatures in the place of those of the same id, and with as many pages."""
    palette: Palette | None = None
    """Colors in the place of the reserved ones."""
    stamp: str = ""
    """What is printed at the foot of every page but the cover."""


@dataclass(frozen=True, slots=True)
class Folios:
    """The pages of the book: what each is called, and where each id landed."""

    labels: tuple[str, ...]
    """One for each physical page."""
    printed: tuple[str, ...]
    """The folio printed on each physical page; empty on the cover."""
    pages: Mapping[str, int]
    """Destination id to physical page, counted from 0."""
    first: tuple[int, ...]
    """The physical page each signature begins on."""

    def folio(self, target: str) -> str:
        """Give the folio of the page a destination is on; raise KeyError for an unknown id."""
        return self.labels[self.pages[target]]
