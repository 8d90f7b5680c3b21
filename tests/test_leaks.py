"""Nothing that an edition for candidates withholds gets out, by whatever way, and whatever records and editions are like.

Every withheld text bears a mark of its own. Books are changed at random, built for candidates, and all that a build leaves or
says is searched: pages, every stream and string of a PDF, every member of an EPUB, names, catalogs, reports, the store, and
what is printed. The search knows nothing of how the press withholds.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import yaml
from buildwork import ROOT, SMALL

from pipeline.cli.__main__ import main
from pipeline.work import cache

MUTATIONS = int(os.environ.get("SOAK_LEAKS", "1000"))
SEED = 20261128
PAPER = 5
"""Of so many changed books one is printed: pages take longest."""
STEM = "qzvkj"
"""No word begins so: what begins so is a mark. With six letters, compressed bytes spelled one by chance in six of a thousand books."""
MARK = re.compile(STEM + "[a-p]{4}")
FOR_TEAMS = ("probes", "hints", "calibration")
ASKED = ("summary", "answer", "star", "key_points", "spoken", "follow_ups", "red_flags", "rubric", *FOR_TEAMS, "exhibit")
PRINTABLE = [part for part in ASKED if part not in FOR_TEAMS] + ["examples", "see_also", "sources", "writing_space", "samples"]
LETTERS = "abcdefghijklmnop"
Fields = dict[str, object]


def read(path: Path) -> Fields:
    data: Fields = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # all scalars are text, as in a book
    return data


class Marks:
    """Marks, and what each stands in."""

    def __init__(self) -> None:
        self.homes: dict[str, tuple[str, str]] = {}

    def new(self, record: str, field: str) -> str:
        number = len(self.homes)
        word = STEM + "".join(LETTERS[number >> shift & 15] for shift in (12, 8, 4, 0))
        self.homes[word] = (record, field)
        return word


def marked(value: object, mark: Callable[[], str]) -> object:
    """Put a mark at the end of every sentence of a value, however it is nested; what is no sentence stays."""
    if isinstance(value, str) and " " in value and "|--" not in value:
        return f"{value.rstrip()} {mark().capitalize()} it is.\n"
    if isinstance(value, list):
        return [marked(each, mark) for each in value]
    if isinstance(value, dict):
        return {key: marked(each, mark) if key not in ("id", "key", "at", "language") else each for key, each in value.items()}
    return value


def rewrite(path: Path, change: Callable[[Fields], None]) -> None:
    data = read(path)
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000))


def mark_question(data: Fields, marks: Marks) -> None:
    name = str(data["id"])
    for field in ASKED:
        if field in data:
            data[field] = marked(data[field], lambda field=field: marks.new(name, field))  # type: ignore[misc]
    if data.get("audience") == "kit":
        data["ask"] = f"{data['ask']} And {marks.new(name, 'ask')}?"


def mark_all(book: Path) -> Marks:
    marks = Marks()
    for path in sorted(book.glob("questions/*/*.yaml")):
        rewrite(path, lambda data: mark_question(data, marks))
    for path in sorted((*book.glob("roles/*.yaml"), *book.glob("plans/*.yaml"))):
        if path.parent.name == "roles":
            rewrite(path, lambda data: data.update(marked(data, lambda: marks.new(str(data["id"]), "role"))))  # type: ignore[call-overload]
    return marks


# Changes at random


def questions(book: Path) -> list[Path]:
    return sorted(book.glob("questions/*/*.yaml"))


def hide(book: Path, chance: random.Random) -> None:
    """A question becomes one for hiring teams."""
    rewrite(chance.choice(questions(book)), lambda data: data.update(audience="kit"))


def point(book: Path, chance: random.Random) -> None:
    """A text names a question that may be withheld, in its own words or as a link."""
    target, source = chance.sample(questions(book), 2)
    link = chance.choice([f"[[{target.stem}]]", f"See also [[{target.stem}|the other watch]]."])
    rewrite(source, lambda data: data.update(answer=f"{data.get('answer', '')}\n\n{link}\n"))


def relate(book: Path, chance: random.Random) -> None:
    target, source = chance.sample(questions(book), 2)
    rewrite(source, lambda data: data.update(see_also=[target.stem]))


def entitle(book: Path, chance: random.Random) -> None:
    """An index entry stands in a text that may be withheld."""
    field = chance.choice(["answer", "summary"])
    rewrite(
        chance.choice(questions(book)), lambda data: data.update({field: f"{data.get(field, 'It is so.')}\n\nA [lee shore]{{.index}}.\n"})
    )


def footnote(book: Path, chance: random.Random) -> None:
    rewrite(
        chance.choice(questions(book)), lambda data: data.update(answer=f"{data.get('answer', 'So.')}\n\nMore.[^z]\n\n[^z]: And less.\n")
    )


def parts(book: Path, chance: random.Random) -> None:
    """Editions print other parts."""
    for path in sorted(book.glob("editions/*.yaml")):
        chosen = chance.sample(PRINTABLE, chance.randint(1, len(PRINTABLE)))
        kept = [part for part in PRINTABLE if part in chosen]
        rewrite(path, lambda data, kept=kept: data.update(parts=kept))  # type: ignore[misc]


def answers(book: Path, chance: random.Random) -> None:
    for path in sorted(book.glob("editions/*.yaml")):
        if "answer_parts" not in read(path):
            rewrite(path, lambda data: data.update(answers=chance.choice(["inline", "none"])))


def sections(book: Path) -> list[str]:
    return sorted({path.parent.name for path in questions(book)})


def select(book: Path, chance: random.Random) -> None:
    for path in sorted(book.glob("editions/*.yaml")):
        rewrite(path, lambda data: data.update(select={"sections": [chance.choice(sections(book))]}))


def flow(book: Path, chance: random.Random) -> None:
    for path in sorted(book.glob("editions/*.yaml")):
        rewrite(path, lambda data: data.update(flow=chance.choice(["page", "run-on"])))


def trip(book: Path, chance: random.Random) -> None:
    """A text that may be withheld has a fault: what is said of it is printed."""
    field = chance.choice(["answer", "summary", "probes", "rubric"])
    broken = chance.choice(["[[no-such-question]]", "$\\nosuch{x}$", "<script>", "{=nothing}"])

    def change(data: Fields) -> None:
        old = data.get(field)
        if isinstance(old, str):
            data[field] = f"{old.rstrip()} {broken}\n"
        elif isinstance(old, list):
            data[field] = [f"{old[0]} {broken}", *old[1:]]

    rewrite(chance.choice(questions(book)), change)


def enlist(book: Path, chance: random.Random, marks: Marks) -> str:
    """The lists have entries that one text alone leads to; say which, and in which field."""
    path, field = chance.choice(questions(book)), chance.choice(["answer", "probes"])
    home = path.stem, f"entry:{field}"
    entries: dict[str, tuple[str, Fields]] = {
        "glossary": ("terms", {"id": "told", "term": "told tide", "definition": f"What {marks.new(*home)} says."}),
        "formulas": ("formulas", {"id": "told", "name": "Told tides", "latex": "x^2", "reading": f"It is {marks.new(*home)}."}),
        "sources": ("sources", {"key": "told", "short": "Told (1999)", "cite": f"Told, T. (1999). *On {marks.new(*home)}*."}),
    }
    for name, (key, entry) in entries.items():
        rewrite(book / f"{name}.yaml", lambda data, key=key, entry=entry: data[key].append(entry))  # type: ignore[misc]
    words = "See [[term:told]], [[formula:told]], and [[source:told]]."

    def lead(data: Fields) -> None:
        old = data.get(field)
        data[field] = [*old, words] if isinstance(old, list) else f"{old or 'So.'}\n\n{words}\n" if field == "answer" else [words]

    rewrite(path, lead)
    return f"{path.stem}.{field}"


CHANGES = (hide, point, relate, entitle, footnote, parts, answers, select, flow, trip)

# What a build leaves and says


def letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def pdf_texts(data: bytes) -> Iterator[str]:
    """Give the words of a PDF, and every string and stream of it, decoded."""
    document = pypdfium2.PdfDocument(data)
    yield from (page.get_textpage().get_text_bounded() for page in document)
    document.close()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream):
                with contextlib.suppress(pikepdf.PdfError):
                    yield each.read_bytes().decode("latin-1")
            yield from strings(each)
        yield from strings(pdf.trailer)


def strings(found: object, depth: int = 0) -> Iterator[str]:
    if isinstance(found, pikepdf.String | pikepdf.Name):
        yield str(found)
    elif depth < 8 and isinstance(found, pikepdf.Array):
        for each in found:  # type: ignore[attr-defined]
            if not getattr(each, "is_indirect", False):
                yield from strings(each, depth + 1)
    elif depth < 8 and isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        for key, each in found.items():
            yield str(key)
            if not getattr(each, "is_indirect", False):
                yield from strings(each, depth + 1)


def texts(data: bytes) -> Iterator[str]:
    """Give all that bytes say: as they are, as a PDF, as an archive, and what is compressed in them."""
    yield data.decode("latin-1")
    yield data.replace(b"\0", b"").decode("latin-1")
    if data.startswith(b"%PDF"):
        yield from pdf_texts(data)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive.comment.decode("latin-1")
            for member in archive.infolist():
                yield f"{member.filename} {member.comment.decode('latin-1')} {member.extra.decode('latin-1')}"
                yield from texts(archive.read(member))
    for stream in re.findall(rb"(?s)stream\r?\n(.*?)endstream", data):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(stream).decode("latin-1")


def said(place: Path) -> Iterator[tuple[str, str]]:
    """Give everything below a folder with its path: names, and what files say."""
    for path in sorted(place.rglob("*")):
        yield "name", path.name
        if path.is_file():
            yield from ((path.relative_to(place).as_posix(), text) for text in texts(path.read_bytes()))


def found(place: Path, forbidden: set[str], but: str = "") -> list[tuple[str, str]]:
    marks = {(where, mark) for where, text in said(place) if where != but for mark in MARK.findall(letters(text))}
    return sorted((where, mark) for where, mark in marks if mark in forbidden)


def forbidden(book: Path, edition: str, marks: Marks) -> set[str]:
    """Give the marks that an edition must not show: those of kit questions, of fields for teams, and of parts that it does not print."""
    data = read(book / f"editions/{edition}.yaml")
    hidden = {path.stem for path in questions(book) if read(path).get("audience") == "kit"}
    shown = {*data["parts"], *data.get("answer_parts", ()), "ask"} - {*FOR_TEAMS}  # type: ignore[misc,call-overload]
    shown |= {"hints"} & {*data["sections"]}  # type: ignore[misc] # a section of hints gives them to candidates
    # An entry of a list is printed where any edition for candidates may lead to it.
    listed = {f"entry:{field}" for field in ASKED if field not in FOR_TEAMS}
    return {mark for mark, (record, field) in marks.homes.items() if field not in shown | listed or record in hidden}


def build(book: Path, place: Path, edition: str) -> int:
    """Build an edition for candidates in this process; what it prints goes into files of the place."""
    printed = io.StringIO()
    cache.forget()
    os.environ["GUIDEPRESS_STORE"] = str(place / "store")
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            return main(["build", edition, "--book", str(book), "--output", str(place / "output"), "--jobs", "1", "--verbose", "--all"])
    finally:
        del os.environ["GUIDEPRESS_STORE"]
        (place / "printed.txt").write_text(printed.getvalue().replace(str(book), "book"))


def changed(tmp_path: Path, number: int, bank: Path = SMALL) -> tuple[Path, Marks, list[str]]:
    """Copy a book with its marks, and no edition but those for candidates, and change it a few times; say how."""
    chance = random.Random(SEED + number)
    book = tmp_path / f"book-{number}"
    shutil.copytree(bank, book)
    for path in book.glob("editions/*.yaml"):
        if read(path)["audience"] == "kit":
            path.unlink()
            continue
        rewrite(path, lambda data: data.update(papers=["a4"], formats=["pdf", "epub"] if number % PAPER == 0 else ["epub", "html"]))
    marks = mark_all(book)
    chosen = chance.sample(CHANGES, chance.randint(1, 4))
    for change in chosen:
        change(book, chance)
    how = [change.__name__ for change in chosen]
    return book, marks, [*how, enlist(book, chance, marks)] if chance.random() < 0.5 else how


def search(tmp_path: Path, number: int, bank: Path = SMALL) -> int:
    book, marks, how = changed(tmp_path, number, bank)
    editions = sorted(path.stem for path in book.glob("editions/*.yaml"))
    edition = editions[number % len(editions)]
    place = tmp_path / f"made-{number}"
    place.mkdir()
    status = build(book, place, edition)
    assert status in (0, 1), how
    assert "Traceback" not in (place / "printed.txt").read_text()
    # What is printed meanwhile may quote what another edition for candidates prints.
    everywhere = set.intersection(*(forbidden(book, path.stem, marks) for path in book.glob("editions/*.yaml")))
    assert found(place, forbidden(book, edition, marks), but="printed.txt") == [], how
    assert found(place, everywhere) == [], how
    shutil.rmtree(place)
    return status


# Whether the search would find one: a mark is planted by each way


def plant_page(place: Path, mark: str) -> None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(f"BT /F1 12 Tf 72 72 Td ({mark[:3]}) Tj ({mark[3:]}) Tj ET".encode())
        pdf.save(place / "a.pdf")


def plant_title(place: Path, mark: str) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = mark.title() + " \u2014"
        pdf.save(place / "a.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)


def plant_attachment(place: Path, mark: str) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["a.txt"] = pikepdf.AttachedFileSpec(pdf, mark.encode())
        pdf.save(place / "a.pdf", compress_streams=True)


def plant_orphan(place: Path, mark: str) -> None:
    """An object that nothing leads to."""
    plant_title(place, "empty")
    data = (place / "a.pdf").read_bytes()
    (place / "a.pdf").write_bytes(data + b"9 0 obj\nstream\n" + zlib.compress(mark.encode()) + b"\nendstream\nendobj\n")


def plant_member(place: Path, mark: str) -> None:
    with zipfile.ZipFile(place / "a.epub", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("EPUB/a.xhtml", f"<p>{mark[:2]}<b>-</b>\u00ad{mark[2:]}</p>".replace("<b>-</b>", ""))


def plant_member_name(place: Path, mark: str) -> None:
    with zipfile.ZipFile(place / "a.epub", "w") as archive:
        archive.writestr(f"EPUB/{mark}.xhtml", "")


def plant_comment(place: Path, mark: str) -> None:
    with zipfile.ZipFile(place / "a.epub", "w") as archive:
        archive.writestr("a", "")
        archive.comment = mark.encode()


def plant_archive_in_archive(place: Path, mark: str) -> None:
    plant_member(place, mark)
    inner = (place / "a.epub").read_bytes()
    with zipfile.ZipFile(place / "a.epub", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.epub", inner)


def plant_name(place: Path, mark: str) -> None:
    (place / f"{mark}.txt").write_text("")


def plant_entry(place: Path, mark: str) -> None:
    (place / "a.entry").write_bytes(b"0" * 64 + b'\n{"a":"' + mark.encode() + b'"}')


def plant_wide(place: Path, mark: str) -> None:
    (place / "build.json").write_bytes(mark.upper().encode("utf-16"))


def plant_printed(place: Path, mark: str) -> None:
    (place / "printed.txt").write_text(f"error: '{mark[0]} {mark[1:]}'")


PLANTERS = (plant_page, plant_title, plant_attachment, plant_orphan, plant_member, plant_member_name, plant_comment,
            plant_archive_in_archive, plant_name, plant_entry, plant_wide, plant_printed)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTERS, ids=lambda plant: plant.__name__)
def test_a_mark_is_found_wherever_it_is_planted(tmp_path: Path, plant: Callable[[Path, str], None]) -> None:
    plant(tmp_path, STEM + "abcd")
    assert {mark for _, mark in found(tmp_path, {STEM + "abcd"})} == {STEM + "abcd"}
    assert found(tmp_path, {STEM + "aaaa"}) == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_changes_the_book(tmp_path: Path, change: Callable[[Path, random.Random], None]) -> None:
    shutil.copytree(SMALL, tmp_path / "book")
    before = {path: path.read_bytes() for path in (tmp_path / "book").rglob("*.yaml")}
    for path in before:
        if path.parent.name == "editions" or "questions" in path.parts:
            rewrite(path, lambda data: None)
    plain = {path: path.read_bytes() for path in before}
    for seed in range(3):
        change(tmp_path / "book", random.Random(seed))
    assert {path: path.read_bytes() for path in before} != plain


def test_a_kit_in_the_place_of_a_guide_is_found_by_its_marks(tmp_path: Path) -> None:
    """The search finds what a build says that is asked for too much: a kit, as if it were for candidates."""
    book = tmp_path / "book"
    shutil.copytree(SMALL, book)
    marks = mark_all(book)
    (tmp_path / "made").mkdir()
    (tmp_path / "made/kit.yaml").write_text((book / "questions/weather-and-watch/relief-in-fog.yaml").read_text())
    assert len(found(tmp_path / "made", forbidden(book, "study", marks))) > 10


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_no_mark_of_what_is_withheld_gets_out(tmp_path: Path, number: int) -> None:
    search(tmp_path, number)


@pytest.mark.soak
def test_no_mark_gets_out_in_a_thousand_changed_books(tmp_path: Path) -> None:
    statuses = [search(tmp_path, number) for number in range(MUTATIONS)]
    # Most changes leave a book that can be built; the rest is refused, and what is said of it was searched.
    assert 0 < statuses.count(0) < len(statuses)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(max(MUTATIONS // 100, 1)))
def test_no_mark_gets_out_of_the_first_book(tmp_path: Path, number: int) -> None:
    search(tmp_path, number, ROOT / "content")
