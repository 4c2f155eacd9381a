"""The words a model call is made of, the same for every provider."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `step` and `paths` address what is asked for, so a recording can be found by them;
    `wish` is what the project was begun with, `text` what the person says now."""

    model: str
    messages: tuple[Turn, ...]
    step: str = ""
    paths: tuple[str, ...] = ()
    wish: str = ""
    text: str = ""
    stacks: tuple[str, ...] = ()
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Disjoint token columns: no token is counted in two of them."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider's own word that the reply ended; `length` means it ended too early."""

    reason: str
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = None
    model: str = ""


Delta = Text | Finish


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds a call may take: to connect, between two reads, and in all."""

    connect: float = 10.0
    read: float = 120.0
    total: float = 900.0


class Provider(Protocol):
    def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta]:
        """Yield texts, then exactly one Finish; close the connection when closed early.

        A reply whose end nobody vouched for is a ModelFailure, never a Finish.
        """
        ...
