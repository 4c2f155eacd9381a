"""What goes through a preview is counted, both ways, without a write for each request."""

import asyncio

import pytest

from sandboxes.models import Sandbox, addresses
from sandboxes.preview import traffic
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor
from tests.sandboxes.runtime.standing import fresh

pytestmark = pytest.mark.box


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    return fresh(sandbox)


def test_many_requests_are_written_down_once(visitor: Visitor, shelf: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "_EVERY", 0.2)
    sent = b"x" * 10_000

    async def visit() -> None:
        url = addresses.url(shelf.label) + "echo"
        for _ in range(5):
            assert (await visitor._ask("POST", url, {"content": sent})).content == sent
        await asyncio.gather(*traffic._writing)

    visitor.run(visit())
    shelf.refresh_from_db()
    assert 5 * len(sent) < shelf.network_in < 6 * len(sent)
    assert 5 * len(sent) < shelf.network_out < 6 * len(sent)
    assert not traffic._kept
