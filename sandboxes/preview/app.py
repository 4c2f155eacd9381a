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
    entrance,
    failures,
    headers,
    pages,
    reports,
    sockets,
    static,
    staying,
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
_READING = frozenset({"GET", "HEAD"})


_INSTEAD: dict[type[Exception], pages.Page] = {
    visits.Crowded: pages.CROWDED,
    upstream.TooLarge: pages.TOO_LARGE,
    upstream.Unspeakable: pages.UNSPEAKABLE,
    upstream.Slow: pages.SLOW,
}
_UNANSWERED = tuple(_INSTEAD)


def serves(host: str) -> bool:
    """Whether a Host header names a preview, existing or not."""
    return addresses.label_of(host) is not None


async def app(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http":
        await _http(scope, receive, send)
    elif scope["type"] == "websocket":
        await _websocket(scope, receive, send)


async def _find(scope: HTTPScope | WebSocketScope) -> targets.Target | None:
    """Nobody hears whether there is one who brought nothing that lets them in."""
    label = addresses.label_of(headers.get(scope["headers"], b"host").decode("latin-1"))
    if not label:
        return None
    guest = entrance.guest_of(scope, label)
    if guest is None:
        raise targets.NotLet
    return await targets.find(label, guest)


async def _http(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if entrance.is_at(scope["path"]):
        await entrance.serve(scope, send)
        return
    is_head = scope["method"] == "HEAD"
    if scope["method"] not in _READING and not headers.are_own(scope["headers"]):
        await pages.show(send, pages.FOREIGN, is_head=is_head)
        return
    try:
        target = await _find(scope)
    except targets.NotLet:
        await pages.show(send, entrance.refusal(scope), is_head=is_head)
        return
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
    return pages.instead_of(sandbox.state, sandbox.error, sandbox.note)


async def _keep_awake(target: targets.Target) -> pages.Page | None:
    """One that was paused since it was found goes on; what to show when it does not."""
    if await visits.note(target.sandbox.pk):
        return None
    fresh = await targets.again(target)
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
            async with staying.let(target):
                await exchange.run()
            return None
    except staying.Ended:
        page = entrance.refusal(scope)
    except _UNANSWERED as why:
        page = _INSTEAD[type(why)]
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
    fresh = await targets.again(target)
    if fresh is None or fresh.is_static or fresh.sandbox.handle == target.sandbox.handle:
        return None
    return None if await _stand_in(fresh) else fresh


async def _lost(target: targets.Target) -> pages.Page:
    """Nobody answers there. Much may have happened since we asked: a job that stops the server to install must not be
    disturbed."""
    fresh = await targets.again(target)
    if fresh is None:
        return pages.GONE
    if page := await _stand_in(fresh):
        return page
    await waking.wake(fresh.sandbox)
    return pages.WAKING


async def _websocket(scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """A socket never wakes a box: a forgotten tab would keep it running for ever."""
    await receive()
    if not headers.are_own(scope["headers"]):
        await send({"type": "websocket.close", "code": staying.ENDED, "reason": None})
        return
    try:
        target = await _find(scope)
    except targets.NotLet:
        await send({"type": "websocket.close", "code": staying.ENDED, "reason": None})
        return
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
        async with boxes.opened(target.sandbox) as (reader, writer, port), staying.let(target):
            await sockets.Bridge(scope, receive, send, reader, writer, port).run()
    except staying.Ended:
        await send({"type": "websocket.close", "code": staying.ENDED, "reason": None})
    except (SandboxLost, visits.Crowded, upstream.Broken, TimeoutError):
        await send({"type": "websocket.close", "code": sockets.LOST, "reason": None})
