"""Build guides: what is asked for, the order in which it is done, and what comes of it."""

from pipeline.flow.order import build, load_and_check
from pipeline.flow.request import Outcome, Request
from pipeline.work import Say, Step

__all__ = ["Outcome", "Request", "Say", "Step", "build", "load_and_check"]
