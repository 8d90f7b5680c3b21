"""The kinds of sections: one row each, and all that the press knows of a kind.

A kind's name is its template (``templates/sections/<name>.xhtml``) and its CSS class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Matter = Literal["cover", "front", "body"]
"""Cover pages are not counted, front pages have roman folios, body pages arabic ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionKind:
    """A kind of section: where it may stand, what it is called, and what is done with it."""

    name: str
    matter: Matter = "body"
    stands_in: tuple[str, ...] = ()
    """Names in an edition's list of sections under which it is printed; its own when there are none."""
    source: str = "book.yaml"
    """File that it is made from, if it is not written in one of its own."""
    epub_type: str = ""
    """EPUB Structural Semantics 1.1, https://www.w3.org/TR/epub-ssv-11/ ."""
    role: str = ""
    """DPUB-ARIA 1.1, https://www.w3.org/TR/dpub-aria-1.1/ ."""
    landmark: str = ""
    """``epub:type`` under which reading systems offer it by name."""
    feature: str = ""
    """Feature for accessibility that an EPUB with it has (schema.org)."""
    running_head: str = ""
    """Label at the head of its pages; its title, or that of its part of the book, when there is none."""
    counterpart: str = ""
    """Of a question its answer, of an answer its question: begins the names of labels that link to it."""
    on_screen: bool = True
    """Whether it is a section on a screen too; a picture stands there for the cover."""
    branded_on_paper: bool = False
    branded_on_screen: bool = False
    """Whether it says whose copy it is, so that each copy has its own."""
    is_written: bool = False
    """Whether authors write it, and choose its id; the press makes the others, under their own names."""
    is_target: bool = False
    """Whether texts may link to it, and index entries of its record point at it as a whole."""
    is_question: bool = False
    is_numbered: bool = False
    """Whether a question's number stands before its title and in its captions."""
    stands_alone: bool = False
    """Whether an edition may have nothing but it."""
    is_overview: bool = False
    """Whether it shows all questions of an edition together."""
    is_planned: bool = False
    """Whether it is made of a plan of interviews."""
    opens: Literal["recto", "verso", ""] = ""
    """On which side of a leaf it begins, if that matters: a leaf for notes stands before it where it would not."""
    in_contents: bool = True
    """Whether the contents name it, if it stands in the body."""
    needs_folios: bool = False
    """Whether what it prints depends on how places landed, so that it can only be rendered after them."""

    def __str__(self) -> str:
        """Return the name, as templates print it."""
        return self.name

    @property
    def label(self) -> str:
        """Name of the label that is its title, where nobody wrote one."""
        return self.name.replace("-", "_")

    @property
    def prints_itself(self) -> bool:
        """Whether it prints its own record and no other's: a cover may be drawn from all of them, and an index points into them."""
        return not (self.needs_folios or self.matter == "cover")

    @property
    def places(self) -> tuple[str, ...]:
        """Names in an edition's list of sections under which it is printed."""
        return self.stands_in or (self.name,)


KIT_PLACES = ("kit_front", "kit_back")
"""Where chapters for hiring teams stand."""
COVER = SectionKind(name="cover", matter="cover", epub_type="cover", on_screen=False, branded_on_paper=True)
TITLE_PAGE = SectionKind(name="title-page", matter="front", epub_type="titlepage", landmark="titlepage", branded_on_screen=True)
IMPRINT = SectionKind(name="imprint", matter="front", epub_type="imprint", branded_on_paper=True, branded_on_screen=True)
CONTENTS = SectionKind(name="contents", matter="front", landmark="toc")
CHAPTER = SectionKind(name="chapter", stands_in=("front", "back", "end", *KIT_PLACES), is_written=True, epub_type="chapter",
                      role="doc-chapter", is_target=True)  # fmt: skip
