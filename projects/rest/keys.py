"""Asking twice with one Idempotency-Key does a thing once, and gives the first answer again.

1. A row for the key is committed before anything else: whoever comes meanwhile is told so (409).
2. The effect and the answer are committed together, and only while the row still carries our moment.
   A refusal did nothing, so it leaves no row: the mended request may come with the same key.
3. Who finds a row without an answer that is too old for anybody to be alive behind it takes it over by
   compare-and-set; were the first alive after all, step 2 would fail and undo its effect.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from projects.models import IdempotencyRecord, User
from projects.rest.problems import Refused

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
# Nobody is alive behind a request that has been under way for so long.
GIVEN_UP = timedelta(seconds=90)
MOST_KEPT = 256 * 1024
_WORD = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT = {"x-request-id", "ratelimit", "ratelimit-policy"}


class _Overtaken(Exception):
    """Somebody took our row over; what we did is undone."""


def once(request: HttpRequest, user: User, body: bytes, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    if not _WORD.fullmatch(key):
        fault = {"parameter": HEADER, "code": "key", "message": "a key is 1 to 255 visible characters"}
        raise Refused("invalid", f"{HEADER}: a key is 1 to 255 visible characters.", errors=[fault])
    record = _claim(user, key, f"{request.method} {request.get_full_path()}"[:600], _digest(request, body))
    if record.status is not None:
        return _again(record)
    try:
        return _first(record, run)
    except _Overtaken:
        raise Refused("under_way") from None
    except BaseException:
        _rows(record).delete()
        raise


def _digest(request: HttpRequest, body: bytes) -> str:
    return hashlib.sha256((request.content_type or "").encode() + b"\n" + body).hexdigest()


def _claim(user: User, key: str, door: str, digest: str) -> IdempotencyRecord:
    """Ours to fill, or somebody's that is filled."""
    rows = IdempotencyRecord.objects.filter(user=user, key=key, door=door)
    found = rows.first()  # looked for before written: with files, a writer waits for the one under way
    if found is not None and found.created_at >= timezone.now() - KEPT:
        return _existing(found, digest)
    try:
        with transaction.atomic():
            rows.filter(created_at__lt=timezone.now() - KEPT).delete()
            return IdempotencyRecord.objects.create(user=user, key=key, door=door, digest=digest)
    except IntegrityError:
        raise Refused("under_way") from None  # somebody was first between the look and the insert


def _existing(found: IdempotencyRecord, digest: str) -> IdempotencyRecord:
    if found.digest != digest:
        raise Refused("key_used")
    if found.status is not None:
        return found
    now = timezone.now()
    if now - found.created_at < GIVEN_UP or not _rows(found).update(created_at=now):
        raise Refused("under_way")
    found.created_at = now
    return found


def _rows(record: IdempotencyRecord) -> Any:
    """The row, while it is still ours."""
    return IdempotencyRecord.objects.filter(pk=record.pk, created_at=record.created_at, status=None)


def _first(record: IdempotencyRecord, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    with transaction.atomic():
        answer = run()
        is_kept = isinstance(answer, HttpResponse) and answer.status_code < 400 and len(answer.content) <= MOST_KEPT
        if not is_kept:
            _rows(record).delete()
        elif isinstance(answer, HttpResponse) and not _rows(record).update(
            status=answer.status_code, headers=_headers(answer), body=answer.content
        ):
            raise _Overtaken
    return answer


def _headers(answer: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_KEPT}


def _again(record: IdempotencyRecord) -> HttpResponse:
    answer = HttpResponse(bytes(record.body), status=record.status, headers=record.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def prune() -> int:
    """Forget what nobody may ask for again."""
    return int(IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0])
