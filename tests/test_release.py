"""A release is whole, checkable with ordinary tools, and replaced in one step."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import release
from pipeline.diagnostics import ToolError

ROOT = Path(__file__).parent.parent
BOOK = release.BookFacts("garden", "The Garden — a Guide", "1.0.0", "2026-11-22")
STUDY = release.Artefact(
    "garden-study-1.0.0-a4.pdf", "study", "pdf", "a4", "candidate", "Garden, Study", b"%PDF study",
    12, 3, "i1",
)  # fmt: skip
PRACTICE = release.Artefact(
    "garden-practice-1.0.0.epub", "practice", "epub", "", "candidate", "Garden, Practice", b"PK practice",
    0, 3, "i2",
)  # fmt: skip


def publish(
    output: Path,
    *artefacts: release.Artefact,
    carried: Sequence[release.Carried] = (),
) -> release.Release:
    colophon = release.Colophon(BOOK, "all", {"weasyprint": "70.0", "pikepdf": "10.17"})
    return release.publish(output, artefacts, colophon, carried)


def edited(artefact: release.Artefact, data: bytes) -> release.Artefact:
    return replace(artefact, data=data)


def standing(output: Path) -> release.Release:
    found, reason = release.read(output)
    assert found is not None, reason
    return found


def releases(output: Path) -> set[str]:
    return {path.name for path in (output / ".releases").iterdir()}


def test_sha256sum_itself_accepts_the_release(tmp_path: Path) -> None:
    publish(tmp_path, STUDY, PRACTICE)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=tmp_path / "guides", capture_output=True, text=True)
    assert checked.stdout.splitlines() == [
        "practice/garden-practice-1.0.0.epub: OK",
        "study/garden-study-1.0.0-a4.pdf: OK",
    ]
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_release_survives_a_move_of_the_output_folder(tmp_path: Path) -> None:
    published = publish(tmp_path / "here", STUDY)
    assert os.readlink(tmp_path / "here/guides") == f".releases/{published.digest}"
    (tmp_path / "here").rename(tmp_path / "there")
    assert (tmp_path / "there/guides/study" / STUDY.name).read_bytes() == STUDY.data
    assert release.verify(standing(tmp_path / "there")) == ()


def test_the_manifest_lists_every_file_and_nothing_else(tmp_path: Path) -> None:
    publish(tmp_path, STUDY)
    text = (tmp_path / "guides/manifest.json").read_text()
    assert json.loads(text) == {
        "schema": 1,
        "book": {"id": "garden", "title": "The Garden — a Guide", "version": "1.0.0", "date": "2026-11-22"},
        "inputs": "all",
        "artefacts": [
            {
                "path": "study/garden-study-1.0.0-a4.pdf",
                "edition": "study",
                "format": "pdf",
                "paper": "a4",
                "audience": "candidate",
                "title": "Garden, Study",
                "bytes": 10,
                "sha256": "e5c9f05fd834b918f667ec487ab0147c84a4f5a55f8118bf47390bfb5896a42a",
                "pages": 12,
                "questions": 3,
                "inputs": "i1",
            }
        ],
        "looks": {},
        "versions": {"pikepdf": "10.17", "weasyprint": "70.0"},
    }
    assert list(json.loads(text)) == ["schema", "book", "inputs", "artefacts", "looks", "versions"]
    assert "The Garden — a Guide" in text


def test_the_same_release_has_the_same_manifest_anywhere_and_in_any_order(tmp_path: Path) -> None:
    one = publish(tmp_path / "one", STUDY, PRACTICE)
    other = publish(tmp_path / "other", PRACTICE, STUDY)
    assert one.digest == other.digest
    assert (one.folder / "manifest.json").read_bytes() == (other.folder / "manifest.json").read_bytes()


def test_what_is_read_is_what_was_published(tmp_path: Path) -> None:
    published = publish(tmp_path, STUDY, PRACTICE)
    assert standing(tmp_path) == published
    assert release.verify(published) == ()


def test_nothing_published_yet_is_no_fault(tmp_path: Path) -> None:
    assert release.read(tmp_path) == (None, "")
    assert release.read(tmp_path / "absent") == (None, "")


HEAD = {
    "schema": 1, "book": {"id": "", "title": "", "version": "", "date": ""}, "inputs": "", "versions": {},
}  # fmt: skip
ROW = {
    "path": "a/b", "edition": "a", "format": "pdf", "paper": "", "audience": "", "title": "",
    "bytes": 1, "sha256": "", "pages": 1, "questions": 1, "inputs": "",
}  # fmt: skip


def manifest(**changes: object) -> bytes:
    return json.dumps({**HEAD, **changes}).encode()


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (b"", "Expecting value: line 1 column 1 (char 0)"),
        (b"{\xff}", "'utf-8' codec can't decode"),
        (b"[]", "not a manifest"),
        (b"{}", "schema is missing"),
        (b"[" * 100_000, "not a manifest"),
        (b'{"schema": 2}', "schema 2 is not 1"),
        (manifest(), "artefacts is missing"),
        (manifest(artefacts=[{**ROW, "pages": "1"}]), "artefact 'a/b' is not listed"),
        (manifest(artefacts=[{**ROW, "color": "red"}]), "artefact 'a/b' is not listed"),
        (manifest(artefacts=[{**ROW, "format": "scroll"}]), "format 'scroll' of 'a/b' is not known"),
        (manifest(artefacts=[{"path": "a/b"}]), "edition is missing"),
        (manifest(artefacts=[{**ROW, "path": "../b"}]), "path '../b' is not a file"),
        (manifest(artefacts=[{**ROW, "path": "/etc/passwd"}]), "path '/etc/passwd'"),
        (manifest(artefacts=[], versions={"a": 1}), "1 is not text"),
        (manifest(artefacts=[], inputs="\ud800"), r"half of a sign: '\ud800'"),
    ],
)
def test_a_damaged_manifest_gives_its_reason(tmp_path: Path, damaged: bytes, reason: str) -> None:
    publish(tmp_path, STUDY)
    (tmp_path / "guides/manifest.json").write_bytes(damaged)
    found, said = release.read(tmp_path)
    assert found is None
    assert said.startswith(f"{tmp_path}/guides/manifest.json: ")
    assert reason in said and "\n" not in said


GONE = "0" * 64


def test_a_link_to_nothing_gives_its_reason(tmp_path: Path) -> None:
    (tmp_path / ".releases").mkdir()
    (tmp_path / "guides").symlink_to(f".releases/{GONE}")
    assert release.read(tmp_path) == (None, f"{tmp_path}/guides/manifest.json: No such file or directory")
    assert publish(tmp_path, STUDY) == standing(tmp_path)


def change(path: Path, old: bytes, new: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda guides: (guides / "study" / STUDY.name).unlink(), [f"study/{STUDY.name}: missing"]),
        (
            lambda guides: change(guides / "study" / STUDY.name, b"study", b"stuDy"),
            [f"study/{STUDY.name}: checksum differs"],
        ),
        (
            lambda guides: os.truncate(guides / "study" / STUDY.name, 4),
            [f"study/{STUDY.name}: 4 bytes, not 10"],
        ),
        (
            lambda guides: (guides / "study/notes.txt").write_text("mine"),
            ["study/notes.txt: not part of the release"],
        ),
        (lambda guides: (guides / "SHA256SUMS").unlink(), ["SHA256SUMS: missing"]),
        (
            lambda guides: change(guides / "SHA256SUMS", b"a4.pdf", b"a5.pdf"),
            ["SHA256SUMS: differs from manifest.json"],
        ),
        (
            lambda guides: change(guides / "manifest.json", b"Garden, Study", b"Garden, Stud?"),
            ["manifest.json: not the one this release was published with"],
        ),
        (
            lambda guides: (guides / "study" / STUDY.name).rename(guides / "a.pdf"),
            [f"study/{STUDY.name}: missing", "a.pdf: not part of the release"],
        ),
    ],
)
def test_verifying_names_what_was_changed(tmp_path: Path, damage: object, expected: list[str]) -> None:
    publish(tmp_path, STUDY, PRACTICE)
    damage(tmp_path / "guides")  # type: ignore[operator]
    assert list(release.verify(standing(tmp_path))) == expected


def test_a_file_replaced_by_a_link_to_an_equal_one_is_not_the_release(tmp_path: Path) -> None:
    published = publish(tmp_path, STUDY)
    elsewhere = tmp_path / "elsewhere.pdf"
    (published.folder / STUDY.path).replace(elsewhere)
    (published.folder / STUDY.path).symlink_to(elsewhere)
    assert release.verify(published) == (f"study/{STUDY.name}: not a file",)


def test_only_what_was_carried_over_says_whether_it_is_stale(tmp_path: Path) -> None:
    old = publish(tmp_path, STUDY, PRACTICE)
    by_edition = {item.edition: item for item in old.artefacts}
    new = publish(
        tmp_path,
        replace(STUDY, name="garden-study-1.0.1-a4.pdf"),
        carried=[
            release.Carried(old, by_edition["study"], stale=True),
            release.Carried(old, by_edition["practice"], stale=False),
        ],
    )
    listed = json.loads((tmp_path / "guides/manifest.json").read_text())["artefacts"]
    assert {row["path"]: row.get("stale", "not said") for row in listed} == {
        PRACTICE.path: False,
        STUDY.path: True,
        "study/garden-study-1.0.1-a4.pdf": "not said",
    }
    assert (tmp_path / "guides" / PRACTICE.path).read_bytes() == PRACTICE.data
    assert release.verify(new) == ()


def test_carrying_works_where_there_are_no_hard_links(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*names: str, **_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted", *names)

    monkeypatch.setattr(os, "link", refuse)
    old = publish(tmp_path, STUDY)
    new = publish(tmp_path, PRACTICE, carried=[release.Carried(old, old.artefacts[0], stale=False)])
    assert release.verify(new) == ()
    assert (new.folder / STUDY.path).stat().st_nlink == 1


def test_a_damaged_file_is_not_carried_over(tmp_path: Path) -> None:
    old = publish(tmp_path, STUDY)
    before = releases(tmp_path)
    path = old.folder / STUDY.path
    path.write_bytes(b"%PDF stuDy")
    with pytest.raises(ToolError) as caught:
        publish(tmp_path, PRACTICE, carried=[release.Carried(old, old.artefacts[0], stale=False)])
    assert str(caught.value) == f"{path}: missing or damaged; build the edition 'study' again"
    assert releases(tmp_path) == before


def test_publishing_the_same_again_keeps_the_files_that_stand(tmp_path: Path) -> None:
    first = publish(tmp_path, STUDY)
    inode = (first.folder / STUDY.path).stat().st_ino
    again = publish(tmp_path, STUDY)
    assert again == first
    assert (again.folder / STUDY.path).stat().st_ino == inode


def test_publishing_the_same_again_makes_a_damaged_release_whole(tmp_path: Path) -> None:
    first = publish(tmp_path, STUDY)
    (first.folder / STUDY.path).write_bytes(b"damaged")
    again = publish(tmp_path, STUDY)
    assert again.digest == first.digest
    assert release.verify(standing(tmp_path)) == ()
    publish(tmp_path, PRACTICE)
    publish(tmp_path, STUDY)
    assert os.readlink(tmp_path / "guides") == f".releases/{first.digest}"


def test_only_the_release_that_stands_and_the_one_before_are_kept(tmp_path: Path) -> None:
    made = [publish(tmp_path, edited(STUDY, data)).digest for data in (b"1", b"2", b"3")]
    assert releases(tmp_path) == {made[1], made[2]}


def test_releases_of_another_book_are_left_alone(tmp_path: Path) -> None:
    other = publish(tmp_path, STUDY).digest
    own = release.Colophon(replace(BOOK, id="orchard"), "all", {})
    made = [release.publish(tmp_path, [edited(STUDY, data)], own).digest for data in (b"1", b"2", b"3")]
    assert releases(tmp_path) == {other, made[1], made[2]}


def test_what_killed_builds_left_is_cleared_before_the_disk_is_needed(tmp_path: Path) -> None:
    left = tmp_path / ".releases/tmp-1-0123abcd"
    (left / "study").mkdir(parents=True)
    (left / "manifest.json").write_bytes(manifest(artefacts=[{**ROW, "path": "study/half.pdf"}]))
    (left / "study/half.pdf").write_bytes(b"half")
    (tmp_path / ".releases/tmp-2-0123abcd").mkdir()
    (tmp_path / ".releases/tmp-2-0123abcd/manifest.json").write_text('{"schema": 1, "bo')
    (tmp_path / "guides.tmp-1-0123abcd").symlink_to(f".releases/{GONE}")
    published = publish(tmp_path, STUDY)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".releases", "guides"]
    assert releases(tmp_path) == {published.digest}


def test_what_else_stands_in_the_output_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("kept")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/check.txt").write_text("kept too")
    publish(tmp_path, STUDY)
    publish(tmp_path, PRACTICE)
    assert (tmp_path / "README.md").read_text() == "kept"
    assert (tmp_path / "reports/check.txt").read_text() == "kept too"


def test_a_folder_that_is_no_release_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides/mine.txt").write_text("mine")
    with pytest.raises(ToolError) as caught:
        publish(tmp_path, STUDY)
    assert str(caught.value) == f"{tmp_path}/guides: not made by a build; move it away and build again"
    assert (tmp_path / "guides/mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("edition", "name"),
    [("..", "a.pdf"), ("study", "../../a.pdf"), ("study", "a\n.pdf"), ("", "a.pdf"), ("study", "a\\b.pdf")],
)
def test_a_path_that_leaves_its_folder_or_breaks_the_checksums_is_refused(
    tmp_path: Path,
    edition: str,
    name: str,
) -> None:
    with pytest.raises(ToolError, match="not a file in an edition's folder"):
        publish(tmp_path / "output", replace(STUDY, edition=edition, name=name))
    assert list(tmp_path.iterdir()) == []


def test_two_files_that_some_disks_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"cannot publish 'study/[aA]\.pdf' twice"):
        publish(tmp_path, replace(STUDY, name="a.pdf"), replace(STUDY, name="A.pdf"))


def test_an_interrupted_publication_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = publish(tmp_path, STUDY)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.release.publishing.checksum_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, PRACTICE)
    assert standing(tmp_path) == old
    assert releases(tmp_path) == {old.digest}


def test_an_output_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = tmp_path / "file/output"
    with pytest.raises(ToolError) as caught:
        publish(output, STUDY)
    assert str(caught.value) == f"cannot publish to {output}: Not a directory"
    with pytest.raises(ToolError) as caught, release.lock(output, print):
        pass
    assert str(caught.value) == f"cannot write {output}: Not a directory"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of one megabyte; who may not mount one gets a plain folder."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    yield disk
    if mounted.returncode == 0:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def free(disk: Path) -> int:
    return os.statvfs(disk).f_bavail


def test_a_disk_that_fills_up_keeps_the_old_release_and_its_free_space(
    small_disk: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = small_disk / "output"
    old = publish(output, edited(STUDY, b"s" * 300_000))
    before = free(small_disk)
    if not os.path.ismount(small_disk):
        monkeypatch.setenv("GUIDEPRESS_FAULT_POINT", "release-3-artefact:enospc")
    with pytest.raises(ToolError) as caught:
        publish(output, edited(STUDY, b"t" * 500_000), edited(PRACTICE, b"p" * 500_000))
    assert str(caught.value) == f"cannot publish to {output}: No space left on device"
    assert release.verify(standing(output)) == ()
    assert standing(output) == old
    assert free(small_disk) == before or not os.path.ismount(small_disk)
    monkeypatch.delenv("GUIDEPRESS_FAULT_POINT", raising=False)
    assert release.verify(publish(output, PRACTICE)) == ()


def test_a_disk_that_became_read_only_is_one_line(small_disk: Path) -> None:
    output = small_disk / "output"
    old = publish(output, STUDY)
    if os.path.ismount(small_disk):
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        reason = "Read-only file system"
    else:
        (output / ".releases").chmod(0o500)
        reason = "Permission denied"
    with pytest.raises(ToolError) as caught:
        publish(output, PRACTICE)
    assert str(caught.value) == f"cannot publish to {output}/.releases: {reason}"
    assert standing(output) == old
    (output / ".releases").chmod(0o700) if reason == "Permission denied" else None


HOLD = """
import sys, time
from pathlib import Path
from pipeline import release
with release.lock(Path(sys.argv[1]), print):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_build_says_once_that_it_waits_and_goes_on_when_the_first_dies(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None and first.stdout.readline() == "held\n"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            first.kill()

        with release.lock(tmp_path, say):
            assert first.wait() < 0
        assert said == [f"another build is writing {tmp_path}: waiting for it"]


def test_a_build_alone_does_not_wait(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        with release.lock(tmp_path / "output", said.append):
            pass
    assert said == []


RIVAL = """
import sys
from pathlib import Path
from pipeline import release
output, letter = Path(sys.argv[1]), sys.argv[2]
for turn in range(20):
    with release.lock(output, lambda text: None):
        data = (letter + str(turn) + "|").encode() * 20000
        guide = release.Artefact("g.pdf", "study", "pdf", "a4", "candidate", "G", data, 1, 1, letter)
        book = release.BookFacts("garden", "G", "1", "2026-11-22")
        new = release.publish(output, [guide], release.Colophon(book, letter, {}))
        assert release.verify(new) == () and new.warnings == ()
"""


def test_readers_see_whole_files_while_two_builds_publish(tmp_path: Path) -> None:
    publish(tmp_path, replace(STUDY, name="g.pdf", data=b"old|" * 20000))
    command = [sys.executable, "-c", RIVAL, str(tmp_path)]
    rivals = [subprocess.Popen([*command, letter], cwd=ROOT) for letter in "ab"]
    seen = set()
    while any(rival.poll() is None for rival in rivals):
        words = (tmp_path / "guides/study/g.pdf").read_bytes().split(b"|")
        assert len(words) == 20001 and len(set(words)) == 2
        seen.add(words[0][:1])
    assert [rival.wait() for rival in rivals] == [0, 0]
    assert seen >= {b"a", b"b"}
    assert release.verify(standing(tmp_path)) == ()
    assert len(releases(tmp_path)) == 2
