"""Words are words: whatever signs they hold, the book's Markdown reads nothing into them, and loses none."""

from __future__ import annotations

import html
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import markup
from pipeline.bring import foreign_text
from pipeline.bring.bookfiles import Style
from pipeline.bring.haul import Losses

SIGNS = "*_`[](){}<>#+-.!|~$&:=\\'\"^;?/ éß漢"
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
TEXT = st.text(string.ascii_letters[:6] + string.digits[:3] + SIGNS * 2, min_size=1, max_size=40)


def written(text: str, *, inline: bool) -> str:
    style = Style("bank", Losses())
    nodes = foreign_text.from_html(html.escape(text), 1)
    return style.line(nodes) if inline else style.block(nodes)


@pytest.mark.parametrize("inline", [False, True])
@settings(max_examples=400, deadline=None)
@given(text=TEXT)
@example(text="1. a")
@example(text="- a")
@example(text="+")
@example(text="a_b_ _c_")
@example(text="[a](b) [[c]] [d]: e [^f] g{.h} {=i.j}")
@example(text="$a$ $$b$$ &lt; &#35; <b> <!-- -->")
@example(text="!!! note")
@example(text="##0")
@example(text="Table: a")
@example(text="| a | b |")
@example(text="--- | ---")
@example(text=": a")
@example(text="~~~ a")
@example(text="`` ` ``")
@example(text="a\\")
def test_words_are_kept_and_mean_nothing(text: str, inline: bool) -> None:
    source = written(text, inline=inline)
    parsed = markup.parse(source, inline=inline)
    assert [fault for fault in parsed.faults if source] == []
    assert markup.plain(parsed).translate(STRAIGHT).split() == text.split()


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("~<code>:</code>\\~", "~:\\~"),
        ("^<code>:</code>\\^", "^:\\^"),
        ("<b>a~</b>~", "a~~"),
        ("~https://a.example/~", "~a.example/~"),
    ],
)
def test_signs_that_raise_and_lower_mean_nothing_beside_code_and_emphasis(tags: str, words: str) -> None:
    parsed = markup.parse(Style("bank", Losses()).line(foreign_text.from_html(tags, 1)), inline=True)
    assert not any(token.type in ("sub_open", "sup_open") for each in parsed.tokens for token in each.children or ())
    assert markup.plain(parsed) == words


@pytest.mark.parametrize("tag", ["sub", "sup"])
@given(words=st.text("ab`\\*_$<&;[]{}.", min_size=1, max_size=6))
@example(words="`:`\\")
@example(words="a\\")
@example(words="[a]{=b}")
def test_what_is_raised_or_lowered_keeps_its_words(tag: str, words: str) -> None:
    parsed = markup.parse(Style("bank", Losses()).line(foreign_text.from_html(f"x<{tag}>{html.escape(words)}</{tag}>", 1)), inline=True)
    kinds = [token.type for each in parsed.tokens for token in each.children or () if token.content or token.nesting]
    assert (parsed.faults, kinds) == ((), ["text", f"{tag}_open", "text", f"{tag}_close"])
    assert markup.plain(parsed) == f"x{words}"


PIECES = st.recursive(
    st.tuples(st.just("t"), st.text("ab. ,!?)(*_-:`", min_size=1, max_size=5)),
    lambda inner: st.tuples(st.sampled_from(["b", "i", "code"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=8,
)


def marked_up(piece: tuple[str, object]) -> tuple[str, str]:
    """Give a piece as HTML, and its words."""
    kind, inner = piece
    if isinstance(inner, str):
        return html.escape(inner), inner
    parts = [marked_up(part) for part in inner]  # type: ignore[attr-defined]
    words = "".join(text for _, text in parts)
    return f"<{kind}>{html.escape(words) if kind == 'code' else ''.join(tags for tags, _ in parts)}</{kind}>", words


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, min_size=1, max_size=4))
@example(pieces=[("code", [("t", ":")]), ("b", [("t", " ")]), ("code", [("t", ":")])])
def test_words_are_kept_however_they_are_emphasized(pieces: list[tuple[str, object]]) -> None:
    tags, words = (f"a {''.join(parts)} z" for parts in zip(*map(marked_up, pieces), strict=True))
    source = Style("bank", Losses()).block(foreign_text.from_html(tags, 1))
    parsed = markup.parse(source)
    assert parsed.faults == ()
    assert "".join(markup.plain(parsed).translate(STRAIGHT).split()) == "".join(words.split())
