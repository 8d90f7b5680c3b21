"""Read Aiken: a question, lettered choices, and the letter of the answer."""

from __future__ import annotations

from pipeline.bring import foreign_text
from pipeline.bring.dialects import Dialect
from pipeline.bring.haul import Haul, Item, Losses, Picked, line_nodes, paragraph

HINT = "write lines 'A. words' and one 'ANSWER: A'"


def haul(texts: dict[str, str], dialect: Dialect, losses: Losses) -> Haul:
    """Return the questions of Aiken files."""
    found = Haul(files=len(texts))
    for path, text in texts.items():
        before = len(found.items)
        asked: list[tuple[int, str]] = []
        options: list[tuple[str, str]] = []
        for n, line in enumerate(text.split("\n"), start=1):
            words = line.strip()
            if words.upper().startswith("ANSWER:"):
                found.items += _finished(path, asked, options, words.partition(":")[2], losses)
                asked, options = [], []
            elif asked and len(words) > 2 and words[0] == chr(65 + len(options)) and words[1] in ".)" and words[2] == " ":
                options.append((words[0], words[3:].strip()))
            elif words and options:
                options[-1] = (options[-1][0], f"{options[-1][1]} {words}")
            elif words:
                asked.append((n, words))
        if asked:
            losses.tell("I203", "this question has no line ANSWER:", (path, asked[0][0]), HINT)
        if len(found.items) == before:
            found.empty.append(path)
    return found


def _finished(path: str, asked: list[tuple[int, str]], options: list[tuple[str, str]], key: str, losses: Losses) -> list[Item]:
    if not asked:
        return []
    line = asked[0][0]
    if len(options) < 2:
        losses.tell("I203", "this question has fewer than two choices", (path, line), HINT)
        return []
    letters = {letter.strip().upper() for letter in key.replace(",", " ").split()}
    for letter in sorted(letters - {letter for letter, _ in options}):
        losses.tell("I202", f"the key names {letter[:20]}, and no choice has that letter", (path, line), "mend the line ANSWER:")
    words = " ".join(words for _, words in asked)
    ask = foreign_text.from_html(words, line) if foreign_text.looks_like_html(words) else [paragraph(words, line)]
    choices = [Picked(paragraph(text, line).children, letter in letters) for letter, text in options]
    return [Item(path, line, line_nodes(ask), choices=choices)]
