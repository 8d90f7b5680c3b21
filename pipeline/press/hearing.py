"""Hear what WeasyPrint warns of: its warnings are faults of the book, and none is shown as it comes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def warnings_heard() -> Iterator[list[str]]:
    """Collect what WeasyPrint warns of, and keep it from the screen."""
    logger, collector = logging.getLogger("weasyprint"), _Collector()
    propagate, level = logger.propagate, logger.level
    logger.addHandler(collector)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield collector.messages
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate
        logger.setLevel(level)


class _Collector(logging.Handler):
    """Keeps the text of every record it gets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
