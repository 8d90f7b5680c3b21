"""Write an edition as a Typst document: the same words, code, tables, drawings, references, and fonts.

The XHTML of the rendition is walked, element by element; `style.typ` holds the look. Every word is written as a string, so
that no sign of Typst's markup can stand in it by chance.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from bench.edition import Prepared

SVG = "{http://www.w3.org/2000/svg}svg"
STYLE = Path(__file__).with_name("style.typ")
SPACE = re.compile(r"\s+")
NOT_PRINTED = ("question-word", "topic-comma")
DIGITS = re.compile("0+")
Element = etree._Element
Writer = Callable[["Walk", Element], str]


def write(prepared: Prepared, folder: Path) -> Path:
    """Write ``book.typ``, its style, drawings, and fonts into a folder; return the path of the document."""
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    for name, data in prepared.fonts.items():
        (folder / "fonts" / Path(name).name).write_bytes(data)
    for name, data in prepared.rendition.resources.items():
        (folder / file_name(name)).write_bytes(data)
    shutil.copy(STYLE, folder / "style.typ")
    path = folder / "book.typ"
    path.write_text(document(prepared, folder), encoding="utf-8")
    return path


def document(prepared: Prepared, folder: Path) -> str:
    """Return the Typst document; drawings that stand in the XHTML itself are written into the folder."""
    sections = [whole(fragment.xhtml) for fragment in prepared.rendition.fragments]
    walk = Walk(folder, {name for section in sections for name in section.xpath("//@id")}, targets(sections))
    outline = prepared.publication.outline
    creators = ", ".join(string(creator.name) for creator in outline.creators)
    head = f'#import "style.typ": *\n#show: book.with({string(outline.title)}, ({creators},), {string(outline.title)})\n'
    return head + "\n".join(walk.section(section) for section in sections) + "\n"


def whole(fragment: str) -> Element:
    """Return a section as one element: Typst needs no contents or index in parts."""
    section, *parts = etree.fromstring(f"<parts>{fragment}</parts>").iterchildren("*")
    for part in parts:
        section.extend(part)
    return section


def targets(sections: list[Element]) -> set[str]:
    """Give the ids that anything leads to."""
    links = {href.removeprefix("#") for section in sections for href in section.xpath("//@href") if href.startswith("#")}
    return links | {slot for section in sections for slot in section.xpath("//@data-slot")}


def file_name(resource: str) -> str:
    """Give the file of a resource."""
    return resource.replace("/", "-")


def string(text: str) -> str:
    """Return text as a Typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def has_class(element: Element, name: str) -> bool:
    """Tell whether an element is of a class."""
    return name in (element.get("class") or "").split()


def child(element: Element, path: str) -> Element:
    """Return the first element at a path. Raises ValueError when there is none: the templates have changed."""
    found = element.find(path)
    if found is None:
        raise ValueError(f"no {path} in <{element.tag} class={element.get('class')}>")
    return found


