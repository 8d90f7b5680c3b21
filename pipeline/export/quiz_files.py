r"""Write quizzes as Moodle reads them: its XML (https://docs.moodle.org/en/Moodle_XML_format), and the text GIFT.

A question with choices is one of multiple choice, every other one an essay whose answer is its general feedback.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from pipeline.export.losses import Losses
from pipeline.export.parts import titled
from pipeline.export.records import UNHELD, Told
from pipeline.export.web_text import WebText

SHARES: Final = (100.0, 50.0, 33.33333, 25.0, 20.0, 16.66667, 14.28571, 12.5, 11.11111, 10.0)
"""Shares of a grade that Moodle knows, by the number of correct choices."""
SMALLEST: Final = 5.0
SPANS: Final = re.compile(r'<span class="[kscnom]">(.*?)</span>', re.DOTALL)
SPECIAL: Final = re.compile(r"[\\~=#{}:]")
LEADING: Final = ("exhibit",)
"""Parts that are shown with the question."""
PLUGINFILE: Final = "@@PLUGINFILE@@/"


def following(told: Told) -> tuple[str, ...]:
    """Return the parts that stand behind a question, its answer first."""
    return tuple(sorted((name for name in told.parts if name not in (*LEADING, "choices")), key=lambda name: name != "answer"))


def tell(told: Told, losses: Losses) -> None:
    """Note what a quiz cannot hold of a question."""
    fields = type(told.record).model_fields
    losses.tell("X102", told, *(name for name in UNHELD if getattr(told.record, name) != fields[name].default))
    losses.tell("X101", told, *(name for name in told.parts if name not in ("choices", "answer", "key_points")))
    if told.record.choices and not told.has_key:
        losses.tell("X106", told, "all count for nothing")
    if share(told) * sum(choice.correct for choice in told.record.choices) > 0 and sum(c.correct for c in told.record.choices) > len(
        SHARES
    ):
        losses.tell("X105", told, f"{share(told):g} of 100")


def share(told: Told) -> float:
    """Return the share of the grade that a correct choice brings."""
    correct = sum(choice.correct for choice in told.record.choices)
    return SHARES[correct - 1] if 0 < correct <= len(SHARES) else SMALLEST if correct else 0.0


def weights(told: Told) -> tuple[float, ...]:
    """Return what each choice brings: where several are correct, a wrong one takes as much as a correct one gives."""
    several = sum(choice.correct for choice in told.record.choices) > 1
    return tuple(share(told) if choice.correct else -share(told) * several for choice in told.record.choices)


def tags(told: Told) -> tuple[str, ...]:
    """Return the tags of a question: its topics, and its level."""
    return (*told.record.topics, *([f"level:{told.record.level}"] if told.record.level else []))


def plain_code(html: str) -> str:
    """Return HTML without the colors of code, for which a quiz has no styles."""
    return SPANS.sub(r"\1", html)


def asked(web: WebText) -> str:
    """Return what a question asks, with what is shown beside it."""
    more = titled(web, (name for name in web.told.parts if name in LEADING))
    return plain_code(f"<p>{web.line(web.told.record.ask)}</p>" + (f"\n{more}" if more else ""))


def feedback(web: WebText) -> str:
    """Return all that follows a question."""
    return plain_code(titled(web, following(web.told)))


# Moodle XML


def moodle(webs: Sequence[WebText], title: str, pictures: Mapping[str, bytes]) -> bytes:
    """Return a file of Moodle's XML; ``pictures`` are the figures by the names that texts have for them."""
    quiz = etree.Element("quiz")
    division = ""
    for web in webs:
        if web.told.title != division:
            division = web.told.title
            category = etree.SubElement(quiz, "question", type="category")
            _text(etree.SubElement(category, "category"), f"$course$/top/{category_path(title, division)}")
        _question(quiz, web, pictures)
    etree.indent(quiz)
    written = etree.tostring(quiz, encoding="UTF-8", xml_declaration=True)
    return bytes(written) + b"\n"


def category_path(*titles: str) -> str:
    """Return the path of a category; a slash in a title is doubled."""
    return "/".join(" ".join(title.split()).replace("/", "//") for title in titles)


