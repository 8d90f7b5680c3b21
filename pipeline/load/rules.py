"""Name what keeps a record out of the book."""

from pipeline.diagnostics import Rule

RULES = (
    Rule("B101", "missing field", "A field that the record needs is not there. docs/authoring.md lists every field."),
    Rule("B102", "unknown key", "No record has this key. The hint names the nearest one that exists."),
    Rule("B103", "wrong shape", "A list stands where text is wanted, or text where a list or mapping is wanted."),
    Rule("B104", "wrong value", "The value does not have the form or is not one of the words that the field takes."),
    Rule("B105", "no text", "The field is there, but nothing is written in it."),
    Rule("B106", "duplicate id", "An id names one record for ever. Two records cannot share it."),
    Rule("B107", "file and id differ", "A record stands in the file that bears its id, so that it can be found by name."),
    Rule("B108", "no book here", "A book's folder holds book.yaml, which says what the book is and puts all in order."),
    Rule("B109", "file outside the book", "A file of the book must lie inside its folder; links that lead out are refused."),
    Rule("B110", "wrong section folder", "A question stands in the folder of the section that lists it."),
    Rule(
        "B111",
        "unsafe drawing",
        "A figure is a plain SVG: no scripts, no text, no embedded files, no outside links, no entities, "
        "and no number that is not finite, beyond 16,777,216, or, with those around it, absurd.",
    ),
    Rule(
        "B114",
        "unsafe picture",
        "A team's logo is a plain SVG, as figures are, or a PNG that can be read to its end, of at most 4 megapixels and 1 MB.",
    ),
    Rule("T105", "no theme here", "The folder named with --theme holds the files of a theme: theme.yaml, style sheets, labels, templates."),
    Rule("T106", "unknown label", "A theme's labels say otherwise what the press prints; they have the names of templates/labels/en.yaml."),
    Rule("T107", "font cannot be used", "A font is static, may be embedded, has figures, and is the file that its digest names."),
    Rule("T108", "accent too pale", "The accent sets headings and links on white: its contrast must be 4.5 at least (WCAG 2.2, level AA)."),
    Rule("T109", "look of no edition", "A book's theme says how an edition looks that the book does not have."),
    Rule("T110", "style sheet cannot be read", "A theme's style sheet is CSS; it has no fonts of its own, and no character set."),
    Rule("T111", "address in a style sheet", "A look is whole in itself: its style sheets fetch nothing."),
    Rule("T112", "unknown token", "A variable in a style sheet is a token of theme.yaml, or one that the style sheet sets itself."),
    Rule(
        "B113",
        "file not read",
        "A YAML file stands where no record is looked for, so nothing in it is printed.",
    ),
)
