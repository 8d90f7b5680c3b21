"""Check works cited: each can be found, and is cited without a bracket in a bracket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checks.places import fault, passages, spot
from pipeline.checks.registry import register
from pipeline.diagnostics import Diagnostic
from pipeline.model import Book, Work, enclosed

Found = Iterator[Diagnostic]
DOI: Final = re.compile(r"https://doi\.org/10\.\d{4,9}/\S+")
RESOLVER: Final = re.compile(r"https://(?:dx\.|www\.)?doi\.org/")


@register("C406", "work that cannot be found", "warning")
def work_without_address(book: Book) -> Found:
    """A work in ``sources.yaml`` has no address under which a reader finds it: its DOI, or else a stable page.

    A DOI is written as its address, https://doi.org/10.1000/182. For a work that has none, ``ignore.yaml`` says why.
    """
    for work in book.works.values():
        if work.url is None:
            message, hint = f"work '{work.key}' has no address", "add 'url:' with its DOI, or else a stable page"
            yield fault("C406", message, spot(book, work, "key"), hint, "warning")
        elif (RESOLVER.match(work.url) and not DOI.fullmatch(work.url)) or work.url.startswith("mailto:"):
            message, hint = f"the address of work '{work.key}' leads to no work", "write it as https://doi.org/10.1000/182"
            yield fault("C406", message, spot(book, work, "url"), hint, "warning")


@register("C713", "parentheses in parentheses", "warning")
def doubled_parentheses(book: Book) -> Found:
    """A work is cited within parentheses, and what stands for it there has parentheses of its own: "(Ho et al. (2020))".

    The press mends a short form that ends in them, "(Ho et al., 2020)"; of a label, or of another short form, it does not.
    """
    for passage in passages(book):
        for reference in passage.text.references:
            if reference.kind != "source" or not reference.enclosed:
                continue
            work: Work | None = book.works.get(reference.id)
            shown = reference.label or (enclosed(work.short) if work else "")
            if "(" in shown:
                where = passage.spot(reference.line, reference.column).at(reference.id)
                message = f"'{shown[:60]}' stands within parentheses"
                yield fault("C713", message, where, "write it without parentheses of its own", "warning")
