"""Write the ways into the book: cover, nav document (toc, landmarks, page-list), and NCX for older readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count

from pipeline.epub import tree
from pipeline.epub.files import COVER, NAV, STYLE, File
from pipeline.epub.pages import Page
from pipeline.publication import Publication, TocEntry
from pipeline.render import document

COVER_IMAGE = "images/cover.png"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list with those below it; ``semantic`` is its ``epub:type``."""

    title: str
    href: str
    children: tuple[Entry, ...] = ()
    semantic: str = ""


def toc(publication: Publication, spine: Sequence[File]) -> tuple[Entry, ...]:
    """Return the toc of a publication, each section led to its file; a section that was not rendered is left out."""
    places = {
        heading.section.id: Entry(heading.title, file.name if heading is file.headings[0] else f"{file.name}#{heading.section.id}")
        for file in spine
        for heading in file.headings
    }

    def read(lines: Sequence[TocEntry]) -> Iterator[Entry]:
        for line in lines:
            below = tuple(read(line.children))
            place = places.get(line.section.id)
            yield from (Entry(place.title, place.href, below),) if place else below

    return tuple(read(publication.toc))


def landmarks(publication: Publication, spine: Sequence[File]) -> tuple[Entry, ...]:
    """Return the places that a reading system offers by name: cover, contents, where to begin, and the back matter."""
    labels = publication.look.labels(publication.outline.lang)
    found = [Entry(labels["cover"], COVER, semantic="cover")]
    body = next((file for file in spine if file.headings[0].section.matter == "body"), None)
    for file in spine:
        kind = file.headings[0].section.kind
        if kind.landmark:
            found.append(Entry(labels[kind.label], file.name, semantic=kind.landmark))
        if file is body:
            found.append(Entry(file.title, file.name, semantic="bodymatter"))
    if not any(entry.semantic == "toc" for entry in found):
        found.insert(1, Entry(labels["contents"], f"{NAV}#toc", semantic="toc"))
    return tuple(found)


def page_list(spine: Sequence[File], pages: Sequence[Page]) -> tuple[Entry, ...]:
    """Return the printed pages in order, each led to its mark."""
    homes = {name: file.name for file in spine for name in file.ids}
    return tuple(Entry(page.label, f"{homes[page.id]}#{page.id}") for page in pages if page.id in homes)


def nav(publication: Publication, spine: Sequence[File], pages: Sequence[Entry]) -> bytes:
    """Return the nav document (EPUB 3.3, section 7)."""
    labels = publication.look.labels(publication.outline.lang)
    lists = [
        _nav("toc", "doc-toc", labels["contents"], toc(publication, spine)),
        _nav("landmarks", "", labels["landmarks_title"], landmarks(publication, spine)),
        _nav("page-list", "doc-pagelist", labels["page_list_title"], pages),
    ]
    return tree.serialize(tree.parse(document(publication, "reflow", labels["contents"], "\n".join(filter(None, lists)), (STYLE,))))


def _nav(semantic: str, role: str, title: str, entries: Sequence[Entry]) -> str:
    if not entries:
        return ""
    level, hidden = (1, "") if semantic == "toc" else (2, ' hidden="hidden"')
    spoken = f' role="{role}"' if role else ""
    return (
        f'<nav id="{semantic}" epub:type="{semantic}"{spoken} aria-label="{escape(title)}"{hidden}>'
        f"<h{level}>{escape(title)}</h{level}>\n{_list(entries)}</nav>"
    )


def _list(entries: Sequence[Entry]) -> str:
    return f"<ol>\n{''.join(map(_line, entries))}</ol>\n" if entries else ""


def _line(entry: Entry) -> str:
    semantic = f' epub:type="{entry.semantic}"' if entry.semantic else ""
    return f'<li><a{semantic} href="{escape(entry.href)}">{escape(entry.title)}</a>{_list(entry.children)}</li>\n'


def ncx(publication: Publication, entries: Sequence[Entry]) -> bytes:
    """Return the toc as NCX (OPF 2.0.1, section 2.4.1), which EPUB 2 readers and Kindle's converter use."""
    order = count(1)

    def points(lines: Sequence[Entry]) -> str:
        return "".join(map(point, lines))

    def point(entry: Entry) -> str:
        number = next(order)
        return (
            f'<navPoint id="n{number}" playOrder="{number}"><navLabel><text>{escape(entry.title)}</text></navLabel>'
            f'<content src="{escape(entry.href)}"/>{points(entry.children)}</navPoint>\n'
        )

    head = {"dtb:uid": publication.identifier, "dtb:depth": str(_depth(entries)), "dtb:totalPageCount": "0", "dtb:maxPageNumber": "0"}
    metas = "".join(f'<meta name="{name}" content="{escape(content)}"/>' for name, content in head.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{publication.outline.lang}">\n'
        f"<head>{metas}</head>\n<docTitle><text>{escape(publication.title)}</text></docTitle>\n"
        f"<navMap>\n{points(entries)}</navMap>\n</ncx>\n"
    ).encode()


def _depth(entries: Sequence[Entry]) -> int:
    return 1 + max((_depth(entry.children) for entry in entries), default=-1)


def cover(publication: Publication) -> bytes:
    """Return the page that shows the cover."""
    labels = publication.look.labels(publication.outline.lang)
    form = labels["cover_alt_team"] if publication.brand.team else labels["cover_alt"]
    alt = form.format(title=publication.title, edition=publication.edition.title, team=publication.brand.name)
    body = f'<div class="cover-image" epub:type="cover"><img role="doc-cover" src="{COVER_IMAGE}" alt="{escape(alt)}"/></div>'
    return tree.serialize(tree.parse(document(publication, "reflow", labels["cover"], body, (STYLE,))))
