"""What the parser found becomes staged files, events and words in the chat, as it arrives."""

import time
from dataclasses import dataclass, field

from agents.engine import packages, reading
from agents.engine.context import Context
from agents.engine.speech import Speech, say
from agents.lifecycle import moves
from agents.models import Job
from agents.parsing import events as found
from projects import feed
from projects.errors import BadPath, MissingFile, TooLarge
from projects.models import ChangeSet
from projects.services import changesets, files
from projects.store import diffs
from projects.store.trees import Entry, path_id
from sandboxes.models import Sandbox
from sandboxes.runtime import sync

_HINT_EVERY = 0.12
_TAIL_LINES = 6
_MOST_FAULTS = 20
_REFUSED = (BadPath, MissingFile, TooLarge)


@dataclass
class Writer:
    """Stages whole files only. An unfinished one is named in `truncated` and never stored.

    `faults` names what could not be done and why: for the model, or at last for the person.
    """

    context: Context
    changeset: ChangeSet
    sandbox: Sandbox
    step: str
    edits: list[found.Edit] = field(default_factory=list)
    patches: list[found.Patch] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    has_acted: bool = False
    _open: str = ""
    _text: str = ""
    _hinted: float = 0.0

    def __post_init__(self) -> None:
        self.speech = Speech(self.context)

    def take(self, event: found.Event) -> None:
        self.has_acted = self.has_acted or not isinstance(event, found.Prose)
        match event:
            case found.Prose():
                self.speech.add(event.text)
            case found.FileOpened():
                self._opened(event)
            case found.FileChunk():
                self._grew(event)
            case found.FileClosed():
                self._closed(event)
            case found.Edit():
                self.edits.append(event)
            case found.Patch():
                self.patches.append(event)
            case found.Command():
                self._command(event.argv)
            case found.FileTruncated():
                self.truncated.append(event.path)
            case found.Rejected():
                self._fault(f"{event.path}: {event.code}. {event.reason}")

    def abandon(self) -> None:
        """The stream ended inside a file: its card must not go on spinning."""
        if self._open:
            self._record("file_abandoned", self._open)
            self._open = ""

    def tell_faults(self) -> None:
        """What was left out, said to the person, once."""
        if self.faults:
            say(self.context, "This was left out:\n\n" + "\n".join(f"- {fault}" for fault in self.faults))
            self.faults.clear()

    def replace(self, path: str, content: bytes) -> None:
        """An edit of a file that exists: staged and told in one transaction, then shown."""
        entry = files.working_manifest(self.changeset).get(path)
        before = files.read({path: entry}, path) if entry else None
        stats = diffs.stats(before, content)
        more = {"added": stats.added, "removed": stats.removed, "size": len(content)}
        self._stage("file_edited", path, content, entry, **more)

    def remove(self, path: str) -> None:
        """A file, or everything in a folder of that name."""
        manifest = files.working_manifest(self.changeset)
        for one in [path] if path in manifest else [one for one in manifest if one.startswith(f"{path}/")]:
            self._stage("file_deleted", one, None, None)

    def read(self, path: str) -> bytes | None:
        manifest = files.working_manifest(self.changeset)
        return files.read(manifest, path) if path in manifest else None

    def _opened(self, event: found.FileOpened) -> None:
        self.speech.say()
        self._open, self._text = event.path, ""
        self._record("file_opened", event.path, purpose=event.purpose)

    def _grew(self, event: found.FileChunk) -> None:
        self._text += event.text
        if time.monotonic() - self._hinted < _HINT_EVERY:
            return
        self._hinted = time.monotonic()
        hint = {
            "path": event.path,
            "path_id": path_id(event.path),
            "job": str(self.context.job.pk),
            "lines": self._text.count("\n"),
            "tail": "\n".join(self._text.splitlines()[-_TAIL_LINES:]),
        }
        feed.hint(self.context.project.pk, "file_chunk", hint)

    def _closed(self, event: found.FileClosed) -> None:
        """One transaction: the file is staged, the plan knows, everybody is told."""
        self._open = ""
        content, lines = event.text.encode(), len(diffs.lines_of(event.text))
        entry = files.working_manifest(self.changeset).get(event.path)
        more = {"purpose": event.purpose, "lines": lines, "size": len(content), "added": lines}
        self._stage("file_closed", event.path, content, entry, **more)

    def _stage(self, kind: str, path: str, content: bytes | None, entry: Entry | None, **more: object) -> None:
        """What the project refuses is a fault to be told, not the end of the job."""
        try:
            with self.context.hold() as job:
                changesets.stage(self.changeset, path, content, executable=entry is not None and entry.executable)
                feed.record(job.project, kind, self._payload(path, **more), job_ref=job.pk)
                _tick_off(job, path, is_there=content is not None)
        except _REFUSED as refused:
            self._fault(f"{path}: {refused}")
            self._record("file_abandoned", path, reason=str(refused))
            return
        self.touched.add(path)
        sync.push(self.sandbox, path, content)

    def _command(self, argv: tuple[str, ...]) -> None:
        try:
            packages.carry_out(argv, self, stack=reading.stack(self.changeset))
        except packages.Unusable as unusable:
            self._fault(str(unusable))

    def _fault(self, sentence: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(sentence)

    def _record(self, kind: str, path: str, **more: object) -> None:
        with self.context.hold() as job:
            feed.record(job.project, kind, self._payload(path, **more), job_ref=job.pk)

    def _payload(self, path: str, **more: object) -> dict[str, object]:
        blank = {"purpose": "", "lines": 0, "size": 0, "added": 0, "removed": 0, "reason": ""}
        return {
            **blank,
            "path": path,
            "path_id": path_id(path),
            "job": str(self.context.job.pk),
            "step": self.step,
            **more,
        }


def _tick_off(job: Job, path: str, *, is_there: bool) -> None:
    """In the plan, if it stands there: one file more, or one again to be written."""
    planned = [file for phase in job.plan for file in phase["files"] if file["path"] == path]
    if not planned:
        return
    for file in planned:
        file["closed"] = is_there
    job.save(update_fields=["plan"])
    moves.progress(job)
