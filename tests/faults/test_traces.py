"""After all those faults: as many boxes as sandboxes that have one, and nobody holds a job."""

import json
from collections.abc import Iterator

import pytest

from tests.installations.scaled import Scaled
from tests.installations.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(240)]

LEASES = "select id from agents_job where lease_token is not null or state <> 'completed'"
HANDLES = "select handle from sandboxes_sandbox"


def strays(whole: Scaled) -> set[str]:
    """Boxes that no row knows, and boxes that only a row knows."""
    return set(whole.boxes()) ^ set(known(whole))


def known(whole: Scaled) -> Iterator[str]:
    for (handle,) in whole.rows(HANDLES):
        read = json.loads(handle) if isinstance(handle, str) else handle
        if read:
            yield read["id"]


def test_no_box_and_no_lease_is_left(whole: Scaled, calm: list[str]) -> None:
    """A box nobody knows is put away by the reaper once it is a minute old."""
    wait_for(lambda: not strays(whole), seconds=150, what=f"an end of {strays(whole)}")
    assert list(known(whole)) != []
    assert whole.rows(LEASES) == []
