"""The demo model: plays back recordings through the same door as a live model.

`demo` looks for the recording nearest to the wish, `demo/<name>` plays that one.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal

from django.conf import settings

from agents.errors import ModelFailure
from agents.llm.base import Delta, Finish, Limits, Request, Text
from agents.recordings import catalogue

DESIGN = "design"
EDIT = "edit"
ANSWER = "plan"
STEER = "steer-"
# At pace 1.0 about 400 characters in 100 ms, in pieces uneven as a model's are.
PIECES = (24, 52, 36, 80, 44, 64, 12, 88)
CHARACTERS_PER_SECOND = 4_000
THINKING_SECONDS = 0.6


class Recorded:
    async def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta, None]:
        """Never near any limit: a recording comes from the disk."""
        recording, exact = _choose(request)
        text = _notice(recording, exact, request.step) + _reply(recording, request)
        await _pause(THINKING_SECONDS)
        for piece in _pieces(text):
            yield Text(piece)
            await _pause(len(piece) / CHARACTERS_PER_SECOND)
        yield Finish("stop", cost=Decimal(0), model=f"demo/{recording.name}")


def _choose(request: Request) -> tuple[catalogue.Recording, bool]:
    _, _, name = request.model.partition("/")
    if not name:
        return catalogue.nearest(request.wish, request.stacks)
    if (recording := catalogue.get(name)) is None:
        raise ModelFailure("invalid_input", f"there is no recording called {name}")
    return recording, True


def _notice(recording: catalogue.Recording, exact: bool, step: str) -> str:
    if exact or step != DESIGN:
        return ""
    return (
        "This is the demo model: it plays back recorded builds and cannot make this wish itself. "
        f"The nearest recording this machine can run is “{recording.title}”, so you will see that one.\n\n"
    )


def _reply(recording: catalogue.Recording, request: Request) -> str:
    step = EDIT if request.step.startswith(STEER) else request.step
    text = recording.stream(step, request.paths, request.text)
    if text is not None:
        return text
    if step in (EDIT, ANSWER):
        return _regret(recording)
    raise ModelFailure("invalid_input", f"“{recording.title}” has no recording of {request.step}")


def _regret(recording: catalogue.Recording) -> str:
    """An answer in words: an edit nobody recorded changes no file."""
    known = "".join(f"\n- {followup.says}" for followup in recording.followups)
    offered = f" For “{recording.title}” it knows:\n{known}" if known else ""
    return (
        "This is the demo model: it only plays back changes that were recorded, and this is not one of them. "
        f"Nothing was changed.{offered}\n\n"
        "With a model of your own, any change works.\n"
    )


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for length in itertools.cycle(PIECES):
        if start >= len(text):
            return
        yield text[start : start + length]
        start += length


async def _pause(seconds: float) -> None:
    """Without a pace nothing is slept, but the loop still gets its turn (and a cancel its chance)."""
    await asyncio.sleep(seconds * settings.DEMO_PACE)
