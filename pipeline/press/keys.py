"""The key of a signature: a digest of everything its pages depend on."""

import ctypes
import hashlib
import importlib.metadata
import platform
import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from pipeline.diagnostics import ToolError
from pipeline.work.cluster import CODE

from .records import Signature

LIBRARIES = {
    "pango": (("libpango-1.0.so.0", "libpango-1.0.dylib", "pango-1.0-0.dll"), "pango_version_string"),
    "harfbuzz": (("libharfbuzz.so.0", "libharfbuzz.0.dylib", "harfbuzz.dll"), "hb_version_string"),
    "fontconfig": (("libfontconfig.so.1", "libfontconfig.1.dylib", "fontconfig-1.dll"), "FcGetVersion"),
}


def fonts_digest(fonts: Mapping[str, bytes]) -> str:
    """Digest font files by name and content, as `Signature.fonts` wants it."""
    files = (f"{name}\0{hashlib.sha256(data).hexdigest()}" for name, data in sorted(fonts.items()))
    return _digest(file.encode() for file in files)


def key(signature: Signature) -> str:
    """Digest exactly what a signature prints, the libraries that print it, and this package."""
    parts = [signature.id, signature.xhtml, signature.stylesheet, signature.fonts, own_digest()]
    parts += [f"{name} {version}" for name, version in system_versions().items()]
    parts += [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in signature.resources]
    return _digest(part.encode() for part in parts)


def picture_key(name: str, svg: bytes) -> str:
    """Digest all that the form of a picture follows from."""
    return _digest((b"form", name.encode(), svg, own_digest().encode(), *(f"{n} {v}".encode() for n, v in system_versions().items())))


@lru_cache(maxsize=1)
def system_versions() -> Mapping[str, str]:
    """Name the versions that decide how pages look, without importing WeasyPrint (that takes a second)."""
    versions = {name: _library_version(*where) for name, where in LIBRARIES.items()}
    return {
        "weasyprint": importlib.metadata.version("weasyprint"),
        "pydyf": importlib.metadata.version("pydyf"),
        **versions,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "python": platform.python_version(),
    }


def versions() -> Mapping[str, str]:
    """Name all that decides what pages are made of signatures: libraries, and the code of this package."""
    return {**system_versions(), CODE: own_digest()}


def _library_version(names: Iterable[str], function: str) -> str:
    for name in names:
        try:
            version = getattr(ctypes.CDLL(name), function)
        except OSError:
            continue
        if function == "FcGetVersion":
            return str(version())
        version.restype = ctypes.c_char_p
        return str(version().decode())
    raise ToolError(f"cannot find the library {next(iter(names))}: install Pango (libpango-1.0-0 and libpangoft2-1.0-0)")


@lru_cache(maxsize=1)
def own_digest() -> str:
    """Digest the code that lays out."""
    here = Path(__file__).parent
    sources = sorted((*here.glob("*.py"), here / "fonts.conf", here.parent / "fetcher.py", here.parent / "slots.py"))
    return _digest(path.read_bytes() for path in sources)


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8) + part)
    return total.hexdigest()
