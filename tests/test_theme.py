"""The theme gives its own fonts and no others, words in the book's language, and style sheets in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from renderwork import rendered
from test_release_page import offered

from pipeline import render, theme, web_edition
from pipeline.brand import PLAIN
from pipeline.diagnostics import BookError, ToolError
from pipeline.model import Book, Layer, Writing
from pipeline.publication import Publication
from pipeline.section_kinds import KINDS


def faults(call, *arguments: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BookError) as caught:
        call(*arguments)
    return [(d.code, d.place.path, d.message) for d in caught.value.diagnostics]


# Fonts


REGULAR = theme.look().face(theme.SERIF)


def test_every_font_is_the_file_that_the_theme_was_made_with() -> None:
    fonts = theme.look().font_resources()
    assert len(fonts) == len(theme.look().faces) == 13
    assert all(data[:4] in (b"\0\1\0\0", b"OTTO") for data in fonts.values())


def test_another_file_under_the_name_of_a_font_is_refused() -> None:
    other = replace(REGULAR, file="fonts/SourceSerif4-Bold.ttf")
    with pytest.raises(ToolError, match=r"^font SourceSerif4-Bold\.ttf is not the file .*: run 'make' to reinstall package emboss$"):
        theme.look().font(other)


@pytest.mark.parametrize(("changed", "package"), [({"file": "Absent.ttf"}, "emboss"), ({"package": "no_such_package"}, "no_such_package")])
def test_a_font_that_is_missing_is_named_with_its_package(changed: dict[str, str], package: str) -> None:
    with pytest.raises(ToolError, match=f"is missing: run 'make' to install package {package}"):
        theme.look().font(replace(REGULAR, **changed))


def test_style_sheets_name_every_face_and_the_families_of_page_numbers() -> None:
    sheet = theme.look((), "study").paged("a4")
    rules = re.findall(r'font-family:"([^"]+)";src:url\(guidepress:font/([^)]+)\);font-weight:(\d+);font-style:(\w+)', sheet)
    assert len(rules) == len(theme.look().faces) + 3
    assert ("Book Serif", "SourceSerif4-BoldIt.ttf", "700", "italic") in rules
    assert [rule for rule in rules if rule[0] in ("Book Folio", "Book Slot", "Book Slot Serif")] == [
        ("Book Folio", "SourceSans3-Regular.ttf", "400", "normal"),
        ("Book Slot", "SourceSans3-Regular.ttf", "400", "normal"),
        ("Book Slot Serif", "SourceSerif4-Regular.ttf", "400", "normal"),
    ]


# Style sheets


def test_an_editions_own_style_comes_last_and_each_medium_takes_its_part() -> None:
    css = "p { a: 1 } @media print { q { b: 2 } } /* } */ @media screen { r { c: 3 } } s { d: '}' }"
    layer = Layer("theme", styles={"editions/study": css, "paged": "paged-of-the-book { }", "reflow": "reflow-of-the-book { }"})
    look = theme.look((layer,), "study")
    paged, reflow = " ".join(look.paged("a4").split()), " ".join(look.reflow().split())
    assert paged.endswith("paged-of-the-book { } p { a: 1 } q { b: 2 } s { d: '}' }")
    assert reflow.endswith("reflow-of-the-book { } p { a: 1 } r { c: 3 } s { d: '}' }")
    assert "a: 1" not in theme.look((layer,), "practice").paged("a4")


@pytest.mark.parametrize(("paper", "size"), [("a4", "210mm 297mm"), ("letter", "8.5in 11in")])
def test_a_paper_has_its_size(paper: str, size: str) -> None:
    sheet = theme.look((), "study").paged(paper)
    assert re.findall(r"@page { size: ([\w. ]+);", sheet) == [size]
    assert sheet.index("size:") < sheet.index("string-set")


def test_a_screen_gets_no_fonts_and_no_pages() -> None:
    sheet = theme.look((), "study").reflow()
    assert "@font-face" not in sheet and "@page" not in sheet


SIZE = re.compile(r"(?:font|font-size|line-height):[^;]*\d(?:pt|mm|in)|#(?!ffffff)[0-9a-f]{3,6}\b|@page[^{]*{[^{}]*(?:size|margin)")


@pytest.mark.parametrize(
    "name",
    [
        "paged",
        "base",
        "sections",
        "components",
        "side/none",
        "cover/bare",
        "flow/run-on",
        "tables/stacked",
        "code/hanging",
        "editions/practice",
    ],
)
def test_a_style_sheet_says_no_size_of_type_no_color_and_no_margin_of_a_page(name: str) -> None:
    css = (theme.folder() / f"styles/{name}.css").read_text()
    assert SIZE.findall(css) == []
    assert re.findall(r"^.*;.*;.*$", re.sub(r'"[^"]*"', "", css), re.MULTILINE) == []  # one declaration a line


def test_every_token_is_used_and_none_is_left_in_a_finished_sheet() -> None:
    sheets = "".join(path.read_text() for path in (theme.folder() / "styles").rglob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)\)", sheets))
    names = {name for name in theme.token_names() if not name.startswith(("type-", "size-", "leading-"))}
    # Margins of pages follow from theme.yaml without a style sheet, and so does what fills a page; the tints are for drawings.
    margins = {"margin-top", "margin-bottom", "margin-inner", "margin-outer"}
    assert names - used == {*margins, "space-filled", "faint", "middle", "page-width"} - used
    sizes = {name.partition("-")[2] for name in theme.token_names() if name.startswith("size-")}
    assert {name for name in sizes if not re.search(rf"--(?:type|size|leading)-{name}\)", sheets)} == set()
    # What a question takes of its page, words of their cover, and the white of a section is written with them.
    sheet = theme.look((), "practice", runs_on=True).paged("letter")
    assert set(re.findall(r"var\(--([\w-]+)", sheet)) == {"share", "cover-words", "white"}


# What has changed


def all_that_is_read(book: Book, publications: Mapping[str, Publication]) -> str:
    """Return what every reader of the theme's files gives to any edition on any medium, and to the pages of releases and packs."""
    editions = [path.stem for path in (theme.folder() / "styles/editions").glob("*.css")]
    bare = Layer("bare", {"side_column": "false", "cover": {"ground": "bare"}, "tables": "stacked", "code": "hanging"})
    looks = [theme.look((bare,), edition, runs_on=True) for edition in editions]
    hebrew = theme.look((bare,), writing=Writing("he"))
    styles = [repr(theme.package().values), *(look.paged("a4") for look in (*looks, hebrew)), looks[0].reflow("kindle")]
    styles.append(looks[0].web_edition())
    renditions = [rendered(replace(publication)) for publication in publications.values()]
    pages = [render.sheets(rendition)[0].xhtml for rendition in renditions]
    pages += [fragment.xhtml for rendition in renditions for fragment in rendition.fragments]
    pages.append(offered(book)["index.html"].decode())
    pages.append(render.web_page(publications["study"].look, **web_edition.values(publications["study"], (), titled=False)))
    styles.append(looks[0].pack_page(""))
    group = SimpleNamespace(id="kits", title="Kits", advice="", editions=())
    pages.append(render.pack_page(
        looks[0], outline=book.outline, mirrored=False, say=lambda *_, **__: "", style="", policy="", brand=PLAIN, logo="",
        groups=(group,), command="",
    ))  # fmt: skip
    words = [theme.words_digest("en"), *theme.labels("en").values(), *theme.spoken("en").values()]
    return "\n".join([*styles, *pages, *words])


