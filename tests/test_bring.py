"""A bank is found, question by question, however it is written; what it says stands in the book, and its code to the byte."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from epubwork import png
from markdown_it import MarkdownIt

from pipeline import markup
from pipeline.bring import Errand, Outcome, bring, from_file, known, named
from pipeline.diagnostics import BookError
from pipeline.flow import load_and_check

DATE = "2026-11-28"


def source(folder: Path, **files: str) -> Path:
    """Write the files of a bank; the first underline of a name stands for its dot."""
    bank = folder / "bank"
    bank.mkdir(exist_ok=True)
    for name, text in files.items():
        (bank / name.replace("__", "/")).parent.mkdir(exist_ok=True)
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        (bank / f"{stem.replace('_', '-')}.{suffix}").write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return bank


def brought(bank: Path, dialect: str = "") -> tuple[Outcome, dict[str, dict[str, Any]]]:
    """Import a bank; return what came of it, and its questions in order."""
    book = bank.parent / "book"
    outcome = bring(Errand(bank, book, DATE), named(dialect) if dialect else None)
    listed = [name for section in outline(book)["sections"] for name in section["questions"]] if outcome.items else []
    files = {path.stem: path for path in book.glob("questions/*/*.yaml")}
    return outcome, {name: yaml.load(files[name].read_text(), Loader=yaml.CBaseLoader) for name in listed}


def outline(book: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((book / "book.yaml").read_text(), Loader=yaml.CBaseLoader)
    return loaded


def codes(outcome: Outcome) -> list[str]:
    return [d.code for d in outcome.diagnostics if d.code != "I405"]


KNOTS = """
    # Knots

    [![build](https://example.org/badge.svg)](https://example.org)

    ## Table of contents

    - [Which knot?](#which-knot)
    - [What is a splice?](#what-is-a-splice)
    - [Why whip?](#why-whip)

    ## Loops

    1.  ### Which knot?

        A bowline. See [splices](#what-is-a-splice).

        **[⬆ Back to Top](#table-of-contents)**

       2.  ### What is a splice?
           Two ropes, woven:

           ```text
             a  b
           \tc
           ```

    ### Not a question, for it stands deeper

    **[⬆ Back to Top](#table-of-contents)**

    ## Ends

    3.  ### Why whip?
"""


def test_list_items_that_begin_with_a_heading(tmp_path: Path) -> None:
    outcome, questions = brought(source(tmp_path, README_md=KNOTS))
    assert outcome.dialect.id == "item-headings"
    assert [q["ask"] for q in questions.values()] == ["Which knot?", "What is a splice?", "Why whip?"]
    assert questions["which-knot"]["answer"] == "A bowline. See [[what-is-a-splice|splices]].\n"
    assert "```text\n  a  b\n\tc\n```" in questions["what-is-a-splice"]["answer"]
    assert "## Not a question" in questions["what-is-a-splice"]["answer"]
    assert [s["title"] for s in outline(tmp_path / "book")["sections"]] == ["Loops", "Ends"]
    assert outcome.left_out["lines that lead back to the top"] == 2
    assert outcome.left_out["contents tables"] == 2
    assert outcome.left_out["banners and badges"] == 1
    assert codes(outcome) == ["I201"]


FOLDED = """
    ## Galley

    ### :anchor: <a name="bread">Bread</a>

    - <b>Who bakes?</b>
    - <b>When do you rise, *early* or late?</b>

    ###### First watch (2)

    <details>
    <summary><b>How hot is the oven?</b></summary><br>
    - red
    - white

    Then wait.

    </details>

    <details>
    <summary><b>Why <code>salt</code>? ***</b></summary><br>

    To be completed.

    - [salt](https://example.org/salt)

    </details>

    ### Soup

    ###### First watch (1)

    <details><summary>Which pot?</summary>The big one.</details>

    Words behind.
"""


def test_folded_questions_and_bold_items(tmp_path: Path) -> None:
    outcome, questions = brought(source(tmp_path, README_md=FOLDED))
    assert outcome.dialect.id == "details"
    assert [q["ask"] for q in questions.values()] == [
        "Who bakes?", "When do you rise, *early* or late?", "How hot is the oven?", "Why `salt`?", "Which pot?",
    ]  # fmt: skip
    assert questions["how-hot-is-the-oven"]["answer"] == "- red\n- white\n\nThen wait.\n"
    assert questions["why-salt"]["answer"] == "- [salt](https://example.org/salt)\n"
    assert questions["which-pot"]["answer"] == "The big one.\n\nWords behind.\n"
    assert [s["title"] for s in outline(tmp_path / "book")["sections"]] == ["Bread", "Bread: First watch", "Soup: First watch"]
    assert sorted(codes(outcome)) == ["I201", "I201", "I201", "I205"]
    assert outcome.left_out["marks *** behind questions"] == 1


def test_bold_lines_with_a_level_mark_or_a_number(tmp_path: Path) -> None:
    bank = """
        # Sails

        ## Making

        **What is a reef? 👶**

        A fold.

        **Bold words that ask nothing.**

        <br/>

        **Which cloth lasts? 🚀**

        Answer here

        ## Mending

        **1)** Sew a patch.

        ```sh
        sew --patch
        ```

        **2) Cut.** Cut a panel.

        Along the thread.
    """
    outcome, questions = brought(source(tmp_path, README_md=bank))
    assert outcome.dialect.id == "bold-lines"
    assert [(q["ask"], q.get("level")) for q in questions.values()] == [
        ("What is a reef?", "foundation"), ("Which cloth lasts?", "advanced"), ("Sew a patch.", None), ("**Cut.** Cut a panel.", None),
    ]  # fmt: skip
    assert "Bold words that ask nothing" in questions["what-is-a-reef"]["answer"]
    assert "answer" not in questions["which-cloth-lasts"]
    assert codes(outcome) == ["I201"]


def test_numbered_items_with_lettered_choices(tmp_path: Path) -> None:
    bank = """
        ---
        layout: exam
        ---

        # First exam

        1. Which lights does an anchored ship show?
            - A. Green.
            - B. White.
            - C. Both of them.

            <details markdown=1><summary markdown='span'>Answer</summary>
              Correct answer: B
            </details>

        2. Which two are knots? (Choose two)    - A. Bowline
            - B. Bulkhead
            - C. Sheet bend

            <details markdown=1><summary markdown='span'>Answer</summary>

            Correct Answer: AC

            Explanation: <https://example.org/knots>

            </details>

        3. Which is none?
            - A. This.
            - B. That.
    """
    outcome, questions = brought(source(tmp_path, exam_md=bank))
    assert outcome.dialect.id == "lettered-choices"
    first, second, third = questions.values()
    assert [(c["text"], c.get("correct")) for c in first["choices"]] == [("Green.", None), ("White.", "true"), ("Both of them.", None)]
    assert second["ask"] == "Which two are knots? (Choose two)"
    assert [c["text"] for c in second["choices"] if c.get("correct")] == ["Bowline", "Sheet bend"]
    assert second["answer"] == "Explanation: [example.org/knots](https://example.org/knots)\n"
    assert len(third["choices"]) == 2
    assert codes(outcome) == ["I202"]


def test_task_lists_are_choices(tmp_path: Path) -> None:
    bank = """
        ### Which way is port?

        - [ ] Right
        - [x] Left

        Seen forward.

        ### What is aft?

        Behind.
    """
    outcome, questions = brought(source(tmp_path, README_md=bank))
    assert [(c["text"], c.get("correct")) for c in questions["which-way-is-port"]["choices"]] == [("Right", None), ("Left", "true")]
    assert questions["which-way-is-port"]["answer"] == "Seen forward.\n"
    assert codes(outcome) == []


def test_a_file_for_each_question(tmp_path: Path) -> None:
    tide = """
        ### What makes a tide?

        #### Answer

        The moon, mostly.

        ##### Depth

        It pulls.

        #### Good to hear

        * The sun too.
        * `lag`

        ##### Additional links

        * [tides](https://example.org/tides)

        <!-- tags: (water) -->

        <!-- expertise: (2) -->
    """
    wind = """
        ---
        topic: air
        level: easy
        ---

        ### What makes wind?

        Heat.
    """
    outcome, questions = brought(source(tmp_path, tide_md=tide, wind_md=wind, LICENSE_md="# Do I count?\n\nNo.\n"))
    assert outcome.dialect.id == "file-per-question"
    first = questions["what-makes-a-tide"]
    assert first["level"] == "intermediate"
    assert first["topics"] == ["water"]
    assert first["key_points"] == ["The sun too.", "`lag`"]
    assert first["answer"].startswith("The moon, mostly.\n\n## Depth\n\nIt pulls.\n\n")
    assert "- [tides](https://example.org/tides)" in first["answer"]
    assert questions["what-makes-wind"]["level"] == "foundation"
    assert [s["title"] for s in outline(tmp_path / "book")["sections"]] == ["Water", "Air"]


@pytest.mark.parametrize(
    ("bank", "dialect", "asks"),
    [
        ("# Oars\n\n### 1. Name a part\n\nBlade.\n\n### 2. Name another\n\nLoom.\n", "numbered-headings", ["Name a part", "Name another"]),
        ("# Oars\n\n## Why feather?\n\nWind.\n\n### More\n\nLess.\n\n## How long?\n\nLong.\n", "headings", ["Why feather?", "How long?"]),
        ("# Oars\n\n- Why feather?\n- How long?\n  - As long as it takes.\n", "list-items", ["Why feather?", "How long?"]),
        ("# Oars\n\n**Why feather?**\n\nWind.\n\n**How long?**\n\nLong.\n", "bold-questions", ["Why feather?", "How long?"]),
    ],
)
def test_dialects_are_guessed(tmp_path: Path, bank: str, dialect: str, asks: list[str]) -> None:
    outcome, questions = brought(source(tmp_path, README_md=bank))
    assert (outcome.dialect.id, [q["ask"] for q in questions.values()]) == (dialect, asks)


def test_the_dialect_of_our_own_readmes_is_never_guessed(tmp_path: Path) -> None:
    bank = "A line before the first.\n\n<!-- guidepress readme -->\n\n## Oars\n\n### Why feather?\n\nWind.\n\n### How long?\n\nLong.\n"
    assert brought(source(tmp_path, README_md=bank))[0].dialect.id == "headings"


def test_a_readme_that_repeats_files_of_a_question_each_is_read_by_itself_and_every_question_is_imported_once(tmp_path: Path) -> None:
    asked = ["Why feather?", "How long is an oar?", "Draw a thwart.", "Who steers?"]
    names = ["feather", "long", "thwart", "steers"]
    said = [f"Because of the wind, and of what stands in book {n}.\n\n```text\n  a {n}\n```\n" for n in range(4)]
    files = {f"q__{name}_md": f"### {ask}\n\n#### Answer\n\n{text}" for name, ask, text in zip(names, asked, said, strict=True)}
    index = "## Contents\n\n### Oars\n\n<details><summary>All</summary>\n\n- [Why feather?](#why-feather)\n\n</details>\n\n## Oars\n"
    repeated = "\n".join(f"### {ask}\n\n<details><summary>Answer</summary>\n\n{text}\n</details>\n"
                         for ask, text in zip(asked, [*said[:3], "Nobody does.\n"], strict=True))  # fmt: skip
    see = "### What of the [wind](#why-feather)?\n\n[So](#why-feather).\n"
    outcome, questions = brought(source(tmp_path, README_md=f"# Rowing\n\n{index}\n{repeated}\n{see}", **files))
    assert (outcome.dialect.id, list(outcome.others)) == ("file-per-question", ["headings"])
    assert sorted(q["ask"] for q in questions.values()) == sorted([*asked, "Who steers?", "What of the wind?"])
    told = [(d.code, d.place.path.rpartition("/")[2]) for d in outcome.diagnostics if d.code in ("I204", "I206")]
    assert told == [*[("I206", "README.md")] * 3, ("I204", "steers.md")]
    assert all("```text\n  a " in q["answer"] for q in questions.values() if q["ask"] in asked[:3])
    assert "[[why-feather|So]]" in questions["what-of-the-wind"]["answer"]


def test_what_differs_between_two_places_of_one_question_is_told(tmp_path: Path) -> None:
    text = "Because of the wind, which is stronger on the way back, as everybody knows who has rowed out far enough to turn."
    files = {f"q__file-{n}_md": f"# Why feather oar {n}, the longest?\n\n{text} {n}\n" for n in range(3)}
    readme = "# Rowing\n\n" + "".join(
        f"## Why feather oar {n}, {'the longest' if n else 'the (l) longest'}?\n\n{text} {n}\n\n" for n in range(3)
    )
    outcome, questions = brought(source(tmp_path, README_md=readme, **files))
    told = [d.message.rpartition("/")[2] for d in outcome.diagnostics if d.code == "I206"]
    assert len(questions) == len(told) == 3
    assert "but for 'Why feather oar 0, the (l) longest?'" in told[0]


def test_sets_of_an_exam_keep_the_questions_that_they_share(tmp_path: Path) -> None:
    picks = "    - A. One.\n    - B. Two.\n\n    Correct answer: B\n\n"
    sets = {
        f"exam-{n}_md": "".join(f"{k}. How many oars has boat {k if k == 1 else k * 10 + n}?\n{picks}" for k in range(1, 5))
        for n in range(3)
    }
    outcome, questions = brought(source(tmp_path, **sets))
    assert (len(questions), codes(outcome).count("I206")) == (12, 0)


HARD = """
    ### What is hard? (costs $5, a_b, snake_case, 2 * 3, [x], a<b, `$HOME`, {=a.b}, [[id]], T[^1], &amp;amp;)

    #### A line

    <p align="center">Centered <b>bold</b>text, y<sub>2</sub>, O(n<sup>2</sup>), ~~gone~~</p>

    | a | b |
    |---|---|
    | `x\\|y` | 1 |
    | two \\| bars | 2 |

        indented code

    - deep
      - deeper

        ```nosuchlanguage
        $ kept *as* it is
        ```

    > ### Quoted heading
    > - list

    1986\\. A year.
    \\+ no item
    Table: none
    !!! none
    http://example.org/a_(b).

    ![chart](https://example.org/chart.png) and ![local](img/local.png "t")

    Formula $x^2$ and $$\\frac{a}{b}$$ and $\\nosuch{x}$.

    <Widget on={1}/> and <script>alert(1)</script>

    ### Is it over?

    Yes.
"""


def test_what_the_book_s_markdown_would_read_into_words_is_escaped(tmp_path: Path) -> None:
    outcome, questions = brought(source(tmp_path, README_md=HARD), "headings")
    first = next(iter(questions.values()))
    for text, inline in ((first["ask"], True), (first["answer"], False)):
        assert markup.parse(text, inline=inline).faults == ()
    said = markup.plain(markup.parse(first["ask"], inline=True))
    assert said == "What is hard? (costs $5, a_b, snake_case, 2 * 3, [x], a<b, $HOME, {=a.b}, [[id]], T[^1], &amp;)"
    words = markup.plain(markup.parse(first["answer"]))
    for part in ("Centered boldtext, y₂, O(n²), gone", "x|y", "two | bars", "1986. A year.", "+ no item", "Table: none", "!!! none"):
        assert part in words, part
    assert "$ kept *as* it is" in first["answer"]
    assert "<Widget on={1}/>" in words
    assert {"I301", "I302", "I304", "I306", "I307", "I308"} <= set(codes(outcome))


DRAWINGS = {
    r"https://render.githubusercontent.com/render/math?math=(x_{i%2B1}-x_i)\cdot%20y": r"$(x_{i+1}-x_i)\cdot y$",
    r"https://render.githubusercontent.com/render/math?mode=inline&math=\beta": r"$\beta$",
    r"https://latex.codecogs.com/svg.latex?\Large&space;\frac{1}{n}": r"$\frac{1}{n}$",
    r"https://latex.codecogs.com/png.image?\dpi{110}\bg_white a^2": "$a^2$",
}


@pytest.mark.parametrize("address", DRAWINGS)
def test_a_picture_that_a_service_draws_from_latex_is_the_formula(tmp_path: Path, address: str) -> None:
    outcome, questions = brought(source(tmp_path, README_md=f'# Sums\n\n## Which?\n\nIt is <img src="{address}"> then.\n'))
    (question,) = questions.values()
    assert question["answer"].strip() == f"It is {DRAWINGS[address]} then."
    assert codes(outcome) == []


def test_a_drawing_of_latex_that_the_press_cannot_set_is_kept_as_code_and_told(tmp_path: Path) -> None:
    address = r"https://render.githubusercontent.com/render/math?math=\nosuch{x}"
    outcome, questions = brought(source(tmp_path, README_md=f"# Sums\n\n## Which?\n\nIt is ![]({address}) then.\n"))
    (question,) = questions.values()
    assert question["answer"].strip() == r"It is `$\nosuch{x}$` then."
    assert codes(outcome) == ["I308"]


def test_code_is_kept_to_the_byte(tmp_path: Path) -> None:
    fences = ["plain\n", "  indented\n\ttab\n\n\nend \n", "```\ninner\n```\n", "日本 'quotes' \"double\" # no comment: x\n", " \n x\n"]
    body = "".join(
        f"- item\n\n  ````text\n{''.join('  ' + line + chr(10) for line in fence.split(chr(10))[:-1])}  ````\n\n" for fence in fences
    )
    bank = source(tmp_path)
    (bank / "README.md").write_text(f"### What is kept?\n\n{body}\n### What else?\n\nNothing.\n")
    _, questions = brought(bank, "headings")
    assert listings(next(iter(questions.values()))["answer"]) == listings(body)


def listings(text: str) -> list[str]:
    return [token.content for token in MarkdownIt("commonmark").parse(text) if token.type == "fence"]


def test_a_book_of_an_import_has_no_fault(tmp_path: Path) -> None:
    brought(source(tmp_path, a_md=KNOTS, b_md=FOLDED.replace("## Galley", "# Galley")), "details")
    book, faults = load_and_check(tmp_path / "book")
    assert book is not None
    assert [d.message for d in faults if d.severity == "error"] == []


def test_a_bank_that_asks_in_several_ways(tmp_path: Path) -> None:
    bank = """
        # Knots

        ## Bends

        ### 1. What is a bend?

        It joins two ropes.

        <details><summary>2. Is this a question?</summary>No: part of an answer.</details>

        **3. What of this?** No.

        ### 2. Which one slips?

        A. Reef knot
        B. Sheet bend

        Answer: A

        ## Hitches

        <details><summary><b>3. What is a hitch?</b></summary>It holds to a spar.</details>

        **Q4: How is it tied?**

        With a turn.

        > **5. Why?** A quoted question is a quotation.
    """
    outcome, questions = brought(source(tmp_path, README_md=bank), "numbered-headings")
    assert [q["ask"] for q in questions.values()] == ["What is a bend?", "Which one slips?", "What is a hitch?", "How is it tied?"]
    assert [choice.get("correct") for choice in questions["which-one-slips"]["choices"]] == ["true", None]
    assert "No: part of an answer." in questions["what-is-a-bend"]["answer"]
    assert codes(outcome) == []


def test_words_around_questions_are_kept(tmp_path: Path) -> None:
    bank = "# Masts\n\nRead me first.\n\n## Wood\n\nOf trees.\n\n### Why pine?\n\nIt bends.\n\n"
    bank += "### Why oak?\n\nIt lasts.\n\n## Thanks\n\nTo all.\n"
    outcome, _ = brought(source(tmp_path, README_md=bank), "headings")
    made = outline(tmp_path / "book")
    assert made["sections"][0]["intro"] == "Of trees.\n"
    assert made["front"] == ["about-this-bank"]
    about = yaml.safe_load((tmp_path / "book/chapters/about-this-bank.yaml").read_text())["body"]
    assert about == "Read me first.\n\n## Thanks\n\nTo all.\n"
    assert codes(outcome) == ["I205", "I205"]


def test_the_dialect_that_is_shown_reads_the_same(tmp_path: Path) -> None:
    bank = source(tmp_path, README_md=FOLDED)
    for name in known():
        written = tmp_path / f"{name}.yaml"
        written.write_text(known()[name].written)
        again = from_file(written)
        assert again.written.partition("\n")[2] == known()[name].written.partition("\n")[2]
    mine = from_file(tmp_path / "details.yaml")
    assert bring(Errand(bank, None, DATE), mine).items == 5


def test_what_is_wrong_with_a_dialect_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("question: [heeding]\nlevels: {x: hardest}\nsections: [file]\ntitle: [a]\nreads: word\n")
    with pytest.raises(BookError) as caught:
        from_file(tmp_path / "mine.yaml")
    assert [(d.code, d.place.line, d.hint) for d in sorted(caught.value.diagnostics, key=lambda d: d.place)] == [
        ("I107", 1, "use 'heading'"),
        ("I107", 2, "use one of: advanced, foundation, intermediate"),
        ("I107", 3, "use 'section'"),
        ("I107", 4, "write one word"),
        ("I107", 5, "use one of: aiken, anki, gift, guidepress, json, markdown, moodle, qti, …"),
    ]
    with pytest.raises(BookError, match="no dialect 'detals'"):
        named("detals")


def test_a_picture_beside_the_source_is_copied_and_shown(tmp_path: Path) -> None:
    folder = source(
        tmp_path, README_md="### What is seen?\n\n![A light](img/light.png)\n\n### Where from?\n\n![Out](../secret.png) Ashore.\n"
    )
    (folder / "img").mkdir()
    (folder / "img/light.png").write_bytes(png(40, 20))
    (tmp_path / "secret.png").write_bytes(png(40, 20))
    outcome, questions = brought(folder, "headings")
    (copy,) = (tmp_path / "book/pictures").iterdir()
    assert copy.read_bytes() == png(40, 20)
    assert f"![A light](pictures/{copy.name})" in next(iter(questions.values()))["answer"]
    assert codes(outcome).count("I302") == 1


def test_the_volumes_of_a_large_bank_look_like_its_editions(tmp_path: Path) -> None:
    lines = "\n\n".join(f"## Why is rope {n} {'so very long ' * 20}?\n\nIt is." for n in range(400))
    (tmp_path / "bank").mkdir()
    for name in ("hemp", "sisal"):
        (tmp_path / f"bank/{name}.md").write_text(f"# {name.title()}\n\n{lines}\n".replace("rope", name))
    brought(tmp_path / "bank")
    book, _ = load_and_check(tmp_path / "book")
    assert book is not None
    volumes = [f"{name}-{number}" for name in ("practice", "study") for number in (1, 2)]
    assert {name: edition.look_name for name, edition in book.editions.items()} == {name: name[:-2] for name in volumes}
