"""The same in a container: a terminal of its own, and a pause that it outlives."""

import pytest
from asgiref.sync import sync_to_async

from projects.models import User
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.preview import visits
from sandboxes.runtime import asked, lifecycle
from tests.sandboxes import apps
from tests.sandboxes.backends.conftest import until
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh, paused
from tests.sandboxes.terminals.pages import is_finished, opened, row_of

pytestmark = [pytest.mark.docker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contained(on_engine: None, make_app: MakeApp) -> Sandbox:
    made = make_app({"README.md": "An app\n", **apps.FLASK})
    asked.get_ready(lifecycle.ensure(made))
    assert made.backend == "docker"
    return fresh(made)


async def test_a_shell_is_used_paused_and_recorded(contained: Sandbox, alice: User) -> None:
    page = await opened(contained, alice, rows=33, columns=88)
    await page.type("stty size; tty; cat README.md; kept=yes")
    await page.until(r"33 88\r\n/dev/pts/\d+\r\nAn app\r\n")
    await sync_to_async(paused)(contained)
    visits._noted.clear()
    await page.type("echo st''ill $kept; exit 4")
    await page.until("still yes\r\n")
    assert (await page.told("ended"))["exit_code"] == 4
    assert (await Sandbox.objects.aget(pk=contained.pk)).state == SandboxState.READY
    await until(lambda: is_finished(contained))
    assert "still yes" in (await row_of(contained)).output
