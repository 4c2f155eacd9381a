"""A broker made of files: one folder per queue, one file per message, for processes of one machine.

A message appears whole, by a rename, and is taken by one reader, by a rename. What a killed reader had
taken is gone. For jobs the row is the truth and reapers ask again; every other message is only a hint.
"""

import json
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual

SUFFIX = ".message"


class Channel(virtual.Channel):
    def _put(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        # Names sort by time, so the oldest is taken first.
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        draft = self._folder("drafts") / name
        try:
            draft.write_text(json.dumps(message))
            draft.rename(self._folder(queue) / f"{name}{SUFFIX}")
        except OSError:
            draft.unlink(missing_ok=True)  # a full disk must not be filled with halves
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in self._waiting(queue):
            mine = self._folder("taken") / name
            try:
                (self._folder(queue) / name).rename(mine)
                text = mine.read_text()
                mine.unlink()
            except FileNotFoundError:  # another reader was quicker
                continue
            return json.loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        names = self._waiting(queue)
        for name in names:
            (self._folder(queue) / name).unlink(missing_ok=True)
        return len(names)

    def _waiting(self, queue: str) -> list[str]:
        return sorted(path.name for path in self._folder(queue).iterdir() if path.suffix == SUFFIX)

    def _folder(self, name: str) -> Path:
        if not name.isidentifier():
            raise ValueError(f"{name!r} cannot be the name of a queue.")
        folder = Path(self.connection.client.transport_options["folder"]) / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


class Transport(virtual.Transport):
    Channel = Channel
    default_port = 0
    driver_type = driver_name = "folder"

    def driver_version(self) -> str:
        return "1"
