"""Inspect what was made: the second gate, and the verification of a release that stands.

inspect(artefact, publication)        the bytes just made, before they are published
parts(path, pages, readers, ...)      runs of pages of a PDF, to be read by the stage READ
is_like(data, other)                  whether inspect need only read what sets a copy apart from another
verify_release(folder)                a release on disk, whenever it is asked for
"""

from pipeline.preflight.copies import is_like
from pipeline.preflight.faults import RULES
from pipeline.preflight.inspecting import inspect
from pipeline.preflight.parts import READ, Reading, parts, whole
from pipeline.preflight.sheets import places
from pipeline.preflight.standing import verify_release

__all__ = ["READ", "RULES", "Reading", "inspect", "is_like", "parts", "places", "verify_release", "whole"]
