"""What every back end's boxes do alike: files, commands, programs and ports, over the wire."""

import asyncio
import hashlib
import signal
import time

import pytest

from sandboxes import wire
from sandboxes.backends import base
from tests.sandboxes.backends.conftest import alive, until

SERVER = ["python3", "-u", "-m", "http.server", "8000", "--bind", "127.0.0.1"]
ODD = bytes(range(256)) * 700


async def get(box: wire.Wire, path: str) -> bytes:
    reader, writer = await box.open(8000)
    writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await writer.wait_closed()
    return answer


async def serve(box: wire.Wire) -> None:
    await box.spawn("web", SERVER)
    async for chunk in box.logs("web"):
        if b"Serving" in chunk.data:
            return


async def test_it_says_what_it_is(backend: base.SandboxBackend) -> None:
    info = await backend.probe()
    assert info.available
    assert info.isolation == {"process": "namespace", "docker": "container"}[info.name]


async def test_a_program_runs_and_its_exit_code_is_told(box: wire.Wire) -> None:
    result = await box.exec(["sh", "-c", "echo out; echo err >&2; exit 7"], timeout=10)
    assert (result.exit_code, result.output) == (7, "out\nerr\n")


async def test_a_signal_that_ended_a_program_is_a_negative_exit_code(box: wire.Wire) -> None:
    result = await box.exec(["sh", "-c", "kill -TERM $$"], timeout=10)
    assert result.exit_code == -signal.SIGTERM


async def test_a_program_that_is_not_there_is_127_as_in_a_shell(box: wire.Wire) -> None:
    result = await box.exec(["no-such-program"], timeout=10)
    assert (result.exit_code, result.output) == (127, "no-such-program: No such file or directory\n")


NAMES = """
import socket
print(*sorted({found[4][0] for found in socket.getaddrinfo("localhost", 80)}))
try:
    socket.getaddrinfo("example.org", 80)
except OSError:
    print("unknown")
"""


async def test_a_box_finds_itself_by_name_and_nobody_else(box: wire.Wire) -> None:
    result = await box.exec(["python3", "-c", NAMES], timeout=20)
    own, other = result.output.splitlines()
    assert "127.0.0.1" in own.split()
    assert other == "unknown"


async def test_no_box_is_told_who_answers_for_names_here(box: wire.Wire) -> None:
    told = await box.exec(["sh", "-c", "cat /etc/resolv.conf 2>/dev/null; true"], timeout=10)
    servers = [line.split()[1] for line in told.output.splitlines() if line.startswith("nameserver")]
    assert set(servers) <= {"127.0.0.1"}


async def test_words_are_never_a_shell_line(box: wire.Wire) -> None:
    result = await box.exec(["echo", "$HOME; false"], timeout=10)
    assert result.output == "$HOME; false\n"


async def test_folder_and_environment_are_given(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("sub/a", b"")])
    result = await box.exec(["sh", "-c", "pwd; echo $COLOUR"], cwd="sub", env={"COLOUR": "green"}, timeout=10)
    assert result.output == "/workspace/sub\ngreen\n"


async def test_a_timeout_kills_the_whole_group(box: wire.Wire) -> None:
    started = time.monotonic()
    result = await box.exec(["sh", "-c", "sleep 4711 & sleep 4711"], timeout=0.5)
    assert result.timed_out
    assert result.exit_code == -signal.SIGKILL
    assert time.monotonic() - started < 5
    await until(lambda: _absent("4711"))


async def test_cancelling_kills_the_whole_group_within_a_second(box: wire.Wire) -> None:
    running = asyncio.ensure_future(box.exec(["sh", "-c", "sleep 4712 & echo go; sleep 4712"], timeout=60))
    await until(lambda: _present("4712"))
    started = time.monotonic()
    running.cancel()
    await until(lambda: _absent("4712"))
    assert time.monotonic() - started < 1


async def test_a_caller_that_goes_away_takes_its_commands_along(
    backend: base.SandboxBackend, handle: base.Handle
) -> None:
    leaving = await wire.attach(backend, handle)
    running = asyncio.ensure_future(leaving.exec(["sleep", "4713"], timeout=60))
    await until(lambda: _present("4713"))
    leaving.link.writer.transport.abort()
    with pytest.raises(wire.Broken):
        await running
    await until(lambda: _absent("4713"))
    await leaving.close()


