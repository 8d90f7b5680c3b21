"""Assemble parallel interviews out of a pool of questions: forms that are equal by stated bounds.

This is automated test assembly: a mixed-integer program, solved exactly (van der Linden, *Linear Models for Optimal Test
Design*, 2005). Questions that are alike in all that the program sees are counted as one kind, so that its size does not
grow with the bank.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median_low
from typing import Any, NamedTuple

import highspy

from pipeline.kit.planning import Bounds, Item, Remedy
from pipeline.model import LEVELS

WRITE, LOOSEN = 100, 10
"""What a remedy costs: a question still to be written far more than a bound to be loosened, and that more than a minute."""


@dataclass(frozen=True)
class Assembly:
    """Forms that keep to the bounds, each a tuple of questions in the order to ask them; or none, and what would help."""

    forms: tuple[tuple[Item, ...], ...] = ()
    remedies: tuple[Remedy, ...] = ()


def assemble(pool: Iterable[Item], bounds: Bounds, seed: int = 1) -> Assembly:
    """Draw forms from a pool, or say what would make it possible.

    The forms differ least in minutes, then hold what was asked least often, then use most of the time; the seed decides
    among what is left. The same pool, bounds, and seed draw the same forms.
    """
    if len(bounds.competencies) > bounds.questions:
        return Assembly(remedies=(Remedy("questions", len(bounds.competencies)),))
    items = sorted(item for item in pool if item.competency in bounds.competencies)
    fresh = [item for item in items if bounds.asked is None or item.asked <= bounds.asked]
    forms = _Program(fresh, bounds).drawn(seed)
    return Assembly(forms) if forms else Assembly(remedies=_Elastic(items, bounds).remedies())


class _Kind(NamedTuple):
    """Questions that are alike to the program, and that it therefore only counts."""

    competency: str
    level: str
    minutes: int
    asked: int
    single: str
    """The id of a question that has enemies, and is a kind of its own."""


class _Solver(highspy.Highs):
    """A solver that prints nothing, its name at the start included."""

    def enableCallbacks(self) -> None:  # the library's name
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # HiGHS 1.16 has few type hints


@dataclass
class _Program:
    """The mixed-integer program: how many questions of each kind stand in each form."""

    items: Sequence[Item]
    bounds: Bounds
    slack: Mapping[str, Any] = field(default_factory=dict)
    """By how much bounds are loosened: variables of the elastic program, absent in the strict one."""

    def __post_init__(self) -> None:
        self.solver = _Solver()  # type: ignore[no-untyped-call]
        for option, value in {"threads": 1, "random_seed": 0, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5}.items():
            self.solver.setOptionValue(option, value)

    @cached_property
    def kinds(self) -> Mapping[_Kind, list[Item]]:
        """The kinds of question, with the questions of each."""
        known = {item.id for item in self.items}
        hated = {enemy for item in self.items for enemy in item.enemies}
        found: dict[_Kind, list[Item]] = defaultdict(list)
        for item in self.items:
            single = item.id if item.id in hated or item.enemies & known else ""
            found[_Kind(item.competency, item.level, item.minutes, item.asked, single)].append(item)
        return found

    @cached_property
    def counts(self) -> list[dict[_Kind, Any]]:
        """For each form, the variables that say how many of each kind it asks."""
        return [
            {kind: self.solver.addIntegral(0, min(len(alike), self.bounds.questions)) for kind, alike in self.kinds.items()}
            for _ in range(self.bounds.forms)
        ]

    @cached_property
    def missing(self) -> list[dict[tuple[str, str], Any]]:
        """For each form, the variables that say how many questions of a competency and level would have to be written."""
        return [{} for _ in range(self.bounds.forms)]

    @cached_property
    def length(self) -> int:
        """Minutes of a question that is still to be written: those of the middle one."""
        return median_low([item.minutes for item in self.items] or [self.bounds.minutes // self.bounds.questions])

    def total(self, form: int, weight: Any = lambda kind: 1) -> Any:
        """Add up a weight over the questions of a form, those still to be written among them."""
        sums = [weight(kind) * count for kind, count in self.counts[form].items() if weight(kind)]
        unwritten = (_Kind(competency, level, self.length, 0, "") for competency, level in self.missing[form])
        sums += [weight(kind) * self.missing[form][kind.competency, kind.level] for kind in unwritten if weight(kind)]
        return self.solver.qsum(sums) if sums else self.solver.qsum([self.nothing])

    @cached_property
    def nothing(self) -> Any:
        return self.solver.addVariable(0, 0)

    def require(self) -> None:
        """State the bounds."""
        forms, add = range(self.bounds.forms), self.solver.addConstr
        for kind, alike in self.kinds.items():
            add(self.solver.qsum([self.counts[form][kind] for form in forms]) <= len(alike))
        most = -(-self.bounds.questions // len(self.bounds.competencies))
        for competency in self.bounds.competencies:
            often = self.solver.addIntegral(1, most)
            for form in forms:
                add(self.total(form, lambda kind, of=competency: kind.competency == of) == often)
        for level in LEVELS:
            low = self.solver.addIntegral(0, self.bounds.questions)
            for form in forms:
                of_level = self.total(form, lambda kind, of=level: kind.level == of)
                add(of_level >= low)
                add(of_level <= low + self.bounds.levels_apart + self.loosened("levels_apart"))
        add(self.longest - self.shortest <= self.bounds.minutes_apart + self.loosened("minutes_apart"))
        add(self.longest <= self.bounds.minutes + self.loosened("minutes"))
        for form in forms:
            add(self.total(form) == self.bounds.questions)
            add(self.minutes(form) >= self.shortest)
            add(self.minutes(form) <= self.longest)
        for form, later in pairwise(forms):  # forms are alike: of all their orders, one
            add(self.minutes(form) >= self.minutes(later))
        self.part_enemies()

    def part_enemies(self) -> None:
        """State that no form asks two questions that are enemies."""
        singles = {kind.single: kind for kind in self.kinds if kind.single}
        pairs = {frozenset((item.id, enemy)) for item in self.items for enemy in item.enemies if enemy in singles and enemy != item.id}
        for one, other in sorted(map(sorted, pairs)):
            for counts in self.counts:
                self.solver.addConstr(counts[singles[one]] + counts[singles[other]] <= 1)

    def loosened(self, bound: str) -> Any:
        """Return by how much a bound is loosened."""
        return self.slack.get(bound, self.nothing)

    @cached_property
    def longest(self) -> Any:
        """The minutes of the longest form."""
        return self.solver.addIntegral(0, 1_000_000)

    @cached_property
    def shortest(self) -> Any:
        """The minutes of the shortest form."""
        return self.solver.addIntegral(0, 1_000_000)

    def minutes(self, form: int) -> Any:
        """Add up the minutes of a form."""
        return self.total(form, lambda kind: kind.minutes)

    def solved(self, objective: Any) -> bool:
        """Minimize, keep what was reached as a bound for what is minimized next, and tell whether there is a solution."""
        self.solver.minimize(objective)
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        self.solver.addConstr(objective <= round(self.solver.getObjectiveValue()))
        return True

    def best(self, forms: range) -> Any:
        """Return what is minimized: first how far minutes lie apart, then how often questions were asked, then time not used."""
        time = self.bounds.forms * self.bounds.minutes + 1
        asked = self.bounds.forms * self.bounds.questions * max((item.asked for item in self.items), default=0) + 1
        terms = [asked * time * (self.longest - self.shortest)]
        terms += [time * self.total(form, lambda kind: kind.asked) for form in forms]
        return self.solver.qsum(terms + [-1 * self.minutes(form) for form in forms])

    def value(self, variable: Any) -> int:
        """Return what a variable is in the solution."""
        found: int = round(self.solver.val(variable))
        return found

    def drawn(self, seed: int) -> tuple[tuple[Item, ...], ...]:
        """Return the questions of each form in the order to ask them, or nothing where there are no such forms."""
        self.require()
        forms = range(self.bounds.forms)
        if not self.kinds or not self.solved(self.best(forms)):
            return ()
        total = {kind: self.solver.qsum([counts[kind] for counts in self.counts]) for kind in self.kinds}
        self.solved(self.solver.qsum([_lot(seed, *kind) * count for kind, count in total.items()]))
        settled = {kind: self.value(count) for kind, count in total.items()}
        for kind, count in settled.items():  # which questions are asked is settled, in which form is not
            self.solver.addConstr(total[kind] == count)
        self.solved(self.solver.qsum([_lot(seed, form, *kind) * self.counts[form][kind] for form in forms for kind in self.kinds]))
        left = {kind: sorted(alike, key=lambda item: _lot(seed, item.id)) for kind, alike in self.kinds.items()}
        drawn = []
        for counts in self.counts:
            form = [left[kind].pop() for kind, count in counts.items() for _ in range(self.value(count))]
            drawn.append(tuple(sorted(form, key=self._place)))
        return tuple(drawn)

    def _place(self, item: Item) -> tuple[int, int, str]:
        """Forms ask of the same competency at the same place, of the easier first."""
        return self.bounds.competencies.index(item.competency), LEVELS.index(item.level), item.id


class _Elastic(_Program):
    """The same program with bounds that can be loosened, and with questions that are still to be written, at a price."""

    def remedies(self) -> tuple[Remedy, ...]:
        """Return what would make forms possible: as few questions to write as can be, then as few bounds to loosen, as little as can be."""
        bound = ("minutes", "minutes_apart", "levels_apart")
        self.slack = {name: self.solver.addIntegral(0, 10_000) for name in bound}
        worn = sorted({item.asked for item in self.items if self.bounds.asked is not None and item.asked > self.bounds.asked})
        self.missing = [
            {
                (c, level): self.solver.addIntegral(0, self.bounds.questions)
                for c in self.bounds.competencies
                for level in self.bounds.levels
            }
            for _ in range(self.bounds.forms)
        ]
        self.require()
        touched = {name: self.solver.addBinary() for name in bound}
        for name, binary in touched.items():
            self.solver.addConstr(self.slack[name] <= 10_000 * binary)
        steps = {asked: self.solver.addBinary() for asked in worn}  # the bound on what was asked reaches at least so far
        for kind in self.kinds:
            if kind.asked in steps:
                for counts in self.counts:
                    self.solver.addConstr(counts[kind] <= self.bounds.questions * steps[kind.asked])
        for less, more in pairwise(worn):
            self.solver.addConstr(steps[more] <= steps[less])
        cost = [LOOSEN * binary for binary in (*touched.values(), *(steps[asked] for asked in worn[:1]))]
        cost += [1 * amount for amount in (*self.slack.values(), *steps.values())]
        cost += [WRITE * count for counts in self.missing for count in counts.values()]
        self.solved(self.solver.qsum(cost))
        found = [Remedy(name, getattr(self.bounds, name) + more) for name in bound if (more := self.value(self.slack[name]))]
        if reached := [asked for asked in worn if self.value(steps[asked])]:
            found.append(Remedy("asked", max(reached)))
        for c, level in self.missing[0]:
            if count := sum(self.value(counts[c, level]) for counts in self.missing):
                found.append(Remedy("pool", count, c, level, self.length))
        return tuple(found)


def _lot(*of: object) -> int:
    """Draw a number below a million that depends on nothing but what it is drawn for."""
    return int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:8], "big") % 1_000_000
