import gc
import io
import json
import multiprocessing
import os
import re
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import numpy as np
import pikepdf
import pypdfium2
import pytest
import weasyprint.svg
from presswork import CSS, DIGEST, FONTS, bound, lay_out, lay_out_all, page_texts, signature, structure

from pipeline import markup, theme
from pipeline.diagnostics import BookError
from pipeline.press import DRAW, LAY_OUT, Facts, Signature, fonts_digest, key, last_lines, system_versions, weasyprint70
from pipeline.work import Crew, Step, Work, thresholds
from pipeline.work.store import Store

LINE = "<p>One line.</p>"
HREF = '<a href="#elsewhere">there</a>'


def facts(body: str, *, css: str = "") -> Facts:
    return lay_out(signature("here", body, css=css), FONTS).facts


def test_facts_count_pages_and_say_what_each_begins_with():
    laid = facts('<p>Alpha beta</p><p class="page">Gamma delta</p>')
    ((_, text),) = laid.texts
    assert laid.pages == 2
    assert [text[begin.before : begin.before + 5] for begin in laid.begins] == ["Alpha", "Gamma"]
    assert laid.sizes == ((300.0, 400.0), (300.0, 400.0))


def test_facts_say_where_every_id_is():
    laid = facts(f'{LINE}<p id="second">Two</p><p class="page" id="third">Three</p>')
    assert [(p.id, p.page, p.x, p.y) for p in laid.places] == [
        ("here", 0, 40.0, 360.0),
        ("second", 0, 40.0, 346.0),
        ("third", 1, 40.0, 360.0),
    ]


def test_fill_is_the_share_of_the_content_area_that_lines_take():
    assert facts(LINE * 8).fill == (pytest.approx(8 * 14 / 320, abs=1e-3),)


def test_a_paragraph_broken_over_pages_fills_the_first_only_to_its_last_line():
    laid = facts("<p>" + "word<br/>" * 24 + "end</p>")
    assert laid.fill == (pytest.approx(22 * 14 / 320, abs=1e-3), pytest.approx(3 * 14 / 320, abs=1e-3))


def test_writing_space_of_a_given_height_counts_as_used():
    assert facts('<div style="height: 160pt"></div>').fill == (0.5,)


def test_space_left_ends_above_the_footnotes():
    bare = facts(LINE).space_left
    noted = facts('<p>One<span class="footnote" role="doc-footnote">note</span></p>')
    assert bare == pytest.approx(320 - 14)
    assert 260 < noted.space_left < bare - 14
    assert noted.room.y > 40 + 14


def test_slots_are_listed_in_the_order_of_the_document():
    one, two = (
        '<span class="slot" data-slot="a">000</span>',
        '<span class="slot serif" data-slot="b">(p. 000)</span>',
    )
    assert facts(f"<p>{one} {two}</p>").slots == ("a", "b")


def test_a_slot_without_zeros_is_a_warning():
    assert facts('<p><span class="slot" data-slot="a">page</span></p>').warnings == (
        "slot for 'a': no zeros to write a page number over in 'page'",
    )


def test_a_link_out_of_the_signature_is_noted_and_no_warning():
    laid = facts(f'<p>{HREF} <a href="#here">here</a> <a href="https://example.org/">out</a></p>')
    assert (laid.links, laid.warnings) == (("elsewhere",), ())


def test_an_unknown_property_an_absent_image_and_a_missing_glyph_are_warnings():
    laid = facts('<img alt="x" src="guidepress:figure/none.svg"/><p>\u4e00</p>', css="p { colour: red }")
    for part in ("colour", "no resource named figure/none.svg", "U+4E00"):
        assert any(part in warning for warning in laid.warnings)


def test_a_stylesheet_warns_in_every_signature_it_is_used_for():
    first, second = (facts(text, css="p { colour: blue }").warnings for text in ("<p>a</p>", "<p>b</p>"))
    assert first == second != ()


def test_system_fonts_do_not_exist():
    laid = facts("<p>plain</p>", css='p { font-family: "DejaVu Sans", sans-serif }')
    assert {face.file for face in laid.faces} <= set(FONTS)


def test_an_empty_element_does_not_swallow_what_follows():
    laid = facts('<table><tr><td/><td id="cell">x</td></tr></table><p id="after">y</p>')
    assert {place.id for place in laid.places} == {"here", "cell", "after"}


def test_transparent_content_that_cannot_be_tagged_is_a_warning():
    assert "transparency group" in facts('<p style="opacity: .5">faint</p>').warnings[0]


