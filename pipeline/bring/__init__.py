"""Bring a bank that somebody has into a book: read it by its dialect, tell what is lost, write what is new.

    outcome = bring(Errand(source, book), dialect)

Nothing here reaches a network or runs code of a source.
"""

from pipeline.bring.dialects import Dialect, from_file, known, named
from pipeline.bring.errand import Errand, Outcome, bring
from pipeline.bring.haul import RULES

__all__ = ["RULES", "Dialect", "Errand", "Outcome", "bring", "from_file", "known", "named"]
