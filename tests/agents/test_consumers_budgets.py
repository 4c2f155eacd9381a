"""A job that has used up its budget goes on by the JSON socket."""

from decimal import Decimal

import pytest
from asgiref.sync import sync_to_async

from tests import people as people_of_tests
from tests.agents.dry import NEEDED, run_dry
from tests.agents.programs import connect, started
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def test_it_says_how_much_is_needed_and_goes_on_with_that(people: People):
    program = await connect(people)
    job = await started(people)
    await sync_to_async(run_dry)(job)
    for more in ({}, {"budget": "1.19"}):
        refused = await program.ask("resume_generation", **more)
        assert (refused["code"], refused["message"]) == (
            "conflict",
            NEEDED.replace("$1.00", "$1.19") if more else NEEDED,
        )
    assert (await program.ask("resume_generation", budget="0"))["code"] == "invalid_input"
    await job.arefresh_from_db()
    assert (job.state, job.budget) == ("paused", Decimal(1))
    assert (await program.ask("resume_generation", budget="1.20"))["type"] == "ack"
    await job.arefresh_from_db()
    assert (job.state, job.budget, job.budget_needed) == ("queued", Decimal("1.2"), None)
    await program.leave()


async def test_a_budget_is_for_who_waits_for_one(people: People):
    program = await connect(people)
    job = await started(people)
    refused = await program.ask("resume_generation", budget="5")
    assert refused["message"] == "This job does not wait for a budget."
    await job.arefresh_from_db()
    assert (job.state, job.budget) == ("queued", None)
    await program.leave()
