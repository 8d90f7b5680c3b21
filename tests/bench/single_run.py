"""Write an edition as one XHTML document, and print it with WeasyPrint's own API in one run, tagged by WeasyPrint.

Page numbers are WeasyPrint's: `target-counter` in the contents, in the index, and in references, `counter(page)` at the foot.
Pages are counted from the cover on.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

SLOT = re.compile(r'<span class="(slot[^"]*)" data-slot="([^"]*)">([^<0]*)0+([^<]*)</span>')
PAGE_NUMBERS = """
.slot::before { content: attr(data-before) target-counter(attr(data-target), page) attr(data-after) }
@page { @bottom-right { content: counter(page); font-family: "Book Sans" } }
"""


def write(prepared: object, folder: Path) -> Path:
    """Write the document, its style sheet, drawings, and fonts into a folder; return the path of the document."""
    from bench.edition import Prepared
    from pipeline.render import document

    assert isinstance(prepared, Prepared)
    body = "\n".join(fragment.xhtml for fragment in prepared.rendition.fragments)
    for name, data in (*prepared.fonts.items(), *prepared.rendition.resources.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "book.css").write_text(prepared.stylesheet + PAGE_NUMBERS, encoding="utf-8")
    text = document(prepared.publication, "paged", prepared.publication.title, counted(body), ("book.css",))
    (folder / "book.xhtml").write_text(text, encoding="utf-8")
    return folder / "book.xhtml"


def counted(xhtml: str) -> str:
    """Leave page numbers to the style sheet."""
    return SLOT.sub(r'<span class="\1" data-target="#\2" data-before="\3" data-after="\4"></span>', xhtml)


def main(folder: Path, target: Path) -> None:
    """Print the document: what this takes is measured from outside."""
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).parents[2] / "pipeline/press/fonts.conf")
    import weasyprint

    class Fetcher(weasyprint.URLFetcher):  # type: ignore[misc]  # WeasyPrint 70 has no type hints
        """Finds what the style sheet and the document name."""

        def fetch(self, url: str, headers: object = None) -> object:
            return super().fetch(url.replace("guidepress:", f"{folder.absolute().as_uri()}/"), headers)

    html = weasyprint.HTML(folder / "book.xhtml", url_fetcher=Fetcher())
    html.write_pdf(target, pdf_tags=True, pdf_variant="pdf/ua-1")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
