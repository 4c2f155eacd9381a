"""Keeps the beginning and the end of an output of any length."""

import collections


class Kept:
    """`head` holds the first half of `limit` bytes, `tail` the last half."""

    def __init__(self, limit: int) -> None:
        self.half = max(1, limit // 2)
        self.total = 0
        self.head = bytearray()
        self._tail: collections.deque[bytes] = collections.deque()
        self._size = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = self.half - len(self.head)
        self.head += data[:room]
        if rest := data[room:]:
            self._tail.append(rest)
            self._size += len(rest)
        while self._tail and self._size - len(self._tail[0]) >= self.half:
            self._size -= len(self._tail.popleft())

    @property
    def tail(self) -> bytes:
        return b"".join(self._tail)[-self.half :]

    @property
    def truncated(self) -> bool:
        return self.total > len(self.head) + len(self.tail)
