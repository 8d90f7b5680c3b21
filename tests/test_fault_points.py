"""Whatever stops a publication at whatever step, a whole release stands and the next one succeeds."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from buildwork import ROOT, loaded

from pipeline import release
from pipeline.work.store import FAULT_POINTS, Store, key

STORE_POINTS = [name for name in FAULT_POINTS if name.startswith("store-")]
RELEASE_POINTS = [name for name in FAULT_POINTS if name.startswith("release-")]
PRUNE_POINTS = ["release-11-prune", "release-12-pruned"]

BUILD = """
import sys
from pathlib import Path
from pipeline import release
from pipeline.diagnostics import ToolError
from pipeline.work.store import Store, key

output, cache, text = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def guide(edition):
    name = f"garden-{edition}-1.0.0.epub"
    data = text.encode() * 9999
    return release.Artefact(name, edition, "epub", "", "candidate", "Garden", data, 0, 3, text)

with Store.open(cache) as store, release.lock(output, print):
    store.put(key(text), text.encode(), None)
    old, _ = release.read(output)
    carried = [release.Carried(old, item, stale=True) for item in old.artefacts[1:]] if old else []
    made = [guide("practice")] if old else [guide("practice"), guide("study")]
    try:
        book = release.BookFacts("garden", "Garden", "1.0.0", "2026-11-22")
        new = release.publish(output, made, release.Colophon(book, text, {}), carried)
    except ToolError as error:
        sys.exit(str(error))
    print(*store.warnings, *new.warnings, sep="\\n")
"""


def build(output: Path, cache: Path, text: str, fault: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GUIDEPRESS_FAULT_POINT": fault}
    return loaded().run(["-c", str(output), str(cache), text], BUILD, env=environment, cwd=ROOT)


def standing(output: Path) -> str:
    """Say which text the practice guide has, having made sure that the release is whole."""
    guides = output / "guides"
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=guides, check=True)
    found, reason = release.read(output)
    assert found is not None, reason
    assert release.verify(found) == ()
    text = (guides / "practice/garden-practice-1.0.0.epub").read_text()
    return text[: len(text) // 9999]


def temps(output: Path) -> list[Path]:
    return [*output.glob("guides.*"), *output.glob(".releases/tmp-*")]


def releases(output: Path) -> set[str]:
    return {path.name for path in (output / ".releases").iterdir()}


def after_swap(point: str) -> bool:
    return FAULT_POINTS.index(point) > FAULT_POINTS.index("release-9-swap")


@pytest.mark.parametrize("point", FAULT_POINTS)
def test_a_build_killed_leaves_a_whole_release_and_the_next_succeeds(tmp_path: Path, point: str) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    for text in ("first", "second"):
        assert build(output, cache, text).returncode == 0
    killed = build(output, cache, "third", point)
    assert killed.returncode == -signal.SIGKILL, f"{point} was never reached: {killed.stderr}"
    assert standing(output) == ("third" if after_swap(point) else "second")

    assert build(output, cache, "fourth").returncode == 0
    assert standing(output) == "fourth"
    assert temps(output) == []
    assert len(releases(output)) == 2
    store = Store.open(cache)
    assert [store.get(key(text)) is None for text in ("first", "second", "fourth")] == [False] * 3
    assert store.damaged == 0


@pytest.mark.parametrize("point", RELEASE_POINTS)
def test_the_first_build_killed_leaves_nothing_or_a_whole_release(tmp_path: Path, point: str) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    assert build(output, cache, "first", point).returncode == -signal.SIGKILL
    if after_swap(point):
        assert standing(output) == "first"
    else:
        assert not os.path.lexists(output / "guides")
        assert release.read(output) == (None, "")
    assert build(output, cache, "first").returncode == 0
    assert standing(output) == "first"
    assert temps(output) == []
    assert len(releases(output)) == (2 if after_swap(point) else 1)


@pytest.mark.parametrize("point", [name for name in RELEASE_POINTS if name not in PRUNE_POINTS])
def test_a_full_disk_is_one_line_and_leaves_no_trace(tmp_path: Path, point: str) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    build(output, cache, "first")
    before = releases(output)
    failed = build(output, cache, "second", f"{point}:enospc")
    assert (failed.returncode, failed.stderr) == (
        1,
        f"cannot publish to {output}: No space left on device\n",
    )
    assert standing(output) == ("second" if after_swap(point) else "first")
    assert temps(output) == []
    if not after_swap(point):
        assert releases(output) == before
    assert build(output, cache, "third").returncode == 0
    assert standing(output) == "third"


@pytest.mark.parametrize("point", PRUNE_POINTS)
def test_a_release_published_but_not_tidied_is_published_with_a_warning(tmp_path: Path, point: str) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    build(output, cache, "first")
    done = build(output, cache, "second", f"{point}:enospc")
    assert done.returncode == 0
    assert done.stdout.strip() == f"older releases are left in {output}/.releases: No space left on device"
    assert standing(output) == "second"


@pytest.mark.parametrize("point", STORE_POINTS)
def test_a_store_that_cannot_write_does_not_stop_a_build(tmp_path: Path, point: str) -> None:
    output, cache = tmp_path / "output", tmp_path / "cache"
    done = build(output, cache, "first", f"{point}:enospc")
    assert done.returncode == 0
    assert done.stdout.strip() == f"not all is remembered: {cache}: No space left on device"
    assert standing(output) == "first"


def test_the_list_of_fault_points_is_the_list_of_those_in_the_code() -> None:
    used = [
        name
        for path in sorted((ROOT / "pipeline").rglob("*.py"))
        for name in re.findall(r'(?:fault_point\(|at=)"([^"]+)"', path.read_text())
    ]
    assert sorted(used) == sorted(FAULT_POINTS)
