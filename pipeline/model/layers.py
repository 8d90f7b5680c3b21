"""One folder of a theme: what it says, and the files beside that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

Words = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Layer:
    """What one folder of a theme holds; an empty one changes nothing."""

    name: str
    """The folder as its author would type it."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What ``theme.yaml`` says, all scalars as text."""
    styles: Mapping[str, str] = field(default_factory=dict)
    """Style sheets by their names: ``paged``, ``reflow``, ``editions/<id>``."""
    labels: Mapping[str, Words] = field(default_factory=dict)
    """Labels by the names of their files: ``en``, ``spoken.en``."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Fonts and the picture of the cover, by their paths in the folder."""
    templates: Path | None = None
    """Folder of templates that take the place of the package's."""
    templates_digest: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of all that the layer holds."""
        files = [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(self.files.items())]
        parts = (self.values, sorted(self.styles.items()), sorted(self.labels.items()), files, self.templates_digest)
        return hashlib.sha256(repr(parts).encode()).hexdigest()
