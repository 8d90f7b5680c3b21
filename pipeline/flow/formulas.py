"""Remember formulas once they are set: all of them together, in one entry of the store."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

from pipeline import markup
from pipeline.markup import Setting
from pipeline.work.store import Store, key


class FormulaMemory:
    """Set formulas, and remember them from build to build."""

    def __init__(self, store: Store) -> None:
        """Recall the formulas that the same code has set."""
        folder = Path(markup.__file__).parent / "maths"
        code = [path.read_bytes() for path in sorted(folder.glob("*.py"))]
        self._key = key("formulas", importlib.metadata.version("ziamath"), *code)
        self._store, self._new = store, False
        entry = store.get(self._key)
        self._settings: dict[str, Setting] = {}
        for name, (svg, width, height, depth) in (entry.facts if entry else {}).items():
            self._settings[name] = Setting(svg.encode(), width, height, depth)

    def set(self, latex: str, display: bool) -> Setting:
        """Set a formula as a drawing."""
        name = f"{'display' if display else 'inline'} {latex}"
        if name not in self._settings:
            self._settings[name] = markup.svg(latex, display=display)
            self._new = True
        return self._settings[name]

    def keep(self) -> None:
        """Write what is new to the store."""
        if self._new:
            facts = {name: [s.data.decode(), s.width, s.height, s.depth] for name, s in sorted(self._settings.items())}
            self._store.put(self._key, b"", json.loads(json.dumps(facts)))
