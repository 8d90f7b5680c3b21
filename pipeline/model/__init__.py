"""The records of a book: every field an author may write, with its type.

Scalars reach the model as text (see `pipeline.source`); types come from here. Fields marked `Block` hold Markdown
paragraphs, fields marked `Line` hold one line of inline Markdown.
"""

from __future__ import annotations

from typing import Any

from pipeline.model.book import Book, Drawing, Located, Origin
from pipeline.model.editions import FORMATS, PAPERS, Edition, Format, Ignore, Ignores, Paper, Part, SectionKind, Selection
from pipeline.model.fields import (
    COLOR,
    LEVELS,
    SLUG,
    Address,
    Audience,
    Block,
    Color,
    Duration,
    Language,
    Level,
    Line,
    Listing,
    Plain,
    Prose,
    QuestionType,
    Record,
    Slug,
    Version,
    listed,
)
from pipeline.model.layers import Layer
from pipeline.model.look import FONT_FILE, LENGTH, PICTURE_FILE, SIZE, SIZES, FontFile, Fonts, PaperSize, Tokens
from pipeline.model.matter import Box, Chapter, Figure, Formula, FormulaSheet, Glossary, Term, Work, Works
from pipeline.model.outline import Bounds, Change, Counted, Creator, Division, Limit, Named, Outline, Requirement
from pipeline.model.questions import Cited, CitedSource, Example, FollowUp, IndexMark, Question, Rubric, Samples, Speak, Star
from pipeline.model.teams import LOGO, Logo, Team
from pipeline.model.walking import Keys, identity, kind_of, output_value, prose, scope

__all__ = [
    "COLOR",
    "FONT_FILE",
    "FORMATS",
    "LENGTH",
    "LEVELS",
    "LOGO",
    "PAPERS",
    "PICTURE_FILE",
    "SIZE",
    "SIZES",
    "SLUG",
    "Address",
    "Audience",
    "Block",
    "Book",
    "Bounds",
    "Box",
    "Change",
    "Chapter",
    "Cited",
    "CitedSource",
    "Color",
    "Counted",
    "Creator",
    "Division",
    "Drawing",
    "Duration",
    "Edition",
    "Example",
    "Figure",
    "FollowUp",
    "FontFile",
    "Fonts",
    "Format",
    "Formula",
    "FormulaSheet",
    "Glossary",
    "Ignore",
    "Ignores",
    "IndexMark",
    "Keys",
    "Language",
    "Layer",
    "Level",
    "Limit",
    "Line",
    "Listing",
    "Located",
    "Logo",
    "Named",
    "Origin",
    "Outline",
    "Paper",
    "PaperSize",
    "Part",
    "Plain",
    "Prose",
    "Question",
    "QuestionType",
    "Record",
    "Requirement",
    "Rubric",
    "Samples",
    "SectionKind",
    "Selection",
    "Slug",
    "Speak",
    "Star",
    "Team",
    "Term",
    "Tokens",
    "Version",
    "Work",
    "Works",
    "identity",
    "kind_of",
    "listed",
    "output_value",
    "prose",
    "schema",
    "scope",
]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every kind of file, for editors."""
    files: dict[str, type[Record]] = {"book.yaml": Outline, "questions": Question, "chapters": Chapter, "boxes": Box, "figures": Figure,
             "glossary.yaml": Glossary, "formulas.yaml": FormulaSheet, "sources.yaml": Works, "editions": Edition, "teams": Team,
             "ignore.yaml": Ignores}  # fmt: skip
    return {**{name: record.model_json_schema() for name, record in files.items()}, "theme.yaml": _partial(Tokens.model_json_schema())}


def _partial(schema: Any) -> Any:
    """Return a schema of which nothing is required: a layer says only what differs."""
    if isinstance(schema, dict):
        return {key: _partial(value) for key, value in schema.items() if key != "required" or not isinstance(value, list)}
    return [_partial(value) for value in schema] if isinstance(schema, list) else schema
