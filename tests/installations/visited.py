"""An installation as a visitor without scripts meets it, and as its database tells it."""

import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import httpx

from tests.installations.started import Started
from tests.installations.waiting import wait_for

_PROJECT = re.compile(r"/p/[^/]+/(?P<slug>[^/]+)/")
_EVENTS = """
select event.payload from projects_event event join projects_project project on project.id = event.project_id
where project.slug = ? and event.kind = ? order by event.seq
"""
_JOBS = """
select job.state, job.phase, job.error from agents_job job join projects_project project on project.id = job.project_id
where project.slug = ? order by job.created_at
"""
_TREES = """
select version.tree_hash from projects_version version
join projects_project project on project.id = version.project_id
where project.slug = ? order by version.number
"""
_HOLDER = """
select attempt.worker from agents_attempt attempt join agents_job job on job.id = attempt.job_id
join projects_project project on project.id = job.project_id
where project.slug = ? order by job.created_at desc, attempt.number desc limit 1
"""
_LEASE = """
select job.lease_expires from agents_job job join projects_project project on project.id = job.project_id
where project.slug = ? and job.state = 'running'
"""
_LABEL = """
select sandbox.label from sandboxes_sandbox sandbox join projects_project project on project.id = sandbox.project_id
where project.slug = ?
"""

_READY = """
select sandbox.state from sandboxes_sandbox sandbox join projects_project project on project.id = sandbox.project_id
where project.slug = ?
"""

# What a run that does not end is made of.
_STORY = {
    "jobs": """
select job.kind, job.state, job.phase, job.intent, job.lease_expires, job.not_before, job.attempts, job.error
from agents_job job join projects_project project on project.id = job.project_id where project.slug = ?
""",
    "attempts": """
select attempt.number, attempt.worker, attempt.started_at, attempt.finished_at, attempt.outcome
from agents_attempt attempt join agents_job job on job.id = attempt.job_id
join projects_project project on project.id = job.project_id where project.slug = ? order by attempt.number
""",
    "steps": """
select step.key, step.state, step.started_at, step.finished_at from agents_step step
join agents_job job on job.id = step.job_id join projects_project project on project.id = job.project_id
where project.slug = ? order by step.ordinal
""",
    "boxes": """
select sandbox.state, sandbox.updated_at, sandbox.error from sandboxes_sandbox sandbox
join projects_project project on project.id = sandbox.project_id where project.slug = ?
""",
    "events": """
select event.created_at, event.kind from projects_event event
join projects_project project on project.id = event.project_id where project.slug = ? order by event.seq desc limit 8
""",
}


