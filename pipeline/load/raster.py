"""Read pictures made of pixels, and write them again: plain, upright, opaque, of a bearable size, the same bytes each time.

A file that somebody sent is decoded once, here, within bounds that its header is held to before. What pages and EPUBs show is
what this module wrote: PNG or JPEG, gray or sRGB, without metadata, profiles, or movement.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from PIL import Image, ImageCms, ImageFile, ImageOps

from pipeline.model import Picture
from pipeline.work import cache

ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST: Final = 10_000_000
"""Bytes of a file that is read."""
PIXELS: Final = 25_000_000
LONGEST: Final = 1600
"""Pixels of a side as written: what small readers can show, and 300 to an inch across a page."""
HEAVY: Final = 300_000
"""Bytes of a picture as written; small readers stall on more."""
SHOWN: Final = ("1", "L", "LA", "P", "RGB", "RGBA")
"""Modes of pictures that pages hold as they are."""
QUALITIES: Final = (88, 80, 70)
COLORS: Final = 256
FAULTS: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, ImageCms.PyCMSError,
                 Image.DecompressionBombError)  # fmt: skip
"""What Pillow raises for files that are damaged."""


def measured(data: bytes) -> str:
    """Say from its header why a picture is not decoded; nothing when it may be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # PIXELS is lower than Pillow's own limits
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                width, height = image.size
    except Image.DecompressionBombError:
        return f"the picture is over the limit of {PIXELS // 1_000_000} megapixels"
    except FAULTS:
        return "the file is no PNG, JPEG, WebP, or GIF that can be read"
    if width * height > PIXELS:
        return f"the picture is {width} by {height} pixels, over the limit of {PIXELS // 1_000_000} megapixels"
    return ""


def damaged(data: bytes) -> str:
    """Say why a picture cannot be read to its end; nothing when it can."""
    try:
        rewritten(data)
    except FAULTS as error:
        return f"the picture cannot be read: {' '.join(str(error).split())[:100]}"
    return ""


def rewritten(data: bytes) -> Picture:
    """Return a picture written anew, its size in pixels with it. Raises one of FAULTS when it cannot be read to its end."""
    entry = cache.recall("picture", data)
    if entry is None:
        written, kind, size = _rewritten(data)
        cache.remember(written, [kind, *size], "picture", data)
        return Picture(written, kind, *size)
    return Picture(entry.data, *entry.facts)


def _rewritten(data: bytes) -> tuple[bytes, Literal["png", "jpg"], tuple[int, int]]:
    with strict(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
        photograph = image.format == "JPEG"
        if photograph:
            image.draft("RGB", (2 * LONGEST, 2 * LONGEST))
        image.load()
        given = image.size
        plain = _plain(image)
    plain.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    whole = b"" if photograph else _png(plain)
    if whole and len(whole) <= HEAVY:
        return whole, "png", _shown(given, plain.size)
    return *_jpeg(plain), _shown(given, plain.size)


def _shown(given: tuple[int, int], written: tuple[int, int]) -> tuple[int, int]:
    """Return the size that a picture is meant to have, upright, whatever it was scaled to."""
    upright = given if (given[0] > given[1]) == (written[0] > written[1]) else given[::-1]
    return upright[0], upright[1]


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture upright, in sRGB or gray, on white where it lets the ground through."""
    image = _upright(image)
    gray = image.mode in ("1", "L", "LA", "I;16", "I", "F")
    if image.mode in ("I;16", "I", "F"):
        image = image.convert("I").point(lambda value: value / 256, "L")
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image)
        image = ground
    elif profile and image.mode in ("RGB", "CMYK"):
        image = _in_srgb(image, profile)
    image = image.convert("L" if gray else "RGB")
    image.info = {}
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its Exif data say; damaged ones say nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except FAULTS:
        return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture in sRGB; one whose profile cannot be read is taken to be there already."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except FAULTS:
        return image


def _png(image: Image.Image) -> bytes:
    few = image.mode == "RGB" and image.getcolors(COLORS) is not None
    out = io.BytesIO()
    (image.quantize(COLORS, dither=Image.Dither.NONE) if few else image).save(out, "PNG", optimize=True)
    return out.getvalue()


def bearable(data: bytes) -> bytes:
    """Return a PNG that can be read as it is where every page and reader can show it; else written anew, on white, and smaller."""
    with strict(), Image.open(io.BytesIO(data), formats=["PNG"]) as image:
        if len(data) <= HEAVY and max(image.size) <= LONGEST and image.mode in SHOWN:
            return data
        plain = _plain(image)
    plain.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    while len(written := _png(plain)) > HEAVY:
        plain = plain.resize((max(1, plain.width * 4 // 5), max(1, plain.height * 4 // 5)), Image.Resampling.LANCZOS)
    return written


def _jpeg(image: Image.Image) -> tuple[bytes, Literal["jpg"]]:
    """Return a picture as JPEG, as good and as large as it can be without being heavy."""
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= HEAVY:
                return out.getvalue(), "jpg"
        image = image.resize((max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)), Image.Resampling.LANCZOS)


@contextmanager
def strict() -> Iterator[None]:
    """Refuse pictures that are cut: WeasyPrint 70 lets Pillow accept them, for the whole process, once it is imported."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
