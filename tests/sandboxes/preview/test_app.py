"""Apps in real boxes, seen through the proxy."""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.utils import timezone

from projects.enums import AuthorKind
from projects.services import changesets
from projects.threads import in_thread
from sandboxes.enums import CommandKind, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.preview import sockets, upstream, visits
from sandboxes.runtime import boxes, commands, lifecycle, serve, sync, waking
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, socket
from tests.sandboxes.runtime.test_lifecycle import kill_box

pytestmark = pytest.mark.box


@pytest.fixture
def tally(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.REACT)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, sandbox.error
    return sandbox


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, sandbox.error
    return sandbox


def test_a_vite_app_is_served_with_its_modules(visitor: Visitor, tally: Sandbox) -> None:
    page = visitor.get(tally)
    assert (page.status_code, "<title>Tally</title>" in page.text) == (200, True)
    assert "Tally of one" in visitor.get(tally, "/src/App.tsx").text
    assert page.headers["content-security-policy"].startswith("frame-ancestors 'self'")


def test_a_changed_file_reaches_the_open_page(visitor: Visitor, tally: Sandbox) -> None:
    """The page's own socket, as Vite's client opens it; then one file is pushed."""
    client = visitor.get(tally, "/@vite/client").text
    token = client.split('wsToken = "', 1)[1].split('"', 1)[0]
    visitor.get(tally, "/src/main.tsx")
    visitor.get(tally, "/src/App.tsx")
    update = visitor.run(_updated(tally, f"/?token={token}"))
    assert update["type"] == "update"
    assert [changed["path"] for changed in update["updates"]] == ["/src/App.tsx"]
    assert "Tally of two" in visitor.get(tally, "/src/App.tsx").text


async def _updated(sandbox: Sandbox, path: str) -> dict[str, Any]:
    open_page = socket(sandbox, path, "vite-hmr")
    assert await open_page.connect(15) == (True, "vite-hmr")
    assert json.loads((await open_page.receive_output(15))["text"])["type"] == "connected"
    changed = apps.REACT["src/App.tsx"].replace("one", "two").encode()
    await in_thread(sync.push, sandbox, "src/App.tsx", changed)
    update = json.loads((await open_page.receive_output(15))["text"])
    await open_page.disconnect(timeout=15)
    found: dict[str, Any] = update
    return found


def test_a_flask_app_is_served_and_takes_what_is_posted(visitor: Visitor, shelf: Sandbox) -> None:
    assert "A shelf of books" in visitor.get(shelf).text
    body = os.urandom(2_000_000)
    assert visitor.ask("POST", shelf, "/echo", content=body).content == body
    assert visitor.get(shelf, "/nowhere").status_code == 404


def test_an_app_sees_neither_the_dashboards_cookies_nor_a_token(visitor: Visitor, shelf: Sandbox) -> None:
    sent = {"cookie": f"{settings.SESSION_COOKIE_NAME}=secret; mine=1", "authorization": "Bearer secret"}
    seen = {name.lower(): value for name, value in visitor.get(shelf, "/headers", headers=sent).json().items()}
    assert (seen["cookie"], seen["host"]) == ("mine=1", "localhost:5000")
    assert "authorization" not in seen


def test_a_body_beyond_the_limit_is_refused(visitor: Visitor, shelf: Sandbox) -> None:
    answer = visitor.ask("POST", shelf, "/echo", content=b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status_code, "too much" in answer.text) == (413, True)


def test_a_streamed_body_beyond_the_limit_is_refused(visitor: Visitor, shelf: Sandbox) -> None:
    async def endless():
        for _ in range(11):
            yield b"x" * 1024 * 1024

    headers = {"transfer-encoding": "chunked"}
    assert visitor.ask("POST", shelf, "/echo", content=endless(), headers=headers).status_code == 413


@pytest.fixture
def odd(make_app: MakeApp) -> Sandbox:
    sandbox = make_app(apps.ODD)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, sandbox.error
    return sandbox


