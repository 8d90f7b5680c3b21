"""The store recalls exactly what was put, or nothing, and never stops a build."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.work.store import FAULT_POINTS, Entry, Store, key

ROOT = Path(__file__).parent.parent
OLD, NEW, NEWER = key("old"), key("new"), key("newer")


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def used_at(store: Store, entry_key: str, seconds: int) -> None:
    assert store.folder is not None
    os.utime(store.folder / f"{entry_key}.entry", (seconds, seconds))


def test_an_entry_is_recalled_by_a_later_build(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.put(NEW, b"pages\n\n\0", {"folios": [1, 2], "title": "Ünïcode\n"})
    with Store.open(tmp_path) as store:
        assert store.get(NEW) == Entry(b"pages\n\n\0", {"folios": [1, 2], "title": "Ünïcode\n"})
        assert store.get(OLD) is None
        assert (store.warnings, store.damaged) == ((), 0)


def test_putting_again_replaces(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.put(NEW, b"one", 1)
    store.put(NEW, b"two", 2)
    assert store.get(NEW) == Entry(b"two", 2)
    assert len(files(tmp_path)) == 1


def test_facts_come_back_as_json_has_them(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.put(NEW, b"", {"box": (0.1, None, True)})
    assert store.get(NEW) == Entry(b"", {"box": [0.1, None, True]})


@pytest.mark.parametrize("facts", [{"a": {1, 2}}, float("nan"), object()])
def test_facts_that_are_not_json_are_refused(tmp_path: Path, facts: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Store.open(tmp_path).put(NEW, b"", facts)  # type: ignore[arg-type]
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("ab",), ("a", "b")),
        (("a", ""), ("a",)),
        ((), ("",)),
        (("a",), (b"a",)),
        (("1",), (1,)),
        ((1,), (True,)),
        ((1,), (1.0,)),
        ((None,), ("null",)),
        (("a1:b",), ("a", "b")),
        ((["a", "b"],), ("a", "b")),
        (("a", "b"), ("b", "a")),
    ],
)
def test_different_parts_have_different_keys(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert key(*one) != key(*other)


def test_the_key_of_json_does_not_depend_on_the_order_of_its_keys() -> None:
    assert key({"a": 1, "b": [2, {"c": 3, "d": 4}]}) == key({"b": [2, {"d": 4, "c": 3}], "a": 1})


def test_a_key_is_the_same_in_every_process() -> None:
    script = "from pipeline.work.store import key; print(key('a', b'b', {'x': 1, 'y': (2,)}), end='')"
    command = [sys.executable, "-c", script]
    seeds = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("0", "1")]
    runs = {subprocess.check_output(command, cwd=ROOT, env=seed, text=True) for seed in seeds}
    assert runs == {key("a", b"b", {"y": [2], "x": 1})}


def flip_a_byte(path: Path) -> None:
    packed = bytearray(path.read_bytes())
    packed[-1] ^= 1
    path.write_bytes(packed)


def change_the_facts(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"fact", b"fict"))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def take_the_name_of_another(path: Path) -> None:
    other = path.with_name(f"{OLD}.entry")
    Store.open(path.parent).put(OLD, b"another", "another")
    other.replace(path)


@pytest.mark.parametrize("damage", [flip_a_byte, change_the_facts, truncate, empty, take_the_name_of_another])
def test_a_damaged_entry_is_removed_counted_and_made_again(tmp_path: Path, damage: object) -> None:
    store = Store.open(tmp_path)
    store.put(NEW, b"pages", "fact")
    damage(tmp_path / f"{NEW}.entry")  # type: ignore[operator]
    assert store.get(NEW) is None
    assert (store.damaged, files(tmp_path)) == (1, [])
    store.put(NEW, b"pages", "fact")
    assert store.get(NEW) == Entry(b"pages", "fact")
    assert store.damaged == 1


def test_pruning_keeps_what_was_used_last(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    for seconds, entry_key in enumerate((OLD, NEW, NEWER), start=1000):
        store.put(entry_key, b"x" * 1000, None)
        used_at(store, entry_key, seconds)
    store.get(OLD)  # now used last
    store.prune(store.size() - 1)
    assert [store.get(entry_key) is not None for entry_key in (OLD, NEW, NEWER)] == [True, False, True]


def test_pruning_within_the_limit_keeps_everything(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.put(OLD, b"x", None)
    store.put(NEW, b"y", None)
    store.prune(store.size())
    assert store.get(OLD) and store.get(NEW)


def test_a_build_prunes_when_it_ends_even_by_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Store.open(tmp_path, limit=1500) as store:
        for entry_key in (OLD, NEW, NEWER):
            store.put(entry_key, b"x" * 1000, None)
        assert store.size() > 3000
        raise ZeroDivisionError
    assert 1000 < store.size() <= 1500


def test_pruning_removes_what_killed_builds_left_but_not_what_others_are_writing(tmp_path: Path) -> None:
    dead, alive = tmp_path / f"{'0' * 16}.tmp", tmp_path / f"{'1' * 16}.tmp"
    for temp in (dead, alive):
        temp.write_bytes(b"half")
    os.utime(dead, (time.time() - 7200,) * 2)
    Store.open(tmp_path).prune()
    assert files(tmp_path) == [alive]


def test_clearing_forgets_everything_and_leaves_foreign_files(tmp_path: Path) -> None:
    foreign = tmp_path / "thesis.tmp"
    foreign.write_text("mine")
    store = Store.open(tmp_path)
    store.put(OLD, b"x", None)
    (tmp_path / f"{'0' * 16}.tmp").write_bytes(b"half")
    store.clear()
    assert (store.get(OLD), store.size(), files(tmp_path)) == (None, 0, [foreign])


def test_where_no_folder_can_be_the_store_remembers_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Store.open(tmp_path / "file" / "cache") as store:
        store.put(NEW, b"pages", None)
        assert (store.get(NEW), store.size(), store.folder) == (None, 0, None)
        store.clear()
    expected = f"nothing is remembered between builds: {tmp_path}/file/cache: Not a directory"
    assert store.warnings == (expected,)


def test_in_a_folder_that_takes_no_files_the_store_remembers_nothing() -> None:
    store = Store.open(Path("/proc/self"))
    assert store.folder is None
    (warning,) = store.warnings
    assert warning.startswith("nothing is remembered between builds: /proc/self: ")


def test_the_store_stands_in_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Store.open().folder == tmp_path / "cache/guidepress"
    assert (tmp_path / "cache/guidepress").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert Store.open().folder == tmp_path / "home/.cache/guidepress"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert Store.open().folder == tmp_path / "home/.cache/guidepress"


def test_a_user_without_a_home_gets_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    store = Store.open()
    assert store.folder is None
    assert store.warnings == ("nothing is remembered between builds: Could not determine home directory.",)


@pytest.mark.parametrize("point", [name for name in FAULT_POINTS if name.startswith("store-")])
def test_a_full_disk_while_putting_is_one_warning(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    store = Store.open(tmp_path)
    store.put(OLD, b"old", None)
    monkeypatch.setenv("GUIDEPRESS_FAULT_POINT", f"{point}:enospc")
    store.put(NEW, b"new", None)
    store.put(NEWER, b"newer", None)
    assert store.warnings == (f"not all is remembered: {tmp_path}: No space left on device",)
    assert store.get(OLD) == Entry(b"old", None)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_folder_removed_meanwhile_is_made_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "cache")
    (tmp_path / "cache").rmdir()
    assert (store.get(NEW), store.size()) == (None, 0)
    store.put(NEW, b"pages", None)
    assert store.get(NEW) == Entry(b"pages", None)


CROWD = """
import sys
from pathlib import Path
from pipeline.work.store import Store, key
with Store.open(Path(sys.argv[1])) as store:
    for turn in range(150):
        word = str(turn % 7)
        found = store.get(key(word))
        assert found is None or (found.data, found.facts) == (word.encode() * 5000, word), found
        store.put(key(word), word.encode() * 5000, word)
        if turn % 10 == 0:
            store.prune(12000)
    assert (store.warnings, store.damaged) == ((), 0), (store.warnings, store.damaged)
"""


def test_several_builds_share_a_store(tmp_path: Path) -> None:
    crowd = [subprocess.Popen([sys.executable, "-c", CROWD, str(tmp_path)], cwd=ROOT) for _ in range(3)]
    assert [build.wait(timeout=60) for build in crowd] == [0, 0, 0]
    assert not list(tmp_path.glob("*.tmp"))
