"""The socket of a terminal: who gets in, what is shown, and what is left of it."""

import json

import pytest
from asgiref.sync import sync_to_async

from projects.enums import Role
from projects.models import Member, User
from projects.services import secrets, tokens
from sandboxes.consumers import TerminalSocket
from sandboxes.models import Command, Sandbox
from sandboxes.services import logs
from tests.projects.feed.sockets import cookie_of
from tests.sandboxes.backends.conftest import until
from tests.sandboxes.terminals.pages import Page, connected, gone, is_finished, member, opened, row_of, running

pytestmark = [pytest.mark.box, pytest.mark.django_db(transaction=True)]

SECRET = "kP9-vT2x_mQ7wLz4"


async def test_what_is_typed_runs_in_the_box_and_is_recorded(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    assert (await page.told("opened")) == {
        "type": "opened",
        "shell": page.words[0]["shell"],
        "again": False,
        "lost": False,
    }
    await page.told("open")
    await page.type("echo h''i; cat README.md; exit 3")
    await page.until("hi\r\nAn app\r\n")
    assert await page.told("ended") == {"type": "ended", "exit_code": 3, "text": ""}
    assert await page.code() == 1000
    await until(lambda: is_finished(app))
    row = await row_of(app)
    assert (row.title, row.asked_by, row.exit_code) == ("Terminal of Alice", alice, 3)
    assert row.finished_at is not None
    assert row.finished_at > row.started_at
    assert "\nhi\nAn app\n" in row.output
    assert "\x1b" not in row.output
    log = await sync_to_async(logs.read)(app, row)
    assert "An app" in log.lines


async def test_its_size_is_the_pages_and_follows_it(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice, rows=31, columns=99)
    await page.type("stty size")
    await page.until("31 99")
    for size in ((0, 0), (100_000, 100_000), (40, 120)):
        await page.resize(*size)
    await page.type("while ! stty size | grep '40 120'; do :; done")
    await page.until(r"\r40 120\r\n")
    await page.leave()


async def test_a_viewer_may_not_and_a_stranger_learns_nothing(app: Sandbox, alice: User) -> None:
    viewer = await sync_to_async(member)(app, Role.VIEWER)
    stranger = await sync_to_async(User.objects.create_user)("stranger@example.com")
    assert await (await connected(app, viewer)).code() == 4403
    assert await (await connected(app, stranger)).code() == 4404
    assert await (await Page(app, {}).open()).code() == 4401
    from_elsewhere = Page(app, {"cookie": await sync_to_async(cookie_of)(alice), "origin": "https://evil.example"})
    assert await (await from_elsewhere.open()).code() == 4403
    assert not await Command.objects.filter(kind="terminal").aexists()


async def test_a_token_that_only_reads_opens_none(app: Sandbox, alice: User) -> None:
    _, reads = await sync_to_async(tokens.create)(user=alice, name="x", scopes=["read"])
    assert await (await Page(app, {"authorization": f"Bearer {reads}"}).open()).code() == 4403
    _, writes = await sync_to_async(tokens.create)(user=alice, name="y", scopes=["read", "write"])
    page = await Page(app, {"authorization": f"Bearer {writes}"}).open()
    await page.told("open")
    await page.leave()


async def test_a_branch_that_is_not_there_is_unknown(app: Sandbox, alice: User) -> None:
    assert await (await connected(app, alice, branch="nowhere")).code() == 4404


async def test_who_may_not_edit_any_more_is_sent_away_and_nothing_of_theirs_runs(
    app: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = await sync_to_async(member)(app, Role.EDITOR)
    monkeypatch.setattr(TerminalSocket, "ask_seconds", 0.5)
    page = await opened(app, editor)
    await page.type("setsid sleep 4811 & sleep 4811")
    await until(lambda: running("4811"))
    await Member.objects.filter(user=editor).aupdate(role=Role.VIEWER)
    while (message := await page.wire.receive_output(30))["type"] == "websocket.send":
        pass
    assert message["code"] == 4403
    await until(lambda: gone("4811"))
    await until(lambda: is_finished(app))


async def test_nonsense_is_refused_and_too_much_ends_the_socket(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await page.told("open")
    for said in ("", "{", '{"type": "fly"}', '{"type": "typed"}', '{"type": "resized", "rows": "x", "columns": 1}'):
        page.words.clear()
        await page.say(said)
        await page.told("error")
    page.words.clear()
    await page.say(json.dumps({"type": "typed", "text": "x" * 16_385}))
    await page.told("error")
    await page.type("echo st''ill")
    await page.until("still")
    await page.say("x" * 40_000)
    assert await page.code() == 1009


async def test_secrets_are_masked_wherever_a_frame_ends_and_are_not_given_to_the_shell(
    app: Sandbox, alice: User
) -> None:
    await sync_to_async(secrets.put)(app.project, name="API_KEY", value=SECRET, by=alice)
    page = await opened(app, alice)
    await page.type("env | grep -c API_KEY")
    await page.until(r"\r0\r\n")
    half = len(SECRET) // 2
    await page.type(f"printf '<%s' '{SECRET[:half]}'; sleep 0.3; printf '%s>\\n' '{SECRET[half:]}'")
    await page.until(r"\r<[^']*\[secret API_KEY\]>\r\n")
    coloured = SECRET[:half] + "\\033[31m" + SECRET[half:]
    await page.type(f"printf 'whole {coloured}\\033[0m.\\n'; exit")
    await page.told("ended")
    assert SECRET.encode() not in page.shown
    await until(lambda: is_finished(app))
    row = await row_of(app)
    assert SECRET not in row.output
    assert "whole [secret API_KEY]." in row.output


async def test_a_prompt_that_could_begin_a_secret_is_shown_all_the_same(app: Sandbox, alice: User) -> None:
    await sync_to_async(secrets.put)(app.project, name="API_KEY", value=SECRET, by=alice)
    page = await opened(app, alice)
    await page.type(f"printf 'ask: {SECRET[:4]}'; read x")
    await page.until(f"\rask: {SECRET[:4]}$")
    await page.leave()


async def test_a_page_that_is_loaded_again_finds_its_shell(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    shell = (await page.told("opened"))["shell"]
    await page.type("x=kept; echo fir''st")
    await page.until("first")
    await page.leave()
    again = await opened(app, alice, shell=shell)
    told = await again.told("opened")
    assert (told["again"], told["lost"], told["shell"]) == (True, False, shell)
    await again.until("first")
    await again.type("echo $x and go''ne on")
    await again.until("kept and gone on")
    assert await Command.objects.filter(kind="terminal").acount() == 1
    await again.leave()


async def test_a_second_page_takes_the_place_of_the_first(app: Sandbox, alice: User) -> None:
    first = await opened(app, alice)
    shell = (await first.told("opened"))["shell"]
    await first.told("open")
    second = await opened(app, alice, shell=shell)
    await second.told("opened")
    await first.told("moved")
    assert await first.code() == 1000
    await second.type("echo he''re")
    await second.until("here")
    await second.leave()


async def test_nobody_gets_the_shell_of_another(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    shell = (await page.told("opened"))["shell"]
    editor = await sync_to_async(member)(app, Role.EDITOR)
    other = await opened(app, editor, shell=shell)
    told = await other.told("opened")
    assert (told["again"], told["lost"]) == (False, True)
    assert told["shell"] != shell
    await page.leave()
    await other.leave()


async def test_a_page_that_closes_its_shell_ends_it_at_once(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await page.told("open")
    await page.say('{"type": "closed"}')
    await page.told("ended")
    assert await page.code() == 1000
    await until(lambda: is_finished(app))
