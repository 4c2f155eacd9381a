"""Pushes and imports as jobs: what they bring about, how they fail, and what becomes of them in the middle."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from agents.engine import runner
from agents.lifecycle import leases
from agents.models import AgentState, Job
from agents.services import chores, jobs
from projects import feed
from projects.models import Project, Remote, User, Version
from projects.services import files, projects, remotes
from tests.agents.engine.whole import in_background, run, tree
from tests.fakes import git_server
from tests.fakes.git_server import PASSWORD, USER, GitServer
from tests.installation import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere(tmp_path: Path, settings) -> Iterator[GitServer]:
    settings.GIT_EXTRA_CIDRS = ["127.0.0.0/8"]
    settings.DJINN_HOME = tmp_path / "home"
    with git_server.serving(tmp_path) as server:
        yield server


@pytest.fixture
def remote(project: Project, owner: User, elsewhere: GitServer) -> Remote:
    """A locked one, and something to push."""
    elsewhere.is_locked = True
    files.save(project.branches.get(), "a.txt", b"1", by=owner)
    return remotes.add(project, name="origin", url=elsewhere.url, username=USER, password=PASSWORD, by=owner)


def log(job: Job) -> str:
    job.refresh_from_db()
    return "\n".join(job.output.get("log", []))


def outcomes(job: Job) -> list[str]:
    return [row.outcome for row in job.attempt_rows.all()]


# --- push --------------------------------------------------------------------------------------


def test_a_push_brings_every_branch_and_remembers_it(
    project: Project, owner: User, remote: Remote, elsewhere: GitServer
):
    job = run(chores.push(remote, by=owner))
    remote.refresh_from_db()
    assert (job.state, job.phase, job.session, job.model) == ("completed", "complete", None, "")
    assert remote.pushed == elsewhere.heads() == job.output["pushed"] == {"main": Version.objects.get().commit_oid}
    assert remote.pushed_at is not None
    told = [event for event in feed.since(project.pk, 0) if event.kind == "remote_pushed"]
    assert [event.payload["branches"] for event in told] == [["main"]]
    assert elsewhere.git("show", "main:a.txt") == "1"
    assert not AgentState.objects.exists()


def test_a_second_push_sends_only_what_is_new(project: Project, owner: User, remote: Remote, elsewhere: GitServer):
    run(chores.push(remote, by=owner))
    files.save(project.branches.get(), "a.txt", b"2", by=owner)
    run(chores.push(remote, by=owner))
    assert elsewhere.git("log", "--format=%s", "main").splitlines() == ["Edit a.txt", "Edit a.txt"]
    elsewhere.asked.clear()
    assert run(chores.push(remote, by=owner)).state == "completed"
    assert not [path for path in elsewhere.asked if path.endswith("/git-receive-pack")], "nothing was sent"


def test_a_wrong_password_fails_with_what_to_do_and_nothing_is_tried_again(owner: User, remote: Remote):
    remote = remotes.change(remote, password="wrong-password", username=USER, by=owner)
    job = run(chores.push(remote, by=owner))
    assert job.error is not None
    assert (job.state, job.error["code"], outcomes(job)) == ("failed", "auth", ["failed"])
    assert "refused the user name or the password" in job.error["message"]
    assert "Settings, Remotes" in job.error["user_action"]


def test_after_the_password_was_put_right_a_retry_goes_through(owner: User, remote: Remote, elsewhere: GitServer):
    remote = remotes.change(remote, password="wrong-password", username=USER, by=owner)
    job = run(chores.push(remote, by=owner))
    remotes.change(remote, username=USER, password=PASSWORD, by=owner)
    jobs.retry(job, by=owner)
    assert run(job).state == "completed"
    assert elsewhere.heads().keys() == {"main"}


def test_a_server_on_its_knees_is_asked_again_later_and_then_given_up(
    owner: User, remote: Remote, elsewhere: GitServer
):
    elsewhere.status = 503
    job = run(chores.push(remote, by=owner))
    assert (job.state, outcomes(job)) == ("queued", ["retried"])
    assert job.not_before is not None
    assert timezone.now() < job.not_before < timezone.now() + timedelta(seconds=3)
    elsewhere.status = 0
    assert run(job).state == "completed"
    elsewhere.status = 503
    job = run(chores.push(remote, by=owner), times=5)
    assert job.error is not None
    assert (job.state, job.error["code"], outcomes(job)) == ("failed", "provider_down", [*["retried"] * 4, "failed"])


def test_others_commits_are_told_and_left_alone(owner: User, remote: Remote, elsewhere: GitServer):
    theirs = elsewhere.commit("main", README="hello")
    job = run(chores.push(remote, by=owner))
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "conflict")
    assert "has commits on main that this project does not have" in job.error["message"]
    assert "merge" in job.error["user_action"]
    assert elsewhere.heads() == {"main": theirs}


def test_the_password_is_nowhere_but_sealed(project: Project, owner: User, remote: Remote, elsewhere: GitServer):
    run(chores.push(remote, by=owner))
    elsewhere.status = 500
    job = run(chores.push(remote, by=owner))
    kept = [str(list(model.objects.values())) for model in (Job, Remote, Project)]
    kept += [str(event.payload) for event in feed.since(project.pk, 0)] + [log(job)]
    assert not [text for text in kept if PASSWORD in text]


def test_a_stop_ends_a_silent_push_within_a_second_or_so(owner: User, remote: Remote, elsewhere: GitServer):
    elsewhere.answers.clear()
    job = chores.push(remote, by=owner)
    thread = in_background(job)
    wait_for(lambda: bool(elsewhere.asked), seconds=30, what="a question")
    pressed = time.monotonic()
    jobs.stop(job, by=owner)
    thread.join(20)
    assert time.monotonic() - pressed < 4  # a second, on a machine with nothing else to do
    job.refresh_from_db()
    assert (job.state, outcomes(job)) == ("cancelled", ["cancelled"])


def test_a_pause_in_the_middle_goes_on_later(owner: User, remote: Remote, elsewhere: GitServer):
    elsewhere.answers.clear()
    job = chores.push(remote, by=owner)
    thread = in_background(job)
    wait_for(lambda: bool(elsewhere.asked), seconds=30, what="a question")
    jobs.pause(job, by=owner)
    thread.join(20)
    elsewhere.answers.set()
    job.refresh_from_db()
    assert (job.state, job.phase) == ("paused", "paused")
    jobs.resume(job, by=owner)
    assert run(job).state == "completed"


def test_a_worker_that_lost_its_lease_leaves_the_push_to_the_next(owner: User, remote: Remote, elsewhere: GitServer):
    elsewhere.answers.clear()
    job = chores.push(remote, by=owner)
    thread = in_background(job)
    wait_for(lambda: bool(elsewhere.asked), seconds=30, what="a question")

    def taken() -> bool:
        leases.release_all()
        threading.Timer(0.5, elsewhere.answers.set).start()
        runner.execute(job.pk)
        job.refresh_from_db()
        return job.attempts > 1

    wait_for(taken, seconds=30, what="the takeover")
    thread.join(20)
    job.refresh_from_db()
    assert job.state == "completed"
    assert [event.kind for event in feed.since(job.project_id, 0)].count("remote_pushed") == 1


def test_a_push_goes_on_beside_a_build(project: Project, owner: User, remote: Remote):
    build = jobs.start(project=project, text="A shelf", by=owner)
    lease = leases.claim(build.pk, worker="one")
    assert lease is not None
    assert run(chores.push(remote, by=owner)).state == "completed"
    assert leases.extend(lease)


def test_a_remote_that_was_removed_is_told(owner: User, remote: Remote):
    job = chores.push(remote, by=owner)
    remotes.remove(remote, by=owner)
    run(job)
    assert job.error is not None
    assert (job.error["code"], job.error["message"]) == ("invalid_input", "The remote was removed.")


def test_an_empty_project_has_nothing_to_push(project: Project, owner: User, elsewhere: GitServer):
    job = run(chores.push(remotes.add(project, name="origin", url=elsewhere.url, by=owner), by=owner))
    assert job.error is not None
    assert job.error["message"] == "There is no version to push yet."


def test_a_server_inside_the_network_is_not_visited(owner: User, remote: Remote, elsewhere: GitServer, settings):
    settings.GIT_EXTRA_CIDRS = []
    job = run(chores.push(remote, by=owner))
    assert job.error is not None
    assert (job.error["code"], elsewhere.asked) == ("policy_denied", [])


# --- import ------------------------------------------------------------------------------------


def test_an_import_makes_a_project_at_once_and_fills_it_with_the_history(owner: User, elsewhere: GitServer):
    elsewhere.is_locked = True
    elsewhere.commit("main", a__txt="1")
    head = elsewhere.commit("main", a__txt="2", b__txt="3")
    elsewhere.git("branch", "side", "main~1")
    job = chores.bring_in(url=elsewhere.url, username=USER, password=PASSWORD, by=owner)
    assert (job.project.name, job.project.versions.count(), job.state) == ("project", 0, "queued")
    assert run(job).state == "completed"
    versions = list(job.project.versions.order_by("number"))
    assert [version.number for version in versions] == [1, 2]
    assert versions[1].commit_oid == head
    assert set(job.project.branches.values_list("name", "head__number")) == {("main", 2), ("side", 1)}
    assert job.project.files.count() == 2
    assert job.project.remotes.get().name == "origin"


def test_what_is_imported_lies_where_it_is_swept_if_its_worker_is_killed(owner: User, elsewhere: GitServer, settings):
    elsewhere.commit("main", a__txt="1")
    run(chores.bring_in(url=elsewhere.url, by=owner))
    assert list((settings.DJINN_HOME / "git" / "incoming").iterdir()) == []


def test_what_was_imported_can_be_pushed_back_as_it_was(owner: User, elsewhere: GitServer):
    elsewhere.commit("main", a__txt="1")
    project = run(chores.bring_in(url=elsewhere.url, by=owner)).project
    files.save(project.branches.get(), "a.txt", b"2", by=owner)
    assert run(chores.push(project.remotes.get(), by=owner)).state == "completed"
    assert elsewhere.git("log", "--format=%s", "main").splitlines() == ["Edit a.txt", "By somebody else"]


def test_a_hostile_repository_is_refused_with_what_is_wrong_and_nothing_stays(owner: User, elsewhere: GitServer):
    elsewhere.commit("main", a__txt="1", A__TXT="2")
    job = run(chores.bring_in(url=elsewhere.url, by=owner))
    assert job.error is not None
    assert (job.state, job.error["code"]) == ("failed", "invalid_input")
    assert "only in case" in job.error["message"]
    assert (job.project.versions.count(), job.project.files.count()) == (0, 0)


def test_an_import_that_failed_is_retried_when_the_repository_was_put_right(owner: User, elsewhere: GitServer):
    job = run(chores.bring_in(url=elsewhere.url, by=owner))
    assert job.error is not None
    assert "no branch" in job.error["message"]
    elsewhere.commit("main", a__txt="1")
    jobs.retry(job, by=owner)
    assert run(job).state == "completed"
    assert tree(job.project) == {"a.txt": "1"}


def test_a_message_waits_for_the_import(owner: User, elsewhere: GitServer):
    elsewhere.commit("main", a__txt="1")
    job = chores.bring_in(url=elsewhere.url, by=owner)
    edit = jobs.start(project=job.project, text="Make it green", by=owner)
    assert edit.kind == "edit"
    assert leases.claim(edit.pk, worker="one") is None
    assert runner.execute(job.pk) == [edit.pk]


def test_an_archived_project_is_not_filled(owner: User, elsewhere: GitServer):
    job = chores.bring_in(url=elsewhere.url, by=owner)
    projects.archive(job.project, by=owner)
    assert run(job).state == "cancelled"
    assert elsewhere.asked == []
