"""Where a writer's work goes: into the job, its events, its chat and its box. `replay` has another one."""

import time
from dataclasses import dataclass, field
from typing import Protocol

from agents.engine import faultpoints, reading
from agents.engine.calls import Call
from agents.engine.context import Context
from agents.engine.speech import Speech, say
from agents.lifecycle import facts, moves, steering
from agents.models import Job, Step
from projects import feed
from projects.models import ChangeSet
from projects.services import changesets, files, purposes
from projects.store.trees import Entry, Manifest, path_id
from sandboxes.models import Sandbox
from sandboxes.runtime import sync

_HINT_EVERY = 0.12
_TAIL_LINES = 6
_TAIL_MOST = 4000


class Sink(Protocol):
    def manifest(self) -> Manifest:
        """The tree as it stands, with everything staged so far."""
        ...

    def read(self, path: str, entry: Entry) -> bytes: ...

    def stack(self) -> str: ...

    def open(self, path: str, purpose: str) -> None:
        """A file begins: what was said before it is a message of its own."""
        ...

    def grow(self, path: str, piece: str) -> None: ...

    def stage(
        self, kind: str, path: str, content: bytes | None, *, executable: bool, expected: str, **told: object
    ) -> None:
        """Put a file into the tree, or take it out; what the project refuses is raised.

        `expected` is the hash of what the model was shown there ("" for nothing): nobody else's work is written over.
        """
        ...

    def abandon(self, path: str, reason: str = "") -> None:
        """A file that was begun and does not come, or may not."""
        ...

    def hear(self, prose: str) -> None: ...

    def say(self, text: str) -> None: ...


class Steered(Exception):
    """Somebody said something while the model wrote: here, between two files, the reply is left."""


@dataclass
class JobSink:
    """Every write proves that the job is still ours. `told`: so many words of people the reply knows of, if it is to
    be left where there are more."""

    context: Context
    changeset: ChangeSet
    sandbox: Sandbox
    step: str
    # The reply that is being read, or was read last.
    call: Call | None = None
    told: int | None = None
    speech: Speech = field(init=False)
    _hinted: float = 0.0
    _lines: int = 0
    _tail: str = ""

    def __post_init__(self) -> None:
        self.speech = Speech(self.context)

    def manifest(self) -> Manifest:
        return files.working_manifest(self.changeset)

    def read(self, path: str, entry: Entry) -> bytes:
        return files.read({path: entry}, path)

    def stack(self) -> str:
        return reading.stack(self.changeset)

    def stage(
        self, kind: str, path: str, content: bytes | None, *, executable: bool, expected: str, **told: object
    ) -> None:
        """One transaction: the file is staged, the plan knows, everybody is told; then it is shown."""
        faultpoints.reach("file_unstaged")
        with self.context.hold() as job:
            changesets.stage(self.changeset, path, content, executable=executable, expected=expected)
            purposes.keep(self.changeset, path, str(told.get("purpose") or "") or _planned_for(job, path))
            facts.record(job, kind, self._payload(path, **told))
            _tick_off(job, path, is_there=content is not None)
            if self.call is not None:
                self.call.count_staged()
            is_steered = kind == "file_closed" and self._is_steered(job)
        faultpoints.reach("file_staged")
        sync.push(self.sandbox, path, content)
        faultpoints.reach("file_pushed")
        if is_steered:
            raise Steered

    def _is_steered(self, job: Job) -> bool:
        """Where files of this phase are still to come: what stands after the last one is read to its end."""
        if self.told is None or steering.count(job) <= self.told:
            return False
        number = int(self.step.rpartition("-")[2])
        return any(not file["closed"] for file in job.plan[number - 1]["files"])

    def open(self, path: str, purpose: str) -> None:
        self.speech.say()
        self._lines, self._tail = 0, ""
        self._tell("file_opened", path, purpose=purpose)

    def abandon(self, path: str, reason: str = "") -> None:
        self._tell("file_abandoned", path, reason=reason)

    def grow(self, path: str, piece: str) -> None:
        self._lines += piece.count("\n")
        self._tail = (self._tail + piece)[-_TAIL_MOST:]
        if time.monotonic() - self._hinted < _HINT_EVERY:
            return
        self._hinted = time.monotonic()
        hint = {
            "path": path,
            "path_id": path_id(path),
            "job": str(self.context.job.pk),
            "lines": self._lines,
            "tail": "\n".join(self._tail.splitlines()[-_TAIL_LINES:]),
        }
        feed.hint(self.context.project.pk, "file_chunk", hint, branch_id=self.context.job.branch_id)

    def hear(self, prose: str) -> None:
        self.speech.add(prose)

    def say(self, text: str) -> None:
        say(self.context, text)

    def _tell(self, kind: str, path: str, **told: object) -> None:
        with self.context.hold() as job:
            facts.record(job, kind, self._payload(path, **told))

    def _payload(self, path: str, **told: object) -> dict[str, object]:
        blank = {"purpose": "", "lines": 0, "size": 0, "added": 0, "removed": 0, "reason": ""}
        return {
            **blank,
            "path": path,
            "path_id": path_id(path),
            "job": str(self.context.job.pk),
            "step": self.step,
            **told,
        }


def of_step(context: Context, step: Step) -> JobSink:
    return JobSink(context, context.changeset(), context.sandbox(), step.key)


def _planned_for(job: Job, path: str) -> str:
    """What the plan says the file is for."""
    return next((file["purpose"] for phase in job.plan for file in phase["files"] if file["path"] == path), "")


def _tick_off(job: Job, path: str, *, is_there: bool) -> None:
    """In the plan, if it stands there: one file more, or one again to be written."""
    planned = [file for phase in job.plan for file in phase["files"] if file["path"] == path]
    if not planned:
        return
    for file in planned:
        file["closed"] = is_there
    job.save(update_fields=["plan"])
    moves.progress(job)
