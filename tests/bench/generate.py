"""Write a book of any number of questions: varied text, code, tables, formulas, and drawings, the same for the same seed.

No two questions are alike, and the code prints what its output says. The book passes ``guidepress check``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import random
from pathlib import Path
from typing import Any

import yaml

from bench.words import THINGS, UNITS, Writer, titles

DATE = "2026-11-20"
PER_SECTION = 25
TYPES = ("technical", "scenario", "behavioral", "coding")
LEVELS = ("foundation", "intermediate", "advanced")
TOPICS = ("order", "measure", "safety", "weather", "transport", "supply", "repair", "teaching")
COMPETENCIES = ("care", "judgment", "planning", "speech", "craft", "patience")
SOURCES = 24
FORMULAS = 12
TERMS = 40


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as literal blocks."""


def _text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else '"' if any(sign in text for sign in "\\:#'\"{}[]*&!%@`$") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_yaml(path: Path, record: dict[str, Any]) -> None:
    """Write a record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(record, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    path.write_text(text, encoding="utf-8")


def generate(folder: Path, count: int, seed: int = 1) -> Path:
    """Write a book of ``count`` questions into a folder that need not exist; return the folder."""
    names = [(f"{act}-{quality}-{thing}", act, f"{quality} {thing}") for act, quality, thing in titles(seed)[:count]]
    divisions = [names[start : start + PER_SECTION] for start in range(0, count, PER_SECTION)]
    _write_outline(folder, divisions, seed)
    _write_lists(folder, [name for name, _, _ in names], seed)
    every, said = [name for name, _, _ in names], set[str]()
    for number, (name, act, thing) in enumerate(names):
        question = _Question(name, act, thing, _term(number, count), every, Writer(f"{name} {seed}", said))
        write_yaml(folder / f"questions/part-{ordinal(number // PER_SECTION + 1)}/{name}.yaml", question.record())
        question.write_figure(folder / "figures")
    return folder


def _term(number: int, count: int) -> str:
    """Give every term of the glossary its questions."""
    return f"{THINGS[number % min(TERMS, count)]}-term"


def ordinal(number: int) -> str:
    """Name a number in letters: ids have no digits in them."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _write_outline(folder: Path, divisions: list[list[tuple[str, str, str]]], seed: int) -> None:
    writer = Writer(f"outline {seed}")
    count = sum(map(len, divisions))
    write_yaml(folder / "book.yaml", {
        "schema": 1, "id": f"generated-{ordinal(count)}-{ordinal(seed)}", "slug": f"generated-{ordinal(count)}",
        "title": "The Long Interview", "subtitle": "Questions written by a machine, to measure others by", "lang": "en-US",
        "version": "1.0.0", "date": DATE, "creators": [{"name": "The guidepress authors", "role": "aut"}], "publisher": "guidepress",
        "rights": "In the public domain.", "errata": "There is nothing in it to be wrong.",
        "description": f"A generated book of {count} questions.",
        "changes": [{"version": "1.0.0", "date": DATE, "text": "Generated."}],
        "competencies": [{"id": name, "title": name.capitalize(), "definition": writer.sentence()} for name in COMPETENCIES],
        "topics": [{"id": name, "title": name.capitalize(), "definition": writer.sentence()} for name in TOPICS],
        "front": ["introduction", "how-to-read"],
        "sections": [
            {
                "id": f"part-{ordinal(n)}", "title": f"The {writer.thing()}", "intro": writer.paragraph(3),
                "questions": [name for name, _, _ in division],
            }
            for n, division in enumerate(divisions, start=1)
        ],
        "back": ["farewell"],
    })  # fmt: skip
    parts = "cover title-page imprint contents front questions back formulas glossary sources index colophon".split()  # noqa: SIM905
    fields = "summary answer key_points examples follow_ups red_flags samples rubric see_also sources".split()  # noqa: SIM905
    write_yaml(folder / "editions/study.yaml", {
        "id": "study", "title": "Study edition", "audience": "candidate", "description": "Every question with its answer.",
        "sections": parts, "parts": fields, "answers": "inline", "flow": "page", "formats": ["pdf", "epub"], "papers": ["a4"],
    })  # fmt: skip
    (folder / "words.txt").write_text("guidepress\n", encoding="utf-8")


