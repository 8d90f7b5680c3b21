"""Write what stands within a line in the book's Markdown, signs that would mean something escaped; tell what has no equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline import markup, theme
from pipeline.bring import foreign_text
from pipeline.bring.gallery import Gallery, drawn_from
from pipeline.bring.haul import Losses, Node, is_blank, line_nodes, said, trimmed

ALWAYS: Final = re.compile(
    r"[\\`$<]|[~^](?=\S*[~^])|\*(?!\s)|(?<!\s)\*|(?<![^\W_])_|_(?![^\W_])|\{(?=[=.#:a])|&(?=#?\w{1,32};)|\[(?=[\[^]|$)|\](?=[({\[]|$)"
)
"""Signs that mean something wherever they stand."""
JOINED: Final = re.compile(rf"{ALWAYS.pattern}|[~^](?=\S*\Z)")
"""The same of words that something else follows without a space: code, or emphasis, in which a sign may stand that closes theirs."""
FIRST: Final = re.compile(r"(?:#{1,6}(?=\s|$)|#{2,6}(?!#)|>|[-+*](?=\s|$)|:(?=\s)|!!!|~{3}|=+\s*$|-+\s*$|\[(?=.*\]:))")
"""Signs that mean something at the beginning of a line."""
NUMBERED: Final = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
BARRED: Final = re.compile(r"[|\s:-]*-[|\s:-]*")
ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
TRAILING: Final = re.compile(r"[.,;:!?)\]*_]+$")
RAISED: Final = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
LOWERED: Final = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
SAFE: Final = re.compile(r"https://[^/\s?#.]+[^\s]*|mailto:[^\s@]+@[^\s@]+", re.IGNORECASE)
RISKY: Final = re.compile(r"\*{3,}|[^\s\w*]\*|\*[^\s\w*]|\w\*+\w")
"""Where emphasis may be read otherwise than it is meant: next to signs, or within a word."""


def _unprinted(text: str) -> list[str]:
    """Return the signs of a text that no font of the press has, each once; letters of a script stay, and a look names a font for them."""
    return sorted({text[at] for at in theme.lacking(text, (theme.look(),)) if unicodedata.category(text[at]).startswith("S")})


def _escaped(text: str, following: str = "") -> str:
    """Return plain words with a backslash before each sign that would mean something within a paragraph, before what follows."""
    signs = JOINED if following.strip() else ALWAYS
    return signs.sub(lambda found: f"\\{found[0]}", text)


def first_words(line: str) -> str:
    """Return a line of a paragraph with what would begin another block escaped."""
    if numbered := NUMBERED.match(line):
        return f"{numbered[1]}\\{line[numbered.end(1) :]}"
    if BARRED.fullmatch(line) and "|" in line:
        return line.replace("|", "\\|")
    if line.startswith("Table:"):
        return f"Table\\{line[5:]}"
    return f"\\{line}" if FIRST.match(line) else line


def _code(text: str) -> str:
    """Return code within a line: between more backticks than stand in it."""
    text = " ".join(text.split("\n"))
    longest = max(map(len, re.findall("`+", text)), default=0)
    sign = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") or (text.startswith(" ") and text.endswith(" ") and text.strip()) else ""
    return f"{sign}{space}{text}{space}{sign}"


def target_of(text: str) -> str:
    """Return an address as it stands between the parentheses of a link."""
    signs = {"(": "%28", ")": "%29", " ": "%20", "<": "%3C", ">": "%3E", '"': "%22", "\\": "%5C", "*": "%2A", "|": "%7C"}
    return "".join(signs.get(c, c) for c in text.strip())


def _shown(link: str) -> str:
    """Return the words of a link that has none: its address without scheme, shortened."""
    bare = link.partition("://")[2].rstrip("/") or link
    return bare if len(bare) <= 60 else f"{bare[:59]}…"


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text cut at the addresses in it, each piece with whether it is one."""
    found: list[tuple[str, bool]] = []
    end = 0
    for match in ADDRESS.finditer(text):
        link = TRAILING.sub("", match[0])
        if link.endswith("://"):
            continue
        found += [(text[end : match.start()], False), (link, True)]
        end = match.start() + len(link)
    return [*found, (text[end:], False)]


def _label(words: str) -> str:
    """Return words as the label of a reference."""
    return re.sub(r"[\[\]|\\]", "", words)[:400].strip()


def _balanced(words: str) -> str:
    """Return the words of a link with their brackets escaped."""
    return re.sub(r"(?<!\\)[\[\]]", lambda found: f"\\{found[0]}", words)


