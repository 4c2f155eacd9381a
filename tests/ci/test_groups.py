"""Tests of one group run in one process, or each process would build what they share."""

import copy

import pytest
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

from tests.conftest import keep_groups


@pytest.mark.xdist_group("ones")
@pytest.mark.parametrize("name", ["a", "b@c"])
def test_those_who_share_out_the_tests_read_the_group(request: pytest.FixtureRequest, name: str) -> None:
    item, alone = copy.copy(request.node), copy.copy(request.node)
    alone.own_markers = []
    before = alone.nodeid
    keep_groups([item, alone])
    assert LoadGroupScheduling._split_scope(object.__new__(LoadGroupScheduling), item.nodeid) == "ones"
    assert alone.nodeid == before
