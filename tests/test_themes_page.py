"""The page on themes tells every token, and its example is a look that the press takes."""

from __future__ import annotations

import re
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path

from buildwork import SMALL, edit
from pydantic import BaseModel

from pipeline import theme
from pipeline.flow import load_and_check
from pipeline.model import Tokens

PAGE = (Path(__file__).parent.parent / "docs/themes.md").read_text()
WHOLE = {"papers": "papers.<name>", "editions": "editions.<id>"}


def tokens(kind: type[BaseModel], path: str = "", depth: int = 2) -> Iterator[str]:
    """Every token by the keys that lead to it; a font's faces and a paper's margins are told together."""
    for name, hint in typing.get_type_hints(kind).items():
        here = f"{path}.{name}".lstrip(".") if name in kind.model_fields else ""
        arguments = [hint, *typing.get_args(hint)]
        record = next((each for each in arguments if isinstance(each, type) and issubclass(each, BaseModel)), None)
        if record is not None and here and depth > 1:
            yield from tokens(record, WHOLE.get(here, here), depth - 1)
        elif here:
            yield WHOLE.get(here, here)


def test_the_page_tells_every_token_and_no_other() -> None:
    told = [name for row in re.findall(r"^\| (`[^|]+`) \| ", PAGE, re.MULTILINE) for name in re.findall(r"`([a-z_.<>]+)`", row)]
    told = [name for name in told if not name.endswith((".yaml", ".css"))]
    assert sorted(told) == sorted(tokens(Tokens))


def test_the_page_tells_the_names_of_fonts_and_of_tokens_in_style_sheets() -> None:
    for family in (theme.SERIF, theme.SANS, theme.CODE, theme.MATH):
        assert f'"{family}"' in PAGE
    called = set(re.findall(r"`(?:var\()?--([a-z-]+)", PAGE))
    options = {"theme", "watch"}
    assert called - theme.token_names() == options and len(called) > 10


def test_the_example_of_the_page_is_a_look_without_a_fault(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n# content/theme/theme.yaml\n(.*?)```", PAGE, re.DOTALL)
    folder = tmp_path / "book"
    shutil.copytree(SMALL, folder)
    (folder / "theme").mkdir()
    (folder / "theme/theme.yaml").write_text(example)
    edit(folder / "editions/study.yaml", "papers: [a4, letter]", "papers: [a5]")
    book, faults = load_and_check(folder)
    assert book is not None and faults == ()
    look = theme.of_edition(book.layers, book.editions["study"])
    assert "size: 148mm 210mm" in look.paged("a5") and not look.tokens.notes
