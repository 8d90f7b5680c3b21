"""Remember the pictures of covers: they change more seldom than what is between the covers."""

from __future__ import annotations

from collections.abc import Callable

from pipeline import cover
from pipeline.flow.binding import painted_in
from pipeline.flow.inputs import code_digest, versions
from pipeline.flow.signatures import Printed
from pipeline.publication import Publication
from pipeline.work.store import Store, key


class PictureMemory:
    """Draw the covers of bound guides, and remember them from build to build."""

    def __init__(self, store: Store) -> None:
        """Name the libraries and the code that draw."""
        self._store = store
        self._maker = key("picture", dict(versions()), code_digest())

    def picture(self, publication: Publication, first: Printed, pdf: Callable[[], bytes]) -> bytes:
        """Draw the first page of a guide, which the ``first`` signature holds, or recall it; ``pdf`` returns the guide."""
        if first.signature.matter != "cover":
            return cover.picture(pdf())  # it may bear page numbers, which the signature does not know
        name = key(self._maker, first.laid.pdf, repr(painted_in(publication)))
        entry = self._store.get(name)
        if entry is not None:
            return entry.data
        made = cover.picture(pdf())
        self._store.put(name, made, None)
        return made
