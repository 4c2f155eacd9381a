"""Whatever went wrong has a code, and the code says whether trying again helps."""

import pytest
from django.db import InterfaceError, OperationalError

from agents.lifecycle import failures
from agents.lifecycle.failures import Failure
from projects.errors import BadName, Busy, Conflict
from sandboxes.errors import SandboxLost


@pytest.mark.parametrize(
    ("surprise", "code", "is_retryable"),
    [
        (Failure("timeout"), "timeout", True),
        (SandboxLost("gone"), "sandbox_failed", True),
        (Busy("Others keep changing it."), "conflict", True),
        (Conflict(["a.txt"]), "conflict", False),
        (BadName("A project needs a name."), "invalid_input", False),
        (OperationalError("deadlock detected"), "internal", True),
        (InterfaceError("connection already closed"), "internal", True),
        (ZeroDivisionError(), "internal", False),
    ],
)
def test_each_kind_of_surprise(surprise: Exception, code: str, is_retryable: bool):
    failure = failures.from_exception(surprise)
    assert (failure.code, failure.retryable) == (code, is_retryable)
    assert failure.message
