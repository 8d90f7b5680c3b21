"""List the LaTeX a formula may use, the sign each command prints, and the words a language must have to speak them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Role = Literal["letter", "infix", "prefix", "postfix", "open", "close", "bar", "comma", "sum", "integral"]
Font = Literal["", "roman", "bold", "double", "script"]

GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ",
    "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip

SIGNS: Final[dict[str, tuple[str, Role]]] = {
    "cdot": ("⋅", "infix"), "times": ("×", "infix"), "div": ("÷", "infix"), "pm": ("±", "infix"),
    "mp": ("∓", "infix"), "le": ("≤", "infix"), "leq": ("≤", "infix"), "ge": ("≥", "infix"),
    "geq": ("≥", "infix"), "ne": ("≠", "infix"), "neq": ("≠", "infix"), "approx": ("≈", "infix"),
    "sim": ("∼", "infix"), "equiv": ("≡", "infix"), "propto": ("∝", "infix"), "ll": ("≪", "infix"),
    "gg": ("≫", "infix"), "in": ("∈", "infix"), "notin": ("∉", "infix"), "subset": ("⊂", "infix"),
    "subseteq": ("⊆", "infix"), "cup": ("∪", "infix"), "cap": ("∩", "infix"), "setminus": ("∖", "infix"),
    "mid": ("∣", "infix"), "to": ("→", "infix"), "rightarrow": ("→", "infix"), "leftarrow": ("←", "infix"),
    "Rightarrow": ("⇒", "infix"), "Leftrightarrow": ("⇔", "infix"), "mapsto": ("↦", "infix"),
    "star": ("⋆", "infix"), "circ": ("∘", "infix"), "perp": ("⟂", "infix"),
    "forall": ("∀", "prefix"), "exists": ("∃", "prefix"), "nabla": ("∇", "letter"), "partial": ("∂", "letter"),
    "infty": ("∞", "letter"), "emptyset": ("∅", "letter"), "ell": ("ℓ", "letter"), "dots": ("…", "letter"),
    "ldots": ("…", "letter"), "cdots": ("⋯", "letter"), "top": ("⊤", "letter"), "prime": ("′", "letter"),
    "sum": ("∑", "sum"), "prod": ("∏", "sum"), "int": ("∫", "integral"),
    "lvert": ("|", "open"), "rvert": ("|", "close"), "lVert": ("‖", "open"), "rVert": ("‖", "close"),
    "lfloor": ("⌊", "open"), "rfloor": ("⌋", "close"), "lceil": ("⌈", "open"), "rceil": ("⌉", "close"),
    "langle": ("⟨", "open"), "rangle": ("⟩", "close"), "{": ("{", "open"), "}": ("}", "close"),
    "%": ("%", "letter"), "#": ("#", "letter"), "&": ("&", "letter"), "_": ("_", "letter"),
}  # fmt: skip
"""Sign and role of each command without an argument."""

CHARACTERS: Final[dict[str, tuple[str, Role, str]]] = {
    "+": ("+", "infix", "plus"), "-": ("−", "infix", "minus"), "=": ("=", "infix", "equals"),
    "<": ("<", "infix", "less"), ">": (">", "infix", "greater"), "/": ("/", "infix", "over"),
    ":": (":", "infix", "colon"), "!": ("!", "postfix", "factorial"), ",": (",", "comma", "comma"),
    ";": (";", "comma", "semicolon"), ".": (".", "comma", "point"), "|": ("|", "bar", "bar"),
    "(": ("(", "open", "paren"), ")": (")", "close", "end-paren"), "[": ("[", "open", "bracket"),
    "]": ("]", "close", "end-bracket"),
}  # fmt: skip
"""Sign, role, and spoken name of each character that is neither letter nor digit."""

UNARY: Final = frozenset({"+", "−", "±", "∓"})
FUNCTIONS: Final = frozenset({"max", "min", "arg", "log", "ln", "exp", "lim", "sup", "inf", "det", "Pr"})
LIMITS: Final = frozenset({"max", "min", "lim", "sup", "inf", "det", "Pr"})
"""Functions that carry their limits below in a display (TeX's \\mathop)."""
SPACES: Final = {",": 1 / 6, ";": 5 / 18, "!": -1 / 6, "quad": 1.0, "qquad": 2.0}
FRACTIONS: Final = {"frac": "", "tfrac": "text", "dfrac": "display", "binom": "binomial"}
ACCENTS: Final = {
    "hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙", "overline": "‾", "underline": "_",
}  # fmt: skip
FONTS: Final[dict[str, Font]] = {"mathrm": "roman", "mathbf": "bold", "mathbb": "double", "mathcal": "script"}
DELIMITERS: Final = {
    "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", ".": "", "<": "⟨", ">": "⟩", "\\{": "{", "\\}": "}",
    **{f"\\{name}": sign for name, (sign, role) in SIGNS.items() if role in ("open", "close") and name.isalpha()},
}  # fmt: skip
"""What may follow \\left and \\right."""
ENVIRONMENTS: Final = ("cases", "pmatrix", "bmatrix", "aligned")
COMMANDS: Final = frozenset(
    {*GREEK, *SIGNS, *FUNCTIONS, *SPACES, *FRACTIONS, *ACCENTS, *FONTS} | {"sqrt", "operatorname", "text", "left", "right", "begin", "end"}
)

_EXCEPTIONS: Final = {
    ("double", "C"): "ℂ", ("double", "H"): "ℍ", ("double", "N"): "ℕ", ("double", "P"): "ℙ", ("double", "Q"): "ℚ",
    ("double", "R"): "ℝ", ("double", "Z"): "ℤ", ("script", "B"): "ℬ", ("script", "E"): "ℰ", ("script", "F"): "ℱ",
    ("script", "H"): "ℋ", ("script", "I"): "ℐ", ("script", "L"): "ℒ", ("script", "M"): "ℳ", ("script", "R"): "ℛ",
}  # fmt: skip
"""Letters that Unicode had before the block of mathematical alphabets (chapter 22.2)."""
_STARTS: Final[dict[tuple[Font, str], int]] = {
    ("bold", "A"): 0x1D400, ("bold", "a"): 0x1D41A, ("bold", "0"): 0x1D7CE,
    ("bold", "Α"): 0x1D6A8, ("bold", "α"): 0x1D6C2,
    ("double", "A"): 0x1D538, ("double", "0"): 0x1D7D8, ("script", "A"): 0x1D49C,
}  # fmt: skip
_SPANS: Final = (("A", "Z"), ("a", "z"), ("0", "9"), ("Α", "Ω"), ("α", "ω"))


def letter_in(font: Font, letter: str) -> str | None:
    """Return a letter or digit in a mathematical alphabet, or None where it has none."""
    if font in ("", "roman"):
        return letter
    if (font, letter) in _EXCEPTIONS:
        return _EXCEPTIONS[font, letter]
    for first, last in _SPANS:
        if first <= letter <= last and (font, first) in _STARTS:
            return chr(_STARTS[font, first] + ord(letter) - ord(first))
    return None


Words = Mapping[str, str]

NAMED: Final = "name-{}"
"""Key of the words for letters that a book gives a name, as TP may be the true positives."""
STRUCTURES: Final = frozenset(
    {
        "fraction", "long-fraction", "binom", "sqrt", "long-sqrt", "root", "sub", "long-sub",
        "superscript", "squared", "cubed", "power", "long-power", "transpose", "sum-over",
        "sum-from", "prod-over", "prod-from", "int-over", "int-from", "function-over",
        "function-sub", "log-base", "lim-as", "gradient-over", "of", "parentheses",
        "open-parenthesis", "close-parenthesis", "long-brackets", "set", "absolute",
        "long-absolute", "norm", "long-norm", "floor", "long-floor", "ceiling", "long-ceiling",
        "angle", "bold", "script", "double", "double-N", "double-Z", "double-Q", "double-R",
        "double-C", "double-E", "double-P", "capital-greek", "given", "such-that", "cases", "matrix", "grid-row",
        "grid-line", "end-cases", "end-matrix", "percent", "open", "close",
    }
)  # fmt: skip
WORDS: Final = STRUCTURES | {
    *GREEK,
    *(name for name, (_, role) in SIGNS.items() if role not in ("open", "close")),
    *FUNCTIONS,
    *ACCENTS,
    *(name for _, role, name in CHARACTERS.values() if role not in ("open", "close", "bar")),
}  # fmt: skip
"""Every key that a table of spoken words must have."""


def with_names(words: Words, names: Mapping[str, str]) -> Words:
    """Return a table of words with those for letters that stand for one quantity together."""
    return {**words, **{NAMED.format(letters): said for letters, said in names.items()}} if names else words
