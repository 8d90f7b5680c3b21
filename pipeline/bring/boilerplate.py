"""Tell what of a bank is no content: contents tables, lines that lead back to the top, banners."""

from __future__ import annotations

import re
from typing import Final

from pipeline.bring.banks import Dialect
from pipeline.bring.haul import Node, said

SHORTCODE: Final = re.compile(r":[a-z0-9_+-]{2,40}:")


def boilerplate(node: Node, dialect: Dialect, fewest: int = 3) -> str:
    """Return what a block is that is no content, or nothing; a table of contents has so many links at least."""
    if node.kind == "rule":
        return "rules between blocks"
    if _is_contents(node, dialect, fewest):
        return "contents tables"
    return "lines that lead back to the top" if _leads_back(node, dialect) else ""


def _is_contents(node: Node, dialect: Dialect, fewest: int) -> bool:
    """Tell whether a block is a table of contents, or its heading."""
    words = said(node.children)
    if node.kind in ("heading", "paragraph"):
        return words.rstrip(":").lower() in {name.lower() for name in dialect.contents}
    links = [n for n in node.walk() if n.kind == "link"]
    inner = [n for n in links if n.info.startswith("#")]
    return node.kind in ("list", "table", "details") and len(inner) >= fewest and len(inner) == len(links) and _is_linked(node, inner)


def _is_linked(node: Node, links: list[Node]) -> bool:
    """Tell whether most words of a block, or most of its lines, are links."""
    rows = sum(n.kind in ("row", "item") for n in node.walk())
    return 2 * len(links) >= rows and not any(n.kind == "listing" for n in node.walk())


def _leads_back(node: Node, dialect: Dialect) -> bool:
    """Tell whether a paragraph does nothing but lead back to the top."""
    if node.kind != "paragraph" or not any(n.kind == "link" and n.info.startswith("#") for n in node.walk()):
        return False
    words = re.sub(r"[^a-z ]", "", said(node.children).lower()).strip()
    return words in {re.sub(r"[^a-z ]", "", known.lower()) for known in dialect.boilerplate} or words in ("", "top")


def is_banner(node: Node, *, inside: bool) -> bool:
    """Tell whether a block holds pictures and nothing else: a banner, badges; a lone one ``inside`` a section is content."""
    if node.kind not in ("paragraph", "group", "table", "heading"):
        return False
    words = SHORTCODE.sub("", said(node.children))
    if inside and any(n.kind == "picture" for n in node.walk()) and not any(n.kind == "link" for n in node.walk()):
        return False
    return not any(c.isalnum() for c in words) and not any(n.kind in ("listing", "code") for n in node.walk())
