"""What a build depends on is what files hold: a digest is remembered only while nobody can have touched its file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.flow import inputs


def made(folder: Path) -> Path:
    path = folder / "book.yaml"
    path.write_text("title: One")
    return path


def test_a_file_that_nobody_touched_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "SETTLED", 0)
    made(tmp_path)
    first = inputs.files(tmp_path)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_: pytest.fail("the file was read again"))
    assert inputs.files(tmp_path) == first == {"book.yaml": hashlib.sha256(b"title: One").digest()}


def test_a_file_that_was_written_again_is_read_again_even_when_its_time_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "SETTLED", 0)
    path = made(tmp_path)
    inputs.files(tmp_path)
    before = path.stat()
    path.write_text("title: Two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert inputs.files(tmp_path) == {"book.yaml": hashlib.sha256(b"title: Two").digest()}


def test_a_file_put_in_the_place_of_another_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "SETTLED", 0)
    path, other = made(tmp_path), tmp_path.parent / f"{tmp_path.name}-other"
    inputs.files(tmp_path)
    other.write_text("title: Two")
    other.replace(path)
    assert inputs.files(tmp_path) == {"book.yaml": hashlib.sha256(b"title: Two").digest()}


def test_a_file_written_a_moment_ago_is_read_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path)
    inputs.files(tmp_path)
    reads: list[str] = []
    stock = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: (reads.append("read"), stock(*given))[1])
    inputs.files(tmp_path)
    assert reads == ["read"]
    assert path not in inputs._digests


def test_a_link_out_of_the_folder_is_no_part_of_it_and_one_within_is(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    path, inside, outside = made(folder), folder / "inside.yaml", folder / "outside.yaml"
    (tmp_path / "other.yaml").write_text("title: Two")
    inside.symlink_to(path)
    outside.symlink_to(tmp_path / "other.yaml")
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    digest = hashlib.sha256(b"title: One").digest()
    assert inputs.files(folder) == {"book.yaml": digest, "inside.yaml": digest, "linked": b"other", "outside.yaml": b"other"}
