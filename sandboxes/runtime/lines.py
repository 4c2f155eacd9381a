"""Bytes from a program, as lines: the new ones to pass on, the last ones to keep."""

from collections import deque
from queue import SimpleQueue

from projects import masking, storable

_LINE_BYTES = 2000
_KEPT_LINES = 200
_KEPT_CHARS = 16_000


class Lines:
    """`add` may be called from another thread than `take` and `tail`. What is secret is masked before lines are cut."""

    def __init__(self, masker: masking.Masker) -> None:
        self._masked = masking.Stream(masker)
        self._arrived: SimpleQueue[bytes] = SimpleQueue()
        self._open = b""
        self._kept: deque[str] = deque(maxlen=_KEPT_LINES)
        # Characters of all whole lines that were taken, each with its end.
        self._taken = 0
        self.skipped = 0
        """So many characters came before what `so_far` or `tail` gave last."""

    def add(self, data: bytes) -> None:
        self._arrived.put(data)

    def take(self) -> list[str]:
        """The lines completed since the last time."""
        while not self._arrived.empty():
            self._open += self._masked.feed(self._arrived.get())
        *whole, self._open = self._open.split(b"\n")
        if len(self._open) > _LINE_BYTES:
            whole, self._open = [*whole, self._open], b""
        lines = [_readable(line) for line in whole]
        self._kept.extend(lines)
        self._taken += sum(len(line) + 1 for line in lines)
        return lines

    def newest(self, beginnings: tuple[str, ...]) -> str:
        """The last of the kept lines that begins so; empty where none does."""
        return next((line for line in reversed(self._kept) if line.startswith(beginnings)), "")

    def so_far(self) -> str:
        """The end of the lines that were taken."""
        return self._end([*self._kept], self._taken - 1)

    def tail(self) -> str:
        """The end of everything that arrived; nothing more may come."""
        self.take()
        self._open += self._masked.end()
        last = [_readable(self._open)] if self._open else []
        return self._end([*self._kept, *last], self._taken + sum(map(len, last)) - (not last))

    def _end(self, lines: list[str], total: int) -> str:
        kept = "\n".join(lines)[-_KEPT_CHARS:]
        self.skipped = max(0, total - len(kept))
        return kept


def _readable(line: bytes) -> str:
    return storable.text(line[:_LINE_BYTES].decode(errors="replace").rstrip("\r"))
