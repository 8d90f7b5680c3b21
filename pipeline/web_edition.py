"""Write a rendition as one file of HTML, which holds all that it shows, asks nobody for anything, and needs no script.

The files of an EPUB's spine follow one another in it, beside their contents. It is well-formed XML too, so that what reads
EPUBs again reads it. Texts are set in the reader's own fonts, the book's where these are installed: faces of running text
would be most of the file. Only formulas bring a font, cut down to their signs: few devices have one for them.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from fontTools.ttLib import TTFont
from lxml import etree

from pipeline import render
from pipeline.epub import File, reflow
from pipeline.epub.package import MEDIA_TYPES, XML_LANG
from pipeline.epub.printed_pages import TYPE
from pipeline.epub.spine import IMAGES
from pipeline.publication import Publication, TocEntry
from pipeline.render import Rendition
from pipeline.theme import MATH
from pipeline.work import cache

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
"""What a browser is told to refuse (Content Security Policy 3): all but styles, pictures, and fonts that the file holds."""
STYLE = b"the-style-sheet"
CONTENTS, TEXT = "web-contents", "web-text"
OWN_IDS = frozenset({CONTENTS, TEXT, f"{CONTENTS}-title"})
SHORT = 25
"""Lines of contents up to which none are folded."""
DROPPED = (TYPE, XML_LANG, "data-head")
"""Attributes that mean something in an EPUB or on paper alone."""
BY_ID = ("aria-labelledby", "aria-describedby")
HEADINGS = {f"{{{reflow.XHTML}}}h{level}": f"{{{reflow.XHTML}}}h{level + 1}" for level in range(1, 6)}
Names = Mapping[tuple[str, str], str]
"""The id in the page of each id in a file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the contents, with those below it."""

    title: str
    id: str
    children: tuple[Line, ...]

    @property
    def count(self) -> int:
        """Lines below it."""
        return sum(1 + line.count for line in self.children)


def write(rendition: Rendition, spine: Sequence[File]) -> bytes:
    """Return a rendition for screens, whose files are ``spine``, as HTML; the same bytes for the same rendition."""
    publication, look = rendition.publication, rendition.publication.look
    files = [file for file in spine if not _is_contents(file)]
    names = _names(spine)
    bodies = [_body(file, names, rendition.resources) for file in files]
    titled = bool(bodies) and _is_titled(bodies[0], publication.title)
    root = reflow.parse(render.web_page(look, **values(publication, spine, titled=titled)))
    head, text = (next(root.iter(f"{{{reflow.XHTML}}}{name}")) for name in ("header", "main"))
    for number, body in enumerate(bodies):
        if not (titled and number == 0):
            _sink(body)
        (head if titled and number == 0 else text).extend(list(body))
    etree.cleanup_namespaces(root)
    style = look.web_edition() + _maths("".join(sorted(set("".join(file.characters for file in files)))), publication)
    html = reflow.serialize(root).partition(b"\n")[2]
    return html.replace(STYLE, _as_text(style).encode(), 1)


def _is_contents(file: File) -> bool:
    """Tell whether a file is the printed contents, in whose place the page has its own."""
    return len(file.headings) == 1 and file.headings[0].section.kind.landmark == "toc"


def _names(spine: Sequence[File]) -> Names:
    """Return a name for every id of every file: its own, or where an earlier file has that, one with the file's before it."""
    found: dict[tuple[str, str], str] = {}
    taken = set(OWN_IDS)
    for file in spine:
        for name in file.ids:
            own = name if name not in taken else f"{PurePosixPath(file.name).stem}-{name}"
            found[file.name, name] = CONTENTS if _is_contents(file) else own
            taken.add(own)
    return found


def values(publication: Publication, spine: Sequence[File], *, titled: bool) -> dict[str, object]:
    """Return what the page's template is told; ``titled`` says that the text begins with the title."""
    lines = tuple(_lines(publication.toc, spine))
    return {
        "publication": publication, "labels": publication.look.labels(publication.outline.lang), "lines": lines, "titled": titled,
        "mirrored": publication.look.is_mirrored, "folded": sum(1 + line.count for line in lines) > SHORT,
        "policy": POLICY, "style": STYLE.decode(), "contents": CONTENTS, "text": TEXT,
    }  # fmt: skip


