"""A project's life as events: every kind that is shown, in an order that can happen."""

import uuid
from collections.abc import Iterator
from typing import Any

from projects import feed
from projects.feed import kinds, rendering
from projects.models import Event, Project

JOB = "5d0f2d3e-5b1f-4a57-9c6e-1f7f5a0f8c01"
HOSTILE = "</script></pre><img src=x onerror=alert(1)>\"'&<b>"

_PLAN = {
    "name": "Tool library",
    "description": "Who has the drill?",
    "stack": "static",
    "pages": [{"path": "/", "title": "The shelf", "purpose": "All tools"}],
    "features": ["Borrow with two taps"],
    "data": ["tool: name, shelf"],
    "look": {"mood": "A tidy workshop", "palette": ["#1d2b4f"], "type": "sturdy"},
    "phases": [{"title": "The shelf", "files": [{"path": "index.html", "purpose": "The page"}]}],
}


def _job(**more: Any) -> dict[str, Any]:
    return {
        "job": JOB, "kind": "generate", "title": "A tool library", "state": "running", "phase": "implementing",
        "code": "", "message": "", "user_action": "", "retryable": False, "seconds": 107,
        "waiting_for": "", "cost": "", "turn": 1, **more,
    }  # fmt: skip


def _chore(state: str, **more: Any) -> dict[str, Any]:
    return {
        "job": JOB, "kind": "push", "title": "Push to origin", "state": state, "code": "", "message": "",
        "user_action": "", "lines": [], "seconds": 3, **more,
    }  # fmt: skip


def _again(**more: Any) -> dict[str, Any]:
    return {
        "job": JOB, "original": "o1", "title": "A tool library", "model": "openrouter/x", "state": "completed",
        "branch": "main", "original_branch": "main", "began_at": None, **more,
    }  # fmt: skip


def _phase(phase: str, **more: Any) -> dict[str, Any]:
    return {
        "job": JOB, "kind": "generate", "phase": phase, "phase_before": "", "before": "idle", "state": "running",
        "waiting_for": "", "since": "2026-01-02T10:00:00+00:00", "began": "2026-01-02T10:00:00+00:00", "seconds": 107,
        "files_done": 0, "files_total": 0, **more,
    }  # fmt: skip


def _file(path: str, **more: Any) -> dict[str, Any]:
    return {
        "path": path, "path_id": path.replace(".", "-"), "job": JOB, "step": "implement-1", "purpose": "",
        "lines": 0, "size": 0, "added": 0, "removed": 0, "reason": "", **more,
    }  # fmt: skip


def _said(number: int, role: str, text: str) -> dict[str, Any]:
    author = "Djinn" if role == "assistant" else "Owner"
    return {"message": f"m{number}", "session": "s", "job": JOB, "role": role, "text": text, "author": author}


def _box(state: str) -> dict[str, Any]:
    return {"sandbox": "b", "state": state, "backend": "process", "isolation": "bubblewrap", "error": "out of memory"}


def _command(**more: Any) -> dict[str, Any]:
    return {"command": "c1", "kind": "install", "title": "npm install", "job": JOB, **more}


def _changes(number: int, **more: Any) -> dict[str, Any]:
    return {"changeset": f"c{number}", "branch": "main", "title": "", "author_kind": "agent", **more}


STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("message_sent", _said(1, "user", "A tool library, *please*")),
    ("job_queued", _job(state="queued", phase="idle", message="Waits for 1 job before it.")),
    ("job_started", _job(phase="idle")),
    ("phase_changed", _phase("designing")),
    ("message_sent", _said(2, "assistant", "- one\n- two")),
    ("blueprint_ready", {"job": JOB, "blueprint": _PLAN, "name": "Night Garden"}),
    ("phase_changed", _phase("implementing", before="designing", files_total=1)),
    ("sandbox_changed", _box("creating")),
    ("file_opened", _file("index.html", purpose="The page")),
    ("file_closed", _file("index.html", lines=12, added=12)),
    ("file_edited", _file("style.css", added=3, removed=1)),
    ("file_deleted", _file("old.js")),
    ("file_abandoned", _file("half.js", reason="The model stopped.")),
    ("job_paused", _job(state="paused", phase="paused")),
    ("phase_changed", _phase("paused", phase_before="implementing", before="implementing", state="paused")),
    ("job_resumed", _job(state="queued")),
    ("command_started", _command()),
    ("command_finished", _command(exit_code=0, seconds=8.4, tail="added 62 packages")),
    ("command_finished", _command(command="c2", exit_code=1, seconds=1.0, tail="it broke")),
    ("command_started", _command(command="c3", kind="serve", title="Start the app's server")),
    ("command_finished", _command(command="c4", kind="serve", exit_code=None, seconds=9.0, tail="bye")),
    ("budget_reached", {"job": JOB, "budget": "1.00", "spent": "0.97"}),
    (
        "error_captured",
        {
            "sandbox": "b",
            "fingerprint": "ab12",
            "title": "NameError: books",
            "text": "Traceback\n  File",
            "count": 10,
            "tree": "cd34",
        },
    ),
    (
        "review_found",
        {"job": JOB, "step": "review-1", "of": "phase 1", "title": "The check found 1 fault.", "text": "App.tsx(2,9)"},
    ),
    (
        "repair_started",
        {"job": JOB, "round": 1, "code": "install_failed", "title": "It broke.", "text": "npm: no\n\n> 3 three"},
    ),
    (
        "job_failed",
        _job(state="failed", code="install_failed", message="It broke.", user_action="Retry.", retryable=True),
    ),
    ("phase_changed", _phase("failed", phase_before="install", before="install", state="failed")),
    ("changeset_rejected", _changes(1)),
    ("sandbox_changed", _box("failed")),
    ("sandbox_changed", _box("ready")),
    (
        "changeset_applied",
        _changes(2, message="First", version=1, version_id="v", files=[], count=2, added=15, removed=1),
    ),
    (
        "preview_ready",
        {
            "sandbox": "b",
            "url": "http://p-abc.localhost:8000/",
            "stack": "static",
            "version": 1,
            "isolation": "namespace",
        },
    ),
    ("phase_changed", _phase("complete", before="start", state="completed")),
    ("job_completed", _job(state="completed", phase="complete", turn=2)),
    ("phase_changed", _phase("cancelled", before="implementing", state="cancelled")),
    ("job_cancelled", _job(state="cancelled", phase="cancelled", turn=3)),
    ("job_run_again", _again(state="queued")),
    ("job_run_again", _again(state="completed", original=JOB, job="a2", branch="again-x-1", began_at=4)),
    ("job_queued", _job(kind="push", state="queued", phase="idle", turn=0)),
    (
        "job_imported",
        {
            "job": JOB,
            "title": "A tool library",
            "model": "own/model",
            "state": "completed",
            "ran": "2026-01-02T10:00:00+00:00",
            "calls": 3,
            "cost": "0.42",
            "removed": 2,
        },
    ),
    ("chore_moved", _chore("queued", message="Waits for 1 job before it.")),
    ("chore_moved", _chore("running", lines=["main: 3 versions"])),
    ("chore_moved", _chore("failed", code="auth", message="It refused us.", user_action="Look at the password.")),
    ("job_failed", _job(kind="push", state="failed", phase="failed", code="auth", message="It refused us.")),
    ("chore_moved", _chore("paused")),
    (
        "artifact_created",
        {
            "job": JOB,
            "artifact": "a1",
            "name": "night-garden.zip",
            "media_type": "application/zip",
            "size": 48_213,
            "sha256": "0" * 64,
        },
    ),
    (
        "project_imported",
        {"source": "zip", "said": "Imported garden.zip", "versions": 1, "files": 3, "left_out": {"node_modules": 9}},
    ),
    ("chore_moved", _chore("cancelled", lines=["main: refused"])),
    ("chore_moved", _chore("completed", lines=["main: pushed"])),
)

STORY += (
    ("changeset_waiting", _changes(3, count=2, added=15, removed=1)),
    (
        "version_restored",
        {
            "changeset": "c4",
            "branch": "main",
            "version": 3,
            "version_id": "x",
            "restored": 1,
            "label": "It works",
            "count": 1,
            "added": 1,
            "removed": 0,
        },
    ),
    ("member_joined", {"handle": "h", "name": "Ada", "role": "editor"}),
    ("member_changed", {"handle": "h", "name": "Ada", "role": "viewer", "before": "editor"}),
    (
        "branch_moved",
        {
            "branch": "main",
            "reason": "push",
            "source": "",
            "message": "From a terminal",
            "version": 2,
            "version_id": "w",
            "files": [],
            "count": 1,
            "added": 2,
            "removed": 0,
        },
    ),
    ("member_left", {"handle": "h", "name": "Ada", "removed": True}),
    ("member_left", {"handle": "h", "name": "Ada", "removed": False}),
    # To the name that the project has in the stories of a browser: a fact is told with its row.
    ("project_renamed", {"name": "Night Garden", "before": "Day Garden"}),
    ("project_archived", {"name": "Night Garden"}),
    ("project_restored", {"name": "Night Garden"}),
    ("project_transferred", {"name": "Night Garden", "owner": "ada", "owner_name": "Ada", "slug": "day-garden"}),
)


def shown_kinds() -> list[str]:
    return [kind.name for kind in kinds.registered() if kind.fragments]


def told(kind: str) -> list[dict[str, Any]]:
    return [payload for name, payload in STORY if name == kind]


def event(kind: str, payload: dict[str, Any], seq: int = 1) -> Event:
    """As it would come from the log; not saved."""
    return Event(project=Project(id=uuid.UUID(JOB)), seq=seq, kind=kind, payload=payload, job_ref=uuid.UUID(JOB))


def fragments(kind: str, payload: dict[str, Any]) -> Iterator[tuple[feed.Fragment, str, str]]:
    """Each fragment with the id it promises and its HTML."""
    one = event(kind, payload)
    found = kinds.find(kind)
    assert found
    for fragment in found.fragments:
        yield fragment, rendering.key_of(fragment, one), rendering.fragment_of(one, fragment)


def hostile(value: Any) -> Any:
    """The same shape with every free text replaced by something that wants to be markup."""
    if isinstance(value, dict):
        return {key: part if key in _WORDS else hostile(part) for key, part in value.items()}
    if isinstance(value, list):
        return [hostile(part) for part in value]
    return HOSTILE if isinstance(value, str) else value


# Ours, not anybody's: names of states and the ids that keys are made of.
_WORDS = {
    "role", "state", "phase", "phase_before", "before", "kind", "job", "path_id", "command", "changeset",
    "since", "began", "stack", "backend", "owner", "slug", "original",
}  # fmt: skip
