"""What is said on the JSON socket: into which conversation it goes, and who hears it when."""

import pytest
from asgiref.sync import sync_to_async

from agents.lifecycle import steering
from agents.models import Job, Session
from projects.services import projects
from tests import people as people_of_tests
from tests.agents.programs import connect, started
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


async def test_a_message_goes_into_the_session_that_is_named(people: People):
    program = await connect(people)
    job = await started(people)
    answer = await program.ask("user_message", text="Make it green", session=str(job.session_id))
    second = await Job.objects.aget(pk=answer["job"])
    assert (second.kind, second.session_id) == ("edit", job.session_id)
    elsewhere = await sync_to_async(projects.create)(name="Elsewhere", by=people.owner)
    branch = await elsewhere.branches.aget()
    other = await Session.objects.acreate(project=elsewhere, branch=branch, title="x")
    for session in (str(other.pk), NOWHERE):
        refused = await program.ask("user_message", text="Hello", session=session)
        assert (refused["code"], refused["message"]) == ("conflict", "There is no such session in this project.")
    await program.leave()


async def test_a_message_for_now_is_heard_by_the_job_at_work(people: People):
    program = await connect(people, "editor")
    alone = await program.ask("user_message", text="A shelf", when="now")
    told = await program.ask("user_message", text="In green", when="now")
    named = await Job.objects.aget(pk=alone["job"])
    again = await program.ask("user_message", text="And large", when="now", session=str(named.session_id))
    assert [answer["job"] for answer in (alone, told, again)] == [str(named.pk)] * 3
    assert await sync_to_async(steering.said)(named) == ["In green", "And large"]
    assert await Job.objects.acount() == 1
    later = await program.ask("user_message", text="And a cellar", when="after")
    assert later["job"] != alone["job"]
    assert await sync_to_async(steering.count)(named) == 2
    refused = await program.ask("user_message", text="And more", when="soon")
    assert refused["code"] == "invalid_input"
    await program.leave()


async def test_what_is_for_another_session_is_no_word_for_the_job_at_work(people: People):
    program = await connect(people)
    job = await started(people)
    other = await Session.objects.acreate(project=people.project, branch=people.main, title="x")
    answer = await program.ask("user_message", text="In green", when="now", session=str(other.pk))
    second = await Job.objects.aget(pk=answer["job"])
    assert (second.session_id, await sync_to_async(steering.count)(job)) == (other.pk, 0)
    await program.leave()