def test_a_silent_app_is_given_up(visitor: Visitor, odd: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "IDLE", 0.3)
    answer = visitor.get(odd, "/slow")
    assert (answer.status_code, "did not answer" in answer.text) == (504, True)


def test_a_stream_of_events_may_pause(visitor: Visitor, odd: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "IDLE", 0.4)
    assert visitor.get(odd, "/ticks").text == "data: 0\n\ndata: 1\n\ndata: 2\n\n"


def test_half_an_answer_ends_with_a_broken_connection(visitor: Visitor, odd: Sandbox) -> None:
    with pytest.raises(ConnectionResetError):
        visitor.get(odd, "/dying")


def test_what_does_not_speak_http_is_told(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    speak = "import socket\ns = socket.create_server(('127.0.0.1', 5000))\nwhile 1: s.accept()[0].sendall(b'hello\\n')"
    boxes.ask(sandbox, lambda wire: wire.spawn("serve", ["python3", "-c", speak]))
    Sandbox.objects.filter(pk=sandbox.pk).update(port=5000)
    answer = wait_for(
        lambda: (found := visitor.get(sandbox)).status_code == 502 and found, seconds=10, what="the server to listen"
    )
    assert "broke off" in answer.text


def test_a_box_that_died_is_woken_by_the_visit(visitor: Visitor, shelf: Sandbox) -> None:
    kill_box(shelf)
    answer = visitor.get(shelf)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert [sandbox.pk for sandbox in visitor.woken] == [shelf.pk]
    waking.wake(str(shelf.pk))
    shelf.refresh_from_db()
    assert "A shelf of books" in visitor.get(shelf).text


def test_a_box_made_anew_meanwhile_is_found(
    visitor: Visitor, shelf: Sandbox, overtaken: Callable[[Sandbox], None]
) -> None:
    overtaken(shelf)
    kill_box(shelf)
    waking.wake(str(shelf.pk))
    page = visitor.get(shelf)
    assert (page.status_code, "A shelf of books" in page.text) == (200, True)


def test_a_server_that_ended_is_woken_by_the_visit(visitor: Visitor, shelf: Sandbox) -> None:
    port = shelf.port
    serve.stop(shelf)
    Sandbox.objects.filter(pk=shelf.pk).update(port=port)
    assert visitor.get(shelf).status_code == 503
    assert [sandbox.pk for sandbox in visitor.woken] == [shelf.pk]


def test_a_server_that_a_job_has_just_stopped_is_left_to_it(
    visitor: Visitor, shelf: Sandbox, overtaken: Callable[[Sandbox], None]
) -> None:
    """Waking it would install beside the job's install."""
    overtaken(shelf)
    serve.stop(shelf)
    Command.objects.create(sandbox=shelf, kind=CommandKind.INSTALL, title="Install books")
    answer = visitor.get(shelf)
    assert (answer.status_code, "is being prepared" in answer.text) == (503, True)
    assert visitor.woken == []


def test_a_box_has_only_so_many_connections(visitor: Visitor, shelf: Sandbox) -> None:
    with visits.connection(shelf.pk):
        assert visitor.get(shelf).status_code == 200
    for _ in range(visits.MOST_AT_ONCE):
        visits._open[shelf.pk] += 1
    assert visitor.get(shelf).status_code == 503
    del visits._open[shelf.pk]
    assert visitor.get(shelf).status_code == 200


def test_a_sleeping_app_shows_a_page_that_waits_for_it(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    answer = visitor.get(sandbox)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert 'http-equiv="refresh" content="1"' in answer.text
    assert "style-src 'unsafe-inline'" in answer.headers["content-security-policy"]
    visitor.get(sandbox)
    assert [woken.pk for woken in visitor.woken] == [sandbox.pk]


def test_an_app_that_is_being_written_is_not_started_half_done(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app({}, template="react-vite")
    changeset = changesets.open(branch=sandbox.branch, author_kind=AuthorKind.AGENT)
    lifecycle.show(sandbox, changeset)
    assert "is being prepared" in visitor.get(sandbox).text
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.READY, updated_at=timezone.now())
    assert "is being prepared" in visitor.get(sandbox).text
    check = commands.begin(sandbox, ["tsc"], kind=CommandKind.CHECK, title="Between two phases", job_ref=None)
    commands.finish(check, exit_code=0, tail="")
    Sandbox.objects.filter(pk=sandbox.pk).update(updated_at=timezone.now() - timedelta(minutes=3))
    assert "is being prepared" in visitor.get(sandbox).text
    assert visitor.woken == []


def test_an_app_nobody_works_on_any_more_is_started(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    long_ago = timezone.now() - timedelta(minutes=10)
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.READY, updated_at=long_ago)
    assert visitor.get(sandbox).status_code == 503
    assert [woken.pk for woken in visitor.woken] == [sandbox.pk]


def test_an_app_in_whose_box_a_person_runs_something_is_started(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    commands.begin(sandbox, ["sleep", "600"], kind=CommandKind.TOOL, title="Sleep", job_ref=None)
    long_ago = timezone.now() - timedelta(minutes=10)
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.READY, updated_at=long_ago)
    assert "Waking the app" in visitor.get(sandbox).text
    assert [woken.pk for woken in visitor.woken] == [sandbox.pk]


def test_a_failed_app_shows_why_and_escapes_it(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.FAILED, error="<script>no</script>")
    answer = visitor.get(sandbox)
    assert "&lt;script&gt;no" in answer.text
    assert "http-equiv" not in answer.text


def test_a_socket_wakes_nobody(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.REACT)
    assert visitor.run(_refused(socket(sandbox, "/", "vite-hmr")))
    assert visitor.woken == []


@pytest.mark.parametrize(
    ("code", "sent"), [(None, 1000), (1000, 1000), (1001, 1000), (1011, 4502), (3000, 3000), (4001, 4001), (5000, 4502)]
)
def test_close_codes_are_ones_a_server_may_send(code: int | None, sent: int) -> None:
    assert sockets.sendable(code) == sent


def test_a_socket_stays_while_either_side_speaks(
    visitor: Visitor, tally: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vite's page says that it is there and gets no answer; closing would reload it."""
    monkeypatch.setattr(sockets, "IDLE", 2.0)
    token = visitor.get(tally, "/@vite/client").text.split('wsToken = "', 1)[1].split('"', 1)[0]
    assert visitor.run(_closed_by_silence(tally, f"/?token={token}", pings=4)) == sockets.LOST


async def _closed_by_silence(sandbox: Sandbox, path: str, *, pings: int) -> int:
    open_page = socket(sandbox, path, "vite-hmr")
    await open_page.connect(15)
    await open_page.receive_output(15)
    for _ in range(pings):
        assert await open_page.receive_nothing(0.7)
        await open_page.send_to(text_data='{"type":"ping"}')
    return int((await open_page.receive_output(15))["code"])


def test_a_socket_whose_box_dies_is_closed(visitor: Visitor, tally: Sandbox) -> None:
    client = visitor.get(tally, "/@vite/client").text
    token = client.split('wsToken = "', 1)[1].split('"', 1)[0]
    assert visitor.run(_closed_by_death(tally, f"/?token={token}")) == sockets.LOST


async def _closed_by_death(sandbox: Sandbox, path: str) -> int:
    open_page = socket(sandbox, path, "vite-hmr")
    await open_page.connect(15)
    await open_page.receive_output(15)
    await asyncio.to_thread(kill_box, sandbox)
    return int((await open_page.receive_output(15))["code"])


async def _refused(communicator: WebsocketCommunicator) -> bool:
    is_open, _ = await communicator.connect(15)
    await asyncio.sleep(0)
    return not is_open
