"""Lay out a signature; the engine is imported when it is first wanted."""

import ctypes.util
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict
from pathlib import Path
from xml.etree.ElementTree import ParseError

from pipeline.diagnostics import Diagnostic, Place, Rule, ToolError
from pipeline.work import Stage, thresholds
from pipeline.work.store import Entry

from .signatures import Facts, LaidOut, Signature, fonts_digest, key, picture_key, versions

FONTCONFIG_FILE = Path(__file__).with_name("fonts.conf")
RULES = (
    Rule(
        "P101", "a section cannot be laid out",
        "The layout engine gave up on this section. The message says why; the section's text, its figures "
        "and the stylesheet are the places to look.",
    ),
    Rule(
        "P102", "a section's markup is not well-formed",
        "Every section reaches the press as XHTML. A template or a converter wrote something that is not.",
    ),
    Rule(
        "P103", "laying out a section ended its worker",
        "The operating system ended the worker twice while it laid out this section, or drew this picture or formula, most often for want "
        "of memory; or it met a limit of --untrusted, which the message names.",
    ),
)  # fmt: skip


def attempt(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut | Diagnostic:
    """Lay out, or say why not: a diagnostic travels between processes, an exception of WeasyPrint may not."""
    try:
        return load_engine()(signature, fonts)
    except (MemoryError, ToolError):
        raise
    except ParseError as error:
        return _fault(signature, "P102", f"its markup is not well-formed: {error}")
    except Exception as error:
        return _fault(signature, "P101", f"{type(error).__name__}: {error}")


def _fault(signature: Signature, code: str, message: str) -> Diagnostic:
    """Make a diagnostic that names the signature's first section, at its source when that is known."""
    source = dict(signature.sections).get(signature.id) or next((path for _, path in signature.sections), "")
    return Diagnostic(code, f"section '{signature.id}': {message}", Place(source or signature.id))


def get_ready(styles: Sequence[tuple[str, Mapping[str, bytes]]]) -> None:
    """Make this process ready to lay out at once: the engine imported, style sheets parsed, each with its fonts loaded.

    Nobody waits for it: whoever wants a signature laid out will hear what is wrong with the machine.
    """
    with suppress(ToolError):
        load_engine()
        from . import engine

        for stylesheet, fonts in styles:
            engine.prepare(stylesheet, fonts_digest(fonts), fonts)


def load_engine() -> Callable[[Signature, Mapping[str, bytes]], LaidOut]:
    """Import WeasyPrint where no font of the system is found; it warns of that."""
    os.environ["FONTCONFIG_FILE"] = str(FONTCONFIG_FILE)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No fonts configured", UserWarning)
        with suppress(OSError), redirect_stdout(None), _known_to_the_loader():
            from . import engine
        try:
            from . import engine
        except OSError as error:
            raise ToolError(f"cannot load WeasyPrint's libraries, install Pango: {error}") from error
    return engine.lay_out


@contextmanager
def _known_to_the_loader() -> Iterator[None]:
    """Have libraries found by the system's loader alone.

    WeasyPrint asks for each by names of all systems, and for each name that the loader does not know, Python asks the
    tables of the loader and two compilers: 20 programs, which take longer than the rest of the import.
    """
    asked = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = asked


def draw(picture: tuple[str, bytes]) -> bytes:
    """Return the form that a picture (its name, its SVG) is shown as; what cannot be drawn stays as it is, for layout to tell."""
    name, svg = picture
    load_engine()
    from . import form_xobjects

    try:
        return form_xobjects.made(name, svg)
    except MemoryError:
        raise
    except Exception:
        return svg


DRAW: Stage[tuple[str, bytes], bytes] = Stage(
    "render", draw, title=lambda picture: picture[0], weight=lambda picture: len(picture[1]), few=1,
    key=lambda picture: picture_key(*picture), pack=lambda form: (form, None), unpack=lambda entry: entry.data,
    killed=lambda picture, how: Diagnostic("P103", f"picture '{picture[0]}': {how}", Place(picture[0])),
)  # fmt: skip
"""Pictures become forms, which any signature shows."""


def _unpack(entry: Entry) -> LaidOut | None:
    try:
        return LaidOut(entry.data, Facts.from_json(entry.facts))
    except (KeyError, TypeError, ValueError):
        return None


LAY_OUT: Stage[Signature, LaidOut] = Stage(
    "lay out", attempt, title=lambda signature: signature.id, weight=lambda signature: len(signature.xhtml),
    few=thresholds.SIGNATURES_LAID_OUT_HERE, key=key, pack=lambda laid: (laid.pdf, asdict(laid.facts)), unpack=_unpack,
    killed=lambda signature, how: _fault(signature, "P103", how), versions=versions,
)  # fmt: skip
"""Signatures, and the fonts that they share, become pages."""
