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
GIVEN_UP_LONG = timedelta(minutes=20)
MOST_KEPT = 256 * 1024
_WORD = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT = {"x-request-id", "ratelimit", "ratelimit-policy"}


class _Overtaken(Exception):
    """Somebody took our row over; what we did is undone."""


Work = Callable[[], HttpResponseBase]


def once(request: HttpRequest, user: User, body: bytes, run: Work) -> HttpResponseBase:
    return _once(request, user, body, run, first=_first, given_up=GIVEN_UP)


def once_apart(request: HttpRequest, user: User, body: bytes, run: Work) -> HttpResponseBase:
    """For work that takes long and has transactions of its own: nobody else waits for it in ours.

    Its answer is kept right after it. A process that dies just between leaves a row without one, and then the
    same key does it again, once nobody can be alive behind it.
    """
    return _once(request, user, body, run, first=_first_apart, given_up=GIVEN_UP_LONG)


def _once(
    request: HttpRequest,
    user: User,
    body: bytes,
    run: Work,
    *,
    first: Callable[[IdempotencyRecord, Work], HttpResponseBase],
    given_up: timedelta,
) -> HttpResponseBase:
    key = request.headers.get(HEADER)
    if key is None:
        return run()
    if not _WORD.fullmatch(key):
        fault = {"parameter": HEADER, "code": "key", "message": "a key is 1 to 255 visible characters"}
        raise Refused("invalid", f"{HEADER}: a key is 1 to 255 visible characters.", errors=[fault])
    door = f"{request.method} {request.get_full_path()}"[:600]
    record = _claim(user, key, door, _digest(request, body), given_up)
    if record.status is not None:
        return _again(record)
    try:
        return first(record, run)
    except _Overtaken:
        raise Refused("under_way") from None
    except BaseException:
        _rows(record).delete()
        raise


def _digest(request: HttpRequest, body: bytes) -> str:
    return hashlib.sha256((request.content_type or "").encode() + b"\n" + body).hexdigest()


def _claim(user: User, key: str, door: str, digest: str, given_up: timedelta) -> IdempotencyRecord:
    """Ours to fill, or somebody's that is filled."""
    rows = IdempotencyRecord.objects.filter(user=user, key=key, door=door)
    found = rows.first()  # looked for before written: with files, a writer waits for the one under way
    if found is not None and found.created_at >= timezone.now() - KEPT:
        return _existing(found, digest, given_up)
    try:
        with transaction.atomic():
            rows.filter(created_at__lt=timezone.now() - KEPT).delete()
            return IdempotencyRecord.objects.create(user=user, key=key, door=door, digest=digest)
    except IntegrityError:
        raise Refused("under_way") from None  # somebody was first between the look and the insert


def _existing(found: IdempotencyRecord, digest: str, given_up: timedelta) -> IdempotencyRecord:
    if found.digest != digest:
        raise Refused("key_used")
    if found.status is not None:
        return found
    now = timezone.now()
    if now - found.created_at < given_up or not _rows(found).update(created_at=now):
        raise Refused("under_way")
    found.created_at = now
    return found


def _rows(record: IdempotencyRecord) -> Any:
    """The row, while it is still ours."""
    return IdempotencyRecord.objects.filter(pk=record.pk, created_at=record.created_at, status=None)


def _first(record: IdempotencyRecord, run: Work) -> HttpResponseBase:
    with transaction.atomic():
        answer = run()
        if not _keep(record, answer):
            raise _Overtaken
    return answer


def _first_apart(record: IdempotencyRecord, run: Work) -> HttpResponseBase:
    answer = run()
    _keep(record, answer)
    return answer


def _keep(record: IdempotencyRecord, answer: HttpResponseBase) -> bool:
    """False when the row is ours no more. A refusal is not kept."""
    if not isinstance(answer, HttpResponse) or answer.status_code >= 400 or len(answer.content) > MOST_KEPT:
        _rows(record).delete()
        return True
    return bool(_rows(record).update(status=answer.status_code, headers=_headers(answer), body=answer.content))


def _headers(answer: HttpResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_KEPT}


def _again(record: IdempotencyRecord) -> HttpResponse:
    answer = HttpResponse(bytes(record.body), status=record.status, headers=record.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def prune() -> int:
    """Forget what nobody may ask for again."""
    return int(IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0])
