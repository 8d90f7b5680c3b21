"""A copy for a team or a person has its name, its colors, and its stamp, and pages laid out once for everybody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from buildwork import book, edit
from conftest import assembled
from epubwork import Book as Epub
from presswork import FONTS, bound, lay_out_all, opened, page_texts, signature, words
from presswork import imprint as some_imprint

from pipeline import preflight, release, theme
from pipeline.bindery import Copy, Gathered, bind_copy, lacking
from pipeline.bindery.page_marks import operands, recolor
from pipeline.bindery.pdf_metadata import xmp
from pipeline.brand import RESERVED, Palette, contrast, one_line, passing, slug
from pipeline.diagnostics import BookError, ToolError
from pipeline.flow import Outcome, Request, build, load_and_check
from pipeline.flow.request import of_team
from pipeline.preflight import is_like
from pipeline.publication import Publication
from pipeline.release import Artefact, Release

NAMES = ("Ana Lopes", "José García")
PLUM, TEAL, KEEL = (0x7A, 0x1F, 0x5C), (0x0F, 0x5B, 0x66), (0x12, 0x80, 0x8E)


def palette(accent: str) -> Palette:
    """Mix an accent as the package's own look does."""
    return theme.look().palette(accent)


PALETTE = palette("#7a1f5c")
STEM = "harbor-watch-study-0.2.0"
ANA = f"{STEM}-pilots-for-ana-lopes"


@dataclass(frozen=True)
class Place:
    """A folder with the small book's study edition on A4, what is remembered of it, and its guides."""

    folder: Path

    def build(self, **wanted: object) -> Outcome:
        folder = self.folder
        return build(Request(folder / "book", folder / "output", store=folder / "cache/guidepress", **wanted), lambda _: None)

    def file(self, name: str) -> Path:
        return self.folder / "output/guides/study" / name

    @property
    def standing(self) -> Release:
        found, reason = release.read(self.folder / "output")
        assert found is not None, reason
        assert release.verify(found) == ()
        return found


def made_place(folder: Path, warm: Path) -> Place:
    book(folder / "book")
    shutil.copytree(warm, folder / "cache")
    return Place(folder)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory, warm: Path) -> tuple[Place, Outcome]:
    """The plain guides, and then two copies of a team: what stands, and what came of the second build."""
    place = made_place(tmp_path_factory.mktemp("brand"), warm)
    place.build()
    return place, place.build(team="pilots", recipients=NAMES, explain=True)


@pytest.fixture(scope="module")
def copies(issued: tuple[Place, Outcome]) -> Place:
    return issued[0]


@pytest.fixture
def place(tmp_path: Path, warm: Path) -> Place:
    return made_place(tmp_path, warm)


# Files


@pytest.mark.slow
def test_copies_stand_beside_the_plain_files_and_are_listed_with_team_and_recipient(copies: Place) -> None:
    rows = json.loads((copies.folder / "output/guides/manifest.json").read_text())["artefacts"]
    found = {row["path"].removeprefix("study/"): (row.get("team"), row.get("recipient")) for row in rows}
    jose, endings = f"{STEM}-pilots-for-jose-garcia-978edf99", ("-a4.pdf", ".epub", "-kindle.epub", ".html")
    whose = {STEM: (None, None), ANA: ("pilots", "Ana Lopes"), jose: ("pilots", "José García")}
    assert found == {f"{STEM}-cover.png": (None, None), **{stem + end: whom for stem, whom in whose.items() for end in endings}}
    assert copies.standing.folder.is_dir()


@pytest.mark.slow
def test_only_cover_and_imprint_are_laid_out_for_a_copy(issued: tuple[Place, Outcome]) -> None:
    _, outcome = issued
    laid_out = [relaid.signature.partition("-pilots")[0] for relaid in outcome.laid_out]
    assert sorted(laid_out) == ["cover", "imprint", "imprint"]


