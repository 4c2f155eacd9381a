"""What it takes, where nobody can say. Of real boxes: tests/sandboxes/api, tests/sandboxes/runtime."""

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.services import statistics
from tests.sandboxes.conftest import MakeApp


def test_a_back_end_that_says_nothing_is_no_failure(make_app: MakeApp) -> None:
    sandbox = make_app({})
    for backend in ("process", "unknown"):
        sandbox.handle, sandbox.state = {"backend": backend, "id": "nobody"}, SandboxState.READY
        assert statistics.now(sandbox) is None
    Sandbox.objects.filter(pk=sandbox.pk).update(handle={})
    assert list(statistics.history(sandbox)) == []
