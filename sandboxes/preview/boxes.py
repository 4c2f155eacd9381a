"""A connection to an app's server, counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.preview import visits
from sandboxes.wire import boxes, streams


@asynccontextmanager
async def opened(sandbox: Sandbox) -> AsyncIterator[tuple[streams.Reader, streams.Writer, int]]:
    if sandbox.port is None:
        raise SandboxLost("The app's server is not running.")
    with visits.connection(sandbox.pk):
        async with visits.watching(sandbox.pk), boxes.port_of(sandbox, sandbox.port) as (reader, writer):
            yield reader, writer, sandbox.port
