"""Boxes made, used and put away while web processes and workers are killed at drawn moments; and what is left of it."""

import json
import os
import random
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
import httpx

from sandboxes.backends import container, fences
from sandboxes.wire import boxes
from tests import processes
from tests.installations.both import Both
from tests.installations.scaled import Scaled, scaled
from tests.installations.visited import Visited
from tests.installations.waiting import wait_for
from tests.services.postgres import Postgres
from tests.services.redis import Redis

APPS = 3
LATEST = 3.0
SECONDS = 60.0
ENDS, BEGINS = ("stop", "stop", "sleep"), ("start", "visit", "exec", "restart")
ACTS = ["sh", "-c", "setsid sleep 300 & head -c 2M /dev/zero > kept; sleep 2"]
NAME = re.compile(r"[0-9a-f]{32}")
MAKE = """
import sys
from projects.enums import AuthorKind
from projects.models import Branch
from projects.services import accounts, changesets, projects, tokens
from sandboxes.services import sandboxes
from tests.sandboxes.apps import FLASK
owner = accounts.local_owner()
for number in range(int(sys.argv[1])):
    project = projects.create(name=f"App {number}", by=owner, template="python")
    branch = Branch.objects.get(project=project)
    changeset = changesets.open(branch=branch, author_kind=AuthorKind.AGENT)
    for path, content in FLASK.items():
        changesets.stage(changeset, path, content.encode())
    changesets.apply(changeset, message="An app")
    print(project.pk, sandboxes.for_branch(branch).label)
print(tokens.create(user=owner, name="cycles", scopes=("read", "write"))[1])
"""
ROWS = "select state, handle, backend, port from sandboxes_sandbox"
UNFINISHED = "select state from sandboxes_sandbox where state in ('creating', 'waking', 'stopping')"
MADE = "select payload from projects_event where kind = 'sandbox_changed'"
RUNNING = "select title, state, started_at from sandboxes_command where state != 'finished' and kind != 'serve'"
DUTIES = "select name from sandboxes_duty where name like 'app %'"
SANDBOXES = "select id from sandboxes_sandbox"
INSTALL_ID = "from sandboxes.wire import boxes; print(boxes.install_id())"


class Cycles(ABC):
    """Draws what is done and who dies when; the same for the same seed."""

    def __init__(self, one: Visited, seed: int) -> None:
        self.one, self.drawn = one, random.Random(seed)
        self.seen: set[str] = set()
        *apps, secret = one.script(MAKE, str(APPS), seconds=180).splitlines()
        self.apps = [line.split() for line in apps]
        self.headers = {"Authorization": f"Bearer {secret}"}

    @abstractmethod
    def strike(self) -> str:
        """kill -9 of one who is there; who it was."""

    @abstractmethod
    def mend(self) -> None:
        """Another in the place of who died."""

    @abstractmethod
    def is_ready(self) -> bool: ...

    @abstractmethod
    def stands(self) -> set[str]:
        """The boxes that are there, in whatever state."""

    @abstractmethod
    def more(self, known: set[str]) -> Iterator[str]:
        """What only this kind of box could leave."""

    def turn(self) -> None:
        """One box ends and one begins, which may be the same; and somebody dies over it."""
        wait_for(self.is_ready, seconds=120, what="all to be ready", tell=self.story)
        for deeds in (ENDS, BEGINS):
            self.do(self.drawn.choice(deeds), *self.drawn.choice(self.apps))
        moment = time.monotonic() + self.drawn.uniform(0.0, LATEST)
        while time.monotonic() < moment:
            self.look()
            time.sleep(0.05)
        self.strike()
        self.mend()

    def do(self, deed: str, project: str, label: str) -> None:
        """Nobody may answer: then nothing is asked."""
        with suppress(httpx.HTTPError):
            if deed == "visit":
                self.one.visit(label)
            else:
                url = f"{self.one.url}/api/v2/projects/{project}/sandbox/{deed}"
                body = {"argv": ACTS, "timeout": 5} if deed == "exec" else None
                httpx.post(url, headers=self.headers, json=body, timeout=5)

    def look(self) -> None:
        self.seen |= self.stands()

    def known(self) -> dict[str, str]:
        """Of each box that a row knows, in which state the row is."""
        found = {}
        for state, handle, *_ in self.one.rows(ROWS):
            if box := _json(handle).get("id"):
                found[box] = str(state)
        return found

    def left(self) -> list[str]:
        """What is there and belongs to nobody, or is said to be there and is not."""
        known, stands = self.known(), self.stands()
        self.seen |= stands
        found = [f"a box nobody knows: {box}" for box in stands - known.keys()]
        found += [f"a row without its box: {box}, {known[box]}" for box in known.keys() - stands]
        found += [f"a row that is {state}" for (state,) in self.one.rows(UNFINISHED)]
        found += [f"a command: {row}" for row in self.one.rows(RUNNING)]
        there = {str(row[0]).replace("-", "") for row in self.one.rows(SANDBOXES)}
        duties = [name for (name,) in self.one.rows(DUTIES)]
        found += [f"a duty: {name}" for name in duties if name.removeprefix("app ").replace("-", "") not in there]
        return [*found, *self.more(set(known))]

    def is_used(self) -> int:
        """How many boxes there were, whatever became of them."""
        return len(self.seen)

    def all_answer(self, *, seconds: float = 90) -> None:
        """Every app is there for whoever looks."""
        for _, label in self.apps:
            wait_for(lambda at=label: self._answers(at), seconds=seconds, what="an app to answer", tell=self.story)  # type: ignore[misc]

    def _answers(self, label: str) -> bool:
        try:
            return "A shelf of books" in self.one.visit(label).text
        except httpx.HTTPError:
            return False

    def story(self) -> str:
        """What the rows say, and the living."""
        return "\n".join([*map(str, self.one.rows(ROWS)), *self.one.last_words()])


