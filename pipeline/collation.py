"""Sort words as a language does (CLDR), by ICU: the library that PyPI's icu4py carries, called without what that wraps of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files
from string import ascii_uppercase

from pipeline.diagnostics import ToolError

BOUNDARY = "\ufdd0"
"""Before a letter, what sorts just before the Chinese characters whose reading begins with it (CLDR, zh)."""
ROWS = "あかさたなはまやらわ"
"""Where the rows of the Japanese syllabary begin; an index has them for letters."""
SYLLABLES = "가나다라마바사아자차카타파하"
"""Where the initial consonants of Korean begin."""
Key = Callable[[str], bytes]


@lru_cache(maxsize=8)
def sort_key(lang: str) -> Key:
    """Return what gives the sort key of words in a language. Raises ToolError where ICU is not there."""
    icu, version = _icu()
    failure = ctypes.c_int(0)
    opened = getattr(icu, f"ucol_open_{version}")
    opened.restype, opened.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.POINTER(ctypes.c_int)]
    collator = opened(lang.replace("-", "_").encode(), ctypes.byref(failure))
    write = getattr(icu, f"ucol_getSortKey_{version}")
    write.restype = ctypes.c_int32
    write.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int32]

    def key(words: str) -> bytes:
        text = words.encode("utf-16-le") if _LITTLE else words.encode("utf-16-be")
        size = write(collator, text, len(text) // 2, None, 0)
        buffer = ctypes.create_string_buffer(size)
        write(collator, text, len(text) // 2, buffer, size)
        return buffer.raw

    return key


_LITTLE = ctypes.c_uint16.from_buffer_copy(b"\x01\x00").value == 1


@lru_cache(maxsize=1)
def _icu() -> tuple[ctypes.CDLL, str]:
    """Load ICU, what it leans on first; return it with the number that its names end in."""
    try:
        held = [file for file in files("icu4py") or () if "libicu" in file.name]
    except PackageNotFoundError as error:
        raise ToolError("words are sorted by ICU, which is missing: run 'make languages'") from error
    found = {part: file for file in held for part in ("icudata", "icuuc", "icui18n") if part in file.name}
    if len(found) != 3:
        raise ToolError("the package icu4py carries no ICU on this system: install the wheel of it that does")
    loaded = [ctypes.CDLL(str(found[part].locate()), mode=ctypes.RTLD_GLOBAL) for part in ("icudata", "icuuc", "icui18n")]
    return loaded[-1], found["icui18n"].name.rpartition(".so.")[2].partition(".")[0] or "78"


def letter(words: str, lang: str) -> str:
    """Return the heading that a sorted word stands under in an index: a letter, or nothing for figures and signs."""
    key, base = sort_key(lang), lang.split("-")[0]
    first = next((character for character in words if character.isalnum()), "")
    if not first.isalpha():
        return ""
    for language, letters, prefix in (("zh", ascii_uppercase, BOUNDARY), ("ja", ROWS, ""), ("ko", SYLLABLES, "")):
        if base == language and first > "\u2e7f":
            return _under(key(first), [(mark, key(prefix + mark)) for mark in letters])
    return _plain(first.upper(), key, base)


def _under(word: bytes, marks: Sequence[tuple[str, bytes]]) -> str:
    return next((mark for mark, start in reversed(marks) if start <= word), marks[0][0])


OWN = {"es": "Ñ", "ru": "Й"}
"""Letters with marks that are letters of their own."""


def _plain(first: str, key: Key, base: str) -> str:
    """Return a letter without its marks, where the language sorts it with the plain one."""
    import unicodedata

    if first in OWN.get(base, ""):
        return first
    return unicodedata.normalize("NFD", first)[:1]
