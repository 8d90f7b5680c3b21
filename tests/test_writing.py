"""PDF as the bindery writes it, and as it reads what the press wrote; pikepdf is the judge."""

import io
import random

import pikepdf
import pytest
from presswork import FONTS, bound, lay_out_all, opened, signature

from pipeline.bindery.pdf_syntax import OBJECTS, Writer, array, dictionary, parse, plain, refer, text


def written(bodies: int, *, skip: int = 0) -> bytes:
    """Write a file of so many objects beside the catalog; numbers that are skipped are reserved and never used."""
    file = io.BytesIO()
    writer = Writer(file)
    root, pages = writer.reserve(), writer.reserve()
    for _ in range(skip):
        writer.reserve()
    found = [writer.put(dictionary(At=n, Said=text(f"Number {n} (of them)"))) for n in range(bodies)]
    stream = writer.put_stream(b"q Q\n", b"/Type /Thing")
    writer.put(dictionary(Type="/Pages", Kids=array(), Count=0), pages)
    writer.put(dictionary(Type="/Catalog", Pages=refer(pages), All=array(*map(refer, found)), Stream=refer(stream)), root)
    writer.close(root, writer.put(dictionary(Title=text("Écrit"))))
    return file.getvalue()


@pytest.mark.parametrize("bodies", [0, 1, OBJECTS - 1, OBJECTS, 3 * OBJECTS + 7])
def test_every_object_is_found_where_the_file_says(bodies: int) -> None:
    with pikepdf.open(io.BytesIO(written(bodies, skip=2))) as pdf:
        assert [(int(item.At), str(item.Said)) for item in pdf.Root.All] == [(n, f"Number {n} (of them)") for n in range(bodies)]
        assert pdf.Root.Stream.read_bytes() == b"q Q\n"
        assert str(pdf.docinfo.Title) == "Écrit"


def test_the_identifier_is_that_of_the_bytes() -> None:
    one, again, other = (pikepdf.open(io.BytesIO(written(bodies))) for bodies in (3, 3, 4))
    assert bytes(one.trailer.ID[0]) == bytes(again.trailer.ID[0]) != bytes(other.trailer.ID[0])


@pytest.mark.parametrize("said", ["", "plain", "(a) \\ b", "5 0 R", "Łódź", "\N{SNOWMAN}", "a\nb"])
def test_a_string_is_read_as_it_was_written(said: str) -> None:
    read = pikepdf.Object.parse(text(said))
    assert (str(read), bytes(read)) == (said, plain(text(said)))


def test_what_a_string_says_is_no_reference() -> None:
    """A link's description, an alternative text, and a term of an abbreviation say what looks like PDF."""
    body = '<p><a href="#two" aria-label="x">see 1 0 R) and /StructParent 7</a></p><p><abbr title="(1 0 R">X</abbr></p>'
    pdf = opened(bound(signature("one", body), signature("two", "<p>B</p>")))
    assert [str(link.Contents) for link in pdf.pages[0].Annots] == ["see 1 0 R) and /StructParent 7"]
    said = [str(item.E) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/E" in item]
    assert said == ["(1 0 R"]


def test_pages_are_taken_apart_as_pikepdf_takes_them() -> None:
    body = '<p><a href="#far">far</a></p><img src="guidepress:figure/curve.svg" alt="A curve" style="opacity: 0.5"/><p>1</p>'
    (leaf,) = lay_out_all([signature("one", body)], FONTS)
    objects = parse(leaf.pdf)
    with pikepdf.open(io.BytesIO(leaf.pdf)) as pdf:
        assert objects.numbers(objects.pages, b"Kids") == [page.objgen[0] for page in pdf.pages]
        assert objects.tags == pdf.Root.StructTreeRoot.objgen[0]
        for number, stream in objects.streams.items():
            assert pdf.get_object(number, 0).read_bytes() == stream.content
        plain_ones = {number: body for number, body in objects.bodies.items() if b" 0 R" not in body}
        assert plain_ones
        assert all(pdf.get_object(number, 0) == pikepdf.Object.parse(body) for number, body in plain_ones.items())


def test_what_the_press_did_not_write_is_refused() -> None:
    (leaf,) = lay_out_all([signature("one", "<p>A</p>")], FONTS)
    chance = random.Random(7)
    for _ in range(40):
        end = chance.randrange(20, len(leaf.pdf) - 1)
        with pytest.raises(ValueError):
            parse(leaf.pdf[:end])
    with pytest.raises(ValueError):
        parse(written(3)[:15] + b"no object")


def test_only_what_shows_page_numbers_is_written_anew() -> None:
    """The rest of a page's content has the bytes that the press deflated."""
    body = "<p>" + "Many words. " * 60 + '</p><p>see <span class="slot" data-slot="one">000</span></p>'
    sheet = signature("one", body)
    (leaf,) = lay_out_all([sheet], FONTS)
    laid, pdf = pikepdf.open(io.BytesIO(leaf.pdf)), opened(bound(sheet))
    before, after = ([stream.read_raw_bytes() for stream in document.pages[0].Contents] for document in (laid, pdf))
    marked = [b"%slot" in data or b"%folio" in data for data in before]
    assert len(before) == len(after) and any(marked) and not all(marked)
    assert [one == other for one, other in zip(before, after, strict=True)] == [not mark for mark in marked]
    assert sum(len(data) for data, mark in zip(after, marked, strict=True) if mark) < 400
