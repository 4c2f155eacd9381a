"""Doors, workers, boxes and saves at the same projects at once: nobody waits for somebody who waits for them.

Whatever is refused is refused with a sentence; a deadlock, a lock that is not given in time or a broken
constraint fails the test.
"""

import itertools
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from agents.engine.calls import Call
from agents.engine.context import Context
from agents.errors import NotPossible
from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from agents.llm.base import Finish, Request
from agents.models import Generation, Job, Step
from agents.services import jobs
from projects.errors import Refusal
from projects.models import Event, Project, User
from projects.services import changesets, files, projects
from sandboxes.enums import CommandKind, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import commands, states
from sandboxes.services import sandboxes
from tests import locks
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25
PROJECTS = 2


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("alice@example.org", name="Alice")


@pytest.fixture
def everything(owner: User) -> list[Project]:
    return [projects.create(name=f"Shelf {number}", by=owner) for number in range(PROJECTS)]


def test_nobody_waits_for_ever(everything: list[Project], owner: User):
    acts = (_talk, _press, _work, _work, _save, _box, _box, _count_up)
    together(*(partial(_again_and_again, act, everything, owner, seed) for seed, act in enumerate(acts)))
    for project in everything:
        project.refresh_from_db()
        numbers = list(Event.objects.filter(project=project).order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, project.last_seq + 1))
        versions = project.versions.order_by("number").values_list("number", flat=True)
        assert list(versions) == list(range(1, len(versions) + 1))
        manifest = files.manifest(project.branches.get(name="main"))
        assert sorted(project.files.values_list("path", flat=True)) == sorted(manifest)
    assert Command.objects.filter(state="finished").exists()


def _again_and_again(act: Callable[..., None], everything: list[Project], owner: User, seed: int) -> None:
    chance = random.Random(seed)
    with locks.in_order():
        for turn in range(ROUNDS):
            # What is refused, is refused with a sentence; whatever else is raised fails the test.
            with suppress(NotPossible, Refusal, leases.LeaseLost):
                act(chance.choice(everything), owner, chance, turn)


def _talk(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    jobs.start(project=project, text=f"Make it {turn}", by=owner, idempotency_key=f"k{turn % 5}")
    jobs.start(project=project, text=f"And {turn}", by=owner)


def _press(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    for job in Job.objects.filter(project=project).order_by("-created_at")[:4]:
        with suppress(NotPossible):
            chance.choice([jobs.stop, jobs.pause, jobs.resume, jobs.retry])(job, by=owner)


def _work(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    """As a worker does; now and then as one that is slow, so that its job is taken from it."""
    jobs.start(project=project, text=f"Work on {turn}", by=owner)
    for job_id in itertools.islice(leases.claimable(), 2):
        lease = leases.claim(job_id, worker="test")
        if lease is None:
            continue
        context = Context(lease, Job.objects.select_related("project", "branch").get(pk=job_id))
        with _a_call(context):
            _do(context, chance, turn)
            if chance.random() < 0.3:
                Job.objects.filter(pk=job_id).update(lease_expires=timezone.now() - timedelta(seconds=9))
                leases.claim(job_id, worker="another")


def _do(context: Context, chance: random.Random, turn: int) -> None:
    with context.hold() as job:
        moves.begin(job)
    changeset = context.changeset()
    for number in range(3):
        with context.hold():
            changesets.stage(changeset, f"made/{number}.txt", f"{turn} {chance.random()}".encode())
    for plan in changesets.plans(changeset):
        with context.hold() as job:
            if changesets.write(changeset, plan, by=None, message="Made"):
                moves.fail(job, Failure("internal")) if chance.random() < 0.3 else moves.cancel(job)
                return


@contextmanager
def _a_call(context: Context) -> Iterator[None]:
    """A model's reply that is settled and paid for while another worker may be taking the job over."""
    with context.hold() as job:
        step, _ = Step.objects.get_or_create(
            job=job, key="one", defaults={"ordinal": 1, "role": "builder", "title": ""}
        )
    call = Call(context, step, Request(model="demo", messages=()), "")
    call._open()
    try:
        yield
    finally:
        call.finish = Finish("stop", cost=Decimal("0.000001"))
        call._settle()
        assert Generation.objects.get(pk=call.id).state == "settled"


def _save(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    files.save(project.branches.get(name="main"), f"by/hand{turn % 3}.txt", b"%d" % turn, by=owner)


def _box(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    sandbox = sandboxes.for_branch(project.branches.get(name="main"))
    fresh = Sandbox.objects.select_related("project").get(pk=sandbox.pk)
    command = commands.begin(fresh, ["true"], kind=CommandKind.INSTALL, title="Do", job_ref=uuid.uuid4())
    states.move(fresh, chance.choice([SandboxState.CREATING, SandboxState.READY, SandboxState.SLEEPING]))
    commands.end_all(fresh)
    commands.finish(command, exit_code=0, tail="done")


def _count_up(project: Project, owner: User, chance: random.Random, turn: int) -> None:
    """The heartbeat and the doors' questions, which nobody may hold up."""
    for job in Job.objects.filter(project=project, state="running")[:3]:
        leases.extend(leases.Lease(job.pk, project.pk, job.lease_token or uuid.uuid4()))
    jobs.foreground(project)
    leases.claimable()
