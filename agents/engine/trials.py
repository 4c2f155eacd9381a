"""Which model answers a call: one that gives nothing is asked again after a pause, then the next one is asked.

Only ever before the first word. What has arrived of a reply is gone on with knowingly, by the step, or not at all.
"""

import random
import time
from collections.abc import Iterable

from agents.engine.context import Context
from agents.engine.speech import say_once
from agents.errors import ModelFailure
from agents.models import Generation, Step

# What may pass by itself, and how often one model is asked before another is. A timeout has cost minutes already.
TRIES = {"rate_limit": 3, "provider_down": 3, "truncated": 3, "malformed_output": 2, "timeout": 2}
# With these the same model would answer the same.
ONLY_OTHERS = ("auth", "quota", "invalid_input")
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 20.0
# Who asks us to wait longer than this is not waited for here: another model, or the queue, is better.
LONGEST_ASKED = 30.0
_LOOK_EVERY = 0.1
# A reply that ended so, with words in it, broke off.
_BROKE_OFF = ("truncated", "timeout", "provider_down", "malformed_output")


def order(context: Context, step: Step, models: tuple[str, ...]) -> tuple[str, ...]:
    """The models of the step, those last whose reply has broken off in it before. That is said, too."""
    broken = Generation.objects.filter(step=step, error_code__in=_BROKE_OFF).exclude(response="")
    has_failed = set(broken.values_list("request__model", flat=True))
    ordered = tuple(sorted(models, key=has_failed.__contains__))
    if ordered[0] != models[0]:
        say_once(context, f"The reply of {models[0]} broke off; {ordered[0]} goes on.")
    return ordered


class Trials:
    """Of one call. `model` is the one to ask now; `settle` takes what came of it."""

    def __init__(self, context: Context, models: Iterable[str]) -> None:
        self._context = context
        self.model, *self._others = models
        self._tries = 0
        self._failures: list[ModelFailure] = []

    def settle(self, failure: ModelFailure) -> None:
        """Returns when the call may be made again, of whichever model; raises when nobody is left to ask."""
        self._tries += 1
        if failure.code not in TRIES and failure.code not in ONLY_OTHERS:
            raise failure
        if self._tries < TRIES.get(failure.code, 0) and (failure.retry_after or 0.0) <= LONGEST_ASKED:
            self._wait(max(_pause(self._tries), failure.retry_after or 0.0))
            return
        self._failures.append(failure)
        if not self._others:
            raise self._most_hopeful()
        self._switch()

    def _switch(self) -> None:
        before, self.model, self._tries = self.model, self._others.pop(0), 0
        self._context.heed()
        say_once(self._context, f"{before} did not answer; {self.model} goes on.")

    def _most_hopeful(self) -> ModelFailure:
        """What may pass by itself, and soonest; else what the preferred model said."""
        passing = [failure for failure in self._failures if failure.retryable]
        return min(passing, key=lambda failure: failure.retry_after or 0.0) if passing else self._failures[0]

    def _wait(self, seconds: float) -> None:
        """Not a moment longer than the job is wanted."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._context.heed()
            time.sleep(min(left, _LOOK_EVERY))
        self._context.heed()


def _pause(tries: int) -> float:
    """Exponential with full jitter."""
    return random.uniform(0.0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)))  # noqa: S311 - not a secret
