"""Read the layers of a book's look, a theme named for it and the book's own: tokens, fonts, style sheets, and labels are checked."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import tinycss2
from fontTools.ttLib import TTFont
from pydantic import ValidationError

from pipeline import brand, source, theme
from pipeline.diagnostics import Diagnostic, Place, nearest
from pipeline.load.diagnosing import Reading, at, diagnose
from pipeline.load.pictures import picture
from pipeline.model import FontFile, Fonts, Keys, Layer, Tokens
from pipeline.source import Source, SourceFault, is_stray

FOLDER, TEMPLATES, SCRIPTS = "theme", "templates", "scripts"
LARGEST: Final = 40_000_000
"""Bytes of a font: those of Chinese have twenty thousand glyphs."""
NEEDED: Final = ("head", "hhea", "hmtx", "maxp", "cmap", "name", "OS/2")
OUTLINES: Final = ("glyf", "CFF ")
NO_EMBEDDING: Final = 0x0002
"""Bit of fsType: the owner forbids embedding (OpenType 1.9, OS/2)."""
DIGITS: Final = "0123456789"
OF_SIGNS: Final = ("emoji", "symbols")
"""Roles of fonts in which no number is set."""
SHEETS: Final = ("paged.css", "reflow.css", "editions/*.css")
LEADING_OUT: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "element"})
"""Functions of CSS that fetch something."""
LONG: Final = re.compile(r"[0-9]{100}")
BLOCK: Final = re.compile(r"[{}()\[\]]")
DEEPEST: Final = 32
"""Blocks of a style sheet in one another."""
REFUSED: Final = {
    "import": "write what it holds into this file",
    "namespace": "delete it",
    "charset": "delete it: style sheets are UTF-8",
    "font-face": "name fonts in theme.yaml",
}
"""At-rules that a theme's style sheet may not have, and what to do."""
Below = tuple[Layer, ...]
Found = Iterator[tuple[str, str, int, int, str]]
"""Code, message, line, column, and hint."""


def layers(reading: Reading, named: Path | None) -> Below:
    """Return the layers over the package's own that hold no fault: of the folder that was named, then of the book."""
    found: Below = ()
    if named is not None:
        apart = Reading(named)
        if named.is_dir():
            found = _layer(apart, named, (), templates=True)
        else:
            apart.faults.append(Diagnostic("T105", "no such folder", Place(apart.name), "name a folder that holds theme.yaml"))
        reading.faults += apart.faults
        reading.refused |= apart.refused
    own = reading.folder / FOLDER
    if own.is_dir():
        found += _layer(reading, own, found, templates=False)
    return found


def _layer(reading: Reading, folder: Path, below: Below, *, templates: bool) -> Below:
    """Read one folder; nothing comes of it when it holds a fault."""
    before = len(reading.faults)
    path = folder / theme.THEME
    read = reading.read(path) if path.exists() else None
    bare = Layer(reading.shown(path).removesuffix(f"/{theme.THEME}"), read.data if read is not None else {})
    files: dict[str, bytes] = {}
    if read is not None:
        files = _checked(reading, read, folder, (*below, bare))
    sheets = dict(_sheets(reading, folder))
    _are_of_editions(reading, read, sheets, folder)
    labels = dict(_labels(reading, folder))
    if len(reading.faults) > before:
        reading.refused.add(("theme", bare.name))
        return ()
    own = folder / TEMPLATES if templates and (folder / TEMPLATES).is_dir() else None
    return (Layer(bare.name, bare.values, sheets, labels, files, own, theme.files_digest(own, ".xhtml") if own else ""),)


def _checked(reading: Reading, read: Source, folder: Path, layers: Below) -> dict[str, bytes]:
    """Check ``theme.yaml`` laid over the layers below it; return the files that it names."""
    found: dict[str, bytes] = {}
    for edition in ("", *_editions_in(read)):
        keys = ("editions", edition) if edition else ()
        try:
            tokens = Tokens.model_validate(_values(read, layers, edition))
        except ValidationError as error:
            reading.faults += [diagnose(read, keys, item, Tokens) for item in error.errors(include_url=False)]
            if not edition:
                break
            continue
        found |= _fonts(reading, read, folder, keys, tokens.fonts)
        found |= dict(_cover(reading, read, folder, keys, tokens))
        reading.faults += _accent(read, keys, tokens)
    return found


def _editions_in(read: Source) -> tuple[str, ...]:
    """Return the editions that ``theme.yaml`` says something of."""
    said = read.data.get("editions") if isinstance(read.data, dict) else None
    return tuple(said) if isinstance(said, dict) else ()


def _values(read: Source, layers: Below, edition: str) -> Any:
    if not isinstance(read.data, dict):
        return read.data
    whole = theme.merged((theme.package(), *layers), edition)
    return whole if edition else {**whole, "editions": read.data.get("editions", {})}


