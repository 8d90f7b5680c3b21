"""Read font files: glyphs and advances for folios, and one embedded subset of the glyphs used."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from fontTools import subset as subsetting
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

Subset = Callable[[bytes, tuple[int, ...]], bytes]
"""Reduces a font file to the glyphs of some ids; it may remember."""
FIGURES = ("lnum", "tnum")
"""The OpenType features of folios: lining figures of one width."""
UNNEEDED = (
    "BASE",
    "DSIG",
    "GDEF",
    "GPOS",
    "GSUB",
    "JSTF",
    "MATH",
    "STAT",
    "OS/2",
    "cmap",
    "gasp",
    "name",
    "post",
)
"""Tables a viewer does not read in an embedded CIDFontType2 (ISO 32000-1, 9.9)."""


PLAIN = {"\u2010": "-", "\u00ad": "-", "\u00a0": " "}
"""What search should find for characters that faces draw with the glyph of a plainer one."""


class Face:
    """A font file, read as far as needed."""

    def __init__(self, data: bytes) -> None:
        """Open the file; its tables are read when asked for."""
        self.data = data
        self.font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
        self.per_mille = 1000 / self.font["head"].unitsPerEm

    @property
    def name(self) -> str:
        """Give the PostScript name."""
        return str(self.font["name"].getDebugName(6))

    def advance(self, gid: int) -> float:
        """Give a glyph's advance in thousandths of an em; 0 for a glyph that is not there."""
        advances = self._advances
        width: float = advances[gid] * self.per_mille if gid < len(advances) else 0
        return int(width) if width == int(width) else round(width, 3)

    def figure(self, character: str) -> int:
        """Find the glyph of a character in a folio; raise KeyError when the face has none."""
        name = self._glyph_names[ord(character)]
        return int(self.font.getGlyphID(self._figures.get(name, name)))

    def letter(self, character: str) -> int:
        """Find the plain glyph of a character; raise KeyError when the face has none."""
        return int(self.font.getGlyphID(self._glyph_names[ord(character)]))

    @cached_property
    def _glyph_names(self) -> dict[int, str]:
        return dict(self.font.getBestCmap())

    @cached_property
    def _advances(self) -> Sequence[int]:
        metrics = self.font["hmtx"].metrics
        return [metrics[name][0] for name in self.font.getGlyphOrder()]

    @cached_property
    def _figures(self) -> dict[str, str]:
        """Map glyphs to their lining, tabular forms: the single substitutions of the features, in order."""
        if "GSUB" not in self.font:
            return {}
        table, mapping = self.font["GSUB"].table, dict[str, str]()
        indices = {i for r in table.FeatureList.FeatureRecord if r.FeatureTag in FIGURES for i in r.Feature.LookupListIndex}
        for lookup in (table.LookupList.Lookup[index] for index in sorted(indices)):
            for part in lookup.SubTable:
                pairs = getattr(getattr(part, "ExtSubTable", part), "mapping", {})
                mapping = {old: pairs.get(new, new) for old, new in mapping.items()} | {
                    old: new for old, new in pairs.items() if old not in mapping
                }
        return mapping


@lru_cache(maxsize=64)
def open_face(data: bytes) -> Face:
    """Open a font file, or find it open."""
    return Face(data)


def embed(pdf: Pdf, face: Face, glyphs: Mapping[int, str], reduce: Subset) -> Object:
    """Embed a face: one subset with glyph ids kept, and the text each glyph stands for (ISO 32000-1, 9.7)."""
    gids = tuple(sorted(gid for gid in glyphs if gid < face.font["maxp"].numGlyphs))
    program = reduce(face.data, gids)
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    base = Name(f"/{tag}+{face.name}")
    is_cff = program[:4] == b"OTTO"
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0 if is_cff else Name.CIDFontType2,
        BaseFont=base,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        W=_widths(face, gids),
        FontDescriptor=pdf.make_indirect(_descriptor(pdf, face, base, program)),
    )
    if not is_cff:
        descendant.CIDToGIDMap = Name.Identity
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_to_unicode((gid, glyphs[gid]) for gid in gids)),
        )
    )


@lru_cache(maxsize=64)
def subset(data: bytes, gids: tuple[int, ...]) -> bytes:
    """Reduce a font file to some glyphs, whose ids are kept."""
    options = subsetting.Options(
        retain_gids=True,
        hinting=False,
        notdef_outline=True,
        layout_features=[],
        name_IDs=[],
        glyph_names=False,
    )
    options.drop_tables = [*options.drop_tables, *UNNEEDED]
    font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
    subsetter = subsetting.Subsetter(options)
    subsetter.populate(gids=gids)
    subsetter.subset(font)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()


def _descriptor(pdf: Pdf, face: Face, base: Name, program: bytes) -> Dictionary:
    font, scale = face.font, face.per_mille
    head, post, metrics = font["head"], font["post"], font["OS/2"]
    box = [round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]
    stream = pdf.make_stream(program)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=base,
        Flags=4 + bool(post.isFixedPitch) + 64 * bool(post.italicAngle),  # 4: symbolic, glyphs by number
        FontBBox=Array(box),
        ItalicAngle=round(post.italicAngle),
        Ascent=round(metrics.sTypoAscender * scale),
        Descent=round(metrics.sTypoDescender * scale),
        CapHeight=round(getattr(metrics, "sCapHeight", metrics.sTypoAscender) * scale),
        StemV=round(50 + (metrics.usWeightClass / 65) ** 2),
    )
    if program[:4] == b"OTTO":
        stream.Subtype = Name.OpenType
        descriptor.FontFile3 = stream
    else:
        stream.Length1 = len(program)
        descriptor.FontFile2 = stream
    return descriptor


def _widths(face: Face, gids: Iterable[int]) -> Array:
    """Write the advances, a run of neighbouring glyph ids to an array (ISO 32000-1, 9.7.4.3)."""
    runs: list[tuple[int, list[float]]] = []
    for gid in gids:
        if runs and runs[-1][0] + len(runs[-1][1]) == gid:
            runs[-1][1].append(face.advance(gid))
        else:
            runs.append((gid, [face.advance(gid)]))
    flat: list[Any] = []
    for start, widths in runs:
        flat += [start, Array(widths)]
    return Array(flat)


def _to_unicode(glyphs: Iterable[tuple[int, str]]) -> bytes:
    """Write a CMap from glyph ids to text (ISO 32000-1, 9.10.3); a block holds 100 entries at most."""
    lines = [f"<{gid:04x}> <{_hexadecimal(text)}>" for gid, text in glyphs]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    body = [f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks]
    return "\n".join((CMAP_HEAD, *body, CMAP_FOOT)).encode()


def _hexadecimal(text: str) -> str:
    """Encode a glyph's text; one that has none of its own is a zero-width space, since PDF/A wants some."""
    return (PLAIN.get(text, text) or "\u200b").encode("utf-16-be").hex()


CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange"""
CMAP_FOOT = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
