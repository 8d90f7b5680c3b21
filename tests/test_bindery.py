import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image
from presswork import FONTS, bind, bound, imprint, lay_out_all, opened, page_texts, signature, structure, words

from pipeline.bindery import Entry, Notes, folios
from pipeline.bindery.embedded_fonts import Face
from pipeline.bindery.page_numbers import roman
from pipeline.bindery.pdf_metadata import xmp
from pipeline.diagnostics import BookError

AMONG_WORDS = "slot serif among-words"

PAGE = '<p class="page">more</p>'


def reference(target: str, text: str = "(p. 000)", kind: str = "slot") -> str:
    return f'<a href="#{target}">see <span class="{kind}" data-slot="{target}">{text}</span></a>'


def codes(caught) -> list[tuple[str, str]]:
    return [(found.code, found.place.path) for found in caught.value.diagnostics]


def test_every_page_shows_its_own_folio():
    pdf = bound(
        signature("preface", "<p>P</p>" + PAGE + PAGE, "front"),
        signature("first", "<p>A</p>" + PAGE),
        signature("second", "<p>B</p>"),
    )
    assert page_texts(pdf) == ["P i", "more ii", "more iii", "A 1", "more 2", "B 3"]


def test_a_cover_has_no_folio_and_is_not_counted():
    pdf = bound(signature("cover", "<p>Cover</p>", "cover"), signature("one", "<p>A</p>"))
    assert page_texts(pdf) == ["Cover", "A 1"]


def test_a_slot_shows_the_page_of_its_target_in_another_signature():
    pdf = bound(
        signature("one", f"<p>{reference('there')}.</p>"),
        signature("two", f'<p>B</p>{PAGE}<p class="page" id="there">C</p>'),
    )
    assert page_texts(pdf)[0] == "see (p. 4). 1"


def test_a_slot_shows_a_roman_folio_of_the_front_matter():
    front = signature("preface", f'<p>P</p>{PAGE}<p class="page" id="third">C</p>', "front")
    pdf = bound(front, signature("one", reference("third")))
    assert page_texts(pdf)[3] == "see (p. iii) 1"


def test_what_follows_a_short_folio_in_a_sentence_closes_up_to_it_and_links_go_with_it():
    there = reference("there", "p. 000", AMONG_WORDS)
    body = f"<p>{there}, then {there} and more.</p><p>Below.</p>"
    pdf = bound(signature("one", body), signature("two", '<p id="there">B</p>'))
    shown = {word: (left, right) for word, left, right in words(pdf)}
    first, *_ = (right for word, _, right in words(pdf) if word.startswith("2"))
    assert page_texts(pdf)[0].startswith("see p. 2, then see p. 2 and more.")
    assert shown["then"][0] - first < 6
    with opened(pdf) as file:
        rects = [[float(side) for side in link.Rect] for link in file.pages[0].Annots]
        assert all("/Moved" not in link for link in file.pages[0].Annots)
    sees = [(left, right) for word, left, right in words(pdf) if word == "see"]
    assert [rect[0] for rect in rects] == pytest.approx([left for left, _ in sees], abs=0.5)


def test_words_with_a_short_folio_begin_where_their_line_begins():
    slot = '<span class="slot among-words" data-slot="two">Answer, p. 000</span>'
    pdf = bound(signature("one", f"<p>{slot}</p><p>Answers</p>"), signature("two", "<p>B</p>"))
    first, second = (left for word, left, _ in words(pdf) if word.startswith("Answer"))
    assert first == pytest.approx(second, abs=0.1)


@pytest.mark.parametrize("kind", ["slot", "slot serif", AMONG_WORDS])
def test_a_short_folio_leaves_the_right_edge_of_its_slot_in_place(kind):
    body = "".join(f'<p style="text-align: right">{reference(f"q{n}", "000", kind)}</p>' for n in (1, 12))
    others = [signature(f"q{n}", f"<p>Q{n}</p>") for n in range(1, 13)]
    edges = [(word, right) for word, _, right in words(bound(signature("toc", body, "front"), *others))[:5]]
    shown = {word: right for word, right in edges if word.isdigit()}
    assert shown == {"1": pytest.approx(260, abs=0.01), "12": pytest.approx(260, abs=0.01)}


def test_a_short_folio_after_words_is_set_by_numbers_that_every_reader_parses():
    pdf = bound(signature("one", f"<p>{reference('two', 'p. 000', AMONG_WORDS)}</p>"), signature("two", "<p>B</p>"))
    document = opened(pdf)
    document.pages[0].contents_coalesce()
    content = document.pages[0].Contents.read_bytes()
    assert not re.search(rb"[0-9]-[0-9]", b"".join(re.findall(rb"\[[^\]]*\] TJ", content)))


