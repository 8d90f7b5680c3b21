"""Write plans, and what was asked, as files that people read and edit."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.model import Form, Plan

HEAD = "# Drawn by guidepress plan. Edit it by hand if you must: checks hold it to the same bounds.\n"


def write_plan(folder: Path, plan: Plan) -> Path:
    """Write a plan into the book, over one of the same name; return its file."""
    path = folder / "plans" / f"{plan.id}.yaml"
    path.parent.mkdir(exist_ok=True)
    _replace(path, HEAD + "\n".join(_lines(plan)) + "\n")
    return path


def _lines(plan: Plan) -> Iterator[str]:
    agenda = plan.agenda
    yield f"id: {plan.id}"
    yield f"role: {plan.role}"
    yield f"minutes: {plan.minutes}"
    yield f"agenda: {{opening: {agenda.opening}, candidate: {agenda.candidate}, closing: {agenda.closing}}}"
    yield f"public: {plan.public}"
    yield "forms:"
    for form in plan.forms:
        yield f"  - id: {form.id}"
        yield "    questions:"
        for asked in form.questions:
            yield f"      - {{id: {asked.id}, minutes: {asked.minutes}, interviewer: {asked.interviewer}}}"
    if drawn := plan.drawn:
        yield "drawn:"
        for name, value in drawn.model_dump(mode="json", exclude_none=True, exclude_defaults=True).items():
            yield f"  {name}: {'[' + ', '.join(value) + ']' if isinstance(value, list) else value}"


def record(folder: Path, plan: Plan, form: Form, on: dt.date, times: int) -> Path:
    """Append to the exposure log that a form was used on a day, with so many candidates; return the file."""
    path = folder / "exposure.yaml"
    before = path.read_text(encoding="utf-8") if path.is_file() else "asked:\n"
    if not before.endswith("\n"):
        before += "\n"
    rows = [
        f"  - {{question: {asked.id}, plan: {plan.id}, form: {form.id}, on: {on.isoformat()}, times: {times}}}\n"
        for asked in form.questions
    ]
    _replace(path, before + "".join(rows))
    return path


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
