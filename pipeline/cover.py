"""Show the cover of a bound guide as a picture, for the EPUB and for shop windows."""

import io

import pypdfium2

HEIGHT = 1600
"""Pixels: the most that reading systems take without scaling (and 1.6 to 1.4 of the height in width)."""
COLORS = 64


def picture(pdf: bytes) -> bytes:
    """Return the first page as PNG, 1600 pixels high; the same bytes for the same PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        image = page.render(scale=HEIGHT / page.get_height()).to_pil().convert("RGB")
    finally:
        document.close()
    buffer = io.BytesIO()
    # A palette keeps the file small; the cover is flat color and thin lines.
    image.quantize(COLORS, dither=0).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
