"""Conversations: begun, renamed, put away, and what stands against it."""

from uuid import uuid4

import pytest

from agents.errors import NotPossible
from agents.models import Job, Message, Session
from agents.services import sessions
from projects import errors
from projects.models import Checkpoint, Project, User
from projects.services import branches, files, projects


@pytest.fixture
def session(project: Project, owner: User) -> Session:
    return sessions.create(project.branches.get(), "Colours", by=owner)


def test_a_session_is_about_a_branch(project: Project, owner: User):
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    branches.create(project, "idea", by=owner)
    made = sessions.create(branches.find(project, "idea"), "  Two\n words ", by=owner)
    assert (made.title, made.branch.name, made.created_by, made.project) == ("Two words", "idea", owner, project)
    job = sessions.say(made, "Make it green", by=owner)
    assert (job.branch.name, job.session) == ("idea", made)


@pytest.mark.parametrize("title", ["", " \u202e ", "x" * 121])
def test_a_title_has_to_be_one(project: Project, owner: User, session: Session, title: str):
    with pytest.raises(errors.BadName):
        sessions.create(project.branches.get(), title, by=owner)
    with pytest.raises(errors.BadName):
        sessions.rename(session, title)
    assert [one.title for one in Session.objects.all()] == ["Colours"]


def test_a_project_has_so_many_sessions(project: Project, owner: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sessions, "MOST", 1)
    sessions.create(project.branches.get(), "One", by=owner)
    with pytest.raises(NotPossible, match="at most 1"):
        sessions.create(project.branches.get(), "Two", by=owner)
    assert Session.objects.count() == 1


def test_an_archived_session_is_for_reading(session: Session, owner: User):
    sessions.archive(session)
    moment = session.archived_at
    sessions.archive(session)
    assert session.archived_at == moment
    with pytest.raises(NotPossible, match="archived"):
        sessions.say(session, "More", by=owner)
    assert not Message.objects.exists()
    assert not Job.objects.exists()
    sessions.unarchive(session)
    sessions.say(session, "More", by=owner)
    assert [message.text for message in sessions.messages(session)] == ["More"]


def test_a_session_of_another_project_is_not_found(session: Session, owner: User):
    with pytest.raises(errors.Missing):
        sessions.find(projects.create(name="Elsewhere", by=owner), session.pk)
    with pytest.raises(errors.Missing):
        sessions.find(session.project, uuid4())


def test_a_checkpoint_knows_where_in_the_conversation_it_was_made(session: Session, owner: User):
    with pytest.raises(errors.Empty):
        sessions.checkpoint(session, "Too early", by=owner)
    assert not Checkpoint.objects.exists()
    files.save(session.branch, "a.txt", b"1", by=owner)
    early = sessions.checkpoint(session, "Before words", by=owner)
    sessions.say(session, "Make it green", by=owner)
    said = Message.objects.get()
    late = sessions.checkpoint(session, "Works", by=owner)
    assert (early.session_ref, early.message_ref) == (session.pk, None)
    assert (late.session_ref, late.message_ref, late.version.number) == (session.pk, said.pk, 1)
    assert list(sessions.checkpoints_of(session)) == [late, early]


def test_a_checkpoint_of_another_session_is_not_restored(session: Session, owner: User):
    files.save(session.branch, "a.txt", b"1", by=owner)
    kept = sessions.checkpoint(session, "Works", by=owner)
    files.save(session.branch, "a.txt", b"2", by=owner)
    other = sessions.create(session.branch, "Other", by=owner)
    with pytest.raises(errors.Missing, match="in this session"):
        sessions.find_checkpoint(other, kept.pk)
    made = sessions.restore(session, sessions.find_checkpoint(session, kept.pk), by=owner, seen=2)
    assert (made.number, made.message, made.origins) == (3, "Restore version 1 (Works)", [2])
