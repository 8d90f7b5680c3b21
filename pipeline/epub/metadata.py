"""State what a book is: titles, people, dates, and what a reader with any sense or device can count on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.brand import Brand
from pipeline.epub.files import File
from pipeline.publication import Publication

CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
"""Exactly as EPUB Accessibility 1.1, section 4.3, wants it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One element of the package metadata: ``dc:<name>``, or ``meta`` with a property."""

    name: str
    value: str
    id: str = ""
    refines: str = ""
    scheme: str = ""
    dublin: bool = False


def statements(publication: Publication, spine: Sequence[File], *, paged: bool) -> tuple[Statement, ...]:
    """Return the metadata of a publication; ``paged`` says that the nav document has a page-list."""
    return (*_titles(publication), *_people(publication), *_facts(publication), *_access(publication, spine, paged))


def _titles(publication: Publication) -> Iterator[Statement]:
    titles = (
        ("main", publication.title),
        ("subtitle", publication.outline.subtitle or ""),
        ("edition", publication.edition.title),
    )
    for kind, title in titles:
        if title:
            yield Statement("title", title, id=f"title-{kind}", dublin=True)
            yield Statement("title-type", kind, refines=f"title-{kind}")


def _people(publication: Publication) -> Iterator[Statement]:
    for number, creator in enumerate(publication.outline.creators, start=1):
        yield Statement("creator", creator.name, id=f"creator-{number}", dublin=True)
        yield Statement("role", creator.role, refines=f"creator-{number}", scheme="marc:relators")


def _facts(publication: Publication) -> Iterator[Statement]:
    outline = publication.outline
    yield Statement("language", outline.lang, dublin=True)
    yield Statement("publisher", outline.publisher, dublin=True)
    yield Statement("date", outline.date.isoformat(), dublin=True)
    yield Statement("rights", outline.rights, dublin=True)
    yield Statement("description", outline.description, dublin=True)
    yield from (Statement("subject", subject, dublin=True) for subject in outline.subjects)
    yield from _copy(publication.brand)


def _copy(brand: Brand) -> Iterator[Statement]:
    """Say whose copy it is: the team issued it, the recipient is whom it is addressed to (MARC relators isb and rcp)."""
    for name, role, kind in ((brand.name, "isb", "team"), (brand.recipient, "rcp", "recipient")):
        if name:
            yield Statement("contributor", name, id=f"copy-{kind}", dublin=True)
            yield Statement("role", role, refines=f"copy-{kind}", scheme="marc:relators")
    if brand.recipient:
        yield Statement("dcterms:audience", brand.recipient)


def _access(publication: Publication, spine: Sequence[File], paged: bool) -> Iterator[Statement]:
    """Yield the accessibility metadata: a feature is claimed only where the files have it."""
    yield Statement("dcterms:conformsTo", CONFORMANCE, id="conformance")
    yield Statement("a11y:certifiedBy", publication.outline.publisher, refines="conformance")
    for mode in ("textual", "visual"):
        yield Statement("schema:accessMode", mode)
    for modes in ("textual", "textual,visual"):
        yield Statement("schema:accessModeSufficient", modes)
    for feature in _features(spine, paged):
        yield Statement("schema:accessibilityFeature", feature)
    yield Statement("schema:accessibilityHazard", "none")
    yield Statement("schema:accessibilitySummary", publication.look.labels(publication.outline.lang)["accessibility_summary"])
    if paged:
        # Without a prefix: EPUBCheck 5.3.0 knows no a11y:pageBreakSource (OPF-027).
        yield Statement("pageBreakSource", publication.identifier)


def _features(spine: Sequence[File], paged: bool) -> Iterator[str]:
    yield from ("alternativeText", "ARIA", "displayTransformability", "readingOrder", "structuralNavigation", "tableOfContents")
    if any("mathml" in file.properties for file in spine):
        yield from ("MathML", "describedMath")
    yield from dict.fromkeys(h.section.kind.feature for file in spine for h in file.headings if h.section.kind.feature)
    if paged:
        yield from ("pageBreakMarkers", "pageNavigation")
    yield "unlocked"
