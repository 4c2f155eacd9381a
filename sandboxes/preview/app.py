"""The ASGI application of previews: found by host name, served before any of Django's middleware.

An app's own origin gets nothing of the dashboard's, and a visitor always gets an answer: the app,
or a calm page that says what is happening.
"""

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPScope,
    Scope,
    WebSocketScope,
)

from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import addresses
from sandboxes.preview import (
    boxes,
    bridge,
    failures,
    headers,
    pages,
    reports,
    sockets,
    static,
    targets,
    upstream,
    visits,
    waking,
)

# Nobody works on it in these: a visit is the reason to begin.
_IDLE = frozenset(
    {
        SandboxState.ABSENT,
        SandboxState.READY,
        SandboxState.PAUSED,
        SandboxState.SLEEPING,
        SandboxState.STOPPED,
        SandboxState.FAILED,
    }
)


# An answer of this or more is the app's own failure.
_FAILED = 500


def serves(host: str) -> bool:
    """Whether a Host header names a preview, existing or not."""
    return addresses.label_of(host) is not None


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http":
        await _http(scope, receive, send)
    elif scope["type"] == "websocket":
        await _websocket(scope, receive, send)


async def _find(scope: HTTPScope | WebSocketScope) -> targets.Target | None:
    label = addresses.label_of(headers.get(scope["headers"], b"host").decode("latin-1"))
    return await targets.find(label) if label else None


async def _http(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    target = await _find(scope)
    is_head = scope["method"] == "HEAD"
    if target is None:
        await pages.show(send, pages.GONE, is_head=is_head)
    elif bridge.is_ours(scope["path"]):
        await reports.serve(scope, receive, send, target)
    elif target.is_static:
        await static.serve(scope, send, target)
    elif page := await _stand_in(target) or await _keep_awake(target):
        await pages.show(send, page, is_head=is_head)
    else:
        page = await _exchange(scope, receive, send, target)
        if page is not None:
            await pages.show(send, page, is_head=is_head)


async def _stand_in(target: targets.Target) -> pages.Page | None:
    """What to show instead of the app while it does not run; a sleeping one is woken."""
    sandbox = target.sandbox
    if sandbox.state == SandboxState.PAUSED and sandbox.port and await waking.resume(sandbox):
        return None
    if sandbox.state == SandboxState.READY and sandbox.port:
        return None
    if target.is_under_way:
        return pages.BUILDING
    if sandbox.state in _IDLE:
        await waking.wake(sandbox)
    return pages.instead_of(sandbox.state, sandbox.error)


async def _keep_awake(target: targets.Target) -> pages.Page | None:
    """One that was paused since it was found goes on; what to show when it does not."""
    if await visits.note(target.sandbox.pk):
        return None
    fresh = await targets.find(target.sandbox.label)
    return pages.GONE if fresh is None else await _stand_in(fresh)


async def _exchange(
    scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, target: targets.Target
) -> pages.Page | None:
    """Pass the request to the box; the page to show when nothing was answered."""
    exchange: upstream.Exchange | None = None
    asked, watched = bridge.over(scope, send, tree=target.page_tree)
    try:
        async with boxes.opened(target.sandbox) as (reader, writer, port):
            exchange = upstream.Exchange(asked, receive, watched, reader, writer, port)
            await exchange.run()
            return None
    except visits.Crowded:
        page = pages.CROWDED
    except upstream.TooLarge:
        page = pages.TOO_LARGE
    except upstream.Unspeakable:
        page = pages.UNSPEAKABLE
    except upstream.Slow:
        page = pages.SLOW
    except upstream.Broken:
        page = pages.BROKEN
        await failures.note(target.sandbox)
    except SandboxLost:
        if exchange is None and (moved := await _moved(target)):
            return await _exchange(scope, receive, send, moved)
        page = await _lost(target)
    finally:
        if exchange is not None and exchange.status >= _FAILED:
            await failures.note(target.sandbox)
    if exchange is not None and exchange.has_started:
        # Half an answer is out: only a broken connection tells the visitor so.
        raise ConnectionResetError(page.title)
    return page


async def _moved(target: targets.Target) -> targets.Target | None:
    """The app in another box by now."""
    fresh = await targets.find(target.sandbox.label)
    if fresh is None or fresh.is_static or fresh.sandbox.handle == target.sandbox.handle:
        return None
    return None if await _stand_in(fresh) else fresh


async def _lost(target: targets.Target) -> pages.Page:
    """Nobody answers there. Much may have happened since we asked: a job that stops the server to install must not be
    disturbed."""
    fresh = await targets.find(target.sandbox.label)
    if fresh is None:
        return pages.GONE
    if page := await _stand_in(fresh):
        return page
    await waking.wake(fresh.sandbox)
    return pages.WAKING


async def _websocket(scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """A socket never wakes a box: a forgotten tab would keep it running for ever."""
    await receive()
    target = await _find(scope)
    is_ours = bridge.is_ours(scope["path"])
    if (
        target is None
        or is_ours
        or target.is_static
        or target.sandbox.state != SandboxState.READY
        or not target.sandbox.port
        or not await visits.note_watching(target.sandbox.pk)
    ):
        await send({"type": "websocket.close", "code": 4404, "reason": None})
        return
    try:
        async with boxes.opened(target.sandbox) as (reader, writer, port):
            await sockets.Bridge(scope, receive, send, reader, writer, port).run()
    except (SandboxLost, visits.Crowded, upstream.Broken, TimeoutError):
        await send({"type": "websocket.close", "code": sockets.LOST, "reason": None})
