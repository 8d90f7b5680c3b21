"""Print the cover: the map of the book or a picture, and its words in lines of even length.

WeasyPrint 70 cannot balance lines, and the map gets what height the words leave: so how words fall into lines is said beforehand.
"""

from __future__ import annotations

import hashlib

from markupsafe import Markup

from pipeline import model, theme
from pipeline.brand import RESERVED
from pipeline.publication import Publication, Section
from pipeline.render.book_drawings import Pen, millimeters, ring
from pipeline.render.word_widths import even, lines, wide

WHITE = "#ffffff"
PICTURED = "cover/"
"""Begins the name of a picture that the cover shows."""
NUMBERS = 0.8
"""Size of the map's numbers, of the cover's small words."""
BETWEEN = 60
"""Points of white between the words of a cover, and above them."""


class Cover:
    """The cover of a publication, for its template."""

    def __init__(self, publication: Publication) -> None:
        """Take the publication."""
        self._publication, self._look = publication, publication.look

    def art(self) -> Markup:
        """Return what the cover shows: the map of the book, a picture, or nothing."""
        cover = self._look.tokens.cover
        if cover.art == "drawing":
            # The press lays out in its own colors, in whose place binding puts others.
            color = WHITE if cover.ground == "solid" else RESERVED.accent
            letters = NUMBERS * millimeters(self._look.tokens.type.cover_small)
            drawn = ring(self._asked(), "", Pen(color, letters, theme.SANS, self._look.is_mirrored))
            side = "xMaxYMid" if self._look.is_mirrored else "xMinYMid"
            return Markup(drawn.replace("<svg ", f'<svg preserveAspectRatio="{side} meet" ', 1))
        picture = self._look.cover_picture()
        if not picture:
            return Markup("")
        name = f"{PICTURED}{hashlib.sha256(picture).hexdigest()[:16]}.{str(cover.picture).rpartition('.')[2]}"
        return Markup('<img class="cover-picture" src="guidepress:{}" alt="{}"/>').format(name, cover.alt)

    def _asked(self) -> model.Overview:
        """Return the questions of the edition as the map shows them: section by section where it has openers."""
        whole = self._publication
        runs = [s.members for s in whole.sections if s.members] or [tuple(s for s in whole.sections if s.kind.is_question)]
        groups = (model.Group(title="-", entries=tuple(self._entry(section) for section in run)) for run in runs if run)
        return model.Overview(groups=tuple(groups))

    def _entry(self, section: Section) -> model.Entry:
        level = section.record.level if isinstance(section.record, model.Question) else None
        number = section.number or "·"
        also = self._publication.links.get(section.id, ())
        return model.Entry(id=section.id, number=number, name=number, level=level, gist="", see_also=also)

    def even(self, words: str, size: str) -> float:
        """Return in how many ems of a size of type words are set, so that their lines are even."""
        return even(wide(self._look, theme.SANS, words), self._room(size))

    def _room(self, size: str) -> float:
        """Return how many ems of a size the narrowest of the edition's papers has for a line of its cover."""
        tokens = self._look.tokens
        papers = [tokens.papers[name] for name in self._publication.edition.papers] or list(tokens.papers.values())
        room = min(theme.points(paper.width) for paper in papers) - 2 * theme.points(tokens.measures.cover_inset)
        return max(4.0, room / float(getattr(tokens.type, size).partition("/")[0]))

    def height(self) -> int:
        """Return how high the words of the cover are, in points."""
        outline, sizes = self._publication.outline, self._look.tokens.type
        said = {"cover_title": outline.title, "cover_subtitle": outline.subtitle, "cover_edition": self._publication.edition.title,
                "cover_small": outline.publisher}  # fmt: skip
        high = (
            float(getattr(sizes, size).partition("/")[2]) * lines(wide(self._look, theme.SANS, words), self._room(size))
            for size, words in said.items()
            if words
        )
        return round(sum(high)) + BETWEEN
