"""Every mistake an author can make is reported at its line and column with a hint, and nothing is built from it.

A folder `tests/faults/<code>[-variant]/` is laid over a copy of `tests/books/small`:

    expected.txt    the diagnostics, all of them, as `show` prints them; GOLDEN=refresh rewrites it
    edits.txt       edits of the book's files: a line with the file's path, then lines `- old` and `+ new`; what
                    the `-` lines say stands once in the file. `delete path` deletes a file
    anything else   replaces or adds the file at the same path in the book

What no file in a repository should hold (a large file, a link, a pipe) is made by `MADE`, under the folder's name.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import pytest
from buildwork import environment, run
from epubwork import png
from PIL import ImageFile

from pipeline import checks, load, markup, source, theme
from pipeline.cli.__main__ import main
from pipeline.diagnostics import BookError, show
from pipeline.flow import load_and_check, rules

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "tests" / "books" / "small"
FAULTS = sorted((path for path in (ROOT / "tests" / "faults").iterdir() if path.is_dir()), key=lambda path: path.name)
OWN = ("expected.txt", "edits.txt")
CHAPTER = "id: day-of\ntitle: The Morning\nreviewed: 2026-11-22\nbody: "
PNG = png(40, 20)
VAST = b"IHDR" + b"\0\0\x17\x70" * 2 + PNG[24:29]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n{}\n</svg>\n'


def bomb() -> str:
    """Return nine lists of nine aliases each: expanded, hundreds of millions of words."""
    names = "abcdefghi"
    lines = ['a: &a ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]']
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)]
    return "\n".join(lines) + "\n"


def copies() -> str:
    """Return a drawing whose parts use one another: ten to the eighth rectangles."""
    parts = ['<g id="p0"><rect width="1" height="1"/></g>']
    parts += [f'<g id="p{n + 1}">' + f'<use href="#p{n}"/>' * 10 + "</g>" for n in range(8)]
    return SVG.format("<defs>" + "\n".join(parts) + '</defs>\n<use href="#p8"/>')


def referring(element: str, attribute: str) -> str:
    """Return a drawing whose parts refer to one another: ten to the sixth rectangles."""
    parts = [f'<{element} id="p0"><rect width="1" height="1"/></{element}>']
    parts += [f'<{element} id="p{n + 1}">' + f'<rect {attribute}="url(#p{n})"/>' * 10 + f"</{element}>" for n in range(6)]
    return SVG.format("<defs>" + "\n".join(parts) + f'</defs>\n<rect {attribute}="url(#p6)"/>')


def chained() -> str:
    """Return a drawing of parts that lead to the next from sixty levels deep."""
    parts = [f'<g id="p{n}">' + "<g>" * 60 + f'<use href="#p{n + 1}"/>' + "</g>" * 61 for n in range(20)]
    return SVG.format("\n".join(parts))


def vertices() -> str:
    """Return a drawing with a marker of 200 rectangles on each of 200 vertices."""
    marker = '<marker id="m">' + "<rect/>" * 200 + "</marker>"
    return SVG.format(f'{marker}\n<polyline points="{"1 2 " * 200}" style="marker:url(#m)"/>')


def last() -> str:
    """Return all that a search for numbers could stumble over, in plenty, and what is no number at the end of it."""
    runs = ("a" * 40_000, "0." + "9" * 40_000, "url(#" * 8_000, " " * 40_000, "(" * 40_000, "scale(1)" * 5_000)
    return "\n".join(f'<path transform="{run}"/>' for run in runs) + f'\n<path style="{";-" * 10_000}" d="M1 inf"/>'


def outside(path: Path) -> None:
    """Put a link in a file's place, to a file beside the book."""
    secret = path.parents[len(path.parts) - path.parts.index("book") - 1].parent / "secret"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)


def picture(book: Path, data: bytes) -> None:
    """Put a picture into the book."""
    (book / "pictures").mkdir()
    (book / "pictures/glass.png").write_bytes(data)


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