class Visited(Started, ABC):
    def __init__(self, home: Path, **environment: str) -> None:
        super().__init__(home, **environment)
        self.port = 0
        self.link = ""
        self._client: httpx.Client | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @abstractmethod
    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the database, beside the running processes; `?` stands for a value."""

    @abstractmethod
    def boxes(self) -> list[str]:
        """The ids of the boxes that really are there."""

    @abstractmethod
    def kill_boxes(self) -> None:
        """All of them, and whatever runs in them, without a warning."""

    def end(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        super().end()

    # --- what a visitor does -----------------------------------------------------------------------
    def answers(self) -> bool:
        return answers(self.port)

    @property
    def client(self) -> httpx.Client:
        """A browser without scripts, signed in as the local owner."""
        if self._client is None:
            self._client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30)
            answer = self._client.get(self.link)
            assert answer.status_code == 200, answer.text
        return self._client

    def send_wish(self, wish: str) -> str:
        """Post the form of the start page; gives back the address of the project."""
        page = self.client.get("/")
        answer = self.client.post("/wish/", data={"wish": wish, "csrfmiddlewaretoken": _csrf(page.text)})
        assert answer.status_code == 200, answer.text
        return answer.url.path

    def say(self, project: str, text: str) -> None:
        self.press(project, "messages/", text=text)

    def press(self, project: str, button: str, **said: str) -> None:
        """Post one of the forms of a project's page."""
        page = self.client.get(project)
        answer = self.client.post(f"{project}{button}", data={**said, "csrfmiddlewaretoken": _csrf(page.text)})
        assert answer.status_code == 200, answer.text

    def preview(self, path: str = "/") -> httpx.Response:
        """The newest project's app, as a browser would ask for it by its own host name."""
        [(label,)] = self.rows("select label from sandboxes_sandbox order by created_at desc limit 1")
        return self.visit(label, path)

    def visit(self, label: str, path: str = "/") -> httpx.Response:
        host = f"p-{label}.localhost:{self.port}"
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host}, timeout=30)

    # --- what its rows tell ------------------------------------------------------------------------
    def run(self, project: str) -> "Run":
        found = _PROJECT.fullmatch(project)
        assert found, project
        return Run(self, found["slug"])

    def completed(self, *, jobs: int = 1, seconds: float = 120) -> None:
        """Wait until that many jobs are there and all are completed; any other end fails at once."""

        def done() -> bool:
            states = self.job_states()
            assert not {"failed", "cancelled"} & set(states), self.rows("select error from agents_job")
            return states == ["completed"] * jobs

        wait_for(done, seconds=seconds, what=f"{jobs} completed jobs")

    def tree_hashes(self) -> list[str]:
        return [row[0] for row in self.rows("select tree_hash from projects_version order by number")]

    def job_states(self) -> list[str]:
        return [row[0] for row in self.rows("select state from agents_job order by created_at")]


@dataclass(frozen=True)
class Run:
    """One project of several in an installation, and what was done for it."""

    one: Visited
    slug: str

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """Of its events of that kind. One database gives JSON as text, the other reads it."""
        found = [payload for (payload,) in self.one.rows(_EVENTS, self.slug, kind)]
        return [json.loads(payload) if isinstance(payload, str) else payload for payload in found]

    def closed(self) -> list[str]:
        return [payload["path"] for payload in self.payloads("file_closed")]

    def states(self) -> list[str]:
        return [state for state, _, _ in self.one.rows(_JOBS, self.slug)]

    def phases(self) -> list[str]:
        return [phase for _, phase, _ in self.one.rows(_JOBS, self.slug)]

    def holder(self) -> int:
        """The process id of the worker whose attempt is the newest."""
        [(worker,)] = self.one.rows(_HOLDER, self.slug)
        return int(worker.split(":")[1])

    def leased_until(self) -> datetime:
        """What PostgreSQL gives as a time; SQLite would give its text."""
        [(until,)] = self.one.rows(_LEASE, self.slug)
        return cast("datetime", until)

    def trees(self) -> list[str]:
        return [tree for (tree,) in self.one.rows(_TREES, self.slug)]

    def has_box(self) -> bool:
        return [ready for (ready,) in self.one.rows(_READY, self.slug)] == ["ready"]

    def preview(self, path: str = "/") -> httpx.Response:
        [(label,)] = self.one.rows(_LABEL, self.slug)
        return self.one.visit(label, path)

    def completed(self, *, seconds: float = 120) -> None:
        """Until all its jobs are; any other end fails at once."""

        def done() -> bool:
            jobs = self.one.rows(_JOBS, self.slug)
            assert not {"failed", "cancelled"} & {state for state, _, _ in jobs}, jobs
            return {state for state, _, _ in jobs} == {"completed"}

        wait_for(done, seconds=seconds, what=f"the jobs of {self.slug} to complete", tell=self.story)

    def story(self) -> str:
        """How far it is, and what the processes said last."""
        rows = [f"{name}: {row}" for name, query in _STORY.items() for row in self.one.rows(query, self.slug)]
        return "\n".join([*rows, *self.one.last_words()])


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def _csrf(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found, "a form without its token"
    return found.group(1)
