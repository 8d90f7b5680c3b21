"""Make the files of a spine ready for Kindles: formulas and drawings become pictures, and styles are few.

Send to Kindle makes a file of its own of an EPUB. It drops MathML, and moves drawings out of the text, where night leaves
them black on black. What is sent has neither: formulas are PNG pictures, as high as their letters, that say what they
said before; tables and code stay what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain
from pathlib import PurePosixPath

from lxml import etree

from pipeline import markup, model, press, render
from pipeline.epub import reflow
from pipeline.epub.formula_lines import LINES, PIECES, mend, unfold
from pipeline.epub.spine import IMAGES, NARROW, File
from pipeline.markup import Setting
from pipeline.press import Pixels
from pipeline.publication import Publication
from pipeline.render import Rendition
from pipeline.theme import Look

MATH, SVG = f"{{{reflow.MATHML}}}math", f"{{{reflow.SVG}}}svg"
IMG, SPAN = f"{{{reflow.XHTML}}}img", f"{{{reflow.XHTML}}}span"
NOT_DRAWN = ("alttext", "style", "id", "class", "displaystyle")
"""Attributes of a formula that change nothing of what is drawn."""
Drawings = Mapping[str, Setting]
"""Formulas drawn, by what they are as MathML."""


def drawings(publication: Publication) -> Drawings:
    """Return the formulas of a publication drawn as for paper: recalled, where they have been."""
    beside = chain.from_iterable(publication.resources.get(kind, {}).values() for kind in ("boxes", "figures"))
    texts = [markup.parse(text, inline=kind.inline) for record in beside for _, kind, text in model.prose(record) if text]
    # Displayed in the sheet, and in a line where all of the book is on a page.
    texts += [markup.parse(form.format(each.latex.strip())) for each in _sheet(publication) for form in ("$$\n{}\n$$", "${}$")]
    found = {(formula.latex, formula.display) for text in texts if not text.faults for formula in text.formulas}
    return {
        _key(etree.fromstring(markup.mathml(latex, display=display, alt=""))): markup.svg(latex, display=display)
        for latex, display in sorted(found | set(render.formulas(publication)))
    }


def _sheet(publication: Publication) -> Iterator[model.Formula]:
    for section in publication.sections:
        if isinstance(section.record, model.FormulaSheet):
            yield from section.record.formulas


def pictured(rendition: Rendition, spine: Sequence[File], drawn: Drawings) -> tuple[tuple[File, ...], dict[str, bytes]]:
    """Return the files with pictures for formulas and drawings, and all pictures that they show, by their names.

    ``drawn`` are formulas that have been drawn for paper; another one is drawn here.
    """
    held = dict[str, bytes]()
    return tuple(_pictured(file, rendition, drawn, held) for file in spine), held


def _pictured(file: File, rendition: Rendition, drawn: Drawings, held: dict[str, bytes]) -> File:
    root = reflow.parse(file.xhtml.decode())
    look, shown = rendition.publication.look, dict[str, None]()

    def keep(pixels: Pixels) -> str:
        name = f"{sha256(pixels.png).hexdigest()[:16]}.png"
        held[name] = pixels.png
        shown[name] = None
        return IMAGES + name

    for link in [each for each in root.iter(f"{{{reflow.XHTML}}}link") if each.get("href") == NARROW]:
        _remove(link)
    for box in [each for each in root.iter(SPAN) if each.get("class") in (LINES, PIECES)]:
        _mend(box, drawn)
    for formula in list(root.iter(MATH)):
        unfold(formula)
        reflow.put(formula, _formula(formula, drawn, keep))
    for image in list(root.iter(IMG)):
        name = str(image.get("src", "")).removeprefix(IMAGES)
        if PurePosixPath(name).suffix == ".svg":
            _show(image, _drawn(name, rendition.resources[name], look), keep)
        elif name in rendition.resources:
            held[name] = rendition.resources[name]
            shown[name] = None
    for chart in list(root.iter(SVG)):
        reflow.put(chart, _chart(chart, look, keep))
    return replace(file, xhtml=reflow.serialize(root), properties=(), resources=tuple(shown), characters="")


def _mend(box: etree._Element, drawn: Drawings) -> None:
    """Put a formula that has been drawn in the place of its pieces."""
    whole, pieces = mend(box), list(box.iter(MATH))
    unfold(whole)
    if _key(whole) not in drawn:
        return
    reflow.put(pieces[0], whole)
    whole.tail = pieces[-1].tail
    for piece in pieces[1:]:
        _remove(piece)
    for held in list(box)[1:]:
        box.remove(held)


def _formula(formula: etree._Element, drawn: Drawings, keep: Callable[[Pixels], str]) -> etree._Element:
    """Return the picture of a formula, as high as the letters beside it; so is a displayed one, which stands in a line of its own."""
    known = drawn.get(_key(formula)) or markup.draw_mathml(_bare(formula))
    pixels = press.formula(known.data, markup.SIZE, known.depth)
    style = f"width:{pixels.width:g}em" + ("" if formula.get("display") == "block" else f";vertical-align:{-pixels.depth:g}em")
    return etree.Element(IMG, {"class": "math", "src": keep(pixels), "alt": str(formula.get("alttext", "")), "style": style})


def _chart(chart: etree._Element, look: Look, keep: Callable[[Pixels], str]) -> etree._Element:
    """Return the picture of a drawing that stands in the text."""
    said = {"alt": chart.get("aria-label", ""), "aria-hidden": chart.get("aria-hidden"), "style": chart.get("style")}
    image = etree.Element(IMG, {name: str(value) for name, value in said.items() if value is not None})
    svg = etree.fromstring(etree.tostring(chart, with_tail=False))
    etree.cleanup_namespaces(svg)
    drawing = etree.tostring(svg)
    _show(image, _drawn(sha256(drawing).hexdigest()[:16], drawing, look), keep)
    return image


def _drawn(name: str, svg: bytes, look: Look) -> Pixels:
    with_letters = b"<text" in svg
    style, fonts = (look.font_faces, look.font_resources()) if with_letters else ("", {})
    return press.drawing(name, svg, style, fonts)


def _show(image: etree._Element, pixels: Pixels, keep: Callable[[Pixels], str]) -> None:
    """Show pixels in an image, as wide as it was before; one that nothing says the width of is as wide as its drawing."""
    image.set("src", keep(pixels))
    if not (image.get("style") or image.get("class")):
        image.set("style", f"width:{pixels.width:g}em")


def _key(formula: etree._Element) -> str:
    """Return a formula as MathML, without what it says and where it and its parts stand."""
    return _bare(formula).replace(' form="infix"', "")


def _bare(formula: etree._Element) -> str:
    """Return a formula as MathML, without what it says and where it stands."""
    bare = etree.fromstring(etree.tostring(formula, method="c14n", exclusive=True, with_tail=False))
    for name in NOT_DRAWN:
        bare.attrib.pop(name, "")
    return etree.tostring(bare, method="c14n", exclusive=True).decode()


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)
