# ruff: noqa: E501 (tables of inputs, which nobody reads line by line)
"""One maker of cases for each reader: what is written into a folder, and what is asked of it."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from buildwork import ROOT, SMALL
from hostile import rows
from PIL import Image

from fuzz import mutation

Make = Callable[[Random, Path], tuple[str, ...]]
"""Writes a case into an empty folder; returns the arguments of the command."""
COLLECT: Final = "collect-sheets"
"""Stands for what `collected` does."""
CHECK: Final = ("check", "--book", "book", "--all")
YAML: Final = (
    ": ", "- ", "  ", "\n", "\n  ", "{", "}", "[", "]", "|", ">", ">-", "|2", "'", '"', "&a ", "*a", "!!int ", "<<: ", "---\n", "...\n", "# ",
    "? ", "~", "null", "yes", "0x1f", "2026-13-45", "id: ", "title: ", "ask: ", "type: technical\n", "audience: kit\n", "sources: [",
)  # fmt: skip
MARKDOWN: Final = (
    "# ", "## ", "### ", "* ", "- ", "1. ", "> ", "```\n", "```python\n", "```scala\n", "~~~", "`", "``", "**", "*", "_", "~~", "[", "](", ")",
    "[[", "]]", "[[term:isobar]]", "[[corrected-log|", "![", "![](figure:keel)", "[^1]", "\n[^1]: ", "| a | b |\n|---|---|\n", "|", "\n\n",
    "\n", "\n    ", "$", "$$", "\\", "\\(", "<b>", "<br>", "<!--", "-->", "<a href=", "&amp;", "&#1114111;", "!!! note\n    ", "!!! tip \"x\"\n",
    "Table: ", ":   ", "{.index}", "{.index term=\"", "{=a.b}", "https://", "<https://a.b>", "\"", "'", "--", "...", "^", "~", "- [ ] ", "***",
)  # fmt: skip
LATEX: Final = (
    "\\frac{", "}{", "}", "{", "\\sqrt", "^", "_", "^{", "_{", "\\left(", "\\right)", "\\left", "\\right", "\\begin{cases}", "\\end{cases}",
    "\\begin{pmatrix}", "\\end{pmatrix}", "\\begin{aligned}", "&", "\\\\", "\\sum", "\\int", "\\mathbb{R}", "\\mathcal{", "\\text{", "\\hat{",
    "\\overline{", "x", "1", "\\alpha", "\\undefined", "'", "|", "\\|", "~", "\\,", "%", "#", "$", "\\def\\a{\\a}\\a", "\\operatorname{", "\u00e9",
)  # fmt: skip
SVG: Final = (
    "<g>", "</g>", "<rect width='9' height='9'/>", "<path d='M0 0L9 9'/>", "<use href='#a'/>", "<g id='a'>", "<mask id='a'>", "</mask>",
    "<linearGradient id='a'>", "<pattern id='a' width='1' height='1'>", "</pattern>", "<marker id='a'>", "</marker>", "<clipPath id='a'>",
    " fill='url(#a)'", " mask='url(#a)'", " marker-mid='url(#a)'", " clip-path='#a'", " style='", "fill:red;", " transform='scale(1e9)'",
    " transform='matrix(0 0 0 0 0 0)'", " viewBox='0 0 0 0'", " width='1e9'", " stroke-dasharray='0 0.0001'", " d='M0,0A1 1 0 0 1 nan'",
    " points='1'", " opacity='5'", "<script/>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "<?x?>", "<![CDATA[", "]]>", "<!--", "-->",
    " xlink:href='http://a/'", " xml:base='x'", " preserveAspectRatio='x'", " id=''", "'", '"', "<", ">", "/>", " spreadMethod='pad'",
    " stroke-width='-1'", " font-size='1e5em'", " d='", "a1 1 0 0 0", "z", "Q", " rx='-1'", " offset='200%'", " gradientTransform='skewX(90)'",
)  # fmt: skip
CSS: Final = (
    "{", "}", ";", ":", "@import 'x';", "@page{", "@media", "url(", "url(file:///etc/passwd)", "var(--a)", "--a: var(--a);", "/*", "*/", "\\",
    "content: '\\e000';", "@font-face{", "calc(", "!important", "color: red", "p", "::before", "9e9mm", "\"", "'", "display: none",
)  # fmt: skip
BANKS: Final[dict[str, tuple[str, ...]]] = {
    "md": MARKDOWN, "csv": (",", '"', '""', "\n", ";", "\t", "question", "answer", "=1+1", "\r\n"), "tsv": ("\t", '"', "\n", "question"),
    "json": ("{", "}", "[", "]", ",", ":", '"', "\\u0000", "\\ud800", "null", "true", "1e999", "NaN", "-Infinity", '"question"', '"id": "../a"'),
    "gift": ("{", "}", "=", "~", "::", "%50%", "#", "->", "//", "$CATEGORY: a/b\n", "\\", "\n\n", "T", "1:2", "{}", "[html]", "####"),
    "aiken": ("A. ", "B) ", "ANSWER: ", "ANSWER: Z\n", "\n\n", "\n"),
    "xml": ("<question type='multichoice'>", "</question>", "<text>", "</text>", "<![CDATA[", "]]>", "&amp;", "&x;", "<!DOCTYPE a>", "<answer",
            " fraction='nan'", ">", "<p>", "<item>", "<questestinterop>", " xmlns='x'", "<?xml version='1.1'?>", "<file encoding='base64'>"),
}  # fmt: skip
PARTS: Final = ("body", "answer", "spoken", "summary", "exhibit")


@cache
def sources(pattern: str) -> tuple[str, ...]:
    """Return the texts of the small books that match."""
    found = sorted({*SMALL.glob(pattern), *(ROOT / "tests/books").glob(f"*/{pattern}")})
    return tuple(path.read_text(encoding="utf-8") for path in found if path.stat().st_size < 100_000)


@cache
def names(pattern: str) -> tuple[str, ...]:
    """Return the files of the small book that match."""
    return tuple(path.relative_to(SMALL).as_posix() for path in sorted(SMALL.glob(pattern)))


def book(folder: Path) -> Path:
    """Put the small book into a folder."""
    shutil.copytree(SMALL, folder / "book")
    return folder / "book"


def write(path: Path, data: str | bytes) -> None:
    """Write a file, whatever its text holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)