class Walk:
    """Walk the sections of one edition."""

    def __init__(self, folder: Path, ids: set[str], targets: set[str]) -> None:
        """Write drawings into a folder; ``ids`` are there to be linked to, and of these ``targets`` are."""
        self.folder, self.ids, self.targets = folder, ids, targets & ids
        self.anchored: set[str] = set()
        self.drawings = 0
        self.depth = 0

    # Sections

    def section(self, section: Element) -> str:
        """Write a section of the book."""
        kind, running = (section.get("class") or "").split()[0], string(section.get("data-head") or "")
        if kind == "cover":
            return self._cover(section)
        if kind in ("title-page", "imprint"):
            return f"#bare({'52mm' if kind == 'title-page' else '95mm'})[{self.anchor(section)}{self.inside(section)}]"
        body = {"opener": Walk.opener, "sources": Walk.works}.get(kind, Walk.inside)(self, section)
        if kind in ("contents", "index"):
            return f"#head.update({running})\n#open-wide[{self.anchor(section)}{body}]"
        return f"#begin({running})\n{self.anchor(section)}{body}"

    def _cover(self, section: Element) -> str:
        lines = {p.get("class"): self.inside(p) for p in section.iter("p")}
        sizes = (("cover-title", 40, 44), ("cover-subtitle", 14, 19), ("cover-edition", 12, 16), ("cover-publisher", 10, 14))
        parts = [f"line({size}pt, {height}pt, fill: white)[{lines.get(name, '')}]" for name, size, height in sizes]
        return f'#cover("{self.drawing(child(section, f".//{SVG}"))}", {", ".join(parts)})'

    def opener(self, section: Element) -> str:
        """Write the page that opens a section of questions."""
        head, body = child(section, "header"), child(section, "div")
        chart = child(body, "figure")
        words = (child(head, "p"), child(body, "div"), child(chart, "figcaption"))
        number, intro, caption = (f"[{self.inside(part)}]" for part in words)
        contents = f"[{self.contents(child(section, 'nav'))}]"
        title = f"[{self.element(child(head, 'h1'))}]"
        return f'#opener({number}, {title}, {intro}, "{self.drawing(child(chart, SVG))}", {caption}, {contents})'

    # Anything

    def inside(self, element: Element) -> str:
        """Write all that stands in an element."""
        return self.text(element.text) + "".join(self.element(e) + self.text(e.tail) for e in element.iterchildren(etree.Element))

    def element(self, element: Element) -> str:
        """Write an element, by its class or its name."""
        names = (element.get("class") or "").split()
        if any(name in NOT_PRINTED for name in names):
            return ""
        write = next((BY_CLASS[name] for name in names if name in BY_CLASS), None) or BY_TAG.get(element.tag, Walk.inside)
        return self.anchor(element) + write(self, element)

    def text(self, text: str | None) -> str:
        """Write words: the space at their ends is markup, which Typst drops at the ends of a paragraph."""
        words = SPACE.sub(" ", text or "")
        if not words.strip():
            return words
        before, after = " " * words.startswith(" "), " " * words.endswith(" ")
        return f"{before}#{string(words.strip())}{after}"

    def anchor(self, element: Element) -> str:
        """Mark the place of an id that something leads to."""
        name = element.get("id") or ""
        if name not in self.targets or name in self.anchored:
            return ""
        self.anchored.add(name)
        return f"#metadata(none)<{name}>"

    def drawing(self, svg: Element) -> str:
        """Write a drawing that stands in the text to a file of its own; return its name."""
        self.drawings += 1
        name = f"drawing-{self.drawings}.svg"
        (self.folder / name).write_bytes(etree.tostring(svg, with_tail=False))
        return name

    # Elements

    def heading(self, element: Element) -> str:
        """Write a heading."""
        level, body = element.tag[1], self.inside(element)
        call = f"part({level})" if has_class(element, "part-title") else f"heading(level: {level})"
        return f"#{call}[{body}]"

    def listed(self, element: Element) -> str:
        """Write a list."""
        items = ", ".join(f"[{self.anchor(li)}{self.inside(li)}]" for li in element.iterchildren("li"))
        start = f"start: {element.get('start')}, " if element.get("start") else ""
        return f"#{'enum' if element.tag == 'ol' else 'list'}({start}{items})\n"

    def preformatted(self, element: Element) -> str:
        """Write a listing, to be colored by Typst in the language that it is in."""
        code = child(element, "code")
        language = (code.get("class") or "").removeprefix("language-")
        named = f"lang: {string(language)}, " if language not in ("", "text") else ""
        return f"#raw(block: true, {named}{string(''.join(code.itertext()))})\n"

    def listing(self, element: Element) -> str:
        """Write a listing with its title."""
        call = "output" if has_class(element, "output") else "listing"
        return f"#{call}[{self.inside(child(element, 'p'))}][{self.preformatted(child(element, 'pre'))}]\n"

    def table(self, element: Element) -> str:
        """Write a table, in a figure when it has a caption."""
        rows = [list(tr) for tr in element.iter("tr")]
        aligns = ", ".join(next((a for a in ("right", "center") if has_class(cell, a)), "left") for cell in rows[-1])
        cells = [", ".join(f"[{self.inside(cell)}]" for cell in row) for row in rows]
        if element.find("thead") is not None:
            cells[0] = f"table.header({cells[0]})"
        table = f"table(columns: {len(rows[0])}, align: ({aligns},), {', '.join(cells)})"
        caption = element.find("caption")
        return f"#{table}\n" if caption is None else f"#figure({table}, kind: table, caption: [{self.inside(caption)}])\n"

    def figure(self, element: Element) -> str:
        """Write a drawing, with its caption if it has one."""
        drawn, image = element.find(SVG), element.find("img")
        if drawn is not None:
            return f"#image({string(self.drawing(drawn))}, width: 100%)\n"
        if image is None:
            raise ValueError(f"no drawing in <figure class={element.get('class')}>")
        file = file_name((image.get("src") or "").removeprefix("guidepress:"))
        picture = f"image({string(file)}, width: 100%, alt: {string(image.get('alt') or '')})"
        return f"#figure({picture}, kind: image, caption: [{self.inside(child(element, 'figcaption'))}])\n"

    def formula(self, element: Element) -> str:
        """Write the drawing of a formula, as large as it is on our pages."""
        style = dict(part.split(":") for part in (element.get("style") or "").split(";"))
        file = file_name((element.get("src") or "").removeprefix("guidepress:"))
        depth = style.get("vertical-align", "0em").removeprefix("-") if style.get("vertical-align", "0em").startswith("-") else "0em"
        return f"#maths({string(file)}, {style['width']}, {style['height']}, {depth}, {string(element.get('alt') or '')})"

    def question_head(self, element: Element) -> str:
        """Write the head of a question."""
        title, side = child(element, "h2"), child(element, "div")
        number = child(title, "span[@class='question-number']")
        shown = self.text("".join(number.itertext()).removeprefix("".join(child(number, "span").itertext())))
        words = self.text(number.tail) + "".join(self.element(e) + self.text(e.tail) for e in number.itersiblings())
        lines = "".join(f"#side-line[{self.inside(p)}]" for p in side.iter("p"))
        return f"#question-head([{shown}], [{lines}])[{self.anchor(title)}#heading(level: 2)[{words}]]\n"

    def link(self, element: Element) -> str:
        """Write a link; to a place that is not there, its words."""
        href, body = element.get("href") or "", self.inside(element)
        if not href.startswith("#"):
            return f"#link({string(href)})[{body}]"
        return f"#link(<{href[1:]}>)[{body}]" if href[1:] in self.ids else body

    def slot(self, element: Element) -> str:
        """Write a page number with the words before it."""
        before, after = DIGITS.split(element.text or "", maxsplit=1)
        return f"{self.text(before)}#pg(<{element.get('data-slot')}>){self.text(after)}"

    def contents(self, element: Element) -> str:
        """Write the lines of a contents, or of questions to see, with their page numbers."""
        return "\n".join(self._lines(element, 0))

    def _lines(self, element: Element, depth: int) -> Iterator[str]:
        look = "" if depth or element.get("class") else ', weight: "bold", font: sans, size: 10.25pt, height: 14pt'
        for li in child(element, "ol") if element.tag != "ol" else element:
            a = child(li, "a")
            parts = {(e.get("class") or "").rpartition("-")[2]: e for e in a}
            number = f"[{self.inside(parts['number'])}]" if "number" in parts else "none"
            yield f"#entry(<{(a.get('href') or '')[1:]}>, {number}, [{self.inside(parts['title'])}]{look})"
            for below in li.iterchildren("ol"):
                yield from self._lines(below, depth + 1)

    def see_also(self, element: Element) -> str:
        """Write a heading, and questions with their page numbers."""
        lines = (f"<{(a.get('href') or '')[1:]}>, [{self.inside(a[0])}], [{self.inside(a[1])}]" for a in element.iter("a"))
        shown = "".join(f"#entry({line}, font: sans, size: 9pt)\n" for line in lines)
        return self.element(element[0]) + shown

    def cited(self, element: Element) -> str:
        """Write works in a row."""
        works = '#"; "'.join(self.inside(li) for li in element.iter("li"))
        return f'{self.element(element[0])}#cited[{works}#"."]\n'

    def index(self, element: Element) -> str:
        """Write the index in columns."""
        groups = (self.element(group[0]) + self.entries(child(group, "ul")) for group in element)
        return f"#index-groups[{''.join(groups)}]\n"

    def entries(self, element: Element, depth: int = 0) -> str:
        """Write the entries of one letter."""
        return "".join(self._entry(li, depth) for li in element)

    def _entry(self, li: Element, depth: int) -> str:
        inline = self.text(li.text) + "".join(self.element(e) + self.text(e.tail) for e in li if e.tag != "ul")
        below = "".join(self.entries(e, depth + 1) for e in li.iterchildren("ul"))
        return f"#index-entry({depth})[{self.anchor(li)}{inline}]{below}\n"

    def works(self, element: Element) -> str:
        """Write the list of sources."""
        items = "".join(f"#item[{self.anchor(li)}{self.inside(li)}]\n" for li in element.iter("li"))
        return "".join(items if e.tag == "ul" else self.element(e) for e in element)


