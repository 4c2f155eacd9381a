"""Engines that are elsewhere, go and come back, and images that are there or not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from django.conf import settings

from sandboxes import wire
from sandboxes.backends import base, docker, engine, image
from sandboxes.errors import TemplateFailed
from sandboxes.wire import boxes
from tests.sandboxes.backends.relays import Relay, relayed

pytestmark = pytest.mark.docker


@pytest.fixture
def backend(by_engine: docker.DockerBackend) -> docker.DockerBackend:
    return by_engine


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with relayed(boxes.address()) as made:
        yield made


@pytest.fixture
def remote(home: Path, install: str, by_engine: docker.DockerBackend, relay: Relay) -> docker.DockerBackend:
    """Another machine's engine, as far as it can tell."""
    return docker.DockerBackend(home, install, relay.address, base_image=settings.SANDBOX_BASE_IMAGE)


async def test_an_engine_elsewhere_serves_as_well(remote: docker.DockerBackend, spec: base.Spec) -> None:
    box = await wire.attach(remote, await remote.create(spec))
    content = bytes(range(256)) * 8000
    await box.write([wire.FileWrite("large", content)])
    assert await box.read("large") == content
    await box.close()


async def test_an_engine_that_goes_is_a_sentence_and_one_that_comes_back_works(
    remote: docker.DockerBackend, relay: Relay, spec: base.Spec
) -> None:
    handle = await remote.create(spec)
    box = await wire.attach(remote, handle)
    running = asyncio.ensure_future(box.exec(["sleep", "4823"], timeout=60))
    await relay.stop()
    with pytest.raises(wire.Broken):
        await running
    sentence = f"No Docker engine answers at tcp://127.0.0.1:{relay.port}."
    for asked in (remote.state(handle), remote.create(spec), remote.connect(handle), remote.list_owned("tests")):
        with pytest.raises(base.Unavailable, match=sentence):
            await asked
    info = await remote.probe()
    assert (info.available, info.reasons) == (False, (sentence,))
    await relay.start()
    assert (await remote.probe()).available
    again = await wire.attach(remote, handle)
    assert (await again.exec(["echo", "here"], timeout=10)).output == "here\n"
    await again.close()
    await box.close()


async def test_an_image_that_is_missing_is_a_sentence(home: Path, install: str) -> None:
    bare = docker.DockerBackend(home, install, boxes.address(), base_image="never-built")
    info = await bare.probe()
    assert (info.available, info.is_prepared) == (True, False)
    with pytest.raises(base.Unavailable, match="not built yet; 'manage.py build_sandbox_image' builds it"):
        await bare.create(base.Spec(id="x"))


async def test_a_base_that_cannot_be_had_is_what_the_engine_says(home: Path, install: str) -> None:
    bare = docker.DockerBackend(home, install, boxes.address(), base_image="localhost:1/never")
    lines: list[str] = []
    with pytest.raises(TemplateFailed, match="could not be built on localhost:1/never"):
        await bare.prepare("python", lines.append)


async def test_what_was_built_is_not_built_again(backend: docker.DockerBackend) -> None:
    lines: list[str] = []
    await backend.prepare("python", lines.append)
    assert lines == []
    assert await backend.build(lines.append) == image.tag(settings.SANDBOX_BASE_IMAGE)
    assert any("Using cache" in line for line in lines)


def test_a_call_from_a_forked_child_uses_connections_of_its_own(backend: docker.DockerBackend) -> None:
    made = engine.Engine(backend.address)
    first = made.do(lambda client: client)
    made._owner = -1  # as the child finds it
    assert made.do(lambda client: client) is not first
