"""A queue in which the first to come is the first to go. SQLite itself lets whoever looks first go first, and with
fifty writers somebody never does."""

import threading
from collections import deque


class Turns:
    """One at a time. Who waits longer than they want to leaves the queue."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def take(self, seconds: float) -> bool:
        """Whether it is one's turn now; whoever has it gives it back."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        return called.wait(seconds) or not self._leave(called)

    def _leave(self, called: threading.Event) -> bool:
        """False if it was called at the last moment: then the turn is one's own after all."""
        with self._lock:
            if called.is_set():
                return False
            self._waiting.remove(called)
            return True

    def give_back(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
