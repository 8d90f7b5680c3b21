"""The commands that read a book, count what it holds, and bring a bank into it; and what commands take."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.printing import counted, plain, print_diagnostics, print_stats
from pipeline.diagnostics import BookError, nearest

if TYPE_CHECKING:
    from pipeline.bring import Outcome
    from pipeline.bring.shelf import Taking
    from pipeline.model import Book


def default_book() -> Path:
    """Return the folder of the book when none is named: ``content``, or the one the command runs in when it holds a book."""
    content = Path("content")
    return Path(".") if Path("book.yaml").is_file() and not content.is_dir() else content


BOOK = click.option(
    "--book", type=click.Path(path_type=Path, file_okay=False), default=default_book, metavar="DIR",
    help="Folder that holds book.yaml.  [default: content, or here]",
)  # fmt: skip
THEME = click.option(
    "--theme", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR",
    help="Folder of a theme, over the package's own and below the book's: theme.yaml, style sheets, labels, templates.",
)  # fmt: skip
BANK = click.option(
    "--with", "bank", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR",
    help="Folder of a private bank, for hiring teams alone, that is joined to the book: questions, chapters, roles, plans.",
)  # fmt: skip
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("output"), show_default=True, metavar="DIR",
    help="Folder that guides are published in.",
)  # fmt: skip
STORE = click.option(
    "--store", type=click.Path(path_type=Path, file_okay=False, readable=False), default=None, envvar="GUIDEPRESS_STORE", metavar="DIR",
    help="Folder of what is remembered between builds; several machines may share it.  [default: your cache folder]",
)  # fmt: skip
ALL = click.option("--all", "all_", is_flag=True, help="Print every diagnostic, also where there are many of a kind.")


def confine(_context: click.Context, _parameter: click.Parameter, is_asked: bool) -> bool:
    """Confine this process, once it is asked for, and say what this system does not grant."""
    from pipeline.work import limits

    for what in limits.confine() if is_asked else ():
        click.echo(f"warning: this system does not grant what --untrusted asks for: {what}", err=True)
    return is_asked


CONFINED = "For what nobody here has read: under limits of memory, time, and files, without a network."
UNTRUSTED = click.option("--untrusted", is_flag=True, callback=confine, expose_value=False, envvar="GUIDEPRESS_UNTRUSTED", help=CONFINED)
EXPORTS = ("anki", "moodle", "gift", "csv", "markdown", "json")
"""Those of the room, whose import would let help and completion wait."""


@click.command()
@BOOK
@BANK
@THEME
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True, help="How to print diagnostics."
)
@click.option("--strict", is_flag=True, help="Exit 1 on warnings and notes too.")
@UNTRUSTED
@ALL
def check(book: Path, bank: Path | None, theme: Path | None, form: str, strict: bool, all_: bool) -> int:
    """Read the book and report every fault in it, without building anything.

    \b
      guidepress check
      guidepress check --format github --strict     annotations for a pull request
    """
    from pipeline.flow import load_and_check

    loaded, faults = load_and_check(book, theme, bank)
    print_diagnostics(faults, form, each=all_)
    if form == "text" and not faults and loaded is not None:
        counts = ((len(loaded.questions), "question"), (len(loaded.chapters), "chapter"), (len(loaded.terms), "term"))
        click.echo(f"{', '.join(counted(count, what) for count, what in counts)}: no fault found.")
    return int(any(strict or d.severity == "error" for d in faults))


@click.command("list")
@BOOK
def list_(book: Path) -> None:
    """List the book's editions and questions.

    \b
      guidepress list
      guidepress list --book my-bank
    """
    from pipeline.model import question_numbers

    loaded = read_book(book)
    for edition in loaded.editions.values():
        click.echo(f"{edition.id:<14} {plain(edition.title)}: {', '.join(edition.formats)}; {', '.join(edition.papers)}")
    for team in loaded.teams.values():
        click.echo(f"{team.id:<14} {plain(team.name)} (--team {team.id})")
    numbers = question_numbers(loaded)
    for division in loaded.outline.sections:
        click.echo(f"\n{plain(division.title)}")
        for name in division.questions:
            question = loaded.questions.get(name)
            click.echo(f"{numbers[name]:>4}  {name:<34} {question.level or '' if question else '(refused)'}")


@click.command()
@BOOK
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print the counts.")
def stats(book: Path, form: str) -> None:
    """Count what the book holds: its mix of questions, and words, figures, and sources of each.

    \b
      guidepress stats
      guidepress stats --format json > stats.json
    """
    from pipeline.stats import stats as counted

    print_stats(counted(read_book(book)), form)


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a diagnostic's CODE means; without one, list them all.

    \b
      guidepress explain
      guidepress explain C201
    """
    from pipeline.flow import rules

    known = rules()
    if code is None:
        for rule in known.values():
            click.echo(f"{rule.code}  {rule.title}")
        return
    found = known.get(code.upper())
    if found is None:
        raise click.UsageError(f"no code '{code}': {nearest(code.upper(), known)}")
    click.echo(f"{found.code}: {found.title}\n\n{found.text}")


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--as", "dialect", metavar="DIALECT", default="", help="How the source is written.  [default: guessed]")
@click.option("--profile", type=click.Path(path_type=Path), default=None, metavar="FILE", help="A dialect of your own.")
@click.option("--to", "book", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="BOOK", help="Folder of the book.")
@click.option("--title", default="", help="Title of a new book.  [default: that of the source]")
@click.option("--lang", default="en", show_default=True, help="Language of a new book.")
@click.option(
    "--take", "taking", type=click.Choice(["ask", "book", "source"]), default="ask", show_default=True,
    help="Which side to take where a file was edited by hand, and its source has changed as well.",
)  # fmt: skip
@click.option("--show-dialect", is_flag=True, help="Print the dialect as a file to edit, and end.")
@UNTRUSTED
@ALL
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True, help="How to print them."
)
def import_(
    source: Path, dialect: str, profile: Path | None, book: Path | None, title: str, lang: str, taking: Taking, show_dialect: bool,
    all_: bool, form: str,
) -> int:  # fmt: skip
    """Bring a bank of questions into a book, and tell what could not be kept.

    SOURCE is a file or a folder: Markdown, CSV, TSV, JSON, GIFT, Aiken, Moodle XML, QTI, Anki. Without --to nothing is
    written. A second import of the same source changes nothing; files that you have edited stay as they are.

    \b
      guidepress import README.md
      guidepress import README.md --to my-bank
      guidepress import README.md --show-dialect > mine.yaml
      guidepress import README.md --profile mine.yaml --to my-bank
    """
    from pipeline import bring
    from pipeline.work import limits

    limits.at(str(source))
    if dialect and profile:
        raise click.UsageError("--as and --profile name two dialects: give one")
    chosen = bring.from_file(profile) if profile else bring.named(dialect) if dialect else None
    errand = bring.Errand(source, None if show_dialect else book, today(), title, lang, taking)
    outcome = bring.bring(errand, chosen)
    if show_dialect:
        others = [f"# Read as '{name}': {path}\n" for name, paths in outcome.others.items() for path in paths]
        click.echo("".join([outcome.dialect.written, *others]), nl=False)
        return 0
    print_diagnostics(outcome.diagnostics, form, each=all_)
    if form == "text":
        summary(outcome, book)
    return int(any(d.severity == "error" for d in outcome.diagnostics))


