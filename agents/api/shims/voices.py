"""Our events in the words that clients of the earlier design know. Each number stands behind the last line it led to,
so that a client that was cut off in between is told all of it again.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from agents.models import Job
from agents.services import outcomes
from agents.services.outcomes import Span
from agents.services.replies import Results
from projects.feed.rendering import Rendered
from projects.threads import in_thread
from sandboxes.enums import CommandKind

Said = list[dict[str, Any]]
_WAITS = {
    "approval": "It waits until somebody has looked at the plan.",
    "budget": "It waits for more budget.",
    "answer": "It waits for an answer.",
    "user": "It is paused.",
}


def frames(said: Iterable[dict[str, Any]], *, seq: int | None = None) -> bytes:
    lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in said]
    if lines and seq is not None:
        lines[-1] = f"id: {seq}\n{lines[-1]}"
    return "".join(lines).encode("utf-8", "replace")


class OfJob:
    """What the events of one job come to; over with the end of it."""

    def __init__(self, job: Job, span: Span) -> None:
        self.is_over = False
        self.job, self.span = job, span

    async def tell(self, event: Rendered) -> bytes:
        if not self._is_about_it(event):
            return b""
        payload = json.loads(event.json_frame)["payload"]
        is_end = event.seq >= self.span.end
        said = await self._said(event, payload, is_end=is_end)
        self.is_over = is_end and event.kind in ("job_completed", "job_failed", "job_cancelled")
        return frames(said, seq=event.seq)

    def _is_about_it(self, event: Rendered) -> bool:
        return event.job == str(self.job.pk)

    async def _said(self, event: Rendered, payload: dict[str, Any], *, is_end: bool) -> Said:
        match event.kind:
            case "job_queued":
                return [{"type": "status", "message": payload["message"] or "In the queue.", "job": payload["job"]}]
            case "job_started" | "job_resumed":
                return [{"type": "status", "message": "Djinn is at it.", "job": payload["job"]}]
            case "job_paused":
                return [{"type": "status", "message": _WAITS.get(payload["waiting_for"], _WAITS["user"])}]
            case "job_failed" if is_end:
                said = f"{payload['message']} {payload['user_action']}".strip()
                return [{"type": "error", "error": said, "message": said, "code": payload["code"]}]
            case "job_cancelled" if is_end:
                said = payload["message"] or "It was stopped."
                return [{"type": "error", "error": said, "message": said, "code": "cancelled"}]
            case "job_completed" if is_end:
                return await self._completed()
        return await self._more(event, payload)

    async def _more(self, event: Rendered, payload: dict[str, Any]) -> Said:
        return []

    async def _completed(self) -> Said:
        return []


class Building(OfJob):
    """A generation: what is said, each file once it is whole, and at the end all that was written."""

    async def _more(self, event: Rendered, payload: dict[str, Any]) -> Said:
        match event.kind:
            case "message_sent" if payload["role"] == "assistant":
                return [{"type": "conversation", "text": payload["text"]}]
            case "phase_changed":
                return [{"type": "status", "message": f"Phase: {payload['phase']}"}]
            case "file_opened":
                return [{"type": "status", "message": f"Writing {payload['path']}"}]
            case "file_closed" | "file_edited":
                return await in_thread(self._file, payload["path"], event.seq)
            case "file_deleted":
                return [{"type": "info", "message": f"{payload['path']} is deleted."}]
            case "file_abandoned":
                return [{"type": "warning", "message": f"{payload['path']}: {payload['reason']}".strip(": ")}]
            case "command_started":
                return [{"type": "info", "message": payload["title"]}]
            case "repair_started":
                return [{"type": "warning", "message": payload["title"]}]
        return []

    def _file(self, path: str, seq: int) -> Said:
        text = outcomes.text_of(self.job, path)
        said: Said = [] if text is None else [{"type": "stream", "text": _element(path, text), "raw": True}]
        name = PurePosixPath(path).stem
        if name == "App":
            return [*said, {"type": "app", "message": f"{path} is there.", "path": path}]
        return [
            *said,
            {"type": "component", "name": name, "path": path, "index": outcomes.count_written(self.job, seq)},
        ]

    async def _completed(self) -> Said:
        return await in_thread(self._all)

    def _all(self) -> Said:
        """A client that sends this back to be applied changes nothing: it is in the files already."""
        made = outcomes.of(self.job)
        warnings = [f"{path} is not shown here." for path in made.left_out]
        done = {
            "type": "complete",
            "generatedCode": "\n".join(_element(path, text) for path, text in made.texts.items()),
            "explanation": "",
            "files": len(made.texts),
            "components": len(made.texts),
            "model": self.job.model,
            "job": str(self.job.pk),
        }
        return [{**done, "warnings": warnings} if warnings else done]


class Applying(OfJob):
    """An apply: its files one by one once they are written, and at the end what came of them all."""

    def __init__(self, job: Job, span: Span, results: Results, *, explanation: str) -> None:
        super().__init__(job, span)
        self._results, self._explanation = results, explanation

    def _is_about_it(self, event: Rendered) -> bool:
        """What became of a person's change set is told as theirs."""
        if event.kind != "changeset_applied":
            return super()._is_about_it(event)
        return bool(json.loads(event.json_frame)["payload"]["changeset"] == self.job.input["changeset"])

    async def _said(self, event: Rendered, payload: dict[str, Any], *, is_end: bool) -> Said:
        if event.kind == "job_queued":
            return [{"type": "start", "message": "The code is to be applied.", "totalSteps": 3, "job": payload["job"]}]
        if event.kind == "job_started":
            return [{"type": "step", "step": 2, "message": f"Writing {_count(self._results)}…"}]
        return await super()._said(event, payload, is_end=is_end)

    async def _more(self, event: Rendered, payload: dict[str, Any]) -> Said:
        if event.kind != "changeset_applied":
            return []
        created = [("created", path) for path in self._results.created]
        updated = [("updated", path) for path in self._results.updated]
        return [{"type": "file-complete", "fileName": path, "action": how} for how, path in created + updated]

    async def _completed(self) -> Said:
        return [complete(self._results, explanation=self._explanation)]