def _json(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


class OnOneMachine(Cycles):
    def __init__(self, one: Both, seed: int) -> None:
        super().__init__(one, seed)
        self.both = one

    def strike(self) -> str:
        role = self.drawn.choice(("web", "worker"))
        processes.kill(self.both.children[role].pid)
        self.both.children[role].wait(30)
        return role

    def mend(self) -> None:
        self.both.mend()

    def is_ready(self) -> bool:
        for process in self.both.children.values():
            assert process.poll() is None, self.both.said(process)
        return all("ready." in self.both.said(process) for process in self.both.children.values())


class InNamespaces(OnOneMachine):
    def stands(self) -> set[str]:
        """By what lies in its folders: a warden's word, its lock, its socket, and the box's own files."""
        kept = (self.one.home / "boxes").glob("*") if (self.one.home / "boxes").exists() else ()
        words = (path for path in (self.one.home / "run").glob("*") if NAME.fullmatch(path.name.partition(".")[0]))
        return {path.name.partition(".")[0] for path in (*kept, *words)}

    def more(self, known: set[str]) -> Iterator[str]:
        """Processes: inside of a box by its folder among their mounts, wardens by their locks, users by number."""
        run, folder = f"{self.one.home}/run/", f"{self.one.home}/boxes/"
        users = {fences.user_of(box): box for box in self.seen - known}
        for process in Path("/proc").glob("[0-9]*"):
            for box in _named(process, run, folder) - known:
                yield f"process {process.name} of box {box}"
            with suppress(OSError):
                if (user := process.stat().st_uid) in users:
                    yield f"process {process.name} of the user of box {users[user]}"


def _named(process: Path, run: str, folder: str) -> set[str]:
    """The boxes that it has something of."""
    found: set[str] = set()
    with suppress(OSError):
        for line in (process / "mountinfo").read_text().splitlines():
            root = line.split()[3]
            if folder in root:
                found.add(root.partition(folder)[2].partition("/")[0])
        for handle in (process / "fd").iterdir():
            target = str(handle.readlink())
            if target.startswith(run) and NAME.match(target[len(run) :]):
                found.add(target[len(run) :].partition(".")[0])
    return found


class _InContainers(Cycles):
    client: Any
    install_id: str

    def _engine(self, install_id: str) -> None:
        self.client, self.install_id = docker.APIClient(boxes.address().url, version="auto"), install_id

    def stands(self) -> set[str]:
        ours = {"label": f"{container.INSTANCE}={self.install_id}"}
        return {each["Labels"][container.BOX] for each in self.client.containers(all=True, filters=ours)}

    def more(self, known: set[str]) -> Iterator[str]:
        abilities = container.Abilities("")
        users = {container.user_of(box, abilities): box for box in self.seen - known}
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (user := process.stat().st_uid) in users:
                    yield f"process {process.name} of the user of box {users[user]}"

    def close(self) -> None:
        for box in self.stands():
            with suppress(docker.errors.APIError):
                self.client.remove_container(container.name_of(self.install_id, box), force=True)
        self.client.close()


class InContainers(_InContainers, OnOneMachine):
    def __init__(self, one: Both, seed: int) -> None:
        self._engine(one.script(INSTALL_ID))
        super().__init__(one, seed)


class OnSeveral(_InContainers):
    def __init__(self, one: Scaled, seed: int) -> None:
        self._engine(one.install_id)
        super().__init__(one, seed)
        self.several = one

    def strike(self) -> str:
        name = self.drawn.choice([name for name in self.several.every if not name.startswith("beat")])
        self.several.kill(name)
        return name

    def mend(self) -> None:
        for name in self.several.every:
            if name not in self.several.running or self.several.running[name].poll() is not None:
                self.several.running[name] = self.several._start(name)

    def is_ready(self) -> bool:
        return all(map(self.several.is_ready, self.several.every))


@contextmanager
def embedded(home: Path, backend: str, *, seed: int) -> Iterator[Cycles]:
    one = Both(home, SANDBOX_BACKEND=backend, DJINN_LEASE_SECONDS="3")
    cycles: Cycles | None = None
    try:
        one.share_packages()
        one.begin()
        cycles = InNamespaces(one, seed) if backend == "process" else InContainers(one, seed)
        yield cycles
    finally:
        one.end()
        if isinstance(cycles, _InContainers):
            cycles.close()


@contextmanager
def several(home: Path, postgres: Postgres, redis: Redis, *, seed: int) -> Iterator[Cycles]:
    with scaled(home, postgres=postgres, redis=redis, engine=os.environ["DOCKER_HOST"], DJINN_LEASE_SECONDS="3") as one:
        one.up()
        cycles = OnSeveral(one, seed)
        yield cycles
        cycles.close()