@click.command()
@click.argument("edition", required=False, default="", shell_complete=lambda *given: edition_names(*given))
@click.option("--as", "form", type=click.Choice(EXPORTS), required=True, help="What to make.")
@BOOK
@OUTPUT
@click.option("--to", type=click.Path(path_type=Path), default=None, metavar="PATH", help="Where to.  [default: in output/exports]")
@click.option("--questions-only", is_flag=True, help="Leave all answers out, also those that the edition prints.")
@ALL
@click.option(
    "--format",
    "form_of_losses",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print them.",
)
def export(
    edition: str, form: str, book: Path, output: Path, to: Path | None, questions_only: bool, all_: bool, form_of_losses: str
) -> None:
    """Make flash cards, a quiz, a table, or a README of an EDITION, and tell what could not be kept.

    Without EDITION it is the one for candidates that prints most of each question. What an edition withholds is in no file.
    An import reads each of them back.

    \b
      guidepress export --as anki study
      guidepress export --as moodle --questions-only
      guidepress export --as csv --to bank.csv
      guidepress export --as markdown --to my-bank
    """
    from pipeline.flow.exporting import ExportRequest, export_edition

    outcome = export_edition(ExportRequest(book, form, edition, output, to, questions_only))
    print_diagnostics(outcome.diagnostics, form_of_losses, each=all_)
    if form_of_losses == "text":
        click.echo(f"{outcome.path}: {counted(outcome.exported.questions, 'question')} of edition '{outcome.edition}'")


def today() -> str:
    """Return the date of today, or that of SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.date.today()).isoformat()


def summary(outcome: Outcome, book: Path | None, *, following: bool = True) -> None:
    """Say what was found, what was left out by rule, and what was written."""
    how = "guessed; --show-dialect prints it" if outcome.guessed else "as asked"
    read = " and ".join([
        f"'{outcome.dialect.id}'",
        *(f"'{name}' ({counted(len(files), 'file')})" for name, files in outcome.others.items()),
    ])
    click.echo(f"{counted(outcome.items, 'question')} in {counted(outcome.files, 'file')}, read as {read} ({how})")
    for what, count in sorted(outcome.left_out.items()):
        click.echo(f"  left out by rule: {count} x {what}")
    if book is None:
        click.echo("Nothing was written: name a book with --to BOOK.")
        return
    said = ", ".join(f"{count} {what}" for what, count in sorted(outcome.counts.items()) if count)
    click.echo(f"{book}: {said or 'nothing to do'}")
    if following:
        click.echo(f"Next: guidepress build --book {book}")


def read_book(folder: Path) -> Book:
    """Return the valid records of a book. Raises BookError when there is no book at all."""
    from pipeline.flow import load_and_check

    book, faults = load_and_check(folder)
    if book is None:
        raise BookError(*faults)
    return book


def edition_names(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """Complete the name of an edition."""
    return _names("editions", start)


def team_names(_context: click.Context, _parameter: click.Parameter, start: str) -> list[str]:
    """Complete the name of a team."""
    return _names("teams", start)


def _names(folder: str, start: str) -> list[str]:
    return sorted(path.stem for path in Path(default_book(), folder).glob("*.yaml") if path.stem.startswith(start))
