"""Takes typed fields out of untrusted JSON and collects what was wrong with them."""

from collections.abc import Callable
from typing import Any

from projects import storable


class Reader:
    """One JSON object. `where` names it in sentences; `errors` is shared with the objects in it."""

    def __init__(self, value: dict[str, Any], where: str = "", errors: list[str] | None = None) -> None:
        self._value = value
        self._where = where
        self.errors: list[str] = [] if errors is None else errors

    def text(self, name: str, limit: int, *, needed: bool = True) -> str:
        """On one line, cut at the limit, with nothing hidden in it."""
        return self._line(name, limit, storable.name, needed=needed)

    def path(self, name: str, limit: int) -> str:
        """As it is: what may not stand in a path is refused, and not taken out."""
        return self._line(name, limit, str, needed=True)

    def _line(self, name: str, limit: int, clean: Callable[[str], str], *, needed: bool) -> str:
        value = self._value.get(name, "")
        if not isinstance(value, str):
            return self._complain(name, "must be a string")
        line = " ".join(clean(value).split())
        if needed and not line:
            return self._complain(name, "is missing")
        return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"

    def texts(self, name: str, limit: int) -> tuple[str, ...]:
        return tuple(
            Reader({"": one}, f"{self._name(name)}[{number}]", self.errors).text("", limit)
            for number, one in enumerate(self._list(name))
        )

    def object(self, name: str) -> "Reader":
        value = self._value.get(name) or {}
        if not isinstance(value, dict):
            self._complain(name, "must be an object")
            value = {}
        return Reader(value, self._name(name), self.errors)

    def objects(self, name: str, *, needed: bool = False) -> list["Reader"]:
        values = self._list(name)
        if needed and not values:
            self._complain(name, "must be a list with at least one object")
        return [self._entry(name, number, one) for number, one in enumerate(values)]

    def _entry(self, name: str, number: int, value: Any) -> "Reader":
        where = f"{self._name(name)}[{number}]"
        if not isinstance(value, dict):
            self.errors.append(f"{where} must be an object.")
            value = {}
        return Reader(value, where, self.errors)

    def _list(self, name: str) -> list[Any]:
        value = self._value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._complain(name, "must be a list")
            return []
        return value

    def _name(self, name: str) -> str:
        return ".".join(part for part in (self._where, name) if part)

    def _complain(self, name: str, what: str) -> str:
        self.errors.append(f"{self._name(name)} {what}.")
        return ""