async def test_a_daemon_left_behind_does_not_hold_up_the_answer(box: wire.Wire) -> None:
    result = await box.exec(["sh", "-c", "setsid sleep 4714 & echo done"], timeout=20)
    assert result.output == "done\n"


async def test_output_is_streamed_and_its_beginning_and_end_are_kept(box: wire.Wire) -> None:
    seen: list[bytes] = []
    count = ["python3", "-c", "for n in range(30000): print(n)"]
    result = await box.exec(count, timeout=20, max_output=10_000, on_output=seen.append)
    assert result.exit_code == 0
    assert result.truncated
    assert result.head.startswith(b"0\n1\n2\n")
    assert result.tail.endswith(b"29998\n29999\n")
    assert len(result.head) + len(result.tail) == 10_000
    assert b"".join(seen) == b"".join(f"{n}\n".encode() for n in range(30000))


async def test_a_flood_of_output_ends_the_program(box: wire.Wire) -> None:
    result = await box.exec(["yes"], timeout=60, max_output=10_000)
    assert result.exit_code == -signal.SIGKILL
    assert result.truncated
    assert not result.timed_out


async def test_files_come_back_byte_for_byte(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("a/b/odd.bin", ODD), wire.FileWrite("empty", b""), wire.FileWrite("ü é.txt", b"x")])
    assert await box.read("a/b/odd.bin") == ODD
    assert (await box.tree()).files == {
        "a/b/odd.bin": hashlib.sha256(ODD).hexdigest(),
        "empty": hashlib.sha256(b"").hexdigest(),
        "ü é.txt": hashlib.sha256(b"x").hexdigest(),
    }


async def test_a_rewritten_file_is_replaced_and_leaves_no_draft(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("run.sh", b"#!/bin/sh\necho one")])
    await box.write([wire.FileWrite("run.sh", b"#!/bin/sh\necho two", executable=True)])
    result = await box.exec(["sh", "-c", "./run.sh; ls -A"], timeout=10)
    assert result.output == "two\nrun.sh\n"


async def test_a_deleted_file_takes_its_empty_folders_along(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("a/b/one", b"1"), wire.FileWrite("a/two", b"2")])
    await box.write([], delete=["a/b/one", "never/was"])
    assert (await box.exec(["find"], timeout=10)).output == ".\n./a\n./a/two\n"


async def test_a_folder_may_take_the_place_of_a_deleted_file(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("a", b"1")])
    await box.write([wire.FileWrite("a/b", b"2")], delete=["a"])
    assert await box.read("a/b") == b"2"


async def test_packages_and_build_results_are_not_part_of_the_tree(box: wire.Wire) -> None:
    kept = [wire.FileWrite(f"{name}/x", b"x") for name in ("node_modules", ".git", "dist", ".venv", "src")]
    await box.write(kept)
    assert set((await box.tree()).files) == {"src/x"}


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "", "a//b", "./a", "a\0b"])
async def test_a_path_that_leaves_the_project_is_refused(box: wire.Wire, path: str) -> None:
    with pytest.raises(wire.Refused, match="not a path inside the project"):
        await box.write([wire.FileWrite(path, b"x")])
    with pytest.raises(wire.Refused, match="not a path inside the project"):
        await box.read(path)


async def test_nothing_is_written_or_read_through_a_link(box: wire.Wire) -> None:
    await box.exec(
        ["sh", "-c", "mkdir /tmp/out; echo s > /tmp/out/s; ln -s /tmp/out dir; ln -s /tmp/out/s file"], timeout=10
    )
    with pytest.raises(wire.Refused, match="through a link"):
        await box.write([wire.FileWrite("dir/new", b"x")])
    with pytest.raises(wire.Refused, match="through a link"):
        await box.read("dir/s")
    with pytest.raises(wire.Refused, match="cannot be read"):
        await box.read("file")
    await box.write([wire.FileWrite("file", b"mine")])  # the link itself is replaced
    assert (await box.exec(["cat", "/tmp/out/s", "file"], timeout=10)).output == "s\nmine"
    assert set((await box.tree()).files) == {"file"}


