"""What the parser found becomes staged files, events and words in the chat, as it arrives.

This is what a stream means; where it goes is the sink's. A replay uses the same writer.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from agents import packages
from agents.engine import continuing
from agents.engine.sinks import Sink
from agents.llm.base import Begun
from agents.parsing import events as found
from projects import masking
from projects.errors import BadPath, MissingFile, Stale, TooLarge
from projects.store import diffs
from projects.store.trees import Entry

_MOST_FAULTS = 20
_REFUSED = (BadPath, MissingFile, TooLarge)
# The model never saw what stands there: written back, its name would take the place of what the app needs.
_MASKED = (
    "This text holds [secret {name}] where its file does not. That only stands for a value nobody is shown. "
    "Read {name} from the environment, or leave the lines that hold it out of what you change."
)

AnySink = TypeVar("AnySink", bound=Sink)


@dataclass
class Writer(Generic[AnySink]):
    """Stages whole files only. An unfinished one is named in `truncated` and never stored.

    `faults` names what could not be done and why: for the model, or at last for the person.
    """

    sink: AnySink
    # Edits and patches in the order they came, to be applied when the reply is whole.
    changes: list[found.EditClosed | found.PatchClosed] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    has_acted: bool = False
    # Of this file the reply that is read holds the rest.
    begun: Begun | None = None
    # These files it has not been shown, and nobody named them: they are not its to write. Those it tried to are noted.
    left_out: frozenset[str] = frozenset()
    unseen: set[str] = field(default_factory=set)
    _open: str = ""
    # The tree as the model was shown it, with what it wrote since.
    _seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.look()

    def look(self) -> None:
        """The model is shown the tree anew: what it writes from now on is written over this."""
        self._seen = {path: entry.sha256 for path, entry in self.sink.manifest().items()}

    def take(self, event: found.Event) -> None:
        self.has_acted = self.has_acted or not isinstance(event, found.Prose)
        match event:
            case found.Prose():
                self.sink.hear(event.text)
            case found.FileOpened():
                self._opened(event)
            case found.FileChunk():
                self.sink.grow(event.path, event.text)
            case found.FileClosed():
                self._closed(event)
            case found.EditClosed() | found.PatchClosed():
                self.changes.append(event)
            case found.Command():
                self._command(event.argv)
            case found.FileTruncated():
                self.truncated.append(event.path)
            case found.Malformed():
                self._fault(f"{event.path or event.line}: {event.code}. {event.reason}")

    def abandon(self) -> None:
        """The stream ended inside a file: its card must not go on spinning."""
        if self._open:
            self.sink.abandon(self._open)
            self._open = ""

    def tell_faults(self) -> None:
        """What was left out, said to the person, once."""
        if self.faults:
            self.sink.say("This was left out:\n\n" + "\n".join(f"- {fault}" for fault in self.faults))
            self.faults.clear()

    def replace(self, path: str, content: bytes) -> bool:
        """An edit of a file that exists: staged and told in one transaction, then shown. Whether it was taken."""
        entry = self.sink.manifest().get(path)
        before = self.sink.read(path, entry) if entry else None
        stats = diffs.stats(before, content)
        more = {"added": stats.added, "removed": stats.removed, "size": len(content)}
        return self._stage("file_edited", path, content, entry, **more)

    def remove(self, path: str) -> None:
        """A file, or everything in a folder of that name."""
        manifest = self.sink.manifest()
        for one in [path] if path in manifest else sorted(one for one in manifest if one.startswith(f"{path}/")):
            self._stage("file_deleted", one, None, None)

    def read(self, path: str) -> bytes | None:
        entry = self.sink.manifest().get(path)
        self._seen[path] = entry.sha256 if entry else ""
        return self.sink.read(path, entry) if entry else None

    def refusal(self, path: str) -> str:
        """Why it may not write this file, if it may not."""
        if path not in self.left_out:
            return ""
        self.unseen.add(path)
        return f"{path}: NOT_SHOWN. You had not been shown this file; it is shown now, if there is room for it."

    def _opened(self, event: found.FileOpened) -> None:
        self._open = event.path
        self.sink.open(event.path, event.purpose)

    def _closed(self, event: found.FileClosed) -> None:
        self._open = ""
        if fault := self.refusal(event.path):
            self._fault(fault)
            self.sink.abandon(event.path, "It exists, and the model had not been shown it.")
            return
        joined = continuing.join(self.begun, event.path, event.text)
        if joined.is_ambiguous:
            self.truncated.append(event.path)
            self.sink.abandon(event.path, "Nobody can tell where the rest of it begins: it is written anew.")
            return
        content, lines = joined.text.encode(), len(diffs.lines_of(joined.text))
        entry = self.sink.manifest().get(event.path)
        more = {"purpose": event.purpose, "lines": lines, "size": len(content), "added": lines}
        if self._stage("file_closed", event.path, content, entry, **more):
            # It takes the place of what was asked for before it.
            self.changes = [change for change in self.changes if change.path != event.path]

    def _stage(self, kind: str, path: str, content: bytes | None, entry: Entry | None, **more: object) -> bool:
        """Whether it is staged. What the project refuses is a fault to be told, not the end of the job."""
        is_executable = entry is not None and entry.executable
        seen = self._seen.get(path, "")
        if masked := self._masked(path, content, entry):
            self._refuse(path, _MASKED.format(name=masked))
            return False
        try:
            self.sink.stage(kind, path, content, executable=is_executable, expected=seen, **more)
        except Stale as stale:
            self._refuse(path, str(stale), code="STALE_FILE. ")
        except _REFUSED as refused:
            self._refuse(path, str(refused))
        else:
            self.touched.add(path)
            self._seen[path] = "" if content is None else hashlib.sha256(content).hexdigest()
            return True
        return False

    def _refuse(self, path: str, reason: str, *, code: str = "") -> None:
        self._fault(f"{path}: {code}{reason}")
        self.sink.abandon(path, reason)

    def _masked(self, path: str, content: bytes | None, entry: Entry | None) -> str:
        """The name of a secret that would stand in the file by what it is shown as, and did not before.

        A file that is moved is what it was.
        """
        after = masking.named((content or b"").decode(errors="replace"))
        if not after or content is None:
            return ""
        sha256 = hashlib.sha256(content).hexdigest()
        if any(known.sha256 == sha256 for known in self.sink.manifest().values()):
            return ""
        before = masking.named(self.sink.read(path, entry).decode(errors="replace")) if entry else Counter[str]()
        return min(after - before, default="")

    def _command(self, argv: tuple[str, ...]) -> None:
        try:
            packages.carry_out(argv, self, stack=self.sink.stack())
        except packages.Unusable as unusable:
            self._fault(str(unusable))

    def _fault(self, sentence: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(sentence)
