"""A bank that means harm is refused at its place: quickly, in little memory, and never with a traceback."""

from __future__ import annotations

import io
import json
import os
import resource
import sqlite3
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from buildwork import environment, run

from pipeline.bring import Errand, bring
from pipeline.cli.__main__ import main

SECONDS = 5
LIMITS = {resource.RLIMIT_CPU: (SECONDS, SECONDS + 1), resource.RLIMIT_AS: (1_200_000_000, 1_200_000_000)}
"""Seconds of work, and bytes of addresses, most of which hold nothing."""
DATE = "2026-11-28"


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def mangled(name: str, data: bytes) -> bytes:
    """Pack a file, and turn bytes of it round."""
    packed = zipped(name, data)
    at = 30 + len(name) + 4
    return packed[:at] + bytes(255 - byte for byte in packed[at : at + 20]) + packed[at + 20 :]


def database(script: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    return connection.serialize()


ENDLESS = """
    CREATE TABLE col (models TEXT, decks TEXT); INSERT INTO col VALUES ('{}', '{}'); CREATE TABLE cards (nid, did, ord);
    CREATE VIEW notes AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
      SELECT id, 1 AS mid, 'x' AS flds, '' AS tags FROM n WHERE id < 0;
"""
BOMB = "<!DOCTYPE x [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)) + "]><quiz>&e11;</quiz>"
HOSTILE: dict[str, tuple[str, str | bytes, str]] = {
    "quotes in one another": ("a.md", "### Why?\n\n" + "> " * 20_000 + "deep\n", "I102"),
    "lists in one another": ("a.md", "### Why?\n\n" + "".join("  " * n + "- x\n" for n in range(300)), "I102"),
    "brackets": ("a.md", "### Why?\n\n" + "[" * 100_000 + "\n\n### Who?\n\nMe.\n", "I309"),
    "emphasis": ("a.md", "### Why?\n\n" + "*a **b " * 20_000 + "\n\n### Who?\n\nMe.\n", "I309"),
    "stars of one emphasis": ("a.md", "### Why?\n\n" + "*" * 1_400 + "a" + "*" * 1_400 + "\n\n### Who?\n\nMe.\n", ""),
    "the same question again": ("a.tsv", "question\tanswer\n" + "Why?\tSo.\n" * 20_000, "I206"),
    "comments that do not end": ("a.md", "### Why?\n\n" + "<!-- " * 100_000, ""),
    "tags that do not end": ("a.md", "### Why?\n\n<div>" + "<a " * 50_000 + "\n\n### Who?\n\nMe.\n", ""),
    "details in one another": ("a.md", "### Why?\n\n" + "<details>\n\n" * 5_000, ""),
    "backticks": ("a.md", "### Why?\n\n" + "".join("`" * n + " " for n in range(600)) + "\n\n### Who?\n\nMe.\n", ""),
    "dollars": ("a.md", "### Why?\n\n" + "$a " * 50_000 + "\n\n### Who?\n\nMe.\n", ""),
    "a long line": ("a.md", "### " + "why " * 250_000 + "?\n\nBecause.\n\n### Who?\n\nMe.\n", "I203"),
    "invisible signs": ("a.md", "### Why\u202e?\x1b[31m\n\nSo\u200b.\n\n### Who?\n\nMe.\n", "I104"),
    "no text": ("a.md", b"### Why?\n\n\xff\xfe\n", "I103"),
    "a large file": ("a.md", b"### Why?\n" * 600_000, "I102"),
    "aliases in front matter": ("a.md", "---\na: &a [x]\nb: [*a, *a]\n---\n\n### Why?\n\nSo.\n", "I105"),
    "an unclosed quote in a table": ("a.csv", "question,answer\nWhy?," + '"' + "x" * 1_100_000, "I105"),
    "half of a sign": ("a.json", r'[{"question": "Why\ud800?", "answer": "So \ud83d\ude00.", "\ud801tags": ["a\udc00"]}]', "I104"),
    "deep JSON": ("a.json", "[" * 100_000, "I102"),
    "broken JSON": ("a.json", '[{"question": "Why?",}]', "I105"),
    "entities": ("a.xml", BOMB, "I105"),
    "a file named by an entity": ("a.xml", '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>', "I105"),
    "deep XML": ("a.xml", "<quiz>" + "<a>" * 50_000, "I105"),
    "an archive that grows": ("a.zip", zipped("a.xml", b"<a>" + b" " * 30_000_000 + b"</a>"), "I102"),
    "no archive": ("a.zip", b"PK\x03\x04 none", "I105"),
    "a deck that grows": ("a.apkg", zipped("collection.anki2", b"\0" * 250_000_000), "I105"),
    "a deck that zstd makes grow": ("a.colpkg", zipped("collection.anki21b", zstandard.compress(b"\0" * 250_000_000)), "I105"),
    "a deck whose archive is mangled": ("a.apkg", mangled("collection.anki2", database("CREATE TABLE col (models TEXT)") * 9), "I105"),
    "a deck whose models are a list": ("a.apkg", zipped("collection.anki2", database(ENDLESS.replace("'{}', '{}'", "'[1]', '5'"))), "I105"),
    "an archive that is mangled": ("a.zip", mangled("a.xml", b"<quiz>" + bytes(range(9, 200)) * 9 + b"</quiz>"), "I105"),
    "a number of 5,000 digits": ("a.json", '[{"question": "Why?", "answer": ' + "9" * 5_000 + "}]", "I105"),
    "a deck that is none": ("a.apkg", zipped("collection.anki2", b"SQLite format 3\0" + b"\xff" * 5_000), "I105"),
    "a deck that never ends": ("a.apkg", zipped("collection.anki2", database(ENDLESS)), "I105"),
    "gift without an end": ("a.gift", "Why? {" + "~x" * 100_000, "I105"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_means_harm_is_told_and_ends_soon(name: str, tmp_path: Path) -> None:
    file, data, code = HOSTILE[name]
    path = tmp_path / file
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    command = ("import", path, "--to", tmp_path / "book", "--all", "--format", "json")
    ended = run(*command, env=environment(tmp_path / "cache"), limits=LIMITS)
    assert "Traceback" not in ended.stderr
    assert ended.returncode in (0, 1), ended.stderr[-500:]
    given = {row["code"] for row in json.loads(ended.stdout or "[]")} if ended.stdout.startswith("[") else set(ended.stderr)
    assert not code or code in given


def test_of_very_many_questions_that_stand_twice_the_first_are_told_and_how_many_more(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("question\tanswer\n" + "Why?\tSo.\n" * 1_500)
    told = bring(Errand(tmp_path / "a.tsv", tmp_path / "book", DATE), None).diagnostics
    assert [d.code for d in told].count("I206") == 1_001
    assert "499 questions from here on stand twice, and are imported once" in [d.message for d in told]


@pytest.mark.parametrize("made", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.mkdir()])
def test_what_is_no_file_is_not_waited_for(made: Callable[[Path], object], tmp_path: Path) -> None:
    made(tmp_path / "bank.md")
    start = time.monotonic()
    assert main(["import", str(tmp_path / "bank.md")]) == 1
    assert time.monotonic() - start < SECONDS


def test_links_in_a_source_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("### What is secret?\n\nThis.\n")
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank/a.md").symlink_to(secret)
    (tmp_path / "bank/b.md").write_text("### What is open?\n\nThat.\n\n### What else?\n\nNothing.\n")
    outcome = bring(Errand(tmp_path / "bank", tmp_path / "book", DATE), None)
    assert outcome.items == 2
    assert outcome.left_out["files that are links, or whose names are not text"] == 1


def test_a_book_that_is_a_link_somewhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "book").mkdir()
    (tmp_path / "book/questions").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "a.md").write_text("### Why?\n\nSo.\n\n### Who?\n\nMe.\n")
    assert main(["import", str(tmp_path / "a.md"), "--to", str(tmp_path / "book")]) == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_ids_cannot_leave_the_book(tmp_path: Path) -> None:
    rows = [{"id": "../../../etc/passwd", "question": "Why?", "answer": "So.", "section": "../.."}, {"id": "cover", "question": "Who?"}]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    bring(Errand(tmp_path / "a.json", tmp_path / "book", DATE), None)
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yaml")}
    assert all(name.startswith("book/") for name in written)
    assert {Path(name).stem for name in written if "/questions/" in name} == {"etc-passwd", "q-cover"}
