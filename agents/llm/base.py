"""The words a model call is made of, the same for every provider."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
EFFORTS = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture for the model to look at; `data` is base64."""

    media_type: str
    data: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may ask us to do; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model asks us to do, given out when its arguments are whole."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """`calls` are what an assistant asked for; `answers` names the call whose result a tool's turn is.

    So many letters of its beginning are the same in later calls as `stable` says; 0 is all of them.
    """

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    answers: str = ""
    stable: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A file that an earlier reply broke off in: what is there of it, to be gone on with."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a call was given of a project, and what there was no room for. Tokens are estimates.

    Of the files in `outlined` only what they export was shown, of those in `left_out` only that they exist. Of the
    messages before, the newest `messages` went along whole, `condensed` in a line each, and `unsaid` not at all.
    """

    room: int
    tokens: int
    whole: tuple[str, ...] = ()
    outlined: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    messages: int = 0
    condensed: int = 0
    unsaid: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `step` and `paths` address what is asked for, so a recording can be found by them;
    `wish` is what the project was begun with, `text` what the person says now.

    `begun`: of this file the reply holds what comes after, or all of it. The files in `left_out` exist, and the model
    has not been shown what stands in them, nor did anybody name them: they are not its to write.

    `effort` is a hint that is given to models that take it; everything else is refused where it cannot be met.
    """

    model: str
    messages: tuple[Turn, ...]
    step: str = ""
    paths: tuple[str, ...] = ()
    begun: Begun | None = None
    left_out: tuple[str, ...] = ()
    given: Given | None = None
    wish: str = ""
    text: str = ""
    stacks: tuple[str, ...] = ()
    max_tokens: int | None = None
    temperature: float | None = None
    effort: str = ""
    tools: tuple[Tool, ...] = ()


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
class Spent:
    """What a reply that comes to no good end has used up; a whole one says so in its Finish."""

    usage: Usage
    cost: Decimal | None
    model: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider's own word that the reply ended; `length` means it ended too early.

    `model` is who answered, which need not be who was asked.
    """

    reason: str
    usage: Usage = field(default_factory=Usage)
    cost: Decimal | None = None
    model: str = ""


Delta = Text | ToolCall | Spent | Finish


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds a call may take: to connect, to its first token, between two tokens, and in all."""

    connect: float = 10.0
    first: float = 180.0
    between: float = 90.0
    total: float = 900.0


class Provider(Protocol):
    def stream(self, request: Request, limits: Limits) -> AsyncGenerator[Delta]:
        """Yield texts and tool calls, then exactly one Finish; close the connection when closed early.

        A reply whose end nobody vouched for is a ModelFailure, never a Finish; Spent may stand before it.
        """
        ...