MADE: dict[str, Callable[[Path], object]] = {
    "S101-folder": lambda book: (book / "chapters/annex.yaml").mkdir(),
    "S101-loop": lambda book: loop(book / "chapters/day-of.yaml"),
    "S101-pipe": lambda book: os.mkfifo(book / "chapters/annex.yaml"),
    "S102": lambda book: (book / "chapters/day-of.yaml").write_bytes(CHAPTER.encode() + b"a" * 10_000_000),
    "S103": lambda book: (book / "chapters/day-of.yaml").write_bytes(CHAPTER.encode() + "Café Øst".encode() + b" caf\xe9\n"),
    "S103-utf-16": lambda book: (book / "chapters/day-of.yaml").write_bytes(f"{CHAPTER} short\n".encode("utf-16")),
    "S105-bomb": lambda book: (book / "chapters/day-of.yaml").write_text(bomb()),
    "S108": lambda book: (book / "chapters/day-of.yaml").write_text(CHAPTER + "[" * 20_000 + "]" * 20_000 + "\n"),
    "S108-lists": lambda book: (book / "chapters/day-of.yaml").write_text("- " * 20_000 + "deep\n"),
    "S109": lambda book: (book / "glossary.yaml").write_text("terms:\n" + "  - x\n" * 60_000),
    "S113": lambda book: (book / "chapters/day-of.yaml").write_text(f"{CHAPTER}It rings \x07 and \x1b[31m blushes.\n"),
    "B108-yml": lambda book: (book / "book.yaml").rename(book / "book.yml"),
    "S101-case": lambda book: (book / "teams/pilots.svg").rename(book / "teams/Pilots.svg"),
    "B118": lambda book: (book / "chapters/day-of.yaml").rename(book / "chapters/day-of.yml"),
    "B118-case": lambda book: (book / "figures/keel.svg").rename(book / "figures/Keel.svg"),
    "B118-folder": lambda book: (book / "boxes").rename(book / "Boxes"),
    "B109": lambda book: outside(book / "chapters/day-of.yaml"),
    "B109-drawing": lambda book: outside(book / "figures/keel.svg"),
    "B109-picture": lambda book: outside(book / "pictures/lamp.png"),
    "B114-pixels": lambda book: picture(
        book, PNG[:12] + (head := b"IHDR" + b"\0\0\x17\x70" * 2 + PNG[24:29]) + crc32(head).to_bytes(4) + PNG[33:]
    ),
    "C507": lambda book: picture(book, PNG),
    "B109-logo": lambda book: outside(book / "teams/pilots.svg"),
    "B111-logo-copies": lambda book: (book / "teams/pilots.svg").write_text(copies()),
    "B114": lambda book: png_logo(book, b"GIF89a"),
    "B114-cut": lambda book: png_logo(book, PNG[:-30]),
    "B114-large": lambda book: png_logo(book, PNG[:16] + b"\0\0\xff\xff" * 2 + PNG[24:]),
    "B111-masks": lambda book: (book / "figures/keel.svg").write_text(referring("mask", "mask")),
    "B111-markers": lambda book: (book / "figures/keel.svg").write_text(referring("marker", "marker-end")),
    "B111-painted": lambda book: (book / "figures/keel.svg").write_text(referring("pattern", "fill")),
    "B111-bare": lambda book: (book / "figures/keel.svg").write_text(
        referring("clipPath", "clip-path").replace("url(", "").replace(")", "")
    ),
    "B111-vertices": lambda book: (book / "teams/pilots.svg").write_text(vertices()),
    "B111-chained": lambda book: (book / "figures/keel.svg").write_text(chained()),
    "B111-copies": lambda book: (book / "figures/keel.svg").write_text(copies()),
    "B111-deep": lambda book: (book / "figures/keel.svg").write_text(SVG.format("<g>" * 20_000 + "</g>" * 20_000)),
    "B111-number-last": lambda book: (book / "figures/keel.svg").write_text(SVG.format(last())),
    "B111-encoding": lambda book: (book / "figures/keel.svg").write_bytes(SVG.format("<script/>").encode("utf-16")),
    "C611": lambda book: lengthen(book, "Tide.\n\n  " * 3_100),
    "C611-bars": lambda book: lengthen(book, "| x | y |\n  |---|---|\n" + "  | x | y |\n" * 2_000),
    "C611-footnotes": lambda book: lengthen(book, "\n\n".join(f"  A tide[^{n}].\n\n  [^{n}]: Note {n}." for n in range(301))[2:]),
    "C716": lambda book: (book / "teams/pilots.yaml").write_text(
        (book / "teams/pilots.yaml").read_text().replace("Pilot house", "\u202epilot\u2069 house")
    ),
    "B118-bytes": lambda book: misname(book),
    "B109-script": lambda book: outside(book / "figures/light-rhythms.py"),
    "B104-digits": lambda book: lengthen_time(book),
    "M101-private": lambda book: lengthen(book, "A \ue0000\ue001 tide."),
    "M102": lambda book: lengthen(book, "word " * 5_000),
    "M103": lambda book: lengthen(book, "> " * 60 + "deep"),
    "M103-brackets": lambda book: lengthen(book, "*a " * 200 + "b* " * 200),
    "M190": lambda book: lengthen(book, f"${'{' * 40}x{'}' * 40}$"),
}
HARMLESS = ("S101-case", "S101-folder", "S103", "S103-utf-16", "S113", "B108-yml", "B118", "B118-case", "B118-folder")
HOSTILE = [name for name in MADE if name not in HARMLESS]
ELSEWHERE = {
    "B112": "names an edition on the command line: test_an_edition_that_is_not_there_is_refused",
    "B115": "names a team on the command line: test_an_unknown_team_is_a_diagnostic_that_names_the_nearest",
    "B116": "names a person on the command line: test_a_name_that_cannot_be_printed_is_refused",
    "B120": "stands in a private bank, which the command line names: test_a_mistake_in_a_private_bank_is_a_fault",
    "B121": "stands in a private bank, which the command line names: test_a_mistake_in_a_private_bank_is_a_fault",
    "B122": "stands in a private bank, which the command line names: test_a_mistake_in_a_private_bank_is_a_fault",
    "B126": "names a folder on the command line: test_a_folder_that_is_no_private_bank_is_refused",
    "C609": "needs a book of sixty questions: test_more_questions_than_a_page_holds_are_warned_of_where_it_is_listed",
    "T102": "lies in a file of labels: test_labels_of_a_language_are_all_there",
    "T105": "names a folder on the command line: test_a_theme_that_is_not_there_is_named",
}
"""Codes that no book can give, or none of a bearable size, and where they are tested."""


