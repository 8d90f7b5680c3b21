"""List new questions in a book.yaml that was edited by hand, and change nothing else in it."""

from __future__ import annotations

from pipeline import source
from pipeline.bring.bookfiles import Drafted, section
from pipeline.bring.haul import Losses
from pipeline.bring.housestyle import yaml_text
from pipeline.diagnostics import Diagnostic, Place
from pipeline.source import Node, Source, SourceFault


def extended(written: str, name: str, drafted: Drafted) -> tuple[str, list[Diagnostic]]:
    """Return a book.yaml with the questions and topics that it lacks, and what could not be listed."""
    try:
        read = source.parse(written, name)
    except SourceFault as fault:
        return written, [fault.diagnostic]
    known = _members(read)
    lines = written.split("\n")
    inserts: list[tuple[int, str]] = []
    faults: list[Diagnostic] = []
    everywhere = {member for members in known.values() for member in members}
    for division, (title, intro, members) in drafted.sections.items():
        missing = [member for member in members if member not in everywhere]
        if division in known:
            inserts += _into(read, division, members, missing, faults)
        elif missing:
            inserts += _new(read, "sections", yaml_text({"x": [section(division, title, intro, missing)]}), faults)
    topics = _ids(read, "topics")
    for topic, words in sorted(drafted.topics.items()):
        if topic not in topics:
            inserts += _new(read, "topics", yaml_text({"x": [{"id": topic, "title": words[:1].upper() + words[1:]}]}), faults)
    for at, text in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        lines[at:at] = text.removesuffix("\n").split("\n")
    return "\n".join(lines), faults


def _members(read: Source) -> dict[str, list[str]]:
    data = read.data.get("sections", []) if isinstance(read.data, dict) else []
    return {d["id"]: list(d.get("questions", [])) for d in data if isinstance(d, dict) and isinstance(d.get("id"), str)}


def _ids(read: Source, key: str) -> set[str]:
    data = read.data.get(key, []) if isinstance(read.data, dict) else []
    return {str(d.get("id")) for d in data if isinstance(d, dict)}


def _into(read: Source, division: str, members: list[str], missing: list[str], faults: list[Diagnostic]) -> list[tuple[int, str]]:
    """Return where the missing questions of a section go: each behind the one before it in the source."""
    if not missing:
        return []
    at = list(_members(read)).index(division)
    node = read.root.child("sections")
    listed = node.child(at).child("questions") if node and node.child(at) else None  # type: ignore[union-attr]
    rows: dict[str, Node] = {item.value: item for item in listed.value} if listed and listed.style == "[" else {}
    if not rows or len({row.line for row in rows.values()}) < len(rows) or (listed and _on_one_line(read, listed)):
        faults.append(_unlisted(read, f"list {', '.join(missing[:8])} in section '{division}'"))
        return []
    inserts: dict[int, str] = {}
    last = min(row.line for row in rows.values()) - 1
    for member in members:
        if member in rows:
            last = rows[member].line
        elif member in missing:
            indent = " " * (next(iter(rows.values())).column - 3)
            inserts[last] = inserts.get(last, "") + f"{indent}- {member}\n"
    return list(inserts.items())


def _new(read: Source, key: str, text: str, faults: list[Diagnostic]) -> list[tuple[int, str]]:
    """Return where a new section or topic goes: at the end of its list."""
    node = read.root.child(key)
    following = [child.key_line for _, child in read.root.value if node and child.key_line > node.line]
    if node is None or node.style != "[" or not node.value or _on_one_line(read, node):
        faults.append(_unlisted(read, f"add to '{key}': {text.partition(chr(10))[2].strip()[:120]}"))
        return []
    end = (min(following) if following else len(read.lines) + 1) - 1
    while end > 0 and not read.lines[end - 1].strip():
        end -= 1
    indent = node.value[0].column - 3
    body = text.partition("\n")[2].removesuffix("\n").split("\n")
    return [(end, "\n".join(f"{' ' * indent}{line[2:]}" if line else "" for line in body))]


def _on_one_line(read: Source, node: Node) -> bool:
    return read.lines[node.line - 1][node.column - 1 :].startswith("[")


def _unlisted(read: Source, hint: str) -> Diagnostic:
    return Losses.alone("I404", "new questions could not be listed, for this list is written on one line", hint, Place(read.path))
