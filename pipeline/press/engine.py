"""Lay out one signature with WeasyPrint: markup in, untyped pages and facts out."""

import gc
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pydyf
import weasyprint
from weasyprint.css.counters import CounterStyle
from weasyprint.text.fonts import FontConfiguration

from pipeline import slots

from . import floats, form_xobjects, last_lines, page_facts, weasyprint70
from .signatures import FaceUse, Facts, LaidOut, Signature
from .tag_tree import StructureTree, kinships
from .tagging import CROSS_LINK, Tagger
from .weasyprint70 import BookFetcher, Document, warnings_heard

XHTML = "{http://www.w3.org/1999/xhtml}"
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
COLLECTIONS = 100_000, 20, 10
"""Thresholds of the garbage collector; those it has by itself cost 7 % of the time."""
SAMPLE = """<html xmlns="http://www.w3.org/1999/xhtml" lang="en-US"><head><title>Sample</title></head><body>
<h2>Extraordinary</h2><p style="width: 5em">Extraordinarily <em>long</em> <strong>words</strong> are <code>hyphenated</code>.</p>
<p><img alt="" src="guidepress:sample.svg"/></p></body></html>"""
DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 2Q3 4 5 6L7 8z"/></svg>"""
DRESSES = 16
"""Stylesheets kept parsed."""
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NEAR = 40
"""Operators between two marks that are not worth a piece of their own."""


@dataclass(frozen=True, slots=True)
class Dress:
    """A stylesheet parsed, its fonts loaded: made once for all signatures of a rendition."""

    sheet: weasyprint.CSS
    fonts: FontConfiguration
    counters: CounterStyle
    files: Mapping[str, str]
    warnings: tuple[str, ...]


class Painting:
    """What is noted while WeasyPrint writes the pages of one signature."""

    def __init__(self, prefix: str, root: Element, files: Mapping[str, str]) -> None:
        """Note for the signature whose ids begin with the prefix."""
        self.prefix, self.root, self.files = prefix, root, files
        self.faces: tuple[FaceUse, ...] = ()
        self.slots: tuple[str, ...] = ()
        self.warnings: tuple[str, ...] = ()

    def note_fonts(self, _pdf: Any, fonts: Mapping[Any, Any], *_: object) -> pydyf.Dictionary:
        """Stand in for `build_fonts_dictionary`: the bindery embeds the fonts, once for the book."""
        self.faces = _faces(fonts.values(), self.files)
        return pydyf.Dictionary()

    def tag(self, pdf: Any, document: Any, _version: object, streams: Any) -> None:
        """Stand in for `add_tags`."""
        kin = kinships(self.root)
        tagger = Tagger(pdf, StructureTree(pdf, kin, self.prefix), kin)
        tagger.tag_pages(document.pages, streams)
        pdf.catalog["StructTreeRoot"] = tagger.tree.struct.reference
        self.slots = tuple(element.get(slots.TARGET) or "" for element in tagger.slots)
        self.warnings = tuple(dict.fromkeys(tagger.warnings))


def lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    """Lay a signature out; raise ElementTree.ParseError when its markup is not well-formed."""
    with _few_collections():
        return _lay_out(signature, fonts)


def _lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    root = _parse(signature.xhtml)
    links = _rewrite_links(root)
    last_lines.join(root)
    dress = _dress(signature.stylesheet, signature.fonts, fonts)
    painting = Painting(signature.id, root, dress.files)
    resources = dict(signature.resources)
    markup, drawings = Document(root, BookFetcher(resources)), form_xobjects.images(resources)
    with warnings_heard() as messages, weasyprint70.trading(floats.Floats(root)):
        document = markup.render(font_config=dress.fonts, counter_style=dress.counters, stylesheets=[dress.sheet], cache=drawings)
        pdf = _write(document, painting)
    warnings = tuple(dict.fromkeys((*dress.warnings, *messages, *painting.warnings)))
    return LaidOut(pdf, _facts(document.pages, painting, page_facts.Source(root), links, warnings))


def prepare(stylesheet: str, digest: str, fonts: Mapping[str, bytes]) -> None:
    """Parse a stylesheet, load its fonts, and lay out a few words of English, which loads what the first signature would wait for."""
    lay_out(Signature("sample", "body", SAMPLE, stylesheet, digest, (("sample.svg", DRAWING),)), fonts)


def _facts(pages: Any, painting: Painting, source: page_facts.Source, links: tuple[str, ...], warnings: tuple[str, ...]) -> Facts:
    room = page_facts.room(pages[-1])
    return Facts(
        pages=len(pages),
        sizes=page_facts.sizes(pages),
        places=page_facts.places(pages),
        slots=painting.slots,
        links=links,
        fill=page_facts.fill(pages),
        space_left=room.height,
        room=room,
        begins=page_facts.begins(source, pages),
        texts=tuple(source.texts.items()),
        faces=painting.faces,
        warnings=warnings,
    )


def _parse(xhtml: str) -> Element:
    """Parse to the tree an HTML parser would give: names of XHTML without their namespace."""
    root = ElementTree.fromstring(xhtml.encode())
    for element in root.iter():
        element.tag = element.tag.removeprefix(XHTML)
        if language := element.get("lang") or element.get(XML_LANG):
            element.set("lang", language)
    return root