def for_kits(path: Path) -> bool:
    """Tell whether a file is read for kits, for other languages, or for a later version alone, of which these publications are none."""
    planned = {kind.name for kind in KINDS if kind.is_planned} | {"leaf", "spread", "fields", "interviewer", "what-changed"}
    of_others = path.parent.name == "labels" and path.stem.removeprefix("spoken.") != "en"
    return path.stem in planned or path.parent.parent.name == "chapters" or of_others


def for_other_books(path: Path, templates: Path) -> bool:
    """Tell whether a file is copied into new books, or read for books without editions; fonts are known by their digests."""
    return path.relative_to(templates).parts[0] in ("book", "add", "editions", "fonts")


def test_of_every_file_of_the_theme_an_edit_is_seen_when_told_to_forget(
    templates: Path, book: Book, publications: Mapping[str, Publication]
) -> None:
    before = all_that_is_read(book, publications)
    marks = {
        path: f"mark-{n}-"
        for n, path in enumerate(sorted(path for path in templates.rglob("*.*") if path.is_file() and not for_kits(path)))
        if not for_other_books(path, templates)
    }
    for path, mark in marks.items():
        text = path.read_text()
        match path.suffix:
            case ".css":
                path.write_text(f"{text}\n.{mark} {{ }}\n")
            case ".yaml" if path.name == "theme.yaml":
                path.write_text(f"{text}  {mark}: {{}}\n")
            case ".yaml":
                path.write_text(re.sub(r"^(contents|squared): (.*)$", rf"\1: {mark}", text, flags=re.MULTILINE))
            case ".xhtml":
                path.write_text(re.sub(r"(<[a-z][\w-]*)(?=[ >])", rf'\1 data-x="{mark}"', text).replace('class="', f'class="{mark} '))
    theme.forget()
    after = all_that_is_read(book, publications)
    assert [path.name for path, mark in marks.items() if mark in before or mark not in after] == []


