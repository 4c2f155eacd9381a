"""Jobs that are asked for by their name, of an app that is there: mend it, look it over, install, start."""

import pytest

from agents import errors
from agents.enums import JobKind
from agents.models import Job, Message
from agents.services import jobs
from projects.models import ChangeSet, Project, User, Version
from projects.services import files
from tests.agents.engine.replies import PAGE, asked, edit, says
from tests.agents.engine.replies import files as written
from tests.agents.engine.whole import payloads, run, tree
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(project: Project, owner: User) -> Project:
    for path, text in PAGE.items():
        files.save(project.branches.get(), path, text.encode(), by=owner)
    return project


@pytest.fixture
def bare(project: Project, owner: User) -> Project:
    """An app that does not start: its page is missing."""
    files.save(project.branches.get(), "style.css", PAGE["style.css"].encode(), by=owner)
    return project


def ask(project: Project, owner: User, kind: JobKind, text: str = "") -> Job:
    return run(jobs.start(project=project, text=text, by=owner, model="own-model", kind=kind))


def keys(job: Job) -> list[str]:
    return list(job.steps.values_list("key", flat=True))


def phases(project: Project, job: Job) -> list[str]:
    return [told["phase"] for told in payloads(project, "phase_changed") if told["job"] == str(job.pk)]


def test_what_is_asked_for_by_name_needs_no_words(server: ModelServer, page: Project, owner: User) -> None:
    job = ask(page, owner, JobKind.START)
    assert (job.input["text"], Message.objects.get(job=job).text) == ("Start the app.", "Start the app.")
    with pytest.raises(errors.Unfit):
        jobs.start(project=page, text=" ", by=owner)


@pytest.mark.parametrize("kind", [JobKind.REPAIR, JobKind.REVIEW, JobKind.INSTALL, JobKind.START])
def test_without_an_app_there_is_nothing_to_do_it_with(project: Project, owner: User, kind: JobKind) -> None:
    with pytest.raises(errors.NotPossible, match="no app yet"):
        jobs.start(project=project, text="", by=owner, kind=kind)
    assert not Job.objects.filter(project=project).exists()


def test_packages_are_put_in_place_and_nothing_else(server: ModelServer, page: Project, owner: User) -> None:
    server.will(says("Nobody asks me."))
    job = ask(page, owner, JobKind.INSTALL)
    assert (job.state, keys(job), phases(page, job)) == ("completed", ["install"], ["install", "complete"])
    assert (server.seen, Version.objects.count()) == ([], 3)


def test_a_start_installs_first(server: ModelServer, page: Project, owner: User) -> None:
    job = ask(page, owner, JobKind.START)
    assert (job.state, keys(job)) == ("completed", ["install", "start"])
    assert phases(page, job) == ["install", "start", "complete"]
    assert len(payloads(page, "preview_ready")) == 1
    assert Version.objects.count() == 3


def test_a_start_that_fails_asks_no_model(server: ModelServer, bare: Project, owner: User) -> None:
    server.will(says("Nobody asks me."))
    job = ask(bare, owner, JobKind.START)
    assert job.error is not None
    assert (job.state, job.error["code"], server.seen) == ("failed", "start_failed", [])
    assert payloads(bare, "repair_started") == []


def test_an_app_that_is_put_right_by_hand_starts_when_it_is_tried_again(
    server: ModelServer, bare: Project, owner: User
) -> None:
    job = ask(bare, owner, JobKind.START)
    assert not ChangeSet.objects.filter(job_ref=job.pk, state="open").exists()
    files.save(bare.branches.get(), "index.html", PAGE["index.html"].encode(), by=owner)
    jobs.retry(job, by=owner)
    assert run(job).state == "completed"


def test_an_app_is_mended_by_what_fails_when_it_is_tried(server: ModelServer, bare: Project, owner: User) -> None:
    server.will(says(written("index.html")))
    job = ask(bare, owner, JobKind.REPAIR)
    assert (job.state, job.error, "index.html" in tree(bare)) == ("completed", None, True)
    assert keys(job) == ["install", "start", "repair-1", "install-2", "start-2"]
    assert "The app has no index.html." in asked(server)[0]


def test_what_a_person_says_of_it_is_gone_by_first(server: ModelServer, page: Project, owner: User) -> None:
    server.will(says(edit("style.css", "  color: navy;", "  color: teal;")))
    job = ask(page, owner, JobKind.REPAIR, "The heading cannot be read.")
    assert (job.state, keys(job)) == ("completed", ["repair-1", "install-2", "start-2"])
    assert asked(server) == ["The heading cannot be read."]
    assert "teal" in tree(page)["style.css"]


def test_an_app_that_runs_is_left_as_it_is(server: ModelServer, page: Project, owner: User) -> None:
    server.will(says("Nobody asks me."))
    job = ask(page, owner, JobKind.REPAIR)
    assert (job.state, job.output["version"], server.seen) == ("completed", None, [])
    assert tree(page) == PAGE


def test_where_there_is_nothing_to_check_that_is_said(server: ModelServer, page: Project, owner: User) -> None:
    job = ask(page, owner, JobKind.REVIEW)
    assert (job.state, keys(job)) == ("completed", [])
    said = Message.objects.filter(job=job, role="assistant").get().text
    assert said == "There is nothing in this app that can be checked without running it."
