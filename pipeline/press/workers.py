"""Lay out many signatures: find those remembered, share the rest among worker processes."""

import pickle
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import ExitStack, closing
from functools import lru_cache
from pathlib import Path

from pipeline.crew import Crew, Died, Task
from pipeline.diagnostics import BookError, Diagnostic, ToolError

from . import cluster as clusters
from .attempts import Outcome, attempt, is_ready, prepare
from .faults import fault
from .keys import fonts_digest, key
from .records import LaidOut, Signature

Remembered = Callable[[str], LaidOut | None]
Remember = Callable[[str, LaidOut], None]
Progress = Callable[[str], None]
Outcomes = Generator[tuple[str, Outcome], None, None]
FEW = 3
"""Signatures that are laid out here rather than by workers, where the engine is loaded."""


def lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    """Lay out one signature in this process; raise BookError when it cannot be done."""
    outcome = attempt(signature, fonts)
    if isinstance(outcome, Diagnostic):
        raise BookError(outcome)
    return outcome


def warm(crew: Crew, stylesheets: Sequence[str], fonts: Mapping[str, bytes]) -> None:
    """Let a worker make itself ready to lay out, while there is nothing to lay out yet; the others start when there is."""
    if crew.jobs > 1 and not is_ready():
        crew.send(_get_ready, tuple(stylesheets), _shared(crew, fonts))


def lay_out_all(
    signatures: Sequence[Signature],
    fonts: Mapping[str, bytes],
    *,
    jobs: int = 1,
    crew: Crew | None = None,
    cluster: str = "",
    remembered: Remembered = lambda _: None,
    remember: Remember = lambda _key, _laid: None,
    progress: Progress = lambda _: None,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[LaidOut, ...]:
    """Lay out signatures, those remembered excepted; give the results in the order of the signatures.

    `crew` shares the work out; without it, `jobs` processes that are started for this. `cluster` is the address of a Dask
    scheduler that does it instead. `progress` hears the id of each signature as it is done; `meanwhile` is called
    whenever workers are at work and nothing is left to do here. BookError carries every fault there is.
    """
    done: dict[str, Outcome] = {}
    dirty: dict[str, Signature] = {}
    keys = [key(signature) for signature in signatures]
    for name, signature in zip(keys, signatures, strict=True):
        known = remembered(name)
        if known is None:
            dirty[name] = signature
        else:
            done[name] = known
            progress(signature.id)
    with ExitStack() as stack:
        crew = crew or stack.enter_context(Crew(jobs))
        outcomes = clusters.outcomes(cluster, dirty, fonts) if cluster else _outcomes(dirty, fonts, crew, meanwhile)
        for name, outcome in stack.enter_context(closing(outcomes)):
            done[name] = outcome
            if isinstance(outcome, LaidOut):
                remember(name, outcome)
            progress(dirty[name].id)
    return _in_order(keys, done)


def _in_order(keys: Iterable[str], done: Mapping[str, Outcome]) -> tuple[LaidOut, ...]:
    outcomes = [done[name] for name in keys]
    if faults := [outcome for outcome in outcomes if isinstance(outcome, Diagnostic)]:
        raise BookError(*faults)
    return tuple(outcome for outcome in outcomes if isinstance(outcome, LaidOut))


def _outcomes(dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], crew: Crew, meanwhile: Callable[[], object]) -> Outcomes:
    """Lay out here when nobody helps, or what is soon done here; starting a worker costs more."""
    if crew.jobs < 2 or (is_ready() and len(dirty) <= FEW) or (len(dirty) == 1 and not crew.running):
        for name, signature in dirty.items():
            yield name, attempt(signature, fonts)
        return
    yield from _shared_out(dirty, fonts, crew, meanwhile)


def _shared_out(dirty: Mapping[str, Signature], fonts: Mapping[str, bytes], crew: Crew, meanwhile: Callable[[], object]) -> Outcomes:
    """Share the work out, the longest first; what was under way when a worker died is tried again, alone."""
    waiting = sorted(dirty, key=lambda name: len(dirty[name].xhtml))
    while waiting:
        suspects: list[str] = []
        yield from _run(crew, _shared(crew, fonts), dirty, waiting, suspects, meanwhile)
        for name in suspects:
            with Crew(1) as alone:
                outcomes = list(_run(alone, _shared(alone, fonts), dirty, [name], [], meanwhile))
            yield outcomes[0] if outcomes else (name, fault(dirty[name], "P103", "the worker died twice"))


def _run(
    crew: Crew, fonts: Path, dirty: Mapping[str, Signature], waiting: list[str], suspects: list[str], meanwhile: Callable[[], object]
) -> Outcomes:  # fmt: skip
    """Lay out what is waiting until none is left or a worker dies; then name those that were under way."""
    under_way: dict[str, Task[Outcome]] = {}
    try:
        while waiting or under_way:
            while waiting and len(under_way) <= crew.jobs:
                name = waiting[-1]
                under_way[name] = crew.send(_in_worker, dirty[name], fonts)
                waiting.pop()
            meanwhile()
            wait([task.future for task in under_way.values()], return_when=FIRST_COMPLETED)
            for name in [name for name, task in under_way.items() if task.future.done()]:
                outcome = under_way[name].answer()
                del under_way[name]
                yield name, outcome
    except Died:
        suspects.extend(under_way)
        crew.renew()


def _shared(crew: Crew, fonts: Mapping[str, bytes]) -> Path:
    """Return the file that brings workers the fonts."""
    return crew.keep(f"fonts {fonts_digest(fonts)}", lambda: pickle.dumps(dict(fonts)))


# What follows runs in workers


def _in_worker(signature: Signature, fonts: Path) -> Outcome:
    return attempt(signature, _fonts(fonts))


def _get_ready(stylesheets: Sequence[str], fonts: Path) -> None:
    try:
        prepare(stylesheets, _fonts(fonts))
    except ToolError:
        return  # whoever wants a signature laid out will hear of it


@lru_cache(maxsize=1)
def _fonts(path: Path) -> dict[str, bytes]:
    # Pickle is safe here: the file is the parent's.
    fonts: dict[str, bytes] = pickle.loads(path.read_bytes())
    return fonts
