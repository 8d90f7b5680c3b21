"""Preflight is silent on good files, and says what is wrong with each of these."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import buildwork
import pikepdf
import pytest
import reading
from epubwork import png
from pikepdf import Dictionary, Name, String

from pipeline import release
from pipeline.diagnostics import BookError
from pipeline.flow import Request, build
from pipeline.preflight import (
    RULES,
    epub_documents,
    epub_reader,
    inspect,
    inspect_file,
    internal_keys,
    pdf_operands,
    pdf_reader,
    verify_release,
)
from pipeline.preflight.withheld import letters
from pipeline.publication import Publication
from pipeline.release import Artefact
from pipeline.work import cache
from pipeline.work.store import Store

STUDY_PDF = "study/harbor-watch-study-0.2.0-a4.pdf"
STUDY_EPUB = "study/harbor-watch-study-0.2.0.epub"


def artefact(built: Path, path: str, data: bytes | None = None) -> Artefact:
    standing = release.manifest.parse(built, (built / "manifest.json").read_bytes())
    row = next(a for a in standing.artefacts if a.path == path)
    name = path.partition("/")[2]
    data = (built / path).read_bytes() if data is None else data
    return Artefact(name, row.edition, row.format, row.paper, row.audience, row.title, data, row.pages, row.questions, row.inputs)


def found(diagnostics) -> set[str]:
    return {diagnostic.code for diagnostic in diagnostics}


def messages(diagnostics) -> str:
    return "\n".join(diagnostic.message for diagnostic in diagnostics)


def guides(built: Path) -> list[str]:
    """Give the paths of the guides, and not of what offers them."""
    return [row["path"] for row in json.loads((built / "manifest.json").read_text())["artefacts"]]


def test_every_file_of_a_good_book_passes(built, publications):
    paths = guides(built)
    assert len(paths) == 16
    assert [d for path in paths for d in inspect(artefact(built, path), publications[path.partition("/")[0]])] == []


def test_codes_are_explained_once_and_in_order():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(code.startswith("P3") for code in codes)


# Withheld text


@pytest.mark.parametrize("kit", ["kit/harbor-watch-kit-0.2.0-a4.pdf", "kit/harbor-watch-kit-0.2.0.epub"])
def test_a_kit_in_the_place_of_a_candidates_guide_is_caught_by_what_it_says(built, publications, kit):
    leaked = [d.message for d in inspect(artefact(built, kit), publications["study"]) if d.code == "P301"]
    assert len(leaked) > 10
    assert any("a text of 'rubric' of question 'light-characteristics'" in message for message in leaked)


def test_answers_leak_into_no_practice_question(built, publications):
    """The same answers that stand at the back of one edition are withheld from another."""
    leaked = inspect(artefact(built, "practice/harbor-watch-practice-0.2.0.epub"), publications["sample"])
    assert "P301" in found(leaked)


def secret(publication: Publication) -> str:
    return next(text for text in publication.withheld if text.isascii() and len(letters(text)) > 60 and not set(text) & set("[]{}$*`|\n"))


HIDDEN: list[Callable[[str], str]] = [
    lambda text: f"<p>{text}</p>",
    lambda text: f"<p>{text.upper()}</p>",
    lambda text: f'<p title="{text}">x</p>',
    lambda text: f"<!-- {text} -->",
    lambda text: "<p>" + "\u00ad".join(text) + "</p>",
    lambda text: "<p>" + "".join(f"<b>{c}</b>" for c in text) + "</p>",
    lambda text: "<p>" + "".join(f"&#{ord(c)};" for c in text) + "</p>",
    lambda text: "<p>" + text.replace("fi", "ﬁ").replace(" ", "<br/>") + "</p>",
]


@pytest.mark.parametrize("hide", HIDDEN)
def test_no_setting_hides_withheld_text(built, publications, hide):
    text = secret(publications["study"])
    data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", hide(text) + "</section>", 1)})
    (leak,) = inspect(artefact(built, STUDY_EPUB, data), publications["study"])
    assert leak.code == "P301" and publications["study"].homes[text] in leak.message and text[:20] not in leak.message


def test_what_an_edition_prints_elsewhere_is_no_secret(built, publications):
    printed = "A light says its name over and over. The keeper makes sure that it says the name correctly"
    assert letters(printed) in letters("".join(reading.page_texts(built / STUDY_PDF)))
    publication = replace(publications["study"], withheld=(printed,))
    assert inspect(artefact(built, STUDY_PDF), publication) == ()


def test_what_an_edition_prints_in_two_paragraphs_is_no_secret_where_it_is_one(built, publications):
    chapter = next(section for section in publications["study"].sections if section.kind.name == "chapter")
    first, second = "The keeper of a light reads", "its characteristic before he signs the log."
    shown = replace(chapter, record=chapter.record.model_copy(update={"body": f"{first}\n\n{second}"}))
    study = replace(publications["study"], withheld=(f"{first} {second}",))
    words = f"<p>{first}</p><p>{second}</p></section>"
    data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", words, 1)})
    assert found(inspect(artefact(built, STUDY_EPUB, data), study)) == {"P301"}
    study = replace(study, sections=(*study.sections, shown))
    assert "P301" not in found(inspect(artefact(built, STUDY_EPUB, data), study))


def test_forty_letters_are_a_leak_and_thirty_nine_are_not(built, publications):
    text = letters("The quick brown fox jumps over the lazy dog and runs away")
    for length, codes in ((40, {"P301"}), (39, set())):
        publication = replace(publications["study"], withheld=(text[:length],))
        words = f"<p>{text[:length]}</p></section>"
        data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml, words=words: xhtml.replace("</section>", words, 1)})
        assert found(inspect(artefact(built, STUDY_EPUB, data), publication)) == codes


# Internal keys

KEYS = [
    ("<p>See light-range.</p>", "light-range"),
    ("<p>See light range.</p>", "light range"),
    ('<p><span title="falling-glass">x</span></p>', "falling-glass"),
    ("<p>Scored: <b>under-keel-clearance</b></p>", "under-keel-clearance"),
    ("<p>the nominal range</p>", None),  # the words stand in the book
]


@pytest.mark.parametrize(("words", "key"), KEYS)
def test_an_id_that_no_text_of_the_book_has_as_words_is_found(built, publications, words, key):
    data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", words + "</section>", 1)})
    found = [(d.code, d.message) for d in inspect(artefact(built, STUDY_EPUB, data), publications["study"])]
    assert found == ([("P318", f"the internal key '{key}' stands in the file")] if key else [])


@pytest.mark.parametrize(
    "words", ["<p>light</p><p>range</p>", "<p>light-ranges</p>", "<p>the-light-range</p>", "<!-- light-range -->", "<p>Light range</p>"]
)
def test_what_only_resembles_an_id_is_none(built, publications, words):
    data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", words + "</section>", 1)})
    assert inspect(artefact(built, STUDY_EPUB, data), publications["study"]) == ()


def test_an_id_in_the_outline_or_on_a_page_of_a_pdf_is_found(built, publications):
    study = publications["study"]
    read = pdf_reader.read(built / STUDY_PDF)
    first, *rest = read.pages
    for changed, key in (
        (replace(read, pages=(replace(first, text=first.text + "\r\nfalling-glass"), *rest)), "falling-glass"),
        (replace(read, pages=(replace(first, alternatives=("A chart of falling glass",)), *rest)), "falling glass"),
        (replace(read, outline=(replace(read.outline[0], title="falling glass"), *read.outline[1:])), "falling glass"),
    ):
        assert internal_keys.printed(study, internal_keys.on_paper(changed)) == (key,)
    beside = replace(read, pages=(replace(first, text="falling glass"), *rest))  # two cells of a table, say
    assert internal_keys.printed(study, internal_keys.on_paper(beside)) == internal_keys.printed(study, internal_keys.on_paper(read)) == ()
    # An address that goes on after the key, broken at the hyphen there, as PDFium reads it.
    broken = replace(read, pages=(replace(read.pages[0], text="https://example.org/q/tide-by-twelfths\u0002\r\nexplained"),))
    assert internal_keys.printed(study, internal_keys.on_paper(broken)) == ()


# Order and outline


@pytest.mark.parametrize("path", [STUDY_PDF, STUDY_EPUB])
def test_a_question_that_is_not_in_the_file_is_missed(built, publications, path):
    study = publications["study"]
    last = next(s for s in reversed(study.sections) if s.kind.name == "question")
    more = replace(study, sections=(*study.sections, replace(last, id="unheard-of", number="6", title="What has nobody asked?")))
    faults = inspect(artefact(built, path), more)
    assert found(faults) == {"P302", "P303"}
    assert "question 6 'unheard-of' is not in the" in messages(faults)


@pytest.mark.parametrize("path", [STUDY_PDF, STUDY_EPUB])
def test_a_question_under_another_title_or_number_is_noticed(built, publications, path):
    study = publications["study"]
    for change in ({"title": "Is this the right question?"}, {"number": "77"}):
        sections = tuple(replace(s, **change) if s.id == "falling-glass" else s for s in study.sections)
        assert found(inspect(artefact(built, path), replace(study, sections=sections))) == {"P302", "P303"}


@pytest.mark.parametrize("path", [STUDY_PDF, STUDY_EPUB])
def test_questions_out_of_order_are_noticed(built, publications, path):
    study = publications["study"]
    where = [n for n, s in enumerate(study.sections) if s.kind.name == "question"]
    sections = list(study.sections)
    sections[where[0]], sections[where[1]] = sections[where[1]], sections[where[0]]
    assert "P302" in found(inspect(artefact(built, path), replace(study, sections=tuple(sections))))


# PDF


def broken(path: Path, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(path) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def drop_outline_line(pdf):
    first = pdf.Root.Outlines.First
    pdf.Root.Outlines.First = first.Next
    del first.Next.Prev


def drop_page(pdf):
    del pdf.pages[8]


def count_body_from_two(pdf):
    pdf.Root.PageLabels.Nums[-1].St = 2


def drop_labels(pdf):
    del pdf.Root.PageLabels


def objects(pdf, **wanted):
    return [
        o for o in pdf.objects if isinstance(o, Dictionary) and all(o.get(f"/{key}") == Name(f"/{value}") for key, value in wanted.items())
    ]


def take_another_font(pdf):
    for font in objects(pdf, Type="Font"):
        font.BaseFont = Name("/Helvetica")


def drop_font_files(pdf):
    for descriptor in objects(pdf, Type="FontDescriptor"):
        del descriptor.FontFile2


def drop_alternatives(kind):
    def drop(pdf):
        for element in objects(pdf, Type="StructElem", S=kind):
            del element.Alt

    return drop


def lead_links(to):
    def lead(pdf):
        for annotation in pdf.pages[3].Annots:
            annotation.A = to
            del annotation["/Dest"]

    return lead


def drop_key(name):
    def drop(pdf):
        del pdf.Root[name]

    return drop


NOWHERE = Dictionary(S=Name.GoTo, D=String("nowhere"))
INSECURE = Dictionary(S=Name.URI, URI=String("http://example.org/"))
SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
PDF_FAULTS = [
    (drop_outline_line, "P303", "line 1 of the outline"),
    (drop_key("/Outlines"), "P303", "the outline has 0 lines"),
    (drop_page, "P304", "page 5 has '6' printed at its foot"),
    (count_body_from_two, "P304", "page 5 of the file is labeled '2' where '1' is due"),
    (drop_labels, "P304", "labeled '' where 'i' is due"),
    (take_another_font, "P305", "font 'Helvetica' is not one of the theme's"),
    (drop_font_files, "P305", "is not embedded"),
    (lead_links(NOWHERE), "P306", "leads nowhere"),
    (lead_links(INSECURE), "P306", "leads to 'http://example.org/'"),
    (lead_links(SCRIPT), "P306", "leads nowhere"),
    (drop_alternatives("Figure"), "P307", "without text alternative: figure"),
    (drop_alternatives("Formula"), "P307", "without text alternative: formula"),
    (drop_key("/MarkInfo"), "P308", "not tagged"),
    (drop_key("/Lang"), "P312", "names no language"),
]


@pytest.mark.parametrize(("change", "code", "words"), PDF_FAULTS)
def test_a_broken_pdf_does_not_pass(built, publications, change, code, words):
    data = broken(built / STUDY_PDF, change)
    faults = [d for d in inspect(artefact(built, STUDY_PDF, data), publications["study"]) if d.code == code]
    assert words in messages(faults)
    assert {d.place.path for d in faults} == {STUDY_PDF}


def test_a_page_number_that_is_not_the_folio_at_the_end_of_its_link_is_reported(built, publications):
    def lead_first_line_of_contents_to_the_last_page(pdf):
        link = pdf.pages[3].Annots[0]
        link.Dest = pikepdf.Array([pdf.pages[-1].obj, Name.Fit])

    data = broken(built / STUDY_PDF, lead_first_line_of_contents_to_the_last_page)
    (fault,) = inspect(artefact(built, STUDY_PDF, data), publications["study"])
    assert (fault.code, fault.message) == ("P314", "page iii: 'Introduction 1' says page 1 and leads to page 23")


# Operands


def on_a_page(pdf, words):
    pdf.pages[3].contents_add(b"q 1 0 0 1 %s 0 cm Q" % words)


def in_the_only_stream_of_a_page(pdf, words):
    pdf.pages[3].Contents = pdf.make_stream(b"".join(stream.read_bytes() + b"\n" for stream in pdf.pages[3].Contents) + words + b" 0 m n")


def in_a_form(pdf, words):
    form = pdf.make_stream(b"%s 0 m 1 1 l S" % words, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    pdf.pages[3].add_resource(form, Name.XObject)


def in_a_form_of_a_form(pdf, words):
    inner = pdf.make_stream(b"[1 %s] 0 d" % words, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form = pdf.make_stream(b"/In Do", Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=Dictionary(XObject=Dictionary(In=inner)))
    pdf.pages[3].add_resource(form, Name.XObject)


def in_a_pattern(pdf, words):
    pattern = pdf.make_stream(b"0 0 %s 1 re f" % words, PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 9, 9], XStep=9, YStep=9)
    pdf.pages[3].add_resource(pattern, Name.Pattern)


def in_an_appearance(pdf, words):
    form = pdf.make_stream(b"(nan) Tj %s w" % words, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    pdf.pages[3].Annots[0].AP = Dictionary(N=form)


PLACES = [on_a_page, in_the_only_stream_of_a_page, in_a_form, in_a_form_of_a_form, in_a_pattern, in_an_appearance]
OPERANDS = [
    b"nan",
    b"inf",
    b"-inf",
    b"+NaN",
    b"Infinity",
    b"1e5",
    b"1.0E-7",
    b"1.2.3",
    b"--5",
    b"1-2",
    b".",
    b"0x10",
    b"1_0",
    b"99999999999",
]


@pytest.mark.parametrize("put", PLACES)
@pytest.mark.parametrize("words", [b"nan", b"-inf", b"1e5"])
def test_an_operand_that_is_no_number_is_refused_wherever_it_is_drawn(built, publications, put, words):
    data = broken(built / STUDY_PDF, lambda pdf: put(pdf, words))
    (fault,) = inspect(artefact(built, STUDY_PDF, data), publications["study"])
    assert (fault.code, fault.message) == ("P317", f"page iii: '{words.decode()}' stands where a number or an operator is due")


@pytest.mark.parametrize("words", OPERANDS)
@pytest.mark.parametrize("kept", [True, False])
def test_what_is_no_number_of_pdf_is_refused_whoever_wrote_the_file(built, words, kept):
    with pikepdf.open(built / STUDY_PDF) as pdf:
        on_a_page(pdf, words)
        out = io.BytesIO()
        streams = pikepdf.ObjectStreamMode.preserve if kept else pikepdf.ObjectStreamMode.disable
        pdf.save(out, object_stream_mode=streams, compress_streams=kept, linearize=not kept)
    faults = inspect_file(STUDY_PDF, "pdf", out.getvalue())
    assert [(d.code, d.message.split("'")[1]) for d in faults] == [("P317", words.decode())]


@pytest.mark.parametrize("old", [b"/BBox [0 0 9 9]", b"/Matrix [1 0 0 1 0 0]"])
def test_a_dictionary_with_what_is_no_number_is_refused(built, old):
    form = {"Subtype": Name.Form, "BBox": [0, 0, 9, 9], "Matrix": [1, 0, 0, 1, 0, 0]}
    with pikepdf.open(built / STUDY_PDF) as pdf:
        pdf.pages[3].add_resource(pdf.make_stream(b"n", **form), Name.XObject)
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    sound = (
        out.getvalue().replace(b"/BBox [ 0 0 9 9 ]", b"/BBox [0 0 9 9]    ").replace(b"/Matrix [ 1 0 0 1 0 0 ]", b"/Matrix [1 0 0 1 0 0]")
    )
    assert inspect_file(STUDY_PDF, "pdf", sound) == ()
    (fault,) = inspect_file(STUDY_PDF, "pdf", sound.replace(old, old.replace(b"0 0", b"nan", 1)))
    assert (fault.code, fault.message) == ("P317", "page iii: 'nan' stands where a number or an operator is due")


def test_a_drawing_that_got_past_the_first_gate_is_stopped_at_the_second(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.load.pictures.unsafe", lambda _svg: None)
    folder = buildwork.book(tmp_path / "book")
    buildwork.edit(folder / "figures/keel.svg", 'viewBox="', 'viewBox="nan nan nan nan" data-was="')
    with pytest.raises(BookError) as caught:
        build(Request(folder, tmp_path / "output", formats=("pdf",), store=tmp_path / "store"), lambda _: None)
    assert {d.code for d in caught.value.diagnostics if d.severity == "error"} == {"P317"}
    assert "'nan' stands where a number or an operator is due" in messages(caught.value.diagnostics)
    assert not (tmp_path / "output/guides").exists()


SOUND = [
    b"/nan gs /1e5 gs",
    b"(nan inf 1e5) Tj",
    b"(a \\( nan) Tj (nested (nan (inf)) 1e5) Tj () Tj",
    b"<00 ff\n1e5> Tj [<1e5> -.5 (inf) +4. 0.0] TJ",
    b"/Span <</ActualText (nan) /MCID 1e5_is_a_name>> BDC EMC".replace(b"1e5_is_a_name", b"/1e5"),
    b"% nan inf 1e5\n0 0 m n",
    b"2147483647 -.5 m +1 4. l n",
]


@pytest.mark.parametrize("words", SOUND)
def test_words_in_strings_names_and_comments_are_no_operands(built, words):
    data = broken(built / STUDY_PDF, lambda pdf: in_a_form(pdf, b"0 0 m n " + words + b"\n0"))
    assert [d for d in inspect_file(STUDY_PDF, "pdf", data) if d.code == "P317"] == []


def test_content_that_cannot_be_read_is_not_passed_over(built):
    def cut(pdf):
        form = pdf.make_stream(b"0 0 m n", Subtype=Name.Form, BBox=[0, 0, 9, 9])
        form.write(b"no zlib", filter=Name.FlateDecode)
        pdf.pages[3].add_resource(form, Name.XObject)

    (fault,) = inspect_file(STUDY_PDF, "pdf", broken(built / STUDY_PDF, cut))
    assert (fault.code, fault.message) == ("P317", "page iii: content is damaged")


def test_content_that_is_named_and_not_there_is_not_passed_over():
    page = b"1 0 obj\n<</Type /Page /Contents [2 0 R 3 0 R]>>\nendobj\n2 0 obj\n<</Length 5>>\nstream\n0 0 m\nendstream\nendobj\n"
    assert pdf_operands.look(page).wrong == ((3, "content is not to be found"),)
    listed = page.replace(b"[2 0 R 3 0 R]", b"3 0 R") + b"3 0 obj\n[2 0 R]\nendobj\n"
    assert pdf_operands.look(listed).wrong == ()
    assert [number for number, _ in pdf_operands.look(listed.replace(b"0 0 m", b"nan m")).wrong] == [2]


@pytest.mark.parametrize("put", [on_a_page, in_a_form])
def test_a_release_with_an_operand_that_is_no_number_does_not_verify(output, put):
    path = output / "guides" / STUDY_PDF
    path.write_bytes(broken(path, lambda pdf: put(pdf, b"nan")))
    faults = verify_release(output)
    assert [d.message for d in faults if d.code == "P317"] == ["page iii: 'nan' stands where a number or an operator is due"]
    assert {d.place.path for d in faults} == {STUDY_PDF}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04 and no more"])
@pytest.mark.parametrize("path", [STUDY_PDF, STUDY_EPUB])
def test_a_file_that_cannot_be_read_is_reported_and_not_raised(built, publications, path, data):
    assert found(inspect(artefact(built, path, data), publications["study"])) == {"P308"}


# EPUB


def edited(
    path: Path, changes: dict[str, Callable[[str], str]], *, drop: str = "", add: str = "", stored: str = "", content: bytes = b"left over"
) -> bytes:
    """Pack an EPUB anew, some of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename in changes:
                changed = changes[info.filename](data.decode())
                assert changed != data.decode()
                data = changed.encode()
            if info.filename != drop:
                new.writestr(info.filename, data, zipfile.ZIP_STORED if info.filename in ("mimetype", stored) else zipfile.ZIP_DEFLATED)
        if add:
            new.writestr(add, content)
    return out.getvalue()


