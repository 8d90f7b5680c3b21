"""Find slips of the hand: signs that were meant to do something, do nothing, and would be printed as they stand.

They are looked for where Markdown has found plain words: what stands in code, in a formula, or behind a backslash means itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markdown_it.rules_inline import StateInline, backtick, emphasis, text
from markdown_it.token import Token

from pipeline.markup.dialect import ADMONITIONS, push_fault
from pipeline.markup.text_faults import Fault

CONFLICT: Final = 7
"""Signs of a mark that git leaves where two versions of a text could not be joined."""
NOT_PROSE: Final = frozenset({"", "text", "markdown", "md", "rst", "output"})
"""Languages of code blocks in which a typographic quote may be meant."""
CURLY: Final = "“”‘’"
CURLED: Final = re.compile(rf"[=(\[,:{{]\s*[{CURLY}]|[{CURLY}]\s*[)\],;}}]")
"""A typographic quote where a language has one of its own."""
UNCURLED: Final = re.compile("[\"'`]")
FACT: Final = re.compile(r"[\w-]+:(?: .*)?")
PLACEHOLDER: Final = re.compile(r"(?<![\w-])(TODO|FIXME|TBD)(?![\w-])")
ALONE: Final = re.compile(r"\s*(?:$|[\]:(.!?,;)>])", re.MULTILINE)
MISREAD: Final = re.compile("â€[™œ˜“”¦\u009d]|Ã[©¨¤¶¼¡³±ºª§´¢«®¯¹¸]|Â[°»«·£©®±]")
"""UTF-8 of two or three bytes that was read as Windows-1252."""
LINE_END: Final = re.compile(r"(?<=[\w.,:;!?)*`])(?:\\[nr])+(?=[A-Z#\d]|[-*] |\s*$)")
TARGET: Final = re.compile(r"\]\[([^\[\]\n^][^\[\]\n]{0,200})?\](?![{(])")
BARRED: Final = re.compile(r"\|[^|\n]*\|.*\|")


@dataclass(frozen=True, slots=True)
class _Sign:
    """What a line may begin with that means nothing there."""

    code: str
    pattern: re.Pattern[str]
    message: str
    hint: str
    later: bool = False
    """Whether it is right on the first line of a paragraph."""
    like: str = ""
    """Pattern of lines that make a run with it; of a run the first is the fault."""
    alone: bool = True
    """Whether it is a fault without another like it."""


_UNJOINED, _JOIN = "two versions of this text were never joined", "keep one of them, and delete the marks of git"
_RUNS_ON: Final = "these items run on in one paragraph"
_LIST_HINT: Final = "put an empty line above, and begin each item with '- ' or '1. ', no further in than the text"
_SIGNS: Final = (
    _Sign("M201", re.compile(r"[<>]{7}(?=[ \n]|$)"), _UNJOINED, _JOIN),
    _Sign("M202", re.compile(r"#{2,6}(?=[^#\s])"), "this heading is printed with its signs", "put a space after the signs"),
    _Sign("M205", re.compile(r"[-*+](?= +\S)"), "this item runs on from the line above", _LIST_HINT, later=True, like=r"[-*+] +\S"),
    _Sign("M205", re.compile(r"\d{1,3}[.)](?= +\S)"), _RUNS_ON, _LIST_HINT, later=True, like=r"\d{1,3}[.)] +\S", alone=False),
    _Sign("M205", re.compile(r"\d{1,3}[.)](?=[^\W\d])"), _RUNS_ON, _LIST_HINT, like=r"\d{1,3}[.)][^\W\d]", alone=False),
    _Sign("M205", re.compile(r"[•‣◦▪●–—]"), _RUNS_ON, _LIST_HINT, like="[•‣◦▪●–—]", alone=False),
    _Sign("M205", re.compile(r"[-+](?=[^\W\d])"), _RUNS_ON, _LIST_HINT, like=r"[-+][^\W\d]", alone=False),
    _Sign("M208", re.compile(r"={3,}(?=\n|$)"), "a heading is not underlined", "write ## before its words"),
    _Sign("M213", re.compile(r"\[!(?:NOTE|TIP|WARNING|IMPORTANT|CAUTION)\]|:{3,}(?= *\w+ *(?:\n|$))"), "an admonition is not written so",
          f"write !!! and one of {', '.join(ADMONITIONS)}, its text below, indented by four spaces"),
)  # fmt: skip


# Within a paragraph


def look(state: StateInline, silent: bool) -> bool:
    """Note what a line begins with, and what a backslash stands before; read nothing."""
    if silent:
        return False
    if state.src[state.pos] == "\\":
        _look_at_backslash(state)
    start = _line_start(state)
    if start is not None:
        _look_at_line(state, start)
    return False


def _line_start(state: StateInline) -> int | None:
    """Return where the line begins of which this is the first sign, or None."""
    at = state.pos
    while at and state.src[at - 1] == " ":
        at -= 1
    return at if at == 0 or state.src[at - 1] == "\n" else None


def _look_at_line(state: StateInline, start: int) -> None:
    for sign in _SIGNS:
        match = sign.pattern.match(state.src, state.pos, state.posMax)
        if match is None or (sign.later and start == 0) or not _begins_run(state.src, start, sign):
            continue
        if sign.code == "M208" and len(match[0]) == CONFLICT and "conflict" in state.env:
            sign = _SIGNS[0]
        if sign.code == "M201":
            state.env["conflict"] = True
        push_fault(state, sign.code, sign.message, (match.start(), len(match[0])), sign.hint)
        return


def _begins_run(written: str, start: int, sign: _Sign) -> bool:
    """Tell whether a line is the first of those like it; a single one may be a number, or a dash, that is meant."""
    if not sign.like:
        return True
    like = re.compile(rf" *{sign.like}")
    if start and like.match(written, written.rfind("\n", 0, start - 1) + 1):
        return False
    after = written.find("\n", start) + 1
    introduced = sign.later and written[:start].rstrip().endswith(":")
    return sign.alone or introduced or bool(after and like.match(written, after))


def _look_at_backslash(state: StateInline) -> None:
    at = state.pos
    if at and state.src[at - 2 : at] not in ("\\n", "\\r") and (match := LINE_END.match(state.src, at)):
        push_fault(
            state, "M210", f"“{match[0]}” is printed as it stands", (at, len(match[0])), "break the line here, or put it between backticks"
        )
    elif not state.src[at + 1 :].strip():
        push_fault(state, "M210", "this backslash is printed", (at, 1), "delete it: the paragraph ends here")


def words(state: StateInline, silent: bool) -> bool:
    """Read plain words, and note those that only hold a place, or were read in another encoding than they were written in."""
    start = state.pos
    if not text(state, silent):
        return False
    if silent:
        return True
    for match in PLACEHOLDER.finditer(state.src, start, state.pos):
        if _is_placeholder(state.src, match):
            hint = "write what is missing, or put the word between backticks"
            push_fault(state, "M206", f"“{match[1]}” would be printed", (match.start(), len(match[1])), hint)
    for match in MISREAD.finditer(state.src, start, state.pos + 2):
        message = f"“{match[0]}” was read in another encoding than it was written in"
        push_fault(state, "M212", message, (match.start(), len(match[0])), "write the character that was meant, and save as UTF-8")
    return True


def _is_placeholder(written: str, match: re.Match[str]) -> bool:
    """Tell a word that holds a place from one of a text about lists of things to do."""
    before = written[: match.start()].rstrip(" ")[-1:]
    return match[1] == "TBD" or before in ("", "\n", "[", "(", "<") or bool(ALONE.match(written, match.end()))


def code(state: StateInline, silent: bool) -> bool:
    """Read code between backticks; note a backtick that has no partner, and typographic quotes in code."""
    at, before = state.pos, len(state.tokens)
    if not backtick(state, silent):
        return False
    if silent:
        return True
    if len(state.tokens) == before:
        hint = "write the second one, or \\` for a backtick"
        push_fault(state, "M207", "this backtick has no partner", (at, state.pos - at), hint)
    elif (found := CURLED.search(state.tokens[-1].content)) and not UNCURLED.search(state.tokens[-1].content):
        offset = len(state.tokens[-1].markup) + found.start()
        push_fault(state, "M211", "a typographic quote stands in code", (at + offset, len(found[0])), "write \" or ' in code")
    return True


def no_target(state: StateInline, silent: bool) -> bool:
    """Note `[words][name]` of which nothing says where it leads."""
    at = state.pos
    if silent or state.src[at] != "[" or (at and (state.src[at - 1].isalnum() or state.src[at - 1] in "])_")):
        return False
    end = state.md.helpers.parseLinkLabel(state, at)
    match = TARGET.match(state.src, end, state.posMax) if end > 0 else None
    if match and any(c.isalpha() for c in state.src[at:end]):
        name = match[1] or state.src[at + 1 : end]
        hint = "write [words](https://...), or [[id]] for a place in the book"
        push_fault(state, "M204", f"nothing says where “{name[:60]}” leads", (at, match.end() - at), hint)
    return False


def stars(state: StateInline, silent: bool) -> bool:
    """Read stars and underscores as CommonMark does, each noted with its place."""
    at, before = state.pos, len(state.tokens)
    if not emphasis.tokenize(state, silent):
        return False
    for nth, token in enumerate(state.tokens[-(state.pos - at) :]):
        token.meta = {"at": at + nth}
    return len(state.tokens) > before


def left_stars(state: StateInline) -> None:
    """Note stars that were to open or to close bold words, and do not; and names whose underscores would make them bold."""
    runs: list[tuple[int, int]] = []
    names = [n for n, token in enumerate(state.tokens) if token.type == "strong_open" and token.markup == "__"]
    for token in state.tokens:
        if token.type == "text" and token.content == "*" and "at" in token.meta:
            at = token.meta["at"]
            if runs and sum(runs[-1]) == at:
                runs[-1] = runs[-1][0], runs[-1][1] + 1
            else:
                runs.append((at, 1))
    bold = [run for run in runs if 2 <= run[1] <= 3]
    faults = [run for run in bold if _is_slip(state.src, *run, alone=len(bold) == 1)]
    _name_bold(state, names)
    # Of two that were to be a pair, the first is the fault.
    for at, length in faults[::2]:
        hint = "put the stars next to the words, a space or a sign outside of them, or write \\* for a star"
        push_fault(state, "M203", "these stars are printed", (at, length), hint)


def _is_slip(written: str, at: int, length: int, *, alone: bool) -> bool:
    before, after = written[at - 1 : at] if at else " ", written[at + length : at + length + 1] or " "
    if before.isspace() and after.isspace():
        return False
    return not (alone and before.isalnum() and after.isalnum())


def _name_bold(state: StateInline, opened: Sequence[int]) -> None:
    for n in opened:
        name = state.tokens[n + 1].content if n + 2 < len(state.tokens) and state.tokens[n + 2].type == "strong_close" else ""
        if name.islower() and name.isidentifier():
            hint = "put it between backticks, or write ** for bold words"
            at = state.src.find(f"__{name}__")
            push_fault(state, "M214", f"“__{name}__” is printed bold, without its underscores", (max(at, 0), len(name) + 4), hint)


# Blocks


def heading_underlined(tokens: Sequence[Token], index: int, lines: Sequence[str]) -> Iterator[Fault]:
    """Note a line of dashes that was to make a heading of the line above, and facts of a file at the head of a text."""
    rule = tokens[index]
    first = rule.map[0] if rule.map else 0
    if index == 0 and first == 0 and _are_facts(tokens):
        yield Fault("M209", "facts of a file would be printed", 1, 1, len(lines[0]), "delete them down to the second line of dashes")
    above = tokens[index - 1] if index else None
    glued = above is not None and above.type == "paragraph_close" and bool(tokens[index - 3].map) and tokens[index - 3].map[1] == first  # type: ignore[index]
    if glued and set(lines[first].strip(" >")) == {"-"} and not (index == 4 and _are_facts(tokens)):
        column = len(lines[first]) - len(lines[first].lstrip(" >")) + 1
        hint = "write ## before its words, or put an empty line above the dashes"
        yield Fault("M208", "a heading is not underlined", first + 1, column, len(lines[first].strip(" >")), hint)


def _are_facts(tokens: Sequence[Token]) -> bool:
    """Tell whether a text begins with lines of `name: value` between two lines of dashes."""
    kinds = [token.type for token in tokens[:5]]
    if kinds != ["hr", "paragraph_open", "inline", "paragraph_close", "hr"] or not tokens[0].markup.startswith("-"):
        return False
    return all(FACT.fullmatch(line.strip()) for line in tokens[2].content.split("\n"))


def conflict_end(tokens: Sequence[Token], index: int, lines: Sequence[str]) -> Iterator[Fault]:
    """Note the last mark of a conflict, which reads as quotations in one another."""
    opening = tokens[index]
    first = opening.map[0] if opening.map else 0
    before = tokens[index - 1] if index else None
    outermost = before is None or before.type != "blockquote_open" or not before.map or before.map[0] != first
    line = lines[first].lstrip(" ")
    if outermost and re.match(r">{7}(?: |$)", line):
        yield Fault("M201", _UNJOINED, first + 1, len(lines[first]) - len(line) + 1, CONFLICT, _JOIN)


def curled(token: Token, lines: Sequence[str]) -> Iterator[Fault]:
    """Note typographic quotes in a code block, on lines that have no others."""
    first = token.map[0] if token.map else 0
    if token.info.strip() in NOT_PROSE:
        return
    for nth, line in enumerate(token.content.split("\n")):
        if (found := CURLED.search(line)) and not UNCURLED.search(line):
            whole = lines[first + 1 + nth]
            column = len(whole) - len(line) + found.start() + 1
            yield Fault("M211", "a typographic quote stands in code", first + 2 + nth, column, len(found[0]), "write \" or ' in code")


def barred(content: str, line: int) -> Iterator[Fault]:
    """Note rows of a table that has no line of dashes."""
    rows = [bool(BARRED.fullmatch(row.strip())) for row in content.split("\n")]
    for nth, (row, following) in enumerate(pairwise(rows)):
        if row and following and not (nth and rows[nth - 1]):
            yield Fault("M162", "these rows are not read as a table", line + nth, 1, 1, "write a line of dashes below the first: |---|---|")


BLOCKS: Final[dict[str, Callable[[Sequence[Token], int, Sequence[str]], Iterator[Fault]]]] = {
    "hr": heading_underlined,
    "blockquote_open": conflict_end,
}
