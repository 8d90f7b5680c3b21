"""Find the pictures of a source that lie beside its files, and name the copies that a book gets; and formulas that are pictures."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import Final
from urllib.parse import unquote, unquote_plus

from pipeline import source
from pipeline.bring.haul import Losses
from pipeline.bring.shelf import slug
from pipeline.diagnostics import Place
from pipeline.load import raster
from pipeline.source import SourceFault

FOLDER: Final = "pictures"
MOST: Final = 200_000_000
"""Bytes of all pictures of a source that are copied."""
DRAWN: Final = re.compile(
    r"https?://(?:render\.githubusercontent\.com/render/math\?(?:mode=\w+&)?math=|latex\.codecogs\.com/\w+\.(?:latex|image)\?)(.+)",
    re.IGNORECASE | re.DOTALL,
)
"""Addresses under which a service draws the LaTeX at their end, as banks have them whose pages knew no formulas."""
SETTINGS: Final = re.compile(r"\A(?:\\(?:inline|tiny|small|large|huge|bg_\w+|dpi\{\d+\})\s*)+", re.IGNORECASE)
"""What the LaTeX of a drawing may begin with: its size and its color."""


@dataclass
class Gallery:
    """The pictures that were found, by the paths of their copies in the book."""

    root: Path = Path()
    """Folder of the source: nothing outside it is read."""
    enclosed: Mapping[str, bytes] = field(default_factory=dict)
    """Pictures that stand in the files of the source, by the addresses that name them."""
    found: dict[str, bytes] = field(default_factory=dict)
    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, address: str, beside: str) -> tuple[str, str]:
        """Return the path in the book of a picture that a file names, or nothing, and why."""
        if address in self.enclosed:
            return self._kept(PurePosixPath(unquote(address)), self.enclosed[address])
        plain = unquote(address.partition("?")[0].partition("#")[0])
        at = self.root / plain.lstrip("/") if plain.startswith("/") else Path(beside).parent / plain
        whole = os.path.realpath(at) if "\0" not in plain else ""
        if whole not in self.known:
            self.known[whole] = self._copied(Path(whole)) if self._holds(whole) else ("", "it lies outside of the source")
        return self.known[whole]

    def _holds(self, whole: str) -> bool:
        return bool(whole) and Path(whole).is_relative_to(os.path.realpath(self.root))

    def _copied(self, path: Path) -> tuple[str, str]:
        try:
            return self._kept(path, source.octets(path, path.name, raster.LARGEST))
        except SourceFault as fault:
            return "", fault.diagnostic.message

    def _kept(self, path: PurePath, data: bytes) -> tuple[str, str]:
        ending = path.suffix.lower()
        if ending not in raster.ENDINGS:
            return "", "it is no PNG, JPEG, WebP, or GIF"
        reason = raster.measured(data) or raster.damaged(data)
        if reason:
            return "", reason
        if sum(map(len, self.found.values())) + len(data) > MOST:
            return "", f"the pictures of the source take more than {MOST // 1_000_000} MB"
        name = f"{FOLDER}/{slug(path.stem, 'picture')}-{hashlib.sha256(data).hexdigest()[:8]}{ending}"
        self.found[name] = data
        return name, ""


def hang(pictures: Mapping[str, bytes], book: Path, losses: Losses) -> int:
    """Copy pictures into a book, and count them; what stands there by the same name stays: a name says what the picture is."""
    new = 0
    for path, data in pictures.items():
        whole = book / path
        if whole.is_symlink() or whole.parent.is_symlink():
            fault = Losses.alone("I101", "a link stands where a picture is written", "put a plain file there", Place(whole.as_posix()))
            losses.extend([fault])
        elif not whole.exists():
            whole.parent.mkdir(parents=True, exist_ok=True)
            source.write(whole, data)
            new += 1
    return new


def drawn_from(address: str) -> str:
    """Return the LaTeX in the address of a picture that is drawn from it; nothing where it is another."""
    found = DRAWN.fullmatch(address)
    latex = SETTINGS.sub("", unquote_plus(found[1]).replace("&space;", " ").strip()) if found else ""
    return "" if "$" in latex else latex