@pytest.mark.slow
def test_the_same_copies_asked_for_again_are_not_made_again(copies: Place) -> None:
    assert copies.build(team="pilots", recipients=NAMES[::-1]).unchanged
    assert copies.build(team="pilots", recipients=(" Ana \n Lopes ",), formats=("epub",)).unchanged


@pytest.mark.slow
def test_a_copy_is_read_beside_one_that_stands_and_in_full_beside_none_that_is_as_it_was_published(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    stock = preflight.inspect

    def inspect(artefact: Artefact, publication: Publication, like: bytes | None = None, found: preflight.Reading | None = None) -> object:
        read.extend(artefact.recipient for _ in (found,) if found is not None)
        return stock(artefact, publication, like, found)

    monkeypatch.setattr(preflight, "inspect", inspect)
    for name in NAMES:
        place.build(team="pilots", recipients=(name,), formats=("pdf",))
    assert read == [NAMES[0]]
    for artefact in place.standing.artefacts:
        with (place.folder / "output/guides" / artefact.path).open("r+b") as file:
            file.write(b"%PDF-1.8")
    with pytest.raises(ToolError, match="missing or damaged"):
        place.build(team="pilots", recipients=("Somebody Else",), formats=("pdf",))
    assert read == [NAMES[0], "Somebody Else"]


@pytest.mark.slow
def test_a_copy_is_the_same_bytes_alone_and_after_another(copies: Place, place: Place) -> None:
    place.build(team="pilots", recipients=NAMES[1:], formats=("pdf",))
    name = f"{STEM}-pilots-for-jose-garcia-978edf99-a4.pdf"
    assert [a.path for a in place.standing.artefacts] == [f"study/{name}"]
    assert place.file(name).read_bytes() == copies.file(name).read_bytes()


@pytest.mark.slow
def test_later_builds_keep_copies_and_mark_them_stale_until_their_team_is_gone(copies: Place, tmp_path: Path) -> None:
    shutil.copytree(copies.folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    place = Place(tmp_path)
    before = place.file(f"{ANA}-a4.pdf").read_bytes()
    edit(tmp_path / "book/teams/pilots.yaml", "north pier", "south pier")
    assert place.build(formats=("pdf",)).laid_out == ()
    assert {a.path: a.stale for a in place.standing.artefacts if not a.team}.popitem()[1] is not True
    assert [a.stale for a in place.standing.artefacts if a.team] == [True] * 8
    assert place.file(f"{ANA}-a4.pdf").read_bytes() == before

    place.build(team="pilots", recipients=("Ana Lopes",), formats=("pdf",))
    assert {a.path: a.stale for a in place.standing.artefacts}[f"study/{ANA}-a4.pdf"] is None
    assert place.file(f"{ANA}-a4.pdf").read_bytes() != before

    for path in (tmp_path / "book/teams").iterdir():
        path.unlink()
    place.build(formats=("pdf",))
    assert [a.path for a in place.standing.artefacts if a.team] == []


# What a reader of a copy sees


def colors(path: Path, number: int) -> set[tuple[int, int, int]]:
    with closing(pypdfium2.PdfDocument(path)) as document:
        image = document[number].render(scale=2).to_pil().convert("RGB")
    return {color for _, color in image.getcolors(1 << 20)}


def texts(path: Path) -> list[str]:
    with closing(pypdfium2.PdfDocument(path)) as document:
        return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.slow
def test_the_accent_of_the_team_is_seen_where_the_book_s_own_was_and_figures_keep_theirs(copies: Place) -> None:
    plain, copy = copies.file(f"{STEM}-a4.pdf"), copies.file(f"{ANA}-a4.pdf")
    count = len(texts(plain))
    seen = [(colors(plain, n), colors(copy, n)) for n in range(count)]
    with_accent = [n for n, (before, _) in enumerate(seen) if TEAL in before]
    assert len(with_accent) > count / 2
    assert [n for n in with_accent if PLUM not in seen[n][1]] == []
    assert [n for n, (_, after) in enumerate(seen) if TEAL in after] == []
    assert [KEEL in after for before, after in seen if KEEL in before] == [True]


@pytest.mark.slow
def test_no_reserved_color_is_left_in_a_copy(copies: Place) -> None:
    reserved = [operands(color) for color in astuple(RESERVED)]
    with pikepdf.open(copies.file(f"{ANA}-a4.pdf")) as pdf:
        content = b"\n".join(item.read_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream))
    assert [color for color in reserved if color + b" rg" in content or color + b" RG" in content] == []
    assert operands("#7a1f5c") + b" rg" in content


@pytest.mark.slow
def test_the_words_of_a_copy_are_those_of_the_plain_guide_and_its_stamp(copies: Place) -> None:
    plain, copy = texts(copies.file(f"{STEM}-a4.pdf")), texts(copies.file(f"{ANA}-a4.pdf"))
    own = 0, 2  # cover, imprint
    assert len(plain) == len(copy)
    stamped = [one_line(text.replace("Prepared for Ana Lopes", "")) for n, text in enumerate(copy) if n not in own]
    assert stamped == [one_line(text) for n, text in enumerate(plain) if n not in own]


@pytest.mark.slow
def test_the_stamp_is_on_every_page_but_the_cover_within_the_margins_and_clear_of_the_folio(copies: Place) -> None:
    margin = 22 / 25.4 * 72
    with closing(pypdfium2.PdfDocument(copies.file(f"{ANA}-a4.pdf"))) as document:
        for number, page in enumerate(document):
            text, width = page.get_textpage(), page.get_width()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            foot = [(box, text.get_text_range(n, 1)) for n, box in enumerate(boxes) if box[3] < 76 and text.get_text_range(n, 1).strip()]
            stamp = [box for box, _ in foot[: len("PreparedforAnaLopes")]] if number else []
            stamp = [box for box, _ in foot if box[2] < width - 110]
            said = "".join(character for box, character in foot if box[2] < width - 110)
            assert said == ("PreparedforAnaLopes" if number else "")
            if not number:
                continue
            assert min(box[0] for box in stamp) == pytest.approx(margin, abs=1)
            folio = [box for box, _ in foot if box not in stamp]
            assert max(box[2] for box in stamp) < min((box[0] for box in folio), default=width - margin) - 8
            assert not folio or min(b[1] for b, c in zip(stamp, said, strict=True) if c == "A") == pytest.approx(folio[0][1], abs=0.7)


def shape(node: pikepdf.Object) -> object:
    """Return a structure element as its type with those below it, and its pieces of content by their numbers."""
    if isinstance(node, int):
        return node
    if "/S" not in node:
        return str(node.Type) if node.Type == pikepdf.Name.OBJR else int(node.MCID)
    kids = node.get("/K", [])
    return str(node.S), [shape(kid) for kid in (kids if isinstance(kids, pikepdf.Array) else [kids])]


@pytest.mark.slow
def test_the_stamp_is_an_artifact_and_the_tags_are_those_of_the_plain_guide(copies: Place) -> None:
    with pikepdf.open(copies.file(f"{STEM}-a4.pdf")) as plain, pikepdf.open(copies.file(f"{ANA}-a4.pdf")) as copy:
        trees = [[shape(kid) for kid in pdf.Root.StructTreeRoot.K[0].K] for pdf in (plain, copy)]
        for page in list(copy.pages)[1:]:
            assert re.match(
                rb"\nQ\n/Artifact <</Type /Pagination /Subtype /Footer>> BDC\nq\n[^/]+/Stamp .*Tj ET\nQ\nEMC\n$",
                page.Contents[-1].read_bytes(),
                re.S,
            )
            assert page.Contents[0].read_bytes() == b"q\n"
            assert not any(b"/Stamp" in stream.read_bytes() for stream in list(page.Contents)[1:-1])
        numbers = [int(number) for number in pikepdf.NumberTree(copy.Root.StructTreeRoot.ParentTree)]
        assert numbers == sorted(numbers)
        assert {int(page.obj.StructParents) for page in copy.pages} <= set(numbers)
    own = 0, 2  # cover, imprint
    assert len(trees[0]) == len(trees[1]) > 10
    assert [tree for n, tree in enumerate(trees[0]) if n not in own] == [tree for n, tree in enumerate(trees[1]) if n not in own]
    assert trees[0][2] != trees[1][2]


@pytest.mark.slow
def test_a_copy_is_sound_to_qpdf(copies: Place) -> None:
    done = subprocess.run(["qpdf", "--check", copies.file(f"{ANA}-a4.pdf")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_a_copy_says_whose_it_is_in_its_metadata_and_has_an_identifier_of_its_own(copies: Place) -> None:
    found = []
    for name in (STEM, ANA, f"{STEM}-pilots-for-jose-garcia-978edf99"):
        with pikepdf.open(copies.file(f"{name}-a4.pdf")) as pdf:
            packet = pdf.Root.Metadata.read_bytes().decode()
            info = {key: str(pdf.docinfo.get(f"/Copy{key}", "")) for key in ("Team", "Contact", "Recipient")}
        found.append((*info.values(), re.findall(r"<dc:identifier>(.+?)<", packet), re.findall(r"<copy:(\w+)>(.+?)<", packet)))
    team = ("Skerry Pilots", "Pilot house, north pier")
    assert [row[:3] for row in found] == [("", "", ""), (*team, "Ana Lopes"), (*team, "José García")]
    assert [row[4] for row in found][:2] == [[], [("team", team[0]), ("contact", team[1]), ("recipient", "Ana Lopes")]]
    assert len({row[3][0] for row in found}) == 3


@pytest.mark.slow
def test_cover_and_imprint_show_the_team(copies: Place) -> None:
    pages = texts(copies.file(f"{ANA}-a4.pdf"))
    for number in (0, 2):
        assert "Skerry Pilots" in pages[number]
        assert "Pilot house, north pier" in pages[number]
    with closing(pypdfium2.PdfDocument(copies.file(f"{ANA}-a4.pdf"))) as document:
        identifier = re.search(r"urn:uuid:\S+", document[2].get_textpage().get_text_range())
    with pikepdf.open(copies.file(f"{ANA}-a4.pdf")) as pdf:
        assert identifier
        assert identifier[0] in pdf.Root.Metadata.read_bytes().decode()


@pytest.mark.slow
def test_the_epub_of_a_copy_says_whose_it_is_on_its_title_page_imprint_and_in_its_metadata(copies: Place) -> None:
    plain, copy = Epub(copies.file(f"{STEM}.epub").read_bytes()), Epub(copies.file(f"{ANA}.epub").read_bytes())
    assert copy.said("contributor") == ["Skerry Pilots", "Ana Lopes"]
    assert copy.said("dcterms:audience") == ["Ana Lopes"]
    assert plain.said("contributor") == plain.said("dcterms:audience") == []
    assert copy.said("identifier") != plain.said("identifier")
    for name in ("title-page.xhtml", "imprint.xhtml"):
        assert copy.find(name, "//h:p[@class='recipient']/text()") == ["Prepared for Ana Lopes"]
        assert plain.find(name, "//h:p[@class='recipient']") == []
    (logo,) = copy.find("imprint.xhtml", "//h:img[@class='team-logo']")
    assert logo.get("alt") == "Skerry Pilots: a bell buoy in a circle"
    assert b"<svg" in copy.read(logo.get("src"))
    assert copy.find("cover.xhtml", "//h:img/@alt") == ["Cover: Harbor Watch Interview Guide. Study edition. Skerry Pilots."]
    assert copy.read("images/cover.png") != plain.read("images/cover.png")
    assert copy.spine() == plain.spine()
    shared = [name for name in plain.spine() if name not in ("cover.xhtml", "title-page.xhtml", "imprint.xhtml", "nav.xhtml")]
    assert [name for name in shared if copy.read(name) != plain.read(name)] == []


@pytest.mark.slow
def test_a_copy_whose_imprint_runs_on_has_a_page_more_and_its_numbers_are_right(place: Place) -> None:
    changes = "".join(f"  - {{version: 0.1.0, date: 2026-01-{n:02}, text: Printing {n}.}}\n" for n in range(1, 7))
    edit(place.folder / "book/book.yaml", "competencies:\n", f"{changes}competencies:\n")
    place.build(formats=("pdf",), papers=("a4",))
    place.build(team="pilots", recipients=("Ana Lopes",), formats=("pdf",))
    plain, copy = ({a.recipient: a.pages for a in place.standing.artefacts}[name] for name in (None, "Ana Lopes"))
    assert copy == plain + 1
    contents = next(text for text in texts(place.file(f"{ANA}-a4.pdf")) if text.startswith("Contents"))
    assert re.search(r"Prepared for Ana Lopes\s+iv$", contents)


# What is found in a finished copy


def inspected(place: Place, name: str, data: bytes, *, like: bytes | None = None, recipient: str = "Ana Lopes") -> list[tuple[str, str]]:
    """Inspect bytes as a copy of a team's; give code and message of what is found."""
    loaded, _ = load_and_check(place.folder / "book")
    assert loaded is not None
    made = assembled(loaded)["study"]
    publication = replace(made, brand=replace(of_team(loaded, "pilots"), recipient=recipient))
    row = next(a for a in place.standing.artefacts if a.path.endswith(name))
    values = (row.edition, row.format, row.paper, row.audience, row.title)
    artefact, other = (release.Artefact(name, *values, content, row.pages, row.questions, row.inputs) for content in (data, like or b""))
    return [(d.code, d.message) for d in preflight.inspect(artefact, publication, other.data if like else None)]


@pytest.mark.slow
def test_a_copy_stamped_for_somebody_else_is_found_out(copies: Place) -> None:
    name = f"{ANA}-a4.pdf"
    data = copies.file(name).read_bytes()
    assert inspected(copies, name, data) == []
    wrong = [("P316", "page i says 'Prepared for Ana Lopes' at its foot, left of the folio")]
    assert inspected(copies, name, data, recipient="Bo Lind") == wrong
    assert inspected(copies, name, data, recipient="") == wrong
    plain = copies.file(f"{STEM}-a4.pdf").read_bytes()
    assert inspected(copies, name, plain) == [("P316", "page i says nothing at its foot, left of the folio")]


def many_pages(*copies: Copy) -> list[bytes]:
    signatures = [signature(f"s{n}", f"<p>Page {n}</p>") for n in range(60)]
    gathered = Gathered(signatures, lay_out_all(signatures, FONTS), outline=(), fonts=FONTS, cover="Cover")
    return [bind_copy(gathered, copy) for copy in copies]


def test_copies_of_one_book_are_alike_and_books_that_differ_in_their_pages_are_not() -> None:
    ana, ane, plum = many_pages(
        *(Copy(some_imprint(), (), color, f"For {n}") for n, color in (("Ana", None), ("Anna", None), ("Ana", PALETTE)))
    )
    assert is_like(ana, ane)
    assert is_like(ana, plum)  # nothing in these pages has the accent
    ends = ana.split(b"endstream")
    assert not is_like(ana, b"endstream".join(ends[: len(ends) // 2]))
    assert not is_like(ana, b"endstream".join(part[:-9] + b"123456789" for part in ends))


# What is refused


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        (" \n\t ", "it is empty"),
        ("A" * 500, "it has 500 characters"),
        ("Ana\N{ZERO WIDTH SPACE}Lopes", "U+200B, which cannot be seen"),
        ("Ana\N{RIGHT-TO-LEFT OVERRIDE}sepoL", "U+202E, which cannot be seen"),
        ("Ana\x07Lopes", "U+0007, which cannot be seen"),
        ("Ana \N{GRINNING FACE}", "the book's face has no '\N{GRINNING FACE}' (U+1F600)"),
        ("שלום", "the book's face has no 'ש' (U+05E9), 'ל' (U+05DC)"),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    book(tmp_path / "book")
    with pytest.raises(BookError) as caught:
        Place(tmp_path).build(recipients=(name, "Bo Lind"))
    (found,) = caught.value.diagnostics
    assert found.code == "B116"
    assert reason in found.message
    assert found.hint
    assert not (tmp_path / "output/guides").exists()


def test_an_unknown_team_is_a_diagnostic_that_names_the_nearest(tmp_path: Path) -> None:
    book(tmp_path / "book")
    with pytest.raises(BookError) as caught:
        Place(tmp_path).build(team="pilot")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message, found.hint) == ("B115", "no team 'pilot'", "use 'pilots'")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana Lopes", "ana-lopes"),
        ("../../x", r"x-[0-9a-f]{8}"),
        ("\N{GRINNING FACE}", r"[0-9a-f]{8}"),
        ("A" * 500, r"a{40}-[0-9a-f]{8}"),
        ("שלום", r"[0-9a-f]{8}"),
        ("Ana\nLopes", r"ana-lopes-[0-9a-f]{8}"),
        ("José García", r"jose-garcia-[0-9a-f]{8}"),
        ("ana lopes", r"ana-lopes-[0-9a-f]{8}"),
        ("-", r"[0-9a-f]{8}"),
    ],
)
def test_a_name_becomes_part_of_a_file_name_whatever_it_is(name: str, expected: str) -> None:
    assert re.fullmatch(expected, slug(name))
    assert release.manifest.is_safe_path(f"study/guide-for-{slug(name)}.pdf")


def test_names_that_differ_have_file_names_that_differ() -> None:
    names = ["Ana Lopes", "ana lopes", "ANA LOPES", "Ana  Lopes", "Ana-Lopes", "Aña Lopes", "Ana Lopes.", "Ana/Lopes", "A" * 50, "A" * 51]
    assert len({slug(name) for name in names}) == len(names)


# Colors


@pytest.mark.parametrize("accent", ["#7a1f5c", "#767676", "#c2410c", "#000000", "#0000ff", "#7a7a00", "#ee0000"])
def test_text_can_be_read_on_every_color_mixed_from_an_accent_that_passes(accent: str) -> None:
    mixed = palette(accent)
    assert contrast(accent, "#ffffff") >= 4.5
    for text in (accent, "#1b2226", "#55626a", "#5d676d", "#7a3a10"):
        assert contrast(text, mixed.tint) >= 4.5
    assert contrast(mixed.pale, accent) >= 4.5


@pytest.mark.parametrize("accent", ["#ff0000", "#ffff00", "#ffffff", "#e8a0d0", "#777777"])
def test_the_shade_that_is_offered_for_a_pale_accent_passes_and_no_lighter_one_does(accent: str) -> None:
    shade = passing(accent)
    assert contrast(shade, "#ffffff") >= 4.5
    red, green, blue = bytes.fromhex(shade[1:])
    lighter = "#" + bytes(min(255, part + 3) for part in (red, green, blue)).hex()
    assert contrast(lighter, "#ffffff") < 4.5


def test_the_contrast_of_colors_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_style_sheets_have_the_reserved_colors_and_nothing_like_them() -> None:
    text = theme.look((), "practice", runs_on=True).paged("a4")
    for color in (RESERVED.accent, RESERVED.tint, RESERVED.pale):
        assert color in text
    used = {found.lower() for found in re.findall(r"#[0-9a-fA-F]{6}", text)}
    assert {color for color in used if is_teal(color)} == {RESERVED.accent}


def is_teal(color: str) -> bool:
    red, green, blue = bytes.fromhex(color[1:])
    return abs(red - TEAL[0]) + abs(green - TEAL[1]) + abs(blue - TEAL[2]) < 30


def test_only_operands_of_color_operators_change_color() -> None:
    own, plum = operands(RESERVED.accent), operands("#7a1f5c")
    colors = b"".join(b"%s %s\n" % (own, operator) for operator in (b"rg", b"RG", b"sc", b"SC", b"scn", b"SCN"))
    other = b"\n%s 1 re\n%s m\n1 %s rg\n(\n%s rg\n) Tj\n(a \\) (\n%s rg\n)) Tj\n" % (own, own, own, own, own)
    changed = recolor(b"q\n" + colors + other, palette("#7a1f5c"))
    assert changed == b"q\n" + colors.replace(own, plum) + other


def test_colors_are_written_as_the_press_writes_them() -> None:
    assert operands("#0f5b66") == b"0.058824 0.356863 0.4"
    assert operands("#ff0080") == b"1 0 0.501961"
    leaf = lay_out_all([signature("one", '<p style="color: #0f5b66">A</p>')], FONTS)[0]
    with opened(leaf.pdf) as pdf:
        assert b"\n0.058824 0.356863 0.4 rg\n" in pdf.pages[0].Contents[0].read_bytes()


# Binding


def gathered_copy(*copies: Copy) -> list[bytes]:
    """Bind copies of a cover and two pages, which is left open."""
    cover = signature("cover", "<p>Cover</p>", "cover")
    signatures = [cover, signature("one", "<p>A</p>"), signature("two", "<p>B</p>")]
    gathered = Gathered(signatures, lay_out_all(signatures, FONTS), outline=(), fonts=FONTS, cover="Cover", keeps=True)
    (leaf,) = lay_out_all([cover], FONTS)
    return [bind_copy(gathered, Copy(copy.imprint, ((cover, leaf),), copy.palette, copy.stamp)) for copy in copies]


def test_copies_do_not_know_of_each_other() -> None:
    ana, bo = (Copy(some_imprint(), (), palette("#7a1f5c"), f"For {name}") for name in ("Ana Łęcka", "Bo"))
    plain = Copy(some_imprint(), ())
    first = gathered_copy(plain, ana, bo, plain)
    assert first == gathered_copy(plain)[:1] + gathered_copy(ana) + gathered_copy(bo) + gathered_copy(plain)
    assert page_texts(first[1]) == ["Cover", "A For Ana Łęcka 1", "B For Ana Łęcka 2"]
    assert page_texts(first[3]) == ["Cover", "A 1", "B 2"]


def test_a_plain_copy_is_what_binding_gives() -> None:
    signatures = [signature("cover", "<p>Cover</p>", "cover"), signature("one", "<p>A</p>"), signature("two", "<p>B</p>")]
    (plain,) = gathered_copy(Copy(some_imprint(), ()))
    assert page_texts(plain) == page_texts(bound(*signatures))


def test_a_long_name_is_set_smaller_and_one_that_has_no_room_is_refused() -> None:
    room = "For Ana Lopes of the Skerry Pilots, pier"
    (fits,) = gathered_copy(Copy(some_imprint(), (), None, room))
    assert max(right for word, _, right in words(fits) if word == "pier") <= 190
    with pytest.raises(BookError, match=r"has no room for 'For A{60}") as caught:
        gathered_copy(Copy(some_imprint(), (), None, f"For {'A' * 60}"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.hint) == ("P205", "shorten the name of the recipient")


def test_characters_that_a_face_lacks_are_named_once() -> None:
    assert lacking("Ana Lopes, José García, Łęcka", FONTS["font/SourceSans3-Regular.ttf"]) == ""
    assert lacking("a☃b☃\N{GRINNING FACE}", FONTS["font/SourceSans3-Regular.ttf"]) == "☃\N{GRINNING FACE}"


def test_names_are_escaped_in_metadata() -> None:
    packet = xmp(replace(some_imprint(), recipient="A & <B>"))
    assert "<copy:recipient>A &amp; &lt;B&gt;</copy:recipient>" in packet
