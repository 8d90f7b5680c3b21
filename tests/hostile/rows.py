"""What once got through: one input for each row of the list of what was tried, and its relatives."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from buildwork import SMALL

from hostile.running import SECONDS

CHECK = ("check", "--book", "book")
BUILD = ("build", "study", "--quiet", "--book", "book", "--output", "output", "--jobs", "2")
VERIFY = ("verify", "output")
FOG = "questions/weather-and-watch/relief-in-fog.yaml"
GLASS = "questions/weather-and-watch/falling-glass.yaml"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90">{}</svg>\n'


@dataclass(frozen=True, slots=True)
class Row:
    """One hostile input: where it stands in the list, how it is made, what is run, and whether it may do what it asks for."""

    number: int
    name: str
    make: Callable[[Path], object]
    command: tuple[str | bytes, ...] = CHECK
    harmless: bool = False
    """Whether the input is to be taken, and made harmless, rather than refused."""
    seconds: float = SECONDS
    """Of work that it may take: to read 3,000 questions without any fault takes nearly as long as with two in each."""


def small(folder: Path) -> Path:
    """Copy the small book."""
    shutil.copytree(SMALL, folder / "book")
    return folder / "book"


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Change one place of the small book."""

    def make(folder: Path) -> None:
        file = small(folder) / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (path, old)
        file.write_text(text.replace(old, new), encoding="utf-8")

    return make


def files(**given: str | bytes) -> Callable[[Path], None]:
    """Replace files of the small book."""

    def make(folder: Path) -> None:
        book = small(folder)
        for name, data in given.items():
            (book / name).parent.mkdir(parents=True, exist_ok=True)
            (book / name).write_bytes(data.encode() if isinstance(data, str) else data)

    return make


def drawing(inside: str) -> Callable[[Path], None]:
    """Put a drawing in the place of a figure."""
    return files(**{"figures/keel.svg": SVG.format(inside)})


def logo(inside: str) -> Callable[[Path], None]:
    """Put a drawing in the place of a logo."""
    return files(**{"teams/pilots.svg": SVG.format(inside)})


def text(words: str) -> Callable[[Path], None]:
    """Add a paragraph to a chapter."""
    words = words.replace("\n", "\n  ")
    return edit("chapters/day-of.yaml", "\nindex:", f"\n\n  {words}\nindex:")


def listing(language: str, code: str) -> Callable[[Path], None]:
    """Add a listing to a chapter."""
    return text(f"```{language}\n{code}\n```")


def gradient(kind: str, spread: str, tiny: str) -> str:
    where = f'x1="0" y1="0" x2="{tiny}" y2="0"' if kind == "linear" else f'cx="45" cy="45" r="{tiny}"'
    stops = '<stop offset="0"/><stop offset="1" stop-color="red"/>'
    return (
        f'<{kind}Gradient id="a" gradientUnits="userSpaceOnUse" spreadMethod="{spread}" {where}>{stops}</{kind}Gradient>'
        '<rect width="90" height="90" fill="url(#a)"/>'
    )


def nested(element: str, attribute: str, levels: int = 8, each: int = 10) -> str:
    """Return parts that refer to one another: ten to the eighth of them."""
    parts = [f'<{element} id="p0"><rect width="9" height="9"/></{element}>']
    for n in range(levels):
        inner = f'<path d="M0 0L9 9" {attribute}="url(#p{n})"/>' * each
        parts.append(f'<{element} id="p{n + 1}">{inner}</{element}>')
    return f'<defs>{"".join(parts)}</defs><path d="M0 0L90 90" {attribute}="url(#p{levels})"/>'


def markers(elements: int, vertices: int) -> str:
    inner = '<rect width="1" height="1"/>' * elements
    points = " ".join(f"{n % 90} {n % 89}" for n in range(vertices))
    return f'<defs><marker id="m">{inner}</marker></defs><polyline points="{points}" marker-mid="url(#m)"/>'


CODE: dict[str, str] = {
    "scala": 'val x = "' + "\\" * 60,
    "restructuredtext": ":" + "\\" * 40 + "!",
    "rita": '"' + "a_" * 40 + "!",
    **{name: '"' + "\\" * 40 + "!" for name in ("cddl", "chapel", "factor", "maple", "registry", "rego", "rell", "smithy", "urbiscript")},
    "fancy": "/" + "\\" * 40 + "!",
}