def body(markup):
    return lambda xhtml: xhtml.replace("</section>", f"{markup}</section>", 1)


def style(rule):
    return lambda css: f"{css}\n{rule}"


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


PAGE, STYLE, OPF, NAV = "colophon.xhtml", "style.css", "content.opf", "nav.xhtml"
FIGURE = "light-characteristics.xhtml"
EPUB_FAULTS = [
    (PAGE, body('<a href="nowhere.xhtml">x</a>'), "P306", "'nowhere.xhtml' leads nowhere"),
    (PAGE, body('<a href="glossary.xhtml#nowhere">x</a>'), "P306", "'glossary.xhtml#nowhere' leads nowhere"),
    (PAGE, body('<a href="#colophon">x</a>'), "P306", "does not name its file"),
    (PAGE, body('<a href="http://example.org/">x</a>'), "P306", "no https or mailto address"),
    (NAV, swap('href="introduction.xhtml"', 'href="gone.xhtml"'), "P306", "'gone.xhtml' leads nowhere"),
    ("toc.ncx", swap('src="introduction.xhtml', 'src="gone.xhtml'), "P306", "gone.xhtml"),
    (PAGE, body('<img src="https://example.org/a.png" alt="a"/>'), "P310", "'https://example.org/a.png' is not in the EPUB"),
    (PAGE, body('<img src="//example.org/a.png" alt="a"/>'), "P310", "is not in the EPUB"),
    (STYLE, style("p { margin: 0; list-style: url(https://example.org/a.png) }"), "P310", "is not in the EPUB"),
    (STYLE, style('@import "more.css";'), "P306", "'more.css' leads nowhere"),
    (STYLE, style('@import url("https://example.org/more.css");'), "P310", "is not in the EPUB"),
    (PAGE, body('<img src="images/cover.png"/>'), "P307", "'img' without text alternative"),
    (PAGE, body('<img src="images/cover.png" alt=" "/>'), "P307", "'img' without text alternative"),
    (PAGE, body('<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>'), "P307", "'math' without text alternative"),
    (PAGE, body('<svg xmlns="http://www.w3.org/2000/svg"/>'), "P307", "'svg' without text alternative"),
    (PAGE, body("<!-- a -- b -->"), "P308", "EPUB/colophon.xhtml:"),
    (PAGE, body("<p>never closed"), "P308", "EPUB/colophon.xhtml:"),
    (PAGE, swap('xml:lang="en-US"', ""), "P312", "colophon.xhtml does not name the language"),
    (PAGE, swap(' lang="en-US"', ' lang="de"'), "P312", "colophon.xhtml does not name the language"),
    (OPF, swap("<dc:language>en-US</dc:language>", ""), "P312", "'dc:language'"),
    (OPF, swap("</metadata>", '<meta property="dcterms:rights"></meta></metadata>'), "P311", "an empty metadata element"),
    (OPF, swap('<itemref idref="introduction_xhtml"', '<itemref idref="gone"'), "P309", "the spine names 'gone'"),
    (OPF, swap('properties="nav"', ""), "P309", "there is no nav document"),
    (NAV, swap('epub:type="toc"', 'epub:type="lot"'), "P303", "no nav of type 'toc'"),
    (NAV, swap("Introduction</a>", "Preamble</a>"), "P303", "says 'preamble' where the contents say 'introduction'"),
    (NAV, swap('<li><a href="introduction.xhtml">Introduction</a></li>', ""), "P303", "where the contents say 'introduction'"),
    (NAV, swap('<a epub:type="toc" href="contents.xhtml"', '<a href="contents.xhtml"'), "P303", "no landmark leads to the contents"),
    (NAV, swap('epub:type="toc" href="contents.xhtml"', 'epub:type="toc" href="imprint.xhtml"'), "P303", "leads to EPUB/imprint.xhtml"),
    (PAGE, body(f"<p>{'word ' * 60_000}</p>"), "P313", "EPUB/colophon.xhtml: 3"),
    (FIGURE, lambda xhtml: xhtml.replace("data-label", "style='color:#fff' data-label", 1), "P311", "fixed color"),
    (STYLE, style(".k { color: #070 }"), "P311", "fixed color"),
    (PAGE, body("<details><summary>a</summary></details>"), "P311", "'details'"),
    (PAGE, body("<ol></ol>"), "P311", "an empty list"),
    (PAGE, body('<span style="padding: 1em"> </span>'), "P311", "padding on a span without words"),
    (PAGE, body('<p style="color: #000">x</p>'), "P311", "fixed color"),
    (STYLE, style(":root { --ink: black }"), "P311", "CSS variable"),
    (STYLE, style("p { margin: var(--ink) }"), "P311", "CSS variable"),
    (STYLE, style(".side { display: flex }"), "P311", "display: flex"),
    (STYLE, style("@media all { .side { display: inline-grid } }"), "P311", "display: inline-grid"),
    (STYLE, style("a { color: #00f }"), "P311", "fixed color"),
    (STYLE, style("code { background: #eee }"), "P311", "fixed color"),
    (STYLE, style("pre { white-space: pre }"), "P311", "do not wrap"),
    (STYLE, style("pre { overflow-x: auto }"), "P311", "scroll sideways"),
    (STYLE, style("div pre { page-break-inside: avoid }"), "P311", "cannot break between pages"),
    (FIGURE, swap("</span>How do you identify", "</span>How would you identify"), "P302", "question 1 is headed"),
]


