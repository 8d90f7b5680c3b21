"""Split a rendition into the files of the spine, and lead every link and image to its file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.epub import fitting, tree, typeface
from pipeline.epub.pages import Page, mark
from pipeline.publication import Section
from pipeline.render import Fragment, Rendition, document

COVER, NAV, NCX, STYLE, NARROW = "cover.xhtml", "nav.xhtml", "toc.ncx", "style.css", "narrow.css"
SCHEME = "guidepress:"
IMAGES = "images/"
LINK = re.compile(rb'(<a(?: [^<>]*?)? href=")#([^"<>]*)')
"""Start of a link by id, as it is serialized: what could end its tag is escaped within."""
OWN_FILE = 2
"""Deepest level at which a section has a file of its own."""
SIZE_LIMIT = 240_000
"""Bytes of fragments after which a file ends: readers on small devices stall on files over 300 kB."""

RULES = (
    Rule("E101", "link to nowhere", "A link in the EPUB names an id that no section of this edition holds."),
    Rule("E102", "missing resource", "A section shows a picture that was not rendered with it."),
    Rule("E103", "broken section", "A section is not well-formed XML, or gives one id to two elements."),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section in a file, and the plain words of its heading."""

    section: Section
    title: str


@dataclass(frozen=True, slots=True)
class File:
    """One XHTML file of the spine."""

    name: str
    headings: tuple[Heading, ...]
    xhtml: bytes
    properties: tuple[str, ...]
    """Properties of the EPUB manifest (EPUB 3.3, appendix D.5): what the file holds."""
    ids: tuple[str, ...]
    resources: tuple[str, ...]
    characters: str
    """What its formulas need of the maths font."""

    @property
    def title(self) -> str:
        """Title of the section that it begins with."""
        return self.headings[0].title


@dataclass(frozen=True, slots=True)
class _Draft:
    """A file whose links are still '#id', and what it holds."""

    xhtml: bytes
    titles: tuple[str, ...]
    """Words of the heading of each section."""
    properties: tuple[str, ...]
    ids: tuple[str, ...]
    resources: tuple[str, ...]
    characters: str


def files(rendition: Rendition, pages: Sequence[Page] = (), beside: Sequence[File] = ()) -> tuple[File, ...]:
    """Return the files of the spine after the cover, marked where the pages printed begin.

    Each section down to level 2 begins a file; deeper ones stay with the section above them. Links may lead to files
    ``beside`` these too. Raises BookError for a link to an id that is nowhere, a resource that is missing, and XHTML that
    is not well-formed.
    """
    runs = tuple(_runs(rendition))
    drafts = tuple(_draft(rendition, run, pages) for run in runs)
    names = tuple(file_name(run[0].section) for run in runs)
    homes = {name: file.name for file in beside for name in file.ids}
    for file, draft in zip(names, drafts, strict=True):
        for name in draft.ids:
            homes.setdefault(name, file)
    faults: list[Diagnostic] = []
    finished = tuple(_finish(*each, homes, rendition.resources, faults) for each in zip(names, runs, drafts, strict=True))
    if faults:
        raise BookError(*faults)
    return finished


def _runs(rendition: Rendition) -> Iterator[tuple[Fragment, ...]]:
    run: list[Fragment] = []
    size = 0
    for fragment in rendition.fragments:
        if not fragment.section.kind.on_screen:
            continue
        length = len(fragment.xhtml.encode())
        if run and (fragment.section.level <= OWN_FILE or size + length > SIZE_LIMIT):
            yield tuple(run)
            run, size = [], 0
        run.append(fragment)
        size += length
    if run:
        yield tuple(run)


