"""Write reports about a build beside the release: what a build found out, and no guide holds."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from pathlib import Path

from pipeline.work.store import JSON

REPORTS = "reports"


def report(output: Path, name: str, facts: JSON) -> tuple[str, ...]:
    """Write facts to ``output/reports/<name>.json``; what the disk refuses is a warning, since the release stands."""
    folder = output / REPORTS
    temp = folder / f"{name}.{secrets.token_hex(4)}.tmp"
    try:
        folder.mkdir(exist_ok=True)
        temp.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        temp.replace(folder / f"{name}.json")
    except OSError as error:
        return (f"the report is not written: {folder}: {error.strerror}",)
    finally:
        with suppress(OSError):
            temp.unlink(missing_ok=True)
    return ()


def last_report(output: Path, name: str) -> JSON:
    """Read the facts last reported, or None."""
    try:
        facts: JSON = json.loads((output / REPORTS / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts
