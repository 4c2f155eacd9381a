"""Sends a short answer of our own."""

from asgiref.typing import ASGISendCallable

from sandboxes.preview import headers


async def send_all(
    send: ASGISendCallable,
    status: int,
    body: bytes = b"",
    *,
    content_type: str = "text/plain; charset=utf-8",
    more: headers.Headers | None = None,
    is_head: bool = False,
) -> None:
    lines = [
        *([] if more and headers.get(more, b"cache-control") else [(b"cache-control", b"no-store")]),
        (b"x-content-type-options", b"nosniff"),
        *headers.ours(),
        *(more or []),
    ]
    if status not in {204, 304}:
        lines += [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": lines, "trailers": False})
    await send({"type": "http.response.body", "body": b"" if is_head else body, "more_body": False})
