"""An answer that is sent while it is made."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import StreamingHttpResponse


def answer(pieces: Iterator[bytes], *, name: str, media_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _in_pieces(pieces),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


async def _in_pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """An asynchronous server would otherwise gather all of it in memory before the first byte leaves."""
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    """Between two pieces somebody slow takes their time, and there are only so many connections for everybody."""
    try:
        return next(pieces, b"")
    finally:
        close_old_connections()
