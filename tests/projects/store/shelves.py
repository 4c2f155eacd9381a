"""Contents by hash, as the blobs keep them, without a database."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from projects.store.trees import Entry, Manifest


class Shelf(dict[str, bytes]):
    def tree(self, files: Mapping[str, str | bytes | tuple[bytes, bool]]) -> Manifest:
        return {path: self._placed(content) for path, content in files.items()}

    def _placed(self, content: str | bytes | tuple[bytes, bool]) -> Entry:
        if isinstance(content, tuple):
            return self.entry(content[0], executable=content[1])
        return self.entry(content.encode() if isinstance(content, str) else content)

    def entry(self, content: bytes, *, executable: bool = False) -> Entry:
        sha256 = hashlib.sha256(content).hexdigest()
        self[sha256] = content
        return Entry(sha256, len(content), executable)

    def read(self, entry: Entry) -> bytes:
        return self[entry.sha256]

    def fetch(self, hashes: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((sha256, self[sha256]) for sha256 in hashes)