def _rewrite_links(root: Element) -> tuple[str, ...]:
    """Give links that leave the signature a scheme of their own; return the ids they lead to."""
    here = {element.get("id") for element in root.iter()}
    leaving = set()
    for element in root.iter("a"):
        target = (element.get("href") or "").removeprefix("#")
        if element.get("href") == f"#{target}" and target not in here:
            element.set("href", CROSS_LINK + target)
            leaving.add(target)
    return tuple(sorted(leaving))


def _write(document: Any, painting: Painting) -> bytes:
    """Write the pages, without fonts: the bindery embeds them."""
    target = io.BytesIO()
    with weasyprint70.writing_by(painting.tag, painting.note_fonts):
        document.write_pdf(target, finisher=_finish, pdf_tags=True, pdf_version="1.7")
    return target.getvalue()


def _finish(_document: Any, pdf: pydyf.PDF) -> None:
    """Forbid interpolation of images (PDF/A-2, 6.2.8.3); destinations and outline are the bindery's."""
    pdf.catalog.pop("Names", None)
    pdf.catalog.pop("Outlines", None)
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and "Interpolate" in item.extra:
            item.extra["Interpolate"] = "false"
    _part_marked(pdf)


_configurations: dict[tuple[str, ...], FontConfiguration] = {}
_dresses: dict[tuple[str, str], Dress] = {}


def _dress(stylesheet: str, digest: str, fonts: Mapping[str, bytes]) -> Dress:
    """Parse a stylesheet, or find it parsed; a run of several editions on several papers has some of each."""
    key = (stylesheet, digest)
    if key not in _dresses:
        if len(_dresses) >= DRESSES:
            del _dresses[next(iter(_dresses))]
        _dresses[key] = _new_dress(stylesheet, digest, fonts)
    return _dresses[key]


def _new_dress(stylesheet: str, digest: str, fonts: Mapping[str, bytes]) -> Dress:
    config, counters = _configuration(stylesheet, digest), CounterStyle()
    with warnings_heard() as messages:
        sheet = weasyprint.CSS(string=stylesheet, font_config=config, counter_style=counters, url_fetcher=BookFetcher(fonts))
    return Dress(sheet, config, counters, _names_by_digest(fonts), tuple(messages))


def _configuration(stylesheet: str, digest: str) -> FontConfiguration:
    """Share one among the stylesheets that name the same faces: WeasyPrint writes each face to a file."""
    key = (digest, *FONT_FACE.findall(stylesheet))
    if key not in _configurations:
        _configurations.clear()
        _configurations[key] = weasyprint70.font_configuration()
    return _configurations[key]


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cycles of garbage seldom: boxes and styles are many, and live until the pages are written."""
    usual = gc.get_threshold()
    gc.set_threshold(*COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        # The generations that hold what was made here, and not what stands for longer.
        gc.collect(1)


# Fonts


def _names_by_digest(fonts: Mapping[str, bytes]) -> dict[str, str]:
    """Map the digest of each font file to its name; of equal files, the first by name."""
    names = sorted(fonts, reverse=True)
    return {hashlib.sha256(fonts[name]).hexdigest(): name for name in names}


def _faces(fonts: Iterable[Any], names: Mapping[str, str]) -> tuple[FaceUse, ...]:
    """List the faces used, given WeasyPrint's fonts of a document and the names of the files by digest."""
    united: dict[str, FaceUse] = {}
    for font in fonts:
        glyphs = dict(united[font.hash].glyphs) if font.hash in united else {}
        for gid, text in font.to_unicode.items():
            glyphs.setdefault(gid, text)
        file = names[hashlib.sha256(weasyprint70.font_file(font)).hexdigest()]
        united[font.hash] = FaceUse(font.hash, file, font.family, tuple(sorted(glyphs.items())))
    return tuple(united[key] for key in sorted(united))


# Content


def _part_marked(pdf: pydyf.PDF) -> None:
    """Part the content of every page into pieces without marks, and pieces with them; only these are not deflated.

    A page's content may be several streams, parted between any two operands or operators (ISO 32000-1, 7.8.2).
    """
    for reference in pdf.page_references:
        page = pdf.objects[int(reference.split()[0])]
        content = pdf.objects[int(page["Contents"].split()[0])]
        first, *more = _pieces(content.stream)
        content.stream, content.compress = first
        streams = [content, *(pydyf.Stream(piece, compress=deflated) for piece, deflated in more)]
        for stream in streams[1:]:
            pdf.add_object(stream)
        page["Contents"] = pydyf.Array([stream.reference for stream in streams])


def _pieces(operators: Sequence[Any]) -> Iterator[tuple[list[Any], bool]]:
    """Part operators before and after each group of marks, and say which pieces are to be deflated.

    What says where a mark stands, and in which face, stays with it.
    """
    end = 0
    marks = [n for n, operator in enumerate(operators) if isinstance(operator, bytes) and operator.startswith(slots.MARKS)]
    for first, last in _groups(marks):
        start = max(first - 2, end)
        if start > end:
            yield list(operators[end:start]), True
        end = last + 1
        yield list(operators[start:end]), False
    if end < len(operators) or not operators:
        yield list(operators[end:]), True


def _groups(marks: Sequence[int]) -> list[tuple[int, int]]:
    groups: list[tuple[int, int]] = []
    for mark in marks:
        if groups and mark - groups[-1][1] <= NEAR:
            groups[-1] = groups[-1][0], mark
        else:
            groups.append((mark, mark))
    return groups
