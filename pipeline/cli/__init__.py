"""The command line: arguments, progress, printing, exit status. 0 is good, 1 has diagnostics, 2 is wrong usage.

Nothing is imported here: ``python -m pipeline.cli`` imports this before it can take the working directory off the path.
"""