def yaml(random: Random, folder: Path) -> tuple[str, ...]:
    """Change a record of the book."""
    name = random.choice(names("**/*.yaml"))
    path = book(folder) / name
    changed = mutation.text(random, path.read_text(encoding="utf-8"), YAML, sources("**/*.yaml"))
    write(path, mutation.octets(random, changed.encode("utf-8", "surrogatepass")) if random.random() < 0.15 else changed)
    return CHECK


def grammar(random: Random, folder: Path) -> tuple[str, ...]:
    """Write a record by what records are made of: right keys, and values of every shape."""
    name = random.choice(names("**/*.yaml"))
    path = book(folder) / name
    lines = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        found = re.match(r"^( *(?:- )?[\w]+:)( .+)?$", line)
        if found and random.random() < 0.12:
            line = f"{found[1]} {random.choice(_VALUES)(random)}"
        lines.append(line)
    write(path, "\n".join(lines))
    return CHECK


_VALUES: Final[tuple[Callable[[Random], str], ...]] = (
    lambda random: random.choice(mutation.NUMBERS), lambda random: "[" * random.choice((1, 3, 30)) + "]" * random.choice((1, 3, 30)),
    lambda random: "{a: b}", lambda random: "", lambda random: "'" + random.choice(mutation.SIGNS) + "'", lambda random: f'"{"a" * 70_000}"',
    lambda random: f"[{', '.join(random.choice(('corrected-log', 'lost', 'falling-glass', 'x' * 99, '1')) for _ in range(random.choice((1, 9, 900))))}]",
    lambda random: json.dumps("".join(random.choice(MARKDOWN) for _ in range(random.choice((3, 30, 300))))), lambda random: "2026-02-30",
    lambda random: random.choice(("page-1", "cover", "answer-x", "day-of-title", "nav", "index", "../x", "con", "a" * 60)),
)  # fmt: skip


def markdown(random: Random, folder: Path) -> tuple[str, ...]:
    """Write a chapter of what Markdown is made of."""
    words = [*MARKDOWN, *("tide ", "Wind. ", "a", " ")]
    if random.random() < 0.5:
        text = "".join(random.choice(words) for _ in range(random.choice((5, 40, 400, 3_000))))
    else:
        text = mutation.text(
            random, (SMALL / "chapters/day-of.yaml").read_text().partition("body: |\n")[2].partition("\nindex:")[0], MARKDOWN
        )
    body = "\n".join(f"  {line}" for line in text.split("\n"))
    write(book(folder) / "chapters/day-of.yaml", f"id: day-of\ntitle: The Morning\nreviewed: 2026-11-22\nbody: |2\n{body}\n")
    return CHECK


