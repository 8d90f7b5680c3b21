"""Say whose copy a guide is, and compute the colors that go with a team's accent."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

LEAST_CONTRAST = 4.5
"""Of text and what it stands on (WCAG 2.2, 1.4.3, level AA)."""
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
LONGEST_SLUG = 40
HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Unicode categories of what is not printed: controls, changes of direction, unassigned code points."""
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent of a guide and all that is mixed from it, each as ``#rrggbb``."""

    accent: str
    tint: str
    """Ground of panels and listings."""
    pale: str
    """Quieter words on the accent, as on a cover."""
    faint: str
    """Palest bars of a chart."""
    middle: str
    """Bars between."""


RESERVED = Palette("#0f5b66", "#f0f5f6", "#d6e6e9", "#9fbcc1", "#4f8b94")
"""The theme's own colors. Nothing else is laid out in exactly these, so that binding may put a team's in their place."""
SHARES = (0.0625, 0.17, 0.4, 0.73)
"""Of the accent in tint, pale, faint, and middle; the rest is white."""


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose copy a guide is: a team's, a recipient's, or both; the plain guide is nobody's."""

    team: str = ""
    """Id of the team."""
    name: str = ""
    contact: str = ""
    accent: str = ""
    """As ``#rrggbb``; the theme's own when empty."""
    logo: bytes = b""
    logo_type: str = ""
    """``svg`` or ``png``."""
    logo_alt: str = ""
    recipient: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether this is the guide for everybody."""
        return not (self.team or self.recipient)

    @property
    def suffix(self) -> str:
        """What file names say of a copy: ``-acme-for-ana-lopes``."""
        return (f"-{self.team}" if self.team else "") + (f"-for-{slug(self.recipient)}" if self.recipient else "")

    @property
    def query(self) -> str:
        """What the address that identifiers are made from says of a copy."""
        return "" if self.is_plain else f"?team={quote(self.team, safe='')}&for={quote(self.recipient, safe='')}"

    @property
    def logo_name(self) -> str:
        """Name of the logo among the resources of a rendition."""
        return f"logo/{self.team}-{hashlib.sha256(self.logo).hexdigest()[:16]}.{self.logo_type}"


PLAIN = Brand()


def palette(accent: str, quiet: tuple[str, ...]) -> Palette:
    """Mix a team's colors: the theme's shares, less of the accent where text would otherwise be hard to read.

    The accent and the ``quiet`` colors of text keep a contrast of 4.5 on the tint, and the pale color on the accent.
    """
    tint, pale, faint, middle = (_mixer(accent, share) for share in SHARES)
    on_tint = (accent, *quiet)
    return Palette(
        accent.lower(),
        _first(tint, lambda color: all(contrast(text, color) >= LEAST_CONTRAST for text in on_tint)),
        _first(pale, lambda color: contrast(color, accent) >= LEAST_CONTRAST),
        faint(1), middle(1),
    )  # fmt: skip


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def passing(accent: str) -> str:
    """Return the shade of a color nearest to it that has a contrast of 4.5 on white."""
    shades = (_hex(_mixed(_rgb(accent), BLACK, 1 - step / 255)) for step in range(256))
    return next(shade for shade in shades if contrast(shade, "#ffffff") >= LEAST_CONTRAST)


def slug(name: str) -> str:
    """Return a name for file names: 1 to 49 of a-z, 0-9, and hyphens, and never the same for two names.

    What letters cannot say (accents, other scripts, signs, case) a digest of the name says.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
    if short and short.replace("-", " ").title() == name:
        return short
    return f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".strip("-")


def one_line(name: str) -> str:
    """Return a name with each stretch of white space, line ends too, made one space."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def hidden(name: str) -> str:
    """Return the characters of a name that cannot be seen in print."""
    return "".join(c for c in name if unicodedata.category(c) in HIDDEN)


def _first(mix: Callable[[float], str], good: Callable[[str], bool]) -> str:
    return next((color for step in range(20, -1, -1) if good(color := mix(step / 20))), mix(0))


def _mixer(accent: str, share: float) -> Callable[[float], str]:
    return lambda part: _hex(_mixed(_rgb(accent), WHITE, share * part))


def _mixed(color: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(color, other, strict=True))
    return red, green, blue


def _rgb(color: str) -> Rgb:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red, green, blue


def _hex(color: Rgb) -> str:
    return "#" + bytes(color).hex()


def _luminance(color: str) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (part / 255 for part in _rgb(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
