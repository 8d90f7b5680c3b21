"""Run the command, as ``guidepress`` or as ``python -m pipeline.cli``: signals, what stops it, and the exit status."""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # Python has put the working directory first, where a book may hold a file that is called like a library.
    del sys.path[0]

import gc
import os
import signal
from collections.abc import Sequence
from typing import NoReturn

import click

from pipeline.cli.commands import cli
from pipeline.cli.printing import plain, print_diagnostics
from pipeline.diagnostics import BookError, Diagnostic, Place, ToolError
from pipeline.work.limits import OUT_OF_MEMORY, OutOfTime, where

COLLECTIONS = 50_000, 20, 10
"""Thresholds of the garbage collector: a build makes many objects that live to its end, and few cycles."""
STOPPED = 130
"""Exit status after Ctrl-C: 128 and the number of SIGINT, as shells count. SIGTERM is treated alike."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status, and never let a traceback out for what a user or a machine did."""
    signal.signal(signal.SIGTERM, _interrupt)
    if arguments is None:
        _open_streams()
        gc.set_threshold(*COLLECTIONS)
    try:
        status = _run(arguments)
        if status == STOPPED and arguments is None:
            # At its usual end Python waits for the threads of a pool whose workers have been killed, perhaps for ever.
            _leave(status)
        return status
    except BrokenPipeError:
        # The reader of standard error has gone; click sees to standard output.
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if arguments is None:
            # All is done: Ctrl-C while Python shuts down ends it without a traceback.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            # And nobody looks for cycles any more, which would take a tenth of a second.
            gc.freeze()


def _open_streams() -> None:
    """Put nothing in the place of standard streams that are closed: no file of a build may be taken for one of them."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)  # workers have standard streams too
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = cli.main(arguments, prog_name="guidepress", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BookError as error:
        print_diagnostics(error.diagnostics)
        return 1
    except (MemoryError, OutOfTime) as error:
        how = str(error) or OUT_OF_MEMORY
        print_diagnostics([Diagnostic("R107", f"the book is too much for this machine: {how}", Place(where() or "book.yaml"))])
        return 1
    except ToolError as error:
        return _say(str(error), 1)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _say("stopped; what was published stands", STOPPED)
    except BrokenPipeError:
        raise
    except OSError as error:
        status = _say(f"{error.filename or 'system'}: {error.strerror or error}", 1)
        if arguments is None:
            # What standard output refused once it would refuse again at Python's usual end, with a traceback.
            _leave(status)
        return status


def _leave(status: int) -> NoReturn:
    """End the process here and now."""
    sys.stderr.flush()
    os._exit(status)


def _say(line: str, status: int) -> int:
    click.echo(f"guidepress: {plain(line)}", err=True)
    return status


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
