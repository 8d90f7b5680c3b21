"""Keep one of equal images and forms."""

import hashlib

from pikepdf import Array, Dictionary, Object, Stream

IGNORED = {"/Length"}


class Merger:
    """The streams met so far, by content."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[str, Object] = {}

    def merge(self, resources: Object) -> None:
        """Let the XObject entries of page resources name the first of equal streams."""
        entries = resources.get("/XObject", Dictionary())
        for name in list(entries.keys()):
            entries[name] = self._known.setdefault(fingerprint(entries[name]), entries[name])


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
