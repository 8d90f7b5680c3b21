"""The command that brings a bank into a book."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.printing import counted, print_diagnostics, print_grouped

if TYPE_CHECKING:
    from pipeline.bring import Outcome
    from pipeline.bring.shelf import Taking


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
@click.option("--all", "all_", is_flag=True, help="Print every loss, not three of a kind.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True, help="How to print them."
)
def import_(**given: object) -> int:
    """Bring a bank of questions into a book, and tell what could not be kept.

    SOURCE is a file or a folder: Markdown, CSV, TSV, JSON, GIFT, Aiken, Moodle XML, QTI, Anki. Without --to nothing is
    written. A second import of the same source changes nothing; files that you have edited stay as they are.

    \b
      guidepress import README.md
      guidepress import README.md --to my-bank
      guidepress import README.md --show-dialect > mine.yaml
      guidepress import README.md --profile mine.yaml --to my-bank
    """
    return _bring(_Given(**given))  # type: ignore[arg-type]


class _Given:
    """What the command was given."""

    def __init__(self, source: Path, dialect: str, profile: Path | None, book: Path | None, **rest: object) -> None:
        self.source, self.dialect, self.profile, self.book = source, dialect, profile, book
        self.title, self.lang = str(rest["title"]), str(rest["lang"])
        self.taking: Taking = rest["taking"]  # type: ignore[assignment]
        self.show_dialect, self.all_, self.form = bool(rest["show_dialect"]), bool(rest["all_"]), str(rest["form"])


def _bring(given: _Given) -> int:
    from pipeline import bring

    if given.dialect and given.profile:
        raise click.UsageError("--as and --profile name two dialects: give one")
    dialect = bring.from_file(given.profile) if given.profile else bring.named(given.dialect) if given.dialect else None
    book = None if given.show_dialect else given.book
    errand = bring.Errand(given.source, book, _today(), given.title, given.lang, given.taking)
    outcome = bring.bring(errand, dialect)
    if given.show_dialect:
        click.echo(outcome.dialect.written, nl=False)
        return 0
    if given.form == "text" and not given.all_:
        print_grouped(outcome.diagnostics)
    else:
        print_diagnostics(outcome.diagnostics, given.form)
    if given.form == "text":
        _summary(outcome, given.book)
    return int(any(d.severity == "error" for d in outcome.diagnostics))


def _today() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (dt.datetime.fromtimestamp(int(epoch), dt.UTC).date() if epoch.isdigit() else dt.date.today()).isoformat()


def _summary(outcome: Outcome, book: Path | None) -> None:
    """Say what was found, what was left out by rule, and what was written."""
    how = "guessed; --show-dialect prints it" if outcome.guessed else "as asked"
    click.echo(f"{counted(outcome.items, 'question')} in {counted(outcome.files, 'file')}, read as '{outcome.dialect.id}' ({how})")
    for what, count in sorted(outcome.left_out.items()):
        click.echo(f"  left out by rule: {count} x {what}")
    if book is None:
        click.echo("Nothing was written: name a book with --to BOOK.")
        return
    said = ", ".join(f"{count} {what}" for what, count in sorted(outcome.counts.items()) if count)
    click.echo(f"{book}: {said or 'nothing to do'}")
    click.echo(f"Next: guidepress build --book {book}")
