"""Write the page that readers choose and download from: one HTML file that asks nobody for anything, and needs no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pipeline import markup, render
from pipeline.changes import Changes, told
from pipeline.formats import EPUB, HTML, KINDLE, PDF, paper_name
from pipeline.model import Outline
from pipeline.release.manifest import Published
from pipeline.release.titles import ATOM, JSON, MEDIA_TYPES, NEWS, SUMS, Catalog, Title
from pipeline.theme import language

DEVICES: Mapping[str, tuple[str, ...]] = {
    "phone": (EPUB.name,), "kindle": (KINDLE.name, EPUB.name), "kobo": (EPUB.name,), "browser": (HTML.name,),
}  # fmt: skip
"""What is read on without paper, and the formats for it, the best first; the labels have a name and a piece of advice for each."""
NAMES = {EPUB.name: "page_epub", KINDLE.name: "page_epub_kindle", HTML.name: "page_html"}
"""The label of each format."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download: the edition that it is of, what it is, and how large."""

    edition: str
    path: str
    name: str
    detail: str
    sha256: str
    is_stale: bool
    saves: bool
    """Whether a browser is asked to save what it could show, or what is sent on. An EPUB is offered to the reading app of a phone."""


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody reads on, or prints on; what to do there; and the files for it."""

    name: str
    advice: str
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An edition as the page shows it."""

    id: str
    title: str
    description: str
    questions: str
    picture: str
    """Address of the small picture, which holds the picture itself."""
    size: tuple[int, int]
    downloads: tuple[Download, ...]


def page(catalog: Catalog, since: Changes | None = None) -> bytes:
    """Return the page as HTML; the same bytes for the same release. ``since`` is what has changed since the last version."""
    outline, say, style = catalog.outline, Labels(catalog), catalog.look.release_page()
    html = render.release_page(
        catalog.look,
        outline=outline,
        mirrored=language(outline.lang).is_mirrored,
        say=say,
        style=style,
        policy=policy(style),
        devices=tuple(_devices(catalog, say)),
        editions=tuple(shown(title, say) for title in catalog.titles),
        news=notes(outline),
        changed=told(since, catalog.labels) if since else (),
        since=since.old.version if since else "",
        feed=NEWS,
        atom=ATOM,
        json=JSON,
        types=MEDIA_TYPES,
        sums=SUMS,
        command=f"sha256sum --check --ignore-missing {SUMS}",
    )
    return html.encode()


def file_name(file: Published, labels: Mapping[str, str]) -> str:
    """Return what a file is called: its format, and the paper that it is for."""
    if file.paper:
        return labels["page_pdf"].format(paper=paper_name(file.paper))
    return labels[NAMES[file.format]] if file.format in NAMES else file.format.upper()


class Labels:
    """The words of the page."""

    def __init__(self, catalog: Catalog) -> None:
        self.labels = catalog.labels

    def __call__(self, name: str, **values: object) -> str:
        """Return a label with its braces filled in."""
        return self.labels[name].format(**values)

    def size(self, count: int) -> str:
        """Return how large a file is: in kilobytes, or from a million bytes on in megabytes to a tenth."""
        if count < MEGABYTE:
            return self("page_kilobytes", size=max(1, round(count / 1000)))
        return self("page_megabytes", size=f"{count / MEGABYTE:.1f}".replace(".", self("page_point")))

    def pages(self, count: int) -> str:
        """Return a number of pages."""
        return self("page_one_page") if count == 1 else self("page_pages", count=count)


def policy(style: str) -> str:
    """Return the Content Security Policy of the page (CSP 3): its own style, pictures that it holds, and nothing else."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _devices(catalog: Catalog, say: Labels) -> Iterator[Device]:
    """Yield what readers read on, each with the file of every edition for it: of those with questions in them, if there are any."""
    whole = [title for title in catalog.titles if title.questions] or catalog.titles
    for device, formats in DEVICES.items():
        found = tuple(_download(title, file, say) for title in whole if (file := _first(title, formats)))
        if found:
            yield Device(say(f"page_{device}"), say(f"page_{device}_advice"), found)
    files = [(title, file) for title in whole for file in title.files]
    for paper in dict.fromkeys(file.paper for _, file in files if file.format == PDF.name):
        printed = tuple(_download(title, file, say) for title, file in files if file.paper == paper)
        yield Device(say("page_printer", paper=paper_name(paper)), say("page_printer_advice"), printed)


def _first(title: Title, formats: Sequence[str]) -> Published | None:
    """Return the file of an edition in the first of the formats that it has."""
    return next((file for form in formats for file in title.files if file.format == form), None)


def shown(title: Title, say: Labels) -> Shown:
    """Return an edition as the page shows it."""
    return Shown(
        id=title.edition.id,
        title=title.edition.title,
        description=title.edition.description,
        questions=say("section_count", count=title.questions) if title.questions > 1 else "",
        picture=f"data:image/png;base64,{b64encode(title.thumbnail.data).decode()}",
        size=title.thumbnail.size,
        downloads=tuple(_download(title, file, say) for file in title.files),
    )


def _download(title: Title, file: Published, say: Labels) -> Download:
    is_pdf, size = file.format == PDF.name, say.size(file.bytes)
    return Download(
        edition=title.edition.title,
        path=file.path,
        name=file_name(file, say.labels),
        detail=say("page_list", first=say.pages(file.pages), second=size) if is_pdf else size,
        sha256=file.sha256,
        is_stale=bool(file.stale),
        saves=file.format != EPUB.name,
    )


def notes(outline: Outline) -> tuple[str, ...]:
    """Return what ``book.yaml`` says that this version has changed; of a first version there is nothing to tell."""
    found = (change.text for change in outline.changes if change.version == outline.version) if len(outline.changes) > 1 else ()
    return tuple(markup.plain(markup.parse(text, inline=True)) for text in found)
