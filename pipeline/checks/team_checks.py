"""Check what is made for teams: their colors, and what their packs name."""

from __future__ import annotations

from pipeline import brand
from pipeline.checks.places import Found, fault, register, spot
from pipeline.diagnostics import nearest
from pipeline.model import Book


@register("C801", "accent too pale")
def pale_accent(book: Book) -> Found:
    """A team's accent sets headings and links on white: its contrast must be 4.5 at least (WCAG 2.2, level AA)."""
    for team in book.teams.values():
        if team.accent is not None and (found := brand.contrast(team.accent, "#ffffff")) < brand.LEAST_CONTRAST:
            message = f"accent {team.accent} has a contrast of {found:.2f} on white: text needs {brand.LEAST_CONTRAST}"
            yield fault("C801", message, spot(book, team, "accent"), f"use {brand.passing(team.accent)}, the nearest shade that has it")


@register("C804", "pack of what is not there")
def unknown_in_pack(book: Book) -> Found:
    """A team's pack names an edition or a paper that the book does not have, or a plan that neither it nor a private bank can have."""
    editions = {name for each in book.editions.values() for name in (each.family, each.id)}
    known = {"editions": editions, "papers": {paper for each in book.editions.values() for paper in each.papers}}
    for team in book.teams.values():
        named = [(key, n, name) for key in known for n, name in enumerate(getattr(team, key)) if (key[:-1], name) not in book.refused]
        for key, n, name in ((key, n, name) for key, n, name in named if name not in known[key]):
            yield fault("C804", f"no {key[:-1]} '{name}'", spot(book, team, key, n), nearest(name, known[key]))
        if team.plan and not team.bank and team.plan not in book.plans and ("plan", team.plan) not in book.refused:
            yield fault("C804", f"no plan '{team.plan}'", spot(book, team, "plan"), nearest(team.plan, book.plans))
