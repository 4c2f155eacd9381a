"""Boxes that lack most of their walls, for attacks that have to succeed there: one that cannot is no attack.

What a real program could break in them is this machine's, so they keep what protects it from our own attempts: nobody
writes to its devices, and a watchdog counts no processes but the box's.
"""

import dataclasses
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from sandboxes.backends import bubblewrap, container, docker, fences, process
from tests.installation import free_port

# Not all: an engine that itself runs in a container has not all of them to give.
RIGHTS = ["SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE", "SYS_NICE", "NET_ADMIN", "NET_RAW", "SETUID", "SETGID", "MKNOD"]
AS_ROOT = ("--uid", "0", "--gid", "0", "--unshare-user")


@dataclasses.dataclass(frozen=True)
class Ruin(fences.Fence):
    @property
    def ready(self) -> tuple[str, ...]:
        return ()


def _ruin() -> Ruin:
    user = () if os.geteuid() == 0 else AS_ROOT
    walls = ("--unshare-pid", "--unshare-uts", "--die-with-parent", "--cap-add", "ALL", *user)
    return Ruin(walls, closed=False, filtered=False)


def by_process(back: process.ProcessBackend, monkeypatch: pytest.MonkeyPatch) -> process.ProcessBackend:
    """The machine's network and its list of processes, and all rights."""
    options, argv, port = bubblewrap.options, bubblewrap.argv, str(free_port())

    def fewer(*given: Any) -> list[str]:
        words = options(*given)
        at = words.index("/proc") - 1
        words[at : at + 2] = ["--ro-bind", "/proc", "/proc"]
        return [*words, "--ro-bind", str(back.home), str(back.home)]

    monkeypatch.setattr(fences, "best", _ruin)
    monkeypatch.setattr(bubblewrap, "options", fewer)
    monkeypatch.setattr(bubblewrap, "argv", lambda *given: [*argv(*given), "--proxy", port])
    return back


def by_engine(back: docker.DockerBackend, monkeypatch: pytest.MonkeyPatch) -> docker.DockerBackend:
    """Root with the strongest capabilities and no filter, in the machine's own network and among its processes."""
    name = f"@weaker-{secrets.token_hex(4)}"
    agent = (*container.RUN, "/opt/djinn/agent.pyc", "--bind", name, "--proxy", str(free_port()))
    monkeypatch.setattr(container, "AGENT", agent)
    monkeypatch.setattr(container, "CONNECTOR", (*container.RUN, "/opt/djinn/connector.pyc", name))
    monkeypatch.setattr(container, "user_of", lambda *_: 0)
    monkeypatch.setattr(container, "host_options", lambda *_: _open_house(back.home))
    return back


def _open_house(home: Path) -> dict[str, Any]:
    shared = dict.fromkeys(("network_mode", "pid_mode", "ipc_mode"), "host")
    return {
        **shared,
        "init": True,
        "cap_add": RIGHTS,
        "security_opt": ["seccomp=unconfined", "apparmor=unconfined"],
        "tmpfs": {"/workspace": "rw,exec", "/tmp": "rw"},
        "binds": {str(home): {"bind": str(home), "mode": "ro"}},
    }


def same_user_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nothing else on this machine is."""
    lone = fences.user_of("all boxes of a test")
    monkeypatch.setattr(fences, "user_of", lambda _: lone)
    monkeypatch.setattr(container, "user_of", lambda *_: lone)
