"""Write the style sheets of a look: its tokens as values of CSS, the rules of its papers, and its sheets in their order.

A style sheet says ``var(--size-note)``, and the value is put in its place before the sheet is used: so tokens stand
everywhere, in page margins too, and on screens, whose engines may know no variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, Literal

from pipeline.brand import Palette
from pipeline.model import Layer, PaperSize, Tokens
from pipeline.theme.package_theme import style_sheet

Medium = Literal["paged", "reflow"]
SHEETS: dict[Medium, tuple[str, ...]] = {"paged": ("paged", "base", "sections", "components", "overviews"), "reflow": ("reflow",)}
MEDIA = re.compile(r"@media\s+(print|screen)\s*\{")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
VARIABLE = re.compile(r"var\(\s*--([\w-]+)\s*\)")
WHOLE = ("serif", "sans", "code", "maths", "emoji", "symbols")
"""Keys whose value is not mixed with that of a lower layer: a family's faces belong together."""
UNITS = {"mm": 72 / 25.4, "in": 72.0, "pt": 1.0}
"""Points in a unit."""
FOLIO = '"00000"'
"""What the folio's box shows until binding writes the number: see `press.slots`."""
FOLIO_BOXES = {"left": ("left",), "center": ("center",), "right": ("right",), "outside": ("left", "right")}


def merged(layers: Sequence[Layer], edition: str = "") -> dict[str, Any]:
    """Return what the layers say, the later over the earlier, and over these what they say of an edition."""
    whole: dict[str, Any] = reduce(_over, (layer.values for layer in layers), {})
    of_editions = whole.pop("editions", None)
    if not edition or not isinstance(of_editions, Mapping):
        return whole
    over: dict[str, Any] = _over(whole, of_editions.get(edition, {}))
    return over


def _over(low: Mapping[str, Any], high: Any) -> Any:
    """Lay one mapping over another; what is no mapping takes the place of what was there."""
    if not isinstance(high, Mapping):
        return high
    out = dict(low)
    for key, value in high.items():
        below = out.get(key)
        out[key] = _over(below, value) if isinstance(below, Mapping) and key not in WHOLE else value
    return out


def points(length: str) -> float:
    """Return a length in points."""
    return float(length[:-2]) * UNITS[length[-2:]]


def millimeters(*lengths: str) -> str:
    """Return the sum of lengths, which may begin with a minus, in millimeters."""
    total = sum(-points(each[1:]) if each.startswith("-") else points(each) for each in lengths)
    return f"{round(total * 25.4 / 72, 4):g}mm"


def side_of(tokens: Tokens, paper: PaperSize) -> tuple[str, str]:
    """Return width and gap of the side column on a paper; nothing where it has none."""
    return (paper.side.width, paper.side.gap) if tokens.side_column and paper.side else ("0mm", "0mm")


def values(tokens: Tokens, palette: Palette) -> dict[str, str]:
    """Return every token that holds on screens too, by its name in CSS."""
    found = {name: getattr(palette, name) for name in ("accent", "tint", "pale", "faint", "middle")}
    found |= {_css(name): value for name, value in tokens.palette.model_dump(exclude={"accent"}).items()}
    for name, sizes in tokens.type.model_dump().items():
        found |= _sizes(_css(name), sizes)
    found |= {f"tight-{name}": value for name, value in tokens.tight.model_dump().items()}
    found |= {f"space-{name}": f"{value:g}" for name, value in tokens.space.model_dump().items()}
    found |= {_css(name): str(value) for name, value in tokens.measures.model_dump().items()}
    return found | {"folio-drop": tokens.folio.drop, "head-rise": tokens.heads.rise}


def paper_values(tokens: Tokens, paper: PaperSize) -> dict[str, str]:
    """Return the tokens of a paper."""
    width, gap = side_of(tokens, paper)
    margins = {f"margin-{name}": value for name, value in paper.margins.model_dump().items()}
    return {**margins, "page-width": paper.width, "page-height": paper.height, "side-width": width, "side-gap": gap}


def _sizes(name: str, sizes: str) -> dict[str, str]:
    size, _, leading = sizes.partition("/")
    whole = {f"size-{name}": f"{size}pt"}
    return whole | ({f"leading-{name}": f"{leading}pt", f"type-{name}": f"{size}pt/{leading}pt"} if leading else {})


def _css(name: str) -> str:
    return name.replace("_", "-")


def filled(css: str, known: Mapping[str, str]) -> str:
    """Return a style sheet with the values of tokens in the place of their names; other variables stay."""
    return VARIABLE.sub(lambda found: known.get(found[1], found[0]), css)


def terse(css: str) -> str:
    """Return a style sheet without comments and blank lines."""
    return "\n".join(line for line in COMMENT.sub("", css).splitlines() if line.strip())


def unknown(css: str, known: Iterable[str]) -> Iterator[re.Match[str]]:
    """Yield each variable that is no token, and that the style sheet does not set itself."""
    yield from (found for found in VARIABLE.finditer(css) if found[1] not in known and not re.search(rf"--{found[1]}\s*:", css))