def latex(random: Random, folder: Path) -> tuple[str, ...]:
    """Write formulas: on the sheet, and in a text."""
    written = "".join(random.choice(LATEX) for _ in range(random.choice((2, 8, 40, 300))))
    path = book(folder) / "formulas.yaml"
    if random.random() < 0.5:
        formulas = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(latex: ).*", lambda found: found[1] + json.dumps(written), formulas, count=1), encoding="utf-8")
        return CHECK
    chapter = folder / "book/chapters/day-of.yaml"
    write(chapter, f"id: day-of\ntitle: A\nreviewed: 2026-11-22\nbody: |2\n  One ${written}$.\n\n  $$\n  {written}\n  $$\n")
    return CHECK


def svg(random: Random, folder: Path) -> tuple[str, ...]:
    """Draw a figure or a logo, and lay out what is taken."""
    drawn = sources("figures/*.svg")
    if random.random() < 0.4:
        inner = "".join(random.choice(SVG) for _ in range(random.choice((3, 12, 60))))
        data = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 90">{inner}</svg>'
    else:
        data = mutation.text(random, random.choice(drawn)[:60_000], SVG, drawn)
    write(book(folder) / random.choice(("figures/keel.svg", "teams/pilots.svg")), data)
    return CHECK


def png(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil a picture of any of four formats, as a logo or in a text."""
    form = random.choice(("PNG", "PNG", "JPEG", "WEBP", "GIF"))
    out = io.BytesIO()
    mode = random.choice(("RGB", "L", "P", "RGBA", "1", "I;16", "CMYK"))
    image = Image.effect_noise((random.choice((1, 7, 60)), random.choice((1, 9, 60))), 60).convert("RGB")
    try:
        image.convert(mode).save(out, form)
    except (OSError, ValueError, KeyError):
        image.save(out, form)
    data = mutation.octets(random, out.getvalue(), (b"IHDR", b"IDAT", b"acTL", b"iCCP", b"zTXt", b"eXIf", b"\xff\xff\xff\xff", b"\0"))
    place = book(folder)
    if random.random() < 0.4:
        record = place / "teams/pilots.yaml"
        record.write_text(record.read_text().replace("pilots.svg", "pilots.png"))
        write(place / "teams/pilots.png", data)
    else:
        ending = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}[form]
        write(place / f"pictures/a.{ending}", data)
        path = place / "chapters/day-of.yaml"
        path.write_text(path.read_text().replace("\nindex:", f"\n\n  ![A bell](pictures/a.{ending})\nindex:"))
    return CHECK


def theme(random: Random, folder: Path) -> tuple[str, ...]:
    """Change a look, its style sheets, and its labels."""
    place = book(folder) / "theme"
    name = random.choice(("theme.yaml", "paged.css", "reflow.css", "labels/en.yaml"))
    given = {"theme.yaml": ROOT / "templates/theme.yaml", "labels/en.yaml": ROOT / "templates/labels/en.yaml"}.get(name)
    if given is None:
        source = "p { color: #123456 } h1::before { content: 'x'; margin: 3mm } @media print { .code { font-size: 8pt } }\n"
        write(place / name, mutation.text(random, source, CSS))
        return CHECK
    source = given.read_text(encoding="utf-8")
    start = random.randrange(len(source))
    cut = source if name.startswith("labels") else source[:start]
    write(place / name, mutation.text(random, cut, YAML, (source,)))
    return CHECK


def files(random: Random, folder: Path) -> tuple[str, ...]:
    """Move, rename, link, and remove the files of a book."""
    place = book(folder)
    for _ in range(random.choice((1, 2, 5))):
        path = place / random.choice(names("**/*"))
        if path.is_symlink() or not path.exists():
            continue  # what a link leads to is no part of the case
        way = random.randrange(6)
        if way == 0:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif way == 1:
            other = random.choice(("x", "A.YAML", "a\x1bb.yaml", "\u202e.svg", "a:1:1.yaml", "-rf.yaml", "\udcff.yaml"))
            if not os.path.lexists(path.with_name(other)):
                path.rename(path.with_name(other))
        elif way == 2 and path.is_file():
            path.unlink()
            path.symlink_to(random.choice(("/etc/passwd", "/dev/zero", "/", ".", "lost", "../../..", path.name)))
        elif way == 3 and path.is_file():
            path.unlink()
            path.mkdir()
        elif way == 4:
            name = random.choice(("a.yaml", ".x", "x/y/z.yaml", "x.bak", "theme.yaml"))
            if not os.path.lexists(path.parent / "x"):  # what was renamed so may be a file, or a link out of the case
                write(path.parent / name, b"id: a\n")
        else:
            path.chmod(0)
    return CHECK


def bank(ending: str, *starts: str) -> Make:
    """Return a maker of banks of one format."""

    def make(random: Random, folder: Path) -> tuple[str, ...]:
        given = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests/imports").rglob(f"bank.{ending}"))]
        text = mutation.text(random, random.choice([*starts, *given]), BANKS[ending], given)
        data = text.encode("utf-8", "surrogatepass")
        suffix = "txt" if ending == "aiken" else ending
        write(folder / f"bank.{suffix}", mutation.octets(random, data) if random.random() < 0.2 else data)
        return ("import", f"bank.{suffix}", "--to", "made", "--all")

    return make


def apkg(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil a deck of Anki: its archive, its database, or what stands in that."""
    notes = [mutation.text(random, "Why does it rise?\x1f<p>The <b>tide</b> does.</p>", ("\x1f", "<p>", "<img src=x>", "{{c1::", "}}", "<div>"))
             for _ in range(3)]  # fmt: skip
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE col (models TEXT, decks TEXT); CREATE TABLE notes (id, mid, flds, tags); CREATE TABLE cards (nid, did, ord)"
    )
    models = {"1": {"name": "Basic", "flds": [{"name": "Front"}, {"name": "Back"}], "tmpls": [{"qfmt": "{{Front}}", "afmt": "{{Back}}"}]}}
    written = json.dumps(models) if random.random() < 0.6 else mutation.text(random, json.dumps(models), BANKS["json"])
    connection.execute("INSERT INTO col VALUES (?, ?)", (written.encode("utf-8", "replace").decode(), '{"1": {"name": "Tides::Deep"}}'))
    for n, note in enumerate(notes):
        connection.execute("INSERT INTO notes VALUES (?, 1, ?, 'a b')", (n, note.encode("utf-8", "replace").decode()))
        connection.execute("INSERT INTO cards VALUES (?, 1, 0)", (n,))
    database = connection.serialize()
    database = mutation.octets(random, database) if random.random() < 0.5 else database
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(random.choice(("collection.anki2", "collection.anki21", "collection.anki21b")), database)
        archive.writestr("media", random.choice(("{}", "[", '{"0": "../../x.png"}', '{"0": 5}')))
    data = out.getvalue()
    write(folder / "deck.apkg", mutation.octets(random, data) if random.random() < 0.5 else data)
    return ("import", "deck.apkg", "--to", "made", "--all")


