"""Lists in pages by cursor: stable while rows are added and removed, at one cost however deep."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from ninja import Schema

from projects import storable
from projects.rest.callers import Request
from projects.rest.fields import In, Int, Text
from projects.rest.problems import Refused

MOST = 100
USUAL = 50
T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Page(Schema, Generic[T]):
    """Some of a list. `next` is the cursor for `after`; null at the end. The same address stands in `Link`."""

    items: list[T]
    next: str | None


class Paging(In):
    after: str | None = Text(None, most=1000, description="The `next` of the page before.")
    limit: int = Int(USUAL, least=1, most=MOST)

    def of(
        self,
        request: Request,
        rows: "QuerySet[M]",
        *,
        by: Sequence[str],
        fill: Callable[[list[M]], list[M]] = list,
        show: Callable[[M], Any] | None = None,
    ) -> Any:
        """A page of these rows, in the order of `by`, whose last field is unique: `("-created_at", "-id")`.

        `fill` adds to all of them at once what stands elsewhere.
        """
        rows = rows.order_by(*by)
        if self.after is not None:
            rows = rows.filter(_beyond(by, _values(rows, by, self.after)))
        found = fill(list(rows[: self.limit + 1]))
        names = [name.removeprefix("-") for name in by]
        return self._page(request, found, lambda row: [getattr(row, name) for name in names], show)

    def of_list(
        self, request: Request, items: Sequence[T], *, key: Callable[[T], str], show: Callable[[T], Any] | None = None
    ) -> Any:
        """A page of something in memory that is sorted by `key`, which is unique."""
        if self.after is not None:
            (last,) = _open(self.after, 1)
            items = [item for item in items if key(item) > str(last)]
        return self._page(request, items[: self.limit + 1], lambda item: [key(item)], show)

    def _page(self, request: Request, found: Sequence[T], place: Callable[[T], list[Any]], show: Any) -> Any:
        items = list(found[: self.limit])
        following = _close(place(items[-1])) if len(found) > self.limit else None
        if following:
            query = urlencode({**request.GET.dict(), "after": following, "limit": self.limit})
            request.links = {"next": f"{request.path}?{query}"}
        return {"items": [show(item) for item in items] if show else items, "next": following}


def _close(values: Sequence[Any]) -> str:
    """With every microsecond: Django's encoder would cut a moment short, and a row with it."""
    text = json.dumps([value if isinstance(value, int) else str(value) for value in values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _open(cursor: str, count: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != count or not all(type(one) in {str, int} for one in values):
        raise _wrong()
    return values


def _values(rows: "QuerySet[Any]", by: Sequence[str], cursor: str) -> list[Any]:
    try:
        fields = [rows.model._meta.get_field(name.removeprefix("-")) for name in by]
        pairs = zip(fields, _open(cursor, len(by)), strict=True)
        found = [_in_our_time(field.to_python(value)) for field, value in pairs]
    except (ValidationError, ValueError, TypeError, OverflowError, FieldDoesNotExist):
        raise _wrong() from None
    if any(storable.text(value) != value for value in found if isinstance(value, str)) or any(
        abs(value) >= 2**63 for value in found if isinstance(value, int)
    ):
        raise _wrong()
    return found


def _in_our_time(value: Any) -> Any:
    """The earliest and latest moments there are stand in no other zone."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def _wrong() -> Refused:
    fault = {"parameter": "after", "code": "cursor", "message": "this is no cursor of this list"}
    return Refused("invalid", "after: this is no cursor of this list.", errors=[fault])


def _beyond(by: Sequence[str], values: Sequence[Any]) -> Q:
    """Greater in the first field, or equal in it and greater in the next, and so on; less where it descends."""
    condition, equal = Q(), Q()
    for name, value in zip(by, values, strict=True):
        field, comparison = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    return condition
