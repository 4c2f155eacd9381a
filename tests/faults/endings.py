"""How a disturbed run has to end: as if nobody had disturbed it."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.installations.visited import Run
from tests.installations.waiting import wait_for

_OF = "from agents_job job join projects_project project on project.id = job.project_id"
_JOBS = f"select job.id, job.state, job.phase, job.lease_token, job.reserved {_OF} where project.slug = ?"
_STEPS = f"""
select job.id, step.key, step.state {_OF} join agents_step step on step.job_id = job.id
where project.slug = ? order by step.ordinal
"""
_CALLS = f"""
select job.id, call.state, call.request, call.created_at {_OF} join agents_generation call on call.job_id = job.id
where project.slug = ? order by call.created_at
"""
_ATTEMPTS = f"""
select attempt.outcome, attempt.finished_at {_OF} join agents_attempt attempt on attempt.job_id = job.id
where project.slug = ? order by job.created_at, attempt.number
"""
_EVENTS = """
select event.seq, event.kind, event.payload, event.created_at from projects_event event
join projects_project project on project.id = event.project_id where project.slug = ? order by event.seq
"""
_OF_THE_JOB = "join {0} on {0}.job_id = job.id where project.slug = ?"
_OF_THE_PROJECT = "join {0} on {0}.project_id = project.id where project.slug = ?"
_WORK = {
    "job": "where project.slug = ?",
    **{name: _OF_THE_JOB.format(name) for name in ("agents_step", "agents_generation", "agents_attempt")},
    **{name: _OF_THE_PROJECT.format(name) for name in ("projects_event", "projects_version", "projects_changeset")},
}
_FINAL = {
    "agents_step": "agents_step.state = 'done'",
    "agents_generation": "agents_generation.state = 'settled'",
    "agents_attempt": "agents_attempt.finished_at is not null",
    "projects_event": "projects_event.seq > 0",
    "projects_version": "projects_version.number > 0",
}
# More may still be staged from a reply that has ended.
_COLUMNS = {
    "agents_generation": ", ".join(
        f"agents_generation.{column}"
        for column in ("id", "state", "request", "response", "finish_reason", "error_code", "output_tokens", "cost")
    )
}
# Of these no two tell the same. That the app is there is told by whoever looks, again by who looks after a death.
_TOLD_ONCE = ("blueprint_ready", "review_found", "repair_started", "changeset_applied", "job_completed")
_OF_FILES = ("file_closed", "file_edited", "file_deleted")


def nothing_twice(run: Run, expected: list[str]) -> None:
    run.completed()
    written = Counter(run.closed())
    assert set(written.values()) == {1}, written
    assert run.trees() == expected
    wait_for(lambda: run.preview().status_code == 200, seconds=60, what="the app")
    assert "hammer" in run.preview().text.lower()


@dataclass(frozen=True)
class Ending:
    """What is the same of two runs of the same wish, however often workers died over one of them."""

    trees: list[str]
    steps: list[tuple[int, str, str]]
    files: list[tuple[int, str, str]]
    told: dict[str, int]


def of(run: Run) -> Ending:
    """After a look at all that must hold of any run."""
    run.completed()
    rows = _Rows(run)
    rows.check()
    return Ending(run.trees(), rows.steps(), rows.files(), rows.told())


def outcomes(run: Run) -> list[str]:
    """Of all attempts at its jobs."""
    return [outcome for outcome, _ in run.one.rows(_ATTEMPTS, run.slug)]


def everything(run: Run) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of its work, to the last column."""
    rows = {name: run.one.rows(f"select {name}.* {_OF} {joined}", run.slug) for name, joined in _WORK.items()}
    return {name: sorted(found, key=str) for name, found in rows.items()}


def recorded(run: Run) -> set[tuple[str, str]]:
    """What no later attempt may touch: steps that are done, calls that are settled, attempts that have ended, facts."""
    return {
        (name, str(row))
        for name, condition in _FINAL.items()
        for row in run.one.rows(
            f"select {_COLUMNS.get(name, f'{name}.*')} {_OF} {_WORK[name]} and {condition}", run.slug
        )
    }


class _Rows:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._jobs = self._read(f"{_JOBS} order by job.created_at")
        self._events = self._read(_EVENTS)

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        return self._run.one.rows(query, self._run.slug)

    def check(self) -> None:
        assert [(state, phase) for _, state, phase, _, _ in self._jobs] == [("completed", "complete")] * len(self._jobs)
        assert [(token, float(reserved)) for *_, token, reserved in self._jobs] == [(None, 0.0)] * len(self._jobs)
        assert [seq for seq, *_ in self._events] == list(range(1, len(self._events) + 1))
        assert [outcome for outcome, finished_at in self._read(_ATTEMPTS) if finished_at is None] == []
        assert {state for _, state, _, _ in self._read(_CALLS)} == {"settled"}
        assert list(self._paid_again()) == []

    def _paid_again(self) -> Any:
        """Files that were asked for after they had been closed."""
        closed = [(_json(payload), at) for _, kind, payload, at in self._events if kind == "file_closed"]
        for job, _, request, asked_at in self._read(_CALLS):
            for path in _json(request).get("paths", ()):
                if any((told["job"], told["path"]) == (_id(job), path) and at < asked_at for told, at in closed):
                    yield path

    def steps(self) -> list[tuple[int, str, str]]:
        return sorted((self._number(_id(job)), key, state) for job, key, state in self._read(_STEPS))

    def files(self) -> list[tuple[int, str, str]]:
        told = [(kind, _json(payload)) for _, kind, payload, _ in self._events if kind in _OF_FILES]
        return [(self._number(payload["job"]), kind, payload["path"]) for kind, payload in told]

    def told(self) -> dict[str, int]:
        return dict(Counter(kind for _, kind, _, _ in self._events if kind in _TOLD_ONCE))

    def _number(self, job: str) -> int:
        """Which of the project's jobs it is."""
        return [_id(one) for one, *_ in self._jobs].index(job)


def _id(value: object) -> str:
    """One database gives it without its hyphens, the other as an object."""
    return str(uuid.UUID(str(value)))


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found
