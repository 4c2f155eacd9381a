"""A step that waits within itself says so to whoever looks on: why, and for how long."""

from typing import Any

import pytest

from agents.engine.trials import Trials
from agents.errors import ModelFailure
from agents.models import Job
from projects.threads import in_thread
from tests import people as people_of_tests
from tests.agents.engine.whole import work_on
from tests.agents.programs import Program, connect, started
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def hints(program: Program) -> list[dict[str, Any]]:
    """Up to the one that takes it all back."""
    told: list[dict[str, Any]] = []
    while not told or told[-1]["text"]:
        frame = await program.frame()
        if frame.get("hint", {}).get("type") == "model_waits":
            told.append(frame["hint"])
    return told


def wait(job: Job, code: str) -> None:
    Trials(work_on(job), ["own-model"]).settle(ModelFailure(code, "nothing of ours", retry_after=1.5))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("rate_limit", "The model provider asks us to slow down"),
        ("provider_down", "The model provider could not be reached or failed on its side"),
        ("timeout", "The model took too long to answer"),
    ],
)
async def test_it_counts_down_and_goes_on(people: People, code: str, why: str):
    program = await connect(people, "viewer")
    job = await started(people)
    await program.ask("subscribe", after=0)
    await in_thread(wait, job, code)
    told = await hints(program)
    texts = [hint["text"] for hint in told]
    assert texts[0].startswith(f"{why}; trying again in ")
    assert texts[-2:] == [f"{why}; trying again in 1 s.", ""]
    assert {hint["job"] for hint in told} == {str(job.pk)}
    await program.leave()
