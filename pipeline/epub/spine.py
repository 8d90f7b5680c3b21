"""Split a rendition into the files of the spine, with every link and image led to its file, and write the ways into them.

These are the nav document (toc, landmarks, page-list), and an NCX for older readers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import count
from typing import Any

from lxml import etree

from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.epub import reflow
from pipeline.epub.dividing import divided
from pipeline.epub.formula_lines import fit_formulas
from pipeline.epub.inline_drawings import SCHEME, set_drawings
from pipeline.epub.printed_pages import Page, mark
from pipeline.publication import Publication, Section, TocEntry
from pipeline.render import Fragment, Rendition, document
from pipeline.work import cache
from pipeline.work.thresholds import NEW_DOCUMENTS

COVER, NAV, NCX, STYLE, NARROW = "cover.xhtml", "nav.xhtml", "toc.ncx", "style.css", "narrow.css"
IMAGES, FIGURE = "images/", "figure/"
COVER_IMAGE = "images/cover.png"
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
    """None where it goes on with what the file before began."""
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

    name: str
    xhtml: bytes
    titles: tuple[str, ...]
    """Words of the heading of each section that it begins."""
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
    begun: dict[str, list[Page]] = {}
    for page in pages:
        begun.setdefault(page.section, []).append(page)
    drafted = [(run, draft) for run in _runs(rendition) for draft in _drafts(rendition, run, begun)]
    homes = {name: file.name for file in beside for name in file.ids}
    for _, draft in drafted:
        for name in draft.ids:
            homes.setdefault(name, draft.name)
    faults: list[Diagnostic] = []
    finished = tuple(_finish(run, draft, homes, rendition.resources, faults) for run, draft in drafted)
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


def _drafts(rendition: Rendition, run: tuple[Fragment, ...], begun: Mapping[str, Sequence[Page]]) -> list[_Draft]:
    """Return a file that is recalled, or read, in several where it is too large; ``begun`` are the pages that begin in each section."""
    section, publication = run[0].section, rendition.publication
    text = document(publication, "reflow", "", "\n".join(f.xhtml.strip() for f in run), (STYLE, NARROW))
    pages = [page for fragment in run for page in begun.get(fragment.section.id, ())]
    sections = tuple(_named(fragment.section) for fragment in run)
    letters = {page.section: page.text for page in pages}
    drawings = {name: data for f in run for name, data in f.resources.items() if name.startswith(FIGURE) and name.endswith(".svg")}
    parts = text, sections, drawings, [(page.label, page.section, page.before) for page in pages], letters, reflow.font_digest()
    shelf = cache.shelf(f"documents {publication.edition.id}", few=NEW_DOCUMENTS, passing=True)
    try:
        known = shelf.remembered(lambda: _read(text, pages, sections, drawings), parts)
    except etree.XMLSyntaxError as error:
        raise BookError(_broken(section, f"section '{section.id}' is not well-formed: {error.msg}")) from error
    drafts = [
        _Draft(_file_name(section, number), xhtml.encode(), tuple(titles), tuple(properties), tuple(ids), tuple(resources), characters)
        for number, (xhtml, titles, properties, ids, resources, characters) in enumerate(known, start=1)
    ]
    for draft in drafts:
        if twice := sorted(name for name, times in Counter(draft.ids).items() if times > 1):
            raise BookError(*(_broken(section, f"id '{name}' stands twice in section '{section.id}'") for name in twice))
    return drafts


def _read(text: str, pages: Sequence[Page], sections: Sequence[tuple[str, str, str]], drawings: Mapping[str, bytes]) -> list[list[Any]]:
    """Read a document, and make all of it that does not depend on other files: drafts, as they are remembered."""
    root = reflow.parse(text)
    mark(root, pages)
    ids = reflow.ids(root)
    titles = tuple(_heading(root, *section) for section in sections)
    for name in root.iter(f"{{{reflow.XHTML}}}title"):
        name.text = titles[0]
    set_drawings(root, drawings, sections[0][0])
    shown = _lead_images(root)
    reflow.frame_tables(root)
    fit_formulas(root)
    parts = divided(root, SIZE_LIMIT)
    # Ids within a drawing, which is set by now, are its own; an index has none.
    named = [ids] if len(parts) == 1 else map(reflow.ids, parts)
    return [
        [reflow.serialize(part).decode(), titles if part is root else (), _properties(part), own, shown, reflow.characters(part)]
        for part, own in zip(parts, named, strict=True)
    ]


def _broken(section: Section, message: str) -> Diagnostic:
    return Diagnostic("E103", message, Place(section.source or section.id), "report this: a template or its text is at fault")


def _file_name(section: Section, number: int = 1) -> str:
    """Return the name of the file that a section begins, or goes on in: its id, unless the package itself has a file of that name."""
    stem = f"{section.id}-{section.kind}" if f"{section.id}.xhtml" in (COVER, NAV) else section.id
    return f"{stem}_{number}.xhtml" if number > 1 else f"{stem}.xhtml"  # no id has such a sign


def _finish(
    run: Sequence[Fragment], draft: _Draft, homes: Mapping[str, str], resources: Mapping[str, bytes], faults: list[Diagnostic]
) -> File:
    """Write the file into every link by id; an id that stands in several files is meant in the link's own."""
    first, own = run[0].section, frozenset(draft.ids)
    name, place = draft.name, Place(first.source or first.id)

    def lead(link: re.Match[bytes]) -> bytes:
        target = unescape(link[2].decode())
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
    headings = tuple(Heading(fragment.section, title) for fragment, title in zip(run, draft.titles, strict=bool(draft.titles)))
    return File(name, headings, xhtml, draft.properties, draft.ids, draft.resources, draft.characters)


