"""Measure one book: rounds of every measure, ours and the peers' side by side, so that a busy moment strikes both."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench import peers, press
from bench.edition import prepare
from bench.measure import Run
from bench.peers import Peer

FEWER, MORE = 0.10, 0.25
"""Share by which the pages of a peer may be fewer than ours, or more: a few lines left of a section take a page of theirs, where we set
the section tighter. What is said of a page is said of more of theirs, then, for the same words."""
SAME_WORDS = 0.01
COPIES = ("Reader One", "Reader Two", "Reader Three")


@dataclass(frozen=True)
class Subject:
    """A book to measure: how many rounds, beside which peers, and whether everything or only builds and edits."""

    name: str
    folder: Path
    questions: int
    rounds: int
    single_rounds: int = 5
    """Rounds in which WeasyPrint prints it in one run."""
    weasyprint: bool = True
    typst: bool = True
    everything: bool = True


@dataclass
class Findings:
    """What was measured of a book: runs by measure, in the order of the rounds; pages and bytes by program."""

    subject: Subject
    rounds: int = 0
    runs: dict[str, list[Run]] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    """Words of ours that a peer does not print."""
    clean: dict[str, bool] = field(default_factory=dict)

    def add(self, measure: str, run: Run) -> None:
        """Note a run."""
        self.runs.setdefault(measure, []).append(run)

    def look_at(self, name: str, pdf: Path) -> None:
        """Note what a program printed."""
        self.pages[name], self.bytes[name] = peers.pages(pdf), pdf.stat().st_size
        checked = subprocess.run(["qpdf", "--check", pdf], capture_output=True, text=True)
        self.clean[name] = checked.returncode == 0 and not checked.stderr


class Session:
    """The measuring of one book, round by round."""

    def __init__(self, subject: Subject, work: Path) -> None:
        """Keep the copies of the book, and what the peers read, in a folder of its own."""
        self.subject, self.work = subject, work
        self.found = Findings(subject)
        self.seconds = 0.0
        """What the last round took."""
        self.failed = ""
        """Why a round of it came to no end."""
        self._rivals: list[Peer] | None = None

    def round(self) -> None:
        """Measure everything once. Raises Failure when a command fails, and ValueError when a peer prints another book."""
        started, number = time.perf_counter(), self.found.rounds
        place = press.settle(self.subject.folder, self.work / "place")
        rivals = self.rivals(number)
        # Whoever comes first finds cold files: that changes from round to round.
        if number % 2:
            _theirs(self.found, rivals)
        _ours(self.found, place, number)
        if number % 2 == 0:
            _theirs(self.found, rivals)
        if number == 0:
            _watch(self.found, place)
            _compare(self.found, place, rivals)
        shutil.rmtree(place.folder)
        self.found.rounds += 1
        self.seconds = time.perf_counter() - started

    def rivals(self, number: int) -> list[Peer]:
        """Give the peers of a round, the book written for them."""
        if self._rivals is None:
            self._rivals = _rivals(self.subject, self.work)
        return [peer for peer in self._rivals if peer.name != "WeasyPrint" or number < self.subject.single_rounds]


def _rivals(subject: Subject, work: Path) -> list[Peer]:
    """Write the book for its peers."""
    makers = [maker for wanted, maker in ((subject.weasyprint, peers.weasyprint), (subject.typst, peers.typst)) if wanted]
    if not makers:
        return []
    prepared = prepare(subject.folder)
    folders = [work / maker.__name__ for maker in makers]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    return [maker(prepared, folder) for maker, folder in zip(makers, folders, strict=True)]


def _ours(found: Findings, place: press.Place, number: int) -> None:
    """Build, build again, edit and build; then all else that we do."""
    if press.has_option("--for") and found.subject.everything:
        press.add_team(place)
    found.add("cold", place.build(*press.A4))
    found.add("unchanged", place.build(*press.A4))
    press.edit(place.book, number)
    found.add("start-up", press.start_up(place))
    found.add("edit", place.build(*press.A4))
    if not found.subject.everything:
        return
    found.add("epub", place.build("--format", "epub"))
    if press.has_option("--for"):
        found.add("first copy", press.copies(place, COPIES[0]))
        found.add("copy", press.copies(place, COPIES[1]))
        found.add("three copies", press.copies(place, *(f"{name} again" for name in COPIES)))
        press.packs(place, "Reader Zero")  # what all packs share is printed for the first, and found by the others
        found.add("pack", press.packs(place, COPIES[0]))
        found.add("three packs", press.packs(place, *(f"{name} again" for name in COPIES)))


def _theirs(found: Findings, rivals: list[Peer]) -> None:
    for peer in rivals:
        found.add(peer.name, peer.print())


def _watch(found: Findings, place: press.Place) -> None:
    if press.has_option("--watch") and found.subject.everything:
        for run in press.watched_edits(place, found.subject.rounds):
            found.add("watch", run)


def _compare(found: Findings, place: press.Place, rivals: list[Peer]) -> None:
    """Look at what everybody printed. Raises ValueError when it is not the same book."""
    files = {"guidepress": place.file("-a4.pdf"), **{peer.name: peer.pdf for peer in rivals}}
    for name, file in files.items():
        found.look_at(name, file)
    if rivals:
        count_words(found, files)
    if faults := list(differences(found)):
        raise ValueError("; ".join(faults))


def count_words(found: Findings, files: Mapping[str, Path]) -> None:
    """Count the words that everybody printed, and those that a peer left out."""
    words = {name: peers.words(file) for name, file in files.items()}
    found.words = {name: counted.total() for name, counted in words.items()}
    found.missing = {name: (words["guidepress"] - counted).total() for name, counted in words.items()}


def differences(found: Findings) -> Iterator[str]:
    """Say where a peer has printed another book than we have."""
    for name in found.words.keys() - {"guidepress"}:
        pages, words = found.pages[name] / found.pages["guidepress"], found.words[name] / found.words["guidepress"]
        if not 1 - FEWER <= pages <= 1 + MORE:
            yield f"{found.subject.name}: {name} prints {found.pages[name]} pages, and we {found.pages['guidepress']}"
        if abs(words - 1) > SAME_WORDS:
            yield f"{found.subject.name}: {name} prints {found.words[name]} words, and we {found.words['guidepress']}"
        if found.missing.get(name, 0) > SAME_WORDS * found.words["guidepress"]:
            yield f"{found.subject.name}: {name} leaves out {found.missing[name]} of our words"
