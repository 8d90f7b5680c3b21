"""The side column holds what belongs to a place: definitions beside their paragraphs, and that a listing goes on."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace

import pypdfium2
import pytest
from presswork import DIGEST, bound
from renderwork import rendered, sections, words, xpath

from pipeline import theme
from pipeline.model import Drawing
from pipeline.model.matter import Glossary, Term
from pipeline.press import Signature
from pipeline.publication import Publication
from pipeline.render.listings import marked, parted
from pipeline.render.side_notes import SideNotes

LONG = "A lamp burns all night above the harbor wall, and its keeper writes down each ship that passes below. " * 6


def with_terms(publication: Publication, **terms: str) -> Publication:
    listed = Glossary(terms=tuple(Term(id=name, term=name, definition=definition) for name, definition in terms.items()))
    changed = (replace(s, record=listed) if s.kind.name == "glossary" else s for s in publication.sections)
    return replace(publication, sections=tuple(changed))


def notes(publication: Publication, answer: str) -> list[str]:
    """What an answer is like with its notes: paragraphs that have one, each with the term."""
    question = next(s for s in publication.sections if s.kind.is_question)
    written = SideNotes(publication, question).beside(answer)
    assert re.sub(r'<div class="noted">|<aside class="side-note.*?</aside></div>', "", written) == answer
    return re.findall(r'<div class="noted"><p>(?:(?!</p>).)*</p><aside[^>]*><span[^>]*><b[^>]*>(?:<a[^>]*>)?(\w+)', written)


@pytest.fixture(scope="module")
def study(publications) -> Publication:
    return with_terms(publications["study"], lamp="What burns.", ship="A vessel. " * 60, keeper="Who keeps a light.")


def test_a_term_is_defined_after_the_first_paragraph_that_uses_it_and_is_higher_than_the_note(study) -> None:
    head = f"<p>{'Nothing of the kind. ' * 60}</p>" * 3  # stands beside the head of the question
    assert notes(study, f"{head}<p>A lamp.</p><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p>") == ["lamp", "keeper"]
    assert notes(study, f"{head}<p>A ship.</p>") == []


def test_beside_the_head_of_a_question_and_within_lists_and_boxes_stands_no_note(study) -> None:
    assert notes(study, f"<p>{LONG}</p>") == []
    head = f"<p>{'Nothing of the kind. ' * 60}</p>" * 3
    assert notes(study, f"{head}<ul><li><p>{LONG}</p></li></ul><aside class='box'><p>{LONG}</p></aside>") == []


def test_what_a_question_asks_about_is_not_defined_beside_it(publications) -> None:
    asked = with_terms(publications["study"], characteristic="A rhythm.", lamp="What burns.")
    head = f"<p>{'Nothing of the kind. ' * 60}</p>" * 3
    question = next(s for s in asked.sections if s.kind.is_question)
    renamed = replace(question, record=question.record.model_copy(update={"name": "Lamp"}))
    asked = replace(asked, sections=tuple(renamed if s is question else s for s in asked.sections))
    assert notes(asked, f"{head}<p>{LONG}</p><p>{LONG}</p>") == []


def test_the_look_decides_whether_there_are_notes_and_screens_have_none(publications) -> None:
    for edition, medium, found in (("study", "paged", True), ("study", "reflow", False), ("kit", "paged", False)):
        made = sections(rendered(publications[edition], medium))
        assert any(xpath(section, ".//h:aside[contains(@class, 'side-note')]") for section in made.values()) == found, (edition, medium)


def test_a_note_leads_to_the_glossary(publications) -> None:
    made = sections(rendered(publications["study"]))
    (note,) = (n for section in made.values() for n in xpath(section, ".//h:aside[contains(@class, 'side-note')]"))
    assert words(note) == "characteristic: The rhythm and color by which a light is told from its neighbors."
    assert xpath(note, ".//h:a/@href") == ["#term-characteristic"]


# Figures

DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 {high}"><path d="M0 0h100"/></svg>'
HEAD = f"<p>{'Nothing of the kind. ' * 60}</p>" * 3


def with_drawing(publication: Publication, high: int) -> Publication:
    drawn = Drawing(DRAWN.format(high=high).encode(), "", "")
    return replace(publication, resources={**publication.resources, "drawings": {"beam": drawn}})


def figure(caption: str, size: str = "") -> str:
    return f'<figure id="figure-beam"{size}><img src="beam.svg" alt="A beam."/><figcaption>{caption}</figcaption></figure>'


def beside(publication: Publication, answer: str) -> str:
    return SideNotes(publication, next(s for s in publication.sections if s.kind.is_question)).beside(answer)


def test_a_caption_stands_beside_its_figure_where_that_is_higher(study) -> None:
    caption = "A beam, and where it falls. " * 8
    set_beside = figure(caption).replace("<figure ", '<figure class="noted" ').replace(
        f"<figcaption>{caption}", f'<figcaption class="side-note"><span class="side-lines">{caption}</span>'
    )  # fmt: skip
    assert beside(with_drawing(study, 60), HEAD + figure(caption)) == HEAD + set_beside
    assert beside(with_drawing(study, 10), HEAD + figure(caption)) == HEAD + figure(caption)


def test_a_caption_stays_below_beside_the_head_of_a_question_and_where_it_holds_a_formula(study) -> None:
    drawn = with_drawing(study, 60)
    assert beside(drawn, figure("A beam.")) == figure("A beam.")
    formula = figure('A beam of <img class="math" src="m.svg" alt="x"/>.')
    assert beside(drawn, HEAD + formula) == HEAD + formula


def test_a_small_figure_stands_beside_the_text_before_it_which_is_higher(study) -> None:
    drawn, small = with_drawing(study, 40), figure("A beam.", ' class="small"')
    in_column = small.replace('"small"', '"small side-note"').replace(">A beam.", '><span class="side-lines">A beam.</span>')
    formula = '<div class="equation">x</div>'
    for before, text in (("", f"<p>{LONG}</p>"), (f"<p>{LONG}</p>", f"{formula}<p>{LONG[:280]}</p>")):
        made = beside(drawn, f"{HEAD}{before}{text}\n{small}")
        assert made.endswith(f'<div class="noted">{text}{in_column}</div>') and made.count("<figure") == 1
    for alone in (f"{HEAD}<h3>Light</h3><p>A lantern.</p>{small}", f"{HEAD}<ul><li>{LONG}</li></ul>{small}", f"<p>{LONG}</p>{small}"):
        assert beside(drawn, alone) == alone


# Listings that go on

STATEMENT = '<span class="n">measured</span>(<span class="m">{}</span>)'


def listing(statements: int) -> str:
    code = "\n".join(STATEMENT.format(n) for n in range(statements))
    return marked(parted(f'<pre><code class="language-python">{code}\n</code></pre>'), "continued")


def pages(body: str) -> list[str]:
    head = '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>-</title></head>'
    xhtml = f'{head}<body><section id="a">{body}</section></body></html>'
    pdf = bound(Signature("a", "body", xhtml, theme.look().paged("a4"), DIGEST, (), (("a", "content/a.yaml"),)))
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_range() for page in document]


def test_a_listing_says_at_the_top_of_a_page_that_it_goes_on_and_nothing_after_it_does() -> None:
    texts = pages(f"<p>Before.</p>{listing(150)}<p>{'After. ' * 1500}</p>")
    assert len(texts) >= 4
    assert ["continued" in text for text in texts] == ["measured" in text and n > 0 for n, text in enumerate(texts)]
