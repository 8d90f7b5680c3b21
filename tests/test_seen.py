"""Guides as they are seen: inside their margins, line under line, whole where they should be, and dark enough to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import reading
import seeing
import tagged
from presswork import CURVE, DIGEST, bound
from seeing import FRAMES, Sight
from test_contents import PRINTED, guide

from pipeline import theme
from pipeline.press import Signature
from pipeline.publication import Publication

CHECKS = (seeing.outside, seeing.overlapping, seeing.stranded, seeing.alone, seeing.split, seeing.pale)


def sight(path: Path, publication: Publication, paper: str) -> Sight:
    """Look at a guide; before sections that start a page, and after openers, breaks are forced."""
    read = reading.pdf(path)
    labels = tuple(page.label for page in read.pages)
    opens = frozenset(read.places[section.id] for section in publication.sections if section.starts_page and section.id in read.places)
    opens |= {read.places[section.id] + 1 for section in publication.sections if section.kind.name == "opener"}
    body = tuple(number for number, label in enumerate(labels) if label.isdigit())
    sheets, maps = (frozenset({read.places[name]} if name in read.places else ()) for name in ("cheat-sheet", "map"))
    return Sight(path.read_bytes(), FRAMES[paper], opens, body, labels, sheets, maps)


def faults(seen: Sight) -> list[str]:
    return [f"{check.__name__}: {fault}" for check in CHECKS for fault in check(seen)]


@pytest.mark.slow
@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_a_guide_is_fit_to_be_seen(built, publications, edition: str, paper: str) -> None:
    seen = sight(guide(built, edition, paper), publications[edition], paper)
    assert faults(seen) == []
    broken_off = [fault for fault in seeing.empty(seen) if "no break follows" in fault]
    assert broken_off == []
    assert len(seen.body) >= 5
    assert len(seen.opens) >= 8


REAL = [
    pytest.param(edition, paper, marks=pytest.mark.slow if (edition, paper) == ("study", "a4") else pytest.mark.conformance)
    for edition in ("study", "practice")
    for paper in ("a4", "letter")
]


@pytest.mark.parametrize(("edition", "paper"), REAL)
def test_a_real_guide_is_fit_to_be_seen_and_its_pages_are_filled(real_release, real_publications, edition: str, paper: str) -> None:
    (path,) = (real_release / edition).glob(f"*-{edition}-*-{paper}.pdf")
    seen = sight(path, real_publications[edition], paper)
    assert faults(seen) == []
    assert list(seeing.empty(seen)) == []
    assert len(seen.body) > 100


# What is heard


@pytest.mark.parametrize(("edition", "paper"), PRINTED)
def test_a_number_and_a_title_are_two_words_to_whoever_hears_them(built, publications, edition: str, paper: str) -> None:
    file = tagged.drawn(guide(built, edition, paper).read_bytes())
    heard = [file.text(element) for element in file.root.walk() if element.kind in ("H2", "H3")]
    sections = [section for section in publications[edition].sections if section.kind.name in ("question", "answer")]
    assert len(sections) >= 2
    for section in sections:
        whole = reading.letters(section.number + section.title)
        said = [text for text in heard if reading.letters(text) == whole]
        assert said, section.title
        assert all(text.startswith(f"{section.number} ") for text in said), said


def test_small_capitals_are_not_read_letter_by_letter(built) -> None:
    file = tagged.drawn(guide(built, "study", "a4").read_bytes())
    heard = [file.text(element) for element in file.root.walk() if element.kind == "H3"]
    assert sum(text.startswith("Worked example") for text in heard) >= 3
    assert [text for text in heard if "WORKED" in text] == []


# The checks are not blind: each sees pages that are broken on purpose

LINES = "<br/>".join(("ash", "beech", "cedar", "dogwood", "elm"))
CODE = "\n".join(f"line {number}" for number in range(12))
ROWS = "".join(f"<tr><th scope='row'>{n}</th><td>{LINES}</td></tr>" for n in (1, 3, 5))
NARROW = "width: 52pt; hyphenate-limit-chars: 5 2 2; hyphenate-limit-zone: 0"
FIGURE = '<img alt="A curve." src="guidepress:figure/curve.svg" style="width: 60pt; height: 90pt"/>'
SCALE = f"<table><thead><tr><th scope='col'>Score</th><th scope='col'>What</th></tr></thead><tbody>{ROWS}</tbody></table>"
CAPTIONED = """<table><caption style="break-after: auto">Heights</caption>
<tbody><tr style="break-before: page"><td>1</td></tr></tbody></table>"""


def above(room: float) -> str:
    """Fill a page of A4 but for some points."""
    return f'<div style="height: {FRAMES["a4"].height - room:.1f}pt"></div>'


BROKEN: dict[str, tuple[Callable[[Sight], Iterator[str]], str, str]] = {
    "text in the margin": (seeing.outside, '<p style="margin-left: -60mm">Stray</p>', "'Stray' stands outside"),
    "text below the page's foot": (seeing.outside, '<p style="position: absolute; top: 265mm">Low</p>', "'Low' stands outside"),
    "ink in the margin": (
        seeing.outside,
        '<p>Text.</p><p style="position: absolute; left: -60mm; width: 3mm; height: 3mm; background: #000"></p>',
        "ink outside",
    ),
    "a line over a line": (seeing.overlapping, '<p>One line.</p><p style="margin-top: -17pt">Another line.</p>', "cover each other"),
    "a line over a figure": (seeing.overlapping, f'<figure>{FIGURE}</figure><p style="margin-top: -40pt">Over it.</p>', "a figure and"),
    "a heading at a page's end": (
        seeing.stranded,
        f'{above(60)}<h2 style="break-after: auto">Alone</h2><p style="break-before: page">Text.</p>',
        "ends in 'Alone'",
    ),
    "a term at a page's end": (
        seeing.stranded,
        f'{above(40)}<dl><dt style="break-after: auto">Term</dt><dd style="break-before: page">What it is.</dd></dl>',
        "ends in 'Term'",
    ),
    "a follow-up at a page's end": (
        seeing.stranded,
        f'{above(40)}<p class="follow-up-ask" style="break-after: auto">Why?</p><p style="break-before: page">Because.</p>',
        "ends in 'Why?'",
    ),
    "a caption at a page's end": (
        seeing.stranded,
        above(60) + CAPTIONED,
        "ends in 'Heights'",
    ),
    "an orphan": (seeing.alone, f'{above(16)}<p style="orphans: 1">{LINES}</p>', "'ash' is alone"),
    "a widow": (seeing.alone, f'{above(58)}<p style="widows: 1">{LINES}</p>', "'elm' is alone"),
    "a listing in two": (seeing.split, f'{above(80)}<pre class="code">{CODE}</pre>', "a listing of"),
    "a panel in two": (
        seeing.split,
        f'{above(60)}<section class="panel" style="break-inside: auto"><p>{LINES}</p><p>{LINES}</p></section>',
        "a panel of",
    ),
    "a row in two": (
        seeing.split,
        f'{above(170)}<table><tbody>{"<tr><td>One.</td></tr>" * 7}<tr style="break-inside: auto"><td>{LINES}</td></tr></tbody></table>',
        "a TR of",
    ),
    "a scale in two": (seeing.split, above(180) + SCALE.replace("<table", '<table style="break-inside: auto"'), "a Table of"),
    "a figure without its caption": (
        seeing.split,
        f'{above(100)}<figure style="break-inside: auto">{FIGURE}<figcaption style="break-before: page">Figure 1</figcaption></figure>',
        "a figure of",
    ),
    "a page half empty": (seeing.empty, '<p>Few words.</p><p style="break-before: page">More.</p>', "page 1: is 1% full"),
    "a page half full": (seeing.sparsely_filled, '<p>Few words.</p><p style="break-before: page">More.</p>', "page 1: is 1% full"),
    "a call in two": (
        seeing.broken_statements,
        '<pre class="code"><code>light(<span style="display: block; break-before: page">  7)</span></code></pre>',
        "breaks a listing after 'light('",
    ),
    "output without its code": (
        seeing.parted_outputs,
        '<div><pre class="code">print(7)</pre></div><div style="break-before: page"><p>Output</p><pre class="code">7</pre></div>',
        "'print(7)' is parted from its output",
    ),
    "a word in two": (seeing.hyphenated, f"<p style='{NARROW}'>Some extraordinary lights.</p>", "page 1: Some"),
    "a ladder": (seeing.ladders, f"<p style='{NARROW}'>Some extraordinarily unforgettable lights.</p>", "above"),
    "a word lost on a line": (seeing.short_last_lines, "<p>Light the lamp<br/>at six.</p>", "ends in 'at six.' after 'Light the lamp'"),
    "a gap before a number": (seeing.gaping, "<p>See question 8, \u2003p. 45.</p>", "gapes by"),
    "a gap within a number": (seeing.gaping, "<p>See question 8, p.\u2003 45.</p>", "gapes by"),
    "a word alone above a line": (
        seeing.lone_words,
        "<p>Lamps light<br/>the<br/>harbor, its wall, and ships.</p>",
        "'the' stands alone above 'harbor, its wall, and ships.'",
    ),
    "a word on two pages": (
        seeing.parted_words,
        f"{above(16)}<p style='{NARROW}; orphans: 1; widows: 1'>Some extraordinary lights.</p>",
        "page 1: ends in 'Some",
    ),
    "pale text": (seeing.pale, '<p style="color: #777">Pale</p>', "'Pale' in (119, 119, 119) on (255, 255, 255) has 4.5:1"),
    "text pale on a tint": (
        seeing.pale,
        '<section class="panel"><p style="color: #757575">Tinted</p></section>',
        "'Tinted' in (117, 117, 117) on (240, 245, 246) has 4.2:1",
    ),
    "text that only colors tell from its ground": (
        seeing.pale,
        '<p style="color: #000000; background: #ff0000">Printed</p>',
        "2.4:1 in grey",
    ),
}


def looked_at(body: str) -> Sight:
    """Lay a section out in the style of the study edition on A4, with nothing to begin a page for."""
    css = theme.look((), "study").paged("a4")
    head = '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>T</title></head>'
    xhtml = f'{head}<body><section id="s">{body}</section></body></html>'
    pdf = bound(Signature("s", "body", xhtml, css, DIGEST, (("figure/curve.svg", CURVE),), (("s", "s.yaml"),)))
    count = len(seeing.drawn(pdf).sizes)
    return Sight(pdf, FRAMES["a4"], frozenset(), tuple(range(count)), tuple(str(number + 1) for number in range(count)))


@pytest.mark.parametrize("kind", BROKEN)
def test_a_check_sees_a_page_that_is_broken_on_purpose(kind: str) -> None:
    check, body, said = BROKEN[kind]
    found = list(check(looked_at(body)))
    assert any(said in fault for fault in found), found


def test_the_checks_say_nothing_of_a_page_that_is_sound() -> None:
    text = "".join(f"<p>{LINES}</p>" for _ in range(9))
    body = f'<h2>Trees</h2>{text}<figure>{FIGURE}<figcaption>Figure 1</figcaption></figure>{SCALE}<pre class="code short">{CODE}</pre>'
    seen = looked_at(body)
    assert faults(seen) == []
    assert list(seeing.empty(seen)) == []
    assert [fault for measure in seeing.MEASURES if measure is not seeing.short_last_lines for fault in measure(seen)] == []


def test_too_many_sparse_pages_are_too_many_whatever_follows() -> None:
    seen = looked_at("".join(f'<p style="break-before: page">Page {number}.</p>' for number in range(4)))
    opening = Sight(seen.pdf, seen.frame, frozenset(seen.body), seen.body, seen.labels)
    assert list(seeing.empty(opening)) == ["4 of 4 pages are less than 35% full"]
