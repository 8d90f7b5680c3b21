"""Banks of other tools come in: tables, JSON, GIFT, Aiken, Moodle XML, QTI, Anki."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from base64 import b64encode
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
import zstandard
from PIL import Image

from pipeline.bring import Errand, Outcome, bring, named

DATE = "2026-11-28"


def brought(tmp_path: Path, name: str, data: str | bytes, dialect: str = "") -> tuple[Outcome, list[dict[str, Any]]]:
    """Import one file; return what came of it, and its questions in order."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else dedent(data).lstrip("\n").encode())
    outcome = bring(Errand(path, tmp_path / "book", DATE), named(dialect) if dialect else None)
    if not outcome.items:
        return outcome, []
    outline = yaml.load((tmp_path / "book/book.yaml").read_text(), Loader=yaml.CBaseLoader)
    files = {file.stem: file for file in (tmp_path / "book").glob("questions/*/*.yaml")}
    listed = [name for section in outline["sections"] for name in section["questions"]]
    return outcome, [yaml.load(files[name].read_text(), Loader=yaml.CBaseLoader) for name in listed]


def codes(outcome: Outcome) -> list[str]:
    return [d.code for d in outcome.diagnostics if d.code != "I405"]


def marks(question: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(choice["text"], bool(choice.get("correct"))) for choice in question["choices"]]


def test_a_table_with_names_above_its_columns(tmp_path: Path) -> None:
    text = """
        Question,Answer,Category,Level,Tags,Remark
        What is a fender?,"A cushion,
        of rubber.",Deck,easy,hull rope,Old ones are of rope.
        Who steers?,,Deck,hard,,
    """
    outcome, questions = brought(tmp_path, "deck.csv", text)
    assert outcome.dialect.id == "table"
    assert questions[0] | {"id": ""} == {
        "id": "", "ask": "What is a fender?", "level": "foundation", "topics": ["hull", "rope"],
        "answer": "A cushion,\nof rubber.\n\n## Remark\n\nOld ones are of rope.\n",
    }  # fmt: skip
    assert [(d.code, d.place.line) for d in outcome.diagnostics if d.code == "I201"] == [("I201", 4)]


def test_a_table_with_choices(tmp_path: Path) -> None:
    text = "question;option a;option b;option c;correct\nWhich is red?;Port;Starboard;Stern;A\nWhich is none?;One;Two;;\n"
    outcome, questions = brought(tmp_path, "lights.csv", text)
    assert marks(questions[0]) == [("Port", True), ("Starboard", False), ("Stern", False)]
    assert codes(outcome) == ["I202"]


def test_a_table_without_names(tmp_path: Path) -> None:
    _, questions = brought(tmp_path, "cards.tsv", "Who bakes?\tThe cook.\nWho rows?\tAll <b>hands</b>.\n")
    assert [(q["ask"], q["answer"]) for q in questions] == [("Who bakes?", "The cook.\n"), ("Who rows?", "All **hands**.\n")]


def test_text_that_anki_exports(tmp_path: Path) -> None:
    text = "#separator:tab\n#html:true\n#deck column:1\n#tags column:4\nShip::Deck\tWho <i>bakes</i>?\tThe cook.<br>Always.\tgalley old\n"
    _, questions = brought(tmp_path, "deck.txt", text)
    assert (questions[0]["ask"], questions[0]["answer"], questions[0]["topics"]) == (
        "Who *bakes*?", "The cook.\\\nAlways.\n", ["galley", "old"],
    )  # fmt: skip


def test_a_table_of_a_spreadsheet_in_another_language(tmp_path: Path) -> None:
    text = "\ufeffFrage;Antwort;Thema;Schwierigkeit\r\nWer steuert?;Der Rudergänger.;Alte Schiffe;leicht\r\n"
    outcome, questions = brought(tmp_path, "fragen.csv", text.encode())
    assert [(q["ask"], q["answer"], q["topics"], q["level"]) for q in questions] == [
        ("Wer steuert?", "Der Rudergänger.\n", ["alte-schiffe"], "foundation")
    ]  # fmt: skip
    assert codes(outcome) == []


