"""Bytes are added to what there was, whoever else writes the row."""

from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import states
from sandboxes.wire import traffic
from tests.sandboxes.conftest import MakeApp


def test_it_is_added_and_nobodys_move_is_lost_over_it(make_app: MakeApp) -> None:
    sandbox = make_app({})
    held = Sandbox.objects.select_related("project").get(pk=sandbox.pk)
    traffic.add(sandbox.pk, into=3, out=0)
    traffic.add(sandbox.pk, into=4, out=1 << 40)
    assert states.move(held, SandboxState.STOPPED)
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.network_in, sandbox.network_out) == (SandboxState.STOPPED, 7, 1 << 40)