def _lines(entries: Sequence[TocEntry], spine: Sequence[File]) -> Iterator[Line]:
    """Yield the lines of the contents; a section that was not rendered is left out."""
    titles = {heading.section.id: heading.title for file in spine for heading in file.headings}
    for entry in entries:
        if entry.section.id in titles:
            yield Line(titles[entry.section.id], entry.section.id, tuple(_lines(entry.children, spine)))


def _body(file: File, names: Names, resources: Mapping[str, bytes]) -> etree._Element:
    """Return the body of a file, its ids and links those of the page, and its pictures in it."""
    root = reflow.parse(file.xhtml.decode())
    etree.strip_attributes(root, *DROPPED)
    if not file.headings:
        # It goes on with what the file before began, whose heading stands in each.
        etree.strip_attributes(root, "aria-labelledby")
        etree.strip_elements(root, f"{{{reflow.XHTML}}}h1", with_tail=False)
    for element in reflow.elements(root):
        if name := element.get("id"):
            element.set("id", names.get((file.name, str(name)), str(name)))  # those within a drawing are its own
        if element.tag == f"{{{reflow.XHTML}}}a":
            element.set("href", _led(str(element.get("href", "")), names))
        if element.tag == f"{{{reflow.XHTML}}}img":
            element.set("src", _held(str(element.get("src")), resources))
        for key in BY_ID:
            if said := element.get(key):
                element.set(key, " ".join(names.get((file.name, each), each) for each in str(said).split()))
    return next(root.iter(f"{{{reflow.XHTML}}}body"))


def _led(address: str, names: Names) -> str:
    name, _, target = address.partition("#")
    return f"#{names[name, target]}" if (name, target) in names else address


def _held(source: str, resources: Mapping[str, bytes]) -> str:
    """Return a picture as an address that holds it (RFC 2397)."""
    name = source.removeprefix(IMAGES)
    return f"data:{MEDIA_TYPES[PurePosixPath(name).suffix]};base64,{b64encode(resources[name]).decode()}"


def _is_titled(body: etree._Element, title: str) -> bool:
    heading = next(body.iter(f"{{{reflow.XHTML}}}h1"), None)
    return heading is not None and reflow.words(heading) == " ".join(title.split())


def _sink(body: etree._Element) -> None:
    """Put each heading a level lower, and take parts of the text for no landmarks: the page has a title, contents, and one text."""
    for element in list(body.iter(*HEADINGS)):
        element.tag = HEADINGS[str(element.tag)]
    for aside in body.iter(f"{{{reflow.XHTML}}}aside"):
        aside.set("role", str(aside.get("role", "note")))
    for lines in list(body.iter(f"{{{reflow.XHTML}}}nav")):
        lines.tag = f"{{{reflow.XHTML}}}div"
        etree.strip_attributes(lines, "role", "aria-label", "aria-labelledby")


def _maths(needed: str, publication: Publication) -> str:
    """Return the style sheet of formulas, with their font in it."""
    if not needed:
        return ""
    font = b64encode(_packed(reflow.cut(needed, publication.look.font(publication.look.face(MATH))))).decode()
    return reflow.FONT_RULE.replace(f"url({reflow.FONT_FILE})", f"url(data:font/woff2;base64,{font})")


def _packed(font: bytes) -> bytes:
    """Return a font as WOFF2; what a build before has made of it is recalled."""
    return cache.remembered(lambda: _woff2(font), "woff2", font)


def _woff2(font: bytes) -> bytes:
    whole, out = TTFont(io.BytesIO(font), recalcTimestamp=False), io.BytesIO()
    whole.flavor = "woff2"
    whole.save(out)
    return out.getvalue()


def _as_text(style: str) -> str:
    """Write what HTML and XML would read in two ways as escapes of CSS (Syntax Level 3, 4.3.7)."""
    return style.replace("&", "\\26 ").replace("<", "\\3c ")
