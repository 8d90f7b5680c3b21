"""The sRGB color profile (IEC 61966-2-1) as an ICC profile of version 2, computed."""

import struct
from functools import cache

WHITE = (0.9642, 1.0, 0.8249)
"""D50, the white of the profile connection space."""
PRIMARIES = {
    "r": (0.4360747, 0.2225045, 0.0139322),
    "g": (0.3850649, 0.7168786, 0.0971045),
    "b": (0.1430804, 0.0606169, 0.7141733),
}
"""sRGB's primaries, adapted to D50."""


@cache
def srgb_profile() -> bytes:
    """Build the profile: the same bytes every time."""
    curve = _curve()
    tags = {
        "desc": _description("sRGB IEC61966-2.1"),
        "cprt": b"text\0\0\0\0No copyright\0",
        "wtpt": _xyz(WHITE),
        **{f"{color}XYZ": _xyz(values) for color, values in PRIMARIES.items()},
        "rTRC": curve,
        "gTRC": curve,
        "bTRC": curve,
    }
    return _assemble(tags)


def _assemble(tags: dict[str, bytes]) -> bytes:
    """Lay the tags out behind their table; equal ones are stored once (ICC.1:2001-04, 6.2)."""
    offsets: dict[bytes, int] = {}
    body, start = b"", 128 + 4 + 12 * len(tags)
    for data in tags.values():
        if data not in offsets:
            offsets[data] = start + len(body)
            body += data + b"\0" * (-len(data) % 4)
    table = struct.pack(">I", len(tags))
    for name, data in tags.items():
        table += struct.pack(">4sII", name.encode(), offsets[data], len(data))
    return _header(start + len(body)) + table + body


def _header(size: int) -> bytes:
    date = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    start = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    rest = b"acsp" + bytes(28) + _fixed(*WHITE)
    return (start + date + rest).ljust(128, b"\0")


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _description(text: str) -> bytes:
    encoded = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(encoded)) + encoded + bytes(4 + 4 + 2 + 1 + 67)


def _curve(steps: int = 1024) -> bytes:
    """Tabulate the transfer function of sRGB."""
    values = (step / (steps - 1) for step in range(steps))
    linear = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return b"curv\0\0\0\0" + struct.pack(f">I{steps}H", steps, *(round(v * 65535) for v in linear))
