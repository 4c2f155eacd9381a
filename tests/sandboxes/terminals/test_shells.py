"""Shells: how many, in which box, for how long; and that a box rests although one is open."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models import Q
from django.utils import timezone

from projects.models import User
from projects.threads import in_thread
from sandboxes.enums import SandboxState
from sandboxes.models import Command, Sandbox, duties
from sandboxes.preview import visits
from sandboxes.runtime import asked, lifecycle, pausing, resting
from sandboxes.terminals import open_ones, records, shells
from tests.sandboxes import apps
from tests.sandboxes.backends.conftest import until
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh
from tests.sandboxes.runtime.test_lifecycle import kill_box
from tests.sandboxes.terminals.pages import connected, gone, is_finished, opened, row_of, running

pytestmark = [pytest.mark.box, pytest.mark.django_db(transaction=True)]


async def test_a_shell_that_nobody_comes_back_to_ends(
    app: Sandbox, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shells, "LEFT", 0.2)
    monkeypatch.setattr(shells, "_LOOK", 0.1)
    page = await opened(app, alice)
    await page.type("sleep 4812")
    await until(lambda: running("4812"))
    await page.leave()
    await until(lambda: gone("4812"))
    await until(lambda: is_finished(app))
    assert (await row_of(app)).exit_code is None


async def test_a_flood_waits_for_its_reader_and_keeps_nobody_else(app: Sandbox, alice: User) -> None:
    page, other = await opened(app, alice), await opened(app, alice)
    await page.type("yes")
    await page.until("y\r\ny\r\n")
    shell = open_ones._open[page.words[0]["shell"]]
    await page.leave()
    began = shell._start + len(shell._shown)
    await other.type("echo qu''ick")
    await other.until("quick")
    assert len(shell._shown) <= 128 * 1024
    assert shell._start + len(shell._shown) - began <= 128 * 1024
    await other.leave()


async def test_what_nobody_reads_is_typed_up_to_a_bound(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await page.type("stty raw -echo; echo go; sleep 60")
    await page.until("\rgo")
    for _ in range(100):
        await page.say(json.dumps({"type": "typed", "text": "x" * 16_000}))
    while "reads nothing" not in page.words[-1].get("note", ""):
        await page.next()
    shell = open_ones._open[page.words[0]["shell"]]
    assert len(shell._typed) <= shells.MOST_TYPED
    await page.leave()


async def test_a_box_and_a_person_have_so_many_terminals(app: Sandbox, alice: User) -> None:
    pages = [await opened(app, alice) for _ in range(records.MOST_IN_A_BOX)]
    for page in pages:
        await page.told("open")
    for _ in range(20):
        refused = await connected(app, alice)
        assert (await refused.told("ended"))["text"] == records.ENOUGH_IN_A_BOX
        assert await refused.code() == 1000
    assert await Command.objects.filter(kind="terminal").acount() == records.MOST_IN_A_BOX
    for page in pages:
        await page.leave()


async def test_terminals_that_other_processes_serve_count_too(app: Sandbox, make_app: MakeApp, alice: User) -> None:
    other = await sync_to_async(make_app)(apps.FLASK)
    there = Command(sandbox=other, kind="terminal", title="Elsewhere", asked_by=alice)
    await Command.objects.abulk_create([_like(there) for _ in range(records.MOST_OF_A_PERSON)])
    page = await connected(app, alice)
    assert (await page.told("ended"))["text"] == records.ENOUGH_OF_A_PERSON
    await Command.objects.filter(kind="terminal").aupdate(sandbox=app, asked_by=None)
    page = await connected(app, alice)
    assert (await page.told("ended"))["text"] == records.ENOUGH_IN_A_BOX


def _like(row: Command) -> Command:
    return Command(sandbox=row.sandbox, kind=row.kind, title=row.title, asked_by=row.asked_by)


async def test_a_box_that_sleeps_is_woken_with_a_word(app: Sandbox, alice: User) -> None:
    await sync_to_async(lifecycle.put_away)(app, SandboxState.SLEEPING)
    page = await opened(app, alice)
    while "asked for" not in page.words[-1].get("text", "") if page.words else True:
        await page.next()
    waking = asyncio.create_task(in_thread(asked.get_ready_for_somebody, str(app.pk)))
    await page.told("open")
    await waking
    await page.type("cat README.md")
    await page.until("An app\r\n")
    await page.leave()


async def test_a_box_that_was_lost_unnoticed_is_made_again(app: Sandbox, alice: User) -> None:
    await sync_to_async(kill_box)(app)
    page = await opened(app, alice)
    while "asked for" not in page.words[-1].get("text", "") if page.words else True:
        await page.next()
    waking = asyncio.create_task(in_thread(asked.get_ready_for_somebody, str(app.pk)))
    await page.told("open")
    await waking
    await page.leave()


async def test_a_paused_box_goes_on_for_a_terminal_and_for_a_key(
    app: Sandbox, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sync_to_async(_pause)(app)
    page = await opened(app, alice)
    await page.told("open")
    await page.type("echo aw''ake")
    await page.until("awake")
    await sync_to_async(_pause)(app)
    visits._noted.clear()
    await page.resize(40, 100)  # which the box does not answer, and which holds up no key
    await page.type("echo ag''ain")
    await page.until("again")
    assert (await Sandbox.objects.aget(pk=app.pk)).state == SandboxState.READY
    await page.leave()


def _pause(sandbox: Sandbox) -> None:
    assert pausing.pause(fresh(sandbox), unless=Q())
    pausing._noted.clear()


async def test_a_terminal_that_nobody_types_in_lets_the_box_rest(
    app: Sandbox, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shells, "_LOOK", 0.1)
    monkeypatch.setattr(visits, "_NOTE_EVERY", 0.0)
    page = await opened(app, alice)
    await page.told("open")
    long_ago = timezone.now() - timedelta(hours=1)
    rows = Sandbox.objects.filter(pk=app.pk)
    await rows.aupdate(touched_at=long_ago, updated_at=long_ago)
    await until(lambda: _is_touched(app))
    assert app.pk not in await sync_to_async(_idle)()
    monkeypatch.setattr(shells, "USED", -1.0)
    await rows.aupdate(touched_at=long_ago, updated_at=long_ago)
    await until(lambda: _is_idle(app))
    await page.leave()


def _idle() -> list[Any]:
    return list(resting.idle(Sandbox.objects.with_box(), timezone.now()).values_list("pk", flat=True))


async def _is_idle(sandbox: Sandbox) -> bool:
    return sandbox.pk in await sync_to_async(_idle)()


async def _is_touched(sandbox: Sandbox) -> bool:
    found = await Sandbox.objects.aget(pk=sandbox.pk)
    return found.touched_at is not None and timezone.now() - found.touched_at < timedelta(minutes=1)


async def test_a_box_that_is_put_away_ends_its_terminals_and_says_so(app: Sandbox, alice: User) -> None:
    page = await opened(app, alice)
    await page.type("echo be''fore")
    await page.until("before")
    await sync_to_async(lifecycle.put_away)(await sync_to_async(fresh)(app), SandboxState.SLEEPING)
    ended = await page.told("ended")
    assert ended["exit_code"] is None
    assert ended["text"]
    assert await page.code() == 1000
    assert await is_finished(app)


async def test_an_app_of_plain_files_has_no_terminal(make_app: MakeApp, alice: User) -> None:
    plain = await sync_to_async(make_app)(apps.STATIC)
    page = await connected(plain, alice)
    assert "plain files" in (await page.told("ended"))["text"]


async def test_a_row_whose_process_has_died_is_settled(app: Sandbox, alice: User) -> None:
    served = await Command.objects.acreate(sandbox=app, kind="terminal", title="Served", asked_by=alice)
    await Command.objects.acreate(sandbox=app, kind="terminal", title="Dead", output="so far", asked_by=alice)
    assert await sync_to_async(duties.take)(asked.lease_of(served), seconds=60)
    later = timezone.now() + timedelta(minutes=1)
    assert await sync_to_async(asked.settle)(later) == 1
    states = {row.title: (row.state, row.output) async for row in Command.objects.filter(kind="terminal")}
    assert states == {"Served": ("running", ""), "Dead": ("finished", "so far")}
