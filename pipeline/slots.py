"""The contract of page numbers: templates print zeros in a face of their own, the press marks them, the bindery writes over them.

An element of class `slot` holds words with zeros in them, as many as a number may have digits, and names its target in
`data-slot`. The press puts a comment line before the one text operator that shows them: `%slot INDEX FIRST COUNT ALIGN
FACE`, and before a page's own number `%folio 0 FIRST COUNT ALIGN FACE`. FIRST and COUNT say which glyphs are the zeros,
ALIGN which edge stays, FACE the name of the font resource.

Where a slot of class `among-words` stands in a line that is set from the left, what follows it there moves up to its number, so that
no gap is seen: `%move INDEX COUNT SIZE SIGN FACE` stands before the operator that moves it, and again before the one that moves
back what comes after the line. SIZE is that of the face in CSS pixels. A link there says under `/Moved` which of these stand
before its end, each as `INDEX COUNT SIZE FACE EDGES`, where EDGES is 2 when it stands before its beginning too.
"""

import re
from dataclasses import dataclass

FOLIO_FACE, FACE, SERIF_FACE = "Book Folio", "Book Slot", "Book Slot Serif"
"""Families that hold page numbers and nothing else, so that their text is found: at the foot, in a list, in a sentence."""
CLASS, TARGET = "slot", "data-slot"
ZEROS = re.compile(r"0+")
ALIGN = {"left": "l", "start": "l", "center": "c"}
SHARES = {b"l": 0.0, b"c": 0.5, b"r": 1.0}
"""Share of what a number leaves free that goes before it."""
SERIF, AMONG_WORDS = "serif", "among-words"
"""Classes of a slot in the face of sentences, and of one that stands among words: it begins where they end, and what follows it
follows closely."""
MARKS = b"%slot ", b"%folio ", b"%move "
MARKED = re.compile(rb"%(slot|folio) (\d+) (\d+) (\d+) ([lcr]) (\S+)\n\[(.*?)\] TJ", re.DOTALL)
MOVED = re.compile(rb"%move (\d+) (\d+) (\S+) (-?1) (\S+)\n1 0 0 1 0 0 cm")
LINK = re.compile(rb"/Moved \(([^)]*)\)")
RECT = re.compile(rb"/Rect \[(\S+) (\S+) (\S+) (\S+)\]")
FOLIO = re.compile(rb"1 0 0 -1 (\S+) (\S+) Tm\n/(\S+) (\S+) Tf\n%folio \d+ \d+ (\d+)")
"""Where the press prints a page's folio: in CSS pixels from the upper left corner, for how many digits."""
DESCRIBED = re.compile("\ue000(\\d+)\ue001")
"""Stands for a page number in the description of a link, until it is known."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the press says of the zeros that a text operator shows."""

    index: int | None
    """Which slot of the signature it is; None for the page's own folio."""
    first: int
    count: int
    align: str
    face: str

    def written(self) -> bytes:
        """Return the comment line that stands before the operator."""
        name = "folio 0" if self.index is None else f"slot {self.index}"
        return f"%{name} {self.first} {self.count} {ALIGN.get(self.align, 'r')} {self.face}\n".encode()


def before_end(mark: Mark, size: str, *, both: bool) -> str:
    """Return what a link says of a slot before its end, or before both of its edges."""
    return f"{mark.index} {mark.count} {size} {mark.face} {1 + both}"


def moving(mark: Mark, size: str, sign: int) -> bytes:
    """Return the operator that moves what follows a slot up to its number (-1), or what comes after the line back (1)."""
    return f"%move {mark.index} {mark.count} {size} {sign} {mark.face}\n1 0 0 1 0 0 cm".encode()


def described(index: int, words: str) -> str:
    """Return the words of a slot with what stands for its number in the description of a link."""
    return ZEROS.sub(f"\ue000{index}\ue001", words, count=1)
