"""The one door to every model: a plain iterator outside, one loop thread inside.

It retries nothing: retries, fallback and budgets belong to the step that asks.
"""

import time
from collections.abc import Callable, Generator

from agents.errors import Cancelled
from agents.llm import providers
from agents.llm.base import Delta, Finish, Limits, Request
from agents.llm.pump import Pump

POLL_SECONDS = 0.25


def stream(
    request: Request, *, cancelled: Callable[[], bool], limits: Limits | None = None
) -> Generator[Delta, None, None]:
    """Yield texts and at last one Finish, which only a provider's own end can give.

    Raises Cancelled as soon as `cancelled()` says so (also before the first token) and
    ModelFailure for everything else. The connection is closed in every case, also when the
    consumer closes this generator early.
    """
    if cancelled():
        raise Cancelled
    pump = Pump(providers.choose(request.model), request, limits or Limits())
    try:
        yield from _deliver(pump, cancelled)
    finally:
        pump.close()


def _deliver(pump: Pump, cancelled: Callable[[], bool]) -> Generator[Delta, None, None]:
    poll_at = time.monotonic() + POLL_SECONDS
    while True:
        if time.monotonic() >= poll_at:
            if cancelled():
                raise Cancelled
            poll_at = time.monotonic() + POLL_SECONDS
        delta = pump.get(timeout=max(0.0, poll_at - time.monotonic()))
        if delta is None:
            continue
        yield delta
        if isinstance(delta, Finish):
            return
