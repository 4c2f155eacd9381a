"""What it takes, where nobody can say. Of real boxes: tests/sandboxes/api, tests/sandboxes/runtime."""

from datetime import timedelta

from django.utils import timezone

from sandboxes.enums import SandboxState
from sandboxes.models import Sample, Sandbox
from sandboxes.services import statistics
from tests.sandboxes.conftest import MakeApp


def test_where_no_box_is_reached_it_is_the_newest_sample(make_app: MakeApp) -> None:
    """As in a web process that has no engine."""
    sandbox, now = make_app({}), timezone.now()
    sandbox.handle, sandbox.state = {"backend": "unknown", "id": "mine"}, SandboxState.READY
    values = {"memory_bytes": 7, "disk_bytes": 1, "processes": 2, "cpu_seconds": 1.5, "cpu_share": 0.5}
    for late, box in ((80, "mine"), (10, "another")):
        Sample.objects.create(sandbox=sandbox, taken_at=now - timedelta(seconds=late), box=box, **values)
        assert statistics.now(sandbox) is None
    Sample.objects.create(sandbox=sandbox, taken_at=now, box="mine", **values)
    told = statistics.now(sandbox)
    assert told is not None
    assert (told.taken_at, told.memory_bytes, told.cpu_share) == (now, 7, 0.5)


def test_a_back_end_that_says_nothing_is_no_failure(make_app: MakeApp) -> None:
    sandbox = make_app({})
    for backend in ("process", "unknown"):
        sandbox.handle, sandbox.state = {"backend": backend, "id": "nobody"}, SandboxState.READY
        assert statistics.now(sandbox) is None
    Sandbox.objects.filter(pk=sandbox.pk).update(handle={})
    assert list(statistics.history(sandbox)) == []
