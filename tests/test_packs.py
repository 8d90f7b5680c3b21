"""Packs: the same bytes whatever happened on the way, whole or not there, checked in every byte, and nothing of one in another."""

from __future__ import annotations

import io
import os
import shutil
import signal
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import packwork
import pikepdf
import pypdfium2
import pytest
from buildwork import SMALL, book, environment, run, start
from packwork import ROUND, add_team, leaks, said, secrets_of, word

from pipeline import packs
from pipeline.diagnostics import BookError
from pipeline.flow import Request, load_and_check, unprintable
from pipeline.packs.people import Person, read_people
from pipeline.work.store import Store

TEAMS = range(2)
ZIP = "crew-0000/harbor-watch-crew-0000-0.2.0.zip"


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book of three teams, two of which have private banks, and the packs that were made of it."""
    folder = tmp_path_factory.mktemp("packs")
    book(folder / "book", "sample")
    (folder / "book/editions/round.yaml").write_text(ROUND)
    for number in TEAMS:
        add_team(folder / "book", folder / "banks", number, "editions: [sample, round]", f"plan: {word(number)}")
    (folder / "book/teams/pilots.yaml").write_text((SMALL / "teams/pilots.yaml").read_text() + "editions: [sample]\nformats: [epub]\n")
    done = pack(folder, "output", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert "3 packs made" in done.stdout
    return folder


def arguments(folder: Path, output: str, banks: str = "banks") -> tuple[str | Path, ...]:
    return "pack", "--book", folder / "book", "--banks", folder / banks, "--output", folder / output, "--store", folder / "store"


def pack(folder: Path, output: str, *more: str, banks: str = "banks"):
    return run(*arguments(folder, output, banks), *more, env=environment(folder / "cache"))


def bytes_in(output: Path) -> dict[str, bytes]:
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in (output / "packs").rglob("*") if path.suffix == ".zip"}


def test_packs_of_a_run_that_was_killed_and_resumed_are_those_of_one_that_was_not(press: Path, tmp_path: Path) -> None:
    shutil.copytree(press / "banks", press / "moved")
    running = start(*arguments(press, "again", "moved"), "--jobs", "2", env=environment(press / "cache"))
    while running.poll() is None and not list((press / "again").rglob("*.zip")):
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    left = bytes_in(press / "again")
    (press / "again/packs/crew-0001").mkdir(exist_ok=True)
    (press / "again/packs/crew-0001/tmp-0123456789abcdef").write_bytes(b"half a pack")
    done = pack(press, "again", "--jobs", "2", banks="moved")
    assert done.returncode == 0, done.stderr
    assert f"{3 - len(left)} pack{'' if len(left) == 2 else 's'} made" in done.stdout
    assert bytes_in(press / "again") == bytes_in(press / "output")
    assert packs.check(press / "again") == (3, ())


def test_a_pack_has_a_page_a_readme_its_guides_and_its_own_questions_in_the_kit_alone(press: Path) -> None:
    with zipfile.ZipFile(press / "output/packs" / ZIP) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    assert {name.partition("/")[0] for name in files} == {"SHA256SUMS", "README.txt", "index.html", "manifest.json", "round-a", "sample"}
    own = word(0)
    for name, data in files.items():
        is_kit = name.startswith("round-a/")
        assert (own in said(data).replace(f"house{own}hall", "")) == is_kit or name in ("index.html", "README.txt", "manifest.json"), name
    assert f"House {own.title()}hall" in files["index.html"].decode()
    for name in files:
        if "/" in name:
            assert f'href="{name}"' in files["index.html"].decode()
            assert name in files["README.txt"].decode()
    assert own in said(files["round-a/harbor-watch-round-a-0.2.0-crew-0000-a4.pdf"])


def test_a_kit_in_a_pack_is_the_team_s_and_a_question_without_a_name_has_room_beside_it(press: Path) -> None:
    with zipfile.ZipFile(press / "output/packs" / ZIP) as archive:
        kit = archive.read("harbor-watch-crew-0000-0.2.0/round-a/harbor-watch-round-a-0.2.0-crew-0000-a4.pdf")
    with closing(pypdfium2.PdfDocument(kit)) as document:
        title = document[0].get_textpage().get_text_range().replace("\r\n", " ")
        assert title.count(f"House {word(0).title()}hall") == 2
        assert f"A ({word(0)})" in title
        page = next(page for each in document if "Read this aloud" in (page := each.get_textpage()).get_text_range())
        whole = page.get_text_range()
        (_, lowest, *_), (*_, level) = (page.get_charbox(whole.rindex(words)) for words in ("first?", "Advanced"))
        assert whole.count("What do you do first?") == 2
        assert lowest > level + 6, "the level is printed over the words of the question"


def test_files_for_candidates_in_a_pack_are_those_that_a_build_makes_for_the_team(press: Path) -> None:
    shutil.copytree(press / "store", press / "own-store")
    _, *where = arguments(press, "built")
    named = [each for n, each in enumerate(where) if where[n - (n % 2)] not in ("--banks", "--store")]
    done = run("build", "sample", "--team", "crew-0000", *named, "--store", press / "own-store", env=environment(press / "cache"))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(press / "output/packs" / ZIP) as archive:
        names = [name for name in archive.namelist() if "/sample/" in name]
        assert len(names) == 2
        for name in names:
            assert archive.read(name) == (press / "built/guides" / name.partition("/")[2]).read_bytes()


def test_nothing_of_a_team_is_in_the_pack_of_another_nor_anything_of_a_bank_in_the_store(press: Path) -> None:
    assert leaks(press / "output/packs", TEAMS) == []
    pilots = next((press / "output/packs/pilots").iterdir())
    held = [said(pilots.read_bytes(), pilots.name)]
    store = Store(press / "store")
    entries = [entry for path in (press / "store").glob("*.entry") if (entry := store.get(path.stem))]
    assert len(entries) > 10
    held += [said(entry.data) + packwork.letters(repr(entry.facts)) for entry in entries]
    for number in TEAMS:
        assert [text[:80] for text in held if any(each in text for each in secrets_of(number))] == []
        own = next((press / f"output/packs/crew-{number:04d}").iterdir())
        assert all(each in said(own.read_bytes(), own.name) for each in secrets_of(number))


def planted(data: bytes, name: str, plant: Callable[[bytes], bytes]) -> bytes:
    """Return a pack in which the first member of that ending has been changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        chosen = next(each for each in archive.namelist() if each.endswith(name))
        for each in archive.namelist():
            other.writestr(each, plant(archive.read(each)) if each == chosen else archive.read(each))
    return made.getvalue()


