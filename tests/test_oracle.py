"""A guide bound from signatures is the guide that a single WeasyPrint run gives: same text, same place, same page, same tags."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from pathlib import Path

import oraclework
import pytest
from conftest import REAL, read
from oraclework import Volume, differences, single, tree
from presswork import DIGEST, bound, signature
from test_contents import PRINTED, guide

from pipeline import theme
from pipeline.model import Book


def agree(volume: Volume, folder: Path) -> None:
    whole = single(volume)
    assert differences(volume, whole) == []
    mine, its = tree(volume.pdf, folder), tree(whole.pdf, folder)
    assert list(difflib.unified_diff(its, mine, "single run", "bound", lineterm="", n=4)) == []
    assert len(mine) > 100


@pytest.mark.slow
@pytest.mark.parametrize("edition", sorted({edition for edition, _ in PRINTED}))
def test_an_edition_is_what_a_single_run_gives(built, book: Book, tmp_path: Path, edition: str) -> None:
    volumes = oraclework.volumes(book, edition, tmp_path)
    assert sorted(volumes) == sorted(paper for name, paper in PRINTED if name == edition)
    for paper, volume in volumes.items():
        assert volume.pdf == guide(built, edition, paper).read_bytes(), "the oracle is asked about another file than readers get"
        agree(volume, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_real_study_guide_is_what_a_single_run_gives(real_volumes: Mapping[str, Volume], tmp_path: Path, paper: str) -> None:
    volume = real_volumes[paper]
    assert len(volume.folios.labels) > 250
    assert any("tight" in item.signature.xhtml for item in volume.printed)
    agree(volume, tmp_path)


@pytest.fixture(scope="module")
def real_volumes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Volume]:
    return oraclework.volumes(read(REAL), "study", tmp_path_factory.mktemp("real"))


# The oracle is not blind
