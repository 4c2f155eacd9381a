"""Objects out of a repository one by one, never more of them than was allowed."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, cast

from projects.git import program
from projects.git.objects import Malformed


class Found(NamedTuple):
    kind: str
    size: int


class Reader:
    """Two processes of git's that answer questions until the block ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "Reader":
        self._look = program.start("cat-file", "--batch-check", folder=self._folder, stdin=subprocess.PIPE)
        self._read = program.start("cat-file", "--batch", folder=self._folder, stdin=subprocess.PIPE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        for process in (self._look, self._read):
            program.kill(process)

    def look(self, oid: str) -> Found | None:
        """What it is and how large, without unpacking it."""
        answer = _ask(self._look, oid)
        return None if answer[-1] == "missing" else Found(answer[1], int(answer[2]))

    def read(self, oid: str, kind: str, most: int) -> bytes:
        found = self.look(oid)
        if found is None or found.kind != kind:
            raise Malformed(f"The {kind} {oid[:10]} is missing.")
        if found.size > most:
            raise Malformed(f"The {kind} {oid[:10]} is larger than {most // 1024} kB.")
        size = int(_ask(self._read, oid)[2])
        return cast("IO[bytes]", self._read.stdout).read(size + 1)[:-1]


def _ask(process: "subprocess.Popen[bytes]", oid: str) -> list[str]:
    questions, answers = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    try:
        questions.write(f"{oid}\n".encode())
        questions.flush()
    except BrokenPipeError:
        raise Malformed("Git cannot read what was sent.") from None
    answer = answers.readline().decode().split()
    if len(answer) < 2:
        raise Malformed("Git cannot read what was sent.")
    return answer
