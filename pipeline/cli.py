"""The command line: arguments, progress, printing, exit status. 0 is good, 1 has diagnostics, 2 is wrong usage."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from pipeline.diagnostics import BookError, Diagnostic, ToolError, show

BOOK = click.option(
    "--book", type=click.Path(path_type=Path, file_okay=False), default=Path("content"), show_default=True, metavar="DIR",
    help="Folder that holds book.yaml.",
)  # fmt: skip
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), default=Path("output"), show_default=True, metavar="DIR",
    help="Folder that guides are published in.",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog="Run 'guidepress COMMAND --help' for examples.")
@click.version_option(version("guidepress"), prog_name="guidepress", message="%(prog)s %(version)s")
def cli() -> None:
    """Press a bank of interview questions in YAML into study guides in PDF and EPUB.

    \b
    Start here:
      guidepress check              read the book and report every fault in it
      guidepress build              build every edition into output/guides
      guidepress build study        build one edition; the others stay as they are
      guidepress explain C201       say what a code means

    Shell completion: eval "$(_GUIDEPRESS_COMPLETE=bash_source guidepress)", or zsh_source, fish_source.
    """


@cli.command()
@click.argument("edition", nargs=-1, shell_complete=lambda _c, _p, start: [n for n in _edition_names() if n.startswith(start)])
@click.option("--format", "formats", type=click.Choice(["pdf", "epub"]), multiple=True, help="Make only this format; may be repeated.")
@click.option("--paper", "papers", type=click.Choice(["a4", "letter"]), multiple=True, help="Make PDFs for this paper only; may be repeated.")
@BOOK
@OUTPUT
@click.option("--jobs", type=click.IntRange(1, 256), default=None, metavar="N", help="Lay out on N processes.  [default: all cores]")
@click.option("--strict", is_flag=True, help="Let warnings stop the build too.")
@click.option("--explain-rebuild", is_flag=True, help="Say which signatures were laid out anew, and why.")
@click.option("--open", "open_", is_flag=True, help="Open the folder of guides when done.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what is wrong.")
@click.option("--verbose", "-v", is_flag=True, help="Print timings and notes.")
def build(
    edition: tuple[str, ...], formats: tuple[str, ...], papers: tuple[str, ...], book: Path, output: Path, jobs: int | None,
    strict: bool, explain_rebuild: bool, open_: bool, quiet: bool, verbose: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    """Build guides and publish them, all at once.

    Without EDITION every edition is built. What is not asked for stays in output/guides as it is, marked stale in
    manifest.json where its inputs have changed. When nothing has changed at all, nothing is done.

    \b
      guidepress build
      guidepress build study --format pdf --paper a4
      guidepress build --book my-bank --output my-guides
    """
    from pipeline import build as building

    request = building.Request(book, output, edition, formats, papers, jobs or os.cpu_count() or 1, strict, explain_rebuild)  # type: ignore[arg-type]
    with ExitStack() as stack:
        say = stack.enter_context(_progress(quiet))
        outcome = building.build(request, say)
    _print_diagnostics([d for d in outcome.diagnostics if verbose or d.severity != "note"])
    if explain_rebuild:
        for relaid in outcome.laid_out:
            click.echo(f"{relaid.edition} {relaid.paper} {relaid.signature}: {relaid.reason}")
        click.echo(f"{len(outcome.laid_out)} signature{'' if len(outcome.laid_out) == 1 else 's'} laid out anew")
    if verbose:
        for stage, seconds in outcome.stages.items():
            click.echo(f"{stage:<10} {seconds:6.2f} s", err=True)
    if not quiet:
        _print_release(outcome, output)
    if open_:
        click.launch(str(output / "guides"))


def _print_release(outcome: Any, output: Path) -> None:
    if outcome.unchanged:
        click.echo(f"Nothing has changed. Guides: {output / 'guides'}")
        return
    for artefact in outcome.release.artefacts:
        pages = f"{artefact.pages} pages, " if artefact.format == "pdf" else ""
        stale = "  (stale)" if artefact.stale else ""
        click.echo(f"  {artefact.path}  {pages}{artefact.bytes / 1000:,.0f} kB{stale}")
    click.echo(f"Built in {outcome.seconds:.1f} s. Guides: {output / 'guides'}")


@cli.command()
@BOOK
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True, help="How to print diagnostics.")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings and notes too.")
def check(book: Path, form: str, strict: bool) -> None:  # noqa: FBT001
    """Read the book and report every fault in it, without building anything.

    \b
      guidepress check
      guidepress check --format github --strict     annotations for a pull request
    """
    from pipeline.build import load_and_check

    loaded, faults = load_and_check(book)
    _print_diagnostics(faults, form)
    failing = [d for d in faults if d.severity == "error" or strict]
    if form == "text" and not faults and loaded is not None:
        click.echo(f"{len(loaded.questions)} questions, {len(loaded.chapters)} chapters, {len(loaded.terms)} terms: no fault found.")
    sys.exit(1 if failing else 0)


@cli.command("list")
@BOOK
def list_(book: Path) -> None:
    """List the book's editions and questions."""
    from pipeline.build import load_and_check

    loaded, faults = load_and_check(book)
    if loaded is None:
        raise BookError(*faults)
    for edition in loaded.editions.values():
        click.echo(f"{edition.id:<14} {edition.title}: {', '.join(edition.formats)}; {', '.join(edition.papers)}")
    number = 0
    for division in loaded.outline.sections:
        click.echo(f"\n{division.title}")
        for name in division.questions:
            number += 1
            question = loaded.questions.get(name)
            click.echo(f"{number:>4}  {name:<34} {question.level if question else '(refused)'}")


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Say what a diagnostic's CODE means; without one, list them all."""
    from pipeline.build.rules import rules

    known = rules()
    if code is None:
        for rule in known.values():
            click.echo(f"{rule.code}  {rule.title}")
        return
    found = known.get(code.upper())
    if found is None:
        from pipeline.diagnostics import nearest

        raise click.UsageError(f"no code '{code}': {nearest(code.upper(), known)}")
    click.echo(f"{found.code}: {found.title}\n\n{found.text}")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of every kind of file, for editors that check YAML as you type."""
    from pipeline.model import schema as schemas

    click.echo(json.dumps(schemas(), indent=2, sort_keys=True))


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("output"), metavar="[DIR]")
def verify(folder: Path) -> None:
    """Verify a release: checksums, and in every file folios, page references, links, and fonts.

    DIR is an output folder, or the folder of guides in it; 'output' when left out.
    """
    from pipeline import preflight, release

    output = folder.parent if folder.name == "guides" else folder
    current, reason = release.read(output)
    if current is None:
        raise ToolError(reason or f"no guides in {output}: run 'guidepress build' first")
    problems = preflight.verify_release(current)
    for problem in problems:
        click.echo(problem)
    if not problems:
        click.echo(f"{len(current.artefacts)} artefacts: checksums, folios, page references, links, and fonts are right.")
    sys.exit(1 if problems else 0)


@cli.group()
def store() -> None:
    """Look after what is remembered between builds."""


@store.command()
@click.option("--all", "all_", is_flag=True, help="Forget everything.")
@click.option("--limit", type=click.IntRange(0), default=500, show_default=True, metavar="MB", help="Keep this much, the latest used.")
def prune(all_: bool, limit: int) -> None:  # noqa: FBT001
    """Forget what was used longest ago."""
    from pipeline.store import Store

    opened = Store.open()
    before = opened.size()
    opened.prune(0 if all_ else limit * 1_000_000)
    click.echo(f"{(before - opened.size()) / 1e6:.1f} MB forgotten, {opened.size() / 1e6:.1f} MB kept in {opened.folder}")


def _edition_names() -> list[str]:
    return sorted(path.stem for path in Path("content/editions").glob("*.yaml"))


# Printing


def _print_diagnostics(diagnostics: Iterable[Diagnostic], form: str = "text") -> None:
    """Print diagnostics: text to people, JSON to programs, annotations to a pull request."""
    diagnostics = list(diagnostics)
    if form == "json":
        rows = [
            {"code": d.code, "severity": d.severity, "message": d.message, "path": d.place.path, "line": d.place.line, "column": d.place.column, "hint": d.hint}
            for d in diagnostics
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for diagnostic in diagnostics:
        if form == "github":
            kind = "notice" if diagnostic.severity == "note" else diagnostic.severity
            where = f"file={diagnostic.place.path},line={diagnostic.place.line},col={diagnostic.place.column},title={diagnostic.code}"
            click.echo(f"::{kind} {where}::{diagnostic.message}" + (f" ({diagnostic.hint})" if diagnostic.hint else ""))
        else:
            click.echo(_colored(show(diagnostic), diagnostic.severity) + "\n", err=True)
    if form == "text" and diagnostics:
        counts = {s: sum(d.severity == s for d in diagnostics) for s in ("error", "warning", "note")}
        click.echo(", ".join(f"{n} {s}{'' if n == 1 else 's'}" for s, n in counts.items() if n), err=True)


def _colored(text: str, severity: str) -> str:
    if os.environ.get("NO_COLOR") or not sys.stderr.isatty():
        return text
    head, line, rest = text.partition("\n")
    return click.style(head, fg={"error": "red", "warning": "yellow"}.get(severity, "cyan"), bold=True) + line + rest


class _progress:  # noqa: N801
    """Show how far a build has come: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

    def __init__(self, quiet: bool) -> None:  # noqa: FBT001
        self.quiet, self.bar, self.task, self.last = quiet, None, None, ("", -1)
        self.bar: Any = None
        self.task: Any = None

    def __enter__(self) -> Any:
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self.bar = Progress(
                TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.completed}/{task.total} {task.fields[at]}"), TimeElapsedColumn(),
                console=Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR"))), transient=True,
            )  # fmt: skip
            self.bar.start()
        return self.say

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def say(self, step: Any) -> None:
        if self.quiet:
            return
        if self.bar is None:
            self._line(step)
            return
        if self.task is None:
            self.task = self.bar.add_task(step.stage, total=step.total, at="")
        self.bar.update(self.task, description=step.stage, completed=step.done, total=step.total, at=step.detail[:40])

    def _line(self, step: Any) -> None:
        """Print a line when a stage begins, and at each tenth of a long one."""
        tenth = step.done * 10 // step.total if step.total > 20 else 0
        if (step.stage, tenth) != self.last:
            self.last = (step.stage, tenth)
            count = f" {step.done}/{step.total}" if step.total > 20 else ""
            click.echo(f"{step.stage}{count}{': ' + step.detail if step.stage == 'wait' else ''}", err=True)


# Running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status, and never let a traceback out for what a user or a machine did."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        result = cli.main(list(arguments) if arguments is not None else None, prog_name="guidepress", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except BookError as error:
        _print_diagnostics(error.diagnostics)
        return 1
    except ToolError as error:
        click.echo(f"guidepress: {error}", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("guidepress: stopped; what was published stands", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        click.echo(f"guidepress: {error.filename or 'system'}: {error.strerror or error}", err=True)
        return 1


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

