"""How even lines are: ten paragraphs of a book, as the press breaks them and as Typst does, in one measure and one font.

``PYTHONPATH=tests .venv/bin/python -m bench.looseness`` prints, for each way of setting them, how long lines are by
nature, as a share of the measure: the mean, and the standard deviation, which is the spread of their looseness. The
last line of a paragraph is not counted. Natural widths are those of the font, whatever was done to fill the line.
"""

from __future__ import annotations

import io
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont
from presswork import DIGEST, bound

from bench.press import ROOT
from pipeline import load, markup, theme
from pipeline.model import Book, Tokens
from pipeline.press import Signature
from pipeline.theme.stylesheets import points

COUNT, LETTERS = 10, 380
"""Paragraphs, and the letters that each has at least: five lines and more."""
FOLDED = {"\u2010": "-", "\u00ad": "-", "\ufffe": "-"}
WAYS: Mapping[str, str] = {
    "Typst, ragged": "#set par(justify: false)",
    "Typst, ragged, whole paragraphs": '#set par(justify: false, linebreaks: "optimized")',
    "Typst, justified": '#set par(justify: true, linebreaks: "optimized")',
}


@dataclass(frozen=True)
class Spread:
    """Lines of some paragraphs, last ones left out."""

    lines: int
    mean: float
    deviation: float
    hyphens: int


def spread(paragraphs: Sequence[Sequence[str]], advances: Mapping[str, float], measure: float) -> Spread:
    """Return how long the lines of paragraphs are by nature, as shares of the measure; advances and measure have one unit."""
    lines = [line for paragraph in paragraphs for line in paragraph[:-1]]
    widths = [sum(advances.get(sign, advances["n"]) for sign in line) / measure for line in lines]
    return Spread(len(lines), statistics.fmean(widths), statistics.pstdev(widths), sum(line.endswith("-") for line in lines))


def paragraphs(book: Book) -> Iterator[str]:
    """Yield the first long paragraphs of a book's answers, full and spoken, that are nothing but words."""
    for question in book.questions.values():
        for text in f"{question.answer}\n\n{question.spoken}".split("\n\n"):
            if len(text) >= LETTERS and not re.search(r"[$`\[\]{}|*_#<>^~\\]|^[-\d]", text):
                yield markup.plain(markup.parse(" ".join(text.split()), inline=True))


def advances(font: bytes, size: float) -> dict[str, float]:
    """Return the widths of a font's characters in points."""
    with TTFont(io.BytesIO(font)) as file:
        scale, widths = size / file["head"].unitsPerEm, file["hmtx"]
        return {chr(code): widths[glyph][0] * scale for code, glyph in file.getBestCmap().items()}


def lines_of(pdf: bytes) -> list[list[str]]:
    """Return the lines of each page."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    told = found.translate(str.maketrans(FOLDED))
    return [[" ".join(line.split()) for line in page.split("\n") if line.strip()] for page in told.split("\f") if page.strip()]


def pressed(texts: Sequence[str], css: str) -> bytes:
    """Set paragraphs with the press, each on a page of its own."""
    body = "".join(f'<section class="one"><p>{text}</p></section>' for text in texts)
    css += (
        "\n.one { break-before: page }\n@page { @top-left { content: none } @top-right { content: none } @bottom-right { content: none }}"
    )
    xhtml = f'<html xmlns="http://www.w3.org/1999/xhtml" lang="en-US"><head><title>T</title></head><body>{body}</body></html>'
    return bound(Signature("looseness", "front", xhtml, css, DIGEST, (), (("looseness", "looseness.yaml"),)))


def typst(texts: Sequence[str], way: str, size: float, measure: float, font: bytes) -> bytes:
    """Set paragraphs with Typst, each on a page of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fonts").mkdir()
        (folder / "fonts/text.ttf").write_bytes(font)
        head = f"""#set page(width: {measure + 100}pt, height: 400pt, margin: 50pt)
#set text(font: "Source Serif 4", size: {size}pt, lang: "en", region: "US", hyphenate: true, number-type: "old-style")
{way}
"""
        said = "#pagebreak()\n".join(f"#text({_quoted(text)})\n" for text in texts)
        (folder / "book.typ").write_text(head + said)
        subprocess.run([sys.executable, "-m", "bench.typst_run", name, f"{name}/book.pdf"], cwd=ROOT / "tests", check=True)
        return (folder / "book.pdf").read_bytes()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def measure_of(tokens: Tokens) -> float:
    """Return the width of text on the first paper of a look, in points."""
    paper = tokens.papers["a4"]
    side = (paper.side.width, paper.side.gap) if tokens.side_column and paper.side else ()
    return points(paper.width) - sum(map(points, (paper.margins.inner, paper.margins.outer, *side)))


def main() -> None:
    """Print one line for each way of setting the same paragraphs."""
    book, _ = load.load_book(ROOT / "content")
    assert book is not None
    look = theme.of_edition(book.layers, book.editions["study"], book.writing)
    size, measure = float(look.tokens.type.text.partition("/")[0]), measure_of(look.tokens)
    font = next(data for name, data in look.font_resources().items() if name.endswith("SourceSerif4-Regular.ttf"))
    texts, known, css = [text for text, _ in zip(paragraphs(book), range(COUNT), strict=False)], advances(font, size), look.paged("a4")
    made = {
        "as study is set, ragged": pressed(texts, css),
        "the press, justified": pressed(texts, css + "\np { text-align: justify }"),
        **{name: typst(texts, way, size, measure, font) for name, way in WAYS.items()},
    }
    print(f"{len(texts)} paragraphs, {size:g} pt, measure {measure:.0f} pt")
    for name, pdf in made.items():
        found = spread(lines_of(pdf), known, measure)
        print(f"{name:32} {found.lines:3} lines  mean {found.mean:.3f}  spread {found.deviation:.4f}  hyphens {found.hyphens}")


if __name__ == "__main__":
    main()