def _write_lists(folder: Path, names: list[str], seed: int) -> None:
    """Write chapters, glossary, formula sheet, and sources."""
    writer = Writer(f"lists {seed}")
    for name, title in (("introduction", "Introduction"), ("how-to-read", "How to read this book"), ("farewell", "Farewell")):
        body = "\n\n".join(f"## {writer.sentence().rstrip('.')}\n\n{writer.paragraph(6)}\n\n{writer.paragraph(5)}" for _ in range(4))
        write_yaml(folder / f"chapters/{name}.yaml", {"id": name, "title": title, "body": f"{body}\n", "reviewed": DATE})
    terms = [
        {
            "id": f"{thing}-term",
            "term": f"{thing} rule",
            "definition": writer.sentence(),
            "questions": writer.random.sample(names, min(3, len(names))),
        }
        for thing in THINGS[: min(TERMS, len(names))]
    ]
    write_yaml(folder / "glossary.yaml", {"terms": terms})
    formulas = [
        {
            "id": f"law-{ordinal(n)}", "name": f"Law of the {writer.thing()}", "latex": _formula(writer.random),
            "reading": writer.sentence(), "questions": writer.random.sample(names, min(2, len(names))),
        }
        for n in range(1, FORMULAS + 1)
    ]  # fmt: skip
    write_yaml(folder / "formulas.yaml", {"formulas": formulas})
    works = [
        {
            "key": f"work-{ordinal(n)}",
            "short": f"Notes {n}",
            "cite": f"*Notes on the {writer.thing()}*, volume {n}.",
            "url": f"https://example.org/notes/{n}",
        }
        for n in range(1, SOURCES + 1)
    ]
    write_yaml(folder / "sources.yaml", {"sources": works})


def _formula(pick: random.Random) -> str:
    """Give LaTeX of a display, one of very many."""
    a, b, c, n = pick.sample("abcdhkmpqrstuvwxyz", 4)
    i, j, k = pick.randint(2, 9), pick.randint(2, 99), pick.randint(2, 99)
    greek = pick.choice(("alpha", "beta", "gamma", "lambda", "mu", "sigma", "theta"))
    return pick.choice((
        rf"{a} = \frac{{{j} {b} + {k}}}{{{i} {c}^{{{i}}}}}",
        rf"{a}({b}) = \sum_{{{n}=1}}^{{{j}}} \frac{{\{greek}_{n} {b}^{n}}}{{{k} + {n}}}",
        rf"\sqrt{{{a}^2 + {j} {b}^2}} \le {i} {c} + \{greek} {k}",
        rf"\hat {a} = \frac{{1}}{{{j}}} \sum_{{{n}}} ({b}_{n} - {k} \{greek})^{{{i}}}",
        rf"{a}_{{\max}} = {j} {b} \left( 1 - \exp\left(-\frac{{{c}}}{{{k}}}\right) \right)",
        rf"\int_0^{{{j}}} {a}({b}) \, d{b} = {k} \{greek} - {i} {c}",
    ))  # fmt: skip


