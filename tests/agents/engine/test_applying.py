"""Applies as jobs: under the rules of the door, at most once, and what is in their way is told."""

import pytest

from agents.engine import applying
from agents.engine.context import Interrupted
from agents.lifecycle import leases
from agents.models import AgentState, Job
from agents.services import applies, jobs
from projects.enums import Decision, Role
from projects.models import Branch, ChangeSet, Member, Project, User, Version
from projects.services import changesets, files, review
from projects.services.staging import Content
from tests.agents.engine.whole import payloads, run, tree, work_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def main(project: Project, owner: User) -> Branch:
    branch = project.branches.get()
    files.save(branch, "a.txt", b"one\ntwo\n", by=owner)
    return branch


@pytest.fixture
def proposed(main: Branch, owner: User) -> ChangeSet:
    changes = [("a.txt", Content(b"one\nTWO\n")), ("b.txt", Content(b"new\n"))]
    made = changesets.propose(main, changes, by=owner, title="Better")
    made.refresh_from_db()
    return made


def versions(project: Project) -> list[str]:
    return list(project.versions.order_by("number").values_list("message", flat=True))


def test_it_becomes_a_version_by_whoever_asked(project: Project, proposed: ChangeSet, owner: User):
    job = run(applies.ask(proposed, by=owner))
    proposed.refresh_from_db()
    assert (job.state, job.output["version"], proposed.state) == ("completed", 2, "applied")
    assert tree(project) == {"a.txt": "one\nTWO\n", "b.txt": "new\n"}
    assert versions(project) == ["Edit a.txt", "Better"]
    assert [told["version"] for told in payloads(project, "changeset_applied")][-1] == 2
    assert not AgentState.objects.exists()


def test_some_files_alone_are_applied_and_the_rest_waits(project: Project, proposed: ChangeSet, owner: User):
    run(applies.ask(proposed, paths=["b.txt"], message="Only b", seen=proposed.revision, by=owner))
    assert (tree(project)["a.txt"], tree(project)["b.txt"]) == ("one\ntwo\n", "new\n")
    following = ChangeSet.objects.get(state="open")
    assert (following.follows, list(following.changes.values_list("path", flat=True))) == (proposed, ["a.txt"])


def test_what_was_turned_down_is_left_out(project: Project, proposed: ChangeSet, owner: User):
    review.decide(proposed, "b.txt", Decision.REJECTED)
    assert run(applies.ask(proposed, by=owner)).state == "completed"
    assert list(tree(project)) == ["a.txt"]


def test_others_changes_of_other_lines_are_joined(project: Project, main: Branch, proposed: ChangeSet, owner: User):
    job = applies.ask(proposed, by=owner)
    files.save(main, "c.txt", b"theirs", by=owner)
    assert run(job).output["version"] == 3
    assert tree(project)["c.txt"] == "theirs"


def test_the_same_lines_are_a_conflict_that_names_them(
    project: Project, main: Branch, proposed: ChangeSet, owner: User
):
    job = applies.ask(proposed, by=owner)
    files.save(main, "a.txt", b"one\n2\n", by=owner)
    run(job)
    assert job.error is not None
    assert (job.state, job.error["code"], "a.txt" in job.error["message"]) == ("failed", "conflict", True)
    assert ChangeSet.objects.get(pk=proposed.pk).state == "open"


@pytest.mark.parametrize("end", ["rejected", "gone", "restaged"])
def test_what_it_was_asked_for_is_no_longer_there(project: Project, proposed: ChangeSet, owner: User, end: str):
    job = applies.ask(proposed, seen=proposed.revision, by=owner)
    match end:
        case "rejected":
            changesets.reject(proposed, by=owner)
        case "gone":
            proposed.delete()
        case "restaged":
            changesets.stage(proposed, "b.txt", b"other")
    run(job)
    assert job.error is not None
    assert (job.state, job.error["code"], Version.objects.count()) == ("failed", "invalid_input", 1)
    assert "Look at the change again" in job.error["user_action"]


@pytest.mark.parametrize("end", ["viewer", "gone", "deleted"])
def test_who_may_not_write_any_more_applies_nothing(project: Project, proposed: ChangeSet, owner: User, end: str):
    editor = User.objects.create_user("bob@example.org", name="Bob")
    member = Member.objects.create(project=project, user=editor, role=Role.EDITOR)
    job = applies.ask(proposed, by=editor)
    match end:
        case "viewer":
            Member.objects.filter(pk=member.pk).update(role=Role.VIEWER)
        case "gone":
            member.delete()
        case "deleted":
            editor.delete()
    run(job)
    assert job.error is not None
    assert (job.state, job.error["code"], Version.objects.count()) == ("failed", "policy_denied", 1)


def test_applied_by_hand_meanwhile_it_is_that_version(project: Project, proposed: ChangeSet, owner: User):
    job = applies.ask(proposed, by=owner)
    changesets.apply(proposed, by=owner, message="By hand")
    assert run(job).output["version"] == 2
    assert Version.objects.count() == 2


def test_a_stop_is_heeded_at_the_last_moment(project: Project, proposed: ChangeSet, owner: User):
    job = applies.ask(proposed, by=owner)
    context = work_on(job)
    jobs.stop(job, by=owner)
    with pytest.raises(Interrupted):
        applying.run(context)
    assert (Version.objects.count(), ChangeSet.objects.get(pk=proposed.pk).state) == (1, "open")


def test_a_worker_that_lost_its_lease_applies_nothing(proposed: ChangeSet, owner: User):
    job = applies.ask(proposed, by=owner)
    context = work_on(job)
    leases.release_all()
    assert leases.claim(job.pk, worker="another") is not None
    with pytest.raises(leases.LeaseLost):
        applying.run(context)
    assert Version.objects.count() == 1
    leases.release_all()
    assert run(job).state == "completed"
    assert Version.objects.count() == 2


def test_two_of_one_branch_go_one_after_the_other(main: Branch, proposed: ChangeSet, owner: User):
    other = changesets.propose(main, [("c.txt", Content(b"c"))], by=owner, title="Other")
    first, second = (applies.ask(one, by=owner) for one in (proposed, other))
    assert leases.claim(first.pk, worker="one") is not None
    assert leases.claim(second.pk, worker="two") is None


def test_it_goes_on_beside_a_build_and_is_not_what_the_agent_is_at(project: Project, proposed: ChangeSet, owner: User):
    build = jobs.start(project=project, text="Make it green", by=owner)
    assert leases.claim(build.pk, worker="one") is not None
    assert run(applies.ask(proposed, by=owner)).state == "completed"
    assert jobs.foreground(project) == build
    assert Job.objects.get(pk=build.pk).state == "running"
