"""Read a PNG to its end, and refuse what is none, or is larger than a logo need be."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, ImageFile

MAX_PNG: Final = 1_000_000
PIXELS: Final = 4_000_000
HEAD: Final = struct.Struct(">8sI4sII")
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def broken(data: bytes) -> str:
    """Say what is wrong with a PNG (ISO/IEC 15948), or return nothing; its size is read before any of it is unpacked."""
    if not data.startswith(SIGNATURE):
        return "the logo is no PNG picture"
    if len(data) < HEAD.size:
        return "the picture ends too early"
    _, _, kind, width, height = HEAD.unpack_from(data)
    if kind != b"IHDR" or width < 1 or height < 1:
        return "the picture does not say how large it is"
    if width * height > PIXELS:
        return f"the picture is {width} by {height} pixels, over the limit of {PIXELS // 1_000_000} megapixels"
    return _decoded(data)


def _decoded(data: bytes) -> str:
    try:
        with _strict(), Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return "the picture moves" if getattr(image, "n_frames", 1) > 1 else ""
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        return f"the picture cannot be read: {' '.join(str(error).split())[:100]}"


@contextmanager
def _strict() -> Iterator[None]:
    """Refuse pictures that are cut: WeasyPrint 70 lets Pillow accept them, for the whole process, once it is imported."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
