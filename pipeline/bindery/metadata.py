"""What the file says about itself: XMP, document information, color and view (PDF/A-2a and PDF/UA-1)."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime

from .profile import srgb_profile
from .records import Imprint
from .syntax import array, dictionary, refer, text
from .writing import Writer

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "copy": "https://guidepress.invalid/ns/copy/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
EXTENSIONS = (
    ("http://www.aiim.org/pdfua/ns/id/", "pdfuaid", "PDF/UA identification schema",
     (("part", "Integer", "internal", "PDF/UA version identifier"),)),
    ("https://guidepress.invalid/ns/copy/", "copy", "Whose copy a file is",
     (("team", "Text", "external", "Team in whose name the copy was made"),
      ("contact", "Text", "external", "Where to reach that team"),
      ("recipient", "Text", "external", "Person that the copy was made for"))),
)  # fmt: skip
"""Schemas that XMP does not have itself, described as PDF/A-2, 6.6.2.3 asks for."""


def describe(writer: Writer, imprint: Imprint) -> dict[str, object]:
    """Write the metadata of the book; return the entries of the catalog that say so."""
    metadata = writer.put_stream(xmp(imprint).encode(), b"/Type /Metadata/Subtype /XML", as_is=True)
    return {
        "Metadata": refer(metadata),
        "Lang": text(imprint.lang),
        "MarkInfo": dictionary(Marked="true"),
        "ViewerPreferences": dictionary(DisplayDocTitle="true"),
        "PageMode": "/UseOutlines",
        "OutputIntents": array(_output_intent(writer)),
    }


def information(imprint: Imprint) -> bytes:
    """Write the document information; each entry says what its XMP property says (PDF/A-2, 6.6.3)."""
    return dictionary(**{name: text(value) for name, value in _information(imprint)})


def full_title(imprint: Imprint) -> str:
    """Give title and subtitle in one line."""
    return f"{imprint.title}: {imprint.subtitle}" if imprint.subtitle else imprint.title


def xmp(imprint: Imprint) -> str:
    """Write the XMP packet (ISO 16684-1)."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return "\n".join((
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}><rdf:Description rdf:about="">',
        *_properties(imprint),
        _schemas(),
        "</rdf:Description></rdf:RDF></x:xmpmeta>",
        '<?xpacket end="r"?>',
    ))


def _schemas() -> str:
    """Describe the extension schemas."""
    described = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI>'
        f"<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix><pdfaSchema:schema>{title}</pdfaSchema:schema>"
        f"<pdfaSchema:property><rdf:Seq>{''.join(map(_property, properties))}</rdf:Seq></pdfaSchema:property></rdf:li>"
        for uri, prefix, title, properties in EXTENSIONS
    )
    return f"<pdfaExtension:schemas><rdf:Bag>{described}</rdf:Bag></pdfaExtension:schemas>"


def _property(described: tuple[str, str, str, str]) -> str:
    name, kind, category, text = described
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:category>{category}</pdfaProperty:category>'
        f"<pdfaProperty:description>{text}</pdfaProperty:description><pdfaProperty:name>{name}</pdfaProperty:name>"
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType></rdf:li>"
    )


def _copy(imprint: Imprint) -> Iterator[tuple[str, str]]:
    """Give what the file says of whose copy it is."""
    stated = (("team", imprint.team), ("contact", imprint.contact), ("recipient", imprint.recipient))
    yield from ((name, text) for name, text in stated if text)


def _properties(imprint: Imprint) -> Iterator[str]:
    yield "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"
    yield "<pdfuaid:part>1</pdfuaid:part>"
    yield _alternative("title", full_title(imprint))
    yield _listed("creator", "Seq", imprint.creators)
    yield _alternative("description", imprint.description)
    yield _listed("subject", "Bag", imprint.subjects)
    yield _listed("publisher", "Bag", (imprint.publisher,) if imprint.publisher else ())
    yield _listed("language", "Bag", (imprint.lang,))
    yield _alternative("rights", imprint.rights)
    yield f"<dc:identifier>{_escaped(imprint.identifier)}</dc:identifier>"
    yield _listed("contributor", "Bag", (imprint.team,) if imprint.team else ())
    yield from (f"<copy:{name}>{_escaped(text)}</copy:{name}>" for name, text in _copy(imprint))
    yield f"<xmp:CreateDate>{_iso(imprint.created)}</xmp:CreateDate>"
    yield f"<xmp:ModifyDate>{_iso(imprint.modified)}</xmp:ModifyDate>"
    yield f"<xmp:CreatorTool>{_escaped(imprint.producer)}</xmp:CreatorTool>"
    yield f"<pdf:Producer>{_escaped(imprint.producer)}</pdf:Producer>"
    if imprint.subjects:
        yield f"<pdf:Keywords>{_escaped(', '.join(imprint.subjects))}</pdf:Keywords>"


def _alternative(name: str, text: str) -> str:
    language = '<rdf:li xml:lang="x-default">'
    return f"<dc:{name}><rdf:Alt>{language}{_escaped(text)}</rdf:li></rdf:Alt></dc:{name}>" if text else ""


def _listed(name: str, kind: str, texts: tuple[str, ...]) -> str:
    items = "".join(f"<rdf:li>{_escaped(text)}</rdf:li>" for text in texts)
    return f"<dc:{name}><rdf:{kind}>{items}</rdf:{kind}></dc:{name}>" if items else ""


def _information(imprint: Imprint) -> Iterator[tuple[str, str]]:
    yield "Title", full_title(imprint)
    if imprint.creators:
        yield "Author", ", ".join(imprint.creators)
    if imprint.description:
        yield "Subject", imprint.description
    if imprint.subjects:
        yield "Keywords", ", ".join(imprint.subjects)
    yield from ((f"Copy{name.title()}", text) for name, text in _copy(imprint))
    yield "Creator", imprint.producer
    yield "Producer", imprint.producer
    yield "CreationDate", f"D:{_utc(imprint.created):%Y%m%d%H%M%S}Z"
    yield "ModDate", f"D:{_utc(imprint.modified):%Y%m%d%H%M%S}Z"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _iso(moment: datetime) -> str:
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%S}Z"


def _output_intent(writer: Writer) -> bytes:
    return dictionary(
        Type="/OutputIntent",
        S="/GTS_PDFA1",
        OutputConditionIdentifier=text("sRGB IEC61966-2.1"),
        Info=text("sRGB IEC61966-2.1"),
        DestOutputProfile=refer(writer.put_stream(srgb_profile(), b"/N 3")),
    )


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
