"""Django's own handler, a thread for each request, with pages of ours where it would answer before there is one.

All of Django's layers run in that thread, entered once; only an answer in pieces comes back to the loop, which sends
them at their reader's pace.
"""

import asyncio
import codecs
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from django.utils.http import parse_header_parameters

from config import csp, refusals
from config.admission import Admission

ALIVE = "/livez"


class Pages(ASGIHandler):
    def __init__(self) -> None:
        BaseHandler.__init__(self)  # past ASGIHandler, which would make each layer change threads
        self.load_middleware(is_async=False)
        self.admission = Admission()
        self.threads = ThreadPoolExecutor(self.admission.many, thread_name_prefix="page")
        self.aside = ThreadPoolExecutor(1, thread_name_prefix="alive")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        answered, context = await self._begin({**scope, "root_path": ""}, body)
        try:
            response = await asyncio.shield(answered)
        except asyncio.CancelledError:
            answered.add_done_callback(_throw_away)
            raise
        if response.streaming:
            await asyncio.create_task(self._stream(response, receive, send), context=context)
        else:
            await self.send_response(response, send)

    async def _begin(self, scope: Any, body: IO[bytes]) -> "tuple[asyncio.Future[Any], contextvars.Context]":
        """Whether the process lives is told at once, however many wait for something else."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        if scope["path"] == ALIVE:
            return loop.run_in_executor(self.aside, context.run, self._answer, scope, body), context
        place = await self.admission.enter()
        try:
            answered = loop.run_in_executor(self.threads, context.run, self._answer, scope, body)
        except BaseException:  # no thread is to be had
            self.admission.leave(place)
            raise
        answered.add_done_callback(lambda _: self.admission.leave(place))
        return answered, context

    def _answer(self, scope: Any, body: IO[bytes]) -> Any:
        """In the request's thread. Whatever it takes from the database is given back before anything is sent."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal or self.get_response(request)
        response._handler_class = self.__class__
        response._resource_closers.append(body.close)
        if response.streaming:
            close_old_connections()  # it may go on for hours, and there are only so many for everybody
        else:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Until its end, or until nobody reads it any more; its pieces share a thread."""
        async with ThreadSensitiveContext():
            tasks = [
                asyncio.create_task(self.send_response(response, send)),
                asyncio.create_task(self.listen_for_disconnect(receive)),
            ]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                sent = (await _ended(tasks))[0]
                await sync_to_async(response.close)()
            if isinstance(sent, Exception):
                raise sent

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        """Text in a charset that is none would fail while the request is made; forms are UTF-8 anyway."""
        if not _is_utf8(scope["headers"]):
            return None, _page(scope["path"], 400, refusals.NOT_UTF8)
        request, error = super().create_request(scope, body_file)
        return request, error and _page(scope["path"], error.status_code)


async def _ended(tasks: list[asyncio.Task[None]]) -> list[BaseException | None]:
    for task in tasks:
        task.cancel()
    return await asyncio.gather(*tasks, return_exceptions=True)


def _throw_away(answered: "asyncio.Future[HttpResponseBase]") -> None:
    """Nobody waits for it any more; what it holds, such as a process of git, must end all the same."""
    if not answered.cancelled() and answered.exception() is None and answered.result().streaming:
        asyncio.get_running_loop().run_in_executor(None, answered.result().close)


def _is_utf8(headers: list[tuple[bytes, bytes]]) -> bool:
    value = next((value for name, value in headers if name == b"content-type"), b"").decode("latin-1")
    charset = parse_header_parameters(value)[1].get("charset", "utf-8")
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _page(path: str, status: int, say: str = "") -> HttpResponse:
    """No middleware will see it."""
    words = refusals.WORDS[status]._replace(say=say) if say else None
    page = HttpResponse(refusals.page(status, words), status=status)
    if path.startswith(refusals.API):
        page = HttpResponse(refusals.problem(status, path, say), status=status, content_type=refusals.PROBLEM)
    page.headers["Content-Length"] = str(len(page.content))
    page.headers["Content-Security-Policy"] = csp.policy()
    page.headers["X-Content-Type-Options"] = "nosniff"
    return page
