"""The records of a book: every field an author may write, with its type.

Scalars reach the model as text (see `pipeline.source`); types come from here. Fields marked `Block` hold Markdown
paragraphs, fields marked `Line` hold one line of inline Markdown.
"""

from __future__ import annotations

from pipeline.model.appearance import ENGLISH, FontFile, Fonts, Layer, PaperSize, ScriptFonts, Tokens, Writing
from pipeline.model.book import (
    Book,
    Edition,
    Ignore,
    Ignores,
    Located,
    Origin,
    Team,
    question_numbers,
)
from pipeline.model.fields import (
    LEVELS,
    Keys,
    Level,
    Prose,
    QuestionType,
    Record,
    identity,
    kind_of,
    prose,
    scope,
    slug,
    strings,
    texts,
    value_at,
)
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
from pipeline.model.matter import (
    Box,
    ChangedGroup,
    ChangedQuestion,
    Chapter,
    Drawing,
    Entry,
    Figure,
    Formula,
    FormulaSheet,
    Glossary,
    Group,
    Logo,
    Made,
    Overview,
    Picture,
    WhatChanged,
    Work,
    Works,
    enclosed,
)
from pipeline.model.outline import Counted, Division, Outline, Requirement
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
    has_any,
    output_value,
    speaking_time,
)
from pipeline.model.traces import (
    LARGEST_MANIFEST,
    Kept,
    KeptBook,
    Printing,
    TracedEdition,
    TracedQuestion,
    TracedTerm,
    Traces,
    kept,
    traces,
)

__all__ = [
    "BLANKS", "ENGLISH", "INTERVIEWER_PARTS", "LARGEST_MANIFEST", "LEVELS", "MINUTES_APART", "PACE", "PARTS", "PLANNING", "Agenda",
    "Asked", "Book", "Box", "CalibrationPack", "ChangedGroup", "ChangedQuestion", "Chapter", "Cited", "Counted", "Division", "Draw",
    "Drawing", "Edition", "Entry", "Example", "Exposed", "Exposure", "Figure", "FontFile", "Fonts", "Form", "Formula", "FormulaSheet",
    "Glossary", "Group", "Handout", "Heard", "Ignore", "Ignores", "IndexMark", "Kept", "KeptBook", "Keys", "Kit", "KitCompetency",
    "KitQuestion", "KitTopic", "Layer", "Level", "Located", "Logo", "Made", "Origin", "Outline", "Overview", "PaperSize", "Picture",
    "Plan", "Printing", "Prose", "Question", "QuestionType", "Rated", "Record", "Requirement", "Role", "ScriptFonts", "Star", "Team",
    "Tokens", "TracedEdition", "TracedQuestion", "TracedTerm", "Traces", "WhatChanged", "Work", "Works", "Writing", "enclosed", "has_any",
    "identity", "kept", "kind_of", "output_value", "prose", "question_numbers", "scope", "slug", "speaking_time", "strings", "texts",
    "traces", "value_at",
]  # fmt: skip
