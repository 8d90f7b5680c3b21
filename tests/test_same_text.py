"""PDF and EPUB of an edition are one book: the same words, numbers, and order in both."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import reading
from lxml import etree

from pipeline.publication import Publication, Section

PAGE_REFERENCE = re.compile(r",?\s*\(?\bp\.\s\d+\)?")
NOT_TEXT = {f"{{{reading.NAMESPACES[name]}}}{tag}" for name, tag in (("m", "math"), ("svg", "svg"), ("h", "i"))}
"""Formulas, which are drawn on paper; those of one letter are set in 'i' on screen. The rest is words."""
COMPARED = ("chapter", "question", "answer", "glossary", "sources", "formulas", "colophon")
BLOCKS = ("p", "li", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "pre", "td", "th", "caption", "figcaption")
DRAWN = re.compile(r"[\d\u0370-\u03ff]")
"""Short formulas are drawn on paper and set as words on screen: a book with many is compared without numbers and Greek."""
NUMBER = "ꙮ"
"""Stands for the number of a note: on paper the addresses of links are notes too, and sections that share pages are counted on."""
Plain = Callable[[str], str]
ONLY_ON_PAPER = re.compile(
    r"Notes|Page numbers lead to .*|\d+\. https://\S+|A line joins .*|.*color of the upper one.*|Foundation.*Advanced"
)
"""The label of ruled lines, the note above the index, the address of a link, in a footnote, and the legend of the map's lines."""
NUMBER_IN_TITLE = re.compile(r"(?<!\w)\d+(?!\w)")
MARKS = re.compile(r"^\d+\.?\s|\s?\d+$")
"""What stands before a footnote or a title, and after a line: the footnote's number, the title's, its page."""
BESIDE = re.compile(r" (?=K?\d+–K?\d+ \w)")
"""Where the head of a group in the map ends that another stands beside: on paper they are one line."""


def said(element: etree._Element) -> str:
    """What an element says in letters, without formulas and drawings, and without what only a screen says."""
    if element.tag in NOT_TEXT or element.get("class") == "question-word" or element.get("role") == "doc-backlink":
        return ""
    if element.get("role") == "doc-noteref":
        return NUMBER
    parts = [element.text or ""]
    for child in element.iterchildren(etree.Element):
        is_script = etree.QName(child).localname in ("sub", "sup") and child.getprevious() is not None
        parts += ["" if is_script and etree.QName(child.getprevious()).localname == "i" else said(child), child.tail or ""]
    return "".join(parts)


def without_formulas(text: str) -> str:
    return DRAWN.sub("", reading.letters(text))


def blocks(section: etree._Element, plain: Plain) -> list[str]:
    """The letters of each innermost block of a section, its counterpart's link apart."""
    names = {f"{{{reading.NAMESPACES['h']}}}{tag}" for tag in BLOCKS}
    found = [e for e in section.iter(*names) if not any(True for _ in e.iterdescendants(*names)) and e.get("class") != "counterpart"]
    return [letters for e in found if (letters := plain(said(e)))]


def pages(path: Path, publication: Publication, section: Section, plain: Plain) -> list[str]:
    """The letters of the pages that a section may stand on, without heads, folios, and page references."""
    begins = [reading.page_of(path, s.id) for s in publication.sections if s.matter == "body"]
    start = reading.page_of(path, section.id)
    position = [s.id for s in publication.sections if s.matter == "body"].index(section.id)
    end = begins[position + 1] + 1 if position + 1 < len(begins) else len(reading.labels(path))
    heads, folios, texts = reading.running_heads(path), reading.folios(path), reading.page_texts(path)
    return [plain(PAGE_REFERENCE.sub("", texts[n])).removesuffix(plain(heads[n] + folios[n])) for n in range(start, end)]


def stands(block: str, printed: list[str]) -> bool:
    """Whether a block is printed on one page, or runs on over a page's end."""
    if any(holds(page, block) for page in printed):
        return True
    halves = pairwise(printed)
    return any(holds(one, block[:cut]) and holds(two, block[cut:]) for one, two in halves for cut in range(1, len(block)))


def holds(page: str, words: str) -> bool:
    """Whether words stand on a page, whatever the numbers of their notes."""
    return words in page or (NUMBER in words and re.search(re.escape(words).replace(NUMBER, r"\d+"), page) is not None)


def home(path: Path, section: Section) -> etree._Element:
    """The element of a section in the EPUB."""
    found = [e for file in reading.spine(path) for e in reading.xpath(path, file, f"//*[@id='{section.id}']")]
    assert len(found) == 1, section.id
    return found[0]


def missing_on_paper(pdf: Path, epub: Path, publication: Publication, plain: Plain = reading.letters) -> list[str]:
    missing = []
    for section in publication.sections:
        if section.kind.name in COMPARED:
            printed = pages(pdf, publication, section, plain)
            title = plain(section.title)
            unnumbered = [page.replace(section.number, "") for page in printed] if section.number else []
            for block in blocks(home(epub, section), plain):
                # On paper the number stands beside the title, and may be read within it.
                told = block.endswith(title) and stands(title, [*printed, *unnumbered])
                told = told or (section.kind.name == "formulas" and stands(block.lstrip("0123456789"), printed))
                if not (told or stands(block, printed)):
                    missing.append(f"{section.id}: {block}")
    return missing


