"""Score sheets and consensus forms to fill in, as the layout would mark them; and engines, which fill them in as people do."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import weasyprint

from pipeline.authorities import pdf_checkers
from pipeline.bindery import pdf_metadata
from pipeline.kit import forms
from pipeline.kit.collect import Collected, collect
from pipeline.kit.forms import terminals
from pipeline.kit.sheets import Competency, Expected, Form, Question
from pipeline.theme import package_file

FACE_FILE = package_file("emboss", "fonts/SourceSans3-Regular.ttf")
STYLE = """
@page { size: A4; margin: 18mm } @page wide { size: A4 landscape; margin: 14mm } .wide { page: wide }
@font-face { font-family: "Sheet Sans"; src: url(FACE) } html { font: 10pt/14pt "Sheet Sans" }
a.field { display: inline-block; text-decoration: none; color: inherit; vertical-align: middle }
.text { width: 60mm; height: 7mm; border-bottom: .5pt solid #555 } .area { width: 110mm; height: 22mm; border: .5pt solid #999 }
.radio, .check { width: 5mm; height: 5mm } .rating { width: 12mm; height: 6mm; border: .5pt solid #999 }
th { text-align: left; font-weight: 400; padding-right: 4mm } td { padding: 1mm 2mm }
"""
IDENTITY = {"book": "bank", "version": "1.2.0", "plan": "mle-mid", "form": "A", "digest": "d1", "sheet": "score-sheet"}
QUESTIONS = {"K3": "statistics", "K12": "coding", "K41": "communication"}
COMPETENCIES = {"statistics": 2, "coding": 1, "communication": 1}
RECOMMENDATIONS = ("strong-no", "no", "yes", "strong-yes")


def link(kind: str, name: str, title: str, style: str = "") -> str:
    return f'<a class="field {style or kind}" href="field:{kind}/{name}?title={quote(title)}"></a>'


def choices(name: str, title: str, states: Iterable[object]) -> str:
    return " ".join(f"{state} {link('radio', f'{name}/{state}', f'{title}: {state}', 'radio')}" for state in states)


def score_sheet_html(questions: Mapping[str, str], highest: int = 5) -> str:
    """The body of a score sheet."""
    before = "Scored before the debrief"
    scale = range(1, highest + 1)
    rows = "".join(
        f"<tr><th scope='row'>{q}</th><td>{choices(f'q.{q}.rating', f'Rating of {q}', scale)}</td>"
        f"<td>{link('area', f'q.{q}.evidence', f'Evidence for {q}')}</td></tr>"
        for q in questions
    )
    competencies = dict.fromkeys(questions.values())
    ratings = "".join(f"<p>{c} {choices(f'c.{c}.rating', f'Rating of {c}', scale)}</p>" for c in competencies)
    head = "".join(f"<p>{name.title()} {link('text', name, name.title())}</p>" for name in ("candidate", "interviewer", "date"))
    return (
        f"<h1>Score sheet</h1>{head}<table>{rows}</table>{ratings}"
        f"<p>{choices('recommendation', 'Recommendation', RECOMMENDATIONS)}</p>"
        f"<p>{link('check', 'scored_before', before)} {before}. <a href='https://example.org/'>A link</a></p>"
    )


def consensus_html(questions: Mapping[str, str], panel: int = 3) -> str:
    """The body of a consensus form."""
    people = range(1, panel + 1)
    parts = {f"q.{q}": q for q in questions} | {f"c.{c}": c for c in dict.fromkeys(questions.values())}
    names = "".join(f"<td>{link('text', f'i.{n}.name', f'Interviewer {n}', 'rating')}</td>" for n in people)
    rows = "".join(
        f"<tr><th scope='row'>{title}</th>"
        + "".join(f"<td>{link('text', f'i.{n}.{part}.rating', f'Interviewer {n} on {title}', 'rating')}</td>" for n in people)
        + f"<td>{link('check', f'{part}.apart', f'{title}: two or more apart')}</td></tr>"
        for part, title in parts.items()
    )
    sums = "".join(f"<td>{link('text', f'i.{n}.sum', f'Sum of interviewer {n}', 'rating')}</td>" for n in people)
    return (
        f"<div class='wide'><h1>Consensus form</h1><p>Candidate {link('text', 'candidate', 'Candidate')}</p><table>"
        f"<tr><th scope='row'>Name</th>{names}<td></td></tr>{rows}<tr><th scope='row'>Sum</th>{sums}<td></td></tr></table>"
        f"<p>Sum of the panel {link('text', 'sum', 'Sum of the panel', 'rating')}</p>"
        f"<p>Reason {link('area', 'reason', 'Reason')}</p></div>"
    )


def laid_out(body: str, title: str = "Score sheet") -> bytes:
    """Lay a page out as PDF/A-2a that is PDF/UA-1 as well."""
    style = STYLE.replace("FACE", FACE_FILE.as_uri())
    page = f'<html lang="en"><head><title>{html.escape(title)}</title><style>{style}</style></head><body>{body}</body></html>'
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its color profile open
        return bytes(weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/a-2a", finisher=_accessible))


def _accessible(_document: Any, pdf: Any) -> None:
    """Say in the metadata that the file is PDF/UA-1 too."""
    stream = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    said = b"".join(stream.stream).decode()
    about = f'<rdf:Description rdf:about="" xmlns:pdfuaid="{UA}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>'
    spaces = " ".join(
        f'xmlns:{name}="{uri}"' for name, uri in pdf_metadata.NAMESPACES.items() if name.startswith("pdfa") and name != "pdfaid"
    )
    schemas = f'<rdf:Description rdf:about="" {spaces}>{pdf_metadata._schemas()}</rdf:Description>'
    stream.stream = [said.replace("</rdf:RDF>", f"{about}{schemas}</rdf:RDF>").encode()]


UA = pdf_metadata.NAMESPACES["pdfuaid"]


@cache
def face() -> bytes:
    return FACE_FILE.read_bytes()


@cache
def blank(form: str = "A", highest: int = 5, questions: tuple[str, ...] = tuple(QUESTIONS), **identity: str) -> bytes:
    """A blank score sheet."""
    asked = {number: QUESTIONS.get(number, "coding") for number in questions}
    return forms.fillable(laid_out(score_sheet_html(asked, highest)), {**IDENTITY, "form": form, **identity}, face())


@cache
def consensus(panel: int = 3) -> bytes:
    """A blank consensus form."""
    laid = laid_out(consensus_html(QUESTIONS, panel), "Consensus form")
    return forms.fillable(laid, {**IDENTITY, "sheet": "consensus"}, face())


def _question(number: str) -> Question:
    return Question(number, f"id-{number}", QUESTIONS.get(number, "coding"))


def expected(**changes: Any) -> Expected:
    """What the sheets of these tests must be of."""
    others = {"B": ("K5", "K6")}
    asked = {"A": tuple(QUESTIONS), **others}
    made = {name: Form("d1", tuple(map(_question, of)), forms.fields(blank(name, questions=of))) for name, of in asked.items()}
    people = tuple(Competency(name, name.title(), weight, name == "coding") for name, weight in COMPETENCIES.items())
    return replace(Expected("bank", "1.2.0", "mle-mid", made, people), **changes)


LETTERS = "ÀàÉéÎîÕõÜüÇçÑñßÆæØøÅå ŁłŐőŘřŞşĞğİıŽžĐđ “”‘’„–—…•€£ ΑαΒβΏώ ЖжЩщЮю ×÷±½≤≥∑"
SAID = (
    "Émile’s naïve façade – “très bien”, said Zoë; Łódź, Győr, İstanbul, Škoda, smørrebrød, 25 € ± 3 %",
    "First line\nsecond line\n\nfourth line after an empty one",
    "Привет, Ελλάδα: ½ × ∑? (parentheses) \\ backslash",
    '=HYPERLINK("https://example.org")',
    "Asked how the split was drawn, the candidate named leakage first, then drew the timeline. " * 25,
)


def filled_in(n: int) -> dict[str, str]:
    """What the n-th of thirty sheets is filled in with: by three interviewers of each candidate; every rating, all texts."""
    interviewer = ("Zoë Müller", "Łukasz Őry", "Ann O’Neil")[n % 3]
    values = {"candidate": f"C-{n // 3 + 1:02}", "interviewer": interviewer, "date": "2026-05-04"}
    for place, question in enumerate(QUESTIONS):
        values[f"q.{question}.rating"] = str((n + 2 * place) % 5 + 1)
        values[f"q.{question}.evidence"] = f"{n}: {SAID[(n + place) % len(SAID)]}"
    for place, competency in enumerate(COMPETENCIES):
        values[f"c.{competency}.rating"] = str((n * 3 + place) % 5 + 1)
    return values | {"recommendation": RECOMMENDATIONS[n % 4], "scored_before": "yes"}


# Read again


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def values_of(pdf: bytes) -> dict[str, str]:
    return {name: field.value for name, field in forms.fields(pdf).items()}


def fonts_shown(pdf: bytes, name: str) -> set[str]:
    """The fonts that a field's appearance shows letters in."""
    with opened(pdf) as document:
        stream = dict(terminals(document))[name].AP.N
        used = {str(operands[0]) for operands, operator in pikepdf.parse_content_stream(stream) if str(operator) == "Tf"}
        return {str(stream.Resources.Font[font].BaseFont) for font in used}


def faults(folder: Path, pdf: bytes) -> list[str]:
    (folder / "form.pdf").write_bytes(pdf)
    found = ((profile, each) for profile in ("ua1", "2a") for each in pdf_checkers.check_verapdf(profile, folder / "form.pdf"))
    return [f"{profile} {each.rule}: {each.message}" for profile, each in found]


def rows(folder: Path, name: str = "ratings.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_bytes().decode("utf-8-sig"), newline="")))


def take(output: Path, *paths: Path, **changes: Any) -> Collected:
    of_plan = expected(**changes)
    return collect(paths, of_plan, output, dict.fromkeys(of_plan.forms, consensus()))


def thirty(folder: Path, fill: Callable[[bytes, dict[str, str]], bytes], *, start: int) -> None:
    folder.mkdir(exist_ok=True)
    for n in range(start, start + 10):
        (folder / f"{n:02}.pdf").write_bytes(fill(blank(), filled_in(n)))


def assert_exact(collected: Collected, output: Path, numbers: range) -> None:
    """Compare all that was collected with what was filled in."""
    wanted = {(v["candidate"], v["interviewer"]): v for v in map(filled_in, numbers)}
    assert collected.diagnostics == () and len(collected.sheets) == collected.new == len(numbers)
    for sheet in json.loads((output / "ratings.json").read_text("utf-8"))["sheets"]:
        values = wanted[sheet["candidate"], sheet["interviewer"]]
        assert sheet["questions"] == {q: int(values[f"q.{q}.rating"]) for q in QUESTIONS}
        assert sheet["evidence"] == {q: values[f"q.{q}.evidence"] for q in QUESTIONS}
        assert sheet["competencies"] == {name.split(".")[1]: int(v) for name, v in values.items() if name.startswith("c.")}
        assert all(sheet[name] == values[name] for name in ("date", "recommendation")) and sheet["scored_before"] is True
    table = rows(output)
    assert len(table) == 3 * len(numbers)
    for row in table:
        values = wanted[row["candidate"], row["interviewer"]]
        assert row["rating"] == values[f"q.{row['question']}.rating"]
        assert row["evidence"].removeprefix("'") == values[f"q.{row['question']}.evidence"]
        assert row["competency"] == QUESTIONS[row["question"]]


# PDFium


def by_pdfium(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill a form in as a user of Chrome would: fields are clicked on, and letters typed."""
    known = forms.fields(pdf)
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    for number, page in enumerate(document):
        for name, value in values.items():
            for click, state in _clicks(document, page, number, known[name], value):
                _use(document.formenv.raw, page.raw, click, None if state else value)
        page.close()
    written = _saved(document)
    document.close()
    return written


def _clicks(document: Any, page: Any, number: int, field: Any, value: str) -> Iterable[tuple[tuple[float, float], str]]:
    """Where to click on a page to fill a field in."""
    for place, state in zip(field.places, field.states, strict=True):
        if place[0] == number + 1 and state in ("", value):
            yield ((place[1] + place[3]) / 2, (place[2] + place[4]) / 2), state


def _use(form: Any, page: Any, at: tuple[float, float], typed: str | None) -> None:
    pdfium.FORM_OnMouseMove(form, page, 0, *at)
    assert pdfium.FORM_OnLButtonDown(form, page, 0, *at)
    pdfium.FORM_OnLButtonUp(form, page, 0, *at)
    if typed is not None:
        for unit in memoryview(typed.encode("utf-16-le")).cast("H"):
            pdfium.FORM_OnChar(form, page, 13 if unit == 10 else unit, 0)
    pdfium.FORM_ForceToKillFocus(form)


def _saved(document: Any) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def picture(pdf: bytes, path: Any, scale: float = 1.6, page: int = 0) -> None:
    """Draw a page with its fields."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    document[page].render(scale=scale, may_draw_forms=True).to_pil().save(path)
    document.close()


# pdf.js


def by_pdfjs(browser: Any, pdf: bytes, values: Mapping[str, str]) -> bytes:
    """Fill a form in as a user of Firefox would: in the fields of its viewer, saved as it saves."""
    browser.books["form"] = pdf
    browser.visit("engines/pdfjs.html?form", (1200, 1400), until="globalThis.isReady")
    return base64.b64decode(browser.evaluate("values => globalThis.fillIn(values)", values))
