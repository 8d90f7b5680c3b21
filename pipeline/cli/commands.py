"""The command, and the commands that make guides, verify them, and look after what is remembered between builds."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.authoring_commands import add, new, schema
from pipeline.cli.book_commands import (
    ALL,
    BANK,
    BOOK,
    CONFINED,
    OUTPUT,
    STORE,
    THEME,
    check,
    confine,
    edition_names,
    explain,
    export,
    import_,
    list_,
    stats,
    team_names,
)  # fmt: skip
from pipeline.cli.interview_commands import collect, plan
from pipeline.cli.pack_command import pack
from pipeline.cli.printing import (
    counted,
    facts,
    print_diagnostics,
    print_outcome,
    print_rebuild,
    print_report,
    print_stages,
    progress,
    verdict,
)  # fmt: skip
from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError
from pipeline.formats import CHOSEN

if TYPE_CHECKING:
    from pipeline.release import Release

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
      guidepress new my-book        begin a book: one of everything, to be written over
      guidepress check              read the book and report every fault in it
      guidepress build              build every edition into output/guides
      guidepress build study        build one edition; the others stay as they are
      guidepress changes OLD        say what has changed since an older release
      guidepress serve              let browsers and reading apps have them
      guidepress explain C201       say what a code means
      guidepress import SOURCE      bring a bank of questions that you have into a book
      guidepress export --as anki   make flash cards, a quiz, or a table of an edition

    Shell completion: eval "$(_GUIDEPRESS_COMPLETE=bash_source guidepress)", or zsh_source, fish_source.
    """


@cli.command()
@click.argument("edition", nargs=-1, shell_complete=edition_names)
@click.option("--format", "formats", type=click.Choice(CHOSEN), multiple=True, help="Make only this format; may be repeated.")
@click.option("--paper", "papers", metavar="PAPER", multiple=True, help="Make PDFs for this paper only; may be repeated.")
@click.option("--team", metavar="TEAM", default="", shell_complete=team_names, help="Make the copies of this team of the book.")
@click.option("--for", "recipients", metavar="NAME", multiple=True, help="Make a copy for this person; may be repeated.")
@BOOK
@BANK
@click.option("--plan", metavar="ID", default="", help="Make editions of a plan of this one instead.")
@THEME
@OUTPUT
@click.option("--jobs", type=click.IntRange(1, 256), default=None, metavar="N", help="Lay out on N processes.  [default: all cores]")
@click.option("--cluster", metavar="ADDRESS", default="", help="Lay out on the workers of the Dask scheduler at tcp://HOST:PORT.")
@STORE
@click.option(
    "--bank-store",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    metavar="DIR",
    help="Remember what is made with a private bank in this folder.  [default: nowhere]",
)
@click.option("--untrusted", is_flag=True, callback=confine, envvar="GUIDEPRESS_UNTRUSTED", help=CONFINED)
@click.option("--watch", is_flag=True, help="Stay, and build again whenever a file of the book or the theme changes.")
@click.option("--strict", is_flag=True, help="Let warnings and notes stop the build too.")
@ALL
@click.option("--explain-rebuild", is_flag=True, help="Say which signatures were laid out anew, and why.")
@click.option("--open", "open_", is_flag=True, help="Open the folder of guides when done.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what is wrong.")
@click.option("--verbose", "-v", is_flag=True, help="Print timings and notes.")
def build(
    edition: tuple[str, ...], formats: tuple[str, ...], papers: tuple[str, ...], team: str, recipients: tuple[str, ...], book: Path,
    bank: Path | None, plan: str, output: Path, jobs: int | None, cluster: str, theme: Path | None, store: Path | None,
    bank_store: Path | None, untrusted: bool, watch: bool, strict: bool, all_: bool,
    explain_rebuild: bool, open_: bool, quiet: bool, verbose: bool,
) -> int:  # fmt: skip
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

    if untrusted and (cluster or watch):
        raise click.UsageError(f"--untrusted has no network, and ends: leave out --{'cluster' if cluster else 'watch'}")
    request = flow.Request(
        book, output, edition, formats, papers, jobs or os.cpu_count() or 1,
        strict, explain_rebuild, store, cluster, team=team, recipients=recipients, theme=theme,
        bank=bank, bank_store=bank_store, plan=plan, untrusted=untrusted,
    )  # fmt: skip
    if watch:
        from pipeline.cli.watching import watch as watch_and_build

        watch_and_build(request, quiet=quiet, verbose=verbose, each=all_, show=open_)
    try:
        with progress(quiet=quiet) as say:
            outcome = flow.build(request, say)
    except BookError as error:
        print_diagnostics(error.diagnostics, each=all_)
        return 1
    print_diagnostics((d for d in outcome.diagnostics if verbose or d.severity != "note"), each=all_)
    if explain_rebuild:
        print_rebuild(outcome)
    if verbose:
        print_stages(outcome)
    if not quiet:
        print_outcome(outcome, output)
    if open_:
        click.launch(str(output / "guides"))
    return 0


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("output"), metavar="[DIR]")
@click.option("--full", is_flag=True, help="Ask the authorities too: veraPDF, EPUBCheck, Ace, qpdf.")
@ALL
@BOOK
def verify(folder: Path, full: bool, all_: bool, book: Path) -> int:
    """Verify a release: checksums, and in every file folios, page references, links, and fonts.

    DIR is an output folder, or the folder of guides in it; 'output' when left out. With --full, what authorities say
    of each file is printed as a table and written to reports/verify.json; the book tells where a finding was written.

    \b
      guidepress verify
      guidepress verify my-guides
      guidepress verify --full
    """
    from pipeline import preflight, release

    standing = release.read(release.output_folder(folder))[0] if full else None
    if standing is not None:
        faults = _ask(standing, folder, book, each=all_)
    else:
        faults = preflight.verify_release(folder)
        print_diagnostics(faults, each=all_)
        if not faults:
            click.echo(f"Checksums, folios, page references, links, and fonts are right in {folder}.")
    return int(any(d.severity == "error" for d in faults))


