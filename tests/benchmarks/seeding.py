"""What the benchmark of the API reads: 100 projects, and one that much has happened in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from agents import enums
from agents.lifecycle import artifacts, leases, moves
from agents.models import Artifact, Generation, Job, Session, Step
from agents.services import chores, reruns, sessions
from projects.enums import AuthorKind
from projects.feed import log
from projects.models import Branch, ChangeSet, Project, User
from projects.services import branches, changesets, checkpoints, contents, files, invitations, projects, remotes, tokens
from sandboxes.console import keeping
from sandboxes.console.lines import Batch, Line
from sandboxes.enums import CommandKind
from sandboxes.models import Command, Sample, Sandbox
from sandboxes.runtime import commands
from sandboxes.services import sandboxes

CLIENTS = 20
PROJECTS = 100


def seed() -> dict[str, Any]:
    """The names of what stands in addresses, and a token for each client."""
    owner = User.objects.create_superuser("bench@example.org", name="Bench")
    for number in range(40):
        User.objects.create_user(f"person-{number}@example.org", name=f"Person {number}")
    first = _project(owner, 0, steps=12)
    for number in range(1, PROJECTS):
        _project(owner, number, steps=2)
    scopes = ["read", "write", "manage"]
    made = [tokens.create(user=owner, name=f"client {one}", scopes=scopes)[1] for one in range(CLIENTS)]
    return {"project": str(first.pk), "user": owner.pk, "tokens": made, **_rooms(first, owner)}


def _project(owner: User, number: int, *, steps: int) -> Project:
    project = projects.create(name=f"Project {number}", by=owner)
    main = project.branches.get(name="main")
    for step in range(steps):
        for path in ("src/App.tsx", "src/main.tsx", f"src/page{step}.tsx", "README.md"):
            main.refresh_from_db()
            files.save(main, path, _text(path, step, number), by=owner)
    for one in range(60):
        payload = {"changeset": "x", "branch": "main", "title": str(one), "author_kind": "user"}
        with transaction.atomic():
            log.record(project, "changeset_opened", payload)
    return project


def _text(path: str, step: int, number: int) -> bytes:
    return (f"// {path} in step {step} of {number}\n" + "const a = 1\n" * 60).encode()


def _rooms(project: Project, owner: User) -> dict[str, Any]:
    """What an address inside a project names: a conversation with what came of it, a review, a remote."""
    main = project.branches.get(name="main")
    session = sessions.create(main, "A conversation", by=owner)
    job, *_ = [_finished(session, owner, text) for text in ("A shelf", "Make it green", "A page per book")]
    sessions.say(session, "And a search", by=owner)
    side = branches.create(project, "side", by=owner, at=project.versions.get(number=9))
    files.save(side, "aside.txt", b"1", by=owner)
    checkpoints.create(project.versions.get(number=7), label="Before the holidays", by=owner)
    invitations.invite(project, email="guest@example.org", role="viewer", by=owner)
    remote = remotes.add(project, name="mirror", url="https://git.example.org/mirror.git", by=owner)
    return {
        "session": str(session.pk),
        "job": str(job.pk),
        "generation": str(job.generations.earliest("created_at").pk),
        "artifact": str(_packed(job).pk),
        "rerun": str(_again(job, owner).pk),
        "diff": str(_proposed(main).pk),
        "remote": str(remote.pk),
        "chore": str(chores.push(remote, by=owner).pk),
        "command": str(_used(main).pk),
    }


def _used(branch: Branch) -> Command:
    """A box's place with what ran in it, what it took of the machine, and what its pages said."""
    sandbox, now = sandboxes.for_branch(branch), timezone.now()
    for number in range(40):
        values = {"memory_bytes": 90 << 20, "disk_bytes": 1 << 20, "processes": 4, "cpu_seconds": 3.0, "cpu_share": 0.1}
        Sample.objects.create(sandbox=sandbox, taken_at=now - timedelta(minutes=number), box="one", **values)
        lines = tuple(Line("console", "log", f"line {number} of {spot}") for spot in "abc")
        keeping.record(sandbox, Batch("/", lines), tree_hash="t")
    return [_command(sandbox, number) for number in range(40)][-1]


def _command(sandbox: Sandbox, number: int) -> Command:
    command = commands.begin(sandbox, ["npm", "test"], kind=CommandKind.TOOL, title=f"Test {number}", job_ref=None)
    commands.finish(command, exit_code=0, tail="all is well\n" * 100)
    return command


def _packed(job: Job) -> Artifact:
    [kept] = contents.keep([b"a zip of the app" * 1000])
    with transaction.atomic():
        return artifacts.record(job, kept, name="shelf.zip", media_type="application/zip")


def _again(job: Job, owner: User) -> Job:
    """From the version it began at; then both can be compared."""
    changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, job_ref=job.pk, title="A shelf")
    return reruns.start(job, model="demo", by=owner)


def _finished(session: Session, owner: User, text: str) -> Job:
    job = sessions.say(session, text, by=owner)
    lease = leases.claim(job.pk, worker="bench")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        for ordinal in range(1, 9):
            _step(held, ordinal)
        moves.complete(held, output={"summary": "Done."})
    return job


def _step(job: Job, ordinal: int) -> None:
    step = Step.objects.create(
        job=job, key=f"implement-{ordinal}", ordinal=ordinal, role="builder", title=f"Part {ordinal}",
        state=enums.StepState.DONE, finished_at=timezone.now(), output={"files": ["src/App.tsx"]},
    )  # fmt: skip
    Generation.objects.create(
        job=job, step=step, state=enums.GenerationState.SETTLED, role="builder", provider="bench", model="bench/one",
        attempt=1, request={"messages": ["x" * 20_000]}, response="y" * 20_000,
        output_tokens=5_000, cost=Decimal("0.01"),
    )  # fmt: skip


def _proposed(branch: Branch) -> ChangeSet:
    """One that waits for review, beside ten that were turned down."""
    for number in range(10):
        changesets.reject(_staged(branch, number), by=None)
    return _staged(branch, 10)


def _staged(branch: Branch, number: int) -> ChangeSet:
    changeset = changesets.open(branch=branch, author_kind=AuthorKind.AGENT, title=f"Proposal {number}")
    for path in ("src/App.tsx", "src/page1.tsx", "src/new.tsx"):
        changesets.stage(changeset, path, _text(path, 99, number))
    return changeset
