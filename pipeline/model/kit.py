"""What the press makes of a plan for those who interview: one form of it, with all that its pages say."""

from __future__ import annotations

import datetime as dt

from pipeline.model.fields import Block, Level, Line, Plain, Slug
from pipeline.model.interviews import Exposed, Form, Plan, Role
from pipeline.model.matter import Made


class KitQuestion(Made):
    """A question of a form in a line: where it stands, what it rates, how long it takes, and who asks it."""

    id: Slug
    place: int
    number: Plain
    name: Plain
    ask: Line
    competency: Plain
    level: Level | None
    minutes: int
    interviewer: int
    starts: int
    """Minutes after the interview has begun."""
    exhibit: Block | None = None
    retire: dt.date | None = None


class KitCompetency(Made):
    """A competency of the role: what it means, why it is asked for, and the places of the questions that rate it."""

    id: Slug
    title: Plain
    definition: Line | None
    why: Line
    weight: int
    must_pass: bool
    places: tuple[int, ...]


class Kit(Made):
    """One form of a plan, ready to print."""

    role: Role
    plan: Plan
    form: Form
    questions: tuple[KitQuestion, ...]
    competencies: tuple[KitCompetency, ...]
    digest: Plain
    """Of the questions, as sheets that were filled in for this form bear it."""
    asked: tuple[Exposed, ...] = ()
    """When questions of this form were asked before."""

    @property
    def exhibits(self) -> tuple[KitQuestion, ...]:
        """The questions that come with something to look at."""
        return tuple(question for question in self.questions if question.exhibit)

    @property
    def spare(self) -> int:
        """Minutes that nothing is planned for."""
        return self.plan.question_minutes - self.form.minutes

    @property
    def must_pass(self) -> tuple[str, ...]:
        """Titles of the competencies that must be passed."""
        return tuple(competency.title for competency in self.competencies if competency.must_pass)

    @property
    def weighs(self) -> bool:
        """Whether competencies weigh differently."""
        return len({competency.weight for competency in self.competencies}) > 1

    def times(self, question: str) -> int:
        """Return how often a question was asked before."""
        return sum(each.times for each in self.asked if each.question == question)

    def last(self, question: str) -> dt.date | None:
        """Return when a question was last asked."""
        return max((each.on for each in self.asked if each.question == question), default=None)

    @property
    def panel(self) -> tuple[int, ...]:
        """The interviewers, by number."""
        return tuple(range(1, self.role.interviewers + 1))

    def of(self, interviewer: int) -> tuple[KitQuestion, ...]:
        """Return the questions that an interviewer asks."""
        return tuple(question for question in self.questions if question.interviewer == interviewer)


class KitTopic(Made):
    """A competency as a candidate is told of it."""

    title: Plain
    definition: Line | None


class Handout(Made):
    """What a candidate is told before the interview: nothing of its questions."""

    role: Plain
    minutes: int
    opening: int
    questions: int
    candidate: int
    closing: int
    count: int
    interviewers: int
    competencies: tuple[KitTopic, ...]
    contact: Plain


class Heard(Made):
    """An answer to rate: its letter, what it was written to earn, and its words."""

    letter: Plain
    rating: int
    said: Block


class Rated(Made):
    """A question with answers to train on."""

    place: int
    name: Plain
    answers: tuple[Heard, ...]


class CalibrationPack(Made):
    """The questions of a form with answers to train on."""

    questions: tuple[Rated, ...]

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters under which answers stand."""
        return tuple(answer.letter for answer in self.questions[0].answers) if self.questions else ()