def test_a_nav_document_may_be_large_where_it_is_no_page_of_the_book(built, publications):
    large = {f"EPUB/{NAV}": lambda xhtml: xhtml.replace("<body", f"<!-- {'x' * 300_000} -->\n<body", 1)}
    assert inspect(artefact(built, STUDY_EPUB, edited(built / STUDY_EPUB, large)), publications["study"]) == ()
    shown = large | {f"EPUB/{OPF}": lambda opf: re.sub(r"(<spine[^>]*>)", r'\1<itemref idref="nav_xhtml"/>', opf)}
    found = inspect(artefact(built, STUDY_EPUB, edited(built / STUDY_EPUB, shown)), publications["study"])
    assert ("P313", "EPUB/nav.xhtml: 3") in [(fault.code, fault.message[:17]) for fault in found]


@pytest.mark.parametrize(("file", "change", "code", "words"), EPUB_FAULTS)
def test_a_broken_epub_does_not_pass(built, publications, file, change, code, words):
    data = edited(built / STUDY_EPUB, {f"EPUB/{file}": change})
    faults = [d for d in inspect(artefact(built, STUDY_EPUB, data), publications["study"]) if d.code == code]
    assert words in messages(faults)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"drop": "EPUB/style.css"}, "P309", "EPUB/style.css is listed and not there"),
        ({"add": "EPUB/draft.xhtml"}, "P309", "EPUB/draft.xhtml is not listed"),
        ({"stored": "EPUB/nav.xhtml"}, "P308", "EPUB/nav.xhtml is not compressed"),
        ({"drop": "mimetype", "add": "mimetype"}, "P308", "'mimetype' is not the first file"),
        ({"drop": "META-INF/container.xml"}, "P308", "package is not complete"),
    ],
)
def test_a_badly_packed_epub_does_not_pass(built, publications, change, code, words):
    faults = inspect(artefact(built, STUDY_EPUB, edited(built / STUDY_EPUB, {}, **change)), publications["study"])
    assert words in messages([d for d in faults if d.code == code])


