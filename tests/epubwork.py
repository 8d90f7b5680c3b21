"""A book of a few hand-made sections, and what a reader sees of it once it is an EPUB."""

import datetime as dt
import io
import struct
import warnings
import zipfile
import zlib
from dataclasses import replace

from lxml import etree

from pipeline import epub, theme
from pipeline.model import Edition, Outline
from pipeline.publication import Publication, Section
from pipeline.section_kinds import BY_NAME

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # importing ziamath 0.13, which carries a font, warns
    from pipeline.render import Fragment, Rendition

    theme.look().font_resources()

NAMES = {
    "h": "http://www.w3.org/1999/xhtml", "epub": "http://www.idpf.org/2007/ops", "ncx": "http://www.daisy.org/z3986/2005/ncx/",
    "opf": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/",
}  # fmt: skip
OUTLINE = Outline.model_validate({
    "schema": 1, "id": "bread", "slug": "bread", "title": "Bread & Butter", "subtitle": "Two questions", "lang": "en-US",
    "version": "1.0.0", "date": "2026-01-02", "publisher": "Oven Press", "rights": "CC BY 4.0", "errata": "None.",
    "description": "Dough, <b>not</b> cake.", "subjects": ["Baking", "Patience"], "competencies": [], "topics": [],
    "creators": [{"name": "A. Baker"}, {"name": "E. Ditor", "role": "edt"}],
    "sections": [{"id": "dough", "title": "Dough", "intro": "Rest.", "questions": ["rise"]}],
})  # fmt: skip
EDITION = Edition.model_validate({
    "id": "study", "title": "Study edition", "audience": "candidate", "description": "All of it.", "sections": ["questions"],
    "parts": ["summary"], "answers": "end-of-section",
})  # fmt: skip
MODIFIED = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=2)))
FORMULA = '<math xmlns="http://www.w3.org/1998/Math/MathML" alttext="x squared"><msup><mi>x</mi><mn>2</mn></msup></math>'
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
LETTERED = b"""<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" width="90pt" viewBox="0 0 90 60">
<defs><path id="glyph" d="M0 0h20v20h-20z"/><clipPath id="cut"><path d="M0 0h90v60h-90z"/></clipPath></defs>
<g id="text_1" clip-path="url(#cut)"><g style="fill: #6d777c"><use xlink:href="#glyph" x="5" y="5"/></g></g>
<g id="text_2"><g><use xlink:href="#glyph" x="35" y="5"/></g></g>
<g id="text_3"><g id="patch_1"><path d="M60 0h30v30h-30z" style="fill: #ffff00"/></g>
<use xlink:href="#glyph" style="fill: #0000ff" x="65" y="5"/></g>
<path d="M0 30h30v30h-30z" style="fill: #800000"/><g id="text_4"><use xlink:href="#glyph" style="fill: #ffffff" x="5" y="35"/></g>
</svg>"""
"""As matplotlib writes them: gray letters, black ones, blue ones in a box, and white ones on a bar."""
LOAF = '<img src="guidepress:figure/loaf.svg" alt="A loaf"/>'

CONTENTS = Section("contents", BY_NAME["contents"], "Contents")
OPENER = Section("dough", BY_NAME["opener"], "Dough", number="1")
QUESTION = Section("rise", BY_NAME["question"], "Why does dough rise?", 2, "1", counterpart="answer-rise")
ANSWERS = Section("answers-dough", BY_NAME["answers"], "Answers", 2)
ANSWER = Section("answer-rise", BY_NAME["answer"], "Why does dough rise?", 3, "1", counterpart="rise")
GLOSSARY = Section("glossary", BY_NAME["glossary"], "Glossary")


def fragment(section: Section, body: str = "<p>Words.</p>", *resources: str, title: str = "") -> Fragment:
    """Return a section with a heading."""
    heading = f'<h{section.level} id="{section.id}-title">{title or section.title}</h{section.level}>'
    shown = dict.fromkeys(resources, b"")
    return Fragment(section, f'<section id="{section.id}" class="{section.kind}">\n{heading}\n{body}\n</section>\n', shown)


def rendition(*fragments: Fragment, **resources: bytes) -> Rendition:
    """Return a rendition of these sections; a resource's name is given with '_' for '/' and ending '.svg'."""
    publication = Publication(
        outline=OUTLINE, edition=EDITION, sections=tuple(f.section for f in fragments), names={}, absent={}, numbers={}, index=(),
        box_homes={}, digits=3, resources={}, links={}, modified=MODIFIED,
        withheld=(),
    )  # fmt: skip
    given = {f"{name.replace('_', '/')}.svg": data for name, data in resources.items()}
    shown = (replace(f, resources={name: given[name] for name in f.resources if name in given}) for f in fragments)
    return Rendition(publication, "reflow", tuple(shown))


def whole() -> Rendition:
    """Return a book with contents, an opener, a question with its answer further on, and a glossary."""
    return rendition(
        fragment(CONTENTS, '<p><a href="#rise">1 Why</a></p>'),
        fragment(OPENER, f"<figure>{DRAWING.decode()}</figure>"),
        fragment(QUESTION, f'<p><a href="#answer-rise">Answer</a> {FORMULA}</p>{LOAF}', "figure/loaf.svg"),
        fragment(ANSWERS, ""),
        fragment(ANSWER, '<p><a href="#rise">Question</a></p>'),
        fragment(GLOSSARY, "<table><tr><td>yeast</td></tr></table>"),
        figure_loaf=DRAWING,
    )


def png(width: int = 6, height: int = 8) -> bytes:
    """Return a picture of one color."""
    rows = b"".join(b"\0" + b"\x0f\x5c\x66" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pages(**sections: str) -> tuple[epub.Page, ...]:
    """Return printed pages: the label of each by the section that it is the first of, given with '_' for '-'."""
    return tuple(epub.Page(label, name.replace("_", "-"), "Words", 0) for name, label in sections.items())


class Book:
    """An EPUB, opened."""

    def __init__(self, data: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(data))

    def read(self, name: str) -> bytes:
        return self.zip.read(f"EPUB/{name}")

    def find(self, name: str, path: str) -> list:
        return etree.fromstring(self.read(name)).xpath(path, namespaces=NAMES)

    def spine(self) -> list[str]:
        files = {item.get("id"): item.get("href") for item in self.find("content.opf", "//opf:item")}
        return [files[ref] for ref in self.find("content.opf", "//opf:itemref/@idref")]

    def said(self, name: str) -> list[str]:
        """Return the values of a property or element of the metadata."""
        return self.find("content.opf", f"//dc:{name}/text()" if ":" not in name else f"//opf:meta[@property='{name}']/text()")


def written(made: Rendition, printed: tuple[epub.Page, ...] = ()) -> Book:
    """Write a rendition and open it."""
    return Book(epub.write(made, cover=png(), pages=printed))
