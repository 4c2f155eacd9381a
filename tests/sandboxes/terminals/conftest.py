"""An app whose box is ready for shells; whatever a test has opened in it ends with its loop."""

from collections.abc import AsyncIterator

import pytest

from sandboxes.models import Sandbox
from sandboxes.runtime import asked, lifecycle
from sandboxes.terminals import open_ones
from sandboxes.wire import connections
from tests.sandboxes import apps
from tests.sandboxes.backends.conftest import until
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh


@pytest.fixture
def app(make_app: MakeApp) -> Sandbox:
    made = make_app({"README.md": "An app\n", **apps.FLASK})
    asked.get_ready(lifecycle.ensure(made))
    return fresh(made)


@pytest.fixture(autouse=True)
async def _nothing_left() -> AsyncIterator[None]:
    """Whatever a test has opened ends with its loop."""
    yield
    for shell in open_ones._open.values():
        shell.end()
    await until(_none_open)
    await connections.close()


async def _none_open() -> bool:
    return all(shell._task is None or shell._task.done() for shell in open_ones._open.values())
