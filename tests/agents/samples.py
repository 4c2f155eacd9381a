"""One payload of each kind of event, as the work really records it."""

from typing import Any

JOB = "11111111-2222-3333-4444-555555555555"
CHANGESET = "22222222-2222-3333-4444-555555555555"
COMMAND = "33333333-2222-3333-4444-555555555555"
SANDBOX = "44444444-2222-3333-4444-555555555555"

_BLUEPRINT = {
    "name": "Shelf",
    "description": "A shelf for books.",
    "stack": "static",
    "pages": [{"path": "/", "title": "Shelf", "purpose": "All books at a glance"}],
    "features": ["Add a book"],
    "data": ["Books, in this browser"],
    "look": {"mood": "Calm", "palette": ["#224433", "#faf6ed"], "type": "A serif"},
    "phases": [{"title": "The page", "files": [{"path": "index.html", "purpose": "The page"}]}],
}


def _job(state: str, **more: Any) -> dict[str, Any]:
    return {
        "job": JOB,
        "kind": "generate",
        "title": "A shelf",
        "state": state,
        "phase": "implementing",
        "code": "",
        "message": "",
        "user_action": "",
        "retryable": False,
        "seconds": 12,
        "turn": 1,
        **more,
    }


def _phase(phase: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "job": JOB,
        "kind": "generate",
        "phase": phase,
        "phase_before": "",
        "before": "idle",
        "state": state,
        "since": "2026-01-02T03:04:05+00:00",
        "began": "2026-01-02T03:04:00+00:00",
        "seconds": 5,
        "files_done": 1,
        "files_total": 2,
        **more,
    }


def _file(path: str = "src/app.js", **more: Any) -> dict[str, Any]:
    return {
        "path": path,
        "path_id": "abcdef012345",
        "job": JOB,
        "step": "implement-1",
        "purpose": "The app",
        "lines": 10,
        "size": 200,
        "added": 10,
        "removed": 0,
        "reason": "",
        **more,
    }


def _said(role: str, text: str, number: int) -> dict[str, Any]:
    return {
        "message": f"0000000{number}-2222-3333-4444-555555555555",
        "session": JOB,
        "job": JOB,
        "role": role,
        "text": text,
        "author": "Alice" if role == "user" else "Djinn",
    }


def _changeset(**more: Any) -> dict[str, Any]:
    return {"changeset": CHANGESET, "branch": "main", "title": "A shelf", "author_kind": "agent", **more}


_COMMAND = {"command": COMMAND, "kind": "install", "title": "Install", "job": JOB}
_BOX = {"sandbox": SANDBOX, "backend": "process", "isolation": "namespace", "error": ""}

# In an order in which they may happen; some kinds more than once.
STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("message_sent", _said("user", "A shelf for my books", 1)),
    ("job_queued", _job("queued", turn=0)),
    ("job_started", _job("running", turn=0)),
    ("phase_changed", _phase("designing", "running")),
    ("blueprint_ready", {"job": JOB, "name": "Shelf", "blueprint": _BLUEPRINT}),
    ("message_sent", _said("assistant", "A **shelf** it is.\n\n- with books", 2)),
    ("phase_changed", _phase("implementing", "running", before="designing")),
    ("changeset_opened", _changeset()),
    ("file_opened", _file(lines=0, added=0)),
    ("file_closed", _file()),
    ("file_opened", _file("b.css", path_id="bbbbbbbbbbbb")),
    ("file_abandoned", _file("b.css", path_id="bbbbbbbbbbbb", reason="It is too large.")),
    ("file_edited", _file("c.js", path_id="cccccccccccc", added=2, removed=1)),
    ("file_deleted", _file("d.js", path_id="dddddddddddd", added=0)),
    ("job_paused", _job("paused")),
    ("phase_changed", _phase("paused", "paused", before="implementing", phase_before="implementing")),
    ("job_resumed", _job("queued")),
    ("phase_changed", _phase("install", "running", before="implementing")),
    ("command_started", _COMMAND),
    ("command_finished", {**_COMMAND, "exit_code": 1, "seconds": 1.5, "tail": "not found"}),
    ("sandbox_changed", {**_BOX, "state": "creating"}),
    ("sandbox_changed", {**_BOX, "state": "ready"}),
    ("phase_changed", _phase("start", "running", before="install")),
    (
        "preview_ready",
        {"sandbox": SANDBOX, "url": "http://p-aaaaaaaaaaaaaaaaaaaaaaaaaa.localhost/", "stack": "static", "version": 1},
    ),
    (
        "changeset_applied",
        _changeset(
            message="A shelf",
            version=1,
            version_id=JOB,
            files=[{"path": "src/app.js", "change": "added", "added": 10, "removed": 0}],
            count=1,
            added=10,
            removed=0,
        ),
    ),
    ("changeset_rejected", _changeset(changeset=SANDBOX)),
    ("job_completed", _job("completed", phase="complete")),
    ("phase_changed", _phase("complete", "completed", before="start")),
    ("job_cancelled", _job("cancelled", turn=2)),
    (
        "job_failed",
        _job("failed", turn=3, code="provider_down", message="It is down.", user_action="Try again.", retryable=True),
    ),
    ("phase_changed", _phase("failed", "failed", before="start", phase_before="start")),
)
