"""Letters between the processes of one installation: one Unix datagram socket per listening process."""

import atexit
import errno
import hashlib
import logging
import os
import secrets
import socket
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

LONGEST_FOLDER = 80  # a Unix socket's path must fit into about a hundred bytes
LARGEST_LETTER = 256 * 1024


class Post:
    def __init__(self, folder: Path, *, deliver: Callable[[bytes], None]) -> None:
        self.address = secrets.token_hex(8)
        self._wanted = folder
        self._deliver = deliver
        self._lock = threading.Lock()
        self._inbox: socket.socket | None = None
        self._outbox: socket.socket | None = None
        self._folder: Path | None = None

    def open(self) -> None:
        """From now on other processes find us. A process that only sends never needs this."""
        if self._inbox is not None:
            return
        with self._lock:
            if self._inbox is None:
                self._inbox = self._bind()
                threading.Thread(target=self._read, args=(self._inbox,), name="bells", daemon=True).start()
                atexit.register(self.close)

    def others(self) -> list[str]:
        with os.scandir(self._place()) as entries:
            return [entry.name for entry in entries if entry.name != self.address]

    def send(self, payload: bytes, *, to: Sequence[str]) -> list[str]:
        """Those whose queue is full right now. The socket of a dead process is removed."""
        return [address for address in to if not self._send(payload, address)]

    def close(self) -> None:
        atexit.unregister(self.close)
        with self._lock:
            inbox, self._inbox = self._inbox, None
            outbox, self._outbox = self._outbox, None
        if inbox is not None:
            (self._place() / self.address).unlink(missing_ok=True)
            inbox.shutdown(socket.SHUT_RDWR)  # wakes the reading thread
            inbox.close()
        if outbox is not None:
            outbox.close()

    def _send(self, payload: bytes, address: str) -> bool:
        target = self._place() / address
        try:
            self._sender().sendto(payload, socket.MSG_DONTWAIT, str(target))
        except (BlockingIOError, InterruptedError):
            return False
        except ConnectionRefusedError:  # bound by nobody any more
            target.unlink(missing_ok=True)
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                return False
            if error.errno not in {errno.ENOENT, errno.EMSGSIZE, errno.ENOTSOCK, errno.EPROTOTYPE}:
                raise
        return True

    def _sender(self) -> socket.socket:
        if self._outbox is None:
            with self._lock:
                if self._outbox is None:
                    self._outbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        return self._outbox

    def _bind(self) -> socket.socket:
        inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        inbox.bind(str(self._place() / self.address))
        return inbox

    def _read(self, inbox: socket.socket) -> None:
        """A thread of its own, so a busy event loop never leaves the kernel's short queue full."""
        while self._inbox is inbox:
            try:
                payload = inbox.recv(LARGEST_LETTER)
            except OSError:
                return
            if payload:
                self._hand_over(payload)

    def _hand_over(self, payload: bytes) -> None:
        """One letter that cannot be delivered must not end the delivery of all."""
        try:
            self._deliver(payload)
        except Exception:
            log.exception("a letter was lost")

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = _private(self._wanted if _fits(self._wanted) else _short(self._wanted))
        return self._folder


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) <= LONGEST_FOLDER


def _short(folder: Path) -> Path:
    """The same short name for every process of the installation whose home has a long one."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:20]
    return Path("/tmp") / f"djinn-{os.getuid()}-{name}"  # noqa: S108 - ownership is checked below


def _private(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & 0o077:
        raise PermissionError(f"{folder} must be a folder that only its owner can open (mode 700).")
    return folder
