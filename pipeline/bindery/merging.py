"""Keep one of equal images and forms."""

import hashlib

from pikepdf import Array, Dictionary, Object, Stream

IGNORED = {"/Length"}


def merge(resources: Object, known: dict[str, Object]) -> None:
    """Let the XObject entries of page resources name the first of equal streams; `known` grows by the new."""
    entries = resources.get("/XObject", Dictionary())
    for name in list(entries.keys()):
        entries[name] = known.setdefault(fingerprint(entries[name]), entries[name])


def fingerprint(item: Object) -> str:
    """Digest an object and all it refers to."""
    total = hashlib.sha256()
    if isinstance(item, Stream):
        total.update(item.read_raw_bytes())
    if isinstance(item, (Stream, Dictionary)):
        for name in sorted(set(item.keys()) - IGNORED):
            total.update(f"{name} {fingerprint(item[name])}".encode())
    elif isinstance(item, Array):
        total.update(" ".join(fingerprint(part) for part in item).encode())
    else:
        total.update(repr(item).encode())
    return total.hexdigest()
