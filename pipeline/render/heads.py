"""Say what stands at the head of a question: its level, its topics, how long it takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from pipeline import markup, model
from pipeline.publication import Publication, Section

WRITING_LINES_A_MINUTE = 1.5


class Head:
    """The head of one question, for its templates."""

    def __init__(self, section: Section, publication: Publication, label: Callable[..., str]) -> None:
        """Take the question's section, and what fills in labels."""
        self._section, self._publication, self._label = section, publication, label

    def dots(self, level: model.Level) -> str:
        """Return the level as filled and open dots."""
        count = self.level_number(level)
        return "●" * count + "○" * (3 - count)

    def level_number(self, level: model.Level) -> int:
        """Return the level as a number from 1."""
        return model.LEVELS.index(level) + 1

    def topic(self, name: str) -> str:
        """Return the title of a topic."""
        topic = self._publication.resources["topics"].get(name)
        return topic.title if topic else name

    def duration(self, seconds: int) -> str:
        """Return a duration in words."""
        minutes, rest = divmod(seconds, 60)
        if minutes < 2:
            return self._label("seconds", value=seconds)
        return self._label("speak_minutes", value=minutes) if not rest else self._label("speak_both", minutes=minutes, seconds=rest)

    def summary_title(self) -> str:
        """Return the heading of the short answer: how long it takes to say."""
        if self._question.speak is None:
            return self._label("summary_plain")
        seconds = self._question.speak.short
        return self._label("summary") if seconds == 30 else self._label("summary_other", duration=self.duration(seconds))

    def spoken_time(self) -> str:
        """Return how long the spoken answer takes to say, in words."""
        assert self._question.spoken is not None
        return self.duration(model.speaking_time(markup.parse(self._question.spoken).words))

    @cached_property
    def _question(self) -> model.Question:
        assert isinstance(self._section.record, model.Question)
        return self._section.record

    def letter(self, number: int) -> str:
        """Return the letter of a choice, numbered from 0."""
        return chr(ord("A") + number)

    def key_letters(self) -> str:
        """Return the letters of the choices that are correct."""
        return ", ".join(self.letter(n) for n, choice in enumerate(self._question.choices) if choice.correct)

    def star_steps(self) -> tuple[str, ...]:
        """Return the steps of the story that are written."""
        star = self._question.star
        return tuple(step for step in model.Star.model_fields if star is not None and getattr(star, step))

    def writing_lines(self) -> int:
        """Return how many ruled lines a question's planned minutes call for."""
        return max(8, min(30, 1 + int(self._question.minutes * WRITING_LINES_A_MINUTE)))
