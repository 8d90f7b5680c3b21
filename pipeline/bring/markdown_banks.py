"""Read a bank of Markdown files: its questions, and what stands around them."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import Final

from pipeline.bring import dialects, foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.foreign_text import TooDeep
from pipeline.bring.haul import Haul, Item, Losses, Node, paragraph, said
from pipeline.bring.segment import Cut, Draft, asks, cut
from pipeline.bring.shaping import front_facts, shaped

MINIMUM: Final = 1.5
"""Least score of a dialect that is guessed; a single question may be chance."""


def documents(texts: dict[str, str], losses: Losses) -> dict[str, Node]:
    """Return the documents of Markdown texts, by path; one that is nested too deep is told."""
    found = {}
    for path, text in texts.items():
        try:
            found[path] = foreign_text.markdown(text)
        except TooDeep as error:
            losses.tell("I102", str(error), (path, error.line), "flatten the lists or quotations there")
    return found


def guessed(read: dict[str, Node]) -> Dialect:
    """Return the dialect in which most questions stand."""
    counts = {name: _score(read, dialect) for name, dialect in dialects.known().items() if dialect.reads == "markdown"}
    best = max(counts, key=lambda name: counts[name])
    return dialects.known()[best if counts[best] >= MINIMUM else "headings"]


def _score(read: dict[str, Node], dialect: Dialect) -> float:
    """Return how many questions a dialect finds; one that does not ask, or has no answer, counts less."""
    cuts = [cut(document, dialect, path) for path, document in read.items()]
    drafts = [draft for one in cuts for draft in one.drafts]
    if "file" in dialect.question and 2 * sum(_is_lone(document) for document in read.values()) < len(read):
        return 0
    asking = sum(asks(said(draft.ask)) for draft in drafts)
    answered = sum(bool(draft.body) for draft in drafts)
    sure = {"options", "level", "details"} & {word for sign in dialect.question for word in sign.split()}
    if drafts and not sure and asking < len(drafts) / 3 and "numbered" not in dialect.question[0]:
        return 0
    return (len(drafts) + asking + answered) / 3 - sum(len(one.strays) for one in cuts)


def _is_lone(document: Node) -> bool:
    """Tell whether a file begins with its only heading of the highest level."""
    levels = [node.level for node in document.children if node.kind == "heading"]
    return bool(levels) and levels[0] == min(levels) and levels.count(levels[0]) == 1


def haul(read: dict[str, Node], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of documents."""
    found = Haul(files=len(read))
    for path, document in read.items():
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