async def test_a_pipe_or_an_endless_file_does_not_hold_up_reading(box: wire.Wire) -> None:
    await box.exec(["sh", "-c", "mkfifo pipe; truncate -s 900M sparse"], timeout=10)
    with pytest.raises(wire.Refused, match="not a regular file"):
        await asyncio.wait_for(box.read("pipe"), 5)
    with pytest.raises(wire.Refused, match="larger than 1000 bytes"):
        await box.read("sparse", 1000)


async def test_a_spawned_program_is_reached_through_its_port(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("page.html", b"<p>hello</p>")])
    await serve(box)
    assert (await get(box, "/page.html")).endswith(b"<p>hello</p>")
    assert (await box.status("web")).running
    await box.signal("web", signal.SIGTERM)
    await until(lambda: _ended(box, "web"))
    assert (await box.status("web")).exit_code == -signal.SIGTERM


async def test_a_second_program_of_the_same_name_replaces_the_first(box: wire.Wire) -> None:
    first = await box.spawn("job", ["sleep", "4715"])
    second = await box.spawn("job", ["sleep", "4716"])
    assert first.pid != second.pid
    await until(lambda: _absent("4715"))


async def test_what_a_program_wrote_can_be_read_again_from_any_place(box: wire.Wire) -> None:
    await box.spawn("job", ["sh", "-c", "echo one; echo two"])
    whole = b"".join([chunk.data async for chunk in box.logs("job")])
    assert whole == b"one\ntwo\n"
    assert [(c.offset, c.data) async for c in box.logs("job", since=4)] == [(4, b"two\n")]


async def test_only_the_end_of_a_long_log_is_kept(box: wire.Wire) -> None:
    await box.spawn("job", ["python3", "-c", "for n in range(100000): print(n)"])
    await until(lambda: _ended(box, "job"))
    chunks = [chunk async for chunk in box.logs("job")]
    assert chunks[0].offset > 0
    assert chunks[-1].data.endswith(b"99999\n")
    assert sum(len(chunk.data) for chunk in chunks) == 256 * 1024


async def test_a_closed_port_is_a_sentence(box: wire.Wire) -> None:
    with pytest.raises(wire.Refused, match="Nothing listens on port 4999 in this box"):
        await box.open(4999)


async def test_two_processes_may_be_attached_at_once(backend: base.SandboxBackend, handle: base.Handle) -> None:
    one, two = await wire.attach(backend, handle), await wire.attach(backend, handle)
    await one.write([wire.FileWrite("shared", b"x")])
    assert await two.read("shared") == b"x"
    await one.close()
    assert (await two.exec(["cat", "shared"], timeout=10)).output == "x"
    await two.close()


async def test_a_slow_reader_does_not_block_the_others(box: wire.Wire) -> None:
    await box.write([wire.FileWrite("large", bytes(8 << 20))])
    await serve(box)
    reader, writer = await box.open(8000)
    writer.write(b"GET /large HTTP/1.0\r\n\r\n")
    assert await reader.read(10)  # and then no more
    for _ in range(20):
        assert (await asyncio.wait_for(box.exec(["echo", "quick"], timeout=5), 5)).output == "quick\n"
    held = sum(channel.unread for channel in box.link.channels.values())
    assert held <= 256 * 1024
    assert len(await reader.read()) > 8 << 20
    writer.close()


async def test_a_template_is_linked_entry_by_entry(box: wire.Wire) -> None:
    make = "mkdir -p /tmp/t/plain /tmp/t/@scope/one /tmp/t/.bin /tmp/t/.cache; touch /tmp/t/.bin/tool"
    await box.exec(["sh", "-c", make], timeout=10)
    assert await box.link_folder("/tmp/t", "node_modules") == 3
    listing = await box.exec(["find", "node_modules", "-type", "l"], timeout=10)
    assert sorted(listing.output.split()) == ["node_modules/.bin/tool", "node_modules/@scope/one", "node_modules/plain"]


async def _present(marker: str) -> bool:
    return bool(alive(marker))


async def _absent(marker: str) -> bool:
    return not alive(marker)


async def _ended(box: wire.Wire, name: str) -> bool:
    return not (await box.status(name)).running
