"""Split a rendition into the files of the spine, and lead every link and image to its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from pipeline.diagnostics import BookError, Diagnostic, Place, Rule, nearest
from pipeline.epub import fitting, tree, typeface
from pipeline.epub.pages import Page, mark
from pipeline.publication import Section
from pipeline.render import Fragment, Rendition, document

COVER, NAV, NCX, STYLE, NARROW = "cover.xhtml", "nav.xhtml", "toc.ncx", "style.css", "narrow.css"
SCHEME = "guidepress:"
IMAGES = "images/"
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
    """A file whose links are still '#id'."""

    name: str
    sections: tuple[Section, ...]
    root: etree._Element
    ids: tuple[str, ...]


def files(rendition: Rendition, pages: Sequence[Page] = (), beside: Sequence[File] = ()) -> tuple[File, ...]:
    """Return the files of the spine after the cover, marked where the pages printed begin.

    Each section down to level 2 begins a file; deeper ones stay with the section above them. Links may lead to files
    ``beside`` these too. Raises BookError for a
    link to an id that is nowhere, a resource that is missing, and XHTML that is not well-formed.
    """
    drafts = tuple(_draft(rendition, run, pages) for run in _runs(rendition))
    homes = {name: file.name for file in beside for name in file.ids}
    for draft in drafts:
        for name in draft.ids:
            homes.setdefault(name, draft.name)
    faults: list[Diagnostic] = []
    finished = tuple(_finish(draft, homes, rendition.resources, faults) for draft in drafts)
    if faults:
        raise BookError(*faults)
    return finished


def _runs(rendition: Rendition) -> Iterator[tuple[Fragment, ...]]:
    run: list[Fragment] = []
    size = 0
    for fragment in rendition.fragments:
        if fragment.section.kind == "cover":
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
    try:
        root = tree.parse(text)
    except etree.XMLSyntaxError as error:
        raise BookError(_broken(section, f"section '{section.id}' is not well-formed: {error.msg}")) from error
    held = {fragment.section.id for fragment in run}
    mark(root, [page for page in pages if page.section in held])
    ids = tree.ids(root)
    twice = sorted({name for name in ids if ids.count(name) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise BookError(*(_broken(section, f"id '{name}' stands twice in section '{section.id}'") for name in twice))
    return _Draft(file_name(section), tuple(f.section for f in run), root, ids)


def _broken(section: Section, message: str) -> Diagnostic:
    return Diagnostic("E103", message, Place(section.source or section.id), "report this: a template or its text is at fault")


def file_name(section: Section) -> str:
    """Return the name of the file that a section begins: its id, unless the package itself has a file of that name."""
    name = f"{section.id}.xhtml"
    return f"{section.id}-{section.kind}.xhtml" if name in (COVER, NAV) else name


def _finish(draft: _Draft, homes: Mapping[str, str], resources: Mapping[str, bytes], faults: list[Diagnostic]) -> File:
    root, first = draft.root, draft.sections[0]
    headings = tuple(Heading(section, heading(root, section)) for section in draft.sections)
    for name in root.iter(f"{{{tree.XHTML}}}title"):
        name.text = headings[0].title
    place = Place(first.source or first.id)
    faults += _lead_links(draft, homes, place)
    shown = _lead_images(root)
    fitting.frame_tables(root)
    fitting.fit_formulas(root)
    faults += (
        Diagnostic("E102", f"resource '{name}' is missing", place, nearest(name, resources)) for name in shown if name not in resources
    )
    characters = typeface.characters(root)
    return File(draft.name, headings, tree.serialize(root), _properties(root), draft.ids, shown, characters)


def _lead_links(draft: _Draft, homes: Mapping[str, str], place: Place) -> list[Diagnostic]:
    """Write the file into every link by id; an id that stands in several files is meant in the link's own."""
    faults = []
    own = frozenset(draft.ids)
    for link in draft.root.iter(f"{{{tree.XHTML}}}a"):
        target = str(link.get("href", ""))
        if not target.startswith("#"):
            continue
        home = draft.name if target[1:] in own else homes.get(target[1:])
        if home is None:
            hint = nearest(target[1:], homes)
            faults.append(Diagnostic("E101", f"link to '{target}' leads nowhere in this edition", place, hint))
        link.set("href", f"{home}{target}")
    return faults


def _lead_images(root: etree._Element) -> tuple[str, ...]:
    """Write the path into every image; return the resources shown."""
    shown = []
    for image in root.iter(f"{{{tree.XHTML}}}img"):
        source = str(image.get("src", ""))
        if source.startswith(SCHEME):
            shown.append(source.removeprefix(SCHEME))
            image.set("src", IMAGES + shown[-1])
    return tuple(dict.fromkeys(shown))


def heading(root: etree._Element, section: Section) -> str:
    """Return the number and words of a section's heading, or its title when it prints none."""
    found = root.find(f".//*[@id='{section.id}-title']")
    title = tree.words(found, without="question-number") if found is not None else ""
    number = f"{section.number}. " if section.kind in ("question", "answer") and section.number else ""
    return number + (title or section.title)


def _properties(root: etree._Element) -> tuple[str, ...]:
    held = (("mathml", tree.MATHML, "math"), ("svg", tree.SVG, "svg"))
    return tuple(name for name, namespace, element in held if tree.holds(root, namespace, element))
