"""The installation under trial: compose.yaml, a .env of its own, and what remains of it in the engine."""

import ipaddress
import json
import os
import secrets
import shlex
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from shell import ROOT, Failed, run, wait_for, works

PROJECT = "djinn-trial"
LABEL = f"com.docker.compose.project={PROJECT}"
SERVICES = ("postgres", "redis", "web", "edge", "worker-generate", "worker-sandbox", "beat")
KINDS = {"container": ("container", "ls", "-aq"), "network": ("network", "ls", "-q"), "volume": ("volume", "ls", "-q")}
SECRETS = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "DJINN_ENCRYPTION_KEY")
# The same each time: boxes carry a name made from it, by which those of a trial that was cut off are found.
SIGNING_KEY = "signs the few sessions of a trial of compose.yaml, on loopback alone"
NAME = "from sandboxes.wire import boxes; print(boxes.install_id())"
HOSTS = "from sandboxes.wire import hosts; print(*hosts.hosts_from_package_managers())"


class Stage:
    def __init__(self, **settings: str) -> None:
        made = {name: secrets.token_hex(32) for name in SECRETS}
        self.settings = {**made, "DJINN_SECRET_KEY": SIGNING_KEY, **settings}
        self.program = _program()
        self.folder = Path(tempfile.gettempdir()) / f"{PROJECT}-{os.getuid()}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self.settings["SANDBOX_EGRESS_EXTRA_CIDRS"] = mirrors(self.folder)

    # --- compose ---------------------------------------------------------------------------------
    def compose(self, *words: str, stdin: str = "", may_fail: bool = False) -> str:
        told = self.folder / ".env"
        told.touch(mode=0o600)
        told.write_text("".join(f"{name}={value}\n" for name, value in self.settings.items()))
        where = ("--project-name", PROJECT, "--env-file", str(told), "--file", str(ROOT / "compose.yaml"))
        return run(*self.program, *where, *words, stdin=stdin, may_fail=may_fail)

    def up(self, *words: str) -> None:
        self.compose("up", "--detach", *words)
        for service in SERVICES:
            self.is_well(service)

    def is_well(self, service: str, *, seconds: float = 240) -> None:
        wait_for(lambda: self._health(service) == {"healthy"}, seconds=seconds, what=f"{service} to be healthy")

    def manage(self, service: str, command: str) -> str:
        return self.compose("exec", "-T", service, "python", "manage.py", *shlex.split(command)).strip()

    def rows(self, query: str) -> list[str]:
        """Straight from the database."""
        return self.database("psql", "-U", "djinn", "-d", "djinn", "-tAc", query).splitlines()

    def database(self, *words: str, stdin: str = "") -> str:
        return self.compose("exec", "-T", "postgres", *words, stdin=stdin)

    # --- containers ------------------------------------------------------------------------------
    def crash(self, service: str) -> None:
        """As the kernel would: everything in the container is killed, and nobody asked for it.

        `docker kill` is an order of the operator's, after which an engine restarts nothing.
        """
        before = self._started(service)
        self.compose("exec", "-T", service, "sh", "-c", "kill -9 -1", may_fail=True)
        wait_for(lambda: self._started(service) != before, seconds=60, what=f"{service} to be started again")

    def _started(self, service: str) -> list[str]:
        return [state["StartedAt"] for state in self._states(service)]

    def _health(self, service: str) -> set[str]:
        states = self._states(service)
        for state in states:
            if not state["Running"] and not state["Restarting"] and state["ExitCode"]:
                raise Failed(f"{service} ended with {state['ExitCode']}:\n{self.said(service)}")
        return {str(state.get("Health", {}).get("Status")) for state in states}

    def _states(self, service: str) -> list[dict[str, Any]]:
        found = self.compose("ps", "-a", "-q", service).split()
        if not found:
            raise Failed(f"{service} has no container.")
        return [each["State"] for each in json.loads(run("docker", "inspect", *found))]

    def said(self, service: str, *, lines: int = 40) -> str:
        return self.compose("logs", "--no-color", f"--tail={lines}", service, may_fail=True)


def clear(stage: Stage) -> None:
    """Whatever this trial, or one before it that was cut off, has left."""
    stage.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
    for kind, left in leftovers(stage).items():
        if left:
            run("docker", kind, "rm", *(["--force"] if kind != "network" else []), *left)


def leftovers(stage: Stage) -> dict[str, list[str]]:
    """What the engine still has of it, by kind."""
    found = {kind: run("docker", *words, "--filter", f"label={LABEL}").split() for kind, words in KINDS.items()}
    found["container"] += run("docker", *KINDS["container"], "--filter", f"label=djinn.instance={_name(stage)}").split()
    return found


def _name(stage: Stage) -> str:
    """By which the boxes of this installation are told from those of another."""
    return _ask(NAME, stage.folder, DJINN_SECRET_KEY=stage.settings["DJINN_SECRET_KEY"])


def mirrors(folder: Path) -> str:
    """Where this machine's package registries are mirrored inside, boxes may reach the mirror."""
    addresses = {ipaddress.ip_address(socket.gethostbyname(host)) for host in _ask(HOSTS, folder).split()}
    return ",".join(f"{address}/32" for address in addresses if not address.is_global)


def _ask(question: str, folder: Path, **told: str) -> str:
    """Our own program on this machine."""
    words = ("manage.py", "shell", "--verbosity", "0", "-c", question)
    return run(sys.executable, *words, told={"DJINN_HOME": str(folder / "home"), **told}).strip()


def _program() -> tuple[str, ...]:
    for words in (("docker", "compose"), ("docker-compose",)):
        if works(*words, "version"):
            return words
    raise Failed("Compose is missing; on Debian: apt install docker-compose")
