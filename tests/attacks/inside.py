"""Runs in a box: tries what a box promises to keep its programs from, and prints what was won, by promise.

The standard library alone. Each attempt is a process of its own, so that one that wins does not change the next.
"""

import ctypes
import json
import os
import platform
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
REFUSED = (1, 13, 38)  # not permitted, no access, no such call
GIVEN = json.loads(sys.argv[1])
IS_ARM = platform.machine() in {"aarch64", "arm64"}
USER, MOUNT, NET, PID = 0x10000000, 0x20000, 0x40000000, 0x20000000

Attempt = Callable[[], object]


def wrote(path: str) -> Attempt:
    def attempt() -> None:
        with open(path, "ab") as file:  # noqa: PTH123 — for devices, too
            file.write(b"x")

    return attempt


def read(path: str, wanted: str = "") -> Attempt:
    return lambda: wanted.encode() in Path(path).read_bytes()[:100_000]


def first_byte(path: str) -> bool:
    with Path(path).open("rb") as file:
        return len(file.read(1)) == 1


def call(intel: int, arm: int, *words: int) -> Attempt:
    """Whether the kernel looked at it at all: the words themselves are nonsense."""

    def attempt() -> bool:
        ctypes.set_errno(0)
        answer = LIBC.syscall(arm if IS_ARM else intel, *(words or (0, 0, 0, 0, 0, 0)))
        return answer >= 0 or ctypes.get_errno() not in REFUSED

    return attempt


def opened(family: int, kind: int, protocol: int = 0) -> Attempt:
    return lambda: socket.socket(family, kind, protocol).close()


def reached(host: str, port: int) -> Attempt:
    return lambda: socket.create_connection((host, port), 2).close()


def spoke_to(name: str) -> Attempt:
    return lambda: socket.socket(socket.AF_UNIX).connect(name)


def found(name: str) -> Attempt:
    return lambda: bool(socket.getaddrinfo(name, 443))


def joined(process: str) -> bool:
    return bool(LIBC.setns(os.open(f"/proc/{process}/ns/net", os.O_RDONLY), 0) == 0)


def traced(pid: int) -> bool:
    return bool(LIBC.ptrace(0x4206, pid, None, None) == 0)  # it goes on running


def may_gain() -> bool:
    return "NoNewPrivs:\t0" in Path("/proc/self/status").read_text()


def attempts() -> dict[str, dict[str, Attempt]]:
    paths = "/x /etc/x /etc/passwd /etc/ld.so.preload /usr/bin/env /usr/x /opt/x /opt/djinn/x /opt/templates/x /bin/sh"
    more = "/lib/x /root/x /var/x /run/x /dev/x /sys/x /dev/mem /dev/kmsg /dev/sda /dev/vda"
    knobs = (
        "/proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /proc/sys/vm/swappiness /proc/sysrq-trigger "
        "/proc/1/oom_score_adj /sys/kernel/uevent_helper /sys/fs/cgroup/release_agent /proc/irq/0/smp_affinity "
        "/sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
    )
    victim = int(GIVEN["victim"])
    return {
        "files": {
            **{f"write {path}": wrote(path) for path in f"{paths} {more} {knobs}".split()},
            "read the kernel's memory": lambda: first_byte("/proc/kcore"),
            "read the passwords": read("/etc/shadow", ":"),
            "make a device": lambda: os.mknod("/tmp/sda", 0o60666, os.makedev(8, 0)),
        },
        "secrets": {
            "read the database": read(f"{GIVEN['home']}/db.sqlite3", GIVEN["secret"]),
            "read variables": read(f"/proc/{victim}/environ", GIVEN["secret"]),
            "reach the engine": spoke_to("/run/docker.sock"),
        },
        "rights": {
            "become root": lambda: os.setuid(0),
            "become root's group": lambda: os.setgid(0),
            "take groups": lambda: os.setgroups([0]),
            "gain rights by a program": may_gain,
            "change its root": lambda: os.chroot("/tmp"),
            "mount": lambda: LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0,
            "go before others": lambda: os.nice(-10) < 0,
            "use a raw socket": opened(socket.AF_INET, socket.SOCK_RAW, 1),
            "use a socket of packets": opened(socket.AF_PACKET, socket.SOCK_RAW, 0x300),
            "load a kernel": call(246, 104),
            "load a module": call(175, 105),
            "load a module's file": call(313, 273),
            "unload a module": call(176, 106),
            "restart": call(169, 142),
            "swap": call(167, 224),
            "set the clock": call(164, 170),
            "turn the root around": call(155, 41),
            "keep accounts": call(163, 89),
            "name the machine": call(170, 161),
        },
        "namespaces": {
            **{
                f"make one of {name}": lambda flag=flag: LIBC.unshare(flag) == 0  # type: ignore[misc]
                for name, flag in (("users", USER), ("mounts", MOUNT), ("networks", NET), ("processes", PID))
            },
            "join another": lambda: joined("1"),
            "join its own": lambda: joined("self"),
        },
        "processes": {
            "see one": read(f"/proc/{victim}/cmdline", "sleep"),
            "trace one": lambda: traced(victim),
            "open its memory": lambda: os.open(f"/proc/{victim}/mem", os.O_RDWR),
            "look at its files": lambda: os.listdir(f"/proc/{victim}/root/"),
        },
        "calls": {
            "keyctl": call(250, 219),
            "add_key": call(248, 217),
            "request_key": call(249, 218),
            "perf_event_open": call(298, 241),
            "userfaultfd": call(323, 282),
            "move_pages": call(279, 239),
            "bpf": call(321, 280),
            "open_by_handle_at": call(304, 265),
            "quotactl": call(179, 60),
            "io_uring_setup": call(425, 425),
            "vsock": opened(socket.AF_VSOCK, socket.SOCK_STREAM),
        },
        "network": {
            **{f"reach {host}:{port}": reached(host, int(port)) for host, port in GIVEN["addresses"]},
            "reach a socket without a file": spoke_to("\0" + GIVEN["abstract"]),
            **({} if GIVEN["is_weak"] else {"find a name": found("example.com")}),
        },
        "neighbours": {
            "reach its port": reached("127.0.0.1", int(GIVEN["peer_port"])),
            "reach its socket": spoke_to("\0" + GIVEN["peer_abstract"]),
            "find its memory": Path(f"/dev/shm/{GIVEN['peer_abstract']}").stat,
        },
    }


def is_won(attempt: Attempt) -> bool:
    child = os.fork()
    if not child:
        try:
            os._exit(1 if attempt() is False else 0)
        except (OSError, ValueError):
            os._exit(1)
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    won: dict[str, Any] = {
        promise: [name for name, attempt in tried.items() if is_won(attempt)] for promise, tried in attempts().items()
    }
    print(json.dumps(won))


if __name__ == "__main__":
    main()
