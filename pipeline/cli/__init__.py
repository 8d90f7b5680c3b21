"""The command line: arguments, progress, printing, exit status. 0 is good, 1 has diagnostics, 2 is wrong usage."""

from pipeline.cli.running import main

__all__ = ["main"]