OPENER = SectionKind(name="opener", stands_in=("questions",), is_written=True, epub_type="part", role="doc-part")
QUESTION = SectionKind(name="question", stands_in=("questions",), is_written=True, is_question=True, is_numbered=True, is_target=True,
                       counterpart="answer")  # fmt: skip
HINTS = SectionKind(name="hints", epub_type="part", role="doc-part")
HINT = SectionKind(name="hint", stands_in=("hints",), is_written=True, is_numbered=True, counterpart="question", running_head="hints",
                   in_contents=False)  # fmt: skip
ANSWERS = SectionKind(name="answers", epub_type="part", role="doc-part")
ANSWER = SectionKind(name="answer", stands_in=("answers",), is_written=True, is_numbered=True, counterpart="question",
                     running_head="answers")  # fmt: skip
FORMULAS = SectionKind(name="formulas", source="formulas.yaml", epub_type="appendix", role="doc-appendix")
GLOSSARY = SectionKind(name="glossary", source="glossary.yaml", epub_type="glossary", role="doc-glossary", landmark="glossary")
SOURCES = SectionKind(name="sources", source="sources.yaml", epub_type="bibliography", role="doc-bibliography", landmark="bibliography")
INDEX = SectionKind(name="index", epub_type="index", role="doc-index", landmark="index", feature="index", needs_folios=True)
WHAT_CHANGED = SectionKind(name="what-changed")
"""Printed only where the book names the manifest of its last version, and something has changed since."""
CHEAT_SHEET = SectionKind(name="cheat-sheet", stands_alone=True, is_overview=True)
TRACKER = SectionKind(name="tracker", stands_alone=True, is_overview=True)
MAP = SectionKind(name="map", stands_alone=True, is_overview=True)
KIT_TITLE = SectionKind(name="kit-title", matter="front", is_planned=True, opens="recto", landmark="titlepage", epub_type="titlepage",
                        branded_on_paper=True, branded_on_screen=True)  # fmt: skip
KIT_PLAN = SectionKind(name="kit-plan", is_planned=True)
KIT_ROLE = SectionKind(name="kit-role", is_planned=True)
SPREAD = SectionKind(name="spread", stands_in=("spreads",), is_written=True, is_question=True, is_numbered=True, is_target=True,
                     is_planned=True, opens="verso")  # fmt: skip
SCORE_SHEET = SectionKind(name="score-sheet", is_planned=True, stands_alone=True, opens="recto")
CONSENSUS = SectionKind(name="consensus", is_planned=True, stands_alone=True, opens="recto")
KIT_SCORING = SectionKind(name="kit-scoring", is_planned=True)
KIT_CALIBRATION = SectionKind(name="kit-calibration", is_planned=True)
KIT_ROTATION = SectionKind(name="kit-rotation", is_planned=True)
EXHIBIT = SectionKind(name="exhibit", stands_in=("exhibits",), is_planned=True, opens="recto")
HANDOUT = SectionKind(name="handout", is_planned=True, stands_alone=True)
LEAF = SectionKind(name="leaf", on_screen=False)
"""A page for notes, which is printed only where what follows would begin on the wrong side."""
COLOPHON = SectionKind(name="colophon", epub_type="colophon", role="doc-colophon")

KINDS = (COVER, TITLE_PAGE, IMPRINT, CONTENTS, CHAPTER, OPENER, QUESTION, HINTS, HINT, ANSWERS, ANSWER, FORMULAS, GLOSSARY, SOURCES,
         WHAT_CHANGED, CHEAT_SHEET, TRACKER, MAP, INDEX, KIT_TITLE, KIT_PLAN, KIT_ROLE, SPREAD, SCORE_SHEET, CONSENSUS,
         KIT_SCORING, KIT_CALIBRATION, KIT_ROTATION, EXHIBIT, HANDOUT, LEAF, COLOPHON)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}
PLACES = tuple(dict.fromkeys(place for kind in KINDS if kind != LEAF for place in kind.places))
"""What an edition may list among its sections."""
