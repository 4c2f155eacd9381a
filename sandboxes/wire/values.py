"""What goes over the wire, as plain values."""

from dataclasses import dataclass


class Broken(Exception):
    """The wire to the box is lost; the box may be gone or another attempt may find it."""


class Refused(Exception):
    """The box answered with a sentence instead of a result."""


@dataclass(frozen=True)
class FileWrite:
    path: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True)
class Tree:
    """Regular files by path. `truncated` when there are more than the agent will list."""

    files: dict[str, str]
    truncated: bool


@dataclass(frozen=True)
class ExecResult:
    """`head` and `tail` are the first and last half of the output that is kept; between them some may be missing."""

    exit_code: int
    head: bytes
    tail: bytes = b""
    truncated: bool = False
    timed_out: bool = False

    @property
    def output(self) -> str:
        gap = b"\n[...]\n" if self.truncated else b""
        return (self.head + gap + self.tail).decode(errors="replace")


@dataclass(frozen=True)
class Service:
    """A program started with `spawn`. `offset` counts all bytes it has written."""

    pid: int
    running: bool
    exit_code: int | None
    offset: int


@dataclass(frozen=True)
class LogChunk:
    offset: int
    data: bytes