def test_what_is_correct_answers_where_there_is_nothing_to_choose(tmp_path: Path) -> None:
    outcome, questions = brought(tmp_path, "short.csv", "Question,Correct answer\nWho steers?,The helmsman.\n")
    assert (questions[0]["answer"], codes(outcome)) == ("The helmsman.\n", [])


def test_gaps_in_text_that_anki_exports(tmp_path: Path) -> None:
    text = "#separator:tab\n#html:true\n{{c1::Port}} is {{c2::red::a color}}\tOld rules.\nWho rows?\tAll.\n"
    outcome, questions = brought(tmp_path, "gaps.txt", text)
    assert (questions[0]["ask"], questions[0]["answer"]) == ("… is [a color\\]", "**Port** is **red**\n\nOld rules.\n")
    assert codes(outcome) == []


def test_json(tmp_path: Path) -> None:
    bank = [
        {
            "name": "bow.md",
            "question": "Where is the bow?",
            "answer": "In front.\n\n```text\n>\n```",
            "goodToHear": ["Forward"],
            "expertise": 0,
        },
        {"question": "Which are knots?", "options": ["Bowline", "Bulkhead", "Hitch"], "correct": [0, 2], "note": "By rope."},
        {"question": "Which is aft?", "options": [{"text": "Bow"}, {"text": "Stern", "correct": True, "why": "Behind."}]},
        {"answer": "No question."},
    ]
    outcome, questions = brought(tmp_path, "bank.json", json.dumps({"questions": bank}, indent=1))
    assert questions[0]["id"] == "bow"
    assert questions[0]["key_points"] == ["Forward"]
    assert questions[0]["level"] == "foundation"
    assert "```text\n>\n```" in questions[0]["answer"]
    assert marks(questions[1]) == [("Bowline", True), ("Bulkhead", False), ("Hitch", True)]
    assert questions[2]["choices"][1]["note"] == "Behind."
    line = next(d.place.line for d in outcome.diagnostics if d.code == "I203")
    assert json.dumps({"questions": bank}, indent=1).split("\n")[line - 1 : line + 1] == ["  {", '   "answer": "No question."']


def test_gift(tmp_path: Path) -> None:
    text = r"""
        // a comment
        $CATEGORY: $course$/Ship/Lights

        ::Port:: Which color has port? {
            =red # Yes.
            ~green
            ~white
        }

        Which two? { ~%50%one ~%50%two ~%-100%three }

        Two \{ braces \} are grouped. {T}

        Depth of the keel? {#2.5:0.1}

        [html]Who <b>steers</b>? {=helmsman =helmswoman #### Or nobody.}

        Match. { =bow -> front =stern -> back }

        Write about fog. {}
    """
    outcome, questions = brought(tmp_path, "bank.gift", text)
    assert outcome.dialect.id == "gift"
    assert [q["ask"] for q in questions] == [
        "Which color has port?", "Which two?", "Two { braces } are grouped.", "Depth of the keel?", "Who **steers**?", "Match.",
        "Write about fog.",
    ]  # fmt: skip
    assert questions[0]["id"] == "port"
    assert questions[0]["choices"][0] == {"text": "red", "correct": "true", "note": "Yes."}
    assert marks(questions[1]) == [("one", True), ("two", True), ("three", False)]
    assert marks(questions[2]) == [("True", True), ("False", False)]
    assert questions[3]["answer"] == "2.5 ± 0.1\n"
    assert questions[4]["answer"] == "- helmsman\n- helmswoman\n\nOr nobody.\n"
    assert "| bow | front |" in questions[5]["answer"]
    assert [(d.code, d.place.line) for d in outcome.diagnostics if d.code == "I201"] == [("I201", 20)]


def test_aiken(tmp_path: Path) -> None:
    text = """
        Which is a sail?
        A. Jib
        B) Jab
        ANSWER: A

        Which is none?
        A. Mast
        B. Boom
        ANSWER: D

        Broken?
        ANSWER: A
    """
    outcome, questions = brought(tmp_path, "bank.txt", text)
    assert marks(questions[0]) == [("Jib", True), ("Jab", False)]
    assert sorted(codes(outcome)) == ["I202", "I202", "I203"]