def test_facts_survive_their_json():
    laid = facts(f"<p>{HREF} \u201cquoted\u201d</p>")
    assert Facts.from_json(json.loads(json.dumps(asdict(laid)))) == laid


def test_markup_that_is_not_well_formed_names_its_section():
    with pytest.raises(BookError) as caught:
        lay_out(signature("torn", "<p>"), FONTS)
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.path) == ("P102", "content/torn.yaml")
    assert "section 'torn'" in found.message


def test_every_fault_of_a_run_is_collected():
    torn = [signature(name, "<p>") for name in ("a", "b")]
    with pytest.raises(BookError) as caught:
        lay_out_all([*torn, signature("good", LINE)])
    assert [found.place.path for found in caught.value.diagnostics] == ["content/a.yaml", "content/b.yaml"]


def test_the_key_changes_with_everything_that_is_printed_and_with_nothing_else():
    one = signature("one", LINE)
    changed = [
        replace(one, xhtml=one.xhtml.replace("One", "Two")),
        replace(one, stylesheet=CSS + "p { color: red }"),
        replace(one, fonts=fonts_digest({"font/A.ttf": b""})),
        replace(one, resources=(("figure/curve.svg", b"<svg/>"),)),
        replace(one, resources=()),
    ]
    assert len({key(one), *map(key, changed)}) == 6
    assert key(one) == key(replace(one, sections=(("one", "elsewhere.yaml"),)))


def test_versions_name_every_library_that_decides_how_pages_look():
    versions = system_versions()
    assert {"weasyprint", "pango", "harfbuzz", "fontconfig", "zlib", "python"} <= versions.keys()
    assert all(version[0].isdigit() for version in versions.values())


def test_what_is_remembered_is_not_laid_out_again(tmp_path: Path):
    one, two, heard = signature("one", LINE), signature("two", LINE), []
    with Store.open(tmp_path / "store") as store, Crew(1) as crew, Work(crew, store, heard.append) as work:
        first = work.map(LAY_OUT, [one], FONTS)
        again = work.map(LAY_OUT, [one, two, one], FONTS)
    assert (first.new, again.new) == ({0}, {1})
    assert [again[0], again[2]] == [first[0]] * 2
    assert again[1] == lay_out(two, FONTS)
    assert [step.detail for step in heard] == ["", "one", "", "one", "two"]
    assert heard[-1] == Step("lay out", 2, 2, "two")


def test_what_is_remembered_and_not_understood_is_laid_out_again(tmp_path: Path):
    one = signature("one", LINE)
    with Store.open(tmp_path / "store") as store:
        store.put(key(one), b"", {"pages": 1})
        assert lay_out_all([one], store=store) == (lay_out(one, FONTS),)


def many(count: int) -> list[Signature]:
    return [signature(f"s{number}", f"<p>Number {number}</p>" * (number + 1)) for number in range(count)]


@pytest.mark.slow
def test_workers_give_the_same_pages_in_the_same_order_as_one_process():
    work = many(5)
    assert lay_out_all([*work, work[2]], jobs=2) == (*lay_out_all(work), lay_out(work[2], FONTS))


@pytest.mark.slow
def test_one_signature_starts_no_worker_beside_one_that_is_busy():
    with Crew(2) as crew, Work(crew) as work:
        crew.send(time.sleep, 0.5)
        work.map(LAY_OUT, many(1), FONTS)[:]
        assert crew.running == 1
        work.map(LAY_OUT, many(thresholds.SIGNATURES_LAID_OUT_HERE + 1), FONTS)[:]
        assert crew.running == 2


def test_one_signature_alone_is_laid_out_here():
    with Crew(2) as crew, Work(crew) as work:
        assert len(work.map(LAY_OUT, many(1), FONTS)) == 1
        assert crew.running == 0


@pytest.mark.slow
@pytest.mark.parametrize("which", [0, -1])
def test_a_killed_worker_costs_nothing_but_time(which: int):
    killed = []

    def kill(step: Step) -> None:
        if step.done and not killed:
            victim = sorted(multiprocessing.active_children(), key=lambda worker: worker.pid or 0)[which]
            killed.append(victim.pid)
            victim.kill()

    assert lay_out_all(many(6), jobs=2, say=kill) == lay_out_all(many(6))
    assert killed


def die_of_s1(work: Signature, fonts: Mapping[str, bytes]):
    if work.id == "s1":
        os._exit(9)
    return LAY_OUT.call(work, fonts)