def test_folios_at_the_foot_share_their_right_edge():
    pdf = bound(*(signature(f"q{n}", f"<p>Q{n}</p>") for n in range(1, 12)))
    edges = {right for word, _, right in words(pdf) if word.isdigit()}
    assert len(edges) == 1


def test_digits_of_a_folio_share_one_advance():
    face = Face(FONTS["font/SourceSerif4-Regular.ttf"])
    assert {face.advance(face.figure(digit)) for digit in "0123456789"} == {500}


def test_a_folio_with_more_digits_than_its_slot_is_an_error():
    narrow = signature("one", f"<p>{reference('q9', '0')} {reference('q10', '0')}</p>")
    with pytest.raises(BookError, match="page number 10 needs 2 digits, its slot has room for 1") as caught:
        bound(narrow, *(signature(f"q{n}", "<p>Q</p>") for n in range(1, 11)))
    assert codes(caught) == [("P202", "content/one.yaml")]


def test_links_slots_and_outline_entries_that_lead_nowhere_are_all_named():
    one = signature("one", f'<p><a href="#nowhere">a</a> {reference("absent")}</p>')
    two = signature("two", '<p><a href="#gone">b</a></p>')
    with pytest.raises(BookError) as caught:
        bound(one, two, outline=(Entry("Lost", "lost"),))
    assert [found.message.split("'")[3] for found in caught.value.diagnostics] == [
        "absent",
        "nowhere",
        "gone",
        "lost",
    ]
    assert {found.code for found in caught.value.diagnostics} == {"P201"}


def test_an_id_in_two_sections_is_an_error():
    with pytest.raises(BookError, match="'same' stands in another section") as caught:
        bound(signature("one", '<p id="same">A</p>'), signature("two", '<p id="same">B</p>'))
    assert codes(caught) == [("P203", "content/two.yaml")]


def destinations(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Array]:
    return dict(pikepdf.NameTree(pdf.Root.Names.Dests).items())


def test_every_link_between_signatures_leads_to_a_named_place():
    pdf = opened(bound(signature("one", reference("there")), signature("two", f'<p>B</p>{PAGE}<p id="there">C</p>')))
    (link,) = pdf.pages[0].Annots
    place = destinations(pdf)[str(link.Dest)]
    assert (place[0], [float(value) for value in list(place)[2:4]]) == (pdf.pages[2].obj, [40, 346])


def test_the_names_of_places_are_a_tree_so_that_a_long_book_is_not_searched_through():
    ids = [f"p{number:03}" for number in range(150)]
    pdf = opened(bound(signature("one", "".join(f'<p id="{name}">A</p>' for name in ids))))
    leaves = pdf.Root.Names.Dests.Kids
    assert [[str(limit) for limit in leaf.Limits] for leaf in leaves] == [["one", "p062"], ["p063", "p126"], ["p127", "p149"]]
    assert set(destinations(pdf)) == {"one", *ids}


def test_the_description_of_a_link_reads_as_its_text_with_the_page_number():
    pdf = opened(bound(signature("one", reference("two")), signature("two", "<p>B</p>")))
    assert [str(link.Contents) for link in pdf.pages[0].Annots] == ["see (p. 2)"]


def test_an_address_stays_an_address():
    body = '<p><a href="https://example.org/a?b=c">out</a> <a href="mailto:me@example.org">mail</a></p>'
    pdf = opened(bound(signature("one", body)))
    assert [str(link.A.URI) for link in pdf.pages[0].Annots] == [
        "https://example.org/a?b=c",
        "mailto:me@example.org",
    ]


def test_a_slot_in_a_link_is_part_of_its_area():
    pdf = bound(signature("one", f"<p>{reference('two')}</p>"), signature("two", "<p>B</p>"))
    book = opened(pdf)
    (link,) = book.pages[0].Annots
    assert max(right for _, _, right in words(pdf)[:3]) <= float(link.Rect[2]) + 0.01


def test_the_outline_is_nested_as_given():
    tree = (Entry("One", "one", (Entry("Inner", "inner"),)), Entry("Two", "two"))
    pdf = opened(bound(signature("one", '<p id="inner">A</p>'), signature("two", "<p>B</p>"), outline=tree))
    with pdf.open_outline() as outline:
        read = [(item.title, [child.title for child in item.children]) for item in outline.root]
    assert read == [("One", ["Inner"]), ("Two", [])]


