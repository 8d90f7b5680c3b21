"""Try to lay out a signature in this process; the engine is imported when it is first wanted."""

import ctypes.util
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import ParseError

from pipeline.diagnostics import Diagnostic, ToolError

from .faults import fault
from .keys import fonts_digest
from .records import LaidOut, Signature

Outcome = LaidOut | Diagnostic
FONTCONFIG_FILE = Path(__file__).with_name("fonts.conf")


def prepare(stylesheets: Sequence[str], fonts: Mapping[str, bytes]) -> None:
    """Make this process ready to lay out at once: the engine imported, style sheets parsed, fonts loaded."""
    _engine()
    from . import engine

    for stylesheet in stylesheets:
        engine.prepare(stylesheet, fonts_digest(fonts), fonts)


def is_ready() -> bool:
    """Tell whether the engine is loaded in this process."""
    return f"{__package__}.engine" in sys.modules


def attempt(signature: Signature, fonts: Mapping[str, bytes]) -> Outcome:
    """Lay out, or say why not: a diagnostic travels between processes, an exception of WeasyPrint may not."""
    try:
        return _engine()(signature, fonts)
    except ToolError:
        raise
    except ParseError as error:
        return fault(signature, "P102", f"its markup is not well-formed: {error}")
    except Exception as error:
        return fault(signature, "P101", f"{type(error).__name__}: {error}")


def _engine() -> Callable[[Signature, Mapping[str, bytes]], LaidOut]:
    """Import WeasyPrint where no font of the system is found; it warns of that."""
    os.environ["FONTCONFIG_FILE"] = str(FONTCONFIG_FILE)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No fonts configured", UserWarning)
        # The bindery makes the subsets of fonts: two modules take a third of the import, and nothing here calls them.
        with _put_off("fontTools.subset", "fontTools.varLib.instancer"):
            with suppress(OSError), redirect_stdout(None), _known_to_the_loader():
                from . import engine
            try:
                from . import engine
            except OSError as error:
                raise ToolError(f"cannot load WeasyPrint's libraries, install Pango: {error}") from error

    return engine.lay_out


class _Later(ModuleType):
    """Stand in for a module until one of its functions is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *values, **options: getattr(importlib.import_module(self.__name__), name)(*values, **options)


@contextmanager
def _put_off(*names: str) -> Iterator[None]:
    """Have modules imported when they are used, not when they are named."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Later(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


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