def _lead_images(root: etree._Element) -> tuple[str, ...]:
    """Write the path into every image; return the resources shown."""
    shown = []
    for image in root.iter(f"{{{reflow.XHTML}}}img"):
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
    words = reflow.words(found, without="question-number") if found is not None else ""
    return number + (words or title)


def _properties(root: etree._Element) -> tuple[str, ...]:
    held = (("mathml", reflow.MATHML, "math"), ("svg", reflow.SVG, "svg"))
    return tuple(name for name, namespace, element in held if reflow.holds(root, namespace, element))


# Ways into the book


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A line of a list with those below it; ``semantic`` is its ``epub:type``."""

    title: str
    href: str
    children: tuple[NavEntry, ...] = ()
    semantic: str = ""


def _toc(publication: Publication, spine: Sequence[File]) -> tuple[NavEntry, ...]:
    """Return the toc of a publication, each section led to its file; a section that was not rendered is left out."""
    places = {
        heading.section.id: NavEntry(heading.title, file.name if heading is file.headings[0] else f"{file.name}#{heading.section.id}")
        for file in spine
        for heading in file.headings
    }

    def read(lines: Sequence[TocEntry]) -> Iterator[NavEntry]:
        for line in lines:
            below = tuple(read(line.children))
            place = places.get(line.section.id)
            yield from (NavEntry(place.title, place.href, below),) if place else below

    return tuple(read(publication.toc))


def _landmarks(publication: Publication, spine: Sequence[File]) -> tuple[NavEntry, ...]:
    """Return the places that a reading system offers by name: cover, contents, where to begin, and the back matter."""
    labels = publication.look.labels(publication.outline.lang)
    found = [NavEntry(labels["cover"], COVER, semantic="cover")]
    begun = [file for file in spine if file.headings]
    body = next((file for file in begun if file.headings[0].section.matter == "body"), None)
    for file in begun:
        kind = file.headings[0].section.kind
        if kind.landmark:
            found.append(NavEntry(labels[kind.label], file.name, semantic=kind.landmark))
        if file is body:
            found.append(NavEntry(file.title, file.name, semantic="bodymatter"))
    if not any(entry.semantic == "toc" for entry in found):
        found.insert(1, NavEntry(labels["contents"], f"{NAV}#toc", semantic="toc"))
    return tuple(found)


def page_list(spine: Sequence[File], pages: Sequence[Page]) -> tuple[NavEntry, ...]:
    """Return the printed pages in order, each led to its mark."""
    homes = {name: file.name for file in spine for name in file.ids}
    return tuple(NavEntry(page.label, f"{homes[page.id]}#{page.id}") for page in pages if page.id in homes)


def nav_document(publication: Publication, spine: Sequence[File], pages: Sequence[NavEntry]) -> bytes:
    """Return the nav document (EPUB 3.3, section 7)."""
    labels = publication.look.labels(publication.outline.lang)
    lists = [
        _nav("toc", "doc-toc", labels["contents"], _toc(publication, spine)),
        _nav("landmarks", "", labels["landmarks_title"], _landmarks(publication, spine)),
        _nav("page-list", "doc-pagelist", labels["page_list_title"], pages),
    ]
    return reflow.serialize(reflow.parse(document(publication, "reflow", labels["contents"], "\n".join(filter(None, lists)), (STYLE,))))


def _nav(semantic: str, role: str, title: str, entries: Sequence[NavEntry]) -> str:
    if not entries:
        return ""
    level, hidden = (1, "") if semantic == "toc" else (2, ' hidden="hidden"')
    spoken = f' role="{role}"' if role else ""
    return (
        f'<nav id="{semantic}" epub:type="{semantic}"{spoken} aria-label="{escape(title)}"{hidden}>'
        f"<h{level}>{escape(title)}</h{level}>\n{_list(entries)}</nav>"
    )


def _list(entries: Sequence[NavEntry]) -> str:
    return f"<ol>\n{''.join(map(_line, entries))}</ol>\n" if entries else ""


def _line(entry: NavEntry) -> str:
    semantic = f' epub:type="{entry.semantic}"' if entry.semantic else ""
    return f'<li><a{semantic} href="{escape(entry.href)}">{escape(entry.title)}</a>{_list(entry.children)}</li>\n'


def ncx(publication: Publication, spine: Sequence[File], identifier: str) -> bytes:
    """Return the toc as NCX (OPF 2.0.1, section 2.4.1), which EPUB 2 readers and Kindle's converter use."""
    entries, order = _toc(publication, spine), count(1)

    def points(lines: Sequence[NavEntry]) -> str:
        return "".join(map(point, lines))

    def point(entry: NavEntry) -> str:
        number = next(order)
        return (
            f'<navPoint id="n{number}" playOrder="{number}"><navLabel><text>{escape(entry.title)}</text></navLabel>'
            f'<content src="{escape(entry.href)}"/>{points(entry.children)}</navPoint>\n'
        )

    head = {"dtb:uid": identifier, "dtb:depth": str(_depth(entries)), "dtb:totalPageCount": "0", "dtb:maxPageNumber": "0"}
    metas = "".join(f'<meta name="{name}" content="{escape(content)}"/>' for name, content in head.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{publication.outline.lang}">\n'
        f"<head>{metas}</head>\n<docTitle><text>{escape(publication.title)}</text></docTitle>\n"
        f"<navMap>\n{points(entries)}</navMap>\n</ncx>\n"
    ).encode()


def _depth(entries: Sequence[NavEntry]) -> int:
    return 1 + max((_depth(entry.children) for entry in entries), default=-1)
