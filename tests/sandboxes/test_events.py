"""What the feed is told."""

import pytest

from projects.feed import Kind, kinds
from sandboxes import events


@pytest.mark.parametrize("kind", events.KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_registered_and_has_somewhere_to_show(kind: Kind) -> None:
    assert kinds.find(kind.name) == kind
    assert kind.fragments


def test_the_end_of_a_command_replaces_its_beginning() -> None:
    started, finished = (kinds.find(name) for name in ("command_started", "command_finished"))
    assert started is not None
    assert finished is not None
    assert started.fragments == finished.fragments
