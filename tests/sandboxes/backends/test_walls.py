"""What a program in a box cannot see, reach or change."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from sandboxes import wire
from sandboxes.backends import base, docker, process

REACH = """
import socket, sys
for address in sys.argv[1:]:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 3).close()
        print("reached", address)
    except OSError as failure:
        print("no", type(failure).__name__)
"""


async def say(box: wire.Wire, line: str) -> str:
    return (await box.exec(["sh", "-c", line], timeout=20)).output


async def test_no_listener_of_the_host_and_nothing_outside_is_reached(box: wire.Wire) -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        port = listener.getsockname()[1]
        mine = socket.gethostbyname(socket.gethostname())
        targets = [f"127.0.0.1:{port}", f"{mine}:{port}", "169.254.169.254:80", "192.0.2.1:443", "1.1.1.1:53"]
        result = await box.exec(["python3", "-c", REACH, *targets], timeout=30)
    assert "reached" not in result.output
    assert result.output.count("no ") == len(targets)


async def test_names_are_not_resolved(box: wire.Wire) -> None:
    result = await box.exec(["python3", "-c", "import socket; socket.getaddrinfo('example.com', 443)"], timeout=30)
    assert "gaierror" in result.output


async def test_the_hosts_files_are_not_there(box: wire.Wire, home: Path) -> None:
    (home / "db.sqlite3").write_text("everybody's projects")
    paths = [str(home / "db.sqlite3"), str(home), str(Path.home() / ".ssh"), str(Path(__file__)), "/run/docker.sock"]
    assert [path for path in paths if (await box.exec(["test", "-e", path], timeout=10)).exit_code == 0] == []
    secret = await box.exec(["cat", "/etc/shadow"], timeout=10)
    assert "root:" not in secret.output


@pytest.mark.box
async def test_a_box_of_namespaces_shows_nothing_but_programs(by_process: process.ProcessBackend) -> None:
    box = await wire.attach(by_process, await by_process.create(base.Spec(id="bare")))
    paths = ("/etc/shadow", "/home", "/var", "/sys", "/run")
    assert [path for path in paths if (await box.exec(["test", "-e", path], timeout=10)).exit_code == 0] == []
    await box.close()


async def test_only_the_workspace_and_scratch_can_be_written(box: wire.Wire) -> None:
    tried = "/x /usr/x /etc/x /etc/passwd /opt/x /dev/x /proc/sys/vm/swappiness /opt/djinn/agent.py"
    answer = await say(box, f"for f in {tried}; do (echo x >> $f) 2>/dev/null && echo wrote $f; done; echo end")
    assert answer == "end\n"
    assert await say(box, "touch /workspace/x /tmp/x /dev/shm/x && echo ok") == "ok\n"


async def test_scratch_is_of_a_fixed_size(backend: base.SandboxBackend, spec: base.Spec) -> None:
    small = base.Spec(id=spec.id, limits=base.Limits(scratch_mb=8))
    box = await wire.attach(backend, await backend.create(small))
    result = await box.exec(["dd", "if=/dev/zero", "of=/tmp/x", "bs=1M", "count=64"], timeout=20)
    assert "No space left on device" in result.output
    await box.close()


async def test_the_environment_is_its_own(box: wire.Wire) -> None:
    env = dict(line.split("=", 1) for line in (await say(box, "env")).splitlines())
    assert env["HOME"] == "/tmp/home"
    assert not {"DJINN_HOME", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV", "OLDPWD"} & set(env)
    ours = {
        "PATH",
        "HOME",
        "USER",
        "LANG",
        "TERM",
        "PWD",
        "HOSTNAME",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
        "PYTHONUNBUFFERED",
        "PYTHONPATH",
    }
    strange = [
        n for n in env if n not in ours and not n.lower().endswith("_proxy") and not n.startswith(("PIP_", "npm_"))
    ]
    assert strange == []


async def test_no_secret_of_the_host_is_handed_in(
    backend: base.SandboxBackend, spec: base.Spec, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJINN_API_KEY", "sk-very-secret")
    box = await wire.attach(backend, await backend.create(spec))
    found = await say(box, "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null")
    assert "agent.py" in found
    assert "sk-very" not in found
    assert str(home) not in found
    await box.close()


async def test_a_program_has_no_rights(box: wire.Wire) -> None:
    status = await say(box, "grep -E '^(Cap|NoNewPrivs|Uid)' /proc/self/status")
    values = dict(line.split(":\t") for line in status.splitlines())
    assert {values[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert values["NoNewPrivs"] == "1"
    [user] = set(values["Uid"].split())
    assert int(user) >= 1000


async def test_no_namespace_can_be_made_inside(box: wire.Wire) -> None:
    for kind in ("-U", "-m", "-n", "-p"):
        assert (await box.exec(["unshare", kind, "true"], timeout=10)).exit_code != 0


@pytest.mark.docker
async def test_each_container_is_a_user_of_its_own(by_engine: docker.DockerBackend) -> None:
    users = set()
    for name in ("one", "two"):
        box = await wire.attach(by_engine, await by_engine.create(base.Spec(id=name)))
        users.add(int(await say(box, "id -u")))
        await box.close()
    assert len(users) == 2
    assert min(users) >= 20_000


@pytest.mark.box
async def test_each_box_of_root_is_a_user_of_its_own(by_process: process.ProcessBackend) -> None:
    owners = set()
    for name in ("one", "two"):
        box = await wire.attach(by_process, await by_process.create(base.Spec(id=name)))
        await box.write([wire.FileWrite("x", b"x")])
        assert await say(box, "stat -c %u x") == "1000\n"
        owners.add((by_process.boxes / name / "workspace" / "x").stat().st_uid)
        await box.close()
    if os.geteuid() == 0:
        assert len(owners) == 2
        assert min(owners) >= 1 << 30
    else:
        assert owners == {os.geteuid()}


async def test_processes_of_the_host_and_of_other_boxes_are_not_seen(box: wire.Wire) -> None:
    listed = await say(box, "ls -d /proc/[0-9]* | wc -l")
    assert int(listed) < 10
    assert str(os.getpid()) not in (await say(box, "ls /proc")).split()


async def test_a_box_that_kills_its_agent_only_ends_itself(
    backend: base.SandboxBackend, box: wire.Wire, handle: base.Handle
) -> None:
    with pytest.raises(wire.Broken):
        await box.exec(["sh", "-c", "kill -9 -1; sleep 5"], timeout=10)
    async with asyncio.timeout(10):
        while await backend.state(handle) == "running":
            await asyncio.sleep(0.02)
    with pytest.raises(wire.Broken):
        await wire.attach(backend, handle)
