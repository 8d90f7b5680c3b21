"""A repository that somebody else wrote may hold an output folder: a build follows no link there, and removes its own work only.

No link here leads out of a test's own folder: a press that had the hole would delete what it leads to.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from buildwork import ROOT, environment, run

from pipeline import release
from pipeline.diagnostics import ToolError
from pipeline.flow import finishing
from pipeline.work.store import Store, key

COLOPHON = release.Colophon(release.BookFacts("garden", "Garden", "1.0.0", "2026-11-22"), "all", {})
FOREIGN = "not made by a build; move it away and build again"


def guide(data: bytes) -> release.Artefact:
    return release.Artefact("garden-study.epub", "study", "epub", "", "candidate", "Garden", data, 0, 3, "inputs")


def publish(output: Path, data: bytes = b"guide") -> release.Release:
    with release.lock(output, print):
        return release.publish(output, [guide(data)], COLOPHON)


def everything(folder: Path) -> dict[str, object]:
    """Tell all that stands below a folder: what each file holds, and where each link leads."""
    return {
        path.relative_to(folder).as_posix(): os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "clone/output").mkdir(parents=True)
    return tmp_path / "clone/output"


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[Path]:
    """A folder beside the output with somebody's work in it, which looks like a release as well as it can."""
    folder = tmp_path / "sentinel"
    (folder / "study").mkdir(parents=True)
    (folder / "thesis.txt").write_text("years of work")
    (folder / "study/garden-study.epub").write_text("mine")
    (folder / "tmp-1-0123abcd").mkdir()
    (folder / "tmp-1-0123abcd/notes.txt").write_text("mine too")
    made = publish(folder / "other")
    shutil.copytree(made.folder, folder / made.digest)
    (folder / "build.json").write_text("{}")
    before = everything(folder)
    yield folder
    assert everything(folder) == before


def refused(output: Path) -> str:
    with pytest.raises(ToolError) as caught:
        publish(output)
    return str(caught.value)


# What a repository may hold in the place of what a build makes


@pytest.mark.parametrize("target", ["{sentinel}", "../../sentinel", "../..", "..", ".", "nowhere"])
def test_a_link_in_the_place_of_the_releases_is_refused(output: Path, sentinel: Path, target: str) -> None:
    (output / ".releases").symlink_to(target.format(sentinel=sentinel))
    before = everything(output.parent)
    assert refused(output) == f"{output}/.releases: {FOREIGN}"
    (output / ".lock").unlink()
    assert everything(output.parent) == before


@pytest.mark.parametrize("make", [lambda path: path.write_text(""), os.mkfifo], ids=["file", "pipe"])
def test_what_is_no_folder_in_the_place_of_the_releases_is_refused(output: Path, make: Callable[[Path], object]) -> None:
    make(output / ".releases")
    assert refused(output) == f"{output}/.releases: {FOREIGN}"


@pytest.mark.parametrize("target", ["{sentinel}", "../../sentinel", ".releases/../../../sentinel", ".releases", "..", "nowhere"])
def test_guides_that_lead_elsewhere_are_neither_read_nor_replaced(output: Path, sentinel: Path, target: str) -> None:
    (output / "guides").symlink_to(target.format(sentinel=sentinel))
    found, reason = release.read(output)
    assert found is None and "which no build has made" in reason
    assert refused(output) == f"{output}/guides: {FOREIGN}"
    assert os.readlink(output / "guides") == target.format(sentinel=sentinel)


@pytest.mark.parametrize("make", [lambda path: path.write_text("mine"), os.mkfifo], ids=["file", "pipe"])
def test_guides_that_are_no_folder_are_refused(output: Path, make: Callable[[Path], object]) -> None:
    make(output / "guides")
    assert release.read(output)[0] is None
    assert refused(output) == f"{output}/guides: {FOREIGN}"


@pytest.mark.parametrize("kind", ["link", "link to nothing", "pipe", "folder"])
def test_a_lock_that_is_no_file_is_refused_and_nothing_is_made_through_it(output: Path, sentinel: Path, kind: str) -> None:
    lock = output / ".lock"
    if kind == "pipe":
        os.mkfifo(lock)
    elif kind == "folder":
        lock.mkdir()
    else:
        lock.symlink_to(sentinel / ("thesis.txt" if kind == "link" else "new"))
    assert refused(output).startswith(f"cannot write {lock}: ")
    assert not (sentinel / "new").exists()


