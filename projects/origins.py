"""From where the act at hand comes: the door it entered by, and the address of whoever knocked.

Doors say it once; the audit asks. Nobody in between passes it on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

MOST_ADDRESS = 45


class Origin(NamedTuple):
    door: str = ""
    address: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def current() -> Origin:
    return _origin.get()


@contextmanager
def entered(door: str, address: str = "") -> Iterator[None]:
    """Everything inside came in here."""
    before = _origin.set(Origin(door, address[:MOST_ADDRESS]))
    try:
        yield
    finally:
        _origin.reset(before)


def turn_out_as(door: str) -> None:
    """It was another door than it looked like at first."""
    _origin.set(current()._replace(door=door))
