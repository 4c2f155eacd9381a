"""Static files, answered before Django: found where they lie, compressed or partial when asked for."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any
from wsgiref.headers import Headers

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.conf import settings
from django.contrib.staticfiles import finders
from whitenoise.base import WhiteNoise

CHUNK = 64 * 1024
HASHED = re.compile(r"/dist/.+[-.][0-9A-Za-z]{8,}\.\w+$")
PASSED_ON = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"range": "HTTP_RANGE",
}


class Finder(WhiteNoise):
    """Looks where Django's finders look, at each request: a bundle built meanwhile is simply there."""

    def __init__(self) -> None:
        super().__init__(
            None,
            autorefresh=True,
            max_age=0,
            allow_all_origins=False,
            immutable_file_test=lambda path, url: bool(HASHED.search(url)),
            add_headers_function=_add_headers,
        )

    def candidate_paths_for_url(self, url: str) -> Iterator[str]:
        path = finders.find(url.removeprefix(settings.STATIC_URL))
        if isinstance(path, str):
            yield path


class Assets:
    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.finder = Finder()

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if not scope["path"].startswith(settings.STATIC_URL):
            await self.inner(scope, receive, send)
            return
        answer = await asyncio.to_thread(self._answer, scope)
        if answer is None:
            await self.inner(scope, receive, send)
        else:
            await _send(answer, send)

    def _answer(self, scope: HTTPScope) -> Any:
        found = self.finder.find_file(scope["path"])
        if found is None:
            return None
        wishes = {PASSED_ON[name]: value.decode("latin-1") for name, value in scope["headers"] if name in PASSED_ON}
        return found.get_response(scope["method"], wishes)


async def _send(answer: Any, send: ASGISendCallable) -> None:
    headers = [(name.lower().encode("latin-1"), str(value).encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": int(answer.status), "headers": headers, "trailers": False})
    if answer.file is not None:
        try:
            while chunk := await asyncio.to_thread(answer.file.read, CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            answer.file.close()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