def many_questions(folder: Path, count: int = 3_000) -> None:
    """Write a book of thousands of questions, each with two broken links."""
    book = small(folder)
    outline = (book / "book.yaml").read_text()
    names = [f"extra-{n}" for n in range(count)]
    old = "questions: [falling-glass, corrected-log, relief-in-fog]"
    assert old in outline
    listed = "\n".join(f"      - {name}" for name in ["falling-glass", "corrected-log", "relief-in-fog", *names])
    (book / "book.yaml").write_text(outline.replace(old, f"questions:\n{listed}"))
    for n, name in enumerate(names):
        (book / f"questions/weather-and-watch/{name}.yaml").write_text(
            f"id: {name}\nask: Why does the tide number {n} rise?\ntype: technical\nlevel: foundation\nminutes: 3\ntopics: [tides]\n"
            f"competency: navigation\naudience: public\nsummary: |\n  See [[xtra-{n}-lost]].\nanswer: |\n  See [[lost-{n}-xtra]] too.\n"
            "reviewed: 2026-11-22\n"
        )


def many_terms(folder: Path, count: int = 6_900, lost: int = 3_500) -> None:
    """Write thousands of terms, and half as many links to others."""
    book = small(folder)
    with (book / "glossary.yaml").open("a") as glossary:
        glossary.write("".join(f"  - {{id: term-{n}, term: term {n}, definition: What is called {n}.}}\n" for n in range(count)))
    path = book / "chapters/day-of.yaml"
    links = "".join(f"\n\n  See [[term:trem-{n}]]." for n in range(lost))
    path.write_text(path.read_text().replace("\nindex:", f"{links}\nindex:"))


def renamed(name: bytes) -> Callable[[Path], None]:
    """Give the book a file whose name is not UTF-8."""

    def make(folder: Path) -> None:
        book = small(folder)
        path = os.path.join(os.fsencode(book), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"id: x\n")

    return make


def linked(name: str, target: str) -> Callable[[Path], None]:
    """Put a link out of the book in a file's place."""

    def make(folder: Path) -> None:
        path = small(folder) / name
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return make


def chapter(name: str) -> Callable[[Path], None]:
    """Give a chapter an id that the press knows, wherever it is named."""

    def make(folder: Path) -> None:
        book = small(folder)
        for path in book.rglob("*.yaml"):
            path.write_text(path.read_text().replace("day-of", name))
        (book / "chapters/day-of.yaml").rename(book / f"chapters/{name}.yaml")

    return make