MOODLE = """
    <?xml version="1.0" encoding="UTF-8"?>
    <quiz>
      <question type="category"><category><text>$course$/Deck</text></category></question>
      <question type="multichoice">
        <questiontext format="html"><text><![CDATA[<p>Which <em>rope</em> is it?</p>]]></text></questiontext>
        <generalfeedback format="html"><text>&lt;p&gt;See &lt;code&gt;rigging&lt;/code&gt;.&lt;/p&gt;</text></generalfeedback>
        <answer fraction="100" format="html"><text>Sheet</text><feedback><text>Yes.</text></feedback></answer>
        <answer fraction="0" format="html"><text>Shoot</text></answer>
        <tags><tag><text>ropes</text></tag></tags>
      </question>
      <question type="shortanswer"><questiontext format="markdown"><text>Who `steers`?</text></questiontext>
        <answer fraction="100"><text>helmsman</text></answer></question>
      <question type="essay"><questiontext format="html"><text>Tell.</text></questiontext></question>
      <question type="description"><questiontext format="html"><text>Read this.</text></questiontext></question>
    </quiz>
"""


def test_moodle(tmp_path: Path) -> None:
    outcome, questions = brought(tmp_path, "bank.xml", MOODLE)
    assert outcome.dialect.id == "moodle"
    assert questions[0]["ask"] == "Which *rope* is it?"
    assert questions[0]["choices"][0] == {"text": "Sheet", "correct": "true", "note": "Yes."}
    assert questions[0]["answer"] == "See `rigging`.\n"
    assert (questions[1]["ask"], questions[1]["answer"]) == ("Who `steers`?", "helmsman\n")
    assert sorted(codes(outcome)) == ["I201", "I203"]


def test_pictures_that_moodle_brings_along(tmp_path: Path) -> None:
    questions = "".join(
        f"""<question type="essay"><questiontext format="html"><text><![CDATA[<p>Name {name}.</p>]]></text></questiontext>
        <generalfeedback format="html"><text><![CDATA[<p><img src="@@PLUGINFILE@@/my%20flag.png" alt="{name}"/></p>]]></text>
        <file name="my flag.png" path="/" encoding="base64">{b64encode(picture(size)).decode()}</file></generalfeedback></question>"""
        for name, size in (("one", 2), ("two", 3))
    )
    outcome, found = brought(tmp_path, "bank.xml", f"<quiz>{questions}</quiz>")
    assert codes(outcome) == []
    shown = [re.fullmatch(r"!\[(one|two)\]\((pictures/my-flag-\w{8}\.png)\)\n", q["answer"]) for q in found]
    assert [Image.open(io.BytesIO((tmp_path / "book" / each[2]).read_bytes())).size for each in shown if each] == [(2, 2), (3, 3)]


def picture(size: int) -> bytes:
    """Return a square PNG of as many pixels a side."""
    file = io.BytesIO()
    Image.new("RGB", (size, size)).save(file, "PNG")
    return file.getvalue()


QTI2 = """
    <assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="lights" title="Lights">
      <responseDeclaration identifier="R" cardinality="single"><correctResponse><value>b</value></correctResponse></responseDeclaration>
      <itemBody><choiceInteraction responseIdentifier="R"><prompt>Which is <b>white</b>?</prompt>
        <simpleChoice identifier="a">Port</simpleChoice><simpleChoice identifier="b">Stern</simpleChoice></choiceInteraction></itemBody>
      <modalFeedback identifier="x"><p>Seen from aft.</p></modalFeedback>
    </assessmentItem>
"""
QTI3 = """
    <qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="who" title="Who">
      <qti-response-declaration identifier="R">
      <qti-correct-response><qti-value>cook</qti-value></qti-correct-response></qti-response-declaration>
      <qti-item-body><p>Who bakes? <qti-text-entry-interaction response-identifier="R"/></p></qti-item-body>
    </qti-assessment-item>
"""
QTI_OTHER = """
    <assessmentItem identifier="drag"><itemBody><orderInteraction>
      <simpleChoice identifier="a">1</simpleChoice></orderInteraction></itemBody>
    </assessmentItem>
"""


