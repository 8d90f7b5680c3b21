"""YAML is read as text and shape, and every character of it is found again at its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import source
from pipeline.source import Node, Source, SourceFault


def parse(text: str) -> Source:
    return source.parse(text, "a.yaml")


def refused(text: str) -> str:
    with pytest.raises(SourceFault) as caught:
        parse(text)
    return f"{caught.value.diagnostic.code} {caught.value.diagnostic.place}"


@pytest.mark.parametrize("scalar", ["no", "on", "1:30", "0o17", "1e3", "~", "null", "2026-11-22", "0x1F", "=", "<<", ".inf"])
def test_every_scalar_is_text(scalar: str) -> None:
    assert parse(f"a: {scalar}\n{scalar}: b").data == {"a": scalar, scalar: "b"}


def test_shape_is_kept() -> None:
    assert parse("a: [b, {c: d}]\ne:\n  - f\n  - - g\nh: {}\ni: []\n").data == {"a": ["b", {"c": "d"}], "e": ["f", ["g"]], "h": {}, "i": []}


def test_values_and_keys_have_places() -> None:
    text = parse("a: [b, {cc: dd}]\ne:\n  - 'f f'\n")
    assert str(text.place(("a", 1, "cc"))) == "a.yaml:1:13"
    assert text.place(("a", 1, "cc"), of_key=True).length == 2
    assert str(text.place(("a", 1, "cc"), of_key=True)) == "a.yaml:1:9"
    assert (text.place(("e", 0)).line, text.place(("e", 0)).column, text.place(("e", 0)).length) == (3, 5, 5)


def test_what_is_not_there_has_the_place_of_its_parent() -> None:
    assert str(parse("a:\n  b: c\n").place(("a", "lost", 3))) == "a.yaml:2:3"


STYLES = {
    "plain": "a:\n  b: one two\n    three\n\n    four five\n",
    "single": "a:\n  b: 'it''s one two\n    three\n\n    four five'\n",
    "double": 'a:\n  b: "\\"one\\" two\\u0020t\\x77o\\n \\\n    three \\\\ four\n    five"\n',
    "literal": "a:\n  b: |\n    one two\n      three\n\n    four five\n",
    "literal indented": "a:\n  b: |2-\n      one two\n    three\n\n    four five\n",
    "literal after empty lines": "a:\n  b: |+ # comment\n\n\n    one two\n    five\n\n",
    "folded": "a:\n  b: >-\n    one two\n    three\n\n      more\n    four five\n",
    "in a flow": "a: {c: [x, y], b: one two\n      three four five}\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_every_word_of_a_text_is_found_where_it_stands(style: str) -> None:
    text = parse(STYLES[style])
    value = text.data["a"]["b"]
    assert "five" in value
    for number, line in enumerate(value.split("\n"), start=1):
        for word in line.split(" "):
            if word.isalpha() and word != "two":
                place = text.place_in(("a", "b"), number, line.index(word) + 1, len(word))
                assert text.line_text(place)[place.column - 1 :].startswith(word)


@given(st.lists(st.text("ab'\"\\:# é灯\t", min_size=1).filter(str.strip), min_size=1, max_size=6), st.sampled_from(["'", '"', "|", ">"]))
def test_letters_are_found_in_whatever_way_a_text_is_written(lines: list[str], style: str) -> None:
    value = "\n".join(line.strip() for line in lines)
    text = parse(yaml.dump({"key": [value]}, default_style=style, allow_unicode=True, width=20))
    assert text.data == {"key": [value]}
    for number, line in enumerate(value.split("\n"), start=1):
        for column, char in enumerate(line, start=1):
            if char in "ab灯":
                place = text.place_in(("key", 0), number, column)
                assert text.line_text(place)[place.column - 1] == char


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb:\n\tc: 1\n", "S104 a.yaml:3:1"),
        ("a: [1, 2\nb: 3\n", "S104 a.yaml:1:4"),
        ("a: 'x\nb: 3\n", "S104 a.yaml:1:4"),
        ("a: [b, {\n", "S104 a.yaml:1:8"),
        ("a: [, b]\n", "S104 a.yaml:1:5"),
        ("a: b: c\n", "S104 a.yaml:1:5"),
        ("a: 1\nb\nc: 2\n", "S104 a.yaml:2:1"),
        ("a: &x 1\nb: *x\n", "S105 a.yaml:1:4"),
        ("b: *x\n", "S105 a.yaml:1:4"),
        ("a: !!int 1\n", "S106 a.yaml:1:4"),
        ("! a: 1\n", "S106 a.yaml:1:1"),
        ("a: 1\nb: {c: 1, d: 2, c: 3}\n", "S107 a.yaml:2:17"),
        ("a: 1\n'a': 2\n", "S107 a.yaml:2:1"),
        ("[" * 25 + "]" * 25, "S108 a.yaml:1:25"),
        ("", "S110 a.yaml:1:1"),
        ("# only words\n---\n", "S110 a.yaml:1:1"),
        ("a: 1\n--- \nb: 2\n", "S111 a.yaml:2:1"),
        ("[a]: 1\n", "S112 a.yaml:1:1"),
        ('a: "x\\e[31m"\n', "S113 a.yaml:1:4"),
    ],
)
def test_what_a_book_has_no_use_for_is_refused_at_its_place(text: str, fault: str) -> None:
    assert refused(text) == fault


def test_24_levels_are_deep_enough() -> None:
    deep = parse("[" * 24 + "x" + "]" * 24).root
    for _ in range(24):
        assert isinstance(deep, Node)
        deep = deep.value[0]
    assert deep.value == "x"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"a: caf\xe9\n", "S103 a.yaml:1:7"),
        (b"\xef\xbb\xbfa: 1\nb: caf\xe9\n", "S103 a.yaml:2:7"),
        (b"\xef\xbb\xbfa: \xff\n", "S103 a.yaml:1:4"),
        (b"\xe7\x81\xaf: x\x00", "S113 a.yaml:1:5"),
        (b"a: x\r\nb: y\rz\n", "S113 a.yaml:2:5"),
        ("a: x\x85\n".encode(), "S113 a.yaml:1:5"),
        (b"a: " + b"x" * 1_000_000, "S102 a.yaml:1:1"),
    ],
)
def test_a_file_that_is_no_text_is_refused_at_its_place(tmp_path: Path, raw: bytes, fault: str) -> None:
    (tmp_path / "a.yaml").write_bytes(raw)
    with pytest.raises(SourceFault) as caught:
        source.read(tmp_path / "a.yaml", "a.yaml")
    assert f"{caught.value.diagnostic.code} {caught.value.diagnostic.place}" == fault


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SourceFault, match="no such file"):
        source.read(tmp_path / "a.yaml", "a.yaml")


def test_a_link_beside_a_file_that_is_written_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / ".exposure.yaml.tmp").symlink_to(tmp_path / "mine.txt")
    source.write(tmp_path / "exposure.yaml", "asked:\n")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert {path.name: path.is_symlink() for path in tmp_path.iterdir()} == {"mine.txt": False, "exposure.yaml": False}
