"""Joining a running box: one stream from its back end, one greeting, then requests."""

import asyncio
import contextlib

from sandboxes.agent import agent
from sandboxes.backends import base
from sandboxes.wire import client, values
from sandboxes.wire import egress as outside

GREETING_SECONDS = 30.0
DOWNLOADS = 64
"""How many channels a box may have open toward us, besides our own."""
LONGEST_REQUEST = 4096
"""A box asks for a host and a port; JSON that is read takes many times its own size."""


async def attach(
    backend: base.SandboxBackend, handle: base.Handle, *, egress: outside.EgressPolicy | None = None
) -> client.Wire:
    """Attach to a box. With a policy this wire carries the box's downloads; the newest that does is used."""
    try:
        reader, writer = await backend.connect(handle)
    except base.Unavailable as gone:
        raise values.Broken(str(gone)) from gone
    link = agent.Link(
        reader,
        writer,
        first=1,
        accept=_door(egress),
        limit=agent.MAX_CHANNELS + DOWNLOADS,
        longest_request=LONGEST_REQUEST,
    )
    wire = client.Wire(link, asyncio.get_running_loop().create_task(link.run()))
    try:
        await _greet(link, serves=egress is not None)
    except BaseException as failure:
        await wire.close()
        if isinstance(failure, _Ended) and (why := await _last_words(backend, handle)):
            raise values.Broken(why) from failure
        raise
    return wire


class _Ended(values.Broken):
    """While it was started."""


async def _last_words(backend: base.SandboxBackend, handle: base.Handle) -> str:
    """What ended the box, as soon as its back end has noticed; empty when it does not say."""
    with contextlib.suppress(base.Unavailable):
        for _ in range(20):
            if await backend.state(handle) == "stopped":
                break
            await asyncio.sleep(0.05)
    try:
        _, writer = await backend.connect(handle)
    except base.Unavailable as gone:
        return str(gone)
    writer.close()
    return ""


def _door(policy: outside.EgressPolicy | None) -> agent.Accept:
    async def accept(channel: agent.Channel, request: agent.Message) -> agent.Message:
        if policy is None or request.get("op") != "egress":
            raise agent.Refusal("This wire does not serve the box.")
        return await outside.serve(policy, channel, request)

    return accept


async def _greet(link: agent.Link, *, serves: bool) -> None:
    try:
        await link.send(agent.HELLO, 0, agent.encode({"egress": serves}))
        async with asyncio.timeout(GREETING_SECONDS):
            await asyncio.wait({link.hello})
    except (TimeoutError, agent.Detached) as silent:
        raise values.Broken("The box does not answer.") from silent
    if link.hello.cancelled():
        raise _Ended("The box ended while it was started.")
    if link.hello.result().get("version") != agent.VERSION:
        raise values.Broken("The box was made by another version of this program.")
