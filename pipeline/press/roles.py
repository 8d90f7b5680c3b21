"""The structure type of each element (ISO 32000-1, 14.8.4), and the attributes that go with it."""

from xml.etree.ElementTree import Element

from .kinship import SVG, Kin

ROLES = {
    "main": "Part",
    "article": "Art",
    "section": "Sect",
    "nav": "Sect",
    "aside": "Sect",
    "div": "Div",
    "header": "Div",
    "footer": "Div",
    "figure": "Div",
    "hgroup": "Div",
    "address": "P",
    "p": "P",
    "blockquote": "BlockQuote",
    "q": "Quote",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "dt": "Lbl",
    "dd": "LBody",
    "table": "Table",
    "caption": "Caption",
    "figcaption": "Caption",
    "thead": "THead",
    "tbody": "TBody",
    "tfoot": "TFoot",
    "tr": "TR",
    "th": "TH",
    "td": "TD",
    "pre": "Code",
    "code": "Code",
    "h1": "H1",
    "h2": "H2",
    "h3": "H3",
    "h4": "H4",
    "h5": "H5",
    "h6": "H6",
}
TOC_ROLES = {"ol": "TOC", "ul": "TOC", "li": "TOCI", "div": None}
NUMBERINGS = {
    "decimal": "Decimal",
    "upper-alpha": "UpperAlpha",
    "lower-alpha": "LowerAlpha",
    "upper-latin": "UpperAlpha",
    "lower-latin": "LowerAlpha",
    "upper-roman": "UpperRoman",
    "lower-roman": "LowerRoman",
    "disc": "Disc",
    "circle": "Circle",
    "square": "Square",
}


def role(element: Element, kin: Kin) -> str | None:
    """Name the structure type of an element; None when its content belongs to its parent."""
    tag = element.tag
    if tag in ("img", SVG):
        return "Formula" if element.get("role") == "math" else "Figure"
    if element.get("role") == "doc-footnote":
        return "Note"
    if tag == "a":
        return "Link" if element.get("href") else None
    if tag == "code" and kin.parent is not None and kin.parent.tag == "pre":
        return None
    if tag == "div" and kin.parent is not None and kin.parent.tag == "dl":
        return None
    if kin.toc and tag in TOC_ROLES:
        return TOC_ROLES[tag]
    return ROLES.get(tag)


def alternative(element: Element) -> str:
    """Give the text that stands for an image: `alt`, `aria-label` or an SVG's title."""
    title = element.find("{http://www.w3.org/2000/svg}title") if element.tag == SVG else None
    return element.get("alt") or element.get("aria-label") or (title.text if title is not None else "") or ""


def numbering(list_style: object) -> str:
    """Name a list's ListNumbering (ISO 32000-1, table 347) for a CSS list-style-type."""
    return NUMBERINGS.get(list_style, "Disc") if isinstance(list_style, str) else "Disc"


def cell_attributes(cell: Element) -> dict[str, object]:
    """Give the Table attributes of a cell: its spans, and what a head stands over."""
    values: dict[str, object] = {}
    for attribute, key in (("colspan", "ColSpan"), ("rowspan", "RowSpan")):
        if (span := int(cell.get(attribute) or 1)) > 1:
            values[key] = span
    if cell.tag == "th":
        values["Scope"] = "/Row" if cell.get("scope") in ("row", "rowgroup") else "/Column"
    return values