def page_rules(tokens: Tokens, paper: PaperSize) -> str:
    """Return the @page rules of a paper."""
    margins, (side, gap) = paper.margins, side_of(tokens, paper)
    indent = millimeters(side, gap)
    wide = wide_margin(tokens, paper)
    text = millimeters(paper.width, f"-{margins.inner}", f"-{indent}", f"-{margins.outer}")
    heads = _heads(tokens, millimeters(text, indent), indent)
    wide_heads = _heads(tokens, millimeters(paper.width, f"-{wide}", f"-{margins.outer}"), "0mm")
    folios = "".join(f" @bottom-{box} {{ content: {FOLIO} }}" for box in FOLIO_BOXES[tokens.folio.at])
    size = f"{paper.width} {paper.height}"
    around = f"{margins.top} {margins.outer} {margins.bottom} {millimeters(margins.inner, indent)}"
    return f"""@page {{ size: {size}; margin: {around};{"".join(heads)}{folios} }}
@page wide, wide-continued {{ margin-left: {wide};{"".join(wide_heads)} }}
@page wide-opening {{ margin-left: {wide} }}
@page cover {{ margin: 0 }}
"""


def wide_margin(tokens: Tokens, paper: PaperSize) -> str:
    """Return the left margin of pages without a side column."""
    return paper.margins.outer if side_of(tokens, paper)[0] != "0mm" else paper.margins.inner


def _heads(tokens: Tokens, whole: str, indent: str) -> Iterator[str]:
    """Yield the boxes of the running heads over a page's whole width, the side column's included."""
    places = {tokens.heads.section: "string(head)", tokens.heads.guide: "string(guide)"}
    guide = tokens.heads.guide_width
    for place, content in places.items():
        if place == "none":
            continue
        is_alone = set(places) <= {place, "none"}
        width = whole if is_alone else guide if content == "string(guide)" else millimeters(whole, f"-{guide}")
        moved = f"; margin-left: -{indent}" if place == "left" else ""
        yield f" @top-{place} {{ content: {content}; width: {width}{moved} }}"


def layered(medium: Medium, extras: Sequence[str], layers: Sequence[Layer], edition: str) -> str:
    """Return all style sheets of a medium in their order, tokens not yet filled in; ``extras`` are the package's further ones."""
    return "\n".join(filter(None, _sheets(medium, extras, layers, edition)))


def _sheets(medium: Medium, extras: Sequence[str], layers: Sequence[Layer], edition: str) -> Iterator[str]:
    yield from (style_sheet(name) for name in (*SHEETS[medium], *extras))
    yield from (layer.styles.get(medium, "") for layer in layers)
    for sheet in (style_sheet(f"editions/{edition}"), *(layer.styles.get(f"editions/{edition}", "") for layer in layers)):
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


# Languages

FAMILY = re.compile(r'"Book (Serif|Sans|Code|Folio|Slot|Slot Serif)"')
SERVES = {"Serif": "Serif", "Slot Serif": "Serif"}
"""The role whose faces of a script stand beside a family's; for others the sans."""


def spoken_for(css: str, scripts: Sequence[str], leading: str) -> str:
    """Return a style sheet whose families of text are followed by those of scripts, or led by those of one."""

    def with_scripts(found: re.Match[str]) -> str:
        role = SERVES.get(found[1], "Sans")
        first = [leading] if leading and found[1] in ("Serif", "Sans") else []
        before = "".join(f'"Book {role} {script}", ' for script in first)
        return before + found[0] + "".join(f', "Book {role} {script}"' for script in scripts if script not in first)

    return FAMILY.sub(with_scripts, css)


SIDED = re.compile(r"(?<=[\s;{@-])(left|right)(?=\s*[:;!}]|-(?:width|color|style|radius)\b|\s+center|\s*\{)")
ALIGNED = re.compile(r"((?:text-align|float|clear|object-position)\s*:\s*)(left|right)\b")
FOUR = re.compile(r"((?:margin|padding)\s*:\s*)([^;{}!]+)")
PART = re.compile(r"(?:[^\s()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+")
FIGURES = re.compile(r"[^{}]*\.right\s*\{[^{}]*\}")
"""A rule for columns of figures, whose units stand below one another in any direction."""
OTHER = {"left": "right", "right": "left"}


def mirrored(css: str) -> str:
    """Return a style sheet with left and right in one another's place: sides, margins, alignment, boxes of the page."""
    parts, at = list[str](), 0
    for kept in FIGURES.finditer(css):
        parts += [_mirrored(css[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join((*parts, _mirrored(css[at:])))


def _mirrored(css: str) -> str:
    css = ALIGNED.sub(lambda found: f"{found[1]}\0{OTHER[found[2]]}", css)
    css = SIDED.sub(lambda found: OTHER[found[1]], css).replace("\0", "")
    return FOUR.sub(lambda found: found[1] + _turned(found[2]), css)


def _turned(sides: str) -> str:
    """Return the four sides of a shorthand with the second and the fourth changed; fewer say nothing of left and right."""
    parts = PART.findall(sides)
    after = sides[len(sides.rstrip()) :]
    return f"{parts[0]} {parts[3]} {parts[2]} {parts[1]}{after}" if len(parts) == 4 else sides