def in_stream(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.Root.Extra = document.make_stream(f"% {word(1)}".encode())
        document.save(made := io.BytesIO(), compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def in_outline(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        with document.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(f"The {word(1)} bell – at night", 0))
        document.save(made := io.BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def in_epub(epub: bytes) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(epub), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("EPUB/extra.xhtml", f"<p>{word(1)[:4]}\u00ad{word(1)[4:]}</p>".replace("\u00ad", ""))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        (".pdf", in_stream),
        (".pdf", in_outline),
        (".epub", in_epub),
        ("manifest.json", lambda text: text.replace(b'"schema"', f'"plan": "{word(1)}", "schema"'.encode())),
        ("README.txt", lambda text: text + b"crew-0001"),
        ("index.html", lambda text: text.replace(b"</main>", f"<!-- {word(1).upper()} --></main>".encode())),
    ],
)
def test_what_is_leaked_into_a_pack_is_found(press: Path, tmp_path: Path, name: str, plant: Callable[[bytes], bytes]) -> None:
    shutil.copytree(press / "output/packs", tmp_path / "packs")
    path = tmp_path / "packs" / ZIP
    path.write_bytes(planted(path.read_bytes(), name, plant))
    assert leaks(tmp_path / "packs", TEAMS, range(1))


def test_a_pack_that_cannot_be_made_leaves_the_one_that_stood_and_all_others_are_made(press: Path) -> None:
    before = bytes_in(press / "output")
    shutil.copytree(press / "banks", press / "clashing")
    (press / "clashing/crew-0001/questions/weather-and-watch/falling-glass.yaml").write_text(packwork.QUESTION.format(word="second"))
    (press / "output/packs" / ZIP).unlink()
    done = pack(press, "output", "--jobs", "1", banks="clashing")
    assert done.returncode == 1
    assert "error[B106]: id 'falling-glass' is already taken" in done.stderr
    assert "1 pack not made: crew-0001/harbor-watch-crew-0001-0.2.0.zip" in done.stderr
    assert "1 pack made, 1 there already" in done.stdout
    assert bytes_in(press / "output") == before
    assert not [path for path in (press / "output/packs").rglob("tmp-*")]


def test_each_person_gets_a_stamped_pack(press: Path) -> None:
    (press / "people.csv").write_text("name,id,team\nAna Lopes,al-1,crew-0000\nAna Lopes,al-2,crew-0000\nBo Lind,,crew-0000\nCy,,pilots\n")
    done = pack(press, "people", "crew-0000", "--for-each", str(press / "people.csv"), "--jobs", "1")
    assert done.returncode == 0, done.stderr
    stem = "harbor-watch-crew-0000-0.2.0-for"
    found = bytes_in(press / "people")
    assert sorted(found) == [f"packs/crew-0000/{stem}-{who}.zip" for who in ("al-1", "al-2", "bo-lind")]
    assert packs.check(press / "people") == (3, ())
    with zipfile.ZipFile(io.BytesIO(found[f"packs/crew-0000/{stem}-bo-lind.zip"])) as archive:
        for name in archive.namelist():
            if name.endswith(".pdf"):
                assert "preparedforbolind" in said(archive.read(name))
        assert "Prepared for Bo Lind" in archive.read(f"{stem}-bo-lind/index.html").decode()


# Checking


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], dict[str, bytes]], kind: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = change({name: archive.read(name) for name in archive.namelist()})
    with zipfile.ZipFile(made := io.BytesIO(), "w", kind) as other:
        for name, member in sorted(members.items()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, kind
            other.writestr(info, member)
    return made.getvalue()


STEM = "harbor-watch-crew-0000-0.2.0"
README = f"{STEM}/README.txt"
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "a byte of a guide": lambda data: rewritten(data, lambda m: {n: d.replace(b"%PDF", b"%PDX") for n, d in m.items()}),
    "a letter of the README": lambda data: rewritten(data, lambda m: {**m, README: m[README] + b"!"}),
    "a file gone": lambda data: rewritten(data, lambda m: {n: d for n, d in m.items() if not n.endswith(".epub")}),
    "no manifest": lambda data: rewritten(data, lambda m: {n: d for n, d in m.items() if not n.endswith(".json")}),
    "no checksums": lambda data: rewritten(data, lambda m: {n: d for n, d in m.items() if not n.endswith("SUMS")}),
    "a file more": lambda data: rewritten(data, lambda m: {**m, f"{STEM}/notes.txt": b"mine"}),
    "a file outside": lambda data: rewritten(data, lambda m: {**m, "../notes.txt": b"mine"}),
    "another folder": lambda data: rewritten(data, lambda m: {n.replace(STEM, "other"): d for n, d in m.items()}),
    "packed members": lambda data: rewritten(data, lambda m: m, zipfile.ZIP_DEFLATED),
    "bytes at the end": lambda data: data + b"more",
    "bytes before it": lambda data: b"more" + data,
    "cut short": lambda data: data[:-100],
    "empty": lambda data: b"",
    "no zip": lambda data: b"%PDF-1.7",
    "a manifest that is none": lambda data: rewritten(data, lambda m: {**m, f"{STEM}/manifest.json": b"[" * 9_000}),
    "a list as manifest": lambda data: rewritten(data, lambda m: {**m, f"{STEM}/manifest.json": b"[]"}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_pack_is_refused(press: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "packs" / ZIP
    path.parent.mkdir(parents=True)
    path.write_bytes((press / "output/packs" / ZIP).read_bytes())
    assert packs.check(tmp_path) == (1, ())
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    _, faults = packs.check(tmp_path)
    assert {fault.code for fault in faults} == {"R105"}
    assert all(fault.place.path.endswith(ZIP) and fault.hint for fault in faults)


@pytest.mark.parametrize("name", ["crew-0001/harbor-watch-crew-0000-0.2.0.zip", "crew-0000/mine.zip", "crew-0000/notes.txt", "notes.txt"])
def test_a_pack_in_the_wrong_place_is_refused(press: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "packs" / name
    path.parent.mkdir(parents=True)
    shutil.copyfile(press / "output/packs" / ZIP, path)
    assert {fault.code for fault in packs.check(tmp_path)[1]} == {"R105"}


def test_a_link_and_a_pipe_are_no_packs(press: Path, tmp_path: Path) -> None:
    (tmp_path / "packs/crew-0000").mkdir(parents=True)
    (tmp_path / "packs" / ZIP).symlink_to(press / "output/packs" / ZIP)
    os.mkfifo(tmp_path / "packs/crew-0000/pipe.zip")
    count, faults = packs.check(tmp_path)
    assert (count, [fault.code for fault in faults]) == (2, ["R105", "R105"])
    assert packs.check(tmp_path / "nowhere")[1][0].code == "R105"
    count, faults = packs.check(tmp_path, ("crew-9999", "../packs/crew-0000"))
    assert (count, [fault.message for fault in faults]) == (0, ["no packs of this team"] * 2)


# Lists of people


def people(folder: Path, text: str | bytes) -> tuple[Person, ...]:
    path = folder / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    loaded, _ = load_and_check(SMALL)
    assert loaded is not None
    return read_people(path, loaded.teams, lambda name: unprintable(name, loaded))


def test_a_list_of_people_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    text = '\ufeffName,ID,team\r\n"Lopes,  Ana",A 1,\r\n\r\nØystein Dahl,B-2,pilots\r\n'
    assert people(tmp_path, text) == (Person("Lopes, Ana", "a-1"), Person("Øystein Dahl", "b-2", "pilots"))
    assert people(tmp_path, "name\nAna\nANA\n") != ()


HOSTILE = {
    "formula": ("name\n=cmd|' /C calc'!A0\n", "2:1: the cell begins with '='"),
    "formula after a space": ("id,name\na, @SUM(A1)\n", "2:2: the cell begins with '@'"),
    "change of direction": ("name\nAna\nBo \u202egnal\n", "3:1: the cell holds U+202E"),
    "zero width": ("name\nA\u200bna\n", "2:1: the cell holds U+200B"),
    "control": (b"name\nA\x07na\n", "2:2: control character U+0007"),
    "no UTF-8": (b"name\nA\xffna\n", "2:2: byte 0xff is not UTF-8"),
    "long": (f"name\n{'a' * 81}\n", "2:1: the name cannot be printed: it has 81 characters"),
    "huge cell": (f"name\n{'a' * 200_000}\n", "2:1: "),
    "empty name": ("id,name\na,\n", "2:2: the name cannot be printed: it is empty"),
    "no letters": ("name\n☃\n", "2:1: the name cannot be printed"),
    "twice": ("name\nAna\nBo\nAna\n", "4:1: 'ana' is row 2 already"),
    "twice in a team": ("name,team\nAna,\nBo,\nAna,pilots\n", "4:1: 'ana' is row 2 already"),
    "twice, for all teams too": ("name,team\nAna,pilots\nAna,\n", "3:1: 'ana' is row 2 already"),
    "ids that are one in file names": ("name,id\nAna,A.1\nBo,a-1\n", "3:2: 'a-1' is row 2 already"),
    "id of nothing": ("name,id\nAna,***\n", "2:2: '***' is no id"),
    "path as id": ("name,id\nAna,../../x\nBo,x\n", "3:2: 'x' is row 2 already"),
    "unknown column": ("name,mail\nAna,x\n", "1:2: column 'mail' is not known"),
    "column twice": ("name,name\nAna,Bo\n", "1:2: column 'name' stands there twice"),
    "no name": ("id\na\n", "1:1: no column 'name'"),
    "empty": ("", "1:1: no column 'name'"),
    "cell too many": ("name\nLopes, Ana\n", "2:2: the row has 2 cells, not 1"),
    "two lines": ('name\n"A\nB"\n', "2:1: a cell goes on to the next line"),
    "open quote": ('name\n"Ana\n', "2:1: no row of CSV"),
    "unknown team": ("name,team\nAna,pirates\n", "2:2: no team 'pirates'"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_refused_by_row_and_cell(tmp_path: Path, name: str) -> None:
    text, expected = HOSTILE[name]
    with pytest.raises(BookError) as refused:
        people(tmp_path, text)
    told = [f"{fault.place.line}:{fault.place.column}: {fault.message}" for fault in refused.value.diagnostics]
    assert any(each.startswith(expected) for each in told), told
    assert all(fault.hint for fault in refused.value.diagnostics)


def test_a_list_of_a_hundred_megabytes_a_pipe_and_none_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BookError):
        people(tmp_path, b"name\n" + b"Ana\n" * 25_000_000)
    (tmp_path / "people.csv").unlink()
    os.mkfifo(tmp_path / "people.csv")
    for path in (tmp_path / "people.csv", tmp_path / "nobody.csv"):
        with pytest.raises(BookError):
            read_people(path, (), lambda name: ())


def test_what_cannot_be_packed_is_told_before_anything_is_made(press: Path) -> None:
    (press / "nobody.csv").write_text("name\n")
    request = Request(press / "book", press / "none", store=press / "store")
    told = {
        packs.Wish(request): "B124: no folder for the bank 'crew-0000'",
        packs.Wish(request, ("pilot",)): "B115: no team 'pilot'",
        packs.Wish(request, ("pilots",), press / "nobody.csv"): "B125: there is nothing to pack",
    }
    for wish, expected in told.items():
        with pytest.raises(BookError) as refused:
            packs.pack(wish, lambda _: None)
        first = refused.value.diagnostics[0]
        assert f"{first.code}: {first.message}" == expected
        assert first.hint
    assert not list((press / "none").rglob("*.zip"))


def test_every_code_of_a_pack_is_explained(tmp_path: Path) -> None:
    done = run("explain", env=environment(tmp_path))
    assert [code for code in ("B126", "B123", "B124", "B125", "R105", "R106") if code not in done.stdout] == []