def archive(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil an archive of a quiz."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as packed:
        for name in random.sample(
            ("imsmanifest.xml", "a.xml", "../x.xml", "/etc/x", "a/b.md", "x.csv", "\udc80.md".encode("utf-8", "replace").decode()), 3
        ):
            packed.writestr(name, mutation.text(random, MOODLE, BANKS["xml"]).encode("utf-8", "replace"))
    write(folder / "quiz.zip", mutation.octets(random, out.getvalue()))
    return ("import", "quiz.zip", "--to", "made", "--all")


def sheet(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil a score sheet."""
    data = mutation.octets(
        random, _sheet(), (b"/V", b"(", b")", b"<<", b">>", b"[", b"]", b"stream", b"endobj", b"/Parent 1 0 R", b"\xfe\xff", b"9999999999")
    )
    write(folder / "sheets/a.pdf", data)
    return (COLLECT,)


@cache
def _sheet() -> bytes:
    """Return a score sheet that is filled in."""
    import pikepdf
    import sheetwork

    sheetwork.expected()
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sheetwork.blank())) as pdf:
        values = sheetwork.filled_in(1)
        for field in pdf.Root.AcroForm.Fields:
            name = str(field.T)
            if name in values and field.get("/FT") == pikepdf.Name.Tx:
                field.V = pikepdf.String(values[name])
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def collected() -> int:
    """Collect the sheets of a case, as the command does once it has read a book; return its exit status."""
    import sheetwork

    from pipeline.cli.printing import print_diagnostics

    found = sheetwork.take(Path("ratings"), Path("sheets"))
    print_diagnostics(found.diagnostics, each=True)
    return int(any(fault.severity == "error" for fault in found.diagnostics))


def manifest(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil the manifest of a release, and the files that it lists."""
    rows.release(folder, "a.epub", rows.epub_bytes())
    path = folder / "output/guides" / random.choice(("manifest.json", "manifest.json", "SHA256SUMS"))
    write(path, mutation.text(random, path.read_text(), BANKS["json"]))
    return ("verify", "output", "--all")


def epub(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil an EPUB, and let the manifest be right about it."""
    rows.release(folder, "a.epub", mutation.octets(random, _good() if random.random() < 0.8 else rows.epub_bytes()))
    return ("verify", "output", "--all")


def pdf(random: Random, folder: Path) -> tuple[str, ...]:
    """Spoil a PDF, and let the manifest be right about it."""
    words = (b"obj", b"endobj", b"stream", b"/Length 99999999", b"/Type /Page", b"<<", b">>", b"[", b"/Kids [1 0 R]", b"xref", b"\0")
    rows.release(folder, "a.pdf", mutation.octets(random, _sheet(), words))
    return ("verify", "output", "--all")


@cache
def _good() -> bytes:
    """Return an EPUB as small as one can be."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/epub+zip")
        packed.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
            '<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        packed.writestr(
            "EPUB/package.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" xml:lang="en"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A</dc:title></metadata><manifest><item id="nav" href="nav.xhtml" '
            'properties="nav" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="nav"/></spine></package>',
        )
        packed.writestr("EPUB/nav.xhtml", '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'
                        '<nav epub:type="toc"><ol><li><a href="#x">A</a></li></ol></nav></body></html>')  # fmt: skip
    return out.getvalue()


MOODLE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="category"><category><text>$course$/Tides/Deep</text></category></question>
<question type="multichoice"><name><text>Rise</text></name><questiontext format="html"><text><![CDATA[<p>Why does it rise?</p>]]></text>
</questiontext><answer fraction="100"><text>Moon</text></answer><answer fraction="0"><text>Wind</text></answer></question>
<question type="essay"><name><text>Fall</text></name><questiontext><text>Why does it fall?</text></questiontext></question></quiz>
"""
QTI: Final = """<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment title="A"><section><item title="Q"><presentation>
<material><mattext texttype="text/html">&lt;p&gt;Why?&lt;/p&gt;</mattext></material><response_lid ident="r"><render_choice><response_label ident="1">
<material><mattext>Moon</mattext></material></response_label></render_choice></response_lid></presentation></item></section></assessment></questestinterop>
"""
AIKEN: Final = "Why does the tide rise?\nA. Moon\nB. Wind\nANSWER: A\n\nWhy does it fall?\nA) Sun\nB) Rain\nANSWER: B\n"


KINDS: Final[dict[str, Make]] = {
    "yaml": yaml, "grammar": grammar, "markdown": markdown, "latex": latex, "svg": svg, "png": png, "theme": theme, "files": files,
    "bank-md": bank("md", "### Why does it rise?\n\nThe moon.\n\n### Who says so?\n\n<details><summary>A</summary>\n\nMe.\n\n</details>\n"),
    "csv": bank("csv", "question,answer,tags\nWhy?,So.,a b\n\"Who?\",\"Me, again\",\n"), "tsv": bank("tsv", "question\tanswer\nWhy?\tSo.\nWho?\tMe.\n"),
    "json": bank("json", '[{"question": "Why?", "answer": "So.", "tags": ["a"], "id": "x"}]'),
    "gift": bank("gift", "::A:: Why? {=Moon ~Wind}\n\nWho? {T}\n\nHow many? {#5:1}\n"), "aiken": bank("aiken", AIKEN),
    "xml": bank("xml", MOODLE, QTI), "apkg": apkg, "archive": archive, "sheet": sheet, "manifest": manifest, "epub": epub, "pdf": pdf,
}  # fmt: skip