def _question(quiz: etree._Element, web: WebText, pictures: Mapping[str, bytes]) -> None:
    told = web.told
    question = etree.SubElement(quiz, "question", type="multichoice" if told.record.choices else "essay")
    _text(etree.SubElement(question, "name"), f"{told.number} {told.record.called}".strip()[:255])
    _html(question, "questiontext", asked(web), pictures)
    _html(question, "generalfeedback", feedback(web), pictures)
    facts = {"defaultgrade": "1", "penalty": "0", "hidden": "0", "idnumber": told.id}
    if told.record.choices:
        several = sum(choice.correct for choice in told.record.choices) > 1
        facts |= {"single": str(not several).lower(), "shuffleanswers": "true", "answernumbering": "ABCD"}
    else:
        facts |= {"responseformat": "editor", "responserequired": "1", "responsefieldlines": "15", "attachments": "0",
                  "attachmentsrequired": "0"}  # fmt: skip
    for name, value in facts.items():
        etree.SubElement(question, name).text = value
    if told.record.choices:
        for choice, weight in zip(told.record.choices, weights(told), strict=True):
            answer = _html(question, "answer", plain_code(web.line(choice.text)), pictures, fraction=f"{weight:g}")
            _html(answer, "feedback", plain_code(web.line(choice.note)) if choice.note else "", pictures)
    else:
        _html(question, "graderinfo", "", pictures)
        _html(question, "responsetemplate", "", pictures)
    listed = etree.SubElement(question, "tags")
    for tag in tags(told):
        _text(etree.SubElement(listed, "tag"), tag)


def _text(parent: etree._Element, words: str) -> None:
    etree.SubElement(parent, "text").text = words


def _html(parent: etree._Element, name: str, html: str, pictures: Mapping[str, bytes], **attributes: str) -> etree._Element:
    """Add a text in HTML, with the pictures that it shows."""
    element = etree.SubElement(parent, name, {**attributes, "format": "html"})
    text = etree.SubElement(element, "text")
    text.text = etree.CDATA(html) if html else None
    for picture, data in pictures.items():
        if f'src="{PLUGINFILE}{picture}"' in html:
            file = etree.SubElement(element, "file", name=picture, path="/", encoding="base64")
            file.text = base64.b64encode(data).decode("ascii")
    return element


# GIFT


def gift(webs: Sequence[WebText], title: str) -> bytes:
    """Return a file of GIFT (https://docs.moodle.org/en/GIFT_format); pictures have no place in it."""
    return "\n".join(_gift_lines(webs, title)).encode()


def _gift_lines(webs: Sequence[WebText], title: str) -> Iterator[str]:
    division = ""
    for web in webs:
        if web.told.title != division:
            division = web.told.title
            yield f"$CATEGORY: $course$/top/{category_path(title, division)}\n"
        facts = [f"[id:{web.told.id}]", *(f"[tag:{tag}]" for tag in tags(web.told))]
        yield f"// {' '.join(facts)}"
        yield f"::{signs(f'{web.told.number} {web.told.record.called}'.strip())}::[html]{signs(asked(web))}{{"
        yield from _gift_choices(web)
        general = feedback(web)
        yield f"####{signs(general)}}}\n" if general else "}\n"


def _gift_choices(web: WebText) -> Iterator[str]:
    several = sum(choice.correct for choice in web.told.record.choices) > 1
    for choice, weight in zip(web.told.record.choices, weights(web.told), strict=True):
        sign = "=" if choice.correct and not several else f"~%{weight:g}%" if several else "~"
        note = f"#{signs(plain_code(web.line(choice.note)))}" if choice.note else ""
        words = plain_code(web.line(choice.text))
        words = f"&#{ord(words[0])};{words[1:]}" if words[:1] in "%[" else words
        yield f"\t{sign}{signs(words)}{note}"


def signs(text: str) -> str:
    r"""Return a text on one line, with a backslash before each sign that GIFT would read something into."""
    held = SPECIAL.sub(lambda found: f"\\{found[0]}", text.replace("\ue000", "&#57344;"))
    return held.replace("\n", "\\n").replace("\t", " " if "<pre" not in text else "&#9;")