class Installing:
    """What the box does about packages that were asked for, until they are in place or cannot be."""

    def __init__(self, names: list[str], *, branch_id: int) -> None:
        self.is_over = False
        self._names, self._branch_id = names, branch_id

    async def tell(self, event: Rendered) -> bytes:
        """Each branch has a box of its own."""
        if event.branch not in (None, self._branch_id):
            return b""
        return frames(self._said(event.kind, json.loads(event.json_frame)["payload"]), seq=event.seq)

    def _said(self, kind: str, payload: dict[str, Any]) -> Said:
        match kind:
            case "command_started" if payload["kind"] == CommandKind.INSTALL:
                return [{"type": "status", "message": payload["title"]}]
            case "command_finished" if payload["kind"] == CommandKind.INSTALL:
                self.is_over = True
                return self._ended(payload)
            case "sandbox_changed" if payload["state"] == "failed":
                self.is_over = True
                return [{"type": "error", "message": payload["error"]}, self._complete(is_fine=False)]
        return []

    def _ended(self, payload: dict[str, Any]) -> Said:
        output = [{"type": "output", "message": line} for line in payload["tail"].splitlines() if line.strip()]
        if payload["exit_code"] == 0:
            fine = {"type": "success", "message": "The packages are in place.", "installedPackages": self._names}
            return [*output, fine, self._complete(is_fine=True)]
        return [
            *output,
            {"type": "error", "message": "The packages were not installed."},
            self._complete(is_fine=False),
        ]

    def _complete(self, *, is_fine: bool) -> dict[str, Any]:
        return {
            "type": "complete",
            "success": is_fine,
            "message": "The packages are in place." if is_fine else "The packages were not installed.",
            "installedPackages": self._names if is_fine else [],
            "failedPackages": [] if is_fine else self._names,
        }


def complete(results: Results, *, explanation: str) -> dict[str, Any]:
    """Nothing was installed and no command ran by it: a package that was added is installed when the app runs."""
    return {
        "type": "complete",
        "results": {
            "filesCreated": results.created,
            "filesUpdated": results.updated,
            "packagesInstalled": [],
            "packagesAlreadyInstalled": [],
            "packagesFailed": [],
            "commandsExecuted": [],
            "errors": results.faults,
        },
        "explanation": explanation,
        "structure": None,
        "message": f"{_count(results)} applied.",
    }


def _count(results: Results) -> str:
    count = len(results.created) + len(results.updated)
    return f"{count} file{'' if count == 1 else 's'}"


def _element(path: str, text: str) -> str:
    """As our own parser reads it back, byte for byte."""
    return f'<file path="{path}">\n{text}\n</file>'
