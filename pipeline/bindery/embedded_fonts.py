"""Read font files: glyphs and advances for folios, and one embedded subset of the glyphs used."""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache

from fontTools.ttLib import TTFont

from pipeline.bindery.pdf_syntax import Writer, array, dictionary, refer, text
from pipeline.work import cache

FIGURES = ("lnum", "tnum")
"""The OpenType features of folios: lining figures of one width."""
UNNEEDED = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "JSTF", "MATH", "STAT", "OS/2", "cmap", "gasp", "name", "post")
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
        """The PostScript name."""
        return str(self.font["name"].getDebugName(6))

    def advance(self, gid: int) -> float:
        """Return a glyph's advance in thousandths of an em; 0 for a glyph that is not there."""
        advances = self._advances
        width: float = advances[gid] * self.per_mille if gid < len(advances) else 0
        return int(width) if width == int(width) else round(width, 3)

    def figure(self, character: str) -> int:
        """Return the glyph of a character in a folio; raise KeyError when the face has none."""
        name = self._glyph_names[ord(character)]
        return int(self.font.getGlyphID(self._figures.get(name, name)))

    def letter(self, character: str) -> int:
        """Return the plain glyph of a character; raise KeyError when the face has none."""
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


def get_ready(fonts: Iterable[bytes], of_figures: Iterable[bytes]) -> None:
    """Read of font files what binding will need: advances, and where figures are set in them, these."""
    for data in fonts:
        open_face(data).advance(0)
    for data in of_figures:
        open_face(data).figure("0")


def embed(writer: Writer, number: int, face: Face, glyphs: Mapping[int, str]) -> None:
    """Embed a face: one subset with glyph ids kept, and the text each glyph stands for (ISO 32000-1, 9.7)."""
    gids = tuple(sorted(gid for gid in glyphs if gid < face.font["maxp"].numGlyphs))
    program = subset(face.data, gids)
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    base, is_cff = f"/{tag}+{face.name}", program[:4] == b"OTTO"
    descendant = dictionary(
        Type="/Font", Subtype="/CIDFontType0" if is_cff else "/CIDFontType2", BaseFont=base,
        CIDSystemInfo=dictionary(Registry=text("Adobe"), Ordering=text("Identity"), Supplement=0),
        W=_widths(face, gids), FontDescriptor=refer(_descriptor(writer, face, base, program)),
        **({} if is_cff else {"CIDToGIDMap": "/Identity"}),
    )  # fmt: skip
    unicode = writer.put_stream(_to_unicode((gid, glyphs[gid]) for gid in gids))
    writer.put(dictionary(
        Type="/Font", Subtype="/Type0", BaseFont=base, Encoding="/Identity-H",
        DescendantFonts=array(refer(writer.put(descendant))), ToUnicode=refer(unicode),
    ), number)  # fmt: skip


@lru_cache(maxsize=64)
def subset(data: bytes, gids: tuple[int, ...]) -> bytes:
    """Return a font file reduced to some glyphs, whose ids are kept: an edit seldom brings a glyph that was not there before."""
    return cache.remembered(lambda: _reduced(data, gids), "subset", data, list(gids))


def _reduced(data: bytes, gids: tuple[int, ...]) -> bytes:
    from fontTools import subset as subsetting  # a dear import, for what is mostly remembered

    options = subsetting.Options(retain_gids=True, hinting=False, notdef_outline=True, layout_features=[], name_IDs=[], glyph_names=False)
    options.drop_tables = [*options.drop_tables, *UNNEEDED]
    font = TTFont(io.BytesIO(data), lazy=True, recalcTimestamp=False)
    subsetter = subsetting.Subsetter(options)
    subsetter.populate(gids=gids)
    subsetter.subset(font)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()


def _descriptor(writer: Writer, face: Face, base: str, program: bytes) -> int:
    font, scale = face.font, face.per_mille
    head, post, metrics = font["head"], font["post"], font["OS/2"]
    box = [round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]
    is_cff = program[:4] == b"OTTO"
    stream = writer.put_stream(program, b"/Subtype /OpenType" if is_cff else b"/Length1 %d" % len(program))
    return writer.put(
        dictionary(
            Type="/FontDescriptor",
            FontName=base,
            Flags=4 + bool(post.isFixedPitch) + 64 * bool(post.italicAngle),  # 4: symbolic, glyphs by number
            FontBBox=array(*box),
            ItalicAngle=round(post.italicAngle),
            Ascent=round(metrics.sTypoAscender * scale),
            Descent=round(metrics.sTypoDescender * scale),
            CapHeight=round(getattr(metrics, "sCapHeight", metrics.sTypoAscender) * scale),
            StemV=round(50 + (metrics.usWeightClass / 65) ** 2),
            **{"FontFile3" if is_cff else "FontFile2": refer(stream)},
        )
    )


def _widths(face: Face, gids: Iterable[int]) -> bytes:
    """Write the advances, a run of neighbouring glyph ids to an array (ISO 32000-1, 9.7.4.3)."""
    runs: list[tuple[int, list[float]]] = []
    for gid in gids:
        if runs and runs[-1][0] + len(runs[-1][1]) == gid:
            runs[-1][1].append(face.advance(gid))
        else:
            runs.append((gid, [face.advance(gid)]))
    return array(*(part for start, widths in runs for part in (start, array(*widths))))


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
