"""Pack files into an EPUB container with EbookLib, and seal it: the same files give the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ebooklib
from ebooklib import epub

from pipeline.diagnostics import ToolError
from pipeline.epub.metadata import Statement
from pipeline.formats import EPUB

if ebooklib.VERSION[:2] != (0, 20):
    raise ToolError("the EPUB is packed by EbookLib 0.20: run 'make' to install it")

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NCX_ID = "ncx"
"""EbookLib 0.20 writes spine toc="ncx" whatever the file is called."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a ZIP file can name."""
OPTIONS = {"epub3_pages": False, "epub3_landmark": False, "epub2_guide": False}
"""What EbookLib would make of our pages by itself, wrongly: see each file that we write instead."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the EPUB, as the EPUB manifest lists it."""

    name: str
    media_type: str
    data: bytes
    properties: tuple[str, ...] = ()
    in_spine: bool = False

    @property
    def id(self) -> str:
        """Id in the EPUB manifest."""
        return NCX_ID if self.media_type == "application/x-dtbncx+xml" else self.name.replace("/", "_").replace(".", "_")


class _StableZip(zipfile.ZipFile):
    """A ZIP file without clock, owner, or platform in it."""

    def writestr(self, name: Any, data: Any, compress_type: int | None = None, compresslevel: int | None = None) -> None:
        info = zipfile.ZipInfo(name, date_time=EARLIEST)
        info.create_system, info.external_attr = 3, 0o100644 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if compress_type is None else compress_type
        super().writestr(info, data, compresslevel=compresslevel)


class _Writer(epub.EpubWriter):  # type: ignore[misc]  # EbookLib 0.20 has no type hints
    """EbookLib's writer, into memory, with what it cannot say."""

    def write(self) -> None:
        with _StableZip(self.file_name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as self.out:
            # OCF 3.3, section 4.2.3: first, and stored, so that its bytes stand at a known place.
            self.out.writestr("mimetype", EPUB.media_type, compress_type=zipfile.ZIP_STORED)
            self._write_container()
            self._write_opf()
            self._write_items()

    def _write_opf_file(self, root: Any) -> None:
        root.set(XML_LANG, self.book.language)
        # EbookLib declares a prefix that nothing here uses.
        del root.attrib["prefix"]
        super()._write_opf_file(root)


def seal(identifier: str, lang: str, modified: dt.datetime, statements: Sequence[Statement], items: Sequence[Item]) -> bytes:
    """Return an EPUB 3.3 of these files, its spine in the order given."""
    book = epub.EpubBook()
    # A random identifier and a generator's name stand in it from the start.
    book.metadata.clear()
    book.set_identifier(identifier)
    book.language = lang
    for statement in statements:
        _state(book, statement)
    for item in items:
        _add(book, item)
    out = io.BytesIO()
    _Writer(out, book, OPTIONS | {"mtime": modified.astimezone(dt.UTC)}).write()
    return out.getvalue()


def _state(book: epub.EpubBook, statement: Statement) -> None:
    known = {"id": statement.id, "refines": f"#{statement.refines}" if statement.refines else "", "scheme": statement.scheme}
    attributes = {name: value for name, value in known.items() if value}
    if statement.dublin:
        book.add_metadata("DC", statement.name, statement.value, attributes)
    else:
        book.add_metadata(None, "meta", statement.value, {"property": statement.name, **attributes})


def _add(book: epub.EpubBook, item: Item) -> None:
    # EpubItem, never EpubHtml, which parses XHTML as HTML and drops what it does not know.
    packed = epub.EpubItem(uid=item.id, file_name=item.name, media_type=item.media_type, content=item.data)
    packed.properties = list(item.properties)
    book.add_item(packed)
    if item.in_spine:
        book.spine.append(packed)
    if "cover-image" in item.properties:
        # OPF 2: Kindle's converter and old Kobos look for the cover here.
        book.add_metadata(None, "meta", None, {"name": "cover", "content": item.id})
