"""Markdown to XHTML: what a reader sees, and what an author is told, line and column included."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import escape
from typing import Literal

import pytest
from lxml import etree

from pipeline import markup
from pipeline.markup import EXPLANATIONS, FAULTS, Reference, Target, Text, parse

HTML = "{http://www.w3.org/1999/xhtml}"
EPUB = "{http://www.idpf.org/2007/ops}"
KINDS = {"figure": "figure", "box": "aside"}
SETTING = markup.Setting(b"<svg/>", 1.5, 1.2, 0.25)


PAGED = Target(
    medium="paged",
    scope="q",
    level=3,
    labels={"note": "Note", "tip": "Tip", "warning": "Warning", "example": "Example", "back_to_text": "Back to the text"},
    spoken={"sub": "{0} sub {1}", "plus": "plus", "fraction": "{0} over {1}"},
)


def link(reference: Reference) -> str:
    if reference.kind in ("figure", "box"):
        return f'<{KINDS[reference.kind]} id="{reference.id}"></{KINDS[reference.kind]}>'
    if reference.kind == "value":
        return "0.83 < 1"
    return f'<a href="#{reference.id}">{escape(reference.label or reference.id)}</a>'


def written(text: Text, **changes: object) -> str:
    """Write a text as XHTML, with a link for each reference and a drawing for each formula."""
    told = replace(
        PAGED, shown={reference: link(reference) for reference in text.references}, drawings=dict.fromkeys(text.formulas, SETTING),
        table_labels=tuple(f"Table 7.{number}" for number in range(1, text.tables + 1)), **changes,
    )  # fmt: skip
    return markup.inline_xhtml(text, told) if text.inline else markup.to_xhtml(text, told)


def render(source: str, medium: Literal["paged", "reflow"] = "paged") -> etree._Element:
    text = parse(source)
    assert text.faults == ()
    return well_formed(written(text, medium=medium))


def well_formed(fragment: str) -> etree._Element:
    wrapped = f'<body xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">{fragment}</body>'
    return etree.fromstring(wrapped)


def find(root: etree._Element, path: str) -> list[etree._Element]:
    found = root.xpath(path, namespaces={"h": HTML[1:-1], "m": "http://www.w3.org/1998/Math/MathML"})
    assert isinstance(found, list)
    return found


def said(element: etree._Element) -> str:
    return "".join(element.itertext())


# Faults: the marker ¦ stands where the fault shall be


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("M101", "a bell ¦\x07 here"),
        ("M101", "a turn ¦\u202e here"),
        ("M102", "¦" + "word " * 5000),
        ("M102", "¦" + "[" * 600),
        ("M103", "\n".join("> " * depth + ("¦" if depth == 13 else "") + "a" for depth in range(1, 14))),
        ("M104", "a ¦<b>bold</b>".replace("</b>", "")),
        ("M104", "- item\n\n  ¦<!-- aside"),
        ("M104", "| a |\n|---|\n| ¦<iframe/> |"),
        ("M110", "¦```python\nx = 1\n"),
        ("M110", "> quote\n\n- ¦```python\n  x = 1"),
        ("M111", "¦```klingon\nx\n```"),
        ("M112", "```text\n" + "x" * 68 + "\n" + "x" * 68 + "¦x\n```"),
        ("M112", "- a\n\n  ```text\n  " + "x" * 68 + "¦xyz\n  ```"),
        ("M113", "text\n\n    ¦code"),
        ("M120", "see ¦[[overfitting for more"),
        ("M120", "> - see ¦[[overfitting"),
        ("M121", "see ¦[[Over Fitting]]"),
        ("M121", "see ¦[[chapters:faq]]"),
        ("M122", "see ¦[[overfitting|]]"),
        ("M122", "see ¦[](https://example.org)"),
        ("M122", "see ¦[]{.index term=x}"),
        ("M123", "text ¦[[box:legal]]"),
        ("M123", "text ¦![](figure:curve)"),
        ("M123", "text ¦$$x$$ text"),
        ("M124", "¦![a picture](https://example.org/picture.png)"),
        ("M124", "¦![a picture](../picture.png)"),
        ("M135", "¦![](picture.png)"),
        ("M125", "a ¦[link](http://example.org)"),
        ("M125", "a ¦[link](javascript:alert(1))"),
        ("M125", "a ¦[link](data:text/html,x)"),
        ("M125", "a ¦[link](other.html)"),
        ("M125", "a ¦[link](//example.org)"),
        ("M125", "a ¦<ftp://example.org>"),
        ("M126", "at ¦https://example.org for more"),
        ("M127", "the score is ¦{=nothing}"),
        ("M128", "a [word]{.index ¦onclick=x}"),
        ("M128", "a [word]¦{term=x}"),
        ("M128", "a *word*¦{.red}"),
        ("M128", "a ¦[link](https://example.org 'title')"),
        ("M129", "a [link [[b]] on¦](https://example.org)"),
        ("M129", "a [link¦](https://example.org"),
        ("M129", "a [link ¦<https://example.com>](https://example.org)"),
        ("M130", "a claim¦[^none]"),
        ("M131", "a claim\n\n¦[^a]: never used"),
        ("M132", "a claim[^a]\n\n[^a]: one\n\n¦[^a]: two"),
        ("M133", "a claim[^a] and¦[^a]\n\n[^a]: one"),
        ("M134", "a claim[^a]\n\n¦[^a]: one\n\n    two"),
        ("M140", "¦# Title"),
        ("M141", "¦### Deep"),
        ("M141", "## Fine\n\n¦#### Deep"),
        ("M142", "- ¦## Head"),
        ("M143", "¦##\n"),
        ("M150", '¦!!! danger "Mind"\n    body'),
        ("M150", '¦??? note "Mind"\n    body'),
        ("M151", '¦!!! note "Mind"\nbody'),
        ("M161", "¦Table: a caption\n\ntext"),
        ("M162", "a | b\n¦|---|---|---|"),
        ("M170", "a price of ¦$5"),
        ("M170", "¦$$\nx = 1\n"),
        ("M170", "text\n\n- ¦$x"),
        ("M171", "from ¦$5 to $6"),
        ("M172", "a ¦$$$$ b"),
        ("M180", r"a $x + ¦\foo$ b"),
        ("M180", "$$\nx = 1\n+ ¦\\foo\n$$"),
        ("M180", "> - deep\n>\n>   $$\n>   x = 1\n>   + ¦\\foo\n>   $$"),
        ("M180", "| a | b |\n|---|---|\n| one | $x + ¦\\foo$ |"),
        ("M180", "| a | b |\n|---|---|\n| x \\| y and $a + ¦\\foo$ | b |"),
        ("M180", '!!! note "On $¦\\foo$"\n    body'),
        ("M180", "a[^n]\n\n[^n]: note $¦\\foo$"),
        ("M180", "## Head $¦\\foo$"),
        ("M180", "term $¦\\foo$\n: definition"),
        ("M180", "term\n: definition\n  goes on $¦\\foo$"),
        ("M180", "a line\nand $x +\n¦\\foo$"),
        ("M180", "Table: caption $¦\\foo$\n\n| a |\n|---|\n| b |"),
        ("M189", "raised $x^¦10$"),
    ],
)
def test_a_slip_is_a_fault_at_its_own_place(code: str, source: str) -> None:
    before, _, after = source.partition("¦")
    place = (code, before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert place in [(fault.code, fault.line, fault.column) for fault in parse(before + after).faults]
    well_formed(written(parse(before + after)))
    well_formed(written(parse(before + after), medium="reflow"))


def test_a_text_whose_tokens_were_let_go_is_written_as_before() -> None:
    text = parse("A *term* with $x$ and a note[^1].\n\n[^1]: Said **here**.")
    before = written(text)
    for number in range(10_000):
        parse(f"text {number}", inline=True)
    assert written(text) == before
    assert "<strong>here</strong>" in before


def test_a_row_longer_than_its_head_is_a_fault() -> None:
    faults = parse("> | a | b |\n> |---|---|\n> | 1 | 2 | 3 |").faults
    assert [(fault.code, fault.line) for fault in faults] == [("M160", 3)]


@pytest.mark.parametrize("source", ["- item", "one\n\ntwo", "## Head", "```text\nx\n```", "> quote", "| a |\n|---|"])
def test_an_inline_text_is_one_paragraph(source: str) -> None:
    assert [fault.code for fault in parse(source, inline=True).faults] == ["M105"]


def test_every_code_has_a_title_and_an_explanation_that_ends() -> None:
    assert FAULTS.keys() == EXPLANATIONS.keys()
    assert all(title and text.endswith(".") for title, text in zip(FAULTS.values(), EXPLANATIONS.values(), strict=True))


def test_hints_begin_with_a_verb_in_lower_case() -> None:
    text = parse("$5 [[x [a](b) <b> https://a.b\n\n# x\n\n[^a]: b")
    assert len(text.faults) >= 6
    assert all(re.match(r"[a-z]+ ", fault.hint) for fault in text.faults)


# What is found


def test_references_are_found_with_kind_label_and_place() -> None:
    listed = "- [[chapter:faq]], [[source:esl]], {=sweep.best score}"
    text = parse(f"See [[bias]] and [[term:recall|the recall]].\n\n{listed}\n\n![](figure:curve)")
    assert [(r.kind, r.id, r.label, r.line, r.column) for r in text.references] == [
        ("section", "bias", None, 1, 5),
        ("term", "recall", "the recall", 1, 18),
        ("section", "faq", None, 3, 3),
        ("source", "esl", None, 3, 20),
        ("value", "sweep.best score", None, 3, 36),
        ("figure", "curve", None, 5, 1),
    ]


def test_an_index_mark_takes_its_term_from_its_words() -> None:
    text = parse('[Bayes\'s *rule*]{.index} and [it]{.index term="rule" sub="of Bayes" see="law" see-also="odds"}')
    first, second = text.marks
    assert (first.term, first.sub) == ("Bayes's rule", None)
    assert (second.term, second.sub, second.see, second.see_also) == ("rule", "of Bayes", "law", "odds")


def test_a_text_counts_its_words_tables_footnotes_and_headings() -> None:
    text = parse("## One head\n\nTwo words[^a]\n\nTable: Cap\n\n| a | b |\n|---|---|\n| c | d |\n\n[^a]: three more words")
    assert (text.words, text.tables, text.footnotes, text.headings) == (12, 1, 1, ((2, "One head", 1),))


def test_the_same_source_is_parsed_once() -> None:
    assert parse("twice") is parse("twice")


def test_plain_text_has_no_markup() -> None:
    assert markup.plain(parse('*A* `b` [c](https://x.org) [[d|e]] "f" [g]{.index}')) == "A b c e “f” g"


# What is printed


def test_quotes_are_curled_and_dots_and_dashes_left_alone() -> None:
    assert said(render("\"It's\" 'so'... a--b, the '90s")) == "“It’s” ‘so’... a--b, the ’90s\n"


def test_headings_sink_to_the_level_of_their_surroundings() -> None:
    root = render("## One\n\n### Two")
    assert [(h.tag, h.get("id")) for h in root] == [(f"{HTML}h3", "q-h1"), (f"{HTML}h4", "q-h2")]


def test_a_formula_in_a_line_is_an_image_that_hangs_below_it_on_paper() -> None:
    (image,) = find(render("so $x_i$ is"), "//h:img")
    assert dict(image.attrib) == {
        "class": "math",
        "role": "math",
        "alt": "x sub i",
        "src": f"guidepress:{SETTING.name}",
        "style": "height:1.2em;width:1.5em;vertical-align:-0.25em",
    }


def test_a_range_of_numbers_does_not_break() -> None:
    for medium in ("paged", "reflow"):
        held = find(
            render("| Questions |\n|---|\n| 6, 31–33, and 1.5–2,000% – or 7 |\n\nAn A–B test, `3–4`.", medium), "//h:span[@class='nobreak']"
        )
        assert [span.text for span in held] == ["31–33", "1.5–2,000"]


def test_punctuation_does_not_break_away_from_a_formula() -> None:
    (held,) = find(render("so ($x_i$), or not"), "//h:span[@class='nobreak']")
    assert (held.text, held[0].tail) == ("(", "),")
    (held,) = find(render(r"a $\frac{1}{2}$-fold gain", "reflow"), "//h:span[@class='nobreak']")
    assert held[0].tail == "-fold"


def test_a_formula_is_mathml_on_a_screen_and_a_letter_is_plain_html() -> None:
    root = render(r"with $n$ or $\frac{1}{n}$", "reflow")
    assert [said(letter) for letter in find(root, "//h:p/h:i")] == ["n"]
    assert [formula.get("alttext") for formula in find(root, "//m:math")] == ["1 over n"]


def test_an_author_may_say_a_formula_in_his_own_words() -> None:
    source = 'a $x$ {alt="b"}, $x${alt="the unknown"} and\n\n$$\na + b\n$$ {alt="the sum"}'
    formulas = parse(source).formulas
    assert [formula.alt for formula in formulas] == [None, "the unknown", "the sum"]


def test_a_display_formula_stands_in_a_block_of_its_own() -> None:
    root = render("before\n\n$$\na + b\n$$\n\nafter")
    assert [(child.tag.removeprefix(HTML), child.get("class")) for child in root] == [("p", None), ("div", "equation"), ("p", None)]


def test_a_table_has_its_caption_its_number_and_its_columns() -> None:
    root = render("Table: What it *shows*\n\n| name | count | left |\n|---|---|:--|\n| a | 10 | 1 |\n| b | 1,000 | 2 |")
    (table,) = find(root, "h:table")
    assert table.get("id") == "q-t1"
    assert said(find(table, "h:caption")[0]) == "Table 7.1 What it shows"
    assert [cell.get("scope") for cell in find(table, "h:thead//h:th")] == ["col"] * 3
    assert [cell.get("class") for cell in find(table, "h:tbody/h:tr[2]/*")] == ["left", "right", "left"]
    assert [said(cell) for cell in find(table, "h:tbody//h:th[@scope='row']")] == ["a", "b"]


@pytest.mark.parametrize("rows", ["| a | 1 |\n| a | 2 |", "| a | 1 |\n|  | 2 |", "| a |\n| b |"])
def test_a_first_column_that_cannot_tell_its_rows_apart_does_not_head_them(rows: str) -> None:
    head = "| name |\n|---|" if rows.count("|") == 4 else "| name | count |\n|---|---|"
    assert find(render(f"{head}\n{rows}"), "h:table/h:tbody//h:th") == []


def test_an_admonition_is_an_aside_with_its_title_in_the_books_language() -> None:
    root = render('!!! note\n    plain\n\n!!! tip "Say *it* aloud"\n    titled')
    plain, titled = find(root, "h:aside")
    assert (plain.get("class"), plain.get("aria-label"), said(plain[0])) == ("admonition note", "Note", "Note")
    assert (titled.get("aria-label"), said(titled[0]), said(titled[1])) == ("Say it aloud", "Say it aloud", "titled")


def test_a_footnote_stands_at_its_reference_on_paper() -> None:
    (note,) = find(render("a claim[^a] here\n\n[^a]: with *proof*"), "//h:span[@class='footnote']")
    assert (note.get("id"), note.get("role"), said(note)) == ("q-fn1", "doc-footnote", "with proof")


def test_footnotes_follow_the_text_on_a_screen_and_lead_back() -> None:
    text = parse("one[^b] two[^a]\n\n[^a]: first written\n\n[^b]: first used")
    root = well_formed(written(text, medium="reflow"))
    references = find(root, "//h:a[@role='doc-noteref']")
    assert [(a.text, a.get("href"), a.get(f"{EPUB}type")) for a in references] == [("1", "#q-fn1", "noteref"), ("2", "#q-fn2", "noteref")]
    notes = find(root, "h:section[@class='footnotes']/h:aside")
    assert [said(note) for note in notes] == ["1 first used", "2 first written"]
    assert [find(note, ".//h:a")[0].get("href") for note in notes] == ["#q-fnref1", "#q-fnref2"]


def test_an_outside_link_prints_its_address_on_paper_only() -> None:
    source = "a [page](https://example.org/a?b=1&c=2) and <https://example.org>"
    assert [said(note) for note in find(render(source), "//h:span[@class='footnote']")] == ["https://example.org/a?b=1&c=2"]
    assert find(render(source, "reflow"), "//h:span") == []


def test_code_is_colored_with_few_classes_and_never_translated() -> None:
    (block,) = find(render('```python\ndef f(x):\n    return "<a>"  # say\n```'), "h:pre")
    assert (block.get("class"), block.get("translate"), block[0].get("class")) == ("code short", "no", "language-python")
    assert [(span.get("class"), said(span)) for span in block[0]] == [
        ("k", "def"), ("n", "f"), ("k", "return"), ("s", '"<a>"'), ("c", "# say"),
    ]  # fmt: skip
    assert said(block) == 'def f(x):\n    return "<a>"  # say'


def test_places_values_marks_and_links_come_from_the_surroundings() -> None:
    root = render("[[box:legal]]\n\n![](figure:curve)\n\na [mark]{.index} {=a.b} [[bias|the bias & so]]")
    assert [child.get("id") for child in root[:2]] == ["legal", "curve"]
    assert find(root, "//h:span[@class='index']/@id") == ["q-i1"]
    assert said(root[2]) == "a mark 0.83 < 1 the bias & so"


def test_an_inline_text_is_printed_without_a_paragraph() -> None:
    assert written(parse("A *b* & `c<d`", inline=True)) == "A <em>b</em> &amp; <code>c&lt;d</code>"


def test_lists_definitions_and_quotations_keep_their_shape() -> None:
    root = render("3. three\n4. four\n\n> said\n\nterm\n: meaning")
    assert (root[0].tag, root[0].get("start")) == (f"{HTML}ol", "3")
    assert [said(item) for item in root[0]] == ["three", "four"]
    assert [child.tag.removeprefix(HTML) for child in root] == ["ol", "blockquote", "dl"]


@pytest.mark.parametrize(
    ("source", "xhtml"),
    [
        ("~~gone **now**~~", "<s>gone <strong>now</strong></s>"),
        ("H~2~O and x^2^, ~5 to ~6", "H<sub>2</sub>O and x<sup>2</sup>, ~5 to ~6"),
        ("H<sub>2</sub>O<br>x", "H<sub>2</sub>O<br/>\nx"),
        ("<b>bold <i>too</i></b> <kbd>Ctrl</kbd>", "<strong>bold <em>too</em></strong> <code>Ctrl</code>"),
        ("a <!-- unseen --> b", "a  b"),
        ('<span style="color:red" onclick="x()">plain</span>', "plain"),
        ("<code>a &lt; <b>b</b></code>", "<code>a &lt; b</code>"),
    ],
)  # fmt: skip
def test_everyday_markdown_and_html_are_written_alike(source: str, xhtml: str) -> None:
    text = parse(source, inline=True)
    assert (written(text), text.faults) == (xhtml, ())


def test_tags_around_paragraphs_leave_the_paragraphs() -> None:
    source = "<!-- not\n\nseen -->\n<details>\n<summary>Answer</summary>\n\nYes.\n\n</details>"
    root = render(source)
    assert [(child.tag.removeprefix(HTML), said(child)) for child in root] == [("p", "Answer"), ("p", "Yes.")]


def test_links_by_reference_lead_where_they_are_defined() -> None:
    root = render("[words][home] and [home]\n\n[home]: https://example.org/")
    assert [(link.get("href"), link.text) for link in root.iter(f"{HTML}a")] == [
        ("https://example.org/", "words"),
        ("https://example.org/", "home"),
    ]


def test_a_task_has_a_box_that_is_ticked_or_not() -> None:
    root = render("- [ ] open\n- [x] done\n- [link]")
    assert [(item.get("class"), said(item)) for item in root[0]] == [("task", "☐\xa0open"), ("task", "☑\xa0done"), (None, "[link]")]


@pytest.mark.parametrize("source", ['<a href="javascript:alert(1)">x</a>', "[x][y]\n\n[y]: javascript:alert(1)"])
def test_an_address_is_judged_however_it_is_written(source: str) -> None:
    text = parse(source)
    assert [fault.code for fault in text.faults] == ["M125"]
    assert "javascript" not in written(text)


def test_code_of_no_language_is_printed_plain() -> None:
    assert parse("```\na < b\n```").faults == ()
    assert '<code class="language-text">a &lt; b</code>' in written(parse("```nothing known\na < b\n```"))


# What must not happen


@pytest.mark.parametrize(
    "sign",
    [
        "[",
        "*",
        "$",
        "_",
        "`",
        "<",
        "!",
        "{",
        '"',
        "&",
        "\\",
        "[[",
        "![](",
        "<!--",
        "[^a",
        "[a]{",
        "> ",
        "- ",
        "a$",
        "{=",
        "~",
        "^",
        "~~",
        "<b>",
        "<code>",
        "<!-- -->",
    ],
)
def test_a_hundred_thousand_signs_are_read_at_once(sign: str) -> None:
    parse("warm $x$ up")
    started = time.process_time()
    for source in (sign * 100_000, (sign * 400 + "\n\n") * 60, (sign + "\n") * 15_000):
        text = parse(source)
        well_formed(written(text))
    assert time.process_time() - started < 5


def test_a_text_of_more_than_a_million_characters_is_refused() -> None:
    assert [fault.code for fault in parse("a " * 600_000).faults] == ["M102"]
    assert [fault.code for fault in parse("a\n" * 30_000).faults] == ["M102"]


def test_a_book_is_parsed_and_printed_in_seconds() -> None:
    paragraph = 'Some *words* with $x_i$ and `code`, a [[link]] and a [mark]{.index term="n%d"}. ' + "More words follow here. " * 12
    source = "\n\n".join(paragraph % number for number in range(1500))
    started = time.perf_counter()
    text = parse(source)
    parsed = time.perf_counter() - started
    written(text, medium="reflow")
    assert len(source) > 500_000
    assert parsed < 8
    assert time.perf_counter() - started < 16


@pytest.mark.parametrize("language", ["console", "pycon", "python", "text", "diff", "html", "psysh"])
@pytest.mark.parametrize("body", ["$ one\n$ two", "one\ntwo", "a\tb", ">>> x\n1\n>>> y", "<a>\n b"])
def test_a_listing_is_printed_to_its_last_sign(language: str, body: str) -> None:
    (shown,) = (e for e in render(f"```{language}\n{body}\n```").iter() if str(e.tag).endswith("pre"))
    assert "".join(shown.itertext()) == body