# Labels


def test_a_regional_language_falls_back_to_its_language() -> None:
    assert theme.labels("en-US") is not None
    assert theme.labels("en-US")["contents"] == theme.labels("en")["contents"] == "Contents"
    assert theme.spoken("en-GB") == theme.spoken("en")


def test_a_language_without_labels_is_named_with_what_to_write() -> None:
    with pytest.raises(BookError) as caught:
        theme.labels("eo")
    (fault,) = caught.value.diagnostics
    assert (fault.code, fault.message, fault.place.path) == ("T101", "no labels for language 'eo'", "book.yaml")
    assert fault.hint.endswith("write templates/labels/eo.yaml")


def test_a_language_without_spoken_formulas_has_them_spoken_in_english() -> None:
    assert theme.spoken("fr") == theme.spoken("en")
    own = Layer("theme", labels={"spoken.fr": {**theme.spoken("en"), "lang": "fr", "plus": "plus"}})
    assert theme.spoken("fr", (own,))["lang"] == "fr"


def test_a_regional_file_comes_before_the_language(templates: Path) -> None:
    text = (templates / "labels/en.yaml").read_text()
    (templates / "labels/en-GB.yaml").write_text(text.replace("behavioral: Behavioral", "behavioral: Behavioural"))
    assert theme.labels("en-GB")["behavioral"] == "Behavioural"
    assert theme.labels("en-US")["behavioral"] == "Behavioral"


def test_all_that_is_wrong_with_a_file_of_labels_is_told_at_once(templates: Path) -> None:
    text = (templates / "labels/en.yaml").read_text()
    text = text.replace("contents: Contents\n", "").replace('"Figure {number}"', '"Figuro {numero}"').replace('"p. {page}"', '"p. {page"')
    (templates / "labels/eo.yaml").write_text(text)
    path = "templates/labels/eo.yaml"
    assert faults(theme.labels, "eo") == [
        ("T102", path, "label 'contents' is missing"),
        ("T103", path, "label 'figure_label' has a blank that is not filled in: Figuro {numero}"),
        ("T103", path, "label 'page_ref' has a blank that is not filled in: p. {page"),
    ]


def test_a_label_may_leave_a_blank_out(templates: Path) -> None:
    text = (templates / "labels/en.yaml").read_text()
    (templates / "labels/eo.yaml").write_text(text.replace('"Level {level} of 3"', "Nivelo"))
    assert theme.labels("eo")["level_dots"] == "Nivelo"


@pytest.mark.parametrize("text", ["[contents]", "contents: [a]", "contents: 'a", "{"])
def test_a_file_that_is_no_list_of_labels_is_refused(templates: Path, text: str) -> None:
    (templates / "labels/eo.yaml").write_text(text)
    assert [(code, path) for code, path, _ in faults(theme.labels, "eo")] == [("T104", "templates/labels/eo.yaml")]


def test_labels_in_another_encoding_are_refused(templates: Path) -> None:
    (templates / "labels/eo.yaml").write_bytes("contents: Enhavo, ĝ".encode("utf-16"))
    assert faults(theme.labels, "eo")[0][0] == "T104"


def test_the_digest_changes_with_any_file_of_the_theme(templates: Path) -> None:
    before = theme.digest()
    assert theme.digest() == before
    (templates / "labels/eo.yaml").write_text("")
    named = theme.digest()
    (templates / "labels/eo.yaml").write_text(" ")
    assert len({before, named, theme.digest()}) == 3
