"""The records of a book: every field an author may write, with its type.

Scalars reach the model as text (see `pipeline.source`); types come from here. Fields marked `Block` hold Markdown
paragraphs, fields marked `Line` hold one line of inline Markdown.
"""

from __future__ import annotations

from typing import Any

from pipeline.model.appearance import ENGLISH, FontFile, Fonts, Layer, PaperSize, ScriptFonts, Tokens, Writing
from pipeline.model.book import (
    Book,
    Counted,
    Division,
    Drawing,
    Edition,
    Ignore,
    Ignores,
    Located,
    Logo,
    Origin,
    Outline,
    Requirement,
    Team,
    question_numbers,
)
from pipeline.model.fields import LEVELS, Keys, Level, Prose, QuestionType, Record, identity, kind_of, prose, scope, texts, value_at
from pipeline.model.interviews import (
    MINUTES_APART,
    Agenda,
    Asked,
    CalibrationPack,
    Draw,
    Exposed,
    Exposure,
    Form,
    Handout,
    Heard,
    Kit,
    KitCompetency,
    KitQuestion,
    KitTopic,
    Plan,
    Rated,
    Role,
)
from pipeline.model.matter import Box, Chapter, Entry, Figure, Formula, FormulaSheet, Glossary, Group, Made, Overview, Work, Works, enclosed
from pipeline.model.questions import (
    BLANKS,
    INTERVIEWER_PARTS,
    PACE,
    PARTS,
    PLANNING,
    Cited,
    Example,
    IndexMark,
    Question,
    Star,
    output_value,
    speaking_time,
)

__all__ = [
    "BLANKS", "ENGLISH", "INTERVIEWER_PARTS", "LEVELS", "MINUTES_APART", "PACE", "PARTS", "PLANNING", "Agenda", "Asked", "Book", "Box",
    "CalibrationPack", "Chapter", "Cited", "Counted", "Division", "Draw", "Drawing", "Edition", "Entry", "Example", "Exposed", "Exposure",
    "Figure", "FontFile", "Fonts", "Form", "Formula", "FormulaSheet", "Glossary", "Group", "Handout", "Heard", "Ignore",
    "Ignores", "IndexMark", "Keys", "Kit", "KitCompetency", "KitQuestion", "KitTopic", "Layer", "Level", "Located", "Logo",
    "Made", "Origin", "Outline", "Overview", "PaperSize", "Plan", "Prose", "Question", "QuestionType", "Rated", "Record",
    "Requirement", "Role", "ScriptFonts", "Star", "Team", "Tokens", "Work", "Works", "Writing", "enclosed", "identity", "kind_of",
    "output_value", "prose", "question_numbers", "schema", "scope", "speaking_time", "texts", "value_at",
]  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every kind of file, for editors."""
    files: dict[str, type[Record]] = {"book.yaml": Outline, "questions": Question, "chapters": Chapter, "boxes": Box, "figures": Figure,
             "glossary.yaml": Glossary, "formulas.yaml": FormulaSheet, "sources.yaml": Works, "editions": Edition, "teams": Team,
             "roles": Role, "plans": Plan, "exposure.yaml": Exposure,
             "ignore.yaml": Ignores}  # fmt: skip
    return {**{name: record.model_json_schema() for name, record in files.items()}, "theme.yaml": _partial(Tokens.model_json_schema())}


def _partial(schema: Any) -> Any:
    """Return a schema of which nothing is required: a layer says only what differs."""
    if isinstance(schema, dict):
        return {key: _partial(value) for key, value in schema.items() if key != "required" or not isinstance(value, list)}
    return [_partial(value) for value in schema] if isinstance(schema, list) else schema
