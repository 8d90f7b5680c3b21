"""Inspect what was made: the second gate, and the verification of a release that stands.

inspect(artefact, publication)        the bytes just made, before they are published
begin(data, pages, crew)              a reading of a PDF, shared out, for inspect to go on with
is_like(data, other)                  whether inspect need only read what sets a copy apart from another
verify_release(folder)                a release on disk, whenever it is asked for
"""

from pipeline.preflight.copies import is_like
from pipeline.preflight.faults import RULES
from pipeline.preflight.inspecting import inspect
from pipeline.preflight.reading import Reading, begin
from pipeline.preflight.sheets import places
from pipeline.preflight.standing import verify_release

__all__ = ["RULES", "Reading", "begin", "inspect", "is_like", "places", "verify_release"]