@pytest.mark.slow
def test_a_section_that_kills_its_worker_twice_is_named(tmp_path: Path):
    deadly = replace(LAY_OUT, call=die_of_s1)
    with Store.open(tmp_path / "store") as store, Crew(2) as crew, Work(crew, store) as work:
        with pytest.raises(BookError) as caught:
            work.map(deadly, many(4), FONTS)[:]
        assert [(found.code, found.place.path) for found in caught.value.diagnostics] == [("P103", "content/s1.yaml")]
        assert work.map(LAY_OUT, many(4), FONTS).new == {1}


@pytest.mark.slow
def test_an_interrupt_ends_the_workers_at_once():
    def interrupt(step: Step) -> None:
        if step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lay_out_all(many(8), jobs=2, say=interrupt)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("end", [KeyboardInterrupt, MemoryError])
def test_the_end_of_a_run_while_a_picture_is_drawn_is_no_fault_of_the_picture(monkeypatch: pytest.MonkeyPatch, end: type[BaseException]):
    def stopped(*_: object):
        raise end

    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    monkeypatch.setitem(weasyprint.svg.TAGS, "rect", stopped)
    with pytest.raises(end):
        weasyprint70.drawn(picture, "dot.svg")


@pytest.mark.slow
def test_what_nobody_waits_for_any_more_is_not_done():
    with Crew(1) as alone, Crew(2) as crew:
        with Work(crew) as work:
            crew.send(time.sleep, 0.5), crew.send(time.sleep, 0.5)
            work.map(LAY_OUT, many(4), FONTS)
        assert crew.send(os.getpid).result(timeout=20)
        assert alone.running == 0


def test_the_digest_of_the_fonts_depends_on_names_and_content():
    assert len({fonts_digest({"a": b"1"}), fonts_digest({"b": b"1"}), fonts_digest({"a": b"2"}), DIGEST}) == 4


