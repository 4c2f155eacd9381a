"""The gate a writer waits at while its reader is slow."""

import asyncio
from typing import Any

import pytest

from config.serve import gates
from config.serve.gates import Gate


class Transport:
    """What a gate asks of Twisted's transport."""

    disconnecting = False

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda: self.told.append(name)


async def test_an_open_gate_holds_nobody() -> None:
    await asyncio.wait_for(Gate(Transport()).passed(), 1)


async def test_a_closed_gate_holds_until_it_opens() -> None:
    gate = Gate(Transport())
    gate.pauseProducing()
    waiting = asyncio.ensure_future(gate.passed())
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.resumeProducing()
    await asyncio.wait_for(waiting, 1)


async def test_a_lost_connection_opens_the_gate() -> None:
    gate = Gate(Transport())
    gate.pauseProducing()
    gate.stopProducing()
    await asyncio.wait_for(gate.passed(), 1)


async def test_a_reader_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "LONGEST_STALL", 0.01)
    transport = Transport()
    gate = Gate(transport)
    gate.pauseProducing()
    await asyncio.wait_for(gate.passed(), 5)
    assert transport.told == ["abortConnection"]


async def test_a_connection_that_is_closing_is_let_go() -> None:
    transport = Transport()
    transport.disconnecting = True
    Gate(transport).resumeProducing()
    assert transport.told == ["unregisterProducer"]
