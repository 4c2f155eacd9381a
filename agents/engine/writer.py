"""What the parser found becomes staged files, events and words in the chat, as it arrives."""

import time
from dataclasses import dataclass, field

from agents.engine import packages
from agents.engine.context import Context
from agents.engine.speech import Speech, say
from agents.lifecycle import moves
from agents.parsing import events as found
from projects import errors as project_errors
from projects import feed
from projects.models import ChangeSet
from projects.services import changesets, files
from projects.store import diffs
from projects.store.trees import path_id
from sandboxes.models import Sandbox
from sandboxes.runtime import sync

_HINT_EVERY = 0.12
_TAIL_LINES = 6


@dataclass
class Writer:
    """Stages whole files only. An unfinished one is named in `truncated` and never stored."""

    context: Context
    changeset: ChangeSet
    sandbox: Sandbox
    step: str
    edits: list[found.Edit] = field(default_factory=list)
    patches: list[found.Patch] = field(default_factory=list)
    truncated: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    _open: str = ""
    _text: str = ""
    _hinted: float = 0.0

    def __post_init__(self) -> None:
        self.speech = Speech(self.context)

    def take(self, event: found.Event) -> None:
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
                say(self.context, f"I left out `{event.path}`: {event.reason}")

    def abandon(self) -> None:
        """The stream ended inside a file: its card must not go on spinning."""
        if self._open:
            self._record("file_abandoned", self._open)
            self._open = ""

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
        content = event.text.encode()
        with self.context.hold() as job:
            try:
                changesets.stage(self.changeset, event.path, content)
            except project_errors.Refusal as refused:
                feed.record(
                    job.project,
                    "file_abandoned",
                    self._payload(event.path, reason=str(refused)),
                    job_ref=job.pk,
                )
                return
            for phase in job.plan:
                for file in phase["files"]:
                    if file["path"] == event.path:
                        file["closed"] = True
            job.save(update_fields=["plan"])
            lines = event.text.count("\n") + (not event.text.endswith("\n"))
            payload = self._payload(event.path, purpose=event.purpose, lines=lines, size=len(content), added=lines)
            feed.record(job.project, "file_closed", payload, job_ref=job.pk)
            moves.progress(job)
        self.touched.add(event.path)
        sync.push(self.sandbox, event.path, content)

    def replace(self, path: str, content: bytes) -> None:
        """An edit of a file that exists: staged and told in one transaction, then shown."""
        stats = diffs.stats(self.read(path), content)
        with self.context.hold() as job:
            changesets.stage(self.changeset, path, content)
            payload = self._payload(path, added=stats.added, removed=stats.removed, size=len(content))
            feed.record(job.project, "file_edited", payload, job_ref=job.pk)
        self.touched.add(path)
        sync.push(self.sandbox, path, content)

    def remove(self, path: str) -> None:
        if path not in files.working_manifest(self.changeset):
            return
        with self.context.hold() as job:
            changesets.stage(self.changeset, path, None)
            feed.record(job.project, "file_deleted", self._payload(path), job_ref=job.pk)
        self.touched.add(path)
        sync.push(self.sandbox, path, None)

    def read(self, path: str) -> bytes | None:
        manifest = files.working_manifest(self.changeset)
        return files.read(manifest, path) if path in manifest else None

    def _command(self, argv: tuple[str, ...]) -> None:
        packages.carry_out(argv, self)

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