@cli.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), default=Path("output"))
@click.option("--as", "form", type=click.Choice(["text", "json", "atom"]), default="text", show_default=True, help="How to print them.")
@click.option("--edition", "editions", metavar="EDITION", multiple=True, help="In this edition only; may be repeated.")
def changes(old: Path, new: Path, form: str, editions: tuple[str, ...]) -> None:
    """Say what has changed from OLD to NEW, question by question, with the page in each copy.

    OLD and NEW are releases of one book: output folders, folders of guides, or their manifest.json; NEW is 'output' when left out.

    \b
      guidepress changes content/releases/1.0.0.json
      guidepress changes old-output output --edition study
      guidepress changes 1.0.0.json 1.1.0.json --as json
    """
    from pipeline import release, theme
    from pipeline.changes import as_json, as_text, compare

    before, after = release.kept(old), release.kept(new)
    try:
        found = compare((before.book, before.traces), (after.book, after.traces), editions)
    except ValueError as error:
        hint = "name two releases of one book, and an edition for candidates that both have"
        raise BookError(Diagnostic("R104", str(error), Place(f"{old}, {new}"), hint)) from error
    if form == "json":
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
    elif form == "atom":
        click.echo(release.of_changes(found, theme.labels(found.lang)), nl=False)
    else:
        click.echo(as_text(found, theme.labels("en")), nl=False)


def _ask(standing: Release, folder: Path, book: Path, *, each: bool) -> tuple[Diagnostic, ...]:
    """Ask the authorities too; print and write their report; return all that was found."""
    from pipeline import authorities, load, preflight, release

    def say(name: str, artefact: str, count: int) -> None:
        click.echo(f"{name} {artefact}: {verdict(count)}", err=True)

    authorities.check_tools()
    faults = preflight.verify_release(folder)
    known, _ = load.load_book(book)
    report = authorities.verify(standing, faults, known, os.cpu_count() or 1, say)
    print_diagnostics(report.diagnostics, each=each)
    print_report(report)
    for warning in release.report(release.output_folder(folder), "verify", facts(report)):
        click.echo(f"guidepress: {warning}", err=True)
    return report.diagnostics


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("output"), metavar="[DIR]")
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="HOST", help="Address to listen on; 0.0.0.0 for all of this machine's."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="N", help="0 takes one that is free.")
@click.option("--with-kits", is_flag=True, help="Serve what is not for everybody too: kits, copies for teams and persons, the manifest.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), default=None, metavar="DIR",
    help="Copy what is for everybody into a new folder, for a static host, and end.",
)  # fmt: skip
def serve(folder: Path, host: str, port: int, with_kits: bool, to: Path | None) -> None:
    """Serve the guides to browsers, and to reading apps as an OPDS catalog, until Ctrl-C.

    DIR is an output folder, or the folder of guides in it; 'output' when left out. Nobody but this machine is answered
    unless --host says so.

    \b
      guidepress serve
      guidepress serve my-guides --host 0.0.0.0 --port 8080
      guidepress serve --to site                    for a static host
    """
    from pipeline.release import output_folder, serving

    if to is not None:
        if with_kits:
            raise click.UsageError("--to copies what is for everybody: leave out --with-kits")
        click.echo(f"{counted(serving.copy_public(output_folder(folder), to), 'file')} in {to}")
        return
    server = serving.Server(serving.Application(output_folder(folder), whole=with_kits), host, port)
    if not server.is_local:
        what = "these guides, and kits and copies with them" if with_kits else "these guides"
        click.echo(f"warning: whoever reaches this machine on port {server.port} can download {what}", err=True)
    click.echo(f"In a browser: {server.address}\nIn KOReader and other reading apps, as an OPDS catalog: {server.catalog}")
    if server.is_local:
        click.echo("Only this machine is answered; for others, add --host 0.0.0.0.")
    sys.stdout.flush()
    server.run()
    click.echo("stopped", err=True)


@cli.group()
def store() -> None:
    """Look after what is remembered between builds.

    \b
      guidepress store prune --limit 100
    """


@store.command()
@click.option("--all", "all_", is_flag=True, help="Forget everything.")
@click.option("--limit", type=click.IntRange(0), default=500, show_default=True, metavar="MB", help="Keep this much, the latest used.")
@STORE
def prune(all_: bool, limit: int, store: Path | None) -> None:
    """Forget what was used longest ago.

    \b
      guidepress store prune --limit 100
      guidepress store prune --all
    """
    from pipeline.work.store import Store

    opened = Store.open(store)
    if opened.folder is None:
        raise ToolError(opened.warnings[0])
    before = opened.size()
    opened.prune(0 if all_ else limit * 1_000_000)
    click.echo(f"{(before - opened.size()) / 1e6:.1f} MB forgotten, {opened.size() / 1e6:.1f} MB kept in {opened.folder}")


for command in (new, add, check, collect, explain, export, import_, list_, pack, plan, schema, stats):
    cli.add_command(command)
