"""Two jobs beside each other: what each took, what each made, and what differs."""

from decimal import Decimal

import pytest

from agents.lifecycle import leases, moves
from agents.lifecycle.failures import Failure
from agents.models import Generation, Job, Step
from agents.services import comparisons, jobs, reruns
from projects import errors
from projects.enums import AuthorKind
from projects.models import ChangeSet, Project, User
from projects.services import changesets, files


def made(job: Job, content: bytes | None, *, apply: bool = True, fails: bool = False) -> Job:
    """As the engine leaves a job behind that wrote this; None: it changed nothing."""
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    changeset = changesets.open(branch=job.branch, author_kind=AuthorKind.AGENT, job_ref=job.pk)
    with leases.hold(lease) as held:
        moves.begin(held)
        if content is not None:
            changesets.stage(changeset, "a.txt", content)
        if fails:
            moves.fail(held, Failure("provider_down", "Gone."))
            return held
        Job.objects.filter(pk=job.pk).update(phase="start")
        held.refresh_from_db()
        if content is None:
            changesets.reject(changeset, by=None)
        moves.complete(held, output={})
    if content is not None and apply:
        changesets.apply(changeset, message="Made")
    return Job.objects.select_related("project", "branch").get(pk=job.pk)


@pytest.fixture
def first(project: Project, owner: User) -> Job:
    files.save(project.branches.get(), "a.txt", b"one\n", by=owner)
    return made(jobs.start(project=project, text="Two", by=owner), b"two\n")


def again(first: Job, owner: User) -> Job:
    return reruns.start(first, model="demo", by=owner)


def test_the_files_of_both_versions_are_compared(first: Job, owner: User):
    second = made(again(first, owner), b"three\nfour\n")
    for job in (first, second):
        pair = comparisons.of(job)
        assert (pair.original.job, pair.rerun.job) == (first, second)
        assert (pair.original.version, pair.rerun.version) == (2, 3)
        assert pair.compared is not None
        [file] = pair.compared.files
        assert (file.path, file.status, file.added, file.removed) == ("a.txt", "changed", 2, 1)
        assert (pair.original.note, pair.rerun.note) == ("", "")


def test_what_others_did_meanwhile_is_no_difference_between_them(project: Project, owner: User):
    main = project.branches.get()
    files.save(main, "a.txt", b"one\n", by=owner)
    job = made(jobs.start(project=project, text="Two", by=owner), b"two\n", apply=False)
    files.save(main, "README.md", b"Read me.\n", by=owner)
    changesets.apply(ChangeSet.objects.get(job_ref=job.pk), message="Made")
    second = made(again(job, owner), b"two\n")
    pair = comparisons.of(second)
    assert (pair.original.version, pair.rerun.version) == (3, 4)
    assert pair.compared is not None
    assert pair.compared.files == ()


def test_what_both_took_stands_beside_it(first: Job, owner: User):
    second = made(again(first, owner), b"two\n")
    for number, key in enumerate(("edit", "repair-1", "repair-2"), start=1):
        step = Step.objects.create(job=second, key=key, ordinal=number, role="builder", title=key)
        Generation.objects.create(
            job=second, step=step, input_tokens=10, cache_read_tokens=3, cache_write_tokens=2, output_tokens=number
        )
    Job.objects.filter(pk=second.pk).update(spent=Decimal("0.25"))
    second.refresh_from_db()
    side = comparisons.of(second).rerun
    assert (side.calls, side.repairs, side.input_tokens, side.output_tokens) == (3, 2, 45, 6)
    assert (side.job.spent, side.title, side.seconds) == (Decimal("0.25"), "Two", moves.elapsed(second))
    assert comparisons.of(second).original.calls == 0


@pytest.mark.parametrize("ending", ["failed", "nothing", "rejected", "waiting", "stopped"])
def test_what_made_no_version_is_compared_as_it_is_and_says_why(first: Job, owner: User, ending: str):
    second = again(first, owner)
    if ending == "stopped":
        jobs.stop(second, by=owner)
    else:
        second = made(second, None if ending == "nothing" else b"three\n", apply=False, fails=ending == "failed")
    if ending == "rejected":
        changesets.reject(ChangeSet.objects.get(job_ref=second.pk), by=owner)
    pair = comparisons.of(Job.objects.get(pk=second.pk))
    assert pair.rerun.version is None
    assert (
        pair.rerun.note
        == {
            "failed": "It failed, and nothing of it became a version.",
            "nothing": "It changed no file.",
            "rejected": "What it made was turned down.",
            "waiting": "What it made waits for your review.",
            "stopped": "It was stopped, and nothing of it became a version.",
        }[ending]
    )
    assert pair.compared is not None
    left = b"three\n" if ending == "waiting" else b"one\n"
    assert [file.after and files.content_of(file.after.sha256) for file in pair.compared.files] == [left]


def test_while_one_has_not_ended_no_files_are_compared(first: Job, owner: User):
    pair = comparisons.of(again(first, owner))
    assert (pair.compared, pair.rerun.note, pair.original.version) == (None, "It has not ended yet.", 2)


def test_the_newest_of_several_is_what_a_job_is_compared_with(first: Job, owner: User):
    _, last = again(first, owner), again(first, owner)
    assert comparisons.of(first).rerun.job == last


def test_a_job_that_was_not_run_again_has_nothing_beside_it(first: Job):
    with pytest.raises(errors.Missing, match="not run again"):
        comparisons.of(first)
