"""What the file says about itself: XMP, document information, color and view (PDF/A-2a and PDF/UA-1)."""

import html
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from pipeline.bindery.pdf_syntax import Writer, array, dictionary, refer, text


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the file says about itself: document information and XMP."""

    title: str
    lang: str
    created: datetime
    modified: datetime
    identifier: str
    """A URN, such as `urn:uuid:...`."""
    subtitle: str = ""
    creators: tuple[str, ...] = ()
    publisher: str = ""
    description: str = ""
    subjects: tuple[str, ...] = ()
    rights: str = ""
    producer: str = "guidepress"
    team: str = ""
    """Name of the team whose copy it is."""
    contact: str = ""
    recipient: str = ""


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
    """Return the document information; each entry says what its XMP property says (PDF/A-2, 6.6.3)."""
    entries = {
        "Title": full_title(imprint),
        "Author": ", ".join(imprint.creators),
        "Subject": imprint.description,
        "Keywords": ", ".join(imprint.subjects),
        **{f"Copy{name.title()}": text for name, text in _copy(imprint)},
        "Creator": imprint.producer,
        "Producer": imprint.producer,
        "CreationDate": f"D:{_utc(imprint.created):%Y%m%d%H%M%S}Z",
        "ModDate": f"D:{_utc(imprint.modified):%Y%m%d%H%M%S}Z",
    }
    return dictionary(**{name: text(value) for name, value in entries.items() if value})


def full_title(imprint: Imprint) -> str:
    """Return title and subtitle in one line."""
    return f"{imprint.title}: {imprint.subtitle}" if imprint.subtitle else imprint.title


def xmp(imprint: Imprint) -> str:
    """Return the XMP packet (ISO 16684-1)."""
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
    """Yield what the file says of whose copy it is."""
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
    yield f"<xmp:CreateDate>{_utc(imprint.created):%Y-%m-%dT%H:%M:%S}Z</xmp:CreateDate>"
    yield f"<xmp:ModifyDate>{_utc(imprint.modified):%Y-%m-%dT%H:%M:%S}Z</xmp:ModifyDate>"
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


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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


WHITE = (0.9642, 1.0, 0.8249)
"""D50, the white of the profile connection space."""
PRIMARIES = {
    "r": (0.4360747, 0.2225045, 0.0139322),
    "g": (0.3850649, 0.7168786, 0.0971045),
    "b": (0.1430804, 0.0606169, 0.7141733),
}
"""sRGB's primaries, adapted to D50."""


@cache
def srgb_profile() -> bytes:
    """Return the sRGB color profile (IEC 61966-2-1) as an ICC profile of version 2, computed: the same bytes every time."""
    curve = _curve()
    tags = {
        "desc": _description("sRGB IEC61966-2.1"),
        "cprt": b"text\0\0\0\0No copyright\0",
        "wtpt": _xyz(WHITE),
        **{f"{color}XYZ": _xyz(values) for color, values in PRIMARIES.items()},
        "rTRC": curve,
        "gTRC": curve,
        "bTRC": curve,
    }
    return _assemble(tags)


def _assemble(tags: dict[str, bytes]) -> bytes:
    """Lay the tags out behind their table; equal ones are stored once (ICC.1:2001-04, 6.2)."""
    offsets: dict[bytes, int] = {}
    body, start = b"", 128 + 4 + 12 * len(tags)
    for data in tags.values():
        if data not in offsets:
            offsets[data] = start + len(body)
            body += data + b"\0" * (-len(data) % 4)
    table = struct.pack(">I", len(tags))
    for name, data in tags.items():
        table += struct.pack(">4sII", name.encode(), offsets[data], len(data))
    return _header(start + len(body)) + table + body


def _header(size: int) -> bytes:
    date = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    start = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    rest = b"acsp" + bytes(28) + _fixed(*WHITE)
    return (start + date + rest).ljust(128, b"\0")


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _description(text: str) -> bytes:
    encoded = text.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(encoded)) + encoded + bytes(4 + 4 + 2 + 1 + 67)


def _curve(steps: int = 1024) -> bytes:
    """Tabulate the transfer function of sRGB."""
    values = (step / (steps - 1) for step in range(steps))
    linear = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return b"curv\0\0\0\0" + struct.pack(f">I{steps}H", steps, *(round(v * 65535) for v in linear))