@pytest.mark.parametrize("kind", ["link", "file", "pipe"])
def test_reports_that_are_no_folder_are_a_warning(output: Path, sentinel: Path, kind: str) -> None:
    reports = output / "reports"
    if kind == "link":
        reports.symlink_to(sentinel)
    elif kind == "file":
        reports.write_text("mine")
    else:
        os.mkfifo(reports)
    assert release.last_report(output, "build") is None
    (warning,) = release.report(output, "build", {"new": 1})
    assert warning == f"the report is not written: {reports}: Not a directory"


@pytest.mark.parametrize("name", ["build.json", "thesis.txt"])
def test_a_report_that_is_a_link_is_not_read_and_gives_way(output: Path, sentinel: Path, name: str) -> None:
    (output / "reports").mkdir()
    (output / "reports/build.json").symlink_to(sentinel / name)
    assert release.last_report(output, "build") is None
    assert release.report(output, "build", {"new": 1}) == ()
    assert not (output / "reports/build.json").is_symlink()


# What a repository may hold among the releases


def links(releases: Path, sentinel: Path) -> list[Path]:
    """Make links that bear the names of releases, and of what killed builds leave."""
    names = ["0" * 64, f"{'1' * 64}-2", "tmp-1-0123abcd", "tmp-7-89abcdef", "mine"]
    for name in names:
        (releases / name).symlink_to(sentinel)
    return [releases / name for name in names]


def test_links_among_the_releases_are_neither_followed_nor_removed(output: Path, sentinel: Path) -> None:
    (output / ".releases").mkdir()
    planted = links(output / ".releases", sentinel)
    (output / "guides.tmp-1-0123abcd").symlink_to(sentinel)
    for data in (b"first", b"second", b"third"):
        publish(output, data)
    assert all(path.is_symlink() for path in (*planted, output / "guides.tmp-1-0123abcd"))


def release_folder(folder: Path, *foreign: str, manifest: object = None) -> Path:
    """Write a folder that bears the digest of its manifest, as a release does."""
    folder.mkdir(parents=True)
    made = publish(folder / "made")
    text = (made.folder / "manifest.json").read_bytes() if manifest is None else json.dumps(manifest).encode()
    named = folder / ".releases" / sha256(text).hexdigest()
    named.mkdir(parents=True)
    (named / "manifest.json").write_bytes(text)
    for name in foreign:
        (named / name).parent.mkdir(exist_ok=True)
        (named / name).write_text("mine")
    return named


@pytest.mark.parametrize(
    "name", ["0" * 64, f"{'0' * 64}-2", "tmp-1-0123abcd", "tmp-x", "tmp-1-a", "mine", "tmp-1-0123abcd.old"], ids=lambda name: name[:16]
)
@pytest.mark.parametrize("manifest", [None, b"", b"{", b'{"schema": 1}'], ids=["none", "empty", "torn", "half"])
def test_a_folder_among_the_releases_that_holds_somebody_s_work_stays(output: Path, name: str, manifest: bytes | None) -> None:
    folder = output / ".releases" / name
    (folder / "study").mkdir(parents=True)
    (folder / "study/thesis.txt").write_text("years of work")
    if manifest is not None:
        (folder / "manifest.json").write_bytes(manifest)
    before = everything(folder)
    for data in (b"first", b"second", b"third"):
        publish(output, data)
    assert everything(folder) == before


def test_an_old_release_with_a_file_that_was_put_there_stays_and_is_told(output: Path) -> None:
    old = publish(output, b"first")
    (old.folder / "study/notes.txt").write_text("mine")
    publish(output, b"second")
    third = publish(output, b"third")
    assert third.warnings == (f"{old.folder}: holds what no build has made; look into it, and delete it",)
    assert sorted(everything(old.folder)) == ["SHA256SUMS", "manifest.json", "study", "study/garden-study.epub", "study/notes.txt"]


@pytest.mark.parametrize("path", ["study", "study/garden-study.epub", "manifest.json", "SHA256SUMS"])
def test_a_link_inside_an_old_release_is_not_followed_when_it_goes(output: Path, sentinel: Path, path: str) -> None:
    old = publish(output, b"first")
    publish(output, b"second")
    replaced = old.folder / path
    shutil.rmtree(replaced) if replaced.is_dir() else replaced.unlink()
    replaced.symlink_to(sentinel / path if path.startswith("study") else sentinel / "thesis.txt")
    # What proves a release, and what is not a file of it, is not there any more; else the link itself goes with the files.
    stays = path in ("study", "manifest.json")
    told = (f"{old.folder}: holds what no build has made; look into it, and delete it",)
    assert publish(output, b"third").warnings == (told if stays else ())
    assert old.folder.exists() == stays


