"""What is asked of remotes: once, in order, by itself or not."""

import pytest

from agents import errors
from agents.lifecycle import failures, leases, moves
from agents.models import Job
from agents.services import chores, jobs, replays
from projects import errors as refusals
from projects.models import Project, Remote, User
from projects.services import files, projects, remotes

URL = "https://git.example.com/alice/my-shelf.git"


@pytest.fixture
def remote(project: Project, owner: User) -> Remote:
    return remotes.add(project, name="origin", url=URL, by=owner, is_automatic=True)


def pushes(project: Project) -> list[str]:
    return list(Job.objects.filter(project=project, kind="push").order_by("created_at").values_list("state", flat=True))


def end(job: Job, failure: str = "") -> None:
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure(failure)) if failure else moves.complete(held, output={})


def test_at_most_one_push_waits_for_a_remote(project: Project, remote: Remote, owner: User):
    first = chores.push(remote, by=owner)
    assert chores.push(remote, by=owner) == first
    leases.claim(first.pk, worker="test")
    second = chores.push(remote, by=owner)
    assert second != first
    assert chores.push(remote, by=None) == second
    assert pushes(project) == ["running", "queued"]


def test_two_remotes_do_not_wait_for_each_other(remote: Remote, project: Project, owner: User):
    other = remotes.add(project, name="backup", url=URL, by=owner)
    asked = {chores.push(remote, by=owner).pk, chores.push(other, by=owner).pk}
    assert set(leases.claimable()) == asked


@pytest.mark.django_db(transaction=True)
def test_a_new_version_of_main_is_pushed_by_itself(remote: Remote, project: Project, owner: User):
    main = project.branches.get()
    files.save(main, "a", b"1", by=owner)
    files.save(main, "a", b"2", by=owner)
    assert pushes(project) == ["queued"]


@pytest.mark.django_db(transaction=True)
def test_only_main_and_only_remotes_that_want_it(remote: Remote, project: Project, owner: User):
    remotes.change(remote, is_automatic=False, by=owner)
    files.save(project.branches.get(), "a", b"1", by=owner)
    assert pushes(project) == []
    remotes.change(remote, is_automatic=True, by=owner)
    side = project.branches.create(name="side", head=project.versions.get())
    files.save(side, "a", b"2", by=owner)
    assert pushes(project) == []


@pytest.mark.parametrize(("code", "goes_on"), [("auth", False), ("conflict", False), ("provider_down", True)])
def test_after_a_lasting_refusal_nothing_is_pushed_by_itself(
    remote: Remote, project: Project, owner: User, code: str, goes_on: bool
):
    end(chores.push(remote, by=owner), code)
    chores.push_by_itself(project)
    assert chores.is_held_back(remote) is not goes_on
    assert pushes(project) == ["failed", *["queued"] * goes_on]
    if not goes_on:
        end(chores.push(remote, by=owner))
        chores.push_by_itself(project)
        assert pushes(project) == ["failed", "completed", "queued"]


def test_a_paused_push_goes_on_when_it_is_asked_for(remote: Remote, owner: User):
    job = chores.push(remote, by=owner)
    jobs.pause(job, by=owner)
    assert chores.push(remote, by=owner) == job
    job.refresh_from_db()
    assert job.state == "queued"


def test_an_archived_project_is_not_pushed(remote: Remote, project: Project, owner: User):
    projects.archive(project, by=owner)
    with pytest.raises(errors.NotPossible, match="archived"):
        chores.push(remote, by=owner)


def test_a_project_to_be_imported_is_called_as_its_repository(owner: User):
    job = chores.bring_in(url="https://me:secret-word@git.example.com/alice/my_big-shelf.git/", by=owner)
    assert (job.project.name, job.kind, job.input["text"]) == (
        "my big shelf", "import", "Import https://git.example.com/alice/my_big-shelf.git",
    )  # fmt: skip
    origin = job.project.remotes.get()
    assert remotes.address_of(origin).password == "secret-word"
    assert "secret-word" not in str(Job.objects.values())


def test_what_is_no_address_leaves_no_project(owner: User):
    with pytest.raises(refusals.BadUrl):
        chores.bring_in(url="git@example.com:a/b", by=owner)
    assert not Project.objects.exists()


def test_a_chore_is_not_replayed(remote: Remote, owner: User):
    job = chores.push(remote, by=owner)
    with pytest.raises(errors.NotPossible, match="asked no model"):
        replays.request(job, purpose="replay", by=owner)  # type: ignore[arg-type]
