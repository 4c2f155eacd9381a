"""The site under a real server in a thread of the test, and the real git client beside it."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from config.asgi import application
from projects.models import Project, User
from projects.services import tokens
from tests.installations.waiting import wait_for


@contextmanager
def served() -> Iterator[str]:
    """The address of the site; it shares the database of the test."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        wait_for(lambda: server.started, seconds=20, what="the server")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


@dataclass
class Said:
    code: int
    out: str
    err: str


@dataclass
class Clone:
    """A folder where somebody works with git."""

    folder: Path
    address: str = ""

    def git(self, *words: str, code: int | None = 0, feed: bytes | None = None, **variables: str) -> Said:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": "2026-01-02T03:04:05+0100", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05+0100",
            **variables,
        }  # fmt: skip
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=environment, input=feed, capture_output=True, timeout=60, check=False
        )
        said = Said(done.returncode, done.stdout.decode(errors="replace").strip(), done.stderr.decode(errors="replace"))
        assert code is None or said.code == code, said
        return said

    def write(self, path: str, content: bytes | str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "A change", **files: str) -> str:
        """Files by name; `a_txt` is `a.txt`."""
        for name, content in files.items():
            self.write(name.replace("_", "."), content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self, ref: str = "HEAD") -> str:
        return self.git("rev-parse", ref).out

    def push(self, *words: str, code: int | None = 0) -> Said:
        return self.git("push", "origin", *(words or ("HEAD:main",)), code=code)

    def object(self, kind: str, content: bytes) -> str:
        """Any bytes as an object, however wrong."""
        return self.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", feed=content).out

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Entries as they are said: (mode, name, object)."""
        return self.object("tree", b"".join(b"%s %s\0%s" % (m.encode(), n, bytes.fromhex(o)) for m, n, o in entries))

    def commit_of(self, tree: str, *parents: str) -> str:
        """A commit of a tree that no index could hold."""
        who = "Eve <eve@example.org> 1767319445 +0000"
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents), f"author {who}", f"committer {who}"]
        return self.object("commit", ("\n".join(lines) + "\n\nhostile\n").encode())


def address(site: str, project: Project, user: User | None, *scopes: str) -> str:
    """Of the project's repository, with a token of this user in it."""
    path = f"{project.owner.handle}/{project.slug}.git"
    if user is None:
        return f"{site}/git/{path}"
    secret = tokens.create(user=user, name="git", scopes=scopes or ("read", "write"))[1]
    return f"{site.replace('://', f'://git:{secret}@')}/git/{path}"