def png_logo(book: Path, data: bytes) -> None:
    """Let the small book's team have a PNG as its logo."""
    record = book / "teams/pilots.yaml"
    record.write_text(record.read_text().replace("pilots.svg", "pilots.png"))
    (book / "teams/pilots.png").write_bytes(data)


def misname(book: Path) -> None:
    """Give a file a name that is not UTF-8, and another one that turns the rest of a line round."""
    for name in (b"figures/\xff.svg", "teams/\u202epilots.txt".encode()):
        with open(os.path.join(os.fsencode(book), name), "wb"):
            pass


def lengthen_time(book: Path) -> None:
    """Give an answer more minutes than there are digits for."""
    path = book / "questions/weather-and-watch/falling-glass.yaml"
    path.write_text(path.read_text().replace("full: 2m", f"full: {'9' * 4_300}m"))


def lengthen(book: Path, text: str) -> None:
    path = book / "chapters/day-of.yaml"
    path.write_text(path.read_text().replace("\nindex:", f"\n\n  {text}\nindex:"))


def edits(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield path, old, and new of every edit in the lines of an edits.txt."""
    path, old, new = "", [], []  # type: str, list[str], list[str]
    for line in [*lines, ""]:
        if line.startswith("+"):
            new.append(line[2:])
        elif line.startswith("-") and not new:
            old.append(line[2:])
        else:
            if old:
                yield path, "\n".join(old), "\n".join(new)
            old, new = ([line[2:]], []) if line.startswith("-") else ([], [])
            path = path if line.startswith("-") else line


def lay_over(fault: Path, book: Path) -> None:
    """Copy the good book, and make the mistakes of one folder in it."""
    shutil.copytree(BOOK, book)
    for path in fault.rglob("*"):
        if path.is_file() and path.name not in OWN:
            target = book / path.relative_to(fault)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    wanted = (fault / "edits.txt").read_text(encoding="utf-8").split("\n") if (fault / "edits.txt").is_file() else []
    for line in wanted:
        if line.startswith("delete "):
            (book / line.removeprefix("delete ")).unlink()
    for path, old, new in edits([line for line in wanted if not line.startswith("delete ")]):
        text = (book / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{fault.name}: {old!r} stands {text.count(old)} times in {path}"
        (book / path).write_text(text.replace(old, new), encoding="utf-8")
    MADE.get(fault.name, lambda _: None)(book)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda path: path.name)
def test_a_mistake_is_reported_at_its_place_and_nothing_is_built(
    fault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lay_over(fault, tmp_path / "book")
    _, faults = load_and_check(Path("book"))
    shown = "\n\n".join(map(show, faults)) + "\n"
    if os.environ.get("GOLDEN") == "refresh":
        (fault / "expected.txt").write_text(shown, encoding="utf-8")
    assert shown == (fault / "expected.txt").read_text(encoding="utf-8")
    assert fault.name.partition("-")[0] in {d.code for d in faults}
    if any(d.severity != "note" for d in faults):
        assert main(["build", "--strict", "--quiet", "--all", "--book", "book", "--output", "output"]) == 1
        assert not (tmp_path / "output" / "guides").exists()
        said = capsys.readouterr().err
        assert [show(d) for d in faults if d.severity != "note" and show(d) not in said] == []


def test_a_picture_that_is_cut_is_refused_also_where_the_layout_engine_has_been_at_work(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as importing WeasyPrint 70 does
    lay_over(Path(__file__).parent / "faults/B114-cut", tmp_path / "book")
    _, faults = load_and_check(tmp_path / "book")
    assert [fault.code for fault in faults] == ["B114"]
    assert ImageFile.LOAD_TRUNCATED_IMAGES


LIMITS = {resource.RLIMIT_DATA: (300_000_000, 300_000_000), resource.RLIMIT_CPU: (5, 6)}
VERBS = frozenset({
    "add", "begin", "break", "check", "choose", "cite", "close", "copy", "cut", "delete", "draw", "end", "fill", "flatten", "give",
    "indent", "keep", "link", "list", "make", "mend", "move", "name", "place", "put", "refer", "remove", "rename", "save", "say",
    "shorten", "split", "take", "use", "widen", "write",
})  # fmt: skip


def test_every_diagnostic_has_a_place_and_a_hint_that_begins_with_a_verb() -> None:
    texts = [(fault / "expected.txt").read_text(encoding="utf-8") for fault in FAULTS]
    for shown in (shown for text in texts for shown in text.strip().split("\n\n")):
        lines = shown.split("\n")
        assert re.fullmatch(r"(error|warning|note)\[[A-Z]\d{3}\]: \S.*[^.]", lines[0]), lines[0]
        assert re.fullmatch(r" +--> book(/[^:]+)?:\d+:\d+", lines[1]), lines[1]
        assert lines[-1].partition(" = hint: ")[2].split(" ")[0] in VERBS, lines[-1]


def test_every_code_has_a_folder() -> None:
    ruled = {rule.code for rule in (*source.RULES, *load.RULES, *theme.RULES, *checks.RULES)}
    codes = ruled | {check.code for check in checks.CHECKS} | set(markup.FAULTS)
    tested = {path.name.partition("-")[0] for path in FAULTS}
    assert codes - tested - set(ELSEWHERE) == set()
    assert tested & set(ELSEWHERE) == set()
    assert len(tested) >= 60


def test_every_code_that_is_given_is_explained() -> None:
    explained = {*rules(), *(rule.code for rule in checks.RULES)}
    texts = [(path / "expected.txt").read_text(encoding="utf-8") for path in FAULTS]
    given = {code for text in texts for code in re.findall(r"^\w+\[(\w+)\]", text, re.MULTILINE)}
    assert given - explained == set()
    assert "M100" not in explained


def test_the_good_book_gives_no_diagnostic() -> None:
    book, faults = load_and_check(BOOK)
    assert [show(d) for d in faults] == []
    assert book is not None and len(book.questions) == 6


def test_line_ends_of_windows_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    shutil.copytree(BOOK, tmp_path / "book")
    for path in (tmp_path / "book").rglob("*.yaml"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    book, faults = load_and_check(tmp_path / "book")
    good, _ = load_and_check(BOOK)
    assert [show(d) for d in faults] == []
    assert book is not None and good is not None and book.questions == good.questions


@pytest.mark.parametrize("name", ["S104-tab", "B102", "C201", "M181"])
def test_the_command_exits_with_1_shows_no_traceback_and_leaves_the_guides_alone(name: str, tmp_path: Path) -> None:
    lay_over(ROOT / "tests" / "faults" / name, tmp_path / "book")
    (tmp_path / "output" / "guides").mkdir(parents=True)
    (tmp_path / "output" / "guides" / "old.pdf").write_bytes(b"old")
    done = command(tmp_path, "build", "--book", "book", "--output", "output")
    assert done.returncode == 1
    assert (ROOT / "tests" / "faults" / name / "expected.txt").read_text(encoding="utf-8").strip() in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert [path.name for path in (tmp_path / "output" / "guides").iterdir()] == ["old.pdf"]


def test_an_edition_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = command(tmp_path, "build", "practise", "--book", str(BOOK), "--output", "output")
    assert done.returncode == 1
    assert "error[B112]: no edition 'practise'" in done.stderr
    assert "hint: use 'practice'" in done.stderr


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_refused_within_5_seconds_and_300_megabytes(name: str, tmp_path: Path) -> None:
    lay_over(ROOT / "tests" / "faults" / name, tmp_path / "book")
    done = command(tmp_path, "check", "--book", "book", limited=True)
    assert done.returncode == 1, done.stderr
    assert f"[{name.partition('-')[0]}]" in done.stderr
    assert "Traceback" not in done.stderr


WRONG = "    <b> [[lost]]\n\n"
SEE_ALSO = "see_also: [corrected-log]"
MANY = {
    "see also to 40,000 unknown questions": (SEE_ALSO, f"see_also: [{', '.join(f'lost-{n}' for n in range(40_000))}]"),
    "20,000 unknown keys": (SEE_ALSO, "\n".join(f"wrong-{n}: x" for n in range(20_000))),
    "5,000 broken links": ("key_points:\n", "".join(f"\n  Look at [[lost-{n}]].\n" for n in range(5_000)) + "key_points:\n"),
    "a name of 900,000 letters": (SEE_ALSO, f"see_also: [{'a' * 900_000}]"),
    "a number of 900,000 digits": ("minutes: 6", f"minutes: {'9' * 900_000}"),
    "a folded text with 2,000 faults": ("key_points:\n", f"samples:\n  weak: >\n{WRONG * 1_000}  solid: a\n  strong: b\nkey_points:\n"),
}


@pytest.mark.parametrize("name", MANY)
def test_many_faults_at_once_are_said_within_5_seconds_and_300_megabytes(name: str, tmp_path: Path) -> None:
    shutil.copytree(BOOK, tmp_path / "book")
    path = tmp_path / "book/questions/weather-and-watch/relief-in-fog.yaml"
    old, new = MANY[name]
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    done = command(tmp_path, "check", "--book", "book", limited=True)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert max(map(len, done.stderr.split("\n"))) < 600


def command(folder: Path, *arguments: str, limited: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command line; limited, in 300 MB and 5 seconds of work."""
    return run(*arguments, env=environment(folder / "cache"), cwd=folder, limits=LIMITS if limited else None)


LABELS = {
    "T101": (
        lambda words: None,
        "no labels for language 'eo'",
        "use one of: ar, de, en, es, fr, he, hi, ja, …, or write templates/labels/eo.yaml",
    ),
    "T102": (lambda words: words.replace("rubric: ", "rubrick: "), "label 'rubric' is missing", "add 'rubric:'"),
    "T103": (lambda words: words.replace("Figure {number}", "Figure {nomber}"), "label 'figure_label' has a blank", "use {number}"),
    "T104": (lambda words: words + "cover: [\n", "not a file of labels", "keep one of the two"),
}


@pytest.mark.parametrize("code", LABELS)
def test_labels_of_a_language_are_all_there(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil, message, hint = LABELS[code]
    shutil.copytree(theme.folder() / "labels", tmp_path / "labels")
    words = spoil((tmp_path / "labels" / "en.yaml").read_text(encoding="utf-8"))
    if words is not None:
        (tmp_path / "labels" / "eo.yaml").write_text(words, encoding="utf-8")
    monkeypatch.setattr("pipeline.theme.package_theme.folder", lambda: tmp_path)
    theme.forget()
    with pytest.raises(BookError) as caught:
        theme.labels("eo")
    assert {d.code for d in caught.value.diagnostics} == {code}
    assert message in caught.value.diagnostics[0].message
    assert caught.value.diagnostics[0].hint == hint
    theme.forget()


def test_every_label_that_a_template_names_is_in_the_english_file() -> None:
    known = theme.labels("en")
    templates = "".join(path.read_text(encoding="utf-8") for path in theme.folder().rglob("*.xhtml"))
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    named = set(re.findall(r'(?:label|say)\("(\w+)"', templates)) | set(re.findall(r"labels\[[\"'](\w+)[\"']\]", code))
    assert len(named) > 20
    assert named - known.keys() == set()
