"""The commands, their arguments, and their help."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import click

from pipeline.cli.bringing import import_
from pipeline.cli.completing import edition_names, team_names
from pipeline.cli.options import BOOK, OUTPUT, STORE, THEME, read_book
from pipeline.cli.printing import print_diagnostics, print_outcome, print_rebuild, print_stages
from pipeline.cli.progress import progress
from pipeline.cli.remembering import store
from pipeline.cli.schemas import any_of, print_schema
from pipeline.diagnostics import nearest
from pipeline.formats import CHOSEN

# Each command imports what it needs when it runs: help and completion answer at once.


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Run 'guidepress COMMAND --help' for examples.",
)
@click.version_option(version("guidepress"), prog_name="guidepress", message="%(prog)s %(version)s")
def cli() -> None:
    """Press a bank of interview questions in YAML into study guides in PDF and EPUB.

    \b
    Start here:
      guidepress check              read the book and report every fault in it
      guidepress build              build every edition into output/guides
      guidepress build study        build one edition; the others stay as they are
      guidepress explain C201       say what a code means
      guidepress import SOURCE      bring a bank of questions that you have into a book

    Shell completion: eval "$(_GUIDEPRESS_COMPLETE=bash_source guidepress)", or zsh_source, fish_source.
    """


@cli.command()
@click.argument("edition", nargs=-1, shell_complete=edition_names)
@click.option("--format", "formats", type=click.Choice(CHOSEN), multiple=True, help="Make only this format; may be repeated.")
@click.option("--paper", "papers", metavar="PAPER", multiple=True, help="Make PDFs for this paper only; may be repeated.")
@click.option("--team", metavar="TEAM", default="", shell_complete=team_names, help="Make the copies of this team of the book.")
@click.option("--for", "recipients", metavar="NAME", multiple=True, help="Make a copy for this person; may be repeated.")
@BOOK
@THEME
@OUTPUT
@click.option("--jobs", type=click.IntRange(1, 256), default=None, metavar="N", help="Lay out on N processes.  [default: all cores]")
@click.option("--cluster", metavar="ADDRESS", default="", help="Lay out on the workers of the Dask scheduler at tcp://HOST:PORT.")
@STORE
@click.option("--watch", is_flag=True, help="Stay, and build again whenever a file of the book or the theme changes.")
@click.option("--strict", is_flag=True, help="Let warnings and notes stop the build too.")
@click.option("--explain-rebuild", is_flag=True, help="Say which signatures were laid out anew, and why.")
@click.option("--open", "open_", is_flag=True, help="Open the folder of guides when done.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what is wrong.")
@click.option("--verbose", "-v", is_flag=True, help="Print timings and notes.")
def build(
    edition: tuple[str, ...], formats: tuple[str, ...], papers: tuple[str, ...], team: str, recipients: tuple[str, ...], book: Path,
    output: Path, jobs: int | None, cluster: str, theme: Path | None, store: Path | None, watch: bool, strict: bool, explain_rebuild: bool,
    open_: bool, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Build guides and publish them, all at once.

    Without EDITION every edition is built. What is not asked for stays in output/guides as it is, marked stale in
    manifest.json where its inputs have changed. When nothing has changed at all, nothing is done.

    With --team, --for, or both, copies are made and nothing else: in the team's name and colors, stamped with the
    name of each recipient. They are bound from the pages laid out for everybody.

    \b
      guidepress build
      guidepress build study --format pdf --paper a4
      guidepress build study --watch
      guidepress build study --team acme --for "Ana Lopes" --for "Bo Lind"
      guidepress build --book my-bank --output my-guides
    """
    from pipeline import flow
    from pipeline.cli.watching import watch as watch_and_build

    request = flow.Request(
        book, output, edition, formats, papers, jobs or os.cpu_count() or 1,
        strict, explain_rebuild, store, cluster, team=team, recipients=recipients, theme=theme,
    )  # fmt: skip
    if watch:
        watch_and_build(request, quiet=quiet, verbose=verbose, show=open_)
    with progress(quiet=quiet) as say:
        outcome = flow.build(request, say)
    print_diagnostics(d for d in outcome.diagnostics if verbose or d.severity != "note")
    if explain_rebuild:
        print_rebuild(outcome)
    if verbose:
        print_stages(outcome)
    if not quiet:
        print_outcome(outcome, output)
    if open_:
        click.launch(str(output / "guides"))


