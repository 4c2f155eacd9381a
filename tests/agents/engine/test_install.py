"""What a failed install becomes: something to try again, or something of the app."""

import pytest

from agents.engine import install, runner
from agents.enums import Phase
from agents.errors import AppBroken
from agents.lifecycle import moves
from agents.models import Job
from projects.models import User
from projects.services import changesets, projects
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.services import sandboxes
from tests.agents.engine.whole import advance, work_on
from tests.sandboxes import apps


def failed(output: str, *, exit_code: int | None = 1) -> Command:
    return Command(title="Install zod", exit_code=exit_code, output=output)


def test_a_registry_out_of_reach_is_tried_again_and_no_model_is_asked():
    failure = install.failure_of(failed("npm error 403 403 registry.example could not be found. - GET https://x"))
    assert (failure.code, failure.retryable, isinstance(failure, AppBroken)) == ("install_failed", True, False)
    assert failure.message.startswith(
        "Install zod failed (exit code 1). The registry could not be reached.\n\nnpm error"
    )
    assert failure.user_action.startswith("Try again in a while.")


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("npm error code ERESOLVE", "Two packages want another version of the same one."),
        ("npm error code ENOSPC", "There is no room left for these packages in the app's box."),
        ("npm error code E404", "The registry has no package of this name."),
        ("npm error command sh -c exit 1", "A package has to be built while it is installed, and that failed."),
    ],
)
def test_what_is_wrong_with_the_app_is_said_with_what_to_do(output: str, says: str):
    failure = install.failure_of(failed(output))
    assert isinstance(failure, AppBroken)
    assert failure.message == f"Install zod failed (exit code 1). {says}\n\n{output}"
    assert failure.user_action != install.failure_of(failed("")).user_action


def test_what_nobody_knows_is_told_as_it_was_said():
    failure = install.failure_of(failed("Something else.", exit_code=None))
    assert failure.message == "Install zod failed.\n\nSomething else."
    assert failure.user_action == "Let Djinn try to fix it once more, or say what should be different."


@pytest.mark.box
@pytest.mark.django_db(transaction=True)
def test_without_a_place_for_its_app_a_job_gives_way_and_its_app_keeps_the_place(
    job: Job, owner: User, settings, monkeypatch: pytest.MonkeyPatch
):
    settings.SANDBOX_BACKEND, settings.SANDBOX_MOST = "process", 1
    monkeypatch.setattr(install, "_IN_LINE", 0.0)
    other = sandboxes.for_branch(projects.create(name="Another", by=owner).branches.get())
    Sandbox.objects.filter(pk=other.pk).update(state="ready", handle={"backend": "process", "id": "a"})
    context = work_on(job)
    for path, text in apps.FLASK.items():
        changesets.stage(context.changeset(), path, text.encode())
    for phase in (Phase.IMPLEMENTING, Phase.INSTALL):
        advance(context, phase)
    with context.hold() as held:
        moves.give_way(held)
    for _ in range(2):
        runner.execute(job.pk)
        job.refresh_from_db()
        assert (job.state, job.phase, job.error) == ("queued", "install", None)
        sandbox = Sandbox.objects.get(branch=job.branch)
        assert (sandbox.state, sandbox.waits_since is None) == ("waiting", False)
        assert sandbox.note == "All places are taken by apps in use. Yours is the next to start."
    assert [row.outcome for row in job.attempt_rows.all()] == ["yielded"] * 3
    Sandbox.objects.filter(pk=other.pk).update(state="sleeping", handle={})
    context = work_on(job)
    try:
        assert install.prepare(context).state == "ready"
    finally:
        lifecycle.destroy(Sandbox.objects.get(branch=job.branch))
