"""The newest conversation as one document: what was said and what became of it, and nothing made up."""

from agents.lifecycle import leases, moves
from agents.models import Job
from agents.services import conversations, jobs, sessions
from projects.enums import AuthorKind
from projects.models import Project, User
from projects.services import changesets, files


def edited(project: Project, owner: User, text: str, path: str) -> Job:
    job = jobs.start(project=project, text=text, by=owner)
    changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, by=owner, job_ref=job.pk)
    changesets.stage(changeset, path, b"x")
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        for phase in ("install", "start"):
            moves.advance(held, phase)  # type: ignore[arg-type]  # its values are the words
        moves.complete(held, output={})
    changesets.apply(changeset, by=owner, message=f"Done: {text}")
    return job


def test_before_anybody_spoke_there_is_none(project: Project):
    assert conversations.newest(project) is None


def test_what_was_said_and_done_stands_in_it(project: Project, owner: User):
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    job = edited(project, owner, "Make it green", "a.txt")
    session = conversations.newest(project)
    assert session is not None
    state = conversations.state_of(session)
    said = session.messages.get()
    moment = round(said.created_at.timestamp() * 1000)
    assert state["conversationId"] == str(session.pk)
    assert state["startedAt"] <= state["lastUpdated"] == moment
    assert state["context"]["messages"] == [
        {
            "id": str(said.pk),
            "role": "user",
            "content": "Make it green",
            "timestamp": moment,
            "metadata": {"job": str(job.pk)},
        }
    ]
    [edit] = state["context"]["edits"]
    assert (edit["userRequest"], edit["targetFiles"], edit["outcome"]) == ("Make it green", ["a.txt"], "success")
    assert (edit["editType"], edit["confidence"]) == (None, None)
    [change] = state["context"]["projectEvolution"]["majorChanges"]
    assert (change["description"], change["filesAffected"]) == ("Done: Make it green", ["a.txt"])
    assert state["context"]["userPreferences"] == {}


def test_the_newest_messages_are_given_in_order(project: Project, owner: User, monkeypatch):
    for number in range(4):
        jobs.start(project=project, text=str(number), by=owner)
    monkeypatch.setattr(conversations, "MOST_MESSAGES", 3)
    session = conversations.newest(project)
    assert session is not None
    assert [one["content"] for one in conversations.state_of(session)["context"]["messages"]] == ["1", "2", "3"]
    assert conversations.state_of(session)["context"]["edits"] == []


def test_one_that_is_put_away_is_the_newest_no_longer(project: Project, owner: User):
    jobs.start(project=project, text="A shelf", by=owner)
    newer = sessions.create(project.branches.get(), "Colours", by=owner)
    assert conversations.newest(project) == newer
    sessions.archive(newer)
    older = conversations.newest(project)
    assert older is not None
    sessions.archive(older)
    assert conversations.newest(project) is None