@pytest.mark.parametrize("path", ["study", "study/garden-study.epub", "manifest.json", "SHA256SUMS"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_link_or_a_pipe_inside_the_release_that_stands_is_a_fault_and_not_carried(
    output: Path, sentinel: Path, path: str, kind: str
) -> None:
    made = publish(output)
    target = made.folder / path
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    target.symlink_to(sentinel / path) if kind == "link" else os.mkfifo(target)
    assert release.verify(made) != ()
    (old,) = made.artefacts
    if path.startswith("study"):
        assert release.data(made, old) == b"" and release.file_bytes(made, old) is None
        with release.lock(output, print), pytest.raises(ToolError, match="missing or damaged"):
            carried = [release.Carried(made, old, stale=False)]
            release.publish(output, [], COLOPHON, carried)
    assert publish(output, b"guide").digest == made.digest
    found, reason = release.read(output)
    assert found is not None and release.verify(found) == (), reason


def test_a_link_that_bears_the_digest_of_the_release_that_is_made_is_not_taken_for_it(tmp_path: Path, sentinel: Path) -> None:
    made = publish(tmp_path / "elsewhere")
    shutil.copytree(made.folder, tmp_path / "copy" / made.digest)
    releases = tmp_path / "output/.releases"
    releases.mkdir(parents=True)
    (releases / made.digest).symlink_to(tmp_path / "copy" / made.digest)
    publish(tmp_path / "output")
    assert os.readlink(tmp_path / "output/guides") == f".releases/{made.digest}-2"


# The store


def entry(store: Path, name: str) -> Path:
    return store / f"{key(name)}.entry"


def test_links_and_pipes_in_a_store_are_neither_read_nor_removed_nor_touched(tmp_path: Path, sentinel: Path) -> None:
    folder = tmp_path / "store"
    with Store.open(folder) as store:
        store.put(key("a"), b"data", None)
    entry(folder, "a").rename(tmp_path / "foreign")
    entry(folder, "a").symlink_to(tmp_path / "foreign")
    entry(folder, "thesis").symlink_to(sentinel / "thesis.txt")
    os.mkfifo(entry(folder, "pipe"))
    entry(folder, "zero").symlink_to("/dev/zero")
    (folder / f"{'0' * 16}.tmp").symlink_to(sentinel / "thesis.txt")
    os.utime(folder / f"{'0' * 16}.tmp", (0, 0), follow_symlinks=False)
    os.utime(tmp_path / "foreign", (0, 0))
    before = sorted(folder.iterdir())
    with Store.open(folder, limit=0) as store:
        assert [store.get(key(name)) for name in ("a", "thesis", "pipe", "zero")] == [None] * 4
        assert store.size() == 0
    assert sorted(folder.iterdir()) == before
    assert (tmp_path / "foreign").stat().st_mtime == 0
    store.clear()
    assert sorted(folder.iterdir()) == before
    store.put(key("a"), b"data", None)
    found = store.get(key("a"))
    assert found is not None and found.data == b"data"


# The command


@pytest.mark.slow
def test_the_command_says_in_one_line_what_stands_in_its_way(tmp_path: Path, warm: Path, sentinel: Path) -> None:
    shutil.copytree(warm, tmp_path / "cache")
    clone = tmp_path / "clone"
    shutil.copytree(ROOT / "tests/books/small", clone / "content")
    (clone / "output").mkdir()
    (clone / "output/.releases").symlink_to("../..")
    done = run("build", "study", "--format", "epub", env=environment(tmp_path / "cache"), cwd=clone)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"guidepress: output/.releases: {FOREIGN}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "clone", "sentinel"]


@pytest.mark.parametrize("written", ["[" * 100_000, "{", "[1]", '{"artefacts": 5}', "\0"])
def test_a_last_report_that_no_build_wrote_is_as_none(tmp_path: Path, written: str) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/build.json").write_text(written)
    assert not isinstance(facts := release.last_report(tmp_path, "build"), dict) or facts == {"artefacts": 5}
    assert finishing.last_rows(tmp_path) == {}


def test_the_folder_of_packs_is_held_where_it_is_and_not_where_a_link_leads(output: Path, sentinel: Path) -> None:
    before = sorted(sentinel.iterdir())
    (output / "packs").symlink_to(sentinel)
    with pytest.raises(ToolError, match=r"cannot write .*packs: Not a directory"), release.lock(output, print, "packs"):
        pass
    assert sorted(sentinel.iterdir()) == before
    (output / "packs").unlink()
    with release.lock(output, print, "packs"):
        assert (output / "packs/.lock").is_file()