@dataclass
class LineStyle:
    """Writes lines of one question."""

    path: str
    losses: Losses
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Ids of questions by the names that links of the source use for them."""
    own: str = ""
    """Id of the question itself: it does not link to itself."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """What is written for signs that the press cannot print."""
    gallery: Gallery = field(default_factory=Gallery)
    """Pictures that lie beside the source."""
    asking: bool = False
    """Whether a question itself is written: it is printed in several places, and links stand in none of them."""
    bare: bool = False
    """Whether words are written without emphasis."""
    changes_code: bool = False
    """Whether that is done in code too."""

    def tell(self, code: str, message: str, node: Node, hint: str, words: str = "") -> None:
        """Note what is lost at a node."""
        self.losses.tell(code, message, (self.path, node.line), hint, words)

    def plain(self, text: str, node: Node) -> str:
        """Return a text with words in the place of signs that the press cannot print."""
        for sign, instead in self.signs.items():
            if sign in text:
                self.tell("I310", f"'{sign}' was written as '{instead}'", node, "leave it, or name another sign in the dialect", sign)
                text = text.replace(sign, instead)
        for sign in _unprinted(text):
            name = unicodedata.name(sign, "sign").lower()
            self.tell("I310", f"'{sign}' was written as '({name})'", node, "leave it, or name another sign in the dialect", sign)
            text = text.replace(sign, f"({name})")
        return text

    def in_code(self, text: str, node: Node) -> str:
        """Return code as it is; signs in it that the press cannot print are told, or changed where the dialect says so."""
        if self.changes_code:
            return self.plain(text, node)
        hint = "put a sign there that the press has a glyph for, or write 'code: change' in the dialect"
        for sign in sorted({*_unprinted(text), *(sign for sign in self.signs if sign in text)}):
            self.tell("I310", f"'{sign}' stands in code, where nothing is changed", node, hint, sign)
        return text

    def _sound(self, node: Node) -> bool:
        faults = markup.check(node.text.strip())
        if faults:
            hint = f"{faults[0].hint or 'mend it by hand'}; or leave it as code"
            self.tell("I308", f"a formula that the press cannot set: {faults[0].message}", node, hint)
        return not faults

    def written(self, nodes: Sequence[Node], *, joined: bool = False, last: str = "") -> str:
        """Return parts of a line, written; where emphasis would be read otherwise, the words stand without it.

        ``last`` is the sign that follows them, if one does.
        """
        text = self._written(nodes, joined=joined, last=last)
        if not RISKY.search(text) or not any(n.kind in ("strong", "em") for node in nodes for n in node.walk()):
            return text
        self.bare, before = True, self.bare
        plain = self._written(nodes, joined=joined, last=last)
        self.bare = before
        if _said(text) == _said(plain):
            return text
        self.tell(
            "I305",
            "emphasis that the book's Markdown cannot have here",
            nodes[0],
            "part it from the words around it",
            said(list(nodes))[:40],
        )
        return plain

    def _written(self, nodes: Sequence[Node], *, joined: bool, last: str) -> str:
        nodes = _merged(_flat(nodes) if self.bare else nodes)
        parts: list[str] = []
        for n, node in enumerate(nodes):
            following = _first_sign(nodes[n + 1]) if n + 1 < len(nodes) else last
            write = _PARTS.get(node.kind)
            written = write(self, node, following) if write else ""
            if joined and node.kind in ("soft", "break"):
                written = " "
            parts.append(written)
        return "".join(parts)

    def text(self, node: Node, following: str) -> str:
        """Return plain words; an address among them becomes a link."""
        text = self.plain(node.text, node)
        pieces = _pieces(text)
        after = [*("x" for _ in pieces[1:]), following]
        return "".join(
            self._link(node, piece, "") if is_link else _escaped(piece, then) for (piece, is_link), then in zip(pieces, after, strict=True)
        )

    def code(self, node: Node, following: str) -> str:
        """Return code within a line."""
        return _code(self.in_code(node.text, node)) if node.text.strip() else ""

    def formula(self, node: Node, following: str) -> str:
        """Return a formula within a line."""
        latex = " ".join(node.text.split())
        return f"${latex}$" if self._sound(node) else _code(f"${latex}$")

    def marked(self, node: Node, following: str) -> str:
        """Return strong or emphasized words; signs that would keep the markup from closing stand outside of it."""
        sign = "**" if node.kind == "strong" else "*"
        inner = self.written(trimmed(node.children), last=sign)
        if self.bare or not inner.strip() or sign in inner or (sign == "*" and "*" in inner):
            return inner
        tail = ""
        if following.isalnum() and (found := re.search(r"[^\w`\)\]$*\\]+$", inner)):
            inner, tail = inner[: found.start()], found[0]
        body = inner.strip()
        spaces = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{spaces[0]}{sign}{body}{sign}{spaces[1]}{tail}" if body else tail

    def struck(self, node: Node, following: str) -> str:
        """Return words that were struck out."""
        inner = self.written(trimmed(node.children), last="~")
        return f"~~{inner}~~" if inner.strip() and not self.bare and not following.isalnum() and "~~" not in inner else inner

    def shifted(self, node: Node, following: str) -> str:
        """Return what was raised or lowered: in signs of that kind, or behind a sign that says so."""
        words = said(node.children)
        table = RAISED if node.kind == "raised" else LOWERED
        if words and all(ord(c) in table for c in words):
            return words.translate(table)
        sign = "^" if node.kind == "raised" else "~"
        if words and not re.search(r"[\s~^]", words):
            return f"{sign}{_escaped(words, sign)}{sign}"
        self.tell("I305", f"'{words[:40]}' was {node.kind}", node, "write it as a formula: $x_{i}$", words[:40])
        return f"{'^' if node.kind == 'raised' else _escaped('_')}{self.written(node.children)}"

    def tag(self, node: Node, following: str) -> str:
        """Return a tag that has no equal, as code."""
        self.tell("I304", f"{node.text[:60]} has no equal", node, "put it between backticks in the source", node.text)
        return _code(node.text)

    def link(self, node: Node, following: str) -> str:
        """Return a link out of the book, or to another question of it."""
        words = self.written(line_nodes(node.children), joined=True, last="]")
        if node.text:
            self.losses.leave_out("titles of links")
        if said(node.children) == node.info:
            words = ""
        return self._link(node, node.info, words)

    def _link(self, node: Node, target: str, words: str) -> str:
        name = target.removeprefix("#").lower() if target.startswith("#") else ""
        if name:
            found = self.anchors.get(name)
            if found and found != self.own and words and not self.asking:
                return f"[[{found}|{_label(said(node.children))}]]"
            if found is None:
                self.tell("I303", f"'{target[:60]}' leads to no question", node, "link by [[id]], or leave the words", target)
            return words
        if self.asking:
            self.tell("I305", "a link in a question is no link", node, "move the link into the answer", target)
            return _code(target) if said(node.children) in ("", target) else f"{words} ({_code(target)})"
        if target.lower().startswith("http://"):
            self.tell("I306", "an address by http was written with https", node, "check that it leads somewhere", target)
            target = f"https://{target[7:]}"
        address = target_of(target)
        if not SAFE.fullmatch(address):
            self.tell("I303", f"'{target[:60]}' is no address that a book may link to", node, "give it one that begins with https:", target)
            return words or _escaped(target)
        if "[" in re.sub(r"\\.", "", words) or "](" in words:
            words = _escaped(said(node.children))
        return f"[{_balanced(words) or _escaped(_shown(target))}]({address})"

    def picture(self, node: Node, following: str) -> str:
        """Return what stands for a picture: the formula it is drawn from, a link where it has an address, its words where it is a file."""
        if latex := drawn_from(node.info):
            return self.formula(Node("formula", node.line, text=latex), following)
        words = " ".join(node.text.split()) or said(node.children)
        name = node.info.rsplit("/", 1)[-1]
        if node.info.lower().startswith(("http://", "https://")):
            self.tell(
                "I301",
                f"the picture '{(words or name)[:60]}' is not in the source",
                node,
                "draw it as a figure, or leave the link",
                node.info,
            )
            return self._link(node, re.sub("^http:", "https:", node.info, flags=re.IGNORECASE), _escaped(f"picture: {words or name}"))
        path, reason = self.gallery.take(node.info, self.path)
        if not path:
            self.tell("I302", f"the picture '{node.info[:60]}' is not printed: {reason}", node, "put it beside the source", node.info)
            return _escaped(f"(picture: {words or name})")
        if not words:
            words = " ".join(re.split(r"[-_\s]+", name.rpartition(".")[0])) or "picture"
            self.tell("I311", f"the picture '{node.info[:60]}' has no words: its name stands for them", node, "write what it shows", name)
        return _escaped(words) if self.asking else f"![{_label(words)}]({path})"


def _merged(nodes: Sequence[Node]) -> list[Node]:
    """Return parts of a line in which neither code nor words stand in pieces, nor are parted by emphasis of nothing."""
    merged: list[Node] = []
    for node in nodes:
        if node.kind in ("strong", "em") and all(n.kind in ("strong", "em") or is_blank(n) for n in node.walk()):
            continue
        if merged and node.kind in ("code", "text") and node.kind == merged[-1].kind:
            merged[-1] = Node(node.kind, merged[-1].line, text=merged[-1].text + node.text)
        else:
            merged.append(node)
    return merged


def _flat(nodes: Sequence[Node]) -> list[Node]:
    return [part for node in nodes for part in (_flat(trimmed(node.children)) if node.kind in ("strong", "em") else [node])]


def _said(text: str) -> str:
    """Return what a line says when it is read again, without spaces."""
    joined = text.replace("\\\n", " ").replace("\n", " ")
    return "".join(said([foreign_text.markdown(f"x {joined}")]).split())


def _first_sign(node: Node) -> str:
    return next((n.text[:1] for n in node.walk() if n.text), "") if node.kind not in ("soft", "break") else ""


_PARTS: Final[Mapping[str, Callable[[LineStyle, Node, str], str]]] = {
    "text": LineStyle.text,
    "code": LineStyle.code,
    "strong": LineStyle.marked,
    "em": LineStyle.marked,
    "link": LineStyle.link,
    "picture": lambda style, node, following: style.picture(node, following),
    "struck": LineStyle.struck,
    "raised": lambda style, node, following: style.shifted(node, following),
    "lowered": lambda style, node, following: style.shifted(node, following),
    "tag": LineStyle.tag,
    "formula": lambda style, node, following: style.formula(node, following),
    "display": lambda style, node, following: style.formula(node, following),
    "soft": lambda style, node, following: "\n",
    "break": lambda style, node, following: "\\\n",
}
