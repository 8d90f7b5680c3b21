"""What templates and press make of the small book, kept in tests/golden: 'make golden' refreshes, the difference is reviewed."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from renderwork import rendered, said

GOLDEN = Path(__file__).parent / "golden"
EDITIONS = ("kit", "practice", "sample", "study")
DIGESTS = re.compile(r"(guidepress:(?:math|figure)/(?:[a-z-]+-)?)[0-9a-f]{16,24}")
"""Names of drawings end in a digest; the last digits of a formula's curves may differ between machines."""


def compare(name: str, text: str) -> None:
    """Compare a text with the golden file, or write it when GOLDEN=refresh."""
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "refresh":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is missing: run 'make golden', and review it"
    golden = path.read_text(encoding="utf-8")
    lines = difflib.unified_diff(golden.splitlines(), text.splitlines(), f"golden/{name}", "now", lineterm="", n=2)
    assert golden == text, "run 'make golden' when this is meant:\n" + "\n".join(lines)


@pytest.mark.parametrize("medium", ["paged", "reflow"])
@pytest.mark.parametrize("edition", EDITIONS)
def test_templates_print_what_they_printed(publications, edition: str, medium: str) -> None:
    fragments = rendered(publications[edition], medium).fragments
    text = "\n".join(f"<!-- {fragment.section.id} -->\n{fragment.xhtml}" for fragment in fragments)
    compare(f"{edition}/{medium}.xhtml", DIGESTS.sub(r"\1…", text))


@pytest.mark.parametrize("paper", [pytest.param("a4", marks=pytest.mark.conformance), pytest.param("letter", marks=pytest.mark.soak)])
def test_the_tags_of_a_guide_read_in_order_wherever_its_lines_break(built, publications, paper: str) -> None:
    path = built / f"study/harbor-watch-study-0.2.0-{paper}.pdf"
    tags = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, check=True, text=True).stdout
    compare("study/structure.txt", aloud(tags, said(rendered(publications["study"]))))


# Structure text as a person would read it, without what depends on line and page breaks


@dataclass
class Element:
    """A structure element: its type with what matters of its attributes, and what is in it, in order."""

    kind: str
    depth: int
    content: list[str | Element] = field(default_factory=list)

    @property
    def inline(self) -> bool:
        return self.kind in ("Link", "Reference", "Note", "Span", "Formula", "Code (inline)")


LINE = re.compile(r'(?P<indent> *)(?:"(?P<text>.*)"|/(?P<attribute>\S+) (?P<value>.*)|(?P<kind>[A-Z]\w*)(?P<rest>.*))')


def parsed(tags: str) -> Element:
    root = Element("Document", -1)
    open_elements = [root]
    for line in tags.splitlines():
        found = LINE.fullmatch(line)
        assert found, line
        depth = len(found["indent"])
        while open_elements[-1].depth >= depth:
            open_elements.pop()
        at = open_elements[-1]
        if found["text"] is not None:
            at.content.append(found["text"])
        elif found["attribute"]:
            if found["attribute"] in ("Scope", "ListNumbering"):
                at.kind += f" {found['value']}"
        elif found["kind"] != "Object":
            kind = "Code (inline)" if (found["kind"], found["rest"]) == ("Code", " (inline)") else found["kind"]
            at.content.append(new := Element(kind, depth))
            open_elements.append(new)
    return root


class Voice:
    """Read runs of text as one, where a space or a hyphen may have gone with the end of a line."""

    def __init__(self, said: str) -> None:
        self.said, self.spoken, self.shown, self.opened = zeros(said), "", "", ""

    def begin(self, kind: str) -> None:
        self.opened += f"⟨{kind} "

    def end(self) -> None:
        self.shown, self.opened = self.shown + self.opened + "⟩", ""

    def read(self, text: str) -> None:
        gap = self.gap(text)
        if gap is None:  # the hyphen of a word that was broken
            before, _, after = self.shown.rpartition("-")
            self.spoken, self.shown, gap = self.spoken[:-1], before + after, ""
        self.spoken += gap + text
        self.shown, self.opened = self.shown + gap + self.opened + text, ""

    def gap(self, text: str) -> str | None:
        """Give what stands between what was read and a text, or None when a hyphen goes and nothing comes."""
        tail, head = zeros(self.spoken)[-12:], zeros(text)[:6]
        if not tail or tail[-1] == " " or head[0] == " ":
            return ""
        tail, head = tail.lstrip(), head.rstrip()
        if f"{tail} {head}" in self.said:
            return " "
        if tail[-1] == "-" and f"{tail}{head}" not in self.said and f"{tail[:-1]}{head}" in self.said:
            return None
        return "" if head[0] in ".,;:" or f"{tail}{head}" in self.said else " "


def zeros(text: str) -> str:
    return re.sub(r"\d+", "0", text)


def aloud(tags: str, said: str) -> str:
    """Write the structure with one line for each text; page numbers are '#', a formula is '¤'."""
    lines = "\n".join(_lines(parsed(tags), said))
    return re.sub(r"⟨Link #⟩(, ⟨Link #⟩)+", "⟨Link #⟩", re.sub(r"\bp\. \d+", "p. #", lines)) + "\n"


def _lines(element: Element, said: str) -> Iterator[str]:
    indent = " " * (element.depth + 2)
    voice = Voice(said)
    for item in [*element.content, None]:
        if isinstance(item, str) or (item is not None and item.inline):
            _speak(item, voice)
            continue
        if voice.shown.strip():
            yield f'{indent}"{" ".join(voice.shown.split())}"'
        voice = Voice(said)
        if item is not None:
            yield " " * item.depth + item.kind
            yield from _lines(item, said)


def _speak(item: str | Element, voice: Voice) -> None:
    if isinstance(item, str):
        if item.strip():
            voice.read(item)
    elif item.kind == "Formula":
        voice.read("¤")
    else:
        voice.begin(item.kind)
        for inner in item.content:
            is_page = item.kind == "Link" and inner is item.content[-1] and isinstance(inner, str) and FOLIOS.fullmatch(inner)
            _speak(" #" if is_page and voice.opened == "" else "#" if is_page else inner, voice)
        voice.end()


FOLIOS = re.compile(r"\d+(–\d+)?")
