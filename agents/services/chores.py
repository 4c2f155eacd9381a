"""Work without a model, asked for now and done by a worker: pushing to a remote, bringing a project in from one.

Other kinds have modules of their own, and queue through this one.
"""

from typing import Any

from django.db import transaction

from agents import enums, tasks
from agents.errors import NotPossible
from agents.lifecycle import moves
from agents.models import Job
from agents.models.jobs import JobQuerySet
from projects.git import addresses
from projects.models import Branch, Project, Remote, User
from projects.services import projects, remotes

# A push that failed for one of these fails again until a person has changed something.
_LASTING = ("auth", "conflict", "policy_denied", "invalid_input")


def push(remote: Remote, *, by: User | None) -> Job:
    """At most one waits for each remote: it takes along whatever is there when its turn comes."""
    with transaction.atomic():
        project = locked(remote.project)
        waiting = Job.objects.filter(lane=_lane(remote), state=enums.JobState.QUEUED).first()
        if waiting is not None:
            wake(waiting)
            return waiting
        if paused := Job.objects.filter(lane=_lane(remote), state=enums.JobState.PAUSED).first():
            moves.requeue(paused, by=by)
            wake(paused)
            return paused
        asked = {"text": f"Push to {remote.name}", "remote": str(remote.pk)}
        return queue(_main(project), enums.JobKind.PUSH, asked, by=by, lane=_lane(remote))


def push_by_itself(project: Project) -> None:
    """After a new version of `main`: to every remote that wants it and did not refuse the last time for good."""
    for remote in project.remotes.filter(is_automatic=True):
        if not is_held_back(remote):
            push(remote, by=None)


def is_held_back(remote: Remote) -> bool:
    """Whether the newest push was refused in a way that lasts."""
    newest = newest_push(remote)
    return bool(newest and newest.error and newest.error.get("code") in _LASTING)


def newest_push(remote: Remote) -> Job | None:
    return Job.objects.filter(lane=_lane(remote)).order_by("-created_at").first()


def bring_in(*, url: str, by: User, name: str = "", username: str = "", password: str = "") -> Job:
    """A new project, there at once, that a worker fills. Where it came from stays as its remote `origin`."""
    address = addresses.read(url)
    with transaction.atomic():
        project = projects.create(name=name or _name_of(address.url), by=by)
        remote = remotes.add(project, name="origin", url=url, username=username, password=password, by=by)
        asked = {"text": f"Import {address.url}", "remote": str(remote.pk)}
        return queue(_main(project), enums.JobKind.IMPORT, asked, by=by)


def _name_of(url: str) -> str:
    last = url.rpartition("/")[2].removesuffix(".git")
    return last.replace("-", " ").replace("_", " ").strip()[:60] or "Imported"


def queue(
    branch: Branch,
    kind: enums.JobKind,
    asked: dict[str, Any],
    *,
    by: User | None,
    lane: str = "",
    idempotency_key: str | None = None,
) -> Job:
    """Of a project that the caller has locked. `asked` holds at least the text it is called by."""
    job = Job.objects.create(
        project=branch.project,
        branch=branch,
        kind=kind,
        lane=lane,
        input=asked,
        idempotency_key=idempotency_key,
        created_by=by,
    )
    moves.announce(job, by=by)
    wake(job)
    return job


def once(
    branch: Branch, kind: enums.JobKind, asked: dict[str, Any], *, by: User, lane: str, idempotency_key: str | None
) -> Job:
    """As `queue`; who asks again for what waits, or with the same key, is given the one that is there."""
    if idempotency_key and (job := known(branch.project, idempotency_key)):
        return job
    waiting = Job.objects.filter(lane=lane, kind=kind, state=enums.JobState.QUEUED, started_at=None)
    if same := next((job for job in waiting if job.input == asked), None):
        wake(same)
        return same
    return queue(branch, kind, asked, by=by, lane=lane, idempotency_key=idempotency_key)


def known(project: Project, idempotency_key: str) -> Job | None:
    return Job.objects.filter(project=project, idempotency_key=idempotency_key).first()


def _main(project: Project) -> Branch:
    return project.branches.get(name="main")


def _lane(remote: Remote) -> str:
    return f"remote {remote.pk}"


def locked(project: Project) -> Project:
    found = Project.objects.select_for_update(no_key=True).filter(pk=project.pk).first()
    if found is None or found.archived_at is not None:
        raise NotPossible("This project is archived." if found else "This project does not exist any more.")
    return found


def wake(job: Job) -> None:
    tasks.execute_job.delay_on_commit(str(job.pk))


def of_project(project: Project) -> JobQuerySet:
    return Job.objects.chores().filter(project=project)
