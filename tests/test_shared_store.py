"""Several builds share one store, at once and one after another, and none is the worse for what another left there."""

from __future__ import annotations

from pathlib import Path

import pytest
from buildwork import book, bytes_of, environment, run, start

pytestmark = pytest.mark.slow


def arguments(place: Path, output: str) -> tuple[str | Path, ...]:
    return ("build", "--book", place / "book", "--output", place / output, "--store", place / "store", "--jobs", "1", "--explain-rebuild")


def test_two_builds_fill_one_store_and_a_third_mends_it(tmp_path: Path) -> None:
    book(tmp_path / "book", "sample")
    alone = environment(tmp_path / "unused")
    both = [start(*arguments(tmp_path, name), env=alone) for name in ("one", "two")]
    said = [build.communicate(timeout=300) for build in both]
    assert [build.returncode for build in both] == [0, 0], said
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    assert not (tmp_path / "unused").exists()

    entries = sorted((tmp_path / "store").iterdir(), key=lambda path: path.stat().st_size)
    assert {path.suffix for path in entries} == {".entry"}
    signature = next(path for path in reversed(entries) if b"\n%PDF" in path.read_bytes())
    font = next(path for path in reversed(entries) if b"glyf" in path.read_bytes())
    before = {path: path.read_bytes() for path in (signature, font)}
    for path, whole in before.items():
        path.write_bytes(whole[:-9] + bytes(8) + b"\1")

    named = environment(tmp_path / "unused", GUIDEPRESS_STORE=str(tmp_path / "store"))
    third = run(*(a for a in arguments(tmp_path, "three") if a not in ("--store", tmp_path / "store")), env=named)
    assert third.returncode == 0, third.stderr
    assert "1 signature laid out anew" in third.stdout and "forgotten" in third.stdout
    assert bytes_of(tmp_path / "three") == bytes_of(tmp_path / "one")
    assert {path: path.read_bytes() for path in before} == before
