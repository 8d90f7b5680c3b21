"""Turn British spellings into American ones."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

STEMS_OUR: Final = (
    "arb|ard|arm|behavi|cand|clam|clang|col|demean|dol|enam|endeav|fav|ferv|flav|harb|hon|hum|lab|mis(?:dem|behavi)|neighb|od|parl|"
    "ranc|rig|rum|sav|splend|succ|tum|val|vap|vig"
)
STEMS_L: Final = (
    "cancel|channel|counsel|dial|enamel|equal|fuel|funnel|initial|jewel|label|level|libel|marshal|marvel|model|panel|pedal|pencil|quarrel|"
    "signal|snorkel|spiral|total|travel|tunnel"
)
PATTERNS: Final = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (rf"\b((?:dis|mis|un)?(?:{STEMS_OUR}))our(?!ous)", r"\1or"),
        (rf"\b((?:dis|mis|re|un)?(?:{STEMS_L}))l(?=ed|ing|er)", r"\1"),
        (r"\b((?:epi|kilo|centi|milli|nano)?(?:cent|met|lit|fib|theat|calib|somb|spect|lust|meag|sab))re(?=s?$)", r"\1er"),
        (r"\b(cent)r(?=ed$)", r"\1er"),
        (r"\b(cent)ring$", r"\1ering"),
        (r"\bmanoeuvre", "maneuver"),
        (r"\b(anal|cata?l|paral|dial)ys(?=e$|ed$|er$|ers$|ing$)", r"\1yz"),
        (r"\b(def|off|pret)ence(?=s?$|less)", r"\1ense"),
        (r"\b(lic)ence(?=[sd]?$)", r"\1ense"),
        (r"\b(practi)s(?=e$|ed$|es$|ing$)", r"\1c"),
        (r"\b(judg|acknowledg|abridg)e(?=ment)", r"\1"),
        (r"\b(fulfil|instil|enrol|distil)(?=s?$|ment)", r"\1l"),
        (r"\b(skil|wil)(?=ful)", r"\1l"),
        (r"\bageing$", "aging"),
        (r"\b(art)e(?=facts?$)", r"\1i"),
        (r"\bgrey(?!h|l|w|b)", "gray"),
        (r"\b(program)me(?=s?$)", r"\1"),
        (r"\bsceptic", "skeptic"),
        (r"\blearnt$", "learned"),
        (r"\bspelt$", "spelled"),
        (r"\bwhilst$", "while"),
        (r"\b(among|amid)st$", r"\1"),
        (r"\b(mo|smo)ul(?=d|t)", r"\1l"),
        (r"\baeroplane", "airplane"),
        (r"\b(alumin)ium", r"\1um"),
        (r"\bcheque(?=s?$)", "check"),
        (r"\btyre(?=s?$)", "tire"),
        (r"\bplough", "plow"),
        (r"\bkerb(?=s?$)", "curb"),
        (r"\b(instal)(?=ments?$)", r"\1l"),
        (r"\b(an|gyn|orthop|p)ae(?=m|c|d)", r"\1e"),
    )
)
IZE: Final = re.compile(r"(?<=\w{4})(is)(e|ed|es|er|ers|ing|ation|ations|ational)$")
KEPT: Final = frozenset({
    "advertise", "advise", "apprise", "arise", "chastise", "circumcise", "comprise", "compromise", "demise", "despise",
    "devise", "disguise", "enterprise", "excise", "exercise", "exorcise", "expertise", "franchise", "guise", "improvise", "incise",
    "liaise", "merchandise", "precise", "premise", "prise", "promise", "raise", "revise", "rise", "supervise", "surmise",
    "surprise", "televise", "treatise", "wise",
})  # fmt: skip


def american(word: str, known: Container[str]) -> str | None:
    """Return the American spelling of a word in lower case, or None when it is none of the British ones."""
    ized = IZE.sub(r"iz\2", word)
    if ized != word and IZE.sub("ise", word) not in KEPT and ized in known:
        return ized
    for pattern, becomes in PATTERNS:
        if pattern.search(word):
            spelled = pattern.sub(becomes, word)
            return None if spelled == word else spelled
    return None
