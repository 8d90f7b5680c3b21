r"""Write texts of a book as the HTML that flash cards and quizzes show: formulas as ``\( \)`` and ``\[ \]``, no ids, no styles.

Tokens that this HTML has in another way than the book's own are replaced before they are written; `markup` writes the rest.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Final

from markdown_it.token import Token

from pipeline import markup, model
from pipeline.export.losses import Losses
from pipeline.export.records import Told
from pipeline.markup import Reference, Target, Text
from pipeline.markup.text import Tokens
from pipeline.publication import Name, Publication

HEADING: Final = 4
"""Level of the highest heading of a text; the titles of parts stand one above."""
STRAIGHT: Final = str.maketrans("‘’“”", "''\"\"")
MISREAD: Final = re.compile(r"(?<=\\)[()\[\]]|(?<=\$)\$|\[(?=/?(?:sound|anki|latex|\$))")
"""Signs in words that MathJax, Moodle, or Anki would take for the bound of a formula, or for a sound."""
TIDY: Final = (
    (re.compile(r'<(h[1-6]) id="[^"]*">'), r"<\1>"),
    (re.compile(r"<dt>(.*?)</dt>", re.DOTALL), r"<dt><strong>\1</strong></dt>"),
    (re.compile(r'<aside class="admonition \w+" aria-label="[^"]*">\n<p class="admonition-title">(.*?)</p>'),
     r'<blockquote class="box"><p><strong>\1</strong></p>'),
    (re.compile(r"</aside>"), "</blockquote>"),
    (re.compile(r'<pre class="[^"]*" translate="no">'), "<pre>"),
    (re.compile(r'<span class="nobreak">(.*?)</span>'), r"\1"),
    (re.compile(r'<(t[hd])(?: scope="\w+")? class="left">'), r"<\1>"),
    (re.compile(r'<(t[hd])(?: scope="\w+")? class="(\w+)">'), r'<\1 style="text-align: \2">'),
)  # fmt: skip
"""What pages need and a card does not; text is escaped, so that no sign of it is taken for a tag."""


@dataclass(frozen=True)
class Reach:
    """What texts can lead to in a file: links to questions, and pictures, by id; nothing for what it does not hold."""

    link: Callable[[str], str] = lambda name: ""
    picture: Callable[[str], str] = lambda name: ""
    quotes: bool = False
    """Whether quotes are curled as the book prints them; a text that is to come back has them as they are typed."""


@dataclass
class WebText:
    """Writes the texts of one question."""

    publication: Publication
    labels: Mapping[str, str]
    told: Told
    reach: Reach
    losses: Losses
    shown: dict[Reference, str] = field(default_factory=dict)
    boxes: set[str] = field(default_factory=set)

    def block(self, source: str) -> str:
        """Return a text of paragraphs."""
        return self._written(markup.parse(source))

    def line(self, source: str) -> str:
        """Return a line, without a paragraph around it."""
        return self._written(markup.parse(source, inline=True)).strip()

    def figure(self, name: str) -> str:
        """Return a figure with its caption, or the words of one that has no drawing."""
        figure: model.Figure | None = self.publication.resources["figures"].get(name)
        if figure is None:
            return ""
        address = self.reach.picture(name)
        self.losses.tell("X102", self.told, *([] if address else [f"figure '{name}'"]))
        picture = f'<img src="{escape(address)}" alt="{escape(figure.alt)}">' if address else escape(figure.alt)
        return f"<figure>{picture}<figcaption>{self.line(figure.caption)}</figcaption></figure>"

    def picture(self, reference: Reference) -> str:
        """Return a picture made of pixels, or its words."""
        address = self.reach.picture(reference.id)
        self.losses.tell("X102", self.told, *([] if address else [f"picture '{reference.id}'"]))
        words = escape(reference.label or "")
        return f'<img src="{escape(address)}" alt="{words}">' if address else words

    def question(self, name: str) -> str:
        """Return what another question asks, as a link where there are any."""
        asked = self.publication.names[name]
        words, address = self.line(asked.title), self.reach.link(name)
        shown = f"{asked.number}. {words}" if asked.number else words
        return f'<a href="{escape(address)}">{shown}</a>' if address else shown

    def _written(self, text: Text) -> str:
        tokens = tuple(self._tokens(text))
        changed = replace(text, read=lambda: Tokens(tokens, {}))
        target = Target("reflow", "x", HEADING, self.labels, shown=self.shown, table_labels=("",) * text.tables)
        written = markup.inline_xhtml(changed, target) if text.inline else markup.to_xhtml(changed, target)
        for pattern, instead in TIDY:
            written = pattern.sub(instead, written)
        return "\n".join([written.strip(), *self._notes(text)])

    def _notes(self, text: Text) -> Iterator[str]:
        """Yield the footnotes of a text as paragraphs, in their order."""
        numbers = {n: label for token in text.tokens for n, label in _numbers(token)}
        yield from (f"<p><sup>{n}</sup> {self._inner(text.notes[numbers[n]])}</p>" for n in sorted(numbers))

    def _tokens(self, text: Text) -> Iterator[Token]:
        """Yield the tokens as they are written."""
        for token in text.tokens:
            if token.type == "inline":
                yield self._inline(token)
            elif token.type == "formula_block" and not token.meta.get("refused"):
                yield self._placed(f'<div class="equation">\\[{escape(token.meta["formula"].latex.strip(), quote=False)}\\]</div>')
                self._told_alt(token)
            elif token.type == "placement":
                yield self._placed(self._block_reference((token.children or [])[0].meta["reference"]))
            elif token.type == "table_open" and "caption" in token.meta:
                self.losses.tell("X104", self.told, "captions of tables")
                yield self._placed(f"<p>{self._inner(token.meta['caption'])}</p>")
                yield _changed(token, meta={key: value for key, value in token.meta.items() if key != "caption"})
            else:
                if token.type in ("dl_open", "admonition_open"):
                    self.losses.tell("X104", self.told, "definitions" if token.type == "dl_open" else "notes and tips")
                yield token

    def _inner(self, inline: Token) -> str:
        """Return the words of a paragraph that stands elsewhere."""
        token = self._inline(inline)
        text = Text("", True, lambda: Tokens((token,), {}), "", (), (), (), (), 0, 0, 0, ())
        return markup.inline_xhtml(text, Target("reflow", "x", HEADING, self.labels, shown=self.shown))

    def _inline(self, token: Token) -> Token:
        typed = not self.reach.quotes and not set(token.content) & set("‘’“”")
        return _changed(token, children=list(self._children(token.children or (), typed)))

    def _children(self, children: Sequence[Token], typed: bool) -> Iterator[Token]:
        for child in children:
            if child.type == "text":
                yield from self._words(child, typed)
            elif child.type == "formula" and not child.meta.get("refused"):
                latex = escape(child.meta["formula"].latex, quote=False)
                before, after = (escape(_quoted(child.meta[key], typed), quote=False) for key in ("before", "after"))
                yield self._standing(f"{before}\\({latex}\\){after}")
                self._told_alt(child)
            elif child.type == "note":
                self.losses.tell("X104", self.told, "footnotes")
                yield self._standing(f"<sup>{child.meta['number']}</sup>" if child.meta.get("number") else "")
            elif child.type in ("reference", "value", "figure") and "reference" in child.meta:
                yield self._standing(self._reference(child.meta["reference"]))
            elif child.type in ("mark_open", "mark_close"):
                self.losses.tell("X104", self.told, "index marks")
            else:
                yield child

    def _told_alt(self, token: Token) -> None:
        if token.meta["formula"].alt:
            self.losses.tell("X104", self.told, "words to be said for formulas")

    def _words(self, token: Token, typed: bool) -> Iterator[Token]:
        """Yield words, parted where a sign would be misread."""
        words = _quoted(token.content, typed)
        at = 0
        for sign in MISREAD.finditer(words):
            yield _changed(token, content=words[at : sign.start()])
            yield self._standing(f"<span>{sign[0]}</span>")
            at = sign.end()
        yield _changed(token, content=words[at:])

    def _standing(self, html: str) -> Token:
        """Return a token that is written as this HTML."""
        key = Reference("value", f"html-{len(self.shown)}", None, 0, 0)
        self.shown[key] = html
        return Token("reference", "", 0, meta={"reference": key})

    def _placed(self, html: str) -> Token:
        return Token("placement", "", 0, children=[self._standing(html)])

    def _block_reference(self, reference: Reference) -> str:
        if reference.kind == "picture":
            return self.picture(reference)
        return self.figure(reference.id) if reference.kind == "figure" else self._box(reference.id)

    def _box(self, name: str) -> str:
        box: model.Box | None = self.publication.resources["boxes"].get(name)
        if box is None or name in self.boxes:
            return ""
        self.losses.tell("X103", self.told, f"box '{name}'")
        inner = replace(self, boxes={*self.boxes, name})
        return f'<blockquote class="box"><p><strong>{inner.line(box.title)}</strong></p>\n{inner.block(box.body)}</blockquote>'

    def _reference(self, reference: Reference) -> str:
        if reference.kind in ("figure", "picture", "box"):
            return self._block_reference(reference)
        if reference.kind == "value":
            return escape(model.output_value(self.told.examples, reference.id) or "", quote=False)
        words = escape(words_for(reference, self.publication, self.labels), quote=False)
        address = self.reach.link(reference.id) if reference.kind == "section" else ""
        if address:
            return f'<a href="{escape(address)}">{words}</a>'
        self.losses.tell("X103", self.told, f"{reference.kind} '{reference.id}'")
        return words


def words_for(reference: Reference, publication: Publication, labels: Mapping[str, str]) -> str:
    """Return the words that stand for a reference where it cannot lead anywhere, as plain text."""
    target = reference.id if reference.kind == "section" else f"{reference.kind}-{reference.id}"
    name: Name | None = publication.names.get(target) or publication.absent.get(target)
    if reference.label or name is None:
        return reference.label or reference.id.replace("-", " ")
    if name.number and f"{name.kind}_ref" in labels:
        return labels[f"{name.kind}_ref"].format(number=name.number)
    title = markup.plain(markup.parse(name.title, inline=True)) if name.is_section else name.title
    return model.enclosed(title) if reference.enclosed else title


def _numbers(token: Token) -> Iterator[tuple[int, str]]:
    """Yield the footnotes that a block refers to."""
    caption = token.meta.get("caption")
    for child in [*(token.children or ()), *((caption.children or ()) if caption else ())]:
        if child.type == "note" and child.meta.get("number"):
            yield child.meta["number"], child.meta["label"]


def _quoted(words: str, typed: bool) -> str:
    """Return words with their quotes as they are typed, or as they are."""
    return words.translate(STRAIGHT) if typed else words


def _changed(token: Token, **attributes: object) -> Token:
    """Return a copy of a token with other attributes: those of a text that is remembered are left alone."""
    found = copy.copy(token)
    for name, value in attributes.items():
        setattr(found, name, value)
    return found