def missing_on_screen(pdf: Path, epub: Path, publication: Publication, plain: Plain = reading.letters) -> list[str]:
    """Lines of the pages whose words stand nowhere in the EPUB's documents."""
    continued = publication.look.labels(publication.outline.lang)["continued"]
    everything = "\0".join(plain(said(reading.document(epub, f"EPUB/{file}"))) for file in reading.spine(epub))
    heads, folios = reading.running_heads(pdf), reading.folios(pdf)
    missing = []
    for n, page in list(enumerate(reading.pdf(pdf).pages))[1:]:
        # A hyphen at a line's end is U+FFFE, and what follows it may be the head of the page.
        lines = [PAGE_REFERENCE.sub("", part).strip() for line in page.text.split("\r\n") for part in line.split("\ufffe")]
        # The margin beside a listing that goes on from the page before is read last.
        lines = lines[:-1] if lines[-1] == continued else lines
        head = reading.letters(heads[n])
        for line in lines:
            furniture = line == folios[n] or reading.letters(line) in head or ONLY_ON_PAPER.fullmatch(line)
            ways = (line, MARKS.sub("", line), NUMBER_IN_TITLE.sub("", line))
            told = any(plain(way) in everything for way in ways) or all(plain(head) in everything for head in BESIDE.split(line))
            if not (furniture or told):
                missing.append(f"page {folios[n]}: {line}")
    return missing


def guides(folder: Path, edition: str) -> tuple[Path, Path]:
    (pdf,), (epub,) = (folder / edition).glob("*-a4.pdf"), (folder / edition).glob("*[0-9].epub")
    return pdf, epub


@pytest.mark.parametrize("edition", ["study", "practice", "kit", "sample"])
def test_every_block_of_the_epub_is_printed_in_its_section_of_the_pdf(built, publications, edition):
    assert missing_on_paper(*guides(built, edition), publications[edition]) == []


@pytest.mark.parametrize("edition", ["study", "practice", "kit", "sample"])
def test_every_line_of_the_pdf_stands_in_the_epub(built, publications, edition):
    assert missing_on_screen(*guides(built, edition), publications[edition]) == []


@pytest.mark.parametrize("edition", ["study", "practice", "kit", "sample"])
def test_sections_come_in_the_same_order_under_the_same_numbers(built, publications, edition):
    pdf, epub = guides(built, edition)
    wanted = [s for s in publications[edition].sections if s.kind.name in ("chapter", "opener", "question", "answer", "glossary", "index")]
    ids = [s.id for s in wanted]
    printed = sorted(ids, key=lambda name: (reading.page_of(pdf, name), ids.index(name)))
    shown = [e for file in reading.spine(epub) for e in reading.xpath(epub, file, "//h:section/@id") if e in ids]
    assert printed == shown == ids
    for section in wanted:
        if section.number and section.kind.name != "opener":
            (number,) = reading.xpath(epub, home_file(epub, section), f"//*[@id='{section.id}-title']/h:span[@class='question-number']")
            assert reading.letters(said(number)) == reading.letters(section.number)
            assert re.search(rf"(?<!\w){section.number}(?!\w)", reading.page_texts(pdf)[reading.page_of(pdf, section.id)])


def home_file(path: Path, section: Section) -> str:
    return next(file for file in reading.spine(path) if reading.xpath(path, file, f"//*[@id='{section.id}']"))


@pytest.mark.parametrize("edition", ["study", "practice", "kit"])
def test_figures_and_tables_bear_the_same_numbers(built, edition):
    pdf, epub = guides(built, edition)
    labels = [reading.words(e) for file in reading.spine(epub) for e in reading.xpath(epub, file, "//*[@class='label']")]
    numbered = [label for label in labels if re.fullmatch(r"(Figure|Table) [\d.K]+", label)]
    text = " ".join(" ".join(reading.page_texts(pdf)).split())
    assert len(numbered) >= 3
    assert all(label in text for label in numbered)


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["study", "practice"])
def test_the_real_book_is_one_text_on_paper_and_on_screen(real_release, real_publications, edition):
    pdf, epub = guides(real_release, edition)
    assert missing_on_paper(pdf, epub, real_publications[edition], without_formulas) == []
    assert missing_on_screen(pdf, epub, real_publications[edition], without_formulas) == []


@pytest.mark.parametrize("plain", [reading.letters, without_formulas])
def test_what_only_one_of_two_guides_says_is_noticed(built, publications, plain):
    """The comparison itself: a kit says more than a study edition, on paper and on screen."""
    (study, study_epub), (kit, kit_epub) = guides(built, "study"), guides(built, "kit")
    assert any("howdidyoutimeit" in block for block in missing_on_paper(study, kit_epub, publications["study"], plain))
    assert any("How did you time it?" in line for line in missing_on_screen(kit, study_epub, publications["kit"], plain))


def test_times_to_speak_stand_on_paper_and_on_screen_for_candidates_alone(built, publications):
    for edition, times in (("study", True), ("practice", True), ("kit", False)):
        pdf, epub = guides(built, edition)
        printed = " ".join(" ".join(reading.page_texts(pdf)).split())
        shown = " ".join(said(reading.document(epub, f"EPUB/{file}")) for file in reading.spine(epub))
        assert ["Say it in 30 seconds, or 4 minutes" in text for text in (printed, shown)] == [times, times], edition