def _cover(reading: Reading, read: Source, folder: Path, keys: tuple[str, ...], tokens: Tokens) -> Iterator[tuple[str, bytes]]:
    """Yield the picture of a cover that this file names."""
    name = tokens.cover.picture
    if name is None or not read.holds((*keys, "cover", "picture")):
        return
    data = picture(reading, folder / name, "cover")
    if data is not None:
        yield name, data


def _accent(read: Source, keys: tuple[str, ...], tokens: Tokens) -> Iterator[Diagnostic]:
    accent, where = tokens.palette.accent, (*keys, "palette", "accent")
    if accent and read.holds(where) and (found := brand.contrast(accent, "#ffffff")) < brand.LEAST_CONTRAST:
        message = f"accent {accent} has a contrast of {found:.2f} on white: text needs {brand.LEAST_CONTRAST}"
        yield at(read, "T108", message, read.place(where), f"use {brand.passing(accent)}, the nearest shade that has it")


def _are_of_editions(reading: Reading, read: Source | None, sheets: Mapping[str, str], folder: Path) -> None:
    """Report what a book's own theme says of editions that it does not have; a theme that was named serves many books."""
    if folder == reading.folder:
        return
    known = {name for kind, name in reading.refused if kind == "edition"} | set(reading.records.get("edition", {}))
    if read is not None:
        for name in sorted(set(_editions_in(read)) - known):
            place = read.place(("editions", name), of_key=True)
            reading.faults.append(at(read, "T109", f"no edition '{name}'", place, nearest(name, known)))
    for sheet in sheets:
        kind, _, name = sheet.partition("/")
        if name and name not in known:
            place = Place(reading.shown(folder / kind / f"{name}.css"))
            reading.faults.append(Diagnostic("T109", f"no edition '{name}'", place, nearest(name, known)))


