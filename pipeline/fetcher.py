"""The only door through which WeasyPrint gets a resource: names and bytes, no disk, no network."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "guidepress:"
MIME_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}


class BookFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint 70 has no type hints
    """Serve `guidepress:<name>` from the resources given; refuse every other URL."""

    def __init__(self, resources: Mapping[str, bytes]) -> None:
        """Keep the resources, by name."""
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False)
        self._resources = resources

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Answer with the bytes of one resource; raise ValueError for anything that is not in the mapping."""
        if not url.startswith(SCHEME):
            raise ValueError(f"only {SCHEME} resources are served, not {url}")
        name = unquote(url.removeprefix(SCHEME))
        mime = MIME_TYPES.get(PurePosixPath(name).suffix)
        if mime is None or name not in self._resources:
            raise ValueError(f"the book has no resource named {name}")
        return URLFetcherResponse(url, self._resources[name], {"Content-Type": mime})
