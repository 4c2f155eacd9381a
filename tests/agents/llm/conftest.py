"""The real gateway and the real litellm against a model server on a real socket.

Loading litellm takes seconds, so all these tests share the one process's copy.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from agents.llm import gateway
from agents.llm.base import Finish, Limits, Request, Spent, Text, ToolCall, Turn
from tests.fakes import model_server
from tests.fakes.model_server import ModelServer

PATIENT = Limits(connect=5, first=10, between=5, total=60)


@dataclass
class Reply:
    text: str
    finish: Finish
    calls: tuple[ToolCall, ...] = ()


@pytest.fixture(scope="session")
def shared_server() -> Iterator[ModelServer]:
    with model_server.running() as server:
        yield server


@pytest.fixture
def server(shared_server: ModelServer, settings) -> ModelServer:
    """A well-behaved model at DJINN_API_BASE until a test says otherwise."""
    settings.DJINN_API_BASE = shared_server.url
    settings.DJINN_API_KEY = "sk-test-0123456789"
    shared_server.will(model_server.Script())
    return shared_server


@pytest.fixture
def ask() -> Callable[..., Reply]:
    """Ask and collect the whole reply; what arrived before a failure is in `said`."""

    def collect(model="own-model", *, limits=PATIENT, said=None, cancelled=lambda: False, **fields: Any) -> Reply:
        pieces = [] if said is None else said
        calls: list[ToolCall] = []
        request = Request(**{"model": model, "messages": (Turn("user", "Make an app"),), **fields})
        for delta in gateway.stream(request, cancelled=cancelled, limits=limits):
            match delta:
                case Finish():
                    return Reply("".join(pieces), delta, tuple(calls))
                case ToolCall():
                    calls.append(delta)
                case Spent():
                    pass
                case Text():
                    pieces.append(delta.text)
        raise AssertionError("the stream ended without a Finish")

    return collect
