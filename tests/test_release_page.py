"""A release offers its guides on a page and in two catalogs: the right file for each reader, and never a kit."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree, html
from PIL import Image

from pipeline import preflight, release
from pipeline.model import Book
from pipeline.release import Published
from pipeline.theme import labels

STAMP = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
STUDY, PRACTICE = "study/harbor-watch-study-0.2.0", "practice/harbor-watch-practice-0.2.0"
PAGE, ATOM, JSON, SUMS = "index.html", "opds.xml", "opds.json", "guides.sha256"
NS = {"a": "http://www.w3.org/2005/Atom", "d": "http://purl.org/dc/terms/"}


def row(path: str, *, pages: int = 28, size: int = 254_321, **more: object) -> Published:
    edition, suffix = path.split("/")[0], path.rpartition(".")[2]
    facts = {
        "edition": edition, "format": suffix, "paper": next((p for p in ("a4", "letter") if p in path), ""), "title": "",
        "audience": "kit" if edition == "kit" else "candidate", "bytes": size, "sha256": sha256(path.encode()).hexdigest(),
        "pages": pages, "questions": 5, "inputs": "",
    }  # fmt: skip
    return Published(path=path, **{**facts, **more})  # type: ignore[arg-type]


PUBLIC = (
    row(f"{PRACTICE}-a4.pdf"), row(f"{PRACTICE}.epub"),
    row(f"{STUDY}-a4.pdf"), row(f"{STUDY}-letter.pdf", pages=1, size=2_449_999), row(f"{STUDY}-cover.png"),
    row(f"{STUDY}.epub", size=90_499),
)  # fmt: skip
HIDDEN = (
    row("kit/harbor-watch-kit-0.2.0-a4.pdf"),
    row("kit/harbor-watch-kit-0.2.0-cover.png"),
    row(f"{STUDY}-acme-a4.pdf", team="acme"),
    row(f"{STUDY}-for-ana-lopes.epub", recipient="Ana Lopes"),
)


def picture(size: tuple[int, int] = (1131, 1600)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#0f5b66").save(buffer, "PNG")
    return buffer.getvalue()


COVERS = {f"{STUDY}-cover.png": picture()}


def offered(book: Book, rows: Sequence[Published] = (*PUBLIC, *HIDDEN)) -> dict[str, bytes]:
    return release.offer(book, rows, COVERS, STAMP)


def page_of(offer: dict[str, bytes]) -> html.HtmlElement:
    return html.document_fromstring(offer[PAGE].decode())


def text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def told(book: Book, **facts: object) -> Book:
    return replace(book, outline=book.outline.model_copy(update=facts))


# The page


@pytest.mark.parametrize(
    ("device", "files"),
    [
        ("Phone or tablet", [f"{STUDY}.epub", f"{PRACTICE}.epub"]),
        ("Kindle", [f"{STUDY}.epub", f"{PRACTICE}.epub"]),
        ("Kobo or another e-reader", [f"{STUDY}.epub", f"{PRACTICE}.epub"]),
        ("Printer, A4 paper", [f"{STUDY}-a4.pdf", f"{PRACTICE}-a4.pdf"]),
        ("Printer, Letter paper", [f"{STUDY}-letter.pdf"]),
    ],
)
def test_each_reader_is_sent_to_the_file_for_what_they_read_on(book: Book, device: str, files: list[str]) -> None:
    (card,) = (section for section in page_of(offered(book)).iter("section") if [text(h) for h in section.findall("h3")] == [device])
    assert [link.get("href") for link in card.iter("a")] == files
    assert text(next(card.iter("a"))).startswith("Study edition")


def test_a_kindle_and_a_browser_are_sent_files_of_their_own_which_are_saved_and_catalogs_leave_a_kindle_out(book: Book) -> None:
    own = (row(f"{STUDY}-kindle.epub", format="kindle", size=120_000), row(f"{STUDY}.html", size=3_200_000))
    offer = offered(book, (*PUBLIC, *own))
    cards = {text(card.find("h3")): card for card in page_of(offer).iter("section") if card.get("class") == "device"}
    assert [link.get("href") for link in cards["Kindle"].iter("a")] == [f"{STUDY}-kindle.epub", f"{PRACTICE}.epub"]
    assert [link.get("href") for link in cards["Phone or tablet"].iter("a")] == [f"{STUDY}.epub", f"{PRACTICE}.epub"]
    assert [(text(link), link.get("download")) for link in cards["Computer"].iter("a")] == [("Study edition Web page, 3.2 MB", "")]
    study = next(page_of(offer).iter("article"))
    assert [text(link) for link in study.iter("a")] == [
        "EPUB 90 kB", "PDF on A4 28 pages, 254 kB", "PDF on Letter 1 page, 2.4 MB", "EPUB for Kindle 120 kB", "Web page 3.2 MB",
    ]  # fmt: skip
    assert "kindle" not in offer[ATOM].decode() + offer[JSON].decode()
    assert f'href="{STUDY}.html" type="text/html" length="3200000"' in offer[ATOM].decode()


def test_each_edition_shows_whom_it_is_for_and_its_files_with_what_they_are(book: Book) -> None:
    study, practice = page_of(offered(book)).iter("article")
    assert [text(article.find(".//h3")) for article in (study, practice)] == ["Study edition", "Practice edition"]
    assert book.editions["study"].description in text(study) and "5 questions" in text(study)
    found = {link.get("href"): text(link) for link in study.iter("a")}
    assert found == {
        f"{STUDY}.epub": "EPUB 90 kB", f"{STUDY}-a4.pdf": "PDF on A4 28 pages, 254 kB",
        f"{STUDY}-letter.pdf": "PDF on Letter 1 page, 2.4 MB",
    }  # fmt: skip
    assert [text(code) for code in study.iter("code")] == [sha256(path.encode()).hexdigest() for path in found]


def test_an_edition_shows_a_small_picture_of_its_cover_or_its_color(book: Book) -> None:
    for picture, size in zip(page_of(offered(book)).iter("img"), [("300", "424"), ("300", "424")], strict=True):
        kind, _, data = picture.get("src").partition(";base64,")
        assert kind == "data:image/png" and picture.get("alt") == ""
        with Image.open(io.BytesIO(b64decode(data))) as shown:
            assert (str(shown.width), str(shown.height)) == size == (picture.get("width"), picture.get("height"))
            assert shown.convert("RGB").getpixel((9, 9)) == (15, 91, 102)


@pytest.mark.parametrize("name", ["kit", "acme", "ana", "lopes"])
def test_neither_kits_nor_copies_are_named_by_anything_that_is_offered(book: Book, name: str) -> None:
    for path, data in offered(book).items():
        assert name not in path
        assert not re.search(rf"\b{name}\b", data.decode(errors="ignore"), re.IGNORECASE), path


def test_a_release_of_kits_alone_offers_nothing(book: Book) -> None:
    assert offered(book, HIDDEN) == {}


def test_the_page_asks_nobody_for_anything(book: Book) -> None:
    page = page_of(offered(book))
    addresses = [value for element in page.iter(etree.Element) for name, value in element.items() if name in ("href", "src")]
    assert len(addresses) > 20
    assert [address for address in addresses if re.match(r"(?!data:)\w+:|//", address)] == []
    style = page.find(".//style").text
    assert list(page.iter("script")) == [] and "url(" not in style and "@import" not in style
    policy = page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_what_is_new_is_told_from_the_second_version_on(book: Book) -> None:
    page = page_of(offered(book))
    assert (
        text(page.get_element_by_id("news"))
        == "What is new in version 0.2.0 Squat is computed for open water and for a channel. Feed of changes"
    )
    first = told(book, changes=book.outline.changes[-1:])
    assert "What is new" not in text(page_of(offered(first)))


def test_a_file_from_before_the_latest_changes_says_so(book: Book) -> None:
    old = [replace(each, stale=each.path == f"{STUDY}.epub") for each in PUBLIC]
    says = [text(item) for item in page_of(offered(book, old)).iter("li") if "latest changes" in text(item)]
    assert len(says) == 1 and says[0].startswith("EPUB")


def test_the_page_speaks_the_language_of_the_book(book: Book) -> None:
    layer = replace(book.layers[0] if book.layers else _layer(), labels={"tlh": {**labels("en"), "page_which": "Dochvetlh?"}})
    page = page_of(offered(replace(told(book, lang="tlh"), layers=(layer,))))
    assert (page.get("lang"), text(page.get_element_by_id("which-title"))) == ("tlh", "Dochvetlh?")


def _layer():
    from pipeline.model import Layer

    return Layer("theme")


HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; ]]> &amp;",
    "\u202eevil\u2066",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_shown_as_it_is_written(book: Book, title: str) -> None:
    study = book.editions["study"].model_copy(update={"title": title, "description": title})
    facts = dict.fromkeys(("title", "subtitle", "description", "publisher", "rights", "errata"), title)
    offer = offered(replace(told(book, **facts), editions={**book.editions, "study": study}))
    page = page_of(offer)
    assert {text(page.find(".//title")), text(page.find(".//h1")), text(page.get_element_by_id("edition-study"))} == {title}
    assert list(page.iter("script")) == [] and {image.get("src")[:5] for image in page.iter("img")} == {"data:"}
    assert not [name for element in page.iter(etree.Element) for name in element.attrib if name.startswith("on")]
    feed = etree.fromstring(offer[ATOM])
    assert (feed.findtext("a:title", "", NS), feed.findtext("a:entry/a:summary", "", NS)) == (title, title)
    assert json.loads(offer[JSON])["metadata"]["title"] == title


def test_the_same_guides_make_the_same_bytes_in_any_order(book: Book) -> None:
    assert offered(book) == offered(book, (*reversed(HIDDEN), *reversed(PUBLIC)))


# The catalogs


def test_the_atom_catalog_lists_every_file_with_its_type_and_size(book: Book, publications) -> None:
    feed = etree.fromstring(offered(book)[ATOM])
    study, _ = feed.findall("a:entry", NS)
    assert study.findtext("a:title", "", NS) == "Harbor Watch Interview Guide: Study edition"
    assert study.findtext("a:id", "", NS) == study.findtext("d:identifier", "", NS) == publications["study"].identifier
    assert feed.findtext("a:updated", "", NS) == study.findtext("a:updated", "", NS) == "2026-11-22T00:00:00Z"
    assert len({each.text for each in feed.iterfind(".//a:id", NS)}) == 3
    links = [[link.get(name) for name in ("rel", "href", "type", "length")] for link in study.findall("a:link", NS)]
    small = next(data for path, data in offered(book).items() if path == f"{STUDY}-thumbnail.png")
    buy = "http://opds-spec.org/acquisition/open-access"
    assert links == [
        ["http://opds-spec.org/image", f"{STUDY}-cover.png", "image/png", str(len(picture()))],
        ["http://opds-spec.org/image/thumbnail", f"{STUDY}-thumbnail.png", "image/png", str(len(small))],
        [buy, f"{STUDY}.epub", "application/epub+zip", "90499"],
        [buy, f"{STUDY}-a4.pdf", "application/pdf", "254321"],
        [buy, f"{STUDY}-letter.pdf", "application/pdf", "2449999"],
    ]


def test_the_json_catalog_says_the_same_and_each_edition_is_found_under_its_own_address(book: Book, publications) -> None:
    offer = offered(book)
    feed = json.loads(offer[JSON])
    study, _ = feed["publications"]
    assert study["metadata"]["identifier"] == publications["study"].identifier
    assert [maker["name"] for maker in (*study["metadata"]["author"], *study["metadata"]["illustrator"])] == [
        "The Breakwater Circle",
        "Imke Torvald",
    ]
    assert [(link["href"], link.get("size")) for link in study["links"]] == [
        (f"{STUDY}-opds.json", None), (f"{STUDY}.epub", 90_499), (f"{STUDY}-a4.pdf", 254_321), (f"{STUDY}-letter.pdf", 2_449_999),
    ]  # fmt: skip
    assert [(image["href"], image["width"], image["height"]) for image in study["images"]] == [
        (f"{STUDY}-cover.png", 1131, 1600), (f"{STUDY}-thumbnail.png", 300, 424),
    ]  # fmt: skip
    alone = json.loads(offer[f"{STUDY}-opds.json"])
    assert alone["metadata"] == study["metadata"]
    assert [link["href"] for link in alone["links"]] == [f"../{link['href']}" for link in study["links"]]


def test_the_list_of_checksums_names_files_as_they_are_downloaded(book: Book) -> None:
    lines = offered(book)[SUMS].decode().splitlines()
    assert f"{sha256(f'{STUDY}.epub'.encode()).hexdigest()}  harbor-watch-study-0.2.0.epub" in lines
    assert len(lines) == len([each for each in PUBLIC if each.format != "png"])


# A release


def test_what_a_build_offers_is_in_the_manifest_and_is_verified(built: Path) -> None:
    listed = {each["path"]: each for each in json.loads((built / "manifest.json").read_text())["offer"]}
    assert {PAGE, ATOM, JSON, SUMS, f"{STUDY}-thumbnail.png", f"{STUDY}-opds.json"} <= set(listed)
    for path, each in listed.items():
        data = (built / path).read_bytes()
        assert (each["bytes"], each["sha256"]) == (len(data), sha256(data).hexdigest())
    assert f"{listed[PAGE]['sha256']}  {PAGE}\n" in (built / "SHA256SUMS").read_text()
    assert not re.search(r"\bkit\b", (built / PAGE).read_text(), re.IGNORECASE)


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (PAGE, b"study/", b"kit/", "'kit/harbor-watch-study-0.2.0.epub' leads to nothing that is offered"),
        (PAGE, b"<main", b'<img src="https://example.org/a.png"><main', "'https://example.org/a.png' leads to nothing that is offered"),
        (
            PAGE,
            b"<main",
            b"kit/harbor-watch-kit-0.2.0-a4.pdf<main",
            "it names 'kit/harbor-watch-kit-0.2.0-a4.pdf', which is not for everybody",
        ),
        (ATOM, b"study/", b"../study/", "'../study/harbor-watch-study-0.2.0-cover.png' leads to nothing that is offered"),
        (ATOM, b"<entry>", b"<entry", "it cannot be read"),
        (JSON, b"study/", b"nowhere/", "'nowhere/harbor-watch-study-0.2.0-opds.json' leads to nothing that is offered"),
        (JSON, b'"links"', b"links", "it cannot be read"),
        (f"{STUDY}-opds.json", b"../", b"", "'study/harbor-watch-study-0.2.0.epub' leads to nothing that is offered"),
    ],
)
def test_a_page_or_catalog_that_leads_astray_is_noticed(book: Book, path: str, old: bytes, new: bytes, said: str) -> None:
    rows, offer = (*PUBLIC, *HIDDEN), offered(book)
    assert preflight.inspect_offer(offer, rows) == ()
    assert old in offer[path]
    faults = preflight.inspect_offer({**offer, path: offer[path].replace(old, new)}, rows)
    assert {(fault.code, fault.place.path) for fault in faults} == {("P319", path)}
    assert said in "\n".join(fault.message for fault in faults)
