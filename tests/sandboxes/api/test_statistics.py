"""What a sandbox takes, over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sandboxes.models import Sample, Sandbox
from sandboxes.runtime import lifecycle, measuring
from sandboxes.services import sandboxes
from tests.installation import wait_for
from tests.people import People
from tests.programs import Programs
from tests.sandboxes.api.test_sandboxes import LIMITS


def address(people: People) -> str:
    return f"/projects/{people.project.pk}/sandbox/stats"


def sampled(sandbox: Sandbox, seconds: int) -> None:
    taken_at = timezone.now() - timedelta(seconds=seconds)
    values = {"memory_bytes": 1, "disk_bytes": 2, "processes": seconds, "cpu_seconds": 4.5, "cpu_share": 0.25}
    Sample.objects.create(sandbox=sandbox, taken_at=taken_at, box="a", **values)


def test_where_nothing_runs_there_are_limits_alone(people: People, program: Programs) -> None:
    asks = program(people.viewer)
    assert asks.get(address(people)).json() == {"now": None, "limits": LIMITS}
    assert asks.get(f"{address(people)}/history").json() == {"items": [], "next": None}


def test_history_is_paged_and_costs_the_same_however_long(people: People, program: Programs) -> None:
    sandbox, asks = sandboxes.for_branch(people.main), program(people.viewer)
    for seconds in range(12):
        sampled(sandbox, seconds)
    asks.get(f"{address(people)}/history")
    with CaptureQueriesContext(connection) as seen:
        page = asks.get(f"{address(people)}/history?limit=5").json()
    assert [one["processes"] for one in page["items"]] == [0, 1, 2, 3, 4]
    assert page["items"][0] | {"taken_at": ""} == {
        "taken_at": "", "memory_bytes": 1, "disk_bytes": 2, "processes": 0, "cpu_seconds": 4.5, "cpu_share": 0.25,
    }  # fmt: skip
    assert len(seen.captured_queries) == 5  # token, membership, branch, sandbox, samples
    rest = asks.get(f"{address(people)}/history?after={page['next']}").json()
    assert [one["processes"] for one in rest["items"]] == list(range(5, 12))


@pytest.mark.box
def test_what_a_box_takes_now_is_counted_from_outside(people: People, program: Programs) -> None:
    sandbox, asks = lifecycle.ensure(sandboxes.for_branch(people.main)), program(people.viewer)
    try:
        wait_for(lambda: asks.get(address(people)).json()["now"] is not None, seconds=20, what="a first look")
        assert asks.get(address(people)).json()["now"]["cpu_share"] is None
        measuring.measure(timezone.now() - timedelta(seconds=10))
        now = asks.get(address(people)).json()["now"]
        assert now["memory_bytes"] > 1 << 20
        assert now["cpu_share"] >= 0
        assert now["note"] == ""
    finally:
        lifecycle.destroy(sandbox)
    assert asks.get(address(people)).json()["now"] is None
