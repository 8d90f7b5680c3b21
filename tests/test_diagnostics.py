"""A diagnostic shows its line with the caret under the fault, whatever stands on the line."""

from __future__ import annotations

from pipeline.diagnostics import Diagnostic, Place, nearest, ordered, show


def shown(line: str, column: int, length: int = 1, message: str = "m") -> list[str]:
    return show(Diagnostic("X101", message, Place("book/a.yaml", 7, column, length), "mend it", line_text=line)).split("\n")


def test_a_diagnostic_names_code_place_line_and_hint() -> None:
    assert shown("title: Bels", 8, 4, "no bells") == [
        "error[X101]: no bells",
        " --> book/a.yaml:7:8",
        "  |",
        "7 | title: Bels",
        "  |        ^^^^",
        "  = hint: mend it",
    ]


def test_a_diagnostic_without_a_line_shows_its_place_only() -> None:
    assert shown("", 1) == ["error[X101]: m", " --> book/a.yaml:7:1", "  = hint: mend it"]


def test_the_caret_stands_under_the_word_after_wide_and_combining_characters() -> None:
    line = "灯台 e\u0301t\u00e9 here"
    *_, text, caret, _ = shown(line, line.index("here") + 1, 4)
    assert text == f"7 | {line}"
    assert caret == "  |" + " " * 10 + "^^^^"  # two wide, a space, three letters, a space


def test_a_long_line_is_cut_around_the_fault() -> None:
    *_, text, caret, _ = shown("a" * 300 + "FAULT" + "b" * 300, 301, 5)
    assert len(text) <= 104
    assert text[caret.index("^") : caret.rindex("^") + 1] == "FAULT"


def test_the_caret_never_runs_past_the_line() -> None:
    *_, text, caret, _ = shown("short", 3, 500)
    assert caret == "  |   ^^^"
    assert text == "7 | short"


def test_a_fault_at_the_end_of_a_line_has_its_caret_after_it() -> None:
    *_, caret, _ = shown("short  ", 8)
    assert caret == "  |" + " " * 8 + "^"


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    evil = "\x1b[2J\x07 \u202e\u2066\x9b31m\r\n"
    text = "\n".join(shown(f"a {evil}", 3, 2, f"key '{evil}'"))
    assert not any(sign in text for sign in "\x1b\x07\u202e\u2066\x9b\r")
    assert len(text.split("\n")) == 6


def test_an_endless_message_is_cut() -> None:
    assert len(shown("", 1, message="a" * 100_000)[0]) < 500


def test_diagnostics_are_sorted_by_place_and_said_once() -> None:
    late, early = Diagnostic("A1", "m", Place("b", 2)), Diagnostic("B1", "m", Place("b", 1))
    grave = Diagnostic("Z1", "m", Place("b", 2))
    note = Diagnostic("A1", "n", Place("b", 2), severity="note")
    assert ordered([note, late, grave, early, late]) == (early, late, grave, note)


def test_the_nearest_name_is_the_hint() -> None:
    assert nearest("tpoics", ["topics", "title"]) == "use 'topics'"
    assert nearest("zebra", ["topics", "title"]) == "use one of: title, topics"
    assert nearest("zebra", [f"n{n}" for n in range(10, 30)]).endswith("n17, …")
    assert nearest("zebra", []) == ""
