"""A thousand jobs while providers and boxes fail now and then: nearly all finish without anybody's help."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import model_server
from tests.faults.moody import PLAIN, SERVED, Moody
from tests.installation import Installation, installed
from tests.installations.waiting import wait_for

pytestmark = [pytest.mark.long, pytest.mark.box, pytest.mark.xdist_group("thousand"), pytest.mark.timeout(1200)]

SEED = 1001
# Projects, and how many changes each gets after its first build: a thousand jobs together.
PLAINS, PLAIN_CHANGES = 46, 19
SERVEDS, SERVED_CHANGES = 4, 19
ALL, ENOUGH = 1000, 995
SECONDS = 900
# In a box: so many of its projects' jobs end between two deaths of all boxes.
BETWEEN_DEATHS = 10

ASK = """
import sys
from agents.services import jobs, wishes
from projects.services import accounts
from tests.faults.moody import change
owner = accounts.local_owner()
wish, projects, changes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for project in range(projects):
    first = wishes.make(text=wish, by=owner)
    for number in range(1, changes + 1):
        jobs.start(project=first.project, text=change(number), by=owner)
"""
STATES = "select state, count(*) from agents_job group by state"
FAILURES = "select kind, error from agents_job where state not in ('completed', 'queued', 'running')"
IN_BOXES = """
select count(*) from agents_job job join projects_project project on project.id = job.project_id
where project.template = 'python' and job.finished_at is not null
"""
OUTCOMES = "select outcome, count(*) from agents_attempt group by outcome"


@pytest.fixture
def model() -> Iterator[tuple[Moody, str]]:
    with model_server.running() as server:
        moody = Moody(SEED)
        server.will_choose(moody)
        yield moody, server.url


@pytest.fixture
def one(tmp_path: Path, model: tuple[Moody, str]) -> Iterator[Installation]:
    environment = {"DJINN_API_BASE": model[1], "DJINN_API_KEY": "sk-none", "DJINN_MODEL": "own-model"}
    with installed(tmp_path / "home", SANDBOX_BACKEND="process", **environment) as installation:
        installation.share_packages()
        installation.up()
        yield installation


class Boxes:
    """All that are there die whenever so many jobs more have ended in them."""

    def __init__(self, one: Installation) -> None:
        self._one = one
        self._next = BETWEEN_DEATHS
        self.killed = 0

    def look(self) -> None:
        [(ended,)] = self._one.rows(IN_BOXES)
        if ended < self._next:
            return
        self._next += BETWEEN_DEATHS
        if there := len(self._one.boxes()):
            self._one.kill_boxes()
            self.killed += there


def test_nearly_all_of_a_thousand_jobs_finish_unaided(
    one: Installation, model: tuple[Moody, str], record_property: Callable[[str, object], None]
) -> None:
    one.script(ASK, SERVED, str(SERVEDS), str(SERVED_CHANGES), seconds=300)
    one.script(ASK, PLAIN, str(PLAINS), str(PLAIN_CHANGES), seconds=300)
    boxes = Boxes(one)

    def is_over() -> bool:
        boxes.look()
        states = dict(one.rows(STATES))
        return sum(states.values()) == ALL and not states.keys() & {"queued", "running"}

    wait_for(is_over, seconds=SECONDS, what=f"the end of {ALL} jobs")
    completed = dict(one.rows(STATES))["completed"]
    moody = model[0]
    faults = f"{moody.spoilt.total()} of {moody.asked} replies spoilt, {boxes.killed} boxes killed"
    record_property("figure", f"{completed} of {ALL} jobs finished unaided; {faults}; {dict(one.rows(OUTCOMES))}")
    assert boxes.killed > 0
    assert moody.spoilt.total() > ALL * 0.04
    assert completed >= ENOUGH, one.rows(FAILURES)
