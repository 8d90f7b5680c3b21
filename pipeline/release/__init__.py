"""Publish and read releases: files, manifest, checksums, and one symlink swapped by one rename.

``output/guides`` is a relative symlink to ``.releases/<digest>``, which holds ``<edition>/<file>``,
``manifest.json`` and ``SHA256SUMS``. A build holds ``lock``, may ``read`` and ``verify`` what stands,
then calls ``publish``.
"""

from pipeline.release.folder import lock
from pipeline.release.manifest import Artefact, BookFacts, Carried, Colophon, Published, Release
from pipeline.release.publishing import last_report, publish, report
from pipeline.release.releases import data, file_bytes, output_folder, read, verify

__all__ = [
    "Artefact", "BookFacts", "Carried", "Colophon", "Published", "Release", "data", "file_bytes", "last_report", "lock", "output_folder",
    "publish", "read", "report", "verify",
]  # fmt: skip
