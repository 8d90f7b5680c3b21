"""The theme: what a book looks like, as data. Layers lie over one another, and a look is what they come to for one edition."""

from pipeline.theme.coverage import lacking
from pipeline.theme.edition_look import CODE, MATH, SANS, SERIF, Foot, Look, Traits, look, of_edition, package_file, token_names
from pipeline.theme.package_theme import (
    BOOK,
    RULES,
    THEME,
    blanks,
    digest,
    files_digest,
    folder,
    forget,
    is_words,
    labels,
    listed_blanks,
    model_words,
    package,
    remembered,
    spoken,
    words_digest,
)
from pipeline.theme.stylesheets import Medium, merged, unknown

__all__ = [
    "BOOK", "CODE", "MATH", "RULES", "SANS", "SERIF", "THEME", "Foot", "Look", "Medium", "Traits", "blanks", "digest",
    "files_digest", "folder", "forget", "is_words", "labels", "lacking", "listed_blanks", "look", "merged", "model_words", "of_edition",
    "package", "package_file", "remembered", "spoken", "token_names", "unknown", "words_digest",
]  # fmt: skip
