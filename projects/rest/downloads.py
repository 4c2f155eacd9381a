"""An answer that is sent while it is made."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

ENOUGH = 256 * 1024


def answer(pieces: Iterator[bytes], *, name: str, media_type: str) -> HttpResponse | StreamingHttpResponse:
    """What is small is an answer like any other; of what is not, only the beginning is made before it is sent."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    first, is_over = _part(pieces)
    if is_over:
        return HttpResponse(first, content_type=media_type, headers=headers)
    return StreamingHttpResponse(_going_on(first, pieces), content_type=media_type, headers=headers)


async def _going_on(first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """An asynchronous server would otherwise gather all of it in memory before the first byte leaves."""
    yield first
    is_over = False
    while not is_over:
        part, is_over = await sync_to_async(_part_alone)(pieces)
        yield part


def _part_alone(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Between two parts somebody slow takes their time, and there are only so many connections for everybody."""
    try:
        return _part(pieces)
    finally:
        close_old_connections()


def _part(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Enough to be worth a change of threads, and whether it was the last."""
    part = bytearray()
    for piece in pieces:
        part += piece
        if len(part) >= ENOUGH:
            return bytes(part), False
    return bytes(part), True
