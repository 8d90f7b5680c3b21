"""Whatever stops a build is said in one line, leaves what was published whole, and does not stop the next build."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import emboss
import pytest
from buildwork import ROOT, book, bytes_of, edit, environment, run, start
from forking import Started

from pipeline import release
from pipeline.work.store import FAULT_POINTS

STOPPED = "guidepress: stopped; what was published stands\n"
FULL = "No space left on device"
STORE_POINTS = [name for name in FAULT_POINTS if name.startswith("store-")]
SWAPPED = FAULT_POINTS.index("release-10-swapped")
NOBODY = 65534
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody else, or mount")


@pytest.fixture(scope="session")
def finished(warm: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a build has come to its end."""
    folder = tmp_path_factory.mktemp("finished")
    book(folder / "book")
    shutil.copytree(warm, folder / "cache")
    assert build(folder).returncode == 0
    return folder


@pytest.fixture
def place(tmp_path: Path, finished: Path) -> Path:
    """That folder, copied, with one word of the book changed."""
    folder = tmp_path / "place"
    shutil.copytree(finished, folder, symlinks=True)
    edit(folder / "book/questions/weather-and-watch/falling-glass.yaml", "barometer", "barograph")
    return folder


def arguments(place: Path) -> tuple[str | Path, ...]:
    return ("build", "--book", place / "book", "--output", place / "output", "--jobs", "1")


def build(place: Path, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments(place), *more, env=environment(place / "cache", **variables))


def stands_whole(place: Path) -> None:
    """Find a release whose every file is the one that its manifest and its checksums list."""
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=place / "output/guides", check=True)
    found, reason = release.read(place / "output")
    assert found is not None, reason
    assert release.verify(found) == ()


def left_behind(place: Path) -> list[Path]:
    return [*(place / "output").glob("guides.*"), *(place / "output/.releases").glob("tmp-*"), *(place / "cache/guidepress").glob("*.tmp")]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Give what was said of the failure, which is the last line, with nothing but steps before it."""
    *before, last = done.stderr.splitlines()
    assert [line for line in before if " " in line.replace("lay out", "")] == [], done.stderr
    assert "Traceback" not in done.stderr
    return last


# A machine that lacks something


@pytest.mark.parametrize("library", ["pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig"])
def test_a_missing_library_is_one_line_that_names_what_to_install(place: Path, library: str) -> None:
    before = bytes_of(place / "output")
    hiding = place / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(HIDE)
    failed = build(place, PYTHONPATH=os.pathsep.join([str(hiding), str(ROOT)]), HIDDEN=library)
    assert failed.returncode == 1
    assert "install Pango" in one_line(failed)
    assert bytes_of(place / "output") == before


HIDE = """
import ctypes, os
def hidden(load):
    def loaded(self, name, *rest, **more):
        if name and os.environ["HIDDEN"] in name:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return load(self, name, *rest, **more)
    return loaded
ctypes.CDLL.__init__ = hidden(ctypes.CDLL.__init__)
try:
    import cffi
except ImportError:
    pass
else:
    def refusing(dlopen):
        def opened(self, name, *rest):
            if name and os.environ["HIDDEN"] in str(name):
                raise OSError(f"cannot load library '{name}'")
            return dlopen(self, name, *rest)
        return opened
    cffi.FFI.dlopen = refusing(cffi.FFI.dlopen)
"""


@pytest.mark.parametrize("damage", ["missing", "not the file this theme was made with"])
def test_a_font_that_is_missing_or_another_is_one_line(place: Path, damage: str) -> None:
    before = bytes_of(place / "output")
    fonts = place / "site/emboss"
    shutil.copytree(Path(emboss.__file__).parent / "fonts", fonts / "fonts")
    (fonts / "__init__.py").write_text("")
    font = fonts / "fonts/SourceSerif4-It.ttf"
    if damage == "missing":
        font.unlink()
    else:
        font.write_bytes(font.read_bytes()[:-1])
    failed = build(place, PYTHONPATH=os.pathsep.join([str(place / "site"), str(ROOT)]))
    assert failed.returncode == 1
    assert one_line(failed).startswith(f"guidepress: font SourceSerif4-It.ttf is {damage}")
    assert bytes_of(place / "output") == before


# A disk that is full, or not to be written


@pytest.mark.parametrize("point", ["release-3-artefact", "release-5-checksums", "release-9-swap"])
def test_a_full_disk_is_one_line_and_leaves_what_stood(place: Path, point: str) -> None:
    before = bytes_of(place / "output")
    failed = build(place, GUIDEPRESS_FAULT_POINT=f"{point}:enospc")
    assert failed.returncode == 1
    assert one_line(failed) == f"guidepress: cannot publish to {place}/output: {FULL}"
    assert bytes_of(place / "output") == before
    assert left_behind(place) == []


def test_a_full_disk_under_the_store_is_a_warning(place: Path) -> None:
    done = build(place, GUIDEPRESS_FAULT_POINT="store-2-write:enospc")
    assert done.returncode == 0
    assert f"warning[R101]: not all is remembered: {place}/cache/guidepress: {FULL}" in done.stderr
    stands_whole(place)


@as_root
def test_a_disk_that_really_is_full_is_one_line(place: Path) -> None:
    disk = place / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        failed = run("build", "--book", place / "book", "--output", disk / "output", env=environment(place / "cache"))
        assert failed.returncode == 1
        assert one_line(failed) == f"guidepress: cannot publish to {disk}/output: {FULL}"
        assert not os.path.lexists(disk / "output/guides")
        assert [path for path in (disk / "output").rglob("*") if path.name not in (".lock", ".releases")] == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_where_the_output_should_be_is_one_line(place: Path) -> None:
    shutil.rmtree(place / "output")
    (place / "output").write_text("mine")
    failed = run("build", "--book", place / "book", "--output", place / "output/here", env=environment(place / "cache"))
    assert failed.returncode == 1
    assert one_line(failed) == f"guidepress: cannot write {place}/output/here: Not a directory"
    assert (place / "output").read_text() == "mine"


def test_a_folder_of_guides_that_is_somebody_s_own_is_left_alone(place: Path) -> None:
    shutil.rmtree(place / "output")
    (place / "output/guides").mkdir(parents=True)
    (place / "output/guides/notes.txt").write_text("mine")
    failed = build(place)
    assert failed.returncode == 1
    assert one_line(failed) == f"guidepress: {place}/output/guides: not made by a build; move it away and build again"
    assert (place / "output/guides/notes.txt").read_text() == "mine"


@as_root
def test_an_output_that_may_not_be_written_is_one_line(place: Path, tmp_path: Path) -> None:
    before = bytes_of(place / "output")
    nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    for folder in (place, tmp_path, *(p for p in tmp_path.parents if p.is_relative_to("/tmp/") and p != Path("/tmp"))):
        folder.chmod(0o755)
    (place / "home").mkdir(mode=0o777)
    command = [*nobody, sys.executable, "-m", "pipeline.cli", *map(str, arguments(place))]
    done = subprocess.run(command, env=environment(place / "home", HOME=str(place / "home")), text=True, capture_output=True)
    if "No module named" in done.stderr or done.returncode in (126, 127):
        pytest.skip("nobody may not run this Python")
    assert done.returncode == 1
    assert one_line(done) == f"guidepress: cannot write {place}/output/.lock: Permission denied"
    assert bytes_of(place / "output") == before


# A user who stops it


def children(process: int) -> set[int]:
    """Give all processes of the session that a process leads, itself included."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        if int(fields[3]) == process and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def gone(process: int) -> bool:
    """Wait ten seconds at most until nothing of the session is left."""
    end = time.monotonic() + 10
    while children(process) and time.monotonic() < end:
        time.sleep(0.05)
    return not children(process)


