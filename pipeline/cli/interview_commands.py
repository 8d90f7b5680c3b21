"""The commands for hiring teams: draw a plan of interviews that are alike, and record what was asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.book_commands import BOOK, OUTPUT, read_book
from pipeline.cli.printing import counted, print_diagnostics
from pipeline.diagnostics import ToolError, nearest
from pipeline.formats import PDF
from pipeline.section_kinds import CONSENSUS, SCORE_SHEET, SectionKind

if TYPE_CHECKING:
    from pipeline.kit.planning import Remedy
    from pipeline.model import Book, Plan, Role

DAY = click.DateTime(["%Y-%m-%d"])
LEVELS = ("foundation", "intermediate", "advanced")
"""Those of the model, whose import would let help and completion wait."""


@click.group(invoke_without_command=True)
@BOOK
@click.option("--role", metavar="ID", default="", help="The role to interview for: the name of a file in roles/.")
@click.option("--name", metavar="ID", default="", help="What the plan is called.  [default: as the role]")
@click.option("--minutes", type=click.IntRange(15, 240), default=60, show_default=True, help="Length of an interview.")
@click.option("--forms", type=click.IntRange(1, 26), default=3, show_default=True, help="How many interviews that are alike.")
@click.option("--questions", type=click.IntRange(1, 20), default=5, show_default=True, help="Questions in each.")
@click.option("--level", "levels", type=click.Choice(LEVELS), multiple=True, help="Levels to take.  [default: the role's]")
@click.option("--topic", "topics", metavar="ID", multiple=True, help="Topics to take.  [default: all]")
@click.option("--avoid-since", type=DAY, default=None, metavar="DATE", help="Take nothing that was asked on this day or later.")
@click.option("--public", is_flag=True, help="Take questions, too, that the public guide prints.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws another of the plans that are as good.")
@click.option("--replace", "replaces", is_flag=True, help="Write over another plan of the same name.")
@click.option("--explain", "explains", is_flag=True, help="Print the table that proves the balance.")
@click.pass_context
def plan(
    context: click.Context, book: Path, role: str, name: str, minutes: int, forms: int, questions: int, levels: tuple[str, ...],
    topics: tuple[str, ...], avoid_since: dt.datetime | None, public: bool, seed: int, replaces: bool,
    explains: bool,
) -> int:  # fmt: skip
    """Draw interviews that are alike for a role, and write them to plans/.

    Every form asks of the same competencies, at the same levels, in the same time; no question stands in two. Where there
    are no such forms, the command says what would help, and writes nothing.

    \b
      guidepress plan --role mle-mid --explain
      guidepress plan --role mle-mid --minutes 45 --questions 4 --seed 7 --name spring
      guidepress plan record spring A --times 3
    """
    if context.invoked_subcommand:
        return 0
    from pipeline.kit import assembly, planning

    loaded = read_book(book)
    since = avoid_since.date() if avoid_since else None
    wanted = planning.Wanted(_role(loaded, role), minutes, forms, questions, seed, levels, topics, since, public)
    made = assembly.assemble(planning.pool(loaded, wanted, dt.date.today()), wanted.bounds, seed)
    if not made.forms:
        click.echo(f"No {forms} forms of {questions} questions can be drawn that are alike. What would help:", err=True)
        for line in _advice(made.remedies, minutes - wanted.bounds.minutes):
            click.echo(f"  {line}", err=True)
        return 1
    drawn = planning.plan(name or role, wanted, made.forms)
    if drawn.id in loaded.plans and loaded.plans[drawn.id] != drawn and not replaces:
        raise click.UsageError(f"plan '{drawn.id}' is there already, and differs: name another with --name, or say --replace")
    path = planning.write_plan(book, drawn)
    if explains:
        for line in _balance(loaded, drawn):
            click.echo(line)
    click.echo(f"{path}: {len(drawn.forms)} forms of {questions} questions")
    return 0


def _role(book: Book, name: str) -> Role:
    """Return the role named. Raises click.UsageError where there is none of that name."""
    if not name:
        raise click.UsageError(f"name a role with --role: {', '.join(book.roles) or 'there is none in roles/'}")
    if name not in book.roles:
        raise click.UsageError(f"no role '{name}': {nearest(name, book.roles)}")
    return book.roles[name]


def _advice(remedies: Iterable[Remedy], beside: int) -> Iterator[str]:
    """Yield what would make forms possible, a line for each remedy; ``beside`` are the minutes that are not for questions."""
    loosen = {
        "questions": "ask {value} questions: the role has as many competencies (--questions {value})",
        "minutes": "give the questions {value} minutes together (--minutes {minutes})",
        "minutes_apart": "let forms lie {value} minutes apart",
        "levels_apart": "let forms differ by {value} questions of a level",
        "asked": "take questions that were asked {value} times before ('asked: {value}' in the role)",
    }
    for remedy in remedies:
        if remedy.bound == "pool":
            what = "one more question" if remedy.value == 1 else f"{remedy.value} more questions"
            yield f"write {what} on {remedy.competency} at {remedy.level} level, of {remedy.minutes} minutes"
        else:
            yield loosen[remedy.bound].format(value=remedy.value, minutes=remedy.value + beside)


def _balance(book: Book, plan: Plan) -> Iterator[str]:
    """Yield the table that proves the balance: each form's questions, then its sums, then how far forms lie apart."""
    times = book.exposure.times
    for form in plan.forms:
        yield f"Form {form.id}: {form.minutes} of {plan.question_minutes} minutes"
        for n, asked in enumerate(form.questions, start=1):
            question = book.questions[asked.id]
            yield (
                f"  {n}  {asked.id:<34} {question.competency!s:<24} {question.level!s:<13} {asked.minutes:>2} min"
                f"  asked {times[asked.id]}x  interviewer {asked.interviewer}"
            )
    yield ""
    yield f"{'':<24} " + " ".join(f"{form.id:>4}" for form in plan.forms) + "  apart"
    for name, counts in _sums(book, plan, times).items():
        yield f"{name:<24} " + " ".join(f"{count:>4}" for count in counts) + f"  {max(counts) - min(counts):>5}"


