"""Change bytes and texts as no author would: cut, doubled, spliced, with extremes for numbers and signs that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Final

SIGNS: Final = (
    "\x00", "\x1b[31m", "\x7f", "\x85", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2066", "\u2028", "\ufeff", "\ufffe", "\ue000", "\ue001",
    "\U000f0000", "\U0001f600", "\u0301" * 30, "\u05d0", "\u0635", "\uac00", "\u3164", "&#xe000;", "&#0;", "\r", "\t", "\u0660", "\u2460",
)  # fmt: skip
NUMBERS: Final = (
    "0", "-1", "1e999", "nan", "inf", "-0", "9" * 19, "9" * 400, "9" * 5_000, "1e-320", "0.0000001", "2147483648", "1_0", "\u0663", "65536",
)  # fmt: skip
DIGITS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
LARGEST: Final = 400_000
"""Bytes that a mutation may reach; what is larger is refused by its size alone."""


def text(random: Random, source: str, words: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return a text with a few changes; ``words`` are those of its language, ``others`` texts to take parts of."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        source = _changed(random, source, words, others)[:LARGEST]
    return source


def _changed(random: Random, source: str, words: Sequence[str], others: Sequence[str]) -> str:
    at = random.randint(0, len(source))
    end = min(len(source), at + random.choice((1, 2, 5, 20, 100, 1_000)))
    way = random.randrange(9)
    if way == 0:
        return source[:at] + source[end:]
    if way == 1:
        return source[:at] + source[at:end] * random.choice((2, 3, 20, 500)) + source[end:]
    if way == 2:
        return source[:at] + random.choice(SIGNS) + source[at:]
    if way == 3 and (numbers := list(DIGITS.finditer(source))):
        found = random.choice(numbers)
        return source[: found.start()] + random.choice(NUMBERS) + source[found.end() :]
    if way == 4:
        return source[:at] + random.choice(words) * random.choice((1, 1, 2, 40, 1_500)) + source[at:]
    if way == 5:
        return source[:at] + random.choice(words) + source[end:]
    if way == 6 and others:
        other = random.choice(others)
        start = random.randint(0, len(other))
        return source[:at] + other[start : start + random.choice((5, 50, 2_000))] + source[end:]
    if way == 7:
        lines = source.split("\n")
        first, second = random.randrange(len(lines)), random.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first]
        return "\n".join(lines)
    return source[:at] + "".join(random.choice(words) for _ in range(random.randint(1, 30))) + source[end:]


def octets(random: Random, data: bytes, words: Sequence[bytes] = (b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")) -> bytes:
    """Return bytes with a few changes."""
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at = random.randint(0, len(data))
        end = min(len(data), at + random.choice((1, 2, 4, 16, 200)))
        way = random.randrange(7)
        if way == 0:
            data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        elif way == 1:
            data = data[:at] + random.choice(words) + data[end:]
        elif way == 2:
            data = data[:at] + data[end:]
        elif way == 3:
            data = data[:at] + data[at:end] * random.choice((2, 3, 50)) + data[end:]
        elif way == 4:
            data = data[:at]
        elif way == 5:
            data = data[:at] + random.randbytes(random.choice((1, 4, 64))) + data[at:]
        else:
            flipped = data[at : at + 1]
            data = data[:at] + bytes(byte ^ (1 << random.randrange(8)) for byte in flipped) + data[at + 1 :]
    return data[:LARGEST]