def _draft(rendition: Rendition, run: tuple[Fragment, ...], pages: Sequence[Page]) -> _Draft:
    section = run[0].section
    text = document(rendition.publication, "reflow", "", "\n".join(f.xhtml.strip() for f in run), (STYLE, NARROW))
    held = {fragment.section.id for fragment in run}
    try:
        draft = _read(text, tuple(page for page in pages if page.section in held), tuple(_named(f.section) for f in run))
    except etree.XMLSyntaxError as error:
        raise BookError(_broken(section, f"section '{section.id}' is not well-formed: {error.msg}")) from error
    twice = sorted({name for name in draft.ids if draft.ids.count(name) > 1}) if len(set(draft.ids)) < len(draft.ids) else []
    if twice:
        raise BookError(*(_broken(section, f"id '{name}' stands twice in section '{section.id}'") for name in twice))
    return draft


@lru_cache(maxsize=512)
def _read(text: str, pages: tuple[Page, ...], sections: tuple[tuple[str, str, str], ...]) -> _Draft:
    """Read a document, and make all of it that does not depend on other files: for the same text the same, which is remembered."""
    root = tree.parse(text)
    mark(root, pages)
    ids = tree.ids(root)
    titles = tuple(_heading(root, *section) for section in sections)
    for name in root.iter(f"{{{tree.XHTML}}}title"):
        name.text = titles[0]
    shown = _lead_images(root)
    fitting.frame_tables(root)
    fitting.fit_formulas(root)
    return _Draft(tree.serialize(root), titles, _properties(root), ids, shown, typeface.characters(root))


def _broken(section: Section, message: str) -> Diagnostic:
    return Diagnostic("E103", message, Place(section.source or section.id), "report this: a template or its text is at fault")


def file_name(section: Section) -> str:
    """Return the name of the file that a section begins: its id, unless the package itself has a file of that name."""
    name = f"{section.id}.xhtml"
    return f"{section.id}-{section.kind}.xhtml" if name in (COVER, NAV) else name


def _finish(
    name: str, run: Sequence[Fragment], draft: _Draft, homes: Mapping[str, str], resources: Mapping[str, bytes], faults: list[Diagnostic]
) -> File:  # fmt: skip
    """Write the file into every link by id; an id that stands in several files is meant in the link's own."""
    place, own = Place(run[0].section.source or run[0].section.id), frozenset(draft.ids)

    def lead(link: re.Match[bytes]) -> bytes:
        target = html.unescape(link[2].decode())
        home = name if target in own else homes.get(target)
        if home is None:
            hint = nearest(target, homes)
            faults.append(Diagnostic("E101", f"link to '#{target}' leads nowhere in this edition", place, hint))
        return link[1] + f"{home}#".encode() + link[2]

    xhtml = LINK.sub(lead, draft.xhtml)
    faults += (
        Diagnostic("E102", f"resource '{shown}' is missing", place, nearest(shown, resources))
        for shown in draft.resources
        if shown not in resources
    )
    headings = tuple(Heading(fragment.section, title) for fragment, title in zip(run, draft.titles, strict=True))
    return File(name, headings, xhtml, draft.properties, draft.ids, draft.resources, draft.characters)


def _lead_images(root: etree._Element) -> tuple[str, ...]:
    """Write the path into every image; return the resources shown."""
    shown = []
    for image in root.iter(f"{{{tree.XHTML}}}img"):
        source = str(image.get("src", ""))
        if source.startswith(SCHEME):
            shown.append(source.removeprefix(SCHEME))
            image.set("src", IMAGES + shown[-1])
    return tuple(dict.fromkeys(shown))


def _named(section: Section) -> tuple[str, str, str]:
    """Return the id of a section, the number before its heading, and its title."""
    number = f"{section.shown_number}. " if section.shown_number else ""
    return section.id, number, section.title


def _heading(root: etree._Element, name: str, number: str, title: str) -> str:
    """Return the number and words of a section's heading, or its title when it prints none."""
    found = root.find(f".//*[@id='{name}-title']")
    words = tree.words(found, without="question-number") if found is not None else ""
    return number + (words or title)


def _properties(root: etree._Element) -> tuple[str, ...]:
    held = (("mathml", tree.MATHML, "math"), ("svg", tree.SVG, "svg"))
    return tuple(name for name, namespace, element in held if tree.holds(root, namespace, element))
