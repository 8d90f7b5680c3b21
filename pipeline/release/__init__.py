"""Publish and read releases: files, manifest, checksums, and one symlink swapped by one rename.

``output/guides`` is a relative symlink to ``.releases/<digest>``, which holds ``<edition>/<file>``, the page and the
catalogs that offer them, ``manifest.json``, and ``SHA256SUMS``. A build holds ``lock``, may ``read`` and ``verify`` what
stands, then calls ``publish``. Whoever wants to hand a release on can ``serve`` it.
"""

from pipeline.release.folder import lock
from pipeline.release.manifest import Artefact, BookFacts, Carried, Colophon, Offered, Published, Release, listing
from pipeline.release.offer import offer
from pipeline.release.publishing import last_report, publish, report
from pipeline.release.releases import data, file_bytes, output_folder, read, verify
from pipeline.release.serving import Application, Server, copy_public
from pipeline.release.titles import PAGE

__all__ = [
    "PAGE", "Application", "Artefact", "BookFacts", "Carried", "Colophon", "Offered", "Published", "Release", "Server",
    "copy_public", "data", "file_bytes", "last_report", "listing", "lock", "offer", "output_folder", "publish", "read", "report", "verify",
]  # fmt: skip