def _sums(book: Book, plan: Plan, times: Counter[str]) -> dict[str, list[int]]:
    """Return for each form its minutes, its questions of each level and competency, and how often they were asked."""
    questions = {form.id: [book.questions[asked.id] for asked in form.questions] for form in plan.forms}
    found = {"minutes": [form.minutes for form in plan.forms]}
    for level in LEVELS:
        found[level] = [sum(q.level == level for q in questions[form.id]) for form in plan.forms]
    for competency in dict.fromkeys(q.competency for each in questions.values() for q in each):
        found[str(competency)] = [sum(q.competency == competency for q in questions[form.id]) for form in plan.forms]
    found["asked before"] = [sum(times[q.id] for q in questions[form.id]) for form in plan.forms]
    return found


@click.command()
@BOOK
@OUTPUT
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--plan", "name", metavar="ID", default="", help="The plan.  [default: the only one]")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path("ratings"), show_default=True, metavar="DIR",
    help="Folder for the tables and the consensus forms.",
)  # fmt: skip
def collect(book: Path, output: Path, sheets: tuple[Path, ...], name: str, folder: Path) -> int:
    """Collect filled score SHEETS, files or folders, into tables and a consensus form for each candidate.

    Each sheet is held against the one that was published: another book, plan, form, or version is refused by name, and so
    is a sheet that has changed since it was first collected.

    \b
      guidepress collect sheets/
      guidepress collect ana.pdf ben.pdf --to round-1
    """
    from pipeline.kit import collect as collecting

    loaded = read_book(book)
    if not name and len(loaded.plans) != 1:
        raise click.UsageError(f"name a plan with --plan: {', '.join(loaded.plans) or 'there is none in plans/'}")
    chosen = loaded.plans.get(name or next(iter(loaded.plans)))
    if chosen is None:
        raise click.UsageError(f"no plan '{name}': {nearest(name, loaded.plans)}")
    blanks = {kind: _blanks(loaded, output, chosen.id, kind) for kind in (SCORE_SHEET, CONSENSUS)}
    expected = collecting.expected(loaded, chosen, blanks[SCORE_SHEET])
    collected = collecting.collect(sheets, expected, folder, blanks[CONSENSUS])
    print_diagnostics(collected.diagnostics, each=True)
    click.echo(f"{counted(len(collected.sheets), 'sheet')} in {folder}, {collected.new} new")
    return int(collected.refused)


def _blanks(book: Book, output: Path, plan: str, kind: SectionKind) -> dict[str, bytes]:
    """Return the blank sheets of a kind that were published for a plan, by form. Raises ToolError when there are none."""
    from pipeline import release

    published, why = release.read(output)
    editions = {
        each.id: str(each.form) for each in book.editions.values() if each.fillable and each.plan == plan and each.lists(kind) and each.form
    }
    found = dict[str, bytes]()
    if published is not None:
        asked = (each for each in published.artefacts if each.format == PDF.name and each.edition in editions)
        sheets = ((each.edition, release.data(published, each)) for each in asked)
        for name, sheet in sheets:  # of several papers the first
            if sheet:
                found.setdefault(editions[name], sheet)
    if not found:
        raise ToolError(why or f"no {kind.name} of plan '{plan}' is published in {output}: build the edition that has it, 'fillable: true'")
    return found


@plan.command()
@BOOK
@click.argument("name")
@click.argument("form")
@click.option("--on", type=DAY, default=None, metavar="DATE", help="The day.  [default: today]")
@click.option("--times", type=click.IntRange(1, 999), default=1, show_default=True, help="With how many candidates.")
def record(book: Path, name: str, form: str, on: dt.datetime | None, times: int) -> None:
    """Record that a FORM of the plan NAME was used, so that its questions are drawn less often.

    \b
      guidepress plan record spring A --times 3
      guidepress plan record spring B --on 2026-03-02
    """
    from pipeline.kit import planning

    loaded = read_book(book)
    if name not in loaded.plans:
        raise click.UsageError(f"no plan '{name}': {nearest(name, loaded.plans)}")
    found = next((each for each in loaded.plans[name].forms if each.id == form.upper()), None)
    if found is None:
        raise click.UsageError(f"no form '{form}': the plan has {', '.join(each.id for each in loaded.plans[name].forms)}")
    path = planning.record(book, loaded.plans[name], found, on.date() if on else dt.date.today(), times)
    click.echo(f"{path}: {len(found.questions)} questions, {times}x")
