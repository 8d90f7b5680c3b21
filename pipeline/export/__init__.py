"""Export an edition for other tools: flash cards, quizzes, tables, a README. `pipeline.bring` reads them back.

    exported = export(publication, labels, "anki", times)

Nothing is made from the book: what an edition withholds is not in its publication, and so in no file of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from pipeline.diagnostics import Diagnostic
from pipeline.export import anki, cards, field_files, quiz_files, readme
from pipeline.export.losses import RULES, Losses
from pipeline.export.note_times import Times
from pipeline.export.records import Told, questions
from pipeline.export.web_text import Reach, WebText
from pipeline.model import Record
from pipeline.publication import Publication
from pipeline.section_kinds import OPENER

__all__ = ["FORMATS", "RULES", "Exported", "Times", "export"]


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export, by path: one, or a folder of them, whose own name is ``name``; and what they could not hold."""

    name: str
    files: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]
    questions: int
    times: Times | None = None
    """When notes changed, where the format asks for it, to be remembered."""


@dataclass
class _Job:
    """An edition that is exported, with what has been lost so far."""

    publication: Publication
    labels: Mapping[str, str]
    told: Sequence[Told]
    times: Times
    losses: Losses

    def webs(self, reach: Reach) -> list[WebText]:
        """Return the writers of the questions' texts."""
        return [WebText(self.publication, self.labels, told, reach, self.losses) for told in self.told]

    @cached_property
    def drawn(self) -> Mapping[str, tuple[bytes, str]]:
        """Pictures, each with its suffix, by what texts call them: ids of figures, and paths."""
        of = self.publication.resources
        pixels = {name.removeprefix("figures/"): (each.data, each.type) for name, each in of["pictures"].items()}
        return {**pixels, **{name: (each.svg, "svg") for name, each in of["drawings"].items()}}

    def pictures(self, pattern: str) -> dict[str, str]:
        """Return the file names of pictures by what texts call them; a picture that changes has another name."""
        return {
            name: f"{pattern.format(name=PurePosixPath(name).stem)}-{hashlib.sha256(data).hexdigest()[:8]}.{suffix}"
            for name, (data, suffix) in self.drawn.items()
        }

    def shown(self, names: Mapping[str, str], text: str) -> dict[str, bytes]:
        """Return the pictures whose names stand in a text."""
        return {names[name]: self.drawn[name][0] for name in sorted(names) if names[name] in text}

    def verbatim(self, without: str = "") -> field_files.Verbatim:
        """Return what gives the records as they are written."""
        return field_files.Verbatim(self.publication, self.told, self.labels, self.losses, without)


def export(publication: Publication, labels: Mapping[str, str], form: str, times: Times) -> Exported:
    """Return the files of an edition in a format; ``labels`` are those of the book's language."""
    told = questions(publication)
    job = _Job(publication, labels, told, times, Losses())
    files = FORMATS[form].write(job)
    name = f"{publication.stem}{FORMATS[form].suffix}"
    found = {name if not path else f"{name}/{path}": data for path, data in files.items()}
    return Exported(name, found, job.losses.diagnostics, len(told), times if times.now else None)


def _anki(job: _Job) -> dict[str, bytes]:
    names = job.pictures("guidepress-{name}")
    notes = [cards.note(web, job.times) for web in job.webs(Reach(picture=lambda name: names.get(name, ""), quotes=True))]
    for told in job.told:
        cards.tell(told, job.losses)
    return {"": anki.packed(notes, job.shown(names, "".join(field for note in notes for field in note.fields)))}


def _moodle(job: _Job) -> dict[str, bytes]:
    names = job.pictures("{name}")
    webs = job.webs(Reach(picture=lambda name: f"{quiz_files.PLUGINFILE}{names[name]}" if name in names else ""))
    for told in job.told:
        quiz_files.tell(told, job.losses)
    pictures = {names[name]: data for name, (data, _) in job.drawn.items()}
    return {"": quiz_files.moodle(webs, job.publication.title, pictures)}


def _gift(job: _Job) -> dict[str, bytes]:
    for told in job.told:
        quiz_files.tell(told, job.losses)
    return {"": quiz_files.gift(job.webs(Reach()), job.publication.title)}


def _csv(job: _Job) -> dict[str, bytes]:
    return {"": field_files.as_csv(job.verbatim(without="figure"), job.told)}


def _json(job: _Job) -> dict[str, bytes]:
    openers = (section for section in job.publication.sections if section.kind == OPENER)
    homes = {told.division for told in job.told}
    verbatim = job.verbatim()
    sections = [{key: value for key, value in verbatim.rewritten(each.record, None).items() if key != "questions"}
                for each in openers if each.id in homes and isinstance(each.record, Record)]  # fmt: skip
    return {"": field_files.as_json(verbatim, job.told, sections)}


def _markdown(job: _Job) -> dict[str, bytes]:
    names = job.pictures(f"{readme.FIGURES}/{{name}}")
    asked = {told.id for told in job.told}
    reach = Reach(lambda name: f"#{name}" if name in asked else "", lambda name: names.get(name, ""))
    text = readme.readme(job.publication, job.webs(reach))
    for told in job.told:
        readme.tell(told, job.losses)
    return {"README.md": text.encode(), **job.shown(names, text)}


@dataclass(frozen=True, slots=True)
class Format:
    """A format of exports: how its file, or its folder, is called behind the stem, and what writes it."""

    suffix: str
    write: Callable[[_Job], dict[str, bytes]]


FORMATS: Final = {
    "anki": Format(".apkg", _anki), "moodle": Format("-moodle.xml", _moodle), "gift": Format(".gift", _gift), "csv": Format(".csv", _csv),
    "markdown": Format("-markdown", _markdown), "json": Format(".json", _json),
}  # fmt: skip