@pytest.mark.parametrize(("width", "height"), [(1601, 10), (10, 1601)])
def test_a_picture_that_small_readers_stall_on_is_noticed(built, publications, width, height):
    data = edited(built / STUDY_EPUB, {}, drop="EPUB/images/cover.png", add="EPUB/images/cover.png", content=png(width, height))
    assert "EPUB/images/cover.png: over 1600 pixels a side" in messages(inspect(artefact(built, STUDY_EPUB, data), publications["study"]))
    small = edited(built / STUDY_EPUB, {}, drop="EPUB/images/cover.png", add="EPUB/images/cover.png", content=png(1600, 1600))
    assert inspect(artefact(built, STUDY_EPUB, small), publications["study"]) == ()


def test_a_file_over_fifty_megabytes_is_noticed(built, publications):
    heavy = random.Random(1).randbytes(50_100_000)
    data = edited(built / STUDY_EPUB, {}, drop="EPUB/fonts/math.ttf", add="EPUB/fonts/math.ttf", content=heavy)
    assert "50 MB: over 50" in messages(inspect(artefact(built, STUDY_EPUB, data), publications["study"]))


def test_an_epub_packed_again_unchanged_passes(built, publications):
    assert inspect(artefact(built, STUDY_EPUB, edited(built / STUDY_EPUB, {})), publications["study"]) == ()


