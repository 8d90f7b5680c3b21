"""Gather what every code stands for, from the modules that give it."""

from __future__ import annotations

from pipeline import authorities, bindery, bring, checks, epub, load, markup, preflight, press, source, theme
from pipeline.diagnostics import Rule

OWN = (
    Rule("B112", "unknown edition", "The command names an edition that the book does not have; editions/<id>.yaml makes one."),
    Rule("B115", "unknown team", "The command names a team that the book does not have; teams/<id>.yaml makes one."),
    Rule("B117", "unknown paper", "The command names a paper that no edition is printed on; an edition's 'papers' lists them."),
    Rule(
        "B116",
        "recipient's name cannot be printed",
        "The name of whom a copy is for stands at the foot of its pages: 80 characters at most, all of them in the book's own face, and "
        "none that cannot be seen.",
    ),
    Rule(
        "P110",
        "warning of the layout engine",
        "The layout engine could not do what a style or a text asks. What it left out, a reader would miss, so the build stops.",
    ),
    Rule("R101", "remembering or tidying failed", "The build is good, but the store or an old release could not be written or removed."),
)  # fmt: skip


def rules() -> dict[str, Rule]:
    """Return every rule by its code, sorted."""
    found = [
        *checks.RULES,
        *source.RULES,
        *load.RULES,
        *theme.RULES,
        *press.RULES,
        *bindery.RULES,
        *epub.RULES,
        *preflight.RULES,
        *bring.RULES,
        *OWN,
    ]
    found += authorities.RULES
    found += [Rule(check.code, check.title, check.text) for check in checks.CHECKS]
    found += [Rule(code, title, markup.EXPLANATIONS[code]) for code, title in markup.FAULTS.items()]
    return {rule.code: rule for rule in sorted(found, key=lambda rule: rule.code)}
