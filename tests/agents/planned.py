"""A first build whose plan waits to be looked at."""

from agents.enums import WaitingFor
from agents.lifecycle import leases, moves, plans
from agents.models import Job
from agents.services import jobs
from projects.models import Project, User

PLAN = {
    "name": "Shelf",
    "description": "A shelf for books.",
    "stack": "static",
    "pages": [{"path": "/", "title": "Shelf", "purpose": "All books"}],
    "features": ["Add a book"],
    "data": [],
    "look": {"mood": "calm", "palette": ["#224433"], "type": "serif"},
    "phases": [{"title": "All", "files": [{"path": "index.html", "purpose": "The page"}]}],
}


def wait(project: Project, owner: User) -> Job:
    made = jobs.start(project=project, text="A shelf", by=owner, approval="ask")
    lease = leases.claim(made.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        plans.keep(held, PLAN)
        moves.pause(held, waiting_for=WaitingFor.APPROVAL)
    made.refresh_from_db()
    return made
