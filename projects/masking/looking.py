"""Many texts, each looked for in what was said, and where one of them may begin at its end."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# From so many forms on, each place is looked at once instead of each form being looked for.
_MANY = 400
_LEAST = 6


class Span(NamedTuple):
    start: int
    end: int
    name: str


class Begun(NamedTuple):
    """What may become something secret when more comes. It tells something if so much of it stands there already."""

    start: int
    name: str
    is_telling: bool


class Forms:
    """Texts of at least six bytes, each with the name it belongs to."""

    def __init__(self, names: Mapping[bytes, str]) -> None:
        self.names = dict(sorted(names.items(), key=lambda item: -len(item[0])))
        self.longest = max(map(len, self.names), default=0)
        self._sorted = sorted(self.names)
        self._beginnings = {form[:length] for form in self.names for length in (1, 2)}
        self._by_head: dict[bytes, list[bytes]] = {}
        for form in self.names:
            self._by_head.setdefault(form[:_LEAST], []).append(form)

    def spans(self, data: bytes) -> Iterator[Span]:
        return self._by_places(data) if len(self.names) > _MANY else self._by_forms(data)

    def _by_forms(self, data: bytes) -> Iterator[Span]:
        for form, name in self.names.items():
            at = data.find(form)
            while at >= 0:
                yield Span(at, at + len(form), name)
                at = data.find(form, at + 1)

    def _by_places(self, data: bytes) -> Iterator[Span]:
        heads = self._by_head
        for at in range(len(data) - _LEAST + 1):
            for form in heads.get(data[at : at + _LEAST], ()):
                if data.startswith(form, at):
                    yield Span(at, at + len(form), self.names[form])

    def _begun_by(self, rest: bytes) -> str | None:
        """Whose form begins with this, and goes on after it."""
        at = bisect_left(self._sorted, rest + b"\0")
        form = self._sorted[at] if at < len(self._sorted) else b""
        return self.names[form] if form.startswith(rest) else None

    def beginnings(self, data: bytes) -> Iterator[tuple[int, str]]:
        """Each place from which everything to the end is the beginning of a form."""
        for at in range(max(0, len(data) - self.longest + 1), len(data)):
            if data[at : at + 2] in self._beginnings and (name := self._begun_by(data[at:])) is not None:
                yield at, name
