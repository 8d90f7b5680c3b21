"""Read a finished EPUB: its files, and what its package says of them; a document becomes a tree when somebody asks for it."""

from __future__ import annotations

import io
import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from lxml import etree

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XHTML_TYPE = "application/xhtml+xml"
XML_TYPES = frozenset({XHTML_TYPE, "image/svg+xml", "application/x-dtbncx+xml"})
GROWN, ALLOWED = 15, 20_000_000
"""How many times its size an EPUB may grow to when it is unpacked, and how many bytes more: text is packed to a fifth."""


class Damaged(ValueError):
    """A file that cannot be read as an EPUB."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that the EPUB manifest lists."""

    id: str
    name: str
    media_type: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class Container:
    """An EPUB as a reading system finds it."""

    files: Mapping[str, bytes]
    """Every file by its full name, in the order packed."""
    stored: frozenset[str]
    """Files that are not compressed."""
    package: str
    """Name of the package document."""
    metadata: etree._Element
    lang: str
    listed: tuple[Listed, ...]
    spine: tuple[str, ...]
    """Ids of files, in reading order."""
    documents: frozenset[str]
    """Names of listed documents that are XML."""

    @property
    def pages(self) -> tuple[str, ...]:
        """Names of the XHTML documents."""
        return tuple(item.name for item in self.listed if item.media_type == XHTML_TYPE and item.name in self.documents)

    @property
    def nav(self) -> str:
        """Name of the nav document, or nothing."""
        return next((item.name for item in self.listed if "nav" in item.properties), "")

    def in_order(self) -> tuple[str, ...]:
        """Return the names of the documents of the spine."""
        names = {item.id: item.name for item in self.listed}
        return tuple(names[i] for i in self.spine if names.get(i) in self.documents)

    def tree(self, name: str) -> etree._Element | None:
        """Return a document as a tree, if there is one of that name. Raises Damaged when it is not well-formed."""
        return parse(name, self.files[name]) if name in self.documents else None


def read(data: bytes) -> Container:
    """Read an EPUB. Raises Damaged when it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            grown = sum(info.file_size for info in infos)
            if grown > GROWN * len(data) + ALLOWED:
                raise Damaged(f"would be {grown:,} bytes when unpacked")
            files = {info.filename: archive.read(info) for info in infos}
    except Damaged:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, ValueError, OSError, EOFError) as error:
        # Of what is encrypted zipfile says so by a RuntimeError, of what it cannot unpack by a NotImplementedError.
        raise Damaged(f"cannot be unpacked: {error}") from error
    stored = frozenset(info.filename for info in infos if info.compress_type == zipfile.ZIP_STORED)
    try:
        return _read_package(files, stored)
    except (KeyError, AttributeError, StopIteration) as error:
        raise Damaged(f"its package is not complete: {error}") from error


@lru_cache(maxsize=4)  # the ways into a book are asked for again and again
def parse(name: str, data: bytes) -> etree._Element:
    """Return the tree of an XML document, which nobody changes. Raises Damaged when it is not well-formed (as with '--' in a comment)."""
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Damaged(f"{name}:{error.lineno}: {error.msg}") from error


def resolve(base: str, reference: str) -> tuple[str, str]:
    """Return the file and the id that a reference in a file leads to."""
    path, _, fragment = reference.partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(path))) if path else base, unquote(fragment)


def _read_package(files: Mapping[str, bytes], stored: frozenset[str]) -> Container:
    root = parse("META-INF/container.xml", files["META-INF/container.xml"])
    name = str(next(root.iter("{*}rootfile")).get("full-path"))
    package = parse(name, files[name])
    listed = tuple(_item(name, item) for item in package.iter(f"{OPF}item"))
    spine = tuple(str(item.get("idref")) for item in package.iter(f"{OPF}itemref"))
    documents = frozenset(item.name for item in listed if item.media_type in XML_TYPES and item.name in files)
    metadata = next(package.iter(f"{OPF}metadata"))
    return Container(files, stored, name, metadata, package.get(XML_LANG, ""), listed, spine, documents)


def _item(package: str, item: etree._Element) -> Listed:
    name, _ = resolve(package, str(item.get("href")))
    return Listed(str(item.get("id")), name, str(item.get("media-type")), tuple(str(item.get("properties", "")).split()))