def test_page_labels_are_the_folios():
    pdf = opened(
        bound(
            signature("cover", "<p>C</p>", "cover"),
            signature("preface", "<p>P</p>" + PAGE, "front"),
            signature("contents", "<p>P</p>", "front"),
            signature("one", "<p>A</p>" + PAGE),
        )
    )
    assert [page.label for page in pdf.pages] == ["Cover", "i", "ii", "iii", "1", "2"]


def test_folios_say_where_everything_is_printed():
    work = [signature("preface", "<p>P</p>" + PAGE, "front"), signature("one", f'{PAGE}<p id="x">A</p>')]
    numbered = folios(work, lay_out_all(work, FONTS), cover="Cover")
    assert (numbered.folio("preface"), numbered.folio("x"), numbered.pages["x"]) == ("i", "1", 2)
    assert (numbered.labels, numbered.first) == (("i", "ii", "1"), (0, 2))


def test_roman_folios_are_written_as_printers_do():
    assert [roman(number) for number in (1, 4, 9, 14, 40, 99, 140)] == [
        "i",
        "iv",
        "ix",
        "xiv",
        "xl",
        "xcix",
        "cxl",
    ]


def fonts_of(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Object]:
    return {str(f.BaseFont)[8:]: f for page in pdf.pages for f in page.Resources.Font.values()}


def test_each_face_is_embedded_once_with_only_the_glyphs_used():
    pdf = opened(bound(signature("one", "<h1>A</h1><p>office</p>"), signature("two", f"<h1>B</h1>{reference('one')}")))
    streams = {item.objgen for item in pdf.objects if isinstance(item, pikepdf.Stream) and "/Length1" in item}
    assert sorted(fonts_of(pdf)) == ["SourceSans3-Bold", "SourceSans3-Regular", "SourceSerif4-Regular"]
    assert len(streams) == 3
    embedded = fonts_of(pdf)["SourceSerif4-Regular"].DescendantFonts[0].FontDescriptor.FontFile2
    assert len(embedded.read_bytes()) < len(FONTS["font/SourceSerif4-Regular.ttf"]) / 10


def test_ligatures_and_hyphens_are_found_by_search():
    narrow = "p { hyphens: auto; width: 60pt; font-variant-ligatures: common-ligatures }"
    pdf = bound(signature("one", "<p>difficult overfitting regularization well-known</p>", css=narrow))
    text = " ".join(page_texts(pdf))
    assert "difficult" in text
    assert "well-known" in text or "well- known" in text
    assert "\u2010" not in text


def test_an_image_in_two_signatures_is_stored_once():
    png = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(png, "PNG")
    body = '<img alt="red" src="guidepress:figure/red.png"/>'
    work = [replace(signature(n, body), resources=(("figure/red.png", png.getvalue()),)) for n in ("one", "two")]
    pdf = opened(bound(*work))
    images = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"]
    assert len(images) == 1
    assert images[0].get("/Interpolate", False) is False


def test_the_file_says_what_it_is():
    pdf = opened(bound(signature("one", "<p>A</p>")))
    metadata = pdf.open_metadata()
    assert (metadata.pdfa_status, metadata["pdfuaid:part"], metadata["dc:title"]) == ("2A", "1", "A Book")
    assert (str(pdf.Root.Lang), str(pdf.Root.PageMode)) == ("en", "/UseOutlines")
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo.CreationDate) == "D:20261122000000Z"


def test_metadata_escapes_what_xml_would_read_as_markup():
    assert '<rdf:li xml:lang="x-default">A &lt; B &amp; C</rdf:li>' in xmp(imprint("A < B & C"))


def test_an_object_more_in_one_signature_leaves_the_objects_of_all_others_as_they_are():
    def file(first: str) -> tuple[int, list[tuple[int, bytes]]]:
        """Return how many objects are in use, and the numbers and bodies of all pages but the first."""
        pdf = bound(signature("one", first), signature("two", f"<p>B</p>{PAGE}"), signature("three", "<p>C</p>"))
        with opened(pdf) as read:
            used = sum(item is not None for item in read.objects)
            return used, [(page.obj.objgen[0], page.obj.unparse(resolved=True)) for page in list(read.pages)[1:]]

    (few, before), (more, after) = file("<p>A</p>"), file("<p>A</p><p>More.</p>")
    assert more > few and after == before


def test_the_same_signatures_give_the_same_bytes():
    work = [signature("one", f"<p>A</p>{reference('two')}"), signature("two", "<p>B</p>")]
    assert bound(*work) == bound(*work)


