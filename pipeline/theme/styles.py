"""Put style sheets together: the package's in order, then those of layers, each later one over what came before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.model import Layer
from pipeline.theme import files
from pipeline.theme.files import remembered

Medium = Literal["paged", "reflow"]
SHEETS: dict[Medium, tuple[str, ...]] = {"paged": ("paged", "base", "sections", "components", "overviews"), "reflow": ("reflow",)}
MEDIA = re.compile(r"@media\s+(print|screen)\s*\{")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@remembered
def own(name: str) -> str:
    """Return one of the package's style sheets; nothing where there is none of that name."""
    path = files.folder() / "styles" / f"{name}.css"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def layered(medium: Medium, extras: Sequence[str], layers: Sequence[Layer], edition: str) -> str:
    """Return all style sheets of a medium in their order, tokens not yet filled in; ``extras`` are the package's further ones."""
    return "\n".join(filter(None, _sheets(medium, extras, layers, edition)))


def _sheets(medium: Medium, extras: Sequence[str], layers: Sequence[Layer], edition: str) -> Iterator[str]:
    yield from (own(name) for name in (*SHEETS[medium], *extras))
    yield from (layer.styles.get(medium, "") for layer in layers)
    for sheet in (own(f"editions/{edition}"), *(layer.styles.get(f"editions/{edition}", "") for layer in layers)):
        yield for_medium(sheet, medium)


def for_medium(css: str, medium: Medium) -> str:
    """Return a style sheet of an edition for one medium: what stands in ``@media print`` is paper's, in ``@media screen`` screens'.

    What stands in neither is for both. The frames of the blocks are gone, and comments are.
    """
    wanted = "print" if medium == "paged" else "screen"
    css, kept, at = COMMENT.sub("", css), list[str](), 0
    for block in MEDIA.finditer(css):
        if block.start() < at:
            continue
        end = _end(css, block.end())
        kept += [css[at : block.start()], css[block.end() : end] if block[1] == wanted else ""]
        at = end + 1
    return "".join((*kept, css[at:])).strip()


def _end(css: str, start: int) -> int:
    """Return where the brace that closes a block stands; the end of the sheet when none does."""
    depth = 1
    for found in re.finditer(r"\"[^\"\n]*\"|'[^'\n]*'|[{}]", css[start:]):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return start + found.start()
    return len(css)