def test_after_an_edit_only_the_documents_that_changed_are_read_again_and_what_is_wrong_there_is_found(
    built, publications, tmp_path, monkeypatch
):
    parsed: list[str] = []

    def noted(name, data, stock=epub_reader.parse.__wrapped__):
        parsed.append(name)
        return stock(name, data)

    monkeypatch.setattr(epub_documents, "parse", noted)
    study = publications["study"]
    with Store.open(tmp_path / "store") as store, cache.kept_in(store, "maker"):
        cache.forget()
        assert inspect(artefact(built, STUDY_EPUB), study) == ()
        cache.keep()
        cache.forget()  # another process
        assert len(parsed) > 10
        parsed.clear()
        data = edited(built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", "<img/></section>", 1)})
        assert found(inspect(artefact(built, STUDY_EPUB, data), study)) == {"P307"}
        assert parsed == ["EPUB/colophon.xhtml"]
        parsed.clear()
        padded = edited(built / STUDY_EPUB, {"EPUB/style.css": lambda css: f"{css}\n.label {{ padding: 1em }}"})
        inspect(artefact(built, STUDY_EPUB, padded), study)
        assert len(parsed) > 10
        secret = "What no candidate shall read stands in the last of all the files."
        told = edited(
            built / STUDY_EPUB, {"EPUB/colophon.xhtml": lambda xhtml: xhtml.replace("</section>", f"<p>{secret}</p></section>", 1)}
        )
        assert found(inspect(artefact(built, STUDY_EPUB, told), replace(study, withheld=(secret,)))) == {"P301"}
        cache.forget()


# A release on disk


@pytest.fixture
def output(built: Path, tmp_path: Path) -> Path:
    """An output folder with a release of its own."""
    shutil.copytree(built, tmp_path / ".releases" / built.name)
    (tmp_path / "guides").symlink_to(f".releases/{built.name}", target_is_directory=True)
    return tmp_path


def test_a_good_release_verifies_from_its_output_folder_and_from_the_guides_themselves(output):
    assert verify_release(output) == ()
    assert verify_release(output / "guides") == ()


def test_no_release_is_a_fault_and_not_a_pass(tmp_path):
    (fault,) = verify_release(tmp_path)
    assert (fault.code, fault.message) == ("P315", "no release stands here")


def test_a_missing_file_fails_verification(output):
    (output / "guides" / STUDY_EPUB).unlink()
    (fault,) = verify_release(output)
    assert (fault.code, fault.place.path, fault.message) == ("P315", STUDY_EPUB, "missing")


def test_an_altered_pdf_fails_by_its_checksum_and_by_what_is_wrong_in_it(output):
    path = output / "guides" / STUDY_PDF
    data = broken(path, drop_page)
    path.write_bytes(data)
    faults = verify_release(output)
    assert {"P304", "P306", "P315"} <= found(faults)
    assert {d.place.path for d in faults} == {STUDY_PDF}
