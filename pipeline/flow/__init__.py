"""Build guides: what is asked for, the order in which it is done, and what comes of it."""

from pipeline import bindery, checks, epub, load, markup, preflight, press, source, theme
from pipeline.diagnostics import Rule
from pipeline.flow import packing, request
from pipeline.flow.order import build, load_and_check
from pipeline.flow.packing import Stock, prime
from pipeline.flow.request import Outcome, Request, unprintable
from pipeline.work import Say, Step

__all__ = ["Outcome", "Request", "Say", "Step", "Stock", "build", "load_and_check", "prime", "rules", "unprintable"]


def rules() -> dict[str, Rule]:
    """Return what every code stands for, from the modules that give it, by code, sorted."""
    from pipeline import authoring, authorities, bring, export  # no build asks for these
    from pipeline.kit import sheets

    rooms = (checks, source, load, theme, press, bindery, epub, preflight, bring, export, authoring, authorities, request, packing, sheets)
    found = [rule for room in rooms for rule in room.RULES]
    found += [Rule(check.code, check.title, check.text) for check in checks.CHECKS]
    found += [Rule(code, title, markup.EXPLANATIONS[code]) for code, title in markup.FAULTS.items()]
    return {rule.code: rule for rule in sorted(found, key=lambda rule: rule.code)}
