"""Check the page and the catalogs of a release: where their links lead, and that they name nothing that is not for everybody."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree, html

from pipeline.diagnostics import Diagnostic
from pipeline.preflight.preflight_rules import fault
from pipeline.release import Published

ENDINGS = (".html", ".xml", ".json", ".atom")
"""Names of what has links."""


def check(offer: Mapping[str, bytes], rows: Sequence[Published]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the files beside the guides, given these by their paths, and the guides as the manifest lists them."""
    there = {*offer, *(row.path for row in rows if row.is_public)}
    hidden = {name for row in rows if not row.is_public for name in (row.path, posixpath.basename(row.path))}
    for path, data in sorted(offer.items()):
        named = sorted(name for name in hidden if name.encode() in data)
        yield from (fault(path, "P319", f"it names '{name}', which is not for everybody") for name in named)
        try:
            wrong = [each for each in _references(path, data) if not _leads(path, each[0], there)]
        except (ValueError, RecursionError, etree.LxmlError) as error:
            yield fault(path, "P319", f"it cannot be read: {error}")
            continue
        yield from (fault(path, "P319", f"{where}'{reference}' leads to nothing that is offered") for reference, where in wrong)


def _leads(path: str, reference: str, there: set[str]) -> bool:
    """Tell whether a reference in a file leads to one of the files that are offered, or holds what it shows."""
    target = urlsplit(reference)
    to = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target.path))) if target.path else path
    return target.scheme == "data" or (to in there and not (target.scheme or target.netloc))


def _references(path: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield each link of a file, and where it stands, if that is known."""
    if path.endswith(".json"):
        yield from ((reference, "") for reference in _hrefs(json.loads(data)))
    elif path.endswith(ENDINGS):
        root = html.document_fromstring(data) if path.endswith(".html") else etree.fromstring(data)
        for element in root.iter(etree.Element):
            yield from ((str(value), f"line {element.sourceline}: ") for name, value in element.items() if name in ("href", "src"))


def _hrefs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for name, each in value.items() if name == "href")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _hrefs(each)
