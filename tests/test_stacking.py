"""On paper a look may stack the rows of tables, and let what is left of long lines of code hang."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pipeline.markup.highlight import block
from pipeline.render import labeled
from pipeline.render.listings import lined, parted

TABLE = """<table><thead><tr><th scope="col">Kind</th><th scope="col"><img class="math" alt="x &amp; y" src="a.svg"/></th></tr></thead>
<tbody><tr><th scope="row">1</th><td class="right">two</td></tr></tbody></table>"""
CODE = """def fit(values):
    text = '''one
        two'''
    return model.fit(0.25, x=values)
"""


def test_each_cell_of_a_stacked_table_bears_the_name_of_its_column_and_heads_do_not() -> None:
    shown = labeled(TABLE)
    assert '<td data-label="x &amp; y" class="right">two</td>' in shown and shown.count('<th data-label="Kind" scope="row">') == 1


def test_a_table_without_heads_is_as_it_was() -> None:
    assert labeled("<table><tbody><tr><td>a</td></tr></tbody></table>") == "<table><tbody><tr><td>a</td></tr></tbody></table>"


def test_each_line_of_code_is_an_element_and_says_what_it_said() -> None:
    plain = block(CODE, "python")
    shown = ElementTree.fromstring(lined(plain))
    assert "".join(shown.itertext()) == CODE.rstrip("\n") == "".join(ElementTree.fromstring(plain).itertext())
    lines = [element for element in shown.iter("span") if element.get("class") == "line"]
    assert ["".join(line.itertext()).rstrip("\n") for line in lines] == CODE.rstrip("\n").split("\n")


def test_code_may_break_after_the_bracket_of_a_call_and_never_inside_a_number() -> None:
    shown = lined(block(CODE, "python"))
    assert "fit(<wbr/>" in shown and not re.search(r"0\.<wbr/>", shown)
    assert "round</span>(<wbr/>" in lined(block("round(float(x))", "python"))


def test_a_bracket_stays_with_what_it_begins() -> None:
    shown = re.sub(r"</?span[^>]*>", "", lined(block("for name, m in [('a', 1), ('b', 2)]: pass", "python")))
    assert "[(" in shown and "(<wbr/>" not in shown and "[<wbr/>" not in shown


LONG = """import numpy as np
from tides import (high,
    low)

# Heights, in meters.
heights = table('''
    a; (b
''',
    0)
for name in heights:  # all of them
    print(name, "(:",
          end="")
""" + "\n".join(f"at_{number} = {number}" for number in range(12))


def parts(code: str, language: str) -> list[str]:
    shown = ElementTree.fromstring(parted(block(code, language)))
    assert "".join(shown.itertext()) == code
    return ["".join(part.itertext()) for part in shown.iter("span") if part.get("class") == "part"]


def test_a_long_listing_may_break_between_paragraphs_and_statements_alone() -> None:
    first, table, loop, *rest = parts(LONG, "python")
    assert first.startswith("import") and first.endswith("low)\n\n")
    assert table.startswith("# Heights") and table.endswith("0)\n")
    assert loop.startswith("for name") and loop.endswith('end="")\n')
    assert [len(lines.strip().split("\n")) for lines in rest] == [1] * 9 + [3], "three lines end it"


def test_a_query_breaks_where_it_ends() -> None:
    query = "SELECT name,\n  port\nFROM lights;\n"
    assert parts(query * 8 + query.strip(), "sql") == [query] * 8 + [query.strip()]


def test_a_short_listing_is_as_it_was() -> None:
    assert parted(block(CODE, "python")) == block(CODE, "python")