def said(build: Started, stage: str) -> None:
    """Wait until a build comes to a stage."""
    for line in build.stderr:
        if line.startswith(stage):
            return
    raise AssertionError(f"the build never came to {stage}")


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["load", "lay out", "bind", "inspect"])
def test_a_build_stopped_says_so_and_leaves_what_stood(place: Path, way: signal.Signals, stage: str) -> None:
    before = bytes_of(place / "output")
    build_ = start(*arguments(place), env=environment(place / "cache"))
    said(build_, stage)
    build_.send_signal(way)
    output, errors = build_.communicate(timeout=30)
    assert build_.returncode == 130
    assert (output, errors[-len(STOPPED) :]) == ("", STOPPED)
    assert "Traceback" not in errors
    assert gone(build_.pid)
    assert bytes_of(place / "output") == before
    assert left_behind(place) == []


@pytest.mark.slow
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(("stage", "delay"), [("load", 0.0), ("load", 1.2), ("lay out", 0.3)])
def test_a_build_stopped_takes_its_workers_with_it(place: Path, way: signal.Signals, stage: str, delay: float) -> None:
    before = bytes_of(place / "output")
    command = ("build", "--book", place / "book", "--output", place / "output", "--jobs", "2")
    build_ = start(*command, env=environment(place / "cold"))
    said(build_, stage)
    time.sleep(delay)
    # A terminal sends Ctrl-C to every process of the group; the other two come to one process alone.
    os.killpg(build_.pid, way) if way == signal.SIGINT else build_.send_signal(way)
    _, errors = build_.communicate(timeout=30)
    assert build_.returncode == (-signal.SIGKILL if way == signal.SIGKILL else 130), errors
    # What starts a worker may still speak when its parent has been killed: that is Python's own.
    assert "Traceback" not in errors or way == signal.SIGKILL
    assert gone(build_.pid)
    assert bytes_of(place / "output") == before


# A machine that dies


@pytest.mark.parametrize("point", FAULT_POINTS)
def test_a_build_killed_at_any_point_leaves_a_whole_release_and_the_next_succeeds(place: Path, point: str) -> None:
    before = bytes_of(place / "output")
    # What is laid out is worth an entry of the store; of a release, one file is as good as another.
    part = ("--format", "pdf" if point in STORE_POINTS else "epub")
    killed = build(place, *part, GUIDEPRESS_FAULT_POINT=point)
    assert killed.returncode == -signal.SIGKILL, f"{point} was never reached: {killed.stderr}"
    stands_whole(place)
    assert (bytes_of(place / "output") == before) == (point in STORE_POINTS or FAULT_POINTS.index(point) < SWAPPED)
    done = build(place, *part)
    assert done.returncode == 0, done.stderr
    stands_whole(place)
    assert bytes_of(place / "output") != before
    assert [path for path in left_behind(place) if path.suffix != ".tmp"] == []


def test_what_a_build_left_that_was_killed_while_it_removed_an_older_release_goes_though_nothing_is_to_be_built(place: Path) -> None:
    assert build(place).returncode == 0
    guides = (place / "output/guides").resolve()
    half = guides.parent / "tmp-4085-dc65a6b1"
    shutil.copytree(guides, half)
    next(half.glob("*/*.epub")).unlink()
    done = build(place)
    assert done.returncode == 0, done.stderr
    assert "Built in" not in done.stdout
    assert left_behind(place) == []
    stands_whole(place)
