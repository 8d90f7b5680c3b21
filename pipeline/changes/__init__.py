"""Tell what has changed from one release to the next, by question and page.

``trace`` returns what a manifest keeps of publications: two digests of each part (`pipeline/markup/letters.py` says which), and
nothing of what they withhold. ``compare`` sets two of them side by side.
"""

from pipeline.changes.chapter import chapter
from pipeline.changes.comparing import KINDS, Change, Changes, Found, Kind, Landing, Renamed, compare
from pipeline.changes.telling import Group, Item, as_json, as_text, told
from pipeline.changes.tracing import begins_of, edition, parts_of, trace

__all__ = ["KINDS", "Change", "Changes", "Found", "Group", "Item", "Kind", "Landing", "Renamed", "as_json", "as_text", "begins_of",
           "chapter", "compare", "edition", "parts_of", "told", "trace"]  # fmt: skip
