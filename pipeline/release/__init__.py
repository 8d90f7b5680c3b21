"""Publish and read releases: files, manifest, checksums, and one symlink swapped by one rename.

``output/guides`` is a relative symlink to ``.releases/<digest>``, which holds ``<edition>/<file>``, the page and the
catalogs that offer them, ``manifest.json``, and ``SHA256SUMS``. A build holds ``lock``, may ``read`` and ``verify`` what
stands, then calls ``publish``. Whoever wants to hand a release on can serve it:
``pipeline.release.serving``, which no build imports.
"""

from pipeline.release.feed import of_changes
from pipeline.release.folder import lock
from pipeline.release.manifest import Artefact, BookFacts, Carried, Colophon, Offered, Published, Release, listing
from pipeline.release.offer import offer
from pipeline.release.publishing import clear_away, last_report, publish, report
from pipeline.release.releases import data, file_bytes, kept, output_folder, read, verify
from pipeline.release.titles import PAGE

__all__ = [
    "PAGE", "Artefact", "BookFacts", "Carried", "Colophon", "Offered", "Published", "Release", "clear_away", "data", "file_bytes", "kept",
    "last_report", "listing", "lock", "of_changes", "offer", "output_folder", "publish", "read", "report", "verify",
]  # fmt: skip