def around(call: str) -> Writer:
    """Return a writer that puts what stands in an element into a call."""
    return lambda walk, element: f"#{call}[{walk.inside(element)}]\n"


def within(call: str) -> Writer:
    """Return a writer of words within a paragraph: no white space is added."""
    return lambda walk, element: f"#{call}[{walk.inside(element)}]"


def _code(walk: Walk, element: Element) -> str:
    return f"#raw({string(SPACE.sub(' ', ''.join(element.itertext())))})"


SMALL = 'line(9.75pt, 13.25pt, weight: "bold", space: 6pt)'
BY_CLASS: dict[str, Writer] = {
    "question-head": Walk.question_head, "panel": around("panel"), "listing": Walk.listing, "math": Walk.formula, "slot": Walk.slot,
    "footnote": within("footnote"), "equation": around("equation"), "contents": Walk.contents, "opener-contents": Walk.contents,
    "see-also": Walk.see_also, "cited": Walk.cited, "index-groups": Walk.index, "formula": around("formula"), "box": around("aside"),
    "admonition": around("aside"), "box-title": around("aside-title"), "admonition-title": around("aside-title"),
    "label": within("strong"), "follow-up-ask": around(SMALL), "example-note": around("note"), "reading": around("item"),
    "chapter-summary": around("line(12pt, 17pt, fill: soft, font: serif)"), "index-note": around("line(9pt, 12pt, fill: soft)"),
    "subtitle": around("line(15pt, 20pt, font: serif)"), "edition-name": around('line(12pt, 16pt, weight: "bold")'),
    "creators": around("line(12pt, 16pt)"), "publisher": around("line(10pt, 14pt, fill: soft)"),
    "part-note": around('line(9pt, 12pt, fill: soft, style: "italic")'), "topic": within("topic"),
}  # fmt: skip
BY_TAG: dict[str, Writer] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5"), Walk.heading), "p": around("par"), "ul": Walk.listed, "ol": Walk.listed,
    "pre": Walk.preformatted, "table": Walk.table, "figure": Walk.figure, "dt": around("dt"), "dd": around("dd"),
    "blockquote": around("quote(block: true)"), "em": within("emph"), "strong": within("strong"), "code": _code, "a": Walk.link,
    "br": lambda walk, element: "#linebreak()", "wbr": lambda walk, element: '#"\\u{200b}"', "nav": Walk.contents,
}  # fmt: skip
