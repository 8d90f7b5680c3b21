"""The theme: what a book looks like, as data. Layers lie over one another, and a look is what they come to for one edition."""

from pipeline.theme.files import folder, forget, remembered
from pipeline.theme.fonts import CODE, MATH, SANS, SERIF, Face, package_file
from pipeline.theme.looks import THEME, Foot, Look, Traits, digest, look, of_edition, package, token_names
from pipeline.theme.styles import Medium
from pipeline.theme.tokens import merged, unknown
from pipeline.theme.words import BOOK, RULES, blanks, is_words, labels, listed_blanks, model_words, spoken, words_digest

__all__ = [
    "BOOK",
    "CODE",
    "MATH",
    "RULES",
    "SANS",
    "SERIF",
    "THEME",
    "Face",
    "Foot",
    "Look",
    "Medium",
    "Traits",
    "blanks",
    "digest",
    "folder",
    "forget",
    "is_words",
    "labels",
    "listed_blanks",
    "look",
    "merged",
    "model_words",
    "of_edition",
    "package",
    "package_file",
    "remembered",
    "spoken",
    "token_names",
    "unknown",
    "words_digest",
]
