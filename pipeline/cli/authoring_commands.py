"""The commands that begin a book, add to one, and tell editors which fields there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.book_commands import BOOK, default_book, summary, today
from pipeline.cli.printing import counted, print_diagnostics
from pipeline.diagnostics import BookError, Diagnostic, Place, nearest

if TYPE_CHECKING:
    from pipeline.authoring import Addition


@click.command()
@click.argument("book", type=click.Path(path_type=Path, file_okay=False))
@click.option("--lang", default="en-US", show_default=True, help="Language of the book, and of the words printed around it.")
@click.option(
    "--from", "origin", type=click.Path(path_type=Path), default=None, metavar="SOURCE", help="A bank of questions to begin with."
)
@click.option("--title", default="", help="Title of a book with --from.  [default: that of the source]")
def new(book: Path, lang: str, origin: Path | None, title: str) -> int:
    """Begin a book in the empty folder BOOK: one of everything, to be written over.

    The book builds as it is. With --from its questions are those of SOURCE, as 'guidepress import' reads it.

    \b
      guidepress new my-book
      guidepress new my-book --lang de
      guidepress new my-book --from README.md
    """
    from pipeline import authoring

    authoring.refuse(book, lang)
    if title and origin is None:
        raise click.UsageError("--title goes with --from: the title of a new book stands in its book.yaml")
    status = _imported(book, lang, origin, title) if origin else 0
    count = authoring.begin(book, lang, today(), imported=origin is not None)
    here = f" --book {book}"
    click.echo(f"{book}: {counted(count, 'file')} to begin with")
    click.echo(f"Next: guidepress build{here}          PDF and EPUB, into output/guides")
    click.echo(f"      guidepress check{here}          every fault at its place, after each change")
    click.echo(f"      guidepress add question ID{here}")
    return status


def _imported(book: Path, lang: str, origin: Path, title: str) -> int:
    """Import the source; raise BookError when nothing of it could be."""
    from pipeline import bring

    outcome = bring.bring(bring.Errand(origin, book, today(), title, lang), None)
    print_diagnostics(outcome.diagnostics)
    summary(outcome, book, following=False)
    if not outcome.items:
        hint = "name its dialect with 'guidepress import --as', or begin without --from"
        raise BookError(Diagnostic("N106", "no question was found, and no book was begun", Place(origin.as_posix()), hint))
    return int(any(d.severity == "error" for d in outcome.diagnostics))


@click.command()
@click.argument("kind", type=click.Choice(["question", "chapter", "edition", "team"]))
@click.argument("name", metavar="ID")
@click.option(
    "--in", "place", metavar="PLACE", default="", help="Section of a question, else the last; list of a chapter: front, back, or end."
)
@BOOK
def add(kind: Addition, name: str, place: str, book: Path) -> None:
    """Add a question, a chapter, an edition, or a team: one file to write over, and its line in book.yaml.

    \b
      guidepress add question smoke-first
      guidepress add question smoke-first --in at-the-hive
      guidepress add chapter on-the-day --in back
    """
    from pipeline import authoring

    added = authoring.add(book, kind, name, place)
    where = f", listed in '{added.place}' of book.yaml" if added.place else ""
    build = {"edition": f"guidepress build {name}", "team": f"guidepress build --team {name}"}.get(kind, "guidepress build")
    click.echo(f"{(book / added.path).as_posix()}: written{where}")
    here = "" if book == default_book() else f" --book {book}"
    click.echo(f"Next: write over it, then guidepress check{here}, and {build}{here}")


@click.command()
@click.argument("kind", required=False)
@click.option("--to", "book", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="BOOK",
              help="Write the schemas of all kinds into a book, for its editor.")  # fmt: skip
def schema(kind: str | None, book: Path | None) -> None:
    """Print the JSON Schema of files of one KIND, for editors that check YAML as you type; without one, list them all.

    \b
      guidepress schema
      guidepress schema question > question.schema.json
      guidepress schema --to my-book
    """
    from pipeline import authoring

    known = authoring.places()
    if kind is not None and kind not in known:
        raise click.UsageError(f"no kind '{kind}': {nearest(kind, known)}")
    if book is not None:
        click.echo(f"{book}: {counted(authoring.write_schemas(book), 'schema')} written, in {authoring.FOLDER}")
    elif kind is None:
        for name, files in known.items():
            click.echo(f"{name:<14} {files}")
    else:
        click.echo(authoring.schema_text(kind), nl=False)