class _Question:
    """One question: what it says follows from its name and the seed."""

    def __init__(self, name: str, act: str, thing: str, term: str, names: list[str], writer: Writer) -> None:
        self.name, self.act, self.thing, self.term = name, act, thing, term
        self.writer, self.pick = writer, writer.random
        self.others = self.pick.sample([other for other in names if other != name], min(4, len(names) - 1))
        self.type = self.pick.choice(TYPES)
        self.figure = f"{name}-course"

    def record(self) -> dict[str, Any]:
        """Give the record as YAML writes it."""
        writer, pick = self.writer, self.pick
        story = {"star": {key: writer.paragraph(2) for key in ("situation", "task", "action", "result", "learning")}}
        return {
            "id": self.name, "ask": f"How would you {self.act} the {self.thing} {writer.purpose()}?", "type": self.type,
            "level": pick.choice(LEVELS), "speak": {"short": "40s", "full": "4m"}, "minutes": pick.randint(5, 15),
            "topics": pick.sample(TOPICS, 3), "competency": pick.choice(COMPETENCIES), "summary": writer.paragraph(4),
            "answer": self._answer(), **(story if self.type == "behavioral" else {}),
            "key_points": writer.sentences(5), "examples": [self._example()],
            "follow_ups": [self._follow_up() for _ in range(2)], "probes": writer.sentences(3), "hints": writer.sentences(2),
            "red_flags": writer.sentences(3), "rubric": dict(zip((1, 3, 5), writer.sentences(3), strict=True)),
            "samples": {"weak": writer.paragraph(2), "solid": writer.paragraph(4), "strong": writer.paragraph(5)},
            "see_also": self.others, "index": [{"term": self.thing}, {"term": self.thing.split()[1], "sub": self.thing.split()[0]}],
            "sources": [f"work-{ordinal(n)}" for n in pick.sample(range(1, SOURCES + 1), 2)], "reviewed": DATE,
        }  # fmt: skip

    def _follow_up(self) -> dict[str, str]:
        return {"ask": f"What would the {self.thing} cost you {self.writer.purpose()}?", "answer": self.writer.paragraph(2)}

    def _answer(self) -> str:
        writer = self.writer
        link, link2 = (self.others * 2)[:2] if self.others else ("", "")
        see = f" See also [[{link}]], and [[{link2}]] for the rest." if link else ""
        note = f"[^aside]: {writer.sentence()}"
        heads = [f"## {writer.sentence().rstrip('.')}" if n else f"## What the {self.thing} is for" for n in range(3)]
        return "\n\n".join([
            heads[0], f"{self._marked()} {writer.paragraph(2)}", f"{writer.paragraph(2)}{see}",
            f"$$\n{_formula(self.pick)}\n$$", f"Here {self._letters()} {writer.paragraph(2)}[^aside]",
            heads[1], f"{self._marked()} {writer.paragraph(3)}", self._list(), f"![](figure:{self.figure})", writer.paragraph(2),
            heads[2], f"[[term:{self.term}]] applies. {writer.paragraph(3)}", self._table(), writer.paragraph(2),
            f'!!! {self.pick.choice(("note", "tip", "warning"))} "On the {self.thing}"\n    {writer.paragraph(2)}',
            f"{self._marked()} {writer.paragraph(2)}", note,
        ]) + "\n"  # fmt: skip

    def _marked(self) -> str:
        return f"Where the {self.thing} counts, think of the [{self.writer.thing()}]{{.index}} first."

    def _letters(self) -> str:
        letters = self.pick.sample("abcdhkmpqrstuvwxyz", 3)
        values = [f"${letter} = {self.pick.randint(2, 99)}$" for letter in letters]
        ratio = rf"${letters[0]} / {letters[1]} > {self.pick.randint(2, 9)}.{self.pick.randint(1, 9)}$"
        return f"{', '.join(values)} and {ratio} {self.pick.choice(UNITS)}."

    def _list(self) -> str:
        ordered = self.pick.random() < 0.5
        return "\n".join(f"{f'{n}.' if ordered else '-'} {text}" for n, text in enumerate(self.writer.sentences(4), start=1))

    def _table(self) -> str:
        columns = self.pick.sample(UNITS, 3)
        rows = [f"| {self.writer.thing()} | {' | '.join(str(self.pick.randint(1, 999)) for _ in columns)} |" for _ in range(6)]
        head = f"| thing | {' | '.join(columns)} |\n|---|---|---|---|"
        return f"Table: Costs beside the {self.thing}, in three units\n\n{head}\n" + "\n".join(rows)

    def _example(self) -> dict[str, str]:
        code = self._code()
        return {
            "id": f"{self.name}-run", "title": f"Counting for the {self.thing}", "language": "python", "code": code,
            "output": printed(code), "note": self.writer.sentence(),
        }  # fmt: skip

    def _code(self) -> str:
        thing = self.thing.split()[1]
        values = ", ".join(str(self.pick.randint(1, 400)) for _ in range(8))
        limit, step, weight = self.pick.randint(60, 240), self.pick.randint(2, 9), self.pick.randint(11, 49) / 10
        total, cost = self.pick.sample(["total", "weight", "load", "length", "price", "rate"], 2)
        return (
            f"from statistics import mean, median\n\n"
            f"# What one {thing} after another takes.\n{thing}s = [{values}]\n\n\n"
            f"def {total}(items, limit={limit}):\n    \"\"\"Add up what stays below the limit.\"\"\"\n    kept = 0\n"
            f"    for item in items:\n        if item < limit:\n            kept += item * {weight}\n    return round(kept, 1)\n\n\n"
            f"def {cost}(items):\n    return sum(abs(a - b) for a, b in zip(items, items[1:]))\n\n\n"
            f"for size in range(2, len({thing}s) + 1, 2):\n    part = {thing}s[:size]\n"
            f"    print(f\"{{size}}: {{{total}(part)}}, {{{cost}(part)}}\")\n"
            f"print(\"mean:\", round(mean({thing}s), 2))\nprint(\"median:\", median({thing}s))\n"
            f"print(\"every {step}:\", {thing}s[::{step}])\n"
        )  # fmt: skip

    def write_figure(self, folder: Path) -> None:
        """Write the question's drawing and its record."""
        write_yaml(folder / f"{self.figure}.yaml", {
            "id": self.figure, "alt": f"Three curves that rise and fall: {self.writer.sentence()}", "caption": self.writer.sentence(),
        })  # fmt: skip
        (folder / f"{self.figure}.svg").write_text(_curves(self.pick), encoding="utf-8")


def printed(code: str) -> str:
    """Run generated code, and give what it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "<generated>", "exec"), {})
    return output.getvalue()


def _curves(pick: random.Random) -> str:
    """Draw three curves of 120 points each in a grid."""
    lines = [f'<path d="M20 {y}H340" stroke="#b9c6c9" stroke-width="0.5" fill="none"/>' for y in range(20, 181, 20)]
    for color in ("#0f5c66", "#8a3b12", "#55626a"):
        high, wide, shift = pick.uniform(20, 75), pick.uniform(20, 90), pick.uniform(0, 6)
        points = (f"{20 + x * 320 / 119:.2f} {100 - high * math.sin(x / wide * 6 + shift):.2f}" for x in range(120))
        lines.append(f'<path d="M{"L".join(points)}" stroke="{color}" stroke-width="1.4" fill="none"/>')
    body = "\n".join(lines)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="360" height="200" viewBox="0 0 360 200">\n{body}\n</svg>\n'


def main() -> None:
    """Write a book from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    generate(given.folder, given.count, given.seed)


if __name__ == "__main__":
    main()
