"""git on its way to another server: bounded in time, silence and size, stopped at once, and quiet about passwords.

Whoever signs in does so by the environment of the process: nothing secret stands among its arguments.
"""

import base64
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from projects import errors
from projects.git import addresses, program, troubles
from projects.git.addresses import Address
from projects.masking import Masker, Stream

_LOOK_EVERY = 0.1
_MEASURE_EVERY = 0.5
_MOST_LINES = 2000
_MOST_LINE = 2000


@dataclass(frozen=True)
class Limits:
    # In all; without a word from the server; and what may come to lie in the folder.
    seconds: float = 900.0
    silence: float = 60.0
    size: int = 512 * 1024 * 1024


LIMITS = Limits()


@dataclass
class Visit:
    """One run of git against one server. `lines` is what it said, without what is secret."""

    address: Address
    should_stop: Callable[[], bool]
    limits: Limits = LIMITS
    # A folder that may not grow over the limit.
    grows: Path | None = None
    lines: list[str] = field(default_factory=list)
    _measured: float = 0.0

    def run(self, *words: str, folder: Path | None = None) -> int:
        """The exit code. Raises Interrupted when it was asked to stop, RemoteTrouble when it took too long."""
        environment = program.environment(**_settings(self.address, self.limits))
        process = subprocess.Popen(
            program.argv(*words, folder=folder, seconds=self.limits.seconds),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._listen(process)
            if self.grows:
                self._measure(self.grows)
            return process.wait(timeout=10)
        finally:
            program.kill(process)

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Masked before anything is cut: a cut within a password would hide it from who looks for it."""
        masked = Stream(Masker([("password", self.address.secret)]))
        rest = b""
        for piece in self._pieces(process):
            *whole, rest = (rest + masked.feed(piece)).replace(b"\r", b"\n").split(b"\n")
            rest = rest[-_MOST_LINE:]
            self._keep(*whole)
        self._keep(rest + masked.end())

    def _keep(self, *lines: bytes) -> None:
        for line in lines:
            if said := line[:_MOST_LINE].decode(errors="replace").rstrip():
                self.lines.append(said)
        del self.lines[:-_MOST_LINES]

    def _pieces(self, process: "subprocess.Popen[bytes]") -> Iterator[bytes]:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        began = heard = time.monotonic()
        with selectors.DefaultSelector() as looking:
            looking.register(process.stdout, selectors.EVENT_READ)
            while True:
                self._check(began, heard)
                if not looking.select(_LOOK_EVERY):
                    continue
                piece = os.read(process.stdout.fileno(), 65536)
                if not piece:
                    return
                heard = time.monotonic()
                yield piece

    def _check(self, began: float, heard: float) -> None:
        now = time.monotonic()
        if self.should_stop():
            raise Interrupted
        if now - heard > self.limits.silence:
            raise troubles.silent(addresses.host_of(self.address.url), self.limits.silence)
        if now - began > self.limits.seconds:
            raise troubles.endless(addresses.host_of(self.address.url), self.limits.seconds)
        if self.grows and now - self._measured > _MEASURE_EVERY:
            self._measured = now
            self._measure(self.grows)

    def _measure(self, folder: Path) -> None:
        size = 0
        for path in folder.rglob("*"):
            try:
                size += path.lstat().st_size
            except OSError:
                continue  # git renames what it writes
        if size > self.limits.size:
            raise errors.TooLarge(f"This repository is larger than {self.limits.size // 1024**2} MB.")


class Interrupted(Exception):
    """Somebody asked to stop; the process and all that it had started are gone."""


def _settings(address: Address, limits: Limits) -> dict[str, str]:
    """As git takes settings from the environment, where other users of this machine cannot read them."""
    given = {
        "http.curloptResolve": addresses.pin(address.url),
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "1",
        "http.lowSpeedTime": str(max(1, round(limits.silence))),
        "credential.helper": "",
        "core.hooksPath": "/dev/null",
        "http.proxy": "",
        "fetch.unpackLimit": "1",  # what comes stays a pack, however small
    }
    if address.username or address.password:
        user = address.username or "git"  # who has a token alone is asked for no name, but some servers want one
        both = base64.b64encode(f"{user}:{address.password}".encode()).decode()
        given["http.extraHeader"] = f"Authorization: Basic {both}"
    named: dict[str, str] = {}
    for number, (name, value) in enumerate(given.items()):
        named |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**named, "GIT_CONFIG_COUNT": str(len(given)), "GIT_ALLOW_PROTOCOL": "http:https", "GIT_ASKPASS": "true"}
