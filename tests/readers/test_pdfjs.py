"""Forms in pdf.js, as Firefox shows them: filled in by their fields, saved, and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sheetwork import (
    LETTERS,
    assert_exact,
    blank,
    by_pdfium,
    by_pdfjs,
    faults,
    filled_in,
    fonts_shown,
    opened,
    rows,
    take,
    thirty,
    values_of,
)

from pipeline.kit import forms
from pipeline.kit.forms import terminals

pytestmark = pytest.mark.conformance


def test_letters_typed_in_pdfjs_show_in_the_embedded_face(browser: Any) -> None:
    typed = by_pdfjs(browser, blank(), {"q.K3.evidence": LETTERS, "candidate": LETTERS[:20]})
    assert browser.strangers() == []
    assert (values_of(typed)["q.K3.evidence"], values_of(typed)["candidate"]) == (LETTERS, LETTERS[:20])
    assert fonts_shown(typed, "q.K3.evidence") == {"/SourceSans3-Regular"}
    with opened(typed) as document:
        shown = dict(terminals(document))["candidate"].AP.N.read_bytes()
        assert LETTERS[:20].encode("utf-16-be") in shown.replace(b"\\", b"")
        assert "/NeedAppearances" not in document.Root.AcroForm


def test_what_pdfjs_saves_has_the_shape_of_the_blank_sheet(browser: Any) -> None:
    known = forms.fields(blank())
    typed = forms.fields(by_pdfjs(browser, blank(), filled_in(4)))
    assert typed.keys() == known.keys() and all(field.same_shape(known[name]) for name, field in typed.items())


def test_a_sheet_saved_by_pdfjs_is_pdf_ua_and_pdf_a(tmp_path: Path, browser: Any) -> None:
    assert faults(tmp_path, by_pdfjs(browser, blank(), filled_in(4))) == []


def test_thirty_sheets_of_three_engines_are_collected_exactly(tmp_path: Path, browser: Any) -> None:
    def in_browser(pdf: bytes, values: dict[str, str]) -> bytes:
        return by_pdfjs(browser, pdf, values)

    for fill, start in ((forms.fill, 0), (by_pdfium, 10), (in_browser, 20)):
        thirty(tmp_path / "in", fill, start=start)
    collected = take(tmp_path / "out", tmp_path / "in")
    assert_exact(collected, tmp_path / "out", range(30))
    assert {rating for sheet in collected.sheets for rating in sheet.questions.values()} == {1, 2, 3, 4, 5}
    assert any(letter in row["evidence"] for row in rows(tmp_path / "out") for letter in "łőİПЕ∑")
    assert max(len(row["evidence"]) for row in rows(tmp_path / "out")) > 2000
    assert len(list((tmp_path / "out").glob("consensus-C-*.pdf"))) == 10
