"""The peers that are measured beside guidepress, each in a process of its own: WeasyPrint in one run, and Typst.

Both are given the edition rendered, its formulas drawn: reading, checking, and rendering the book is ours alone to pay for.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from bench import single_run, typst_book
from bench.edition import Prepared
from bench.measure import Run, run
from bench.press import environment

HERE = Path(__file__).parent
WORD = re.compile(r"[^\W\d_]+")
HEAD = 66.0
"""Points below the upper edge of a page: running heads stand above, on more of its pages in one program than in another."""


@dataclass(frozen=True)
class Peer:
    """A program that prints a prepared edition from its folder."""

    name: str
    script: str
    folder: Path

    @property
    def pdf(self) -> Path:
        """What it prints."""
        return self.folder / "peer.pdf"

    def print(self) -> Run:
        """Print the edition, and measure it."""
        self.pdf.unlink(missing_ok=True)
        return run([sys.executable, HERE / self.script, self.folder, self.pdf], environment(self.folder / "cache"))


def weasyprint(prepared: Prepared, folder: Path) -> Peer:
    """Write an edition for WeasyPrint's own API."""
    single_run.write(prepared, folder)
    return Peer("WeasyPrint", "single_run.py", folder)


def typst(prepared: Prepared, folder: Path) -> Peer:
    """Write an edition for Typst."""
    typst_book.write(prepared, folder)
    return Peer("Typst", "typst_run.py", folder)


def pages(pdf: Path) -> int:
    """Count the pages of a file."""
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        return len(document)


def words(pdf: Path) -> Counter[str]:
    """Count the words of a file, without numbers and running heads; words hyphenated at a line's end are joined."""
    found: Counter[str] = Counter()
    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        for number in range(len(document)):
            with contextlib.closing(document[number]) as page, contextlib.closing(page.get_textpage()) as text:
                joined = re.sub("[\x02\ufffe\u00ad\u2010]\\s*|\u200b", "", text.get_text_bounded(top=page.get_height() - HEAD))
                found.update(WORD.findall(joined.casefold()))
    return found
