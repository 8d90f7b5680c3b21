"""Read a bank of Markdown files: make questions of what was cut, and keep what stands around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from pipeline import source
from pipeline.bring import foreign_text
from pipeline.bring.banks import Dialect
from pipeline.bring.boilerplate import boilerplate
from pipeline.bring.foreign_text import TooDeep
from pipeline.bring.haul import MOST_POINTS, Haul, Item, Losses, Node, Picked, line_nodes, paragraph, said, trimmed
from pipeline.bring.segment import NUMBER, Cut, Draft, Option, cut, options_of, unglued
from pipeline.source import SourceFault

FACT: Final = re.compile(r"\s*([\w -]{1,40}?)\s*[:=]\s*(.{0,400}?)\s*", re.DOTALL)
LETTERS: Final = r"[A-Za-z](?:\s*(?:,|;|and|&|/|\s)\s*[A-Za-z])*"


def documents(texts: dict[str, str], losses: Losses) -> dict[str, Node]:
    """Return the documents of Markdown texts, by path; one that is nested too deep is told."""
    found = {}
    for path, text in texts.items():
        try:
            found[path] = foreign_text.markdown(text)
        except TooDeep as error:
            losses.tell("I102", str(error), (path, error.line), "flatten the lists or quotations there")
    return found


def haul(read: dict[str, Node], dialects: Mapping[str, Dialect], losses: Losses) -> Haul:
    """Return the questions of documents, each read in its dialect."""
    found = Haul(files=len(read))
    for path, document in read.items():
        dialect = dialects[path]
        one = cut(document, dialect, path)
        facts = next((front_facts(n.text, path, dialect, losses) for n in document.children if n.kind == "facts"), {})
        losses.left_out.update(one.left_out)
        if "file" in dialect.question:
            _whole_file(one, facts)
        for stray in one.strays:
            message = f"'{said([stray])[:60]}' stands behind a question, and was put at the end of its answer"
            losses.tell("I205", message, (path, stray.line), "move it into the question in the source")
        items = [item for draft in one.drafts if (item := _item(draft, dialect, losses))]
        for item in items:
            item.section = item.section or _section(item, one, dialect)
        found.items += items
        found.title = one.title if len(read) == 1 else ""
        _around(found, one, bool(items))
    _flatten(found)
    return found


def _whole_file(one: Cut, facts: dict[str, str]) -> None:
    """Give the facts of a file to its question; a file may ask in its front matter."""
    if not one.drafts and facts.get("ask"):
        body = [block for blocks in one.around.values() for block in blocks]
        one.around = {}
        one.drafts.append(Draft(one.path, 1, paragraph(facts["ask"], 1).children, body))
    for draft in one.drafts:
        draft.facts = facts | draft.facts


def _item(draft: Draft, dialect: Dialect, losses: Losses) -> Item | None:
    item = shaped(draft, dialect, losses)
    if item is None:
        losses.tell("I203", "this question asks nothing", (draft.path, draft.line), "write the question, or delete it")
    return item


def _section(item: Item, one: Cut, dialect: Dialect) -> str:
    path = PurePosixPath(one.path)
    names = {"topic": (item.topics or ("",))[0], "folder": path.parent.name, "file": one.title or path.stem}
    return next((_titled(names[word]) for word in dialect.section if names.get(word)), one.title)


def _titled(words: str) -> str:
    plain = words if " " in words else words.replace("-", " ").replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _around(found: Haul, one: Cut, has_items: bool) -> None:
    if not has_items:
        found.empty.append(one.path)
        return
    for section, blocks in one.around.items():
        kept = [block for block in blocks if block.kind != "comment"]
        if kept:
            found.around.setdefault(section, []).append((one.path, kept))


def _flatten(found: Haul) -> None:
    """Name each section by its innermost heading; by the one around it too where two would have one name."""
    chains = dict.fromkeys([item.section for item in found.items])
    last = Counter(chain.split("\n")[-1] for chain in chains)
    names = {}
    for chain in chains:
        titles = [title for title in chain.split("\n") if title]
        double = titles and last[titles[-1]] > 1 and len(titles) > 1
        names[chain] = f"{titles[-2]}: {titles[-1]}" if double else titles[-1] if titles else "Questions"
    for item in found.items:
        item.section = names[item.section]
    found.around = {names.get(chain, f"\n{chain}"): blocks for chain, blocks in found.around.items()}


def shaped(draft: Draft, dialect: Dialect, losses: Losses) -> Item | None:
    """Return the question of a draft, or None when it asks nothing."""
    shaper = _Shaper(draft, dialect, losses)
    return shaper.item() if shaper.ask else None


class _Shaper:
    """Goes through one draft."""

    def __init__(self, draft: Draft, dialect: Dialect, losses: Losses) -> None:
        self.draft, self.dialect, self.losses = draft, dialect, losses
        self.facts = dict(draft.facts)
        self.level = ""
        self.ask = self._asked(draft.ask)

    def item(self) -> Item:
        """Return the question."""
        fields = self._fields(self._unfolded(self.draft.body))
        answer = fields["answer"] + fields["after"]
        choices, answer = self._choices(answer)
        points, rest = self._points(fields["key_points"])
        answer = self._answered(answer, bool(choices or points or rest))
        level = self.level or self._level(self.facts.get("level", ""))
        topics = tuple(dict.fromkeys(t.strip() for t in re.split(r"[,;]", self.facts.get("topics", "")) if t.strip()))
        return Item(
            self.draft.path, self.draft.line, self.ask, answer + rest, self.facts.get("section") or self.draft.section, level, topics[:6],
            points, choices, self.facts.get("id", ""), self.draft.anchors,
        )  # fmt: skip

    def _answered(self, blocks: list[Node], elsewhere: bool) -> list[Node]:
        """Return an answer without placeholders, and tell when it has none."""
        names = {name.lower() for name in self.dialect.placeholders}
        kept = [b for b in blocks if b.kind != "paragraph" or re.sub(r"[^\w ]", "", said(b.children)).strip().lower() not in names]
        where = (self.draft.path, self.draft.line)
        hint = "write the answer, in the source or in the book"
        if len(kept) < len(blocks):
            words = said(next(block for block in blocks if block not in kept).children)
            self.losses.tell("I201", f"no answer but the placeholder '{words[:60]}'", where, hint)
        elif not kept and not elsewhere:
            self.losses.tell("I201", "no answer", where, hint)
        return kept

    def _asked(self, nodes: list[Node]) -> list[Node]:
        """Return the words of the question without its number and marks."""
        nodes = trimmed([n for n in line_nodes(nodes) if n.kind not in ("anchor", "comment")])
        if len(nodes) == 1 and nodes[0].kind == "strong":
            nodes = nodes[0].children
        texts = [n for top in nodes for n in top.walk() if n.kind == "text"]
        if texts:
            texts[0].text = NUMBER.sub("", texts[0].text, count=1) if NUMBER.match(said(nodes)) else texts[0].text
        for text in texts:
            text.text = self._unmarked(text.text)
        return trimmed([n for n in nodes if n.kind not in ("strong", "em") or said([n])])

    def _unmarked(self, text: str) -> str:
        """Return a text without marks of level and of state, which are kept or counted."""
        for mark, level in self.dialect.levels.items():
            shown = mark if not mark.isalnum() else next((s for s in (f"({mark})", f"[{mark}]") if s in text.lower()), "")
            if shown and shown in text.lower():
                at = text.lower().index(shown)
                text = f"{text[:at].rstrip()}{text[at + len(shown) :]}".replace("\u200d", "")
                self.level = self.level or level
        for mark in self.dialect.marks:
            if text.rstrip().endswith(mark):
                text = text.rstrip().removesuffix(mark).rstrip()
                self.losses.leave_out(f"marks {mark} behind questions")
        return text

    def _level(self, words: str) -> str:
        return next((level for mark, level in self.dialect.levels.items() if mark.lower() == words.strip().lower()), "")

    def _unfolded(self, blocks: list[Node]) -> list[Node]:
        """Return blocks without boilerplate and comments, and without the folds that only announce an answer."""
        found: list[Node] = []
        for block in blocks:
            what = boilerplate(block, self.dialect)
            if what:
                self.losses.leave_out(what)
            elif block.kind == "comment":
                self._fact(block.text)
            elif block.kind == "details" and block.children and self._announces(said(block.children[0].children)):
                self.losses.leave_out("words that announce an answer")
                found += self._unfolded(block.children[1:])
            elif block.kind in ("paragraph", "heading") and block is blocks[0] and self._announces(said(block.children)):
                self.losses.leave_out("words that announce an answer")
            else:
                found.append(block)
        return found

    def _announces(self, words: str) -> bool:
        bare = re.sub(r"[^\w ]", "", words).strip().lower()
        return bare in {label.lower() for label in self.dialect.labels}

    def _fact(self, text: str) -> None:
        found = FACT.fullmatch(text)
        field = self.dialect.facts.get(found[1].strip().lower()) if found else None
        if found and field:
            self.facts.setdefault(field, found[2].strip("() \n\"'[]"))
        else:
            self.losses.leave_out("comments")

    def _fields(self, blocks: list[Node]) -> dict[str, list[Node]]:
        """Return blocks by the field that the heading above them begins."""
        names = {words.lower(): field for words, field in self.dialect.parts.items()}
        fields: dict[str, list[Node]] = {"answer": [], "key_points": [], "after": [], "left out": []}
        current, level = "answer", 0
        for block in blocks:
            if block.kind == "heading":
                words = said(block.children).rstrip(":").lower()
                if words in names:
                    current, level = names[words], block.level
                    if current == "answer":
                        continue
                elif block.level <= level:
                    current, level = "after" if fields["after"] else "answer", 0
            fields.setdefault(current, []).append(block)
        for block in fields["left out"]:
            self.losses.leave_out(f"parts '{said([block])[:30]}'" if block.kind == "heading" else "blocks of parts left out")
        return {name: [] if _is_bare(blocks) else blocks for name, blocks in fields.items()}

    def _points(self, blocks: list[Node]) -> tuple[list[list[Node]], list[Node]]:
        """Return key points, each a line, and what is left for the answer."""
        body = blocks[1:] if blocks and blocks[0].kind == "heading" else blocks
        if len(body) == 1 and body[0].kind == "list" and len(body[0].children) <= MOST_POINTS:
            items = body[0].children
            if all(len(item.children) == 1 and item.children[0].kind == "paragraph" for item in items):
                return [item.children[0].children for item in items], []
        return [], blocks

    def _choices(self, blocks: list[Node]) -> tuple[list[Picked], list[Node]]:
        """Return the choices of a question, and its answer without them and their key."""
        asking = Node("paragraph", self.draft.line, self.ask)
        at, options = next(((n, found) for n, b in enumerate(blocks) if (found := options_of(b, asking))), (-1, []))
        if not options or not (self.draft.options or self._key_in(blocks, options) or any(o.ticked for o in options)):
            return [], blocks
        if options[0].letter == "B":
            self.ask, first = unglued(self.ask)
            options.insert(0, Option("A", False, [Node("paragraph", self.draft.line, first)]))
        before, rest = blocks[:at], blocks[at + 1 :]
        self.ask = self.ask + ([Node("break", self.draft.line)] + line_nodes(before) if before else [])
        letters, rest = self._keyed(rest, options)
        unknown = letters - {o.letter for o in options}
        for letter in sorted(unknown):
            self._tell(f"the key names {letter}, and no choice has that letter")
        return [Picked(line_nodes(o.blocks), o.ticked or o.letter in letters) for o in options], self._unfolded(rest)

    def _tell(self, message: str) -> None:
        hint = "mark the correct choice in the source, or add 'correct: true'"
        self.losses.tell("I202", message, (self.draft.path, self.draft.line), hint)

    def _key_in(self, blocks: list[Node], options: list[Option]) -> bool:
        return bool(self._keyed(blocks, options)[0])

    def _keyed(self, blocks: list[Node], options: list[Option]) -> tuple[set[str], list[Node]]:
        """Return the letters of the first key among blocks, and the blocks without it."""
        known = {option.letter for option in options}
        for n, block in enumerate(blocks):
            if block.kind != "paragraph":
                continue
            ends = next((i for i, part in enumerate(block.children) if part.kind in ("soft", "break")), len(block.children))
            letters, rest = self._letters(said(block.children[:ends]), known)
            if letters:
                left = [Node("text", block.line, text=rest)] if rest else []
                left += trimmed(block.children[ends:]) if not rest else block.children[ends:]
                return letters, [*blocks[:n], *([Node("paragraph", block.line, left)] if left else []), *blocks[n + 1 :]]
        return set(), blocks

    def _letters(self, words: str, known: set[str]) -> tuple[set[str], str]:
        names = "|".join(re.escape(name) for name in sorted(self.dialect.key, key=len, reverse=True))
        found = re.match(
            rf"(?:{names})\s*(?:is|are)?\s*[:\-–]?\s*\(?({LETTERS}|[A-Z]{{2,8}})\)?(?=$|\s*[.):,\-–])[\s.):,\-–]*", words, re.IGNORECASE
        )
        if found is None:
            return set(), ""
        letters = set(re.findall(r"[A-Z]", re.sub(r"(?i)and", "", found[1]).upper()))
        return (letters, words[found.end() :]) if letters & known else (set(), "")


def _is_bare(blocks: list[Node]) -> bool:
    """Tell whether a part has a heading and nothing below it."""
    return bool(blocks) and all(block.kind == "heading" for block in blocks)


def front_facts(text: str, path: str, dialect: Dialect, losses: Losses) -> dict[str, str]:
    """Return what the front matter of a file says of its question."""
    try:
        read = source.parse(text + "\n", path)
    except SourceFault as fault:
        losses.tell("I105", f"front matter: {fault.diagnostic.message}", (path, fault.diagnostic.place.line + 1), "mend the YAML")
        return {}
    facts = {}
    for key, node in read.root.value if read.root.style == "{" else ():
        value = (
            node.value
            if isinstance(node.value, str)
            else ", ".join(c.value for c in node.value if isinstance(getattr(c, "value", None), str))
        )
        if field := dialect.facts.get(key.lower()):
            facts[field] = value
        else:
            losses.leave_out(f"front matter '{key[:30]}'")
    return facts