@cli.command()
@BOOK
@THEME
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True, help="How to print diagnostics."
)
@click.option("--strict", is_flag=True, help="Exit 1 on warnings and notes too.")
def check(book: Path, theme: Path | None, form: str, strict: bool) -> int:
    """Read the book and report every fault in it, without building anything.

    \b
      guidepress check
      guidepress check --format github --strict     annotations for a pull request
    """
    from pipeline.flow import load_and_check

    loaded, faults = load_and_check(book, theme)
    print_diagnostics(faults, form)
    if form == "text" and not faults and loaded is not None:
        click.echo(f"{len(loaded.questions)} questions, {len(loaded.chapters)} chapters, {len(loaded.terms)} terms: no fault found.")
    return int(any(strict or d.severity == "error" for d in faults))


@cli.command("list")
@BOOK
def list_(book: Path) -> None:
    """List the book's editions and questions.

    \b
      guidepress list
      guidepress list --book my-bank
    """
    loaded = read_book(book)
    for edition in loaded.editions.values():
        click.echo(f"{edition.id:<14} {edition.title}: {', '.join(edition.formats)}; {', '.join(edition.papers)}")
    for team in loaded.teams.values():
        click.echo(f"{team.id:<14} {team.name} (--team {team.id})")
    number = 0
    for division in loaded.outline.sections:
        click.echo(f"\n{division.title}")
        for name in division.questions:
            number += 1
            question = loaded.questions.get(name)
            click.echo(f"{number:>4}  {name:<34} {question.level or '' if question else '(refused)'}")


@cli.command()
@BOOK
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print the counts.")
def stats(book: Path, form: str) -> None:
    """Count what the book holds: its mix of questions, and words, figures, and sources of each.

    \b
      guidepress stats
      guidepress stats --format json > stats.json
    """
    from pipeline.cli.tables import print_stats
    from pipeline.stats import stats as counted

    print_stats(counted(read_book(book)), form)


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a diagnostic's CODE means; without one, list them all.

    \b
      guidepress explain
      guidepress explain C201
    """
    from pipeline.flow.rules import rules

    known = rules()
    if code is None:
        for rule in known.values():
            click.echo(f"{rule.code}  {rule.title}")
        return
    found = known.get(code.upper())
    if found is None:
        raise click.UsageError(f"no code '{code}': {nearest(code.upper(), known)}")
    click.echo(f"{found.code}: {found.title}\n\n{found.text}")


@cli.command()
@click.argument("kind", required=False)
def schema(kind: str | None) -> None:
    """Print the JSON Schema of files of one KIND, or of any, for editors that check YAML as you type.

    \b
      guidepress schema > book.schema.json
      guidepress schema questions > question.schema.json
    """
    from pipeline.model import schema as schemas

    known = schemas()
    if kind is not None and kind not in known:
        raise click.UsageError(f"no kind '{kind}': {nearest(kind, known)}")
    print_schema(known[kind] if kind else any_of(known))


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("output"), metavar="[DIR]")
@click.option("--full", is_flag=True, help="Ask the authorities too: veraPDF, EPUBCheck, Ace, qpdf.")
@BOOK
def verify(folder: Path, full: bool, book: Path) -> int:
    """Verify a release: checksums, and in every file folios, page references, links, and fonts.

    DIR is an output folder, or the folder of guides in it; 'output' when left out. With --full, what authorities say
    of each file is printed as a table and written to reports/verify.json; the book tells where a finding was written.

    \b
      guidepress verify
      guidepress verify my-guides
      guidepress verify --full
    """
    from pipeline.cli.verdicts import verify_files, verify_fully

    faults = verify_fully(folder, book) if full else verify_files(folder)
    return int(any(d.severity == "error" for d in faults))


cli.add_command(store)
cli.add_command(import_)
