"""Marked links become fields to fill in, whose letters show in every engine, in a file that stays PDF/A-2a and PDF/UA-1."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Name
from sheetwork import (
    IDENTITY,
    LETTERS,
    SAID,
    STYLE,
    blank,
    by_pdfium,
    consensus,
    face,
    faults,
    filled_in,
    fonts_shown,
    laid_out,
    link,
    opened,
    values_of,
)  # fmt: skip

from pipeline.kit import field_text, forms
from pipeline.kit.field_text import Box
from pipeline.kit.forms import terminals
from pipeline.press import Signature
from pipeline.press.engine import lay_out


def widgets(document: pikepdf.Pdf) -> list[Any]:
    return [each for page in document.pages for each in page.obj.Annots if each.Subtype == Name.Widget]


def elements(document: pikepdf.Pdf) -> list[Any]:
    """All elements of the structure tree in the order in which they are read."""
    found, waiting = [], [document.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append(element)
        if isinstance(element, pikepdf.Dictionary) and "/K" in element:
            waiting += reversed(list(element.K) if isinstance(element.K, pikepdf.Array) else [element.K])
    return found


def made(*links: str, **identity: str) -> bytes:
    return forms.fillable(laid_out("".join(f"<p>Field {each}</p>" for each in links)), identity, face())


# What a form is made of


def test_every_marked_link_is_a_field_and_other_links_stay() -> None:
    known = forms.fields(blank())
    kinds = {name: field.kind for name, field in known.items() if not name.startswith("guidepress.")}
    assert kinds["candidate"] == kinds["date"] == "text"
    assert kinds["q.K12.evidence"] == "area" and kinds["scored_before"] == "check"
    assert known["q.K3.rating"].states == ("1", "2", "3", "4", "5") and known["q.K3.rating"].kind == "radio"
    assert known["recommendation"].states == ("strong-no", "no", "yes", "strong-yes") and len(kinds) == 14
    with opened(blank()) as document:
        links = [each for page in document.pages for each in page.obj.Annots if each.Subtype == Name.Link]
        assert [str(each.A.URI) for each in links] == ["https://example.org/"]


def test_hidden_fields_say_what_the_sheet_is_and_cannot_be_filled_in() -> None:
    assert {f"guidepress.{key}": value for key, value in IDENTITY.items()}.items() <= values_of(blank()).items()
    with opened(blank()) as document:
        hidden = dict(terminals(document))["guidepress.book"]
        assert hidden.Ff == 1 and "/Subtype" not in hidden
    with pytest.raises(forms.FormError, match=r"no field 'guidepress\.book'"):
        forms.fill(blank(), {"guidepress.book": "other"})


def test_widgets_have_the_rectangles_of_the_links() -> None:
    laid = laid_out(f"<p>{link('text', 'candidate', 'Code')}</p>")
    with opened(laid) as before, opened(forms.fillable(laid, {}, face())) as after:
        one, two = ([float(side) for side in document.pages[0].obj.Annots[0].Rect] for document in (before, after))
    assert sorted(one[::2]) == pytest.approx(two[::2], abs=0.001) and sorted(one[1::2]) == pytest.approx(two[1::2], abs=0.001)


def test_every_widget_is_named_printed_drawn_and_does_nothing() -> None:
    with opened(blank()) as document:
        for widget in widgets(document):
            assert widget.F == 4 and str(widget.TU).strip()
            assert not {"/A", "/AA", "/Contents"} & set(widget.keys())
            states = widget.AP.N
            streams = [states] if isinstance(states, pikepdf.Stream) else list(dict(states.items()).values())
            assert all(isinstance(each, pikepdf.Stream) for each in streams) and list(widget.AP.keys()) == ["/N"]
        form = document.Root.AcroForm
        assert set(form.keys()) == {"/Fields", "/DR", "/DA"} and b"JavaScript" not in blank()
        assert [str(widget.TU) for widget in widgets(document)][3:5] == ["Rating of K3: 1", "Rating of K3: 2"]
        assert str(dict(terminals(document))["q.K3.rating"].TU) == "Rating of K3"


def test_no_part_of_a_name_has_a_period() -> None:
    with opened(blank()) as document:
        waiting = list(document.Root.AcroForm.Fields)
        while waiting:
            field = waiting.pop()
            assert "." not in str(field.get("/T", ""))
            waiting += list(field.get("/Kids", []))


def test_each_form_element_holds_one_widget_and_the_parent_tree_leads_back() -> None:
    with opened(blank()) as document:
        parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
        made = [element for element in elements(document) if Name.Form == element.S]
        assert len(made) == len(widgets(document)) == 41
        for element in made:
            (kid,) = list(element.K)
            assert kid.Type == Name.OBJR and kid.Obj.Subtype == Name.Widget
            assert parents[int(kid.Obj.StructParent)].objgen == element.objgen
        assert [str(element.S) for element in elements(document)].count("/Link") == 1


def test_what_the_press_lays_out_becomes_a_form() -> None:
    shown = '<p><a class="field radio" href="field:radio/z/4?title=Four">4</a></p>'
    body = f"<body><h1>Sheet</h1><p>Code {link('text', 'candidate', 'Code')}</p>{shown}</body>"
    markup = f'<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>Sheet</title></head>{body}</html>'
    style = STYLE.replace("FACE", "guidepress:font/x.ttf") + "h1 { font-weight: 400 }"
    laid = lay_out(Signature("sheet", "body", markup, style, "x", ()), {"font/x.ttf": face()})
    with opened(forms.fillable(laid.pdf, {}, face())) as document:
        made = [element for element in elements(document) if Name.Form == element.S]
        assert [[str(kid.Obj.TU) for kid in element.K] for element in made] == [["Code"], ["Four"]]
        assert [str(element.S) for element in elements(document)][-3:] == ["/P", "/Span", "/Form"]


def test_what_a_link_shows_is_a_span_beside_its_field() -> None:
    shown = '<a class="field radio" href="field:radio/q.rating/4?title=Four">4</a>'
    with opened(made(shown)) as document:
        names = [str(element.S) for element in elements(document)]
        assert names == ["/Document", "/P", "/Span", "/Span", "/Form"]
        span = elements(document)[3]
        parents = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
        assert parents[0][int(span.K[0])].objgen == span.objgen


def test_tab_order_is_the_order_of_the_structure() -> None:
    with opened(made(link("text", "a", "A"), link("check", "b", "B"), link("text", "c", "C"))) as document:
        assert document.pages[0].obj.Tabs == Name.S
        assert [str(widget.T) for widget in widgets(document)] == ["a", "b", "c"]
    lower = f'<div style="position: absolute; top: 100mm">{link("text", "first", "First")}</div>'
    with opened(made(lower, link("text", "second", "Second"))) as document:
        order = [str(kid.Obj.T) for element in elements(document) if Name.Form == element.S for kid in element.K]
        assert [str(widget.T) for widget in widgets(document)] == order


def test_one_name_at_several_places_is_one_field() -> None:
    pdf = made(link("text", "candidate", "Code"), link("text", "candidate", "Code"))
    assert len(forms.fields(pdf)["candidate"].places) == 2
    with opened(forms.fill(pdf, {"candidate": "C-1"})) as document:
        assert [b"Tj" in widget.AP.N.read_bytes() for widget in widgets(document)] == [True, True]


def test_bytes_follow_from_what_is_given(tmp_path: Path) -> None:
    laid = laid_out(f"<p>{link('text', 'candidate', 'Code')}{link('radio', 'r/1', 'One')}</p>")
    (tmp_path / "laid.pdf").write_bytes(laid)
    (tmp_path / "face.ttf").write_bytes(face())
    script = (
        "import sys; from pathlib import Path; from pipeline.kit import forms;"
        "laid, face = (Path(n).read_bytes() for n in sys.argv[1:3]);"
        "sys.stdout.buffer.write(forms.fill(forms.fillable(laid, {'b': '2', 'a': '1'}, face), {'candidate': 'é', 'r': '1'}))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "laid.pdf"), str(tmp_path / "face.ttf")]
    seeds = ({"PYTHONHASHSEED": seed} for seed in "12")
    one, two = (subprocess.run(command, capture_output=True, check=True, env=seed, cwd=tmp_path).stdout for seed in seeds)
    assert one == two == forms.fill(forms.fillable(laid, {"a": "1", "b": "2"}, face()), {"r": "1", "candidate": "é"})


# Marks that cannot be understood


@pytest.mark.parametrize(
    ("links", "message"),
    [
        (['<a href="field:text/candidate">x</a>'], "'candidate' has no title"),
        (['<a href="field:list/candidate?title=x">x</a>'], "marks no field"),
        (['<a href="field:radio/rating?title=x">x</a>'], "marks no field"),
        (['<a href="field:text/rating/4?title=x">x</a>'], "marks no field"),
        (['<a href="field:text/a..b?title=x">x</a>'], "marks no field"),
        (['<a href="field:text?title=x">x</a>'], "marks no field"),
        (['<a href="field:radio/rating/Off?title=x">x</a>'], "cannot be the name of a field or of a state"),
        (['<a href="field:text/guidepress.book?title=x">x</a>'], "cannot be the name of a field or of a state"),
        ([link("text", "a", "A"), link("check", "a", "A")], "'a' is of two kinds"),
        ([link("radio", "a/1", "A"), link("radio", "a/1", "A")], "'a' has a state twice"),
        ([link("text", "a", "A"), link("text", "a.b", "B")], "'a' is also the beginning of another's name"),
        ([link("text", "a.b", "B"), link("text", "a", "A")], "'a' is also the beginning of another's name"),
    ],
)
def test_a_mark_that_cannot_be_understood_is_named(links: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        made(*links)


def test_a_form_is_not_made_twice() -> None:
    with pytest.raises(ValueError, match="has a form already"):
        forms.fillable(blank(), {}, face())


def test_what_a_link_is_said_to_contain_is_its_title() -> None:
    with opened(laid_out('<p><a class="field text" href="field:text/a">x</a></p>')) as document:
        document.pages[0].obj.Annots[0].Contents = pikepdf.String("Candidate code")
        target = io.BytesIO()
        document.save(target)
    with opened(forms.fillable(target.getvalue(), {}, face())) as document:
        assert str(widgets(document)[0].TU) == "Candidate code"


# The face


def test_the_whole_face_is_embedded_and_each_letter_has_its_code_width_and_way_back() -> None:
    with opened(blank()) as document:
        font = document.Root.AcroForm.DR.Font[str(field_text.NAME)]
        descendant = font.DescendantFonts[0]
        assert descendant.FontDescriptor.FontFile2.read_bytes() == face() and "+" not in str(font.BaseFont)
        glyphs, parsed = descendant.CIDToGIDMap.read_bytes(), TTFont(io.BytesIO(face()))
        cmap, known = parsed.getBestCmap(), field_text.embedded(font)
        for letter in LETTERS:
            code = known.codes[letter]
            assert code == ord(letter)
            assert int.from_bytes(glyphs[2 * code : 2 * code + 2], "big") == parsed.getGlyphID(cmap[code])
            assert known.widths[letter] == parsed["hmtx"][cmap[code]][0]
        ranges = re.findall(rb"<(....)> <(....)> <(....)>", font.ToUnicode.read_bytes())
        leads = {n for first, last, _ in ranges for n in range(int(first, 16), int(last, 16) + 1)}
        assert leads == set(known.codes.values()) and all(first == target for first, _, target in ranges)
        assert sum(map(int, re.findall(rb"(\d+) beginbfrange", font.ToUnicode.read_bytes()))) == len(ranges)


def _with_cff_outlines() -> bytes:
    names = [".notdef", "space", "A", "eacute", "question"]
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({32: "space", 160: "space", 65: "A", 233: "eacute", 63: "question"})
    pen = T2CharStringPen(600, None)
    pen.moveTo((50, 0))
    pen.lineTo((550, 0))
    pen.lineTo((300, 700))
    pen.closePath()
    builder.setupCFF("Test-Regular", {}, dict.fromkeys(names, pen.getCharString()), {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Test", "styleName": "Regular", "psName": "Test-Regular"})
    builder.setupOS2(fsType=0)
    builder.setupPost()
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()


def test_a_face_with_cff_outlines_is_addressed_by_its_glyphs() -> None:
    pdf = forms.fillable(laid_out(f"<p>{link('text', 'a', 'A')}</p>"), {}, _with_cff_outlines())
    filled = forms.fill(pdf, {"a": "A é\u00a0Ж"})
    with opened(filled) as document:
        assert b"<00020001000300010004> Tj" in widgets(document)[0].AP.N.read_bytes()
    assert values_of(filled)["a"] == values_of(by_pdfium(pdf, {"a": "A é\u00a0Ж"}))["a"] == "A é\u00a0Ж"


@pytest.mark.parametrize(("rights", "allowed"), [(0, True), (8, True), (2, False), (4, False)])
def test_a_face_must_allow_to_be_filled_in(rights: int, allowed: bool) -> None:
    parsed = TTFont(io.BytesIO(face()))
    parsed["OS/2"].fsType = rights
    target = io.BytesIO()
    parsed.save(target)
    laid = laid_out(f"<p>{link('text', 'a', 'A')}</p>")
    if allowed:
        assert forms.fillable(laid, {}, target.getvalue())
    else:
        with pytest.raises(ValueError, match="does not allow"):
            forms.fillable(laid, {}, target.getvalue())


def test_what_is_no_face_is_refused() -> None:
    with pytest.raises(ValueError, match="neither TrueType nor OpenType"):
        forms.fillable(laid_out(f"<p>{link('text', 'a', 'A')}</p>"), {}, b"wOF2")


# Filling in and reading


ODD = ("e\u0301 decomposed", "🙂 and 漢字", "", " ", "a\tb", "\N{NO-BREAK SPACE}", "x" * 5000)


@pytest.mark.parametrize("said", [*SAID, LETTERS, *ODD])
def test_every_text_is_read_as_it_was_filled_in(said: str) -> None:
    for name in ("q.K3.evidence", "candidate"):
        assert values_of(forms.fill(blank(), {name: said}))[name] == said


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=300))
def test_any_text_is_read_as_it_was_filled_in(said: str) -> None:
    assert values_of(forms.fill(blank(), {"q.K3.evidence": said}))["q.K3.evidence"] == said


def test_every_state_is_read_as_it_was_filled_in_and_can_be_taken_back() -> None:
    for name, field in forms.fields(blank()).items():
        for state in filter(None, dict.fromkeys(field.states)):
            filled = forms.fill(blank(), {name: state})
            assert values_of(filled)[name] == forms.fields(filled)[name].shown == state
            assert forms.fields(forms.fill(filled, {name: ""}))[name] == field


WRONG = [("candidat", "x"), ("q.K3.rating", "6"), ("scored_before", "on"), ("q.K3", "x"), ("q.K3.rating", "Off")]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_cannot_be_filled_in_is_named(name: str, value: str) -> None:
    with pytest.raises(forms.FormError, match=re.escape(f"'{name}'")):
        forms.fill(blank(), {name: value})


def test_nothing_shows_as_a_missing_glyph() -> None:
    known = field_text.measures(face())
    shown = known.shown("e\u0301 漢 🙂\u200b\t\x07\nx")
    assert shown == f"é {'�' if '�' in known.codes else '?'} {'�' if '�' in known.codes else '?'}    \nx"
    assert unicodedata.is_normalized("NFC", shown)


def test_long_text_is_wrapped_made_smaller_and_in_the_end_cut_with_a_sign() -> None:
    known, box = field_text.measures(face()), Box(200, 60)
    short, long, endless = (field_text.written("words and more " * n, box, known, 9.5, is_area=True) for n in (2, 30, 300))
    assert b" 9.5 Tf" in short and short.count(b"Tj") == 1
    size = float(re.search(rb"([\d.]+) Tf", long)[1])  # type: ignore[index]
    assert 5 <= size < 9.5 and long.count(b"Tj") > 3 and b"2026>" not in long
    assert b" 5 Tf" in endless and endless.rstrip().endswith(b"2026> Tj T*\nET Q")
    for drawn in (short, long, endless):
        at = float(re.search(rb"([\d.]+) Tf", drawn)[1])  # type: ignore[index]
        for line in re.findall(rb"<([0-9A-F]*)> Tj", drawn):
            text = bytes.fromhex(line.decode()).decode("utf-16-be")
            assert known.width(text, at) <= 196 + known.width(" ", at)
    unbroken = field_text.written("x" * 200, box, known, 9.5, is_area=True)
    assert unbroken.count(b"Tj") > 2
    assert field_text.written("line\n\nline", box, known, 9.5, is_area=True).count(b"Tj") == 3
    assert field_text.written("a\nb", Box(60, 14), known, 9.5, is_area=False).count(b"Tj") == 1


def test_lines_ended_in_any_way_are_read_alike() -> None:
    with opened(blank()) as document:
        dict(terminals(document))["q.K3.evidence"].V = pikepdf.String("one\r\ntwo\rthree\nfour")
        target = io.BytesIO()
        document.save(target)
    assert values_of(target.getvalue())["q.K3.evidence"] == "one\ntwo\nthree\nfour"


# PDFium and pdf.js


def ink(pdf: bytes, name: str) -> bytes:
    """The pixels of a field, as PDFium draws the page."""
    place = forms.fields(pdf)[name].places[0]
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    page = document[place[0] - 1]
    image = page.render(scale=2).to_pil().convert("L")
    height = page.get_height()
    page.close()
    document.close()
    sides = (place[1] * 2 + 4, (height - place[4]) * 2 + 4, place[3] * 2 - 4, (height - place[2]) * 2 - 4)
    return bytes(image.crop(tuple(map(int, sides))).point(lambda level: 0 if level < 160 else 255).tobytes())


@pytest.mark.parametrize("letters", LETTERS.split())
def test_letters_typed_in_pdfium_show_in_the_embedded_face(letters: str) -> None:
    typed = by_pdfium(blank(), {"q.K3.evidence": letters})
    assert values_of(typed)["q.K3.evidence"] == letters
    assert fonts_shown(typed, "q.K3.evidence") == {"/SourceSans3-Regular"}
    assert 0 in ink(typed, "q.K3.evidence") and 0 not in ink(blank(), "q.K3.evidence")


def test_what_pdfium_saves_has_the_shape_of_the_blank_sheet() -> None:
    known = forms.fields(blank())
    typed = forms.fields(by_pdfium(blank(), filled_in(4)))
    assert typed.keys() == known.keys() and all(field.same_shape(known[name]) for name, field in typed.items())
    assert {name: typed[name].value for name in filled_in(4)} == filled_in(4)


# The authorities


@pytest.mark.conformance
@pytest.mark.parametrize("fill", [None, forms.fill, by_pdfium], ids=["blank", "pikepdf", "pdfium"])
def test_a_sheet_is_pdf_ua_and_pdf_a(tmp_path: Path, fill: Any) -> None:
    assert faults(tmp_path, fill(blank(), filled_in(4)) if fill else blank()) == []


@pytest.mark.conformance
def test_a_consensus_form_is_pdf_ua_and_pdf_a(tmp_path: Path) -> None:
    values = {"candidate": "C-1", "i.1.name": "Łukasz", "i.1.q.K3.rating": "5", "q.K3.apart": "yes", "reason": SAID[4]}
    assert faults(tmp_path, consensus()) == [] and faults(tmp_path, forms.fill(consensus(), values)) == []


@pytest.mark.conformance
def test_a_face_with_cff_outlines_is_pdf_ua_and_pdf_a(tmp_path: Path) -> None:
    pdf = forms.fillable(laid_out(f"<p>{link('text', 'a', 'A')}</p>"), {}, _with_cff_outlines())
    assert faults(tmp_path, forms.fill(pdf, {"a": "A é A"})) == []


@pytest.mark.conformance
@pytest.mark.parametrize("shown", ['<a class="field radio" href="field:radio/q.rating/4?title=Four">4</a>'])
def test_a_link_that_shows_something_is_pdf_ua_and_pdf_a(tmp_path: Path, shown: str) -> None:
    assert faults(tmp_path, made(shown)) == []