def epub(spoil: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Make a release that holds one EPUB, which something is wrong with."""

    def make(folder: Path) -> None:
        release(folder, "a.epub", spoil(epub_bytes()))

    return make


def release(folder: Path, name: str, data: bytes, *, offered: bool = False) -> None:
    """Make a folder of guides that holds one file, and a manifest that is right about it; what is ``offered`` is served too."""
    kind = "epub" if name.endswith("epub") else "pdf"
    row = {
        "path": f"study/{name}", "edition": "study", "format": kind, "paper": "" if kind == "epub" else "a4", "audience": "candidate",
        "title": "Study", "bytes": len(data), "sha256": sha256(data).hexdigest(), "pages": 1, "questions": 1, "inputs": "",
    }  # fmt: skip
    book = {"id": "a", "title": "A", "version": "1", "date": "2026-11-22"}
    manifest = {"schema": 1, "book": book, "inputs": "", "artefacts": [row], "versions": {}}
    catalog = {"path": "study/catalog.json", "bytes": 2, "sha256": sha256(b"{}").hexdigest()}
    written = json.dumps(manifest | ({"offer": [catalog]} if offered else {})).encode()
    guides = folder / "output/.releases" / sha256(written).hexdigest()
    (guides / "study").mkdir(parents=True)
    (guides / "study" / name).write_bytes(data)
    (guides / "manifest.json").write_bytes(written)
    listed = [row, catalog] if offered else [row]
    (guides / "SHA256SUMS").write_text("".join(f"{each['sha256']}  {each['path']}\n" for each in listed))
    if offered:
        (guides / "study/catalog.json").write_bytes(b"{}")
    (folder / "output/guides").symlink_to(f".releases/{guides.name}")


def epub_bytes() -> bytes:
    """Return an EPUB that has a file for each thing to spoil."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        book.writestr("META-INF/container.xml", "<container/>" * 50, zipfile.ZIP_DEFLATED)
        book.writestr("EPUB/package.opf", "<package>" + "x" * 5_000 + "</package>", zipfile.ZIP_DEFLATED)
    return out.getvalue()


def encrypted(data: bytes) -> bytes:
    """Say of every file that it is encrypted."""
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(sign)
        while start >= 0:
            data = data[: start + at] + b"\x01" + data[start + at + 1 :]
            start = data.find(sign, start + 4)
    return data


def mangled(data: bytes) -> bytes:
    """Change bytes in the middle of a deflated file."""
    at = data.find(b"EPUB/package.opf") + 20
    return data[:at] + bytes(255 - byte for byte in data[at : at + 12]) + data[at + 12 :]


def growing(data: bytes) -> bytes:
    """Add a file of 200 megabytes."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as book, book.open("EPUB/large.xhtml", "w") as file:
        for _ in range(200):
            file.write(b" " * 1_000_000)
    return out.getvalue()


def misnamed(data: bytes) -> bytes:
    """Give a file a name that is no text."""
    return data.replace(b"EPUB/package.opf", b"EPUB/pack\xff\x00e.opf").replace(b"\x00\x00\x00\x00EPUB", b"\x00\x08\x00\x00EPUB")


def pdf(data: bytes) -> Callable[[Path], None]:
    """Make a release that holds one damaged PDF."""

    def make(folder: Path) -> None:
        release(folder, "a.pdf", data)

    return make


def manifest(put: Callable[[Path], object]) -> Callable[[Path], None]:
    """Put something else in the place of a release's manifest."""

    def make(folder: Path) -> None:
        release(folder, "a.epub", epub_bytes())
        path = folder / "output/guides/manifest.json"
        path.unlink()
        put(path)

    return make


def bidi(word: str, sign: str) -> str:
    return f"{word[:3]}{sign}{word[3:]}"


def table(rows: int, columns: int) -> str:
    line = "|" + "x|" * columns
    return "\n".join([line, "|" + "---|" * columns, *[line] * (rows - 1)])


def footnotes(count: int) -> str:
    return "\n\n".join(f"Tide {n}[^{n}].\n\n[^{n}]: Note {n}." for n in range(count))


def spread(path: str, old: str, new: str, sign: str = "\u202e") -> Callable[[Path], None]:
    return edit(path, old, new.replace("~", sign))


FIRST = "A bell buoy"
ROWS: list[Row] = [
    *(
        Row(3, f"{k} gradient, {s}, over {t}", drawing(gradient(k, s, t)), BUILD, harmless=True)
        for k in ("linear", "radial")
        for s in ("repeat", "reflect")
        for t in ("0.000001", "0.01")
    ),
    Row(3, "gradient of a logo", logo(gradient("linear", "repeat", "0.000001")), CHECK),
    Row(
        3,
        "gradient by its transform",
        drawing(gradient("linear", "repeat", "9").replace("spread", 'gradientTransform="scale(0.000001)" spread')),
        BUILD,
    ),
    Row(4, "masks in masks", drawing(nested("mask", "mask")), CHECK),
    Row(4, "clips in clips", drawing(nested("clipPath", "clip-path")), CHECK),
    Row(4, "patterns in patterns", drawing(nested("pattern", "fill").replace("<pattern", '<pattern width="9" height="9"')), CHECK),
    Row(4, "markers in markers", drawing(nested("marker", "marker-end")), CHECK),
    Row(4, "masks by style", drawing(nested("mask", "mask").replace('mask="url(', 'style="mask:url(')), CHECK),
    Row(4, "2,000 elements on 50,000 vertices", drawing(markers(2_000, 30_000)), CHECK),
    Row(4, "2,000 elements on vertices of a path", drawing(markers(2_000, 30_000).replace('polyline points="', 'path d="M ')), CHECK),
    Row(
        4,
        "a pattern of a thousandth",
        drawing(
            '<defs><pattern id="p" width="0.001" height="0.001" patternUnits="userSpaceOnUse">'
            '<rect width="1" height="1"/></pattern></defs><rect width="90" height="90" fill="url(#p)"/>'
        ),
        BUILD,
        harmless=True,
    ),
    Row(4, "dashes of a thousandth", drawing('<path d="M0 0H90" stroke="red" stroke-dasharray="0.00001"/>' * 50), BUILD, harmless=True),
    *(Row(5, f"listing in {name}", listing(name, code), BUILD, harmless=True) for name, code in CODE.items()),
    Row(6, "viewBox of nan", files(**{"figures/keel.svg": SVG.format("").replace("0 0 90 90", "nan nan nan nan")}), CHECK),
    Row(6, "viewBox of 1e999", files(**{"figures/keel.svg": SVG.format("").replace("0 0 90 90", "0 0 1e999 9")}), CHECK),
    *(
        Row(7, f"private use in {where}", edit(path, old, new), CHECK)
        for where, path, old, new in (
            ("a title", "chapters/day-of.yaml", "title: The Morning", "title: The \ue0000\ue001 Morning"),
            ("an ask", GLASS, "ask: The glass", "ask: The \ue0000\ue001 glass"),
            ("a link", "chapters/day-of.yaml", "[[corrected-log]]", "[[corrected-log|a \ue0000\ue001]]"),
            ("a caption", "figures/keel.yaml", "caption: Clearance", "caption: \ue000Clearance"),
            ("the book's title", "book.yaml", "title: Harbor Watch Interview Guide", "title: Harbor \ue0001\ue001 Guide"),
            ("code", "chapters/day-of.yaml", "Six small things.", "Six `\uf0000` things."),
            ("a plane of its own", "chapters/day-of.yaml", "Six small things.", "Six \U000f0000 things."),
            ("an escape", "chapters/day-of.yaml", "Six small things.", '"Six \\ue000 things."'),
            ("an entity", "chapters/day-of.yaml", "Six small things.", "Six &#xe000; things."),
        )
    ),
    Row(8, "a table of 5,000 by 12", text(table(5_000, 12)), CHECK),
    Row(8, "18,000 rows", text(table(18_000, 2)), CHECK),
    Row(8, "2,000 footnotes", text(footnotes(2_000)), CHECK),
    Row(8, "20,000 paragraphs", text("tide\n\n" * 20_000), CHECK),
    Row(8, "a list of 20,000", text("- tide\n" * 20_000), CHECK),
    Row(8, "a listing of 20,000 lines", listing("text", "tide\n" * 20_000), CHECK),
    Row(8, "a word of 15,000 letters", text("a" * 15_000), BUILD, harmless=True),
    Row(8, "5,000 formulas", text("$x^2$\n\n" * 5_000), CHECK),
    Row(9, "3,000 questions, 6,000 broken links", many_questions, CHECK, seconds=10.0),
    Row(9, "6,900 terms, 3,500 broken links", many_terms, CHECK),
    Row(10, "200 kB of brackets", text("\n\n".join("[" * 490 for _ in range(400))), CHECK),
    Row(10, "200 kB of parentheses", text("\n\n".join("(" * 19_000 for _ in range(10))), CHECK, harmless=True),
    Row(10, "176 kB of braces", text("\n\n".join("`" + "{" * 17_000 + "`" for _ in range(10))), BUILD),
    Row(
        10,
        "200 kB of unknown words",
        text(
            "\n\n".join(
                " ".join(
                    f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}qx{chr(97 + n // 676 % 26)}z" for n in range(k * 1000, k * 1000 + 2_500)
                )
                for k in range(12)
            )
        ),
        CHECK,
    ),
    *(
        Row(11, f"bidi in {where}", spread(path, old, new), CHECK)
        for where, path, old, new in (
            ("an example's code", "questions/lights-and-tides/under-keel-clearance.yaml", "code: |\n", "code: |\n      # ~\n"),
            ("a title", "chapters/day-of.yaml", "title: The Morning", "title: The ~ Morning"),
            ("the publisher", "book.yaml", "publisher: Break", "publisher: Br~eak"),
            ("a team's name", "teams/pilots.yaml", "name: Skerry", "name: Sk~erry"),
            ("a team's contact", "teams/pilots.yaml", "contact: Pilot", "contact: Pi~lot"),
            ("an alt text", "figures/keel.yaml", "alt: A hull", "alt: A ~ hull"),
            ("a creator", "book.yaml", "name: Imke", "name: Im~ke"),
            ("a subject", "book.yaml", "  - Lighthouse keepers", "  - Light~house keepers"),
            ("an edition's title", "editions/study.yaml", "title: Study", "title: St~udy"),
        )
    ),
    *(
        Row(
            11,
            f"zero width U+{ord(sign):04X} in a title",
            spread("chapters/day-of.yaml", "title: The Morning", "title: The ~Morning", sign),
            CHECK,
        )
        for sign in ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u3164", "\U000e0041")
    ),
    *(
        Row(12, f"a chapter '{name}'", chapter(name), CHECK)
        for name in (
            "page-1",
            "cover",
            "index",
            "answers",
            "glossary",
            "sources",
            "corrected-log-title",
            "lights-and-tides-title",
            "answer-falling-glass",
            "contents",
            "nav",
            "imprint",
            "title-page",
            "colophon",
        )
    ),
    Row(13, "an EPUB that is encrypted", epub(encrypted), VERIFY),
    Row(13, "an EPUB that is mangled", epub(mangled), VERIFY),
    Row(13, "an EPUB that grows", epub(growing), VERIFY),
    Row(13, "an EPUB with a bad name", epub(misnamed), VERIFY),
    Row(13, "an EPUB that is cut", epub(lambda data: data[:-30]), VERIFY),
    Row(13, "an EPUB that is none", epub(lambda _: b"PK\x03\x04"), VERIFY),
    Row(13, "a PDF that is none", pdf(b"%PDF-1.7\n1 0 obj\n<<"), VERIFY),
    Row(13, "a PDF that is empty", pdf(b""), VERIFY),
    Row(14, "a kit question named in a public text", edit("chapters/day-of.yaml", "[[corrected-log]]", "[[relief-in-fog]]"), CHECK),
    *(
        Row(15, f"a name that is not UTF-8 in {where}", renamed(name), CHECK)
        for where, name in (
            ("questions", b"questions/x\xff.yaml"),
            ("a folder", b"questions/\xff/x.yaml"),
            ("figures", b"figures/\xff.svg"),
            ("the book", b"\xff"),
            ("teams", b"teams/\xff.yaml"),
        )
    ),
    Row(16, "a script that is a link", linked("figures/light-rhythms.py", "/etc/passwd"), CHECK),
    Row(16, "a drawing that is a link", linked("figures/keel.svg", "/etc/passwd"), CHECK),
    *(
        Row(17, f"{what} of {size:,} digits", edit(path, old, new.replace("~", "9" * size)), CHECK)
        for size in (30, 4_300, 5_000)
        for what, path, old, new in (
            ("a duration", GLASS, "full: 2m", "full: ~m"),
            ("a date", GLASS, "reviewed: 2026-11-22", "reviewed: ~-11-22"),
            ("a number", GLASS, "minutes: 7", "minutes: ~"),
            ("a count", GLASS, "at_most: 3", "at_most: ~"),
        )
    ),
    Row(21, "a manifest that is a pipe", manifest(os.mkfifo), VERIFY),
    Row(21, "a manifest that is deep", manifest(lambda path: path.write_text("[" * 100_000)), VERIFY),
    Row(21, "a manifest that never ends", manifest(lambda path: path.symlink_to("/dev/zero")), VERIFY),
    Row(23, "an escape in JSON", lambda folder: renamed(b"questions/\x1b[31m\xe2\x80\xae.yaml")(folder), (*CHECK, "--format", "json")),
    Row(23, "an escape for GitHub", lambda folder: renamed(b"questions/\x1b[31m\xc2\x9b.yaml")(folder), (*CHECK, "--format", "github")),
    Row(24, "image-set in a drawing", drawing("<rect style=\"mask-image:image-set('https://a.example/x' 1x)\"/>"), CHECK),
    Row(24, "viewBox of two numbers", files(**{"figures/keel.svg": SVG.format("").replace("0 0 90 90", "0 0")}), CHECK),
    Row(26, "HTTPS:// in capitals", text("[a](HTTPS://example.org/)"), CHECK, harmless=True),
    Row(26, "a version of 300 letters", edit("book.yaml", "lang: en-US\nversion: 0.2.0", f"lang: en-US\nversion: {'1.' * 150}0"), CHECK),
    Row(29, "350 faults, one a character", edit("book.yaml", "front: [introduction]", "front: " + "x" * 350), CHECK),
    Row(
        29,
        "350 faults of one kind",
        edit("book.yaml", "front: [introduction]", "front: [" + ", ".join(f"X{n}" for n in range(350)) + "]"),
        CHECK,
    ),
]