def test_qti(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("imsmanifest.xml", "<manifest/>"), ("a.xml", QTI2), ("b.xml", QTI3), ("c.xml", QTI_OTHER)):
            archive.writestr(name, dedent(text).strip())
    outcome, questions = brought(tmp_path, "bank.zip", packed.getvalue())
    assert (questions[0]["ask"], questions[0]["answer"]) == ("Which is **white**?", "Seen from aft.\n")
    assert marks(questions[0]) == [("Port", False), ("Stern", True)]
    assert (questions[1]["ask"], questions[1]["answer"]) == ("Who bakes? …", "cook\n")
    assert [d.message for d in outcome.diagnostics if d.code == "I203"] == ["an item that no question can stand for: orderinteraction"]


MODELS = {
    "1": {"name": "Basic", "type": 0, "flds": [{"name": "Front"}, {"name": "Back"}, {"name": "Source"}]},
    "2": {"name": "Cloze", "type": 1, "flds": [{"name": "Text"}, {"name": "Extra"}]},
}
NOTES = [
    (1, "Who bakes?\x1fThe <b>cook</b>.[sound:a.mp3]\x1fGalley book", " bread leech "),
    (2, "The {{c1::bow::where}} is {{c2::in front}}.\x1fAlways", ""),
]


def deck(*, new: bool) -> bytes:
    """Return a deck, in the older or the newer form."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE notes (id INTEGER, mid INTEGER, flds TEXT, tags TEXT)")
    connection.execute("CREATE TABLE cards (nid INTEGER, did INTEGER, ord INTEGER)")
    connection.execute("CREATE TABLE col (models TEXT, decks TEXT)")
    for n, (kind, fields, tags) in enumerate(NOTES, start=10):
        connection.execute("INSERT INTO notes VALUES (?, ?, ?, ?)", (n, kind, fields, tags))
        connection.execute("INSERT INTO cards VALUES (?, 7, 0)", (n,))
    if new:
        connection.executescript(
            "CREATE TABLE notetypes (id INTEGER, name TEXT); CREATE TABLE fields (ntid INTEGER, ord INTEGER, name TEXT);"
            "CREATE TABLE templates (ntid INTEGER, config BLOB); CREATE TABLE decks (id INTEGER, name TEXT);"
            "INSERT INTO decks VALUES (7, 'Ship' || char(31) || 'Deck'); INSERT INTO templates VALUES (2, '{{cloze:Text}}');"
        )
        rows = [(int(kind), n, f["name"]) for kind, model in MODELS.items() for n, f in enumerate(model["flds"])]  # type: ignore[arg-type, var-annotated, index]
        connection.executemany("INSERT INTO fields VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO col VALUES (?, ?)", (json.dumps(MODELS), json.dumps({"7": {"name": "Ship::Deck"}})))
    connection.commit()
    data = connection.serialize()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", data if not new else b"an old one that only warns")
        if new:
            archive.writestr("collection.anki21b", zstandard.compress(data))
    return packed.getvalue()


@pytest.mark.parametrize("new", [False, True])
def test_anki(tmp_path: Path, new: bool) -> None:
    outcome, questions = brought(tmp_path, "deck.colpkg" if new else "deck.apkg", deck(new=new))
    assert (questions[0]["ask"], questions[0]["answer"], questions[0]["topics"]) == (
        "Who bakes?", "The **cook**.\n\n## Source\n\nGalley book\n", ["bread"],
    )  # fmt: skip
    assert questions[1]["ask"] == "The [where] is …."
    assert questions[1]["answer"] == "The **bow** is **in front**.\n\n## Extra\n\nAlways\n"
    assert outcome.left_out["sounds"] == 1
    assert yaml.safe_load((tmp_path / "book/book.yaml").read_text())["sections"][0]["title"] == "Deck"