def test_notes_rule_the_free_part_of_the_last_page(tmp_path):
    work = [signature("one", "<p>A</p>"), signature("two", "<p>B</p>")]
    pdf = bound(*work, notes={"one": Notes("Notes")})
    assert page_texts(pdf) == ["A Notes 1", "B 2"]
    assert "Notes" not in structure(pdf, tmp_path)


def test_a_note_label_the_face_cannot_set_is_an_error():
    with pytest.raises(BookError) as caught:
        bound(signature("one", "<p>A</p>"), notes={"one": Notes("\u4e00")})
    assert codes(caught) == [("P204", "content/one.yaml")]


STRUCTURE = """\
Document
Sect
H1 (block)
"Contents"
Sect
TOC
TOCI
Reference (inline)
Link (inline)
"Two "
"2"
Sect
H1 (block)
"Two"
P (block)
"Text"
Reference (inline)
"1"
Note <two/note> (inline)
Lbl (block)
"1. "
"A note."
" with "
Code (inline)
"x = 1"
" and "
Span (inline)
"mot"
"."
Formula
L (block)
/ListNumbering /Decimal
LI (block)
Lbl (block)
"1. "
LBody (block)
"one"
Div
Figure
Caption
"A curve"
Code (inline)
/Placement /Block
"line"
L (block)
LI (block)
Lbl (block)
"term"
LBody (block)
"meaning"
Sect
P (block)
"aside"
"""


def test_the_structure_tree_follows_the_document(tmp_path):
    entry = '<li><a href="#two">Two <span class="slot" data-slot="two">000</span></a></li>'
    contents = f'<h1>Contents</h1><nav role="doc-toc"><ol style="list-style: none">{entry}</ol></nav>'
    body = (
        '<h1>Two</h1><p>Text<span class="footnote" role="doc-footnote" id="note">A note.</span> with '
        '<code>x = 1</code> and <span lang="fr">mot</span>.</p><p aria-hidden="true">ornament</p>'
        '<div><img role="math" alt="x squared" src="guidepress:figure/curve.svg"/></div><ol><li>one</li></ol>'
        '<figure><img alt="a curve" src="guidepress:figure/curve.svg"/>'
        "<figcaption>A curve</figcaption></figure>"
        "<pre><code>line</code></pre><dl><dt>term</dt><dd>meaning</dd></dl><aside><p>aside</p></aside>"
    )
    pdf = bound(signature("contents", contents), signature("two", body))
    lines = [line.strip().rstrip(":") for line in structure(pdf, tmp_path).splitlines()]
    kept = [line for line in lines if line and not line.startswith(("Object", "/BBox", '""', "Div"))]
    assert kept == [line for line in STRUCTURE.splitlines() if line != "Div"]


def test_an_element_broken_over_pages_is_one_element_and_a_repeated_head_is_read_once(tmp_path):
    rows = "".join(f"<tr><td>{n}</td><td></td></tr>" for n in range(40))
    head = '<thead><tr><th scope="col">Head</th><th scope="col">B</th></tr></thead>'
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    pdf = bound(signature("one", table + "<p>" + "word<br/>" * 30 + "</p>"))
    tree = structure(pdf, tmp_path)
    assert len(page_texts(pdf)) > 2
    assert [tree.count(f"  {kind}") for kind in ("Table", "THead", "P (block)")] == [1, 1, 1]
    assert (tree.count('"Head"'), tree.count("TD")) == (1, 80)


def test_alternative_texts_and_languages_reach_the_structure():
    pdf = opened(bound(signature("one", '<p lang="fr">mot <img alt="a curve" src="guidepress:figure/curve.svg"/></p>')))
    nodes = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"]
    assert [str(node.Alt) for node in nodes if node.S == "/Figure"] == ["a curve"]
    assert [str(node.Lang) for node in nodes if node.S == "/P"] == ["fr"]


def test_running_heads_and_folios_are_artifacts(tmp_path):
    head = '@page { @top-left { content: "Head" } }'
    pdf = bound(signature("one", "<p>A</p>", css=head))
    assert page_texts(pdf) == ["Head A 1"]
    assert [line.strip() for line in structure(pdf, tmp_path).splitlines()] == [
        "Document",
        "Sect",
        "P (block)",
        '"A"',
    ]


def test_qpdf_finds_nothing_to_complain_of(tmp_path):
    path = tmp_path / "book.pdf"
    path.write_bytes(bound(signature("one", reference("two")), signature("two", "<p>B</p>")))
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_binding_refuses_what_was_not_all_laid_out():
    work = [signature("one", "<p>A</p>"), signature("two", "<p>B</p>")]
    with pytest.raises(ValueError, match="zip"):
        bind(work, lay_out_all(work[:1], FONTS), outline=(), fonts=FONTS, cover="")
