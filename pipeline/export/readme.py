"""Write a bank as GitHub shows it: a README whose answers are folded, formulas between dollars, figures beside it.

Texts go the way of an import: HTML, nodes, Markdown. The writer of an import escapes what would mean something.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.bring import foreign_text
from pipeline.bring.bookfiles import Style
from pipeline.bring.haul import Losses, Node
from pipeline.bring.linestyle import target_of
from pipeline.bring.own_banks import README
from pipeline.export.losses import Losses as Export
from pipeline.export.parts import TITLES, key_letters, lettered, notes, part
from pipeline.export.records import UNHELD, Told
from pipeline.export.web_text import WebText
from pipeline.publication import Publication

FIGURES: Final = "figures"
"""Folder of the pictures."""

OPENS, CLOSES = "\ue001", "\ue002"
TOUCHING: Final = re.compile(f"(?P<touched>{CLOSES}{OPENS}|(?<=[\\w$`\\\\]){OPENS}|{CLOSES}(?=[\\w]))|[{OPENS}{CLOSES}]")
"""The bounds of a formula; GitHub reads none that touches a letter, so that an empty element parts the two."""


class GitHub(Style):
    """Writes Markdown for GitHub: signs as they are, links within the file, pictures."""

    def plain(self, text: str, node: Node) -> str:
        """Return words with all their signs."""
        return text

    def in_code(self, text: str, node: Node) -> str:
        """Return code as it is."""
        return text

    def _sound(self, node: Node) -> bool:
        return True

    def _language(self, node: Node) -> str:
        return node.info or "text"

    def _link(self, node: Node, target: str, words: str) -> str:
        return f"[{words}]({target})" if target.startswith("#") else super()._link(node, target, words)

    def picture(self, node: Node, following: str) -> str:
        """Return a picture with its words."""
        words = self.words(node.text).replace("[", "\\[").replace("]", "\\]")
        return f"![{words}]({target_of(node.info)})"

    def formula(self, node: Node, following: str) -> str:
        """Return a formula between dollars; what it touches is seen to once the line stands."""
        return f"{OPENS}${' '.join(node.text.split())}${CLOSES}"

    def heading(self, node: Node, depth: int, top: bool) -> list[str]:
        """Return a heading, below those of questions and of parts."""
        return super().heading(replace(node, level=min(6, node.level + 3)), depth, top)

    def shifted(self, node: Node, following: str) -> str:
        """Return what is raised or lowered between tags: the signs of our Markdown are plain signs on GitHub."""
        name = "sup" if node.kind == "raised" else "sub"
        return f"<{name}>{self.written(node.children)}</{name}>"

    def words(self, text: str) -> str:
        """Return plain words of a line, escaped."""
        return self.text(Node("text", text=text), "")


def readme(publication: Publication, webs: Sequence[WebText]) -> str:
    """Return the whole file."""
    outline, edition = publication.outline, publication.edition
    style = GitHub("README.md", Losses())
    said = f"{edition.title}, version {outline.version}, {outline.date.isoformat()}."
    lines = [README, "", f"# {style.words(outline.title)}", "", style.words(said), "",
             style.words(outline.rights), ""]  # fmt: skip
    division = ""
    for web in webs:
        if web.told.title != division:
            division = web.told.title
            lines += [f"## {markdown(style, web.line(division), inline=True)}", ""]
        lines += [*_question(web, style), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def markdown(style: GitHub, html: str, *, inline: bool = False) -> str:
    """Return HTML as Markdown."""
    nodes = foreign_text.from_html(html, 1, tex=True)
    written = style.line(nodes) if inline else style.block(nodes).rstrip("\n")
    return TOUCHING.sub(lambda found: "<span></span>" if found["touched"] is not None else "", written)


def _question(web: WebText, style: GitHub) -> Iterator[str]:
    told = web.told
    number = f"{told.number}. " if told.number.isdigit() else ""
    yield f'### <a id="{told.id}"></a>{number}{markdown(style, web.line(told.record.ask), inline=True)}'
    yield ""
    facts = {"id": told.id, "level": told.record.level or "", "topics": ", ".join(told.record.topics)}
    yield from (f"<!-- {name}: {value} -->" for name, value in facts.items() if value)
    yield ""
    if told.record.exhibit:
        yield from _titled(web, style, "exhibit")
    if told.record.choices:
        lines = (markdown(style, web.line(choice.text), inline=True) for choice in told.record.choices)
        yield from (f"- {lettered(n)}. {line}" for n, line in enumerate(lines))
        yield ""
    folded = list(_folded(web, style))
    if folded:
        yield from ("<details>", f"<summary>{web.labels['to_answer']}</summary>", "", *folded, "</details>")


def _folded(web: WebText, style: GitHub) -> Iterator[str]:
    if web.told.has_key:
        yield from (f"Correct answer: {key_letters(web.told)}", "")
        if why := notes(web):
            yield from (markdown(style, why), "")
    names = [name for name in web.told.parts if name not in ("exhibit", "choices")]
    for name in sorted(names, key=lambda name: name != "answer"):
        if name == "answer":
            yield from (markdown(style, part(web, name)), "")
        else:
            yield from _titled(web, style, name)


def _titled(web: WebText, style: GitHub, name: str) -> Iterable[str]:
    return f"#### {style.words(web.labels[TITLES.get(name, name)])}", "", markdown(style, part(web, name)), ""


def tell(told: Told, losses: Export) -> None:
    """Note what a README cannot hold of a question."""
    fields = type(told.record).model_fields
    losses.tell("X102", told, *(name for name in UNHELD if getattr(told.record, name) != fields[name].default))
    held = ("choices", "answer", "key_points")
    losses.tell("X101", told, *(name for name in told.parts if name not in held))
    losses.tell("X101", told, *(["notes on choices"] if any(choice.note for choice in told.record.choices) else []))
