"""What a failed install becomes: something to try again, or something of the app."""

import pytest

from agents.engine import install
from agents.errors import AppBroken
from sandboxes.models import Command


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