LETTERS = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 90 40">
<defs><path id="a" d="M1 2Q3 4 5 6L7 8z"/><path id="b" d="M0 0C1 5 2 5 3 0S5-5 6 0h4v-1e0T9 9A2 3 10 1 0 12 4Z"/>
<marker id="m" markerWidth="4" markerHeight="4"><path d="M0 0L4 2L0 4z"/></marker></defs>
<use xlink:href="#a" x="5"/><use xlink:href="#b" x="15"/><use xlink:href="#a" x="25" y="9"/><use xlink:href="#b" y="3"/>
<path d="M1 1L20 5L30 30" fill="none" stroke="#000" marker-mid="url(#m)" marker-end="url(#m)"/>
<path d="M1 1L20 5L30 30" fill="none" stroke="#000" marker-mid="url(#m)" marker-end="url(#m)"/>
<g font-size="5"><path d="M0 0L1em 2em"/></g><g font-size="9"><path d="M0 0L1em 2em"/></g></svg>"""


def test_a_path_drawn_again_is_drawn_as_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from weasyprint.svg import TAGS

    from pipeline.press import weasyprint70

    drawing = ("figure/a.svg", LETTERS)
    monkeypatch.setattr(weasyprint70, "known_paths", {})
    first, stock, calls = DRAW.call(drawing), weasyprint70.path, list[str]()
    monkeypatch.setattr(weasyprint70, "path", lambda svg, node, size: (calls.append(node.get("d")), stock(svg, node, size)))
    again = DRAW.call(drawing)
    monkeypatch.setattr(weasyprint70, "draw_path", stock)
    assert LETTERS != first == again == DRAW.call(drawing)
    assert calls == ["M0 0L1em 2em", "M0 0L1em 2em"], "what depends on the size of type is worked out anew"
    assert TAGS["path"] is stock, "other users of WeasyPrint in this process have theirs"


def test_no_more_paths_are_remembered_than_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.press import weasyprint70

    monkeypatch.setattr(weasyprint70, "known_paths", {})
    monkeypatch.setattr(weasyprint70, "MOST_PATHS", 2)
    drawn = "".join(f'<path d="M0 0L{n} 5"/>' for n in range(5)) + f'<path d="M0 0{"L1 1" * 900}"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">{drawn}</svg>'.encode()
    DRAW.call(("figure/a.svg", picture))
    assert list(weasyprint70.known_paths) == ["M0 0L3 5", "M0 0L4 5"]


def shown(name: str, picture: bytes) -> np.ndarray:
    """A page that shows a picture, as a reader sees it."""
    showing = f'<p>Before <img alt="x" style="width: 180pt; height: 60pt" src="guidepress:{name}"/> after.</p>'
    laid = lay_out(replace(signature("here", showing), resources=((name, picture),)), FONTS)
    assert laid.facts.warnings == ()
    with pypdfium2.PdfDocument(laid.pdf) as document:
        return document[0].render(scale=3).to_numpy().astype(int)


HATCHED = b"""<svg xmlns="http://www.w3.org/2000/svg" width="90pt" height="40pt" viewBox="0 0 90 40">
<defs><pattern id="h" patternUnits="userSpaceOnUse" width="4" height="4"><path d="M0 4L4 0" stroke="#0a0"/></pattern></defs>
<rect x="5" y="5" width="50" height="30" fill="url(#h)" stroke="#00f"/>
<g opacity="0.5"><circle cx="60" cy="20" r="15" fill="#f00"/></g></svg>"""


@pytest.mark.parametrize(("name", "picture"), [("figure/a.svg", LETTERS), ("figure/a.svg", HATCHED)])
def test_a_picture_drawn_once_is_seen_as_one_drawn_on_its_page(name: str, picture: bytes) -> None:
    made = DRAW.call((name, picture))
    assert made != picture
    assert (np.abs(shown(name, made) - shown(name, picture)) > 60).mean() < 0.002


@pytest.mark.parametrize("latex", [r"\frac{a}{b}", r"\sum_{i=1}^n \sqrt{x_i}"])
def test_a_formula_is_seen_as_its_drawing_says(latex: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.press import form_xobjects

    formula = markup.draw((latex, True))
    mine = shown(formula.name, formula.data)
    monkeypatch.setattr(form_xobjects, "images", lambda *_: {})
    assert (np.abs(mine - shown(formula.name, formula.data)) > 60).mean() < 0.001


@pytest.mark.parametrize(
    "picture", [b'<svg xmlns="http://www.w3.org/2000/svg" width="9em" height="2em"><path d="M0 0h9v9z"/></svg>', b"<svg"]
)
def test_a_picture_that_cannot_be_drawn_apart_is_left_to_its_page(picture: bytes) -> None:
    assert DRAW.call(("figure/a.svg", picture)) == picture


def test_font_features_go_with_their_text() -> None:
    from weasyprint.text.ffi import ffi, pango
    from weasyprint.text.line_break import Layout

    holders = list[int]()

    class Counted(Layout):
        def setup(self, style) -> None:
            super().setup(style)
            features = pango.pango_layout_get_attributes(self.layout)
            if features != ffi.NULL:
                # The first field of a PangoAttrList is the number of those who hold it.
                holders.append(ffi.cast("unsigned int *", features)[0])

    style = CSS + "p { font-variant-numeric: lining-nums; font-kerning: none }"
    with patch("weasyprint.text.line_break.Layout", Counted):
        lay_out(replace(signature("here", "<p>one 1</p><p>two 2</p><p>three 3</p>"), stylesheet=style), FONTS)
    assert len(holders) > 2
    assert set(holders) == {1}


def test_the_garbage_collector_is_left_as_it_was() -> None:
    usual = gc.get_threshold()
    with pytest.raises(BookError):
        lay_out(replace(signature("here", LINE), xhtml="<p>"), FONTS)
    lay_out(signature("here", LINE), FONTS)
    assert gc.get_threshold() == usual


def test_a_hyphen_at_the_end_of_a_line_is_a_soft_one_and_one_that_is_written_is_not() -> None:
    css = "p { hyphens: auto; width: 30pt }"
    parted, written = (lay_out(signature("a", f"<p>{words}</p>", css=css), FONTS) for words in ("Extraordinarily", "well-known"))
    assert softened(parted) >= 2
    assert softened(written) == 0


def softened(laid) -> int:
    """How many pieces of the pages say that they are a soft hyphen."""
    with pikepdf.open(io.BytesIO(laid.pdf)) as pdf:
        steps = [step for page in pdf.pages for step in pikepdf.parse_content_stream(page)]
    return sum(str(step.operator) == "BDC" and "/ActualText" in dict(step.operands[1]) for step in steps)


@pytest.mark.parametrize(
    "paragraph",
    [
        "<p>Extraordinary harbors keep it on.</p>",
        "<p>Extraordinary harbors\nkeep it\non.\n</p>",
        "<ul><li>Extraordinary harbors keep <em>it on.</em>\n</li></ul>",
    ],
)
def test_the_last_words_of_a_paragraph_stay_together_and_are_found_in_a_search(paragraph: str) -> None:
    pdf = bound(signature("here", paragraph, css="ul { padding: 0; list-style: none } section { width: 138pt }"))
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        assert [line.rstrip() for line in text.get_text_range().splitlines()] == ["Extraordinary", "harbors keep it on.", "1"]
        assert text.search("harbors keep it on.").get_next()


def standing(before: str, float_: str, after: str) -> list[str]:
    """What of a float and the paragraph after it stands on each page, when the first page has no room for the float."""
    css = "p { margin: 0 0 6pt } .high { height: 60pt; break-inside: avoid } figure, pre { margin: 0; break-inside: avoid }"
    body = (
        f'<p class="high">Top.</p><p class="high">Tip.</p><p class="high">Tap.</p>{before}{float_}<p>{after}</p><p>Then comes the end.</p>'
    )
    pages = page_texts(bound(signature("here", body, css=css)))
    return ["".join(sign for word, sign in (("Lamp", "f"), (after[:9], "p"), ("Then", "e")) if word in page) for page in pages]


FLOAT = (
    '<figure id="lamp" class="high"><img alt="A lamp" style="width: 20pt; height: 150pt" src="guidepress:figure/curve.svg"/>Lamp</figure>'
)


@pytest.mark.parametrize(
    ("before", "float_", "after", "pages"),
    [
        ("<p>Look at it.</p>", FLOAT, "Light it at dusk.", ["pe", "f"]),
        ('<p>Look at <a href="#lamp">it</a>.</p>', FLOAT, "Light it at dusk.", ["pe", "f"]),
        ("<p>Look at it:</p>", FLOAT, "Light it at dusk.", ["", "fpe"]),
        ("<p>Look at it.</p>", FLOAT, "as it is lit at dusk.", ["", "fpe"]),
        ("<p>Look at it.</p>", FLOAT.replace("figure", "div").replace("div/curve", "figure/curve"), "Light it at dusk.", ["", "fpe"]),
    ],
)
def test_what_a_page_has_no_room_for_trades_places_with_the_paragraphs_after_it(
    before: str, float_: str, after: str, pages: list[str]
) -> None:
    assert standing(before, float_, after) == pages


def test_a_figure_that_traded_places_is_read_aloud_where_it_stands(tmp_path) -> None:
    css = "p { margin: 0 0 6pt } .high { height: 60pt; break-inside: avoid } figure { margin: 0; break-inside: avoid }"
    body = '<p class="high">Top.</p>' * 3 + f"<p>Look.</p>{FLOAT}<p>Dusk is near.</p>"
    said = structure(bound(signature("here", body, css=css)), tmp_path)
    assert said.index("Look") < said.index("Dusk") < said.index("Lamp")


@pytest.mark.parametrize(
    ("second", "height"), [("", 360), ("break-before: page", 340), ("page: other", 340)], ids=["a full page", "a break", "another page"]
)
def test_white_above_a_title_stands_on_a_new_page_where_that_was_asked_for(second: str, height: float) -> None:
    """A page that has a name is not for that one that somebody asked for."""
    css = "section, .far { page: named } .near { height: 300pt } .far { margin-top: 20pt }"
    body = f'<div class="near">Near.</div><div class="far" style="{second}"><p>Far.</p><p style="height: 40pt"></p></div>'
    with closing(pypdfium2.PdfDocument(bound(signature("here", body, css=css)))) as document:
        text = document[1].get_textpage()
        top = text.get_charbox(text.get_text_range().index("Far"), loose=True)[3]
    assert top == pytest.approx(height, abs=2)


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("<p>Keep a sharp lookout at all times and in all of it, a cat.</p>", "of it, a cat."),
        ("<ul><li>Keep a sharp lookout at all times and in all of it, a cat\n<ul><li>Or a dog.</li></ul></li></ul>", "of it, a cat"),
    ],
)
def test_the_last_words_of_a_paragraph_and_of_an_item_stay_together(written: str, ends: str) -> None:
    root = ElementTree.fromstring(f"<body>{written}</body>")
    last_lines.join(root)
    assert ends.replace(" ", "\N{NO-BREAK SPACE}") in "".join(root.itertext())


def test_notes_of_questions_that_share_a_page_are_counted_on() -> None:
    noted = '<p>Words<span class="footnote" role="doc-footnote" id="{0}-note">Note {0}.</span></p>'
    questions = "".join(f'<section id="{name}" class="question">{noted.format(name)}</section>' for name in "ab")
    one = signature("a", "")
    style = theme.look((), "study", runs_on=True).paged("a4")
    shared = replace(one, xhtml=re.sub("<section.*</section>", questions, one.xhtml), stylesheet=style)
    (page,) = page_texts(bound(shared))
    assert re.findall(r"(\d)\W*Note ([ab])", page) == [("1", "a"), ("2", "b")]
