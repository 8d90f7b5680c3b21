"""Write the files beside the guides, by which readers find them.

``index.html`` is the page to choose and download from, ``opds.xml`` and ``opds.json`` are catalogs for reading apps,
``changes.atom`` is a feed of what each version has changed, ``guides.sha256`` holds the checksums of what these offer,
and each edition has a small picture of its cover and an entry of its own for the second catalog.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pipeline.changes import Changes
from pipeline.model import Book
from pipeline.release import feed, opds
from pipeline.release.manifest import Published
from pipeline.release.release_page import page
from pipeline.release.titles import ATOM, JSON, NEWS, PAGE, SUMS, Catalog, catalog


def offer(
    book: Book, rows: Sequence[Published], covers: Mapping[str, bytes], modified: dt.datetime, since: Changes | None = None
) -> dict[str, bytes]:
    """Return the files beside the guides by their paths; none where a release holds nothing that is for everybody.

    ``covers`` are the pictures of covers by their paths; ``modified`` is the time that the book's files are stamped with;
    ``since`` is what has changed since the last version.
    """
    found = catalog(book, rows, covers, modified)
    if not found.titles:
        return {}
    pictures = {title.thumbnail.path: title.thumbnail.data for title in found.titles}
    pages = {PAGE: page(found, since), ATOM: opds.atom(found), JSON: opds.feed(found), SUMS: _sums(found)}
    pages |= {NEWS: feed.of_book(found, since)}
    return {**pages, **opds.entries(found), **pictures}


def _sums(found: Catalog) -> bytes:
    """Return the checksums of all files offered, by name, as ``sha256sum --check --ignore-missing`` reads them beside downloads."""
    files = sorted((file.path.rpartition("/")[2], file.sha256) for title in found.titles for file in title.files)
    return "".join(f"{digest}  {name}\n" for name, digest in files).encode()
