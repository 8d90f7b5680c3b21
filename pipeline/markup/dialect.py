r"""The Markdown of a book: which rules are on, what may be named, and how each construct is written.

The parser reads it, the checks that mask what is no prose, and preflight, which looks for what is printed as it is written.
The patterns hold no white space of their own, so that they may stand in a verbose one.
"""

from typing import Final

OFF: Final = ["reference", "lheading", "html_block", "html_inline", "image", "footnote_ref"]
ON: Final = ["table", "smartquotes"]
"""Rules of CommonMark that are off, and more that are on; beside these, definitions, admonitions, footnotes, and our own."""
BEFORE_LINKS: Final = ("reference", "footnote", "mark")
AFTER_ALL: Final = ("formula", "braces", "figure")
"""Our own rules within a paragraph, by their names in ``inline_rules``."""
REFERENCES: Final = {"": "section", "chapter": "section", "term": "term", "formula": "formula", "source": "source", "box": "box"}
"""What may stand before the colon of a reference, and what it names then."""
ADMONITIONS: Final = ("note", "tip", "warning", "example")
INDEXED: Final = ("term", "sub", "see", "see-also")
"""What the attributes of an index mark say."""

NAMED: Final = r"\[\[([^\[\]|]{0,200})"
REFERENCE: Final = NAMED + r"(?:\|([^\[\]]{0,500}))?\]\]"
TARGET: Final = r"(?:([a-z]+):)?([a-z0-9]+(?:-[a-z0-9]+)*)"
FOOTNOTE: Final = r"\[\^([^\[\]\s]{1,80})\]"
FIGURE: Final = r"!\[[^\]]{0,500}\]\(([^)]{0,500})\)"
VALUE: Final = r"\{=([a-z0-9-]+\.[^{}\n]+)\}"
ATTRIBUTES: Final = r"\{([^{}]*)\}"
ATTRIBUTE: Final = r"""\s*(?:([.#][\w-]+)|([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s"]+)))(?=\s|$)"""
ALT: Final = r'\{\s*alt="([^"{}]*)"\s*\}'
FORMULA: Final = rf"(?<!\\)\$(?:\\.|[^$\\]){{1,2000}}\$(?:\s?{ALT})?"
DISPLAY: Final = rf"\$\$(?s:.*?)\$\$(?:\s*{ALT})?"
CODE: Final = r"(?P<tick>`+)(?!`)(?s:.{1,2000}?)(?<!`)(?P=tick)(?!`)"
FENCE: Final = r"^[ ]*(?P<fence>`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ ]*(?P=fence)[`~]*[ ]*$|\Z)"
ADMONITION: Final = r"^[ ]*!!![ ]\w+"
LINKED: Final = r"\]\([^)\s]{0,500}\)"
"""The end of a link, after its words."""
ADDRESS: Final = r"(?:<\w+:[^>\s]{0,500}>|https?://\S+)"
ESCAPED: Final = r"\\."
OPENING: Final = r"^[ \t]*(?:[-*+]|\d+[.)]|\#+|>|:)(?=[ \t])"
"""What begins an item, a heading, a quotation, or a definition."""
