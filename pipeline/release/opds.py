"""Write the catalogs that reading apps load: OPDS 1.2, which is Atom, and OPDS 2.0, which is JSON. All addresses are relative.

https://specs.opds.io/opds-1.2 and https://drafts.opds.io/opds-2.0
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.formats import COVER, FORMATS, KINDLE
from pipeline.model import Outline
from pipeline.release.release_page import file_name
from pipeline.release.titles import ATOM, ENTRY, ENTRY_TYPE, JSON, MEDIA_TYPES, PAGE, Catalog, Picture, Title

NS, DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/terms/"
PREFIXES: dict[Any, str] = {None: NS, "dcterms": DC}
OPEN = "http://opds-spec.org/acquisition/open-access"
IMAGE = "http://opds-spec.org/image"
SMALL_IMAGE = f"{IMAGE}/thumbnail"
ROLES = {"aut": "author", "edt": "editor", "ill": "illustrator", "trl": "translator", "art": "artist", "clr": "colorist", "nrt": "narrator"}
"""What OPDS 2.0 calls the makers of a book, by their MARC codes; the others contribute."""


def atom(catalog: Catalog) -> bytes:
    """Return the catalog as OPDS 1.2."""
    outline = catalog.outline
    feed = etree.Element(f"{{{NS}}}feed", nsmap=PREFIXES)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", outline.lang)
    _put(feed, "id", catalog.identifier)
    _put(feed, "title", outline.title)
    if outline.subtitle:
        _put(feed, "subtitle", outline.subtitle)
    _put(feed, "updated", _time(catalog))
    _put(_put(feed, "author"), "name", outline.publisher)
    for relation in ("self", "start"):
        _put(feed, "link", rel=relation, href=ATOM, type=MEDIA_TYPES[ATOM])
    _put(feed, "link", rel="alternate", href=PAGE, type="text/html")
    _put(feed, "link", rel="alternate", href=JSON, type=MEDIA_TYPES[JSON])
    for title in catalog.titles:
        _entry(feed, catalog, title)
    etree.indent(feed)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8") + b"\n"


def _entry(feed: Any, catalog: Catalog, title: Title) -> None:
    outline, entry = catalog.outline, _put(feed, "entry")
    _put(entry, "id", title.identifier)
    _put(entry, "title", _name(catalog, title))
    _put(entry, "updated", _time(catalog))
    for creator in outline.creators:
        _put(_put(entry, "author" if creator.role == "aut" else "contributor"), "name", creator.name)
    for name, text in _facts(outline, title):
        etree.SubElement(entry, f"{{{DC}}}{name}").text = text
    for subject in outline.subjects:
        _put(entry, "category", term=subject, label=subject)
    _put(entry, "summary", title.edition.description, type="text")
    _put(entry, "rights", outline.rights)
    for relation, picture in ((IMAGE, title.cover or title.thumbnail), (SMALL_IMAGE, title.thumbnail)):
        _put(entry, "link", rel=relation, href=picture.path, type=COVER.media_type, length=str(len(picture.data)))
    for file, name in _downloads(catalog, title):
        kind = FORMATS[file.format].media_type
        _put(entry, "link", rel=OPEN, href=file.path, type=kind, length=str(file.bytes), title=name)


def _facts(outline: Outline, title: Title) -> Iterator[tuple[str, str]]:
    yield "identifier", title.identifier
    yield "language", outline.lang
    yield "publisher", outline.publisher
    yield "issued", outline.date.isoformat()


def _put(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{NS}}}{name}", attributes)
    element.text = text
    return element


def feed(catalog: Catalog) -> bytes:
    """Return the catalog as OPDS 2.0."""
    outline, here = catalog.outline, MEDIA_TYPES[JSON]
    metadata = {"title": outline.title, "modified": _time(catalog), "numberOfItems": len(catalog.titles)}
    links = [
        {"rel": ["self", "start"], "href": JSON, "type": here},
        {"rel": "alternate", "href": PAGE, "type": "text/html"},
        {"rel": "alternate", "href": ATOM, "type": MEDIA_TYPES[ATOM]},
    ]
    return _written({"metadata": metadata, "links": links, "publications": [_publication(catalog, title, "") for title in catalog.titles]})


def entries(catalog: Catalog) -> dict[str, bytes]:
    """Return each edition as a document of OPDS 2.0 of its own, by its path: the one that it calls itself by."""
    return {f"{title.stem}{ENTRY}": _written(_publication(catalog, title, "../")) for title in catalog.titles}


def _publication(catalog: Catalog, title: Title, up: str) -> dict[str, Any]:
    """Return an edition; ``up`` leads from where it is told to the folder of the release."""
    downloads = [
        {"rel": OPEN, "href": f"{up}{file.path}", "type": FORMATS[file.format].media_type, "title": name, "size": file.bytes}
        for file, name in _downloads(catalog, title)
    ]
    pictures = [title.cover, title.thumbnail] if title.cover else [title.thumbnail]
    return {
        "metadata": _metadata(catalog, title),
        "links": [{"rel": "self", "href": f"{up}{title.stem}{ENTRY}", "type": ENTRY_TYPE}, *downloads],
        "images": [_image(picture, up) for picture in pictures],
    }


def _metadata(catalog: Catalog, title: Title) -> dict[str, Any]:
    outline, makers = catalog.outline, dict[str, list[dict[str, str]]]()
    for creator in outline.creators:
        makers.setdefault(ROLES.get(creator.role, "contributor"), []).append({"name": creator.name})
    return {
        "@type": "http://schema.org/Book",
        "identifier": title.identifier,
        "title": _name(catalog, title),
        **({"subtitle": outline.subtitle} if outline.subtitle else {}),
        **makers,
        "publisher": outline.publisher,
        "language": outline.lang,
        "published": outline.date.isoformat(),
        "modified": _time(catalog),
        "description": title.edition.description,
        **({"subject": list(outline.subjects)} if outline.subjects else {}),
    }


def _image(picture: Picture, up: str) -> dict[str, Any]:
    width, height = picture.size
    return {"href": f"{up}{picture.path}", "type": COVER.media_type, "width": width, "height": height}


def _downloads(catalog: Catalog, title: Title) -> Iterator[tuple[Any, str]]:
    """Yield the files of an edition, and what each is called; a Kindle loads no catalog, and its file would stand there as another EPUB."""
    yield from ((file, file_name(file, catalog.labels)) for file in title.files if file.format != KINDLE.name)


def _name(catalog: Catalog, title: Title) -> str:
    return f"{catalog.outline.title}: {title.edition.title}"


def _time(catalog: Catalog) -> str:
    return catalog.modified.isoformat().replace("+00:00", "Z")


def _written(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
