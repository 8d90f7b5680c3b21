"""Forms drawn from a pool are alike by the stated bounds; where there are none, the remedies named make it possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.kit.assembly import Assembly, assemble
from pipeline.kit.planning import Bounds, Item, Remedy
from pipeline.model import LEVELS

COMPETENCIES = ("reading", "reefing", "reckoning")


@st.composite
def pools(draw: st.DrawFn, least: int = 0, most: int = 40) -> list[Item]:
    """Draw a pool of questions, some of them enemies of one another."""
    names = [f"q{n}" for n in range(draw(st.integers(least, most)))]
    return [
        Item(
            name, draw(st.sampled_from(COMPETENCIES)), draw(st.sampled_from(LEVELS)), draw(st.integers(4, 14)), draw(st.integers(0, 3)),
            frozenset(draw(st.lists(st.sampled_from(names), max_size=2))) - {name},
        )
        for name in names
    ]  # fmt: skip


BOUNDS = st.builds(
    Bounds, competencies=st.just(COMPETENCIES), forms=st.integers(1, 3), questions=st.integers(3, 5), minutes=st.integers(25, 60),
    minutes_apart=st.integers(0, 3), levels_apart=st.integers(0, 1), asked=st.none() | st.integers(0, 2),
)  # fmt: skip
PATIENT = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def holds(made: Assembly, bounds: Bounds) -> None:
    """Assert every bound on forms that were drawn, counted anew."""
    forms = made.forms
    assert len(forms) == bounds.forms
    assert all(len(form) == bounds.questions for form in forms)
    asked = [item.id for form in forms for item in form]
    assert len(asked) == len(set(asked))
    minutes = [sum(item.minutes for item in form) for form in forms]
    assert max(minutes) <= bounds.minutes
    assert max(minutes) - min(minutes) <= bounds.minutes_apart
    assert len({tuple(sorted(Counter(item.competency for item in form).items())) for form in forms}) == 1
    assert all({item.competency for item in form} == set(bounds.competencies) for form in forms)
    for level in LEVELS:
        counts = [sum(item.level == level for item in form) for form in forms]
        assert max(counts) - min(counts) <= bounds.levels_apart
    for form in forms:
        inside = {item.id for item in form}
        assert not any(item.enemies & inside for item in form)
        assert bounds.asked is None or max(item.asked for item in form) <= bounds.asked


@PATIENT
@given(pools(least=12, most=30), BOUNDS, st.integers(0, 9))
def test_forms_keep_to_every_bound_or_remedies_make_it_possible(pool: list[Item], bounds: Bounds, seed: int) -> None:
    made = assemble(pool, bounds, seed)
    if made.forms:
        holds(made, bounds)
        return
    assert made.remedies
    better, looser = mended(pool, bounds, made.remedies)
    again = assemble(better, looser, seed)
    holds(again, looser)


@PATIENT
@given(pools(least=15, most=30), BOUNDS, st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_forms_whatever_the_order_of_the_pool(pool: list[Item], bounds: Bounds, random) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert assemble(pool, bounds, 3) == assemble(shuffled, bounds, 3)


def bank(count: int) -> list[Item]:
    """Return a bank without enemies, all of one length."""
    return [Item(f"q{n}", COMPETENCIES[n % 3], LEVELS[n % 2], 8) for n in range(count)]


def test_another_seed_draws_another_plan_that_is_as_good() -> None:
    bounds = Bounds(COMPETENCIES, questions=3)
    drawn = {assemble(bank(120), bounds, seed).forms for seed in range(5)}
    assert len(drawn) == 5
    assert {sum(item.minutes for item in form) for forms in drawn for form in forms} == {24}


def test_what_was_asked_least_is_asked_first() -> None:
    pool = [item._replace(asked=n % 2) for n, item in enumerate(bank(60))]
    made = assemble(pool, Bounds(COMPETENCIES, questions=3))
    assert {item.asked for form in made.forms for item in form} == {0}


def test_forms_use_the_time_that_there_is() -> None:
    pool = [item._replace(minutes=6 + n % 5) for n, item in enumerate(bank(300))]
    made = assemble(pool, Bounds(COMPETENCIES, questions=3, minutes=29))
    assert [sum(item.minutes for item in form) for form in made.forms] == [29, 29, 29]


def test_questions_of_a_form_stand_in_the_order_of_the_competencies_easier_ones_first() -> None:
    made = assemble(bank(60), Bounds(COMPETENCIES, questions=6, minutes=60))
    for form in made.forms:
        order = [(COMPETENCIES.index(item.competency), LEVELS.index(item.level)) for item in form]
        assert order == sorted(order)


def test_more_competencies_than_questions_are_told() -> None:
    made = assemble(bank(60), Bounds(COMPETENCIES, questions=2))
    assert [(remedy.bound, remedy.value) for remedy in made.remedies] == [("questions", 3)]


def test_a_missing_question_is_named_by_competency_and_not_more_than_needed() -> None:
    pool = [item for item in bank(60) if item.competency != "reefing"][:30]
    made = assemble(pool, Bounds(COMPETENCIES, questions=3))
    assert sum(remedy.value for remedy in made.remedies) == 3
    assert {(remedy.bound, remedy.competency) for remedy in made.remedies} == {("pool", "reefing")}


def test_a_bound_is_loosened_by_no_more_than_needed() -> None:
    made = assemble(bank(60), Bounds(COMPETENCIES, questions=3, minutes=20))
    assert [(remedy.bound, remedy.value) for remedy in made.remedies] == [("minutes", 24)]


@pytest.mark.parametrize("asked", [0, 1])
def test_enemies_by_either_name_never_meet(asked: int) -> None:
    pool = bank(9)
    pool[asked] = replace_enemies(pool[asked], *(item.id for item in pool if item.competency != pool[asked].competency))
    made = assemble(pool, Bounds(COMPETENCIES, forms=3, questions=3))
    assert not made.forms
    better, looser = mended(pool, Bounds(COMPETENCIES, forms=3, questions=3), made.remedies)
    assert len(assemble(better, looser).forms) == 3


def mended(pool: Iterable[Item], bounds: Bounds, remedies: Iterable[Remedy]) -> tuple[list[Item], Bounds]:
    """Return a pool and bounds with remedies applied: bounds loosened, and stand-ins for questions still to be written."""
    items = list(pool)
    for remedy in remedies:
        if remedy.bound == "pool":
            new = f"new-{remedy.competency}-{remedy.level}"
            items += [Item(f"{new}-{n}", remedy.competency, remedy.level, remedy.minutes) for n in range(remedy.value)]
        else:
            bounds = replace(bounds, **{remedy.bound: remedy.value})  # type: ignore[arg-type]  # every bound but competencies is a number
    return items, bounds


def replace_enemies(item: Item, *enemies: str) -> Item:
    """Return a question with these enemies."""
    return item._replace(enemies=frozenset(enemies))


def test_a_bank_of_2600_questions_gives_three_forms() -> None:
    pool = [
        Item(
            f"q{n}",
            COMPETENCIES[n % 3],
            LEVELS[n * 7 % 3],
            5 + n * 13 % 9,
            n % 4,
            frozenset({f"q{n * 31 % 2600}"} - {f"q{n}"} if n % 3 == 0 else ()),
        )
        for n in range(2600)
    ]
    bounds = replace(Bounds(COMPETENCIES, questions=5), asked=2)
    holds(assemble(pool, bounds), bounds)
