"""Small signatures in the book's own faces, and what a reader sees of them once they are bound."""

import io
import subprocess
import warnings
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import pikepdf

from pipeline import theme
from pipeline.bindery import Copy, Gathered, Imprint, bind_copy
from pipeline.diagnostics import BookError, Diagnostic
from pipeline.press import LAY_OUT, LaidOut, Signature, fonts_digest
from pipeline.section_kinds import Matter
from pipeline.work import Crew, Say, Work
from pipeline.work.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # importing ziamath 0.13, which carries a font, warns
    FONTS = theme.look().font_resources()
DIGEST = fonts_digest(FONTS)
CSS = (
    theme.look().font_faces
    + """
@page { size: 300pt 400pt; margin: 40pt; @bottom-right { content: "000"; font: 9pt "Book Folio" } }
body { margin: 0; font: 10pt/14pt "Book Serif" }
h1, h2 { font: 700 14pt/14pt "Book Sans"; margin: 0 }
p, ul, table { margin: 0 }
pre, code { font-family: "Book Code" }
.slot { font-family: "Book Slot"; font-kerning: none; font-variant-ligatures: none;
        font-variant-numeric: lining-nums tabular-nums; display: inline-block; white-space: pre }
.slot.serif { font-family: "Book Slot Serif" }
.footnote { float: footnote }
.page { break-before: page }
"""
)
CURVE = b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><path d="M0 0L20 10" stroke="#000"/></svg>'


def lay_out(signature: Signature, fonts: Mapping[str, bytes]) -> LaidOut:
    """Lay out one signature in this process; raise BookError when it cannot be done."""
    outcome = LAY_OUT.call(signature, fonts)
    if isinstance(outcome, Diagnostic):
        raise BookError(outcome)
    return outcome


def lay_out_all(
    signatures: Iterable[Signature], fonts: Mapping[str, bytes] = FONTS, *, jobs: int = 1, say: Say = lambda _: None,
    store: Store | None = None, cluster: str = "",
) -> tuple[LaidOut, ...]:  # fmt: skip
    """Lay signatures out as a build does, on so many processes."""
    with Crew(jobs) as crew, Work(crew, store, say, cluster) as work:
        return tuple(work.map(LAY_OUT, tuple(signatures), fonts))


def signature(name: str, body: str, matter: Matter = "body", *, css: str = "") -> Signature:
    """Make a signature of one section whose id is its name."""
    xhtml = (
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>Test</title></head>'
        f'<body><section id="{name}">{body}</section></body></html>'
    )
    resources = (("figure/curve.svg", CURVE),)
    return Signature(name, matter, xhtml, CSS + css, DIGEST, resources, ((name, f"content/{name}.yaml"),))


def imprint(title: str = "A Book") -> Imprint:
    """Make an imprint with fixed dates."""
    day = datetime(2026, 11, 22, tzinfo=UTC)
    return Imprint(title=title, lang="en", created=day, modified=day, identifier="urn:uuid:test")


def bind(signatures, leaves, **told) -> bytes:
    """Bind laid-out signatures into one file, as the only copy."""
    return bind_copy(Gathered(signatures, leaves, **told), Copy(imprint(), ()))


def bound(*signatures: Signature, outline=(), notes=None) -> bytes:
    """Lay signatures out and bind them."""
    leaves = lay_out_all(signatures, FONTS)
    assert [warning for leaf in leaves for warning in leaf.facts.warnings] == []
    return bind(signatures, leaves, outline=outline, fonts=FONTS, cover="Cover", notes=notes or {})


def opened(pdf: bytes) -> pikepdf.Pdf:
    """Open a bound file."""
    return pikepdf.open(io.BytesIO(pdf))


def page_texts(pdf: bytes) -> list[str]:
    """Read the text of each page, white space made one."""
    text = _run("pdftotext", "-layout", "-", "-", stdin=pdf)
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


def words(pdf: bytes) -> list[tuple[str, float, float]]:
    """Read every word with the left and right edge of its box, in points."""
    found = []
    for line in _run("pdftotext", "-bbox", "-", "-", stdin=pdf).splitlines():
        if line.strip().startswith("<word"):
            parts = line.split('"')
            found.append((line[line.index(">") + 1 : line.index("</word>")], float(parts[1]), float(parts[5])))
    return found


def structure(pdf: bytes, tmp_path) -> str:
    """Read the structure tree, one element or text a line, indented."""
    path = tmp_path / "book.pdf"
    path.write_bytes(pdf)
    return _run("pdfinfo", "-struct-text", str(path))


def _run(*command: str, stdin: bytes | None = None) -> str:
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout.decode()
