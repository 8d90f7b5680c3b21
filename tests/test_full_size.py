"""The real book, whole: every file passes the tools that readers and printers use, and holds what was promised."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import reading

from pipeline import theme
from pipeline.preflight import verify_release

pytestmark = pytest.mark.slow
PDFS = [(edition, paper) for edition in ("study", "practice") for paper in ("a4", "letter")]
EDITIONS = ("study", "practice")
SPARSE = 0.08
IN_ORDER = """
    supervised-learning unsupervised-learning overfitting underfitting logistic-regression-evaluation bagging-vs-boosting
    hyperparameters precision-vs-recall confusion-matrix cross-validation imbalanced-data diagnose-poor-performance biased-predictions
    scratch-vs-pretrained model-degradation inference-performance preprocess-large-data explain-to-nontechnical challenging-project
    conflicting-feedback missed-deadline prioritization sql-optimization inner-vs-outer-join large-data-python learning-paradigms
    debug-ml-pipeline batch-vs-online reproducibility feature-scaling hyperparameter-optimization generative-vs-discriminative
    ensembles-bagging-boosting transfer-learning multicollinearity time-series ab-testing regularization model-deployment pca
    clustering-metrics categorical-data hard-vs-soft-voting dropout feature-selection staying-current production-failure
    cross-functional-communication tough-decision motivation
"""
ORDER = IN_ORDER.split()
"""The fifty questions in the order of the article that the book began from."""


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=300)


def pdf(release: Path, edition: str, paper: str) -> Path:
    (path,) = (release / edition).glob(f"*-{edition}-*-{paper}.pdf")
    return path


def epub(release: Path, edition: str) -> Path:
    (path,) = (release / edition).glob("*[0-9].epub")
    return path


# Authorities


@pytest.mark.parametrize(("edition", "paper"), PDFS)
def test_every_font_is_the_themes_and_embedded_as_a_subset_with_its_unicode(real_release, edition: str, paper: str) -> None:
    rows = [line.split() for line in run("pdffonts", pdf(real_release, edition, paper)).stdout.splitlines()[2:]]
    names = {Path(face.file).stem.lower() for face in theme.look().faces}
    assert len(rows) >= 6
    for row in rows:
        tag, _, name = row[0].partition("+")
        assert re.fullmatch("[A-Z]{6}", tag), row
        assert known(name, names), row
        assert row[-5:-2] == ["yes", "yes", "yes"], row


def known(name: str, files: set[str]) -> bool:
    """Tell whether a font's PostScript name is that of a file of the theme."""
    return re.sub(r"[-,]?regular$", "", name.lower()) in {re.sub(r"-regular$", "", file) for file in files}


def test_the_checksums_are_those_of_the_files(real_release) -> None:
    checked = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=real_release)
    assert checked.returncode == 0, checked.stdout
    assert len(checked.stdout.splitlines()) == len([p for p in real_release.rglob("*") if p.is_file()]) - 2 >= 6


def test_a_release_is_verified_whole(real_release) -> None:
    assert [d.message for d in verify_release(real_release.parents[1])] == []


# What was promised


@pytest.mark.parametrize("edition", EDITIONS)
def test_fifty_questions_stand_in_the_articles_order_under_their_numbers(real_publications, edition: str) -> None:
    questions = [(s.number, s.id) for s in real_publications[edition].sections if s.kind.name == "question"]
    assert questions == [(str(n), name) for n, name in enumerate(ORDER, start=1)]
    assert len(questions) == 50


@pytest.mark.parametrize(("edition", "paper"), PDFS)
def test_fifty_questions_are_printed_in_that_order(real_release, edition: str, paper: str) -> None:
    places = reading.pdf(pdf(real_release, edition, paper)).places
    pages = [places[name] for name in ORDER]
    assert pages == sorted(pages)
    assert len(set(pages)) == 50 or edition == "practice"


def test_every_section_has_its_share_of_the_questions(real_publications) -> None:
    openers = [s for s in real_publications["study"].sections if s.kind.name == "opener"]
    assert [len(s.members) for s in openers] == [10, 8, 4, 28]


def test_the_index_is_rich_enough_to_be_of_use(real_publications) -> None:
    entries = [entry for group in real_publications["study"].index for entry in group.entries]
    assert len(entries) >= 250
    assert sum(len(entry.subentries) for entry in entries) >= 40


@pytest.mark.parametrize("edition", EDITIONS)
def test_no_entry_of_the_index_is_a_row_of_bare_pages(real_release, edition: str) -> None:
    for li in reading.xpath(epub(real_release, edition), "index.xhtml", "//h:li"):
        locators = [a for a in li.iterchildren("{*}a") if a.get("class") == "locator"]
        assert len(locators) <= 6, reading.words(li)


def test_the_glossary_has_sixty_terms(real_release, real_publications) -> None:
    terms = reading.xpath(epub(real_release, "study"), "glossary.xhtml", "//h:dt")
    (glossary,) = (s.record for s in real_publications["study"].sections if s.kind.name == "glossary")
    assert len(terms) == len(glossary.terms) >= 60


@pytest.mark.parametrize(("edition", "paper"), PDFS)
def test_few_pages_of_the_body_are_nearly_empty(real_release, edition: str, paper: str) -> None:
    path = pdf(real_release, edition, paper)
    output = real_release.parents[1]
    rows = json.loads((output / "reports/build.json").read_text())["artefacts"]
    row = rows[path.relative_to(real_release).as_posix()]
    assert row["pages"] == sum(label.isdigit() for label in reading.labels(path)) > 100
    assert row["sparse"] <= SPARSE * row["pages"], f"{row['sparse']} of {row['pages']} pages are less than 35 % full"


@pytest.mark.parametrize(("edition", "paper"), PDFS)
def test_no_text_of_the_real_guides_stands_outside_the_margins(real_release, edition: str, paper: str) -> None:
    from test_layout import MARGINS, SLACK, cheat_sheet, pages

    side, right, _ = MARGINS
    path = pdf(real_release, edition, paper)
    strays = [
        (label, run.text)
        for label, (width, page) in zip(reading.labels(path), pages(path), strict=True)
        if label not in ("Cover", cheat_sheet(path))
        for run in page
        if run.left < side - SLACK or run.right > width - right + SLACK
    ]
    assert strays == []
