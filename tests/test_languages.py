"""A book in any of twelve languages is set as its readers expect: words, quotes, order, direction, and fonts."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from pipeline import checks, collation, index, theme
from pipeline.flow import Request, build, load_and_check
from pipeline.model import IndexMark
from pipeline.publication import Locator
from pipeline.theme.stylesheets import mirrored

BOOKS = Path(__file__).parent / "books/lang"
LANGUAGES = ("de", "fr", "es", "pt", "ru", "zh-Hans", "ja", "ko", "ar", "he", "hi")
MIRRORED = ("ar", "he")
SAYS = {
    "de": "Mit git revert entsteht ein neuer Commit, der die Änderung aufhebt",
    "fr": "git revert crée un nouveau commit qui défait la modification",
    "es": "git revert crea un commit nuevo que anula el cambio",
    "pt": "git revert cria um novo commit que anula a mudança",
    "ru": "Команда git revert создаёт новый коммит",
    "zh-Hans": "git revert 会产生一个新的提交来抵消原来的改动",
    "ja": "git revert は変更を打ち消す新しいコミットを作り",
    "ko": "git revert는 변경을 없애는 새 커밋을 만들며",
    "ar": "ينشئ الأمر git revert إيداعًا جديدًا يلغي التغيير، ويبقى السجل كما هو",
    "he": "הפקודה git revert יוצרת רשומה חדשה שמבטלת את השינוי, וההיסטוריה נשמרת",
    "hi": "git revert एक नया कमिट बनाता है जो बदलाव को निरस्त करता है",
}
"""The beginning of the fourth answer of each book, as it is read."""


def plain(text: str) -> str:
    """Return text without spaces, marks of direction, and marks on letters that a reader may find apart."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c for c in composed if not c.isspace() and unicodedata.category(c) not in ("Cf", "Mn"))


def shown_glyphs(data: bytes) -> Iterator[int]:
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                strings = operands[0] if str(operator) == "TJ" else operands if str(operator) == "Tj" else ()
                for each in strings:
                    code = bytes(each) if isinstance(each, pikepdf.String) else b""
                    yield from (int.from_bytes(code[n : n + 2]) for n in range(0, len(code), 2))


