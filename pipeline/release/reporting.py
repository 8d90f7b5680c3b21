"""Write reports about a build beside the release: what a build found out, and no guide holds."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from pipeline.release.folder import Folder
from pipeline.work.store import JSON

REPORTS = "reports"


def report(output: Path, name: str, facts: JSON) -> tuple[str, ...]:
    """Write facts to ``output/reports/<name>.json``; what the disk refuses is a warning, since the release stands."""
    temp = f"{name}.{secrets.token_hex(4)}.tmp"
    try:
        with Folder.open(output) as place, place.below(REPORTS, make=True) as folder:
            try:
                folder.write(temp, (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode())
                folder.rename(temp, f"{name}.json")
            finally:
                folder.remove(temp)
    except OSError as error:
        return (f"the report is not written: {output / REPORTS}: {error.strerror}",)
    return ()


def last_report(output: Path, name: str) -> JSON:
    """Read the facts last reported, or None."""
    try:
        with Folder.open(output) as place:
            facts: JSON = json.loads(place.read(f"{REPORTS}/{name}.json"))
    except (OSError, ValueError):
        return None
    return facts
