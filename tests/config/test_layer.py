"""The embedded channel layer: threads, loops, slow readers, and two real processes."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from channels.exceptions import ChannelFull

from config.layer import MOST_BYTES, DatagramLayer
from config.layer.post import Post

BELL = {"type": "feed.bell", "project": "p1", "seq": 7}

LISTENER = """
import asyncio, json, sys
from config.layer import DatagramLayer

async def main():
    layer = DatagramLayer(sys.argv[1])
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    print(channel, flush=True)
    while True:
        message = await layer.receive(channel)
        print(json.dumps(message), flush=True)

asyncio.run(main())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "bells"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture
def layer(folder: Path) -> Iterator[DatagramLayer]:
    made = DatagramLayer(folder)
    yield made
    made.post.close()


@pytest.fixture
def listener(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", LISTENER, str(folder)], stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


async def take(layer: DatagramLayer, channel: str) -> dict[str, object]:
    return await asyncio.wait_for(layer.receive(channel), 5)


async def test_a_group_message_reaches_every_member_and_nobody_else(layer: DatagramLayer) -> None:
    alice, bob, charlie = [await layer.new_channel() for _ in range(3)]
    await layer.group_add("project.p1", alice)
    await layer.group_add("project.p1", bob)
    await layer.group_add("project.p2", charlie)
    await layer.group_send("project.p1", BELL)
    assert await take(layer, alice) == BELL
    assert await take(layer, bob) == BELL
    await layer.group_send("project.p2", {"type": "other"})
    assert await take(layer, charlie) == {"type": "other"}


async def test_a_member_that_left_hears_nothing_more(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    await layer.group_discard("project.p1", channel)
    await layer.group_send("project.p1", BELL)
    await layer.send(channel, {"type": "last"})
    assert await take(layer, channel) == {"type": "last"}


async def test_a_reader_that_waits_while_it_changes_groups_still_hears_the_new_one(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.sleep(0)
    await layer.group_discard("project.p1", channel)
    await layer.group_add("project.p2", channel)
    await layer.group_send("project.p2", BELL)
    assert await asyncio.wait_for(waiting, 5) == BELL


async def test_a_message_from_another_thread_wakes_the_waiting_loop(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.sleep(0)
    thread = threading.Thread(target=lambda: asyncio.run(layer.group_send("project.p1", BELL)))
    thread.start()
    assert await asyncio.wait_for(waiting, 5) == BELL
    thread.join()


def test_readers_on_two_loops_both_hear(layer: DatagramLayer) -> None:
    heard: list[dict[str, object]] = []
    ready = threading.Barrier(3)

    async def listen() -> None:
        channel = await layer.new_channel()
        await layer.group_add("project.p1", channel)
        ready.wait(5)
        heard.append(await take(layer, channel))

    threads = [threading.Thread(target=lambda: asyncio.run(listen())) for _ in range(2)]
    for thread in threads:
        thread.start()
    ready.wait(5)
    asyncio.run(layer.group_send("project.p1", BELL))
    for thread in threads:
        thread.join(5)
    assert heard == [BELL, BELL]


async def test_a_reader_whose_loop_has_closed_does_not_break_the_sender(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.close()
    layer.mailboxes._boxes[channel].waiting = (loop, future)
    await layer.group_send("project.p1", BELL)
    assert await take(layer, channel) == BELL


async def test_a_full_mailbox_drops_and_counts(folder: Path) -> None:
    layer = DatagramLayer(folder, capacity=3)
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    for number in range(5):
        await layer.group_send("project.p1", {"type": "n", "number": number})
    assert layer.dropped == 2
    with pytest.raises(ChannelFull):
        await layer.send(channel, BELL)
    assert [(await take(layer, channel))["number"] for _ in range(3)] == [0, 1, 2]
    await layer.close()


async def test_a_reader_that_goes_away_leaves_nothing_behind(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert layer.mailboxes._boxes == {}


async def test_each_member_gets_its_own_copy(layer: DatagramLayer) -> None:
    alice, bob = await layer.new_channel(), await layer.new_channel()
    await layer.group_add("g", alice)
    await layer.group_add("g", bob)
    await layer.group_send("g", BELL)
    (await take(layer, alice))["seq"] = 99
    assert await take(layer, bob) == BELL


async def test_flush_forgets_everything(layer: DatagramLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("g", channel)
    await layer.flush()
    await layer.group_send("g", BELL)
    assert layer.mailboxes._boxes == {}


async def test_another_process_hears_the_group(layer: DatagramLayer, listener: subprocess.Popen[str]) -> None:
    line_of(listener)
    await layer.group_send("project.p1", BELL)
    assert json.loads(line_of(listener)) == BELL


async def test_one_channel_of_another_process_can_be_written_to(
    layer: DatagramLayer, listener: subprocess.Popen[str]
) -> None:
    channel = line_of(listener)
    await layer.send(channel, {"type": "only.you"})
    assert json.loads(line_of(listener)) == {"type": "only.you"}


async def test_a_burst_far_over_the_kernels_queue_arrives_whole_and_in_order(
    layer: DatagramLayer, listener: subprocess.Popen[str]
) -> None:
    line_of(listener)
    for number in range(500):
        await layer.group_send("project.p1", {"type": "n", "number": number})
    assert [json.loads(line_of(listener))["number"] for _ in range(500)] == list(range(500))
    assert layer.dropped == 0


async def test_the_socket_of_a_killed_process_is_removed(
    layer: DatagramLayer, listener: subprocess.Popen[str], folder: Path
) -> None:
    line_of(listener)
    listener.kill()
    listener.wait()
    assert len(layer.post.others()) == 1
    await layer.group_send("project.p1", BELL)
    assert layer.post.others() == []
    assert list(folder.iterdir()) == []


async def test_a_hint_that_is_too_large_stays_here(layer: DatagramLayer, listener: subprocess.Popen[str]) -> None:
    line_of(listener)
    await layer.group_send("project.p1", {"type": "feed.hint", "text": "x" * MOST_BYTES})
    await layer.group_send("project.p1", BELL)
    assert json.loads(line_of(listener)) == BELL
    assert layer.dropped == 1


async def test_a_process_that_never_reads_does_not_hold_the_sender(layer: DatagramLayer, folder: Path) -> None:
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    deaf.bind(str(folder / "deaf"))
    length = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
    for _ in range(length + 5):
        await asyncio.wait_for(layer.group_send("project.p1", BELL), 5)
    assert 1 <= layer.dropped <= 5
    deaf.close()


async def test_a_stray_file_and_a_torn_letter_are_ignored(layer: DatagramLayer, folder: Path) -> None:
    (folder / "readme").write_text("not a socket")
    channel = await layer.new_channel()
    await layer.group_add("project.p1", channel)
    stranger = Post(folder, deliver=lambda payload: None)
    assert stranger.send(b"{torn", to=[layer.post.address]) == []
    stranger.close()
    await layer.group_send("project.p1", BELL)
    assert await take(layer, channel) == BELL


async def test_a_home_with_a_long_name_works_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / "bells"
    one, two = DatagramLayer(folder), DatagramLayer(folder)
    channel = await one.new_channel()
    await one.group_add("project.p1", channel)
    await two.group_send("project.p1", BELL)
    assert await take(one, channel) == BELL
    place = one.post._place()
    await one.close()
    await two.close()
    place.rmdir()


async def test_a_folder_others_can_open_is_refused(folder: Path) -> None:
    folder.chmod(0o755)
    with pytest.raises(PermissionError, match="mode 700"):
        await DatagramLayer(folder).group_send("project.p1", BELL)


async def test_closing_removes_the_socket(folder: Path) -> None:
    layer = DatagramLayer(folder)
    await layer.group_add("g", await layer.new_channel())
    assert os.listdir(folder) == [layer.post.address]
    await layer.close()
    assert os.listdir(folder) == []