def read_by_poppler(data: bytes, page: int) -> str:
    """Return a page's text in the order it is read: PDFium turns two Latin words in a Hebrew line round."""
    command = ["pdftotext", "-f", str(page), "-l", str(page), "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_book_in_another_language_passes_every_gate_and_reads_as_written(lang: str, tmp_path: Path) -> None:
    outcome = build(Request(BOOKS / lang, tmp_path, jobs=1, strict=True), lambda _: None)
    pdf = next(outcome.release.folder.glob("study/*.pdf")).read_bytes()
    assert 0 not in shown_glyphs(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        page = next(n for n in range(len(document)) if document.get_page_label(n) == "5")
        text = document[page].get_textpage()
        assert plain(SAYS[lang]) in plain(read_by_poppler(pdf, page + 1))
        middle = document[page].get_width() / 2
        numeral = max((text.get_charbox(n) for n in range(text.count_chars())), key=lambda box: box[3] - box[1])
        assert (numeral[0] > middle) == (lang in MIRRORED)
    with zipfile.ZipFile(next(outcome.release.folder.glob("study/*[0-9].epub"))) as epub:
        texts = {name: epub.read(name).decode() for name in epub.namelist() if name.endswith((".xhtml", ".opf"))}
    package = next(words for name, words in texts.items() if name.endswith(".opf"))
    assert ('page-progression-direction="rtl"' in package) == (lang in MIRRORED)
    pages = [words for name, words in texts.items() if name.endswith(".xhtml")]
    assert all((f'lang="{lang}"' in words) and ('dir="rtl"' in words) == (lang in MIRRORED) for words in pages)
    formulas = [found for words in pages for found in re.findall(r"(<span[^>]*>)?<math[^>]*>", words)]
    assert formulas and all('lang="en"' in around for around in formulas)
    assert all(re.search(r'<code[^>]* dir="ltr"', words) or "<code" not in words for words in pages if lang in MIRRORED)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_of_a_language_are_all_there_with_the_blanks_of_english(lang: str) -> None:
    english, own = theme.labels("en"), theme.labels(lang)
    assert list(own) == list(english)
    assert {name for name in own if theme.blanks(own[name]) != theme.blanks(english[name])} == set()
    same = {name for name in own if own[name] == english[name] and re.search(r"[a-z]{4}", re.sub(r"\{.*?\}", "", own[name]))}
    assert len(same) < 30  # "Code", "Pages", "Notes": words that two languages share


def letters(lang: str, *terms: str) -> list[tuple[str, list[str]]]:
    marks = [(IndexMark(term=term), Locator(f"{n}", "section")) for n, term in enumerate(terms)]
    return [(group.letter, [entry.heading for entry in group.entries]) for group in index.build(marks, lang)]


@pytest.mark.parametrize(
    ("lang", "found"),
    [
        ("es", [("N", ["nube", "número"]), ("Ñ", ["ñandú"]), ("O", ["objeto"])]),
        ("de", [("A", ["Apfel", "Äpfel"]), ("O", ["Ofen", "Öl"]), ("Z", ["Zahl"])]),
        ("ru", [("Е", ["ёлка", "ель"]), ("Я", ["яблоко"]), ("A", ["API"])]),
        ("zh-Hans", [("B", ["版本"]), ("P", ["平均数"]), ("T", ["提交"]), ("Z", ["中位数"]), ("A", ["API"])]),
        ("ja", [("A", ["API"]), ("あ", ["あいまい"]), ("か", ["コミット"]), ("さ", ["サーバー"])]),
        ("ko", [("가", ["값"]), ("나", ["나무"]), ("카", ["커밋"]), ("A", ["API"])]),
        ("ar", [("ا", ["إيداع"]), ("ب", ["بحث"]), ("و", ["وسيط"]), ("G", ["Git"])]),
    ],
)
def test_an_index_is_sorted_and_lettered_as_the_language_does(lang: str, found: list[tuple[str, list[str]]]) -> None:
    terms = [term for _, group in found for term in group]
    assert letters(lang, *reversed(terms)) == found


@pytest.mark.parametrize(
    ("css", "turned"),
    [
        ("p { margin: 1pt 2pt 3pt 4pt }", "p { margin: 1pt 4pt 3pt 2pt }"),
        ("p { margin-left: calc(-1 * (3mm + 4mm)); left: 0 }", "p { margin-right: calc(-1 * (3mm + 4mm)); right: 0 }"),
        ("@page { @top-left { content: none; width: 9mm } }", "@page { @top-right { content: none; width: 9mm } }"),
        ("p { text-align: left; float: right }", "p { text-align: right; float: left }"),
        ("p { border-left: 1pt solid red; padding: 1pt 2pt }", "p { border-right: 1pt solid red; padding: 1pt 2pt }"),
        ("td.right { text-align: right }", "td.right { text-align: right }"),
    ],
)
def test_a_style_sheet_is_mirrored_but_for_columns_of_figures(css: str, turned: str) -> None:
    assert mirrored(css) == turned


def test_quotation_marks_are_those_of_the_language_and_typed_ones_stay() -> None:
    assert {lang: theme.opening(lang) + theme.closing(lang) for lang in ("en", "de-AT", "fr", "ja", "xx")} == {
        "en": "“”", "de-AT": "„“", "fr": "«\u202f\u202f»", "ja": "「」", "xx": "“”",
    }  # fmt: skip


def test_fonts_of_scripts_that_are_not_installed_are_one_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    book, _ = load_and_check(BOOKS / "ar")
    assert book is not None
    theme.forget()
    monkeypatch.setattr("pipeline.theme.edition_look.find_spec", lambda name: None)
    found = [fault for fault in checks.check(book) if fault.code == "C803"]
    assert [(fault.place.path, fault.message.partition(" (")[0], fault.hint) for fault in found] == [
        (f"{BOOKS / 'ar'}/book.yaml", "the fonts of the script Arab are not installed: fontpkg_amiri", "run 'make languages'")
    ]


def test_without_icu_a_machine_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    collation.sort_key.cache_clear()
    collation._icu.cache_clear()
    monkeypatch.setattr("pipeline.collation.files", lambda name: [])
    with pytest.raises(collation.ToolError, match="carries no ICU"):
        collation.sort_key("de")
    monkeypatch.undo()
    collation._icu.cache_clear()


def test_a_chapter_that_the_package_has_in_english_only_is_said_to_be_missing(tmp_path: Path) -> None:
    shutil.copytree(BOOKS / "de", tmp_path / "book")
    with (tmp_path / "book/book.yaml").open("a", encoding="utf-8") as outline:
        outline.write("kit_front: [fairness]\n")
    _, faults = load_and_check(tmp_path / "book")
    hint = "write chapters/fairness.yaml: the package has this chapter in English only"
    assert [(fault.code, fault.hint) for fault in faults] == [("C304", hint)]