def _labels(reading: Reading, folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the labels of each language, and of each that is spoken."""
    for path in sorted(path for path in folder.glob("labels/*.yaml") if not is_stray(path.relative_to(folder))):
        read = reading.read(path)
        if read is None:
            continue
        if theme.is_words(read.data):
            reading.faults += _label_faults(read, path.stem)
            yield path.stem, read.data
        else:
            hint = "write 'name: words' on each line"
            reading.faults.append(at(read, "T104", "not one mapping from names to words", read.place(), hint))


def _label_faults(read: Source, name: str) -> Iterator[Diagnostic]:
    model = theme.model_words(name)
    for label, words in read.data.items():
        if label not in model:
            yield at(read, "T106", f"no label '{label}'", read.place((label,), of_key=True), nearest(label, model))
        elif theme.blanks(words) - theme.blanks(model[label]):
            message = f"label '{label}' has a blank that is not filled in: {words}"
            yield at(read, "T103", message, read.place((label,)), f"use {theme.listed_blanks(model[label])}")


def _fonts(reading: Reading, read: Source, folder: Path, keys: Keys, fonts: Fonts) -> dict[str, bytes]:
    """Return the font files beside ``theme.yaml`` that it names below ``keys``, by their paths; faults are noted."""
    found: dict[str, bytes] = {}
    for path, font in _named(fonts):
        where = (*keys, "fonts", *path)
        if not read.holds(where):
            continue
        data = _font_bytes(reading, folder, font)
        reason, hint = _font_fault(data, font, path[0])
        if reason:
            place = read.place((*where, "file"))
            reading.faults.append(at(read, "T107", f"font {font.file}: {reason}", place, hint))
        elif not font.package and data is not None:
            found[font.file] = data
    return found


def _named(fonts: Fonts) -> Iterator[tuple[Keys, FontFile]]:
    """Yield every font with the keys that lead to it."""
    families: dict[Keys, Any] = {(role,): getattr(fonts, role) for role in type(fonts).model_fields if role != SCRIPTS}
    families |= {(SCRIPTS, script, role): getattr(of, role) for script, of in fonts.scripts.items() for role in type(of).model_fields}
    for path, family in families.items():
        yield from (((*path, style), font) for style, font in family if font is not None)


def _font_bytes(reading: Reading, folder: Path, font: FontFile) -> bytes | None:
    """Return the bytes of a font; None where they cannot be read."""
    path = folder / font.file
    if not font.package and not reading.inside(path):
        return None
    try:
        return source.octets(theme.package_file(font.package, font.file) if font.package else path, font.file, LARGEST)
    except (FileNotFoundError, ImportError, ValueError, SourceFault):
        return None


def _font_fault(data: bytes | None, font: FontFile, role: str | int) -> tuple[str, str]:
    """Return what is wrong with a font, and what to do; nothing when all is well."""
    if data is None:
        lacking = f"package {font.package} is not installed, or lacks it" if font.package else "no such file beside theme.yaml can be read"
        return lacking, f"put the file into the folder of the theme, or install the package: at most {LARGEST:,} bytes"
    digest = hashlib.sha256(data).hexdigest()
    if font.package and font.sha256 is None:
        return "a font of a package is named with its digest", f"add 'sha256: {digest}'"
    if font.sha256 not in (None, digest):
        return "the file is another than its digest says", f"write 'sha256: {digest}' if this is the font that is meant"
    return _unusable(data, role, font.weight), "choose a static TrueType or OpenType font that may be embedded"


@lru_cache(maxsize=64)
def _unusable(data: bytes, role: str | int, weight: int | None) -> str:
    try:
        font = TTFont(io.BytesIO(data), lazy=True)
        return _lack(font, role, weight)
    except Exception as error:  # fontTools raises whatever a damaged table makes it stumble over
        return f"it is no font that can be read ({type(error).__name__})"


def _lack(font: Any, role: str | int, weight: int | None) -> str:
    """Say what a font lacks that can be read."""
    lacking = [table for table in NEEDED if table not in font]
    if lacking or not any(table in font for table in OUTLINES):
        return f"it lacks the table {lacking[0]}" if lacking else "it has no outlines"
    if "fvar" in font and not (role == SCRIPTS and weight):
        return "it is a variable font"
    if font["OS/2"].fsType & NO_EMBEDDING:
        return "its owner does not allow embedding"
    if role == "maths" and "MATH" not in font:
        return "it lacks the table MATH"
    digits = "" if role == SCRIPTS or role in OF_SIGNS else DIGITS
    missing = [digit for digit in digits if ord(digit) not in font.getBestCmap()]
    return f"it has no sign '{missing[0]}'" if missing else ""


def _sheets(reading: Reading, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the style sheets of a theme by their names, such as ``editions/compact``; faults are noted."""
    paths = sorted({path for pattern in SHEETS for path in folder.glob(pattern) if not is_stray(path.relative_to(folder))})
    for path in paths:
        text = reading.take(source.text, path)
        if text is not None:
            reading.faults += _css_faults(text, reading.shown(path))
            yield path.relative_to(folder).with_suffix("").as_posix(), text
    for path in sorted(folder.rglob("*.css")):
        if path not in paths and not is_stray(path.relative_to(folder)):
            hint = "name it paged.css, reflow.css, or editions/<id>.css"
            reading.faults.append(Diagnostic("B113", "this file is not read", Place(reading.shown(path)), hint, "warning"))


def _css_faults(css: str, path: str) -> Iterator[Diagnostic]:
    lines = css.split("\n")
    deep, long = _too_deep(css), LONG.search(css)
    if deep or long:
        at = deep or (long.start() if long else 0)
        line, column = css.count("\n", 0, at) + 1, at - css.rfind("\n", 0, at)
        message = f"not CSS: more than {DEEPEST} blocks are open" if deep else "not CSS: a number that no page can hold"
        hint = "close the blocks before" if deep else "write a smaller one"
        yield Diagnostic("T110", message, Place(path, line, column), hint, line_text=lines[line - 1])
        return
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    for code, message, line, column, hint in (*chain.from_iterable(map(_css_rule, nodes)), *_unknown_tokens(css)):
        yield Diagnostic(code, message, Place(path, line, column), hint, line_text=lines[min(line, len(lines)) - 1])


def _too_deep(css: str) -> int:
    """Return where a style sheet opens more blocks in one another than any needs; 0 where it does not."""
    depth = 0
    for found in BLOCK.finditer(css):
        depth = depth + 1 if found[0] in "{[(" else max(0, depth - 1)
        if depth > DEEPEST:
            return found.start()
    return 0


def _css_rule(node: Any) -> Found:
    if node.type == "error":
        yield _css_error(node)
        return
    if node.type == "at-rule" and node.lower_at_keyword in REFUSED:
        code = "T111" if node.lower_at_keyword in ("import", "namespace") else "T110"
        message = f"a theme's style sheet may not hold @{node.lower_at_keyword}"
        yield code, message, node.source_line, node.source_column, REFUSED[node.lower_at_keyword]
        return
    yield from _css_values(node.prelude)
    if node.content is not None:
        for inner in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            yield from _css_values(inner.value) if inner.type == "declaration" else _css_rule(inner)


def _css_values(nodes: Iterable[Any]) -> Found:
    """Look through the values of a declaration, or of what stands before a block."""
    for node in nodes:
        if node.type == "error":
            yield _css_error(node)
        elif node.type == "url" or (node.type == "function" and node.lower_name in LEADING_OUT):
            yield "T111", "an address in a style sheet", node.source_line, node.source_column, "delete it: a look has no files but its own"
        else:
            yield from _css_values(getattr(node, "arguments", None) or getattr(node, "content", None) or ())


def _css_error(node: Any) -> tuple[str, str, int, int, str]:
    return "T110", f"not CSS: {node.message.rstrip('.')}", node.source_line, node.source_column, "mend the rule here, or above"


def _unknown_tokens(css: str) -> Found:
    known = theme.token_names()
    for found in theme.unknown(css, known):
        before = css[: found.start()]
        line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
        yield "T112", f"no token '--{found[1]}'", line, column, nearest(f"--{found[1]}", [f"--{name}" for name in known])
