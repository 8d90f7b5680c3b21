"""How far interviewers agree on a question or a competency: figures, never verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, stdev

FEWEST_PAIRS = 10
"""Pairs of ratings below which weighted kappa says nothing."""


@dataclass(frozen=True)
class Agreement:
    """Figures about the ratings of one thing; None where there are too few for a figure."""

    n: int
    candidates: int
    pairs: int
    """Ratings of one candidate by two interviewers."""
    mean: float | None
    spread: float | None
    """Standard deviation of the ratings, of a sample."""
    percent_agreement: float | None
    """Of the pairs, how many per hundred are equal."""
    weighted_kappa: float | None


def agreement(by_candidate: Sequence[Sequence[int]], highest: int) -> Agreement:
    """Return the figures about ratings, given for each candidate."""
    ratings = [rating for of_one in by_candidate for rating in of_one]
    pairs = [pair for of_one in by_candidate for pair in combinations(of_one, 2)]
    return Agreement(
        n=len(ratings),
        candidates=sum(bool(of_one) for of_one in by_candidate),
        pairs=len(pairs),
        mean=fmean(ratings) if ratings else None,
        spread=stdev(ratings) if len(ratings) > 1 else None,
        percent_agreement=100 * sum(one == two for one, two in pairs) / len(pairs) if pairs else None,
        weighted_kappa=weighted_kappa(pairs, highest) if len(pairs) >= FEWEST_PAIRS else None,
    )


def weighted_kappa(pairs: Sequence[tuple[int, int]], highest: int) -> float | None:
    """Return kappa with quadratic weights (Cohen 1968); None where all ratings are one.

    Interviewers have no fixed places: who is first in a pair is chance. So each pair counts in both orders, and both
    sides have the same shares, as in Scott's pi.
    """
    both = [*pairs, *((two, one) for one, two in pairs)]
    shares = Counter(one for one, _ in both)
    scale = range(1, highest + 1)
    by_chance = sum((one - two) ** 2 * shares[one] * shares[two] for one in scale for two in scale) / len(both)
    seen = sum((one - two) ** 2 for one, two in both)
    return 1 - seen / by_chance if by_chance else None
