"""Sessions, jobs and what they did, the agent's state, the queue."""

from agents.enums import WaitingFor
from agents.lifecycle import failures, leases, moves, plans
from agents.models import Generation, Job, Session, Step
from agents.services import jobs, reruns, sessions
from projects.enums import AuthorKind
from projects.models import Checkpoint
from projects.services import changesets, files
from tests.doors.rows import API_EDITORS, API_SIGNED_IN, API_STAFF, API_VIEWERS, Row
from tests.doors.world import World

API = "api/v2/"
SESSIONS = f"{API}projects/<uuid:project>/sessions"
ESTIMATE = f"{API}projects/<uuid:project>/estimate"
STATE = f"{API}projects/<uuid:project>/agent-state"
FIRST = "api/agent-state/<uuid:project>"
JOB = f"{API}jobs/<uuid:job>"
PLAN = {
    "name": "Shelf", "description": "Books", "stack": "static",
    "phases": [{"title": "All", "files": [{"path": "index.html", "purpose": "The page"}]}],
}  # fmt: skip


def session(world: World) -> Session:
    found = Session.objects.filter(project=world.project).first()
    return found or sessions.create(world.people.main, "Talk", by=world.people.owner)


def session_id(world: World) -> str:
    return str(session(world).pk)


def label(world: World) -> str:
    """That the head is not at any more."""
    found = Checkpoint.objects.filter(session_ref=session(world).pk).first()
    if found is None:
        found = sessions.checkpoint(session(world), "Works", by=world.people.owner)
        files.save(world.people.main, "more.txt", b"more\n", by=world.people.owner)
    return str(found.pk)


def head(world: World) -> dict[str, int]:
    label(world)
    return {"head": 2}


def job(world: World) -> Job:
    found = Job.objects.filter(project=world.project).first()
    return found or jobs.start(project=world.project, text="A reading list", by=world.people.owner)


def queued(world: World) -> str:
    return str(job(world).pk)


def paused(world: World) -> str:
    jobs.pause(job(world), by=None)
    return queued(world)


def planned(world: World) -> str:
    """With a plan that waits to be looked at."""
    lease = leases.claim(job(world).pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        plans.keep(held, PLAN)
        moves.pause(held, waiting_for=WaitingFor.APPROVAL)
    return queued(world)


def ended(world: World) -> str:
    jobs.stop(job(world), by=None)
    return queued(world)


def failed(world: World) -> str:
    lease = leases.claim(job(world).pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("provider_down"))
    return queued(world)


def begun(world: World) -> str:
    """It failed, and is known to have begun from a version."""
    kept = job(world)
    changesets.open(branch=kept.branch, author_kind=AuthorKind.AGENT, job_ref=kept.pk)
    return failed(world) if kept.is_active else queued(world)


def rerun(world: World) -> str:
    begun(world)
    return str(reruns.start(job(world), model="demo", by=world.people.owner).pk)


def generation(world: World) -> str:
    step = Step.objects.create(job=job(world), key="one", ordinal=1, role="designer", title="Design")
    return str(Generation.objects.create(job=job(world), step=step, role="designer", model="demo/reading-list").pk)


def asked(world: World) -> dict[str, str]:
    return {"project": str(world.project.pk), "text": "A reading list"}


IN, OF = {"session": session_id}, {"job": queued}

ROWS = (
    Row(f"GET {ESTIMATE}", API_VIEWERS),
    Row(f"GET {SESSIONS}", API_VIEWERS),
    Row(f"POST {SESSIONS}", API_EDITORS, body={"title": "Colours"}),
    Row(f"GET {SESSIONS}/<uuid:session>", API_VIEWERS, IN),
    Row(f"PATCH {SESSIONS}/<uuid:session>", API_EDITORS, IN, body={"archived": True}),
    Row(f"GET {SESSIONS}/<uuid:session>/messages", API_VIEWERS, IN),
    Row(f"POST {SESSIONS}/<uuid:session>/messages", API_EDITORS, IN, body={"text": "Make it green"}),
    Row(f"GET {SESSIONS}/<uuid:session>/jobs", API_VIEWERS, IN),
    Row(f"GET {SESSIONS}/<uuid:session>/checkpoints", API_VIEWERS, IN),
    Row(f"POST {SESSIONS}/<uuid:session>/checkpoint", API_EDITORS, IN, body={"label": "Works"}),
    Row(
        f"POST {SESSIONS}/<uuid:session>/checkpoints/<uuid:checkpoint>/restore",
        API_EDITORS,
        IN | {"checkpoint": label},
        body=head,
    ),
    Row(f"GET {API}jobs", API_SIGNED_IN),
    Row(f"POST {API}jobs", API_EDITORS, body=asked),
    Row(f"GET {JOB}", API_VIEWERS, OF),
    Row(f"PATCH {JOB}", API_EDITORS, OF, body={"priority": 3}),
    Row(f"DELETE {JOB}", API_EDITORS, {"job": ended}),
    Row(f"POST {JOB}/cancel", API_EDITORS, OF),
    Row(f"POST {JOB}/pause", API_EDITORS, OF),
    Row(f"POST {JOB}/resume", API_EDITORS, {"job": paused}),
    Row(f"POST {JOB}/messages", API_EDITORS, {"job": queued}, body={"text": "And make it green"}),
    Row(f"PUT {JOB}/plan", API_EDITORS, {"job": planned}, body=PLAN),
    Row(f"POST {JOB}/retry", API_EDITORS, {"job": failed}),
    Row(f"POST {JOB}/rerun", API_EDITORS, {"job": begun}, body={"model": "demo"}),
    Row(f"GET {JOB}/comparison", API_VIEWERS, {"job": rerun}),
    Row(f"GET {JOB}/steps", API_VIEWERS, OF),
    Row(f"GET {JOB}/attempts", API_VIEWERS, OF),
    Row(f"GET {JOB}/log", API_VIEWERS, OF),
    Row(f"GET {JOB}/generations", API_VIEWERS, OF),
    Row(f"GET {JOB}/generations/<uuid:generation>", API_EDITORS, OF | {"generation": generation}),
    Row(f"GET {STATE}", API_VIEWERS),
    Row(f"POST {STATE}/reset", API_EDITORS),
    Row(f"GET {FIRST}", API_VIEWERS),
    Row(f"DELETE {FIRST}", API_EDITORS),
    Row(f"GET {API}queue", API_STAFF),
    Row(f"POST {API}queue/pause", API_STAFF),
    Row(f"POST {API}queue/drain", API_STAFF),
    Row(f"POST {API}queue/resume", API_STAFF),
)
