"""The newest messages go along whole, the older ones in a line each that says what came of them."""

import pytest

from agents.engine import conversation
from agents.engine.conversation import Earlier
from agents.llm.base import Turn
from agents.models import Job, Message
from agents.services import jobs
from projects.enums import AuthorKind
from projects.models import Project, User
from projects.services import changesets
from tests.agents.engine.whole import work_on

pytestmark = pytest.mark.django_db


def asked_and_answered(project: Project, owner: User, text: str, *, state: str, version: bool = False) -> Job:
    job = jobs.start(project=project, text=text, by=owner)
    if version:
        changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, job_ref=job.pk)
        changesets.stage(changeset, "a.txt", text.encode())
        Job.objects.filter(pk=job.pk).update(state="cancelled", finished_at=job.created_at)
        changesets.apply(changeset, message=text)
    assert job.session is not None
    Message.objects.create(session=job.session, role="assistant", text=f"Done: {text}", job=job)
    error = {"code": "internal"} if state == "failed" else None
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=job.created_at, error=error)
    return job


def test_a_short_conversation_goes_along_whole(project: Project, owner: User):
    asked_and_answered(project, owner, "A list", state="completed", version=True)
    said = conversation.of(work_on(jobs.start(project=project, text="Green", by=owner)))
    assert said == Earlier((Turn("user", "A list"), Turn("assistant", "Done: A list"), Turn("user", "Green")))


def test_older_messages_say_what_was_asked_for_and_what_came_of_it(project: Project, owner: User):
    asked_and_answered(project, owner, "A list\n of  books", state="completed", version=True)
    asked_and_answered(project, owner, "Why?", state="completed")
    asked_and_answered(project, owner, "Too much " * 30, state="cancelled")
    asked_and_answered(project, owner, "Odd", state="failed")
    for number in range(6):
        asked_and_answered(project, owner, f"Step {number}", state="completed", version=True)
    said = conversation.of(work_on(jobs.start(project=project, text="Now", by=owner)))
    assert [turn.text for turn in said.turns][::2] == [*(f"Step {number}" for number in range(6)), "Now"]
    assert said.lines == (
        "- A person: “A list of books” → version 1",
        "- A person: “Why?” → answered, nothing was changed",
        "- A person: “" + ("Too much " * 30)[:159].rstrip() + "…” → stopped",
        "- A person: “Odd” → failed",
    )
    assert said.unsaid == 4, "the four answers"


def test_long_messages_leave_less_of_the_conversation_whole(project: Project, owner: User):
    for number in range(4):
        asked_and_answered(project, owner, f"{number} " + "word and word " * 400, state="completed", version=True)
    said = conversation.of(work_on(jobs.start(project=project, text="Now", by=owner)))
    assert len(said.turns) == 5
    assert [line[:15] for line in said.lines] == ["- A person: “0 ", "- A person: “1 "]


def test_what_waits_behind_it_is_not_known(project: Project, owner: User):
    first = jobs.start(project=project, text="First", by=owner)
    jobs.start(project=project, text="Second", by=owner)
    assert conversation.of(work_on(first)).turns == (Turn("user", "First"),)


def test_the_oldest_lines_go_first_where_room_is_short():
    said = Earlier((), tuple(f"- A person: “Make number {number} green”" for number in range(10)), unsaid=2)
    short = said.within(40)
    assert short.lines == said.lines[-len(short.lines) :]
    assert (0 < len(short.lines) < 10, short.unsaid) == (True, 12 - len(short.lines))
    assert said.within(10_000) == said
