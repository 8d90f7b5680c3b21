"""The theme: what a book looks like, as data. Layers lie over one another, and a look is what they come to for one edition."""

from pipeline.theme.coverage import lacking
from pipeline.theme.edition_look import CODE, MATH, SANS, SERIF, Foot, Look, Traits, look, of_edition, token_names
from pipeline.theme.font_files import package_file, widths
from pipeline.theme.languages import SERVED, closing, language, opening, script_of, writing
from pipeline.theme.package_theme import (
    BOOK,
    RULES,
    THEME,
    blanks,
    digest,
    files_digest,
    folder,
    forget,
    has_chapter,
    is_words,
    labels,
    listed_blanks,
    model_words,
    package,
    remembered,
    spoken,
    words_digest,
)
from pipeline.theme.stylesheets import Medium, merged, points, unknown

__all__ = [
    "BOOK", "CODE", "MATH", "RULES", "SANS", "SERIF", "SERVED", "THEME", "Foot", "Look", "Medium", "Traits", "blanks", "closing",
    "digest", "files_digest", "folder", "forget", "has_chapter", "is_words", "labels", "lacking", "language", "listed_blanks", "look",
    "merged", "model_words", "of_edition", "opening", "package", "package_file", "points", "remembered", "script_of", "spoken",
    "token_names", "unknown", "widths", "words_digest", "writing",
]  # fmt: skip
