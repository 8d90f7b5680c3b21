"""Words are words: whatever signs they hold, the book's Markdown reads nothing into them, and loses none."""

from __future__ import annotations

import html
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import markup
from pipeline.bring import hypertext
from pipeline.bring.housestyle import Style
from pipeline.bring.losses import Losses

SIGNS = "*_`[](){}<>#+-.!|~$&:=\\'\"^;?/ éß漢"
STRAIGHT = str.maketrans("‘’“”", "''\"\"")
TEXT = st.text(string.ascii_letters[:6] + string.digits[:3] + SIGNS * 2, min_size=1, max_size=40)


def written(text: str, *, inline: bool) -> str:
    style = Style("bank", Losses())
    nodes = hypertext.from_html(html.escape(text), 1)
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
