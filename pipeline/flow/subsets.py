"""Remember the subsets of fonts: an edit seldom brings a glyph that was not there before."""

from __future__ import annotations

import importlib.metadata

from pipeline import bindery
from pipeline.flow.inputs import code_digest
from pipeline.work.store import Store, key


class SubsetMemory:
    """Reduce font files, and remember them from build to build."""

    def __init__(self, store: Store) -> None:
        """Name the library and the code that make subsets."""
        self._store = store
        self._maker = key("subset", importlib.metadata.version("fonttools"), code_digest())

    def subset(self, data: bytes, gids: tuple[int, ...]) -> bytes:
        """Reduce a font file to some glyphs, or recall it."""
        name = key(self._maker, data, list(gids))
        entry = self._store.get(name)
        if entry is not None:
            return entry.data
        made = bindery.subset(data, gids)
        self._store.put(name, made, None)
        return made
